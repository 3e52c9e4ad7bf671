"""The promises, as laws that every step of a simulated run is held to."""

from datetime import timedelta

from support.simulated_ledger import law

from purgeplan.engine.canary import FAILED
from purgeplan.engine.drift import CHECKED
from purgeplan.engine.pacer import CATCH_UP
from purgeplan.journal.times import ms, utc
from purgeplan.model.answer import clamp_pause
from purgeplan.model.ids import is_uuid_kind
from purgeplan.model.outcome import NOTHING_DONE, Code, State
from purgeplan.model.records import PlanState
from purgeplan.model.window import is_open

SOON_S = 0.3
"""Whoever is told to stop looks up ten times a second, and gathers answers for a while."""

JUDGED_S = 0.052
"""An answer is judged with the next turn: 50 ms for what shares its commit, and the commit."""

SEALED = 64
"""Digits of an id that was forgotten."""

LATE = (timedelta(), timedelta(seconds=SOON_S))

GONE = (State.ACCEPTED, State.ABSENT)
LEGAL = {
    State.PENDING: {State.PENDING, State.SENT, State.SKIPPED},
    State.SENT: set(State),
    State.ACCEPTED: {State.ACCEPTED},
    State.ABSENT: {State.ABSENT},
    State.FAILED: {State.FAILED},
    State.SKIPPED: {State.SKIPPED},
}
REFUSED = {Code.REJECTED, Code.SERVER_ERROR, Code.CONFLICT}
KNOWN = {Code.ACCEPTED, Code.ABSENT, Code.REJECTED}


