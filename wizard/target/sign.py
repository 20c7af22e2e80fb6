"""Sign a text by the cryptography of this Python. Runs inside the target, 3.6 and later.

Usage: ``python sign.py SECONDS``. It reads one JSON object from standard input: ``seed`` and
``key`` (32 bytes each, in hexadecimal), ``text`` and ``contents``. It writes one JSON object as the
last line: ``hmac`` (of the text, with the key), ``ed25519`` (of the text, with the private key that
the seed is) and ``code`` (the HMAC of the contents), in hexadecimal; and ``problems``, what this
cryptography could not make. After SECONDS the process ends itself.
"""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
# The target must not import anything from this script's folder.
sys.path[:] = [path for path in sys.path if os.path.realpath(path) != HERE]

import faulthandler  # noqa: E402 - only after sys.path is right
import json  # noqa: E402
from typing import Any, Callable, Dict  # noqa: E402


def main() -> None:
    """Make each signature; one that cannot be made does not stop the others."""
    faulthandler.dump_traceback_later(float(sys.argv[1]), exit=True)
    request = json.loads(sys.stdin.read())
    key, text = bytes.fromhex(request["key"]), request["text"].encode()
    answer: Dict[str, Any] = {"problems": []}
    parts: Dict[str, Callable[[], str]] = {
        "hmac": lambda: hmac(key, text),
        "ed25519": lambda: ed25519(bytes.fromhex(request["seed"]), text),
        "code": lambda: hmac(key, request["contents"].encode()),
    }
    for name, make in parts.items():
        try:
            answer[name] = make()
        except BaseException as error:  # a panic in Rust is not an Exception
            answer[name] = ""
            answer["problems"].append("%s: %s: %s" % (name, type(error).__name__, error))
    sys.stdout.write("\n" + json.dumps(answer) + "\n")
    sys.stdout.flush()
    faulthandler.cancel_dump_traceback_later()


def hmac(key: bytes, text: bytes) -> str:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.hmac import HMAC

    made = HMAC(key, hashes.SHA256())
    made.update(text)
    return str(made.finalize().hex())


def ed25519(seed: bytes, text: bytes) -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return str(Ed25519PrivateKey.from_private_bytes(seed).sign(text).hex())


if __name__ == "__main__":
    main()
