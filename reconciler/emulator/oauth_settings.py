"""Who may sign in to the tenant: applications with their credentials, managed identities, pipelines.

Sources: Microsoft identity platform docs: application and service principal objects, federated identity credentials,
managed identities; GitHub docs: OpenID Connect; Azure Pipelines docs: workload identity federation.
"""

import math
from dataclasses import dataclass

TOKEN_EXCHANGE = "api://AzureADTokenExchange"  # the audience of federated tokens in the global cloud


@dataclass(frozen=True)
class AppSecret:
    """A client secret; ``expires`` is in seconds since the epoch."""

    value: str
    expires: float = math.inf


@dataclass(frozen=True)
class FederatedCredential:
    """A token of another issuer that an application accepts as its own: all three must match."""

    issuer: str
    subject: str
    audience: str = TOKEN_EXCHANGE


@dataclass(frozen=True)
class RegisteredApp:
    """An app registration. ``certificates`` are PEM; ``roles`` are its application permissions and ``scopes`` its
    delegated ones; ``public_client`` is the switch "Allow public client flows", which device codes need.
    """

    client_id: str
    secrets: tuple[AppSecret, ...] = ()
    certificates: tuple[str, ...] = ()
    federated: tuple[FederatedCredential, ...] = ()
    roles: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    public_client: bool = False


@dataclass(frozen=True)
class ManagedIdentity:
    """An identity of the machine; the system-assigned one is used where none is asked for."""

    client_id: str
    system_assigned: bool = False
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pipeline:
    """A job that may ask for federated tokens with its ``request_token``.

    One with a service ``connection`` is an Azure DevOps job, whose tokens have a fixed audience; one without is a
    GitHub job, which names the audience itself.
    """

    issuer: str
    subject: str
    request_token: str
    connection: str = ""


@dataclass(frozen=True)
class SignInSettings:
    """What the tenant's sign-in knows. ``lifetime`` of tokens, ``code_lifetime`` of device codes and ``interval`` of
    polling are in seconds; ``identity_header`` is what App Service gives its apps to ask with; ``single_use`` refuses
    a client assertion that comes twice, which Entra is not known to do: msal sends one for nine minutes.
    """

    apps: tuple[RegisteredApp, ...] = ()
    identities: tuple[ManagedIdentity, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()
    lifetime: int = 3599
    code_lifetime: int = 900
    interval: int = 5
    identity_header: str = "identity-header"
    single_use: bool = False
