"""What a proof reports: of good packages, bad ones, none at all, and of what is no Python."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.wizard import binaries, impostor
from wizard.errors import BadRequest
from wizard.proof.verify import Check, Linkage, Report, missing, sentences, verify

CHECKS = ("package", "import", "OpenSSL", "Fernet", "AES-GCM", "X.509")

posix = pytest.mark.skipif(os.name == "nt", reason="the pretended Python is a shell script")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    return impostor.environment(tmp_path_factory.mktemp("proof") / "environment")


def script(folder: Path, code: str) -> str:
    """Write a program in the language of the shell and return its path."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{code}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def told(folder: Path, *extensions: bytes, **other: Any) -> str:
    """Make a program that answers as a Python with a good cryptography 50.0.2 does."""
    files = []
    for number, content in enumerate(extensions or (binaries.elf((), binaries.STATIC),)):
        files.append(str(folder / f"extension{number}.so"))
        Path(files[-1]).write_bytes(content)
    answer = {
        "python": "3.13.0",
        "prefix": str(folder),
        "found": True,
        "location": str(folder / "lib/cryptography/__init__.py"),
        "version": "50.0.2",
        "files": files,
        "openssl": "OpenSSL 4.0.3 29 Sep 2026",
        "mapped": [],
        "warnings": [],
        "checks": [[name, True, "seen"] for name in CHECKS],
        "doing": "",
        **other,
    }
    lines = ["a line of somebody else", json.dumps({**answer, "doing": "X.509"}),
             json.dumps(answer), "{cut off"]  # fmt: skip
    return script(folder, "\n".join(f"printf '%s\\n' {shlex.quote(line)}" for line in lines))


@posix
def test_a_good_one_is_proved(tmp_path: Path) -> None:
    program = told(tmp_path)
    report = verify(program, release="50.0.2", link="static")
    assert report == Report(
        python=program,
        ok=True,
        version="50.0.2",
        openssl="OpenSSL 4.0.3 29 Sep 2026",
        linkage=Linkage("static", str(tmp_path / "extension0.so")),
        checks=tuple(Check(name, True, "seen") for name in CHECKS),
    )
    assert sentences(report)[:2] == (
        ("ok", f"cryptography 50.0.2 works in {program}."),
        ("ok", "OpenSSL 4.0.3 is inside (static)."),
    )


@posix
def test_of_two_extension_files_the_one_with_openssl_counts(tmp_path: Path) -> None:
    program = told(tmp_path, binaries.elf(()), binaries.elf((), binaries.STATIC))
    assert verify(program).linkage == Linkage("static", str(tmp_path / "extension1.so"))


@posix
def test_linked_libraries_are_those_that_were_loaded(tmp_path: Path) -> None:
    extension = binaries.elf(("libssl.so.3", "libcrypto.so.3"))
    loaded = ["/usr/lib/libcrypto.so.3", "/usr/lib/libssl.so.3"]
    report = verify(told(tmp_path, extension, mapped=loaded), link="dynamic")
    assert report.ok
    assert report.linkage.libraries == ("/usr/lib/libssl.so.3", "/usr/lib/libcrypto.so.3")
    assert (
        "ok",
        "OpenSSL 4.0.3 is linked to /usr/lib/libssl.so.3 and libcrypto.so.3 (dynamic).",
    ) in (sentences(report))


@posix
def test_what_was_not_asked_for_is_not_proved(tmp_path: Path) -> None:
    program = told(tmp_path, binaries.elf(("libssl.so.3",)))
    report = verify(program, release="50.0.1", link="static")
    assert not report.ok
    wrong_release, wrong_link = report.problems
    assert wrong_release.startswith("cryptography 50.0.1 was requested, but this Python imports")
    assert wrong_link.startswith("OpenSSL should be inside (static), but it is linked (dynamic):")
    marked = [text for mark, text in sentences(report) if mark == "failed"]
    assert marked == [f"cryptography 50.0.2 is not proved in {program}.", *report.problems]
    assert verify(program, release="50.0.2.0", link="dynamic").ok


