"""The themes: calm colours with enough contrast, dark and light, and both for 16 colours.

Which one is used: what the user has chosen earlier, else what fits the background of the terminal.
"""

from __future__ import annotations

import contextlib

from textual.theme import Theme

from wizard import locations

DARK = Theme(
    name="wizard-dark",
    dark=True,
    primary="#7ab8f5",
    secondary="#8fcbbf",
    accent="#c9a9f2",
    success="#86d3a2",
    warning="#e8c26e",
    error="#f28f8a",
    foreground="#dde4ec",
    background="#12171e",
    surface="#19202a",
    panel="#272c33",
    variables={
        "quiet": "#9fadbc",
        "line": "#5f7790",
        "text-disabled": "#9fadbc",
        "button-color-foreground": "#0d1218",
        "button-focus-text-style": "bold",
        "block-hover-background": "#272c33",
        "footer-key-foreground": "#7ab8f5",
        "scrollbar": "#5f7790",
        "scrollbar-hover": "#7a93ae",
        "scrollbar-active": "#7ab8f5",
        "scrollbar-background": "#19202a",
        "scrollbar-background-hover": "#19202a",
        "scrollbar-background-active": "#19202a",
        "scrollbar-corner-color": "#19202a",
        "input-selection-background": "#343b44",
        "input-selection-foreground": "#ffffff",
        "block-cursor-text-style": "none",
        "block-cursor-background": "#343b44",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-blurred-background": "#272c33",
        "block-cursor-blurred-foreground": "#dde4ec",
    },
)

LIGHT = Theme(
    name="wizard-light",
    dark=False,
    primary="#0b5cad",
    secondary="#1c6f66",
    accent="#6b3fa0",
    success="#176b3a",
    warning="#7d5200",
    error="#a8231c",
    foreground="#1d2731",
    background="#fafaf7",
    surface="#f0f1ee",
    panel="#e3e6e4",
    variables={
        "quiet": "#4f5964",
        "line": "#7c8994",
        "text-disabled": "#4f5964",
        "button-color-foreground": "#ffffff",
        "button-focus-text-style": "bold",
        "block-hover-background": "#e3e6e4",
        "footer-key-foreground": "#0b5cad",
        "scrollbar": "#7c8994",
        "scrollbar-hover": "#5d6a75",
        "scrollbar-active": "#0b5cad",
        "scrollbar-background": "#f0f1ee",
        "scrollbar-background-hover": "#f0f1ee",
        "scrollbar-background-active": "#f0f1ee",
        "scrollbar-corner-color": "#f0f1ee",
        "input-selection-background": "#cfe1f4",
        "input-selection-foreground": "#10243a",
        "block-cursor-text-style": "none",
        "block-cursor-background": "#cfe1f4",
        "block-cursor-foreground": "#10243a",
        "block-cursor-blurred-background": "#e3e6e4",
        "block-cursor-blurred-foreground": "#1d2731",
    },
)

# The colours of the two themes for 16 colours are exactly those that Rich has for the 16 numbers,
# so that it chooses these. Each terminal draws them as it likes: text has one of those that are
# far from its background everywhere.
DARK_16 = Theme(
    name="wizard-dark-16",
    dark=True,
    primary="#55ffff",
    secondary="#55ffff",
    accent="#ff55ff",
    success="#55ff55",
    warning="#ffff55",
    error="#ff5555",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#0000aa",
    variables={
        "quiet": "#aaaaaa",
        "line": "#aaaaaa",
        "text-primary": "#55ffff",
        "text-success": "#55ff55",
        "text-warning": "#ffff55",
        "text-error": "#ff5555",
        "text-disabled": "#aaaaaa",
        "button-color-foreground": "#000000",
        "button-focus-text-style": "bold",
        "footer-key-foreground": "#55ffff",
        "scrollbar": "#aaaaaa",
        "scrollbar-hover": "#ffffff",
        "scrollbar-active": "#55ffff",
        "scrollbar-background": "#000000",
        "scrollbar-background-hover": "#000000",
        "scrollbar-background-active": "#000000",
        "scrollbar-corner-color": "#000000",
        "input-selection-background": "#0000aa",
        "block-cursor-text-style": "none",
        "block-cursor-background": "#0000aa",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-blurred-background": "#000000",
        "block-cursor-blurred-foreground": "#ffffff",
        "block-hover-background": "#0000aa",
    },
)

LIGHT_16 = Theme(
    name="wizard-light-16",
    dark=False,
    primary="#0000aa",
    secondary="#0000aa",
    accent="#aa00aa",
    success="#0000aa",  # green and yellow are too bright on white
    warning="#aa00aa",
    error="#aa0000",
    foreground="#000000",
    background="#ffffff",
    surface="#ffffff",
    panel="#aaaaaa",
    variables={
        "quiet": "#000000",  # grey is too bright on white in some terminals
        "line": "#000000",
        "text-primary": "#0000aa",
        "text-success": "#0000aa",
        "text-warning": "#aa00aa",
        "text-error": "#aa0000",
        "text-disabled": "#000000",
        "button-color-foreground": "#ffffff",
        "button-focus-text-style": "bold",
        "footer-key-foreground": "#0000aa",
        "scrollbar": "#000000",
        "scrollbar-hover": "#000000",
        "scrollbar-active": "#0000aa",
        "scrollbar-background": "#ffffff",
        "scrollbar-background-hover": "#ffffff",
        "scrollbar-background-active": "#ffffff",
        "scrollbar-corner-color": "#ffffff",
        "input-selection-background": "#aaaaaa",
        "block-cursor-text-style": "none",
        "block-cursor-background": "#aaaaaa",
        "block-cursor-foreground": "#000000",
        "block-cursor-blurred-background": "#ffffff",
        "block-cursor-blurred-foreground": "#000000",
        "block-hover-background": "#aaaaaa",
    },
)

THEMES = {False: (DARK, LIGHT), True: (DARK_16, LIGHT_16)}
"""The dark and the light theme; for whether the terminal has only 16 colours."""
_CHOICES = ("dark", "light")


def remembered() -> str:
    """Return which theme the user chose earlier: ``dark``, ``light``, or nothing."""
    try:
        choice = (locations.state() / "theme").read_text(encoding="ascii").strip()
    except (OSError, ValueError):  # none was chosen, or the file is something else
        return ""
    return choice if choice in _CHOICES else ""


def remember(theme: Theme, light: bool | None) -> None:
    """Remember the user's choice, if it is not what ``light``, the terminal's background, gives."""
    file = locations.state() / "theme"
    # The choice still holds for this time if it cannot be written.
    with contextlib.suppress(OSError):
        if theme.dark is not bool(light):
            file.unlink(missing_ok=True)
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_CHOICES[not theme.dark], encoding="ascii")


def first(few: bool, light: bool | None) -> Theme:
    """Return the theme to begin with. ``few``: 16 colours; ``light``: the terminal's background."""
    chosen = remembered()
    return THEMES[few][chosen == "light" if chosen else bool(light)]


def other(theme: Theme) -> Theme:
    """Return the dark theme for the light one, and the light one for the dark one."""
    return next(pair[theme.dark] for pair in THEMES.values() if theme in pair)
