"""Options of the sandbox: durations, faults, and apps with what was not said made up."""

import pytest

from purgeplan.errors import InvalidError
from purgeplan.model.codes import CODES
from purgeplan.sandbox import SandboxOptions, parse_fault, parse_latency


@pytest.mark.parametrize(
    ("text", "seconds"), [("80ms", 0.08), ("2s", 2.0), ("1.5s", 1.5), ("1m", 60.0), (" 0ms ", 0.0)]
)
def test_durations_carry_their_unit(text, seconds):
    """A number with its unit is read as seconds."""
    assert parse_latency(text) == seconds


@pytest.mark.parametrize("text", ["80", "", "-1s", "1h", "ms", "1e3s"])
def test_other_durations_are_refused(text):
    """A number without a unit, and whatever else, is refused with an explained code."""
    with pytest.raises(InvalidError) as refused:
        parse_latency(text)

    assert refused.value.findings[0].code in CODES


@pytest.mark.parametrize(
    ("text", "fault"),
    [("429=0.05", ("429", 0.05)), ("reset=1", ("reset", 1.0)), ("half=0", ("half", 0.0))],
)
def test_faults_are_a_kind_and_a_probability(text, fault):
    """A kind, an equals sign and a number from 0 to 1."""
    assert parse_fault(text) == fault


@pytest.mark.parametrize(
    "text", ["429", "429=", "429=2", "429=-1", "429=nan", "teapot=0.1", "=0.1"]
)
def test_other_faults_are_refused(text):
    """An unknown kind or an impossible probability is refused with an explained code."""
    with pytest.raises(InvalidError) as refused:
        parse_fault(text)

    assert refused.value.findings[0].code in CODES


def test_apps_without_a_name_get_one():
    """One app is there without a word, with a key that looks like a real one."""
    (app,) = SandboxOptions().apps

    assert app.name == "Acme Prod"
    assert app.api_key.startswith("os_v2_app_")
    assert app.api_key not in repr(app)


def test_ids_keys_and_names_belong_together_by_position():
    """Several apps have what was said of them, and made-up parts that differ."""
    first, second = SandboxOptions(app_ids=("A", "b"), api_keys=("k1",), names=("N1", "N2")).apps

    assert (first.app_id, first.api_key, first.name) == ("a", "k1", "N1")
    assert (second.app_id, second.name) == ("b", "N2")
    assert second.api_key not in ("k1", "")
    assert first.seed != second.seed


def test_an_app_that_only_has_a_key_gets_an_id():
    """More keys than ids make more apps."""
    first, second = SandboxOptions(api_keys=("k1", "k2")).apps

    assert len({first.app_id, second.app_id}) == 2
    assert second.name == "Acme Prod 2"
