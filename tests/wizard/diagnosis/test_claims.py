"""What a diagnosis must not claim: that the wrong program, package or system failed."""

from __future__ import annotations

import re

import pytest

from wizard.diagnosis.diagnose import Diagnosis, diagnose

APT = (
    "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 811 (apt-get)",
    "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another "
    "process using it?",
)
BREW = ("Error: A `brew update` process has already locked /opt/homebrew/Cellar/x.",)
NPM = (
    "npm ERR! code EACCES",
    "npm ERR! Error: EACCES: permission denied, mkdir '/usr/lib/node_modules/pm2'",
)
SYSTEMD = ("Failed to restart nginx.service: Unit nginx.service not found.",)
BUILD = (
    "Collecting cryptography",
    "  Building wheel for cryptography (pyproject.toml): started",
    "error: can't find Rust compiler",
    "ERROR: Failed building wheel for cryptography",
)


def commands(found: Diagnosis) -> str:
    return " ".join(re.findall(r"`[^`]+`", " ".join(found.hints)))


# --- An earlier failure that the log survived ---------------------------------------------------


@pytest.mark.parametrize("earlier", [APT, BREW, NPM, SYSTEMD])
def test_the_failure_that_ended_the_log_is_the_answer(earlier: tuple[str, ...]) -> None:
    found = diagnose([*earlier, *BUILD])
    assert (found.id, found.line_number) == ("rust-missing-setuptools", len(earlier) + 3)


@pytest.mark.parametrize("earlier", [APT, BREW, NPM, SYSTEMD])
@pytest.mark.parametrize(
    "later",
    [
        ("$ python3 manage.py migrate", "OperationalError: the database does not answer"),
        ("Traceback (most recent call last):", "  File 'x.py', line 1", "ValueError: no"),
        ("+ ./configure", "configure: error: nobody knows this"),
        ("Setting up python3-venv (3.11.2-1) ...", "fatal: not a git repository"),
        ("Successfully installed cryptography-50.0.2", "myapp.StartError: no"),
    ],
)
def test_a_later_error_that_nobody_knows_is_not_blamed_on_an_earlier_one(
    earlier: tuple[str, ...], later: tuple[str, ...]
) -> None:
    found = diagnose([*earlier, *later])
    assert found.id is None
    if earlier in (APT, BREW):  # of these, each line is explained
        assert found.line_number == len(earlier) + len(later)


@pytest.mark.parametrize(
    "end",
    [
        (),
        ("The command '/bin/sh -c apt-get install gcc' returned a non-zero code: 100",),
        ("Error: Process completed with exit code 100.",),
        ("make: *** [Makefile:3: deps] Error 100", "ERROR: Job failed: exit code 2"),
        (
            "------",
            " > [2/5] RUN apt-get update && apt-get install -y gcc:",
            'ERROR: failed to solve: process "/bin/sh -c apt-get update" did not complete '
            "successfully: exit code: 100",
        ),
    ],
)
def test_a_failure_that_ended_the_log_is_certain(end: tuple[str, ...]) -> None:
    found = diagnose(["Reading package lists...", *APT, *end])
    assert (found.id, found.certainty) == ("apt-lock", "certain")


def test_what_failed_together_with_a_package_manager_is_the_answer() -> None:
    header = "x.c:1:2: fatal error: ffi.h: No such file or directory"
    assert diagnose(["E: Unable to locate package libfi-dev", header]).id == "ffi-h-missing"
    assert diagnose([*APT, "pip install cryptography", header]).id == "ffi-h-missing"


def test_a_failure_after_which_nothing_failed_is_probable() -> None:
    found = diagnose([*APT, "Collecting cryptography"])
    assert (found.id, found.certainty) == ("apt-lock", "probable")


def test_of_several_attempts_the_last_one_counts() -> None:
    first = ["$ pip install cryptography", *BUILD]
    second = ["$ pip install cryptography", "error: linker `cc` not found"]
    assert diagnose([*first, *second]).id == "linker-missing"
    # The last one says nothing that is known.
    assert diagnose([*first, "$ pip install cryptography"]).id == "rust-missing-setuptools"


def test_a_missing_package_that_could_not_be_installed() -> None:
    lines = ["ModuleNotFoundError: No module named 'cryptography'", "$ pip install cryptography"]
    assert diagnose(lines[:1]).id == "cryptography-not-installed"
    assert diagnose([*lines, *BUILD]).id == "rust-missing-setuptools"


