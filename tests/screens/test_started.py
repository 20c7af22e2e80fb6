"""How the wizard finds out with which words it was started."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from screens import started
from wizard import invocation

ROOT = Path(__file__).parents[2]
NAME = "cryptography-wizard"


def process(
    argv0: Path | str,
    *,
    original: tuple[str, ...] = (),
    prefix: Path | str = "/opt/env",
    path: Path | str = "/usr/bin",
    **environ: str,
) -> started.Process:
    variables = {"PATH": str(path), **environ}
    return started.Process(str(argv0), original, sys.executable, str(prefix), variables)


def make_script(folder: Path) -> Path:
    folder.mkdir(parents=True)
    script = folder / NAME
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    return script


@pytest.mark.skipif(os.name == "nt", reason="makes a program for POSIX")
def test_a_program_on_path_is_named_alone(tmp_path: Path) -> None:
    script = make_script(tmp_path / "bin")
    assert started.words(process(script, path=script.parent)) == (NAME,)


@pytest.mark.skipif(os.name == "nt", reason="makes a program for POSIX")
def test_another_program_of_that_name_on_path_is_not_this_one(tmp_path: Path) -> None:
    script, other = make_script(tmp_path / "bin"), make_script(tmp_path / "other")
    assert started.words(process(script, path=other.parent)) == (str(script),)


def test_a_path_in_the_current_folder_is_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    expected = (os.path.join(".", ".venv", "bin", NAME),)  # noqa: PTH118 - Path drops the dot
    assert started.words(process(tmp_path / ".venv" / "bin" / NAME)) == expected
    assert started.words(process(Path(".venv", "bin", NAME))) == expected
    above = os.path.join("..", "bin", NAME)  # noqa: PTH118
    assert started.words(process(above)) == (above,)


def test_python_with_a_module() -> None:
    module = Path("/x/cryptography_wizard/__main__.py")
    given = process(module, original=("python3", "-m", "cryptography_wizard", "plan"))
    assert started.words(given) == ("python3", "-m", "cryptography_wizard")
    assert started.words(process(module, path="/x")) == (
        sys.executable,
        "-m",
        "cryptography_wizard",
    )


def test_an_archive_that_python_runs(tmp_path: Path) -> None:
    archive = tmp_path / "cryptography-wizard.pyz"
    archive.write_bytes(b"PK")
    given = process(archive, original=("python3", str(archive)))
    assert started.words(given) == ("python3", str(archive))


def test_an_archive_beside_the_program_that_starts_it(tmp_path: Path) -> None:
    script = make_script(tmp_path / "bin")
    script = script.rename(script.with_name(f"{NAME}.cmd")) if os.name == "nt" else script
    archive = script.with_name(f"{NAME}.pyz")
    archive.write_bytes(b"PK")
    given = process(archive, original=("python3", str(archive)), path=script.parent)
    assert started.words(given) == (NAME,)
    given = process(archive, original=("python3", str(archive)), path=tmp_path)
    assert started.words(given) == (str(script),)
    script.unlink()
    assert started.words(given) == ("python3", str(archive))


@pytest.mark.skipif(os.name == "nt", reason="makes links for POSIX")
def test_a_link_on_path_with_another_name_than_the_program(tmp_path: Path) -> None:
    """As winget and Homebrew make them."""
    program = make_script(tmp_path / "packages").rename(tmp_path / "packages" / f"{NAME}-x64.exe")
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / NAME).symlink_to(program)
    given = process(program, original=("py", str(program)), path=tmp_path / "links")
    assert started.words(given) == (NAME,)


def test_windows_launcher_is_named_instead_of_the_python_that_it_has_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "cryptography-wizard.pyz"
    archive.write_bytes(b"PK")
    python = tmp_path / "python.exe"
    given = process(archive, original=(str(python), str(archive)), path=tmp_path)
    assert started.words(given) == (str(python), str(archive))
    for name in ("py", "py.exe"):  # as this system looks for it
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setattr(started, "WINDOWS", True)
    assert started.words(given) == ("py", str(archive))
    given = process(archive, original=("python3", str(archive)), path=tmp_path)
    assert started.words(given) == ("python3", str(archive))


@pytest.mark.usefixtures("_named")
def test_an_archive_is_named_with_its_whole_path_for_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wizard.pyz").write_bytes(b"PK")
    invocation.set_words(("python3", "wizard.pyz"))
    assert invocation.anywhere() == f"python3 {tmp_path / 'wizard.pyz'}"
    invocation.set_words(("python3", "-m", "cryptography_wizard"))
    assert invocation.anywhere() == "python3 -m cryptography_wizard"


@pytest.mark.skipif(os.name == "nt", reason="the folders of POSIX")
@pytest.mark.parametrize(
    ("prefix", "tool"),
    [
        ("/home/u/.cache/uv/archive-v0/x", ("uvx",)),
        ("/home/u/.local/pipx/.cache/0123", ("pipx", "run")),
        ("/home/u/.cache/pipx/0123", ("pipx", "run")),
    ],
)
def test_tools_that_make_an_environment_for_one_start(
    prefix: str, tool: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(started, "_source", lambda flag: (flag, "x.whl"))
    script = f"{prefix}/bin/{NAME}"
    given = started.words(process(script, prefix=prefix, path=f"{prefix}/bin", UV="/usr/bin/uv"))
    assert given[: len(tool)] == tool
    assert given[-2:] == ("x.whl", NAME)


@pytest.mark.skipif(os.name == "nt", reason="makes a program for POSIX")
def test_the_environment_of_uv_run_is_not_on_the_path_of_the_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    script = make_script(tmp_path / ".venv" / "bin")
    folder, prefix = script.parent, tmp_path / ".venv"
    with_uv = process(script, path=folder, prefix=prefix, UV="/usr/bin/uv")
    assert started.words(with_uv) == (f"./.venv/bin/{NAME}",)
    assert started.words(process(script, path=folder, prefix=prefix)) == (NAME,)


@pytest.mark.skipif(os.name == "nt", reason="the folders of POSIX")
def test_a_program_of_pipx_install_is_a_usual_program() -> None:
    prefix = f"/home/u/.local/pipx/venvs/{NAME}"
    script = f"{prefix}/bin/{NAME}"
    assert started.words(process(script, prefix=prefix)) == (script,)


@pytest.fixture
def _named() -> Iterator[None]:
    yield
    invocation.set_words((NAME,))


@pytest.mark.usefixtures("_named")
def test_what_is_typed_is_quoted_where_it_must_be() -> None:
    assert invocation.command("plan") == "cryptography-wizard plan"
    invocation.set_words(("/my folder/cryptography-wizard",))
    assert invocation.command("resume", "x") in (
        "'/my folder/cryptography-wizard' resume x",
        '"/my folder/cryptography-wizard" resume x',
    )
    assert "my folder" in invocation.named("Run `cryptography-wizard verify`.")


def test_the_hints_of_a_real_process_name_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cryptography_wizard", "plan", "--answers", "/nowhere", "--nothing"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert "-m cryptography_wizard" in done.stderr
    assert "  - cryptography-wizard" not in done.stderr
