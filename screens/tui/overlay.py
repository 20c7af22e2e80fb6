"""What lies over a page: a box in the middle."""

from __future__ import annotations

from textual.screen import ModalScreen, ScreenResultType

import assets


class Overlay(ModalScreen[ScreenResultType]):
    """A box over the page. The content has the class ``box``."""

    CSS = assets.text("styles/overlay.tcss")
    SCOPED_CSS = False  # the three overlays share one stylesheet