def test_errors_of_a_program_after_the_installation_are_not_of_the_index() -> None:
    error = (
        "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='api.example', port=443): "
        "Max retries exceeded with url: /v1/x (Caused by NewConnectionError('x'))"
    )
    forbidden = (
        "requests.exceptions.HTTPError: 403 Client Error: Forbidden for url: https://a.example/x"
    )
    for line in (error, forbidden):
        assert diagnose([line]).id is None
        assert diagnose(["Successfully installed cryptography-50.0.2", line]).id is None
    assert diagnose(["Collecting cryptography", error]).id == "index-unreachable"


def test_a_killed_process_of_another_program_is_not_a_killed_build() -> None:
    kernel = "kernel: Out of memory: Killed process 812 ({}) total-vm:1823412kB"
    assert diagnose([kernel.format("rustc")]).certainty == "certain"
    assert diagnose([kernel.format("mysqld"), "AppError: lost connection"]).id is None


# --- The package --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "package"),
    [
        ((">>> import numpy", "Illegal instruction (core dumped)"), "numpy"),
        (("$ python -c 'import sys; import bcrypt'", "Segmentation fault"), "bcrypt"),
        (("$ python -c 'from cryptography import x509'", "Illegal instruction"), "cryptography"),
        (
            (
                "import 'hmac' # <_frozen_importlib_external.SourceFileLoader object at 0xb6>",
                "import 'bcrypt.__about__' # <_frozen_importlib_external.SourceFileLoader object>",
                "Illegal instruction",
            ),
            "bcrypt",
        ),
        (
            (
                "$ pip install cryptography polars",
                "Successfully installed cryptography-50.0.2 polars-1.9.0",
                "$ python -c 'import polars'",
                "Illegal instruction (core dumped)",
            ),
            "polars",
        ),
        (
            (
                "Fatal Python error: Segmentation fault",
                "Current thread 0x00007f3a (most recent call first):",
                '  File "<frozen importlib._bootstrap>", line 241 in _call_with_frames_removed',
                '  File "/srv/env/lib/python3.11/site-packages/torch/__init__.py", line 237 in x',
                '  File "/srv/env/lib/python3.11/site-packages/cryptography/x.py", line 2 in y',
            ),
            "torch",
        ),
        (
            (
                "The TensorFlow library was compiled to use AVX instructions, but these aren't "
                "available on your machine.",
                "Aborted (core dumped)",
            ),
            "tensorflow",
        ),
    ],
)
def test_a_crash_is_one_of_what_was_imported(lines: tuple[str, ...], package: str) -> None:
    found = diagnose(lines)
    assert found.id in ("illegal-instruction", "crashed")
    assert found.package == package
    if package != "cryptography":
        assert "cryptography" not in commands(found)
        assert "cryptography" not in found.cause


