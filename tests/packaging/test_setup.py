"""``.ci/setup`` without a usable Python or a network: it says what to do, and opens no window."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.apple_outputs import NOT_SELECTED
from tests.packaging.build import CHECKOUT
from tests.programs import program

SHELLS = [name for name in ("dash", "bash") if shutil.which(name)] or ["sh"]
NEEDED = ("dirname", "rm")


def run(folder: Path, shell: str, system: str, *, tools: bool) -> str:
    """Set up in a folder without a Python, on a pretended system; return what it prints."""
    (folder / ".ci").mkdir()
    shutil.copy(CHECKOUT / ".ci" / "setup", folder / ".ci")
    programs = folder / "bin"
    program(programs, "uname", f"echo {system}")
    failed = f"echo '{NOT_SELECTED[0]}'; exit 2"
    answer = "echo /Library/Developer/CommandLineTools" if tools else failed
    program(programs, "xcode-select", answer)
    for name in NEEDED:
        (programs / name).symlink_to(shutil.which(name) or "/missing")
    path = shutil.which(shell)
    assert path
    done = subprocess.run(
        [path, str(folder / ".ci" / "setup"), "run"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": str(programs)},
    )
    assert done.returncode == 3
    assert done.stdout == ""
    assert not (folder / ".venv").exists()
    return done.stderr


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("system", "tools", "hint"),
    [
        ("Darwin", False, "xcode-select --install"),
        ("Darwin", True, "python.org"),
        ("Linux", False, "sudo apt-get install python3 python3-venv"),
    ],
)
def test_it_says_what_to_install_on_this_system(
    tmp_path: Path, shell: str, system: str, tools: bool, hint: str
) -> None:
    text = run(tmp_path, shell, system, tools=tools)
    assert "Python 3.9 or newer is needed." in text
    assert hint in text
    others = {"xcode-select --install", "python.org", "apt-get"} - {hint}
    assert not any(other in text for other in others if other not in hint)


def test_a_placeholder_of_apple_is_not_started(tmp_path: Path) -> None:
    """On a Mac without tools, /usr/bin/python3 would open a window."""
    if not Path("/usr/bin/python3").exists():
        pytest.skip("there is no /usr/bin/python3 to pretend with")
    script = (CHECKOUT / ".ci" / "setup").read_text()
    functions = script[script.index("bare_mac()") : script.index("case $wanted in")]
    programs = tmp_path / "bin"
    program(programs, "uname", "echo Darwin")
    program(programs, "xcode-select", "exit 2")
    lines = f"minor=0\n{functions}\nfind_python || echo none\n"
    for exit_code, found in ((2, "none"), (0, "/usr/bin/python3")):
        program(programs, "xcode-select", f"exit {exit_code}")
        done = subprocess.run(
            ["sh", "-c", lines],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={"PATH": f"{programs}:/usr/bin"},
        )
        assert done.stdout.strip() == found


@pytest.mark.parametrize(
    ("printed", "sentence"),
    [
        ("  cause: dns error", "The package index cannot be reached"),
        ("WARNING: [Errno -3] Temporary failure in name resolution", "The package index cannot be"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed", "The certificate of the package index"),
        ("error: Broken.", "What the wizard needs could not be installed."),
    ],
)
def test_a_download_that_fails_is_explained_in_one_sentence(
    tmp_path: Path, printed: str, sentence: str
) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(CHECKOUT / ".ci" / "setup", tmp_path / ".ci")
    programs = tmp_path / "bin"
    program(programs, "uv", f"echo '{printed}' >&2; exit 2")
    program(programs, "python3", "exit 0")
    program(programs, "uname", "echo Linux")
    (programs / "dirname").symlink_to(shutil.which("dirname") or "/missing")
    done = subprocess.run(
        [shutil.which("sh") or "sh", str(tmp_path / ".ci" / "setup"), "run"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": str(programs)},
    )
    assert done.returncode == 3
    assert f"cryptography-wizard: {sentence}" in done.stderr
    assert (printed in done.stderr) == (sentence.startswith("What the wizard needs"))
