"""The least Graph permissions with which manifests can be planned and applied, and what each is needed for.

Graph docs: permissions reference. Ids are those of the public cloud; a permission is looked up there by its id, as an
application's or as a delegated one. In delegated scenarios the person needs an Entra role beside it (Graph docs: the
pages of the operations; Entra docs: built-in roles).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reconciler.model.checkups import Grant, PermissionIds, RoleNeed
from reconciler.model.kinds import Kind, Kinds, Link, Permissions
from reconciler.model.resources import Resource
from reconciler.planning.needs import doomed_kinds, links_to, listed_kinds, pruned_kinds
from reconciler.planning.options import Options

IDS: Mapping[str, PermissionIds] = {
    "IdentityUserFlow.Read.All": PermissionIds(
        "2903d63d-4611-4d43-99ce-a33f3f52e343", "1b0c317f-dd31-4305-9932-259a8b6e8099"
    ),
    "IdentityUserFlow.ReadWrite.All": PermissionIds(
        "281892cc-4dbf-4e3a-b6cc-b21029bb4e82", "65319a09-a2be-469d-8782-f6b07debf789"
    ),
    "IdentityProvider.Read.All": PermissionIds(
        "43781733-b5a7-4d1b-98f4-e8edff23e1a9", "e321f0bb-e7f7-481e-bb28-e3b0b32d4bd0"
    ),
    "IdentityProvider.ReadWrite.All": PermissionIds(
        "f13ce604-1677-429f-90bd-8a10b9f01325", "90db2b9a-d928-4d33-a4dd-8442ae3d41e4"
    ),
    "APIConnectors.ReadWrite.All": PermissionIds(
        "c67b52c5-7c69-48b6-9d48-7b3af3ded914", "1dfe531a-24a6-4f1b-80f4-7a0dc5a0a171"
    ),
    "EventListener.Read.All": PermissionIds(
        "f7dd3bed-5eec-48da-bc73-1c0ef50bc9a1", "b7f6385c-6ce6-4639-a480-e23c42ed9784"
    ),
    "EventListener.ReadWrite.All": PermissionIds(
        "d11625a6-fe21-4fc6-8d3d-063eba5525ad", "0edf5e9e-4ce8-468a-8432-d08631d18c43"
    ),
    "CustomAuthenticationExtension.Read.All": PermissionIds(
        "b2052569-c98c-4f36-a5fb-43e5c111e6d0", "88bb2658-5d9e-454f-aacd-a3933e079526"
    ),
    "CustomAuthenticationExtension.ReadWrite.All": PermissionIds(
        "8dfcf82f-15d0-43b3-bc78-a958a13a5792", "c2667967-7050-4e7e-b059-4cbbb3811d03"
    ),
    "Policy.Read.All": PermissionIds("572fea84-0151-49b2-9301-11cb16974376", "246dd0d5-5bd0-4def-940b-0421030a5b68"),
    "Policy.ReadWrite.ApplicationConfiguration": PermissionIds(
        "b27add92-efb2-4f16-84f5-8108ba77985c", "be74164b-cff1-491c-8741-e671cb536e13"
    ),
    "Policy.ReadWrite.AuthenticationFlows": PermissionIds(
        "edb72de9-4252-4d03-a925-451deef99db7", "25f85f3c-f66c-4205-8cd5-de92dd7f0cec"
    ),
    "Policy.ReadWrite.AuthenticationMethod": PermissionIds(
        "7e823077-d88e-468f-a337-e18f1f0e6c7c", "29c18626-4985-4dcd-85c0-193eef327366"
    ),
}
ROLE_IDS: Mapping[str, str] = {
    "External ID User Flow Administrator": "6e591065-9bad-43ed-90f3-e9424366d2f0",
    "External ID User Flow Attribute Administrator": "0f971eea-41eb-4569-a71e-57bb8a3eff1e",
    "External Identity Provider Administrator": "be2f45a1-457d-42af-a067-6ec1fa63bc45",
    "Authentication Extensibility Administrator": "25a516ed-2fa0-40ea-a2d0-12923a21473a",
    "Application Administrator": "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
}
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"  # may do what any of them may


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that is done to Graph, and each of the permissions that allows it, the least privileged first."""

    what: str
    ways: tuple[str, ...]
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Demands:
    """What planning asks of Graph, and what applying asks, which plans first."""

    plan: tuple[Demand, ...]
    apply: tuple[Demand, ...]


