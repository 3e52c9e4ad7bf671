"""Who starts next: the order of the launch, but no user twice within a second."""

import itertools
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from purgeplan.engine.waiting import USER_S, Claimed, Waiting
from purgeplan.model.outcome import Code, Item


def claimed(position, user=None):
    """Give a claimed item of a user, or of nobody known."""
    return Claimed(Item(position, f"s-{position}", 1, user))


def drained(waiting, now=0.0):
    """Start whatever waits, each as soon as it may; give (time, position, user)."""
    starts = []
    while len(waiting):
        while (ready_at := waiting.ready_at(now)) > now:
            now = ready_at
        one = waiting.take(now)
        starts.append((now, one.item.position, one.item.onesignal_id))
    return starts


def test_whose_user_is_not_known_starts_in_order():
    """Nobody's neighbours wait for nobody."""
    waiting = Waiting()
    waiting.extend(claimed(position) for position in range(5))

    assert drained(waiting) == [(0.0, position, None) for position in range(5)]


def test_the_second_subscription_of_a_user_lets_others_pass():
    """It starts a good second after the first, and holds up nobody else."""
    waiting = Waiting()
    waiting.extend([claimed(0, "ann"), claimed(1, "ann"), claimed(2, "bob"), claimed(3)])

    assert [position for _, position, _ in drained(waiting)] == [0, 2, 3, 1]


@given(users=st.lists(st.sampled_from(["ann", "bob", "cid", None]), max_size=30))
def test_no_user_has_two_starts_within_a_second(users):
    """Each waits for its user's last one, and everybody starts once."""
    waiting = Waiting()
    waiting.extend(claimed(position, user) for position, user in enumerate(users))

    starts = drained(waiting)

    assert sorted(position for _, position, _ in starts) == list(range(len(users)))
    for user in ("ann", "bob", "cid"):
        times = [at for at, _, one in starts if one == user]
        assert all(b - a >= USER_S - 1e-9 for a, b in itertools.pairwise(times))


def test_what_waits_can_be_taken_back():
    """Held ones too; then nobody waits and nothing is ever ready."""
    waiting = Waiting()
    waiting.extend([claimed(0, "ann"), claimed(1, "ann"), claimed(2)])
    waiting.ready_at(0.0)
    waiting.take(0.0)
    waiting.ready_at(0.0)

    back = waiting.clear()

    assert sorted(one.item.position for one in back) == [1, 2]
    assert (len(waiting), waiting.ready_at(0.0)) == (0, inf)


def test_the_bound_of_the_first_doubt_holds():
    """A second one makes nobody surer whom the alias names by now."""
    first = Claimed(Item(0, "ann", 1)).next_try(Code.THROTTLED, 1.0, 50.0)
    doubtful = first.next_try(Code.TIMEOUT, 2.0, 100.0)
    again = doubtful.next_try(Code.SERVER_ERROR, 3.0, 200.0)

    assert (first.doubtful, first.until) == (False, inf)
    assert (doubtful.doubtful, doubtful.until) == (True, 100.0)
    assert (again.doubtful, again.until, again.attempt) == (True, 100.0, 3)
