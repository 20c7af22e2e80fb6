"""What a machine and a Python decide, and the cases in which they decide nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from tests.machines import machine
from wizard.advice.doctor import findings
from wizard.choices import Choices
from wizard.facts import (
    Facts,
    Fips,
    Listed,
    Listing,
    Processor,
    Python,
    Setting,
    Space,
    System,
    Tool,
)
from wizard.knowledge import load
from wizard.needs import build_limits, conditions, fips_mode, interpreter
from wizard.needs.case import Case
from wizard.needs.condition import Condition, Subject
from wizard.needs.processor import is_below
from wizard.needs.storage import cache_blocked_by, space
from wizard.refused import Refused, without_wheel
from wizard.target_environment import default_folder

GIB = 1 << 30
MB = 1_000_000
DEBIAN = machine("debian-12")
WORKSHOP = machine("workshop")
WINDOWS = machine("windows-64")


def found(facts: Facts, python: Python | None = None, folder: str = "") -> dict[str, Condition]:
    """The conditions of a machine by title; none has the title of another."""
    several = conditions.find(Subject(facts, python or facts.pythons[0], folder=folder))
    by_title = {condition.title: condition for condition in several}
    assert len(by_title) == len(several)
    return by_title


def with_system(facts: Facts, **values: object) -> Facts:
    return replace(facts, system=replace(facts.system, **values))  # type: ignore[arg-type]


def reason(condition: Condition, way: str) -> str:
    effect = condition.bundled if way == "bundled" else condition.compiled
    assert isinstance(effect, Refused)
    assert effect.hints
    return effect.reason


@pytest.mark.parametrize("name", ["debian-12", "alpine-3.22", "mac-arm-brew", "windows-64"])
def test_an_ordinary_machine_has_no_conditions(name: str) -> None:
    facts = machine(name)
    assert found(facts, folder=default_folder(facts)) == {}


@pytest.mark.parametrize("name", ["mac-rosetta", "windows-arm64"])
def test_an_intel_python_on_arm_is_emulated(name: str) -> None:
    facts = machine(name)
    python = replace(facts.pythons[0], machine="x86_64", platform="x")
    expected = {"mac-rosetta": "Rosetta", "windows-arm64": "Prism"}[name]
    assert found(facts, python)["Emulation"].detail.startswith(f"{expected} translates")
    assert "Emulation" not in found(facts, replace(python, machine="arm64"))


@pytest.mark.parametrize(
    ("fips", "sentence"),
    [
        (Fips(kernel=True), "The kernel demands FIPS mode."),
        (
            Fips(kernel=True, policy="FIPS:OSPP"),
            "The kernel and the crypto policy FIPS:OSPP demand FIPS mode.",
        ),
        (Fips(configuration="/etc/ssl/openssl.cnf"), "/etc/ssl/openssl.cnf demands FIPS mode."),
    ],
)
def test_what_demands_fips_mode_is_named(fips: Fips, sentence: str) -> None:
    assert found(replace(DEBIAN, fips=fips))["FIPS"].detail.startswith(sentence)


def test_a_wheel_that_finds_no_provider_is_refused() -> None:
    fips = Fips(configuration="/root/fips.cnf", variable=True)
    condition = found(replace(DEBIAN, fips=fips))["FIPS"]
    assert "cannot encrypt anything" in reason(condition, "bundled")
    assert isinstance(condition.compiled, str)
    with_module = found(replace(DEBIAN, fips=replace(fips, module=True)))["FIPS"]
    assert isinstance(with_module.bundled, str)


@pytest.mark.parametrize(
    ("choices", "follows"),
    [
        (Choices(openssl="system", link="dynamic"), True),
        (Choices(), True),
        (Choices(openssl="system", link="static"), False),
        (Choices(openssl="3.5.4", link="dynamic"), False),
        (Choices(openssl="/opt/openssl"), False),
    ],
)
def test_only_the_systems_openssl_follows_fips_mode(choices: Choices, follows: bool) -> None:
    facts = replace(DEBIAN, fips=Fips(kernel=True))
    note = fips_mode.condition(Subject(facts, facts.pythons[0], choices))
    assert note is not None
    assert isinstance(note.compiled, str)
    assert ("which follows it" in note.compiled) is follows


def test_the_doctor_says_each_reason_once() -> None:
    for change in (
        {"fips": Fips(configuration="/root/fips.cnf", variable=True)},
        {"python_home": "/opt/python"},
        {"shadowing": ("/opt/lib", "/srv/lib")},
        {"spaces": (Space(DEBIAN.folder, 1 * MB),)},
    ):
        facts = replace(DEBIAN, **change)
        rows = findings(Case(facts, load()))
        (condition,) = conditions.find(
            Subject(facts, facts.pythons[0], folder=default_folder(facts))
        )
        text = "\n".join(f"{row.title}: {row.detail}" for row in rows)
        assert text.count(condition.detail) == 1
        assert f"Wheel: It is not possible here: see {condition.title}." in text
        assert all(row.action for row in rows if row.mark != "ok")


@pytest.mark.parametrize(
    ("libc", "version", "suffix", "wrong"),
    [
        ("musl", "3.12.11", ".cpython-312-x86_64-linux-gnu.so", True),
        ("musl", "3.12.11", ".cpython-312-x86_64-linux-musl.so", False),
        ("musl", "3.10.18", ".cpython-310-x86_64-linux-gnu.so", False),
        ("glibc", "3.12.11", ".cpython-312-x86_64-linux-musl.so", True),
        ("glibc", "3.12.11", ".cpython-312-x86_64-linux-gnu.so", False),
        ("glibc", "3.12.11", ".cpython-312-arm-linux-gnueabihf.so", False),
        ("", "3.12.11", ".cpython-312-darwin.so", False),
        ("musl", "3.12.11", "", False),
    ],
)
def test_names_of_compiled_modules(
    libc: Literal["glibc", "musl", ""], version: str, suffix: str, wrong: bool
) -> None:
    python = replace(
        DEBIAN.pythons[0], path="/opt/python", libc=libc, version=version, suffix=suffix
    )
    facts = replace(DEBIAN, pythons=(python, DEBIAN.pythons[0]))
    condition = interpreter.wrong_suffix(Subject(facts, python))
    assert (condition is not None) is wrong
    if condition is not None:
        assert suffix in reason(condition, "bundled")
        assert f"--python {DEBIAN.pythons[0].path}" in condition.action


def test_a_python_for_another_libc_gets_wheels_but_no_builds() -> None:
    python = replace(DEBIAN.pythons[0], path="/opt/python", libc="musl", libc_version="1.2.5")
    facts = replace(DEBIAN, pythons=(python, DEBIAN.pythons[0]))
    condition = found(facts)["Python"]
    assert condition.bundled == ""
    assert "are for glibc" in reason(condition, "compiled")
    assert "--python /usr/bin/python3" in str(condition.compiled)


def test_condas_own_package_is_named_with_its_environment() -> None:
    prefix = "/home/ada/my conda/envs/work"
    python = replace(
        DEBIAN.pythons[0],
        vendor="conda",
        prefix=prefix,
        base_prefix=prefix,
        environment=prefix,
        externally_managed="",
    )
    command = "install --prefix '/home/ada/my conda/envs/work' -c conda-forge cryptography"
    note = found(DEBIAN, python)["conda"].bundled
    assert isinstance(note, str)
    assert note.endswith(f"conda {command}")
    mamba = replace(DEBIAN, tools=(Tool("mamba", "/opt/bin/mamba", "2.0"),))
    assert interpreter.conda_command(mamba, python) == f"mamba {command}"
    made_from_it = replace(python, prefix="/home/ada/env", environment="/home/ada/env")
    assert "conda" not in found(DEBIAN, made_from_it)
    assert interpreter.conda_command(DEBIAN, None) == "conda install -c conda-forge cryptography"


@pytest.mark.parametrize(
    ("folder", "possible"),
    [
        (r"C:\Users\ada\project\env", True),
        (r"C:\Users\ada\AppData\Local\env", False),
        (r"C:\users\ada\APPDATA\Roaming\env", False),
        (r"C:\AppDataOfOthers\env", True),
    ],
)
def test_the_store_moves_what_is_below_appdata(folder: str, possible: bool) -> None:
    python = replace(WINDOWS.pythons[0], vendor="microsoft-store")
    condition = found(WINDOWS, python, folder)["Store"]
    assert isinstance(condition.bundled, str) is possible
    if not possible:
        assert "AppData" in reason(condition, "bundled")


@pytest.mark.parametrize(
    ("kind", "words"), [("docker", "(Docker). What is installed is lost"), ("lxc", "(LXC).")]
)
def test_a_container_is_mentioned_by_the_doctor_only(kind: str, words: str) -> None:
    condition = found(with_system(DEBIAN, container=kind))["Container"]
    assert words in condition.detail
    assert ("lost" in condition.detail) is (kind == "docker")
    assert (condition.bundled, condition.compiled, condition.action) == ("", "", "")


@pytest.mark.parametrize(("filesystem", "slow"), [("9p", True), ("drvfs", True), ("ext4", False)])
def test_a_disk_of_windows_is_slow_in_wsl(filesystem: str, slow: bool) -> None:
    disk = Space("/mnt/c/work", 50 * GIB, filesystem=filesystem)
    facts = replace(with_system(DEBIAN, wsl=2), spaces=(disk,))
    condition = found(facts, folder="/mnt/c/work/env")["Windows"]
    assert bool(condition.bundled) is slow
    assert condition.bundled == condition.compiled


def test_a_disk_image_is_read_only() -> None:
    image = replace(DEBIAN, spaces=(Space("/Volumes/Python", 0, readonly=True),))
    refused = found(image, folder="/Volumes/Python/env")["Environment"].bundled
    assert isinstance(refused, Refused)
    assert "is read-only" in refused.reason
    assert ".dmg" in refused.hints[0]


def test_a_service_may_remove_files_of_an_environment() -> None:
    documents = Space("/Users/ada/Documents/project", 50 * GIB, cloud="iCloud")
    facts = replace(DEBIAN, home="/Users/ada", spaces=(documents,))
    condition = found(facts, folder="/Users/ada/Documents/project/env")["Cloud"]
    assert "--venv /Users/ada/cryptography-env" in condition.action
    assert condition.bundled == condition.compiled == condition.detail


def test_the_nearest_known_folder_says_which_disk_it_is() -> None:
    home, project = Space("/home/ada", 1), Space("/home/ada/project", 2)
    facts = replace(DEBIAN, spaces=(home, project))
    assert space(facts, "/home/ada/project/env") == project
    assert space(facts, "/home/ada/other/./env") == home
    assert space(facts, "/srv") is None
    assert space(facts, "") is None
    on_windows = replace(WINDOWS, spaces=(Space(r"C:\Work", 3),))
    assert space(on_windows, r"c:\work\env") == Space(r"C:\Work", 3)


@pytest.mark.parametrize(
    ("installed", "free", "fits"), [("50.0.2", 1, True), ("", 1, False), ("", 30, True)]
)
def test_an_existing_environment_needs_space_for_what_is_new(
    installed: str, free: int, fits: bool
) -> None:
    folder = "/home/ada/env"
    existing = replace(
        DEBIAN.pythons[0],
        path=f"{folder}/bin/python",
        environment=folder,
        cryptography=installed,
    )
    disk = Space("/home/ada", free * MB)
    facts = replace(DEBIAN, pythons=(existing, *DEBIAN.pythons), spaces=(disk,))
    if fits:
        assert found(facts, existing, folder) == {}
    else:
        assert "takes 25 MB" in reason(found(facts, existing, folder)["Environment"], "bundled")
    assert "takes 60 MB" in reason(found(facts, folder="/home/ada/new")["Environment"], "bundled")


@pytest.mark.parametrize(
    ("free", "closed"),
    [(0, ("bundled", "compiled")), (19, ("bundled", "compiled")), (100, ("compiled",)), (400, ())],
)
def test_a_temporary_folder_without_space(free: int, closed: tuple[str, ...]) -> None:
    facts = with_system(DEBIAN, temporary="/tmp", temporary_free=free * MB)
    facts = replace(facts, spaces=(Space("/tmp", free * MB),))
    conditions_found = found(facts)
    for way in ("bundled", "compiled"):
        if way in closed:
            assert f"only {free} MB left" in reason(conditions_found["Temporary"], way)
        elif conditions_found:
            assert conditions_found["Temporary"].effect(way) == ""


def test_the_logs_of_a_run_need_space() -> None:
    facts = replace(DEBIAN, state="/var/lib/wizard", spaces=(Space("/var/lib/wizard", 5 * MB),))
    for way in ("bundled", "compiled"):
        assert "only 5 MB left" in reason(found(facts)["Logs"], way)
    assert found(replace(facts, spaces=(Space("/var", 5 * MB),), state="/srv")) == {}


@pytest.mark.parametrize(
    ("rust", "openssl", "free", "words"),
    [
        (True, False, 700, "but Rust takes 750 MB there"),
        (False, True, 200, "but the build of OpenSSL takes 300 MB there"),
        (True, True, 1000, "but Rust and the build of OpenSSL take 1050 MB there"),
        (True, True, 1100, ""),
        (False, False, 0, ""),
    ],
)
def test_what_a_build_keeps_in_the_cache_must_fit(
    rust: bool, openssl: bool, free: int, words: str
) -> None:
    facts = replace(DEBIAN, cache="/home/ada/cache", spaces=(Space("/home/ada", free * MB),))
    refused = cache_blocked_by(facts, rust=rust, openssl=openssl)
    assert (words in refused.reason) if refused and words else (refused is None and not words)


def test_a_build_is_not_planned_where_the_cache_is_full() -> None:
    facts = replace(WORKSHOP, cache="/cache", spaces=(Space("/cache", 100 * MB),))
    choices = Choices(
        method="source",
        openssl="3.5.4",
        link="static",
        release="46.0.3",
        python=next(p.path for p in facts.pythons if p.version.startswith("3.11")),
    )
    blocked = Case(facts, load(), choices).offer().source_blocked_by
    assert blocked is not None
    assert "only 100 MB left" in blocked.reason
    enough = replace(facts, spaces=(Space("/cache", 400 * MB),))
    assert Case(enough, load(), choices).offer().source_blocked_by is None


@pytest.mark.parametrize(
    ("level", "needed", "below"),
    [
        ("power8", "power9", True),
        ("power9", "power9", False),
        ("power10", "power9", False),
        ("x86-64-v1", "x86-64-v2", True),
        ("x86-64-v2", "power9", False),
        ("", "power9", False),
    ],
)
def test_levels_of_processors(level: str, needed: str, below: bool) -> None:
    assert is_below(level, needed) is below


@pytest.mark.parametrize(
    ("level", "libc_version", "fits"),
    [
        ("power8", "2.41", False),
        ("power9", "2.41", True),
        ("power10", "2.41", True),
        ("", "2.41", True),
        ("power8", "2.28", True),  # its wheel is compiled for POWER8
    ],
)
def test_wheels_for_power9_are_not_for_older_processors(
    level: str, libc_version: str, fits: bool
) -> None:
    python = Python(
        "/usr/bin/python3",
        "path",
        "3.12.3",
        machine="ppc64le",
        platform="linux-ppc64le",
        libc="glibc",
        libc_version=libc_version,
        ensurepip="24.0",
    )
    system = System(
        "linux", "ppc64le", processor=Processor("POWER8 (raw), altivec supported", level)
    )
    case = Case(Facts(system, (python,), listing=DEBIAN.listing), load())
    blocked = case.wheel_blocked_by(python, case.find("50.0.2"))
    assert (blocked is None) is fits
    if blocked:
        assert blocked.reason == (
            "The wheels of cryptography 50.0.2 are compiled for POWER9 and newer processors, but "
            "this one is POWER8 (raw), altivec supported."
        )


@pytest.mark.parametrize(
    ("memory", "swap", "cores", "jobs"),
    [
        (GIB, 0, 8, 1),
        (GIB // 2, 0, 1, 0),  # one core: nothing is left to limit
        (GIB // 2, 0, 2, 1),
        (3 * GIB, GIB, 8, 5),
        (16 * GIB, 0, 8, 0),
        (0, 0, 8, 0),  # unknown
    ],
)
def test_memory_limits_compilers(memory: int, swap: int, cores: int, jobs: int) -> None:
    facts = with_system(DEBIAN, memory=memory, swap=swap, cores=cores)
    assert build_limits.jobs(facts) == jobs
    short = 0 < memory + swap < build_limits.JOB_MEMORY
    assert bool(build_limits.note(facts)) == (bool(jobs) or short)
    assert ("will probably be killed" in build_limits.note(facts)) == short
    assert bool(build_limits.settings(facts)) == bool(jobs)
    assert 1 <= build_limits.make_jobs(facts) <= cores
    own = replace(facts, variables=((build_limits.JOBS_VARIABLE, "3"),))
    assert build_limits.jobs(own) == 0, "the user's own number stays"


# --- an index that cannot be read

SIGN_IN = "https://index.example/simple/ answered with a sign-in page."


def with_index(facts: Facts, **values: object) -> Facts:
    return replace(facts, listing=Listing(problem=SIGN_IN), **values)  # type: ignore[arg-type]


def test_an_index_that_cannot_be_read_stops_everything_with_its_cause() -> None:
    condition = found(with_index(DEBIAN))["Index"]
    for way in ("bundled", "compiled"):
        assert reason(condition, way) == SIGN_IN


def test_whose_settings_lead_to_that_index_is_named() -> None:
    settings = (
        Setting("pip", "index-url", "https://index.example/simple", "PIP_INDEX_URL"),
        Setting("pip", "retries", "9", "/etc/pip.conf"),
    )
    refused = found(with_index(DEBIAN, settings=settings))["Index"].bundled
    assert isinstance(refused, Refused)
    hints = without_wheel(refused.hints)
    assert "(pip, PIP_INDEX_URL)" in hints[0]
    assert "retries" not in hints[0]
    assert "--from-wheelhouse" in hints[1]


def test_files_of_another_location_are_enough() -> None:
    releases = (Listed("50.0.2", wheels=("cp39-abi3-manylinux_2_34_x86_64",)),)
    assert found(replace(DEBIAN, listing=Listing(releases, problem=SIGN_IN))) == {}


def test_what_is_already_installed_needs_no_index() -> None:
    facts = with_index(DEBIAN)
    python = replace(facts.pythons[0], environment="/home/ada/env", cryptography="50.0.2")

    def blocked(python: Python, **chosen: str) -> bool:
        choices = Choices(**chosen)  # type: ignore[arg-type]
        subject = Subject(facts, python, choices, "/home/ada/env")
        return bool(conditions.refusal(conditions.find(subject), "bundled"))

    assert not blocked(python)
    assert not blocked(python, release="50.0.2")
    assert blocked(python, release="50.0.1")
    assert blocked(replace(python, environment=""), release="50.0.2")  # the base of a new one


def test_a_keyring_may_know_a_password_that_the_wizard_does_not() -> None:
    setting = Setting("pip", "keyring-provider", "subprocess", "/etc/pip.conf")
    python = replace(DEBIAN.pythons[0], settings=(setting,))
    condition = found(with_index(DEBIAN), python)["Index"]
    assert isinstance(condition.bundled, str)
    assert condition.bundled.endswith(SIGN_IN)
