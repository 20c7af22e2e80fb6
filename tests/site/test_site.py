"""The pages of the site: all there, from the data, and no link of them leads nowhere."""

from __future__ import annotations

import posixpath
import re
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

from screens import commands
from tests.site import __main__ as site
from tests.site import causes, documents, markdown, releases, screens
from wizard.choices import described
from wizard.diagnosis import remedies
from wizard.diagnosis.table import table
from wizard.knowledge import load

LINK = re.compile(r"\]\(([^)\s]+)\)")


@cache
def pages() -> dict[str, str]:
    return site.pages()


def test_every_cause_has_a_page_with_its_lines() -> None:
    for cause in table().causes.values():
        text = pages().get(f"problems/{cause.id}.md", "")
        assert bool(text) is not cause.envelope
        if text:
            assert text.count("\n# ") == 1
            assert text.count("\n### ") >= len(cause.examples)
            assert f"diagnose --explain {cause.id}" in text
            assert "\n## What to do" in text or not remedies.remedies(cause, {}, {})
            assert f"({cause.id}.md)" in pages()["problems/index.md"]


def test_the_heading_is_the_line_that_people_search_for() -> None:
    found = {cause.id: causes.heading(cause) for cause in causes.causes()}
    assert found["cc-missing"] == "error: [Errno 2] No such file or directory: 'gcc'"
    assert all(0 < len(line) <= causes.LONGEST + 2 for line in found.values())
    assert not any("\n" in line for line in found.values())


def test_every_release_command_question_and_picture_has_its_place() -> None:
    for row in load().releases:
        text = pages()[f"releases/{row.line}.md"]
        assert row.msrv in text
        assert all(version in text for version in row.versions)
    for name in commands.names():
        assert commands.load(name).HELP[1:] in pages()[f"commands/{name}.md"]
    for choice in described().values():
        assert f"`{choice.flag}" in pages()["commands/install.md"]
    assert pages()["questions.md"].count("\n## ") == len(
        list(Path(documents.CHECKOUT, "assets", "questions").glob("*.md"))
    )
    for file in screens.files().values():
        assert f"(pictures/{file})" in pages()["screens.md"]
    assert "reference/wheelhouse.md" in pages()


def test_every_link_leads_to_a_page_or_a_picture() -> None:
    there = {*pages(), *(f"pictures/{file}" for file in screens.files().values())}
    there.add(documents.SCHEMA)
    for page, text in pages().items():
        prose = re.sub(r"^(`{3,}).*?^\1$|`[^`\n]*`", "", text, flags=re.DOTALL | re.MULTILINE)
        for target in LINK.findall(prose):
            path = target.partition("#")[0]
            if not path or re.match(r"[a-z]+:", path):
                continue
            found = posixpath.normpath(f"{PurePosixPath(page).parent}/{path}")
            assert found in there, f"{page}: {target}"


def test_pages_quote_the_readme() -> None:
    assert "{{" not in "".join(text for name, text in pages().items() if name.startswith("start/"))
    assert "make run" in pages()["start/index.md"]
    with pytest.raises(ValueError, match="no section 'Nowhere'"):
        documents.section("Nowhere", "start/index.md")


def test_links_of_documents_lead_to_pages_or_become_names() -> None:
    known = {"docs/plan.md": "reference/plan.md", "CHANGELOG.md": "changelog.md"}

    def new(text: str) -> str:
        return documents.relinked(text, "docs/facts.md", "reference/facts.md", known)

    assert new("[a](plan.md#x)") == "[a](plan.md#x)"
    assert new("[a](../CHANGELOG.md)") == "[a](../changelog.md)"
    assert new("![a](../assets/screenshots/run.svg)") == "![a](../pictures/run.svg)"
    assert new("[`a`](../tests/mac/README.md)") == "`a`"
    assert new("[a](https://docs.example/x) [b](#c)") == "[a](https://docs.example/x) [b](#c)"


@pytest.mark.parametrize(
    ("text", "as_code"),
    [("a", "`a`"), ("a `b` c", "`` a `b` c ``"), ("``", "``` `` ```"), (" ", "")],
)
def test_code(text: str, as_code: str) -> None:
    assert markdown.code(text) == as_code


def test_text_and_blocks_mean_themselves() -> None:
    assert markdown.plain("*a* <b> `c_d` e_f") == r"\*a\* \<b\> `c_d` e\_f"
    assert markdown.block("```\nx\n") == "````text\n```\nx\n````"
    assert markdown.front(title='a "b"') == '---\ntitle: "a \\"b\\""\n---\n\n'


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SystemExit, match="is not a folder of pages"):
        site.main(tmp_path)
    assert (tmp_path / "mine.txt").exists()


def test_old_pages_are_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "pages", lambda: {"index.md": "new"})
    site.main(tmp_path / "pages")
    (tmp_path / "pages" / "old.md").write_text("old", encoding="utf-8")
    site.main(tmp_path / "pages")
    assert not (tmp_path / "pages" / "old.md").exists()
    assert (tmp_path / "pages" / "index.md").is_file()


def test_a_picture_without_a_title_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screens, "PICTURES", tmp_path)
    with pytest.raises(ValueError, match=r"differ: answers, failure, "):
        screens.pages()


def test_names_of_release_pages_are_unique() -> None:
    rows = load().releases
    assert len({releases.name(row) for row in rows}) == len(rows)
