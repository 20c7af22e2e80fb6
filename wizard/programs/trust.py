"""The certificate authorities that the system trusts, such as a company's own."""

from __future__ import annotations

import ssl
import sys

from wizard.programs import keychain


def system_context() -> ssl.SSLContext:
    """Return a context that trusts what the system trusts, as pip does since 24.2.

    On a Mac and on Windows that is the system's own store, which only ``truststore`` reads
    completely. Elsewhere, and for a Python that truststore does not support (before 3.10, some
    PyPys), it is what OpenSSL finds: SSL_CERT_FILE, or the system's files; on a Mac, also what an
    administrator added to the keychain.
    """
    if sys.version_info >= (3, 10):
        try:
            import truststore  # slow to import, and rarely needed
        except ImportError:
            return _openssl_context()
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return _openssl_context()


def _openssl_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    for authority in keychain.authorities():
        context.load_verify_locations(cadata=authority)
    return context
