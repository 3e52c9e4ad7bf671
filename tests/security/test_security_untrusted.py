"""A plan in a pull request of somebody unknown: what it may read, and whom it may reach."""

import json
import re
import socket
import sys
from pathlib import Path

import pytest
from support.cli import run_argv
from support.planfile import APP_ID
from support.sources import uuid

ROOT = Path(__file__).parents[2]
CANARY = "canary-of-another-program"

WATCHED = """
import json, sys
seen = {"opened": [], "reached": [], "written": []}
def hook(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.exec", "os.fork"):
        seen["reached"].append(event)
    if event == "open" and isinstance(args[0], str):
        seen["written" if args[2] & 0o3 else "opened"].append(args[0])
    if event in ("os.mkdir", "os.rename", "os.remove", "os.link", "os.symlink"):
        seen["written"].append(str(args[0]))
from purgeplan.cli.main import main
sys.addaudithook(hook)
code = main(sys.argv[1:])
print(json.dumps([code, seen]))
"""
"""A process that tells which files it has opened, what it has written, and whom it has reached."""


@pytest.fixture
def fork(tmp_path):
    """Give a checkout of a fork's branch, beside it a secret, and a listener on loopback."""
    (tmp_path / "secret").write_text(CANARY)
    (tmp_path / "secret").chmod(0o600)
    (tmp_path / "tmp").mkdir()
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    (root / "ids.csv").write_text(f"player_id\n{uuid(1)}\n{uuid(2)}\n")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield root, f"http://127.0.0.1:{listener.getsockname()[1]}", listener


def plan_file(root, url, source="{from: csv, path: ids.csv}", key="{env: HOME}", more=""):
    """Write a plan that wants its reader's secrets sent to an address of its own."""
    (root / "plan.yaml").write_text(
        f"version: 1\nname: kind\nreason: harmless\n"
        f"app: {{id: {APP_ID}, name: Acme, base_url: '{url}', api_key: {key}}}\n"
        f"target: {{resource: subscription}}\nsource: {source}\nlimits: {{max_delete: 10}}\n{more}"
    )


def watched(root, *args):
    """Run a command, and give its exit code, what it said, and what it did."""
    env = {
        "ONESIGNAL_API_KEY": f"{CANARY}-key",
        "CUSTOMERS_URL": f"sqlite:///{root.parent}/secret",
        "PURGEPLAN_JOURNAL": str(root.parent / "journal.db"),
        "TMPDIR": str(root.parent / "tmp"),
        "COVERAGE_PROCESS_CONFIG": "",
        "COVERAGE_PROCESS_START": "",
    }
    done = run_argv([sys.executable, "-B", "-c", WATCHED, *args], env=env, cwd=root)
    *printed, last = done.out.splitlines()
    code, seen = json.loads(last)
    return code, "\n".join(printed) + done.err, seen


def outside(root, paths):
    """Give the paths that are neither the checkout's, nor Python's, nor of the private folder."""
    python = (Path(one) for one in (sys.prefix, sys.base_prefix, *filter(None, sys.path)))
    own = (root, root.parent / "tmp", ROOT, *python)
    found = (Path(root, one) for one in paths)
    return [str(one) for one in found if not any(one.is_relative_to(here) for here in own)]


def nobody_came(listener):
    """Tell whether no connection waits."""
    try:
        listener.accept()
    except BlockingIOError:
        return True
    return False


def test_it_reads_the_checkout_and_nothing_else(fork):
    """No key, no network, no journal, no process, and a review all the same."""
    root, url, listener = fork
    plan_file(root, url)

    code, said, seen = watched(root, "plan", "plan.yaml", "--untrusted")

    assert code == 3, said  # nobody was asked how large the app is
    assert "2 subscriptions to delete" in said
    assert "here only a policy can say the app's name and how many it holds" in said
    assert (seen["reached"], nobody_came(listener)) == ([], True)
    assert outside(root, seen["opened"]) == []
    assert [one for one in seen["written"] if not one.startswith(str(root.parent / "tmp"))] == []
    assert CANARY not in said
    assert sorted(one.name for one in root.iterdir()) == [".git", "ids.csv", "plan.yaml"]
    assert sorted(one.name for one in root.parent.iterdir()) == ["repository", "secret", "tmp"]
    assert list((root.parent / "tmp").iterdir()) == []


