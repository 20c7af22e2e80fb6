"""The check of a signature, by a real gpg with throw-away keys and by pretended ones."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import which

import pytest

from backends.action import CheckSignature
from tests.keys import Keyring, keyring
from tests.programs import program
from tests.wizard.running.watched import Watched, plan, step
from wizard.errors import Exit
from wizard.programs.processes import Cancelled
from wizard.running import signature
from wizard.running.download import DownloadFailed
from wizard.running.events import Lines, StepStarted

KEY = "A" * 40
VALID = f"echo '[GNUPG:] VALIDSIG {KEY} 2026-11-27 1 0 4 0 22 8 00 {KEY}'"


@pytest.fixture(scope="module")
def keys() -> Iterator[Keyring]:
    """Return a keyring with two keys."""
    with keyring() as made:
        yield made


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """Return an archive in a mirror, with something beside it that could be its signature."""
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "a.tar.gz.asc").write_text("signature\n")
    (tmp_path / "mirror" / "a.tar.gz").write_bytes(b"the archive")
    return tmp_path / "mirror" / "a.tar.gz"


def action(mirror: Path, gpg: str, signer: str = KEY) -> CheckSignature:
    """The check of a copy of the archive, which is in a separate folder."""
    copy = mirror.parents[1] / "cache" / mirror.name
    copy.parent.mkdir(exist_ok=True)
    copy.write_bytes(mirror.read_bytes())
    return CheckSignature(f"{mirror.as_uri()}.asc", str(copy), signer, gpg)


def check(what: CheckSignature, cancel: threading.Event | None = None) -> list[str]:
    said: list[str] = []
    signature.check_signature(what, said.extend, cancel or threading.Event())
    return said


def left(what: CheckSignature) -> list[str]:
    return [path.name for path in Path(what.file).parent.iterdir()]


def refusal(what: CheckSignature) -> DownloadFailed:
    with pytest.raises(DownloadFailed, match="deleted") as caught:
        check(what)
    assert left(what) == []
    assert caught.value.shown
    assert caught.value.why
    return caught.value


def by(keys: Keyring, mirror: Path, monkeypatch: pytest.MonkeyPatch) -> CheckSignature:
    monkeypatch.setenv("GNUPGHOME", str(keys.home))
    return action(mirror, which("gpg") or "gpg", keys.signer)


# A real gpg.


def test_a_good_signature(keys: Keyring, mirror: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys.sign(mirror, keys.signer)
    what = by(keys, mirror, monkeypatch)
    said = check(what)
    assert any("VALIDSIG" in line and keys.signer in line for line in said)
    assert any(line.startswith("gpg: Good signature") for line in said)
    assert left(what) == ["a.tar.gz"]


def test_a_good_signature_of_somebody_else(
    keys: Keyring, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.sign(mirror, keys.stranger)
    error = refusal(by(keys, mirror, monkeypatch))
    assert error.why == f"It was signed by {keys.stranger}, but it must be signed by {keys.signer}."
    assert "Good signature" in error.shown


def test_a_signature_of_another_archive(
    keys: Keyring, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.sign(mirror, keys.signer)
    mirror.write_bytes(b"another archive")
    error = refusal(by(keys, mirror, monkeypatch))
    assert "BAD signature" in error.shown
    assert keys.signer in error.why
    assert any("a.tar.gz.asc" in hint for hint in error.hints)


@pytest.mark.parametrize("text", [b"", b"<html>Please log in</html>", b"\x00\xff" * 500])
def test_what_is_no_signature(
    keys: Keyring, mirror: Path, monkeypatch: pytest.MonkeyPatch, text: bytes
) -> None:
    (mirror.parent / "a.tar.gz.asc").write_bytes(text)
    refusal(by(keys, mirror, monkeypatch))


# A pretended one.


def test_both_the_exit_code_and_the_status_must_be_right(mirror: Path) -> None:
    bin_ = mirror.parents[1]
    assert check(action(mirror, program(bin_, "gpg", VALID)))
    refusal(action(mirror, program(bin_, "gpg", f"{VALID}; exit 1")))
    refusal(action(mirror, program(bin_, "gpg", "echo '[GNUPG:] GOODSIG AAAA A'")))
    refusal(action(mirror, program(bin_, "gpg", f"{VALID} >&2")))
    silent = refusal(action(mirror, program(bin_, "gpg", "exit 3")))
    assert silent.shown == "gpg ended with exit code 3"


def test_where_there_is_no_signature_the_hint_says_what_to_do(mirror: Path) -> None:
    (mirror.parent / "a.tar.gz.asc").unlink()
    error = refusal(action(mirror, program(mirror.parents[1], "gpg", VALID)))
    assert "a.tar.gz.asc" in error.shown
    assert any("--openssl-source FILE" in hint for hint in error.hints)


def test_a_page_without_an_end_is_no_signature(mirror: Path) -> None:
    (mirror.parent / "a.tar.gz.asc").write_bytes(b"x" * (signature.LARGEST + 1))
    assert (
        "is not a signature" in refusal(action(mirror, program(mirror.parent, "gpg", VALID))).what
    )


def test_a_gpg_that_hangs_is_given_up(mirror: Path) -> None:
    what = action(mirror, program(mirror.parents[1], "gpg", "exec sleep 60"))
    assert "did not say" in refusal(replace(what, timeout=0.2)).what


def test_a_gpg_that_is_gone(mirror: Path) -> None:
    what = action(mirror, str(mirror.parent / "none"))
    with pytest.raises(FileNotFoundError):
        check(what)
    assert left(what) == []


def test_it_is_cancelled(mirror: Path, tmp_path: Path) -> None:
    what = action(mirror, program(tmp_path, "gpg", f"touch '{tmp_path}/begun'; exec sleep 60"))
    cancel = threading.Event()

    def wait() -> None:
        limit = time.monotonic() + 30
        while not (tmp_path / "begun").exists() and time.monotonic() < limit:
            time.sleep(0.01)
        cancel.set()

    waiter = threading.Thread(target=wait)
    waiter.start()
    with pytest.raises(Cancelled):
        check(what, cancel)
    waiter.join(30)
    assert left(what) == []


def test_as_a_step_it_is_told_and_logged(mirror: Path) -> None:
    good = step("good", action(mirror, program(mirror.parents[1], "gpg", VALID)))
    bad = action(mirror, program(mirror.parents[1] / "bad", "gpg", "echo 'gpg: BAD' >&2; exit 1"))
    run = Watched(plan(good, step("bad", bad, "good")))
    assert run.states() == [("good", "done"), ("bad", "failed")]
    assert run.end.code == Exit.FAILED
    ended = run.ended("bad")
    assert ended.cause.startswith("The archive is not signed by the OpenSSL project")
    assert ended.excerpt == ("gpg: BAD",)
    _, said, *error = Path(ended.log).read_text().splitlines()
    assert said == "gpg: BAD"
    assert error[0].startswith("The archive is not signed by the OpenSSL project")
    assert [e.log for e in run.events if isinstance(e, StepStarted)][1] == ended.log
    assert Lines("bad", ("gpg: BAD",)) in run.events
