"""The fence: which URLs a token may travel to, and a transport that lets no other request out."""

from __future__ import annotations

import re
from urllib.parse import unquote

import httpx

from reconciler.model.kinds import Version

_SHOWN = 80  # characters of a path that cannot be one
_SHORT = 2_000  # characters, far fewer than any URL may have
_QUOTED = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._~/?$=,-]|%[0-9A-F]{2})*")


class ForeignUrlError(httpx.UnsupportedProtocol):
    """A URL outside the configured root: nothing was sent."""


def place(root: httpx.URL, version: Version, path: str) -> httpx.URL:
    """The URL of a path below the service root of a version; what is already percent-encoded stays as it is.

    Raises ForeignUrlError for a path that would climb (`..`) or is no URL at all.
    """
    _check_place(path)
    try:
        return httpx.URL(f"{str(root).rstrip('/')}/{version}/{path.lstrip('/')}")
    except httpx.InvalidURL as error:
        raise ForeignUrlError(f"refused: the path {path[:_SHOWN]!r} is not a URL: {error}") from error


def below(root: httpx.URL, version: Version, path: str) -> str:
    """A path below the service root of a version as an item of a batch holds it: quoted like that of its URL.

    Raises ForeignUrlError as `place` does.
    """
    if len(path) <= _SHORT and _QUOTED.fullmatch(path):  # nearly all are, and parsing a URL takes ten times as long
        _check_place(path)
        return path
    whole = place(root, version, path).raw_path.decode("ascii")
    return whole.removeprefix(_base(root, version)).lstrip("/")


def _check_place(path: str) -> None:
    if any(unquote(segment) in {".", ".."} for segment in path.partition("?")[0].split("/")):
        raise ForeignUrlError(f"refused: the path '{path}' leaves its place")


def next_page(root: httpx.URL, version: Version, link: object) -> httpx.URL:
    """The URL of a next page that a server named, when it lies below the same root and version.

    The token goes where this URL points, so another host, port, scheme or root is refused with ForeignUrlError.
    Source: Graph docs: paging (`@odata.nextLink` is absolute and opaque).
    """
    try:
        url = httpx.URL(str(link))
    except httpx.InvalidURL as error:
        raise ForeignUrlError("refused: the next page's link is not a URL") from error
    if not same_origin(root, url) or not url.raw_path.decode("ascii").startswith(f"{_base(root, version)}/"):
        raise ForeignUrlError(f"refused: the next page's link leads to another place ({url.scheme}://{url.host})")
    return url


def same_origin(root: httpx.URL, url: httpx.URL) -> bool:
    """Whether scheme, host and port are those of the root, and no user name hides in the URL."""
    return _origin(root) == _origin(url) and not url.userinfo


async def forget_location(response: httpx.Response) -> None:
    """A response hook that drops where a redirect leads: httpx parses it, and may fail, even when not to follow it."""
    if response.is_redirect:
        response.headers.pop("location", None)


class Guard(httpx.AsyncBaseTransport):
    """Refuses a request to any origin but the root's."""

    def __init__(self, inner: httpx.AsyncBaseTransport, root: httpx.URL) -> None:
        self._inner = inner
        self._root = root

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request on. Raises ForeignUrlError when it leads elsewhere."""
        if not same_origin(self._root, request.url):
            raise ForeignUrlError(f"refused: a request to {request.url.scheme}://{request.url.host}")
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close what is below."""
        await self._inner.aclose()


def _base(root: httpx.URL, version: Version) -> str:
    return f"{root.raw_path.decode('ascii').rstrip('/')}/{version}"


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    port = url.port or {"http": 80, "https": 443}.get(url.scheme, 0)
    return url.scheme, url.host.lower(), port
