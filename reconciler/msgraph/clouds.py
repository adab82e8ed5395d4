"""National clouds: where Graph and its sign-in live.

Source: Graph docs: national cloud deployments. Tokens are not shared between clouds.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from reconciler.model.errors import UsageError
from reconciler.model.kinds import Version


@dataclass(frozen=True, slots=True)
class Cloud:
    """One cloud: the root of Graph and the authority that signs in to it, both without a trailing slash."""

    root: str
    authority: str


CLOUDS = {
    "global": Cloud("https://graph.microsoft.com", "https://login.microsoftonline.com"),
    "usgov": Cloud("https://graph.microsoft.us", "https://login.microsoftonline.us"),
    "usgov-dod": Cloud("https://dod-graph.microsoft.us", "https://login.microsoftonline.us"),
    "china": Cloud("https://microsoftgraph.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
}

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def root_of(graph: str) -> str:
    """The service root a project names: a cloud by name, or an https URL (http on loopback only).

    A trailing slash and a trailing `/v1.0` or `/beta` are dropped. Raises UsageError for anything else.
    """
    if graph in CLOUDS:
        return CLOUDS[graph].root
    return _checked(graph, "graph")


def authority_of(root: str, authority: str = "") -> str:
    """The sign-in authority for a service root, without a tenant; `authority` overrides it.

    Raises UsageError for an override that is not an https URL (http on loopback only).
    """
    if authority:
        return _checked(authority, "authority")
    known = {cloud.root: cloud.authority for cloud in CLOUDS.values()}
    return known.get(root, CLOUDS["global"].authority)


def is_loopback(root: str) -> bool:
    """Whether the root is on this machine: such a root is never asked through a proxy."""
    return urlsplit(root).hostname in LOOPBACK


def _checked(url: str, name: str) -> str:
    parts = _split(url, name)
    fault = _fault(parts)
    if fault:
        raise UsageError(
            f"{name}: {fault}",
            f"write one of {', '.join(CLOUDS)}, or an https URL like {CLOUDS['global'].root} (http on loopback only)",
        )
    path = parts.path.rstrip("/")
    for version in Version:
        path = path.removesuffix(f"/{version}")
    return f"{parts.scheme}://{parts.netloc.lower()}{path.rstrip('/')}"


def _split(url: str, name: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port that is no number is found only when it is asked for
    except ValueError as error:
        raise UsageError(
            f"{name}: not a URL: {error}", "write an https URL such as https://graph.microsoft.com"
        ) from error
    return parts


def _fault(parts: SplitResult) -> str:
    """What is wrong with a root; nothing when it may be used. Never repeats a URL that may hold a password."""
    if "@" in parts.netloc:
        return "a URL with a user name or password in it is refused"
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return f"'{parts.geturl()}' is neither a cloud nor an https URL"
    if parts.query or parts.fragment:
        return f"'{parts.geturl()}' has a query or fragment"
    if any(not char.isprintable() or char in ' \\%"<>' for char in parts.geturl()):
        return f"{parts.geturl()!r} holds characters that do not belong in a root"
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        return f"'{parts.geturl()}' would send the token unencrypted"
    return ""