@pytest.mark.parametrize(
    ("lines", "cause", "package"),
    [
        (("error: linker `cc` not found",), "linker-missing", None),
        (("Illegal instruction (core dumped)",), "illegal-instruction", None),
        (("x.c:1:2: fatal error: Python.h: No such file or directory",), "python-h-missing", None),
        (("  feature `edition2021` is required",), "cargo-edition", None),
        (("Collecting cffi", "x.c:1:2: fatal error: ffi.h: No such file or directory"),
         "ffi-h-missing", "cffi"),
        (("$ cargo install cargo-about", "  feature `edition2021` is required"),
         "cargo-edition", "cargo-about"),
        (("/tmp/easy_install-vQ/lxml-3.0.2/src/x.h:9:31: fatal error: libxml/x.h: No such file",),
         "header-missing", "lxml"),
        (("module 'OpenSSL.crypto' has no attribute 'PKCS12'",),
         "pyopenssl-api-missing", "pyOpenSSL"),
        (("TypeError: load_pem_private_key() missing 1 required positional argument: 'backend'",),
         "backend-argument", "cryptography"),
        (("ImportError: version `GLIBC_2.28' not found (required by /x/_rust.abi3.so)",),
         "glibc-too-old", "cryptography"),
        (("ERROR: Cannot uninstall pip 24.0, RECORD file not found. Hint: installed by debian.",
          "Collecting cryptography"), "package-of-the-system", "pip"),
        (("Building wheel for scikit-surprise (setup.py) ... error",
          "building 'surprise.similarities' extension",
          "error: Microsoft Visual C++ 14.0 or greater is required."),
         "msvc-missing", "scikit-surprise"),
        (("ERROR: No matching distribution found for numpy==9.9",),
         "no-wheel-for-platform", "numpy"),
        (("Collecting cryptography", "Collecting rsa",
          "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
          "    pluggy==0.6.0 from https://x.example/pluggy-0.6.0-py2-none-any.whl#md5=7 (from x):"),
         "hash-mismatch", "pluggy"),
        (("Installing collected packages: psutil, cryptography",
          "ERROR: Could not install packages due to an OSError: [WinError 5] Access is denied: "
          "'C:\\\\py\\\\Lib\\\\site-packages\\\\psutil\\\\_psutil_windows.pyd'"),
         "windows-file-in-use", "psutil"),
        (("Successfully installed cryptography-50.0.2", "make: gcc: Command not found"),
         "cc-missing", None),
        (("ERROR: Cannot install -r x.txt (line 5) and pydantic==2.7.0 because these package "
          "versions have conflicting dependencies.", "Collecting cryptography",
          "    fastapi 0.89.0 depends on pydantic!=1.7, <2.0.0 and >=1.6.2"),
         "requirements-conflict", None),
        (("Collecting cryptography", "Collecting torch",
          "  Downloading torch-2.3.0-cp310-cp310-manylinux1_x86_64.whl (779.1 MB)",
          "pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool(host='x.example', "
          "port=443): Read timed out."), "download-stalled", "torch"),
    ],
)  # fmt: skip
def test_only_what_the_log_names_is_the_package(
    lines: tuple[str, ...], cause: str, package: str | None
) -> None:
    found = diagnose(lines)
    assert (found.id, found.package) == (cause, package)
    if package != "cryptography":
        assert "cryptography" not in commands(found)


def test_what_the_wizard_itself_installs_is_cryptography() -> None:
    line = "x.c:1:2: fatal error: Python.h: No such file or directory"
    assert diagnose([line], {"os": "linux"}).package == "cryptography"
    assert diagnose(["Proof of /srv/env/bin/python", line]).package == "cryptography"


# --- The line to look at, and the system --------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "number", "package"),
    [
        (("Traceback (most recent call last):", "ModuleNotFoundError: No module named 'flask'"), 2,
         "flask"),
        (("added 2 packages", "npm ERR! code ELIFECYCLE", "npm ERR! errno 1"), 2, None),
        (("all went well", "npm error ERESOLVE unable to resolve dependency tree"), 2, None),
        (("[INFO] Scanning", "[ERROR] Failed to execute goal x:compile"), 2, None),
        (("Cloning into 'app'...", "fatal: could not read from remote repository"), 2, None),
        (("FAILED tests/test_x.py - assert 1", "E       AssertionError: assert 1 == 2"), 2, None),
        (("0 errors, 3 warnings", "demo.OrderError: the order is not there"), 2, None),
        (("Successfully installed cryptography-50.0.2", "demo.OrderError: no order"), 2, None),
        (("Compiling thiserror v1.0", "panic: runtime error: nil pointer"), 2, None),
    ],
)  # fmt: skip
def test_the_error_of_another_program_is_the_line_to_look_at(
    lines: tuple[str, ...], number: int, package: str | None
) -> None:
    found = diagnose(lines)
    assert (found.id, found.line_number, found.package) == (None, number, package)
    assert found.evidence == lines[number - 1].strip()


@pytest.mark.parametrize(
    ("line", "known"),
    [
        ("See https://github.example/NixOS/nixpkgs/issues/99999", False),
        ("Cloning into 'nixpkgs'...", False),
        ("$ nix-shell -p python3", True),
        ("File '/nix/store/0c4x1ndq3h1p8v9w3q7v2rq0zv8hcy9k-python3-3.11.6/lib/x.py'", True),
        ("PRETTY_NAME='NixOS 24.05 (Uakari)'", True),
    ],
)
def test_only_a_path_or_a_command_shows_nixos(line: str, known: bool) -> None:
    found = diagnose([line, "pip install cryptography", "error: can't find Rust compiler"])
    assert (found.facts.get("family") == "nixos") == known


