"""Loads a Mach-O extension file as dyld would: it refuses what dyld refuses, in the same words.

If the file could be loaded on this Mac, its twin for Linux is loaded: the same module of the
same release, from the tests' own environment. The module then reports the OpenSSL of the Mach-O.

Messages: pyca/cryptography#8170, GAM-team/GAM#1465 (another architecture), avast/retdec#1217 (a
missing library), microsoft/rego-cpp#196 (a file of another format).
"""

from __future__ import annotations

import _imp
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from typing import Any

from tests.mac.inside import macho, places

CRYPTEXES = "/System/Volumes/Preboot/Cryptexes/OS"


def loader(machine: str, suffixes: Sequence[str]) -> type[ExtensionFileLoader]:
    """Return the loader for extension files of a process of this architecture."""

    class Loader(ExtensionFileLoader):
        def create_module(self, spec: ModuleSpec) -> Any:
            part = load(str(self.path), machine, f"dlopen({self.path}, 0x0002): ")
            twin = _twin(spec.name, suffixes)
            real = ModuleSpec(spec.name, ExtensionFileLoader(spec.name, twin), origin=twin)
            with _real_version():
                module = _imp.create_dynamic(real)
            module.__file__ = self.path
            self.openssl = _openssl_of(part, machine)
            return module

        def exec_module(self, module: Any) -> None:
            with _real_version():
                super().exec_module(module)
            if module.__name__.endswith("._rust") and self.openssl:
                module.openssl.openssl_version_text = lambda: self.openssl

    return Loader


_VERSION = sys.version


@contextmanager
def _real_version() -> Iterator[None]:
    """Say the real version meanwhile: cffi compares it with the one that it was compiled for."""
    claimed = sys.version
    sys.version = _VERSION
    try:
        yield
    finally:
        sys.version = claimed


def load(path: str, machine: str, prefix: str) -> macho.Slice:
    """Return the slice that this architecture loads. Raises ImportError as dyld does."""
    part = _slice(path, machine)
    if isinstance(part, str):
        raise ImportError(f"{prefix}tried: {_tried(path, part)}", path=path)
    for name in part.needed:
        if name.startswith(("/usr/lib/", "/System/")):
            continue  # in dyld's shared cache
        places_to_look = _resolve(name, path, part.rpaths)
        answers = [(place, _slice(place, machine)) for place in places_to_look]
        if not any(isinstance(answer, macho.Slice) for _place, answer in answers):
            tried = ", ".join(_tried(place, str(answer)) for place, answer in answers)
            raise ImportError(
                f"{prefix}Library not loaded: {name}\n"
                f"  Referenced from: <4C4C4414-5555-3144-A1C9-5AEAB4A0CE1D> {path}\n"
                f"  Reason: {'tried: ' + tried if answers else _NO_RPATH}",
                path=path,
            )
    return part


_NO_RPATH = "no LC_RPATH's found"


def _resolve(name: str, path: str, rpaths: Sequence[str]) -> list[str]:
    folder = os.path.dirname(path)
    if name.startswith("@rpath/"):
        return [
            os.path.join(rpath.replace("@loader_path", folder), name[len("@rpath/") :])
            for rpath in rpaths
        ]
    return [name.replace("@loader_path", folder)]


def _slice(path: str, machine: str) -> macho.Slice | str:
    """Return the slice of this architecture, or why dyld does not load the file."""
    try:
        with open(path, "rb") as file:
            parts = macho.read(file.read())
    except FileNotFoundError:
        return "no such file"
    except macho.NotMachO:
        return "slice is not valid mach-o file"
    found = next((part for part in parts if part.machine == machine), None)
    have = ",".join(part.machine for part in parts)
    kind = "fat file" if len(parts) > 1 else "mach-o file"
    return found or f"{kind}, but is an incompatible architecture (have '{have}', need '{machine}')"


def _tried(path: str, why: str) -> str:
    return f"'{path}' ({why}), '{CRYPTEXES}{path}' (no such file), '{path}' ({why})"


def _openssl_of(part: macho.Slice, machine: str) -> str:
    """Return the text of the OpenSSL that this file contains, or that it is linked to."""
    for name in part.needed:
        if os.path.basename(name).startswith("libcrypto."):
            library = _slice(name, machine)
            return library.openssl if isinstance(library, macho.Slice) else ""
    return part.openssl


def _twin(name: str, suffixes: Sequence[str]) -> str:
    stem = os.path.join(places.PACKAGES, *name.split("."))
    found = [stem + suffix for suffix in suffixes if os.path.isfile(stem + suffix)]
    if not found:
        raise ImportError(f"the rig holds no twin of {name}: install it for the tests")
    return found[0]
