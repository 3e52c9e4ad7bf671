"""explain, schema, validate and doctor as processes."""

import json
import os

import pytest
from support.cli import run
from support.journal import behind_its_back

from purgeplan.cli.clock import SystemClock
from purgeplan.cli.schema import schema_of
from purgeplan.errors import Exit
from purgeplan.journal import open_journal
from purgeplan.model.codes import CODES

APP_ID = "6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9"

PLAN = """\
version: 1
name: inactive
reason: silent
app: {id: 6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9, name: Acme Prod}
target: {resource: subscription}
source: {from: csv, path: inactive.csv}
limits: {max_delete: 10}
"""


def test_explain_lists_every_code():
    """Without an argument all codes are listed with their titles."""
    done = run("explain")

    lines = done.out.splitlines()
    assert [line.split("  ")[0] for line in lines] == sorted(CODES)
    assert all(len(line.split("  ", 1)[1]) > 3 for line in lines)


def test_explain_tells_meaning_and_what_to_do():
    """A code in any case has title, meaning and way out; as JSON the same."""
    done = run("explain", "pp095")

    assert done.out.startswith("PP095: unknown environment variable\n")
    assert "What to do: " in done.out
    (document,) = json.loads(run("explain", "PP095", "--json").out)
    assert document["title"] == "unknown environment variable"


def test_explain_tells_a_setting_by_the_schemas_words():
    """A pointer gives type, description and examples of a setting, of the policy too."""
    done = run("explain", "limits.max_delete")

    assert done.code == Exit.DONE
    assert done.out.startswith("limits.max_delete (whole number, required)\n")
    (document,) = json.loads(run("explain", "policy.budget", "--json").out)
    assert document["field"] == "policy.budget"


def test_a_misspelt_setting_is_met_with_what_may_have_been_meant():
    """An unknown pointer is exit 2 and names the nearest one."""
    done = run("explain", "limits.max_delte")

    assert (done.code, done.out) == (Exit.INVALID, "")
    assert "did you mean limits.max_delete?" in done.err


@pytest.mark.parametrize("subject", ["plan", "policy"])
def test_schema_prints_draft_7_for_editors(subject):
    """The schema of plans and of policies is a JSON document on stdout."""
    done = run("schema", subject)

    assert done.code == Exit.DONE
    assert done.out == schema_of(subject)
    assert json.loads(done.out)["$schema"].endswith("draft-07/schema#")


def test_schema_of_something_else_is_exit_2():
    """Only plans and policies have a schema."""
    assert run("schema", "report").code == Exit.INVALID


