"""Variables that name certificate authorities which are not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from wizard.machine import authorities


def test_a_file_that_is_not_there_is_lost(tmp_path: Path) -> None:
    there, gone = tmp_path / "ca.pem", str(tmp_path / "gone.pem")
    there.write_text("# Ours\n-----BEGIN CERTIFICATE-----\n")
    variables = {
        "PIP_CERT": gone,
        "REQUESTS_CA_BUNDLE": str(there),
        "CURL_CA_BUNDLE": "",
        "SSL_CERT_FILE": gone,
        "OTHER_CERT": gone,
    }
    assert authorities.lost(variables) == (("PIP_CERT", gone), ("SSL_CERT_FILE", gone))


def test_of_several_folders_one_is_enough(tmp_path: Path) -> None:
    (tmp_path / "5ed36f99.0").touch()
    both = os.pathsep.join((str(tmp_path / "gone"), str(tmp_path)))
    assert authorities.lost({"SSL_CERT_DIR": both}) == ()
    gone = {"SSL_CERT_DIR": str(tmp_path / "gone")}
    assert authorities.lost(gone) == tuple(gone.items())


def test_what_is_there_without_certificates_is_lost_too(tmp_path: Path) -> None:
    folder, file = tmp_path / "folder", tmp_path / "empty.pem"
    folder.mkdir()
    (folder / "README").touch()
    file.touch()
    variables = {"PIP_CERT": str(file), "SSL_CERT_DIR": str(folder)}
    assert authorities.lost(variables) == tuple(variables.items())
    file.write_text("-----BEGIN PRIVATE KEY-----\n")
    assert authorities.lost({"SSL_CERT_FILE": str(file)}) == (("SSL_CERT_FILE", str(file)),)
    file.write_text("-----BEGIN PRIVATE KEY-----\n-----BEGIN TRUSTED CERTIFICATE-----\n")
    assert authorities.lost({"SSL_CERT_FILE": str(file)}) == ()


@pytest.mark.parametrize("name", ["SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"])
def test_a_folder_has_the_certificates_that_openssl_finds(tmp_path: Path, name: str) -> None:
    company = tmp_path / "company.crt"
    company.write_text("-----BEGIN CERTIFICATE-----\n")
    link = tmp_path / "5ed36f99.0"
    variables = {name: str(tmp_path)}
    assert authorities.lost(variables) == tuple(variables.items())
    link.symlink_to("company.crt")
    assert authorities.lost(variables) == ()
    company.unlink()
    assert authorities.lost(variables) == tuple(variables.items())


def test_what_cannot_be_looked_at_is_not_called_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", refuse)
    assert authorities.lost({"PIP_CERT": str(tmp_path / "ca.pem")}) == ()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    pipe = tmp_path / "ca.pem"
    os.mkfifo(pipe)
    assert authorities.lost({"PIP_CERT": str(pipe)}) == ()
