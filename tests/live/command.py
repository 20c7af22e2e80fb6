"""The wizard's command line, run as a separate program."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.live.machine import CHECKOUT

LAUNCHER = """\
import sys
sys.path.insert(0, {place!r})
from screens.cli import main
sys.exit(main())
"""
"""A path in PYTHONPATH would reach every program that the wizard starts; this one does not."""


def runs_pip(command: str) -> bool:
    """Whether a command that was shown runs pip: as a module, or from its file."""
    return " -m pip " in command or "__pip-runner__.py " in command


@dataclass(frozen=True)
class Done:
    """How the wizard ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> Any:
        """The report of ``--json``."""
        return json.loads(self.out)

    @property
    def events(self) -> list[Any]:
        """The events of ``--yes --json``, in their order."""
        return [json.loads(line) for line in self.err.splitlines()]

    @property
    def said(self) -> str:
        """Both streams, for the message of a failing test."""
        return f"exit {self.code}\n{self.out}\n{self.err}"


def finished(
    argv: Sequence[str],
    timeout: float,
    *,
    cwd: Path | str | bytes | None = None,
    env: Mapping[str, str] | None = None,
) -> Done:
    """Run a program without a terminal, and return how it ended. Raises TimeoutExpired."""
    done = subprocess.run(
        argv,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=timeout,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


class Inside:
    """Another system in which programs can be run: a subclass says how, by `argv`."""

    def argv(self, *command: str, env: Mapping[str, str] | None = None) -> list[str]:
        """Return the words that run ``command`` in there."""
        raise NotImplementedError

    def run(self, *command: str, timeout: float = 60, env: Mapping[str, str] | None = None) -> Done:
        """Run a program in there to its end, without a terminal."""
        return finished(self.argv(*command, env=env), timeout)

    def must(self, *command: str, timeout: float = 60, env: Mapping[str, str] | None = None) -> str:
        """Run a program in there that has to succeed; return its standard output."""
        done = self.run(*command, timeout=timeout, env=env)
        assert done.code == 0, f"{command}: {done.said}"
        return done.out


@dataclass(frozen=True)
class Wizard:
    """Starts the wizard in a working folder of its own, with state and cache of its own."""

    folder: Path
    launcher: Path
    state: Path
    cache: Path

    @classmethod
    def below(cls, folder: Path) -> Wizard:
        """Prepare a wizard whose files all lie below ``folder``."""
        work, launcher = folder / "work", folder / "cryptography-wizard.py"
        work.mkdir()
        launcher.write_text(LAUNCHER.format(place=str(CHECKOUT)), encoding="utf-8")
        return cls(work, launcher, folder / "state", folder / "cache")

    def argv(self, *arguments: str) -> list[str]:
        """The command that starts it."""
        return [sys.executable, str(self.launcher), *arguments]

    def environment(self, **more: str) -> dict[str, str]:
        """This machine's variables, without an active environment and with the wizard's folders."""
        own = ("VIRTUAL_ENV", "PYTHONPATH", "NO_COLOR", "ACCESSIBLE")
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in own and not name.startswith("CRYPTOGRAPHY_WIZARD_")
        }
        folders = {
            "CRYPTOGRAPHY_WIZARD_STATE": str(self.state),
            "CRYPTOGRAPHY_WIZARD_CACHE": str(self.cache),
        }
        return {**kept, **folders, **more}

    def __call__(
        self, *arguments: str, timeout: float = 240, env: Mapping[str, str] | None = None
    ) -> Done:
        """Run it to its end, for at most ``timeout`` seconds."""
        done = subprocess.run(
            self.argv(*arguments),
            cwd=self.folder,
            env=self.environment(**(env or {})),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    @contextlib.contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Run it within this block, with pipes for its output; then press Ctrl-C."""
        process = subprocess.Popen(
            self.argv(*arguments),
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        try:
            yield process
            process.send_signal(signal.SIGINT)
            process.wait(15)
        finally:
            process.kill()
            process.communicate(timeout=15)
