"""``purgeplan apply`` and ``retry``: through the gates, confirmed, then deletion as it goes on."""

import asyncio
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from purgeplan.bootstrap import Shop
from purgeplan.cli.commands import Command
from purgeplan.cli.consent import Consent
from purgeplan.cli.console import Console, neutral, one_line
from purgeplan.cli.frozen import Finder
from purgeplan.cli.opening import open_plan, open_planned
from purgeplan.cli.operator import at_commit, operator
from purgeplan.cli.run_options import run_options
from purgeplan.cli.running import Start, cut_short, follow
from purgeplan.cli.stream import Stream
from purgeplan.cli.ticker import PhaseView
from purgeplan.errors import Exit
from purgeplan.model.backup import backups
from purgeplan.model.outcome import Skip, State
from purgeplan.model.ports import AppFacts, AppView, Journal
from purgeplan.model.records import PlanRow, Tally
from purgeplan.model.review import Named, Review

if TYPE_CHECKING:
    from purgeplan.engine.admit import AdmittedPlan
    from purgeplan.engine.apply import Gatekeeper
    from purgeplan.engine.run import Order
    from purgeplan.model.secret import Secret


@dataclass(frozen=True, slots=True)
class Asked:
    """What the operator asked for: the run, the consent to it, and how it is told."""

    order: "Order"
    consent: Consent
    as_json: bool
    named: Named


@click.command("apply", cls=Command)
@run_options
@click.pass_obj
def command(console: Console, /, **given: Any) -> int:  # noqa: ANN401 - those of run_options
    """Delete what the plan has frozen, or go on where the last run stopped.

    Asks for the app's name and the count; a script gives --confirm and --fingerprint.
    """
    return carry_out(console, "apply", **given)


def carry_out(
    console: Console,
    verb: str,
    *,
    path: Path,
    journal: Path | None,
    **given: Any,  # noqa: ANN401
) -> int:
    """Carry out apply or retry: everything up to the run, and the run."""
    from purgeplan.engine.run import Order  # noqa: PLC0415 - start-up stays fast

    consent = Consent(given["confirm"], given["fingerprint"], given["standing"])
    opened = (open_planned if verb == "retry" else open_plan)(path, journal)
    shop = opened.shop
    consent.check(shop.rules.spec.app.name)
    order = Order(verb, given["limit"], given["wait"], given["after"], consent.fingerprint)
    key = shop.key()
    with (
        shop.lock().hold(shop.rules.spec.app.id, operator(), verb),
        closing(shop.journal()) as memory,
    ):
        asked = Asked(order, consent, given["as_json"], opened.named)
        row = Finder(console, shop, memory, key, consent).frozen(opened.saved)
        one = _Application(console, shop, memory, asked, key)
        tally = one.keeper.before_network(row)
        if not tally.left:
            return one.nothing_to_do(row, tally)
        return asyncio.run(one.run(row, tally))


