"""Everything an examination found out, in one value, and the words in which several answers are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.model.checkups import Grant, RoleNeed
from reconciler.model.errors import SignInError
from reconciler.model.kinds import Kinds
from reconciler.model.live import Absent, Answer, Present, Unknown
from reconciler.model.problems import Problem
from reconciler.model.resources import Resource
from reconciler.msgraph.probe import Probe
from reconciler.msgraph.tokens import Claims
from reconciler.settings import EMBEDDED, TenantSettings

NOT_ASKED = "not asked: there is no token"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is wanted, what is written about the tenant, what the token and Graph said. `now` is Unix time.

    `listed` are the kinds that a plan lists, `answers` the first pages of some of them and of those that tell the type
    of the tenant. `refused` is why there is no token.
    """

    tenant: TenantSettings
    root: str
    kinds: Kinds
    now: float
    listed: tuple[str, ...] = ()
    resources: tuple[Resource, ...] = ()
    problems: tuple[Problem, ...] = ()
    documents: int = 0
    files: int = 0
    claims: Claims | None = None
    refused: SignInError | None = None
    reached: Probe | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    plan: tuple[Grant, ...] = ()
    apply: tuple[Grant, ...] = ()
    roles: tuple[RoleNeed, ...] = ()

    @property
    def embedded(self) -> bool:
        """Whether the tenant is in this process: it lets its own token in, and asks for no permission."""
        return self.tenant.graph == EMBEDDED

    @property
    def held(self) -> frozenset[str] | None:
        """The permissions of the token; None where it does not tell."""
        return self.claims.permissions if self.claims else None

    @property
    def declared(self) -> tuple[str, ...]:
        """The kinds that manifests declare, those with faults included."""
        faulty = {problem.about.kind for problem in self.problems if problem.about}
        return tuple(sorted(faulty | {each.address.kind for each in self.resources}))

    def is_there(self, kind: str) -> bool:
        """Whether Graph listed the kind."""
        return isinstance(self.answers.get(kind), Present)

    def lacks(self, kind: str) -> bool:
        """Whether Graph said in so many words that the tenant has nothing of the kind."""
        answer = self.answers.get(kind)
        return isinstance(answer, Unknown) and self.kinds[kind].is_lacking(0, answer.reason)

    def is_shut(self, kind: str) -> bool:
        """Whether Graph refuses the kind for a switch that is off."""
        answer, gate = self.answers.get(kind), self.kinds[kind].gate
        return gate is not None and isinstance(answer, Unknown) and answer.code == gate.code

    def is_forbidden(self, kind: str) -> bool:
        """Whether Graph refuses the kind to this token."""
        answer = self.answers.get(kind)
        return isinstance(answer, Unknown) and answer.status == 403 and not self.lacks(kind)

    def reason(self, kind: str) -> str:
        """Why the kind was not listed, as Graph said it."""
        answer = self.answers.get(kind)
        if isinstance(answer, Absent):
            return f"404: Graph has no {self.kinds[kind].collection}"
        return answer.reason if isinstance(answer, Unknown) else NOT_ASKED


def together(words: Iterable[str], last: str = "and") -> str:
    """The words as a person would list them.

    >>> together(["a", "b", "c"])
    'a, b and c'
    """
    *first, final = list(words)
    return f"{', '.join(first)} {last} {final}" if first else final
