"""The list of hosts, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.errors import BadRequest
from wizard.hosts.inventory import Host, Inventory, check_keys, parse

LIST = """\
# the front row
192.0.2.1
root@192.0.2.2:2222 name=seat-2 key="~/my keys/id"   # with its own key
[2001:db8::3]:22 name=third

laptop-4
"""


def test_each_line_is_a_host() -> None:
    inventory = parse(LIST, "machines.txt")
    assert inventory.hosts == (
        Host("192.0.2.1", "192.0.2.1"),
        Host("seat-2", "192.0.2.2", "root", 2222, "~/my keys/id"),
        Host("third", "2001:db8::3", "", 22),
        Host("laptop-4", "laptop-4"),
    )
    assert inventory.hosts[0].data() == {"ssh_hostname": "192.0.2.1"}
    assert inventory.hosts[1].data("secret") == {
        "ssh_hostname": "192.0.2.2",
        "ssh_user": "root",
        "ssh_port": 2222,
        "ssh_key": "~/my keys/id",
        "ssh_password": "secret",
        "ssh_key_password": "secret",
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "contains no host"),
        ("# nothing\n", "contains no host"),
        ("a b", "'b' is not one of"),
        ("a name=", "is not one of"),
        ("a name=x name=y", "is not one of"),
        ("a password=x", "is not one of"),
        ("a:0", "from 1 to 65535"),
        ("a:99999", "from 1 to 65535"),
        ("a; reboot", "one host in each line"),
        ("-oProxyCommand=x", "one host in each line"),
        ("-v", "one host in each line"),
        ("-l@a", "one host in each line"),
        ("a 'b", "quotation mark"),
        ("a\na", "is there twice"),
        ("a name=$(x)", "no special characters"),
        ("\n".join(f"h{n}" for n in range(501)), "at most 500"),
    ],
)
def test_a_wrong_list_is_explained(text: str, why: str) -> None:
    with pytest.raises(BadRequest) as error:
        parse(text, "machines.txt")
    assert why in f"{error.value.what} {error.value.why}"
    assert "machines.txt" in error.value.what


def test_only_some_of_them() -> None:
    inventory = parse(LIST, "machines.txt")
    assert [host.name for host in inventory.limited(["third", "seat-2"]).hosts] == [
        "seat-2",
        "third",
    ]
    with pytest.raises(BadRequest, match="did you mean seat-2"):
        inventory.limited(["seat-3"])


@given(st.text(max_size=80))
def test_any_text_is_a_list_or_a_bad_request(text: str) -> None:
    try:
        inventory = parse(text, "machines.txt")
    except BadRequest:
        return
    assert isinstance(inventory, Inventory)
    assert all(not host.host.startswith("-") for host in inventory.hosts)


def test_a_key_that_is_not_there_is_named_with_its_line(tmp_path: Path) -> None:
    key = tmp_path / "id"
    key.write_text("a key")
    check_keys(parse(f"one key={key}\ntwo\n", "machines.txt"))
    for wrong in ("/nope", str(tmp_path), "~nobody-at-all/id"):
        read = parse(f"one key={key}\n\ntwo key={wrong}\n", "machines.txt")
        with pytest.raises(BadRequest, match=r"Line 3 of machines\.txt is wrong") as caught:
            check_keys(read)
        assert caught.value.shown == f"key={wrong}"
        check_keys(read.limited(["one"]))
