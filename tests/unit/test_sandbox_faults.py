"""Faults that need no wire: which, how often, and what the ledger says."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from support.sandbox import Inside

from purgeplan.errors import InvalidError
from purgeplan.sandbox.faults import Faults


@pytest.fixture
def recorded(tmp_path) -> Iterator[Callable[..., Inside]]:
    """Give sandboxes with a ledger, which is closed in the end."""
    made: list[Inside] = []

    def make(**options: object) -> Inside:
        made.append(Inside(ledger=tmp_path / "ledger", **options))
        return made[-1]

    yield make
    for box in made:
        box.close()


def test_faults_come_at_their_rates_and_again_with_the_same_seed():
    """A twentieth is a twentieth, and a seed is a sequence."""
    rates = {"429": 0.05, "reset": 0.5}
    first, second = Faults(rates, 3), Faults(rates, 3)
    drawn = [first.draw() for _ in range(10_000)]
    counts = Counter(drawn)

    assert drawn == [second.draw() for _ in range(10_000)]
    assert 400 < counts["429"] < 600
    assert 4_800 < counts["reset"] < 5_200
    assert counts.keys() == {None, "429", "reset"}


def test_no_rates_no_faults():
    """Without rates nothing goes wrong, nor with a rate of zero."""
    assert {Faults({"429": 0.0}, 1).draw() for _ in range(100)} == {None}


@pytest.mark.parametrize("rates", [{"teapot": 0.1}, {"429": 0.6, "503": 0.6}, {"429": -0.1}])
def test_impossible_rates_are_refused(rates):
    """Unknown kinds, and sums over 1."""
    with pytest.raises(InvalidError):
        Faults(rates, 1)


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("429", 429),
        ("503", 503),
        ("500", 500),
        ("html404", 404),
        ("redirect", 307),
        ("html200", 200),
    ],
)
def test_a_fault_answers_for_the_api_and_the_ledger_knows(recorded, fault, status):
    """What was asked for is recorded all the same; only a 500 may have been carried out."""
    box = recorded(limits=False, faults={fault: 1.0})
    rows = box.rows()

    answers = [box("DELETE", f"/apps/APP/subscriptions/{row['id']}") for row in rows]

    entries = box.ledger()
    carried_out = sum(entry["carried_out"] for entry in entries)
    assert {answer.status_code for answer in answers} == {status}
    assert [(entry["status"], entry["fault"]) for entry in entries] == [(status, fault)] * 60
    assert [entry["id"] for entry in entries] == [row["id"] for row in rows]
    assert carried_out == box.state()["pending_subscriptions"]
    assert (0 < carried_out < 60) is (fault == "500")
    assert box.state()["deletes"] == {str(status): 60}


def test_a_storm_comes_in_every_documented_form():
    """429s spell their header in two ways and name two buckets; 503s come as JSON and as a page."""
    box = Inside(faults={"429": 1.0})
    throttled = [box("GET", "/apps/APP") for _ in range(30)]
    box("POST", "/_sandbox/faults", {"503": 1.0})
    unavailable = [box("GET", "/apps/APP") for _ in range(30)]

    assert {name for one in throttled for name in one.headers if "etry" in name} == {
        "retry-after",
        "retryafter",
    }
    assert len({one.json()["limit"] for one in throttled}) == 2
    assert {one.headers["content-type"].split(";")[0] for one in unavailable} == {
        "application/json",
        "text/html",
    }
    assert {"retry-after" in one.headers for one in unavailable} == {True, False}


def test_whoever_follows_a_redirect_is_in_the_ledger(recorded):
    """The trap accepts everything and remembers it."""
    box = recorded(faults={"redirect": 1.0})
    location = box("DELETE", "/apps/APP/subscriptions/x").headers["location"]
    box("POST", "/_sandbox/faults", {})
    followed = box("DELETE", location)

    assert followed.status_code == 202
    assert box.ledger()[1]["resource"] == "trap"


def test_the_file_of_an_export_meets_faults_too():
    """An object store may be down as well."""
    box = Inside(faults={"503": 1.0})

    assert box("GET", "/csv_exports/APP/users_x.csv.gz").status_code == 503


def test_the_ledger_says_what_was_asked_and_whether_a_key_was_sent(recorded):
    """Target as received, resource, kind and id decoded; a DELETE of the app stands out."""
    box = recorded(limits=False)
    box("DELETE", "/api/v1/apps/APP/users/by/external_id/a%2Fb?x=1")
    box("DELETE", "/apps/APP")
    box.key = None
    box("GET", "/csv_exports/APP/users_x.csv.gz")
    box("DELETE", "/apps/APP/users/by")

    user, app, file, unrouted = box.ledger()
    assert user == {
        "ts": "2026-06-01T00:00:00.000000+00:00",
        "method": "DELETE",
        "path": f"/api/v1/apps/{box.app_id}/users/by/external_id/a%2Fb?x=1",
        "app_id": box.app_id,
        "resource": "user",
        "by": "external_id",
        "id": "a/b",
        "status": 404,
        "fault": None,
        "carried_out": False,
        "authorization": True,
    }
    assert (app["resource"], app["status"]) == ("app", 405)
    assert (file["resource"], file["authorization"]) == ("csv_file", False)
    assert (unrouted["resource"], unrouted["status"]) == ("unrouted", 404)


def test_a_ledger_that_is_there_goes_on(recorded):
    """A sandbox that is started again forgets nobody who was deleted before."""
    recorded()("GET", "/here")
    again = recorded()
    again("GET", "/there")

    assert [one["path"] for one in again.ledger()] == ["/here", "/there"]


def test_without_a_file_there_is_no_ledger():
    """Requests are answered all the same, and there is nothing to close."""
    box = Inside()

    assert box("GET", "/apps/APP").is_success
    box.close()


def test_latency_is_waited_after_the_request_was_judged():
    """The answer takes its time; what it says was decided when the request arrived."""
    box = Inside(limits=False, latency_s=0.5, delete_lag_s=0.2)
    path = f"/apps/APP/subscriptions/{box.rows()[0]['id']}"

    assert [box("DELETE", path).status_code for _ in range(2)] == [202, 404]
    assert box.clock.seconds == 1_001.0
