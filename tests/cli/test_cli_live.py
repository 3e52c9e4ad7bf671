"""A run as it is watched and stopped by a person: the live line, Ctrl-C twice, waiting."""

import os
import re
import signal
from datetime import datetime, timedelta

import pytest
from support.cli import PURGEPLAN, Hands, on_terminal
from support.desk import desk

from purgeplan.cli.clock import SystemClock


def frozen(at, count, **settings):
    """Plan so many ids; give them and the options that confirm them."""
    ids = at.ids_file(at.subscriptions(count))
    at.plan_file(**settings)
    return ids, at.consent(at.plan()["fingerprint"])


def drawn(shown):
    """Give what the live line showed, in order."""
    lines = (re.split("[\r\n]", one)[0] for one in shown.split("\r\x1b[2K")[1:])
    return [line for line in lines if line]


def test_the_live_line_on_a_terminal_tells_how_far_how_fast_and_why_it_waits(tmp_path):
    """Done of total, rate, ETA, 429s, failures, the canary's looks and the API's own pauses."""
    storm = ("--subscriptions", "200", "--no-limits", "--delete-lag", "20ms", "--fault", "429=0.1")
    with desk(tmp_path, *storm) as at:
        ids, consent = frozen(at, 60, canary=2, pace="{rate: 40/s}")

        hands = on_terminal("apply", "plan.yaml", *consent, env=at.variables(), cwd=at.folder)
        code, shown = hands.end(60)

        assert (code, sorted(set(at.deleted()))) == (0, sorted(ids)), shown
    lines = drawn(shown)
    whole = re.compile(
        r"\d+/60 \d+\.\d% · \d+ accepted · 0 already gone · 0 failed"
        r" · 429s \d+ · \d+\.\d/s · ETA .+"
    )
    assert any(whole.match(line) for line in lines), lines
    assert any("Retry-After" in line for line in lines), lines
    assert any(re.search(r"canary: \d of 2 looked at and gone", line) for line in lines), lines
    assert all(len(line) < 80 for line in lines)
    assert "Done: 60 planned = 60 accepted" in shown.split("\r\x1b[2K")[-1].replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("flags", "env", "escapes"),
    [(("-q",), {}, False), ((), {"NO_COLOR": "1"}, True), ((), {"TERM": "dumb"}, False)],
    ids=["quiet", "NO_COLOR", "dumb"],
)
def test_nobody_confirms_what_was_not_shown(at, flags, env, escapes):
    """The plan is shown before the question, also with -q; no color, and no live line if none."""
    frozen(at, 5)

    hands = on_terminal("apply", "plan.yaml", *flags, env=at.variables(**env), cwd=at.folder)
    asked = hands.read_until("type: Acme Prod 5")
    hands.type("Acme Prod 5")
    code, shown = hands.end()

    assert (code, len(at.deleted())) == (0, 5), shown
    assert "5 subscriptions to delete" in asked
    assert "Fingerprint" in asked
    assert not re.search(r"\x1b\[[0-9;]*m", shown)
    assert ("\x1b" in shown) is escapes
    assert ("Report:" in shown) is ("-q" not in flags)


def test_a_list_on_stdin_leaves_the_terminal_for_the_question(at):
    """Whoever pipes the ids in types name and count at the terminal all the same."""
    at.ids_file(at.subscriptions(3))
    at.plan_file(source="{from: csv, path: '-'}")
    argv = [*PURGEPLAN, "apply", "plan.yaml"]

    with (at.folder / "ids.csv").open("rb") as piped:
        hands = Hands(argv, at.variables(), at.folder, piped)
    hands.read_until("type: Acme Prod 3")
    hands.type("Acme Prod 3")
    code, shown = hands.end()

    assert (code, len(at.deleted())) == (0, 3), shown


def test_below_v_no_line_is_about_one_id(at):
    """A log of a run of a million ids is a few lines; -v gives one a deletion."""
    _, consent = frozen(at, 40)
    quiet = at.run("apply", "plan.yaml", *consent, "--limit", "20")

    loud = at.run("apply", "plan.yaml", *consent, "-v")

    assert (quiet.code, loud.code) == (7, 0)
    assert len(quiet.err.splitlines()) < 15
    assert "deletion.recorded" not in quiet.err
    assert loud.err.count("deletion.recorded") == 20


