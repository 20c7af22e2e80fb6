"""Checks the Ed25519 signatures of proofs, by a cryptography on the teacher's machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Callable

from wizard.errors import WizardError
from wizard.room import signing
from wizard.room.board import Board

Check = Callable[[str, str, Sequence[tuple[str, str]]], tuple[bool, ...]]
GLANCE_SECONDS = 2.0
AGAIN_SECONDS = 20.0
"""How many seconds after a failure it is tried again: cryptography may be installed meanwhile."""
AT_ONCE = 50
"""How many signatures one program checks."""


class Checker:
    """A thread that checks what the board has not checked, until the board is closed.

    ``find`` returns the path of a Python with cryptography; it may raise WizardError.
    """

    def __init__(self, board: Board, find: Callable[[], str], check: Check = signing.check) -> None:
        self._board = board
        self._find = find
        self._check = check
        self._problem = ""
        self._thread = threading.Thread(target=self._run, name="signatures", daemon=True)

    def start(self) -> None:
        """Start."""
        self._thread.start()

    def notes(self) -> tuple[str, ...]:
        """Return sentences for the teacher's page."""
        if not self._problem or not self._board.unchecked():
            return ()
        return (
            "The Ed25519 signatures are not checked yet, only the HMACs, because no cryptography "
            f"on this machine can check them: {self._problem}",
        )

    def check_once(self) -> bool:
        """Check what waits; return whether that was possible."""
        rows = self._board.unchecked()[:AT_ONCE]
        if not rows:
            return True
        signed = [(row.signed[0], row.signed[1]) for row in rows]
        try:
            results = self._check(self._find(), self._board.key, signed)
        except signing.NotSigned as error:
            self._problem = str(error)
            return False
        except WizardError as error:
            self._problem = error.what
            return False
        self._problem = ""
        for row, right in zip(rows, results):
            self._board.check(row, right=right)
        return True

    def _run(self) -> None:
        version = -1
        while not self._board.closed:
            self._board.wait(version, GLANCE_SECONDS)
            version = self._board.version
            if not self.check_once():
                self._board.touch()  # the page shows why
                version = self._board.version
                limit = time.monotonic() + AGAIN_SECONDS
                while not self._board.closed and time.monotonic() < limit:
                    time.sleep(0.2)
