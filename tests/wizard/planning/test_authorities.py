"""Programs that do not read the keychain of a Mac get what an administrator added to it."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import certifi
import pytest

from backends.action import Command, ExportAuthorities, RemoveFolder
from tests.machines import machine
from tests.programs import program
from tests.wizard.planned import plan
from wizard import codec
from wizard.choices import Choices
from wizard.export.shell import action_text, to_shell
from wizard.facts import Facts, Privilege, Setting, Tool
from wizard.knowledge import load
from wizard.plan import Plan, Step
from wizard.programs import keychain
from wizard.programs.variables import AUTHORITIES, defaults
from wizard.running.new_environment import NewEnvironment
from wizard.running.step_runner import StepRunner

FILE = "/Users/ada/Library/Caches/cryptography-wizard/authorities/authorities.pem"
CARGO, PIP = ("CARGO_HTTP_CAINFO", FILE), ("PIP_CERT", FILE)
UV = (("UV_SYSTEM_CERTS", "true"), ("UV_NATIVE_TLS", "true"))
APPLE, COMPANY, UNTRUSTED, *_ = keychain._CERTIFICATE.findall(
    Path(certifi.where()).read_text("ascii")
)


def company(name: str, authorities: int = 2) -> Facts:
    return replace(machine(name), authorities=authorities)


def with_uv(facts: Facts) -> Facts:
    return replace(facts, tools=(*facts.tools, Tool("uv", "/opt/homebrew/bin/uv", "0.13.9")))


def of_pip(facts: Facts, version: str) -> Facts:
    first, *others = facts.pythons
    assert first.pip is not None
    first = replace(first, pip=replace(first.pip, version=version))
    return replace(facts, pythons=(first, *others))


def made(facts: Facts, method: str = "source", **choices: object) -> Plan:
    return plan(facts, load(), Choices(method=method, **choices))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "method", "variables"),
    [
        (company("mac-arm-brew"), "source", (CARGO,)),
        (company("mac-arm-brew"), "wheel", ()),  # its pip reads the keychain
        (company("mac-arm-none"), "source", (CARGO, PIP)),  # Apple's Python 3.9
        (company("mac-arm-none"), "wheel", (PIP,)),
        (of_pip(company("mac-arm-brew"), "24.1"), "wheel", (PIP,)),
        (of_pip(company("mac-arm-brew"), "24.2"), "wheel", ()),
        (with_uv(company("mac-arm-brew")), "wheel", UV),
        (company("mac-arm-none", 0), "source", ()),
        (with_uv(company("mac-arm-brew", 0)), "wheel", ()),
        (replace(company("mac-arm-brew"), cargo_authorities="/own.pem"), "source", ()),
    ],
)
def test_each_program_gets_what_it_does_not_read(
    facts: Facts, method: str, variables: tuple[tuple[str, str], ...]
) -> None:
    found = made(facts, method)
    assert found.variables == variables
    notes = [note for note in found.notes if "keychain" in note]
    assert len(notes) == bool(variables)
    assert all(f"{name}={value}" in note for note in notes for name, value in variables)
    exports = [step for step in found.steps if isinstance(step.action, ExportAuthorities)]
    assert len(exports) == any(value == FILE for _, value in variables)
    for step in exports:
        assert step is found.steps[0]
        assert step.undo == (RemoveFolder(str(Path(FILE).parent)),)
        others = [other for other in found.steps if other is not step]
        assert all(other.needs for other in others)


def test_what_the_user_set_for_pip_or_uv_stays() -> None:
    facts = company("mac-arm-none")
    first, *others = facts.pythons
    own = Setting("pip", "cert", "/own.pem", "~/.pip/pip.conf")
    facts = replace(facts, pythons=(replace(first, settings=(own,)), *others))
    assert made(facts, "wheel").variables == ()
    facts = with_uv(company("mac-arm-brew"))
    own = Setting("uv", "system-certs", "false", "uv.toml")
    assert made(replace(facts, settings=(own,)), "wheel").variables == ()


def test_the_proxy_stays_and_the_plan_survives_a_file() -> None:
    facts = company("mac-arm-brew")
    facts = replace(facts, proxies=replace(facts.proxies, https="http://proxy.example:1"))
    found = made(facts)
    assert dict(found.variables).keys() == {"https_proxy", "no_proxy", "CARGO_HTTP_CAINFO"}
    assert codec.from_json(Plan, codec.to_json(found), source="test") == found
    assert json.loads(codec.to_json(found))["steps"][0]["action"]["kind"] == "export-authorities"
    script = to_shell(found)
    proxy = script.index("export https_proxy=")
    assert proxy < script.index("fi\n", proxy) < script.index("export CARGO_HTTP_CAINFO=")


def test_a_wheelhouse_makes_the_file_first() -> None:
    found = made(company("mac-arm-none"), "wheel", wheelhouse="/Users/ada/wheels")
    assert isinstance(found.steps[0].action, ExportAuthorities)
    assert found.variables == (PIP,)


@pytest.mark.parametrize("own", AUTHORITIES)
def test_variables_of_the_user_take_precedence(own: str, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    pairs = (("https_proxy", "p"), ("PIP_CERT", str(file)), *UV)
    assert defaults(pairs, {}) == {"https_proxy": "p", **dict(UV)}  # the file is not there yet
    file.touch()
    assert defaults(pairs, {}) == dict(pairs)
    assert defaults(pairs, {own: "/own.pem"}) == {"https_proxy": "p"}


@pytest.fixture
def mac(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a program ``security`` that knows three certificates, and trusts one of two.

    Apple's prints keychains in this form: "security find-certificate -a -p" in
    Homebrew/homebrew-core#71191.
    """
    (tmp_path / "roots.pem").write_text(APPLE)
    (tmp_path / "system.pem").write_text(COMPANY + UNTRUSTED)
    (tmp_path / "company.pem").write_text(COMPANY)
    body = f"""
case "$*" in
    "find-certificate -a -p {keychain.ROOTS} {keychain.SYSTEM}")
        cat {tmp_path}/roots.pem {tmp_path}/system.pem ;;
    "find-certificate -a -p {keychain.ROOTS}") cat {tmp_path}/roots.pem ;;
    "find-certificate -a -p {keychain.SYSTEM}") cat {tmp_path}/system.pem ;;
    "verify-cert -c $3 -p ssl -l -L -q") cmp -s "$3" {tmp_path}/company.pem ;;
    *) echo "unexpected: $*" >&2; exit 2 ;;
esac"""
    monkeypatch.setattr(keychain, "SECURITY", program(tmp_path / "bin", "security", body))
    monkeypatch.setattr("sys.platform", "darwin")
    keychain.authorities.cache_clear()
    yield tmp_path
    keychain.authorities.cache_clear()


