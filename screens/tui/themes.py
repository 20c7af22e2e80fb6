"""The two themes: calm colours with enough contrast, dark and light."""

from __future__ import annotations

from textual.theme import Theme

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
    panel="#222b37",
    variables={
        "quiet": "#93a1b1",
        "footer-key-foreground": "#7ab8f5",
        "scrollbar": "#3a4b5f",
        "scrollbar-hover": "#4d637d",
        "scrollbar-active": "#7ab8f5",
        "scrollbar-background": "#19202a",
        "scrollbar-background-hover": "#19202a",
        "scrollbar-background-active": "#19202a",
        "scrollbar-corner-color": "#19202a",
        "block-cursor-text-style": "none",
        "block-cursor-background": "#2b4664",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-blurred-background": "#222b37",
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
        "quiet": "#59646f",
        "footer-key-foreground": "#0b5cad",
        "scrollbar": "#b4bec7",
        "scrollbar-hover": "#96a3ae",
        "scrollbar-active": "#0b5cad",
        "scrollbar-background": "#f0f1ee",
        "scrollbar-background-hover": "#f0f1ee",
        "scrollbar-background-active": "#f0f1ee",
        "scrollbar-corner-color": "#f0f1ee",
        "block-cursor-text-style": "none",
        "block-cursor-background": "#cfe1f4",
        "block-cursor-foreground": "#10243a",
        "block-cursor-blurred-background": "#e3e6e4",
        "block-cursor-blurred-foreground": "#1d2731",
    },
)
