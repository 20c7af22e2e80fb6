"""Situations from public reports: what happened to people, and what the wizard must say of it.

Each row names the report, as owner/repository#number on GitHub, in our own words: only what
happened is taken from there. Some rows are logs, others machines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from backends.action import Command
from tests.machines import machine
from tests.wizard.environments import environment, holding
from wizard import engine
from wizard.choices import Choices
from wizard.diagnosis.diagnose import diagnose
from wizard.engine import case_of
from wizard.errors import Exit, Impossible, WizardError
from wizard.facts import Facts, Installed, Listed, Setting
from wizard.plan import Plan


@dataclass(frozen=True)
class Log:
    """The log of a failure: which one it is, and words that the answer must and must not have."""

    report: str
    text: str
    failure: str
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ("--method wheel`: it has",)


BINDING = "/cryptography/hazmat/bindings/_rust.abi3.so"
LOGS = {
    "a Python whose version has a suffix": Log(
        "project-chip/connectedhomeip#39614, 2025-06",
        """\
$ python tools/keys.py
thread '<unnamed>' panicked at pyo3-0.22.2/src/marker.rs:801:57:
called `Result::unwrap()` on an `Err` value: "Python version string has too many parts"
pyo3_runtime.PanicException: called `Result::unwrap()` on an `Err` value: "Python version string \
has too many parts"
""",
        "python-version-suffix",
        ("45.0.1",),
    ),
    "cffi 1.15 in Python 3.13": Log(
        "learningequality/morango#234, 2024-10",
        """\
ImportError: /srv/ada/lib/python3.13/site-packages/_cffi_backend.cpython-313-x86_64-linux-gnu.so: \
undefined symbol: _PyErr_WriteUnraisableMsg
thread '<unnamed>' panicked at 'Python API call failed', pyo3-0.15.2/src/err/mod.rs:582:5
pyo3_runtime.PanicException: Python API call failed
""",
        "cffi-version-mismatch",
        ("install -U cffi",),
    ),
    "a layer for AWS Lambda made on another system": Log(
        "pyca/cryptography#10863, 2024-04",
        """\
{
  "errorMessage": "Unable to import module 'handler': cannot import name 'exceptions' from \
'cryptography.hazmat.bindings._rust' (unknown location)",
  "errorType": "Runtime.ImportModuleError"
}
""",
        "rust-module-incomplete",
        ("--platform manylinux2014",),
    ),
    "an image for another processor": Log(
        "broadinstitute/viral-ngs#1042, 2026-02",
        f"""\
  File "/opt/env/lib/python3.12/site-packages/cryptography/exceptions.py", line 9, in <module>
    from cryptography.hazmat.bindings._rust import exceptions as rust_exceptions
ImportError: /opt/env/lib/python3.12/site-packages{BINDING}: cannot open shared object file: \
No such file or directory
""",
        "other-processor",
        ("--platform linux/arm64", "aarch64"),
    ),
    "an environment from Ubuntu 22.04 on Azure": Log(
        "Azure/azure-sdk-for-python#38725, 2024-11",
        f"""\
Exception: ImportError: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.33' not found (required \
by /home/site/wwwroot/.python_packages/lib/site-packages{BINDING}). Cannot find module.
""",
        "glibc-too-old",
        ("manylinux2014", "2.33"),
    ),
    "OpenSSL 3 is not there": Log(
        "pyca/cryptography#11370, 2024-07",
        "ImportError: libssl.so.3: cannot open shared object file: No such file or directory\n",
        "libssl-not-loadable",
        ("--method wheel",),
    ),
    "the simulator of iOS": Log(
        "pyca/cryptography#11463, 2024-08",
        """\
ImportError: dlopen(/Users/ada/demo.app/lib/_rust.abi3.so, 0x0002): tried: \
'/Users/ada/demo.app/lib/_rust.abi3.so' (mach-o file (/Users/ada/demo.app/lib/_rust.abi3.so), but \
incompatible platform (have 'macOS', need 'iOS-sim'))
""",
        "mach-o-other-platform",
        ("iOS-sim",),
    ),
    "files for Apple silicon, an Intel Python": Log(
        "ethereum/py-arkworks-bls12381#1, 2024-05 to 2025-05",
        f"""\
