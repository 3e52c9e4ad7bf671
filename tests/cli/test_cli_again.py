"""A plan that was done and is planned again: what ran is still to be found."""

from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO

from purgeplan.cli.clock import SystemClock
from purgeplan.cli.console import Console
from purgeplan.cli.opening import open_plan
from purgeplan.cli.plan import make_plan
from purgeplan.model.ports import AppFacts


@dataclass
class Slow(SystemClock):
    """A clock that is some hours behind."""

    def now(self):
        """Give the time that it was."""
        return super().now() - timedelta(hours=3)


def test_apply_estimates_from_now_on(at):
    """Hours after planning a run ends later than it would have: what is confirmed says when."""
    at.ids_file(at.subscriptions(3))
    shop = open_plan(at.plan_file(), at.journal, Slow()).shop
    with closing(shop.journal()) as journal:
        app = AppFacts(at.box.name, 500)
        make_plan(Console(StringIO(), StringIO()), shop, journal, app, None)
    begun = SystemClock().now()

    shown = at.run("apply", "plan.yaml").err

    times = {f"{one:%Y-%m-%d %H:%M}Z" for one in (begun, SystemClock().now())}
    assert shown.split("if started ")[1].split("\n")[0] in times
