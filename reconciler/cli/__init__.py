"""The command line: parse, call one function, hand the result to a report, exit with a code. The only room that prints.

Nothing here decides anything about a tenant. Heavy libraries are imported by the command that needs them.
"""

from reconciler.cli.commands import main

__all__ = ["main"]
