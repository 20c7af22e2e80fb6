"""Makes the Mach-O files of this folder with Zig's linker: small, but read like every other.

    pip install ziglang==0.16.0     # any version whose ``zig cc`` has an LLD for Mach-O
    python -m tests.mac.machos.make

``extension-*.so`` has OpenSSL's texts inside, as the wheels on the index do. ``linked-*.so`` names
``@rpath/libssl.3.dylib`` and ``@rpath/libcrypto.3.dylib``; `tests.mac.macho` puts other names
there. The text with OpenSSL's version has spare room, for the version that a test needs.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent
ARCHITECTURES = {"arm64": "aarch64", "x86_64": "x86_64"}
VERSION = "OpenSSL 3.6.0 1 Oct 2025"
ROOM = 64
"""Bytes of the text with the version."""

CRYPTO = f"""
const char OpenSSL_text[{ROOM}] = "{VERSION}";
const char OpenSSL_error[] = "OpenSSL internal error";
const char *OpenSSL_version(int kind) {{ return kind ? OpenSSL_error : OpenSSL_text; }}
"""
SSL = """
extern const char *OpenSSL_version(int);
int OPENSSL_init_ssl(void) { return !!OpenSSL_version(0); }
"""
EXTENSION = """
extern void *PyModule_Create2(void *, int);
extern int OPENSSL_init_ssl(void);
extern const char *OpenSSL_version(int);
void *PyInit__rust(void) {
    return OPENSSL_init_ssl() ? PyModule_Create2((void *)OpenSSL_version(0), 1013) : 0;
}
"""


def main() -> None:
    """Make every file, for both architectures."""
    for name, processor in ARCHITECTURES.items():
        with tempfile.TemporaryDirectory() as folder:
            _make(Path(folder), name, f"{processor}-macos.11.0")


def _make(work: Path, name: str, target: str) -> None:
    def zig(*arguments: str) -> None:
        subprocess.run(
            (sys.executable, "-m", "ziglang", *arguments), cwd=work, check=True, timeout=300
        )

    def link(output: str, *inputs: str) -> None:
        room = ("-Wl,-headerpad,0x800", "-Wl,-undefined,dynamic_lookup")
        zig("cc", "-target", target, "-Os", "-dynamiclib", *room, *inputs, "-o", output)

    for file, text in {"crypto.c": CRYPTO, "ssl.c": SSL, "extension.c": EXTENSION}.items():
        (work / file).write_text(text, encoding="ascii")
        zig("cc", "-target", target, "-Os", "-c", file)
    zig("ar", "rcs", "libcrypto.a", "crypto.o")
    zig("ar", "rcs", "libssl.a", "ssl.o")
    link("libcrypto.3.dylib", "crypto.o", "-install_name", "@rpath/libcrypto.3.dylib")
    link("libssl.3.dylib", "ssl.o", "libcrypto.3.dylib", "-install_name", "@rpath/libssl.3.dylib")
    link("extension.so", "extension.o", "ssl.o", "crypto.o")
    link("linked.so", "extension.o", "libssl.3.dylib", "libcrypto.3.dylib")
    for file in (
        "libcrypto.a",
        "libssl.a",
        "libcrypto.3.dylib",
        "libssl.3.dylib",
        "extension.so",
        "linked.so",
    ):
        stem, dot, rest = file.partition(".")
        (FOLDER / f"{stem}-{name}{dot}{rest}").write_bytes((work / file).read_bytes())


if __name__ == "__main__":
    main()
