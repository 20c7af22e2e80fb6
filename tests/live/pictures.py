"""Draw the page of a room into assets/screenshots: ``python -m tests.live.pictures``.

It needs Chromium.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.live import browser as browsers
from tests.simulated_room import envelopes
from wizard.room.board import Board
from wizard.room.joining import joining
from wizard.room.keys import RoomAddress
from wizard.room.server import RoomServer, page_address

KEY = "ABCDEFGH12345678"
FOLDER = Path(__file__).parents[2] / "assets" / "screenshots"
SIZE = 1280, 1640


def main() -> int:
    """Draw it; return the exit code."""
    if not browsers.find():
        print("There is no Chromium, so the room is not drawn.", file=sys.stderr)
        return 0
    board = Board(KEY, clock=lambda: "2026-11-30T09:41:00+00:00")
    for envelope in envelopes(KEY):
        board.receive(envelope)
    server = RoomServer(("127.0.0.1", 0), board, "own", title="Workshop: TLS in one afternoon")
    server.joining = joining(RoomAddress("127.0.0.1", server.port, KEY))
    server.start()
    try:
        with browsers.opened(*SIZE) as browser:
            browsers.emulate(browser, "light")
            size = {"width": SIZE[0], "height": SIZE[1], "deviceScaleFactor": 1, "mobile": False}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            browser.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "UTC"})
            browser.execute_cdp_cmd("Emulation.setLocaleOverride", {"locale": "en-GB"})
            browser.get(page_address("127.0.0.1", server.port, "own"))
            browsers.wait(browser, "return document.querySelectorAll('#rows tr').length === 30")
            browser.save_screenshot(str(FOLDER / "room.png"))
    finally:
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
