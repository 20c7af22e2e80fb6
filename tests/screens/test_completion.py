"""A shell completes the words of the command line: what it gets is asked of the program itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Parser

from screens import completion
from screens.cli import ASKED, main
from wizard import invocation

CASES = {
    "d": "doctor diagnose",
    "--meth": "--method",
    "--method ": "wheel source",
    "--link=s": "static",
    "--release 50.0.": "50.0.2 50.0.1 50.0.0",
    "--manager ": "apk apt dnf homebrew macports yum",
    "cache v": "verify",
    "resume 20": "20260102-030405-1",
    "plan --facts ma": "machine.json",
    "completion f": "fish",
}
SCRIPT = r"""
eval "$(cryptography-wizard completion bash)"
while IFS= read -r typed; do
    COMP_LINE="cryptography-wizard $typed" COMP_TYPE=9
    COMP_POINT=${#COMP_LINE}
    read -ra COMP_WORDS <<< "$COMP_LINE"
    _python_argcomplete cryptography-wizard "${COMP_WORDS[-1]}"
    echo "${COMPREPLY[@]}"
done
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_commands_flags_values_runs_and_files(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "cryptography-wizard"
    program.parent.mkdir()
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}; from screens.cli import main; sys.exit(main())"
    )
    program.write_text(f"#!{sys.executable}\n{code}\n", encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "machine.json").touch()
    (tmp_path / "state" / "runs" / "20260102-030405-1").mkdir(parents=True)
    env = {
        **os.environ,
        "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        "CRYPTOGRAPHY_WIZARD_STATE": str(tmp_path / "state"),
    }
    done = subprocess.run(
        ["bash", "-c", SCRIPT],
        input="".join(f"{typed}\n" for typed in CASES),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=env,
        timeout=120,
        check=False,
    )
    assert done.stderr == ""
    answers = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert dict(zip(CASES, answers)) == CASES


@pytest.mark.parametrize("shell", completion.SHELLS)
def test_every_shell_gets_its_code(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    printed = capsys.readouterr().out
    assert "cryptography-wizard" in printed
    assert ASKED in printed


def test_the_code_for_powershell_is_powershell(capsys: pytest.CaptureFixture[str]) -> None:
    """No PowerShell is here to run it, so its grammar reads it."""
    assert main(["completion", "powershell"]) == 0
    printed = capsys.readouterr().out
    # The grammar does not know that a list may name drives, such as Env:, which PowerShell accepts.
    simple = re.sub(r"(Remove-Item \$\w+), .*", r"\1", printed)
    tree = Parser(Language(tree_sitter_powershell.language())).parse(simple.encode())
    assert not tree.root_node.has_error, str(tree.root_node)
    assert "Register-ArgumentCompleter" in printed
    assert "$env:_ARGCOMPLETE" in printed


def test_the_help_says_what_to_add_wherever_the_wizard_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invocation, "_words", (f".{os.sep}bin{os.sep}cryptography-wizard",))
    assert main(["completion", "--help"]) == 0
    path = Path.cwd() / "bin" / "cryptography-wizard"
    assert f'eval "$({path} completion zsh)"' in capsys.readouterr().out


def test_an_unknown_shell_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "bsh"]) == 2
    assert "Unknown shell: 'bsh' (did you mean bash?)" in capsys.readouterr().err
    assert main(["completion"]) == 2
    assert "The name of your shell is missing." in capsys.readouterr().err