@pytest.mark.parametrize(
    ("line", "family"),
    [
        ("For example, `libssl-dev` on Ubuntu or `openssl-devel` on Fedora.", None),
        ("  Try `apt install pkg-config`, or `yum install pkg-config`,", None),
        ("  or `pkg install pkg-config`, or `apk add pkgconfig` depending on your distribution.",
         None),
        ("$ sudo apt-get install libssl-dev", "debian"),
        ("deb [arch=amd64] https://mirror.example/ubuntu jammy main", "debian"),
        ("Step 2/5 : RUN apk add gcc", "alpine"),
    ],
)  # fmt: skip
def test_advice_for_several_systems_shows_none(line: str, family: str | None) -> None:
    lines = [line, "Collecting cryptography", "Could not find directory of OpenSSL installation"]
    assert diagnose(lines).facts.get("family") == family
    if family is None:  # what comes later still counts
        assert diagnose([*lines, "$ sudo dnf install -y gcc"]).facts["family"] == "fedora"


# --- Short logs that were cut -------------------------------------------------------------------


@pytest.mark.parametrize("width", [36, 40, 46, 50])
@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("ImportError: libssl.so.1.1: cannot open shared object file: No such file or directory",
         "libssl-not-loadable"),
        ("error: the configured Python interpreter version (3.14) is newer than PyO3's maximum "
         "supported version (3.13)", "python-too-new-pyo3"),
        ("error: package `x v0.1.0` cannot be built because it requires rustc 1.74 or newer, while "
         "the currently active rustc version is 1.70.0", "rust-too-old-cargo"),
    ],
)  # fmt: skip
def test_a_line_that_was_cut_into_a_few_is_read(line: str, cause: str, width: int) -> None:
    cut = [line[start : start + width] for start in range(0, len(line), width)]
    found = diagnose(cut)
    assert found.id == cause
    assert 1 <= found.line_number <= len(cut)


def test_lines_that_were_not_cut_are_not_put_together() -> None:
    found = diagnose(["error: the linker of this project", "not found: nothing at all"])
    assert found.id is None


def test_what_has_no_name_is_called_the_package() -> None:
    found = diagnose(["error: can't find Rust compiler"])
    assert found.cause == "The package had to be compiled, but Rust is not installed."
    assert "If the package has a wheel" in found.hints[1]
    assert "`python -m pip install --only-binary PACKAGE PACKAGE`" in found.hints[1]
    found = diagnose(["ModuleNotFoundError: No module named '_cffi_backend'"])
    assert found.cause == "cffi is missing, or was installed for another Python."


@pytest.mark.parametrize(
    ("lines", "cause", "words"),
    [
        (("  Running `maturin pep517 build-wheel`", "  $TARGET = x86_64-apple-darwin",
          "  error: linker `cc` not found"), "linker-missing", "Rust needs a C compiler"),
        (("lock file version 4 requires `-Znext-lockfile-bump`",), "cargo-lock-v4",
         "the lock file of this package"),
        (("error: package `x v0.1.0` cannot be built because it requires rustc 1.74 or newer",),
         "rust-too-old-cargo", "too old for this package"),
    ],
)  # fmt: skip
def test_what_is_only_true_of_cryptography_is_not_said_of_another_package(
    lines: tuple[str, ...], cause: str, words: str
) -> None:
    found = diagnose(["Collecting orjson", *lines])
    assert (found.id, found.package) == (cause, "orjson")
    assert words in found.cause
    ours = diagnose(["Collecting cryptography", *lines])
    assert ours.package == "cryptography"
    assert words not in ours.cause


@pytest.mark.parametrize(
    ("lines", "installed", "package"),
    [
        (("Successfully installed cryptography-50.0.2",), True, "cryptography"),
        (("Successfully installed numpy-2.1.0",), True, None),
        (("Successfully installed pip-24.0", "the server could not be reached"), False, None),
    ],
)
def test_what_ended_well_is_not_said_of_another_package(
    lines: tuple[str, ...], installed: bool, package: str | None
) -> None:
    found = diagnose(lines)
    assert (found.id, found.installed, found.package) == (None, installed, package)


# --- Near causes, and signs that were cut -------------------------------------------------------

POOL = "HTTPSConnectionPool(host='x.example', port=443): Read timed out."


