"""The processor, from what Linux says in /proc/cpuinfo."""

from __future__ import annotations

import platform
import sys

import pytest

from wizard.facts import Processor
from wizard.machine import processor

V1 = "fpu vme de pse tsc msr pae mce cx8 apic sep mtrr cmov fxsr sse sse2 ht syscall nx lm pni"
V2 = f"{V1} ssse3 cx16 sse4_1 sse4_2 popcnt lahf_lm"
V3 = f"{V2} avx avx2 bmi1 bmi2 f16c fma abm movbe xsave"
V4 = f"{V3} avx512f avx512bw avx512cd avx512dq avx512vl"


def intel(flags: str, vendor: str = "GenuineIntel", name: str = "A processor") -> str:
    return (
        f"processor\t: 0\nvendor_id\t: {vendor}\ncpu family\t: 6\nmodel name\t: {name}\n"
        f"flags\t\t: {flags}\nbugs\t\t:\n\nprocessor\t: 1\nvendor_id\t: {vendor}\n"
    )


POWER8 = """\
processor\t: 0
cpu\t\t: POWER8 (architected), altivec supported
clock\t\t: 3425.000000MHz
revision\t: 2.0 (pvr 004d 0200)

timebase\t: 512000000
platform\t: pSeries
"""
RASPBERRY = """\
processor\t: 0
BogoMIPS\t: 108.00
Features\t: fp asimd evtstrm crc32 cpuid
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x0
CPU part\t: 0xd08
CPU revision\t: 3

Model\t\t: Raspberry Pi 4 Model B Rev 1.4
"""
QEMU_ARM = RASPBERRY.replace("0x41", "0x00").replace("0xd08", "0x051")


@pytest.mark.parametrize(
    ("flags", "level"),
    [
        (V1, "x86-64-v1"),
        (V2, "x86-64-v2"),
        (V3, "x86-64-v3"),
        (V4, "x86-64-v4"),
        (V2.replace(" popcnt", ""), "x86-64-v1"),
        (V4.replace(" avx2", ""), "x86-64-v2"),
    ],
)
def test_levels_of_x86(flags: str, level: str) -> None:
    assert processor.parse(intel(flags), "x86_64") == Processor("A processor", level)


@pytest.mark.parametrize(
    ("text", "machine", "expected"),
    [
        (POWER8, "ppc64le", Processor("POWER8 (architected), altivec supported", "power8")),
        (RASPBERRY, "aarch64", Processor("Raspberry Pi 4 Model B Rev 1.4")),
        (RASPBERRY, "armv7l", Processor("Raspberry Pi 4 Model B Rev 1.4")),
        (intel(V2), "i686", Processor("A processor")),
        ("", "x86_64", Processor()),
        ("no colon\n", "s390x", Processor()),
    ],
)
def test_other_processors(text: str, machine: str, expected: Processor) -> None:
    assert processor.parse(text, machine) == expected


@pytest.mark.parametrize(
    ("text", "machine", "emulator"),
    [
        (intel(V3), "aarch64", "qemu"),  # a container for ARM on an Intel machine
        (intel(V3), "armv7l", "qemu"),
        (intel(V3), "ppc64le", "qemu"),
        (intel(V3), "riscv64", "qemu"),
        (RASPBERRY, "x86_64", "qemu"),
        (QEMU_ARM, "aarch64", "qemu"),
        (intel(V2, name="QEMU TCG CPU version 2.5+"), "x86_64", "qemu"),
        ("processor\t: 0\nhart\t: 0\nisa\t: rv64imafdc\nuarch\t: qemu\n", "riscv64", "qemu"),
        (intel(V2, "VirtualApple"), "x86_64", "Rosetta"),
        (intel(V2, name="QEMU Virtual CPU version 2.5+"), "x86_64", ""),  # with KVM: not emulated
        (intel(V3), "x86_64", ""),
        (intel(V3), "loongarch64", ""),
        ("", "aarch64", ""),
    ],
)
def test_emulators(text: str, machine: str, emulator: str) -> None:
    assert processor.parse(text, machine).emulator == emulator


@pytest.mark.parametrize(
    ("program", "emulator"),
    [
        ("/usr/bin/qemu-x86_64-static", "qemu"),
        ("qemu-x86_64", "qemu"),
        ("/dev/.buildkit_qemu_emulator", "qemu"),
        ("/usr/bin/python3", ""),
        ("/home/ada/qemu-tests/env/bin/python", ""),
        ("", ""),
    ],
)
def test_the_program_that_the_kernel_started_shows_an_emulator(program: str, emulator: str) -> None:
    assert processor.parse(intel(V2), "x86_64", program).emulator == emulator


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux describes its processor there")
def test_this_processor_has_a_name_or_a_level_unless_it_is_emulated() -> None:
    found = processor.read(platform.machine())
    if platform.machine() == "x86_64" and not found.emulator:
        assert found.name
        assert found.level.startswith("x86-64-v")
