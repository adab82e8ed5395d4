"""What people can do about the answers they are known to meet.

Sources: Graph docs: error responses, permissions reference; public reports against the user flow, identity provider
and events flow endpoints; Microsoft identity platform docs: authentication error codes; Azure Pipelines docs:
troubleshooting of workload identity service connections; Azure docs: managed identities, error handling.
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
    403: "the app registration lacks the permission for this path, or its admin consent, or the person who signed in an"
    " Entra role: 'reconciler doctor' tells what is missing",
    429: "the app and tenant have used up their quota: wait, lower 'limits.requestsPerMinute', or look for another"
    " client of the same app",
}


def explanation(status: int, code: str, message: str) -> str:
    """What to do about an answer; nothing where that is not known."""
    words = f"{code} {message}"
    found = next((each.fix for each in BY_WORDS if each.mark in words), "")
    return found or BY_STATUS.get(status, "")


_ASSIGN = "assign the identity to this machine, and check 'auth.clientId'"
_ALIKE = "it must be the same, letter by letter, as in the federated credential of the app registration"
_CLOUD = "the tenant is in another cloud: check that 'graph' names the right one"
_CODE = "nobody entered the code in time: run again"

SIGN_IN = (
    Explanation("AADSTS7000215", "the client secret is wrong: use the secret's value, not its id ('clientSecret')"),
    Explanation("AADSTS7000222", "the client secret has expired: make a new one and set 'clientSecret'"),
    Explanation(
        "AADSTS700016",
        "the tenant does not know this app: check 'clientId' and 'tenantId', and that 'graph' names the right cloud",
    ),
    Explanation("AADSTS90002", "no such tenant: check 'tenantId', and that 'graph' names the right cloud"),
    Explanation("AADSTS900023", "'tenantId' is neither a GUID nor a domain name"),
    Explanation("AADSTS900382", _CLOUD),
    Explanation("AADSTS900432", _CLOUD),
    Explanation("AADSTS90038", _CLOUD),
    Explanation(
        "AADSTS700027",
        "the app does not know this certificate, or it has expired: upload the public part of 'certificate' to the app"
        " registration",
    ),
    Explanation(
        "AADSTS700024",
        "the clock of this machine is wrong, or the federated token had expired: who writes 'auth.tokenFile' must renew"
        " it",
    ),
    Explanation("AADSTS700023", "what signs in is meant for another service: check 'auth.authority' and 'tenantId'"),
    Explanation("AADSTS700021", "the credential is another app's: check 'clientId'"),
    Explanation(
        "AADSTS70021",
        "no federated credential fits: add one with this issuer, subject and audience to the app registration of"
        " 'clientId', and wait some minutes",
    ),
    Explanation("AADSTS700211", f"the federated token is of an issuer that the app does not trust: {_ALIKE}"),
    Explanation(
        "AADSTS700212",
        f"the federated token is for another audience: {_ALIKE}, and it follows the cloud that 'graph' names",
    ),
    Explanation(
        "AADSTS700213",
        f"the federated token is of another subject (branch, environment, service account, connection): {_ALIKE}",
    ),
    Explanation("AADSTS7002138", f"upper and lower case count in the subject of a federated token: {_ALIKE}"),
    Explanation("AADSTS700223", "a policy of the tenant forbids workload identity federation: ask its administrators"),
    Explanation("AADSTS50027", "the assertion is malformed, or its signature is wrong: check 'auth.tokenFile'"),
    Explanation("AADSTS50034", "no such account in this tenant: check 'tenantId'"),
    Explanation("AADSTS50020", "this account is not in the tenant: check 'tenantId', or have it invited"),
    Explanation("AADSTS50057", "the account is disabled: sign in with another one"),
    Explanation("AADSTS50105", "the account is not assigned to the app: assign it under Enterprise applications"),
    Explanation("AADSTS50076", "the tenant wants a second factor: run again, and pass it in the browser"),
    Explanation("AADSTS50079", "the tenant wants a second factor: register one for this account, and run again"),
    Explanation(
        "AADSTS500011", "the tenant does not know this Graph: check that 'graph' names the cloud that the tenant is in"
    ),
    Explanation("AADSTS7000112", "the app is disabled in the tenant: enable it under Enterprise applications"),
    Explanation("AADSTS7000216", "this app needs a secret or a certificate: check 'auth.method'"),
    Explanation(
        "AADSTS7000218",
        "this app needs a secret or a certificate: check 'auth.method'; for device-code turn on 'Allow public client"
        " flows' in the app registration",
    ),
    Explanation("AADSTS700025", "the app is a public client: use 'auth.method: device-code', or another app"),
    Explanation("AADSTS1002012", "tokens cannot be had for the address in 'graph': name a cloud"),
    Explanation("AADSTS65001", "nobody consented to the permissions of the app: have an administrator grant them"),
    Explanation("AADSTS65004", "the sign-in was declined: run again, and approve it"),
    Explanation("AADSTS650056", "the app registration lists no permission for Microsoft Graph: add it, with consent"),
    Explanation("AADSTS70016", _CODE),
    Explanation("AADSTS70019", _CODE),
    Explanation("AADSTS70020", _CODE),
    Explanation("AADSTS53003", "Conditional Access refused the sign-in: ask who keeps its policies"),
    Explanation("AADSTS530003", "Conditional Access wants a managed device: run on one, or ask who keeps its policies"),
    Explanation("Identity not found", _ASSIGN),
    Explanation("No User Assigned or Delegated Managed Identity", _ASSIGN),
    Explanation(
        "Multiple user assigned identities", "this machine has several identities: name one in 'auth.clientId'"
    ),
    Explanation("Azure Arc did not confirm", "the Arc agent knows only the machine's own identity: drop 'clientId'"),
)


def sign_in_fix(words: str) -> str:
    """What to change when sign-in fails with these words; the general advice where they are not known."""
    found = next((each.fix for each in SIGN_IN if _stands(each.mark, words)), "")
    return found or "check 'tenantId', 'auth' and 'graph' of the tenant, and the network (HTTPS_PROXY, SSL_CERT_FILE)"


def _stands(mark: str, words: str) -> bool:
    """Whether a code or a saying stands there; one code may be the beginning of another."""
    return (f"{mark}:" if mark.startswith("AADSTS") else mark) in words
