"""User flows of Azure AD B2C tenants (beta), and the retired collection that showed the same ones before."""

from reconciler.emulator.call import Call, Place
from reconciler.emulator.entities.assignments import default_assignments
from reconciler.emulator.entities.flow_parts import (
    ATTACHED_PROPS,
    IDENTITY_PROPS,
    NAVIGATIONS,
    furnish,
    prefixed,
)
from reconciler.emulator.entities.languages import B2C_LANGUAGES
from reconciler.emulator.entities.policies import needs_b2c
from reconciler.emulator.errors import no_route, service_problem
from reconciler.emulator.schema import BETA, BOOLEAN, Complex, Contained, EntitySet, EntityType, Hooks, Prop, Shape
from reconciler.emulator.store import Doc

USER_FLOWS_ADDRESS = "identity/b2cUserFlows"
PREFIX = "B2C_1_"
GLOBAL = frozenset({"global"})
MAX_FLOWS = 200  # Azure AD B2C docs: service limits, together with custom policies

# Which versions there are of each type is told by no page; these are the ones that samples and public reports show.
_VERSIONS = {
    "signUp": (1,),
    "signIn": (1,),
    "signUpOrSignIn": (1, 1.1, 2, 3),
    "passwordReset": (1, 1.1, 2, 3),
    "profileUpdate": (1, 1.1, 2, 3),
    "resourceOwner": (1,),
}
_TOKEN_CLAIMS = Shape("tokenClaimsConfiguration", (Prop("isIssuerEntityUserFlow", BOOLEAN, default=False),))


def _fill(_call: Call, doc: Doc) -> Doc:
    if doc["userFlowTypeVersion"] not in _VERSIONS[doc["userFlowType"]]:
        raise service_problem()
    return {
        "isLanguageCustomizationEnabled": False,
        **doc,
        "defaultLanguageTag": doc.get("defaultLanguageTag") or "en",
        "authenticationMethods": "emailWithPassword",
        "tokenClaimsConfiguration": {"isIssuerEntityUserFlow": False},
    }


def _created(call: Call, place: Place, doc: Doc, accepted: Doc) -> None:
    """A fresh flow that signs people up collects attributes; which ones is a choice."""
    collects = doc["userFlowType"] in ("signUp", "signUpOrSignIn")
    furnish(call, place, accepted, (), default_assignments() if collects else ())


def _created_of_old(call: Call, place: Place, doc: Doc, accepted: Doc) -> None:
    _created(call, place, doc, {**accepted, "identityProviders": [], "apiConnectorConfiguration": {}})


def _still_there(call: Call, place: Place) -> None:
    """Retired: it stops returning data in January 2022, says beta's metadata; the profile can keep it alive."""
    if call.profile.adopts_user_flows:
        return
    needs_b2c(call, place)
    if not call.profile.user_flows:
        raise no_route(f"{call.root}/{call.path}")


# Graph docs: b2cIdentityUserFlow; only the two language properties can be updated. The members that no client
# writes are undocumented, but in the response of Create b2cIdentityUserFlow.
B2C_USER_FLOWS = EntitySet(
    "b2cUserFlows",
    types=(
        EntityType(
            "b2cIdentityUserFlow",
            (
                *IDENTITY_PROPS,
                Prop("isLanguageCustomizationEnabled", BOOLEAN, default=False),
                Prop("defaultLanguageTag"),
                Prop("authenticationMethods", writes="never"),
                Prop("tokenClaimsConfiguration", Complex((_TOKEN_CLAIMS,)), writes="never"),
                *ATTACHED_PROPS,
            ),
            identify=lambda _call, doc: prefixed(PREFIX, doc["id"]),
        ),
    ),
    navigations=(*NAVIGATIONS, Contained("languages", B2C_LANGUAGES)),
    limit=MAX_FLOWS,
    location=True,
    keys_location=True,
    address=USER_FLOWS_ADDRESS,
    versions=BETA,
    clouds=GLOBAL,
    hooks=Hooks(gate=needs_b2c, fill=_fill, created=_created),
)

USER_FLOWS = EntitySet(
    "userFlows",
    types=(
        EntityType(
            "identityUserFlow",
            IDENTITY_PROPS,
            identify=lambda _call, doc: prefixed(PREFIX, doc["id"]),
        ),
    ),
    allows=frozenset({"list", "create", "get", "delete"}),
    limit=MAX_FLOWS,
    location=True,
    address=USER_FLOWS_ADDRESS,
    versions=BETA,
    clouds=GLOBAL,
    hooks=Hooks(gate=_still_there, fill=_fill, created=_created_of_old),
)
