"""The build backend of cryptography's sdist on the pretended Macs. It compiles nothing.

It stands for maturin 1.16, cargo, rustc, openssl-sys and Apple's linker together: it does what they
would do with these variables, programs and libraries, and fails where they would, in their words.
The result is a Mach-O file with the architecture and the links that they would produce.

Sources of what it says: ``tests/transcripts/pip/source-build.txt`` (the output of a build);
``tests/logs``: rust-missing-maturin, openssl-dir-not-found, openssl-static-lib-missing,
openssl-libdir-incomplete, crates-unreachable; nushell/nushell#5198 (libraries of another
architecture); rust-lang/cargo#10059 (no compiler); sourmash-bio/sourmash#3148 (E0463: the
Rust has no standard library for the target). What it does: maturin's ``build_options.rs`` (ARCHFLAGS,
CARGO_BUILD_TARGET) and ``target`` (the tag); openssl-sys' ``build/find_normal.rs`` and ``main.rs``.
"""

from __future__ import annotations

import glob
import os
import platform
import re
import shutil
import subprocess
import sys
from typing import Any, NoReturn

TRIPLES = {"arm64": "aarch64-apple-darwin", "x86_64": "x86_64-apple-darwin"}
FIRST = {"arm64": "11.0", "x86_64": "10.12"}
"""The deployment target of rustc for each architecture (``rustc --print deployment-target``)."""


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    """Return what else is needed: nothing."""
    return []


def _fail(text: str, command: str = "") -> NoReturn:
    print(text, file=sys.stderr, flush=True)
    if command:
        print(f"Error: command {command} returned non-zero exit status 1", file=sys.stderr)
    sys.exit(1)


def _check_rust() -> None:
    print("Checking for Rust toolchain....")
    if shutil.which("cargo") is None:
        _fail(
            "\nCargo, the Rust package manager, is not installed or is not on PATH.\n"
            "This package requires Rust and Cargo to compile extensions. Install it through\n"
            "the system's package manager or via https://rustup.rs/\n"
        )
    subprocess.run(["cargo", "--version"], stdout=subprocess.DEVNULL, check=True, timeout=60)


def _metadata() -> tuple[str, str]:
    with open("PKG-INFO", encoding="utf-8") as file:
        text = file.read()
    found = re.search(r"^Version: (.*)$", text, re.M)
    return (found[1] if found else ""), text


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: Any = None) -> str:
    """Write the metadata, as ``maturin pep517 write-dist-info`` does."""
    _check_rust()
    version, text = _metadata()
    folder = os.path.join(metadata_directory, f"cryptography-{version}.dist-info")
    print(
        f"Running `maturin pep517 write-dist-info --metadata-directory {metadata_directory} --interpreter {sys.executable}`"
    )
    os.makedirs(folder)
    with open(os.path.join(folder, "METADATA"), "w", encoding="utf-8") as file:
        file.write(text)
    with open(os.path.join(folder, "WHEEL"), "w", encoding="ascii") as file:
        file.write("Wheel-Version: 1.0\nGenerator: maturin (1.16.0)\nRoot-Is-Purelib: false\n")
    return os.path.basename(folder)


