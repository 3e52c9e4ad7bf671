"""``purgeplan init``: from a list to a plan file that is valid."""

import json
import uuid

import pytest
from support.cli import on_terminal, run

from purgeplan.cli.templates import Answers, plan_text, policy_text, workflow_text
from purgeplan.errors import Exit

APP = "6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9"
FLAGS = ("--app-id", APP, "--app-name", "Acme Prod", "--reason", "180 days silent")
UUIDS = [str(uuid.UUID(int=number)) for number in range(1, 6)]


@pytest.fixture
def repository(tmp_path):
    """Give the folder of a repository with two lists."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "inactive.csv").write_text("\n".join(["player_id", *UUIDS, ""]))
    row = f"{UUIDS[0]},1,{UUIDS[1]},u-1,f"
    head = "id,device_type,onesignal_id,external_user_id,invalid_identifier"
    (tmp_path / "export.csv").write_text(f"{head}\n{row}\n")
    return tmp_path


def test_a_list_becomes_a_plan_that_is_valid(repository):
    """The plan file names list, app and limit, and `validate` has nothing to say about it."""
    done = run("init", "inactive.csv", *FLAGS, cwd=repository)

    assert (done.code, done.out) == (Exit.DONE, "purgeplan plan inactive.yaml\n")
    text = (repository / "inactive.yaml").read_text()
    assert 'name: "inactive"' in text
    assert "max_delete: 5 " in text
    assert "resource: subscription" in text
    assert text.startswith("# yaml-language-server: $schema=plan.schema.json\n")
    assert (repository / "plan.schema.json").exists()
    assert run("validate", "inactive.yaml", cwd=repository).code == Exit.DONE


def test_the_command_that_is_next_can_be_pasted(repository):
    """A name with a blank is one word of it."""
    done = run("init", "inactive.csv", *FLAGS, "--out", "my plan.yaml", cwd=repository)

    assert done.out == 'purgeplan plan "my plan.yaml"\n'


def test_an_export_is_called_what_it_is(repository):
    """In an export `id` is the subscription: said, with the way to whole users."""
    done = run("init", "export.csv", *FLAGS, cwd=repository)

    assert "SUBSCRIPTION ids" in done.err
    assert "--target user" in done.err


def test_whole_users_are_taken_by_their_own_id(repository):
    """With --target user the plan takes the column that names users."""
    done = run("init", "export.csv", *FLAGS, "--target", "user", cwd=repository)

    text = (repository / "export.yaml").read_text()
    assert done.code == Exit.DONE
    assert "resource: user" in text
    assert 'by: "onesignal_id"' in text
    assert run("validate", "export.yaml", cwd=repository).code == Exit.DONE


def test_subscriptions_are_no_users(repository):
    """A list of subscriptions can't become a plan for users."""
    done = run("init", "inactive.csv", *FLAGS, "--target", "user", cwd=repository)

    assert done.code == Exit.INVALID
    assert "PP092" in done.err
    assert not (repository / "inactive.yaml").exists()


def test_a_named_column_is_taken_as_said(repository):
    """--column and --by go into the plan."""
    options = ("--column", "external_user_id", "--by", "external_id", "--target", "user")

    done = run("init", "export.csv", *FLAGS, *options, cwd=repository)

    text = (repository / "export.yaml").read_text()
    assert done.code == Exit.DONE
    assert 'column: "external_user_id"' in text
    assert 'by: "external_id"' in text


def test_a_column_that_is_not_there_is_met_with_what_is(repository):
    """A misspelt column is exit 2 with what may have been meant."""
    done = run("init", "export.csv", *FLAGS, "--column", "onesignal_ids", cwd=repository)

    assert done.code == Exit.INVALID
    assert "did you mean onesignal_id?" in done.err


def test_without_a_terminal_every_missing_flag_is_named_at_once(repository):
    """A script learns of all that is missing, and nothing is written."""
    done = run("init", "inactive.csv", cwd=repository)

    assert done.code == Exit.INVALID
    assert all(flag in done.err for flag in ("--app-id", "--app-name", "--reason"))
    assert "--max-delete" not in done.err
    assert not (repository / "inactive.yaml").exists()


def test_a_person_is_asked(repository):
    """At a terminal what is missing is asked for; an empty answer takes the default."""
    hands = on_terminal("init", "inactive.csv", cwd=repository)
    for question, answer in (("id", APP), ("name", "Acme Prod"), ("Why", "silent"), ("[5]", "")):
        hands.read_until(question)
        hands.read_until("> ")
        hands.shown = ""
        hands.type(answer)

    code, shown = hands.end()

    assert code == Exit.DONE, shown
    assert "max_delete: 5 " in (repository / "inactive.yaml").read_text()


