"""What ``doctor`` finds out about a machine."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from purgeplan.cli import checks


class Hand:
    """A clock that shows what the test says."""

    def __init__(self, at):
        self.at = at

    def now(self):
        """Give the time it was made with."""
        return self.at

    def monotonic(self):
        """Give one instant."""
        return 0.0

    async def sleep(self, seconds):
        """Do not wait."""


NOW = datetime.now(UTC)  # noqa: TID251 - compared with the disk's own clock


def test_versions_are_those_of_this_environment():
    """A bug report needs purgeplan's, Python's and the libraries' versions."""
    what = checks.versions().what

    assert all(name in what for name in ("purgeplan 0.", "Python 3.", "httpx 0.28", "duckdb "))


def test_time_zones_are_known_where_tzdata_is():
    """With the package tzdata windows can name their zones on any machine."""
    assert checks.zones().ok
    assert checks.zones("Mars/Olympus").ok is False


@pytest.mark.parametrize(
    ("value", "ok"),
    [("", None), ("os_v2_org_abc", False), ("os_v2_app_abc ", False), ("os_v2_app_abc", True)],
    ids=["unset", "organization's", "with a space", "an app's"],
)
def test_a_key_is_judged_by_its_shape_and_never_shown(value, ok):
    """Unset is worth a look, an organization's key or stray spaces are wrong."""
    check = checks.key({"ONESIGNAL_API_KEY": value})

    assert check.ok is ok
    assert "abc" not in check.what + check.mend


def test_a_proxy_of_the_environment_is_named_as_unused():
    """Whoever relies on a proxy learns that it is not taken."""
    assert checks.proxies({}).ok
    assert checks.proxies({"HTTPS_PROXY": "http://user:secret@p"}).ok is None
    assert "secret" not in checks.proxies({"HTTPS_PROXY": "http://user:secret@p"}).what


def test_a_folder_that_can_be_written_is_fine(tmp_path):
    """Folder, clock and room are three facts; nothing is left behind."""
    found = checks.folder(tmp_path / "state", Hand(NOW + timedelta(seconds=1)))

    assert [check.name for check in found] == ["state folder", "clock", "disk"]
    assert found[0].ok
    assert list((tmp_path / "state").iterdir()) == []


def test_a_clock_far_from_the_disks_is_wrong(tmp_path):
    """Evidence and expiry are judged by the clock: an hour off is told."""
    _, clock, _ = checks.folder(tmp_path, Hand(NOW + timedelta(hours=1)))

    assert clock.ok is False
    assert "NTP" in clock.mend


def test_a_folder_that_cannot_be_made_is_wrong(tmp_path):
    """A file in the folder's place is told with a way out."""
    (tmp_path / "state").write_text("")

    (check,) = checks.folder(tmp_path / "state", Hand(NOW))

    assert check.ok is False
    assert "--journal" in check.mend


def test_little_room_is_wrong():
    """Less than a GiB left is told before a run finds out."""
    assert checks.room(checks.ROOM_BYTES - 1).ok is False
    assert checks.room(checks.ROOM_BYTES).ok
    assert os.sep not in checks.room(0).what


def test_the_policy_above_is_named(tmp_path):
    """None is worth a look, one is fine, two of one repository are wrong."""
    (tmp_path / ".git").mkdir()
    below = tmp_path / "plans"
    below.mkdir()

    none = checks.policy(below)
    (tmp_path / "purgeplan.yaml").write_text("version: 1")
    one = checks.policy(below)
    (below / "purgeplan.yaml").write_text("version: 1")
    two = checks.policy(below)

    assert (none.ok, one.ok, two.ok) == (None, True, False)
    assert one.what == str(tmp_path / "purgeplan.yaml")
    assert two.mend
