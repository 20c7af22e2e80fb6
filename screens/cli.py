"""The entry point of the program ``cryptography-wizard``: its exit codes and error messages.

Its commands are the modules of `screens.commands`.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from screens import ending, signals, started, terminal
from wizard import invocation, locations
from wizard.errors import BadRequest, Exit, Impossible, WizardError

if TYPE_CHECKING:
    from wizard.choices import Choices

ASKED = "_ARGCOMPLETE"
"""The variable with which a shell asks for words to complete, instead of running anything."""
UNWRITTEN = "The result could not be written."
SHOWN = 60
"""The number of characters of a path that is too long that are shown."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code. No error shows a traceback."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    # Apple's Python 3.9 has LibreSSL, which works; the user cannot change it (urllib3#3020).
    warnings.filterwarnings("ignore", message="urllib3 v2 only supports OpenSSL")
    terminal.make_streams_safe(ascii_only="--ascii" in arguments)
    try:
        return _exit_code(arguments, names_process=argv is None)
    finally:
        _drop_unwritten()


def _exit_code(arguments: Sequence[str], *, names_process: bool) -> int:
    try:
        if names_process:
            invocation.set_words(started.words(started.Process.this()))
        with signals.raising_interrupts(), ending.pausing():
            code = _run(arguments)
            sys.stdout.flush()  # what cannot be written is an error, not an end without a word
            return code
    except WizardError as error:
        return _report_error(error, arguments)
    except KeyboardInterrupt:
        signals.ignore_interrupts()
        ending.begin()
        cancelled = WizardError("Cancelled.")
        cancelled.code = Exit.CANCELLED
        return _report_error(cancelled, arguments)
    except BrokenPipeError:
        return int(Exit.CANCELLED)  # the reader wanted no more
    except OSError as error:
        return _report_error(_write_error(error) or _bug_error(error, arguments), arguments)
    except ValueError as error:
        return _report_error(_digits_error(error) or _bug_error(error, arguments), arguments)
    except RuntimeError as error:
        return _report_error(_thread_error(error) or _bug_error(error, arguments), arguments)
    except MemoryError:
        return _report_error(_too_little_memory(), arguments)
    except Exception as error:  # noqa: BLE001 - the last resort: a bug is reported, never raised
        return _report_error(_bug_error(error, arguments), arguments)


def _run(arguments: Sequence[str]) -> int:
    try:
        return _run_command(arguments)
    except SystemExit as done:  # after --help and --version
        if isinstance(done.code, str):  # what was imported wanted to end the program
            raise WizardError(done.code) from None
        return int(done.code or 0)


def _run_command(arguments: Sequence[str]) -> int:
    locations.ensure_home()
    _leave_relative_folders()
    asked = ASKED in os.environ
    if not asked:
        _say_unused_tables()
    if not arguments and not asked:
        _require_current_folder()
        # The usual start needs no parser, so the first page appears sooner.
        from screens.commands import install

        return install.run(install.Arguments())
    from screens import command_line

    if asked:
        from screens import completion

        completion.answer(command_line.full_parser())
    request = command_line.parse(arguments)
    _require_current_folder()
    return request.run()


def _say_unused_tables() -> None:
    """Say on standard error, in one sentence, why fetched tables are not used."""
    if not locations.fetched_tables().is_dir():
        return  # as usual: what reads them is slow to import
    from wizard import table_source

    if table_source.stored_file().exists() and (problem := table_source.current().problem):
        print(f"{locations.NAME}: {problem}", file=sys.stderr, flush=True)


def _leave_relative_folders() -> None:
    """Remove relative folders from PATH, for this process and for all programs that it starts.

    An empty entry is the current folder: a program there could be from anybody.
    """
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    kept = [entry for entry in entries if os.path.isabs(entry.strip('"'))]  # noqa: PTH117 - no path
    if kept != entries:
        os.environ["PATH"] = os.pathsep.join(kept) or os.defpath


def _require_current_folder() -> None:
    """Raise BadRequest if the current folder was deleted, or may not be read."""
    try:
        Path.cwd()
    except OSError as error:
        raise BadRequest(
            "The current folder cannot be used.",
            shown=f"The system reports: {error.strerror}.",
            why="Perhaps it was deleted or moved.",
            hints=("Change to another folder with cd, and type the command again.",),
        ) from None


