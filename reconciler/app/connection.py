"""Opening a tenant: over the network, or the embedded one in this process."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reconciler import __version__
from reconciler.app.request import Request, Surroundings
from reconciler.app.workspace import Workspace
from reconciler.execution.folder import prepare
from reconciler.model.secrets import Secret
from reconciler.msgraph import pace_file
from reconciler.msgraph.auth import Login, TokenSource, sign_in
from reconciler.msgraph.auth_federation import Federation
from reconciler.msgraph.client import Graph
from reconciler.msgraph.clouds import root_of
from reconciler.msgraph.connect import Connection, connect
from reconciler.reports.terminal import escaped
from reconciler.settings import TenantSettings, auth_certificate, auth_of, auth_secret

if TYPE_CHECKING:
    from reconciler.emulator import EmbeddedTransport

EMBEDDED = "embedded"
_EMBEDDED_ROOT = "http://localhost"


@dataclass(frozen=True, slots=True)
class Session:
    """A tenant that is open, the root by which its objects refer to one another, and where its tokens come from."""

    graph: Graph
    root: str
    source: TokenSource | None = None


@asynccontextmanager
async def open_tenant(space: Workspace, request: Request, around: Surroundings) -> AsyncIterator[Session]:
    """The tenant of the workspace, ready to be read and written. Raises SignInError, UsageError, StateError."""
    told = around.progress

    def progress(done: int, total: int) -> None:
        if told is not None:
            told("reading", done, total)

    connection, source, transport = _way_to(space, request, around)
    async with connect(connection, transport=transport, progress=progress) as graph:
        yield Session(graph, connection.root, source)


def _way_to(
    space: Workspace, request: Request, around: Surroundings
) -> tuple[Connection, TokenSource, EmbeddedTransport | None]:
    tenant = space.tenant
    if tenant.graph != EMBEDDED:
        root = root_of(tenant.graph)
        source = _source(tenant, root, around)
        pace = pace_file.place(root, tenant.tenant_id, auth_of(tenant).client_id, around.environ, space.folder)
        return replace(_connection(tenant, request, root, source), pace_file=pace), source, None
    token, transport = _embedded(space)
    source = sign_in("token", Login(_EMBEDDED_ROOT, secret=Secret(token, "the embedded tenant")))
    return _connection(tenant, request, _EMBEDDED_ROOT, source), source, transport


def _embedded(space: Workspace) -> tuple[str, EmbeddedTransport]:
    """The tenant in this process, and its token; its state is one file beside the journal's folder.

    Without `type` and `profile` in the project file the tenant stays what its state says it is.
    """
    from reconciler.emulator import EmbeddedTransport, Profile, create_app

    prepare(space.folder)
    told = {"kind": space.tenant.type, **space.tenant.profile} if space.tenant.type else dict(space.tenant.profile)
    profile = Profile(**told) if told else None
    app = create_app(space.folder.with_name(f"{space.folder.name}.db"), profile=profile)
    return app.token, EmbeddedTransport(app)


def _source(tenant: TenantSettings, root: str, around: Surroundings) -> TokenSource:
    auth = auth_of(tenant)
    login = Login(
        root,
        tenant=tenant.tenant_id,
        client=auth.client_id,
        secret=auth_secret(tenant, around.environ),
        certificate=auth_certificate(tenant, around.environ),
        authority=auth.authority,
        federation=Federation(auth.token_file, auth.service_connection),
        environ=around.environ,
        tell=_teller(),
    )
    return sign_in(auth.method, login)


def _teller() -> Callable[[str], None] | None:
    """Who tells a person what sign-in wants of them; nobody where standard error is not a terminal."""
    if not sys.stderr.isatty():
        return None

    def tell(message: str) -> None:
        sys.stderr.write(f"{escaped(message)}\n")
        sys.stderr.flush()

    return tell


def _connection(tenant: TenantSettings, request: Request, root: str, source: TokenSource) -> Connection:
    return Connection(
        root,
        source,
        requests_per_minute=tenant.limits.requests_per_minute,
        concurrency=tenant.limits.concurrency,
        max_wait=request.max_wait,
        user_agent=f"reconciler/{__version__}",
    )
