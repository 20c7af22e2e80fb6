"""The proof: that an installed cryptography works, and which OpenSSL it uses."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Optional

from backends.action import Output
from wizard.errors import BadRequest
from wizard.programs.processes import ProgramTimeout, ask
from wizard.programs.target_scripts import target_script
from wizard.proof import linkage as linkages
from wizard.proof.linkage import Linkage
from wizard.wording import joined

__all__ = ["Check", "Linkage", "Mark", "Report", "missing", "sentences", "verify"]

Mark = Literal["ok", "failed", "warning"]

OLDEST_PYTHON = (3, 6)
"""The oldest Python that any release since 3.4 runs on."""

MAX_LINES = 500
"""How many lines of the proof's program a report keeps."""

_UNKNOWN = Linkage("unknown")
_KEYS = {
    *("python", "prefix", "found", "location", "version", "files"),
    *("openssl", "mapped", "warnings", "checks", "doing"),
}
_NOT_INSTALLED = "cryptography is not installed in this Python."
_NOT_THERE = "cryptography was installed, but it is not in this environment."


@dataclass(frozen=True)
class Check:
    """One check: its name, whether it passed, and what was seen.

    The name ``warning`` is for warnings of the import; it does not count as a failure.
    """

    name: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True)
class Report:
    """What was proved about the cryptography that ``python`` imports.

    ``ok`` is True if every check passed and the result is as expected. ``output`` are the lines
    that the proof's program printed, tracebacks among them.
    """

    python: str
    ok: bool
    version: str = ""
    openssl: str = ""
    linkage: Linkage = _UNKNOWN
    checks: tuple[Check, ...] = ()
    problems: tuple[str, ...] = ()
    output: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Answer:
    """The output of ``target/prove.py``, which documents its keys.

    If it did not finish (``finished`` is False), the last check is the one that stopped it.
    """

    prefix: str = ""
    found: bool = False
    location: str = ""
    version: str = ""
    files: tuple[str, ...] = ()
    openssl: str = ""
    mapped: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    finished: bool = False
    output: tuple[str, ...] = ()


def verify(
    python: str,
    *,
    release: str = "",
    link: str = "",
    openssl: str = "",
    any_patch: bool = False,
    timeout: float = 120.0,
) -> Report:
    """Prove the cryptography that the interpreter at the path ``python`` imports.

    ``release``, ``link`` (``dynamic`` or ``static``) and the version ``openssl`` are the expected
    values; empty accepts anything. With ``any_patch``, another version of the same series of
    OpenSSL is only a warning. ``timeout`` is in seconds. Problems of cryptography are in the
    report. Raises BadRequest if ``python`` is not a Python 3.6 or later.
    """
    _require_program(python)
    answer = _run(python, timeout)
    linkage = linkages.combine([linkages.read(file) for file in answer.files])
    linkage = linkages.resolve(linkage, answer.mapped)
    updated = any_patch and _same_series(openssl, answer.openssl)
    if updated:
        note = _patch_note(openssl, answer.openssl)
        answer = replace(answer, checks=(*answer.checks, *([note] if note else [])))
        openssl = ""
    if answer.found or not answer.finished:
        failed = tuple(_check_sentence(check) for check in answer.checks if not check.ok)
        problems = failed + tuple(_differences(answer, linkage, release, link, openssl))
    else:
        problems = (_NOT_THERE if release else _NOT_INSTALLED,)
    return Report(
        python=python,
        ok=not problems,
        version=answer.version,
        openssl=answer.openssl,
        linkage=linkage,
        checks=answer.checks,
        problems=problems,
        output=answer.output,
    )


def missing(report: Report) -> bool:
    """Return whether cryptography is missing, in contrast to installed but not working."""
    return report.problems == (_NOT_INSTALLED,)


def sentences(report: Report) -> tuple[tuple[Mark, str], ...]:
    """Describe a report in plain English, one (mark, sentence) per line, the most important
    first.
    """
    if missing(report):
        return (("failed", f"cryptography is not installed in {report.python}."),)
    name = f"cryptography {report.version}".strip()
    if report.ok:
        lines: list[tuple[Mark, str]] = [("ok", f"{name} works in {report.python}.")]
    else:
        lines = [("failed", f"{name} is not proved in {report.python}.")]
        shown_below = {_check_sentence(check) for check in report.checks}
        lines += [("failed", text) for text in report.problems if text not in shown_below]
    lines.append(_linkage_sentence(report))
    for check in report.checks:
        mark: Mark = "warning" if check.name == "warning" else "ok" if check.ok else "failed"
        lines.append((mark, _check_sentence(check)))
    return tuple(lines)


