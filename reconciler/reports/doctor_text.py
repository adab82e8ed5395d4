"""An examination as text, for people: a checklist with what to do, the permissions that are needed, one line to end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from reconciler.model.checkups import Check, Checkup, Grant, RoleNeed, Standing
from reconciler.model.problems import Problem, Severity
from reconciler.reports import terminal
from reconciler.reports.terminal import Palette, counted

Lines = Iterator[str]

PLAIN = Palette()
_WORDS = {Standing.OK: "ok", Standing.MISSING: "missing", Standing.UNKNOWN: "unknown", Standing.WARNING: "warning"}
_ENDINGS = {
    Standing.MISSING: "missing",
    Standing.UNKNOWN: "could not be found out",
    Standing.WARNING: "to be aware of",
}
_GRANTED = {True: "yes", False: "no", None: "?"}
_WIDTH = max(map(len, _WORDS.values()))


def render(checkup: Checkup, palette: Palette = PLAIN) -> str:
    """The whole report."""
    return "\n".join([*_header(checkup, palette), *_body(checkup, palette), _conclusion(checkup)]) + "\n"


def _header(checkup: Checkup, palette: Palette) -> Lines:
    if checkup.tenant:
        graph = palette.dim(f"({terminal.name(checkup.tenant.graph)})")
        yield f"Doctor for tenant {palette.bold(terminal.name(checkup.tenant.name))} {graph}"
        yield ""


def _body(checkup: Checkup, palette: Palette) -> Lines:
    width = max((len(check.name) for check in checkup.checks), default=0)
    for check in checkup.checks:
        yield from _check(check, width, palette)
    if checkup.checks:
        yield ""
    delegated = bool(checkup.roles)
    yield from _permissions("Permissions to plan", checkup.plan, palette, delegated=delegated)
    yield from _permissions("Permissions to apply", checkup.apply, palette, delegated=delegated)
    yield from _roles(checkup.roles, palette)
    yield from _problems(checkup.problems, palette)


def _check(check: Check, width: int, palette: Palette) -> Lines:
    word = _paint(check.status, palette)(_WORDS[check.status])
    padding = " " * (_WIDTH - len(_WORDS[check.status]))
    yield f"  {word}{padding}  {check.name:<{width}}  {terminal.sentence(check.detail)}"
    if check.fix and check.status is not Standing.OK:
        yield f"  {' ' * (_WIDTH + width + 4)}fix: {terminal.sentence(check.fix)}"


def _paint(status: Standing, palette: Palette) -> Callable[[str], str]:
    return {Standing.OK: palette.good, Standing.MISSING: palette.bad}.get(status, palette.changed)


def _permissions(title: str, needed: tuple[Grant, ...], palette: Palette, *, delegated: bool) -> Lines:
    if needed:
        yield palette.bold(title) + ": the least that will do, and whether the token has it"
        for each in needed:
            yield f"  {_mark(each.granted, palette)}  {each.name}{_id(each, palette, delegated)}"
            yield from _purposes(each.needed_for)
        yield ""


def _id(grant: Grant, palette: Palette, delegated: bool) -> str:
    """The id at Microsoft Graph in the public cloud."""
    if grant.ids is None:
        return ""
    return f"  {palette.dim(grant.ids.delegated if delegated else grant.ids.application)}"


def _roles(needed: tuple[RoleNeed, ...], palette: Palette) -> Lines:
    if needed:
        yield palette.bold("Entra roles") + ": what the person who signs in needs besides"
        for each in needed:
            yield f"  {_mark(each.held, palette)}  {' or '.join(each.any_of)}"
            yield from _purposes(each.needed_for)
        yield ""


def _mark(answer: bool | None, palette: Palette) -> str:
    word = _GRANTED[answer]
    paint = {True: palette.good, False: palette.bad, None: palette.changed}[answer]
    return f"{paint(word)}{' ' * (3 - len(word))}"


def _purposes(words: Iterable[str]) -> Lines:
    """What something is needed for: what is read and written alike is said once."""
    verbs: dict[str, list[str]] = {}
    for each in words:
        verb, _, what = each.partition(" ")
        verbs.setdefault(what, []).append(verb)
    groups: dict[str, list[str]] = {}
    for what, found in verbs.items():
        groups.setdefault(" and ".join(found), []).append(what)
    for verb, found in groups.items():
        yield f"       for {verb} {terminal.sentence(', '.join(found))}"


def _problems(found: tuple[Problem, ...], palette: Palette) -> Lines:
    if found:
        yield palette.bold("Manifests")
        for problem in found:
            place = str(problem.span or problem.about or "")
            paint = palette.bad if problem.severity is Severity.ERROR else palette.changed
            before = f"{palette.bold(terminal.name(place))}: " if place else ""
            yield f"{before}{paint(problem.severity)}: {terminal.sentence(problem.message)}"
            if problem.fix:
                yield f"  fix: {terminal.sentence(problem.fix)}"
        yield ""


def _conclusion(checkup: Checkup) -> str:
    if checkup.stopped:
        return "Nothing was examined."
    counts = Counter(check.status for check in checkup.checks)
    told = [f"{counts[status]:,} {word}" for status, word in _ENDINGS.items() if counts[status]]
    whole = f"Doctor: {', '.join(told)}." if told else "Everything is there."
    cost = checkup.requests
    return f"{whole} {counted(cost.logical, 'Graph request')} in {counted(cost.http, 'HTTP call')}."
