"""Listings that show what is attached, where Graph expands it: asked for, proved on one object, never just believed.

Graph docs: List b2xIdentityUserFlows shows `$expand=identityProviders`; the metadata calls that navigation deprecated
and says that it stops returning data. What a listing does not show is read object by object, and so is everything
where the one sample disagrees.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler.model.identity import Index
from reconciler.model.kinds import Kind, Kinds, Link
from reconciler.model.live import Answer, Answers, Need, Present, Snapshot, Unknown
from reconciler.model.paths import link_need, listing_path, shown
from reconciler.model.resources import Resource
from reconciler.model.values import get
from reconciler.planning.options import Options

_WORTH = 3  # objects from which on one listing and one proof cost less than reading each


def expandable(resources: Iterable[Resource], kinds: Kinds, options: Options) -> dict[str, Link]:
    """The links that a listing may show at less cost than reading them, by kind."""
    wanted = [each for each in resources if each.present and options.selects(each.address)]
    found: dict[str, Link] = {}
    for kind in kinds.values():
        for link in kind.links:
            users = (each for each in wanted if each.address.kind == kind.name and link.name in each.links)
            if link.expand and sum(1 for _ in users) >= _WORTH:
                found[kind.name] = link
    return found


def expanded_need(kind: Kind, link: Link) -> Need:
    """The listing of a kind with what is attached to a link of its objects."""
    return Need(f"{listing_path(kind)}?$expand={link.expand}", kind.version, collection=True)


def is_refused(answer: Answer) -> bool:
    """Whether Graph does not take the expansion, so that the plain listing is to be asked for."""
    return isinstance(answer, Unknown) and 400 <= answer.status < 500 and answer.status not in (401, 403, 429)


def trusting(kinds: Kinds, links: Mapping[str, Link]) -> Kinds:
    """The kinds as if what their listings show were true."""
    return {**kinds, **{name: _trusting(kinds[name], link) for name, link in links.items()}}


def _trusting(kind: Kind, trusted: Link) -> Kind:
    links = tuple(replace(link, within=link.expand) if link == trusted else link for link in kind.links)
    return replace(kind, links=links)


def proofs(
    resources: Iterable[Resource], kinds: Kinds, links: Mapping[str, Link], snapshot: Snapshot
) -> dict[str, tuple[Need, frozenset[str]]]:
    """For each kind whose listing shows something: what to read of one declared object, and what it should answer."""
    indexes = {name: Index(kinds[name], snapshot.of(name)) for name in links}
    found: dict[str, tuple[Need, frozenset[str]]] = {}
    for resource in resources:
        name = resource.address.kind
        link = links.get(name)
        if link is None or name in found or link.name not in resource.links:
            continue
        live = indexes[name].candidates(resource)
        items = shown(replace(link, within=link.expand), live[0].properties) if len(live) == 1 else None
        if items:
            ids = frozenset(str(get(item, "id")).casefold() for item in items)
            found[name] = (link_need(kinds[name], live[0].id, link), ids)
    return found


def is_proved(answers: Answers, need: Need, expected: frozenset[str]) -> bool:
    """Whether the object's own answer says what the listing said."""
    answer = answers[need]
    return isinstance(answer, Present) and {str(item.get("id")).casefold() for item in answer.body} == expected
