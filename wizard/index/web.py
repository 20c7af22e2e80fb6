"""Web requests as the target's pip makes them: certificates, proxy, passwords, with a time limit.

Imports requests, which is slow: import this module only for a request.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
import time
from typing import Any, Callable, NamedTuple, Optional, TypeVar
from urllib.parse import unquote, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from wizard.addresses import masked
from wizard.index.source import MAX_PAGE_BYTES, IndexSource, Unreadable, too_large
from wizard.programs import trust

ACCEPT = (
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, "
    "text/html;q=0.01"
)
RETRIES = Retry(
    total=2,
    connect=1,
    read=0,
    other=0,
    backoff_factor=0.2,
    status_forcelist=(500, 502, 503, 504),
    raise_on_status=False,
    respect_retry_after_header=False,  # the server may ask for an hour
)
REDIRECTS = 10
T = TypeVar("T")


class Page(NamedTuple):
    """A server's response: the bytes and their content type."""

    body: bytes
    type: str


class Web:
    """Downloads pages with the settings of one pip.

    ``patience`` (seconds) limits each wait, ``deadline`` (of `time.monotonic`) the whole request.
    """

    def __init__(self, source: IndexSource, *, patience: float, deadline: float) -> None:
        self.source = source
        self.patience = patience
        self.deadline = deadline

    def get(self, url: str) -> Page:
        """Download a page. Raises Unreadable, with a sentence for the user, for all errors."""
        shown = masked(url)

        def read(response: requests.Response) -> Page:
            _check_status(response, shown)
            return Page(self._body(response, shown), response.headers.get("content-type", ""))

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
        shown = masked(url)
        try:
            bare, auth = _without_credentials(url)
            self._check_origin(bare, shown)
            try:
                return self._send(bare, auth, read, headers)
            except requests.exceptions.SSLError:
                if self.source.cert or _environment_bundle():
                    raise
                # Since 24.2, pip trusts what the system trusts, such as a company's certificate
                # authority.
                return self._send(bare, auth, read, headers, trust.system_context())
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise Unreadable(self._sentence(error, shown)) from None
        except ValueError as error:  # from urlsplit and codecs, for a broken address
            raise Unreadable(
                f"{shown} is not an address ({error}): check pip's index-url."
            ) from None

    def _send(
        self,
        url: str,
        auth: Optional[tuple[str, str]],
        read: Callable[[requests.Response], T],
        headers: Optional[dict[str, str]] = None,
        context: Optional[ssl.SSLContext] = None,
    ) -> T:
        source = self.source
        with requests.Session() as session:
            session.max_redirects = REDIRECTS
            session.headers["Accept"] = ACCEPT
            session.cert = source.client_cert or None
            session.mount("http://", HTTPAdapter(max_retries=RETRIES))
            session.mount("https://", _Adapter(context))
            for host in source.trusted_hosts:
                session.mount(f"https://{host}/", _Unverified(context))
                session.mount(f"https://{host}:", _Unverified(context))
            # These two are passed with each request. On the session, the environment would override
            # them, but pip's setting takes precedence.
            with session.get(
                url,
                auth=auth,
                headers=headers,
                verify=source.cert or None,
                proxies={"http": source.proxy, "https": source.proxy} if source.proxy else None,
                timeout=self.patience,
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

    def _sentence(self, error: Exception, shown: str) -> str:
        if isinstance(error, requests.exceptions.SSLError):
            return (
                f"The certificate of {shown} is not trusted: a proxy or a company's certificate "
                "authority may have signed it. Tell pip the certificate of that authority (pip "
                "config set global.cert FILE)."
            )
        if isinstance(error, requests.exceptions.ProxyError):
            return f"The proxy for {shown} does not work: check pip's proxy and HTTPS_PROXY."
        if isinstance(error, requests.exceptions.Timeout) or _stalled(error):
            return (
                f"{shown} did not answer within {self.patience:g} s: check the network, the VPN "
                "or pip's proxy setting, then try again."
            )
        if isinstance(error, requests.exceptions.TooManyRedirects):
            return f"{shown} redirects endlessly: check pip's index-url."
        if isinstance(error, requests.exceptions.ChunkedEncodingError):
            return f"{shown} closed the connection before its answer was complete: try again."
        if isinstance(error, requests.exceptions.ConnectionError):
            return f"{shown} cannot be reached: check the network, the VPN or pip's proxy setting."
        return f"{shown} cannot be read ({masked(str(error))}): check pip's settings."


def _stalled(error: Exception) -> bool:
    """requests reports a timeout in the middle of a body as a ConnectionError."""
    return bool(error.args) and isinstance(error.args[0], urllib3.exceptions.ReadTimeoutError)


class _Adapter(HTTPAdapter):
    """Limits retries, and trusts ``context`` in addition to the usual certificates."""

    def __init__(self, context: Optional[ssl.SSLContext]) -> None:
        self.context = context
        super().__init__(max_retries=RETRIES)

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


def _check_status(response: requests.Response, shown: str) -> None:
    status = response.status_code
    if status == 200:
        return
    if status in (401, 403):
        raise Unreadable(
            f"{shown} asks for a user name and password, or rejects the ones it got ({status}): "
            "put "
            "them into ~/.netrc or into pip's index-url."
        )
    if status == 407:
        raise Unreadable(f"The proxy for {shown} asks for a password: put it into pip's proxy.")
    if status == 451:
        raise Unreadable(
            f"{shown} is blocked for legal reasons, or by a policy (451): ask the operator of the "
            "index."
        )
    if status in (404, 410):
        raise Unreadable(
            f"{shown} does not exist ({status}): check pip's index-url.",
            absent=True,
        )
    if status >= 500 or status == 429:
        raise Unreadable(f"{shown} reports a server error ({status}): try again in some minutes.")
    raise Unreadable(f"{shown} answered with status {status}: check pip's index-url.")


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


def _environment_bundle() -> bool:
    return bool(os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE"))
