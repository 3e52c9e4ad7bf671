"""Keys of a plan file that are misspelt, unknown or missing: told with what may be meant."""

import pytest
from support.planfile import APP_ID, only, plan_text, refusals

from purgeplan.errors import Place


def test_the_smallest_plan_is_valid():
    """Every other test changes this one."""
    assert refusals(plan_text()) == ()


def test_a_misspelt_protect_is_refused_with_what_was_meant():
    """`protcet` would protect nobody."""
    finding = only(plan_text("protcet: [{from: csv, path: a.csv, by: external_id}]"))

    assert (finding.code, finding.problem) == ("PP020", "unknown key `protcet`")
    assert finding.mend == "did you mean `protect`?"
    assert finding.place == Place("plans/a.yaml", 8, 1)
    assert finding.source_line == "protcet: [{from: csv, path: a.csv, by: external_id}]"


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        (plan_text("max_delete: 5"), "did you mean `limits: {max_delete: ...}`?"),
        (plan_text("Canary: 5"), "did you mean `canary`?"),
        (plan_text("expires-after: 7d"), "did you mean `expires_after`?"),
        (
            plan_text(limits="{max_delete: 5, protect: []}"),
            "`protect` belongs to the top of the file",
        ),
        (
            plan_text("keep: {xyz: 1}"),
            "the keys here are opt_outs, partly_selected_users",
        ),
        (plan_text("pace: {max_run_tme: 4h}"), "did you mean `max_run_time`?"),
        (plan_text(source="{from: csv, path: a, colunm: b}"), "did you mean `column`?"),
    ],
)
def test_an_unknown_key_says_where_it_may_belong(text, mend):
    """A similar name here, the same name elsewhere, or all names there are."""
    finding = only(text)

    assert (finding.code, finding.mend) == ("PP020", mend)


def test_a_misspelt_required_key_is_told_from_both_sides():
    """The unknown one names the right one, and the missing one the wrong one."""
    text = plan_text("limit: {max_delete: 5}", without=["limits"])

    assert [(one.code, one.mend) for one in refusals(text)] == [
        ("PP021", "is it meant by `limit`?"),
        ("PP020", "did you mean `limits`?"),
    ]


@pytest.mark.parametrize("name", ["version", "name", "reason", "app", "target", "source", "limits"])
def test_each_required_key_is_missed_by_name(name):
    """An example says what to add."""
    finding = only(plan_text(without=[name]))

    assert finding.code == "PP021"
    assert f"`{name}`" in finding.problem
    assert finding.mend.startswith(f"add `{name}: ")
    assert finding.source_line is None


@pytest.mark.parametrize(
    ("changes", "problem", "mend"),
    [
        ({"limits": "{}"}, "missing key `max_delete` under `limits`", "add `max_delete: 15000`"),
        (
            {"target": "{resource: user}"},
            "missing key `by` under `target`",
            "add `by: external_id`",
        ),
        ({"target": "{by: external_id}"}, "missing key `resource` under `target`", None),
        ({"source": "{from: csv}"}, "missing key `path` under `source`", "add `path: a.csv`"),
        ({"source": "{path: a.csv}"}, "missing key `from` under `source`", "add `from: csv`"),
        ({"app": "{name: Acme}"}, "missing key `id` under `app`", f"add `id: {APP_ID}`"),
        (
            {"protect": "[{from: csv, path: a}]"},
            "missing key `by` under `protect.0`",
            "add `by: external_id`",
        ),
    ],
)
def test_a_missing_key_is_told_with_an_example(changes, problem, mend):
    """It stands at the key of the mapping that misses it."""
    finding = only(plan_text(**changes))

    assert (finding.code, finding.problem) == ("PP021", problem)
    assert mend is None or finding.mend == mend
    assert finding.place.column in (1, 11)
