"""Pictures of every scene: ``python -m tests.screens.shots [FOLDER] [WIDTHxHEIGHT]``."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from tests.screens.fakes import pretend
from tests.screens.scenes import SCENES, Scene, fake_run

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "screenshots"


async def take(name: str, scene: Scene, folder: Path, size: tuple[int, int]) -> Path:
    """Draw one scene and write it as SVG."""
    app = scene.app()
    async with app.run_test(size=scene.size or size) as pilot:
        await scene.show(pilot)
        path = folder / f"{name}.svg"
        picture = app.export_screenshot(title="cryptography wizard")
        # The picture must not fetch a font from anywhere: any monospaced one will do.
        picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
        # Some viewers drop a line's first blanks unless they are told not to.
        picture = picture.replace("<svg ", '<svg xml:space="preserve" ', 1)
        path.write_text(picture, encoding="utf-8")
        fake_run(pilot).release()
    return path


def main() -> None:
    """Draw them all."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    wide, high = sys.argv[2].split("x") if len(sys.argv) > 2 else ("80", "24")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("NO_COLOR", "COLORFGBG"):
        os.environ.pop(name, None)
    with pytest.MonkeyPatch.context() as patch:
        pretend(patch)
        for name, scene in SCENES.items():
            print(asyncio.run(take(name, scene, folder, (int(wide), int(high)))))


if __name__ == "__main__":
    main()