def test_no_answer_writes_nothing(repository):
    """An empty answer where there is no default ends it."""
    hands = on_terminal("init", "inactive.csv", cwd=repository)
    hands.read_until("> ")

    hands.type("")

    assert hands.end()[0] == Exit.INVALID
    assert not (repository / "inactive.yaml").exists()


def test_nothing_is_overwritten(repository):
    """A file in the way is exit 2, and no other file is written either."""
    (repository / "inactive.yaml").write_text("mine")

    done = run("init", "inactive.csv", *FLAGS, "--policy", cwd=repository)

    assert done.code == Exit.INVALID
    assert "PP098" in done.err
    assert (repository / "inactive.yaml").read_text() == "mine"
    assert not (repository / "purgeplan.yaml").exists()


def test_json_names_what_was_written(repository):
    """A program learns the plan's path and every file that is new."""
    done = run("init", "inactive.csv", *FLAGS, "--policy", "--json", cwd=repository)

    said = json.loads(done.out)
    assert said["plan"] == "inactive.yaml"
    assert said["written"] == ["inactive.yaml", "plan.schema.json", "purgeplan.yaml"]


def test_policy_and_workflow_come_along(repository):
    """--policy and --ci write theirs; under that policy the plan is still valid."""
    done = run("init", "inactive.csv", *FLAGS, "--policy", "--ci", "github", cwd=repository)

    workflow = (repository / ".github/workflows/purgeplan.yml").read_text()
    assert done.code == Exit.DONE
    assert 'PLAN: "inactive.yaml"' in workflow
    assert 'paths: ["inactive.yaml", "inactive.csv", "purgeplan.yaml"]' in workflow
    assert run("validate", "inactive.yaml", cwd=repository).err == ""


def test_without_a_list_a_plan_to_fill_is_written(repository):
    """No list yet: the plan names one, and says where the ids go."""
    done = run("init", *FLAGS, "--max-delete", "100", cwd=repository)

    assert done.code == Exit.DONE
    assert "put the ids into ids.csv" in done.err
    assert 'path: "ids.csv"' in (repository / "plan.yaml").read_text()


def test_a_list_elsewhere_has_its_plan_beside_it(repository, tmp_path_factory):
    """A list outside of here is named relative to a plan in its own folder."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    done = run("init", repository / "inactive.csv", *FLAGS, cwd=elsewhere)

    assert done.code == Exit.DONE
    assert 'path: "inactive.csv"' in (repository / "inactive.yaml").read_text()


def test_a_link_in_the_way_is_in_the_way(repository):
    """Also one that leads nowhere: nothing is written through it."""
    (repository / "inactive.yaml").symlink_to("nowhere.yaml")

    done = run("init", "inactive.csv", *FLAGS, cwd=repository)

    assert (done.code, "PP098" in done.err) == (Exit.INVALID, True)
    assert not (repository / "nowhere.yaml").exists()


@pytest.mark.parametrize(("then", "code"), [("7", Exit.DONE), ("many", Exit.INVALID)])
def test_what_can_not_be_right_is_asked_for_once_more(repository, then, code):
    """What is typed for max_delete has to be a whole number; the second time it ends."""
    hands = on_terminal("init", "inactive.csv", *FLAGS, cwd=repository)
    hands.read_until("> ")
    hands.type("lots")
    hands.read_until("that is no number")
    hands.read_until("> ")

    hands.type(then)

    assert hands.end()[0] == code
    assert (repository / "inactive.yaml").exists() is (code == Exit.DONE)


def test_an_app_id_that_is_none_writes_nothing(repository):
    """The plan file would be refused by everything that reads it."""
    done = run("init", "inactive.csv", *FLAGS, "--app-id", "6f1c2a50", cwd=repository)

    assert (done.code, "that is no app id" in done.err) == (Exit.INVALID, True)
    assert not (repository / "inactive.yaml").exists()


@pytest.mark.parametrize("hostile", ['a"b', "a: {b}", "#x", "a\\b", "é漢", "- x"])
def test_no_answer_breaks_the_file(hostile, repository):
    """Quotes, braces and hashes in an answer stay text."""
    answers = Answers(
        "n", hostile, APP, "Acme Prod", "inactive.csv", "subscription", None, "player_id", 5
    )
    (repository / "p.yaml").write_text(plan_text(answers), encoding="utf-8")

    assert run("validate", "p.yaml", cwd=repository).err == ""


def test_the_workflow_gives_no_more_than_it_must():
    """No permissions by default, inputs through variables, one run at a time."""
    text = workflow_text("plans/x.yaml")

    run_lines = [line for line in text.splitlines() if "run: " in line]
    assert "permissions: {}" in text
    assert "cancel-in-progress: false" in text
    assert not any("${{" in line for line in run_lines)


def test_the_policy_names_the_app():
    """The example policy allows the app that was asked for."""
    assert f'  - name: "Acme Prod"\n    id: "{APP}"' in policy_text(APP, "Acme Prod")
