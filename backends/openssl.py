"""OpenSSL from source, configured for use in an extension file.

Measured with OpenSSL 1.1.1w, 3.0 and 3.5 on Linux:

* A static libcrypto looks for the legacy provider as a module in the prefix of its build; without
  it, cryptography warns on every import, and Blowfish and RC4 are missing. ``no-module`` includes
  the provider.
* ``--openssldir`` is where OpenSSL looks for certificates and ``openssl.cnf``: the system's folder,
  so that it finds them.
* OpenSSL 3 names its library folder ``lib64`` on 64-bit Linux, where older releases do not look.
* Upstream's wheels use ``no-atexit`` (a clean-up at exit can crash: INSTALL.md of OpenSSL) and
  ``enable-ec_nistp_64_gcc_128`` (P-224 and P-521 are much faster).
* ``build_libs`` and ``install_dev`` omit programs, tests and manuals, a third of the time.
* ``build_libs`` compiles more than is used here: code of the ``openssl`` program (before 3.2), and
  everything twice for a shared OpenSSL, once for static libraries that nobody uses. ``LIBS`` and
  ``INSTALL_LIBS`` are the lists of static libraries in OpenSSL's makefile.
* The linker must separate the symbols of two OpenSSL versions in one process:
  ``-Bsymbolic-functions`` (docs/installation.rst of cryptography, "Using your own OpenSSL on
  Linux").
* That is not enough on Linux: a process loads only one library of each name. If Python's ssl has
  loaded the system's ``libcrypto.so.3``, another one of that name is ignored, and cryptography gets
  the system's: an undefined symbol, or silently another version. So a shared one has a unique name,
  ``libcrypto-cryptography.so.3`` (``shlib_variant``: Configurations/README of OpenSSL).

``no-makedepend`` omits files that only a second compilation would read: 3 % of the time.
``-pipe`` lets compiler and assembler work at the same time, without a temporary file between them:
about 9 % of the time on two cores. Configuring OpenSSL 3.0 takes half of its time for the rules of
nearly a thousand manuals, which nobody builds here; ``no-docs`` omits them in versions that know
it (3.5.7 and 4.0.2 do).

A part of OpenSSL is omitted only if no release of cryptography that takes this OpenSSL can reach
it: the bindings name none of its functions and macros, and nothing that they do name behaves
differently without it. tests/bench/openssl.md has the measurements.

* ``no-comp`` (compression in TLS) and ``no-sm2-precomp`` (a table that makes SM2 faster) are
  upstream's own options. Of their others, ``no-zlib``, ``no-ssl3`` and ``no-ssl3-method`` are
  OpenSSL's defaults, and ``no-dynamic-engine`` follows from ``no-shared`` and from ``no-module``.
* ``no-cms``, ``no-ts``, ``no-cmp`` and ``no-quic`` omit whole protocols. cryptography's PKCS#7
  does not use OpenSSL's CMS.

These parts look unused, but are not:

* ``ct``: cryptography 3.4 reads SCTs with it, and pyOpenSSL shows them in a certificate's text.
* ``rfc3779``: pyOpenSSL shows address blocks in that text.
* ``srp`` and ``gost``: their ciphers can be named in a list of ciphers.
* ``engine``: the bindings of every release name it where OpenSSL has it.
"""

from __future__ import annotations

from backends.action import Command

_COMMON_OPTIONS = (
    "no-tests",
    "no-makedepend",
    "no-comp",
    "no-cms",
    "no-ts",
    "-fPIC",
    "-pipe",
    "--libdir=lib",
)
_STATIC_OPTIONS = ("no-shared",)
_SHARED_OPTIONS = ("shared",)
_SYMBOLIC = "-Wl,-Bsymbolic-functions"
_OPTIONS_SINCE_3 = ("no-module", "no-cmp")
_VARIANT = "-cryptography"
_MACOS_TARGETS = {"arm64": "darwin64-arm64-cc", "x86_64": "darwin64-x86_64-cc"}
_LINUX_TARGETS = {
    "x86_64": "linux-x86_64",
    "aarch64": "linux-aarch64",
    "armv7l": "linux-armv4",
    "armv6l": "linux-armv4",
    "i686": "linux-x86",
    "ppc64le": "linux-ppc64le",
    "s390x": "linux64-s390x",
    "riscv64": "linux64-riscv64",
}
"""OpenSSL's names for machines (Configurations/10-main.conf, 3.0 to 4.0)."""
_FAST_CURVE_MACHINES = ("x86_64", "arm64", "aarch64", "ppc64le")
"""Where ``enable-ec_nistp_64_gcc_128`` works: little-endian, 128-bit integers, and unaligned memory
access (INSTALL.md of OpenSSL)."""
MACOS_OPTION = "-mmacosx-version-min="
"""Apple's compilers would otherwise make libraries for the macOS of their SDK, usually the newest.
The OpenSSL in upstream's wheels is built with this option too (pyca/infra). It is stronger than the
variable MACOSX_DEPLOYMENT_TARGET."""
_ENV = (("LC_ALL", "C"),)
MANUALS = ("doc", "build.info")
"""The file in the source's folder, as parts of a path, that lists the manuals to make. If it is
empty, all other rules in the makefile are the same."""


