"""``purgeplan sandbox`` as a process."""

import json
import signal
import socket
import urllib.request

import click
import pytest
from support.cli import run, start

from purgeplan.cli.sandbox import command, options_from
from purgeplan.errors import Exit
from purgeplan.sandbox import SandboxOptions


def given(*args):
    """Give the values of the command's options for a command line."""
    ctx = command.make_context("sandbox", list(args))
    return ctx.params


def test_defaults_are_those_of_the_sandbox_itself():
    """No option means something else on the command line."""
    assert options_from(given()) == SandboxOptions()


def test_every_option_arrives():
    """Each option of the command line reaches its field, with its unit."""
    params = given(
        *("--port", "8080", "--app-id", "a", "--app-id", "b", "--api-key", "k", "--name", "n"),
        *("--subscriptions", "7", "--seed", "3", "--now", "2026-11-01", "--latency", "80ms"),
        *("--delete-lag", "2s", "--fault", "429=0.05", "--fault", "reset=0.1", "--no-limits"),
        *("--ledger", "l.ndjson", "--app-view", "org", "--export-speed", "10"),
    )

    options = options_from(params)

    assert (options.port, options.app_ids, options.api_keys) == (8080, ("a", "b"), ("k",))
    assert (options.names, options.subscriptions, options.seed) == (("n",), 7, 3)
    assert options.now.isoformat() == "2026-11-01T00:00:00+00:00"
    assert (options.latency_s, options.delete_lag_s) == (0.08, 2.0)
    assert options.faults == {"429": 0.05, "reset": 0.1}
    assert (options.limits, str(options.ledger)) == (False, "l.ndjson")
    assert (options.app_view, options.export_speed) == ("org", 10.0)


def test_every_field_has_an_option():
    """A new field of the sandbox needs an option here."""
    options = {param.name for param in command.params if isinstance(param, click.Option)}

    assert len(options - {"quiet", "verbose", "no_color", "log_json"}) == len(
        SandboxOptions.__dataclass_fields__
    )


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
def test_it_says_when_it_is_ready_and_ends_when_asked(ending, tmp_path):
    """One JSON line on stdout, then answers; SIGINT and SIGTERM end it with 0."""
    ledger = tmp_path / "ledger.ndjson"
    process = start("sandbox", "--subscriptions", "10", "--ledger", ledger)
    with process:
        ready = json.loads(process.stdout.readline())
        with urllib.request.urlopen(  # noqa: S310 - loopback
            f"{ready['url']}/_sandbox/state?app_id={ready['apps'][0]['app_id']}"
        ) as answer:
            assert answer.status == 200

        process.send_signal(ending)

        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (Exit.DONE, "")
    assert "Traceback" not in err


def test_a_port_that_is_taken_is_exit_2():
    """Somebody else's port is an error with a way out."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        done = run("sandbox", "--port", taken.getsockname()[1])

    assert (done.code, done.out) == (Exit.INVALID, "")
    assert "--port" in done.err


def test_an_unknown_fault_is_exit_2():
    """A misspelt fault is refused with the kinds there are."""
    done = run("sandbox", "--fault", "430=0.5")

    assert done.code == Exit.INVALID
    assert "kinds are 429" in done.err
