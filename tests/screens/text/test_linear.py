"""The wizard line by line on a pretended machine: every kind of answer, every kind of end."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Union

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from screens.text import linear
from screens.text.linear import Back
from screens.text.plain import Plain
from screens.text.prompts import Prompts
from tests.screens.pretend import BROKEN, DEBIAN, NO_MEMORY, WITH_SUDO, Pretended
from tests.simulate import Scene
from tests.wizard.environments import environment, holding
from wizard import engine
from wizard.choices import Choices
from wizard.engine import Decision
from wizard.errors import BadRequest, Exit, Impossible
from wizard.facts import Privilege
from wizard.needs.case import Case
from wizard.questions.question import Question

Answer = Union[str, "type[Back]", "type[EOFError]", "type[KeyboardInterrupt]"]


class Script:
    """An asker with its answers written down. ``ENTER`` takes what stands or comes first."""

    ENTER = ""

    def __init__(self, *answers: Answer) -> None:
        self.before = False
        self.answers: Iterator[Answer] = iter(answers)
        self.asked: list[tuple[str, str]] = []

    def _next(self) -> str:
        answer = next(self.answers)
        if isinstance(answer, str):
            return answer
        raise answer

    def ask(self, question: Question, current: str, *, first: bool) -> str:
        """Answer a question."""
        assert not first or question.key == "venv" or not self.before
        self.before = True
        self.asked.append((question.key, current))
        return self._next() or current

    def pick(self, prompt: str, options: tuple[tuple[str, str], ...]) -> str:
        """Pick one of some."""
        self.asked.append((prompt, options[0][0]))
        picked = self._next() or options[0][0]
        assert picked in dict(options)
        return picked

    def keys(self) -> list[str]:
        """What was asked, without the answers that stood."""
        return [key for key, _ in self.asked]


GO = "Start the installation?"
ENTER = Script.ENTER


def install(asker: Script, machine: Pretended | None = None, choices: Choices | None = None) -> int:
    return linear.install((machine or Pretended()).engine(), choices or Choices(), asker)


def test_enter_all_the_way_installs_what_is_recommended(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asker = Script(*[ENTER] * 4)
    assert install(asker) == Exit.DONE
    assert asker.keys() == ["venv", "release", "method", GO]
    out = capsys.readouterr().out
    assert "This machine: Debian GNU/Linux 12 (bookworm), x86_64, glibc 2.36" in out
    assert "$ /usr/bin/python3 -I -m venv" in out
    assert "[4/4] Prove that it works … done" in out
    assert "ok: cryptography 50.0.2 works" in out


def test_what_is_installed_already_is_only_proved() -> None:
    facts = holding("debian-12", cryptography="50.0.2")
    asker = Script(*[ENTER] * 2, "quit")
    chosen = Choices(venv=environment(facts))
    assert install(asker, Pretended(facts), chosen) == Exit.CANCELLED
    assert asker.keys() == ["release", "method", "Start the proof?"]


def test_source_is_built_and_asks_more(capsys: pytest.CaptureFixture[str]) -> None:
    asker = Script(ENTER, ENTER, "source", *[ENTER] * 4)
    assert install(asker) == Exit.DONE
    assert asker.keys()[:3] == ["venv", "release", "method"]
    assert asker.keys()[-1] == GO
    assert "linked" in capsys.readouterr().out


def test_back_keeps_the_answers() -> None:
    asker = Script(ENTER, "49.0.0", Back, Back, ENTER, ENTER, ENTER, "quit")
    assert install(asker) == Exit.CANCELLED
    assert asker.asked[2:6] == [
        ("method", "wheel"),
        ("release", "49.0.0"),
        ("venv", "/home/ada/project/cryptography-env"),
        ("release", "49.0.0"),
    ]


def test_back_from_the_review_leads_to_the_last_question() -> None:
    asker = Script(ENTER, ENTER, ENTER, "back", Back, "49.0.0", ENTER, "quit")
    assert install(asker) == Exit.CANCELLED
    assert asker.keys() == ["venv", "release", "method", GO, "method", "release", "method", GO]


def test_a_wrong_answer_is_told_and_asked_again(capsys: pytest.CaptureFixture[str]) -> None:
    asker = Script(ENTER, "1\0", ENTER, ENTER, "quit")
    assert install(asker) == Exit.CANCELLED
    assert asker.keys() == ["venv", "release", "release", "method", GO]
    assert "single line" in capsys.readouterr().out


def test_a_release_that_does_not_exist_is_told_and_asked_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asker = Script(ENTER, "50.0.9", "50.0.2", ENTER, "quit")
    assert install(asker) == Exit.CANCELLED
    assert asker.keys() == ["venv", "release", "release", "method", GO]
    assert "There is no release 50.0.9 of cryptography" in capsys.readouterr().out


@pytest.mark.parametrize("answer", ["back", "quit"])
def test_an_impossible_plan_leads_back_to_the_questions(
    capsys: pytest.CaptureFixture[str], answer: str
) -> None:
    def settle(case: Case) -> Decision:
        if case.choices.release != "50.0.2":
            return engine.settle(case)
        with engine.with_alternatives(case):
            raise Impossible("This machine cannot.", why="It is too small.")

    machine = replace(Pretended().engine(), settle=settle)
    asker = Script(*[ENTER] * 3, answer, Back, "49.0.0", ENTER, "go")
    code = linear.install(machine, Choices(), asker)
    assert code == (Exit.DONE if answer == "back" else Exit.IMPOSSIBLE)
    out = capsys.readouterr().out
    assert "This machine cannot.\nWhy: It is too small.\nWhat is possible instead:" in out
    assert ("[4/4]" in out) is (answer == "back")


def test_nothing_is_done_without_a_yes(capsys: pytest.CaptureFixture[str]) -> None:
    assert install(Script(ENTER, ENTER, ENTER, "quit")) == Exit.CANCELLED
    out = capsys.readouterr().out
    assert "Nothing was done." in out
    assert "[1/" not in out


def test_what_flags_have_answered_is_said_and_not_asked_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asker = Script(*[ENTER] * 2, "quit")
    install(asker, choices=Choices(release="49.0.0"))
    assert asker.keys() == ["venv", "method", GO]
    out = capsys.readouterr().out
    assert "Taken from your options: --release 49.0.0\n" in out
    assert "cryptography==49.0.0" in out


def test_what_flags_have_answered_is_asked_if_the_user_goes_back() -> None:
    asker = Script("back", *[ENTER] * 3, "quit")
    install(asker, choices=Choices(venv="/x", release="49.0.0", method="wheel"))
    assert asker.keys() == [GO, "venv", "release", "method", GO]
    assert ("release", "49.0.0") in asker.asked


REFUSED = replace(DEBIAN, privilege=Privilege("none"))


def test_what_is_possible_instead_is_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    """A source build needs root rights here: the user chooses the wheel, and types nothing."""
    asker = Script(ENTER, "0", "go")
    assert install(asker, Pretended(REFUSED), Choices(method="source")) == Exit.DONE
    assert asker.keys() == ["venv", "What now?", GO]
    out = capsys.readouterr().out
    assert "“Source (compiled here)” is not possible on this machine.\n" in out
    assert "--method source\n" in out
    assert "What works here" not in out
    assert "cryptography 50.0.2 works" in out


def test_the_flags_of_a_hint_are_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear, "is_terminal", lambda _stream: True)
    machine = Pretended(WITH_SUDO, password=False)
    choices = Choices(venv="/x", release="50.0.2", method="source", link="dynamic")
    asker = Script(*[ENTER] * 2, "go", "0", "go")
    assert install(asker, machine, choices) == Exit.DONE
    assert asker.keys()[-2:] == ["What now?", GO]


def test_without_an_answer_a_refusal_is_an_error() -> None:
    with pytest.raises(Impossible, match=r"compiled here.*is not possible"):
        install(Script(ENTER, EOFError), Pretended(REFUSED), Choices(method="source"))


def short_of_memory() -> Pretended:
    """A machine with four cores, whose memory does not suffice at first."""
    facts = replace(DEBIAN, system=replace(DEBIAN.system, cores=4))
    return Pretended(facts, {"install": (NO_MEMORY, Scene())})


def test_after_a_failure_one_answer_does_what_helps(capsys: pytest.CaptureFixture[str]) -> None:
    """The plan is changed and shown; because it needs root rights again, it asks."""
    machine = short_of_memory()
    asker = Script(*[ENTER] * 4, "fewer-jobs", "go")
    assert install(asker, machine, Choices(method="source")) == Exit.DONE
    assert asker.keys()[-2:] == ["What now?", "Do these steps?"]
    out = capsys.readouterr().out
    assert "Compile one file at a time, and resume.\n" in out
    assert "Changed: --jobs 1\n" in out
    assert "Still to do:\n" in out
    assert "(asks for administrator rights)" in out
    assert machine.probes == [True, True]


def test_what_needs_root_is_not_done_without_a_yes() -> None:
    asker = Script(*[ENTER] * 4, "fewer-jobs", "back", "wheel")
    machine = short_of_memory()
    assert install(asker, machine, Choices(method="source")) == Exit.DONE
    assert asker.keys()[-3:] == ["What now?", "Do these steps?", "What now?"]


def test_after_a_failure_one_can_stop() -> None:
    asker = Script(*[ENTER] * 4, "quit")
    assert install(asker, short_of_memory(), Choices(method="source")) == Exit.FAILED


def test_a_failed_step_can_be_tried_again(capsys: pytest.CaptureFixture[str]) -> None:
    machine = Pretended(script={"install": (BROKEN, Scene())})
    assert install(Script(*[ENTER] * 4, "again"), machine) == Exit.DONE
    out = capsys.readouterr().out
    for part in (
        "| error: the true cause",
        "Why: The network could not be reached.",
        "Connect to the network and try again.",
        "The full log: logs/03-install.log",
    ):
        assert part in out
    assert out.count("Make the virtual environment …") == 1
    assert out.count("[3/4]") == 2


@pytest.mark.parametrize("answer", ["quit", EOFError])
def test_a_failure_can_be_left(answer: Answer) -> None:
    machine = Pretended(script={"install": BROKEN})
    assert install(Script(*[ENTER] * 4, answer), machine) == Exit.FAILED


def test_the_end_of_the_answers_is_told_and_nothing_is_done() -> None:
    with pytest.raises(BadRequest) as caught:
        install(Script(ENTER, ENTER, EOFError))
    assert caught.value.code == Exit.WRONG
    assert "Nothing was done" in caught.value.what


def test_ctrl_c_is_passed_on() -> None:
    with pytest.raises(KeyboardInterrupt):
        install(Script(ENTER, KeyboardInterrupt))


def test_root_is_unlocked_before_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear, "is_terminal", lambda _stream: True)
    machine = Pretended(WITH_SUDO)
    asker = Script(ENTER, ENTER, "source", *[ENTER] * 4)
    assert install(asker, machine) == Exit.DONE
    assert machine.unlocked == 1


def test_a_wrong_password_leads_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(linear, "is_terminal", lambda _stream: True)
    machine = Pretended(WITH_SUDO, password=False)
    choices = Choices(method="source")
    asker = Script(*[ENTER] * 3, "go", "quit")
    assert install(asker, machine, choices) == Exit.CANCELLED
    out = capsys.readouterr().out
    assert "sudo did not grant root rights" in out
    assert "[1/" not in out


def test_an_index_that_cannot_be_reached_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert DEBIAN.listing is not None
    silent = replace(DEBIAN, listing=replace(DEBIAN.listing, problem="index.example is silent."))
    install(Script(*[ENTER] * 3, "quit"), Pretended(silent))
    assert "The package index: index.example is silent." in capsys.readouterr().out


def test_plain_text_from_the_first_question_to_the_proof(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("?\n1\nb\n\n\n1\n1\n"))
    assert linear.install(Pretended().engine(), Choices(), Plain()) == Exit.DONE
    out = capsys.readouterr().out
    assert "ok: cryptography 50.0.2 works" in out
    assert not set(out) & set("\r\x1b")


def test_prompts_from_the_first_question_to_the_proof(capsys: pytest.CaptureFixture[str]) -> None:
    with create_pipe_input() as keys:
        keys.send_text("\r" * 4)
        asker = Prompts(input=keys, output=DummyOutput())
        assert linear.install(Pretended().engine(), Choices(), asker) == Exit.DONE
    assert "ok: cryptography 50.0.2 works" in capsys.readouterr().out
