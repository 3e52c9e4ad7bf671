"""The policy and its plans: where each is found, and what is refused in their place."""

import os
from pathlib import Path

import pytest
from support.planfile import KINDS, NOW, plan_text
from support.policies import read, refused, repository, write

from purgeplan.errors import InvalidError, Place
from purgeplan.planfile import read_policy, read_saved_plan
from purgeplan.planfile.locate import site_of


@pytest.fixture
def repo(tmp_path, monkeypatch):
    """Make a repository with a policy at its root, and go there."""
    monkeypatch.chdir(tmp_path)
    return repository(tmp_path)


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
