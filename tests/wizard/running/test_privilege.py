from __future__ import annotations

import os
import stat
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from backends.action import Command
from wizard.errors import Impossible
from wizard.facts import Facts, Privilege, System
from wizard.programs.variables import PASSED
from wizard.running.privilege import (
    RENEW_SECONDS,
    KeepAlive,
    command_text,
    root_prefix,
    unlock,
    wrap,
    wrapped,
)

APT = Command(
    ("apt-get", "install", "-y", "libssl-dev"),
    reporting=("-o", "APT::Status-Fd=1"),
    env=(("LC_ALL", "C"), ("NOTE", "it's a test")),
    root=True,
)
AROUND = {"PATH": "/usr/bin", "https_proxy": "http://proxy:3128", "PIP_CERT": "/ca.pem", "X": "1"}
SUDO = Privilege("sudo", "/usr/bin/sudo", True)
needs_posix = pytest.mark.skipif(os.name == "nt", reason="sudo and doas are of POSIX")


def tool(folder: Path, text: str) -> str:
    """A program that stands for sudo: it notes its arguments and does what ``text`` says."""
    path = folder / "sudo"
    path.write_text(f'#!/bin/sh\necho "$*" >> {folder}/calls\n{text}\n')
    path.chmod(0o755)
    return str(path)


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text().splitlines()


def facts(privilege: Privilege) -> Facts:
    return Facts(System("linux", "x86_64"), privilege=privilege)


@pytest.mark.parametrize("method", ["root", "sudo", "doas", "none"])
def test_what_needs_no_root_is_run_as_it_is(method: str) -> None:
    command = Command(("pip", "install"), env=(("A", "1"),), reporting=("--raw",))
    privilege = Privilege(method)  # type: ignore[arg-type]
    assert wrap(command, privilege, AROUND) == (("pip", "install", "--raw"), {"A": "1"})


def test_root_needs_nothing_before_the_program() -> None:
    argv, env = wrap(APT, Privilege("root"), AROUND)
    assert argv == (*APT.argv, *APT.reporting)
    assert env == {"LC_ALL": "C", "NOTE": "it's a test"}


@pytest.mark.parametrize(
    ("privilege", "prefix"),
    [
        (SUDO, ("/usr/bin/sudo", "-n")),
        (Privilege("doas", "/usr/bin/doas"), ("/usr/bin/doas", "-n")),
        (Privilege("sudo"), ("sudo", "-n")),
    ],
)
def test_sudo_and_doas_are_told_the_environment(
    privilege: Privilege, prefix: tuple[str, ...]
) -> None:
    argv, env = wrap(APT, privilege, AROUND)
    assert argv == (
        *prefix,
        *("env", "https_proxy=http://proxy:3128", "PIP_CERT=/ca.pem"),
        *("LC_ALL=C", "NOTE=it's a test"),
        *APT.argv,
        *APT.reporting,
    )
    assert env == {}
    assert root_prefix(privilege) == prefix


def test_what_the_command_sets_is_stronger_than_what_is_passed_on() -> None:
    command = Command(("x",), env=(("https_proxy", "mine"),), root=True)
    assert set(wrap(command, SUDO, AROUND)[0][3:-1]) == {"https_proxy=mine", "PIP_CERT=/ca.pem"}


@needs_posix
@pytest.mark.parametrize(
    "proxy", ["http://ada:s3cret@proxy:3128", "ada:s3cret@proxy:3128", "http://p/0a1b2c3d4e5f6a7b"]
)
@pytest.mark.parametrize("method", ["sudo", "doas"])
def test_a_password_is_in_no_argument_but_in_a_file_that_nobody_else_can_read(
    tmp_path: Path, proxy: str, method: str
) -> None:
    # The real sudo was asked too: see `wizard.running.privilege.wrapped`.
    program = tool(tmp_path, 'shift; exec env -i PATH="$PATH" "$@"')
    show = 'echo "$https_proxy|$LC_ALL|$NOTE|$GONE|$*"'
    command = replace(
        APT, argv=("sh", "-c", show, "sh", "it's one"), reporting=("two",), unset=("GONE",)
    )
    privilege = Privilege(method, program)  # type: ignore[arg-type]
    with wrapped(command, privilege, {**AROUND, "https_proxy": proxy, "GONE": "x"}) as started:
        argv, variables = started
        assert variables == {}
        assert not [word for word in argv if proxy in word or "s3cret" in word]
        assert argv[:3] == (program, "-n", "sh")
        file = Path(argv[3])
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == f"{proxy}|C|it's a test||it's one two\n"
    assert not file.parent.exists()


def test_without_a_password_there_is_no_file() -> None:
    with wrapped(APT, SUDO, AROUND) as started:
        assert started == wrap(APT, SUDO, AROUND)