ImportError: dlopen(/Users/ada/env{BINDING}, 0x0002): tried: '/Users/ada/env{BINDING}' (mach-o \
file, but is an incompatible architecture (have 'arm64', need 'x86_64'))
""",
        "mach-o-need-intel",
        ("48.0.1", "Rosetta"),
        ("arch -arm64 python",),
    ),
    "compiled for Intel on Apple silicon": Log(
        "awslabs/cli-agent-orchestrator#701, 2026-08; google/neuroglancer#1045, 2026-06",
        """\
  Building wheel for cryptography (pyproject.toml): finished with status 'error'
  error: failed to run custom build command for `openssl-sys v0.9.117`
  Could not find openssl via pkg-config:
  pkg-config has not been configured to support cross-compilation.
  $HOST = aarch64-apple-darwin
  $TARGET = x86_64-apple-darwin
ERROR: Failed building wheel for cryptography
""",
        "cross-compiling-openssl",
        ("48.0.1",),
    ),
    "pip and snowflake-connector-python": Log(
        "snowflakedb/snowflake-connector-python#2541, 2025-09 (pip 26.3 really said this)",
        """\
ERROR: Cannot install cryptography==46.0.1 and snowflake-connector-python==3.17.3 because these \
package versions have conflicting dependencies.

The conflict is caused by:
    cryptography 46.0.1 depends on cffi>=2.0.0; python_full_version >= "3.9" and \
platform_python_implementation != "PyPy"
    snowflake-connector-python 3.17.3 depends on cffi<2.0.0 and >=1.9

ERROR: ResolutionImpossible: for help visit the pages of pip
""",
        "requirements-conflict",
        ("cffi>=2.0.0", "--for"),
    ),
    "uv and snowflake-connector-python": Log(
        "snowflakedb/snowflake-connector-python#2541, 2025-09 (uv 0.13.9 really said this)",
        """\
error: No solution found when resolving dependencies
  cause: Because snowflake-connector-python==3.17.3 depends on cffi>=1.9,<2.0.0 and \
cryptography==46.0.1 depends on cffi{platform_python_implementation != 'PyPy'}>=2.0.0, we can \
conclude that cryptography==46.0.1 and snowflake-connector-python==3.17.3 are incompatible.
""",
        "requirements-conflict",
        (": snowflake-connector-python==3.17.3 needs cffi>=1.9,<2.0.0.",),
    ),
    "uv and an old pyOpenSSL": Log(
        "GitGuardian/ggshield#1194, 2026-03 (uv 0.13.9 really said this)",
        """\
error: No solution found when resolving dependencies
  cause: Because pyopenssl==24.2.1 depends on cryptography>=41.0.5,<44 and you require \
cryptography==46.0.7, we can conclude that your requirements and pyopenssl==24.2.1 are incompatible.
         And because you require pyopenssl==24.2.1, we can conclude that your requirements are \
unsatisfiable.
""",
        "requirements-conflict",
        ("pyopenssl==24.2.1 needs cryptography>=41.0.5,<44",),
    ),
    "an old pyOpenSSL with a new cryptography": Log(
        "fabriziosalmi/wildbox#100, 2026-06",
        """\
  File "/srv/env/lib/python3.12/site-packages/OpenSSL/crypto.py", line 815, in X509Extension
AttributeError: module 'lib' has no attribute 'GEN_EMAIL'
""",
        "pyopenssl-mismatch",
        ("install -U pyOpenSSL",),
    ),
    "pip cannot replace Debian's package": Log(
        "GoogleCloudPlatform/compute-image-tools#2716, 2026-06; Datalux/Osintgram#1672, 2025-02 "
        "(pip 26.3 really said this)",
        """\
  Attempting uninstall: cryptography
    Found existing installation: cryptography 41.0.7
error: uninstall-no-record-file

× Cannot uninstall cryptography 41.0.7
╰─> The package's contents are unknown: no RECORD file was found for cryptography.

hint: The package was installed by debian. You should check if it can uninstall the package.
""",
        "package-of-the-system",
        ("--venv",),
        ("--force-reinstall",),
    ),
    "mod_wsgi": Log(
        "jpadilla/pyjwt#1092, 2025-09",
        """\
