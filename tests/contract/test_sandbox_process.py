"""The sandbox as a process: its ready line, its wire, its ledger, its end."""

import contextlib
import csv
import gzip
import io
import json
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from support.sandbox import Box, sandbox


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    """Give a running sandbox without limits; faults are set by each test and taken back."""
    with sandbox("--subscriptions", "400", "--no-limits", "--export-speed", "1e6") as running:
        yield running


@contextlib.contextmanager
def faults(box: Box, **rates: float) -> Iterator[None]:
    """Let faults happen for a while."""
    box.control("POST", "faults", {name.lstrip("_"): rate for name, rate in rates.items()})
    yield
    box.control("POST", "faults", {})


def raw(box: Box, target: str, method: str = "DELETE", timeout_s: float = 30.0) -> bytes:
    """Send one request with exactly this target and give all that comes back until the end."""
    address = urlsplit(box.url)
    request = (
        f"{method} {target} HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\n"
        f"Authorization: Key {box.api_key}\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port), timeout=timeout_s) as wire:
        wire.sendall(request.encode())
        return b"".join(iter(lambda: wire.recv(65_536), b""))


def path_of(box: Box, position: int) -> str:
    """Give the path of one subscription that is still there."""
    return f"/apps/{box.app_id}/subscriptions/{box.audience()[position]['id']}"


def test_it_says_where_it_is_and_ends_cleanly_on_either_signal():
    """One JSON line when it is ready; SIGTERM and SIGINT end it with 0, its port free."""
    for number in (signal.SIGTERM, signal.SIGINT):
        with sandbox(
            "--subscriptions", "10", "--app-id", "a", "--name", "A", "--app-id", "b"
        ) as box:
            address = urlsplit(box.url)
            box.process.send_signal(number)
            box.process.wait(timeout=30)

        assert box.process.returncode == 0
        assert [app["app_id"] for app in box.apps] == ["a", "b"]
        assert box.name == "A"
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((address.hostname, address.port), timeout=5)


def test_it_is_on_loopback_only(box):
    """The address is 127.0.0.1, and the process listens nowhere else."""
    listening = subprocess.run(
        ["cat", f"/proc/{box.pid}/net/tcp"], capture_output=True, text=True, check=True
    )
    port = f"{urlsplit(box.url).port:04X}"

    assert urlsplit(box.url).hostname == "127.0.0.1"
    locals_ = [line.split()[1] for line in listening.stdout.splitlines() if f":{port} " in line]
    assert {one.split(":")[0] for one in locals_ if one.endswith(f":{port}")} == {"0100007F"}


def test_a_taken_port_is_an_error(box):
    """The port is where it was asked to be, or not at all."""
    with pytest.raises(json.JSONDecodeError), sandbox("--port", str(urlsplit(box.url).port)):
        pass


def test_the_organizations_key_is_told_where_it_is_wanted():
    """With --app-view org the ready line has that key too."""
    with sandbox("--subscriptions", "10", "--app-view", "org") as org:
        headers = {"Authorization": f"Key {org.organization_key}"}

        assert httpx.get(f"{org.url}/apps/{org.app_id}", headers=headers).is_success


def test_a_line_is_in_the_ledger_before_the_answer(box):
    """Whoever has an answer finds its request in the file."""
    path = path_of(box, 0)

    answer = raw(box, path)

    last = box.ledger()[-1]
    assert answer.startswith(b"HTTP/1.1 202 ")
    assert (last["path"], last["status"], last["carried_out"]) == (path, 202, True)


@pytest.mark.parametrize(
    ("target", "resource", "status"),
    [
        ("/apps/APP/subscriptions/..", "subscription", 400),
        ("/apps/APP/users/by/external_id/..", "user", 404),
        ("/apps/APP/users/by/external_id/%2e%2e%2F%00", "user", 404),
        ("/apps/APP", "app", 405),
        ("/apps/APP/users/by/", "unrouted", 404),
        ("/apps/APP/users/by/external_id/" + "x" * 10_000, "user", 404),
    ],
)
def test_targets_are_recorded_as_they_were_sent(box, target, resource, status):
    """Nothing is folded or decoded on the way to the ledger."""
    target = target.replace("APP", box.app_id)

    answer = raw(box, target)

    last = box.ledger()[-1]
    assert (last["path"], last["resource"], last["status"]) == (target, resource, status)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())


def test_what_is_no_request_is_recorded_too(box):
    """A target with a blank in it is refused below the API, and seen."""
    answer = raw(box, "/apps/a b/subscriptions/x\0")

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert box.ledger()[-1]["resource"] == "unreadable"


