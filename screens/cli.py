"""The entry point of the program ``cryptography-wizard``: its exit codes and error messages.

Its commands are the modules of `screens.commands`.
"""

from __future__ import annotations

import errno
import os
import sys
import warnings
from collections.abc import Sequence

from screens import ending, signals, terminal
from wizard.errors import Exit, Impossible, WizardError


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code. No error shows a traceback."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    # Apple's Python 3.9 has LibreSSL, which works; the user cannot change it (urllib3#3020).
    warnings.filterwarnings("ignore", message="urllib3 v2 only supports OpenSSL")
    terminal.make_streams_safe(ascii_only="--ascii" in arguments)
    try:
        with signals.raising_interrupts(), ending.pausing():
            code = _run(arguments)
            sys.stdout.flush()
            return code
    except SystemExit as done:  # after --help and --version
        return int(done.code or 0)
    except WizardError as error:
        return _report_error(error, arguments)
    except KeyboardInterrupt:
        ending.begin(Exit.CANCELLED)
        cancelled = WizardError("Cancelled.")
        cancelled.code = Exit.CANCELLED
        return _report_error(cancelled, arguments)
    except BrokenPipeError:
        return _ignore_closed_pipe()
    except OSError as error:
        return _report_error(_write_error(error) or _bug_error(error, arguments), arguments)
    except Exception as error:  # noqa: BLE001 - the last resort: a bug is reported, never raised
        return _report_error(_bug_error(error, arguments), arguments)


def _run(arguments: Sequence[str]) -> int:
    if not arguments:
        # The usual start needs no parser, so the first page appears sooner.
        from screens.commands import install

        return install.run(install.Arguments())
    from screens import command_line

    return command_line.parse(arguments).run()


def _report_error(error: WizardError, arguments: Sequence[str]) -> int:
    """Report an error: as text on standard error, or as one JSON object on standard output."""
    from screens import command_line
    from screens.text import messages
    from screens.text.summary import Problem, Summary

    try:
        if command_line.wants_json(arguments):
            from wizard import codec

            ways = error.alternatives if isinstance(error, Impossible) else ()
            summary = Summary(int(error.code), error=Problem.from_error(error), ways=ways)
            print(codec.to_json(summary), flush=True)
        else:
            text = "\n".join(messages.error_lines(error))
            print(f"cryptography-wizard: {text}", file=sys.stderr, flush=True)
    except OSError:
        _ignore_closed_pipe()
    return int(error.code)


def _ignore_closed_pipe() -> int:
    """Make Python end without a message about a closed pipe; return the exit code."""
    null = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    return int(Exit.CANCELLED)


def _write_error(error: OSError) -> WizardError | None:
    """Return the error for a result that could not be written, or None for other errors."""
    if error.filename is not None or error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
        return None
    return WizardError(
        "The result could not be written.",
        shown=str(error.strerror),
        hints=("Free some disk space, or write it to another file.",),
    )


def _bug_error(error: Exception, arguments: Sequence[str]) -> WizardError:
    from screens import bug_report  # needed only for a bug

    return bug_report.write(error, arguments)
