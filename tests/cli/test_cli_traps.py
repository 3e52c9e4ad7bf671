"""Traps that other tools that plan and then destroy were found in: here each is a refusal."""

import gzip
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from support.cli import run
from support.desk import desk

CODES = {"invalid": 2, "refused": 3}


@pytest.fixture
def at(tmp_path):
    """Give a desk with an app and twenty ids in a list."""
    with desk(tmp_path) as one:
        one.ids_file(one.subscriptions(20))
        yield one


def kept(at):
    """Give the plans that the journal holds, where there is a journal by now."""
    return json.loads(at.run("status", "--json").out)["plans"] if at.journal.exists() else []


@pytest.mark.parametrize("name", ["PURGEPLAN_MAX_DELETE", "PURGEPLAN_CONFIRM", "PURGEPLAN_JOURNL"])
def test_no_variable_can_arm_a_run_or_change_a_limit(at, name):
    """A variable of our name that nothing reads ends every command with 2, its value unsaid."""
    at.plan_file()
    fingerprint = at.plan()["fingerprint"]

    planned = at.run("plan", "plan.yaml", **{name: "all-of-them"})
    applied = at.apply(fingerprint, **{name: "all-of-them"})

    assert (planned.code, applied.code, at.deleted()) == (2, 2, [])
    assert f"unknown environment variable {name}" in applied.err
    assert "all-of-them" not in applied.err


def test_a_misspelt_protect_protects_nobody_and_plans_nothing(at):
    """`protcet:` is exit 2 with what was meant, and no plan is kept."""
    at.ids_file(at.subscriptions(3), "staff.csv")
    at.plan_file(extra="protcet: [{from: csv, path: staff.csv, by: subscription_id}]\n")

    planned = at.run("plan", "plan.yaml")

    assert planned.code == 2
    assert "did you mean `protect`?" in planned.err
    assert not at.journal.exists()


def test_ids_of_another_kind_are_never_sent_as_the_targets(at):
    """A list by customer number in a plan for external_ids is exit 2; it would hit others."""
    at.ids_file(["17", "18"], "customers.csv", column="crm_id")
    at.plan_file(
        target="{resource: user, by: external_id}",
        source="{from: csv, path: customers.csv, by: crm_id}",
    )

    planned = at.run("plan", "plan.yaml")

    assert planned.code == 2
    assert "ids by crm_id are none to delete by external_id" in planned.err
    assert not at.journal.exists()


@pytest.mark.parametrize(
    ("rule", "code", "why"),
    [
        ("{from: inline, ids: [u-1], by: external_id}", "refused", "PP11"),
        ("{from: inline, ids: [u-1], by: subscription_id}", "invalid", "ids[0] is not a UUID"),
        ("{from: csv, path: gone.csv, by: subscription_id}", "invalid", "gone.csv"),
        ("{from: csv, path: ids.csv, column: staff, by: subscription_id}", "invalid", "staff"),
        ("{from: csv, path: empty.csv, by: subscription_id}", "invalid", "empty.csv"),
        ("{from: csv, path: ids.csv}", "invalid", "by"),
    ],
    ids=["other_kind", "no_such_id", "no_file", "no_column", "nobody", "no_kind"],
)
def test_a_protect_rule_that_cannot_be_evaluated_is_a_refusal(at, rule, code, why):
    """Never a warning with everyone still to be deleted."""
    at.ids_file([], "empty.csv")
    at.plan_file(extra=f"protect: [{rule}]\n")

    planned = at.run("plan", "plan.yaml")

    assert planned.code == CODES[code], planned.err
    assert why in planned.out + planned.err
    assert at.deleted() == []


@pytest.mark.parametrize(
    "source",
    [
        '{from: export, where: "last_active <"}',
        "{from: export}",
        "{from: export, inactive_for: 180}",
        "{from: segment, name: Total Subscriptions}",
        "{from: csv, path: 'none-*.csv'}",
        "{from: csv, path: ids.csv, column: playr_id}",
        "{from: inline, ids: ['..']}",
        "[]",
    ],
)
def test_a_malformed_selector_is_never_left_out(at, source):
    """What can't be understood selects nobody: exit 2 or 3, and no export was asked for."""
    at.plan_file(source=source)

    planned = at.run("plan", "plan.yaml")

    assert planned.code in (2, 3), planned.err
    assert kept(at) == []
    assert {entry["method"] for entry in at.box.ledger()} <= {"GET"}


