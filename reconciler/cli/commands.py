"""What each command does with its options, and with what goes wrong."""

from __future__ import annotations

import gc
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli import console
from reconciler.cli.options import parse
from reconciler.model.errors import GraphError, InvalidManifestsError, ReconcilerError, UsageError
from reconciler.model.problems import Problem
from reconciler.model.runs import Run
from reconciler.reports.terminal import escaped

if TYPE_CHECKING:
    from reconciler.app import Request, Surroundings
    from reconciler.cli.telling import Meter

INTERRUPTED = 130
SELDOM = 50_000  # new objects before Python looks for circles among them: manifests and plans are trees, and have none


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line; the exit code."""
    try:
        options = parse(sys.argv[1:] if arguments is None else arguments)
    except SystemExit as stop:  # help, the version, or wrong usage
        return stop.code if isinstance(stop.code, int) else 1
    try:
        return _COMMANDS[options.command](options)
    except ReconcilerError as error:
        return _failed(error)
    except KeyboardInterrupt:
        console.write("\ninterrupted\n", sys.stderr)
        return INTERRUPTED
    except Exception as error:  # the last resort: a fault of this program is no reason for a page of its source
        return _broken(error, options)


def _failed(error: ReconcilerError) -> int:
    console.complain(error.message, error.fix)
    if isinstance(error, GraphError) and error.request_id:
        console.write(f"  request id: {escaped(error.request_id)}\n", sys.stderr)
    return error.exit_code


def _broken(error: Exception, options: Namespace) -> int:
    if getattr(options, "verbose", 0) > 1:
        import traceback

        traceback.print_exception(error)
    fix = "this is a fault of reconciler: report it with what -vv shows; run 'plan' to see where the tenant stands"
    console.complain(f"internal error: {type(error).__name__}: {error}", fix)
    return 1


def _over_manifests(options: Namespace) -> int:
    """validate, plan, apply, drift."""
    console.check_writable(options.output)
    console.check_writable(options.out)
    report = Report(options)
    try:
        run = _run(options, report)
    except InvalidManifestsError as error:
        run = Run(options.command, error.exit_code, problems=error.problems)
    except KeyboardInterrupt:  # before anything was written: afterwards the run ends by itself, with its outcomes
        run = Run(options.command, INTERRUPTED, interrupted=True)
    except ReconcilerError as error:
        if options.format == "json":
            problem = Problem(error.message, error.fix)
            report.deliver(Run(options.command, error.exit_code, problems=(problem,)))
        raise
    report.deliver(run)
    return run.exit_code


def _run(options: Namespace, report: Report) -> Run:
    from reconciler import app
    from reconciler.cli.telling import Meter, listen

    listen(options.verbose, options.log_format)
    gc.set_threshold(SELDOM)
    meter = Meter() if sys.stderr.isatty() and not options.verbose else None
    request, around = _request(options), _surroundings(meter)
    commands: dict[str, Callable[[Request, Surroundings], Run]] = {
        "validate": app.validate,
        "plan": app.plan,
        "drift": app.drift,
    }
    try:
        if options.command == "apply":
            return app.apply(request, around, confirm=lambda run: _confirmed(run, options, report, meter))
        return commands[options.command](request, around)
    finally:
        if meter:
            meter.pause()


def _request(options: Namespace) -> Request:
    from reconciler.app import Request

    return Request(
        paths=tuple(options.paths),
        project=options.project,
        tenant=options.tenant,
        variables=dict(options.var),
        select=tuple(options.select),
        max_wait=options.max_wait,
        prune=options.prune,
        send_secrets=options.send_secrets,
        unmanaged_all=options.unmanaged == "all",
        detailed_exitcode=options.detailed_exitcode,
        check_extensions=options.check_extensions,
        estimate=options.estimate,
        max_requests=options.max_requests,
        out=options.out,
        yes=options.yes,
    )


def _surroundings(meter: Meter | None) -> Surroundings:
    from datetime import date

    from reconciler.app import Surroundings

    return Surroundings(environ=os.environ, cwd=Path.cwd(), today=date.today(), progress=meter, outcome=None)


def _confirmed(run: Run, options: Namespace, report: Report, meter: Meter | None) -> bool:
    """Show the plan and ask, unless `--yes` has said it before."""
    if meter:
        meter.pause()
    if options.yes:
        report.show_plan(run)
        return True
    report.show_plan(run, anyway=True)
    if not sys.stdin.isatty():
        console.complain("apply asks before it writes, and nobody can answer here", "add --yes")
        return False
    steps = len(run.plan.steps)
    changes = "this change" if steps == 1 else f"these {steps:,} changes"
    tenant = f"tenant '{run.tenant.name}'" if run.tenant else "the tenant"
    return console.ask(f"Apply {changes} to {tenant}? Only 'yes' is accepted: ")


@dataclass
class Report:
    """Where the report goes and in which form, and whether the plan of an apply has been shown already."""

    options: Namespace
    plan_shown: bool = False

    def show_plan(self, run: Run, *, anyway: bool = False) -> None:
        """Show a plan that is about to be applied: on standard output when the report goes there as text.

        Elsewhere it is shown on standard error, and only where somebody is to be asked (`anyway`).
        """
        from reconciler.reports import as_text

        self.plan_shown = self.options.format == "text" and self.options.output is None
        stream = sys.stdout if self.plan_shown else sys.stderr
        if self.plan_shown or anyway:
            colours = console.palette(stream, os.environ, no_color=self.options.no_color)
            console.write(as_text.render_plan(run, colours) + "\n", stream)

    def deliver(self, run: Run) -> None:
        """Write the report: all of it, or what came after the plan that was shown."""
        from reconciler.reports import as_json, as_text

        output = self.options.output
        if self.options.format == "json":
            text, encoding = as_json.render(run), "utf-8"
        else:
            hidden = self.options.no_color or output is not None
            colours = console.palette(sys.stdout, os.environ, no_color=hidden)
            render = as_text.render_outcomes if self.plan_shown else as_text.render
            text, encoding = render(run, colours), None
        if output is not None:
            console.save(text, output)
        else:
            console.write(text, sys.stdout, encoding)


def _doctor(options: Namespace) -> int:
    from reconciler.cli import doctor
    from reconciler.cli.telling import listen

    listen(options.verbose, options.log_format)
    return doctor.run(options, _request(options), _surroundings(None))


def _schema(options: Namespace) -> int:
    from reconciler.manifests import schemas
    from reconciler.manifests.words import did_you_mean, listed, quoted

    known = (*schemas.names(), "Project")
    if options.kind is not None and options.kind not in known:
        fix = did_you_mean(options.kind, known) or f"use {listed(known)}"
        raise UsageError(f"there is no kind {quoted(options.kind)}", fix)
    console.check_writable(options.output)
    text = schemas.schema_text(options.kind)
    if options.output is not None:
        console.save(text, options.output)
    else:
        console.write(text, sys.stdout, "utf-8")
    return 0


def _emulator(options: Namespace) -> int:
    from reconciler.cli import emulator

    emulator.run(options)
    return 0


_COMMANDS: dict[str, Callable[[Namespace], int]] = {
    "validate": _over_manifests,
    "plan": _over_manifests,
    "apply": _over_manifests,
    "drift": _over_manifests,
    "doctor": _doctor,
    "schema": _schema,
    "emulator": _emulator,
}
