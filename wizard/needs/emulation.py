"""Emulated processors: everything works, but compiling takes long, and compilers crash."""

from __future__ import annotations

from wizard.facts import Python, System
from wizard.needs import architecture
from wizard.needs.condition import Condition, Subject


def emulator(system: System, python: Python) -> str:
    """Return what translates the instructions of this Python; empty if the processor runs them."""
    if system.processor.emulator:
        return system.processor.emulator
    if python.machine in ("", system.machine) or system.machine != "arm64":
        return ""
    return {"macos": "Rosetta", "windows": "Prism"}.get(system.name, "")


def condition(subject: Subject) -> Condition | None:
    """Return what an emulator decides, or None if there is none."""
    facts, python = subject.facts, subject.python
    name = emulator(facts.system, python)
    if not name:
        return None
    machine = python.machine or facts.system.machine
    detail = f"{name} translates the instructions of this {machine} Python for another processor."
    if name == "qemu":
        return Condition(
            "Emulation",
            detail,
            "Use the wheel: compiling takes many times longer here, and compilers may crash.",
            compiled=f"qemu emulates this {machine} processor: compiling takes many times longer, "
            f"and the compiler may crash. Compile on a real {machine} machine if it does.",
        )
    if name == "Prism":
        return Condition("Emulation", f"{detail} A Python for ARM64 would be faster.")
    if facts.system.name == "macos":
        start = architecture.start_as(facts, python, facts.system.machine)
        if start:
            note = (
                f"This terminal runs under Rosetta, so {python.path} runs as {machine}. It can "
                f"also run as {facts.system.machine}, which has wheels of every current release: "
                f"{start}"
            )
            return Condition("Emulation", detail, note, bundled=note, compiled=note)
        note = (
            f"This Mac has Apple silicon, but {python.path} is a Python for Intel. A Python for "
            "Apple silicon (from python.org, or --python PATH) is faster, and has wheels of every "
            "current release."
        )
        return Condition("Emulation", detail, note, bundled=note, compiled=note)
    return Condition("Emulation", detail)