[wsgi:error] [pid 5:tid 5]   File "/usr/local/lib/python3.13/site-packages/jwt/api_jwk.py", line 7
[wsgi:error] [pid 5:tid 5] ImportError: PyO3 modules do not yet support subinterpreters
""",
        "pyo3-subinterpreter",
        ("WSGIApplicationGroup",),
        ("--force-reinstall",),
    ),
    "Windows 7": Log(
        "janeczku/calibre-web#3469, 2025-10; pyca/cryptography#10944, 2024-05",
        "ImportError: DLL load failed while importing _rust: The specified procedure could not be "
        "found.\n",
        "dll-load-failed-procedure",
        ("42.0.8",),
    ),
    "a legacy provider in a separate package": Log(
        "wolfi-dev/os#23794, 2024-07",
        "RuntimeError: OpenSSL 3.0's legacy provider failed to load. This is a fatal error by "
        "default, but cryptography supports running without legacy algorithms\n",
        "legacy-provider",
        ("CRYPTOGRAPHY_OPENSSL_NO_LEGACY",),
    ),
    "PyPy 3.9": Log(
        "progval/Limnoria#1674, 2026-05",
        "      error: the configured PyPy interpreter version (3.9) is lower than PyO3's minimum "
        "supported version (3.11)\n      💥 maturin failed\n",
        "pypy-too-old-pyo3",
        ("cryptography<47",),
    ),
    "free-threaded 3.15": Log(
        "pyca/cryptography#13974, 2025-12",
        """\
        error: The configured Python interpreter version (3.15) is newer than PyO3's maximum \
supported version (3.14)
        = help: The free-threaded build of CPython does not support the limited API so this check \
cannot be suppressed.
      💥 maturin failed
""",
        "free-threaded-release",
        ("ordinary Python",),
        ("PYO3_USE_ABI3_FORWARD_COMPATIBILITY",),
    ),
    "Rocky Linux without Rust": Log(
        "AcademySoftwareFoundation/OpenRV#1066, 2026-01",
        "      running build_rust\n      error: can't find Rust compiler\n",
        "rust-missing-setuptools",
    ),
    "an index that does not know HEAD": Log(
        "the loopback index of a test; uv 0.13.9 really said this",
        """\
