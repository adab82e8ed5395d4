"""What a run costs is known before it, may be bounded, and is said where it takes longer than it may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.behind import BEHIND
from tests.journeys.shell import Shell

SLOW = "graph: embedded\n    limits: {requestsPerMinute: 3}"


def asked_of(shell: Shell) -> list[Any]:
    """What the embedded tenant was asked since its beginning; nothing where it was never opened."""
    if not (shell.folder / ".reconciler" / "local.db").exists():
        return []
    return shell.tenant().requests()


@pytest.mark.parametrize("name", BEHIND)
def test_an_estimate_is_what_the_check_then_costs(example: Callable[[str], Shell], name: str) -> None:
    """Requests and HTTP calls are told beforehand, and nothing is asked of Graph for it: one number where it does not
    matter what listings show of what is attached, else the least and the most."""
    shell = example(name)
    told = shell.json("plan", "--estimate")
    assert (told["exit"], told["requests"]["logical"], told["actions"]) == (0, 0, [])
    assert shell.run("apply", "--yes") == 0
    costs = shell.json("drift")["requests"]
    assert costs["logical"] in (told["estimate"]["least"], told["estimate"]["logical"])
    assert costs["http"] <= told["estimate"]["http"]


def test_an_estimate_asks_nothing(shell: Shell) -> None:
    """Not one request reaches the tenant, and the words say what a check would cost."""
    assert shell.run("plan", "--estimate") == 0
    assert (
        "\nOnce everything is there, a check costs about 10 Graph requests in 3 HTTP calls; this tenant has"
        in shell.out
    )
    assert asked_of(shell) == []


def test_an_estimate_of_what_may_be_shown_is_a_range(example: Callable[[str], Shell]) -> None:
    """Where listings of an external tenant may show what is attached, both numbers are told."""
    shell = example("external")
    assert shell.run("plan", "--estimate") == 0
    assert "a check costs 5 to 12 Graph requests in at most 2 HTTP calls; this tenant has no limit." in shell.out


def test_a_run_that_would_cost_too_much_does_not_start(shell: Shell) -> None:
    """More requests than allowed: refused before the first of them, with the number that is needed."""
    for command in ("plan", "apply", "drift"):
        words = ("--yes",) if command == "apply" else ()
        assert shell.run(command, "--max-requests", "9", *words) == 3
        assert "about 10 Graph requests are needed to read what the manifests declare" in shell.err
    assert asked_of(shell) == []
    assert shell.run("plan", "--max-requests", "10") == 0


def test_an_apply_that_would_cost_too_much_writes_nothing(shell: Shell) -> None:
    """What a plan will cost is known once it is made: it is refused before it is asked about."""
    assert shell.run("apply", "--yes", "--max-requests", "10") == 3
    assert "Graph requests are needed to read and to write, and --max-requests is 10" in shell.err
    assert {each["method"] for each in asked_of(shell) if "$batch" not in each["path"]} == {"GET"}


def test_a_check_that_takes_longer_than_it_may_says_so_first(shell: Shell) -> None:
    """The warning stands in the estimate; of a run it is heard before the waiting, and what is not read is unknown."""
    shell.replace("reconciler.yaml", "graph: embedded", SLOW)
    words = "takes about 3 min at 3 requests a minute, and --max-wait is 1 min"
    assert shell.run("plan", "--estimate", "--max-wait", "1m") == 0
    assert f"to read what the manifests declare {words}: what is not read by then is unknown" in shell.out
    assert "add --max-wait 4m, or take less at a time with --select" in shell.out
    assert shell.err == ""
    assert shell.run("plan", "--estimate", "--max-wait", "4m") == 0
    assert "--max-wait" not in shell.out
    found = shell.json("plan", "--max-wait", "1s")
    assert (found["exit"], found["problems"][0]["severity"]) == (1, "warning")
    assert all("out of patience: 1 seconds" in gap["reason"] for gap in found["unknown"])
    assert len(found["unknown"]) == 4
    assert "to read what the manifests declare takes about 3 min" in shell.err


def test_an_apply_that_takes_longer_than_it_may_says_so_first(shell: Shell) -> None:
    """Whoever is asked knows that not all of it can be done."""
    shell.replace("reconciler.yaml", "graph: embedded", SLOW)
    found = shell.json("apply", "--select", "B2xUserFlow/Guests", "--max-wait", "1s", "--yes")
    assert "to write what is planned takes about" in shell.err
    assert [each["message"] for each in found["problems"]][-1].startswith("to write what is planned takes about")


def test_a_run_that_waits_for_nothing_is_not_warned(shell: Shell) -> None:
    """Whoever has no patience at all is told nothing where none is needed."""
    shell.replace("reconciler.yaml", "graph: embedded", "graph: embedded\n    limits: {requestsPerMinute: 180}")
    assert shell.run("plan", "--estimate", "--max-wait", "0") == 0
    assert "--max-wait" not in shell.out
