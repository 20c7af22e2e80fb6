"""Work on many hosts at the same time, over SSH. Runs in the Python that has pyinfra.

It reads one JSON object from standard input, so that no password is an argument of a program:
``hosts`` (a list of objects: ``name``, ``data`` for pyinfra, ``run``, a shell command, and its
``input``), ``archive`` (a file), ``prepare`` (a shell command), ``parallel`` and ``seconds``.
On each host, ``prepare`` prints as its last line ``have PATH`` or ``need PATH``; if the archive is
needed, it is copied there. Then ``run`` runs. It writes JSON lines, each with the ``host`` and a
``kind``:

``connected``   the connection is there
``copying``     the archive is copied
``line``        a line of ``run``: ``stream`` is stdout or stderr
``ended``       ``ok`` says whether everything succeeded; ``problem`` says why not, and ``stage``
                where: connect, prepare, copy, run

One host's problem does not stop the others.
"""

from __future__ import annotations

import os
import sys

# Python puts the folder of a script first on its module path; nothing must be imported from it.
HERE = os.path.dirname(os.path.realpath(sys.argv[0]))  # noqa: PTH120 - as in wizard/target
sys.path[:] = [path for path in sys.path if os.path.realpath(path) != HERE]

import json  # noqa: E402 - only after sys.path is right
from typing import Any  # noqa: E402


def main() -> int:
    """Do the work; return 0, also if hosts have failed: their lines say so."""
    request = json.loads(sys.stdin.read())
    from gevent import monkey

    monkey.patch_all()  # before all other imports: the hosts take turns while one waits
    from gevent.pool import Pool
    from pyinfra.api import Config, Inventory, State
    from pyinfra.api.output import set_echo, set_formatter

    names = [host["name"] for host in request["hosts"]]
    entries = [(host["name"], host["data"]) for host in request["hosts"]]
    inventory = Inventory((entries, {}))
    state = State(inventory, Config(CONNECT_TIMEOUT=CONNECT_SECONDS, FAIL_PERCENT=100))
    set_formatter(lambda text, *style, **_more: ERROR + text if style[:1] == ("red",) else text)
    set_echo(Echo([inventory.get_host(name) for name in names]))
    pool = Pool(request["parallel"])
    for host in request["hosts"]:
        pool.spawn(work, inventory.get_host(host["name"]), host, request)
    pool.join()
    del state
    return 0


ERROR = "\x00"
"""What marks a line of standard error."""
CONNECT_SECONDS, PREPARE_SECONDS, COPY_SECONDS = 20, 60, 900
"""The time limits of the stages before ``run``."""


class Echo:
    """What pyinfra calls with each line of output."""

    def __init__(self, hosts: list[Any]) -> None:
        self.prefixes = {host.print_prefix: host.name for host in hosts}

    def __call__(self, message: Any = None, **_more: Any) -> None:
        text = str(message)
        for prefix, name in self.prefixes.items():
            if text.startswith(prefix):
                line = text[len(prefix) :]
                stream = "stderr" if line.startswith(ERROR) else "stdout"
                tell(name, "line", stream=stream, line=line.lstrip(ERROR))
                return


def tell(host: str, kind: str, **values: Any) -> None:
    sys.stdout.write(json.dumps({"host": host, "kind": kind, **values}) + "\n")
    sys.stdout.flush()


def limited(seconds: int) -> Any:
    """Return a context that raises TimeoutError if its block takes longer."""
    from gevent import Timeout

    return Timeout(seconds, TimeoutError())


def work(host: Any, wanted: dict[str, Any], request: dict[str, Any]) -> None:
    """Do everything on one host."""
    stage = "connect"
    try:
        host.connect(show_errors=False, raise_exceptions=True)
        tell(host.name, "connected")
        stage = "prepare"
        ok, output = host.run_shell_command(request["prepare"], _timeout=PREPARE_SECONDS)
        last = (output.stdout_lines or [""])[-1]
        word, _, path = last.partition(" ")
        if not ok or word not in ("have", "need"):
            problem = (output.stderr_lines or [last])[-1]
            tell(host.name, "ended", ok=False, stage=stage, problem=problem)
            return
        if word == "need":
            stage = "copy"
            tell(host.name, "copying")
            with limited(COPY_SECONDS):  # pyinfra itself waits without an end
                host.put_file(request["archive"], path + ".part")
        stage = "run"
        ok, output = host.run_shell_command(
            wanted["run"],
            print_output=True,
            _timeout=request["seconds"],
            _stdin=wanted["input"] or None,
        )
        problem = "" if ok else (output.stderr_lines or ["it said nothing"])[-1]
        tell(host.name, "ended", ok=ok, stage=stage, problem=problem)
    except TimeoutError:
        limits = {"connect": CONNECT_SECONDS, "prepare": PREPARE_SECONDS, "copy": COPY_SECONDS}
        problem = f"it took longer than {limits.get(stage, request['seconds'])} s"
        tell(host.name, "ended", ok=False, stage=stage, problem=problem)
    except Exception as error:  # noqa: BLE001 - any problem of one host is reported, and ends only it
        tell(host.name, "ended", ok=False, stage=stage, problem=str(error) or repr(error))
    finally:
        host.disconnect()


if __name__ == "__main__":
    sys.exit(main())
