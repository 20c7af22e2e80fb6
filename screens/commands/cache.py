"""The command ``cache [list|verify|clear] [NAME…]``: what is kept for reuse."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TextIO, get_args

from screens import completion
from screens.arguments import Common
from wizard import invocation, locations
from wizard.errors import BadRequest, Exit, WizardError
from wizard.wording import age, did_you_mean

if TYPE_CHECKING:
    from wizard.cache.entries import Entry
    from wizard.cache.inventory import CheckedEntry, State

HELP = "what is kept for reuse: Rust, OpenSSL builds and their sources"
ORDER = 50
EXAMPLES = (("cache", "what is kept for reuse"),)
Action = Literal["list", "verify", "clear"]
ACTIONS: tuple[str, ...] = get_args(Action)
_STATE_WORDS: dict[State, str] = {
    "whole": "complete",
    "damaged": "DAMAGED",
    "leftover": "unfinished",
}


@dataclass(frozen=True)
class Arguments(Common):
    """``words`` are what to do, and names of entries. ``yes``: clear without asking."""

    words: tuple[str, ...] = ()
    yes: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what to do, and whether to ask first."""
    words = parser.add_argument(
        "words",
        nargs="*",
        metavar="WORD",
        help="list, verify or clear; then names of entries, or nothing for all entries",
    )
    completion.offer(words, lambda: ACTIONS)
    parser.add_argument("--yes", action="store_true", help="clear without asking")


def run(arguments: Arguments) -> int:
    """Write what is in the cache, or what was removed from it, to standard output."""
    return cache_command(
        arguments.words,
        yes=arguments.yes,
        as_json=arguments.json,
        stream=sys.stdout,
        err=sys.stderr,
    )


def cache_command(
    words: Sequence[str], *, yes: bool, as_json: bool, stream: TextIO, err: TextIO
) -> int:
    """Do ``words``: ``list`` (or nothing), ``verify`` or ``clear``, and names of entries.

    ``clear`` asks before it removes anything, unless ``yes``. Returns 0; 4 if ``verify`` finds
    damage, 1 if something could not be removed, 130 if the user says no. Raises BadRequest for an
    unknown word, or a name that is not in the cache.
    """
    action, *names = words or ("list",)
    if action not in ACTIONS:
        raise BadRequest(
            f"Unknown command: 'cache {action}'{did_you_mean(action, ACTIONS)}.",
            hints=(f"{invocation.command('cache', '--help')} lists all options.",),
        )
    from wizard.cache import entries, inventory

    chosen = _select_entries(entries.entries(), names)
    if action == "clear":
        return _clear(chosen, yes=yes, as_json=as_json, stream=stream, err=err)
    states = tuple(inventory.check_entry(entry) for entry in chosen)
    damaged = any(state.state == "damaged" for state in states)
    code = Exit.UNPROVED if action == "verify" and damaged else Exit.DONE
    if as_json:
        from wizard.codec import to_json

        total = sum(entry.bytes for entry in chosen)
        listing = inventory.Listing(str(locations.cache()), total, states, int(code))
        stream.write(to_json(listing) + "\n")
    else:
        stream.write("\n".join(_listing_lines(states, details=action == "verify")) + "\n")
    return int(code)


def _clear(
    chosen: Sequence[Entry], *, yes: bool, as_json: bool, stream: TextIO, err: TextIO
) -> int:
    if chosen and not yes and not _confirm(chosen, as_json=as_json, err=err):
        err.write("Nothing was removed.\n")
        return int(Exit.CANCELLED)
    if not chosen and not as_json:
        stream.write(f"The cache is empty: {locations.cache()}\n")
        return int(Exit.DONE)
    from wizard.cache import entries

    removed, kept = [], []
    for entry in chosen:
        try:
            entries.clear(entry)
            removed.append(entry)
        except WizardError as error:
            kept.append((entry, error))
    code = int(Exit.FAILED if kept else Exit.DONE)
    if as_json:
        from wizard.cache.inventory import Cleared, Kept
        from wizard.codec import to_json

        gone = tuple(entry.name for entry in removed)
        left = tuple(Kept(e.name, f"{x.what} {x.shown}".strip()) for e, x in kept)
        stream.write(to_json(Cleared(str(locations.cache()), gone, left, code)) + "\n")
        return code
    for entry in removed:
        stream.write(f"Removed {entry.name}\n")
    if removed:
        total = sum(entry.bytes for entry in removed)
        stream.write(f"{_count(removed)} removed, {_size(total)} freed.\n")
    if kept:
        # They usually have the same reason, so the first is enough.
        raise kept[0][1]
    return code


def _confirm(chosen: Sequence[Entry], *, as_json: bool, err: TextIO) -> bool:
    """Ask. Raises BadRequest if there is no terminal."""
    from screens.text.confirm import confirm, require_terminal

    own = invocation.command("cache", "clear", "--yes")
    without = f"To remove it without being asked: {own}"
    require_terminal("cache clear", "removes anything", without, as_json=as_json)
    for entry in chosen:
        err.write(f"  {entry.name} ({entry.title}, {_size(entry.bytes)})\n")
    question = f"Remove {_count(chosen)}? Everything can be downloaded or built again."
    return confirm(question, err)


def _select_entries(entries: Sequence[Entry], names: Sequence[str]) -> tuple[Entry, ...]:
    """Return the entries with these names, or all. The last part of a name is enough."""
    known = {entry.name.rpartition("/")[2]: entry for entry in entries}
    known.update((entry.name, entry) for entry in entries)
    for name in names:
        if name not in known:
            raise BadRequest(
                f"{name!r} is not in the cache{did_you_mean(name, known)}.",
                hints=(f"{invocation.command('cache', 'list')} lists its contents.",),
            )
    selected = {known[name].name for name in names}
    return tuple(entry for entry in entries if not names or entry.name in selected)


def _listing_lines(states: Sequence[CheckedEntry], *, details: bool) -> list[str]:
    if not states:
        return [f"The cache is empty: {locations.cache()}"]
    rows = [
        (
            _STATE_WORDS[s.state],
            s.entry.name,
            _size(s.entry.bytes),
            f"{age(s.entry.changed)} old" if age(s.entry.changed) else "new",
            s.entry.title,
        )
        for s in states
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [f"In the cache, {locations.cache()}:", ""]
    for (word, name, size, old, title), state in zip(rows, states):
        text = (
            f"  {word:<{widths[0]}}  {name:<{widths[1]}}  {size:>{widths[2]}}  {old:>{widths[3]}}"
        )
        lines.append(f"{text}  {title}")
        lines += [f"    {problem}" for problem in state.problems] if details else []
    lines += ["", f"{_count(states)}, {_size(sum(state.entry.bytes for state in states))}."]
    damaged = [state.entry.name for state in states if state.state == "damaged"]
    if damaged:
        typed = invocation.command("cache", "clear", *damaged)
        lines.append(f"Remove the damaged entries: {typed}")
    return lines


def _count(entries: Sequence[object]) -> str:
    return "1 entry" if len(entries) == 1 else f"{len(entries)} entries"


def _size(number: int) -> str:
    """Return bytes for people, in powers of 1000."""
    if number < 1_000_000:
        return f"{(number + 999) // 1000} kB"
    if number < 1_000_000_000:
        return f"{number / 1_000_000:.0f} MB"
    return f"{number / 1_000_000_000:.1f} GB"