@posix
def test_another_openssl_than_the_one_asked_for_is_not_proved(tmp_path: Path) -> None:
    extension = binaries.elf(("libssl.so.3", "libcrypto.so.3"))
    loaded = ["/usr/lib/libssl.so.3", "/usr/lib/libcrypto.so.3"]
    program = told(tmp_path, extension, mapped=loaded)
    (problem,) = verify(program, openssl="3.5.7").problems
    assert problem == (
        "OpenSSL 3.5.7 was expected, but OpenSSL 4.0.3 29 Sep 2026 is in use "
        "(/usr/lib/libssl.so.3 and libcrypto.so.3)."
    )
    assert verify(program, openssl="4.0.3").ok
    assert not verify(program, openssl="4.0.2").ok, "it was built for that version"


@posix
def test_an_update_of_the_systems_openssl_is_a_note_and_another_series_is_not(
    tmp_path: Path,
) -> None:
    extension = binaries.elf(("libssl.so.3", "libcrypto.so.3"))
    program = told(tmp_path, extension, mapped=["/usr/lib/libssl.so.3", "/usr/lib/libcrypto.so.3"])
    same = verify(program, openssl="4.0.3", any_patch=True)
    assert same.ok
    assert "warning" not in [check.name for check in same.checks]
    patched = verify(program, openssl="4.0.1", any_patch=True)
    assert patched.ok
    note = "The plan named OpenSSL 4.0.1, but OpenSSL 4.0.3 of the same series is in use."
    assert patched.checks[-1] == Check("warning", True, note)
    for other in ("3.0.22", "4.1.0", "3"):
        report = verify(program, openssl=other, any_patch=True)
        assert not report.ok
        assert report.problems[0].startswith(f"OpenSSL {other} was expected, but OpenSSL 4.0.3")


@posix
def test_a_package_from_elsewhere_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = told(tmp_path, location="/elsewhere/cryptography/__init__.py")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    for release in ("50.0.1", "50.0.2"):  # the same release is also not the one of the plan
        (problem,) = verify(program, release=release).problems
        assert f"That is outside the environment {tmp_path}. PYTHONPATH is set" in problem
    assert verify(program).ok


@posix
def test_an_unknown_linkage_is_a_problem_only_where_one_was_asked_for(tmp_path: Path) -> None:
    program = told(tmp_path, b"no extension file")
    report = verify(program)
    assert report.ok
    assert sentences(report)[1] == (
        "warning",
        f"How OpenSSL 4.0.3 is linked is unknown. {report.linkage.problem}",
    )
    (problem,) = verify(program, link="dynamic").problems
    assert problem.startswith("A dynamic OpenSSL was requested, but how it is linked is unknown:")


@posix
def test_warnings_are_told_and_prove_nothing_wrong(tmp_path: Path) -> None:
    report = verify(told(tmp_path, warnings=["Python 3.6 is no longer supported"]))
    assert report.ok
    assert sentences(report)[-1] == ("warning", "warning: Python 3.6 is no longer supported")


def test_no_cryptography_is_said_plainly(python: str) -> None:
    report = verify(python, link="static")
    assert missing(report)
    assert not report.ok
    assert sentences(report) == (("failed", f"cryptography is not installed in {python}."),)
    after = verify(python, release="50.0.2")
    assert after.problems == ("cryptography was installed, but it is not in this environment.",)
    assert not missing(after)
    assert any("contains no package cryptography" in line for line in after.output)


@posix
def test_a_python_that_was_replaced_is_named(python: str, tmp_path: Path) -> None:
    made = "\n".join(f"version{suffix} = 2.7.18" for suffix in ("", "_info"))
    folder = tmp_path / "environment"
    shutil.copytree(Path(python).parent.parent, folder, symlinks=True)
    lines = f"home = {sys.base_prefix}/bin\ninclude-system-site-packages = false\n{made}\n"
    (folder / "pyvenv.cfg").write_text(lines)
    report = verify(str(folder / "bin" / Path(python).name))
    now = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert f"was made for Python 2.7, but its Python is {now} now" in "\n".join(report.output)


