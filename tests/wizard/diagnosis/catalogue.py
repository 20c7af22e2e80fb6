"""docs/diagnosis.md: what ``diagnose --json`` prints, and every cause with what it means.

``python -m tests.wizard.diagnosis.catalogue`` prints it; a test compares it with the table.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from wizard.diagnosis.table import Cause, table

HEAD = """\
# Diagnosis

`cryptography-wizard diagnose [LOG|-] [--json] [--all] [--explain ID]` explains the log of a failed
installation, its own or a pasted one. The same engine (`wizard/diagnosis/`) explains each step of a
run that fails, and an installation that cannot be proved. `--all` also lists the other causes in
the log; `--explain ID` shows what a cause means, and what helps on each platform.

The exit code is 0 if the cause is known or nothing failed, and 1 otherwise.

## JSON

| field | meaning |
|---|---|
| `schema` | 2 |
| `id` | the cause, one of those below; `null` if the log does not show it, or if nothing failed |
| `package` | the package that failed: `cryptography`, or another one; `null` if none is named |
| `cause` | one sentence for people |
| `line` | the number of the line that shows it, from 1; 0: the log is empty |
| `evidence` | this line; of a very long one, the part with the error |
| `why` | what this kind of failure means |
| `remedies` | what helps, the best first: `id`, `text`, the command as words, `run`, if it is all |
| `certainty` | `certain`; `probable`: only a weak sign; `unknown` |
| `others` | other causes in the log: `id`, `package`, `cause`, `line` |
| `installed` | whether the log ends well |
| `excerpt` | the lines around the evidence |

Ids are kept: scripts may compare them. The failure of another package has that package's name in
`package`, and no command for cryptography in its remedies.

## How it works

1. **The text as it was meant** (`decoding.py`, `normal.py`): encodings, colours, prefixes of CI
   services and containers, quoting, JSON, wrapped lines; other languages become English.
2. **What the log says about itself** (`context.py`, `systems.py`, `platforms.py`): machine, tools,
   releases, the package that each line is about, and where something else began. If a log names
   neither cryptography nor another package, `package` is `null`, and no command is one for
   cryptography.
3. **Signs** (`table.py`, `scan.py`): families with slots, such as a missing symbol or header, and
   single ones. `assets/failures.toml` has them all.
4. **The root** (`arbitration.py`): causes explain each other; the answer is the one that explains
   most. What says only that something failed is never an answer, and what succeeded later is no
   failure. What the log went on after, such as a locked package manager before an installation, is
   only probably the answer, and only if nothing else failed. Of several attempts, the last counts.
5. **Remedies** (`remedies.py`): rules over the facts, in `assets/remedies.toml`.

## Causes
"""


def document() -> str:
    """Return the contents of docs/diagnosis.md."""
    return "\n".join([HEAD, *_lines()]) + "\n"


def _lines() -> Iterator[str]:
    kinds: dict[str, list[Cause]] = {}
    for cause in table().causes.values():
        if not cause.envelope:
            kinds.setdefault(cause.kind, []).append(cause)
    for kind, causes in kinds.items():
        yield f"### {kind}"
        yield ""
        yield causes[0].means
        yield ""
        yield "| id | meaning |"
        yield "|---|---|"
        for cause in causes:
            yield f"| `{cause.id}` | {cause.cause.replace('|', chr(92) + '|')} |"
        yield ""


if __name__ == "__main__":
    sys.stdout.write(document())
