"""What a policy says, and what is known of an app beside the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from purgeplan.errors import Place
from purgeplan.model.spec.plan import App, PlanSpec, SourceSpec, written_at


@dataclass(frozen=True, slots=True)
class Budget:
    """So many ids of an app, over all plans, within ``per_s`` seconds."""

    max_delete: int
    per_s: float


@dataclass(frozen=True, slots=True)
class Population:
    """How many an app holds and who says so; None is unknown, ``origin`` names the fact's source.

    ``users_at_least`` is the lower bound where only subscriptions are known: a user has at most
    20 of them (onesignal.md 1.5).
    """

    origin: str
    subscriptions: int | None = None
    users: int | None = None

    @property
    def users_at_least(self) -> int | None:
        """Give the distinct users, or the fewest that so many subscriptions can belong to."""
        if self.users is not None or self.subscriptions is None:
            return self.users
        return -(-self.subscriptions // 20)


@dataclass(frozen=True, slots=True)
class PolicyApp:
    """One app that plans of the repository may name."""

    app: App
    journal: str | None = None
    may_be_emptied: bool = False
    sentinel: str | None = None
    population: Population | None = None


@dataclass(frozen=True, slots=True)
class Require:
    """What every plan of the repository must have."""

    ticket: bool = False
    sha256: bool = False
    drift: bool = False
    opt_outs: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A plan that may run unattended, up to a cap a run."""

    plan: str
    max_delete: int


@dataclass(frozen=True, slots=True)
class Policy:
    """The repository's ``purgeplan.yaml``; a plan may tighten it and never loosen it."""

    path: str
    apps: tuple[PolicyApp, ...] = ()
    protect: tuple[SourceSpec, ...] = ()
    max_delete: int | None = None
    max_delete_percent: Decimal | None = None
    budget: Budget | None = None
    hosts: tuple[str, ...] = ()
    require: Require = Require()
    standing: tuple[Standing, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)

    def place_of(self, pointer: str) -> Place:
        """Give where a setting is written, or the file itself."""
        return written_at(self.places, pointer) or Place(self.path)

    def app(self, app_id: str) -> PolicyApp | None:
        """Give the entry of an app, or None where the policy does not list it."""
        return next((entry for entry in self.apps if entry.app.id == app_id), None)


@dataclass(frozen=True, slots=True)
class Rules:
    """A plan with the policy above it: what decides, read from files and never from flags."""

    spec: PlanSpec
    policy: Policy | None = None
