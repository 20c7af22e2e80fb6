"""The variables that tell a release where its OpenSSL is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wizard.facts import Facts
from wizard.needs import deployment
from wizard.needs.build_request import BuildRequest
from wizard.needs.openssl import Library
from wizard.refused import Refused


@dataclass(frozen=True)
class Linking:
    """The settings that make a build link as requested: see `backends.action.Command` for the
    fields."""

    env: tuple[tuple[str, str], ...] = ()
    lists: tuple[tuple[str, str], ...] = ()


def link_settings(request: BuildRequest, library: Library) -> Linking | Refused:
    """Return the variables with which a build finds ``library``.

    Releases before 40 read compiler flags, in which a space is quoted (distutils'
    ``split_quoted``). Later ones read the variables of openssl-sys, and a run path in RUSTFLAGS,
    which is split at every space.
    """
    facts, release_row, link = request.facts, request.release_row, request.link
    include, lib = library.folders
    env = list(deployment.variables(request, library))
    if release_row.linking == "flags" and facts.system.name == "windows":
        return Linking(tuple(env), (("INCLUDE", include), ("LIB", lib)))
    run_path = needs_run_path(facts, lib, link)
    if run_path and any(map(str.isspace, lib)):
        return _space_in_path(request, library)  # for every release: an old one is no replacement
    if release_row.linking == "flags":
        flags = _compiler_flags(facts, _quoted(include), _quoted(lib), link)
        return Linking((*env, *flags))
    if library.prefix:
        env.append(("OPENSSL_DIR", library.prefix))
    elif include:
        env += [("OPENSSL_INCLUDE_DIR", include), ("OPENSSL_LIB_DIR", lib)]
    if link == "static":
        env.append(("OPENSSL_STATIC", "1"))
    elif run_path:
        env.append(("RUSTFLAGS", f"-C link-arg=-Wl,-rpath,{lib}"))
    return Linking(tuple(env))


def _quoted(path: str) -> str:
    """Return a path as a part of CFLAGS or LDFLAGS: a backslash is before what ends a word."""
    return re.sub(r"([\s\\'\"])", r"\\\1", path)


def _space_in_path(request: BuildRequest, library: Library) -> Refused:
    lib = library.folders[1]
    hints: tuple[str, ...] = ()
    if library.build and library.build.install_folder:
        hints = (
            "Choose a folder without spaces for the environment: --venv FOLDER",
            *(["Or link OpenSSL statically: --link static"] if request.link == "dynamic" else []),
        )
    elif library.build:
        hints = ("Set CRYPTOGRAPHY_WIZARD_CACHE to a folder without spaces in its path.",)
    else:
        hints = ("Move that OpenSSL to a folder without spaces in its path.",)
    return Refused(
        f"{lib} has a space in its path. A build cannot use an OpenSSL there: the compiler flags "
        "that name it (RUSTFLAGS) are split at spaces.",
        hints,
    )


def _compiler_flags(facts: Facts, include: str, lib: str, link: str) -> tuple[tuple[str, str], ...]:
    if link == "static" and facts.system.name == "macos":
        archives = " ".join(f"{lib}/{name}" for name in ("libssl.a", "libcrypto.a"))
        return (
            ("CRYPTOGRAPHY_SUPPRESS_LINK_FLAGS", "1"),
            ("CFLAGS", f"-I{include}"),
            ("LDFLAGS", archives),
        )
    if not include:
        return ()
    if link == "static":  # that folder contains no shared libraries
        # Like upstream's wheels: the extension does not export all of OpenSSL.
        return (("CFLAGS", f"-I{include}"), ("LDFLAGS", f"-L{lib} -Wl,--exclude-libs,ALL"))
    run_path = f" -Wl,-rpath,{lib}" if needs_run_path(facts, lib, link) else ""
    return (("CFLAGS", f"-I{include}"), ("LDFLAGS", f"-L{lib}{run_path}"))


def needs_run_path(facts: Facts, lib: str, link: str) -> bool:
    """Return whether an import of cryptography finds ``lib`` only by a run path.

    Linux searches only its own folders; on macOS, a library contains its path.
    """
    elsewhere = bool(lib) and not lib.startswith(("/usr/lib", "/lib"))
    return facts.system.name == "linux" and link != "static" and elsewhere
