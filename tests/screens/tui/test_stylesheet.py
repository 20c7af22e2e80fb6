"""The styles are parsed once, and are right after each change."""

from __future__ import annotations

from typing import Any

import pytest
from textual.css.parse import parse
from textual.css.stylesheet import Stylesheet

from screens.tui.app import WizardApp
from screens.tui.review import ReviewPage
from screens.tui.stylesheet import ParsedOnce
from tests.screens.scenes import settled


async def test_nothing_is_parsed_twice(app: WizardApp, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[tuple[object, ...]] = []

    def counted(*args: Any, **named: Any) -> Any:
        parsed.append((app.theme, *args, named["tie_breaker"]))
        return parse(*args, **named)

    monkeypatch.setattr("textual.css.stylesheet.parse", counted)
    monkeypatch.setattr(ParsedOnce, "_known", {})
    app.stylesheet = ParsedOnce(variables=app.get_css_variables())
    async with app.run_test() as pilot:
        await settled(pilot)
        count = len(parsed)
        assert count > 10
        await pilot.press("t")
        await settled(pilot)
        assert isinstance(app.screen, ReviewPage)
        more = [css for _theme, _scope, css, *_ in parsed[count:]]
        assert ReviewPage.CSS in more
        assert WizardApp.CSS not in more
        dark, first = app.theme, app.screen.styles.background
        await pilot.press("ctrl+t")
        await settled(pilot)
        light = app.theme
        assert light != dark
        assert app.screen.styles.background != first
        await pilot.press("ctrl+t")
        await settled(pilot)
        assert app.screen.styles.background == first
        await pilot.press("ctrl+t")
        await settled(pilot)
        assert app.theme == light
    assert [css for _theme, _scope, css, *_ in parsed].count(WizardApp.CSS) == 2
    assert len({str(each) for each in parsed}) == len(parsed)


def test_the_rules_are_those_of_the_variables() -> None:
    """Also if others were parsed between: what is known of the first ones stays true."""
    css = "Screen { background: $background; }"
    blue, red = {"background": "#0000ff"}, {"background": "#ff0000"}
    styles, textual = ParsedOnce(variables=blue), Stylesheet(variables=blue)
    for variables in (blue, red, blue):
        found = []
        for each in (styles, textual):
            each.set_variables(variables)
            each.add_source(css, ("here", ""))
            each.reparse()
            found.append(each.css)
        assert found[0] == found[1]
        assert variables["background"].upper() in found[0]
