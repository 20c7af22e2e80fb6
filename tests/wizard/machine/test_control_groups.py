"""The limits of control groups."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard.machine import control_groups
from wizard.machine.control_groups import Limits

GIB = 1 << 30


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0::/user.slice/build.service\n", ["/user.slice/build.service", "/user.slice", ""]),
        ("0::/\n", [""]),
        ("12:memory:/docker/1\n0::/docker/1\n", ["/docker/1", "/docker", ""]),
        ("12:memory:/docker/1\n", [""]),
        ("0::/../other\n", []),
        ("", [""]),
    ],
)
def test_groups_from_the_own_one_to_the_root(text: str, expected: list[str]) -> None:
    assert list(control_groups.groups(text)) == expected


@pytest.mark.parametrize(
    ("text", "cores"),
    [
        ("100000 100000\n", [1]),
        ("150000 100000", [2]),
        ("50000 100000", [1]),
        ("max 100000\n", []),
        ("-1 100000", []),
        ("100000 0", []),
        ("", []),
        (" ", []),
    ],
)
def test_processor_time(text: str, cores: list[int]) -> None:
    assert control_groups.parse_cores(text) == cores


@pytest.mark.parametrize(("text", "limit"), [("max\n", []), ("1073741824\n", [GIB]), ("", [])])
def test_memory(text: str, limit: list[int]) -> None:
    assert control_groups.parse_bytes(text) == limit


def test_swap_space() -> None:
    text = "MemTotal:        2014488 kB\nSwapTotal:       1048572 kB\nSwapFree:  0 kB\n"
    assert control_groups.parse_swap(text) == 1048572 * 1024
    assert control_groups.parse_swap("MemTotal: 1 kB\n") == 0


def test_the_lowest_limit_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "cgroup"
    own.write_text("0::/user/job\n", encoding="ascii")
    monkeypatch.setattr(control_groups, "ROOT", str(tmp_path / "fs"))
    monkeypatch.setattr(control_groups, "OWN_GROUP", str(own))
    assert control_groups.read() == Limits()
    job = tmp_path / "fs" / "user" / "job"
    job.mkdir(parents=True)
    (job / "memory.max").write_text("max\n", encoding="ascii")
    (job / "cpu.max").write_text("400000 100000\n", encoding="ascii")
    (job.parent / "memory.max").write_text(f"{GIB}\n", encoding="ascii")
    (job.parent / "memory.swap.max").write_text("0\n", encoding="ascii")
    (job.parent / "cpu.max").write_text("200000 100000\n", encoding="ascii")
    assert control_groups.read() == Limits(GIB, 0, 2)


@pytest.mark.parametrize(
    ("text", "controller", "expected"),
    [
        ("4:memory:/jobs/7\n1:cpu:/\n0::/x\n", "memory", ["/jobs/7", "/jobs", ""]),
        ("4:cpu,cpuacct:/jobs\n", "cpu", ["/jobs", ""]),
        ("4:net_cls,cpu:/jobs\n", "cpu", ["/jobs", ""]),
        ("4:cpuacct:/jobs\n3:cpuset:/jobs\n", "cpu", [""]),
    ],
)
def test_groups_of_version_1(text: str, controller: str, expected: list[str]) -> None:
    assert list(control_groups.groups(text, controller)) == expected


def test_limits_of_version_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "cgroup"
    own.write_text("4:memory:/jobs/7\n3:cpu,cpuacct:/jobs\n", encoding="ascii")
    monkeypatch.setattr(control_groups, "ROOT", str(tmp_path))
    monkeypatch.setattr(control_groups, "OWN_GROUP", str(own))
    for name, text in (
        ("memory/memory.limit_in_bytes", "9223372036854771712\n"),
        ("memory/memory.memsw.limit_in_bytes", "9223372036854771712\n"),
        ("memory/jobs/memory.limit_in_bytes", f"{3 * GIB}\n"),
        ("memory/jobs/7/memory.limit_in_bytes", f"{2 * GIB}\n"),
        ("memory/jobs/7/memory.memsw.limit_in_bytes", f"{3 * GIB}\n"),
        ("cpu/jobs/cpu.cfs_quota_us", "150000\n"),
        ("cpu/jobs/cpu.cfs_period_us", "100000\n"),
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="ascii")
    assert control_groups.read() == Limits(2 * GIB, GIB, 2)