def test_a_request_that_breaks_off_is_recorded(box):
    """Whoever dies in the middle of a body has been there, and the sandbox stays calm."""
    before = len(box.ledger())
    host, port = box.url.removeprefix("http://").split(":")
    head = f"POST /players/csv_export?app_id={box.app_id} HTTP/1.1\r\nHost: x\r\n"
    key = f"Authorization: Key {box.api_key}\r\nContent-Length: 100\r\n\r\n{{"
    with socket.create_connection((host, int(port))) as one:
        one.sendall((head + key).encode())
    until = time.monotonic() + 20
    while len(box.ledger()) == before:
        assert time.monotonic() < until
        signal.sigtimedwait((), 0.02)

    last = box.ledger()[-1]
    assert (last["method"], last["status"]) == ("POST", 400)


def test_a_reset_drops_the_connection_and_may_have_deleted(box):
    """Half of them are carried out; the ledger tells which, and has no status."""
    rows = box.audience()[100:120]
    with faults(box, reset=1.0):
        for row in rows:
            with pytest.raises(ConnectionResetError):
                raw(box, f"/apps/{box.app_id}/subscriptions/{row['id']}")

    entries = box.ledger()[-len(rows) :]
    assert {(entry["status"], entry["fault"]) for entry in entries} == {(None, "reset")}
    assert 0 < sum(entry["carried_out"] for entry in entries) < len(rows)
    assert box.state()["deletes"]["reset"] >= len(rows)


def test_a_dropped_connection_ends_without_a_byte(box):
    """It is closed in good order: the client sees an end and no error; half are carried out."""
    rows = box.audience()[160:180]
    with faults(box, drop=1.0):
        answers = {raw(box, f"/apps/{box.app_id}/subscriptions/{row['id']}") for row in rows}

    entries = box.ledger()[-len(rows) :]
    assert answers == {b""}
    assert {(entry["status"], entry["fault"]) for entry in entries} == {(None, "drop")}
    assert 0 < sum(entry["carried_out"] for entry in entries) < len(rows)


def test_a_hang_never_answers(box):
    """The request is received and recorded; the answer does not come."""
    path = path_of(box, 130)
    with faults(box, hang=1.0), pytest.raises(TimeoutError):
        raw(box, path, timeout_s=0.3)

    last = box.ledger()[-1]
    assert (last["path"], last["status"], last["fault"]) == (path, None, "hang")


def test_it_ends_although_a_request_hangs():
    """Whoever still waits for an answer keeps nothing alive."""
    with sandbox("--subscriptions", "10", "--fault", "hang=1") as hanging:
        address = urlsplit(hanging.url)
        with socket.create_connection((address.hostname, address.port)) as wire:
            wire.sendall(b"GET /apps/x HTTP/1.1\r\nHost: x\r\n\r\n")
            while not hanging.ledger():
                pass
            hanging.process.terminate()
            hanging.process.wait(timeout=30)

    assert hanging.process.returncode == 0


def test_half_an_answer_ends_within_its_body(box):
    """The headers promise more than comes; the deletion is accepted."""
    with faults(box, half=1.0):
        answer = raw(box, path_of(box, 140))

    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-length: 2" in head.lower()
    assert body == b"{"
    assert box.ledger()[-1]["carried_out"]


def test_a_slow_answer_trickles_in_whole(box):
    """It comes in pieces, and is the right one."""
    with faults(box, slow=1.0):
        answer = raw(box, path_of(box, 150))

    assert answer.startswith(b"HTTP/1.1 202 Accepted\r\n")
    assert answer.endswith(b"\r\n\r\n{}")


def test_whoever_leaves_during_a_slow_answer_does_no_harm(box):
    """The next request is answered."""
    address = urlsplit(box.url)
    with faults(box, slow=1.0), socket.create_connection((address.hostname, address.port)) as wire:
        wire.sendall(f"DELETE {path_of(box, 160)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        wire.recv(1)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    assert raw(box, path_of(box, 161)).startswith(b"HTTP/1.1 202 ")


def test_an_export_is_fetched_from_the_sandboxs_own_host(box):
    """The file is whole, and the ledger shows that nobody sent a key to it."""
    before = {one["id"] for one in box.audience()}
    with httpx.Client(base_url=box.url) as client:
        headers = {"Authorization": f"Key {box.api_key}"}
        asked = client.post(f"/players/csv_export?app_id={box.app_id}", headers=headers)
        fetched = client.get(asked.json()["csv_file_url"])

    rows = list(csv.DictReader(io.StringIO(gzip.decompress(fetched.content).decode())))
    last = box.ledger()[-1]
    after = {one["id"] for one in box.audience()}  # a deletion of another test may land meanwhile
    assert asked.json()["csv_file_url"].startswith(box.url)
    assert after <= {one["id"] for one in rows} <= before
    assert after
    assert (last["resource"], last["status"], last["authorization"]) == ("csv_file", 200, False)


def test_the_ledger_and_the_state_agree(box):
    """What was carried out is what is gone."""
    entries = box.deletes()
    accepted = {entry["id"] for entry in entries if entry["carried_out"]}
    state = box.state()

    assert state["deleted_subscriptions"] + state["pending_subscriptions"] == len(accepted)
    assert sum(state["deletes"].values()) == sum(entry["app_id"] == box.app_id for entry in entries)
