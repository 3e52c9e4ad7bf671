"""A OneSignal in virtual time: who exists, what it does with a DELETE, and what it answers."""

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache

from purgeplan.model.answer import Answer
from purgeplan.model.outcome import Code

CALM_FROM = 5
"""From the n-th request for one id on nothing goes wrong, so that every world comes to an end."""

CALM_LOOKS = 40

FATES = {
    "ok": (True, Code.ACCEPTED, 202),
    "throttled": (False, Code.THROTTLED, 429),
    "throttled_user": (False, Code.THROTTLED, 429),
    "error_before": (False, Code.SERVER_ERROR, 503),
    "error_after": (True, Code.SERVER_ERROR, 500),
    "lost_before": (False, Code.CONNECTION_LOST, None),
    "lost_after": (True, Code.CONNECTION_LOST, None),
    "hangs": (False, Code.TIMEOUT, None),
    "hangs_after": (True, Code.TIMEOUT, None),
    "not_sent": (False, Code.NOT_SENT, None),
    "conflict": (False, Code.CONFLICT, 409),
    "denied": (False, Code.DENIED, 401),
    "foreign": (False, Code.FOREIGN, 302),
    "foreign_after": (True, Code.FOREIGN, 200),
}
"""For each: whether the deletion is carried out, its answer's code, its status."""


@lru_cache(100_000)
def draw(*what):
    """Give a number from 0 to 1 that depends on nothing but what is named."""
    text = "/".join(map(str, what)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=6).digest()) / 2**48


def pick(choices, *what):
    """Pick one of the choices by what is named."""
    return choices[int(draw(*what) * len(choices))]


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one request: carried out or not, after how long, answered how."""

    name: str
    latency_s: float

    @property
    def acts(self):
        """Tell whether the server carries it out."""
        return FATES[self.name][0]


@dataclass
class SimulatedOneSignal:
    """Holds people by id, each with who they are; deletions take a while to be carried out.

    ``storm`` is the share of requests that something happens to, ``kinds`` what may happen,
    ``refused`` the ids that are always rejected, ``born`` when people came who were not
    there at first, ``sessions`` when people are active, ``export`` the last that was asked for,
    ``looks`` how many there were.
    """

    seed: object
    holds: dict = field(default_factory=dict)
    storm: float = 0.0
    kinds: tuple = ("ok",)
    lag_s: float = 0.0
    refused: frozenset = frozenset()
    doomed: list = field(default_factory=list)
    served: dict = field(default_factory=dict)
    born: dict = field(default_factory=dict)
    sessions: dict = field(default_factory=dict)
    export: object = None
    looks: int = 0

    def copy(self):
        """Give one that goes its own way from here."""
        other = SimulatedOneSignal(
            self.seed, dict(self.holds), self.storm, self.kinds, self.lag_s, self.refused
        )
        other.doomed, other.served = list(self.doomed), dict(self.served)
        other.born, other.sessions = dict(self.born), dict(self.sessions)
        other.export, other.looks = self.export, self.looks
        return other

    def sees(self):
        """Tell whether the next look is answered; most are, and all of them later on."""
        self.looks += 1
        lost = draw(self.seed, "look", self.looks) < self.storm / 5
        return not lost or self.looks > CALM_LOOKS

    def fate(self, one):
        """Decide what becomes of the next request for an id."""
        count = self.served[one] = self.served.get(one, 0) + 1
        name = "ok"
        if count < CALM_FROM and draw(self.seed, "storm", one, count) < self.storm:
            name = pick(self.kinds, self.seed, "kind", one, count)
        hanging = 1.0 if name.startswith("hangs") else 0.0
        return Fate(name, hanging + 0.02 + 0.3 * draw(self.seed, "latency", one, count))

    def receive(self, one, fate, now, named=None):
        """Take a request in; give whom it deletes, or None, and its answer, which may get lost.

        A request that names who is meant, beside the id, finds nobody else under it.
        """
        self.settle(now)
        _, code, status = FATES[fate.name]
        who = self.holds.get(one)
        if named not in (None, who):
            who = None
        acts = fate.acts and who is not None and one not in self.refused
        if acts:
            self.doomed.append((now + self.lag_s, one, who))
            self.settle(now)
        if code is Code.ACCEPTED and one in self.refused:
            return None, Answer(Code.REJECTED, 400)
        if code is Code.ACCEPTED and not acts:
            return None, Answer(Code.ABSENT, 404)
        retry_after = 1.0 + draw(self.seed, "after", one) if status == 429 else None
        told = who if code is Code.ACCEPTED else None
        per_user = fate.name == "throttled_user"
        return who if acts else None, Answer(code, status, retry_after, per_user, told)

    def settle(self, now):
        """Carry out what is due."""
        due = [doom for doom in self.doomed if doom[0] <= now]
        self.doomed = [doom for doom in self.doomed if doom[0] > now]
        for _, one, who in due:
            if self.holds.get(one) == who:
                del self.holds[one]

    def come_back(self, one, now):
        """Let somebody new have an id that nobody has any more."""
        who = f"{one}#{len(self.born) + 1}"
        self.holds[one] = who
        self.born[who] = self.sessions[who] = now

    def active_since(self, now, since):
        """Give the rows of an export: by who, the id and the last session of those there are."""
        rows = ((who, one, self.sessions.get(who)) for one, who in self.holds.items())
        return {who: (one, at) for who, one, at in rows if at is not None and since <= at <= now}
