"""The policy: what it holds, and what it means for a plan."""

from decimal import Decimal

import pytest
from support.planfile import APP_ID
from support.policies import OTHER_ID, POLICY, read, refused, repository, write

from purgeplan.errors import Place
from purgeplan.model.spec import (
    App,
    Budget,
    KeyRef,
    Policy,
    PolicyApp,
    Population,
    Require,
    SourceSpec,
    Standing,
)


@pytest.fixture
def repo(tmp_path, monkeypatch):
    """Make a repository with a policy at its root, and go there."""
    monkeypatch.chdir(tmp_path)
    return repository(tmp_path)


def test_every_field_of_a_policy_is_read(repo):
    """The whole of a policy in one file."""
    _, policy = read(write("plans/a.yaml"))

    acme = App(
        APP_ID,
        "Acme Prod",
        KeyRef("file", "keys/acme"),
        "https://proxy.acme.example:8443/api/v1",
    )
    place = Place("purgeplan.yaml", 12, 5)
    assert policy == Policy(
        path="purgeplan.yaml",
        apps=(
            PolicyApp(
                acme,
                journal="state/acme.db",
                sentinel="qa-user-1",
                population=Population("policy", 412_000, 61_000),
            ),
            PolicyApp(App(OTHER_ID, "Acme Test"), may_be_emptied=True),
        ),
        protect=(SourceSpec("csv", {"path": "protect/staff.csv"}, "external_id", place),),
        max_delete=20_000,
        max_delete_percent=Decimal("12.5"),
        budget=Budget(0, 86_400.0),
        hosts=("proxy.acme.example:8443",),
        require=Require(ticket=True, drift=True, opt_outs=True),
        standing=(Standing("erasure-nightly", 200),),
        places=policy.places,
    )
    assert policy.places["max_delete"] == Place("purgeplan.yaml", 13, 13)


def test_the_smallest_policy_allows_nothing_more_and_requires_nothing(repo):
    """Ceilings that are not there are None and not zero."""
    (repo / "purgeplan.yaml").write_text("version: 1\n", "utf-8")

    _, policy = read(write("plans/a.yaml"))

    assert policy == Policy("purgeplan.yaml", places=policy.places)


def test_a_ceiling_of_zero_is_zero(repo):
    """It allows nothing."""
    (repo / "purgeplan.yaml").write_text("version: 1\nmax_delete: 0\nmax_delete_percent: 0\n")

    _, policy = read(write("plans/a.yaml"))

    assert (policy.max_delete, policy.max_delete_percent) == (0, 0)


def test_an_app_by_name_is_the_policy_s(repo):
    """Id, key, address and all; guards point at the name."""
    spec, policy = read(write("plans/a.yaml", app="Acme Prod"))

    assert spec.app == policy.apps[0].app
    assert spec.places["app.id"] == spec.places["app.name"] == Place("plans/a.yaml", 4, 6)


def test_an_app_as_mapping_takes_what_it_leaves_out_from_the_policy(repo):
    """The key of an app is where the policy says."""
    spec, policy = read(write("plans/a.yaml"))
    own, _ = read(write("plans/b.yaml", app=f"{{id: {APP_ID}, name: Other}}"))

    assert spec.app == policy.apps[0].app
    assert own.app.name == "Other"
    assert own.app.base_url == policy.apps[0].app.base_url


def test_an_app_of_unknown_name_is_refused_with_what_was_meant(repo):
    """A name that no policy lists is no app."""
    (finding,) = refused(write("plans/a.yaml", app="Acme Prd"))

    assert finding.code == "PP028"
    assert finding.problem == "purgeplan.yaml lists no app of this name"
    assert finding.mend == "did you mean Acme Prod?"


def test_an_app_by_name_needs_a_policy(tmp_path):
    """Without one nobody knows its id."""
    (finding,) = refused(write(tmp_path / "a.yaml", app="Acme Prod"))

    assert finding.problem == "no policy lists an app of this name"


def test_a_policy_s_hosts_may_be_named_by_plans(repo):
    """A proxy that was reviewed once."""
    url = "https://proxy.acme.example:8443"
    spec, _ = read(write("plans/a.yaml", app=f"{{id: {APP_ID}, name: A, base_url: '{url}'}}"))

    assert spec.app.base_url == url


def test_problems_of_plan_and_policy_come_together(repo):
    """Each with its own file; the app is not judged by a policy that can't be read."""
    (repo / "purgeplan.yaml").write_text(POLICY.replace("max_delete: 20000", "max_delte: 20000"))

    found = refused(write("plans/a.yaml", "canary: lots", app="Acme Prd"))

    assert [(one.code, one.place.file) for one in found] == [
        ("PP020", "purgeplan.yaml"),
        ("PP022", "plans/a.yaml"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("version: 1\n", "", "PP021"),
        ("by: external_id", "column: x", "PP021"),
        ("per: 24h", "per: day", "PP025"),
        ("max_delete: 0, ", "", "PP021"),
        ("max_delete_percent: 12.5", "max_delete_percent: 101", "PP024"),
        ("subscriptions: 412000", "subscriptions: lots", "PP022"),
        ("qa-user-1", "4711", "PP022"),
        ("Proxy.acme.example:8443]", "https://evil.example]", "PP025"),
        ("name: Acme Test", "name: acme prod", "PP030"),
        (OTHER_ID.upper(), APP_ID.upper(), "PP030"),
        ("https://proxy.acme.example:8443/api/v1", "https://evil.example", "PP027"),
        ("ticket: true", "tickets: true", "PP020"),
        ("protect/staff.csv, ", "protect/staff.csv, as_of: 2030-01-01, ", "PP029"),
        ("{file: keys/acme}", "hunter2", "PP012"),
    ],
)
def test_a_faulty_policy_is_refused(repo, before, after, code):
    """The same checks as for plans, and no plan goes on without its policy."""
    assert before in POLICY
    (repo / "purgeplan.yaml").write_text(POLICY.replace(before, after), "utf-8")

    assert code in [one.code for one in refused(write("plans/a.yaml"))]


def test_a_sentinel_is_not_echoed(repo):
    """It is somebody's id."""
    (repo / "purgeplan.yaml").write_text(POLICY.replace("qa-user-1", "[maya-17]"), "utf-8")

    assert "maya" not in repr(refused(write("plans/a.yaml")))
