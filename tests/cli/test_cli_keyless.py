"""Planning without a key, or with one that is none: it is said first why nobody was asked."""

import json

import pytest
from support.cli import run

POLICY = """\
version: 1
apps:
  - {{id: {0.app_id}, name: "{0.name}", base_url: "{0.url}", population: {{subscriptions: 500}}}}
"""


@pytest.fixture
def listed(at):
    """Give a desk with a list and its plan."""
    at.ids_file(at.subscriptions(2))
    at.plan_file()
    return at


def plan(at, key, *options):
    """Plan with a key, an empty one, or with no variable of that name."""
    env = at.variables(ONESIGNAL_API_KEY=key)
    if key is None:
        del env["ONESIGNAL_API_KEY"]
    return run("plan", "plan.yaml", *options, env=env, cwd=at.folder)


@pytest.mark.parametrize("key", ["", None], ids=["empty", "unset"])
def test_a_plan_without_a_key_names_the_variable_before_its_refusals(listed, key):
    """All refusals for want of the app's name and size have one cause, and it comes first."""
    done, document = plan(listed, key), json.loads(plan(listed, key, "--json").out)

    codes = [line.split(":")[0] for line in done.out.splitlines() if " PP" in line[:12]]
    assert (done.code, codes[0]) == (3, "Warning PP605")
    assert "Refused PP106" in codes
    assert "Warning PP605: the app was not asked: the " in done.out
    assert "ONESIGNAL_API_KEY" in document["warnings"][0]["problem"]


def test_a_plan_without_a_key_passes_where_the_policy_knows_the_app(listed):
    """Nothing of it needs the API then; that nobody was asked is said all the same."""
    (listed.folder / "purgeplan.yaml").write_text(POLICY.format(listed.box))

    done = plan(listed, None)

    assert done.code == 0, done.out
    assert "Warning PP605: the app was not asked: the variable ONESIGNAL_API_KEY is" in done.out
    assert listed.box.ledger() == []


@pytest.mark.parametrize("key", ["schlüssel", "os_v2_app_one\r\ntwo", "os_v2_org_x"])
def test_a_key_that_is_none_is_exit_8_before_planning(listed, key):
    """It was meant to be used: that it can't be is an error, as in apply, and never shown."""
    done = plan(listed, key)

    assert (done.code, "PP607" in done.err) == (8, True)
    assert "the key in env ONESIGNAL_API_KEY" in done.err
    assert key not in done.out + done.err
    assert not listed.journal.exists()
