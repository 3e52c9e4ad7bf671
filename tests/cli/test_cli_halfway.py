"""What may be changed in a plan file halfway: the next run goes on with it."""

from collections import Counter
from contextlib import closing
from datetime import timedelta

import pytest
from support.desk import desk
from support.gateway import gateway
from support.journal import ANN

from purgeplan.cli.clock import SystemClock
from purgeplan.journal import open_journal

DAYS = "[mon, tue, wed, thu, fri, sat, sun]"


def window(hours):
    """Give a pace whose window of an hour opens so many hours from now, each day."""
    opens = SystemClock().now() + timedelta(hours=hours)
    span = f"from: '{opens:%H:%M}', to: '{opens + timedelta(hours=1):%H:%M}'"
    return f"{{rate: 400/s, window: {{days: {DAYS}, {span}, tz: UTC}}}}"


def test_a_window_may_be_changed_halfway(tmp_path):
    """A window that came in closed stops the plan; one moved to now lets the rest go."""
    with desk(tmp_path) as at:
        ids = at.ids_file(at.subscriptions(30))
        at.plan_file()
        fingerprint = at.plan()["fingerprint"]
        first = at.apply(fingerprint, "--limit", "5")
        at.plan_file(pace=window(6))
        closed = at.apply(fingerprint)
        held = len(at.deleted())
        at.plan_file(pace=window(-0.5))

        done = at.apply(fingerprint)

        assert (first.code, closed.code, held, done.code) == (7, 7, 5, 0), closed.err + done.err
        assert sorted(at.deleted()) == sorted(ids)


@pytest.mark.parametrize("attempts", [1, 3])
def test_retry_may_be_changed_halfway(tmp_path, attempts):
    """Each id is tried as often as the file says by then, and no oftener."""
    retry = "retry: {max_attempts: %d, backoff: 10ms, max_backoff: 10ms}\n"
    with desk(tmp_path) as at, gateway(at.box.url) as between:
        at.ids_file(at.subscriptions(4))
        at.plan_file(url=between.url, extra=retry % 2)
        fingerprint = at.plan()["fingerprint"]
        between.refused, between.status = "/subscriptions/", 503
        first = at.apply(fingerprint, "--limit", "2")
        before = Counter(between.turned_away)
        at.plan_file(url=between.url, extra=retry % attempts)

        done = at.apply(fingerprint)

        later = Counter(between.turned_away) - before
        assert sorted(before.values()) == [2, 2], first.err
        assert sorted(later.values()) == [attempts, attempts], done.err
        assert not set(later) & set(before)


@pytest.mark.parametrize("users", [False, True], ids=["subscriptions", "users"])
def test_whoever_is_in_doubt_and_protected_halfway_is_spared(tmp_path, users):
    """Claimed by a run that died, protected since: nobody sends them again, and they stay unknown.

    Retry sends them no more than apply, and knows no more of them.
    """
    by = "external_id" if users else "subscription_id"
    with desk(tmp_path) as at:
        rows = at.box.audience()
        names = list(dict.fromkeys(one["external_user_id"] for one in rows)) if users else []
        ids = [one for one in names if one][:6] or at.subscriptions(6)
        at.ids_file([ids[0]], "staff.csv", "id")
        at.ids_file(ids[1:], column="id")
        protect = f"protect: [{{from: csv, path: staff.csv, column: id, by: {by}}}]\n"
        target = f"{{resource: user, by: {by}}}" if users else "{resource: subscription}"
        source = f"{{from: csv, path: ids.csv, column: id, by: {by}}}"
        at.plan_file(target=target, source=source, extra=protect)
        fingerprint = at.plan()["fingerprint"]
        clock = SystemClock()
        with closing(open_journal(at.journal, clock)) as journal:
            died = journal.start_run(1, "apply", ANN, clock.now())
            doubt = [one.id for one in journal.turn(died, [], [], 2)]
        at.ids_file([ids[0], *doubt], "staff.csv", "id")

        done = at.apply(fingerprint)
        again = at.run("retry", "plan.yaml", *at.consent(fingerprint))

        assert sorted(at.deleted()) == sorted(set(ids[1:]) - set(doubt)), done.err
        assert done.code == 4, done.err
        assert "2 unknown" in done.out
        assert "2 unknown are protected by now" in done.err + done.out
        assert again.code == 4, again.err
        assert "2 unknown" in again.out
