"""Signatures of a proof, made by the cryptography in another Python."""

from __future__ import annotations

import json
from typing import Any

from wizard.programs.processes import ProgramTimeout, ask
from wizard.programs.target_scripts import target_script
from wizard.room.keys import derived
from wizard.room.message import Signatures

SIGN_SECONDS = 20.0
"""How many seconds signing may take: on a slow disk, the import alone takes some."""


class NotSigned(Exception):
    """No signature could be made; the text says why."""


def sign(python: str, key: str, text: str, contents: str) -> Signatures:
    """Let the cryptography of the Python at this path sign a text, and the contents of a code.

    The keys reach it through a pipe, not as arguments. Raises NotSigned.
    """
    request = {
        "seed": derived(key, "seed").hex(),
        "key": derived(key, "proof").hex(),
        "text": text,
        "contents": contents,
    }
    answer = _asked(python, "sign.py", SIGN_SECONDS, request)
    if not isinstance(answer, dict) or not answer.get("hmac"):
        problems = answer.get("problems", ()) if isinstance(answer, dict) else ()
        raise NotSigned("; ".join(map(str, problems)) or "it made no signature")
    return Signatures(*(str(answer.get(name) or "") for name in ("hmac", "ed25519", "code")))


def _asked(python: str, script: str, seconds: float, request: dict[str, Any]) -> Any:
    try:
        with target_script(script) as path:
            output = ask(
                (python, "-B", str(path), f"{seconds:g}"),
                timeout=seconds + 5,
                given=json.dumps(request),
                slow=True,
            )
        return json.loads((output.stdout.splitlines() or ("",))[-1])
    except (OSError, ProgramTimeout) as error:
        raise NotSigned(str(error)) from None
    except ValueError:
        last = (output.stderr.strip().splitlines() or ("it answered nothing",))[-1]
        raise NotSigned(last) from None
