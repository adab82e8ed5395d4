"""A plan: what apply would do, in order, as frozen data that can be printed, saved, compared and approved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from reconciler.model.addresses import Address, Span
from reconciler.model.links import Version
from reconciler.model.problems import Problem
from reconciler.model.values import Tree, Value

DEFAULTS = "(defaults)"
"""The target of a detach that removes whatever Graph put into a new object and the manifest does not list."""

Verb = Literal["create", "update", "delete", "attach", "detach", "reorder", "upload"]
VERBS: tuple[Verb, ...] = ("create", "update", "delete", "attach", "detach", "reorder", "upload")


@dataclass(frozen=True, slots=True)
class Change:
    """One member before and after; a dotted path. A secret stays a `Secret`, which shows as `(secret)`."""

    path: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What all actions share: the object they are about, and where the manifest asks for it."""

    address: Address
    source: Span | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(Action):
    """Make the object. `body` is the request body, with secrets and ids still to be filled in."""

    verb: ClassVar[Verb] = "create"

    body: Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(Action):
    """Change members of the object, or of one of its entries when `link` and `target` are given.

    `implied` are the paths that no manifest has: they follow from what is detached, where Graph takes that. It has to
    where a link is `emptied`: of an object that asks for what it does not have nobody can tell what it has.
    """

    verb: ClassVar[Verb] = "update"

    body: Tree
    link: str = ""
    target: Address | None = None
    implied: tuple[str, ...] = ()
    emptied: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(Action):
    """Delete the object."""

    verb: ClassVar[Verb] = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attach(Action):
    """Attach a target to a link; `body` is what an entry says beside the target, or what carries the reference."""

    verb: ClassVar[Verb] = "attach"

    link: str
    target: Address
    body: Tree = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detach(Action):
    """Detach a target from a link; a target named `(defaults)` is what Graph put there by itself.

    `keep` are the targets that stay when the defaults go.
    """

    verb: ClassVar[Verb] = "detach"

    link: str
    target: Address
    keep: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reorder(Action):
    """Put the entries of a link into this order, unless they already are."""

    verb: ClassVar[Verb] = "reorder"

    link: str
    order: tuple[Address, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload(Action):
    """Write something inside an object whole: a language, or the document of a page, told apart by `keys`.

    `link` is what people call it, `path` where it is below the object, `reference` where Graph's own one is; a `new`
    one takes the place of nothing.
    """

    verb: ClassVar[Verb] = "upload"

    link: str
    path: str
    version: Version
    body: Tree
    keys: tuple[str, ...] = ()
    reference: str = ""
    new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Clear(Action):
    """Drop something inside an object that was written whole; a detach to those who read plans. `advice` is for where
    Graph refuses."""

    verb: ClassVar[Verb] = "detach"

    link: str
    path: str
    version: Version
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certify(Action):
    """Add a certificate to those an object signs in with; an upload to those who read plans.

    `operation` is the object's own that takes it, `shown` the path of the list in which its thumbprint then stands.
    """

    verb: ClassVar[Verb] = "upload"

    operation: str
    shown: str
    thumbprint: str
    body: Tree


AnyAction = Create | Update | Delete | Attach | Detach | Reorder | Upload | Clear | Certify


def verb_of(action: AnyAction) -> Verb:
    """The verb of an action."""
    return action.verb


def id_of(action: AnyAction) -> str:
    """What an action is called: its verb, its object, its link and its target, by name and never by Graph id."""
    link = getattr(action, "link", "")
    target = getattr(action, "target", None)
    return " ".join(filter(None, [verb_of(action), str(action.address), link, target.name if target else ""]))


@dataclass(frozen=True, slots=True)
class Step:
    """An action and the ids of the actions that must be done before it."""

    action: AnyAction
    after: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The action's id."""
        return id_of(self.action)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a guard stops the plan, and how a person can say that it is meant."""

    guard: str
    object: Address
    reason: str
    override: str


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """A live object of a managed kind that no manifest names."""

    address: Address
    id: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An object that could not be read, so that nothing is planned for it or on top of it."""

    address: Address
    reason: str


@dataclass(frozen=True, slots=True)
class Expiry:
    """A certificate that a managed object signs in with, and the day on which it ends (ISO 8601)."""

    address: Address
    thumbprint: str
    ends: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which the tenant is not what the manifests say, as `drift` reports it."""

    address: Address
    state: Literal["missing", "changed", "extra"]
    changes: tuple[Change, ...] = ()
    link: str = ""
    target: str = ""
    direction: Literal["repository", "tenant", "both"] | None = None
    source: Span | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything apply needs and a reader wants: steps in a runnable order, and what is not done and why.

    `ids` are the Graph ids known so far. `digest` names the content of the steps.
    """

    steps: tuple[Step, ...] = ()
    ids: Mapping[Address, str] = field(default_factory=dict)
    unmanaged: tuple[Unmanaged, ...] = ()
    unknown: tuple[Unreadable, ...] = ()
    problems: tuple[Problem, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    differences: tuple[Difference, ...] = ()
    certificates: tuple[Expiry, ...] = ()
    digest: str = ""

    def summary(self) -> dict[Verb, int]:
        """How many actions there are of each verb."""
        counts = dict.fromkeys(VERBS, 0)
        for step in self.steps:
            counts[verb_of(step.action)] += 1
        return counts
