"""Where servers listen: the same rules for each command that has one."""

from __future__ import annotations

import socket

import pytest

from screens import listening
from screens.cli import main
from tests.wizard.kit import kits
from wizard.errors import BadRequest, WizardError


def test_addresses() -> None:
    for text, found in (
        ("localhost", "127.0.0.1"),
        ("::1", "::1"),
        ("192.0.2.1", "192.0.2.1"),
        ("fe80:0::1", "fe80::1"),
    ):
        assert listening.address(text) == found
    for text in ("", "laptop", "1.2.3", "192.0.2.1:80", "http://192.0.2.1", "256.0.0.1", "-1"):
        with pytest.raises(BadRequest, match=r"--address: .* is not an IP address"):
            listening.address(text)
    for text in ("0.0.0.0", "::"):  # noqa: S104 - they are refused
        with pytest.raises(BadRequest, match="every network of this machine"):
            listening.address(text)


def test_ports() -> None:
    assert [listening.port(text) for text in ("0", "80", "65535")] == [0, 80, 65535]
    for text in ("", "x", "-1", "65536", "1e3", "²", "9" * 99):
        with pytest.raises(BadRequest, match="is not a port") as caught:
            listening.port(text)
        assert "from 0 (any free one) to 65535" in caught.value.why


def test_the_first_port_that_is_free_is_used() -> None:
    def make(port: int) -> int:
        if port in (7, 8):
            raise OSError(98, "Address already in use")
        return port

    assert listening.opened(make, "127.0.0.1", 7, 8, 0) == 0
    with pytest.raises(WizardError, match=r"cannot listen on 127\.0\.0\.1, port 7") as caught:
        listening.opened(make, "127.0.0.1", 7, 8)
    assert caught.value.shown == "Address already in use"


@pytest.mark.parametrize("words", [["room"], ["web"], ["kit", "serve", "KIT"]])
def test_every_command_refuses_the_same(
    words: list[str],
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path_factory.mktemp("listening")
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(folder / "state"))
    monkeypatch.setattr("screens.commands.web._require_extra", lambda: None)
    kits.make(folder, kits.request("linux-x86_64"))
    words = [str(folder / "kit") if word == "KIT" else word for word in words]
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = str(other.getsockname()[1])
        for more, code, told in (
            (["--address", "0.0.0.0"], 2, "every network of this machine"),  # noqa: S104
            (["--address", "laptop"], 2, "'laptop' is not an IP address"),
            (["--port", "65536"], 2, "'65536' is not a port"),
            (["--address", "192.0.2.7"], 2, "no terminal to ask in"),
            (
                ["--address", "192.0.2.7", "--yes"],
                2,
                "192.0.2.7 is not an address of this",
            ),
            (["--port", taken], 1, f"cannot listen on 127.0.0.1, port {taken}."),
        ):
            assert main([*words, *more]) == code
            assert told in "".join(capfd.readouterr())