def _check_sentence(check: Check) -> str:
    return f"{check.name}: {check.detail}"


def _linkage_sentence(report: Report) -> tuple[Mark, str]:
    openssl = " ".join(report.openssl.split()[:2]) or "OpenSSL"
    if report.linkage.kind == "static":
        return "ok", f"{openssl} is inside (static)."
    if report.linkage.kind == "dynamic":
        return "ok", f"{openssl} is linked to {_library_names(report.linkage.libraries)} (dynamic)."
    return "warning", f"How {openssl} is linked is unknown. {report.linkage.problem}"


def _library_names(libraries: tuple[str, ...]) -> str:
    """Name the libraries; the folder only once if all are in the same one."""
    first, rest = libraries[0], libraries[1:]
    if len({Path(library).parent for library in libraries}) == 1:
        rest = tuple(Path(library).name for library in rest)
    return joined((first, *rest))


def _differences(
    answer: _Answer, linkage: Linkage, release: str, link: str, openssl: str
) -> Iterator[str]:
    """Yield a sentence for each thing that differs from the request."""
    outside = _explain_location(answer.location, answer.prefix)
    if release and outside and _is_in_pythonpath(answer.location):
        yield (
            f"cryptography {release} is installed, but this Python imports {answer.version} from "
            f"{answer.location}.{outside}"
        )
    elif release and answer.version and not _same_version(answer.version, release):
        yield (
            f"cryptography {release} was requested, but this Python imports {answer.version} "
            f"from {answer.location}.{outside}"
        )
    if link and linkage.kind == "unknown":
        yield f"A {link} OpenSSL was requested, but how it is linked is unknown: {linkage.problem}"
    elif link and link != linkage.kind:
        kinds = {"static": "inside (static)", "dynamic": "linked (dynamic)"}
        yield f"OpenSSL should be {kinds[link]}, but it is {kinds[linkage.kind]}: {linkage.file}"
    if openssl and answer.openssl and openssl not in answer.openssl.split():
        where = f" ({_library_names(linkage.libraries)})" if linkage.libraries else ""
        yield f"OpenSSL {openssl} was expected, but {answer.openssl} is in use{where}."


def _same_series(expected: str, used: str) -> bool:
    """Return whether the OpenSSL in use is of the same series as the expected version.

    ``used`` is what it says of itself: ``OpenSSL 3.5.9 29 Sep 2026``.
    """
    from wizard.versions import openssl_series_name  # slow to import

    words = used.split()
    try:
        return len(words) > 1 and openssl_series_name(expected) == openssl_series_name(words[1])
    except BadRequest:
        return False


def _patch_note(expected: str, used: str) -> Optional[Check]:
    """Return a warning if the OpenSSL in use has another number than the plan, or None."""
    if expected in used.split():
        return None
    name = " ".join(used.split()[:2])
    text = f"The plan named OpenSSL {expected}, but {name} of the same series is in use."
    return Check("warning", True, text)


def _same_version(one: str, other: str) -> bool:
    if one == other:
        return True
    from packaging.version import InvalidVersion, Version  # only if the texts differ

    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return False


def _is_in_pythonpath(location: str) -> bool:
    folders = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return any(folder and Path(folder) in Path(location).parents for folder in folders)


def _explain_location(location: str, prefix: str) -> str:
    """Explain a package that comes from outside the environment."""
    if Path(prefix) in Path(location).parents:
        return ""
    why = " PYTHONPATH is set: unset it and try again." if os.environ.get("PYTHONPATH") else ""
    return f" That is outside the environment {prefix}.{why}"


def _require_program(python: str) -> None:
    path = Path(python)
    if not python or "\0" in python:
        raise BadRequest("No Python was named.", hints=("Give the path of an interpreter.",))
    try:
        path.stat()
    except PermissionError:
        raise BadRequest(
            f"{python} cannot be reached: this user may not look into its folder.",
            hints=("Give the path of a Python that you may use.",),
        ) from None
    except OSError:
        pass  # it does not exist, or is a broken link: said below
    if path.is_dir():
        raise BadRequest(
            f"{python} is a folder, not a Python interpreter.",
            hints=(f"For an environment: {path / 'bin' / 'python'}",),
        )
    if not os.path.lexists(path):
        raise BadRequest(f"{python} does not exist.", hints=("Check the path.",))
    if not path.exists():
        raise BadRequest(
            f"{python} is a broken link.",
            shown=f"{python} -> {os.readlink(path)}",  # noqa: PTH115 - Path.readlink loses "./"
            why="The Python from which this environment was made is missing.",
            hints=("Recreate the environment.",),
        )
    if not path.is_file() or not os.access(path, os.X_OK):
        raise BadRequest(
            f"{python} cannot be run.",
            why="It is not a program, or its permissions do not allow you to run it.",
            hints=("Give the path of a Python interpreter.",),
        )


