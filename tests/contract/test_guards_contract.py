"""What every guard promises: a file and a line each, total, failing closed, explained."""

from pathlib import Path

import pytest
from hypothesis import given
from support.guards import any_facts, any_policy, any_spec
from support.plans import facts, policy, spec

import purgeplan.guards
from purgeplan.guards import GUARDS
from purgeplan.model.codes.guard import CODES

BESIDE = {"__init__", "warning"}


def test_every_file_is_a_guard_and_every_guard_a_line():
    """A guard that is forgotten in the table, or a line without its file, is found."""
    folder = Path(purgeplan.guards.__file__).parent

    files = {path.stem for path in folder.glob("*.py")} - BESIDE

    assert files == set(GUARDS)


@pytest.mark.parametrize("name", GUARDS)
def test_a_line_names_the_file_that_it_takes_the_guard_from(name):
    """The key in the table is the module's name."""
    assert GUARDS[name].__module__ == f"purgeplan.guards.{name}"


@pytest.mark.parametrize("name", GUARDS)
def test_lets_an_ordinary_plan_through(name):
    """A plan within every limit, of an app that is known, is no guard's business."""
    assert GUARDS[name](spec(), policy(), facts()) is None


@given(any_spec, any_policy, any_facts)
def test_every_guard_answers_whatever_the_facts_are(plan, rules, known):
    """A guard never raises, and what it refuses has a known code, a mend and a place."""
    found = [guard(plan, rules, known) for guard in GUARDS.values()]

    for finding in filter(None, found):
        assert finding.code in CODES
        assert finding.mend
        assert finding.place is not None
        assert not finding.warning
