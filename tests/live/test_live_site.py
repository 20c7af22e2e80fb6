"""The web site of the documentation, made as a developer makes it, in a real browser."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.live import browser as browsers
from tests.live.browser import complaints, emulate, requested, violations, wait
from tests.live.machine import CHECKOUT
from tests.live.marks import limit
from tests.live.matrix import long

pytestmark = [pytest.mark.live, limit(400), long("site")]
PAGES = (
    "index.html",
    "start/index.html",
    "start/mac.html",
    "problems/index.html",
    "problems/cc-missing.html",
    "releases/index.html",
    "releases/46.html",
    "commands/install.html",
    "questions.html",
    "screens.html",
    "reference/settings.html",
)
LINES = {
    "error: command 'gcc' failed: No such file or directory": "cc-missing",
    "error: can't find Rust compiler": "rust-missing-setuptools",
    "error: externally-managed-environment": "externally-managed",
    "build/temp/_openssl.c:575:10: fatal error: openssl/opensslv.h: No such file or directory": (
        "openssl-h-missing-c"
    ),
    "OSError: [Errno 28] No space left on device": "no-space",
    "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 99": "apt-lock",
    "x86_64-linux-gnu-gcc: fatal error: Killed signal terminated program cc1": "oom-killed",
    "fatal error: Python.h: No such file or directory": "python-h-missing",
}
"""Lines as people paste them, and the cause whose page must come first."""
FIELD = "input.md-search__input"
PASTE = """
const [field, line] = arguments;
field.focus();
field.value = line;
for (const name of ['input', 'keyup']) field.dispatchEvent(new Event(name, {bubbles: true}));
"""
RESULTS = """
const found = [...document.querySelectorAll('.md-search-result__item > a')];
return found.length && found[0].href !== arguments[0] ? found.map(a => a.href) : null;
"""


SHOWN = """
return [...document.querySelectorAll('.frame')].map(each => getComputedStyle(each).visibility);
"""
"""The visibility of each frame of the recording."""


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder without saying so."""

    def log_message(self, *_arguments: object) -> None:
        """Write nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site, made from a copy of the files in git, with a new environment."""
    browsers.possible()
    if not shutil.which("make") or not shutil.which("git"):
        pytest.skip("the site is made by make, from the files in git")
    folder = tmp_path_factory.mktemp("site") / "checkout"
    listed = subprocess.run(
        ("git", "-C", str(CHECKOUT), "ls-files", "-co", "--exclude-standard", "-z"),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (CHECKOUT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, folder / name)
    made = subprocess.run(
        ("make", "docs"), cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert made.returncode == 0, made.stdout + made.stderr
    handler = partial(Quiet, directory=str(folder / "build" / "site"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser(site: str) -> Iterator[WebDriver]:
    with browsers.opened() as browser:
        browser.get(site)
        yield browser


def test_a_pasted_line_finds_the_page_of_its_cause(site: str, browser: WebDriver) -> None:
    browser.get(f"{site}index.html")
    shown, first = "", {}
    for line in LINES:
        # A paste: the whole line at once.
        browser.execute_script(PASTE, browser.find_element(By.CSS_SELECTOR, FIELD), line)
        found = WebDriverWait(browser, browsers.SECONDS, 0.1).until(
            lambda driver, shown=shown: driver.execute_script(RESULTS, shown)  # type: ignore[misc]
        )
        shown = found[0]
        first[line] = shown.partition("?")[0].removeprefix(site)
    assert first == {line: f"problems/{cause}.html" for line, cause in LINES.items()}


def test_a_result_leads_to_what_helps(site: str, browser: WebDriver) -> None:
    browser.get(f"{site}index.html")
    field = browser.find_element(By.CSS_SELECTOR, FIELD)
    browser.execute_script("arguments[0].focus()", field)
    field.send_keys("error: externally-managed-environment")
    wait(browser, "return document.querySelector('.md-search-result__item > a')").click()
    wait(browser, "return location.pathname.endsWith('/problems/externally-managed.html')")
    assert "externally-managed-environment" in browser.find_element(By.TAG_NAME, "h1").text
    assert "What to do" in browser.find_element(By.TAG_NAME, "article").text


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_calm_on_a_phone_and_in_the_dark(
    site: str, browser: WebDriver, path: str
) -> None:
    for scheme in ("light", "dark"):
        emulate(browser, scheme)
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True},
        )
        browser.get(f"{site}{path}")
        wait(browser, "return document.readyState === 'complete'")
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 360
        assert violations(browser) == []
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_nothing_comes_from_elsewhere_and_nothing_is_missing(site: str, browser: WebDriver) -> None:
    requested(browser)
    complaints(browser)
    for path in PAGES:
        browser.get(f"{site}{path}")
        wait(browser, "return document.readyState === 'complete'")
    own = (site, "data:", "blob:")
    assert [url for url in requested(browser) if not url.startswith(own)] == []
    assert complaints(browser) == []


def test_the_recording_stands_still_if_that_is_wished(site: str, browser: WebDriver) -> None:
    running = "return document.getAnimations().length"
    for wish, moves in (("reduce", False), ("no-preference", True)):
        features = [{"name": "prefers-reduced-motion", "value": wish}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        browser.get(f"{site}pictures/recording.svg")
        assert (browser.execute_script(running) > 0) is moves
        assert browser.execute_script(SHOWN).count("visible") == 1
