"""How many compilers may run at once: as many as there are cores, unless memory is short."""

from __future__ import annotations

from wizard.facts import Facts
from wizard.wording import amount

JOBS_VARIABLE = "CARGO_BUILD_JOBS"
"""How many compilers cargo starts at once (The Cargo Book, "Configuration")."""
JOB_MEMORY = 800_000_000
"""Bytes that one Rust compiler may need (measured with 50.0.2 and Rust 1.85: 773 MB for its largest
crate, which is compiled last and alone, and up to 386 MB for each of the others)."""

C_MEMORY = 128 << 20
"""Bytes that one C compiler may need for OpenSSL."""


def jobs(facts: Facts, chosen: str = "") -> int:
    """Return how many Rust compilers may run at once; 0 if nothing limits them.

    It is the ``chosen`` number, or what memory allows. A number that the user's own variable sets
    stays.
    """
    if chosen:
        return int(chosen)
    system = facts.system
    if not system.memory or facts.variable(JOBS_VARIABLE):
        return 0
    fitting = max(1, (system.memory + system.swap) // JOB_MEMORY)
    return fitting if fitting < system.cores else 0


def make_jobs(facts: Facts, chosen: str = "") -> int:
    """Return how many C compilers may run at once: one for each core, if memory suffices."""
    if chosen:
        return int(chosen)
    system = facts.system
    fitting = max(1, (system.memory + system.swap) // C_MEMORY) if system.memory else system.cores
    return min(system.cores, fitting)


def settings(facts: Facts, chosen: str = "") -> tuple[tuple[str, str], ...]:
    """Return the variables of a build that limit its compilers."""
    limit = jobs(facts, chosen)
    return ((JOBS_VARIABLE, str(limit)),) if limit else ()


def note(facts: Facts, chosen: str = "") -> str:
    """Return the sentence for a plan; empty if memory limits nothing."""
    total = facts.system.memory + facts.system.swap
    memory = f"{amount(total)} of memory"
    if 0 < total < JOB_MEMORY:
        return (
            f"With {memory} and swap space, a compiler will probably be killed: the largest part "
            f"of the build needs {amount(JOB_MEMORY)}."
        )
    limit = jobs(facts)
    if not limit or chosen:
        return ""
    compilers = "one compiler runs" if limit == 1 else f"{limit} compilers run"
    return (
        f"With {memory}, only {compilers} at once on {facts.system.cores} cores. "
        "--jobs changes that."
    )