def certificates(file: Path) -> list[bytes]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=str(file))
    return sorted(context.get_ca_certs(binary_form=True))


def expected(*pem: str) -> list[bytes]:
    return sorted(map(ssl.PEM_cert_to_DER_cert, pem))


def exporting(folder: Path) -> Plan:
    """A plan whose first step writes the file, and whose second shows who gets its name."""
    file = folder / "A cache" / "authorities" / "authorities.pem"
    steps = (
        Step("a", "Write", "Why.", ExportAuthorities(str(file))),
        Step("b", "Show", "Why.", Command(("printenv", "PIP_CERT"), ok=(0, 1)), needs=("a",)),
    )
    variables = (("PIP_CERT", str(file)), *UV)
    return Plan("1", "wheel", "", "p", "e", True, steps, system="macos", variables=variables)


def environment(folder: Path, **own: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in AUTHORITIES}
    return {**kept, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", **own}


def test_the_wizard_writes_the_file_and_later_programs_get_it(
    mac: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in AUTHORITIES:
        monkeypatch.delenv(name, raising=False)
    found = exporting(mac)
    run = StepRunner(
        *(found, Privilege(), lambda _event: None, threading.Event()),
        NewEnvironment(found),
    )
    file = found.variables[0][1]
    for number, seen in ((1, ""), (0, None), (1, file)):  # before there is a file, and after
        log = mac / f"log-{number}"
        log.unlink(missing_ok=True)
        assert run(found.steps[number], log).ended.state == "done"
        assert seen is None or log.read_text().strip() == seen
    assert certificates(Path(file)) == expected(APPLE, COMPANY)
    assert ": 1 of Apple, 1 of an administrator." in (mac / "log-0").read_text()
    assert [path.name for path in Path(file).parent.iterdir()] == ["authorities.pem"]


@pytest.mark.parametrize("body", ["exit 44", "echo broken"])
def test_a_keychain_that_cannot_be_read_is_a_failure_with_a_reason(mac: Path, body: str) -> None:
    program(mac / "bin", "security", body)
    found = exporting(mac)
    run = StepRunner(
        *(found, Privilege(), lambda _event: None, threading.Event()),
        NewEnvironment(found),
    )
    ended = run(found.steps[0], mac / "log").ended
    assert ended.state == "failed"
    assert "The certificate authorities of this Mac cannot be read." in ended.cause
    assert not Path(found.variables[0][1]).exists()


@pytest.mark.parametrize("shell", ["sh", "bash --posix"])
@pytest.mark.parametrize("own", [{}, {"SSL_CERT_FILE": "/own.pem"}])
def test_a_script_writes_the_same_file(mac: Path, shell: str, own: dict[str, str]) -> None:
    found = exporting(mac)
    done = subprocess.run(
        [*shell.split(), "-c", to_shell(found)],
        env=environment(mac, **own),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    file = found.variables[0][1]
    assert done.stdout.splitlines()[2:] == ([] if own else [file])
    assert certificates(Path(file)) == expected(APPLE, COMPANY)
    assert [path.name for path in Path(file).parent.iterdir()] == ["authorities.pem"]


def test_a_script_stops_if_the_keychain_cannot_be_read(mac: Path) -> None:
    program(mac / "bin", "security", "exit 44")
    done = subprocess.run(
        ["sh", "-c", to_shell(exporting(mac))],
        env=environment(mac),
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 44
    assert b"[2/2]" not in done.stdout


def test_the_line_to_type_writes_all_certificates(mac: Path) -> None:
    action = exporting(mac).steps[0].action
    assert isinstance(action, ExportAuthorities)
    subprocess.run(
        ["sh", "-c", action_text(action, "macos")], env=environment(mac), timeout=30, check=True
    )
    assert certificates(Path(action.path)) == expected(APPLE, COMPANY, UNTRUSTED)
