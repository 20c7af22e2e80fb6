"""The front door: the program ``cryptography-wizard``, its exit codes, and how it reports errors.

Its commands are the modules of `screens.commands`.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence

from screens import signals, terminal
from wizard.errors import Exit, Impossible, WizardError


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code. No error shows a traceback."""
    words = sys.argv[1:] if argv is None else list(argv)
    terminal.make_safe(ascii_only="--ascii" in words)
    try:
        with signals.interrupting():
            code = _carry_out(words)
            sys.stdout.flush()
            return code
    except SystemExit as done:  # after --help and --version
        return int(done.code or 0)
    except WizardError as error:
        return _tell(error, words)
    except KeyboardInterrupt:
        cancelled = WizardError("Cancelled.")
        cancelled.code = Exit.CANCELLED
        return _tell(cancelled, words)
    except BrokenPipeError:
        return _nobody_listens()
    except OSError as error:
        return _tell(_unwritable(error) or _bug(error, words), words)
    except Exception as error:  # noqa: BLE001 - the last resort: a bug is reported, never raised
        return _tell(_bug(error, words), words)


def _carry_out(words: Sequence[str]) -> int:
    if not words:
        # The usual start: without a parser, its first page appears sooner.
        from screens.commands import install

        return install.run(install.Arguments())
    from screens import command_line

    return command_line.parse(words).carry_out()


def _tell(error: WizardError, words: Sequence[str]) -> int:
    """Report an error: as text on standard error, or as one JSON object on standard output."""
    from screens import command_line
    from screens.text import messages
    from screens.text.summary import Problem, Summary

    try:
        if command_line.wants_json(words):
            from wizard import codec

            ways = error.ways if isinstance(error, Impossible) else ()
            summary = Summary(int(error.code), error=Problem.of(error), ways=ways)
            print(codec.to_json(summary), flush=True)
        else:
            text = "\n".join(messages.error(error))
            print(f"cryptography-wizard: {text}", file=sys.stderr, flush=True)
    except OSError:
        _nobody_listens()
    return int(error.code)


def _nobody_listens() -> int:
    """Let Python end without a message about the closed pipe."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    return int(Exit.CANCELLED)


def _unwritable(error: OSError) -> WizardError | None:
    """The error of a result that could not be written, or None if it was another error."""
    if error.filename is not None or error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
        return None
    return WizardError(
        "The result could not be written.",
        shown=str(error.strerror),
        hints=("Free some disk space, or write it to another file.",),
    )


def _bug(error: Exception, words: Sequence[str]) -> WizardError:
    from screens import bug_report  # needed only for a bug

    return bug_report.write(error, words)
