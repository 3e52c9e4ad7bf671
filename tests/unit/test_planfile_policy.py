"""The policy: where it is found, what it holds, and what it means for a plan."""

import os
from decimal import Decimal
from pathlib import Path

import pytest
from support.planfile import APP_ID, KINDS, NOW, plan_text

from purgeplan.errors import InvalidError, Place
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
from purgeplan.planfile import read_plan, read_policy, read_saved_plan
from purgeplan.planfile.locate import site_of

OTHER_ID = "11111111-2222-4333-8444-555555555555"
POLICY = f"""\
version: 1
apps:
  - name: Acme Prod
    id: {APP_ID}
    api_key: {{file: keys/acme}}
    base_url: https://proxy.acme.example:8443/api/v1
    journal: state/acme.db
    sentinel: qa-user-1
    population: {{subscriptions: 412000, users: 61000}}
  - {{name: Acme Test, id: {OTHER_ID.upper()}, may_be_emptied: true}}
protect:
  - {{from: csv, path: protect/staff.csv, by: external_id}}
max_delete: 20000
max_delete_percent: 12.5
budget: {{max_delete: 0, per: 24h}}
hosts: [Proxy.acme.example:8443]
require: {{ticket: true, sha256: false, drift: true, opt_outs: true}}
standing:
  - {{plan: erasure-nightly, max_delete: 200}}
"""


@pytest.fixture
def repo(tmp_path, monkeypatch):
    """Make a repository with a policy at its root, and go there."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "plans").mkdir()
    (tmp_path / "purgeplan.yaml").write_text(POLICY, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path, *more, **changes):
    """Write a plan file."""
    Path(path).write_text(plan_text(*more, **changes), "utf-8")
    return Path(path)


def read(path):
    """Read a plan file and its policy."""
    return read_plan(Path(path), KINDS, NOW)


def refused(path):
    """Give the findings of a plan file and its policy."""
    with pytest.raises(InvalidError) as caught:
        read(path)
    return caught.value.findings


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


def test_a_policy_is_found_from_any_folder_below(repo):
    """Paths of plan and policy are relative to the root of the repository."""
    folder = repo / "teams" / "growth"
    folder.mkdir(parents=True)

    spec, policy = read(write(folder / "a.yaml"))

    assert (spec.path, spec.root, policy.path) == (
        "teams/growth/a.yaml",
        str(repo),
        "purgeplan.yaml",
    )


def test_a_policy_above_the_repository_is_nobody_s(repo):
    """Whoever may write to the folder above must not give the rules."""
    inner = repo / "inner"
    inner.mkdir()
    (inner / ".git").write_text("gitdir: ../elsewhere\n", "utf-8")

    spec, policy = read(write(inner / "a.yaml"))

    assert (policy, spec.root, spec.path) == (None, str(inner), "a.yaml")


def test_outside_a_repository_the_policy_lies_beside_the_plan(tmp_path):
    """And nowhere above."""
    below = tmp_path / "below"
    below.mkdir()
    (tmp_path / "purgeplan.yaml").write_text("version: 1\n", "utf-8")

    assert read(write(tmp_path / "a.yaml"))[1] is not None
    assert read(write(below / "a.yaml"))[1] is None


def test_a_second_policy_is_refused(repo):
    """The nearer one could loosen the other."""
    (repo / "plans" / "purgeplan.yaml").write_text("version: 1\n", "utf-8")

    (finding,) = refused(write("plans/a.yaml"))

    assert (finding.code, finding.place) == ("PP031", Place("plans/purgeplan.yaml"))


@pytest.mark.parametrize("kind", ["folder", "dangling", "pipe"])
def test_a_policy_that_is_no_file_is_refused(repo, kind):
    """What should hold the rules and can't be read is not the same as no rules."""
    path = repo / "purgeplan.yaml"
    path.unlink()
    {
        "folder": path.mkdir,
        "dangling": lambda: path.symlink_to("gone"),
        "pipe": lambda: os.mkfifo(path),
    }[kind]()

    assert [one.code for one in refused(write("plans/a.yaml"))] == ["PP001"]


def test_the_policy_is_no_plan(repo):
    """Naming it where a plan belongs is told as that."""
    (finding,) = refused("purgeplan.yaml")

    assert finding.code == "PP032"


def test_a_policy_is_read_by_its_own_path(repo):
    """It is what a plan below it gets, and a missing one is told as a missing file."""
    _, above = read(write("plans/a.yaml"))

    assert read_policy(Path("purgeplan.yaml"), KINDS, NOW) == above
    with pytest.raises(InvalidError) as caught:
        read_policy(Path("plans/gone/purgeplan.yaml"), KINDS, NOW)
    assert [one.code for one in caught.value.findings] == ["PP001"]


def test_a_missing_plan_is_told(repo):
    """With the path as it is shown."""
    (finding,) = refused("plans/gone.yaml")

    assert (finding.code, finding.place) == ("PP001", Place("plans/gone.yaml"))


def test_places_are_shown_relative_to_the_current_folder(repo, monkeypatch):
    """An absolute path below it is shortened; one elsewhere stays whole."""
    path = write(repo / "plans" / "a.yaml", canary="lots")

    assert refused(path)[0].place.file == "plans/a.yaml"
    monkeypatch.chdir(repo / "plans")
    assert refused(path)[0].place.file == "a.yaml"
    monkeypatch.chdir("/")
    assert refused(path)[0].place.file in (str(path), str(path)[1:])


def test_a_plan_is_found_through_a_linked_folder(repo):
    """The repository is the one that the folder really is in."""
    write("plans/a.yaml")
    (repo / "link").symlink_to("plans")

    assert site_of(Path("link/a.yaml")).name == "plans/a.yaml"


def test_a_saved_plan_stands_where_it_was_planned(repo):
    """Its file need not be there; the policy is the one that is found now."""
    text = plan_text(app="Acme Prod")

    spec, policy = read_saved_plan(text, "plans/gone.yaml", repo / "plans", KINDS, NOW)

    assert (spec.path, spec.root, spec.text) == ("plans/gone.yaml", str(repo), text)
    assert spec.app == policy.apps[0].app
    assert spec.place_of("limits.max_delete").file == "plans/gone.yaml"


def test_a_saved_plan_outside_the_repository_is_refused(repo):
    """Its path was written by somebody."""
    with pytest.raises(InvalidError, match="leads out"):
        read_saved_plan(plan_text(), "../a.yaml", repo, KINDS, NOW)


def test_a_saved_plan_under_a_faulty_policy_is_refused(repo):
    """No rules, no plan."""
    (repo / "purgeplan.yaml").write_text("version: 7\n", "utf-8")

    with pytest.raises(InvalidError, match="expected 1"):
        read_saved_plan(plan_text(), "plans/a.yaml", repo, KINDS, NOW)


def test_a_saved_text_that_is_no_plan_is_refused(repo):
    """All findings, as for a file."""
    with pytest.raises(InvalidError) as caught:
        read_saved_plan("- a\n", "plans/a.yaml", repo, KINDS, NOW)

    assert [one.code for one in caught.value.findings] == ["PP005"]