class _Application:
    def __init__(
        self, console: Console, shop: Shop, journal: Journal, asked: "Asked", key: "Secret"
    ) -> None:
        self._console = console
        self._shop = shop
        self._journal = journal
        self._order = asked.order
        self._consent = asked.consent
        self._named = asked.named
        self._stream = Stream(console, shop.clock) if asked.as_json else None
        self._key = key
        self.keeper: Gatekeeper = shop.gatekeeper(journal, asked.order)

    def nothing_to_do(self, row: PlanRow, tally: Tally) -> int:
        """Say that nothing is left; 4 as long as ids failed, or stay that should be erased."""
        from purgeplan.engine.final_word import stayed  # noqa: PLC0415 - start-up stays fast
        from purgeplan.reports import closing_line, command_of  # noqa: PLC0415

        stay = stayed(self._shop.rules.spec, tally)
        code = Exit.INCOMPLETE if tally[State.FAILED] or stay else Exit.DONE
        self._console.say("Nothing to do: nothing of this plan is left to be sent.")
        if tally[State.FAILED]:
            again = command_of(self._named, "retry")
            self._console.say(one_line(f"To try the failed ones again: {again}"))
        if self._stream is not None:
            self._stream.summary(exit=int(code), left=0)
        else:
            self._console.last(closing_line(tally, code))
        return code

    async def run(self, row: PlanRow, tally: Tally) -> int:
        """Pass the gates that need the network, have it confirmed, and run.

        ``tally`` is what the other gates gave: at a million items each count takes its time.
        """
        from purgeplan.engine.stops import StopRequest  # noqa: PLC0415

        view = self._shop.view(self._key)
        request, start = StopRequest(), None
        try:
            admitted, tally = await self._let_through(row, tally, view)
            if not admitted.facts.left:
                return self.nothing_to_do(row, tally)
            self._confirm(row, admitted)
            self.keeper.still_timely(row)  # a question may stand open for days
            admitted, tally = await self._keep(row, admitted, tally)
            if not admitted.facts.left:
                return self.nothing_to_do(row, tally)
            async with self._shop.world(self.keeper, view, request, at_commit()) as world:
                bounds = self.keeper.bounds(admitted)
                start = Start(admitted, row, world, self._order, bounds, self._named)
                return await follow(self._console, start, tally, self._stream)
        except asyncio.CancelledError:  # by the second signal; the journal's thread is done by now
            if start is None or not request.asked:
                raise
            return cut_short(self._console, start, self._stream)
        finally:
            await view.close()

    async def _let_through(
        self, row: PlanRow, tally: Tally, view: AppView
    ) -> "tuple[AdmittedPlan, Tally]":
        """Pass the gates; give the tally as it is after the drift check, if there is one."""
        phases, before = PhaseView(self._console, self._shop.clock), _active(tally)
        try:
            admitted = await self.keeper.with_network(row, tally, view, phases)
        finally:
            phases.close()
        if self.keeper.drift is not None:
            tally = self._journal.tally(row.plan_id)
            active = _active(tally)
            self._console.say(f"Drift check: {active:,} were active since planned, and stay.")
            if self._stream is not None:
                self._stream.drift(active - before)
        return admitted, tally

    def _confirm(self, row: PlanRow, admitted: "AdmittedPlan") -> None:
        from purgeplan.cli.prompt import confirm  # noqa: PLC0415
        from purgeplan.model.measure import noun  # noqa: PLC0415
        from purgeplan.reports import headline, plan_text  # noqa: PLC0415

        spec, left = self._shop.rules.spec, admitted.facts.left
        review = self._review(row, admitted)
        if self._consent.asks:
            self._console.insist(neutral(plan_text(review, next_step=False)))
        else:  # reviewed before, and a script's stderr is a log, which no full id may enter
            self._console.say(headline(review))
        if self._consent.standing:
            self.keeper.standing(admitted)
        elif self._consent.asks:
            stdin_is_data = any(one.options.get("path") == "-" for one in spec.sources)
            confirm(
                self._console, spec.app.name, left, noun(spec.target.resource, left), stdin_is_data
            )
        how = "standing" if self._consent.standing else "typed" if self._consent.asks else "option"
        now = self._shop.clock.now()
        self._journal.note("confirmed", row.plan_id, None, now, {"how": how, "count": left})

    async def _keep(
        self, row: PlanRow, admitted: "AdmittedPlan", tally: Tally
    ) -> "tuple[AdmittedPlan, Tally]":
        """Keep the rows of those who go, where the plan says so: no backup, no apply.

        Gives what is left: whoever has no row in it does not go.
        """
        from purgeplan.reports import backup_words  # noqa: PLC0415

        if not self._shop.rules.spec.backup_export:
            return admitted, tally
        phases = PhaseView(self._console, self._shop.clock)
        app = AppFacts(None, admitted.facts.population.subscriptions)
        try:
            kept = await self._shop.backups(self._journal, phases).keep(row, app)
        finally:
            phases.close()
        self._console.say(f"Backup: {backup_words(kept.backup, self._journal.where)}")
        if self._stream is not None:
            self._stream.backup(kept.backup)
        self.keeper.still_timely(row)
        if kept.backup.skipped:
            tally = self._journal.tally(row.plan_id)
        return admitted.backed(tally.left, kept.held_back), tally

    def _review(self, row: PlanRow, admitted: "AdmittedPlan") -> Review:
        """Give the planned set as it is now, for whoever confirms."""
        from dataclasses import replace  # noqa: PLC0415

        from purgeplan.engine import canary  # noqa: PLC0415
        from purgeplan.guards import warnings  # noqa: PLC0415
        from purgeplan.model.eta import estimate  # noqa: PLC0415

        rules, now = self._shop.rules, self._shop.clock.now()
        left = self._journal.items(row.plan_id, (State.PENDING, State.SENT))
        facts = replace(admitted.facts, sample=tuple(one.id for one in islice(left, 20)))
        looks = canary.looks(self._journal, row, rules.spec, facts)
        return Review(
            spec=rules.spec,
            policy=rules.policy,
            facts=facts,
            fingerprint=row.draft.fingerprint,
            planned_at=row.planned_at,
            expires_at=row.draft.expires_at,
            not_before=now,  # what the plan says has passed, or the gates had not let it through
            eta=estimate(facts.left, looks, rules.spec.pace, now, row.draft.expires_at),
            journal=self._journal.where,
            warnings=warnings(rules.spec, rules.policy, facts),
            continues=facts.claimed_before > 0,
            backups=backups(self._journal.events(row.plan_id)),
        )


def _active(tally: Tally) -> int:
    return tally.skips.get(Skip.DRIFT, 0)
