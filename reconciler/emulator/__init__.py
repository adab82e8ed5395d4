"""The embedded tenant: a local Microsoft Graph for user flows and what they attach to, as an ASGI app.

Here belongs how Graph behaves, told from its documentation and from observed tenants, and the ways to make it
misbehave. Nothing here knows the rest of the package: the tenant is a second opinion on Graph, not an echo.
"""

from reconciler.emulator.app import App, create_app
from reconciler.emulator.errors import GraphError
from reconciler.emulator.faults import Fault, Faults
from reconciler.emulator.oauth_settings import (
    AppSecret,
    FederatedCredential,
    ManagedIdentity,
    Pipeline,
    RegisteredApp,
    SignInSettings,
)
from reconciler.emulator.profile import Profile
from reconciler.emulator.tenant import Tenant
from reconciler.emulator.transport import EmbeddedTransport

__all__ = [
    "App",
    "AppSecret",
    "EmbeddedTransport",
    "Fault",
    "Faults",
    "FederatedCredential",
    "GraphError",
    "ManagedIdentity",
    "Pipeline",
    "Profile",
    "RegisteredApp",
    "SignInSettings",
    "Tenant",
    "create_app",
]