def demands(resources: Iterable[Resource], kinds: Kinds, options: Options) -> Demands:
    """What these manifests ask of Graph, for each kind, and for each link that is guarded otherwise than its owner."""
    wanted = tuple(each for each in resources if options.selects(each.address))
    reads = tuple(dict.fromkeys(_reading(wanted, kinds, options)))
    writes = tuple(dict.fromkeys(_writing(wanted, kinds, options)))
    return Demands(reads, (*reads, *writes))


def grants(asked: Iterable[Demand], held: frozenset[str] | None) -> tuple[Grant, ...]:
    """The fewest and least permissions that allow everything that is asked, and which of them are `held`.

    One that is needed anyway serves for all that it allows: who may write need not be allowed to read besides.
    """
    served = _served(tuple(asked))
    return tuple(
        Grant(name, tuple(each.what for each in mine), _granted(mine, held), IDS.get(name))
        for name, mine in sorted(served.items())
    )


def role_needs(asked: Iterable[Demand], held: frozenset[str] | None) -> tuple[RoleNeed, ...]:
    """The Entra roles that a person needs for all that, and whether the ids of those `held` are among them."""
    found: dict[tuple[str, ...], list[str]] = {}
    for each in asked:
        if each.roles:
            found.setdefault(each.roles, []).append(each.what)
    return tuple(RoleNeed(roles, tuple(what), _holds(roles, held)) for roles, what in sorted(found.items()))


def _reading(wanted: tuple[Resource, ...], kinds: Kinds, options: Options) -> Iterator[Demand]:
    names = listed_kinds(wanted, kinds, options)
    for name in names:
        yield _demand(kinds[name], None, writing=False)
    for kind, link in _guarded_links(wanted, kinds):
        yield _demand(kind, link, writing=False)
    doomed = doomed_kinds(wanted, options, {each.address.kind for each in wanted})
    for kind in (kinds[name] for name in names):
        yield from (_demand(kind, link, writing=False) for link in links_to(kind, doomed) if link.permissions)


def _writing(wanted: tuple[Resource, ...], kinds: Kinds, options: Options) -> Iterator[Demand]:
    declared = {each.address.kind for each in wanted if not _is_graphs_own(kinds[each.address.kind], each)}
    for name in sorted(declared | pruned_kinds(options, declared)):
        yield _demand(kinds[name], None, writing=True)
    for kind, link in _guarded_links(wanted, kinds):
        yield _demand(kind, link, writing=True)


def _guarded_links(wanted: tuple[Resource, ...], kinds: Kinds) -> Iterator[tuple[Kind, Link]]:
    """The declared links that Graph guards otherwise than their owners, by kind and in the kind's order."""
    declared = {(each.address.kind, name) for each in wanted if each.present for name in each.links}
    for kind in kinds.values():
        yield from ((kind, link) for link in kind.links if link.permissions and (kind.name, link.name) in declared)


def _is_graphs_own(kind: Kind, resource: Resource) -> bool:
    """Whether there is nothing to write: Graph made the object."""
    return kind.built_in is not None and kind.built_in.holds(resource.properties)


def _demand(kind: Kind, link: Link | None, *, writing: bool) -> Demand:
    guarded: Permissions = kind.guarded(link)
    what = f"{kind.name} {link.name}" if link else kind.name
    ways = (guarded.write,) if writing else guarded.reading
    return Demand(f"{'writing' if writing else 'reading'} {what}", ways, guarded.roles)


def _served(asked: tuple[Demand, ...]) -> dict[str, list[Demand]]:
    """What each permission is needed for: first those without a choice, then whatever these do not serve already."""
    served: dict[str, list[Demand]] = {each.ways[0]: [] for each in asked if len(each.ways) == 1}
    for each in asked:
        name = next((way for way in each.ways if way in served), each.ways[0])
        served.setdefault(name, []).append(each)
    return served


def _granted(asked: Iterable[Demand], held: frozenset[str] | None) -> bool | None:
    return None if held is None else all(held.intersection(each.ways) for each in asked)


def _holds(roles: Iterable[str], held: frozenset[str] | None) -> bool | None:
    if held is None:
        return None
    return bool(held & {GLOBAL_ADMINISTRATOR, *(ROLE_IDS[role] for role in roles if role in ROLE_IDS)})