@pytest.mark.parametrize(
    ("lines", "cause", "certainty"),
    [
        # An extraction that the network stopped is not a wrong file.
        (("  × Failed to download `cryptography==50.0.2`",
          "  ├─▶ Failed to extract archive: cryptography-50.0.2-cp311-abi3-win_amd64.whl",
          "  ├─▶ I/O operation failed during extraction",
          "  ╰─▶ Failed to download distribution due to network timeout. Try increasing "
          "UV_HTTP_TIMEOUT (current value: 30s)."), "download-stalled", "certain"),
        (("  × Failed to download `cryptography==50.0.2`",
          "  ├─▶ Failed to extract archive: cryptography-50.0.2-cp311-abi3-win_amd64.whl",
          "  ├─▶ I/O operation failed during extraction",
          "  ├─▶ error decoding response body"), "download-cut-off", "certain"),
        (("  × Failed to download and build `pyyaml==6.0`",
          "  ├─▶ Failed to extract archive: pyyaml-6.0.tar.gz",
          "  ├─▶ request or response body error", "  ╰─▶ operation timed out"),
         "download-stalled", "certain"),
        (("error: Failed to download: `cryptography==50.0.2`",
          "  Caused by: Failed to extract archive", "  Caused by: Connection reset by peer"),
         "download-cut-off", "certain"),
        (("  ├─▶ Failed to extract archive: cryptography-50.0.2.whl",
          "  ╰─▶ I/O operation failed during extraction"), "not-the-file", "probable"),
        # A server that does not answer was reached.
        (("  File '/opt/env/lib/python3.11/site-packages/pip/_vendor/urllib3/response.py', "
          "line 443, in _error_catcher",
          f"pip._vendor.urllib3.exceptions.ReadTimeoutError: {POOL}"),
         "download-stalled", "certain"),
        ((f"pip._vendor.urllib3.exceptions.ReadTimeoutError: {POOL}",), "index-timeouts",
         "probable"),
        (("  - Installing cryptography (42.0.0): Failed", "  ConnectionError",
          "  HTTPSConnectionPool(host='x.example', port=443): Max retries exceeded with url: "
          "/c/cryptography-42.0.0.whl (Caused by NameResolutionError('x'))"),
         "index-unreachable", "certain"),
        (("WARNING: Retrying (Retry(total=0)) after connection broken by 'SSLError(SSLZeroReturn"
          "Error(6, 'TLS/SSL connection has been closed (EOF)'))': /simple/cryptography/",
          "ERROR: No matching distribution found for cryptography"), "index-unreachable",
         "certain"),
        (("requests.exceptions.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number",),
         "tls-old", "probable"),
        (("pip install cryptography", "SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number"),
         "tls-old", "certain"),
        (("_openssl.c:498:10: fatal error: openssl/opens",), "openssl-h-missing-c", "probable"),
        (("c/_cffi_backend.c:2:10: fatal error: Pyth",), "python-h-missing", "probable"),
        # What is missing may only not be on the PATH.
        (("Collecting psycopg2", "Error: pg_config executable not found."), "header-missing",
         "probable"),
        # A release of the library is not one of pyOpenSSL.
        (("ERROR: Could not find a version that satisfies the requirement openssl==3.0.2 "
          "(from versions: none)",), "no-such-version", "certain"),
        (("ERROR: No matching distribution found for openssl",), "pyopenssl-missing", "certain"),
        # A panic without the import before it.
        (("pyo3_runtime.PanicException: Python API call failed",), "cffi-backend-missing",
         "probable"),
        # A function that a DLL lacks is not one of another processor.
        (("from cryptography.hazmat.bindings._rust import x509",
          "ImportError: DLL load failed: The operating system cannot run %1."),
         "dll-load-failed-procedure", "certain"),
        (("cargo build --target aarch64-linux-android",
          "run pkg_config fail: 'Cross compilation detected. Use PKG_CONFIG_ALLOW_CROSS=1'",
          "Could not find directory of OpenSSL installation"), "cross-compiling-openssl",
         "certain"),
        (("    Updating crates.example index", "Value too large for defined data type"),
         "cargo-32bit-qemu", "certain"),
        (("building '_openssl' extension", "unable to execute 'gcc':"), "cc-missing", "probable"),
        (("from cryptography.hazmat.bindings._rust import x509",
          "ImportError: Error loading shared library libssl.s"), "libssl-not-loadable", "probable"),
        # A certificate that another program did not trust is perhaps not that of an index.
        (("requests.exceptions.SSLError: certificate verify failed: self signed certificate",),
         "tls-verify-pip", "probable"),
        (("Collecting flask", "SSLError: certificate verify failed: self signed certificate"),
         "tls-verify-pip", "certain"),
        (("make[1]: cc: No such file or directory",), "cc-missing", "certain"),
        (("ld_aix: Compiler 'gcc' not found; exiting.",), "cc-missing", "certain"),
        (("/usr/bin/ld: 找不到 -lssl",), "openssl-lib-missing", "certain"),
        (("No local packages or working download links found for cffi>=1.12",),
         "dependency-not-on-index", "certain"),
        (("E: Version '3.0.2-0ubuntu1.1' for 'libssl-dev' was not found",), "apt-package-unknown",
         "certain"),
        (("Package libffi-dev is not available, but is referred to by another package.",),
         "apt-package-unknown", "certain"),
        ((" * opkg_install_cmd: Cannot install package python3-cryptography.",),
         "manager-package-unknown", "certain"),
        (("Package libffi conflicts for:", "libffi==3.2.1=hd88cf55_4"), "conda-unsatisfiable",
         "certain"),
        (("/opt/env/lib/python3.9/site-packages/cffi/api.py in __init__(self)",
          "AssertionError: version mismatch, 1.14.0 != 1.15.1"), "cffi-version-mismatch",
         "certain"),
        (("    digest = Hash(algorithm=SHA256())",
          "TypeError: __init__() missing 1 required positional argument: 'backend'"),
         "backend-argument", "certain"),
        (("  File '/usr/lib/python3/dist-packages/cryptography/x.py', line 3, in generate",
          "AttributeError: 'Backend' object has no attribute 'ed25519_supported'"), "api-missing",
         "certain"),
        (("cryptography/hazmat/backends/multibackend.py in load_rsa_private_numbers(self)",
          "UnsupportedAlgorithm: RSA is not supported by the backend"), "backend-not-registered",
         "certain"),
    ],
)  # fmt: skip
def test_of_near_causes_the_right_one_is_the_answer(
    lines: tuple[str, ...], cause: str, certainty: str
) -> None:
    found = diagnose(lines)
    assert (found.id, found.certainty) == (cause, certainty)


