"""The command verify: which Python it takes, what it writes, and its exit codes."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from screens.chosen_python import find_python
from screens.commands.verify import verify_command
from wizard.codec import from_json
from wizard.errors import BadRequest, Exit
from wizard.proof import verify as proof
from wizard.proof.verify import Check, Linkage, Report, verify

GOOD = Report(
    python="/e/bin/python",
    ok=True,
    version="50.0.2",
    openssl="OpenSSL 4.0.3 29 Sep 2026",
    linkage=Linkage("static", "/e/_rust.abi3.so"),
    checks=(Check("Fernet", True, "it encrypts"), Check("warning", True, "an old Python")),
)
BAD = Report("/e/bin/python", False, "50.0.2", checks=(Check("import", False, "no symbol"),),
             problems=("import: no symbol",))  # fmt: skip
NONE = Report("/e/bin/python", False, problems=("cryptography is not installed in this Python.",))


@pytest.fixture(autouse=True)
def around(tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    """Work in an empty folder with no environment active and no Python on PATH."""
    (tmp_path / "empty").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
            patch.delenv(variable, raising=False)
        patch.chdir(tmp_path / "empty")
        for name in ("HOME", "USERPROFILE"):
            patch.setenv(name, str(tmp_path / "home"))
        patch.setenv("PATH", str(tmp_path / "empty"))
        yield patch


def environment(folder: Path, inside: str = "bin/python") -> str:
    """Make something with the shape of an environment; return its interpreter."""
    path = folder / inside
    path.parent.mkdir(parents=True)
    path.touch()
    path.chmod(0o755)
    return str(path)


def told(report: Report, monkeypatch: pytest.MonkeyPatch, stream: io.TextIOWrapper) -> int:
    """Run the command over a report that is given."""
    monkeypatch.setattr(proof, "verify", lambda _python: report)
    code = verify_command("/e/bin/python", as_json=False, stream=stream)
    stream.flush()
    return code


def terminal(encoding: str = "utf-8") -> tuple[io.BytesIO, io.TextIOWrapper]:
    raw = io.BytesIO()
    return raw, io.TextIOWrapper(raw, encoding=encoding)


def test_a_good_one(monkeypatch: pytest.MonkeyPatch) -> None:
    raw, stream = terminal()
    assert told(GOOD, monkeypatch, stream) == Exit.DONE
    assert raw.getvalue().decode() == (
        "Python: /e/bin/python (as named)\n"
        "\n"
        "  ✓ ok      cryptography 50.0.2 works in /e/bin/python.\n"
        "  ✓ ok      OpenSSL 4.0.3 is inside (static).\n"
        "  ✓ ok      Fernet: it encrypts\n"
        "  ! note    warning: an old Python\n"
    )


def test_a_bad_one_on_a_terminal_without_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    raw, stream = terminal("ascii")
    assert told(BAD, monkeypatch, stream) == Exit.UNPROVED
    text = raw.getvalue().decode("ascii")
    assert "  FAILED  cryptography 50.0.2 is not proved in /e/bin/python.\n" in text
    assert text.count("import: no symbol") == 1
    assert "What to do:\n  - " in text
    assert "What happened" not in text


def test_what_to_do_depends_on_what_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    crash = "The interpreter crashed (SIGILL)."
    report = replace(BAD, checks=(Check("import", False, crash),), problems=(f"import: {crash}",))
    raw, stream = terminal()
    assert told(report, monkeypatch, stream) == Exit.UNPROVED
    text = raw.getvalue().decode()
    assert "What happened: A program or a library uses an instruction" in text
    assert "--method source" in text
    assert "Reinstall" not in text


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
def test_a_path_that_the_terminal_cannot_show(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = replace(GOOD, python="/e\udcff/Дом/bin/python")
    raw, stream = terminal(encoding)
    assert told(report, monkeypatch, stream) == Exit.DONE
    assert r"works in /e\udcff/" in raw.getvalue().decode(encoding)
    raw, stream = terminal(encoding)
    verify_command("/e/bin/python", as_json=True, stream=stream)
    stream.flush()
    assert json.loads(raw.getvalue())["python"] == report.python


def test_none_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    raw, stream = terminal()
    assert told(NONE, monkeypatch, stream) == Exit.UNPROVED
    text = raw.getvalue().decode()
    assert "✗ FAILED  cryptography is not installed in /e/bin/python." in text
    assert "To install it: cryptography-wizard" in text


@pytest.mark.parametrize("report", [GOOD, BAD, NONE])
def test_json_is_the_report_and_nothing_else(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "verify", lambda _python: report)
    stream = io.StringIO()
    code = verify_command("/e/bin/python", as_json=True, stream=stream)
    assert code == (Exit.DONE if report.ok else Exit.UNPROVED)
    assert json.loads(stream.getvalue())["version"] == report.version
    assert from_json(Report, stream.getvalue(), source="the output") == report


def test_the_python_of_the_tests_itself() -> None:
    stream = io.StringIO()
    code = verify_command(sys.executable, as_json=False, stream=stream)
    assert code == (Exit.DONE if verify(sys.executable).ok else Exit.UNPROVED)
    assert f"Python: {sys.executable} (as named)" in stream.getvalue()


def test_an_environment_stands_for_its_interpreter(tmp_path: Path) -> None:
    for number, inside in enumerate(("bin/python", "bin/python3", "Scripts/python.exe")):
        folder = tmp_path / str(number)
        python = environment(folder, inside)
        assert find_python(str(folder)) == (python, "the environment's interpreter")


def test_a_name_is_looked_for_on_path(tmp_path: Path, around: pytest.MonkeyPatch) -> None:
    name = "python3.99.exe" if os.name == "nt" else "python3.99"
    python = environment(tmp_path / "e", f"bin/{name}")
    around.setenv("PATH", str(tmp_path / "e" / "bin"))
    assert find_python("python3.99")[0].lower() == python.lower()
    assert find_python("python4.0") == ("python4.0", "as named")


def test_without_a_name_the_nearest_is_taken_and_told(
    tmp_path: Path, around: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadRequest, match=r"No Python was found\."):
        find_python("")
    name = "python3.exe" if os.name == "nt" else "python3"
    system = environment(tmp_path / "system", f"bin/{name}")
    around.setenv("PATH", str(tmp_path / "system" / "bin"))
    python, whose = find_python("")
    assert (python.lower(), whose.split(";")[0]) == (system.lower(), "python3 on PATH")
    at_home = environment(Path.home() / "cryptography-env")
    assert find_python("") == (at_home, "the environment in your home folder")
    environment(Path("cryptography-env"))
    assert find_python("")[1] == "the environment cryptography-env in this folder"
    environment(Path(".venv"))
    assert find_python("") == (
        str(Path(".venv/bin/python")),
        "the environment .venv in this folder",
    )
    around.setattr(sys, "prefix", str(Path(".venv").absolute()))  # a clone's, which is the wizard's
    assert find_python("")[1] == "the environment cryptography-env in this folder"
    active = environment(tmp_path / "active")
    around.setenv("VIRTUAL_ENV", str(tmp_path / "active"))
    assert find_python("") == (active, "the active environment, VIRTUAL_ENV")


def test_a_folder_that_is_no_environment(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="is not a Python environment") as caught:
        verify_command(str(tmp_path), as_json=False, stream=io.StringIO())
    assert caught.value.code == Exit.WRONG


def test_an_environment_whose_python_is_gone(tmp_path: Path) -> None:
    if os.name == "nt":
        pytest.skip("links need a privilege on Windows")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to("/nowhere/python3.6")
    with pytest.raises(BadRequest, match="is a broken link") as caught:
        verify_command(str(tmp_path), as_json=True, stream=io.StringIO())
    assert "/nowhere/python3.6" in caught.value.shown
