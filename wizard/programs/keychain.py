"""The certificate authorities that an administrator added to this Mac, such as a company's.

Browsers, curl and rustup trust them. OpenSSL, and so Python's ``ssl``, does not read the keychain.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

from wizard.errors import WizardError
from wizard.programs.processes import ProgramTimeout, ask

SECURITY = "/usr/bin/security"
SYSTEM = "/Library/Keychains/System.keychain"
"""The keychain that belongs to administrators. Apple's own authorities are in another one."""
ROOTS = "/System/Library/Keychains/SystemRootCertificates.keychain"
"""The keychain with Apple's own authorities, which belongs to macOS."""
EXPORT = ("security", "find-certificate", "-a", "-p", ROOTS, SYSTEM)
"""The command that prints all certificates of both keychains, as Homebrew's formula for OpenSSL
used it (Homebrew/homebrew-core#71191)."""
SECONDS = 10.0
"""The time limit for all questions together."""
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?", re.DOTALL)


@cache
def authorities() -> tuple[str, ...]:
    """Return the authorities that this Mac trusts for TLS, each as PEM; none on other systems.

    ``security find-certificate`` prints every certificate, also those that are not trusted, so
    ``security verify-cert`` is asked about each (``-l``: it is an authority, ``-L``: without the
    network; Apple's ``SecurityTool``, usage of verify-cert). It changes nothing. It has rejected
    authorities of Apple's that are trusted (Homebrew/homebrew-core#244728), so it is not asked
    about those; one of an administrator's that it rejects is left out.
    """
    if sys.platform != "darwin":
        return ()
    deadline = time.monotonic() + SECONDS
    try:
        output = ask((SECURITY, "find-certificate", "-a", "-p", SYSTEM), timeout=SECONDS)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "authority.pem")
            found = []
            for certificate in dict.fromkeys(_CERTIFICATE.findall(output.stdout)):
                file.write_text(certificate, encoding="ascii")
                remaining = max(0.1, deadline - time.monotonic())
                asked = (SECURITY, "verify-cert", "-c", str(file), "-p", "ssl", "-l", "-L", "-q")
                if ask(asked, timeout=remaining).exit == 0:
                    found.append(certificate)
    except (OSError, ProgramTimeout, UnicodeError):
        return ()  # a request then fails, and says what to do
    return tuple(found)


def roots() -> tuple[str, ...]:
    """Return Apple's own authorities on this Mac, each as PEM.

    Raises WizardError if ``security`` names none.
    """
    try:
        output = ask((SECURITY, "find-certificate", "-a", "-p", ROOTS), timeout=SECONDS)
    except (OSError, ProgramTimeout) as problem:
        raise _unread(f"{problem}.") from None
    found = tuple(dict.fromkeys(_CERTIFICATE.findall(output.stdout)))
    if not found:
        raise _unread(f"{SECURITY} ended with exit code {output.exit}. {output.stderr.strip()}")
    return found


def _unread(why: str) -> WizardError:
    return WizardError(
        "The certificate authorities of this Mac cannot be read.",
        why=why.strip(),
        hints=(f"See what it says: {SECURITY} find-certificate -a -p {ROOTS}",),
    )