def test_a_second_ctrl_c_stops_at_once_and_loses_nothing(tmp_path):
    """What is under way is unknown then; the same command takes it up and finishes the plan."""
    slow = ("--subscriptions", "200", "--no-limits", "--delete-lag", "20ms", "--latency", "3s")
    with desk(tmp_path, *slow) as at:
        ids, consent = frozen(at, 60, pace="{rate: 40/s}")
        process = at.start("apply", "plan.yaml", *consent)
        at.until_deleted(10, process)

        process.send_signal(signal.SIGINT)
        first = process.stderr.readline()
        while "Stopping" not in first:
            first = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        unknown = at.report()["counts"]["unknown"]
        resumed = at.run("apply", "plan.yaml", *consent)

        assert process.returncode == 130, err
        assert "Stopping at once; nothing is lost." in err
        assert "purgeplan apply plan.yaml" in first + err + out
        assert unknown > 0
        assert resumed.code == 0, resumed.err
        assert set(at.deleted()) == set(ids)
        counts = at.report()["counts"]
        assert counts["accepted"] + counts["already_gone"] == 60


def test_ctrl_c_at_the_question_sends_nothing_and_leaves_the_plan_as_it_is(at):
    """It ends with 130, in a line of its own, and no run has begun."""
    frozen(at, 20)
    hands = on_terminal("apply", "plan.yaml", env=at.variables(), cwd=at.folder)
    hands.read_until("> ")

    os.write(hands.master, b"\x03")
    code, shown = hands.end()

    assert (code, at.deleted(), at.report()["runs"]) == (130, [], [])
    # The terminal writes ^C itself, before or behind our line's end.
    assert shown.replace("^C", "").endswith("> \r\ninterrupted, resumable [exit 130]\r\n")


def asked_before_it_expires(at, first_s=2, extra=""):
    """Start an apply whose plan expires while it asks; give its terminal, and when that is."""
    for span_s in (first_s, 10, 50):  # a busy machine takes long to ask
        at.plan_file(extra=f"expires_after: {span_s}s\n{extra}")
        expires_at = datetime.fromisoformat(at.plan()["expires_at"])
        hands = on_terminal("apply", "plan.yaml", env=at.variables(), cwd=at.folder)
        try:
            hands.read_until("> ")
        except AssertionError:
            hands.end()
        else:
            return hands, expires_at
    message = "it never asked"
    raise AssertionError(message)


def test_a_question_that_stood_open_until_the_plan_expired_sends_nothing(at):
    """Whoever answers it answers for evidence as old as it is by then."""
    at.ids_file(at.subscriptions(20))
    hands, expires_at = asked_before_it_expires(at)
    while SystemClock().now() <= expires_at:
        signal.sigtimedwait((), 0.1)

    hands.type(f"{at.box.name} 20")
    code, shown = hands.end()

    assert (code, at.deleted(), at.report()["runs"]) == (5, [], []), shown
    assert "the plan expired at" in shown


def test_a_backup_that_took_until_the_plan_expired_sends_nothing(tmp_path):
    """The export of a large app takes hours, in which the evidence becomes older."""
    with desk(tmp_path, "--subscriptions", "500", "--no-limits", "--export-speed", "100") as at:
        at.ids_file(at.subscriptions(20))
        hands, expires_at = asked_before_it_expires(at, 6, "backup: {export: true}\n")
        while SystemClock().now() <= expires_at - timedelta(seconds=4):
            signal.sigtimedwait((), 0.1)

        hands.type(f"{at.box.name} 20")
        code, shown = hands.end()

        assert (code, at.deleted(), at.report()["runs"]) == (5, [], []), shown
        assert "the plan expired at" in shown


def test_the_count_that_is_asked_for_is_of_those_left(at):
    """Whoever goes on confirms how many go now, and not how many there were."""
    _, consent = frozen(at, 5)
    assert at.run("apply", "plan.yaml", *consent, "--limit", "2").code == 7

    hands = on_terminal("apply", "plan.yaml", env=at.variables(), cwd=at.folder)
    hands.read_until("type: Acme Prod 3")
    hands.type("Acme Prod 3")
    code, shown = hands.end()

    assert (code, len(at.deleted())) == (0, 5), shown


def test_wait_sleeps_outside_the_window_and_says_until_when(at):
    """--wait sends nothing while the window is closed, tells when it opens, and can be stopped."""
    opens = SystemClock().now() + timedelta(hours=3)
    window = f'{{from: "{opens:%H:%M}", to: "{opens + timedelta(hours=1):%H:%M}", tz: UTC}}'
    days = "days: [mon, tue, wed, thu, fri, sat, sun], "
    _, consent = frozen(at, 20, pace=f"{{rate: 400/s, window: {window.replace('{', '{' + days)}}}")
    env = at.variables()

    hands = on_terminal("apply", "plan.yaml", *consent, "--wait", env=env, cwd=at.folder)
    shown = hands.read_until(f"outside the window until {opens:%Y-%m-%d %H:%M}Z")
    hands.process.send_signal(signal.SIGINT)
    code, shown = hands.end()

    assert (code, at.deleted()) == (130, []), shown
    assert "Interrupted: 20 planned = 0 accepted + 20 pending" in shown
