from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from wizard.errors import WizardError
from wizard.programs.processes import Cancelled
from wizard.running import ownership
from wizard.running.ownership import Held, Owner

HOLDER = """
import sys
from pathlib import Path
from wizard.running import ownership
with ownership.hold(Path(sys.argv[1]), "cryptography 50.0.2"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "locks" / "some.lock"


def holding(lock: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(ownership.__file__).parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_another_process_is_named_with_what_it_does(lock: Path) -> None:
    with holding(lock) as process:
        with pytest.raises(Held) as caught, ownership.hold(lock, "mine"):
            pass
        process.kill()
    owner = caught.value.owner
    assert (owner.process, owner.title) == (process.pid, "cryptography 50.0.2")
    assert str(owner).startswith(f"another wizard (process {process.pid}, since ")
    assert str(owner).endswith(": cryptography 50.0.2)")


def test_the_lock_of_a_killed_process_is_free(lock: Path) -> None:
    with holding(lock) as process:
        process.kill()
    assert lock.with_suffix(".owner.json").exists()  # nobody has tidied up
    assert ownership.holder(lock) is None
    with ownership.hold(lock, "mine"):
        held = ownership.holder(lock)
        assert held is not None
        assert held.title == "mine"
    assert ownership.holder(lock) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"process": 1, "more": 2}', "\0"])
def test_a_damaged_description_of_the_owner_does_no_harm(lock: Path, text: str) -> None:
    with ownership.hold(lock, "mine"):
        lock.with_suffix(".owner.json").write_text(text)
        assert str(ownership.holder(lock)) == "another wizard"


def test_waiting_is_told_once_and_ends_when_the_lock_is_free(
    lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ownership, "POLL_SECONDS", 0.01)
    told: list[Owner] = []
    with holding(lock) as process:

        def tell(owner: Owner, _seconds: float) -> None:
            told.append(owner)
            process.kill()

        with ownership.wait_for(lock, "mine", threading.Event(), tell):
            held = ownership.holder(lock)
    assert held is not None
    assert held.title == "mine"
    assert [owner.process for owner in told] == [process.pid]


def test_waiting_has_a_limit_and_can_be_cancelled(
    lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ownership, "POLL_SECONDS", 0.01)
    cancelled = threading.Event()
    with ownership.hold(lock, "first"):
        monkeypatch.setattr(ownership, "WAIT_SECONDS", 0.05)
        with (
            pytest.raises(WizardError, match="still used by another wizard"),
            ownership.wait_for(lock, "second", cancelled, lambda *_: None),
        ):
            pass
        cancelled.set()
        with (
            pytest.raises(Cancelled),
            ownership.wait_for(lock, "second", cancelled, lambda *_: None),
        ):
            pass


def test_two_names_of_one_folder_have_one_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path))
    (tmp_path / "link").symlink_to(tmp_path / "env")
    one, other = (ownership.folder_lock(str(tmp_path / name)) for name in ("link", "env"))
    assert one == other
    assert one != ownership.folder_lock(str(tmp_path / "elsewhere"))
