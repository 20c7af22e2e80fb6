"""How many compilers may run at once: as many as there are cores, unless memory is short."""

from __future__ import annotations

from wizard.facts import Facts

JOBS_VARIABLE = "CARGO_BUILD_JOBS"
"""How many compilers cargo starts at once (The Cargo Book, "Configuration")."""
JOB_MEMORY = 800 << 20
"""Bytes that one Rust compiler may need (measured with 50.0.2 and Rust 1.85: 773 MB for its largest
crate, which is compiled last and alone, and up to 386 MB for each of the others)."""

C_MEMORY = 128 << 20
"""Bytes that one C compiler may need for OpenSSL."""


def jobs(facts: Facts) -> int:
    """Return how many Rust compilers may run at once; 0 if memory does not limit them.

    A number that the user has set stays.
    """
    system = facts.system
    if not system.memory or facts.variable(JOBS_VARIABLE):
        return 0
    fitting = max(1, (system.memory + system.swap) // JOB_MEMORY)
    return fitting if fitting < system.cores else 0


def make_jobs(facts: Facts) -> int:
    """Return how many C compilers may run at once: one for each core, if memory suffices."""
    system = facts.system
    fitting = max(1, (system.memory + system.swap) // C_MEMORY) if system.memory else system.cores
    return min(system.cores, fitting)


def settings(facts: Facts) -> tuple[tuple[str, str], ...]:
    """Return the variables of a build that limit its compilers."""
    limit = jobs(facts)
    return ((JOBS_VARIABLE, str(limit)),) if limit else ()


def note(facts: Facts) -> str:
    """Return the sentence for a plan; empty if memory limits nothing."""
    limit = jobs(facts)
    if not limit:
        return ""
    memory = (facts.system.memory + facts.system.swap) / (1 << 30)
    compilers = "one compiler runs" if limit == 1 else f"{limit} compilers run"
    return (
        f"With {memory:.1f} GiB of memory, only {compilers} at once on {facts.system.cores} cores. "
        f"{JOBS_VARIABLE} changes that."
    )
