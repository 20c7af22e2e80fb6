"""The doctor's list as it is printed."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from screens.commands.doctor import Arguments, doctor, run
from tests.machines import machine
from tests.wizard.advice.test_doctor import GOOD
from wizard.advice.doctor import Finding
from wizard.choices import Choices
from wizard.engine import case_of
from wizard.errors import BadRequest, Exit
from wizard.facts import Facts, Listing, Privilege


def printed(
    facts: Facts, *, encoding: str = "utf-8", color: bool = False, every: bool = False
) -> tuple[str, int]:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="")
    code = doctor(case_of(facts, Choices()), stream, color, every=every)
    stream.flush()
    return raw.getvalue().decode(encoding), code


def test_a_good_machine() -> None:
    text, code = printed(GOOD, every=True)
    assert code == Exit.DONE
    assert text.startswith("✓  System       Debian GNU/Linux 12 (bookworm), x86_64, glibc 2.36")
    assert text.endswith("\nReady. Start with: cryptography-wizard\n")
    assert "!" not in text
    assert "\x1b" not in text


def test_what_is_fine_is_one_line() -> None:
    text, code = printed(GOOD)
    assert code == Exit.DONE
    fine, _, rest = text.partition("\n\n")
    assert fine.startswith("✓  Fine         System, Python")
    assert " ".join(fine.split()).endswith("--all shows the details.")
    assert rest == "Ready. Start with: cryptography-wizard\n"


def test_a_warning_has_its_sign_its_words_and_its_action() -> None:
    text, code = printed(replace(GOOD, privilege=Privilege()))
    assert code == Exit.DONE
    assert "\n!  Root         You cannot become root: neither sudo nor doas is available.\n" in text
    what_to_do = text.partition("\nWhat to do:\n")[2]
    assert what_to_do.startswith("  1. Root: Use the wheel, which needs no root")
    assert "Ready, for the wheel and for a source build. 1 warning: Root." in text


def test_the_summary_says_what_this_machine_is_ready_for() -> None:
    text, _ = printed(machine("debian-13"))
    assert "Ready for the wheel. A source build is not ready: see Source." in text
    assert "--fix" not in text.splitlines()[-1]
    stream = io.StringIO()
    found = Finding("warn", "Runs", "It was cut off.", "resume")
    doctor(case_of(GOOD, Choices()), stream, False, (found,), can_fix=True)
    assert "1 warning: Runs." in stream.getvalue()
    first = "  1. Let the wizard put right what it can. It asks first:"
    assert f"{first}\n     cryptography-wizard doctor --fix\n" in stream.getvalue()
    assert "  2. Runs: resume\n" in stream.getvalue()


def test_what_the_wizard_does_itself_is_one_step() -> None:
    stream = io.StringIO()
    fixable = Finding("warn", "Source", "It is not ready.", "Or: cryptography-wizard doctor --fix")
    doctor(case_of(GOOD, Choices()), stream, False, (fixable,), can_fix=True)
    assert stream.getvalue().count("doctor --fix") == 1


def test_yes_and_other_machines_do_not_go_with_everything() -> None:
    with pytest.raises(BadRequest, match="only possible with --fix"):
        run(Arguments(yes=True))
    with pytest.raises(BadRequest, match="exclude each other"):
        run(Arguments(fix=True, facts="machine.json"))


def test_what_helps_against_several_findings_is_one_step() -> None:
    lost = replace(
        GOOD,
        lost_authorities=(("REQUESTS_CA_BUNDLE", "/gone.pem"),),
        listing=Listing(problem="https://index.example/simple/ cannot be read."),
    )
    text, _ = printed(lost)
    assert " ".join(text.split()).count("unset REQUESTS_CA_BUNDLE") == 1
    said = " ".join(text.split())
    assert "Certificates, Wheel and Source: Correct the path" in said
    assert said.index("Certificates, Wheel and Source:") < said.index("Index: Check the network")


def test_each_possible_action_is_an_item_with_its_whole_command() -> None:
    text, _ = printed(machine("alpine-3.16"))
    assert "Source: one of these helps.\n" in text
    assert "     - Let the wizard build OpenSSL: cryptography-wizard --openssl 3.5.9\n" in text
    assert "     - Install the wheel instead, which includes its own OpenSSL.\n" in text


def test_a_machine_on_which_nothing_works() -> None:
    text, code = printed(replace(GOOD, pythons=()))
    assert code == Exit.IMPOSSIBLE
    assert "✗  Python       This machine has no usable Python.\n" in text
    assert "Not ready: 1 problem to solve first" in text


def test_without_unicode_every_sign_is_ascii() -> None:
    facts = replace(GOOD, pythons=(), privilege=Privilege())
    text, _ = printed(facts, encoding="ascii", every=True)
    assert "\nx  Python " in text
    assert "\nok Packages " in text
    assert "\n!  Root " in text
    text.encode("ascii")


def test_colour_adds_nothing_but_colour() -> None:
    plain, _ = printed(GOOD)
    coloured, _ = printed(GOOD, color=True)
    assert "\x1b[32m✓" in coloured
    assert coloured.replace("\x1b[32m", "").replace("\x1b[0m", "") == plain


def test_no_line_is_wider_than_the_terminal() -> None:
    text, _ = printed(replace(GOOD, pythons=(), privilege=Privilege()))
    assert max(map(len, text.splitlines())) <= 80


def test_the_release_that_was_asked_for_must_exist() -> None:
    with pytest.raises(BadRequest, match="no release 9"):
        doctor(case_of(GOOD, Choices(release="9.9")), io.StringIO(), False)
