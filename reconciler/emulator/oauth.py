"""The sign-in service of the tenant: who gets a token, what is in it, and whether a token is one of its own.

Sources: Microsoft identity platform docs: client credentials flow, device authorization grant, refresh tokens, access
token claims, error codes.
"""

import base64
import json
import secrets
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from reconciler.emulator.oauth_assertions import Proof
from reconciler.emulator.oauth_device import Grants
from reconciler.emulator.oauth_errors import OAuthError, missing, unknown_app, unknown_resource, unknown_tenant
from reconciler.emulator.oauth_jwt import SigningKey, key_of, read
from reconciler.emulator.oauth_settings import TOKEN_EXCHANGE, RegisteredApp, SignInSettings
from reconciler.emulator.profile import Profile

GRAPHS = {
    "global": "https://graph.microsoft.com",
    "usgov": "https://graph.microsoft.us",
    "usgov-dod": "https://dod-graph.microsoft.us",
    "china": "https://microsoftgraph.chinacloudapi.cn",
}
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_RESERVED = frozenset({"openid", "profile", "offline_access"})


class SignIn:
    """Issues tokens for one tenant. ``settings`` may be replaced; ``clock`` gives seconds since the epoch."""

    def __init__(self, profile: Profile, settings: SignInSettings, clock: Callable[[], float]):
        self.profile = profile
        self.settings = settings
        self.clock = clock
        self.key: SigningKey = key_of("tenant")
        self.grants = Grants()
        self.granted = 0
        self._used: set[str] = set()
        self._revoked: set[str] = set()
        self._current: set[str] = set()

    def check_tenant(self, name: str, error: str = "invalid_request") -> None:
        """Refuse a tenant by another name than its id and its domain: OAuthError."""
        if name.casefold() not in (self.profile.tenant_id.casefold(), self.profile.domain.casefold()):
            raise unknown_tenant(name, error)

    def configuration(self, tenant: str, _: Mapping[str, str], origin: str) -> dict[str, Any]:
        """Where everything is; ``origin`` is scheme and host. OpenID Connect discovery."""
        self.check_tenant(tenant, "invalid_tenant")
        here = f"{origin}/{self.profile.tenant_id}"
        return {
            "issuer": f"{here}/v2.0",
            "authorization_endpoint": f"{here}/oauth2/v2.0/authorize",
            "token_endpoint": f"{here}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{here}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{here}/discovery/v2.0/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        }

    def keys(self, tenant: str, _: Mapping[str, str], __: str) -> dict[str, Any]:
        """What checks the tokens of this service."""
        self.check_tenant(tenant, "invalid_tenant")
        return {"keys": [self.key.jwk]}

    def token(self, tenant: str, form: Mapping[str, str], origin: str) -> dict[str, Any]:
        """Answer the token endpoint. OAuthError for a refusal."""
        self.check_tenant(tenant)
        app, grant = self._app(form, tenant), form.get("grant_type", "")
        if grant == "client_credentials":
            names = (tenant, self.profile.tenant_id, self.profile.domain)
            audiences = frozenset(f"{origin}/{name}/oauth2/v2.0/token" for name in names)
            Proof(audiences, self.clock(), self._used if self.settings.single_use else None).check(app, form)
            resource = self._resource(form.get("scope", ""), default=True)
            return self.issue(resource, app.client_id, {"roles": list(app.roles), "idtyp": "app"})
        if grant == DEVICE_CODE:
            self._check_public(app)
            return self._for_person(app, self.grants.redeem(form, app.client_id, self.clock()))
        if grant == "refresh_token":
            self._check_public(app)
            return self._for_person(app, self.grants.refresh(form, app.client_id))
        raise OAuthError("unsupported_grant_type", 70003, f"The app requested an unsupported grant type '{grant}'.")

    def device_code(self, tenant: str, form: Mapping[str, str], origin: str) -> dict[str, Any]:
        """Begin a sign-in on another device. OAuthError for a refusal."""
        self.check_tenant(tenant)
        app = self._app(form, tenant)
        scope = form.get("scope", "")
        self._resource(" ".join(each for each in scope.split() if each not in _RESERVED))
        life, interval = self.settings.code_lifetime, self.settings.interval
        return self.grants.begin(app.client_id, scope, f"{origin}/devicelogin", life, interval, self.clock())

    def issue(self, resource: str, client_id: str, claims: Mapping[str, Any]) -> dict[str, Any]:
        """A signed token for an API and an application, as the token endpoint answers with it."""
        now = int(self.clock())
        self.granted += 1
        identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.profile.tenant_id}/{client_id}"))
        token = self.key.sign(
            {
                "aud": resource,
                "iss": f"https://sts.windows.net/{self.profile.tenant_id}/",
                "iat": now,
                "nbf": now,
                "exp": now + self.settings.lifetime,
                "appid": client_id,
                "tid": self.profile.tenant_id,
                "oid": identity,
                "sub": identity,
                "uti": secrets.token_urlsafe(12),
                "ver": "1.0",
                **claims,
            }
        )
        self._current.add(token)
        life = self.settings.lifetime
        return {"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": token}

    def admits(self, text: str) -> bool:
        """Whether a token lets its bearer in at this tenant's Graph: signature, tenant, audience, time, not revoked."""
        try:
            token = read(text)
        except ValueError:
            return False
        begins, ends = token.seconds("nbf"), token.seconds("exp")
        timely = begins is not None and ends is not None and begins <= self.clock() < ends
        ours = token.signed_by(self.key.public) and token.claims.get("tid") == self.profile.tenant_id
        return timely and ours and text not in self._revoked and self.is_graph(str(token.claims.get("aud")))

    def permissions(self, text: str) -> frozenset[str]:
        """What a token that lets its bearer in allows: an application's permissions, or delegated ones."""
        claims = read(text).claims
        return frozenset([*claims.get("roles", ()), *str(claims.get("scp", "")).split()])

    def revoke(self) -> None:
        """Refuse every access token that was issued until now."""
        self._revoked |= self._current

    def federated(self, issuer: str, subject: str, audience: str = TOKEN_EXCHANGE, lifetime: int = 300) -> str:
        """A token of another issuer, such as a cluster writes into a file; ``lifetime`` in seconds."""
        now = int(self.clock())
        times = {"iat": now, "nbf": now, "exp": now + lifetime}
        return key_of(issuer).sign({"iss": issuer, "sub": subject, "aud": audience, "jti": str(uuid.uuid4()), **times})

    def is_graph(self, resource: str) -> bool:
        """Whether an API is this tenant's Graph: that of its cloud, or this very server."""
        return resource.rstrip("/") == GRAPHS[self.profile.cloud] or urlsplit(resource).hostname in _LOOPBACK

    def _app(self, form: Mapping[str, str], tenant: str) -> RegisteredApp:
        wanted = form.get("client_id", "")
        if not wanted:
            raise missing("client_id")
        for app in self.settings.apps:
            if app.client_id.casefold() == wanted.casefold():
                return app
        raise unknown_app(wanted, tenant)

    def _check_public(self, app: RegisteredApp) -> None:
        if not app.public_client:
            words = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
            raise OAuthError("invalid_client", 7000218, words)

    def _resource(self, scope: str, *, default: bool = False) -> str:
        """The API of a scope; ``default`` asks for one that ends in ``/.default``."""
        if not scope:
            raise missing("scope")
        if default and not scope.endswith("/.default"):
            raise OAuthError(
                "invalid_scope",
                1002012,
                f"The provided value for scope {scope} is not valid. Client credential flows must have a scope value"
                " with /.default suffixed to the resource identifier (application ID URI).",
            )
        resource = scope.split()[0].rpartition("/")[0]
        if not self.is_graph(resource):
            raise unknown_resource(resource, self.profile.display_name)
        return resource

    def _for_person(self, app: RegisteredApp, scope: str) -> dict[str, Any]:
        """Tokens for the person who signed in: access, refresh, id; and ``client_info``, by which msal names them."""
        resource = self._resource(" ".join(each for each in scope.split() if each not in _RESERVED))
        answer = self.issue(resource, app.client_id, {"scp": " ".join(app.scopes), "idtyp": "user"})
        now, person = int(self.clock()), str(uuid.uuid5(uuid.NAMESPACE_URL, self.profile.domain))
        identity = {
            "aud": app.client_id,
            "iss": f"https://login.microsoftonline.com/{self.profile.tenant_id}/v2.0",
            "iat": now,
            "nbf": now,
            "exp": now + self.settings.lifetime,
            "oid": person,
            "sub": person,
            "tid": self.profile.tenant_id,
            "preferred_username": f"ada@{self.profile.domain}",
        }
        info = json.dumps({"uid": person, "utid": self.profile.tenant_id}).encode()
        answer["scope"] = " ".join(f"{resource}/{each}" for each in app.scopes)
        answer["refresh_token"] = self.grants.remember(app.client_id, scope)
        answer["id_token"] = self.key.sign(identity)
        answer["client_info"] = base64.urlsafe_b64encode(info).decode().rstrip("=")
        return answer