def build_wheel(
    wheel_directory: str, config_settings: Any = None, metadata_directory: Any = None
) -> str:
    """Make the wheel, or fail as a build on this Mac would."""
    sys.path.append("/rig/checkout")
    from tests.mac import pack
    from tests.mac.inside import macho, state

    machos = "/rig/checkout/tests/mac/machos"
    command = (
        f"['maturin', 'pep517', 'build-wheel', '-i', '{sys.executable}', '--compatibility', 'off']"
    )
    print(f"Running `maturin pep517 build-wheel -i {sys.executable} --compatibility off`")
    _check_rust()
    host = _host()
    targets = _targets(host)
    print("🍹 Building a mixed python/rust project")
    print(f"🐍 Found CPython {platform.python_version()[:4].rstrip('.')} at {sys.executable}")
    print("🔗 Found pyo3 bindings with abi3 support")
    print("📡 Using build options locked from pyproject.toml", flush=True)
    if state.read()["offline"]:
        _fail(
            "error: failed to download from `https://crates.example/api/v1/crates/asn1/0.24.1/download`\n\n"
            "Caused by:\n  [6] Could not resolve hostname",
            command,
        )
    print("   Compiling proc-macro2 v1.0.107", flush=True)
    _compiler(command)
    _standard_library(host, targets, command)
    print("   Compiling openssl-sys v0.9.117", flush=True)
    lib = _openssl(targets[0])
    static = _is_static(lib, command)
    parts = []
    for target in targets:
        machine = next(name for name, triple in TRIPLES.items() if triple == target)
        parts.append(_link(macho, machos, machine, lib, static, command))
    content = macho.fat(*parts) if len(parts) > 1 else parts[0]
    print(
        "   Compiling cryptography-rust v0.50.2\n    Finished `release` profile [optimized] target(s) in 1m 47s"
    )
    version, text = _metadata()
    tag = (
        f"cp311-abi3-{_platform(targets)}"
        if sys.version_info >= (3, 11)
        else f"cp39-abi3-{_platform(targets)}"
    )
    name = f"cryptography-{version}"
    files = []
    for path in sorted(glob.glob("src/**", recursive=True)):
        if os.path.isfile(path):
            with open(path, "rb") as file:
                files.append((path[len("src/") :], file.read()))
    files.append(("cryptography/hazmat/bindings/_rust.abi3.so", content))
    with open(os.path.join(wheel_directory, f"{name}-{tag}.whl"), "wb") as made:
        made.write(pack.pack(name, tag, text, iter(files)))
    print(
        f"📦 Built wheel for abi3 Python ≥ {'3.11' if 'cp311' in tag else '3.9'} to {name}-{tag}.whl",
        flush=True,
    )
    return f"{name}-{tag}.whl"


def _host() -> str:
    done = subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True, timeout=60)
    return next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("host:"))


def _targets(host: str) -> list[str]:
    """Return for what is built: CARGO_BUILD_TARGET, or both of ARCHFLAGS, or one, or the host."""
    if os.environ.get("CARGO_BUILD_TARGET"):
        return [os.environ["CARGO_BUILD_TARGET"]]
    named = re.findall(r"-arch\s+(\S+)", os.environ.get("ARCHFLAGS", ""))
    return [TRIPLES[name] for name in ("x86_64", "arm64") if name in named] or [host]


