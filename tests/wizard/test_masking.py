"""Secrets of every kind that we know, in every place that they turn up in."""

from __future__ import annotations

import json
from unicodedata import normalize

import pytest

from wizard import addresses
from wizard.index.source import IndexSource
from wizard.masking import MASK, Masker, secrets_of_address
from wizard.running.events import Lines, StepEnded, StepStarted, without_secrets

SECRETS = {
    "password in an address": "Looking in indexes: https://ada:S3cr3tWord@index.example/simple",
    "token as user": "https://S3cr3tWord:@index.example/simple/cryptography/",
    "token in a query": "GET https://index.example/x.whl?access_token=S3cr3tWord&a=1",
    "signature in a query": "https://index.example/x.whl?X-Amz-Signature=S3cr3tWord",
    "variable": "INDEX_PASSWORD=S3cr3tWord pip install cryptography",
    "exported variable": "export UV_INDEX_TOKEN='S3cr3tWord'",
    "proxy": "https_proxy=http://ada:S3cr3tWord@proxy.example:3128",
    "json": '{"password": "S3cr3tWord", "user": "x"}',
    "toml": 'password = "S3cr3tWord"',
    "netrc": "machine index.example login ada password S3cr3tWord",
    "header": "> Authorization: Basic S3cr3tWord",
    "bearer": "send: Bearer S3cr3tWord",
    "option": "pip install --client-secret S3cr3tWord",
    "index token": "pypi-S3cr3tWordS3cr3tWord",
    "github token": "ghp_S3cr3tWordS3cr3tWord0",
    "jwt": "eyJhbGciOiJ.eyJS3cr3tWord.S3cr3tWord",
    "key": "-----BEGIN PRIVATE KEY-----\nS3cr3tWord\nmore\n-----END PRIVATE KEY-----",
}


@pytest.mark.parametrize("kind", SECRETS)
def test_a_secret_of_this_kind_is_masked(kind: str) -> None:
    text = Masker()(SECRETS[kind])
    assert "S3cr3tWord" not in text
    assert MASK in text


@pytest.mark.parametrize("secret", ["plain-secret", "a b/c@d:e", "päss wörd"])
def test_a_known_secret_is_masked_everywhere_also_encoded(secret: str) -> None:
    from urllib.parse import quote

    text = f"it said {secret}, then {quote(secret, '')}, then {secret}x"
    masked = Masker([secret])(text)
    assert secret not in masked
    assert quote(secret, "") not in masked
    assert masked.startswith("it said ****, then ****")


def test_the_longer_of_two_secrets_is_not_left_in_half() -> None:
    assert Masker(["secret", "secret-and-more"])("secret-and-more secret") == "**** ****"


@pytest.mark.parametrize(
    "text",
    [
        "error: unexpected token `;`",
        "Collecting cryptography==50.0.2",
        "Downloading https://index.example/packages/cryptography-50.0.2-cp311-abi3-x.whl",
        "sha256:" + "0a1b2c3d" * 8,
        "OPENSSL_DIR=/opt/openssl",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert Masker()(text) == text


def test_json_stays_json() -> None:
    data = {"secret": False, "password": "x1y2", "token": None, "tokens": 3, "a": ["b"]}
    masked = json.loads(Masker()(json.dumps(data, indent=2)))
    assert masked == {**data, "password": MASK}


def test_names_are_replaced_on_request() -> None:
    mask = Masker(replaced=[("/home/ada", "~"), ("ada", "USER")])
    assert mask("/home/ada/env of ada") == "~/env of USER"
    assert mask("ada_1, ada-laptop") == "USER_1, USER-laptop"
    assert mask("an adapter in /home/adam, for Canada") == "an adapter in /home/adam, for Canada"


UUID = "550e8400-e29b-41d4-a716-446655440000"
ALL_FOUR = ("ada", "word", "0a1B2c3D4e5F", "x1y2")


@pytest.mark.parametrize(
    ("address", "secrets"),
    [
        ("https://ada:word@index.example/simple", {"ada", "word"}),
        ("https://__token__:word@index.example/", {"word"}),
        ("https://index.example/0a1B2c3D4e5F/simple", {"0a1B2c3D4e5F"}),
        ("https://index.example/simple", set()),
        ("https://index.example/pypi-remote-2026/simple", set()),
        ("https://index.example/simple?token=abcdef&format=json", {"abcdef"}),
        ("https://index.example/550e8400-e29b-41d4-a716-446655440000/", {UUID}),
        ("https://ada:word@index.example/a/0a1B2c3D4e5F?key=x1y2#sha256=0", {*ALL_FOUR}),
    ],
)
def test_the_secrets_of_an_address(address: str, secrets: set[str]) -> None:
    assert secrets_of_address(address) == secrets


def test_the_placeholder_of_advice_is_no_secret() -> None:
    advice = "export HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"
    assert addresses.masked(advice) == advice
    assert addresses.masked("http://USER:secret@HOST") == "http://****@HOST"


def test_tokens_of_an_index_are_masked_wherever_they_are_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(addresses, "_known", set())
    line = "Looking in indexes: https://index.example/0a1B2c3D4e5F/simple"
    assert addresses.masked(line) == line  # not known to be a secret
    source = IndexSource(
        "https://index.example/0a1B2c3D4e5F/simple",
        extra=("https://ada:word@b.example/simple?token=qwertz",),
        find_links=("/home/ada/wheels-2026a-for-all", "file:///srv/wheels-0a1b2c3d"),
    )
    assert addresses.masked(line) == "Looking in indexes: https://index.example/****/simple"
    assert addresses.masked("GET https://ada:word@b.example/simple?token=qwertz") == (
        "GET https://****@b.example/simple?token=****"
    )
    for path in source.find_links:
        assert addresses.masked(path) == path
    started = without_secrets(StepStarted("install", f"pip {line}", ""))
    ended = without_secrets(StepEnded("install", "failed", 1, 1, line, (line,), (line,)))
    lines = without_secrets(Lines("install", (line,)))
    assert "0a1B2c3D4e5F" not in repr((started, ended, lines, source))


@pytest.mark.parametrize(
    "written",
    [
        '"/home/José Müller/env"',
        json.dumps("/home/José Müller/env"),
        "file:///home/Jos%C3%A9%20M%C3%BCller/env",
        normalize("NFD", "/home/José Müller/env"),
        "/HOME/JOSÉ MÜLLER/env",
    ],
)
def test_a_name_is_replaced_however_it_is_written(written: str) -> None:
    text = Masker(replaced=[("/home/José Müller", "~")])(written)
    assert "~/env" in text
    assert "ller" not in text.lower()


def test_a_path_of_windows_is_replaced_in_json_too() -> None:
    masker = Masker(replaced=[("C:\\Users\\Ada", "~"), ("Ada", "USER")])
    assert masker(json.dumps({"env": "c:\\Users\\ada\\env"})) == '{"env": "~\\\\env"}'


def test_a_secret_is_masked_in_json_too() -> None:
    odd = 'p\u00e4"sswort'
    assert Masker([odd])(json.dumps({"x": f"-{odd}-"})) == f'{{"x": "-{MASK}-"}}'
