"""The processor of a Linux system: its level, and whether it is an emulated one."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from wizard.facts import Processor

CPUINFO = "/proc/cpuinfo"

_X86 = ("x86_64", "i386", "i586", "i686")
_X86_LEVELS: Mapping[str, frozenset[str]] = {
    "x86-64-v2": frozenset(["cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"]),
    "x86-64-v3": frozenset(["avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"]),
    "x86-64-v4": frozenset(["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]),
}
"""What each level adds to the one before: the x86-64 psABI, with Linux's names (``pni`` is SSE3,
``abm`` LZCNT)."""
_KEYS = {
    "x86": ("vendor_id", "flags"),
    "arm": ("CPU implementer", "CPU architecture"),
    "power": ("cpu", "revision"),
    "riscv": ("hart", "isa"),
    "s390": ("vendor_id", "features"),
}
"""Two keys that ``/proc/cpuinfo`` has together only on this family of processors."""


def read(machine: str) -> Processor:
    """Read the processor of this system, whose kernel reports the architecture ``machine``.

    Raises OSError if the kernel does not describe it.
    """
    text = Path(CPUINFO).read_text(encoding="utf-8", errors="replace")
    # qemu's user mode replaces /proc/self/cmdline, but not this name of it (measured with 7.2).
    try:
        command = Path(f"/proc/self/task/{os.getpid()}/cmdline").read_bytes()
    except OSError:
        command = b""
    return parse(text, machine, os.fsdecode(command.split(b"\0")[0]))


def parse(text: str, machine: str, program: str = "") -> Processor:
    """Parse ``/proc/cpuinfo`` of a system that reports the architecture ``machine``.

    ``program`` is what the kernel started for this process: an emulator, if there is one.
    """
    values = _first_values(text)
    emulator = _emulator(values, machine)
    # The second is the emulator that BuildKit mounts into a container.
    if os.path.basename(program).startswith(("qemu-", ".buildkit_qemu")):  # noqa: PTH119
        emulator = "qemu"
    if emulator == "qemu":
        return Processor("", "", emulator)  # the text may describe the processor below it
    if _family(machine) == "power":
        name = values.get("cpu", "")
        found = re.match(r"POWER(\d+)", name)
        return Processor(name, f"power{found[1]}" if found else "", emulator)
    name = values.get("model name", "") or values.get("Model", "")
    flags = frozenset(values.get("flags", "").split())
    return Processor(name, _x86_level(flags) if machine == "x86_64" and flags else "", emulator)


def _first_values(text: str) -> dict[str, str]:
    """Return the first value of each key: all processors of a machine are alike for us."""
    values: dict[str, str] = {}
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if colon:
            values.setdefault(key.strip(), value.strip())
    return values


def _emulator(values: Mapping[str, str], machine: str) -> str:
    """Return the emulator that shows in the kernel's description.

    Under qemu's user mode (binfmt: containers for other architectures), the file is often that of
    the real machine, so it describes another family of processors. Where qemu writes the file, it
    names itself, or the processor part ``0x51`` ("Q") of implementer 0 (target/arm/tcg/cpu64.c of
    qemu).
    Rosetta for Linux calls its vendor ``VirtualApple``.
    """
    if values.get("vendor_id") == "VirtualApple":
        return "Rosetta"
    if values.get("uarch", "").startswith("qemu") or "QEMU TCG" in values.get("model name", ""):
        return "qemu"
    arm_max = (values.get("CPU implementer"), values.get("CPU part"))
    if arm_max in (("0x00", "0x051"), ("0x0", "0x51")):
        return "qemu"
    families = {family for family, keys in _KEYS.items() if all(key in values for key in keys)}
    own = _family(machine)
    return "qemu" if families and own and own not in families else ""


def _family(machine: str) -> str:
    if machine in _X86:
        return "x86"
    prefixes = {
        "aarch64": "arm",
        "arm": "arm",
        "ppc": "power",
        "riscv": "riscv",
        "s390": "s390",
    }
    return next((family for start, family in prefixes.items() if machine.startswith(start)), "")


def _x86_level(flags: frozenset[str]) -> str:
    level = "x86-64-v1"
    for name, added in _X86_LEVELS.items():
        if not added <= flags:
            break
        level = name
    return level
