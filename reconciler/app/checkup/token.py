"""What is asked about the token: whether there is one, for whom and until when, and what it may do.

Azure CLI docs: `az ad app permission add` takes `{id}={type}` pairs, Role for an application's permission and Scope for
a delegated one; `az ad app permission admin-consent` grants what was added. A managed identity has no app registration:
its service principal is assigned the roles (Graph docs: Grant an appRoleAssignment). The Azure CLI's own application
cannot hold the permissions for user flows (public reports).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from reconciler.app.checkup.facts import Facts, together
from reconciler.model.checkups import Check, Grant, Standing
from reconciler.msgraph.clouds import CLOUDS
from reconciler.msgraph.tokens import Claims

GRAPH = "00000003-0000-0000-c000-000000000000"  # Microsoft Graph's application id, the same in every cloud
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
SOON = 300.0  # seconds before its end at which a token is hardly worth beginning with
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_AGAIN = "then sign in again (a token keeps what it was given)"


def about_token(facts: Facts) -> Iterator[Check]:
    """The checks of the token itself, as far as it tells."""
    yield _token(facts)
    if facts.claims is not None:
        yield _audience(facts, facts.claims)
        yield _tenant_id(facts, facts.claims)


def about_permissions(facts: Facts) -> Iterator[Check]:
    """The checks of what the token may do, and of what its person may."""
    yield _permissions(facts, "permissions-plan", facts.plan)
    yield _permissions(facts, "permissions-apply", facts.apply)
    if facts.roles:
        yield _roles(facts)


def _token(facts: Facts) -> Check:
    name = "token"
    if facts.refused is not None:
        return Check(name, Standing.MISSING, facts.refused.message, facts.refused.fix)
    if facts.embedded:
        return Check(name, Standing.OK, "the embedded tenant lets its own token in")
    if facts.claims is None:
        detail = "not a JSON web token: what it may do cannot be told from it"
        return Check(name, Standing.WARNING, detail, "Graph's own tokens are; an emulator's need not be")
    claims = facts.claims
    who = "app-only" if claims.app_only else "delegated"
    whose = f"{who}, of the application {claims.application}" if claims.application else who
    if claims.ends is None:
        return Check(name, Standing.OK, whose)
    left, moment = claims.ends - facts.now, f"{datetime.fromtimestamp(claims.ends, UTC):%Y-%m-%d %H:%M:%S} UTC"
    if left <= 0:
        return Check(name, Standing.MISSING, f"{whose}; it ended {moment}", "get a new token: this one is refused")
    if left < SOON and facts.tenant.auth is not None and facts.tenant.auth.method == "token":
        return Check(name, Standing.WARNING, f"{whose}, good until {moment} only", "get a new token before an apply")
    return Check(name, Standing.OK, f"{whose}, good until {moment}")


def _audience(facts: Facts, claims: Claims) -> Check:
    name, audience = "audience", claims.audience.rstrip("/")
    fix = f"sign in with the scope {facts.root}/.default, and check the tenant's 'graph'"
    if not audience:
        return Check(name, Standing.WARNING, "the token does not say for whom it is", fix)
    if audience.casefold() in (GRAPH, facts.root.casefold()):
        return Check(name, Standing.OK, "the token is for this Graph")
    known = facts.root in {cloud.root for cloud in CLOUDS.values()}
    detail = f"the token is for {audience}, not for {facts.root}"
    return Check(name, Standing.MISSING if known else Standing.WARNING, detail, fix)


def _tenant_id(facts: Facts, claims: Claims) -> Check:
    name, stated = "tenant-id", facts.tenant.tenant_id
    if not claims.tenant:
        return Check(name, Standing.WARNING, "the token does not say for which tenant it is")
    if not _GUID.fullmatch(stated):
        beside = f"; {stated} is a name, which it does not say" if stated else "; the project file names none"
        return Check(name, Standing.OK, f"the token is for the tenant {claims.tenant}{beside}")
    if stated.casefold() == claims.tenant.casefold():
        return Check(name, Standing.OK, f"the token is for the tenant {stated}, as the project file says")
    detail = f"the token is for the tenant {claims.tenant}, and the project file says {stated}"
    return Check(name, Standing.MISSING, detail, "sign in to that tenant, or correct 'tenantId'")


def _permissions(facts: Facts, name: str, needed: tuple[Grant, ...]) -> Check:
    names = together(each.name for each in needed) if needed else ""
    if not needed:
        return Check(name, Standing.OK, "these manifests need none")
    if facts.embedded:
        return Check(name, Standing.OK, "the embedded tenant asks for none")
    if facts.refused is not None:
        return Check(name, Standing.UNKNOWN, f"there is no token to look into; needed: {names}")
    if facts.held is None:
        return Check(name, Standing.WARNING, f"the token does not tell what it may do; needed: {names}")
    lacking = [each for each in needed if not each.granted]
    if not lacking:
        return Check(name, Standing.OK, f"the token has {names}")
    detail = f"the token lacks {together(each.name for each in lacking)}"
    return Check(name, Standing.MISSING, detail, _granting(facts, lacking))


def _granting(facts: Facts, lacking: Iterable[Grant]) -> str:
    """How to come by permissions."""
    wanted = tuple(lacking)
    names, claims = together(each.name for each in wanted), facts.claims
    app_only = claims is None or claims.app_only
    sort = "application" if app_only else "delegated"
    if claims is not None and claims.application.casefold() == AZURE_CLI:
        return f"sign in with an app registration of your own that has {names}: the Azure CLI's cannot have them"
    if facts.tenant.auth is not None and facts.tenant.auth.method == "managed-identity":
        return f"assign these app roles of Microsoft Graph to the managed identity's service principal, {_AGAIN}"
    public = facts.tenant.cloud not in CLOUDS or facts.tenant.cloud == "global"
    pairs = [
        f"{each.ids.application if app_only else each.ids.delegated}={'Role' if app_only else 'Scope'}"
        for each in wanted
        if each.ids
    ]
    if not public or len(pairs) < len(wanted):
        added = f"add the {sort} permissions {names} of Microsoft Graph to the app registration"
        return f"{added}, have an administrator consent, {_AGAIN}"
    app = (claims.application if claims else "") or "APPLICATION_ID"
    add = f"az ad app permission add --id {app} --api {GRAPH} --api-permissions {' '.join(pairs)}"
    return f"add them, {_AGAIN}: {add} && az ad app permission admin-consent --id {app}"


def _roles(facts: Facts) -> Check:
    name = "entra-roles"
    lacking = [each for each in facts.roles if not each.held]
    if not lacking:
        return Check(name, Standing.OK, "the person who signed in has the roles")
    wanted = "; ".join(together(each.any_of, "or") for each in lacking)
    told = "the token does not show" if facts.claims and facts.claims.roles is None else "the token shows no"
    detail = f"{told} {wanted}"
    return Check(name, Standing.WARNING, detail, "the person who signs in needs it, or a role that may do the same")