def _compiler(command: str) -> None:
    done = subprocess.run(
        ["cc", "--version"], capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode:
        note = done.stderr.strip()
        _fail(
            f"error: linking with `cc` failed: exit status: {done.returncode}\n  |\n"
            f"  = note: {note}\n\nerror: could not compile `proc-macro2` (build script) due to 1 previous error",
            command,
        )


def _standard_library(host: str, targets: list[str], command: str) -> None:
    """rustup and Homebrew install the standard library of the host alone."""
    for target in targets:
        if target != host:
            _fail(
                f"error[E0463]: can't find crate for `core`\n  |\n  = note: the `{target}` target may not be installed\n"
                f"  = help: consider downloading the target with `rustup target add {target}`\n\n"
                "error: could not compile `cfg-if` (lib) due to 1 previous error",
                command,
            )


def _openssl(target: str) -> str:
    """Return the folder of the libraries, as openssl-sys finds it."""
    variable = os.environ.get
    prefix = variable("OPENSSL_DIR", "")
    include, lib = variable("OPENSSL_INCLUDE_DIR", ""), variable("OPENSSL_LIB_DIR", "")
    if not (include and lib) and not prefix:
        brew = "/opt/homebrew" if target.startswith("aarch64") else "/usr/local"
        places = [f"{brew}/opt/{name}" for name in ("openssl@3", "openssl", "openssl@1.1")]
        prefix = next((place for place in places if os.path.isdir(place)), "")
    if not prefix and not (include and lib):
        _fail(
            "error: failed to run custom build command for `openssl-sys v0.9.117`\n\n"
            "  Could not find directory of OpenSSL installation, and this `-sys` crate cannot\n"
            "  proceed without this knowledge. If OpenSSL is installed and this crate had\n"
            "  trouble finding it,  you can set the `OPENSSL_DIR` environment variable for the\n"
            "  compilation process.\n\n"
            f"  $TARGET = {target}\n  openssl-sys = 0.9.117\n",
            "maturin",
        )
    include, lib = include or f"{prefix}/include", lib or f"{prefix}/lib"
    for kind, folder in (("library", lib), ("include", include)):
        if not os.path.isdir(folder):
            _fail(f"  OpenSSL {kind} directory does not exist: {folder}", "maturin")
    if not os.path.isfile(f"{include}/openssl/opensslv.h"):
        _fail(
            f"  fatal error: 'openssl/opensslv.h' file not found\n  Header expansion error in {include}",
            "maturin",
        )
    return lib


def _is_static(lib: str, command: str) -> bool:
    wanted = os.environ.get("OPENSSL_STATIC", "")
    archives = os.path.isfile(f"{lib}/libssl.a") and os.path.isfile(f"{lib}/libcrypto.a")
    shared = os.path.isfile(f"{lib}/libssl.dylib") and os.path.isfile(f"{lib}/libcrypto.dylib")
    if wanted not in ("", "0"):
        if not archives:
            _fail(
                "error: could not find native static library `ssl`, perhaps an -L flag is missing?\n\n"
                "error: could not compile `openssl-sys` (lib) due to 1 previous error",
                command,
            )
        return True
    if not archives and not shared:
        _fail(
            f'  OpenSSL libdir at `["{lib}"]` does not contain the required files to either statically or dynamically link OpenSSL',
            "maturin",
        )
    return archives and not shared


def _link(macho: Any, machos: str, machine: str, lib: str, static: bool, command: str) -> bytes:
    names = ("libssl.a", "libcrypto.a") if static else ("libssl.dylib", "libcrypto.dylib")
    text, own, ignored = "", {}, []
    for name in names:
        with open(f"{lib}/{name}", "rb") as file:
            content = file.read()
        if static:
            have = [macho.machine_of_archive(content)]
        else:
            parts = macho.read(content)
            have = [part.machine for part in parts]
            identity = macho.identity(
                next((p for p in parts if p.machine == machine), parts[0]).content
            )
            own[identity.rpartition("/")[2]] = identity
        if machine not in have:
            ignored.append(
                f"ld: warning: ignoring file {lib}/{name}, building for macOS-{machine} but attempting to link with file built for macOS-{have[0]}"
            )
        found = macho.VERSION.search(content)
        text = found[0].rstrip(b"\0").decode("ascii") if found else text
    if ignored:
        lines = "\n          ".join(ignored)
        _fail(
            "error: linking with `cc` failed: exit status: 1\n  |\n"
            f"  = note: {lines}\n          Undefined symbols for architecture {machine}:\n"
            '            "_OPENSSL_init_ssl", referenced from:\n'
            "                openssl_sys::init in libopenssl_sys.rlib\n"
            f"          ld: symbol(s) not found for architecture {machine}\n"
            "          clang: error: linker command failed with exit code 1 (use -v to see invocation)\n\n"
            "error: could not compile `cryptography-rust` (lib) due to 1 previous error",
            command,
        )
    with open(f"{machos}/{'extension' if static else 'linked'}-{machine}.so", "rb") as file:
        extension = file.read()
    if static:
        return bytes(macho.with_openssl(extension, text))
    return bytes(macho.with_libraries(extension, "@rpath", own))


def _platform(targets: list[str]) -> str:
    machines = [name for name, triple in TRIPLES.items() if triple in targets]
    name = "universal2" if len(machines) > 1 else machines[0]
    wanted = (
        os.environ.get("MACOSX_DEPLOYMENT_TARGET") or FIRST["x86_64" if len(machines) > 1 else name]
    )
    if os.environ.get("_PYTHON_HOST_PLATFORM"):
        wanted = os.environ["_PYTHON_HOST_PLATFORM"].split("-")[1]
    numbers = [*wanted.split("."), "0"][:2]
    return f"macosx_{'_'.join(numbers)}_{name}"
