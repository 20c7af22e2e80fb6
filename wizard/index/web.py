"""Web requests as the target's pip makes them: certificates, proxy, passwords, with a time limit.

Imports requests, which is slow: import this module only for a request.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import ssl
import time
from typing import Any, Callable, NamedTuple, Optional, TypeVar
from urllib.parse import unquote, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from wizard.addresses import masked
from wizard.index import web_faults
from wizard.index.source import MAX_PAGE_BYTES, IndexSource, Unreadable, too_large
from wizard.programs import trust

ACCEPT = (
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, "
    "text/html;q=0.01"
)
PAUSES = (0.3, 1.0)
"""Seconds before each further attempt after a fault that may pass."""
EARLY = 0.5
"""The part of the time limit that all attempts but the last get: a connection that stalls is tried
again soon, and a server that is only slow has all of the time in the end."""
LONGEST_PAUSE = 10.0
"""Seconds that a server may ask to wait before the next attempt; for longer, the request fails."""
REDIRECTS = 10
T = TypeVar("T")


class Page(NamedTuple):
    """A server's response: the bytes, their content type, and the host that redirects led to."""

    body: bytes
    type: str
    redirected: str = ""


class _Request(NamedTuple):
    """What is asked for. ``patience`` (seconds) limits each wait."""

    url: str
    headers: dict[str, str]
    patience: float


