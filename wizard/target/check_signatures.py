"""Check Ed25519 signatures by the cryptography of this Python. 3.6 and later.

Usage: ``python check_signatures.py SECONDS``. It reads one JSON object from standard input: the
``seed`` of the private key in hexadecimal, and ``signed``, a list of ``[text, signature]``. It
writes a JSON list as the last line: whether each signature is right. After SECONDS the process ends
itself.
"""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
# The target must not import anything from this script's folder.
sys.path[:] = [path for path in sys.path if os.path.realpath(path) != HERE]

import faulthandler  # noqa: E402 - only after sys.path is right
import json  # noqa: E402


def main() -> None:
    """Check all signatures."""
    faulthandler.dump_traceback_later(float(sys.argv[1]), exit=True)
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    request = json.loads(sys.stdin.read())
    seed = bytes.fromhex(request["seed"])
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    answer = []
    for text, signature in request["signed"]:
        try:
            public.verify(bytes.fromhex(signature), text.encode())
            answer.append(True)
        except InvalidSignature:
            answer.append(False)
    sys.stdout.write("\n" + json.dumps(answer) + "\n")
    sys.stdout.flush()
    faulthandler.cancel_dump_traceback_later()


if __name__ == "__main__":
    main()
