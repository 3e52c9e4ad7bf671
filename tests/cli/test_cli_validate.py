"""validate says what plan would refuse whatever the sources hold: same codes, same exit."""

import json

import pytest

APP = "{{id: {id}, name: {name}}}"
USERS = "{resource: user, by: external_id}"
BY_CRM = "{resource: user, by: crm_id}"
INLINE = "{from: inline, ids: [a-17]}"
PINNED = "{from: csv, path: ids.csv, sha256: " + "ab" * 32 + "}"
STAFF = "protect: [{from: csv, path: staff.csv, by: %s}]\n"
SQL = "{from: sql, url: {env: CUSTOMERS_URL}, query: %s}"
DRIFT, BACKUP = "drift: {check: export}\n", "backup: {export: true}\n"


@pytest.fixture
def judged(at):
    """Give what judges a plan file under a policy twice: codes and exit of validate and of plan."""
    at.ids_file(at.subscriptions(3))
    at.ids_file(["u-1"], "staff.csv", column="external_id")

    def judge(plan, policy=""):
        apps = f"apps: [{{name: Acme Prod, id: {at.box.app_id}, base_url: '{at.box.url}'}}]\n"
        text = policy if "apps:" in policy else apps + policy
        (at.folder / "purgeplan.yaml").write_text(f"version: 1\n{text}", "utf-8")
        at.plan_file(**plan)
        return told(at, "validate"), told(at, "plan")

    return judge


def told(at, command):
    """Give exit and codes of the refusals of a command; what a source held is not among them."""
    done = at.run(command, "plan.yaml", "--json")
    document = json.loads(done.out)
    findings = document.get("violations") or document.get("findings") or []
    for file in document.get("files", ()):
        findings = file["findings"]
    return done.code, {one["code"] for one in findings} - {"PP201"}


@pytest.mark.parametrize(
    ("plan", "policy", "exit_code", "codes"),
    [
        ({"limits": "{max_delete: 10}"}, "max_delete: 9", 3, {"PP108"}),
        (
            {"limits": "{max_delete: 9, max_delete_percent: 90}"},
            "max_delete_percent: 9",
            3,
            "PP108",
        ),
        ({"app_name": "Acme Dev"}, "", 3, {"PP107", "PP109"}),
        ({}, "apps: []", 3, {"PP109"}),
        ({}, "require: {ticket: true, sha256: true}", 3, {"PP110"}),
        ({}, "require: {drift: true}", 3, {"PP110"}),
        ({"extra": "keep: {opt_outs: false}\n"}, "require: {opt_outs: true}", 3, {"PP110"}),
        ({"extra": "purpose: reset\n"}, "", 3, {"PP114"}),
        ({"target": BY_CRM, "source": INLINE, "extra": STAFF % "external_id"}, "", 3, {"PP111"}),
        ({"target": BY_CRM, "source": INLINE, "extra": DRIFT}, "", 3, {"PP118"}),
        ({"target": BY_CRM, "source": INLINE, "extra": BACKUP}, "", 3, {"PP117"}),
        ({"source": "{from: csv, path: ../ids.csv}"}, "", 2, {"PP202"}),
        ({"extra": STAFF.replace("staff.csv", "'-'") % "subscription_id"}, "", 2, {"PP218"}),
        ({"source": "{from: export, where: shoe_size > 40}"}, "", 2, {"PP230"}),
        ({"target": BY_CRM, "source": "{from: export, inactive_for: 9d}"}, "", 2, {"PP232"}),
        ({"target": BY_CRM, "source": "{from: segment, name: Old}"}, "", 2, {"PP232"}),
        ({"extra": "protect: [{from: segment, name: VIP, by: external_id}]\n"}, "", 2, {"PP232"}),
        ({"source": SQL % "DELETE FROM customers"}, "", 2, {"PP229"}),
        ({"source": '{from: csv, path: "a\\0b"}'}, "", 2, {"PP025"}),
        ({"source": '{from: sql, url: {file: "\\0"}, query: SELECT 1}'}, "", 2, {"PP025"}),
        ({"source": '{from: sql, url: {env: A}, query_file: "\\0"}'}, "", 2, {"PP025"}),
        ({"extra": STAFF.replace("staff.csv", '"\\0"') % "subscription_id"}, "", 2, {"PP025"}),
        ({"source": (SQL % "x").replace("query: x", "query_file: ../x.sql")}, "", 2, {"PP202"}),
    ],
)
def test_what_plan_refuses_on_paper_validate_refuses_too(judged, plan, policy, exit_code, codes):
    """The same codes and the same exit from both, and validate has read and asked nothing."""
    validated, planned = judged(plan, policy)

    assert planned[0] == validated[0] == exit_code
    assert validated[1] == ({codes} if isinstance(codes, str) else codes) - {"PP107"}
    assert validated[1] <= planned[1]


@pytest.mark.parametrize(
    "plan",
    [
        {"limits": "{max_delete: 1}"},
        {"limits": "{max_delete: 9, max_delete_percent: 0}"},
        {"source": "{from: csv, path: none.csv}"},
        {"target": BY_CRM, "source": "{from: csv, path: crm.csv}", "extra": DRIFT + BACKUP},
        {
            "target": USERS,
            "source": "{from: jsonl, path: u.jsonl}",
            "extra": STAFF % "onesignal_id",
        },
        {"source": "{from: sql, url: {env: CUSTOMERS_URL}, query_file: query.sql}"},
    ],
)
def test_what_only_the_sources_can_tell_is_left_to_plan(judged, plan):
    """How many they name, whether they are there, and what stands beside their ids."""
    validated, _ = judged(plan, "require: {opt_outs: true}\nbudget: {max_delete: 5, per: 1d}\n")

    assert validated == (0, set())


def test_refusals_and_errors_of_several_files_are_told_at_once(at):
    """Each has its label; an error of any file makes it 2, refusals alone 3."""
    (at.folder / "purgeplan.yaml").write_text("version: 1\nmax_delete: 9\napps: []\n")
    for file in ("a.yaml", "b.yaml"):
        at.plan_file(file)
    at.plan_file("b.yaml", source="{from: csv, path: /etc/ids.csv}")

    named = (("a.yaml", "b.yaml"), ("a.yaml",), ("a.yaml", "purgeplan.yaml"))
    both, alone, beside = (at.run("validate", *files) for files in named)

    assert (both.code, alone.code, beside.code) == (2, 3, 3)
    assert "refused[PP108]: max_delete 1,000 is over the policy's 9" in alone.err
    assert both.err.count("refused[PP108]") == 2
    assert both.err.count("error[PP202]") == 1