error: Request failed after 3 retries in 10.4s
  cause: Failed to fetch: http://index.example/f/pip-26.3-py3-none-any.whl
  cause: HTTP status server error (501 Unsupported method ('HEAD')) for url (http://index.example/)
""",
        "index-error",
        ("--installer pip",),
    ),
}


@pytest.mark.parametrize("name", LOGS)
def test_a_log_is_understood(name: str) -> None:
    """Each is a part of a log of cryptography, though it may not have its name."""
    row = LOGS[name]
    found = diagnose(row.text.splitlines(), ours=True)
    assert found.package == "cryptography"
    assert found.id == row.failure, (row.report, found.cause)
    said = " ".join((found.cause, *found.hints))
    assert found.hints
    for words in row.says:
        assert words in said, row.report
    for words in row.never:
        assert words not in said, row.report
    assert "{" not in found.cause


@dataclass(frozen=True)
class Machine:
    """A machine or an environment and a wish: the release and method that must be planned.

    ``release`` is empty if nothing may be planned. ``says`` are words that must be in the notes
    or in the refusal, ``never`` words that no command may contain.
    """

    report: str
    facts: Callable[[], Facts]
    choices: Callable[[Facts], Choices] = field(default=lambda _: Choices())
    release: str = ""
    method: str = "wheel"
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


def with_python(name: str, **values: Any) -> Facts:
    """A machine on which the first Python is the only one, with other values."""
    facts = machine(name)
    return replace(facts, pythons=(replace(facts.pythons[0], pip=None, **values),))


def only(name: str, minor: str) -> Facts:
    """A machine on which the Python of this version is the only one."""
    facts = machine(name)
    return replace(facts, pythons=tuple(p for p in facts.pythons if p.minor == minor))


def old_windows(name: str, version: str) -> Facts:
    facts = with_python("windows-64", version="3.8.10")
    called = replace(facts.system, distribution_name=name, distribution_version=version)
    return replace(facts, system=called)


def in_environment(**choices: str) -> Callable[[Facts], Choices]:
    return lambda facts: Choices(venv=environment(facts), **choices)  # type: ignore[arg-type]


def wish(**choices: str) -> Callable[[Facts], Choices]:
    return lambda _: Choices(**choices)  # type: ignore[arg-type]


def windows_arm_since_51() -> Facts:
    """An index that has 51.0.0, with a wheel for Windows on ARM again."""
    facts = machine("windows-arm64")
    assert facts.listing is not None
    new = Listed(
        "51.0.0",
        wheels=("cp311-abi3-win_arm64",),
        sdist="cryptography-51.0.0.tar.gz",
        requires_python=">=3.9",
    )
    return replace(facts, listing=replace(facts.listing, releases=(new, *facts.listing.releases)))


SNOWFLAKE = Installed(
    "snowflake-connector-python", "3.14.0", ("cffi<2.0.0,>=1.9", "cryptography>=3.1.0")
)
FREE_313 = {"version": "3.13.5", "free_threaded": True}
FREE_315 = {"version": "3.15.0", "free_threaded": True}
MACHINES = {
    "only a free-threaded 3.13": Machine(
        "pyca/cryptography#14639, 2026-04; #11753, 2024-10",
        lambda: with_python("free-threaded", **FREE_313),
        says=("cffi", "3.14"),
    ),
    **{
        f"only a free-threaded 3.13, release {release}": Machine(
            "pyca/cryptography#14639, 2026-04",
            lambda: with_python("free-threaded", **FREE_313),
            wish(release=release),
            says=("cffi",),
        )
        for release in ("46.0.7", "45.0.7", "43.0.3")
    },
    **{
        f"a free-threaded 3.14, release {release}": Machine(
            "oracle/oci-python-sdk#805, 2025-11",
            lambda: machine("free-threaded"),
            wish(release=release),
            says=("46.0.0 is the first release for free-threaded Pythons", "--release 50.0.2"),
        )
        for release in ("45.0.7", "44.0.3", "42.0.8")
    },
    "a free-threaded 3.15, release 46.0.3": Machine(
        "pyca/cryptography#13974, 2025-12",
        lambda: with_python("free-threaded", **FREE_315),
        wish(release="46.0.3"),
        says=("free-threaded Python 3.15.0",),
    ),
    "Windows on ARM since 51": Machine(
        "pyca/cryptography#15350, 2026-08",
        windows_arm_since_51,
        release="51.0.0",
    ),
    "Windows on ARM before 51": Machine(
        "CursorTouch/Windows-MCP#166, 2026-04",
        lambda: machine("windows-arm64"),
        release="46.0.3",
        says=("50.0.2 has no wheel for Windows on ARM",),
    ),
    "an Intel Mac": Machine(
        "DataDog/integrations-core#24078, 2026-06; pyca/cryptography#15043",
        lambda: machine("mac-intel-brew"),
        release="48.0.1",
        says=("Intel Macs",),
    ),
    "a 32-bit Windows": Machine(
        "pyca/cryptography#14738, 2026-04",
        lambda: machine("windows-32"),
        release="48.0.1",
    ),
    "Windows 7": Machine(
        "pyca/cryptography#10944, 2024-05",
        lambda: old_windows("Windows 7 (6.1.7601)", "6.1.7601"),
        release="42.0.8",
    ),
    "Windows 7, and a release whose wheel needs a newer one": Machine(
        "pyca/cryptography#10944, 2024-05",
        lambda: old_windows("Windows 7 (6.1.7601)", "6.1.7601"),
        wish(release="42.0.6", method="wheel"),
        says=("ProcessPrng", "42.0.8"),
    ),
    "Windows 8.1 has what Windows 7 lacks": Machine(
        "rust-lang/rust#121337, 2024-02",
        lambda: old_windows("Windows 8.1 (6.3.9600)", "6.3.9600"),
        release="47.0.0",
    ),
    "Python 3.9.1 on Windows": Machine(
        "pyca/cryptography#12043, 2024-11; symbol/symbol#1394, 2024-12",
        lambda: with_python("windows-64", version="3.9.1"),
        release="41.0.7",
    ),
    "Python 3.9.1 on Windows, release 43.0.3": Machine(
        "pyca/cryptography#11325, 2024-07",
        lambda: with_python("windows-64", version="3.9.1"),
        wish(release="43.0.3", method="wheel"),
        says=("PyCMethod_New", "3.9.2"),
    ),
    "Python 3.9.2 on Windows": Machine(
        "pyca/cryptography#12045, 2024-11",
        lambda: with_python("windows-64", version="3.9.2"),
        release="50.0.2",
    ),
    "Python 3.7 in 2026": Machine(
        "CroatianMeteorNetwork/RMS#838, 2026-03",
        lambda: only("workshop", "3.7"),
        release="45.0.7",
    ),
    "a Python whose version has a suffix": Machine(
        "project-chip/connectedhomeip#39614, 2025-06",
        lambda: with_python("workshop", version="3.11.3+chromium.29"),
        release="50.0.2",
    ),
    "snowflake-connector-python and the newest release": Machine(
        "Zipstack/unstract#2016, 2026-06; pyca/cryptography#13468, 2025-09",
        lambda: holding("debian-12", SNOWFLAKE, cryptography="45.0.7"),
        in_environment(),
        release="46.0.0",
        says=("cffi<2.0.0",),
    ),
    "snowflake-connector-python and 46.0.0, which it allows": Machine(
        "Zipstack/unstract#2016, 2026-06",
        lambda: holding("debian-12", SNOWFLAKE, cryptography="46.0.0"),
        in_environment(),
        release="46.0.0",
        never=("==45",),
    ),
    "snowflake-connector-python and a release that breaks it": Machine(
        "Zipstack/unstract#2016, 2026-06",
        lambda: holding("debian-12", SNOWFLAKE, cryptography="46.0.0"),
        in_environment(release="46.0.7"),
        says=("snowflake-connector-python 3.14.0", "<46.0.1", "--dependents"),
    ),
    "a Python that belongs to the system": Machine(
        "stephendade/Rpanion-server#252, 2024-09",
        lambda: machine("pep668"),
        release="50.0.2",
        never=("--break-system-packages", "--user", "--ignore-installed"),
    ),
    "FreeBSD": Machine(
        "pyca/cryptography#11760, 2024-10; tykling/certgrinder#671, 2025-03",
        lambda: freebsd(),
        says=("pkg install py311-cryptography",),
    ),
    "pip's setting user": Machine(
        "airspeed-velocity/asv#522 (remedy: PIP_USER=0)",
        lambda: with_setting(Setting("pip", "user", "true", "pip.conf")),
        release="50.0.2",
        never=("--user",),
    ),
}


def with_setting(setting: Setting) -> Facts:
    facts = machine("debian-12")
    return replace(
        facts, pythons=tuple(replace(python, settings=(setting,)) for python in facts.pythons)
    )


def freebsd() -> Facts:
    """A FreeBSD with nothing but Python 3.11 on it."""
    facts = machine("debian-12")
    system = replace(
        facts.system,
        name="other",
        distribution="freebsd",
        distribution_name="FreeBSD 14.3",
        distribution_version="14.3",
        like=(),
        libc="",
        libc_version="",
        machine="amd64",
    )
    python = replace(
        facts.pythons[0],
        version="3.11.13",
        platform="freebsd-14.3-RELEASE-amd64",
        machine="amd64",
        libc="",
        libc_version="",
        pip=None,
        headers=False,
        externally_managed="",
    )
    return replace(facts, system=system, pythons=(python,), managers=(), tools=(), openssl=())


def commands(plan: Plan) -> str:
    actions = (action for step in plan.steps for action in (step.action, *step.undo))
    return "\n".join(" ".join(a.argv) for a in actions if isinstance(a, Command))


@pytest.mark.parametrize("name", MACHINES)
def test_a_machine_gets_the_right_plan(name: str) -> None:
    row = MACHINES[name]
    facts = row.facts()
    case = case_of(facts, row.choices(facts))
    if not row.release:
        with pytest.raises(WizardError) as caught:
            engine.settle(case)
        error = caught.value
        assert error.code == Exit.IMPOSSIBLE, row.report
        said = [error.what, error.shown, error.why, *error.hints]
        if isinstance(error, Impossible):
            for way in error.alternatives:
                said += [way.title, way.detail, way.command]
    else:
        plan = engine.settle(case).plan
        assert (plan.release, plan.method) == (row.release, row.method), row.report
        said = [*plan.notes]
        for words in row.never:
            assert words not in commands(plan), row.report
    for words in row.says:
        assert words in " ".join(said), (row.report, said)
