"""Which OpenSSL a source build uses, and how each release finds it."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from typing import Any

import pytest

from backends import openssl as backend
from backends.action import Command, Download, Prove, RemoveFolder, Seal, Unpack, WriteFile
from tests.machines import machine
from tests.wizard.planned import plan
from wizard.choices import Choices
from wizard.errors import Impossible
from wizard.facts import Facts, Headers
from wizard.knowledge import load
from wizard.plan import Plan, order
from wizard.tables import OpenSSLSource

OLD, LTS = (
    OpenSSLSource(
        version, f"https://openssl.example/{version}.tar.gz", "0" * 64, ends, known=("no-x",)
    )
    for version, ends in (("1.1.1w", "2023-09-11"), ("3.5.4", "2030-04-08"))
)
KNOWLEDGE = replace(load(), openssls=(LTS, OLD))
WORKSHOP = machine("workshop")
DEBIAN = machine("debian-12")


def source(facts: Facts, **choices: str) -> Plan:
    return plan(facts, KNOWLEDGE, Choices(method="source", **choices))  # type: ignore[arg-type]


def env(made: Plan) -> dict[str, str]:
    return dict(command(made, "install").env)


def command(made: Plan, step: str) -> Command:
    action = next(s.action for s in made.steps if s.id == step)
    assert isinstance(action, Command)
    return action


def why(facts: Facts, **choices: str) -> str:
    with pytest.raises(Impossible) as refused:
        source(facts, **choices)
    return " ".join((refused.value.what, refused.value.why, *refused.value.hints))


def test_the_systems_own_needs_no_variable() -> None:
    made = source(DEBIAN)
    assert not [name for name in env(made) if "OPENSSL" in name or name.endswith("FLAGS")]


def test_debians_static_libraries_are_named() -> None:
    made = source(replace(DEBIAN, multiarch="x86_64-linux-gnu"), link="static")
    assert env(made)["OPENSSL_STATIC"] == "1"
    assert env(made)["OPENSSL_LIB_DIR"] == "/usr/lib/x86_64-linux-gnu"
    assert env(made)["OPENSSL_INCLUDE_DIR"] == "/usr/include"
    assert made.link == "static"


def test_alpine_has_a_package_for_them() -> None:
    made = source(machine("alpine-3.22"), link="static")
    assert "openssl-libs-static" in command(made, "packages").argv


def test_fedora_has_none() -> None:
    assert "not offer static OpenSSL libraries" in why(machine("fedora"), link="static")


def test_before_40_the_systems_cannot_be_static_on_linux() -> None:
    assert "without shared libraries" in why(DEBIAN, link="static", release="39.0.2")


def test_one_that_the_wizard_builds_static() -> None:
    made = source(WORKSHOP, openssl="3.5.4", link="static")
    ids = [s.id for s in made.steps]
    assert ids[: ids.index("environment")] == [
        *("openssl-source", "openssl-unpack", "openssl-manuals", "openssl-configure"),
        "openssl-build",
        *("openssl-install", "openssl", "openssl-clean"),
    ]
    prefix = env(made)["OPENSSL_DIR"]
    assert re.fullmatch(
        r"/home/ada/\.cache/cryptography-wizard/openssl/3\.5\.4-static-x86_64-glibc-[0-9a-f]{8}",
        prefix,
    )
    assert env(made)["OPENSSL_STATIC"] == "1"
    assert "RUSTFLAGS" not in env(made)
    configure = command(made, "openssl-configure")
    assert {"no-shared", "no-module", "-fPIC", "-pipe", "--libdir=lib"} <= set(configure.argv)
    assert "no-x" in configure.argv
    assert f"--prefix={prefix}" in configure.argv
    assert configure.argv[-1].startswith("--openssldir=/")
    build = command(made, "openssl-build")
    libraries = "LIBS=libcrypto.a libssl.a"
    assert build.argv == ("make", f"-j{WORKSHOP.system.cores}", "build_libs", libraries)
    assert command(made, "openssl-install").argv == (
        *("make", "install_dev", libraries, f"INSTALL_{libraries}"),
    )
    actions = {s.id: s.action for s in made.steps}
    fetch, unpack = actions["openssl-source"], actions["openssl-unpack"]
    assert isinstance(fetch, Download)
    assert isinstance(unpack, Unpack)
    assert (fetch.url, fetch.sha256) == (LTS.url, LTS.sha256)
    assert (unpack.archive, unpack.folder) == (fetch.path, build.cwd)
    assert actions["openssl"] == Seal(prefix, "OpenSSL 3.5.4, static")
    assert actions["openssl-clean"] == RemoveFolder(build.cwd)
    assert any("supported until 2030-04-08" in note for note in made.notes)


def test_what_is_heavy_is_not_together_and_the_rest_is_free() -> None:
    made = source(DEBIAN, openssl="3.5.4", link="static")
    steps = {s.id: s for s in made.steps}
    assert {s.id for s in made.steps if s.heavy} == {"openssl-build", "install"}
    assert steps["openssl-source"].needs == ()
    assert "packages" in steps["openssl-configure"].needs
    assert "openssl" in steps["install"].needs
    assert steps["environment"].needs == ("packages",)  # made from the system's own Python
    (other,) = (p for p in WORKSHOP.pythons if p.version.startswith("3.12"))
    elsewhere = source(replace(DEBIAN, pythons=(other,)), openssl="3.5.4", link="static")
    assert next(s for s in elsewhere.steps if s.id == "environment").needs == ()
    assert order(made)


def test_the_crates_are_fetched_while_it_is_compiled() -> None:
    made = source(WORKSHOP, openssl="3.5.4", link="static")
    steps = {s.id: s for s in made.steps}
    crates = command(made, "crates")
    assert "--dry-run" in crates.argv
    assert crates.argv[-1] == f"cryptography=={made.release}"
    assert dict(crates.env)["MATURIN_NO_INSTALL_RUST"] == "1"
    assert steps["crates"].needs == ("environment",)  # and nothing of OpenSSL
    assert not steps["crates"].heavy
    assert "crates" in steps["install"].needs
    shared = source(WORKSHOP, openssl="3.5.4", link="dynamic")
    (install,) = (s for s in shared.steps if s.id == "install")
    assert {"openssl-place", "crates"} <= set(install.needs)
    # setuptools tells the metadata of older releases without cargo; uv without a build.
    older = source(WORKSHOP, openssl="3.5.4", link="static", release="42.0.8")
    assert "crates" not in {s.id for s in older.steps}
    assert "crates" not in {
        s.id for s in source(WORKSHOP, openssl="3.5.4", link="static", installer="uv").steps
    }


def test_it_is_built_once() -> None:
    name = env(source(WORKSHOP, openssl="3.5.4", link="static"))["OPENSSL_DIR"].rpartition("/")[2]
    again = source(replace(WORKSHOP, built=(name,)), openssl="3.5.4", link="static")
    assert not [s.id for s in again.steps if s.id.startswith("openssl") or s.id == "crates"]
    assert env(again)["OPENSSL_DIR"].endswith(name)


def test_a_damaged_one_is_built_again_and_the_plan_says_so() -> None:
    first = source(WORKSHOP, openssl="3.5.4", link="static")
    name = env(first)["OPENSSL_DIR"].rpartition("/")[2]
    again = source(replace(WORKSHOP, damaged=(name,)), openssl="3.5.4", link="static")
    assert again.steps == first.steps
    assert set(again.notes) - set(first.notes) == {
        "OpenSSL 3.5.4 in the cache is damaged: its files have changed since they were built. It "
        "is built again."
    }


def test_a_shared_one_lies_in_the_environment_and_is_found_there() -> None:
    made = source(WORKSHOP, openssl="3.5.4", link="dynamic")
    assert command(made, "openssl-build").argv[-1] == "LIBS=", "the static ones are not made"
    assert command(made, "openssl-install").argv[-2:] == ("LIBS=", "INSTALL_LIBS=")
    place = f"{made.environment}/openssl"
    assert env(made)["OPENSSL_DIR"] == place
    assert env(made)["RUSTFLAGS"] == f"-C link-arg=-Wl,-rpath,{place}/lib"
    assert "OPENSSL_STATIC" not in env(made)
    assert "-Wl,-Bsymbolic-functions" in command(made, "openssl-configure").argv
    copy = command(made, "openssl-place")
    assert copy.argv[-1] == f"{place}/."
    ids = [s.id for s in order(made)]
    assert ids.index("environment") < ids.index("openssl-place") < ids.index("install")


def test_a_shared_one_is_never_taken_for_the_systems() -> None:
    made = source(WORKSHOP, openssl="3.5.4", link="dynamic")
    steps = {s.id: s for s in made.steps}
    named = steps["openssl-name"].action
    assert isinstance(named, WriteFile)
    unpacked = steps["openssl-unpack"].action
    assert isinstance(unpacked, Unpack)
    assert named.path == f"{unpacked.folder}/Configurations/cryptography.conf"
    assert 'inherit_from => ["linux-x86_64"], shlib_variant => "-cryptography"' in named.text
    configure = command(made, "openssl-configure")
    assert configure.argv[1] == "linux-x86_64-cryptography"
    assert f'"{configure.argv[1]}"' in named.text
    assert {"openssl-name", "openssl-manuals"} <= set(steps["openssl-configure"].needs)
    static = source(WORKSHOP, openssl="3.5.4", link="static")
    assert "openssl-name" not in {s.id for s in static.steps}


def test_one_that_is_not_the_systems_has_to_be_the_one_in_use() -> None:
    def proved(facts: Facts, **choices: str) -> tuple[str, bool]:
        action = source(facts, **choices).steps[-1].action
        assert isinstance(action, Prove)
        return action.openssl, action.any_patch

    assert proved(WORKSHOP, openssl="3.5.4", link="dynamic") == ("3.5.4", False)
    assert proved(folder(), openssl="/opt/ssl", link="static") == ("3.5.4", False)
    libressl = folder(version="LibreSSL 4.1.0", library="")
    assert proved(libressl, openssl="/opt/ssl", link="dynamic") == ("4.1.0", False)
    assert proved(WORKSHOP) == ("3.0.19", True), "the system may update it"


def test_before_40_it_is_named_by_flags() -> None:
    facts = machine("debian-11")
    made = source(facts, release="3.4.8", openssl="1.1.1w", link="static")
    prefix = f"{facts.cache}/openssl/"
    assert env(made)["CFLAGS"].startswith(f"-I{prefix}")
    assert env(made)["LDFLAGS"].startswith(f"-L{prefix}")
    assert env(made)["LDFLAGS"].endswith(" -Wl,--exclude-libs,ALL")
    assert "CRYPTOGRAPHY_SUPPRESS_LINK_FLAGS" not in env(made)
    assert "no-module" not in command(made, "openssl-configure").argv
    assert any("no longer supported: fixes ended on 2023-09-11" in note for note in made.notes)


def test_a_mac_is_configured_for_the_python_not_the_machine() -> None:
    made = source(machine("mac-arm-brew"), openssl="3.5.4", link="static")
    assert command(made, "openssl-configure").argv[1] == "darwin64-arm64-cc"


def test_on_a_mac_a_shared_one_could_not_be_moved() -> None:
    said = why(machine("mac-arm-brew"), openssl="3.5.4", link="dynamic")
    assert "contains the path of the folder that it was built for" in said
    assert "--link static" in said
    open_ = source(machine("mac-arm-brew"), openssl="3.5.4")
    assert open_.link == "static"


def test_a_bare_mac_can_build_one() -> None:
    made = source(machine("mac-arm-bare"), openssl="3.5.4")
    ids = [s.id for s in order(made)]
    assert ids.index("compiler") < ids.index("openssl-configure"), "it brings make"
    assert "--openssl 3.5.4 --link static" in why(machine("mac-arm-bare"), openssl="system")


def test_only_what_the_release_takes() -> None:
    assert "does not work with OpenSSL 1.1.1w" in why(WORKSHOP, release="50.0.2", openssl="1.1.1w")
    assert "does not work with OpenSSL 3.5.4" in why(WORKSHOP, release="3.4.8", openssl="3.5.4")
    below = why(WORKSHOP, release="46.0.1", openssl="4.0.2", openssl_sha256="0" * 64)
    assert "needs 1.1.1e or newer, but older than 4.0." in below
    assert "--openssl 3.5.4" in below
    assert "withdrew OpenSSL 3.0.6" in why(WORKSHOP, openssl="3.0.6")
    assert "Linux and macOS" in why(machine("windows-64"), openssl="3.5.4")


def folder(**facts: Any) -> Facts:
    good = Headers("/opt/ssl/include", "3.5.4", "/opt/ssl/lib", True, "3.5.4", "x86_64")
    return replace(WORKSHOP, openssl=(replace(good, **facts), *WORKSHOP.openssl))


def test_a_folder_that_the_user_names() -> None:
    made = source(folder(), openssl="/opt/ssl", link="dynamic")
    assert env(made)["OPENSSL_DIR"] == "/opt/ssl"
    assert env(made)["RUSTFLAGS"].endswith("-rpath,/opt/ssl/lib")
    elsewhere = source(folder(libraries="/opt/ssl/lib64"), openssl="/opt/ssl", link="static")
    assert env(elsewhere)["OPENSSL_LIB_DIR"] == "/opt/ssl/lib64"
    assert env(elsewhere)["OPENSSL_INCLUDE_DIR"] == "/opt/ssl/include"


@pytest.mark.parametrize(
    ("facts", "link", "says"),
    [
        ({"folder": "/opt/other/include"}, "dynamic", "does not contain an OpenSSL"),
        ({"libraries": ""}, "dynamic", "no libraries"),
        ({"library": "3.0.19"}, "dynamic", "come from one build"),
        ({"machine": "aarch64"}, "dynamic", "is for aarch64"),
        ({"static": False}, "static", "no static libraries"),
        ({"version": "1.1.0", "library": "1.1.0"}, "dynamic", "needs OpenSSL"),
    ],
)
def test_a_folder_that_cannot_serve(facts: dict[str, Any], link: str, says: str) -> None:
    assert says in why(folder(**facts), openssl="/opt/ssl", link=link, release="50.0.2")


def test_static_libraries_that_need_others_are_refused() -> None:
    said = why(machine("debian-13"), link="static")
    assert "also needs zlib and zstd" in said
    assert "--openssl 3.5.4 --link static" in said
    there = Headers("/usr/include", "3.5.7", "/usr/lib/x86_64-linux-gnu", static=True)
    alone = replace(WORKSHOP, managers=(), openssl=(there,))
    assert "also needs zlib and zstd" in why(alone, link="static")
    assert "also needs zlib and zstd" in why(alone, link="static", openssl="/usr")
    assert source(folder(version="3.5.7", library="3.5.7"), link="static", openssl="/opt/ssl")


def test_static_is_static_where_no_manager_can_be_asked() -> None:
    made = source(replace(WORKSHOP, managers=()), link="static")
    assert env(made)["OPENSSL_STATIC"] == "1"
    assert env(made)["OPENSSL_LIB_DIR"] == "/usr/lib/x86_64-linux-gnu"
    assert env(made)["OPENSSL_INCLUDE_DIR"] == "/usr/include"
    assert "OPENSSL_LIB_DIR" not in env(source(replace(WORKSHOP, managers=())))


def test_before_40_a_shared_library_beside_the_static_one_is_refused() -> None:
    wish = {"openssl": "/opt/ssl", "link": "static", "release": "39.0.2"}
    assert "but /opt/ssl/lib" in why(folder(shared=True), **wish)
    assert env(source(folder(), **wish))["LDFLAGS"] == "-L/opt/ssl/lib -Wl,--exclude-libs,ALL"
    assert source(folder(shared=True), openssl="/opt/ssl", link="static")
    alone = replace(WORKSHOP, managers=())
    assert "but" in why(alone, link="static", release="39.0.2")


def test_a_space_in_a_path_that_would_be_split() -> None:
    there = "/home/ada/my project/env"
    shared = why(WORKSHOP, venv=there, openssl="3.5.4", link="dynamic")
    assert f"{there}/openssl/lib has a space" in shared
    assert "--venv" in shared
    assert "--link static" in shared, "that works in the same folder"
    assert source(WORKSHOP, venv=there, openssl="3.5.4").link == "static"
    spaced = folder(folder="/opt/my ssl/include", libraries="/opt/my ssl/lib")
    assert "RUSTFLAGS" in why(spaced, openssl="/opt/my ssl", link="dynamic")
    assert "RUSTFLAGS" in why(spaced, openssl="/opt/my ssl", link="dynamic", release="39.0.2")
    made = source(spaced, openssl="/opt/my ssl", link="static")
    assert env(made)["OPENSSL_DIR"] == "/opt/my ssl"


@pytest.mark.parametrize(
    ("name", "link"),
    [("workshop", "static"), ("mac-arm-none", "static"), ("mac-arm-none", "dynamic")],
)
@pytest.mark.parametrize("odd", ["/opt/my ssl", "/Users/ada/Library/Application Support/o'k"])
def test_in_flags_a_space_is_quoted_as_distutils_reads_it(name: str, link: str, odd: str) -> None:
    # Built with setuptools of Python 3.6, 3.9 and 3.11: -I and -L name such a folder.
    facts = machine(name)
    built = Headers(f"{odd}/include", "1.1.1w", f"{odd}/lib", True, "1.1.1w", "", False)
    facts = replace(facts, openssl=(built,))
    found = env(source(facts, openssl=odd, link=link, release="3.4.8"))
    assert shlex.split(found["CFLAGS"]) == [f"-I{odd}/include"]
    words = shlex.split(found["LDFLAGS"])
    if name == "mac-arm-none" and link == "static":
        assert words == [f"{odd}/lib/libssl.a", f"{odd}/lib/libcrypto.a"]
    else:
        assert words[0] == f"-L{odd}/lib"


def test_a_space_in_the_caches_path_ends_a_build_of_openssl() -> None:
    facts = replace(WORKSHOP, cache="/home/ada/my cache")
    assert "CRYPTOGRAPHY_WIZARD_CACHE" in why(facts, openssl="3.5.4", link="static")
    assert source(facts)


def test_fedoras_engine_is_only_for_the_releases_that_include_it() -> None:
    def packages(**choices: str) -> tuple[str, ...]:
        return command(source(machine("fedora"), **choices), "packages").argv

    assert "openssl-devel-engine" in packages(release="43.0.3")
    assert "openssl-devel-engine" not in packages(release="44.0.0")
    assert "openssl-devel-engine" not in packages(release="43.0.3", openssl="3.5.4")
    bare = machine("fedora")
    less = tuple(p for p in bare.managers[0].packages if p.name != "openssl-devel-engine")
    older = replace(bare, managers=(replace(bare.managers[0], packages=less),))
    assert "openssl-devel-engine" not in command(source(older, release="43.0.3"), "packages").argv


def test_a_refusal_names_the_version_that_works() -> None:
    assert "--openssl 1.1.1w" in why(DEBIAN, release="3.4.8")
    alone = replace(WORKSHOP, managers=())
    assert "--openssl 1.1.1w" in why(alone, release="3.4.8")
    red = why(machine("rhel-8"), link="static")
    assert "EPEL" not in red, "it has no static libraries either"
    assert "--openssl 3.5.4 --link static" in red
    assert "--openssl 3.5.4 --link static" in why(machine("fedora"), link="static")


@pytest.mark.parametrize("release", ["3.4.8", "35.0.0", "40.0.2"])
def test_rhel_7_has_an_openssl_that_is_too_old_and_that_is_the_reason(release: str) -> None:
    told = why(machine("rhel-7"), release=release)
    assert "needs OpenSSL 1.1." in told
    assert "openssl-devel of yum is 1.0.2k" in told
    assert "EPEL 7, which is archived, has OpenSSL 1.1.1 (openssl11-devel)" in told
    assert "RHEL 7's own repositories do not contain the package epel-release" in told
    made = source(machine("centos-7"), release=release)  # it has EPEL
    assert "openssl11-devel" in command(made, "packages").argv
    assert "openssl-devel" not in command(made, "packages").argv


@pytest.mark.parametrize(
    ("name", "release", "hinted"),
    [
        ("rhel-8", "50.0.2", True),
        ("rhel-8", "46.0.7", None),
        ("rhel-9", "3.4.8", False),
        ("fedora", "3.4.8", False),
    ],
)
def test_a_package_is_hinted_at_only_if_its_version_would_do(
    name: str, release: str, hinted: bool | None
) -> None:
    if hinted is None:
        source(machine(name), release=release)  # nothing is missing
    else:
        assert ("EPEL" in why(machine(name), release=release)) is hinted


@pytest.mark.parametrize(
    "name",
    [
        *("fedora", "rhel-9", "rhel-8", "rhel-7", "centos-7"),
        *("alpine-3.12", "alpine-3.16", "alpine-3.19", "alpine-3.22"),
    ],
)
def test_every_linux_can_build_one(name: str) -> None:
    release = "39.0.2" if name in ("rhel-7", "centos-7", "alpine-3.12") else ""
    made = source(machine(name), openssl="3.5.4", link="static", release=release)
    facts = machine(name)
    wanted = KNOWLEDGE.packages_of(facts.managers[0].name)
    assert wanted
    assert set(wanted.openssl_build) <= set(command(made, "packages").argv)


def test_upstreams_own_options_and_what_they_are_for() -> None:
    fast = "enable-ec_nistp_64_gcc_128"
    made = source(WORKSHOP, openssl="3.5.4", link="static")
    assert fast in command(made, "openssl-configure").argv
    small = source(machine("i686"), openssl="3.5.4", link="static")
    assert fast not in command(small, "openssl-configure").argv
    python = replace(WORKSHOP.pythons[0], bits=32)
    mixed = source(replace(WORKSHOP, pythons=(python,)), openssl="3.5.4", link="static")
    assert fast not in command(mixed, "openssl-configure").argv
    (step,) = (s for s in made.steps if s.id == "openssl-configure")
    for option in ("no-shared", fast, "no-tests", "--libdir=lib", "--openssldir", "no-module"):
        assert option in step.why
    assert "openssl.cnf" in step.why
    real = plan(WORKSHOP, load(), Choices(method="source", openssl="3.5.7", link="static"))
    assert {"no-atexit", "no-apps", "no-docs"} <= set(command(real, "openssl-configure").argv)
    (step,) = (s for s in real.steps if s.id == "openssl-configure")
    assert "no-tests, no-apps and no-docs omit" in step.why
    assert "no-atexit omits" in step.why
    assert "no-cms, no-ts, no-cmp and no-quic omit" in step.why
    less = {word for word in command(real, "openssl-configure").argv if word.startswith("no-")}
    assert all(option in step.why for option in less)


@pytest.mark.parametrize(
    ("line", "release", "emptied"),
    [("1.1.1", "3.4.8", False), ("3.0.", "50.0.2", True), ("3.5.", "50.0.2", False)],
)
def test_manuals_are_left_out_by_an_option_or_by_their_list(
    line: str, release: str, emptied: bool
) -> None:
    version = next(s.version for s in load().openssls if s.version.startswith(line))
    asked = Choices(method="source", release=release, openssl=version, link="static")
    made = plan(WORKSHOP, load(), asked)
    steps = {step.id: step for step in made.steps}
    assert ("openssl-manuals" in steps) is emptied
    if emptied:
        action = steps["openssl-manuals"].action
        unpacked = steps["openssl-unpack"].action
        assert isinstance(unpacked, Unpack)
        assert isinstance(action, WriteFile)
        assert action.path == f"{unpacked.folder}/doc/build.info"
        assert [line for line in action.text.splitlines() if not line.startswith("#")] == []
        assert steps["openssl-configure"].needs[0] == "openssl-manuals"


def test_nothing_that_a_release_uses_is_left_out() -> None:
    """cryptography 3.4 binds CT, all of them ENGINE; pyOpenSSL prints CT and RFC 3779."""
    known = ("no-atexit", "no-apps", "no-docs", "no-quic", "no-sm2-precomp")
    for version, link in (("1.1.1w", "static"), ("3.0.22", "dynamic"), ("3.5.7", "static")):
        chosen = backend.options(version, link, "linux", "x86_64", known)
        used = {"no-ct", "no-engine", "no-rfc3779", "no-srp", "no-ocsp", "no-http", "no-psk"}
        assert used.isdisjoint(chosen)
    old = backend.options("1.1.1w", "static", "linux", "x86_64")
    assert {"no-comp", "no-cms", "no-ts"} <= set(old)
    assert {"no-cmp", "no-quic", "no-sm2-precomp"}.isdisjoint(old), "it rejects them"


def test_on_windows_openssl_is_named_as_this_python_needs_it() -> None:
    def says(name: str) -> str:
        return why(replace(machine(name), openssl=()))

    assert r"C:\Program Files (x86)\OpenSSL-Win32" in says("windows-32")
    assert r"C:\Program Files\OpenSSL-Win64-ARM" in says("windows-arm64")
    assert "OpenSSL-Win64," in says("windows-64")
    (note,) = (n for n in source(machine("windows-64")).notes if "DLLs" in n)
    assert "beside cryptography's own extension file" in note


def test_flags_of_the_users_own_are_not_replaced_in_silence() -> None:
    mine = replace(WORKSHOP, variables=(("RUSTFLAGS", "-C target-cpu=native"), ("CFLAGS", "-O3")))
    made = source(mine, openssl="3.5.4", link="dynamic")
    assert any("does not get your RUSTFLAGS:" in note for note in made.notes)
    before = source(mine, openssl="3.5.4", link="static", release="39.0.2")
    assert any("does not get your CFLAGS:" in note for note in before.notes)
    assert not any("does not get your" in note for note in source(mine).notes)


@pytest.mark.parametrize(
    ("version", "release", "said"),
    [
        ("1.1.1w", "50.0.2", "needs OpenSSL 3.0.0 or newer; the OpenSSL in /opt/other is 1.1.1w."),
        ("3.6.3", "3.4.8", "the OpenSSL in /opt/other is 3.6.3."),
        ("LibreSSL 3.9.2", "50.0.2", "the OpenSSL in /opt/other is LibreSSL 3.9.2."),
    ],
)
def test_the_version_of_a_named_openssl_is_not_the_machine_s(
    version: str, release: str, said: str
) -> None:
    other = Headers("/opt/other/include", version, "/opt/other/lib", library=version)
    facts = replace(DEBIAN, openssl=(Headers("/usr/include", "3.0.17"), other))
    found = why(facts, openssl="/opt/other", link="dynamic", release=release)
    assert said in found
    assert "this machine has" not in found
    system = replace(facts, managers=(), openssl=(replace(other, folder="/usr/include"),))
    assert f"this machine has {version}" in why(system, link="dynamic", release=release)
