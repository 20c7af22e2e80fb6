"""Prove the cryptography that this Python imports. Runs inside the target, 3.6 and later.

Usage: ``python prove.py SECONDS``. Writes one JSON object per line to standard output, each
replacing the previous one, so that the last line contains what is known even after a crash. All
other output goes to standard error, and so do the tracebacks of failed checks. After SECONDS the
process ends itself and prints to standard error where it was. Keys:

``python``      version of this interpreter, ``prefix`` its environment's folder
``found``       whether the package is there; ``location`` is its file, ``version`` what it states
``files``       the extension files, those with OpenSSL among them
``openssl``     what the OpenSSL in use calls itself
``mapped``      the libssl and libcrypto files in this process's memory (Linux only)
``warnings``    texts of the warnings of the import
``checks``      ``[name, ok, detail]`` of each check
``doing``       the current check; empty in the last line of a run that finished
"""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
# The target must not import anything from this script's folder.
sys.path[:] = [path for path in sys.path if os.path.realpath(path) != HERE]

import contextlib  # noqa: E402 - only after sys.path is right
import datetime  # noqa: E402
import faulthandler  # noqa: E402
import importlib.machinery  # noqa: E402
import importlib.util  # noqa: E402
import io  # noqa: E402
import json  # noqa: E402
import traceback  # noqa: E402
import warnings  # noqa: E402
from typing import Any, Callable, Dict, List  # noqa: E402

# Releases before 40 have OpenSSL in _openssl, later ones in _rust.
BACKEND = ("_cffi_backend",)
EXTENSIONS = ("cryptography.hazmat.bindings._rust", "cryptography.hazmat.bindings._openssl")

answer: Dict[str, Any] = {
    "python": "%d.%d.%d" % sys.version_info[:3],
    "prefix": sys.prefix,
    "found": False,
    "location": "",
    "version": "",
    "files": [],
    "openssl": "",
    "mapped": [],
    "warnings": [],
    "checks": [],
    "doing": "start",
}


def main() -> None:
    """Run all checks, one at a time; a failed one does not stop the others."""
    faulthandler.enable()
    faulthandler.dump_traceback_later(float(sys.argv[1]), exit=True)
    stream = redirect_stdout()
    with warnings.catch_warnings(record=True) as caught:
        usable = attempt(stream, "package", find) and attempt(stream, "import", load)
    answer["warnings"] = unique([str(warning.message) for warning in caught])
    answer["mapped"] = mapped()
    if usable:
        attempt(stream, "OpenSSL", openssl)
        attempt(stream, "Fernet", fernet)
        attempt(stream, "AES-GCM", aes_gcm)
        attempt(stream, "X.509", certificate)
    answer["doing"] = ""
    write_answer(stream)
    faulthandler.cancel_dump_traceback_later()


def redirect_stdout() -> "io.TextIOWrapper":
    """Keep standard output for the answers: all other output goes to standard error."""
    stream = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    return stream


def write_answer(stream: "io.TextIOWrapper") -> None:
    stream.write("\n" + json.dumps(answer) + "\n")
    stream.flush()


def attempt(stream: "io.TextIOWrapper", name: str, check: Callable[[], str]) -> bool:
    """Run one check and record the result."""
    answer["doing"] = name
    write_answer(stream)
    try:
        detail, ok = check(), True
    except BaseException as error:
        # A panic in Rust is not an Exception, and a check may call sys.exit.
        traceback.print_exc()
        detail, ok = "%s: %s%s" % (type(error).__name__, error, misnamed()), False
    answer["checks"].append([name, ok, detail])
    return ok


def misnamed() -> str:
    """Name the extension files that are there, but under names that this Python does not look for.

    Python looks for certain endings (EXT_SUFFIX), which state its version and C library.
    """
    suffixes = tuple(importlib.machinery.EXTENSION_SUFFIXES)
    texts = []
    for name in BACKEND + EXTENSIONS:
        parts = name.split(".")
        for entry in sys.path:
            folder = os.path.join(entry, *parts[:-1])
            names = []  # type: List[str]
            with contextlib.suppress(OSError):  # no such folder, or a zip file
                names = os.listdir(folder)
            present = [
                file
                for file in sorted(names)
                if file.startswith(parts[-1] + ".") and file.endswith((".so", ".pyd"))
            ]
            if present and not any(parts[-1] + suffix in present for suffix in suffixes):
                texts.append(
                    "; %s is there, but this Python looks for %s"
                    % (os.path.join(folder, present[0]), parts[-1] + suffixes[0])
                )
    return "".join(texts)


