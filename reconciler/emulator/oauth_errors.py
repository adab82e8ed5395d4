"""How the sign-in service refuses: OAuth error, AADSTS code, and the words around them.

Source: Microsoft identity platform docs: authentication and authorization error codes; handling errors. The words of
each code are the documented ones, or those of public reports where the list has none.
"""

import time
import uuid
from typing import Any

_STATUS = {"invalid_client": 401}


class OAuthError(Exception):
    """A refusal; ``error`` is OAuth's word, ``code`` the number after AADSTS."""

    def __init__(self, error: str, code: int, message: str):
        super().__init__(message)
        self.error = error
        self.code = code
        self.message = message

    @property
    def status(self) -> int:
        """The HTTP status."""
        return _STATUS.get(self.error, 400)

    def body(self, now: float, correlation: str = "") -> dict[str, Any]:
        """The JSON object that tells of it; ``now`` is in seconds since the epoch."""
        stamp = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(now))
        trace, correlation = str(uuid.uuid4()), correlation or str(uuid.uuid4())
        tail = f"Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}"
        return {
            "error": self.error,
            "error_description": f"AADSTS{self.code}: {self.message} {tail}",
            "error_codes": [self.code],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"https://login.microsoftonline.com/error?code={self.code}",
        }


def unknown_tenant(name: str, error: str = "invalid_request") -> OAuthError:
    """No such tenant in this cloud."""
    return OAuthError(
        error,
        90002,
        f"Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are signing into the"
        " correct cloud. Check with your subscription administrator, this may happen if there are no active"
        " subscriptions for the tenant.",
    )


def unknown_app(client_id: str, tenant: str) -> OAuthError:
    """The tenant has no such application."""
    return OAuthError(
        "unauthorized_client",
        700016,
        f"Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can happen if the"
        " application has not been installed by the administrator of the tenant or consented to by any user in the"
        " tenant. You may have sent your authentication request to the wrong tenant.",
    )


def unknown_resource(resource: str, tenant: str) -> OAuthError:
    """The tenant has no such API: it may be one of another cloud."""
    return OAuthError(
        "invalid_resource",
        500011,
        f"The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the"
        " application has not been installed by the administrator of the tenant or consented to by any user in the"
        " tenant. You might have sent your authentication request to the wrong tenant.",
    )


def missing(name: str) -> OAuthError:
    """The request lacks a parameter."""
    return OAuthError("invalid_request", 900144, f"The request body must contain the following parameter: '{name}'.")


def bad_assertion(code: int, message: str) -> OAuthError:
    """A client assertion that proves nothing."""
    return OAuthError("invalid_client", code, message)


def no_match(code: int, message: str) -> OAuthError:
    """A federated token for which the application has no credential."""
    return OAuthError("invalid_request", code, f"No matching federated identity record found for {message}")
