"""What went wrong with a request of the web: the true cause, in words.

Imports requests, which is slow: import this module only for a request.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, Optional

import requests
import urllib3

from wizard.addresses import masked
from wizard.index.source import NOT_A_PAGE, UNREACHABLE

Kind = Literal[
    "name",
    "refused",
    "unreachable",
    "timeout",
    "cut",
    "certificate",
    "proxy",
    "proxy-password",
    "redirects",
    "garbled",
    "other",
]

PASSING = frozenset(("name", "refused", "unreachable", "timeout", "cut", "garbled"))
"""The kinds that may be over a moment later."""
_FAILURES: Mapping[Kind, str] = MappingProxyType(
    {
        "name": UNREACHABLE,
        "refused": UNREACHABLE,
        "unreachable": UNREACHABLE,
        "timeout": UNREACHABLE,
        "cut": UNREACHABLE,
        "proxy": UNREACHABLE,
        "proxy-password": "proxy-authentication",
        "certificate": "tls-verify-pip",
        "redirects": "index-redirects",
        "garbled": NOT_A_PAGE,
    }
)
"""The ids of the causes (docs/diagnosis.md) of these kinds."""
_STATUS_FAILURES: Mapping[int, str] = MappingProxyType(
    {
        401: "index-password",
        402: "index-refuses-file",
        403: "index-refuses-file",
        404: "index-not-found",
        407: "proxy-authentication",
        410: "index-not-found",
        429: "index-too-many",
        451: "index-refuses-file",
    }
)
"""The ids of the causes of these answers."""
PASSING_STATUS = frozenset((408, 425, 429, 500, 502, 503, 504, 520, 522, 524))
"""The answers that may be another a moment later."""
_EXPIRED, _NOT_YET_VALID, _OTHER_HOST = 10, 9, 62
"""What OpenSSL calls these faults of a certificate (X509_V_ERR_…, in ``openssl/x509_vfy.h``)."""
_MOST_SAID = 160
"""Letters of a server's own words that are shown."""


@dataclass(frozen=True)
class WebFault:
    """A request that failed. ``cause`` is the end of a sentence that begins with an address."""

    kind: Kind
    cause: str

    @property
    def passes(self) -> bool:
        """Whether another attempt may succeed."""
        return self.kind in PASSING

    @property
    def failure(self) -> str:
        """The id of its cause (docs/diagnosis.md); empty if there is none."""
        return _FAILURES.get(self.kind, "")


def explain(error: BaseException) -> WebFault:
    """Return what an exception of requests, urllib3 or the system means."""
    chain = tuple(_chain(error))
    words = " ".join(str(each) for each in chain)
    if any(isinstance(each, requests.exceptions.TooManyRedirects) for each in chain):
        return WebFault("redirects", "redirects endlessly")
    if refused := re.search(r"Tunnel connection failed: (\d{3})", words):
        return _refused_by_proxy(int(refused[1]))
    if any(isinstance(each, requests.exceptions.ProxyError) for each in chain):
        return WebFault("proxy", f"cannot be reached, because the proxy {_unreachable(chain)}")
    for each in chain:
        if isinstance(each, ssl.SSLCertVerificationError):
            return WebFault("certificate", _certificate(each.verify_code))
    if any(isinstance(each, (requests.exceptions.SSLError, ssl.SSLError)) for each in chain):
        return WebFault("certificate", f"makes no secure connection ({_last(chain)})")
    if any(isinstance(each, urllib3.exceptions.DecodeError) for each in chain):
        return WebFault("garbled", "sent compressed data that cannot be unpacked")
    if _is_timeout(chain):
        return WebFault("timeout", "did not answer in time")
    if any(isinstance(each, socket.gaierror) for each in chain):
        return WebFault("name", "cannot be reached: its name is not known (DNS)")
    if any(isinstance(each, ConnectionRefusedError) for each in chain):
        return WebFault("refused", "cannot be reached: the connection is refused")
    if any(isinstance(each, (ConnectionError, urllib3.exceptions.ProtocolError)) for each in chain):
        return WebFault("cut", "closed the connection before its answer was complete")
    if any(isinstance(each, requests.exceptions.ConnectionError) for each in chain):
        return WebFault("unreachable", f"cannot be reached ({_last(chain)})")
    return WebFault("other", f"cannot be read ({_last(chain)})")


