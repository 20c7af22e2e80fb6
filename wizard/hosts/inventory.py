"""The list of hosts: one in each line, as for ssh, and what is special about it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wizard.errors import BadRequest
from wizard.wording import did_you_mean, joined

OPTIONS: Mapping[str, str] = {
    "name": "what it is called in what the wizard writes",
    "key": "the file of the private key",
}
MOST_HOSTS = 500
_TARGET = re.compile(
    r"(?:(?P<user>\w[\w.-]*)@)?(?P<host>\[[0-9A-Fa-f:.]+\]|\w[\w.-]*)(?::(?P<port>\d{1,5}))?"
)
_NAME = re.compile(r"[\w.@:-]+(?: [\w.@:-]+)*")


@dataclass(frozen=True)
class Host:
    """One host. ``user``, ``port`` and ``key`` are empty or 0 if ssh's own settings decide.

    ``line`` is the number of its line in the file.
    """

    name: str
    host: str
    user: str = ""
    port: int = 0
    key: str = ""
    line: int = field(default=0, compare=False)

    def data(self, password: str = "") -> dict[str, Any]:
        """Return what pyinfra needs to connect. The password may also be that of the key."""
        values = {
            "ssh_hostname": self.host,
            "ssh_user": self.user,
            "ssh_port": self.port,
            "ssh_key": self.key,
            "ssh_password": password,
            "ssh_key_password": password if self.key else "",
        }
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True)
class Inventory:
    """All hosts of a file, in its order."""

    hosts: tuple[Host, ...] = ()
    source: str = field(default="", compare=False)

    def limited(self, wanted: Iterable[str]) -> Inventory:
        """Return only the hosts with these names. Raises BadRequest for an unknown name."""
        names = tuple(dict.fromkeys(wanted))
        known = {host.name: host for host in self.hosts}
        for name in names:
            if name not in known:
                raise BadRequest(
                    f"{self.source} has no host with the name {name!r}"
                    f"{did_you_mean(name, tuple(known))}."
                )
        return Inventory(tuple(host for host in self.hosts if host.name in names), self.source)


def parse(text: str, source: str) -> Inventory:
    """Read an inventory. Raises BadRequest, with the line, if it is wrong."""
    hosts: dict[str, Host] = {}
    for number, line in enumerate(text.splitlines(), 1):
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            raise _wrong(source, number, line, "A quotation mark is not closed.") from None
        if not words:
            continue
        host = _host(words, source, number, line)
        if host.name in hosts:
            raise _wrong(
                source, number, line, f"{host.name} is there twice: add another name=NAME."
            )
        hosts[host.name] = host
    if not hosts:
        raise BadRequest(f"{source} contains no host.", hints=(FORM,))
    if len(hosts) > MOST_HOSTS:
        raise BadRequest(f"{source} has {len(hosts)} hosts; at most {MOST_HOSTS} are possible.")
    return Inventory(tuple(hosts.values()), source)


FORM = "Write one host in each line: [USER@]HOST[:PORT] [name=NAME] [key=FILE]"


def _host(words: list[str], source: str, number: int, line: str) -> Host:
    target, *more = words
    match = _TARGET.fullmatch(target)
    if match is None:
        raise _wrong(source, number, line, FORM)
    port = int(match["port"] or 0)
    if match["port"] and not 0 < port < 65536:
        raise _wrong(source, number, line, "A port is a number from 1 to 65535.")
    options: dict[str, str] = {}
    for word in more:
        name, _, value = word.partition("=")
        if name not in OPTIONS or not value or name in options:
            allowed = joined(tuple(f"{option}=…" for option in OPTIONS))
            raise _wrong(source, number, line, f"{word!r} is not one of {allowed}.")
        options[name] = value
    name = options.get("name", target)
    if not _NAME.fullmatch(name) or len(name) > 60:
        raise _wrong(source, number, line, "A name is short, and has no special characters.")
    key = options.get("key", "")
    return Host(name, match["host"].strip("[]"), match["user"] or "", port, key, number)


def check_keys(inventory: Inventory) -> None:
    """Raise BadRequest, with the line, for a private key that is not here or cannot be read."""
    for host in inventory.hosts:
        if not host.key:
            continue
        try:
            with Path(host.key).expanduser().open("rb"):
                pass
        except (OSError, RuntimeError) as error:  # RuntimeError: the user after ~ is unknown
            why = f"The file of its key cannot be read: {getattr(error, 'strerror', '') or error}."
            raise _wrong(inventory.source, host.line, f"key={host.key}", why) from None


def _wrong(source: str, number: int, line: str, why: str) -> BadRequest:
    return BadRequest(f"Line {number} of {source} is wrong.", shown=line.strip()[:200], why=why)
