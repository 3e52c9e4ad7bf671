"""What the bench runs beside purgeplan: that it still fits purgeplan, and does what it is for."""

import asyncio
import gzip
import socket
import sys
from array import array
from types import SimpleNamespace

import pytest
from bench import alone, clients, made
from bench.desk import APP, HERE, NAME, Desk
from bench.half import settle_half
from bench.measure import spend
from bench.plans import SUFFIX, apply_args, freeze
from bench.server import HOST, Answering, State
from support.journal import HandClock, draft, planned

from purgeplan.journal import open_journal
from purgeplan.model.outcome import State as ItemState


def sent(name, count):
    """Send through one of the loops to a server in this process; give when requests came in."""

    async def both():
        state = State(SimpleNamespace(app=APP, name=NAME))
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Answering(state, ""), HOST, 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            await clients.drive(name, f"http://{HOST}:{port}/apps/{APP}/subscriptions/", count, 3)
        return state.seen

    return asyncio.run(both())


@pytest.mark.parametrize("name", clients.LOOPS)
def test_each_loop_sends_what_it_says(name):
    """A loop that sent less would look faster; purgeplan's own transport is among them."""
    assert len(sent(name, 20)) == 20


@pytest.fixture
def journal(tmp_path):
    """Give the path of a journal with one plan of 25 ids."""
    path = tmp_path / "journal.db"
    opened = open_journal(path, HandClock())
    opened.save(draft(), planned(*(f"id-{n}" for n in range(25))), HandClock().now())
    opened.close()
    return path


def test_half_of_a_journal_is_settled_as_a_run_would(journal):
    """What is resumed has a run, outcomes and a chain that holds."""
    settle_half(journal)

    opened = open_journal(journal, HandClock())
    assert opened.tally(1).states == {ItemState.ACCEPTED: 12, ItemState.PENDING: 13}
    assert [run.why for run in opened.runs()] == ["interrupted"]
    opened.close()


@pytest.mark.parametrize("form", ["csv", "parquet", "export"])
def test_databases_alone_find_the_ids_that_were_made(form, tmp_path):
    """The yardstick selects what the plan selects: of an export's rows four in five."""
    file = tmp_path / f"made.{SUFFIX[form]}"
    made.make(form, 200, file)

    assert alone.in_duckdb(form, file, tmp_path)["rows"] == (160 if form == "export" else 200)


def test_a_protect_list_is_taken_out_of_an_export(tmp_path):
    """Of 200 rows 100 are silent and fit the condition; half of those are on the list."""
    export, listed = tmp_path / "export.csv.gz", tmp_path / "protect.csv"
    made.make("export", 200, export)
    made.make("protect", 100, listed)
    with gzip.open(export, "rt") as text:
        rows = text.read().splitlines()[1:]

    assert len(rows) == 200
    assert alone.in_duckdb("export", export, tmp_path, listed)["rows"] == sum(
        n % 100 < made.SILENT and n % 90 < 50 for n in range(100, 200)
    )


def test_sqlite_alone_takes_the_rows_of_a_journal(tmp_path):
    """The table is the journal's own, as it is by now."""
    assert alone.in_sqlite(50, tmp_path)["rows"] == 50


def test_a_run_that_is_witnessed_is_a_run(tmp_path):
    """A plan is applied as users do, and seen by server and witness as often as it has ids."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    with Desk(tmp_path, port=port) as desk, desk.serving() as server:
        frozen = freeze(desk, server, "tried", 5)
        server.reset(players=100)
        begun = desk.work / "begun"
        desk.script("witness", begun, *apply_args(frozen, frozen.journal), terminal=True)
        seen, noted = server.seen(5), array("d", begun.read_bytes())

    assert len(noted) == 5
    assert all(began < came for began, came in zip(sorted(noted), seen, strict=True))


def test_the_command_knows_its_parts():
    """--help lists them; a part that is none is refused."""
    env = {"PYTHONPATH": str(HERE.parent)}

    assert "growth" in spend([sys.executable, "-m", "bench", "--help"], env).out
    spend([sys.executable, "-m", "bench", "nothing"], env, codes=(2,))
