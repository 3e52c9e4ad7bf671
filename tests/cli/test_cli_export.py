"""``purgeplan export`` at a sandbox: the audience as a file, and what it says of it."""

import csv
import gzip
import json
import signal
import stat

import duckdb
import pytest
from support.desk import desk

QUICK = ("--subscriptions", "300", "--seed", "77", "--no-limits", "--export-speed", "1000000")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Give a desk whose sandbox nobody deletes from."""
    with desk(tmp_path_factory.mktemp("export"), *QUICK) as made:
        made.plan_file()
        yield made


def made(one, name, *options):
    """Export to a file, and give what --json says."""
    done = one.run("export", "plan.yaml", "-o", name, "--json", *options)
    assert done.code == 0, done.err
    return json.loads(done.out)


def rows_of(file):
    """Give the rows of a CSV by name, in order of their ids."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
        return sorted(csv.DictReader(text), key=lambda row: row["id"])


def test_a_csv_is_the_audience(shared):
    """Every row and every column that an export can have, in a file for its owner only."""
    said = made(shared, "all.csv.gz")
    file = shared.folder / "all.csv.gz"

    assert rows_of(file) == sorted(shared.box.audience(), key=lambda row: row["id"])
    assert (said["rows"], len(said["columns"])) == (300, 28)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert shared.box.deletes() == []


def test_parquet_of_a_segment(shared):
    """A segment's rows come with types, and the file's age is told."""
    said = made(shared, "some.parquet", "--segment", "Inactive Subscriptions")

    with duckdb.connect() as base:
        rows = base.read_parquet(str(shared.folder / "some.parquet"))
        assert rows.count("*").fetchall() == [(said["rows"],)]
        assert dict(zip(rows.columns, map(str, rows.types), strict=True))["tags"] == "JSON"
    assert 0 < said["rows"] < 300
    assert said["age_seconds"] < 600


def test_an_export_is_used_again_up_to_its_age(shared):
    """One request serves several files; --max-age asks for a new one."""
    first = made(shared, "first.csv.gz", "--columns", "id,country")
    second = made(shared, "second.parquet", "--columns", "id,country")
    third = made(shared, "third.csv.gz", "--columns", "id,country", "--max-age", "1ms")

    assert first["asked_at"] == second["asked_at"] < third["asked_at"]
    assert list(rows_of(shared.folder / "first.csv.gz")[0]) == ["id", "country"]


def test_an_export_of_another_host_is_not_used_again(shared):
    """One asked for at a sandbox says nothing of the app at OneSignal, whatever its id."""
    first = made(shared, "here.csv.gz", "--columns", "id,language")
    plan = shared.folder / "plan.yaml"
    text = plan.read_text()
    plan.write_text(text.replace("127.0.0.1", "localhost"))
    try:
        assert (
            made(shared, "there.csv.gz", "--columns", "id,language")["asked_at"] > first["asked_at"]
        )
    finally:
        plan.write_text(text)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("-o", "plan.yaml"), "ends in neither .csv.gz nor .parquet"),
        (("-o", "none/a.parquet"), "none is no folder"),
        (("-o", "there.parquet"), "there.parquet exists"),
        (("-o", "a.parquet", "--columns", "id,contry"), "did you mean country?"),
        (("-o", "a.parquet", "--columns", "id,?"), "there are id, identifier"),
        (("-o", "a.parquet", "--max-age", "3"), "no duration such as"),
        (("-o", "a.parquet", "--segment", "Inactiv Subscriptions"), "did you mean"),
    ],
)
def test_what_can_not_be_is_refused_before_an_export_is_asked_for(shared, options, said):
    """An export takes an hour: nothing that could be known before is found out after it."""
    (shared.folder / "there.parquet").touch()
    asked = sum(one["resource"] == "csv_export" for one in shared.box.ledger())
    done = shared.run("export", "plan.yaml", *options)

    assert done.code == 2
    assert said in done.err
    assert asked == sum(one["resource"] == "csv_export" for one in shared.box.ledger())
    assert not (shared.folder / "a.parquet").exists()


def test_cells_that_no_type_takes_are_told(shared):
    """The text form says rows, age and sha256 on stdout; it needs the key."""
    done = shared.run("export", "plan.yaml", "-o", "told.parquet")

    assert "told.parquet: 300 rows, 28 columns; asked for" in done.out
    assert "sha256" in done.out
    keyless = shared.run("export", "plan.yaml", "-o", "b.parquet", ONESIGNAL_API_KEY="")
    assert keyless.code == 8


def test_interrupted_it_leaves_no_file_and_goes_on_with_the_export(tmp_path):
    """Ctrl-C while OneSignal writes: no file of that name; the next call asks for no other."""
    with desk(tmp_path, *QUICK[:-1], "150") as one:
        one.plan_file()
        asking = one.start("export", "plan.yaml", "-o", "all.parquet")
        while not any(entry["resource"] == "csv_file" for entry in one.box.ledger()):
            assert asking.poll() is None, asking.communicate()
            signal.sigtimedwait((), 0.02)
        asking.send_signal(signal.SIGINT)
        asking.communicate(timeout=30)

        assert asking.returncode == 130
        assert not [*tmp_path.glob("*all.parquet*")]
        assert made(one, "all.parquet")["rows"] == 300
        assert sum(entry["resource"] == "csv_export" for entry in one.box.ledger()) == 1