def _run(python: str, timeout: float) -> _Answer:
    program = os.path.abspath(python)  # noqa: PTH100 - a link must stay one: it says which venv
    with target_script("prove.py") as script:
        # -B: a proof changes nothing, so it must not leave compiled files behind. The script ends
        # itself shortly before the timeout, so that it can still say where it was.
        argv = (program, "-B", str(script), str(timeout * 0.9))
        try:
            output = ask(argv, timeout=timeout)
        except ProgramTimeout:
            _require_python(program, "It did not answer.")
            return _not_started(f"This Python did not answer within {timeout:g} s.")
        except OSError as error:
            raise _not_python(program, error.strerror or str(error)) from None
    last = _last_answer(output.stdout)
    if last is None:
        _require_python(program, _last_line(output.stderr) or _last_line(output.stdout))
        why = f"This Python could not run the proof. {_ending_sentence(output)}"
        return replace(_not_started(why), output=_lines(output.stderr))
    _require_recent(program, last["python"])
    answer = _parse_answer(last, _ending_sentence(output))
    return replace(answer, output=_lines(output.stderr))


def _lines(text: str) -> tuple[str, ...]:
    """Return the lines of a program's output; of very many, the last ones."""
    return tuple(line.rstrip() for line in text.splitlines() if line.strip())[-MAX_LINES:]


def _not_started(why: str) -> _Answer:
    return _Answer(checks=(Check("start", False, why),))


def _last_answer(stdout: str) -> Optional[dict[str, Any]]:
    """Return the last complete answer of prove.py; other output is ignored."""
    for line in reversed(stdout.splitlines()):
        try:
            answer = json.loads(line)
        except ValueError:
            continue  # cut off, or printed by something else
        if isinstance(answer, dict) and answer.keys() >= _KEYS:
            return answer
    return None


def _parse_answer(answer: dict[str, Any], ending: str) -> _Answer:
    checks = [Check(name, ok, detail) for name, ok, detail in answer["checks"]]
    checks += [Check("warning", True, text) for text in answer["warnings"]]
    doing = answer["doing"]
    if doing:
        checks.append(Check(doing, False, ending))
    return _Answer(
        prefix=answer["prefix"],
        found=answer["found"],
        location=answer["location"],
        version=answer["version"],
        files=tuple(answer["files"]),
        openssl=answer["openssl"],
        mapped=tuple(answer["mapped"]),
        checks=tuple(checks),
        finished=not doing,
    )


def _ending_sentence(output: Output) -> str:
    """Say in one sentence how an unfinished proof ended, and where it was."""
    lines = [line.strip() for line in output.stderr.splitlines() if line.strip()]
    # faulthandler: "Timeout (0:01:48)!" or "Fatal Python error: …", then the newest call first.
    frame = next((line for line in lines if line.startswith('File "')), "")
    where = f" It was at: {frame}" if frame else ""
    if any(line.startswith("Timeout (") for line in lines):
        return f"It hung and was stopped.{where}"
    if output.exit < 0:
        return f"The interpreter crashed ({_signal_name(-output.exit)}).{where}"
    if output.exit >= 0xC0000000:  # how Windows reports a crash
        return f"The interpreter crashed (0x{output.exit:08X}).{where}"
    message = f" It said: {lines[-1]}" if lines and not where else where
    return f"The interpreter stopped early with exit code {output.exit}.{message}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _require_python(program: str, shown: str) -> None:
    """Ask a program that did not run the proof whether it is a Python, and which version."""
    code = "import sys; sys.stdout.write('Python %d.%d.%d' % sys.version_info[:3])"
    try:
        answer = ask((program, "-S", "-E", "-c", code), timeout=10.0).stdout
    except (ProgramTimeout, OSError) as error:
        raise _not_python(program, shown or str(error)) from None
    if not answer.startswith("Python "):
        raise _not_python(program, shown)
    _require_recent(program, answer[len("Python ") :])


def _require_recent(program: str, version: str) -> None:
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_PYTHON:
        raise BadRequest(
            f"{program} is Python {version}, which is too old.",
            why="The releases of cryptography that the wizard supports need Python 3.6 or later.",
            hints=("Name a newer Python.",),
        )


def _not_python(program: str, shown: str) -> BadRequest:
    return BadRequest(
        f"{program} is not a working Python.",
        shown=shown,
        why="It was started, but did not answer like a Python.",
        hints=("Give the path of a Python interpreter, such as .venv/bin/python.",),
    )
