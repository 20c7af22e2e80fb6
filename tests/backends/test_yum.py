"""What is special about yum, above all yum 3, whose words are here as its sources print them.

yum 3.4.3 runs on Python 2 only and could not be recorded. The names of its source files are
beside each text.
"""

from __future__ import annotations

import pytest

from backends.action import Output
from backends.yum import MANAGER
from tests.recordings import recorded

LOCKED = (
    "Existing lock /var/run/yum.pid: another copy is running as pid 812.\n"  # yum/__init__.py
    "Another app is currently holding the yum lock; exiting as configured by exit_on_lock\n"
)  # yummain.py


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("You need to be root to perform this command.\n", "denied"),  # yumcommands.py
        (LOCKED, "locked"),
        ("No package no-such available.\nError: Nothing to do\n", "unknown-package"),  # cli.py
        ("Error: No matching Packages to list\n", "unknown-package"),  # yumcommands.py
        ("Cannot find a valid baseurl for repo: base/7/x86_64\n", "offline"),  # yumRepo.py
        (
            "Error: Caching enabled but no local cache of /var/cache/yum/x/repomd.xml from base\n",
            "unknown-package",
        ),  # yumRepo.py: there are no lists yet
        ("\n\nExiting on user cancel\n", "aborted"),  # yummain.py
        ("Error: Package: a-1.el7.x86_64 (base)\n           Requires: b\n", "broken"),  # cli.py
    ],
)
def test_the_words_of_yum_3(text: str, kind: str) -> None:
    problem = MANAGER.explain(Output(1, "", text))
    assert problem is not None
    assert problem.kind == kind


def test_an_unknown_name_beside_a_known_one_is_no_failure() -> None:
    text = "No package no-such available.\nInstalled:\n  gcc.x86_64 0:4.8.5-44.el7\n\nComplete!\n"
    assert MANAGER.explain(Output(0, text)) is None  # so only asking afterwards tells
    left = Output(1, "gcc 4.8.5-44.el7 gcc \nno package provides no-such\n")
    assert MANAGER.installed(("gcc", "no-such"), left) == {"gcc": "4.8.5-44.el7"}


def test_a_line_that_is_broken_in_two_is_one_package() -> None:
    text = (
        "Available Packages\n"
        "a-package-with-a-name-that-is-longer-than-its-column.x86_64\n"
        "                                  1:1.1.1k-7.el7                  epel\n"
        "openssl11-devel.x86_64            1:1.1.1k-7.el7                  epel\n"
    )
    found = MANAGER.candidates(("openssl11-devel",), Output(0, text))
    assert found == {"openssl11-devel": "1:1.1.1k-7.el7"}


def test_what_is_to_be_had_wins_over_what_is_installed() -> None:
    output = recorded("yum", "candidates")
    assert "3.2.1-2.fc40" in output.stdout
    found = MANAGER.candidates(("gcc", "openssl-devel"), output)
    assert found == {"gcc": "14.1.1-7.fc40", "openssl-devel": "3.2.2-1.fc40"}


def test_lists_that_are_not_there_yet_are_no_failure() -> None:
    problem = MANAGER.explain(recorded("yum", "candidates-no-lists"))
    assert problem is not None
    assert problem.kind == "unknown-package"


def test_it_does_not_wait_for_its_lock() -> None:
    command = MANAGER.install(("gcc",))
    assert command is not None
    assert "--setopt=exit_on_lock=1" in command.argv


def test_it_yields_to_dnf() -> None:
    assert MANAGER.yields_to == "dnf"
