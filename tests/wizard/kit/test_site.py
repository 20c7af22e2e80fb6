"""What a served kit answers: an index, files, parts of files, and nothing else."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wizard.kit import kits
from wizard.index.pages import parse
from wizard.kit import site
from wizard.kit.site import HTML, JSON, Site
from wizard.serving.server import Response

BASE = "http://192.0.2.7:8000"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("site")
    asked = kits.request(requirements=("typing-extensions>=4",))
    kit = kits.make(folder, asked, wizard=kits.pyz(folder))
    return site.build(folder / "kit", kit)


def body(response: Response) -> bytes:
    if isinstance(response.body, bytes):
        return response.body
    place, first, length = response.body
    return place.read_bytes()[first : first + length]


def get(built: Site, path: str, **headers: str) -> Response:
    return built.respond(path, {k.replace("_", "-"): v for k, v in headers.items()}, BASE)


@pytest.mark.parametrize("kind", [JSON, HTML, "text/html"])
def test_a_page_of_the_index_is_what_installers_read(built: Site, kind: str) -> None:
    response = get(built, "/simple/cryptography/", accept=kind)
    assert response.status == 200
    sent = dict(response.headers)["Content-Type"]
    assert sent.startswith(kind)
    files = parse(body(response), sent, "https://index.example/simple/cryptography/")
    assert len(files) == 3
    for file in files:
        assert file.metadata
        assert file.requires_python == ">=3.9"
        address = file.address.partition("#")[0]
        assert address == f"../../wheels/{file.name}"
        content = body(get(built, f"/wheels/{file.name}"))
        assert hashlib.sha256(content).hexdigest() == file.sha256
        if kind == JSON:
            assert file.size == len(content)
        metadata = body(get(built, f"/wheels/{file.name}.metadata"))
        assert metadata.startswith(b"Metadata-Version: ")


def test_the_metadata_has_its_own_checksum(built: Site) -> None:
    page = json.loads(body(get(built, "/simple/cffi/", accept=JSON)))
    assert page["meta"] == {"api-version": "1.1"}
    for row in page["files"]:
        own = body(get(built, f"/wheels/{row['filename']}.metadata"))
        assert row["core-metadata"] == {"sha256": hashlib.sha256(own).hexdigest()}
        assert row["filename"].split("-")[1] in page["versions"]


def test_the_list_of_packages(built: Site) -> None:
    page = json.loads(body(get(built, "/simple/", accept=JSON)))
    assert {row["name"] for row in page["projects"]} >= {"cryptography", "typing-extensions"}
    assert b'<a href="typing-extensions/">' in body(get(built, "/simple/"))


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/simple", "/simple/"),
        ("/simple/Typing_Extensions/", "/simple/typing-extensions/"),
        ("/simple/cryptography", "/simple/cryptography/"),
    ],
)
def test_other_forms_of_a_name_lead_to_the_page(built: Site, path: str, to: str) -> None:
    response = get(built, path)
    assert (response.status, dict(response.headers)["Location"]) == (301, to)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
        (f"{JSON}, {HTML};q=0.2, text/html;q=0.01", JSON),
        ("application/vnd.pypi.simple.latest+json", JSON),
        (f"{JSON};q=0.1, text/html", "text/html; charset=utf-8"),
        (f"{JSON};q=0, {HTML}", HTML),
        ("image/png", None),
        (f"{JSON};q=x", JSON),
        (",;,=", None),
    ],
)
def test_the_type_of_a_page_is_negotiated(built: Site, accept: str, kind: str | None) -> None:
    response = get(built, "/simple/cffi/", accept=accept)
    if kind is None:
        assert response.status == 406
    else:
        assert dict(response.headers)["Content-Type"] == kind


def test_parts_of_a_file(built: Site) -> None:
    path = next(p for p in built.files if p.startswith("wheels/cryptography"))
    whole = body(get(built, f"/{path}"))
    size = len(whole)

    def part(text: str, **more: str) -> tuple[int, bytes, str]:
        response = get(built, f"/{path}", range=text, **more)
        stated = dict(response.headers).get("Content-Range", "")
        return response.status, body(response), stated

    assert part("bytes=0-9") == (206, whole[:10], f"bytes 0-9/{size}")
    assert part("bytes=10-") == (206, whole[10:], f"bytes 10-{size - 1}/{size}")
    assert part("bytes=-5") == (206, whole[-5:], f"bytes {size - 5}-{size - 1}/{size}")
    assert part(f"bytes=0-{size * 2}")[:2] == (206, whole)
    assert part("bytes=-999999999")[:2] == (206, whole)
    assert part(f"bytes={size}-") == (416, b"", f"bytes */{size}")
    assert part("bytes=-0")[0] == 416
    assert part("bytes=9-3")[0] == 416
    for text in ("bytes=0-1,5-6", "bytes=-", "lines=1-2", "bytes=a-b", "bytes=0-9" + "9" * 50, ""):
        assert part(text)[:2] == (200, whole)
    tag = dict(get(built, f"/{path}").headers)["ETag"]
    assert part("bytes=0-9", if_range=tag)[0] == 206
    assert part("bytes=0-9", if_range='"other"')[:2] == (200, whole)
    unchanged = get(built, f"/{path}", if_none_match=f'"x", {tag}')
    assert (unchanged.status, unchanged.length) == (304, 0)


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 300))
def test_any_range_is_exact(first: int, last: int, size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    response = site._ranged(content, "0" * 64, "text/plain", {"range": f"bytes={first}-{last}"})
    if first >= size or last < first:
        assert response.status == 416
    else:
        assert response.status == 206
        assert response.body == content[first : last + 1]
        assert response.length == len(content[first : last + 1])


ESCAPES = (
    *("/../manifest.json", "/wheels/../../index/pip-26.3-py3-none-any.whl", "/%2e%2e/etc/passwd"),
    *("/wheels/..%2f..%2findex", "/wheels%5c..%5c..", "//etc/passwd", "/wheels/", "/wheels", "/."),
    *("/wheels/./manifest.json", "/WHEELS/manifest.json", "/wheels//manifest.json", "/%00", "/\0"),
    *("/simple/../manifest.json", "/simple/cffi/../../wheels/manifest.json", "/simple/cffi/x"),
    *(
        "manifest.json",
        "",
        "*",
        "http://other/manifest.json",
        "/~root",
        "/C:/Windows",
        "/unfinished",
    ),
    *("/simple/%2e%2e/", "/simple//", "/simple/nothing/", "/wheels/none-1-py3-none-any.whl"),
)


@pytest.mark.parametrize("path", ESCAPES)
def test_nothing_else_can_be_asked_for(built: Site, path: str) -> None:
    assert get(built, path).status in (400, 404)


@settings(max_examples=300)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=40))
def test_any_request_is_answered_from_the_kit(
    built: Site, path: str, accept: str, wanted: str
) -> None:
    response = built.respond(f"/{path}", {"accept": accept, "range": wanted}, BASE)
    assert response.status in (200, 206, 301, 304, 400, 404, 406, 416)
    if not isinstance(response.body, bytes):
        assert response.body[0] in {place for place, _ in built.files.values()}
    for _name, value in response.headers:
        assert "\n" not in value
        assert "\r" not in value


def test_the_first_page_says_how_to_join(built: Site) -> None:
    text = body(get(built, "/")).decode()
    assert "sh -c &quot;$(curl -fsS http://192.0.2.7:8000/join.sh)&quot;" in text
    assert "irm http://192.0.2.7:8000/join.ps1 | iex" in text
    assert '<a href="START-HERE.html">' in text
    assert body(get(built, "/START-HERE.html")).startswith(b"<!DOCTYPE html>")


def test_a_kit_without_the_wizard_serves_packages_only(tmp_path: Path) -> None:
    kit = kits.make(tmp_path, kits.request("linux-x86_64"))
    alone = site.build(tmp_path / "kit", kit)
    assert get(alone, "/join.sh").status == 404
    assert b"join.sh" not in body(get(alone, "/"))
    assert get(alone, "/workshop.txt").status == 404


def test_the_join_script_of_sh_is_well_formed(built: Site) -> None:
    text = body(get(built, "/join.sh")).decode()
    assert "@" not in text.replace('"$@"', "")
    assert f"base={BASE}\nhost=192.0.2.7\nsha256={built.wizard}\nworkshop=workshop.txt\n" in text
    assert body(get(built, "/workshop.txt")) == b"cryptography\ntyping-extensions>=4\n"
    if not shutil.which("sh"):
        pytest.skip("there is no sh here")
    done = subprocess.run(("sh", "-n"), input=text, text=True, capture_output=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_join_script_of_powershell_is_well_formed(built: Site) -> None:
    tree_sitter = pytest.importorskip("tree_sitter")
    language = pytest.importorskip("tree_sitter_powershell").language()
    text = body(get(built, "/join.ps1")).decode()
    assert f"$base = '{BASE}'" in text
    # irm … | iex runs in the user's own session, whose variables it must not keep.
    assert not re.search(r"\$env:\w+ *=[^=]", text)
    assert 'Remove-Item -Path "Env:$name"' in text.partition("finally")[2]
    parser = tree_sitter.Parser(tree_sitter.Language(language))
    assert not parser.parse(text.encode()).root_node.has_error


def test_values_are_quoted_in_both_scripts(built: Site) -> None:
    strange = "http://a'b; rm -rf $x"
    assert "base='http://a'\"'\"'b; rm -rf $x'" in built.join("join.sh", strange).decode()
    assert "$base = 'http://a''b; rm -rf $x'" in built.join("join.ps1", strange).decode()