@pytest.fixture
def plans(tmp_path):
    """Give a folder with a valid and two invalid plans."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "good.yaml").write_text(PLAN)
    (tmp_path / "typo.yaml").write_text(PLAN + "protcet: []\nlimts: {}\n")
    (tmp_path / "twice.yaml").write_text(PLAN + "limits: {max_delete: 99}\n")
    return tmp_path


def test_valid_plans_need_no_key_and_no_network(plans):
    """A valid file is named on stdout, exit 0, with nothing in the environment."""
    done = run("validate", "good.yaml", cwd=plans)

    assert (done.code, done.out, done.err) == (Exit.DONE, "good.yaml: valid\n", "")


def test_all_problems_of_all_files_are_told(plans):
    """Each misspelt key of each file, with place, line, and what may have been meant."""
    done = run("validate", "good.yaml", "typo.yaml", "twice.yaml", cwd=plans)

    assert (done.code, done.out) == (Exit.INVALID, "good.yaml: valid\n")
    assert "typo.yaml:8:1" in done.err
    assert "typo.yaml:9:1" in done.err
    assert "8 | protcet: []" in done.err
    assert "twice.yaml:8:1" in done.err
    assert "2 of 3 files" in done.err


def test_validate_as_json_names_every_file(plans):
    """One document has files, findings and the exit code."""
    done = run("validate", "good.yaml", "typo.yaml", "--json", cwd=plans)

    document = json.loads(done.out)
    assert document["exit"] == done.code == Exit.INVALID
    assert [one["valid"] for one in document["files"]] == [True, False]
    assert document["files"][1]["findings"][0]["place"]["line"] == 8


def test_a_policy_is_checked_as_one(plans):
    """`validate *.yaml` takes the policy along, and says what it is."""
    listed = f"apps: [{{name: Acme Prod, id: {APP_ID}}}]\n"
    (plans / "purgeplan.yaml").write_text(f"version: 1\nmax_delete: 10\n{listed}")

    done = run("validate", "good.yaml", "purgeplan.yaml", cwd=plans)

    assert (done.code, done.err) == (Exit.DONE, "")
    assert done.out == "good.yaml: valid\npurgeplan.yaml: valid policy\n"


def test_a_policy_that_is_wrong_is_told_by_its_own_lines(plans):
    """A misspelt key of the policy is one of a policy, not of a plan."""
    (plans / "purgeplan.yaml").write_text("version: 1\nmax_delet: 9\n")

    done = run("validate", "purgeplan.yaml", cwd=plans)

    assert done.code == Exit.INVALID
    assert "purgeplan.yaml:2:1" in done.err
    assert "did you mean `max_delete`?" in done.err
    assert "PP021" not in done.err


def test_a_file_that_is_not_there_is_invalid(tmp_path):
    """A missing file is a finding like others."""
    done = run("validate", "none.yaml", cwd=tmp_path)

    assert done.code == Exit.INVALID
    assert "none.yaml" in done.err


def test_doctor_on_a_fresh_machine_is_content():
    """Without key and journal nothing is wrong; the missing key is worth a look."""
    done = run("doctor")

    assert done.code == Exit.DONE, done.out
    assert "✗" not in done.out
    assert "! look   key" in done.out
    assert "ONESIGNAL_API_KEY" in done.out


def test_doctor_does_not_show_the_key():
    """A key that is set is called set."""
    done = run("doctor", env={"ONESIGNAL_API_KEY": "os_v2_app_abcdefgh"})

    assert "abcdefgh" not in done.out + done.err
    assert "✓ ok     key" in done.out


def test_doctor_as_json_has_each_check():
    """A program gets names, verdicts and ways out."""
    document = json.loads(run("doctor", "--json").out)

    assert document["exit"] == 0
    assert {"versions", "clock", "disk", "journal"} <= {one["name"] for one in document["checks"]}


def test_doctor_reads_every_journal_of_the_state_folder(tmp_path):
    """A sound journal is named and called sound."""
    path = tmp_path / "purgeplan" / f"{APP_ID}.db"
    open_journal(path, SystemClock()).close()

    done = run("doctor", env={"XDG_STATE_HOME": str(tmp_path)})

    assert done.code == Exit.DONE, done.out
    assert f"✓ ok     journal       {path}: sound" in done.out


def test_doctor_finds_a_journal_that_was_tampered_with(tmp_path):
    """An event that was edited by hand breaks the chain: a person must look."""
    path = tmp_path / "j.db"
    journal = open_journal(path, SystemClock())
    for kind in ("first", "second"):
        journal.note(kind, None, None, SystemClock().now(), {"of": 1})
    journal.close()
    behind_its_back(
        path, "UPDATE events SET kind = 'other' WHERE seq = (SELECT min(seq) FROM events)"
    )

    done = run("doctor", "--journal", path)

    assert done.code == Exit.ATTENTION, done.out
    assert "✗ wrong  journal" in done.out


def test_doctor_tells_a_journal_that_is_none(tmp_path):
    """A file that is no journal is wrong: a person must look."""
    path = tmp_path / "j.db"
    path.write_text("hello")
    os.chmod(path, 0o600)  # noqa: PTH101 - the mode is what counts

    done = run("doctor", "--journal", path)

    assert done.code == Exit.ATTENTION
    assert "✗ wrong  journal" in done.out
