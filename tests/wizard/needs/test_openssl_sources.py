"""Which archive an OpenSSL is built from, and what vouches for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backends.action import CheckSignature, Command, Download, Unpack
from tests.machines import machine
from tests.wizard.planned import plan
from wizard.choices import Choices
from wizard.errors import Impossible
from wizard.facts import Facts, Tool
from wizard.knowledge import load
from wizard.openssl_archive import VARIABLE
from wizard.plan import Plan
from wizard.tables import OpenSSLSource

KEY, SUM, OWN = "A" * 40, "0" * 64, "1" * 64
ROW = OpenSSLSource("3.5.7", "https://o.example/openssl-3.5.7.tar.gz", SUM, "2030-04-08", KEY)
KNOWLEDGE = replace(load(), openssls=(ROW,))
WORKSHOP = machine("workshop")
GPG = Tool("gpg", "/usr/bin/gpg", "2.4.7")
TRUSTED = replace(WORKSHOP, tools=(*WORKSHOP.tools, GPG), signers=(KEY,))
MIRROR, ARCHIVE = "file:///srv/mirror/", "file:///srv/mirror/openssl-3.5.7.tar.gz"
SIGNATURE = f"{ARCHIVE}.asc"


def made(facts: Facts = WORKSHOP, /, **choices: str) -> Plan:
    asked = {"openssl": "3.5.7", "link": "static", **choices}
    return plan(facts, KNOWLEDGE, Choices(method="source", **asked))  # type: ignore[arg-type]


def why(facts: Facts = WORKSHOP, /, **choices: str) -> str:
    with pytest.raises(Impossible) as refused:
        made(facts, **choices)
    return " ".join((refused.value.what, refused.value.why, *refused.value.hints))


def fetched(it: Plan) -> Download:
    action = next(step.action for step in it.steps if step.id == "openssl-source")
    assert isinstance(action, Download)
    return action


def checked(it: Plan) -> CheckSignature | None:
    action = next((s.action for s in it.steps if s.id == "openssl-signature"), None)
    assert action is None or isinstance(action, CheckSignature)
    return action


def note(it: Plan) -> str:
    return " ".join(text for text in it.notes if "checksum" in text and "signature" in text.lower())


def folder(it: Plan) -> str:
    install = next(step.action for step in it.steps if step.id == "install")
    assert isinstance(install, Command)
    return dict(install.env)["OPENSSL_DIR"]


def variable(value: str, **facts: object) -> Facts:
    return replace(TRUSTED, variables=((VARIABLE, value),), **facts)  # type: ignore[arg-type]


# Where it comes from.


def test_the_documented_address_is_the_last_resort() -> None:
    assert fetched(made()).url == ROW.url
    assert fetched(made(variable("https://m.example/o/"))).url.startswith("https://m.example/o/")
    asked = made(variable("https://m.example/o/"), openssl_source="https://other.example/x.tgz")
    assert fetched(asked).url == "https://other.example/x.tgz"


@pytest.mark.parametrize("place", ["https://m.example/o/", "file:///srv/o/"])
def test_a_mirror_has_it_by_its_usual_name(place: str) -> None:
    assert fetched(made(openssl_source=place)).url == f"{place}openssl-3.5.7.tar.gz"


def test_a_variable_that_cannot_be_is_named() -> None:
    for value in ("/srv/none", MIRROR, ARCHIVE, "https://****@m.example/o/"):
        assert VARIABLE in why(variable(value))
    assert "does not exist" in why(variable("/srv/none"))
    assert "does not contain openssl-3.5.7.tar.gz" in why(variable(MIRROR))
    assert "~/.netrc" in why(variable("https://****@m.example/o/"))


def test_a_variable_that_cannot_be_is_no_matter_where_it_is_not_needed() -> None:
    facts = variable("/srv/none")
    assert made(facts, openssl_source="https://m.example/x.tgz")
    assert plan(facts, KNOWLEDGE, Choices(method="source"))
    name = folder(made()).rpartition("/")[2]
    built = made(replace(facts, built=(name,)))
    assert "openssl-source" not in [step.id for step in built.steps]
    assert note(built) == ""


# A checksum from the user.


def test_a_checksum_of_ones_own_counts_instead_of_the_tables() -> None:
    usual, own = made(), made(openssl_sha256=OWN.upper())
    assert fetched(own).sha256 == OWN
    assert fetched(own).path.endswith(f"/openssl-3.5.7-sha256-{OWN}.tar.gz")
    assert folder(own) != folder(usual), "one is never taken for the other"
    assert made(openssl_sha256=SUM) == usual


BROUGHT = {"openssl": "3.6.1", "openssl_sha256": OWN, "openssl_source": "https://m.example/o/"}


def test_another_version_is_brought_along_with_its_checksum() -> None:
    it = made(**BROUGHT)
    assert fetched(it).url == "https://m.example/o/openssl-3.6.1.tar.gz"
    assert (fetched(it).sha256, fetched(it).sha256_url) == (OWN, "")
    build = next(s.action for s in it.steps if s.id == "openssl-build")
    assert build.units == 0  # type: ignore[union-attr]
    assert any("3.6.1 is no longer supported: fixes ended on 2026-11-01" in n for n in it.notes)
    assert "does not know who signs this version" in note(it)
    assert checked(made(TRUSTED, **BROUGHT)) is None
    by_variable = made(variable("https://m.example/o/"), openssl="3.6.1", openssl_sha256=OWN)
    assert fetched(by_variable).url == fetched(it).url


@pytest.mark.parametrize("version", ["3", "3.6", "newest", "3.6.1-beta1", "..", "٣.٦.١", "3.06.1"])
def test_a_checksum_makes_no_version_of_another_word(version: str) -> None:
    told = why(openssl=version, openssl_sha256=OWN, openssl_source="https://m.example/o/")
    assert f"cannot build OpenSSL {version}: that is not a version" in told


# A version without a checksum in the table.


PLACE = "https://github.com/openssl/openssl/releases/download"


@pytest.mark.parametrize(
    ("release", "version", "folder"),
    [
        ("50.0.2", "3.5.4", "openssl-3.5.4"),
        ("50.0.2", "3.0.0", "openssl-3.0.0"),
        ("50.0.2", "3.3.7", "openssl-3.3.7"),
        ("41.0.7", "1.1.1k", "OpenSSL_1_1_1k"),
        ("41.0.7", "1.1.1q", "OpenSSL_1_1_1q"),
    ],
)
def test_any_public_version_is_compared_with_the_published_checksum(
    release: str, version: str, folder: str
) -> None:
    it = made(openssl=version, release=release)
    download = fetched(it)
    assert download.url == f"{PLACE}/{folder}/openssl-{version}.tar.gz"
    assert (download.sha256, download.sha256_url) == ("", f"{download.url}.sha256")
    assert download.path.endswith(f"/openssl-{version}.tar.gz")
    assert "published beside it (.sha256)" in note(it)
    assert "--openssl-sha256 SUM" in note(it)
    why = next(step.why for step in it.steps if step.id == "openssl-source")
    assert "published beside it" not in why, "the note has said it"
    assert checked(made(TRUSTED, openssl=version, release=release)) is None


def test_only_the_options_that_every_version_of_its_series_accepts_are_used() -> None:
    for version, accepted in (("3.5.4", True), ("3.0.9", False), ("3.1.2", False)):
        configure = next(s for s in made(openssl=version).steps if s.id == "openssl-configure")
        assert isinstance(configure.action, Command)
        assert ("no-apps" in configure.action.argv) is accepted, version
        assert ("no-atexit" in configure.action.argv) is accepted, version


def test_what_was_compared_with_the_published_checksum_is_a_build_of_its_own() -> None:
    published, own = made(openssl="3.5.4"), made(openssl="3.5.4", openssl_sha256=OWN)
    known = replace(ROW, version="3.5.4", sha256=SUM, known=KNOWLEDGE.openssl_series("3.5.4").known)  # type: ignore[union-attr]
    tabled = plan(
        WORKSHOP,
        replace(KNOWLEDGE, openssls=(known,)),
        Choices(method="source", openssl="3.5.4", link="static"),
    )
    assert len({folder(it) for it in (published, own, tabled)}) == 3


@pytest.mark.parametrize(
    ("version", "reason", "hint"),
    [
        ("3.0.6", "The OpenSSL project withdrew OpenSSL 3.0.6.", "--openssl 3.0.22"),
        ("3.0.23", "3.0.23 is not public", "--openssl-source FILE|URL --openssl-sha256 SUM"),
        ("3.4.99", "ended on 2026-10-22, with 3.4.8", "--openssl 3.4.8"),
        ("3.7.0", "There is no OpenSSL 3.7.0.", "4.0.3, 3.6.5, 3.5.9"),
        ("9.9.9", "There is no OpenSSL 9.9.9.", "4.0.3"),
        ("3.5.4b", "There is no OpenSSL 3.5.4b.", "3.5.9"),
    ],
)
def test_one_that_is_not_published_is_refused_with_its_reason(
    version: str, reason: str, hint: str
) -> None:
    assert reason in why(openssl=version)
    assert hint in why(openssl=version)
    assert reason in why(openssl=version, openssl_source="https://m.example/")
    assert reason in why(openssl=version, openssl_sha256=OWN)
    brought = {**BROUGHT, "openssl": version}
    assert fetched(made(**brought)).sha256 == OWN, "the user has it"


@pytest.mark.parametrize(("version", "known"), [("3.5.30", "3.5.9"), ("4.1.0", "4.0.3")])
def test_one_that_is_newer_than_the_table_may_exist(version: str, known: str) -> None:
    it = made(openssl=version)
    assert fetched(it).url == f"{PLACE}/openssl-{version}/openssl-{version}.tar.gz"
    assert any(f"{version} is newer than {known}, the newest that this" in n for n in it.notes)
    assert not any("is newer than" in text for text in made(openssl="3.5.4").notes)


def test_the_signature_of_a_newer_one_is_checked_with_the_key_of_its_series() -> None:
    newer = made(TRUSTED, openssl="3.5.30")
    signed = checked(newer)
    assert signed is not None
    assert (signed.url, signed.signer) == (f"{fetched(newer).url}.asc", KEY)
    assert note(newer).endswith("The signature shows who made it.")
    without = note(made(openssl="3.5.30"))
    lacking = f"gpg 2.2 or newer is not installed and your keyring lacks the key {KEY}"
    assert f"its signature is not checked: {lacking}." in without
    assert checked(made(TRUSTED, openssl="3.5.4")) is None, "who signed it is unknown"
    assert "its signature is not checked." in note(made(TRUSTED, openssl="3.5.4"))


def test_where_the_checksum_is_not_published_the_way_out_is_said() -> None:
    assert fetched(made(openssl="3.5.4")).otherwise.endswith("--openssl-sha256 SUM")
    assert "sha256" not in fetched(made()).otherwise


def test_a_file_on_this_machine_needs_its_checksum_beside_it() -> None:
    archive = "file:///srv/mirror/openssl-3.5.4.tar.gz"
    facts = replace(WORKSHOP, archives=(archive,))
    for asked, place in (
        (facts, {"openssl_source": MIRROR}),
        (facts, {"openssl_source": archive}),
        (replace(facts, variables=((VARIABLE, MIRROR),)), {}),
    ):
        told = why(asked, openssl="3.5.4", **place)
        assert "openssl-3.5.4.tar.gz.sha256 is not beside the archive" in told
        assert "--openssl-sha256 SUM" in told
        assert fetched(made(asked, openssl="3.5.4", openssl_sha256=OWN, **place)).sha256 == OWN
        both = replace(asked, archives=(archive, f"{archive}.sha256"))
        assert fetched(made(both, openssl="3.5.4", **place)).sha256_url == f"{archive}.sha256"


def test_a_mirror_is_asked_for_the_checksum_too() -> None:
    for place in ("https://m.example/o/", "https://m.example/o/openssl-3.5.4.tar.gz"):
        download = fetched(made(openssl="3.5.4", openssl_source=place))
        assert download.sha256_url == "https://m.example/o/openssl-3.5.4.tar.gz.sha256"
    asked = {"openssl": "3.5.4", "openssl_source": "https://m.example/get?file=openssl.tar.gz"}
    assert "--openssl-sha256 SUM" in why(**asked), "nothing is beside such an address"
    assert fetched(made(**asked, openssl_sha256=OWN)).url == asked["openssl_source"]


def test_another_version_has_to_fit_the_release() -> None:
    asked = {"openssl_sha256": OWN, "openssl_source": "https://m.example/o/"}
    assert "does not work with OpenSSL 1.0.2u" in why(openssl="1.0.2u", **asked)


# The signature.


def test_it_is_checked_where_gpg_and_the_key_are_there() -> None:
    it = made(TRUSTED)
    download = fetched(it)
    assert checked(it) == CheckSignature(f"{ROW.url}.asc", download.path, KEY, "/usr/bin/gpg")
    steps = {step.id: step for step in it.steps}
    assert steps["openssl-signature"].needs == ("openssl-source",)
    assert steps["openssl-unpack"].needs == ("openssl-signature",)
    assert isinstance(steps["openssl-unpack"].action, Unpack)
    assert note(it) == ""


@pytest.mark.parametrize(
    ("facts", "lacks"),
    [
        (WORKSHOP, ("gpg 2.2 or newer", KEY)),
        (replace(TRUSTED, signers=()), (KEY,)),
        (replace(TRUSTED, signers=("B" * 40,)), (KEY,)),
        (replace(TRUSTED, tools=(*WORKSHOP.tools, replace(GPG, version="2.0.22"))), ("gpg 2.2",)),
    ],
)
def test_else_the_notes_say_what_it_would_need(facts: Facts, lacks: tuple[str, ...]) -> None:
    it = made(facts)
    assert checked(it) is None
    assert next(s for s in it.steps if s.id == "openssl-unpack").needs == ("openssl-source",)
    assert all(word in note(it) for word in lacks)
    assert ("your keyring lacks the key" in note(it)) is (KEY in lacks)


@pytest.mark.parametrize("asked", [MIRROR, ARCHIVE])
def test_beside_a_file_it_must_be_there(asked: str) -> None:
    with_one = replace(TRUSTED, archives=(ARCHIVE, SIGNATURE))
    found = checked(made(with_one, openssl_source=asked))
    assert found is not None
    assert found.url == SIGNATURE
    without = made(replace(TRUSTED, archives=(ARCHIVE,)), openssl_source=asked)
    assert checked(without) is None
    assert "openssl-3.5.7.tar.gz.asc is not beside the archive" in note(without)
    assert "your keyring lacks the key" not in note(without)
    for facts, there in ((with_one, True), (replace(TRUSTED, archives=(ARCHIVE,)), False)):
        it = made(replace(facts, variables=((VARIABLE, asked),)))
        assert (checked(it) is not None) is there
