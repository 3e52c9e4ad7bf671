"""Laws of reading plan files: any text is a plan or findings, each value what it says."""

from decimal import Decimal

import yaml
from hypothesis import given
from hypothesis import strategies as st
from support.planfile import KEY, LINES, parsed, plan_text, refusals

from purgeplan.model.spec import PlanSpec
from purgeplan.planfile import forms
from purgeplan.planfile.load import load

WORDS = [
    *LINES,
    *LINES.values(),
    *("a", "0", "-1", "00123", "1e9", "true", "~", "22:00", '"', "'", "#", "- ", "? ", "  ", "\t"),
    *(
        "[",
        "]",
        "{",
        "}",
        ": ",
        ", ",
        "\n",
        "\r\n",
        "\r",
        "&a",
        "*a",
        "!!str ",
        "<<",
        "|",
        ">",
        "%",
    ),
    *(
        "---\n",
        "...\n",
        "\0",
        "\x85",
        "\ud800",
        "\ufeff",
        "é",
        "😀",
        "os_v2_app_a",
        "ids",
        "by",
        "from",
    ),
    *(
        "protect",
        "pace",
        "rate",
        "delay",
        "window",
        "as_of",
        "sha256",
        "api_key",
        "base_url",
        "https://",
    ),
]
soup = st.lists(st.sampled_from(WORDS), max_size=40).map("".join)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(WORDS), below, max_size=3)
    ),
    max_leaves=8,
)


def outcome(text):
    """Give a plan, or findings with places; anything else fails the test."""
    found = refusals(text)
    for finding in found:
        assert finding.place is not None
        assert finding.problem == finding.problem.strip()
        assert "\n" not in finding.problem + finding.mend
    return found or parsed(text)


@given(st.text())
def test_any_text_is_findings(text):
    """Nothing that somebody may save as a plan file ends in another exception."""
    assert not isinstance(outcome(text), PlanSpec)


@given(soup)
def test_any_soup_of_yaml_is_findings_or_a_plan(text):
    """Pieces of YAML in any order."""
    outcome(text)


@given(st.sampled_from([*LINES, "pace", "retry", "drift", "keep", "protect", "breaker"]), values)
def test_any_value_at_any_place_is_findings_or_a_plan(name, value):
    """A plan with one setting replaced by whatever YAML can say."""
    written = yaml.safe_dump(value, default_flow_style=True, width=10_000, allow_unicode=True)
    outcome(plan_text(**{name: written.removesuffix("...\n").strip()}))


@given(st.integers(0, 200).flatmap(lambda at: st.tuples(st.just(at), soup)))
def test_a_plan_with_anything_put_in_is_findings_or_a_plan(cut):
    """At any place of a valid plan."""
    at, put_in = cut
    outcome(plan_text()[:at] + put_in + plan_text()[at:])


@given(st.integers(0, 200))
def test_a_plan_cut_short_is_never_another_plan(at):
    """Half a file is refused, except where only the end of the last line is gone."""
    whole = plan_text()
    short = whole[: min(at, len(whole) - len("max_delete: 15000}\n"))]

    assert not isinstance(outcome(short), PlanSpec)


@given(st.integers(0, 10**9), st.decimals(0, 100, places=3))
def test_limits_are_read_as_they_are_written(count, percent):
    """Exactly, zero included."""
    limits = parsed(
        plan_text(limits=f"{{max_delete: {count}, max_delete_percent: {percent}}}")
    ).limits

    assert (limits.max_delete, limits.max_delete_percent) == (count, Decimal(percent))


@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_a_quoted_text_stays_what_it_is(text):
    """Whatever stands in quotes is text, to the character."""
    written = yaml.safe_dump({"a": text}, default_style='"', width=10_000, allow_unicode=False)

    document, found = load(written, "a.yaml")

    assert found == []
    assert document.content == {"a": text}


@given(st.sampled_from(plan_text().splitlines()), st.sampled_from(["# {}", "x: {}", "- {}", "{}"]))
def test_a_key_is_found_in_any_line_and_never_shown(line, form):
    """Beside whatever else is there."""
    text = plan_text().replace(line, f"{line} {form.format(KEY)}")

    found = refusals(text)

    assert "PP012" in [one.code for one in found]
    assert KEY[:12] not in repr(found)


@given(st.decimals(0, 10**6, places=3), st.sampled_from(["ms", "s", "m", "h", "d"]))
def test_a_duration_is_its_number_of_units_or_none(number, unit):
    """Never rounded to something else, never clamped."""
    units = {"ms": Decimal("0.001"), "s": 1, "m": 60, "h": 3600, "d": 86400}
    total = number * units[unit]

    found = forms.seconds(f"{number}{unit}")

    assert found == (float(total) if total <= 3650 * 86400 else None)
