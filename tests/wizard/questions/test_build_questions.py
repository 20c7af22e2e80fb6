"""Where OpenSSL comes from, which version, and how a named one is linked: on several machines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backends.action import Seal
from tests.machines import machine
from tests.wizard.planned import plan
from wizard.choices import Choices
from wizard.errors import Impossible
from wizard.facts import Facts, Headers
from wizard.knowledge import load
from wizard.needs.case import Case
from wizard.needs.openssl import buildable, longest_supported
from wizard.questions import completion
from wizard.questions.question import Question
from wizard.tables import OpenSSLSource

KNOWLEDGE = load()
DEBIAN, WORKSHOP = machine("debian-12"), machine("workshop")
FITS = 62
"""Columns for a consequence at 80, less its indent; "recommended · " takes some of them."""


def asked(facts: Facts, key: str = "openssl", **choices: str) -> Question:
    return by_key(facts, **choices)[key]


def by_key(facts: Facts, **choices: str) -> dict[str, Question]:
    wanted = Choices(method="source", **choices)  # type: ignore[arg-type]
    return {q.key: q for q in completion.applicable(Case(facts, KNOWLEDGE, wanted))}


def settled(facts: Facts, **choices: str) -> tuple[str, str]:
    done = completion.complete(Case(facts, KNOWLEDGE, Choices(method="source", **choices))).choices  # type: ignore[arg-type]
    return done.openssl, done.link


def closed(question: Question) -> dict[str, str]:
    return {option.value: option.closed for option in question.options if option.closed}


FOLDER = replace(
    WORKSHOP,
    openssl=(
        Headers("/opt/my-ssl/include", "3.5.4", "/opt/my-ssl/lib", True, "3.5.4", "x86_64"),
        *WORKSHOP.openssl,
    ),
)
SHARED_ONLY = replace(FOLDER, openssl=(replace(FOLDER.openssl[0], static=False), *WORKSHOP.openssl))


def test_a_debian_has_all_five_answers() -> None:
    question = asked(DEBIAN)
    assert [option.value for option in question.options] == [
        "system dynamic",
        "system static",
        "3.5.9 dynamic",
        "3.5.9 static",
    ]
    assert question.free
    assert not closed(question)
    assert question.recommended == "system dynamic"
    assert "3.0.22 of this system" in question.options[0].label
    assert question.options[0].consequence.startswith("Your system updates it.")
    assert all("you must rebuild" in option.consequence for option in question.options[1:])


def test_a_fedora_has_no_static_libraries_and_says_what_to_do() -> None:
    reason = closed(asked(machine("fedora")))
    assert list(reason) == ["system static"]
    assert reason["system static"] == (
        "dnf does not offer static OpenSSL libraries. Instead, the wizard can build OpenSSL and "
        "copy it into cryptography."
    )


def test_an_alpine_has_static_libraries() -> None:
    assert not closed(asked(machine("alpine-3.22")))


def test_on_a_mac_homebrew_updates_it() -> None:
    question = asked(machine("mac-arm-brew"))
    assert list(closed(question)) == ["3.5.9 dynamic"], "it could not be moved"
    assert "of Homebrew" in question.options[0].label
    assert question.options[0].consequence.startswith("Homebrew updates it.")


def test_on_windows_nothing_is_built_and_nobody_else_updates() -> None:
    question = asked(machine("windows-64"))
    reason = closed(question)
    assert list(reason) == ["system static", "3.5.9 dynamic", "3.5.9 static"]
    assert "can be copied in" not in reason["system static"], "nothing can be built here"
    assert "only on Linux and macOS" in reason["3.5.9 static"]
    assert question.options[0].consequence.startswith("You update it.")
    assert "by themselves" not in question.because


@pytest.mark.parametrize(
    "name", ["debian-12", "debian-13-bare", "fedora", "alpine-3.22", "mac-arm-brew", "windows-64"]
)
def test_each_consequence_fits_one_line(name: str) -> None:
    for question in by_key(machine(name), openssl="").values():
        if question.key.startswith("openssl"):
            for option in question.options:
                room = FITS - len("recommended · ") * (option.value == question.recommended)
                assert len(option.consequence) <= room, option.consequence


@pytest.mark.parametrize(
    ("given", "filled"),
    [
        ({}, ("system", "dynamic")),
        ({"openssl": "system"}, ("system", "dynamic")),
        ({"link": "static"}, ("system", "static")),
        ({"link": "dynamic"}, ("system", "dynamic")),
        ({"openssl": "3.0.22"}, ("3.0.22", "dynamic")),
        ({"openssl": "3.0.22", "link": "static"}, ("3.0.22", "static")),
    ],
)
def test_what_was_given_is_a_part_of_an_answer(
    given: dict[str, str], filled: tuple[str, str]
) -> None:
    assert settled(DEBIAN, **given) == filled
    standing = asked(DEBIAN, **given).given(Choices(**given))  # type: ignore[arg-type]
    assert standing == (" ".join(filled) if given else "")


def test_static_alone_is_refused_where_the_system_has_none() -> None:
    with pytest.raises(Impossible) as refused:
        settled(machine("fedora"), link="static")
    assert "not offer static OpenSSL libraries" in refused.value.why
    assert "Or let the wizard build OpenSSL: --openssl 3.5.9 --link static" in refused.value.hints


def test_an_error_names_the_flag_that_was_given() -> None:
    # The package manager is chosen after the release was checked; this one has no such libraries.
    question = asked(machine("fedora"))
    with pytest.raises(Impossible) as refused:
        completion._check_given(
            Case(DEBIAN, KNOWLEDGE, Choices(openssl="system", link="static")), question
        )
    assert refused.value.what.endswith("(static)” is not possible on this machine.")
    assert refused.value.shown == "--openssl system --link static"
    (hint,) = refused.value.hints
    assert hint.startswith("What works here is “")
    assert hint.endswith("”: --openssl system --link dynamic")


def test_only_the_versions_that_the_release_takes_are_offered() -> None:
    question = asked(DEBIAN, "openssl_version", openssl="3.5.9", link="static")
    assert [option.value for option in question.options] == ["4.0.3", "3.6.5", "3.5.9", "3.0.22"]
    assert not closed(question)
    assert question.recommended == "3.5.9", "the long-term one, not the newest"
    words = {option.value: option.consequence for option in question.options}
    assert words["3.5.9"] == "Supported until 2030-04-08."
    assert words["3.0.22"] == "No longer supported: fixes ended on 2026-09-07."
    before = asked(DEBIAN, "openssl_version", release="46.0.1", openssl="3.5.9", link="static")
    assert "4.0.3" not in [option.value for option in before.options]


def test_a_mirror_that_has_only_an_older_one_of_a_series_offers_that_one() -> None:
    place = "file:///srv/mirror/"
    archives = tuple(
        f"{place}openssl-{version}.tar.gz" for version in ("3.5.7", "3.0.22", "3.0.20")
    )
    variables = (("CRYPTOGRAPHY_WIZARD_OPENSSL_SOURCE", place),)
    facts = replace(DEBIAN, variables=variables, archives=archives)
    question = asked(facts, "openssl_version", openssl="3.5.7", link="static")
    possible = [option.value for option in question.options if not option.closed]
    assert possible == ["3.5.7", "3.0.22"]
    assert question.recommended == "3.5.7"


def test_any_public_version_can_be_asked_for() -> None:
    question = asked(DEBIAN, "openssl_version", openssl="3.5.4", link="static")
    first = question.options[0]
    assert (first.value, first.closed) == ("3.5.4", "")
    assert first.consequence == "Supported until 2030-04-08."
    assert settled(DEBIAN, openssl="3.5.4", link="static") == ("3.5.4", "static")
    with pytest.raises(Impossible) as refused:
        settled(DEBIAN, openssl="3.0.6", link="static")
    assert "withdrew" in refused.value.why


def test_the_version_is_asked_only_of_one_that_is_built() -> None:
    assert "openssl_version" not in by_key(DEBIAN)
    assert "openssl_version" not in by_key(DEBIAN, link="static")
    assert "openssl_version" not in by_key(FOLDER, openssl="/opt/my-ssl")
    assert "link" not in by_key(DEBIAN, openssl="3.5.9")


def test_the_chosen_version_stays_among_the_answers() -> None:
    question = asked(DEBIAN, openssl="3.0.22", link="static")
    assert [option.value for option in question.options][2:] == ["3.0.22 dynamic", "3.0.22 static"]
    assert question.options[3].label.startswith("OpenSSL 3.0.22 built here")
    assert question.options[3].consequence.startswith("It no longer receives fixes.")


def test_one_version_is_named_and_not_asked_about() -> None:
    found = by_key(machine("debian-11"), release="3.4.8", openssl="1.1.1w", link="static")
    assert "openssl_version" not in found
    assert found["openssl"].options[3].label.startswith("OpenSSL 1.1.1w built here")


def test_where_all_are_out_of_support_it_is_said() -> None:
    facts = replace(DEBIAN, taken="2031-01-01T00:00:00+00:00")
    question = asked(facts, "openssl_version", openssl="3.5.9")
    assert question.recommended == "3.5.9"
    assert "No version for this release is still supported" in question.because


def test_the_one_that_is_supported_the_longest() -> None:
    def source(version: str, ends: str) -> OpenSSLSource:
        return OpenSSLSource(version, "", "", ends)

    lts, plain = source("3.5.9", "2030-04-08"), source("3.6.1", "2026-11-01")
    assert longest_supported([plain, lts]) == lts
    twins = [source("3.0.22", "2026-09-07"), source("3.0.20", "2026-09-07")]
    assert longest_supported(twins) == twins[0]
    assert longest_supported([]) is None
    assert buildable(KNOWLEDGE, KNOWLEDGE.release("3.4.8")) == KNOWLEDGE.openssls[-1:]


def test_what_was_built_before_takes_no_time() -> None:
    wanted = {"openssl": "3.5.9", "link": "static"}
    assert "Takes 1-2 min" in asked(WORKSHOP, **wanted).options[3].consequence
    made = plan(WORKSHOP, KNOWLEDGE, Choices(method="source", **wanted))  # type: ignore[arg-type]
    (seal,) = (step.action for step in made.steps if isinstance(step.action, Seal))
    name = seal.folder.rpartition("/")[2]
    built = replace(WORKSHOP, built=(name,))
    options = asked(built, **wanted).options
    assert options[3].consequence == "To update OpenSSL later, you must rebuild. Already built."
    assert "Takes 1-2 min" in options[2].consequence, "the shared one was not"
    versions = asked(built, "openssl_version", **wanted).options
    assert [option.label for option in versions if "already" in option.label] == [
        "OpenSSL 3.5.9, already built"
    ]


def test_a_folder_is_linked_either_way() -> None:
    found = by_key(FOLDER, openssl="/opt/my-ssl")
    assert found["openssl"].given(Choices(openssl="/opt/my-ssl")) == "/opt/my-ssl"
    assert [option.value for option in found["link"].options] == ["dynamic", "static"]
    assert found["link"].recommended == "dynamic"
    assert settled(FOLDER, openssl="/opt/my-ssl") == ("/opt/my-ssl", "dynamic")
    assert settled(FOLDER, openssl="/opt/my-ssl", link="static") == ("/opt/my-ssl", "static")


def test_a_folder_with_one_kind_of_libraries_leaves_nothing_to_ask() -> None:
    assert "link" not in by_key(SHARED_ONLY, openssl="/opt/my-ssl")
    assert settled(SHARED_ONLY, openssl="/opt/my-ssl") == ("/opt/my-ssl", "dynamic")


def test_an_open_choice_is_the_way_that_works() -> None:
    assert settled(machine("mac-arm-brew"), openssl="3.5.9") == ("3.5.9", "static")
    spaced = replace(FOLDER.openssl[0], folder="/opt/my ssl/include", libraries="/opt/my ssl/lib")
    facts = replace(FOLDER, openssl=(spaced, *WORKSHOP.openssl))
    assert settled(facts, openssl="/opt/my ssl") == ("/opt/my ssl", "static")


def test_an_answer_fills_both_choices() -> None:
    question = asked(DEBIAN)
    made = question.put(Choices(), "3.5.9 static")
    assert (made.openssl, made.link) == ("3.5.9", "static")
    typed = question.put(Choices(link="static"), "/opt/my ssl")
    assert (typed.openssl, typed.link) == ("/opt/my ssl", "static")
    where = completion.applicable(Case(DEBIAN, KNOWLEDGE, Choices()))[0]
    assert where.put(Choices(), "/home/ada/my env").venv == "/home/ada/my env"


def test_before_the_package_lists_are_fetched_it_is_asked_too() -> None:
    bare = machine("debian-13-bare")
    assert not closed(asked(bare))
    assert settled(bare) == ("system", "dynamic")
    with pytest.raises(Impossible) as refused:  # no list would change that
        settled(bare, openssl="1.1.1w", release="50.0.2")
    assert "does not work with OpenSSL 1.1.1w" in refused.value.why


def test_a_version_of_ones_own_is_among_the_answers() -> None:
    own = {"openssl": "4.1.0", "openssl_source": "file:///a.tar.gz", "openssl_sha256": "0" * 64}
    first = asked(DEBIAN, "openssl_version", **own).options[0]
    assert (first.value, first.closed) == ("4.1.0", "")
    assert "does not know how long" in first.consequence
    assert settled(DEBIAN, **own, link="static") == ("4.1.0", "static")
    with pytest.raises(Impossible) as refused:
        settled(DEBIAN, openssl="4.x", link="static")
    assert "cannot build OpenSSL 4.x" in refused.value.why


def test_of_a_mirror_the_version_that_it_has_is_offered() -> None:
    place, name = "file:///srv/mirror/", "CRYPTOGRAPHY_WIZARD_OPENSSL_SOURCE"
    known = next(each.version for each in KNOWLEDGE.openssls if each.version.startswith("3.0."))
    facts = replace(
        DEBIAN,
        variables=(*DEBIAN.variables, (name, place)),
        archives=(f"{place}openssl-{known}.tar.gz",),
    )
    built = [option for option in asked(facts).options if option.value.startswith("3.")]
    assert [option.value for option in built] == [f"{known} dynamic", f"{known} static"]
    assert not any(option.closed for option in built)
    assert all(f"OpenSSL {known} built here" in option.label for option in built)
    none = replace(facts, archives=())
    closed = [option for option in asked(none).options if option.value.startswith("3.")]
    assert all("does not contain openssl-" in option.closed for option in closed)
    assert closed
