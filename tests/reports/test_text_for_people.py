"""What a person may rely on in a text report, whatever a tenant holds."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.model.addresses import Address, IdOf
from reconciler.model.plans import Attach, Change, Plan, Step, Update
from reconciler.model.runs import Run
from reconciler.reports import as_json, as_text, blocks, terminal
from reconciler.reports.terminal import Palette
from tests.reports.samples import APPROVAL, GOOGLE, PARTNER, PASSWORD, PROD, SAMPLES, applied_in_part, secret


@pytest.mark.parametrize("name", SAMPLES)
def test_no_report_shows_a_secret(name: str) -> None:
    """The value of a secret is in neither form of any report, nor in a coloured one."""
    run = SAMPLES[name]()
    everything = as_text.render(run, Palette(on=True)) + as_text.render_plan(run) + as_json.render(run)
    assert PASSWORD not in everything


@given(st.text())
def test_nothing_from_a_tenant_steers_the_terminal(text: str) -> None:
    """Whatever a name holds, the plain report has nothing but printable characters and line ends."""
    update = Update(address=Address("ApiConnector", text), body={}, changes=(Change(text, text, [text, {text: text}]),))
    report = as_text.render(Run("plan", 0, PROD, Plan(steps=(Step(update),))))
    assert all(line.isprintable() for line in report.split("\n"))


@given(st.text(max_size=300), st.text(max_size=300))
@example("\x1b", "\\x1b")
@example("a" * 150, "a" * 151)
@example("a" * 150 + "1" + "b" * 150, "a" * 150 + "2" + "b" * 150)
def test_two_values_that_differ_never_look_the_same(before: str, after: str) -> None:
    """A long value is shortened around the place where it changes, so that the change is there to be seen."""
    one, other = terminal.pair(before, after)
    assert (one == other) == (before == after)


@pytest.mark.parametrize(
    ("before", "after"),
    [("1", 1), ("true", True), (None, "(none)"), ("", None), ("null", None), ("(secret)", secret())],
)
def test_a_string_is_not_mistaken_for_another_type(before: object, after: object) -> None:
    """Text that looks like a number, a boolean, nothing or a secret stands in quotes."""
    one, other = terminal.pair(before, after)
    assert one != other


def test_a_value_from_another_object_is_named() -> None:
    """An id that does not exist yet is shown as the name of the object that will have it."""
    assert terminal.value({"ref": IdOf(PARTNER), "to": [GOOGLE]}) == "{ref: Partner, to: [Google]}"


def test_a_long_name_keeps_its_ends() -> None:
    """A name too long for a line loses its middle."""
    shown = terminal.name("a" * 300 + "b")
    assert (len(shown), shown[0], shown[-1]) == (terminal.LONGEST_NAME, "a", "b")
    assert terminal.shortened("abc", 2) == "a…"


def test_colours_are_only_added() -> None:
    """A coloured report without its colours is the plain report."""
    run = applied_in_part()
    coloured = as_text.render(run, Palette(on=True))
    assert blocks.symbol("upload", Palette(on=True)) == "\x1b[36m^\x1b[0m"
    assert "\x1b[32m+\x1b[0m" in coloured
    for code in ("0", "1", "2", "31", "32", "33", "36"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    assert coloured == as_text.render(run)


def test_the_plan_and_what_became_of_it_are_the_whole_report_in_two_parts() -> None:
    """What is shown before the question is not shown again afterwards."""
    run = applied_in_part()
    plan, outcomes = as_text.render_plan(run), as_text.render_outcomes(run)
    assert "userFlowType" in plan
    assert "not tried" not in plan
    assert "userFlowType" not in outcomes
    assert "not tried" in outcomes


def test_a_page_that_is_uploaded_says_what_changes_in_it() -> None:
    """An attachment with several changes names each of them below it."""
    changes = (Change("a", 1, 2), Change("b", None, "x"))
    step = Step(Attach(address=PARTNER, link="languages.en", target=APPROVAL, changes=changes))
    report = as_text.render(Run("plan", 0, PROD, Plan(steps=(step,))))
    assert "      + languages.en: approval\n          a: 1 → 2\n          b: (none) → x\n" in report


def test_numbers_that_json_has_no_word_for_are_told_as_text() -> None:
    """An infinite number does not make the document unreadable for other programs."""
    step = Step(Update(address=PARTNER, body={}, changes=(Change("n", float("inf"), 1.5),)))
    assert '"from": "inf"' in as_json.render(Run("plan", 0, PROD, Plan(steps=(step,))))
