"""The front door: the command ``cryptography-wizard``, its commands and its exit codes."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from screens import arguments, signals, terminal
from screens.arguments import Request
from screens.text import messages
from wizard import __version__, codec, engine, locations
from wizard.choices import Choices
from wizard.errors import BadRequest, Exit, Impossible, WizardError

if TYPE_CHECKING:
    from wizard.facts import Facts

LARGEST_FACTS = 16 * 1024 * 1024
"""No saved machine is larger than this, in bytes."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code. No error leaves as a traceback."""
    words = sys.argv[1:] if argv is None else list(argv)
    terminal.make_safe(ascii_only="--ascii" in words)
    try:
        with signals.interrupting():
            code = _carry_out(arguments.parse(words))
            sys.stdout.flush()
            return code
    except SystemExit as done:  # after --help and --version
        return int(done.code or 0)
    except WizardError as error:
        return _tell(error, json=arguments.wants_json(words))
    except KeyboardInterrupt:
        cancelled = WizardError("Cancelled.")
        cancelled.code = Exit.CANCELLED
        return _tell(cancelled, json=arguments.wants_json(words))
    except BrokenPipeError:
        return _nobody_listens()
    except OSError as error:
        problem = _unwritable(error) or _bug(error, words)
        return _tell(problem, json=arguments.wants_json(words))
    except Exception as error:  # noqa: BLE001 - the last resort: a bug is told, never thrown
        return _tell(_bug(error, words), json=arguments.wants_json(words))


def _carry_out(request: Request) -> int:
    if request.command == "doctor":
        return _doctor(request)
    if request.command == "plan":
        return _plan(request)
    if request.command == "verify":
        return _verify(request)
    if request.command == "diagnose":
        return _diagnose(request)
    if request.command == "cache":
        return _cache(request)
    return _install(request)


def _install(request: Request) -> int:
    abilities = terminal.look()
    face = (
        None
        if request.yes
        else terminal.choose(abilities, prompts=request.prompts, plain=request.plain)
    )
    choices = _choices(request)
    machine = engine.real()
    if face is None:
        from screens.text import unattended

        install = unattended.install_for_scripts if request.json else unattended.install
        return install(
            machine,
            choices,
            sys.stdout,
            sys.stderr,
            can_ask=abilities.stdin and abilities.stderr,
            verbose=request.verbose,
        )
    if face is terminal.Face.FULL:
        from screens.tui import app

        return app.run_app(machine, choices)
    from screens.text import linear

    if face is terminal.Face.PROMPTS:
        from screens.text.prompts import Prompts

        return linear.converse(machine, choices, Prompts())
    from screens.text.plain import Plain

    return linear.converse(machine, choices, Plain())


def _doctor(request: Request) -> int:
    if request.facts:
        found = _saved(request.facts)
    else:
        found = engine.real().probe(Choices(), everything=True)
    if request.json:
        print(codec.to_json(found))
        return Exit.DONE
    from screens.commands import doctor

    color = terminal.color(sys.stdout, request.color)
    return doctor.doctor(engine.case_of(found, request.flags), sys.stdout, color)


def _plan(request: Request) -> int:
    choices = _choices(request)
    if request.format == "dockerfile" and not request.json:
        return _dockerfile(request, choices)
    if request.facts:
        decision = engine.settle(engine.case_of(_saved(request.facts), choices))
    else:
        decision = engine.decide(engine.real(), choices)
    if request.json or request.format == "json":
        print(codec.to_json(decision.plan))
        return Exit.DONE
    from wizard.export import formats

    writers = {"sh": formats.to_shell, "powershell": formats.to_powershell}
    write = writers.get(request.format, formats.to_text)
    print(write(decision.plan).rstrip("\n"))
    return Exit.DONE


def _dockerfile(request: Request, choices: Choices) -> int:
    """Plan for a fresh container of the machine's distribution, not for the machine."""
    if request.facts:
        facts = _saved(request.facts)
    else:
        facts = engine.real().probe(Choices(python=choices.python), everything=True)
    print(engine.dockerfile(engine.case_of(facts, choices)).rstrip("\n"))
    return Exit.DONE


