"""The commands and their options: what can be written, and what `--help` says about it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from reconciler import __version__
from reconciler.cli import words

USAGE = 64
FORMATS = ("text", "json")
MAX_WAIT = 600.0

_PLAIN: dict[str, Any] = {
    "max_wait": MAX_WAIT,
    "prune": None,
    "send_secrets": None,
    "unmanaged": None,
    "detailed_exitcode": False,
    "check_extensions": False,
    "estimate": False,
    "max_requests": None,
    "out": None,
    "yes": False,
}
"""What an option means that a command does not offer, so that every command makes the same request."""

_EXIT_CODES = """\
exit codes:
  0    done, or nothing differs
  1    an error, or something could not be read
  2    differences were found (drift; plan --detailed-exitcode)
  3    refused by a guard; nothing was written
  4    applied in part; the report says what was done and what was not
  64   wrong usage, or no tenant named
  130  interrupted; the report says what was done and what was not
"""


class Parser(argparse.ArgumentParser):
    """An argument parser without abbreviations, for which wrong usage is exit code 64."""

    def __init__(self, prog: str, usage: str, description: str, epilog: str = "") -> None:
        super().__init__(
            prog=prog,
            usage=usage,
            description=description,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        """Say what is wrong on standard error, and stop."""
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: error: {message}\n")

    def unknown(self, word: str) -> NoReturn:
        """Refuse a word that nothing is known about."""
        name = word.partition("=")[0]
        if not word.startswith("-"):
            self.error(f"'{word}' is one argument too many")
        near = words.nearest(name, [option for option in self._option_string_actions if option.startswith("--")], 0.6)
        self.error(f"there is no option '{name}'{f'; did you mean {near!r}?' if near else ''}")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command and its options. Raises SystemExit: 0 after help or the version, 64 for wrong usage."""
    name = arguments[0] if arguments else ""
    if name not in COMMANDS:
        _without_command(name)
    parser = COMMANDS[name]()
    plain = argparse.Namespace(command=name, **_PLAIN)
    before, after = _split(arguments[1:])
    found, extra = parser.parse_known_intermixed_args(words.with_own_words(before), plain)
    if extra:
        parser.unknown(extra[0])
    if after and "paths" not in found:
        parser.error(f"'{after[0]}' is one argument too many")
    if after:
        found.paths = [*found.paths, *map(Path, after)]
    return found


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """What stands before a lone `--` and what after it: argparse would read options there when paths come first."""
    given = list(arguments)
    at = given.index("--") if "--" in given else len(given)
    return given[:at], given[at + 1 :]


def _without_command(name: str) -> NoReturn:
    parser = _top()
    everything = ", ".join(COMMANDS)
    if not name:
        parser.error(f"name a command: {everything}")
    if name.startswith("-"):
        parser.parse_known_args([name])
        parser.error(f"'{name}' does not stand before a command: write the command first, then its options")
    near = words.nearest(name, COMMANDS, 0.6)
    parser.error(f"there is no command '{name}'; {f'did you mean {near!r}?' if near else f'use {everything}'}")


def _top() -> Parser:
    listing = "\n".join(f"  {name:<10} {_PURPOSES[name]}" for name in COMMANDS)
    parser = Parser(
        "reconciler",
        "reconciler COMMAND [options] [PATH ...]",
        "Desired state for Microsoft Entra user flows: manifests in git, a plan, an applied tenant, drift named.",
        f"commands:\n{listing}\n\n'reconciler COMMAND --help' tells more about one.\n\n{_EXIT_CODES}",
    )
    parser.add_argument("--version", action="version", version=f"reconciler {__version__}")
    return parser


def _validate() -> Parser:
    return _over_manifests("validate", "[PATH ...]", _EXAMPLES["validate"])


def _plan() -> Parser:
    parser = _over_manifests("plan", "[PATH ...]", _EXAMPLES["plan"])
    _patience(parser)
    _scope(parser)
    parser.add_argument("--out", metavar="FILE", type=Path, help="save the plan, for 'apply FILE'")
    parser.add_argument("--detailed-exitcode", action="store_true", help="exit with 2 when there is something to do")
    parser.add_argument("--estimate", action="store_true", help="say what a check will cost, and ask nothing of Graph")
    parser.add_argument(
        "--check-extensions", action="store_true", help="have Graph try out the sign-in of declared extensions"
    )
    return parser