def test_a_population_that_the_policy_declares_lets_it_through(fork):
    """Where the policy lists the app and its size, the review ends as one with a key does."""
    root, url, _ = fork
    plan_file(root, url, key="{env: ONESIGNAL_API_KEY}")
    (root / "purgeplan.yaml").write_text(
        f"version: 1\napps: [{{id: {APP_ID}, name: Acme, population: {{subscriptions: 5000}}}}]\n"
    )

    code, said, _ = watched(root, "plan", "plan.yaml", "--untrusted")

    assert code == 0, said


BEYOND = """[
  {from: sql, url: {env: CUSTOMERS_URL}, query: SELECT 1},
  {from: sql, url: {file: url.txt}, query: SELECT 1},
  {from: export, inactive_for: 180d},
  {from: segment, name: Gone}]"""
OUTSIDE = """[
  {from: csv, path: "-"},
  {from: csv, path: ../secret},
  {from: csv, path: /proc/self/environ},
  {from: csv, path: "../*"},
  {from: csv, path: link}]"""


@pytest.mark.parametrize(
    ("sources", "codes"),
    [(BEYOND, ["PP240"] * 4), (OUTSIDE, ["PP218", *["PP202"] * 4])],
    ids=["beyond", "outside"],
)
def test_what_reaches_beyond_is_refused(fork, sources, codes):
    """Databases, the API, standard input, and every path that leads out."""
    root, url, listener = fork
    (root / "url.txt").write_text(f"{url}/x")
    (root / "url.txt").chmod(0o600)
    (root / "link").symlink_to("../secret")
    plan_file(root, url, sources)

    exit_code, said, seen = watched(root, "plan", "plan.yaml", "--untrusted")

    assert (exit_code, re.findall(r"error\[(PP\d+)\]", said)) == (2, codes), said
    assert (seen["reached"], nobody_came(listener)) == ([], True)
    assert outside(root, seen["opened"]) == []
    assert CANARY not in said


def test_a_protect_list_may_not_either(fork):
    """Of the plan or of the policy, which the fork brings as well."""
    root, url, _ = fork
    sql = "protect:\n  - {from: sql, url: {env: CUSTOMERS_URL}, query: SELECT 1, by: external_id}\n"
    plan_file(root, url, more=sql)
    (root / "purgeplan.yaml").write_text(f"version: 1\n{sql}")

    code, said, seen = watched(root, "plan", "plan.yaml", "--untrusted", "--out", "saved.plan")

    assert (code, said.count("PP240")) == (2, 4)  # two findings, each with where to read more
    assert ("PP090" in said, seen["reached"]) == (True, [])


@pytest.mark.parametrize(
    ("source", "exit_code"),
    [
        ("{from: sql, url: {file: ../secret}, query_file: query.sql}", 0),
        ("{from: sql, url: {file: ../secret}, query_file: ../secret}", 2),
        ("{from: csv, path: ../secret}", 2),
    ],
)
def test_validate_reads_the_plan_and_the_policy_alone(fork, source, exit_code):
    """It needs no flag: no source is read, no key is looked for, nobody is asked."""
    root, url, listener = fork
    plan_file(root, url, source)

    code, said, seen = watched(root, "validate", "plan.yaml")

    assert (code, "PP202" in said) == (exit_code, exit_code == 2), said
    assert (seen["reached"], seen["written"], nobody_came(listener)) == ([], [], True)
    assert outside(root, seen["opened"]) == []


def test_validate_looks_through_a_condition_and_runs_it_nowhere(fork):
    """What a stranger's `where` says is parsed in a private folder, which is gone afterwards."""
    root, url, listener = fork
    plan_file(root, url, "{from: export, where: \"read_text('../secret') != ''\"}")

    code, said, seen = watched(root, "validate", "plan.yaml")

    assert (code, "PP230" in said, CANARY in said) == (2, True, False), said
    assert (seen["reached"], nobody_came(listener)) == ([], True)
    assert outside(root, [*seen["opened"], *seen["written"]]) == []
    assert list((root.parent / "tmp").iterdir()) == []
