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

from wizard.programs.processes import ProgramTimeout, ask

SECURITY = "/usr/bin/security"
SYSTEM = "/Library/Keychains/System.keychain"
"""The keychain that belongs to administrators. Apple's own authorities are in another one."""
SECONDS = 10.0
"""The time limit for all questions together."""
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?", re.DOTALL)


@cache
def authorities() -> tuple[str, ...]:
    """Return the authorities that this Mac trusts for TLS, each as PEM; none on other systems.

    ``security find-certificate`` prints every certificate, also those that are not trusted, so
    ``security verify-cert`` is asked about each (``-l``: it is an authority, ``-L``: without the
    network; Apple's ``SecurityTool``, usage of verify-cert). It changes nothing.
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