class Watch:
    """Watches one process: what it begins, is answered, writes and leaves behind."""

    def __init__(self, ledger, journal, clock, spec, checks, budget=None):
        self.ledger = ledger
        self.journal = journal
        self.clock = clock
        self.spec = spec
        self.checks = checks
        self.budget = budget
        self.plan = None
        self.as_of = None
        self.rows = []
        self.spared = set()
        self.run_id = None
        self.under_way = {}
        self.answers = {}
        self.last_begun = {}
        self.waiting = set()
        self.looked_up = set()
        self.saved = set()
        self.quiet = []
        self.denied = False
        self.dead = False

    def open(self, plan, protected):
        """Begin to watch a plan; whoever of it is protected may not be sent, in doubt or not."""
        self.plan = plan
        self.rows = list(self.journal.items(plan.plan_id))
        self.spared = {row.position for row in self.rows if row.id in protected}

    def planning(self, as_of):
        """A list is planned that was true at a time."""
        self.as_of = as_of

    def hush(self, since, until=float("inf")):
        """From now on nothing may begin between two times."""
        self.quiet.append((since, until))

    def paused(self, seconds):
        """A pause file is there for so long."""
        now = self.clock.monotonic()
        self.hush(now + SOON_S, now + seconds)

    # Requests

    def begun(self, item):
        """A request begins."""
        plan_id, now = self.plan.plan_id, self.clock.monotonic()
        row = self.rows[item.position] if item.position < len(self.rows) else None
        law(row is not None and row.id == item.id, "I1: sent, and not in the plan")
        law(not self.dead, "I15: sent after the first journal error")
        law(self.journal.plan(plan_id).state is PlanState.OPEN, "sent, and the plan is closed")
        law(plan_id not in self.ledger.cancelled, "sent, and the plan was cancelled")
        law(item.position not in self.spared, "I8: sent, and protected")
        for since, until in self.quiet:
            law(not since < now < until, "sent while nothing may be sent")
        law(self._window_open(), "sent outside the window")
        law(row.state is State.SENT, f"I3: sent, and its row is {row.state}")
        law(row.run_id == self.run_id, "I3: sent, and the claim is another run's")
        key = (plan_id, item.position)
        count = self.ledger.begun[key] = self.ledger.begun.get(key, 0) + 1
        law(count <= row.attempts, "I3: sent more often than claimed")
        law(key not in self.ledger.settled, "I5: sent again though it was settled as gone")
        law(item.id not in self.under_way, "two requests for one id at once")
        law(now - self.last_begun.get(item.id, -9.0) > 0.999, "twice within a second for one id")
        self.last_begun[item.id] = now
        self.waiting.discard(item.position)
        self._in_order(item)
        self._within_cap(item)
        self._within_budget(item)
        self._canary_first(item)
        self._young_enough(item)
        self.checks.begun(row)

    def _window_open(self):
        window = self.spec.pace.window
        return window is None or any(is_open(window, self.clock.now() - late) for late in LATE)

    def _in_order(self, item):
        order = self.ledger.first.setdefault(self.plan.plan_id, [])
        if item.position not in order:
            law(not order or order[-1] < item.position, "out of the order of positions")
            order.append(item.position)

    def _within_cap(self, item):
        sent = self.ledger.lineages.setdefault(self.plan.lineage, set())
        sent.add(item.id)
        law(len(sent) <= self.spec.limits.max_delete, "I2: more than max_delete ids were sent")

    def _within_budget(self, item):
        if self.budget is not None:
            now, last = self.clock.now(), self.ledger.last_begun
            last[self.spec.target.by, item.id] = now
            span = timedelta(seconds=self.budget.per_s - SOON_S)
            count = sum(now - at < span for at in last.values())
            law(count <= self.budget.max_delete, "more people in a span than the budget has")

    def _canary_first(self, item):
        if self.spec.canary and self.plan.plan_id not in self.ledger.judged:
            before = [row for row in self.rows[: item.position] if row.state is not State.SKIPPED]
            law(len(before) < self.spec.canary, "sent before the canary was judged")
        kind, run_id = self.ledger.judged.get(self.plan.plan_id, (None, None))
        looked_at = kind != FAILED or max(self.ledger.looked_at, default=0) >= run_id
        law(looked_at, "sent though the canary failed, and nobody has looked")

    def _young_enough(self, item):
        plan_id, ledger = self.plan.plan_id, self.ledger
        as_of = ledger.as_of[plan_id]
        law(all(as_of > at for at in ledger.known_gone(item.id)), "I6: sent on evidence too old")
        if not is_uuid_kind(self.spec.target.by):
            reached = ledger.maybe_reached(item.id, but=plan_id)
            law(all(as_of > at for at in reached), "I6: sent by an alias that was in doubt since")

    def acted(self, item, born):
        """The server carries a request out, on somebody who came at a time (wall clock).

        Who came after a DELETE of ours that is younger than the evidence must be spared.
        """
        now, as_of = self.clock.monotonic(), self.ledger.as_of[self.plan.plan_id]
        if born is not None:
            wall_clock = (self.clock.now() - at for at in (as_of, born))
            since, until = (now - ago.total_seconds() for ago in wall_clock)
            ours = self.ledger.known_acts(item.id)
            law(not any(since <= at <= until for at in ours), "I6: somebody new was deleted")
        self.ledger.act(self.plan.plan_id, item.id, now)

    def answered(self, item, answer):
        """An answer has come in, and nobody has judged it yet."""
        now = self.clock.monotonic()
        del self.under_way[item.id]
        self.answers[item.id] = answer
        if answer.code is Code.THROTTLED and not answer.per_user:
            self.hush(now + SOON_S, now + clamp_pause(answer.retry_after_s) - 1e-6)
        if answer.code in (Code.DENIED, Code.FOREIGN):
            self.denied = self.denied or answer.code is Code.DENIED
            self.hush(now + JUDGED_S)

    # The journal

    def before(self, name, args):
        """The process is about to write."""
        law(not self.dead, f"I15: {name} after the first journal error")
        if name == "turn":
            for outcome in args[1]:
                self._told_truly(outcome)

    def after(self, name, args, result):
        """The process has written, durably."""
        before = self.rows
        if self.plan is not None:
            self._states(name)
        written = getattr(self, f"_after_{name}", None)
        if written is not None:
            written(args, result, before)

    def _after_start_run(self, _args, run_id, _before):
        self.run_id = run_id
        idle = (State.PENDING, State.SKIPPED)
        begun = any(row.state not in idle or row.id in self.ledger.reopened for row in self.rows)
        expires_at = self.journal.plan(self.plan.plan_id).draft.expires_at
        law(begun or self.clock.now() <= expires_at, "begun, and the evidence has expired")

    def _after_save(self, _args, row, _before):
        older = self.ledger.as_of.get(row.plan_id, self.as_of)
        self.ledger.as_of[row.plan_id] = max(self.as_of, older)

    _after_renew = _after_save

    def _after_turn(self, args, fresh, _before):
        self._turned(args[1], [*args[2], *fresh])

    def _after_skip(self, args, _count, before):
        self.checks.skipped(args[2], before, self.rows)

    def _after_note(self, args, _nothing, _before):
        kind, plan_id = args[:2]
        if kind == CHECKED:
            self.ledger.asked_at = self.checks.noted(self.ledger.asked_at)
        if kind.startswith("canary."):
            law(plan_id not in self.ledger.judged, "the canary was judged twice")
            self.ledger.judged[plan_id] = kind, args[2]

    def _after_seal(self, args, _count, _before):
        rows = self.journal.items(args[0])
        law(all(len(row.id) == SEALED for row in rows), "forgotten, and an id is still there")
        self.ledger.forgotten.add(args[0])

    def _after_conclude(self, args, _nothing, before):
        if args[1] is not PlanState.CANCELLED:
            return
        doubt = [row.position for row in before if row.state is State.SENT]
        law(all(row.state is not State.PENDING for row in self.rows), "cancelled, and pending")
        law(all(self.rows[at].state is State.SENT for at in doubt), "I4: cancelled, and no doubt")
        self.ledger.cancelled.add(args[0])

    def _after_reopen(self, _args, _count, _before):
        for row in self.rows:
            key = (self.plan.plan_id, row.position)
            if row.state is State.PENDING and row.attempts:
                self.ledger.reopened.add(row.id)
                self.ledger.settled.discard(key)
                self.ledger.gone.get(row.id, {}).pop(self.plan.plan_id, None)

    def _states(self, name):
        rows = list(self.journal.items(self.plan.plan_id))
        law(len(rows) == self.plan.total, "I4: an item is lost")
        changed = [pair for pair in zip(self.rows, rows, strict=True) if pair[0] is not pair[1]]
        for old, new in changed:
            law(new.position == old.position, "I4: items have changed places")
            legal = name == "reopen" or new.state in LEGAL[old.state]
            law(legal, f"I4: {old.state} became {new.state}")
        self.rows = rows

    def _told_truly(self, outcome):
        if self.saved and outcome in self.saved:
            return  # an earlier process was told
        one, state, code = outcome.item.id, outcome.state, outcome.code
        answer = self.answers.get(one)
        told = answer.code if answer is not None else None
        ours = (self.plan.plan_id, one) in self.ledger.acted and one not in self.ledger.reopened
        attempts = self.rows[outcome.item.position].attempts
        law(state is not State.ACCEPTED or told is Code.ACCEPTED, "accepted, and nobody said 2xx")
        if state is State.ABSENT and code is Code.ABSENT:
            law(told is Code.ABSENT, "absent, and nobody said 404")
            law(not ours, "absent, and it was our own doing")
        elif state is State.ABSENT:
            law(told is Code.ABSENT or one in self.looked_up, "presumed gone, and nobody said so")
            law(attempts > (told is not None), "presumed ours at the first attempt")
        law(state is not State.FAILED or told in REFUSED, "failed, and nobody refused it")
        law(state is not State.SENT or told not in KNOWN, "unknown, though it was answered")
        if state is State.PENDING:
            law(one not in self.under_way, "given back as pending while its request is under way")
            law(told is None or told in NOTHING_DONE, "given back as pending after an answer")
            law(not ours, "given back as pending, and it was carried out")

    def _turned(self, outcomes, claimed):
        for outcome in outcomes:
            self.answers.pop(outcome.item.id, None)
            self.waiting.discard(outcome.item.position)
            if outcome.state in GONE:
                self.ledger.settled.add((self.plan.plan_id, outcome.item.position))
                told = self.ledger.gone.setdefault(outcome.item.id, {})
                told[self.plan.plan_id] = utc(ms(outcome.at))
        now = utc(ms(self.clock.now()))
        for item in claimed:
            self.ledger.claimed[self.plan.plan_id, item.id] = now
        self.waiting |= {item.position for item in claimed}
        law(len(self.waiting) <= self._ahead(), "claimed more than starts within 100 ms")

    def _ahead(self):
        rate = self.spec.pace.rate_per_s
        return 1 if rate is None else int(0.099 * rate * CATCH_UP) + 1

    # The end

    def ended(self, dumped, *, abandoned):
        """The process has ended by itself; ``dumped`` are ids saved elsewhere."""
        if not abandoned:
            lost = set(self.answers) - dumped
            law(not lost, "answers were neither journaled nor dumped")
        if not (abandoned or self.dead):
            law(not self.waiting, "claimed, and neither sent nor given back")

    def refused(self):
        """The process was refused before its run."""
        law(not self.last_begun, "I7: refused, and something was sent")

    def told(self, code):
        """The process has told its exit code; it is the truth."""
        tally = self.journal.tally(self.plan.plan_id)
        left, failed = tally.left, tally[State.FAILED]
        law(tally.total == self.plan.total, "I4: the states do not add up to the plan")
        truth = {
            0: not left and not failed,
            3: left > 0,
            4: left > 0 or failed > 0,
            7: left > 0,
            8: self.denied,
        }
        law(truth.get(int(code), True), f"exit {int(code)} with {left} left, {failed} failed")
        run = next(one for one in self.journal.runs() if one.run_id == self.run_id)
        law(run.exit_code == code and run.ended_at is not None, "the run's row tells another end")
        done = self.journal.plan(self.plan.plan_id).state is PlanState.DONE
        law(done is (left == 0), "the plan's state and what is left differ")