def test_where_a_rule_allows_only_the_package_manager_nothing_is_in_between() -> None:
    only = replace(SUDO, only=("apt-get",))
    secret = {**AROUND, "https_proxy": "http://ada:s3cret@proxy:3128"}
    with wrapped(APT, only, secret) as (argv, variables):
        assert argv == ("/usr/bin/sudo", "-n", *APT.argv, *APT.reporting)
        assert variables == {"LC_ALL": "C", "NOTE": "it's a test"}
    assert command_text(APT, only) == "sudo apt-get install -y libssl-dev"


@needs_posix
def test_where_a_rule_allows_only_the_package_manager_nothing_else_is_asked(
    tmp_path: Path,
) -> None:
    program = tool(tmp_path, '[ "$2" = apt-get ]')
    assert unlock(facts(Privilege("sudo", program, only=("apt-get",))))
    assert calls(tmp_path) == ["-n apt-get --version"]


def test_env_is_left_out_where_there_is_nothing_to_set() -> None:
    assert wrap(Command(("x",), root=True), SUDO, {}) == (("/usr/bin/sudo", "-n", "x"), {})


def test_folders_come_before_path() -> None:
    command = Command(("cargo",), path=("/a", "/b"))
    assert wrap(command, SUDO, AROUND)[1] == {"PATH": os.pathsep.join(("/a", "/b", "/usr/bin"))}


def test_both_spellings_of_the_proxies_are_passed_on() -> None:
    assert {"HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE"} <= set(PASSED)


def test_no_way_to_root_is_said_with_a_way_out() -> None:
    with pytest.raises(Impossible, match="cannot become root") as caught:
        wrap(APT, Privilege("none"), AROUND)
    assert "apt-get install -y libssl-dev" in caught.value.hints[0]


@needs_posix
def test_commands_are_shown_as_one_types_them() -> None:
    assert command_text(APT, SUDO) == (
        "sudo env LC_ALL=C NOTE='it'\"'\"'s a test' apt-get install -y libssl-dev"
    )
    here = Command(("make", "a b"), env=(("A", "x y"),), path=("/my bin",), cwd="/a dir")
    assert (
        command_text(here, Privilege())
        == "cd '/a dir' && A='x y' PATH='/my bin':\"$PATH\" make 'a b'"
    )


@needs_posix
def test_unlock_does_not_ask_where_no_password_is_needed(tmp_path: Path) -> None:
    program = tool(tmp_path, "exit 0")
    assert unlock(facts(Privilege("sudo", program)))
    assert calls(tmp_path) == ["-n -v"]


@needs_posix
@pytest.mark.parametrize(("code", "wanted"), [(0, True), (1, False)])
def test_unlock_asks_once_and_believes_the_answer(tmp_path: Path, code: int, wanted: bool) -> None:
    program = tool(tmp_path, f'[ "$1" = -n ] && exit 1; exit {code}')
    assert unlock(facts(Privilege("sudo", program, True))) is wanted
    assert calls(tmp_path) == ["-n -v", "-v"]


@needs_posix
def test_doas_has_its_own_words(tmp_path: Path) -> None:
    program = tool(tmp_path, '[ "$1" = -n ] && exit 1; exit 0')
    assert unlock(facts(Privilege("doas", program, True)))
    assert calls(tmp_path) == ["-n true", "true"]


def test_unlock_without_a_way() -> None:
    assert unlock(facts(Privilege("root")))
    assert not unlock(facts(Privilege("none")))
    assert not unlock(facts(Privilege("sudo", "/nowhere/sudo")))


@needs_posix
def test_a_password_that_never_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.running.privilege.ASK_SECONDS", 0.3)
    program = tool(tmp_path, '[ "$1" = -n ] && exit 1; exec sleep 60')
    assert not unlock(facts(Privilege("sudo", program, True)))


@needs_posix
def test_the_permission_is_renewed_once_a_minute(tmp_path: Path) -> None:
    now = [0.0]
    keeper = KeepAlive(Privilege("sudo", tool(tmp_path, "exit 1")), lambda: now[0])
    tried = []
    for seconds in (0, RENEW_SECONDS - 1, RENEW_SECONDS, RENEW_SECONDS + 1, 2 * RENEW_SECONDS):
        now[0] = float(seconds)
        tried.append(keeper.tick())
    assert tried == [False, False, True, False, True]
    assert calls(tmp_path) == ["-n -v", "-n -v"]


def test_root_needs_no_renewal() -> None:
    now = [0.0]
    keeper = KeepAlive(Privilege("root"), lambda: now[0])
    now[0] = 1e6
    assert not keeper.tick()