def options(
    version: str,
    link: str,
    system: str,
    machine: str,
    known: tuple[str, ...] = (),
    *,
    macos: str = "",
) -> tuple[str, ...]:
    """Return the options for this version, linked ``static`` or ``dynamic``, without the folders.

    ``machine`` is the architecture, or empty if its programs are 32-bit. ``known`` are more
    options, which only some versions accept (``no-apps``, ``no-quic``). ``macos`` is the oldest
    macOS on which it must work; empty on other systems.
    """
    chosen = [*(_STATIC_OPTIONS if link == "static" else _SHARED_OPTIONS), *_COMMON_OPTIONS]
    if not version.startswith("1."):
        chosen += _OPTIONS_SINCE_3
    if link != "static" and system == "linux":
        chosen.append(_SYMBOLIC)
    if machine in _FAST_CURVE_MACHINES:
        chosen.append("enable-ec_nistp_64_gcc_128")
    if macos:
        chosen.append(f"{MACOS_OPTION}{macos}")
    return (*chosen, *known)


def configures_manuals(version: str, chosen: tuple[str, ...]) -> bool:
    """Return whether this version, with the `options` ``chosen``, is configured for manuals.

    Before 3.0, no file lists them.
    """
    return not version.startswith("1.") and "no-docs" not in chosen


def target(link: str, system: str, machine: str) -> str | None:
    """Return the target of the configuration: one of OpenSSL's names, or that of `definition`.

    Empty if OpenSSL's ``config`` finds it automatically; None if it has no name for it, and for a
    shared one on macOS, which contains the path of its folder and cannot be moved.
    """
    if system == "macos":  # it would use the machine's architecture, but Python's counts
        return _MACOS_TARGETS.get(machine) if link == "static" else None
    if link == "static":
        return ""
    name = _LINUX_TARGETS.get(machine)
    return name and f"{name}{_VARIANT}"


def definition(name: str) -> str:
    """Return the file for OpenSSL's folder ``Configurations`` that defines this `target`.

    Empty if OpenSSL already has it.
    """
    known, variant, _ = name.partition(_VARIANT)
    if not variant:
        return ""
    return (
        f'my %targets = ("{name}" => {{\n'
        f'    inherit_from => ["{known}"], shlib_variant => "{variant}",\n'
        "});\n"
    )


def configure(
    folder: str, prefix: str, certificates: str, name: str, chosen: tuple[str, ...]
) -> Command:
    """Configure the source in ``folder`` for ``prefix``.

    ``certificates`` is the system's certificate folder; ``name`` is the `target`, and ``chosen``
    are the `options`.
    """
    program = (f"{folder}/Configure", name) if name else (f"{folder}/config",)
    return Command(
        (*program, *chosen, f"--prefix={prefix}", f"--openssldir={certificates}"),
        env=_ENV,
        cwd=folder,
        timeout=300,
    )


def build(folder: str, link: str, cores: int, objects: int) -> Command:
    """Compile only the libraries that are linked ``static`` or ``dynamic``, on all cores.

    ``objects`` is the number of files to compile (0: unknown).
    """
    return Command(
        ("make", f"-j{cores}", "build_libs", f"LIBS={_libraries(link)}"),
        env=_ENV,
        cwd=folder,
        timeout=3600,
        progress="make",
        units=objects,
    )


def install(folder: str, link: str) -> Command:
    """Install libraries and headers into the prefix, and nothing else.

    The makefile first builds what is missing, so it needs the same list of libraries as `build`.
    """
    listed = _libraries(link)
    return Command(
        ("make", "install_dev", f"LIBS={listed}", f"INSTALL_LIBS={listed}"),
        env=_ENV,
        cwd=folder,
        timeout=300,
    )


def _libraries(link: str) -> str:
    """Return the static libraries to make: none for a shared OpenSSL."""
    return "libcrypto.a libssl.a" if link == "static" else ""
