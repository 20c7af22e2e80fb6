"""The commands of uv."""

from __future__ import annotations

from backends import uv


def test_uv_gets_an_option_once() -> None:
    listed = ("--require-hashes", "--no-deps", "--requirement", "list.txt")
    command = uv.install("uv", "/e/bin/python", listed, reinstall=True, folder="/w")
    assert command.argv.count("--no-deps") == 1
