"""The certificate authorities that the system trusts, such as a company's own."""

from __future__ import annotations

import ssl
import sys


def system_context() -> ssl.SSLContext:
    """Return a context that trusts what the system trusts, as pip does since 24.2.

    On a Mac and on Windows that is the system's own store, which only ``truststore`` reads
    completely. Elsewhere, and for a Python that truststore does not support (before 3.10, some
    PyPys), it is what OpenSSL finds: SSL_CERT_FILE, or the system's files.
    """
    if sys.version_info >= (3, 10):
        try:
            import truststore  # slow to import, and rarely needed
        except ImportError:
            return ssl.create_default_context()
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return ssl.create_default_context()
