"""What every test runs under: a fixed hypothesis profile, no home but a temporary one."""

import signal

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["support.core_coverage"]

settings.register_profile(
    "gate",
    derandomize=True,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("gate")

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # tests run under nohup start processes that are not


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory, monkeypatch):
    """Point home, state and cache folders below the test's own, and clear purgeplan's variables."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(home))
    for name in (
        "ONESIGNAL_API_KEY",
        "PURGEPLAN_JOURNAL",
        "CI",
        "GITHUB_ACTIONS",
        "NO_COLOR",
        "TERM",
    ):
        monkeypatch.delenv(name, raising=False)