@pytest.mark.parametrize(
    "lines",
    [
        ("read_all(/home/ada/.cache/tool/0): Value too large for defined data type",),
        ("AssertionError: version mismatch, 2 != 3",),
        ("Backend().load()", "TypeError: __init__() missing 1 required positional argument: "
         "'backend'"),
        ("AttributeError: 'Backend' object has no attribute 'shop_id'",),
        (f"requests.exceptions.ReadTimeout: {POOL}",),
    ],
)  # fmt: skip
def test_the_same_words_of_another_program_are_no_sign(lines: tuple[str, ...]) -> None:
    assert diagnose(lines).id is None


@pytest.mark.parametrize(
    ("lines", "package"),
    [
        # What is installed together with others failed with them.
        (("Collecting cryptography", "Installing collected packages: numpy, cryptography, flask",
          "ERROR: Could not install packages due to an OSError: [Errno 28] No space left"), None),
        (("Installing collected packages: pycparser, cffi, cryptography",
          "ERROR: Could not install packages due to an OSError: [Errno 28] No space left"),
         "cryptography"),
        (("Installing collected packages: numpy, cryptography",
          "  Running setup.py install for cryptography: started", "error: command 'gcc' failed: "
          "No such file or directory"), "cryptography"),
        # Of the packages that a log names, the message names one.
        (("Collecting cryptography",
          "ERROR: Package 'bcrypt' requires a different Python: 3.5.2 not in '>=3.6'"), "bcrypt"),
        (("Collecting cryptography", "Building wheels for collected packages: bcrypt, pynacl",
          "error: can't find Rust compiler", "Failed to build bcrypt"), "bcrypt"),
        # What imports a part of Python did not fail.
        (("import cryptography", "ImportError: DLL load failed while importing _sqlite3: The "
          "specified module could not be found."), None),
        # A crate is not called "crate".
        (("   Compiling openssl-sys v0.9.99", "Could not find openssl via pkg-config:",
          "  The system library `openssl` required by crate `openssl-sys` was not found."), None),
        # A program with its version in its name.
        (("/opt/tools/bin/mytool3.12: error while loading shared libraries: libssl.so.3: cannot "
          "open shared object file: No such file or directory",), "mytool"),
        (("pg_dump: error while loading shared libraries: libssl.so.1.1: cannot open shared "
          "object file: No such file or directory",), "pg_dump"),
        (("error: Failed to download `orjson==3.10.1`",
          "  Caused by: Failed to download distribution due to network timeout."), "orjson"),
        # cffi compiles for another package.
        (("  File '/opt/env/lib/python3.6/site-packages/nacl/_lib/__init__.py', line 73, in get",
          "  File '/opt/env/lib/python3.6/site-packages/cffi/verifier.py', line 74, in load",
          "cffi.ffiplatform.VerificationError: CompileError: command 'gcc' failed"), "pynacl"),
        # Nothing failed, and something else began.
        (("Collecting cryptography==3.4.8", "Collecting aiohttp==3.9.1"), None),
        (("Collecting aiohttp==3.9.1", "Collecting cryptography==3.4.8"), "cryptography"),
        (("/opt/env/lib/python3.11/site-packages/asyncssh/x.py:9: CryptographyDeprecationWarning: "
          "TripleDES has been moved", "  'cipher': TripleDES,"), None),
        # A word is no package.
        (("pkg_resources.DistributionNotFound: The 'shop==3.2' distribution was not found and is "
          "required by the application",), None),
    ],
)  # fmt: skip
def test_the_package_is_the_one_that_failed(lines: tuple[str, ...], package: str | None) -> None:
    assert diagnose(lines).package == package


