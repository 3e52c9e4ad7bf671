"""Finding the set that apply and retry are about: as it was frozen, or by planning anew."""

import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from purgeplan.bootstrap import Shop, look
from purgeplan.cli.consent import Consent
from purgeplan.cli.console import Console
from purgeplan.errors import Finding, RefusedError, StaleError
from purgeplan.model.ports import Journal
from purgeplan.model.records import PlanRow

if TYPE_CHECKING:
    from purgeplan.model.secret import Secret


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds the frozen set of a plan; what it needs for that is the command's."""

    console: Console
    shop: Shop
    journal: Journal
    key: "Secret"
    consent: Consent

    def frozen(self, saved: Path | None) -> PlanRow:
        """Find the set: in the saved plan that was named, in the journal, or by planning anew."""
        from purgeplan.engine.gates import frozen  # noqa: PLC0415 - start-up stays fast

        if saved is not None:
            return self._adopt(saved)
        row = frozen(self.journal, self.shop.rules.spec)
        return row if row is not None else self._plan_anew()

    def _adopt(self, saved: Path) -> PlanRow:
        from purgeplan.journal import open_reader, saved_plan  # noqa: PLC0415

        with closing(open_reader(saved)) as reader:
            row = saved_plan(reader)
            return self.journal.adopt(reader, row.plan_id, self.shop.clock.now())

    def _plan_anew(self) -> PlanRow:
        from purgeplan.cli.plan import make_plan  # noqa: PLC0415

        self.console.say("No plan of that name is in the journal; planning anew.")
        app = look(self.shop.view(self.key))
        planned = make_plan(self.console, self.shop, self.journal, app, sys.stdin.buffer)
        if planned.row is None:
            raise RefusedError(*planned.review.violations)
        if not self.consent.asks and self.consent.fingerprint != planned.review.fingerprint:
            problem = "no frozen set with that fingerprint is in the journal"
            raise StaleError(Finding("PP306", problem, "run `purgeplan plan` with this --journal"))
        return planned.row