def _report_error(error: WizardError, arguments: Sequence[str]) -> int:
    """Report an error: as text on standard error, or as one JSON object on standard output."""
    from screens import command_line, fitting, ways
    from screens.text import messages
    from screens.text.summary import Problem, Summary

    # What standard output does not take, only text on standard error can say.
    as_json = command_line.wants_json(arguments) and error.what != UNWRITTEN
    try:
        more = error.hints or isinstance(error, Impossible)
        choices = _typed_choices(arguments) if more else None
        if choices is not None:
            ways.with_whole_commands(error, arguments, choices)
        if as_json:
            from wizard import codec

            instead = error.alternatives if isinstance(error, Impossible) else ()
            summary = Summary(int(error.code), error=Problem.from_error(error), ways=instead)
            with contextlib.suppress(OSError):  # a full disk: text says it
                print(codec.to_json(summary), flush=True)
                return int(error.code)
        text = f"{locations.NAME}: " + "\n".join(messages.error_lines(error))
        print(fitting.for_stream(text, sys.stderr), file=sys.stderr, flush=True)
    except OSError:
        pass  # nobody reads it; the exit code still says it
    return int(error.code)


def _typed_choices(arguments: Sequence[str]) -> Choices | None:
    """Return the choices that the command line makes, also by a file; None if it is wrong, or does
    not start an installation or a plan."""
    from screens import command_line
    from screens.arguments import WithChoices

    try:
        with contextlib.redirect_stdout(io.StringIO()):  # a help or a version is not shown again
            given = command_line.parse(arguments).arguments
        if not isinstance(given, WithChoices):
            return None
        if given.answers and not Path(given.answers).is_file():
            return None  # a pipe gives its text only once
        return given.checked(other_machine=bool(getattr(given, "facts", "")))
    except (WizardError, SystemExit):  # it is wrong, or starts nothing
        return None


def _drop_unwritten() -> None:
    """Drop what the streams do not take, such as those of a closed pipe or of a full disk.

    Python writes it once more when it ends, and would then replace the exit code by its own.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            signals.drop(stream)


def _write_error(error: OSError) -> WizardError | None:
    """Return the error for a result that could not be written, or None for other errors."""
    if error.errno == errno.ENAMETOOLONG:
        return BadRequest("A path is too long.", shown=f"{str(error.filename)[:SHOWN]}…")
    if error.errno == errno.EAGAIN:
        return _too_few_processes(str(error.strerror))
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return WizardError(
            "The system allows no more open files.",
            shown=str(error.strerror),
            hints=("Raise the limit, for example to 256: ulimit -n 256",),
        )
    if error.errno == errno.ENOMEM:
        return _too_little_memory()
    if error.filename is None and error.errno == errno.EBADF and sys.__stdout__ is None:
        return WizardError(
            UNWRITTEN,
            why="Standard output is closed.",
            hints=("Write it to a file, or to /dev/null if you do not need it.",),
        )
    if error.filename is not None or error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
        return None
    return WizardError(
        UNWRITTEN,
        shown=str(error.strerror),
        hints=("Free some disk space, or write it to another file.",),
    )


def _digits_error(error: ValueError) -> WizardError | None:
    """Return the error for a number that Python refuses to read, or None for other errors."""
    if "integer string conversion" not in str(error):
        return None
    return BadRequest(
        "A number in the request, or in a file that it names, has thousands of digits.",
        hints=("No version or setting needs that. Correct it, and try again.",),
    )


def _thread_error(error: RuntimeError) -> WizardError | None:
    """Return the error for a thread that the system did not start, or None for other errors."""
    return _too_few_processes(str(error)) if "start new thread" in str(error) else None


def _too_few_processes(shown: str) -> WizardError:
    return WizardError(
        "The system allows this user no more processes.",
        shown=shown,
        hints=("End other programs, or raise the limit: ulimit -u shows it.",),
    )


def _too_little_memory() -> WizardError:
    return WizardError(
        "The system gives the wizard no more memory.",
        hints=("End other programs, or raise the limit: ulimit -v shows it.",),
    )


def _bug_error(error: Exception, arguments: Sequence[str]) -> WizardError:
    from screens import bug_report  # needed only for a bug

    return bug_report.write(error, arguments)
