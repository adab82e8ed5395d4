"""The least permissions that manifests need, for planning and for applying, and what each is for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from reconciler.kinds import load_kinds
from reconciler.model.addresses import Address, Span
from reconciler.model.checkups import Grant
from reconciler.model.resources import Entry, Resource
from reconciler.planning.options import Options
from reconciler.planning.permissions import IDS, ROLE_IDS, Demand, demands, grants, role_needs

HERE = Span("manifests.yaml", 1, 1)
OPTIONS = Options(today=date(2026, 11, 21))
READ, WRITE = "IdentityUserFlow.Read.All", "IdentityUserFlow.ReadWrite.All"
Needs = dict[str, tuple[str, ...]]


def wanted(
    kind: str,
    *,
    present: bool = True,
    properties: dict[str, Any] | None = None,
    links: dict[str, list[str]] | None = None,
) -> Resource:
    known = load_kinds()[kind]
    entries = {
        name: tuple(Entry(Address(known.link(name).target, target), HERE) for target in targets)
        for name, targets in (links or {}).items()
    }
    return Resource(Address(kind, "it"), HERE, present=present, properties=properties or {}, links=entries)


def needs(*resources: Resource, options: Options = OPTIONS) -> tuple[Needs, Needs]:
    asked = demands(resources, load_kinds(), options)
    plan, apply = (
        {each.name: each.needed_for for each in grants(part, frozenset())} for part in (asked.plan, asked.apply)
    )
    return plan, apply


def granted(resource: Resource, *held: str, part: str = "apply") -> list[Grant]:
    return [
        each
        for each in grants(getattr(demands([resource], load_kinds(), OPTIONS), part), frozenset(held))
        if not each.granted
    ]


def test_a_bare_flow_is_read_with_less_than_it_is_written_with() -> None:
    """Reading takes the Read permission; where writing is needed too, that one alone serves for both."""
    plan, apply = needs(wanted("B2xUserFlow"))
    assert plan == {READ: ("reading B2xUserFlow",)}
    assert apply == {WRITE: ("reading B2xUserFlow", "writing B2xUserFlow")}


@pytest.mark.parametrize(
    "link",
    ["identityProviders", "apiConnectorConfiguration.postFederationSignup"],
)
@pytest.mark.parametrize("kind", ["B2xUserFlow", "B2cUserFlow"])
def test_some_links_of_a_flow_take_the_permission_to_write_even_to_be_read(kind: str, link: str) -> None:
    """Graph lists nothing less for providers and connectors of a flow; the listing then needs nothing besides."""
    target = "AADSignup-OAUTH" if link == "identityProviders" else "approval"
    resource = wanted(kind, links={link: [target]})
    plan, _ = needs(resource)
    assert plan[WRITE] == (f"reading {kind}", f"reading {kind} {link}")
    assert READ not in plan


def test_what_is_referred_to_is_listed_too() -> None:
    """The connector of a flow is looked up by name, which no Read permission allows."""
    plan, apply = needs(wanted("B2xUserFlow", links={"apiConnectorConfiguration.postFederationSignup": ["approval"]}))
    assert plan["APIConnectors.ReadWrite.All"] == ("reading ApiConnector",)
    assert apply["APIConnectors.ReadWrite.All"] == ("reading ApiConnector",)


def test_the_order_of_a_sign_up_page_needs_no_more_than_its_flow() -> None:
    """Assignments are read with the Read permission."""
    plan, _ = needs(wanted("B2xUserFlow", links={"userAttributeAssignments": ["email"]}))
    assert list(plan) == [READ]


def test_linking_applications_is_the_business_of_policies() -> None:
    """Listeners of b2x flows are guarded by the permissions of policies, and the writing one may read."""
    plan, apply = needs(wanted("B2xUserFlow", links={"applications": ["63856651-13d9-4784-9abf-20758d509e19"]}))
    assert plan["Policy.Read.All"] == ("reading B2xUserFlow applications",)
    assert apply["Policy.ReadWrite.ApplicationConfiguration"] == (
        "reading B2xUserFlow applications",
        "writing B2xUserFlow applications",
    )
    assert "Policy.Read.All" not in apply


def test_a_permission_that_may_only_write_needs_another_to_read() -> None:
    """No page lists Policy.ReadWrite.AuthenticationMethod for reading the policy it is about."""
    _, apply = needs(wanted("B2cAuthenticationMethodsPolicy"))
    assert apply == {
        "Policy.Read.All": ("reading B2cAuthenticationMethodsPolicy",),
        "Policy.ReadWrite.AuthenticationMethod": ("writing B2cAuthenticationMethodsPolicy",),
    }


def test_what_graph_made_is_not_written() -> None:
    """A built-in provider that is declared is only read."""
    _, apply = needs(wanted("IdentityProvider", properties={"type": "builtInIdentityProvider"}))
    assert list(apply) == ["IdentityProvider.Read.All"]


def test_deleting_takes_a_look_at_who_uses_it() -> None:
    """A connector that is to go may be in use by flows, whose connectors take the permission to write."""
    plan, apply = needs(wanted("ApiConnector", present=False))
    assert "reading B2xUserFlow apiConnectorConfiguration.postFederationSignup" in plan[WRITE]
    assert "writing B2xUserFlow" not in apply[WRITE]
    assert "writing ApiConnector" in apply["APIConnectors.ReadWrite.All"]


def test_pruning_and_selecting_count() -> None:
    """What is pruned is listed and written; what is not selected needs nothing."""
    _, pruned = needs(wanted("B2xUserFlow"), options=replace(OPTIONS, prune=frozenset({"IdentityProvider"})))
    assert "writing IdentityProvider" in pruned["IdentityProvider.ReadWrite.All"]
    assert needs(wanted("B2xUserFlow"), options=replace(OPTIONS, select=("ApiConnector/*",))) == ({}, {})


def test_who_may_write_may_read() -> None:
    """A token with more than the least is enough; one with less says which permission it lacks."""
    flow = wanted("B2xUserFlow")
    assert granted(flow, WRITE, part="plan") == []
    assert [each.name for each in granted(flow, READ)] == [WRITE]
    assert granted(flow, READ, part="plan") == []
    assert [each.name for each in granted(wanted("B2cAuthenticationMethodsPolicy"), "Policy.Read.All")] == [
        "Policy.ReadWrite.AuthenticationMethod"
    ]


def test_a_token_that_does_not_tell_leaves_it_open() -> None:
    """Neither granted nor lacking."""
    asked = demands([wanted("B2xUserFlow")], load_kinds(), OPTIONS).apply
    assert [each.granted for each in grants(asked, None)] == [None]


def test_the_order_of_manifests_does_not_matter() -> None:
    """The same permissions for the same reasons."""
    flow, connector = wanted("B2xUserFlow", links={"identityProviders": ["Google"]}), wanted("ApiConnector")
    assert needs(flow, connector) == needs(connector, flow)


def test_a_person_needs_a_role_beside_the_permission() -> None:
    """Each kind has its own; the global administrator has them all, and a token may not tell."""
    asked = demands([wanted("CustomAuthenticationExtension"), wanted("IdentityProvider")], load_kinds(), OPTIONS).apply
    roles = {"Authentication Extensibility Administrator", "Application Administrator"}
    found = role_needs(asked, frozenset({ROLE_IDS["Application Administrator"]}))
    assert [(set(each.any_of), each.held) for each in found] == [
        (roles, True),
        ({"External Identity Provider Administrator"}, False),
    ]
    assert found[0].needed_for == ("reading CustomAuthenticationExtension", "writing CustomAuthenticationExtension")
    assert {each.held for each in role_needs(asked, frozenset({"62e90394-69f5-4237-9190-012177145e10"}))} == {True}
    assert {each.held for each in role_needs(asked, None)} == {None}


def test_every_word_of_a_kind_is_known_by_its_id() -> None:
    """A permission that a kind or a link names can be added by id, and a role be told from a token."""
    guarded = [kind.guarded(link) for kind in load_kinds().values() for link in (None, *kind.links)]
    assert {word for each in guarded for word in (each.read, each.write)} == set(IDS)
    assert {role for each in guarded for role in each.roles} == set(ROLE_IDS)
    everything = [id for each in IDS.values() for id in (each.delegated, each.application)]
    assert len(set(everything)) == len(everything)


def test_what_takes_no_role_asks_for_none() -> None:
    """A person needs no Entra role for what the pages name none for."""
    assert role_needs([Demand("reading a policy", ("Policy.Read.All",))], None) == ()