@pytest.mark.parametrize(
    "settings",
    [
        {"limits": "{max_delete: -1}"},
        {"limits": "{max_delete: 1.5}"},
        {"limits": "{max_delete: 1e3}"},
        {"limits": "{max_delete: 500, max_delete_percent: 101}"},
        {"limits": "{max_delete: 500, max_delete_percent: -1}"},
        {"limits": "{max_delete: 500, keep_at_least: -1}"},
        {"pace": "{rate: 0/s}"},
        {"pace": "{delay: -1s}"},
        {"canary": "-1"},
        {"extra": "retry: {max_attempts: 0}\n"},
        {"extra": "breaker: {max_failure_percent: 200}\n"},
    ],
    ids=lambda settings: "-".join(settings.values()).strip(),
)
def test_a_number_out_of_bounds_is_refused_and_never_clamped(at, settings):
    """Neither cut down to what is allowed nor raised to it: exit 2, with the line."""
    at.plan_file(**settings)

    planned = at.run("plan", "plan.yaml")

    assert planned.code == 2, planned.err
    assert "plan.yaml:" in planned.err


@pytest.mark.parametrize("limit", ["0", "-1", "1.5", "all"])
def test_a_limit_out_of_bounds_starts_no_run(at, limit):
    """`--limit 0` is not "no limit"."""
    at.plan_file()
    fingerprint = at.plan()["fingerprint"]

    done = at.apply(fingerprint, "--limit", limit)

    assert (done.code, at.deleted()) == (2, [])


def test_a_source_that_came_short_is_no_source(at):
    """A gzip without its end is exit 2 with the file's name, not the rows that arrived."""
    whole = gzip.compress((at.folder / "ids.csv").read_bytes())
    (at.folder / "ids.csv.gz").write_bytes(whole[:-9])
    at.plan_file(source="{from: csv, path: ids.csv.gz}")

    planned = at.run("plan", "plan.yaml")

    assert planned.code == 2
    assert "ids.csv.gz" in planned.err
    assert kept(at) == []


@pytest.fixture
def closing():
    """Give a server that knows one app as long as its list of statuses has no other answer."""
    statuses, asked = [], []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            status = statuses[-1] if statuses else 200
            asked.append(self.command)
            body = b'{"name": "Acme Prod", "players": 500}'
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if status == 503:
                self.send_header("Retry-After", "600")
            self.end_headers()
            self.wfile.write(body)

        do_DELETE = do_POST = do_GET  # noqa: N815 - named by http.server

        def log_message(self, *_words):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", statuses, asked
        server.shutdown()
        thread.join()


def test_an_api_that_is_down_is_12_and_nothing_is_lost(at, closing):
    """Plan, apply and retry say to try later; no DELETE, no run, and the plan is as it was."""
    url, statuses, asked = closing
    at.plan_file(url=url)
    fingerprint = at.plan()["fingerprint"]
    statuses.append(503)

    consent = at.consent(fingerprint)
    done = [
        at.run("plan", "plan.yaml"),
        at.run("apply", "plan.yaml", *consent),
        at.run("retry", "plan.yaml", *consent),
    ]

    assert [one.code for one in done] == [12, 12, 12], [one.err for one in done]
    assert all(one.err.rstrip().endswith("try again later [exit 12]") for one in done)
    assert set(asked) == {"GET"}
    report = at.report()
    assert (report["runs"], report["counts"]["pending"]) == ([], 20)


def test_planning_by_an_export_posts_for_that_export_alone(tmp_path):
    """Looking never writes: one POST for the export, GETs, and nothing else."""
    options = ("--subscriptions", "40", "--no-limits", "--export-speed", "1000000")
    with desk(tmp_path, *options) as at:
        at.plan_file(source="{from: export, inactive_for: 200d}")

        at.plan()

        asked = [e for e in at.box.ledger() if e["method"] != "GET"]
        assert [(e["method"], e["resource"]) for e in asked] == [("POST", "csv_export")]


def test_a_name_that_is_typed_is_no_standing_approval(at):
    """--confirm with --standing is exit 6 where the policy approves nothing of the kind."""
    at.plan_file()
    at.plan()

    done = at.run("apply", "plan.yaml", "--confirm", at.box.name, "--standing")

    assert (done.code, at.deleted()) == (6, [])


def test_a_fingerprint_beside_a_standing_approval_is_one_condition_more(at):
    """Where the policy approves the plan, a fingerprint that is not its own is still exit 5."""
    at.plan_file()
    policy = f"version: 1\napps: [{{id: {at.box.app_id}, name: {at.box.name}}}]\n"
    policy += "standing: [{plan: inactive, max_delete: 20}]\n"
    (at.folder / "purgeplan.yaml").write_text(policy, "utf-8")
    at.plan()

    standing = ("apply", "plan.yaml", "--confirm", at.box.name, "--standing")
    other = at.run(*standing, "--fingerprint", "0" * 64)

    assert (other.code, at.deleted()) == (5, []), other.err
    assert at.run(*standing).code == 0


def test_the_usage_of_a_command_that_is_not_there_is_2():
    """A misspelt command runs nothing, and says what may have been meant."""
    done = run("aply", "plan.yaml")

    assert done.code == 2
    assert "apply" in done.err