class Web:
    """Downloads pages with the settings of one pip.

    ``patience`` (seconds) limits each wait of the last attempt, and more than those of the earlier
    ones; ``deadline`` (of `time.monotonic`) limits all attempts together.
    """

    def __init__(self, source: IndexSource, *, patience: float, deadline: float) -> None:
        self.source = source
        self.patience = patience
        self.deadline = deadline

    def get(self, url: str) -> Page:
        """Download a page. Raises Unreadable, with a sentence for the user, for all errors."""
        shown = masked(url)

        def read(response: requests.Response) -> Page:
            self._check_status(response, shown)
            kind = response.headers.get("content-type", "")
            return Page(self._body(response, shown), kind, _redirected(response))

        return self._ask(url, read)

    def lets_through(self, url: str) -> bool:
        """Return whether a file can be downloaded, by asking for its first byte."""

        def read(response: requests.Response) -> bool:
            return response.status_code in (200, 206)

        try:
            return self._ask(url.partition("#")[0], read, {"Range": "bytes=0-0"})
        except Unreadable:
            return False

    def _ask(
        self,
        url: str,
        read: Callable[[requests.Response], T],
        headers: Optional[dict[str, str]] = None,
    ) -> T:
        """Return what ``read`` makes of the response. Raises Unreadable."""
        request = _Request(url, headers or {}, self.patience)
        for pause in PAUSES:
            try:
                return self._attempt(request._replace(patience=EARLY * self.patience), read)
            except Unreadable as problem:
                if problem.passes_in is None or problem.passes_in > LONGEST_PAUSE:
                    raise
                seconds = max(pause, problem.passes_in)
                if time.monotonic() + seconds >= self.deadline:
                    raise
            time.sleep(seconds)  # in a separate thread, which can be abandoned
        return self._attempt(request, read)

    def _attempt(self, request: _Request, read: Callable[[requests.Response], T]) -> T:
        shown = masked(request.url)
        try:
            bare, auth = _without_credentials(request.url)
            self._check_origin(bare, shown)
            request = request._replace(url=bare)
            try:
                return self._send(request, auth, read)
            except requests.exceptions.SSLError:
                if self.source.cert or _environment_bundle():
                    raise
                # Since 24.2, pip trusts what the system trusts, such as a company's certificate
                # authority.
                return self._send(request, auth, read, trust.system_context())
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise _unreadable(error, shown, request.patience) from None
        except ValueError as error:  # from urlsplit and codecs, for a broken address
            raise Unreadable(
                f"{shown} is not an address ({error}): check pip's index-url."
            ) from None

    def _send(
        self,
        request: _Request,
        auth: Optional[tuple[str, str]],
        read: Callable[[requests.Response], T],
        context: Optional[ssl.SSLContext] = None,
    ) -> T:
        source = self.source
        with requests.Session() as session:
            session.max_redirects = REDIRECTS
            session.headers["Accept"] = ACCEPT
            session.cert = source.client_cert or None
            # As in pip, REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE override this.
            session.verify = source.cert or True
            session.mount("http://", HTTPAdapter())
            session.mount("https://", _Adapter(context))
            for host in source.trusted_hosts:
                session.mount(f"https://{host}/", _Unverified(context))
                session.mount(f"https://{host}:", _Unverified(context))
            # This is passed with each request. On the session, the environment would override it,
            # but pip's setting takes precedence.
            with session.get(
                request.url,
                auth=auth,
                headers=request.headers,
                proxies={"http": source.proxy, "https": source.proxy} if source.proxy else None,
                timeout=request.patience,
                stream=True,
            ) as response:
                return read(response)

    def _body(self, response: requests.Response, shown: str) -> bytes:
        announced = response.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > MAX_PAGE_BYTES:
            raise too_large(shown)
        body = bytearray()
        for chunk in response.iter_content(1 << 16):
            body += chunk
            if len(body) > MAX_PAGE_BYTES:
                raise too_large(shown)
            if time.monotonic() > self.deadline:
                raise requests.exceptions.ReadTimeout
        return bytes(body)

    def _check_origin(self, url: str, shown: str) -> None:
        """pip ignores plain http unless the host is this machine or a trusted one."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme.lower() != "http" or _is_loopback(host):
            return
        if not {host, f"{host}:{parts.port}"} & set(self.source.trusted_hosts):
            raise Unreadable(
                f"{shown} is plain http, which pip ignores: use its https address, or add {host} "
                "to pip's trusted-host setting."
            )

    def _check_status(self, response: requests.Response, shown: str) -> None:
        """Raise Unreadable, with what the server answered, unless it sends the page."""
        status = response.status_code
        if status == 200:
            return
        body = b""
        # Without it, the status says enough.
        with contextlib.suppress(requests.RequestException, urllib3.exceptions.HTTPError, OSError):
            body = next(response.iter_content(4096), b"")
        said = web_faults.own_words(response, body)
        answered = f"{status}: “{said}”" if said else str(status)
        seconds = web_faults.retry_after(response.headers)
        asked = response.request.headers.get("Authorization")
        raise Unreadable(
            f"{shown} {_refusal(status, answered, has_password=bool(asked), seconds=seconds)}",
            absent=status in (404, 410),
            passes_in=(seconds or 0.0) if status in web_faults.PASSING_STATUS else None,
            failure=web_faults.failure_of(status),
        )


def _unreadable(error: Exception, shown: str, patience: float) -> Unreadable:
    """Return why a page could not be read; each wait was limited to ``patience`` seconds."""
    fault = web_faults.explain(error)
    cause = f"did not answer within {patience:g} s" if fault.kind == "timeout" else fault.cause
    return Unreadable(
        f"{shown} {cause}: {_advice(fault)}",
        passes_in=0.0 if fault.passes else None,
        failure=fault.failure,
    )


def _refusal(status: int, answered: str, *, has_password: bool, seconds: Optional[float]) -> str:
    """Return what an answer means and what to do, as the end of a sentence."""
    if status == 401 and has_password:
        return (
            f"rejects the user name and password that it got ({answered}): correct them in "
            "~/.netrc or in pip's index-url."
        )
    if status == 401:
        return (
            f"asks for a user name and password ({answered}): put them into ~/.netrc or into "
            "pip's index-url."
        )
    if status == 403:
        return (
            f"refuses access ({answered}): ask its operator what is allowed. If it needs a user "
            "name and password, put them into ~/.netrc or into pip's index-url."
        )
    if status == 407:
        return (
            f"cannot be reached: its proxy asks for a user name and password ({answered}). Put "
            "them into pip's proxy or into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT"
        )
    if status == 451:
        return (
            f"is blocked for legal reasons, or by a policy ({answered}): ask the operator of the "
            "index."
        )
    if status in (404, 410):
        return f"does not exist ({answered}): check pip's index-url."
    if status == 429:
        when = f"in {seconds:g} seconds" if seconds else "in some minutes"
        return f"was asked too often from here ({answered}): try again {when}."
    if status >= 500:
        return (
            f"reports a server error ({answered}): try again in some minutes. If the error stays, "
            "tell the operator of the index."
        )
    return f"answered with status {answered}: check pip's index-url."


def _advice(fault: web_faults.WebFault) -> str:
    if fault.kind != "certificate":
        return _ADVICE.get(fault.kind, "check the network, the VPN or pip's proxy setting.")
    if "another host" in fault.cause:
        return "check pip's index-url; a proxy or a sign-in page may have answered instead."
    if "clock" in fault.cause:
        return "check the clock (date), and tell the operator of the index."
    said = "a proxy or a company's certificate authority may have signed it."
    if variable := _environment_bundle():
        return f"{said} Only the authorities in the file that {variable} names are trusted."
    return f"{said} Tell pip the certificate of that authority (pip config set global.cert FILE)."


_ADVICE = {
    "name": "check the network, the VPN, the spelling of the address, and pip's proxy setting.",
    "proxy-password": "put them into pip's proxy or into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT",
    "proxy": "check pip's proxy and HTTPS_PROXY.",
    "redirects": "check pip's index-url.",
    "cut": "try again.",
    "garbled": "this is the server's or a proxy's fault; try again later.",
    "other": "check pip's settings.",
    "timeout": "check the network, the VPN or pip's proxy setting, then try again.",
}
"""What to do, by the kind of a fault."""


def _redirected(response: requests.Response) -> str:
    """Return the host that redirects led to, if it is another than the one that was asked."""
    if not response.history:
        return ""
    first, last = urlsplit(response.history[0].url), urlsplit(response.url)
    return last.netloc.rpartition("@")[2] if last.hostname != first.hostname else ""


class _Adapter(HTTPAdapter):
    """Trusts ``context`` in addition to the usual certificates."""

    def __init__(self, context: Optional[ssl.SSLContext]) -> None:
        self.context = context
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **{**kwargs, **self._trust()})

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, **{**kwargs, **self._trust()})

    def _trust(self) -> dict[str, ssl.SSLContext]:
        return {} if self.context is None else {"ssl_context": self.context}


class _Unverified(_Adapter):
    """For pip's trusted hosts, whose certificates are not checked."""

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:  # noqa: ARG002
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        super().cert_verify(conn, url, False, cert)  # type: ignore[no-untyped-call]


def _without_credentials(url: str) -> tuple[str, Optional[tuple[str, str]]]:
    """Split off user and password: requests would prefer ~/.netrc, pip does not."""
    parts = urlsplit(url)
    credentials, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, None
    user, _, password = credentials.partition(":")
    return parts._replace(netloc=host).geturl(), (unquote(user), unquote(password))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name
        return False


def _environment_bundle() -> str:
    """Return the variable whose file has the only authorities that pip trusts; empty if none."""
    names = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    return next((name for name in names if os.environ.get(name)), "")
