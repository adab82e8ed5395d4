"""The deprecated view of the identity providers: other names for the same ones, read and written."""

from typing import Any

from reconciler.emulator.call import Call
from reconciler.emulator.entities.oidc import OIDC, OPEN_ID_CONNECT
from reconciler.emulator.entities.providers import APPLE, IDENTITY_PROVIDERS, PROVIDERS, SOCIAL
from reconciler.emulator.errors import invalid
from reconciler.emulator.schema import EntitySet
from reconciler.emulator.store import Doc
from reconciler.emulator.values import MASK

_TYPES = {APPLE: "AppleManaged", OIDC: "OpenIDConnect", OPEN_ID_CONNECT: "OpenIDConnect"}
_NAMES = {
    "id": "id",
    "type": "identityProviderType",
    "name": "displayName",
    "clientId": "clientId",
    "clientSecret": "clientSecret",
}
_REQUIRED = ("type", "name", "clientId", "clientSecret")
# Graph docs: openIdConnectProvider resource type (beta).
_MORE = ("claimsMapping", "domainHint", "metadataUrl", "responseMode", "responseType", "scope")
_PLAIN, _CONNECT = "#microsoft.graph.identityProvider", "#microsoft.graph.openIdConnectProvider"


def legacy_view(call: Call, doc: Doc) -> Doc:
    """The deprecated identityProvider shape of a provider; built-in ones have no client."""
    secret = doc.get("clientSecret") or doc.get("certificateData")
    shown = {
        "id": doc["id"],
        "type": _TYPES.get(doc["@odata.type"]) or doc["identityProviderType"],
        "name": doc["displayName"],
        "clientId": doc.get("clientId"),
        "clientSecret": MASK if secret else None,
    }
    if doc["@odata.type"] != OPEN_ID_CONNECT or call.version != "beta":
        return shown
    return {"@odata.type": _CONNECT, **shown, **{name: doc[name] for name in _MORE}}


def _translate(call: Call, body: Any, doc: Doc | None) -> Any:
    """A written identityProvider as the provider it means. Graph docs: Create, Update identityProvider."""
    if not isinstance(body, dict):
        return body
    connects = _connects(call, body) if doc is None else doc["@odata.type"] == OPEN_ID_CONNECT
    names = {name.lower(): new for name, new in (*_NAMES.items(), *((name, name) for name in _MORE if connects))}
    written = {name: value for name, value in body.items() if not name.startswith("@")}
    unknown = [name for name in written if name.lower() not in names]
    if unknown:
        raise invalid(f"The property '{unknown[0]}' does not exist on type 'microsoft.graph.identityProvider'.")
    if doc is None:
        _require(written)
    found = {names[name.lower()]: value for name, value in written.items()}
    if connects and doc is None:
        del found["identityProviderType"]
    kind = doc["@odata.type"] if doc is not None else OPEN_ID_CONNECT if connects else SOCIAL
    return {"@odata.type": kind, **found}


def _connects(call: Call, body: Doc) -> bool:
    """Whether a new provider is an OpenID Connect one: its type says so, in beta."""
    written = f"#{str(body.get('@odata.type', _PLAIN)).removeprefix('#')}".lower()
    if written not in (_PLAIN.lower(), _CONNECT.lower()) or (written == _CONNECT.lower() and call.version != "beta"):
        raise invalid(f"'{body['@odata.type']}' is not a type of 'identityProviders'.")
    return written == _CONNECT.lower()


def _require(written: Doc) -> None:
    given = {name.lower() for name in written}
    absent = [name for name in _REQUIRED if name.lower() not in given]
    if absent:
        raise invalid(f"The property '{absent[0]}' is required on 'microsoft.graph.identityProvider'.")


# Deprecated, yet still answering: the list was observed on a live tenant, August 2026. That it can still be
# written is only documented.
LEGACY_IDENTITY_PROVIDERS = EntitySet(
    "identityProviders",
    types=IDENTITY_PROVIDERS.types,
    unique=IDENTITY_PROVIDERS.unique,
    set_operations=IDENTITY_PROVIDERS.set_operations,
    context="identityProviders",
    address=PROVIDERS,
    view=legacy_view,
    translate=_translate,
    hooks=IDENTITY_PROVIDERS.hooks,
)
