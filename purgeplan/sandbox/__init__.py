"""A OneSignal on loopback to rehearse on: documented answers, limits, and faults on demand."""

from purgeplan.sandbox.options import (
    FAULTS,
    AppOptions,
    SandboxOptions,
    parse_fault,
    parse_latency,
)
from purgeplan.sandbox.server import build_app, serve

__all__ = [
    "FAULTS",
    "AppOptions",
    "SandboxOptions",
    "build_app",
    "parse_fault",
    "parse_latency",
    "serve",
]
