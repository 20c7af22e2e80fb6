"""The wizard on a pretended machine, with a real run that never ends: for tests of its end.

Usage: ``python -m tests.screens.endless FOLDER [FLAGS]``. Its program ignores SIGTERM, starts an
orphan in another session, and prints without end.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

from backends.action import Command
from screens import cli, ending
from tests.screens.fakes import FACTS, complete
from wizard import engine
from wizard.choices import Choices
from wizard.engine import Decision, Engine
from wizard.facts import Facts, Privilege
from wizard.needs.case import Case
from wizard.plan import Plan, Step

PIDS = "pids"
WIZARD = "wizard"
"""The files in the folder with the numbers of the programs, and that of the wizard."""
PROGRAM = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
folder = sys.argv[1]
def note(pid):
    with open(folder + '/pids', 'a') as file:
        file.write(f'{pid}\\n')
if os.fork() == 0:
    os.setsid()
    child = os.fork()
    if child == 0:
        time.sleep(120)
    note(child)
    os._exit(0)
os.wait()
note(os.getpid())
for number in range(10**9):
    print('line', number, 'of an endless program', flush=True)
    time.sleep(0.002)
"""


def endless_plan(folder: str) -> Plan:
    """A plan with one step, which never ends."""
    step = Step(
        "endless", "Work without end", "Because.", Command((sys.executable, "-c", PROGRAM, folder))
    )
    return Plan("50.0.2", "wheel", "static", "/nowhere/bin/python", "/nowhere", False, (step,))


def main(folder: str, *flags: str) -> int:
    """Run the wizard's command line with that plan."""
    plan = endless_plan(folder)
    facts = replace(FACTS, privilege=Privilege("root"))
    real = engine.real()

    def probe(_choices: Choices, **_more: object) -> Facts:
        return facts

    def settle(case: Case) -> Decision:
        return Decision(complete(case), plan)

    pretended = Engine(
        probe,
        real.run,
        real.unlock,
        questions=lambda _case: (),
        complete=complete,
        settle=settle,
        support=lambda _case: None,
    )
    engine.real = lambda: pretended
    Path(folder, WIZARD).write_text(str(os.getpid()), encoding="utf-8")
    ending.guarantee()
    try:
        return cli.main(flags)
    finally:
        ending.end_programs()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
