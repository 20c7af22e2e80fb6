"""Images built without Docker: a Dockerfile's instructions, carried out in throw-away Debians."""

from __future__ import annotations

import os
import shutil
import string
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.live.command import Done
from tests.live.roots import CERTIFICATES, Root
from tests.wizard.export.dockerfiles import Instruction, Stage, stages

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def base(suite: str, python: str, folder: Path) -> Root:
    """Make what Docker's image of this suite is: no Python, no certificates, no package lists.

    Skips the test where Debian's archive cannot be reached.
    """
    done = subprocess.run(
        ("mmdebstrap", "--quiet", "--variant=minbase", suite, str(folder)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"mmdebstrap cannot make {suite}: {done.stderr.strip()[-200:]}")
    root = Root(folder, python)
    for name in ("/etc/resolv.conf", "/etc/hosts"):
        shutil.copyfile(name, root.path(name))
    root.path(CERTIFICATES).parent.mkdir(parents=True, exist_ok=True)
    bundle = os.environ.get("SSL_CERT_FILE") or "/etc/ssl/certs/ca-certificates.crt"
    shutil.copyfile(bundle, root.path(CERTIFICATES))
    return root


@dataclass
class Built:
    """A stage that was carried out: its root, and the settings that it ended with."""

    root: Root
    env: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    user: str = ""
    workdir: str = "/"
    command: tuple[str, ...] = ()

    def run(self, *argv: str, timeout: float = 60) -> Done:
        """Run a program as a container of it would."""
        become: tuple[str, ...] = ()
        env = dict(self.env)
        if self.user:
            user, _, group = self.user.partition(":")
            become = ("setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups")
            env["HOME"] = self.workdir
        there = ("env", "-C", self.workdir)
        return self.root.run(*become, *there, *argv, timeout=timeout, env=env)


class Builder:
    """Carries out the stages of a Dockerfile, each in a copy of ``image``."""

    def __init__(self, image: Root, folder: Path, timeout: float) -> None:
        self.image = image
        self.folder = folder
        self.timeout = timeout
        self.done: dict[str, Built] = {}

    def build(self, text: str) -> Built:
        """Carry out the whole file; the last stage is what comes out."""
        for number, stage in enumerate(stages(text)):
            built = self._stage(stage, self.folder / f"stage-{number}")
            self.done[stage.name or str(number)] = built
        return built

    def _stage(self, stage: Stage, folder: Path) -> Built:
        argv = ("cp", "--archive", "--reflink=auto", str(self.image.folder), str(folder))
        subprocess.run(argv, check=True, timeout=120)
        built = Built(Root(folder, self.image.python))
        for instruction in stage.instructions:
            self._carry_out(instruction, built)
        return built

    def _carry_out(self, given: Instruction, built: Built) -> None:
        if given.name == "RUN":
            self._run(given, built)
        elif given.name == "COPY":
            self._copy(given, built)
        elif given.name == "ENV":
            for name, value in zip(given.words[::2], given.words[1::2]):
                built.env[name] = string.Template(value).substitute(built.env)
        elif given.name == "WORKDIR":
            built.root.path(given.words[0]).mkdir(parents=True, exist_ok=True)
            built.workdir = given.words[0]
        elif given.name == "USER":
            built.user = given.words[0]
        elif given.name == "CMD":
            built.command = given.words
        else:
            raise AssertionError(f"nobody has taught this builder {given}")

    def _run(self, given: Instruction, built: Built) -> None:
        argv = given.words if given.exec else ("sh", "-c", given.script)
        with ExitStack() as mounts:
            for mount in given.mounts:
                assert mount["type"] == "cache", mount
                mounts.enter_context(self._mounted(mount["target"], built.root))
            done = built.run(*argv, timeout=self.timeout)
        assert done.code == 0, f"{given.words}\n{done.said}"

    def _copy(self, given: Instruction, built: Built) -> None:
        *_, target = given.words
        if given.document is not None:
            built.root.path(target).parent.mkdir(parents=True, exist_ok=True)
            built.root.path(target).write_text(given.document, encoding="utf-8")
            return
        (flag,) = given.flags
        source = self.done[flag.partition("=")[2]].root.path(given.words[0])
        built.root.path(target).mkdir(parents=True)
        argv = ("cp", "--archive", f"{source}/.", str(built.root.path(target)))
        subprocess.run(argv, check=True, timeout=120)

    @contextmanager
    def _mounted(self, target: str, root: Root) -> Iterator[None]:
        """Put a cache that all stages share where ``target`` is, and take it away again."""
        cache = self.folder / "caches" / target.strip("/").replace("/", "-")
        cache.mkdir(parents=True, exist_ok=True)
        place = root.path(target)
        place.mkdir(parents=True, exist_ok=True)
        aside = place.with_name(f"{place.name}.covered")
        place.rename(aside)
        cache.rename(place)
        try:
            yield
        finally:
            place.rename(cache)
            aside.rename(place)