def _apply() -> Parser:
    parser = _over_manifests("apply", "[PATH ... | PLANFILE]", _EXAMPLES["apply"])
    _patience(parser)
    _scope(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask before writing")
    return parser


def _drift() -> Parser:
    parser = _over_manifests("drift", "[PATH ...]", _EXAMPLES["drift"])
    _patience(parser)
    scope = "look for unmanaged objects of every kind, not only of those that manifests declare"
    parser.add_argument("--unmanaged", choices=["all"], help=scope)
    return parser


def _doctor() -> Parser:
    return _over_manifests("doctor", "[PATH ...]", _EXAMPLES["doctor"])


def _schema() -> Parser:
    parser = _command("schema", "[KIND]", _EXAMPLES["schema"])
    parser.add_argument("kind", nargs="?", metavar="KIND", help="a kind, or Project; without it, all kinds in one")
    parser.add_argument("--output", metavar="FILE", type=Path, help="write it to a file")
    return parser


def _emulator() -> Parser:
    parser = _command("emulator", "", _EXAMPLES["emulator"])
    add = parser.add_argument
    add("--port", type=words.port, default=8787, help="the port on 127.0.0.1; 0 takes any free one (default: 8787)")
    add("--state", metavar="FILE", type=Path, help="keep the tenant in a file; without it, it is gone afterwards")
    add("--token", help="the token that requests must carry (default: made up and shown)")
    fault = "a fault to order, such as '429:rate=0.1,retry-after=1,route=*/b2xUserFlows*'; may be repeated"
    add("--fault", metavar="SPEC", action="append", default=[], help=fault)
    add("--seed", metavar="N", type=int, default=0, help="makes the faults fall the same way each time (default: 0)")
    profiles = ("workforce", "external", "b2c")
    add("--profile", choices=profiles, default=profiles[0], help="the sort of tenant (default: workforce)")
    switch = "the tenant's switch for self-service sign-up (default: on)"
    add("--self-service-sign-up", choices=["on", "off"], default="on", help=switch)
    signing = "who may sign in, as JSON: tokens are then had as from Entra, over TLS"
    add("--sign-in", metavar="FILE", type=Path, help=signing)
    tls = "speak TLS with the key and certificate in FILE, made if absent: SSL_CERT_FILE is to name it"
    add("--tls", metavar="FILE", type=Path, help=tls)
    setting = "any setting of the tenant, listed below, such as 'cloud=usgov'; may be repeated"
    add("--set", metavar="NAME=VALUE", type=words.setting, action="append", default=[], dest="settings", help=setting)
    parser.epilog = f"{parser.epilog}\n\nsettings:\n{words.settings_listing()}"
    return parser


COMMANDS: dict[str, Callable[[], Parser]] = {
    "validate": _validate,
    "plan": _plan,
    "apply": _apply,
    "drift": _drift,
    "doctor": _doctor,
    "schema": _schema,
    "emulator": _emulator,
}
_PURPOSES = {
    "validate": "check manifests without a tenant: form, references, meaning",
    "plan": "read the tenant and show what apply would do",
    "apply": "plan, ask, and carry it out",
    "drift": "show where the tenant is not what the manifests say",
    "doctor": "show whether tenant, cloud and token can do what the manifests need",
    "schema": "print the JSON Schema of a kind, for editors",
    "emulator": "run a local Microsoft Graph, with faults to order",
}
_EXAMPLES = {
    "validate": "reconciler validate\n  reconciler validate manifests --tenant prod --format json",
    "plan": "reconciler plan --tenant prod\n  reconciler plan manifests/partner.yaml --out prod.plan"
    "\n  reconciler plan --select 'B2xUserFlow/*' --detailed-exitcode",
    "apply": "reconciler apply --tenant prod\n  reconciler apply prod.plan --yes"
    "\n  reconciler apply --prune ApiConnector --yes",
    "drift": "reconciler drift --tenant prod\n  reconciler drift --unmanaged all --format json --output drift.json",
    "doctor": "reconciler doctor --tenant prod\n  reconciler doctor --select 'ApiConnector/*' --format json",
    "schema": "reconciler schema B2xUserFlow\n  reconciler schema --output manifests.schema.json",
    "emulator": "reconciler emulator --state tenant.db\n  reconciler emulator --port 0 --fault 429:rate=0.1 --seed 7"
    "\n  reconciler emulator --profile external --set extensions-principal=off --set app-limit=200"
    "\n  reconciler emulator --sign-in sign-in.json --tls emulator.pem",
}


def _command(name: str, operands: str, examples: str) -> Parser:
    purpose = _PURPOSES[name][0].upper() + _PURPOSES[name][1:] + "."
    usage = f"reconciler {name} [options] {operands}".strip()
    return Parser(f"reconciler {name}", usage, purpose, f"examples:\n  {examples}")


def _over_manifests(name: str, operands: str, examples: str) -> Parser:
    """A command over manifests with the options that all of them have."""
    parser = _command(name, operands, examples)
    add = parser.add_argument
    add("paths", nargs="*", type=Path, metavar="PATH", help="manifests: files or folders (default: the project's)")
    add("--project", metavar="FILE", type=Path, help="the project file (default: the nearest reconciler.yaml)")
    add("--tenant", metavar="NAME", help="a tenant of the project file (default: its defaultTenant)")
    variable = "a value for ${var.NAME}; may be repeated"
    add("--var", metavar="NAME=VALUE", type=words.variable, action="append", default=[], help=variable)
    select = "only objects whose KIND/NAME matches; may be repeated"
    add("--select", metavar="GLOB", type=words.address_glob, action="append", default=[], help=select)
    add("--format", choices=FORMATS, default="text", help="of the report (default: text)")
    add("--output", metavar="FILE", type=Path, help="write the report to a file")
    add("--no-color", action="store_true", help="no colours; NO_COLOR in the environment says the same")
    verbose = "tell of each request on standard error; -vv tells more"
    add("-v", "--verbose", action="count", default=0, help=verbose)
    add("--log-format", choices=["text", "json"], default="text", help="of what is told there (default: text)")
    return parser


def _patience(parser: Parser) -> None:
    patience = "how long to wait for Graph in all: 90s, 10m, 1h (default: 10m)"
    parser.add_argument("--max-wait", metavar="TIME", type=words.duration, default=MAX_WAIT, help=patience)
    most = "do not start when more Graph requests than that will be needed"
    parser.add_argument("--max-requests", metavar="N", type=words.count, help=most)


def _scope(parser: Parser) -> None:
    prune = "also delete what no manifest names: of the kinds given, or of all that manifests declare"
    parser.add_argument("--prune", metavar="[KIND,...]", type=words.kinds, help=prune)
    secrets = "send secrets even if nothing says that they differ: of the objects given, or all"
    parser.add_argument("--send-secrets", metavar="[KIND/NAME,...]", type=words.objects, help=secrets)