@posix
def test_a_python_in_a_folder_of_another_user_is_an_error_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path, **_more: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(BadRequest, match="may not look into its folder"):
        verify(str(tmp_path / "python"))


@pytest.mark.parametrize(
    ("rust", "detail"),
    [
        ("import os; os.abort()", "The interpreter crashed"),
        ("import os; os._exit(7)", "The interpreter stopped early with exit code 7."),
        ("import time; time.sleep(600)", "It hung and was stopped."),
        (
            "raise ImportError('undefined symbol: EVP_new')",
            "ImportError: undefined symbol: EVP_new",
        ),
        ("print('{}' * 9999)\nimport os; os._exit(0)", "with exit code 0."),
    ],
)
def test_an_import_that_goes_wrong(
    rust: str, detail: str, python: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", impostor.package(tmp_path, rust=rust))
    report = verify(python, timeout=5.0)
    assert not report.ok
    assert not missing(report)
    assert report.version == "50.0.2"
    assert report.checks[-1].name == "import"
    assert detail in report.checks[-1].detail
    assert report.linkage.kind == "unknown"
    assert sentences(report)[0] == ("failed", f"cryptography 50.0.2 is not proved in {python}.")


@pytest.mark.parametrize("code", ["import time; time.sleep(600)", "import os; os.abort()"])
def test_a_python_that_fails_before_the_proof_begins(
    code: str, python: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(code, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    report = verify(python, timeout=2.0)
    assert not report.ok
    assert not missing(report)
    (problem,) = report.problems
    assert "did not answer within 2 s" in problem or "could not run the proof" in problem
    assert problem in [text for _, text in sentences(report)]


@posix
@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("echo I am a shell script", "I am a shell script"),
        ("echo unknown option >&2; exit 2", "unknown option"),
        ("kill -9 $$", ""),
        ("""echo '{"doing": ""}'""", '{"doing": ""}'),
    ],
)
def test_what_is_no_python_is_a_bad_request(code: str, shown: str, tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="is not a working Python") as caught:
        verify(script(tmp_path, code))
    assert caught.value.shown == shown


@posix
def test_a_program_of_another_machine_is_a_bad_request(tmp_path: Path) -> None:
    path = tmp_path / "python"
    path.write_bytes(b"\x7fELF of another kind")
    path.chmod(0o755)
    with pytest.raises(BadRequest, match="is not a working Python") as caught:
        verify(str(path))
    assert "Exec format error" in caught.value.shown


@posix
@pytest.mark.parametrize("version", ["2.7.18", "3.5.10"])
def test_a_python_that_is_too_old_is_a_bad_request(version: str, tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="which is too old"):
        verify(told(tmp_path, python=version))
    # One that is too old to read the script at all, and says so on standard error:
    answer = f"case $* in *sys.version_info*) printf 'Python {version}';; *) exit 1;; esac"
    with pytest.raises(BadRequest, match=f"is Python {version}, which is too old"):
        verify(script(tmp_path, answer))


def test_paths_that_are_no_program_are_bad_requests(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("text", encoding="utf-8")
    plain.chmod(0o644)
    cases = {
        "": "No Python was named",
        "a\0b": "No Python was named",
        str(tmp_path): "is a folder",
        str(tmp_path / "none"): "does not exist",
        str(tmp_path / "plain" / "python"): "does not exist",
    }
    if os.name != "nt":  # Windows decides by the name, and links need a privilege
        (tmp_path / "link").symlink_to(tmp_path / "gone")
        cases[str(plain)] = "cannot be run"
        cases[str(tmp_path / "link")] = "is a broken link"
    for path, message in cases.items():
        with pytest.raises(BadRequest, match=message):
            verify(path)


def test_a_path_with_spaces_quotes_and_dollars(tmp_path: Path) -> None:
    python = impostor.environment(tmp_path / 'it\'s $(a) folder; of "mine"')
    assert missing(verify(python))
