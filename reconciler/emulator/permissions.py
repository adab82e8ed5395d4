"""Which permissions of a signed token allow a request.

Source: Graph docs: permissions reference, and the pages of the operations. Reading a user flow's providers and
connectors, and API connectors at all, takes a permission to write.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """Any of ``read`` allows to look at what a path matches, any of ``write`` to change it."""

    path: str
    read: tuple[str, ...]
    write: tuple[str, ...]


def _pair(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The usual two: who may write may read."""
    return (f"{name}.Read.All", f"{name}.ReadWrite.All"), (f"{name}.ReadWrite.All",)


_FLOWS, _CONNECTORS = "IdentityUserFlow.ReadWrite.All", "APIConnectors.ReadWrite.All"
_APPLICATIONS, _SWITCH = "Policy.ReadWrite.ApplicationConfiguration", "Policy.ReadWrite.AuthenticationFlows"
_POLICIES = "Policy.Read.All"
_RULES = (
    Rule(r"identity/b2[xc]userflows/[^/]+/(userflowidentityproviders|identityproviders)", (_FLOWS,), (_FLOWS,)),
    Rule(r"identity/b2[xc]userflows/[^/]+/apiconnectorconfiguration", (_FLOWS,), (_FLOWS,)),
    Rule(r"identity/(b2[xc]userflows|userflows|userflowattributes)", *_pair("IdentityUserFlow")),
    Rule(r"(identity/|directory/)?(identityproviders|federationconfigurations)", *_pair("IdentityProvider")),
    Rule(r"identity/apiconnectors", (_CONNECTORS,), (_CONNECTORS,)),
    Rule(r"identity/authenticationevent(listeners|sflows)", *_pair("EventListener")),
    Rule(r"identity/customauthenticationextensions", *_pair("CustomAuthenticationExtension")),
    Rule(r"identity/events/onsignupstart", (_POLICIES, _APPLICATIONS), (_APPLICATIONS,)),
    Rule(r"policies/authenticationflowspolicy", (_POLICIES, _SWITCH), (_SWITCH,)),
    Rule(r"policies/b2cauthenticationmethodspolicy", (_POLICIES,), ("Policy.ReadWrite.AuthenticationMethod",)),
)
_KEY = re.compile(r"\('([^']*)'\)")
_LOOKS = re.compile(r"/validateauthenticationconfiguration$")  # a POST that changes nothing


def allowing(method: str, route: str) -> tuple[str, ...]:
    """The permissions of which any allows a request; none where no page names one."""
    path = _KEY.sub(r"/\1", route.lower()).strip("/")
    rule = next((rule for rule in _RULES if re.match(rf"{rule.path}(/|$)", path)), None)
    if rule is None:
        return ()
    return rule.read if method == "GET" or _LOOKS.search(path) else rule.write
