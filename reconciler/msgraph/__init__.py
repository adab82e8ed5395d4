"""Microsoft Graph: sign-in, transports, reads and writes, and the words for what goes wrong.

Here belongs everything that knows HTTP. What to read, what it means and what to write do not: those are `planning`
and `execution`, which see a `Tenant`.
"""

from reconciler.model.tenant import Clock
from reconciler.msgraph.auth import BearerAuth, Login, StaticToken, TokenSource, sign_in
from reconciler.msgraph.client import Graph
from reconciler.msgraph.clock import SystemClock
from reconciler.msgraph.clouds import authority_of, root_of
from reconciler.msgraph.connect import Connection, connect

__all__ = [
    "BearerAuth",
    "Clock",
    "Connection",
    "Graph",
    "Login",
    "StaticToken",
    "SystemClock",
    "TokenSource",
    "authority_of",
    "connect",
    "root_of",
    "sign_in",
]
