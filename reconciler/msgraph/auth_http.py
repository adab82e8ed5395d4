"""How sign-in speaks HTTP: one way for msal, for pipelines' federated tokens and for managed identities.

`HTTPS_PROXY`, `NO_PROXY`, `SSL_CERT_FILE` and `SSL_CERT_DIR` mean the same here as for Graph. msal takes any client
with `get` and `post` whose answers have a status, a text and headers. Source: msal-python docs: `http_client`.
"""

from __future__ import annotations

import functools
import os
import ssl
from collections.abc import Mapping
from typing import Any

import httpx

from reconciler.model.errors import SignInError
from reconciler.msgraph.clouds import LOOPBACK
from reconciler.msgraph.errors import Veil, clean, failure

NETWORK_FIX = "check the network, HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE; then run again"
TIMEOUT = httpx.Timeout(30.0, connect=10.0)  # seconds
NEAR = httpx.Timeout(30.0, connect=3.0)  # seconds; an endpoint on this machine answers at once or is not there
TRIES = 2  # a load balancer's hiccup is not worth a run; more patience is for those who wait for Graph


class SignInHttp:
    """Sends one request over one connection: tokens are asked for too rarely to keep any open.

    `near` is for endpoints of this machine, managed identities: no proxy, little patience. Source: Azure docs:
    instance metadata service ("must bypass web proxies").
    """

    def __init__(self, *, near: bool = False, veil: Veil | None = None) -> None:
        self._near = near
        self._veil = veil or Veil()

    def get(
        self, url: str, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None, **_: Any
    ) -> httpx.Response:
        """The answer to a GET. Raises SignInError when there is none, or one that is no answer."""
        return self._send("GET", url, params=params, headers=headers)

    def post(
        self,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> httpx.Response:
        """The answer to a form. Raises SignInError when there is none, or one that is no answer."""
        given = {name: value for name, value in (data or {}).items() if value is not None}
        fields = {name: value.decode() if isinstance(value, bytes) else value for name, value in given.items()}
        return self._send("POST", url, params=params, headers=headers, data=fields)

    def close(self) -> None:
        """Nothing stays open."""

    def _send(self, method: str, url: str, **what: Any) -> httpx.Response:
        what = {name: value for name, value in what.items() if value}
        for last in (*(False,) * (TRIES - 1), True):
            try:
                response = self._once(method, url, what)
            except httpx.ConnectError as error:
                if last:
                    raise self._unreachable(url, error) from None
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise self._unreachable(url, error) from None
            else:
                if last or response.status_code < 500:
                    return self._usable(response)
        raise AssertionError("the last try returns or raises")

    def _once(self, method: str, url: str, what: Mapping[str, Any]) -> httpx.Response:
        direct = self._near or httpx.URL(url).host in LOOPBACK
        verify: Any = _certificates(*_named()) if url.startswith("https:") else False
        timeout = NEAR if self._near else TIMEOUT
        with httpx.Client(trust_env=not direct, verify=verify, timeout=timeout, follow_redirects=False) as client:
            return client.request(method, url, **what)

    def _usable(self, response: httpx.Response) -> httpx.Response:
        """An answer of the service itself: not a proxy's web page, not one of a service that is down."""
        where, status = response.url.host, response.status_code
        if "html" in response.headers.get("content-type", ""):
            raise SignInError(f"no token: {where} answered {status} with a web page", NETWORK_FIX)
        if status < 500:
            return response
        body = said_by(response)
        told = clean(self._veil.over(str(body.get("error_description") or body.get("message") or "no reason given")))
        raise SignInError(f"no token: {where} answered {status}: {told}", "run again in a few minutes", status=status)

    def _unreachable(self, url: str, error: Exception) -> SignInError:
        words = f"{host_of(url)}: {failure(error, self._veil)}"
        opened = "CERTIFICATE_VERIFY_FAILED" in words
        fix = "if a proxy opens TLS here, name its certificates with SSL_CERT_FILE" if opened else NETWORK_FIX
        return SignInError(f"no token: {words}", fix)


def said_by(response: httpx.Response) -> Mapping[str, Any]:
    """The JSON object of an answer; an empty one where it is something else."""
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def host_of(url: str) -> str:
    """The host of an address, or what can be said of one that has none."""
    try:
        return httpx.URL(url).host or "an address without a host"
    except httpx.InvalidURL:
        return "an address that is none"


def _named() -> tuple[str, str]:
    return os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", "")


@functools.lru_cache(maxsize=4)
def _certificates(file: str, folder: str) -> ssl.SSLContext:
    """The authorities to trust. Raises SignInError when the environment names ones that cannot be read."""
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        named = f"SSL_CERT_FILE ({file})" if file else f"SSL_CERT_DIR ({folder})"
        raise SignInError(f"no token: {named} cannot be read: {error.strerror or error}", "check the path") from None