def find() -> str:
    """Find the package and its extension files. The files are not loaded yet, because that may
    crash."""
    spec = importlib.util.find_spec("cryptography")
    if spec is None or spec.origin is None:  # without origin: a leftover folder without a package
        raise ImportError("%s contains no package cryptography%s" % (sys.prefix, made_for()))
    answer["found"] = True
    answer["location"] = spec.origin
    import cryptography

    answer["version"] = str(cryptography.__version__)
    specs = [importlib.util.find_spec(name) for name in EXTENSIONS]
    answer["files"] = [found.origin for found in specs if found is not None and found.has_location]
    return "%s in %s" % (answer["version"], os.path.dirname(answer["location"]))


def made_for() -> str:
    """Say that the environment was made for another version of Python, whose packages this one does
    not see. Its ``pyvenv.cfg`` names that version."""
    now = "%d.%d" % sys.version_info[:2]
    try:
        with io.open(os.path.join(sys.prefix, "pyvenv.cfg"), encoding="utf-8") as file:
            lines = file.readlines()
    except OSError:  # not an environment
        return ""
    for line in lines:
        name, _, value = (part.strip() for part in line.partition("="))
        made = ".".join(value.split(".")[:2])
        if name in ("version", "version_info") and made != now:
            text = "; this environment was made for Python %s, but its Python is %s now"
            return text % (made, now)
    return ""


def load() -> str:
    """Load the extension files, and the most important modules."""
    # Most programs have opened a connection before: Python's OpenSSL is loaded first, and would be
    # used instead of a library with the same name.
    with contextlib.suppress(ImportError):  # a Python can be built without it
        importlib.import_module("ssl")
    for name in EXTENSIONS:
        if importlib.util.find_spec(name) is not None:
            importlib.import_module(name)
    importlib.import_module("cryptography.hazmat.backends.openssl.backend")
    return "all extension files were loaded"


def unique(texts: List[str]) -> List[str]:
    return sorted(set(texts), key=texts.index)


def mapped() -> List[str]:
    """Read which libssl and libcrypto are in memory, from the kernel's list."""
    try:
        with io.open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as lines:
            fields = [line.rstrip("\n").split(None, 5) for line in lines]
    except OSError:  # not Linux, or no /proc: the extension file must be enough
        return []
    paths = [field[5] for field in fields if len(field) == 6]
    return unique([p for p in paths if os.path.basename(p).startswith(("libssl", "libcrypto"))])


def openssl() -> str:
    """Return the version text of the OpenSSL in use."""
    from cryptography.hazmat.backends.openssl.backend import backend

    answer["openssl"] = str(backend.openssl_version_text())
    return str(answer["openssl"])


def fernet() -> str:
    """Encrypt and decrypt a message, and try another key."""
    from cryptography.fernet import Fernet, InvalidToken

    key, message = Fernet.generate_key(), b"a message of the wizard"
    token = Fernet(key).encrypt(message)
    expect(Fernet(key).decrypt(token) == message, "the decrypted message differs")
    try:
        Fernet(Fernet.generate_key()).decrypt(token)
    except InvalidToken:
        return "a message was decrypted unchanged, and another key was rejected"
    raise AssertionError("another key decrypted the message")


def aes_gcm() -> str:
    """Test case 14 of the GCM specification (McGrew and Viega), encrypted and decrypted."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher, nonce, message = AESGCM(bytes(32)), bytes(12), bytes(16)
    secret = cipher.encrypt(nonce, message, None)
    known = "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
    expect(bytearray(secret) == bytearray.fromhex(known), "the ciphertext is not the expected one")
    expect(cipher.decrypt(nonce, secret, None) == message, "the decrypted message differs")
    return "the ciphertext is the expected one, and it was decrypted"


def certificate() -> str:
    """Make, sign, read and verify a certificate."""
    from cryptography import x509
    from cryptography.hazmat.backends.openssl.backend import backend
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    # Each call names the backend: releases before 3.1 require it, later ones ignore it.
    key = ec.generate_private_key(ec.SECP256R1(), backend)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cryptography-wizard")])
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    issued = builder.sign(key, hashes.SHA256(), backend)
    pem = issued.public_bytes(serialization.Encoding.PEM)
    read = x509.load_pem_x509_certificate(pem, backend)
    expect(read.subject == name, "the subject was read back as %s" % read.subject.rfc4514_string())
    if hasattr(read, "not_valid_before_utc"):  # since 42, when the other one warns
        start = read.not_valid_before_utc
    else:
        start = read.not_valid_before.replace(tzinfo=datetime.timezone.utc)
    expect(start == now, "the start of validity was read back as %s" % start)
    signed = read.tbs_certificate_bytes
    key.public_key().verify(read.signature, signed, ec.ECDSA(hashes.SHA256()))
    return "a certificate was made, signed and read back, and its signature was verified"


def expect(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(message)


if __name__ == "__main__":
    main()
