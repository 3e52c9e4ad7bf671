"""What every process of a simulated world did, and what is raised where a promise did not hold."""

from dataclasses import dataclass, field


class BrokenError(AssertionError):
    """Raised when a promise did not hold."""


def law(holds, promise):
    """Raise where a promise does not hold."""
    if not holds:
        raise BrokenError(promise)


@dataclass
class Ledger:
    """What was ever begun, carried out and settled under one journal, by all its processes.

    ``begun`` counts requests by plan and position, ``first`` lists positions by their first
    request, ``lineages`` the ids sent under plans that superseded one another, ``acted`` when
    (monotonic) DELETEs were carried out by plan and id, ``claimed`` when (wall clock) each was last
    claimed, ``gone`` by id and plan when it was known to be gone, ``judged`` by plan how its canary
    was, and by which run, ``looked_at`` at which runs a person has looked, ``last_begun`` when each
    person's last request began, ``asked_at`` when the export of the last drift check was asked for.
    What was done under ``forgotten`` plans nobody can know.
    """

    begun: dict = field(default_factory=dict)
    first: dict = field(default_factory=dict)
    lineages: dict = field(default_factory=dict)
    acted: dict = field(default_factory=dict)
    claimed: dict = field(default_factory=dict)
    settled: set = field(default_factory=set)
    gone: dict = field(default_factory=dict)
    reopened: set = field(default_factory=set)
    judged: dict = field(default_factory=dict)
    as_of: dict = field(default_factory=dict)
    cancelled: set = field(default_factory=set)
    forgotten: set = field(default_factory=set)
    looked_at: set = field(default_factory=set)
    last_begun: dict = field(default_factory=dict)
    asked_at: object = None

    def act(self, plan_id, one, at):
        """Note that a DELETE was, or will be, carried out at a time."""
        self.acted.setdefault((plan_id, one), []).append(at)

    def times_acted(self, one):
        """Give when any plan's DELETEs were carried out on an id."""
        return [at for (_, each), times in self.acted.items() if each == one for at in times]

    def known_acts(self, one):
        """Give when those were carried out of which a journal still tells."""
        kept = {key: times for key, times in self.acted.items() if key[0] not in self.forgotten}
        return [at for (_, each), times in kept.items() if each == one for at in times]

    def known_gone(self, one):
        """Give when an id was known to be gone, under plans of which a journal still tells."""
        told = self.gone.get(one, {})
        return [at for plan, at in told.items() if plan not in self.forgotten]

    def maybe_reached(self, one, but):
        """Give by when other plans have claimed an id of whose requests one was carried out."""
        for key, at in self.claimed.items():
            plan, each = key
            if each == one and plan != but and plan not in self.forgotten and key in self.acted:
                yield at

    def copy(self):
        """Give one that goes its own way from here."""
        return Ledger(
            dict(self.begun),
            {plan: list(order) for plan, order in self.first.items()},
            {lineage: set(ids) for lineage, ids in self.lineages.items()},
            {key: list(times) for key, times in self.acted.items()},
            dict(self.claimed),
            set(self.settled),
            {one: dict(told) for one, told in self.gone.items()},
            set(self.reopened),
            dict(self.judged),
            dict(self.as_of),
            set(self.cancelled),
            set(self.forgotten),
            set(self.looked_at),
            dict(self.last_begun),
            self.asked_at,
        )