def failure_of(status: int) -> str:
    """Return the id of the cause of an answer (docs/diagnosis.md); empty if there is none."""
    return "index-error" if status >= 500 else _STATUS_FAILURES.get(status, "")


def retry_after(headers: object) -> Optional[float]:
    """Return the seconds that a server asks to wait; None if it does not say, or says a date."""
    text = str(getattr(headers, "get", lambda _name, _default: "")("retry-after", "")).strip()
    return float(text) if re.fullmatch(r"\d{1,6}", text) else None


def own_words(response: requests.Response, body: bytes = b"") -> str:
    """Return what a server says about its refusal, beside the standard words; or nothing.

    Index servers of companies say there which policy refuses. A page of HTML says nothing.
    """
    texts = []
    reason = response.reason or ""
    if reason and reason.lower() != _standard(response.status_code):
        texts.append(reason)
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    text = body.decode("utf-8", "replace")
    if kind == "application/json" or kind.endswith("+json"):
        texts += re.findall(r'"(?:message|detail|error|reason|title)"\s*:\s*"([^"]+)"', text)[:1]
    elif kind == "text/plain":
        texts.append(text)
    said = " ".join(" ".join(texts).split())
    said = "".join(letter for letter in said if letter.isprintable())
    return masked(said[:_MOST_SAID].rstrip("."))


def _standard(status: int) -> str:
    from http import HTTPStatus

    try:
        return HTTPStatus(status).phrase.lower()
    except ValueError:
        return ""


def _refused_by_proxy(status: int) -> WebFault:
    if status == 407:
        return WebFault(
            "proxy-password", "cannot be reached: its proxy asks for a user name and password (407)"
        )
    return WebFault("proxy", f"cannot be reached: its proxy refuses it ({status})")


def _certificate(code: int) -> str:
    if code == _EXPIRED:
        return "has a certificate that has expired, or this machine's clock is wrong"
    if code == _NOT_YET_VALID:
        return "has a certificate that is not valid yet, or this machine's clock is wrong"
    if code == _OTHER_HOST:
        return "has a certificate for another host name"
    return "has a certificate of an authority that this machine does not trust"


def _unreachable(chain: tuple[BaseException, ...]) -> str:
    if any(isinstance(each, socket.gaierror) for each in chain):
        return "has a name that is not known (DNS)"
    if any(isinstance(each, ConnectionRefusedError) for each in chain):
        return "refuses the connection"
    if _is_timeout(chain):
        return "did not answer in time"
    return "does not work"


def _is_timeout(chain: tuple[BaseException, ...]) -> bool:
    kinds = (
        requests.exceptions.Timeout,
        urllib3.exceptions.TimeoutError,
        socket.timeout,
        TimeoutError,
    )
    # An unknown name and a refused connection are such an error of urllib3, too.
    return any(isinstance(each, kinds) for each in chain) and not any(
        isinstance(each, (socket.gaierror, ConnectionRefusedError)) for each in chain
    )


def _last(chain: tuple[BaseException, ...]) -> str:
    """Return the words of the system, which libraries wrap in longer ones."""
    return masked(str(chain[-1])) or type(chain[-1]).__name__


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and those that it wraps: as its argument, its reason or its cause."""
    seen: set[int] = set()
    pending = [error]
    while pending:
        each = pending.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        wrapped = (getattr(each, "reason", None), *each.args, each.__cause__, each.__context__)
        pending += [one for one in wrapped if isinstance(one, BaseException)]
