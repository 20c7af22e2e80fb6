"""A real Chromium without a window, driven by Selenium."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from axe_core_python.selenium import Axe
from selenium import webdriver
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait

NAMES = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 30
"""How many seconds a page may take to become as a test expects."""


def find() -> str:
    """Return the path of a Chromium with its driver, or an empty text."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    return found if found and shutil.which("chromedriver") else ""


def possible() -> None:
    """Skip the test if there is no Chromium."""
    if not find():
        pytest.skip("there is no Chromium with its chromedriver (on Debian: chromium-driver)")


@contextlib.contextmanager
def opened(width: int = 1440, height: int = 1400) -> Iterator[WebDriver]:
    """Yield a browser with a window of this size, in pixels, which records all requests."""
    options = webdriver.ChromeOptions()
    options.binary_location = find()
    for flag in (
        *("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
        *("--lang=en-GB", f"--window-size={width},{height}", "--disable-dev-shm-usage"),
    ):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    browser = webdriver.Chrome(options=options, service=service)
    browser.set_page_load_timeout(SECONDS)
    browser.set_script_timeout(SECONDS)
    try:
        yield browser
    finally:
        browser.quit()


def emulate(browser: WebDriver, scheme: str) -> None:
    """Let the page believe that the user prefers this colour scheme: light or dark."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def wait(browser: WebDriver, script: str) -> Any:
    """Wait until a script returns something true, and return that."""
    return WebDriverWait(browser, SECONDS, 0.1).until(
        lambda driver: driver.execute_script(script), script
    )


def complaints(browser: WebDriver) -> list[str]:
    """Return what the browser has written to its console since the last time."""
    return [str(entry["message"]) for entry in _log(browser, "browser")]


def requested(browser: WebDriver) -> set[str]:
    """Return the addresses that the page has loaded since the last time."""
    events = [json.loads(entry["message"])["message"] for entry in _log(browser, "performance")]
    return {
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    }


def _log(browser: WebDriver, name: str) -> list[dict[str, str]]:
    return list(browser.get_log(name))  # type: ignore[no-untyped-call]


def violations(browser: WebDriver) -> list[str]:
    """Return what axe-core finds against the rules for accessible pages (WCAG, best practices)."""
    found = Axe().run(browser)["violations"]
    return [f"{one['id']}: {one['help']}: {node['html']}" for one in found for node in one["nodes"]]
