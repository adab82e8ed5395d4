"""Tenant policies, and what the self-service sign-up switch keeps shut."""

from reconciler.emulator.call import Call, Place
from reconciler.emulator.errors import GraphError
from reconciler.emulator.profile import Profile
from reconciler.emulator.schema import BETA, BOOLEAN, Complex, Prop, Shape, Singleton
from reconciler.emulator.store import Doc

POLICIES = "policies"
SWITCH = "authenticationFlowsPolicy"

SELF_SERVICE = Shape("selfServiceSignUpAuthenticationFlowConfiguration", (Prop("isEnabled", BOOLEAN, required=True),))


def initial_switch(profile: Profile) -> Doc:
    """The policy of a fresh tenant."""
    return {
        "id": SWITCH,
        "displayName": "Authentication flows policy",
        "description": "Authentication flows policy allows modification of settings related to authentication "
        "flows in AAD tenant, such as self-service sign up configuration.",
        "selfServiceSignUp": {"isEnabled": profile.self_service_sign_up},
    }


# Only the switch can be changed. Graph docs: Update authenticationFlowsPolicy.
AUTHENTICATION_FLOWS_POLICY = Singleton(
    SWITCH,
    Shape(
        "authenticationFlowsPolicy",
        (
            Prop("id", writes="never"),
            Prop("displayName", writes="never"),
            Prop("description", writes="never"),
            Prop("selfServiceSignUp", Complex((SELF_SERVICE,)), required=True),
        ),
    ),
    initial=initial_switch,
    clouds=frozenset({"global", "china"}),
)


def needs_b2c(call: Call, _place: Place) -> None:
    """Refuse in a tenant that is no B2C one, in the words observed on a live tenant, August 2026."""
    if call.profile.kind != "b2c":
        text = "is not an Azure AD B2C directory. Access to this Api can only be made for an Azure AD B2C directory."
        raise GraphError(403, "AADB2C", f"'{call.profile.tenant_id}' {text}")


# Graph docs: b2cAuthenticationMethodsPolicy. The id and the context are spelled as its samples spell them.
B2C_AUTHENTICATION_METHODS_POLICY = Singleton(
    "b2cAuthenticationMethodsPolicy",
    Shape(
        "b2cAuthenticationMethodsPolicy",
        (
            Prop("id", writes="never"),
            Prop("isEmailPasswordAuthenticationEnabled", BOOLEAN, default=True),
            Prop("isUserNameAuthenticationEnabled", BOOLEAN, default=False),
            Prop("isPhoneOneTimePasswordAuthenticationEnabled", BOOLEAN, default=False),
        ),
    ),
    initial=lambda _profile: {
        "id": "b2cAuthenticationMethodsPolicy",
        "isEmailPasswordAuthenticationEnabled": True,
        "isUserNameAuthenticationEnabled": False,
        "isPhoneOneTimePasswordAuthenticationEnabled": False,
    },
    context="b2cAuthenticationMethodsPolicy",
    gate=needs_b2c,
    versions=BETA,
    clouds=frozenset({"global"}),
)


def needs_self_service_sign_up(call: Call, _place: Place) -> None:
    """Refuse with AADB2C99039 while the switch is off in a workforce tenant.

    Observed on a live tenant, August 2026: API connectors and attributes are shut, user flows are not.
    """
    policy = call.state.get(POLICIES, SWITCH) or initial_switch(call.profile)
    if call.profile.kind == "workforce" and not policy["selfServiceSignUp"]["isEnabled"]:
        tenant = call.profile.tenant_id
        raise GraphError(
            400, "AADB2C99039", f"The feature self service sign up is not enabled for the tenant '{tenant}'."
        )
