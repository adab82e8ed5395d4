"""`reconciler emulator`: the local Graph as the options want it, until somebody ends it."""

from __future__ import annotations

import sys
from argparse import Namespace

from reconciler.cli import console
from reconciler.emulator import server
from reconciler.emulator.faults import Faults
from reconciler.emulator.oauth_file import read_sign_in
from reconciler.emulator.oauth_settings import SignInSettings
from reconciler.emulator.profile import Profile
from reconciler.model.errors import ReconcilerError, UsageError


def run(options: Namespace) -> None:
    """Serve until SIGINT or SIGTERM. Raises UsageError for an option that cannot be, ReconcilerError for a port or a
    file that cannot be had."""
    try:
        faults = Faults.parse(options.fault, options.seed)
    except ValueError as error:
        raise UsageError(f"--fault: {error}", "write for example --fault 429:rate=0.1,retry-after=1") from None
    switched = options.self_service_sign_up == "on"
    profile = Profile(**{"kind": options.profile, "self_service_sign_up": switched, **dict(options.settings)})
    sign_in = _sign_in(options)
    try:
        server.serve(options.port, options.state, options.token, faults, profile, _announce, sign_in, options.tls)
    except OSError as error:
        if error.filename is not None:
            raise ReconcilerError(f"cannot use {error.filename}: {error.strerror}", "name another file") from error
        raise ReconcilerError(f"cannot listen on port {options.port}: {error.strerror}", "try --port 0") from error
    except ValueError as error:
        raise ReconcilerError(f"cannot use {options.state}: {error}", "name another file with --state") from error


def _sign_in(options: Namespace) -> SignInSettings | None:
    if options.sign_in is None:
        return None
    if options.tls is None:
        raise UsageError("--sign-in: tokens travel over TLS only", "add --tls FILE")
    try:
        return read_sign_in(options.sign_in)
    except OSError as error:
        raise UsageError(f"--sign-in: {error.filename}: {error.strerror}", "name another file") from error
    except ValueError as error:
        raise UsageError(f"--sign-in: {options.sign_in}: {error}", "the README shows such a file") from error


def _announce(line: str) -> None:
    console.write(f"{line}\n", sys.stdout)
