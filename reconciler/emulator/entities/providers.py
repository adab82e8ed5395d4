"""Identity providers: built in, social, Apple and OpenID Connect."""

import re

from reconciler.emulator.call import Call, Place, Reply
from reconciler.emulator.entities.oidc import OIDC, OIDC_PROPS, OPEN_ID_CONNECT, OPEN_ID_CONNECT_PROPS, check_oidc
from reconciler.emulator.errors import invalid, service_problem
from reconciler.emulator.profile import TenantKind
from reconciler.emulator.schema import BETA, EntitySet, EntityType, Enum, Hooks, Operation, Prop
from reconciler.emulator.store import Doc

PROVIDERS = "identity/identityProviders"
BUILT_IN = "#microsoft.graph.builtInIdentityProvider"
SOCIAL = "#microsoft.graph.socialIdentityProvider"
APPLE = "#microsoft.graph.appleManagedIdentityProvider"

_BUILT_IN = {
    "AADSignup-OAUTH": ("Azure Active Directory Sign up", "AADSignup"),
    "MSASignup-OAUTH": ("Microsoft Account (Preview)", "MicrosoftAccount"),
    "EmailOtpSignup-OAUTH": ("Email one-time passcode (Preview)", "EmailOTP"),
    "EmailPassword-OAUTH": ("Email with password", "EmailPassword"),
}
_PRESENT: dict[TenantKind, tuple[str, ...]] = {
    "workforce": ("AADSignup-OAUTH", "MSASignup-OAUTH", "EmailOtpSignup-OAUTH"),
    "external": ("AADSignup-OAUTH", "EmailPassword-OAUTH", "EmailOtpSignup-OAUTH"),
    "b2c": (),
}
# Graph docs: socialIdentityProvider resource type, identityProviderBase: availableProviderTypes.
_SOCIAL: dict[TenantKind, tuple[str, ...]] = {
    "workforce": ("Facebook", "Google"),
    "external": ("Facebook", "Google"),
    "b2c": (
        *("Microsoft", "Google", "Facebook", "Amazon", "LinkedIn"),
        *("Weibo", "QQ", "WeChat", "Twitter", "GitHub"),
    ),
}
_OTHERS: dict[TenantKind, tuple[str, ...]] = {
    "workforce": (),
    "external": ("AppleManaged",),
    "b2c": ("AppleManaged", "OpenIdConnect"),
}


_TYPES_OF: dict[TenantKind, tuple[str, ...]] = {
    "workforce": (),
    "external": (APPLE, OIDC),
    "b2c": (APPLE, OPEN_ID_CONNECT),
}


def built_in_providers(kind: TenantKind) -> list[Doc]:
    """The providers of a fresh tenant of a kind."""
    return [
        {"id": key, "displayName": name, "identityProviderType": provider, "@odata.type": BUILT_IN}
        for key, (name, provider) in _BUILT_IN.items()
        if key in _PRESENT[kind]
    ]


def _social_id(_call: Call, doc: Doc) -> str:
    """One per type, with an id made from it; Microsoft's own differs. Graph docs: identityProvider."""
    provider = doc["identityProviderType"]
    return "MSA-OIDC" if provider == "Microsoft" else f"{provider}-OAUTH"


def _open_id_connect_id(call: Call, doc: Doc) -> str:
    """``OIDC-V1-<name>-<guid>``, as the samples of Graph docs show it; spaces become underscores, a choice."""
    return f"OIDC-V1-{re.sub(r'[^A-Za-z0-9]+', '_', doc['displayName'])}-{call.new_id()}"


def _apple_id(_call: Call, _doc: Doc) -> str:
    return "Apple-Managed-OIDC"


def _fill(call: Call, doc: Doc) -> Doc:
    """Spell the provider type as Graph does, and refuse one this kind of tenant does not offer."""
    annotation, kind = doc["@odata.type"], call.profile.kind
    if kind == "external" and not call.profile.extensions_principal:
        # Public automation of external tenants meets this until the service principal
        # "Azure Active Directory Authentication Extensions" has been made.
        raise service_problem()
    if annotation != SOCIAL:
        if annotation not in _TYPES_OF[kind]:
            name = annotation.rpartition(".")[2].removesuffix("IdentityProvider")
            raise invalid(f"The identity provider type '{name}' is not available in {kind} tenants.")
        check_oidc(doc)
        return doc
    offered = {name.lower(): name for name in _SOCIAL[kind]}
    provider = doc["identityProviderType"]
    if provider.lower() not in offered:
        raise invalid(f"The identity provider type '{provider}' is not available in {kind} tenants.")
    return {**doc, "identityProviderType": offered[provider.lower()]}


def _merge(doc: Doc, change: Doc) -> Doc:
    """What holds for a new OpenID Connect provider holds for a changed one."""
    merged = {**doc, **change}
    check_oidc(merged)
    return merged


def _removable(doc: Doc) -> None:
    if doc["@odata.type"] == BUILT_IN:
        raise invalid(f"The built-in identity provider '{doc['id']}' cannot be deleted.")


def _available(call: Call, _place: Place, _doc: Doc) -> Reply:
    kind = call.profile.kind
    built_in = ("MicrosoftAccount", "EmailOTP") if kind == "workforce" else ()
    names = [*built_in, *_SOCIAL[kind], *_OTHERS[kind]]
    return Reply(200, {"@odata.context": call.context("Collection(Edm.String)"), "value": names})


_TYPES = (
    EntityType(
        "builtInIdentityProvider",
        (
            Prop("id", writes="never"),
            Prop("displayName", writes="never"),
            Prop("identityProviderType", writes="never"),
            Prop("state", Enum(("enabled", "disabled")), writes="never", versions=BETA),
        ),
        writable=False,
    ),
    EntityType(
        "socialIdentityProvider",
        (
            Prop("id", writes="never"),
            Prop("displayName", required=True),
            Prop("identityProviderType", required=True, writes="once"),
            Prop("clientId", required=True),
            Prop("clientSecret", required=True, secret=True),
        ),
        identify=_social_id,
    ),
    EntityType(
        "appleManagedIdentityProvider",
        (
            Prop("id", writes="never"),
            Prop("displayName", required=True),
            Prop("developerId", required=True),
            Prop("serviceId", required=True),
            Prop("keyId", required=True),
            Prop("certificateData", required=True, secret=True),
        ),
        identify=_apple_id,
    ),
    EntityType("oidcIdentityProvider", (Prop("id", writes="never"), *OIDC_PROPS), states_type=True),
    EntityType(
        "openIdConnectIdentityProvider",
        (Prop("id", writes="never"), *OPEN_ID_CONNECT_PROPS),
        identify=_open_id_connect_id,
        versions=BETA,
    ),
)

IDENTITY_PROVIDERS = EntitySet(
    "identityProviders",
    types=_TYPES,
    unique=("displayName",),
    set_operations=(Operation("availableProviderTypes", "GET", _available),),
    address=PROVIDERS,
    clouds=frozenset({"global", "china"}),
    hooks=Hooks(fill=_fill, merge=_merge, removable=_removable),
)