def _verify(request: Request) -> int:
    from screens.commands import verify

    return verify.verify_command(request.target, as_json=request.json, stream=sys.stdout)


def _diagnose(request: Request) -> int:
    from screens.commands import diagnose

    return diagnose.diagnose_command(request.log, as_json=request.json, stream=sys.stdout)


def _cache(request: Request) -> int:
    from screens.commands import cache

    return cache.cache_command(
        request.words, yes=request.yes, as_json=request.json, stream=sys.stdout, err=sys.stderr
    )


def _choices(request: Request) -> Choices:
    """The choices of the flags and the answers file, checked as far as that needs no work."""
    from wizard.questions import validation as requested

    choices = request.flags
    if request.answers:
        from wizard.questions import answers  # reads TOML, which is slow to import

        choices = answers.merge(choices, answers.load(request.answers))
    if request.facts:  # the paths are of another machine
        requested.contradictions(choices)
        choices = requested.implied(choices)
        if choices.from_wheelhouse:
            raise BadRequest(
                "--facts and --from-wheelhouse contradict each other.",
                why="The saved machine is another one; its folders are not here.",
                hints=("Leave out one of them.",),
            )
        return choices
    return requested.check(choices)


def _saved(path: str) -> Facts:
    """Read a saved machine. Raises BadRequest where the file is none, or no machine is so."""
    from wizard.facts import SCHEMA, Facts
    from wizard.machine import consistency

    try:
        with Path(path).open("rb") as file:
            data = file.read(LARGEST_FACTS + 1)
    except OSError as error:
        raise BadRequest(f"{path} cannot be read.", shown=error.strerror or str(error)) from None
    except ValueError:
        raise BadRequest(f"{path!r} is not the name of a file.") from None
    hints = ("Save a machine with: cryptography-wizard doctor --json > machine.json",)
    if len(data) > LARGEST_FACTS:
        raise BadRequest(f"{path} is too large to be a saved machine.", hints=hints)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRequest(
            f"{path} is not text in UTF-8.",
            shown=f"byte {error.start}: {error.reason}",
            hints=hints,
        ) from None
    facts = codec.from_json(Facts, text, source=path, schema=SCHEMA)
    consistency.check(facts, source=path)
    return facts


def _tell(error: WizardError, *, json: bool) -> int:
    """Tell an error: as words on standard error, or as one JSON object on standard output."""
    from screens.text.summary import Problem, Summary

    try:
        if json:
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
    """Let Python end without a word about the pipe that was closed at its other end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    return int(Exit.CANCELLED)


def _unwritable(error: OSError) -> WizardError | None:
    """The error of a result that could not be written; None where it was another one."""
    if error.filename is not None or error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
        return None
    return WizardError(
        "The result could not be written.",
        shown=str(error.strerror),
        hints=("Make room, or send it to another file.",),
    )


def _bug(error: Exception, words: Sequence[str]) -> WizardError:
    """Put the traceback where it can be sent from, and say so."""
    import platform  # these three are needed nowhere else
    import traceback
    from datetime import datetime, timezone

    moment = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    file = locations.state() / "bugs" / f"{moment}-{os.getpid()}.txt"
    report = (
        f"cryptography-wizard {__version__}, Python {platform.python_version()}, "
        f"{platform.platform()}\narguments: {list(words)}\n\n"
        + "".join(traceback.format_exception(type(error), error, error.__traceback__))
    )
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(report, encoding="utf-8", errors="backslashreplace")
        hint = f"Please report it, with this file: {file}"
    except OSError as problem:
        hint = f"Please report it. (The report could not be saved: {problem}.)"
    last = traceback.extract_tb(error.__traceback__)[-1]
    return WizardError(
        "This is a bug in cryptography-wizard, not a mistake of yours.",
        shown=f"{type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno})",
        hints=(hint,),
    )
