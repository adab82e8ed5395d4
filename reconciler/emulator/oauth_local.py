"""Tokens without a credential: managed identities on this machine, and the federated tokens of pipelines.

Sources: Azure docs: managed identities on virtual machines (instance metadata) and in App Service (REST endpoint
reference); GitHub docs: OpenID Connect reference; Azure DevOps docs: REST API, oidctoken create; sprint 240 notes.
"""

from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

from reconciler.emulator.oauth import SignIn
from reconciler.emulator.oauth_errors import unknown_resource
from reconciler.emulator.oauth_settings import TOKEN_EXCHANGE, ManagedIdentity, Pipeline

Answer = tuple[int, dict[str, Any]]
"""An HTTP status and a JSON object."""


def from_metadata(service: SignIn, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
    """The instance metadata service of a virtual machine."""
    if headers.get("metadata", "").lower() != "true" or "x-forwarded-for" in headers:
        return _bad("invalid_request", "Required metadata header not specified")
    if query.get("api-version") != "2018-02-01" or not query.get("resource"):
        return _bad("invalid_request", "Required query variable is missing or its version is not supported")
    identity = _identity(service, query.get("client_id", ""))
    if identity is None:
        return _bad("invalid_request", "Identity not found")
    resource = query["resource"]
    if not service.is_graph(resource):
        error = unknown_resource(resource, service.profile.display_name)
        return 400, error.body(service.clock())
    issued = service.issue(resource, identity.client_id, {"roles": list(identity.roles), "idtyp": "app"})
    return 200, _in_text(service, issued, resource, identity)


def from_app_service(service: SignIn, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
    """The endpoint that App Service, Functions and Container Apps give their apps."""
    if not compare_digest(headers.get("x-identity-header", "").encode(), service.settings.identity_header.encode()):
        return 401, {"statusCode": 401, "message": "Unauthorized: X-IDENTITY-HEADER is missing or wrong."}
    identity = _identity(service, query.get("client_id", ""))
    if identity is None:
        words = "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId."
        return 400, {"statusCode": 400, "message": words}
    resource = query.get("resource", "")
    if not service.is_graph(resource):
        return 500, {"statusCode": 500, "message": "An unexpected error occurred while fetching the AAD Token."}
    issued = service.issue(resource, identity.client_id, {"roles": list(identity.roles), "idtyp": "app"})
    return 200, _in_text(service, issued, resource, identity)


def from_github(service: SignIn, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
    """GitHub's endpoint for the federated token of a job, which may name the audience."""
    job = _pipeline(service, headers, "")
    if job is None:
        return 401, {"message": "Unauthorized"}
    token = service.federated(job.issuer, job.subject, query.get("audience") or "https://github.com/contoso")
    return 200, {"count": 1, "value": token}


def from_azure_devops(service: SignIn, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
    """Azure DevOps' endpoint for the federated token of a service connection, whose audience is fixed."""
    if query.get("api-version") != "7.1":
        return 400, {"message": "No api-version was supplied for the request, or one that is not known."}
    job = _pipeline(service, headers, query.get("serviceConnectionId", ""))
    if job is None:
        return 401, {"message": "TF400813: The user is not authorized to access this resource."}
    return 200, {"oidcToken": service.federated(job.issuer, job.subject, TOKEN_EXCHANGE)}


def _identity(service: SignIn, client_id: str) -> ManagedIdentity | None:
    """The identity asked for; without one the system-assigned, else the only one there is."""
    known = service.settings.identities
    if client_id:
        return next((each for each in known if each.client_id.casefold() == client_id.casefold()), None)
    system = [each for each in known if each.system_assigned]
    return next(iter(system or (known if len(known) == 1 else ())), None)


def _in_text(service: SignIn, issued: dict[str, Any], resource: str, identity: ManagedIdentity) -> dict[str, Any]:
    """The answer, with its numbers in text as these services write them."""
    life = int(issued["expires_in"])
    return {
        "access_token": issued["access_token"],
        "client_id": identity.client_id,
        "expires_in": str(life),
        "expires_on": str(int(service.clock()) + life),
        "resource": resource,
        "token_type": "Bearer",
    }


def _pipeline(service: SignIn, headers: Mapping[str, str], connection: str) -> Pipeline | None:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    for each in service.settings.pipelines:
        same = compare_digest(each.request_token.encode(), given.encode())
        if scheme.lower() == "bearer" and same and each.connection == connection:
            return each
    return None


def _bad(error: str, words: str) -> Answer:
    return 400, {"error": error, "error_description": words}
