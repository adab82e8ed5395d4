"""A run as text, for people: what happens to each object, what is left alone, what went wrong, and one line to end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from reconciler.model.outcomes import Estimate, Outcome, Status
from reconciler.model.problems import Problem, Severity
from reconciler.model.runs import Run
from reconciler.reports import blocks, terminal
from reconciler.reports.terminal import Palette, counted

Lines = Iterator[str]

PLAIN = Palette()

_TITLES = {
    "validate": "Manifests for tenant",
    "plan": "Plan for tenant",
    "apply": "Apply to tenant",
    "drift": "Drift of tenant",
}
_STATUSES = {Status.DONE: "done", Status.FAILED: "failed", Status.SKIPPED: "not tried"}


def render(run: Run, palette: Palette = PLAIN) -> str:
    """The whole report."""
    return _joined([*_header(run, palette), *_findings(run, palette), *_outcomes(run, palette), *_conclusion(run)])


def render_plan(run: Run, palette: Palette = PLAIN) -> str:
    """What a person approves before an apply: everything but what became of it."""
    return _joined([*_header(run, palette), *_findings(run, palette), _planned(run), *_asides(run)])


def render_outcomes(run: Run, palette: Palette = PLAIN) -> str:
    """What became of a plan that was shown before."""
    return _joined([*_outcomes(run, palette), *_conclusion(run)])


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


def _header(run: Run, palette: Palette) -> Lines:
    if run.tenant:
        graph = palette.dim(f"({terminal.name(run.tenant.graph)})")
        yield f"{_TITLES[run.command]} {palette.bold(terminal.name(run.tenant.name))} {graph}"
        yield ""


def _findings(run: Run, palette: Palette) -> Lines:
    plan = run.plan
    if run.command == "drift":
        yield from _legend(run, palette)
        yield from blocks.differences(plan.differences, palette)
    elif not (run.approved and run.outcomes):  # a plan that was approved has been read
        yield from blocks.steps(plan.steps, palette)
    yield from _certificates(run, palette)
    yield from _unmanaged(run, palette)
    yield from _unknown(run, palette)
    yield from _problems(run, palette)
    yield from _refusals(run, palette)


def _legend(run: Run, palette: Palette) -> Lines:
    if any(found.changes and found.state == "changed" for found in run.plan.differences):
        yield palette.dim("Left of an arrow stands what the tenant has, right of it what the manifests say.")
        yield ""


def _certificates(run: Run, palette: Palette) -> Lines:
    found = run.plan.certificates
    if found:
        yield palette.bold("Certificates") + ": those in use, and the day on which each ends"
        for item in found:
            yield f"    {terminal.name(str(item.address))}  {palette.dim(terminal.name(item.thumbprint))}  {item.ends}"
        yield ""


def _unmanaged(run: Run, palette: Palette) -> Lines:
    found = run.plan.unmanaged
    if found:
        yield palette.bold("Unmanaged") + ": no manifest names these, and they are left alone"
        for item in found:
            yield f"    {terminal.name(str(item.address))}  {palette.dim(terminal.name(item.id))}"
        yield ""


def _unknown(run: Run, palette: Palette) -> Lines:
    found = run.plan.unknown
    if found:
        yield palette.bold("Unknown") + ": could not be read; nothing is planned for these"
        for item in found:
            yield f"  {palette.changed('?')} {terminal.name(str(item.address))}: {terminal.sentence(item.reason)}"
        yield ""


def _problems(run: Run, palette: Palette) -> Lines:
    found = _all_problems(run)
    if found and run.command != "validate":
        yield palette.bold("Problems")
    for problem in found:
        yield from _problem(problem, palette)
    if found:
        yield ""


def _problem(problem: Problem, palette: Palette) -> Lines:
    place = str(problem.span or problem.about or "")
    before = f"{palette.bold(terminal.name(place))}: " if place else ""
    paint = palette.bad if problem.severity is Severity.ERROR else palette.changed
    yield f"{before}{paint(problem.severity)}: {terminal.sentence(problem.message)}"
    if problem.fix:
        yield f"  fix: {terminal.sentence(problem.fix)}"


def _refusals(run: Run, palette: Palette) -> Lines:
    found = run.plan.refusals
    if found:
        yield palette.bold("Refused by guards") + ": nothing of this plan is written"
        for refusal in found:
            name = palette.bold(terminal.name(str(refusal.object)))
            yield f"  {palette.bad('!')} {name}: {terminal.sentence(refusal.reason)}"
            yield f"    {palette.dim(f'guard: {terminal.name(refusal.guard)}')}"
            if refusal.override:
                yield f"    to go on: {terminal.sentence(refusal.override)}"
        yield ""


def _outcomes(run: Run, palette: Palette) -> Lines:
    for outcome in run.outcomes:
        yield from _outcome(outcome, palette)
    if run.outcomes:
        yield ""


def _outcome(outcome: Outcome, palette: Palette) -> Lines:
    paint = {Status.DONE: palette.good, Status.FAILED: palette.bad, Status.SKIPPED: palette.changed}[outcome.status]
    word = _STATUSES[outcome.status]
    answer = "" if outcome.status is Status.DONE else _answer(outcome)
    padding = " " * (len("not tried") - len(word))
    yield f"  {paint(word)}{padding}  {terminal.name(outcome.id)}{f'  {palette.dim(answer)}' if answer else ''}"
    if outcome.detail:
        yield f"             {terminal.sentence(outcome.detail)}"


def _answer(outcome: Outcome) -> str:
    """What Graph said, and by which id its support finds it."""
    status = f"HTTP {outcome.http_status}" if outcome.http_status else ""
    request = f"request {terminal.name(outcome.request_id)}" if outcome.request_id else ""
    return ", ".join(filter(None, [status, request]))


def _conclusion(run: Run) -> Lines:
    if run.command == "validate":
        yield _validated(run)
        return
    if run.estimate:
        yield _estimated(run.estimate)
        return
    if run.declined:
        yield "Not confirmed: nothing was written."
        return
    if run.interrupted:
        yield "Interrupted." if run.outcomes else "Interrupted: nothing was written."
    if run.interrupted and not run.outcomes:
        return
    yield {"plan": _planned, "apply": _applied, "drift": _drifted}[run.command](run)
    yield from _asides(run)


def _estimated(found: Estimate) -> str:
    logical, http = counted(found.logical, "Graph request"), counted(found.http, "HTTP call")
    cost = (
        f"{found.least:,} to {logical} in at most {http}"
        if found.least < found.logical
        else f"about {logical} in {http}"
    )
    if found.limit is None:
        return f"Once everything is there, a check costs {cost}; this tenant has no limit."
    waits = f"about {counted(found.seconds // 60, 'minute')} of waiting" if found.seconds else "no waiting"
    return f"Once everything is there, a check costs {cost}: {waits} at {found.limit:,} requests a minute."


def _validated(run: Run) -> str:
    read = f"{counted(run.manifests, 'manifest')} in {counted(run.files, 'file')}"
    return f"{read}: {_faults(run) or 'no faults'}."


def _planned(run: Run) -> str:
    counts = [f"{count:,} to {verb}" for verb, count in run.plan.summary().items() if count]
    return f"{_listed('Plan', counts) or _nothing(run)}{_requests(run)}"


def _applied(run: Run) -> str:
    counts = Counter(outcome.status for outcome in run.outcomes)
    told = [f"{counts[status]:,} {word}" for status, word in _STATUSES.items() if counts[status]]
    return f"{_listed('Apply', told)}{_requests(run, forecast=False)}" if told else _planned(run)


def _drifted(run: Run) -> str:
    counts = Counter(found.state for found in run.plan.differences)
    told = [f"{counts[state]:,} {state}" for state in ("missing", "changed", "extra") if counts[state]]
    return f"{_listed('Drift', told) or _nothing(run)}{_requests(run, forecast=False)}"


def _listed(title: str, told: list[str]) -> str:
    return f"{title}: {', '.join(told)}." if told else ""


def _nothing(run: Run) -> str:
    """Says that there is nothing to do, and only of what was really looked at."""
    if any(problem.severity is Severity.ERROR for problem in _all_problems(run)):
        return "Nothing is planned: the errors come first."
    if run.plan.unknown:
        return "No changes in what could be read."
    return f"No {'drift' if run.command == 'drift' else 'changes'}. The tenant matches the manifests."


def _asides(run: Run) -> Lines:
    """What the last line must not let a reader overlook."""
    unmanaged, unknown, refused = len(run.plan.unmanaged), len(run.plan.unknown), len(run.plan.refusals)
    told = [
        f"{unmanaged:,} unmanaged" if unmanaged else "",
        f"{unknown:,} could not be read" if unknown else "",
        f"{refused:,} refused by guards" if refused else "",
        _faults(run),
    ]
    if any(told):
        yield f"Besides: {', '.join(filter(None, told))}."


def _faults(run: Run) -> str:
    counts = Counter(problem.severity for problem in _all_problems(run))
    return ", ".join(counted(counts[severity], severity) for severity in Severity if counts[severity])


def _requests(run: Run, *, forecast: bool = True) -> str:
    """What the run cost, where anything was asked of Graph at all."""
    if not run.requests.logical:
        return ""
    logical, http = counted(run.requests.logical, "Graph request"), counted(run.requests.http, "HTTP call")
    more = f"; about {run.forecast_writes:,} more to apply" if forecast and run.forecast_writes else ""
    return f" Requests: {logical} in {http}{more}."


def _all_problems(run: Run) -> tuple[Problem, ...]:
    return (*run.problems, *run.plan.problems)
