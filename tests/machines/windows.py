"""Described machines with Windows. Where the values come from: ``README.md``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from tests.machines.parts import GIB, TAKEN, pip
from tests.machines.recorded import WINDOW
from wizard.facts import Facts, Headers, Python, System, Tool

HOME = r"C:\Users\ada"
STUDIO = r"C:\Program Files (x86)\Microsoft Visual Studio\2022\BuildTools"
VCVARS = rf"{STUDIO}\VC\Auxiliary\Build\vcvarsall.bat"
STUDIO_VERSION = "17.14.36109.1"
MSVC = Tool("msvc", VCVARS, STUDIO_VERSION, "system")


def windows(
    machine: str,
    python: tuple[str, str, str, str],
    *,
    tools: tuple[Tool, ...] = (),
    openssl: tuple[Headers, ...] = (),
) -> Facts:
    """A Windows 11. Its Python is (folder's name, version, platform, pip's version)."""
    folder, version, platform, its_pip = python
    prefix = rf"{HOME}\AppData\Local\Programs\Python\{folder}"
    path = rf"{prefix}\python.exe"
    own = Python(
        path,
        "launcher",
        version=version,
        machine={"win-amd64": "x86_64", "win-arm64": "arm64", "win32": "x86"}[platform],
        platform=platform,
        bits=32 if platform == "win32" else 64,
        prefix=prefix,
        base=path,
        ensurepip=its_pip,
        headers=True,
    )
    return Facts(
        System(
            "windows",
            machine,
            "11",
            "windows",
            "Windows 11 (10.0.26100)",
            "10.0.26100",
            memory=16 * GIB,
            cores=8,
            temporary=rf"{HOME}\AppData\Local\Temp",
            temporary_free=100 * GIB,
        ),
        (replace(own, pip=pip(own, its_pip)),),
        tools=tools,
        openssl=openssl,
        terminal=replace(WINDOW, type=""),
        folder=rf"{HOME}\project",
        cache=rf"{HOME}\AppData\Local\cryptography-wizard\Cache",
        taken=TAKEN,
    )


def shining_light(folder: str, libraries: str) -> Headers:
    """The OpenSSL of the installers that OpenSSL's own wiki names; older ones use plain ``lib``."""
    where = rf"C:\Program Files\{folder}"
    return Headers(rf"{where}\include", "3.6.0", rf"{where}\{libraries}")


MACHINES: Mapping[str, Callable[[], Facts]] = {
    "windows-64": lambda: windows(
        "x86_64",
        ("Python313", "3.13.5", "win-amd64", "25.1.1"),
        tools=(MSVC,),
        openssl=(shining_light("OpenSSL-Win64", "lib"),),
    ),
    "windows-64-bare": lambda: windows("x86_64", ("Python313", "3.13.5", "win-amd64", "25.1.1")),
    "windows-32": lambda: windows(
        "x86_64", ("Python311-32", "3.11.9", "win32", "24.0"), tools=(MSVC,)
    ),
    "windows-arm64": lambda: windows(
        "arm64",
        ("Python313-arm64", "3.13.5", "win-arm64", "25.1.1"),
        tools=(Tool("msvc-arm64", VCVARS, STUDIO_VERSION, "system"),),
        openssl=(shining_light("OpenSSL-Win64-ARM", r"lib\VC\arm64\MD"),),
    ),
}
