"""The full screen in a real browser: it installs, and ends with its page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.live import browser as browsers
from tests.live.browser import requested, wait
from tests.live.command import Wizard
from tests.live.marks import limit
from tests.live.matrix import long

pytestmark = [pytest.mark.live, long("web"), limit(300)]
pytest.importorskip("textual_serve", reason="textual-serve is not installed")


@pytest.fixture
def browser() -> Iterator[WebDriver]:
    browsers.possible()
    with browsers.opened(1280, 900) as browser:
        yield browser


def journal(state: Path) -> str:
    """Return all journals as text."""
    files = (state / "runs").glob("*/journal.jsonl")
    return "".join(file.read_text(encoding="utf-8") for file in files)


def press(browser: WebDriver, key: str) -> None:
    ActionChains(browser).send_keys(key).perform()


def test_it_installs_in_a_page_and_ends_with_it(wizard: Wizard, browser: WebDriver) -> None:
    with wizard.started("web", "--", "--method", "wheel", "--venv", "./env") as opened:
        assert opened.stdout is not None
        opened.stdout.readline()
        page = opened.stdout.readline().strip()
        browser.get(page)
        wait(browser, "return document.body.classList.contains('-first-byte')")
        end = time.monotonic() + 150
        while "run-ended" not in journal(wizard.state):
            assert time.monotonic() < end, journal(wizard.state)
            press(browser, Keys.ENTER)
            time.sleep(1)
        assert '"code": 0' in journal(wizard.state) or '"code":0' in journal(wizard.state)
        assert (wizard.folder / "env" / "pyvenv.cfg").is_file()
        for _ in range(20):
            press(browser, "q")
            if "-closed" in str(browser.find_element(By.TAG_NAME, "body").get_attribute("class")):
                break
            time.sleep(1)
        wait(browser, "return document.body.classList.contains('-closed')")
        assert "The wizard has ended." in browser.find_element(By.TAG_NAME, "body").text
        own = (page, page.replace("http", "ws", 1), "data:", "blob:")
        assert [url for url in requested(browser) if not url.startswith(own)] == []
    assert opened.returncode == 0


def test_another_page_cannot_use_it(wizard: Wizard, browser: WebDriver) -> None:
    """A page from elsewhere knows no token; and even with it, its origin is another one."""
    with wizard.started("web") as opened:
        assert opened.stdout is not None
        opened.stdout.readline()
        page = opened.stdout.readline().strip()
        browser.get("data:text/html,elsewhere")
        browser.execute_script(
            "window.result = '';"
            "const socket = new WebSocket(arguments[0]);"
            "socket.onopen = () => window.result = 'opened';"
            "socket.onerror = () => window.result = 'refused';",
            page.replace("http", "ws", 1) + "ws",
        )
        assert wait(browser, "return window.result") == "refused"
