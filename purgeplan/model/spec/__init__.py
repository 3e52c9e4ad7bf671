"""What a plan file and a policy say, as frozen values; nothing here is a dict of settings.

Durations are seconds, shares are exact decimals in percent, instants are aware UTC.
"""

from purgeplan.model.spec.plan import (
    App,
    Breaker,
    Drift,
    DriftCheck,
    Keep,
    KeyRef,
    Limits,
    Pace,
    PlanSpec,
    Purpose,
    Resource,
    Retry,
    SourceSpec,
    Target,
    Window,
)
from purgeplan.model.spec.policy import (
    Budget,
    Policy,
    PolicyApp,
    Population,
    Require,
    Rules,
    Standing,
)

__all__ = [
    "App",
    "Breaker",
    "Budget",
    "Drift",
    "DriftCheck",
    "Keep",
    "KeyRef",
    "Limits",
    "Pace",
    "PlanSpec",
    "Policy",
    "PolicyApp",
    "Population",
    "Purpose",
    "Require",
    "Resource",
    "Retry",
    "Rules",
    "SourceSpec",
    "Standing",
    "Target",
    "Window",
]
