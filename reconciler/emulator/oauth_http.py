"""HTTP in front of the tenant's sign-in service, on the same port as its Graph."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse

from reconciler.emulator.oauth import SignIn
from reconciler.emulator.oauth_errors import OAuthError
from reconciler.emulator.oauth_local import Answer, from_app_service, from_azure_devops, from_github, from_metadata

_LARGEST = 64 * 1024  # bytes of a form
_LOCAL: dict[tuple[str, str], Callable[[SignIn, Mapping[str, str], Mapping[str, str]], Answer]] = {
    ("GET", "metadata/identity/oauth2/token"): from_metadata,
    ("GET", "msi/token"): from_app_service,
    ("GET", "oidc/github"): from_github,
    ("POST", "oidc/azure-devops"): from_azure_devops,
}
_BY_TENANT: dict[tuple[str, str], Callable[[SignIn, str, Mapping[str, str], str], dict[str, Any]]] = {
    ("GET", "v2.0/.well-known/openid-configuration"): SignIn.configuration,
    ("GET", "discovery/v2.0/keys"): SignIn.keys,
    ("POST", "oauth2/v2.0/token"): SignIn.token,
    ("POST", "oauth2/v2.0/devicecode"): SignIn.device_code,
}


async def answered(service: SignIn, request: Request) -> JSONResponse | None:
    """The answer to a request that is about signing in; None for any other, which is Graph's to answer."""
    path = request.url.path.strip("/")
    local = _LOCAL.get((request.method, path))
    if local is not None:
        status, body = local(service, request.query_params, request.headers)
        return JSONResponse(body, status)
    tenant, _, rest = path.partition("/")
    found = _BY_TENANT.get((request.method, rest))
    if found is None:
        return None
    try:
        form = await _form(request) if request.method == "POST" else {}
        return JSONResponse(found(service, tenant, form, f"{request.url.scheme}://{request.url.netloc}"))
    except OAuthError as error:
        body = error.body(service.clock(), request.headers.get("client-request-id", ""))
        return JSONResponse(body, error.status)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form. OAuthError for another kind of body."""
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > _LARGEST:
            raise OAuthError("invalid_request", 90004, "The request isn't properly formatted: it is too long.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if raw and kind != "application/x-www-form-urlencoded":
        raise OAuthError("invalid_request", 90004, f"The request isn't properly formatted: {kind or 'no type'}.")
    try:
        return dict(parse_qsl(raw.decode(), max_num_fields=100))
    except ValueError:
        raise OAuthError("invalid_request", 90004, "The request isn't properly formatted.") from None
