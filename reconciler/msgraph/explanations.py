"""What people can do about the answers they are known to meet.

Sources: Graph docs: error responses, permissions reference; public reports against the user flow, identity provider
and events flow endpoints.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explanation:
    """What to do when `mark` stands in the code or the message."""

    mark: str
    fix: str


BY_WORDS = (
    Explanation(
        "AADB2C99039",
        "self-service sign-up is off in this tenant: turn it on with an AuthenticationFlowsPolicy manifest"
        " (selfServiceSignUp.isEnabled: true)",
    ),
    Explanation(
        "AADB2C90063",
        "the service could not do this: the usual causes are a user flow type or version the tenant does not support,"
        " and a missing Authentication Extensions service principal in an external tenant",
    ),
    Explanation(
        "not an Azure AD B2C directory",
        "this API works in Azure AD B2C tenants only: check the tenant's 'type' and 'tenantId'",
    ),
    Explanation(
        "AccessDenied_NonB2CTenantNotAllowed",
        "this API works in Azure AD B2C tenants only: check the tenant's 'type' and 'tenantId'",
    ),
    Explanation(
        "EnableMsGraphAuthenticationEventListener",
        "events flows need an external tenant, or one with that feature: check the tenant's 'type' and 'tenantId'",
    ),
    Explanation(
        "currently not supported on the targeted entity set",
        "this tenant or cloud does not offer that operation",
    ),
    Explanation(
        "No HTTP resource was found",
        "this tenant or cloud does not offer that resource: check the tenant's 'graph' and 'type'",
    ),
)

BY_STATUS = {
    401: "the token has expired, or is for another cloud or tenant: sign in again, and check 'graph' and 'tenantId'",
    403: "the app registration lacks the permission for this path, or its admin consent; reading a user flow's"
    " providers and connectors, and API connectors at all, takes a ReadWrite permission",
    429: "the app and tenant have used up their quota: wait, lower 'limits.requestsPerMinute', or look for another"
    " client of the same app",
}


def explanation(status: int, code: str, message: str) -> str:
    """What to do about an answer; nothing where that is not known."""
    words = f"{code} {message}"
    found = next((each.fix for each in BY_WORDS if each.mark in words), "")
    return found or BY_STATUS.get(status, "")


SIGN_IN = (
    Explanation("AADSTS7000215", "the client secret is wrong: use the secret's value, not its id ('clientSecret')"),
    Explanation("AADSTS7000222", "the client secret has expired: make a new one and set 'clientSecret'"),
    Explanation(
        "AADSTS700016",
        "the tenant does not know this app: check 'clientId' and 'tenantId', and that 'graph' names the right cloud",
    ),
    Explanation("AADSTS90002", "no such tenant: check 'tenantId', and that 'graph' names the right cloud"),
    Explanation("AADSTS900023", "'tenantId' is neither a GUID nor a domain name"),
    Explanation(
        "AADSTS700027", "the app does not know this certificate: upload its public part to the app registration"
    ),
    Explanation("AADSTS50034", "no such account in this tenant: check 'tenantId'"),
    Explanation("AADSTS500011", "the tenant does not know this Graph: check that 'graph' names the right cloud"),
    Explanation("AADSTS7000216", "this app needs a secret or a certificate: check 'auth.method'"),
    Explanation("AADSTS53003", "Conditional Access refused the sign-in: ask who keeps its policies"),
)


def sign_in_fix(words: str) -> str:
    """What to change when sign-in fails with these words; the general advice where they are not known."""
    found = next((each.fix for each in SIGN_IN if f"{each.mark}:" in words), "")
    return found or "check 'tenantId', 'auth' and 'graph' of the tenant, and the network (HTTPS_PROXY, SSL_CERT_FILE)"
