"""Every example in plans/ does what it says, against a OneSignal on this machine."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from support.desk import desk

from purgeplan.model.spec import Resource
from purgeplan.sources import KINDS

PLANS = Path(__file__).parents[2] / "plans"
ADDRESS = "http://127.0.0.1:8080"
EXAMPLES = sorted(path.name for path in PLANS.glob("*.yaml"))
TARGETS = {"excel.yaml": "subscriptions", "jsonl.yaml": "users", "player.yaml": "players"}
"""One example a target, with the word of its endpoint (an erasure by alias has none)."""


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    """Give a desk with a copy of plans/, and what the examples expect from elsewhere."""
    options = ("--subscriptions", "5000", "--no-limits", "--delete-lag", "20ms")
    with desk(tmp_path_factory.mktemp("examples"), *options) as at:
        shutil.copytree(PLANS, at.folder, dirs_exist_ok=True)
        for name in EXAMPLES:
            text = (at.folder / name).read_text("utf-8")
            assert ADDRESS in text, name
            (at.folder / name).write_text(text.replace(ADDRESS, at.box.url), "utf-8")
        rows = at.box.audience()
        at.ids_file([row["id"] for row in rows[600:700]], "inactive.csv", "id")
        at.ids_file([row["id"] for row in rows[600:605]], "staff.csv", "id")
        _customers(at.folder / "customers.db", rows[700:])
        at.env["CUSTOMERS_URL"] = f"sqlite:///{at.folder}/customers.db"
        yield at


def _customers(path, rows):
    """Make the database that the sql example asks."""
    users = sorted({row["external_user_id"] for row in rows if row["external_user_id"]})
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE customers (external_id TEXT, erasure_asked INTEGER)")
        asked = [(user, int(number < 10)) for number, user in enumerate(users)]
        database.executemany("INSERT INTO customers VALUES (?, ?)", asked)
        database.commit()


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_plans(examples, name):
    """An example can be planned as it is, takes somebody, and keeps to its limits."""
    journal = examples.folder / f"{name}.db"

    done = examples.run("plan", name, "--json", PURGEPLAN_JOURNAL=str(journal))

    assert done.code == 0, done.err
    assert json.loads(done.out)["counts"]["to_delete"] > 0


@pytest.mark.parametrize(("name", "kind"), TARGETS.items())
def test_example_of_a_target_is_applied(examples, name, kind):
    """An example of each target deletes what it planned, through that target's endpoint."""
    before = len(examples.box.deletes())
    planned = examples.plan(name)

    done = examples.apply(planned["fingerprint"], file=name)

    sent = examples.box.deletes()[before:]
    assert done.code == 0, done.err
    assert len(sent) == planned["counts"]["to_delete"]
    assert all(f"/{kind}/" in entry["path"] for entry in sent) or kind == "users"


def test_there_is_an_example_for_every_source_and_target():
    """A kind of source or a target without an example is found."""
    plans = [yaml.safe_load((PLANS / name).read_text("utf-8")) for name in EXAMPLES]
    sources = [one for plan in plans for one in _listed(plan["source"])]

    assert {one["from"] for one in sources} == set(KINDS)
    assert {plan["target"]["resource"] for plan in plans} == {one.value for one in Resource}


def _listed(source):
    return source if isinstance(source, list) else [source]
