"""The ports: what the engine needs from the world, and what each implementation must promise."""

from purgeplan.model.ports.journal import Journal
from purgeplan.model.ports.machine import Clock, Lock
from purgeplan.model.ports.onesignal import (
    AppFacts,
    AppView,
    ExportAsk,
    Exporter,
    ExportFile,
    Target,
)

__all__ = [
    "AppFacts",
    "AppView",
    "Clock",
    "ExportAsk",
    "ExportFile",
    "Exporter",
    "Journal",
    "Lock",
    "Target",
]
