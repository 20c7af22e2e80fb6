"""The page of a room in a real browser, with thirty simulated laptops; and one real laptop."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.live import browser as browsers
from tests.live.browser import complaints, emulate, requested, violations, wait
from tests.live.command import Wizard
from tests.live.marks import limit
from tests.simulated_room import envelopes, messages
from tests.wizard.room.test_codes import code
from wizard.room.board import Board
from wizard.room.joining import joining
from wizard.room.keys import RoomAddress
from wizard.room.message import Envelope
from wizard.room.sender import post
from wizard.room.server import RoomServer, page_address

pytestmark = [pytest.mark.live, limit(120)]
KEY = "ABCDEFGH12345678"
ROWS = "return [...document.querySelectorAll('#rows tr')].map(row => row.innerText)"


@pytest.fixture(scope="module")
def browser() -> Iterator[WebDriver]:
    browsers.possible()
    with browsers.opened() as browser:
        yield browser


@pytest.fixture
def room() -> Iterator[RoomServer]:
    server = RoomServer(("127.0.0.1", 0), Board(KEY), "own", title="Workshop")
    server.joining = joining(address(server))
    server.start()
    yield server
    server.stop()


def address(room: RoomServer) -> RoomAddress:
    return RoomAddress("127.0.0.1", room.port, KEY)


def page(room: RoomServer) -> str:
    return page_address("127.0.0.1", room.port, "own")


@pytest.fixture
def full(room: RoomServer, browser: WebDriver) -> RoomServer:
    """A room with thirty laptops, and its page in the browser."""
    for envelope in envelopes(KEY):
        assert post(address(room), envelope.as_bytes()) == ""
    emulate(browser, "light")
    requested(browser)
    complaints(browser)
    browser.get(page(room))
    wait(browser, "return document.querySelectorAll('#rows tr').length === 30")
    return room


def shown(browser: WebDriver) -> list[str]:
    return list(browser.execute_script(ROWS))


def names(browser: WebDriver) -> list[str]:
    script = "return [...document.querySelectorAll('#rows th')].map(cell => cell.textContent)"
    return list(browser.execute_script(script))


def test_thirty_laptops_in_all_states(full: RoomServer, browser: WebDriver) -> None:
    counts = browser.find_element(By.ID, "counts").text.split("\n")
    assert dict(zip(counts[1::2], counts[::2])) == {
        "Laptops": "30",
        "Proved": "15",
        "Working": "8",
        "Failed": "4",
        "No valid signature": "2",
        "Stopped": "1",
    }
    rows = shown(browser)
    assert [row.split()[:2] for row in rows[:4]] == [["✗", "Failed"]] * 4
    assert "The disk, or the folder for temporary files, is full." in "".join(rows[:4])
    text = "\n".join(rows)
    for words in ("WRONG SIGNATURE", "NOT SIGNED", "Step 2 of 3", "Looking", "Stopped", "Laptop "):
        assert words in text
    assert complaints(browser) == []
    urls = requested(browser)
    assert f"{page(full)}events" in urls
    own = (f"http://127.0.0.1:{full.port}/", "data:")
    assert [url for url in urls if not url.startswith(own)] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(full: RoomServer, browser: WebDriver, scheme: str) -> None:
    emulate(browser, scheme)
    for opens in ("", "join", "enter"):
        if opens:
            browser.find_element(By.CSS_SELECTOR, f"#{opens} summary, button#{opens}").click()
        assert violations(browser) == []
    browser.get(f"http://{address(full)}")
    assert violations(browser) == []
    emulate(browser, "light")


def test_it_fits_into_a_narrow_window(full: RoomServer, browser: WebDriver) -> None:
    size = browser.get_window_size()
    browser.set_window_size(500, 900)
    try:
        width = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert browser.execute_script(width) <= 0
    finally:
        browser.set_window_size(size["width"], size["height"])


def test_filters_and_orders(full: RoomServer, browser: WebDriver) -> None:
    browser.find_element(By.CSS_SELECTOR, "[data-kind=failed]").click()
    assert len(shown(browser)) == 4
    assert "4 of 30 laptops are shown." in browser.find_element(By.ID, "shown").text
    browser.find_element(By.CSS_SELECTOR, "[data-kind=failed]").click()
    assert len(shown(browser)) == 30
    browser.find_element(By.ID, "find").send_keys("windows")
    assert len(shown(browser)) == 6
    browser.find_element(By.ID, "find").send_keys(Keys.CONTROL + "a", Keys.DELETE)
    head = browser.find_element(By.CSS_SELECTOR, "th[data-by=name]")
    head.find_element(By.TAG_NAME, "button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert names(browser)[:2] == ["Ada", "Adele"]
    head.find_element(By.TAG_NAME, "button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert names(browser)[-1] == "Ada"


def test_a_change_is_shown_and_said(full: RoomServer, browser: WebDriver) -> None:
    working = next(message for message in messages() if message.state == "installing")
    failed = replace(working, state="failed", number=10**6, cause="no-space")
    assert post(address(full), Envelope.sealed(failed, KEY).as_bytes()) == ""
    wait(browser, "return document.querySelector('[data-kind=failed] b').textContent === '5'")
    script = (
        f"return document.getElementById('said').textContent.includes('{working.name}: Failed')"
    )
    wait(browser, script)
    assert browser.find_element(By.ID, "said").get_attribute("aria-live") == "polite"


def test_a_name_is_a_text_and_nothing_else(room: RoomServer, browser: WebDriver) -> None:
    first = next(messages())
    name = "<img src=x onerror=alert(1)>"
    post(address(room), Envelope.sealed(replace(first, name=name), KEY).as_bytes())
    browser.get(page(room))
    wait(browser, "return document.querySelectorAll('#rows tr').length === 1")
    assert names(browser) == [name]
    assert complaints(browser) == []


def test_a_code_is_typed_in_with_the_keyboard(room: RoomServer, browser: WebDriver) -> None:
    browser.get(page(room))
    wait(browser, "return document.getElementById('connection').textContent === 'Live'")
    browser.find_element(By.ID, "enter").send_keys(Keys.ENTER)
    typed = code(next(messages()), KEY).lower()
    field = browser.switch_to.active_element
    assert field.get_attribute("id") == "code"
    field.send_keys("x" + typed[1:], Keys.ENTER)
    wait(browser, "return document.getElementById('code-error').textContent.startsWith('Group 1')")
    assert browser.switch_to.active_element == field
    field.send_keys(Keys.CONTROL + "a")
    field.send_keys(typed, Keys.TAB, "Ada Lovelace", Keys.ENTER)
    wait(browser, "return document.querySelectorAll('#rows tr').length === 1")
    (row,) = shown(browser)
    assert "Ada Lovelace" in row
    assert "Read out as a code" in row
    assert not browser.execute_script("return document.getElementById('code-dialog').open")
    assert browser.switch_to.active_element.get_attribute("id") == "enter"


def test_a_row_is_removed(full: RoomServer, browser: WebDriver) -> None:
    (button,) = browser.find_elements(By.CSS_SELECTOR, "[aria-label='Remove Ada']")
    button.click()
    browser.switch_to.alert.accept()
    wait(browser, "return document.querySelectorAll('#rows tr').length === 29")
    assert "Ada" not in names(browser)


def test_the_keyboard_reaches_everything(full: RoomServer, browser: WebDriver) -> None:
    reached = []
    for _ in range(24):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        here = browser.switch_to.active_element
        reached.append(here.get_attribute("id") or here.text.strip() or here.tag_name)
    for wanted in ("find", "sort", "enter", "export", "laptops", "Name", "Last heard"):
        assert wanted in reached
    assert reached.index("find") < reached.index("export") < reached.index("laptops")


def test_it_says_when_the_room_is_closed_and_goes_on_when_it_is_back(
    full: RoomServer, browser: WebDriver
) -> None:
    port = full.port
    full.board.close()
    full.shutdown()
    full.socket.close()
    wait(browser, "return document.querySelector('.connection.lost')")
    assert len(shown(browser)) == 30
    again = RoomServer(("127.0.0.1", port), Board(KEY), "own")
    again.start()
    try:
        wait(browser, "return document.querySelector('.connection.live')")
        wait(browser, "return document.querySelectorAll('#rows tr').length === 0")
    finally:
        again.stop()


def test_it_is_printed_on_white(full: RoomServer, browser: WebDriver) -> None:
    emulate(browser, "dark")
    media = {"media": "print", "features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    try:
        look = "const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]"
        assert browser.execute_script(look) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
        assert not browser.find_element(By.CSS_SELECTOR, ".tools").is_displayed()
        assert [one for one in violations(browser) if one.startswith("color-contrast")] == []
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
        emulate(browser, "light")


def test_the_page_for_joining_has_the_name_in_its_lines(
    room: RoomServer, browser: WebDriver
) -> None:
    browser.get(f"http://{address(room)}")
    browser.find_element(By.ID, "name").send_keys("O'Brien")
    lines = [line.text for line in browser.find_elements(By.CSS_SELECTOR, "code[data-line]")]
    assert lines[0].endswith("""--name 'O'"'"'Brien'""")
    assert lines[2].endswith("--name 'O''Brien'")
    browser.find_element(By.CSS_SELECTOR, ".command button").click()
    wait(browser, "return document.getElementById('said').textContent")


def test_a_real_laptop_is_proved_in_a_real_room(wizard: Wizard, browser: WebDriver) -> None:
    """The wizard installs; its cryptography signs; another one checks; the page shows it."""
    with wizard.started("room", "--json") as opened:
        assert opened.stdout is not None
        first = json.loads(opened.stdout.readline())
        done = wizard("--yes", "--room", first["address"], "--name", "Ada", timeout=100)
        assert done.code == 0, done.said
        assert "has the result." in done.out
        browser.get(first["page"])
        wait(browser, "return document.querySelector('#rows tr.proved')")
        (row,) = shown(browser)
    assert re.search(r"✓ Proved\s+Ada\s+cryptography \d+\.\d+\.\d+, OpenSSL", row)
    assert opened.returncode == 0
