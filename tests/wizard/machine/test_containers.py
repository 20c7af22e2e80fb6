"""Containers, the Windows Subsystem for Linux, and sandboxes."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard.machine import containers


@pytest.mark.parametrize(
    ("present", "variables", "kind"),
    [
        ({}, {}, ""),
        ({"/.dockerenv": ""}, {}, "docker"),
        ({"/run/.containerenv": 'engine="podman-5.4.2"'}, {"container": "podman"}, "podman"),
        ({"/run/systemd/container": "lxc\n"}, {}, "lxc"),
        ({"/run/host/container-manager": "systemd-nspawn\n"}, {}, "systemd-nspawn"),
        ({}, {"container": "lxc"}, "lxc"),
        ({"/.dockerenv": ""}, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "kubernetes"),
        ({"/var/run/secrets/kubernetes.io": ""}, {}, "kubernetes"),
        ({"/run/systemd/container": "wsl\n"}, {}, ""),
        ({"/run/systemd/container": ""}, {}, ""),
    ],
)
def test_kinds_of_containers(present: dict[str, str], variables: dict[str, str], kind: str) -> None:
    assert set(present) <= set(containers.PLACES)
    assert containers.container(present, variables) == kind


@pytest.mark.parametrize(
    ("release", "version"),
    [
        ("4.4.0-19041-Microsoft", 1),
        ("4.19.84-microsoft-standard", 2),
        ("5.15.90.1-microsoft-standard-WSL2", 2),
        ("6.6.87.2-microsoft-standard-WSL2+", 2),
        ("6.12.0-custom-WSL2", 2),
        ("6.1.0-39-amd64", 0),
        ("", 0),
    ],
)
def test_kernels_of_microsoft(release: str, version: int) -> None:
    assert containers.wsl(release) == version


@pytest.mark.parametrize(
    ("label", "confined"),
    [
        ("snap.notebook.python (enforce)\n", True),
        ("snap.code.code (complain)\n", False),
        ("unconfined\n", False),
        ("docker-default (enforce)\n", False),
        ("", False),
        ("snap.notebook.python (enforce)\0", True),
    ],
)
def test_snaps_with_classic_confinement_are_no_sandbox(label: str, confined: bool) -> None:
    assert containers.is_confined_snap(label) is confined


def test_flatpak_is_known_by_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info, label = tmp_path / "info", tmp_path / "label"
    monkeypatch.setattr(containers, "FLATPAK", str(info))
    monkeypatch.setattr(containers, "LABELS", (str(tmp_path / "missing"), str(label)))
    assert containers.read_sandbox() == ""
    label.write_text("snap.a.b (enforce)\n", encoding="ascii")
    assert containers.read_sandbox() == "snap"
    info.write_text("[Application]\nname=org.example.Editor\n", encoding="ascii")
    assert containers.read_sandbox() == "flatpak"


def test_a_place_of_a_container_manager_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "run" / "systemd" / "container"
    place.parent.mkdir(parents=True)
    monkeypatch.setattr(containers, "PLACES", (str(place), str(tmp_path / "none")))
    assert containers.read_container({}) == ""
    place.write_text("lxc\n", encoding="ascii")
    monkeypatch.setattr(containers, "container", lambda present, _variables: repr(present))
    assert containers.read_container({}) == repr({str(place): "lxc\n"})
