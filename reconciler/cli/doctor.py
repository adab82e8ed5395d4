"""The command `doctor`: its report is of a kind of its own."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from reconciler.cli import console
from reconciler.model.checkups import Checkup
from reconciler.model.errors import InvalidManifestsError, ReconcilerError
from reconciler.model.problems import Problem

if TYPE_CHECKING:
    from reconciler.app import Request, Surroundings


def run(options: Namespace, request: Request, around: Surroundings) -> int:
    """Examine and report; the exit code. Raises ReconcilerError where nothing could be examined."""
    from reconciler import app

    console.check_writable(options.output)
    try:
        found = app.doctor(request, around)
    except InvalidManifestsError as error:  # a faulty project file
        found = Checkup(problems=error.problems, stopped=error.exit_code)
    except ReconcilerError as error:
        if options.format == "json":
            _deliver(Checkup(problems=(Problem(error.message, error.fix),), stopped=error.exit_code), options)
        raise
    _deliver(found, options)
    return found.exit_code


def _deliver(found: Checkup, options: Namespace) -> None:
    from reconciler.reports import as_json, doctor_text

    output = options.output
    if options.format == "json":
        text, encoding = as_json.render_checkup(found), "utf-8"
    else:
        colours = console.palette(sys.stdout, os.environ, no_color=options.no_color or output is not None)
        text, encoding = doctor_text.render(found, colours), None
    if output is not None:
        console.save(text, output)
    else:
        console.write(text, sys.stdout, encoding)