def test_a_folder_of_sources_that_pip_was_given_is_no_package() -> None:
    found = diagnose(
        [
            "  Building wheel for cryptography (pyproject.toml): started",
            "    could not execute process `/mnt/pip-req-build-b7/src/rust/build-script-build`"
            " (never executed)",
            "    Permission denied (os error 13)",
        ]
    )
    assert (found.id, found.package) == ("tmp-noexec", "cryptography")


def test_a_warning_of_setuptools_is_not_why_a_build_failed() -> None:
    found = diagnose(
        [
            "  Building wheel for pynacl (pyproject.toml): started",
            "  dist.py:318: UserWarning: Unknown distribution option: 'tests_require'",
            "  Exception: ERROR: The 'make' utility is missing from PATH",
        ]
    )
    assert (found.id, found.package) == ("make-missing", "pynacl")


LINT = "  = note: `#[deny(overflowing_literals)]` on by default"


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        (("warning: unused", LINT, "error: linker `cc` not found"), "linker-missing"),
        (("error: this operation will panic at runtime", LINT), None),
        (("curl: (60) SSL certificate problem: certificate has expired",), "clock-wrong"),
        (("curl: (35) alert certificate required",), None),
        (("curl: (60) SSL: no alternative certificate subject name matches target host name",),
         None),
        (("curl: (60) SSL certificate problem: self-signed certificate",
          "WARN: falling back to wget", "error: can't find Rust compiler"),
         "rust-missing-setuptools"),
        (("/usr/include/openssl/bn.h:15:10: fatal error: 'stddef.h' file not found",),
         "libc-headers-missing"),
        (("/opt/homebrew/include/openssl/opensslv.h:20:11: fatal error: 'openssl/configuration.h' "
          "file not found",), "openssl-h-missing-c"),
        (("/usr/include/openssl/rsa.h:207:5: error: 'RSA_new' is deprecated [-Werror=deprecated]",),
         None),
        (("ValueError: Fernet key must be 32 url-safe base64-encoded bytes.",
          "ImportError: libssl.so.1.1: cannot open shared object file: No such file or directory"),
         "libssl-not-loadable"),
        (("cryptography.fernet.InvalidToken",
          "error: command 'gcc' failed: No such file or directory"), "cc-missing"),
        (("gyp ERR! find Python You need to install the latest version of Python.",
          "npm warn optional skipping optional dependency bufferutil",
          "error: can't find Rust compiler"), "rust-missing-setuptools"),
        (("Error: error:0308010C:digital envelope routines::unsupported",
          "    at Object.createDecipheriv (node:crypto:1:1)"), None),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_cause_gives_way(lines: tuple[str, ...], cause: str | None) -> None:
    assert diagnose(lines).id == cause
