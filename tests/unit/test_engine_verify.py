"""What verify makes of what a view or an export says, in virtual time."""

import gzip
import hashlib
from datetime import timedelta

import pytest
from support.engine import ScriptedView, ids
from support.journal import ANN, FakeJournal, draft
from support.virtual import EPOCH, VirtualClock, run_virtually

from purgeplan.engine.held import held
from purgeplan.engine.verify import ASK, Verifier
from purgeplan.errors import AttentionError, CredentialsError, Finding, UnreachableError
from purgeplan.model.outcome import Code, Outcome, State, Verdict
from purgeplan.model.ports import ExportFile
from purgeplan.model.records import PlannedItem

GONE, RETURNED, STILL_THERE = Verdict.GONE, Verdict.RETURNED, Verdict.STILL_THERE
OLD, NEW = ids(2)


class MuteView(ScriptedView):
    """A view that can't say who exists."""

    async def holds(self, kind, one):
        """Say nothing."""


class ScriptedExporter:
    """Gives one file, or fails; keeps what it was asked."""

    def __init__(self, path, error=None):
        self.path, self.error = path, error
        self.asked, self.closed = [], False

    async def fetch(self, ask, max_age_s, progress):
        """Give the file."""
        self.asked.append((ask, max_age_s))
        if self.error:
            raise self.error
        return as_export(self.path)

    async def close(self):
        """Note it."""
        self.closed = True


class Scene:
    """A plan that was applied, and what verifies it."""

    def __init__(self, names, by="subscription_id", resource="subscription", who=None):
        self.journal, self.clock, self.told = FakeJournal(), VirtualClock(), []
        self.view, self.exporter = ScriptedView(), None
        items = [PlannedItem(one, who) for one in names]
        self.row = self.journal.save(draft(by=by, resource=resource), items, self.at(0))
        run = self.journal.start_run(self.row.plan_id, "apply", ANN, self.at(0))
        claimed = self.journal.turn(run, [], [], len(items))
        settled = [self.outcome(one) for one in claimed]
        self.journal.turn(run, settled, [], 0)

    def at(self, seconds):
        """Give a time in the hour before the verification."""
        return EPOCH - timedelta(hours=1) + timedelta(seconds=seconds)

    def outcome(self, item):
        """Give a 202 for a claimed item."""
        return Outcome(item, State.ACCEPTED, Code.ACCEPTED, self.at(1), 202)

    def found(self, *verdicts):
        """Record verdicts of an earlier verification, ten minutes before this one."""
        self.journal.record_verdicts(self.row.plan_id, enumerate(verdicts), self.at(3000))

    def verify(self):
        """Verify once; give the verdicts in order."""
        one = Verifier(
            self.journal,
            self.view,
            lambda app: self.exporter,
            self.clock,
            lambda *said: self.told.append(said),
        )
        run_virtually(one.verify(self.row))
        return [item.verdict for item in self.journal.items(self.row.plan_id)]


USER = {"by": "external_id", "resource": "user"}


def as_export(path):
    """Give a file as an exporter gives it."""
    return ExportFile(str(path), hashlib.sha256(path.read_bytes()).hexdigest(), EPOCH)


def export(folder, *rows, header="id,tags,external_user_id,onesignal_id"):
    """Write an export of these rows."""
    path = folder / "export.csv.gz"
    path.write_bytes(gzip.compress("\n".join([header, *rows, ""]).encode()))
    return path


def test_looks_at_few_ids_one_by_one():
    """Who is held is still there, the rest is gone; no exporter is made."""
    scene = Scene(ids(12))
    scene.view.holding = {ids(12)[11]}

    assert scene.verify() == [GONE] * 11 + [STILL_THERE]
    assert scene.told[-1][1:] == (12, 12)


class StrangersView(ScriptedView):
    """A view of another app, or by a key that is none."""

    async def look(self):
        """Refuse."""
        raise CredentialsError(Finding("PP601", "OneSignal refused the key"))


def test_judges_nobody_where_the_key_is_refused():
    """Nobody of ours is in another app: there all would count as gone."""
    scene = Scene(ids(3))
    scene.view = StrangersView()

    with pytest.raises(CredentialsError):
        scene.verify()

    assert not scene.journal.tally(scene.row.plan_id).verdicts


def test_looks_only_at_who_is_open():
    """Gone and returned stay what they are; still there is looked at again."""
    scene = Scene(ids(3))
    scene.found(GONE, RETURNED, STILL_THERE)
    scene.view.holding = set(ids(2))

    assert scene.verify() == [GONE, RETURNED, GONE]


def test_leaves_open_what_the_api_cannot_say():
    """Not to be told is not gone."""
    scene = Scene(ids(1))
    scene.view = MuteView()

    assert scene.verify() == [None]


@pytest.mark.parametrize(
    ("who", "named", "verdict"),
    [
        (OLD, OLD, STILL_THERE),
        (OLD, NEW, RETURNED),
        (OLD, None, GONE),
        (None, NEW, None),
        (None, None, GONE),
    ],
)
def test_compares_whom_an_alias_names(who, named, verdict):
    """Another user under the alias is somebody who returned; without the old one nobody knows."""
    scene = Scene(["ann"], who=who, **USER)
    scene.view.names = {"ann": named}

    assert scene.verify() == [verdict]


def test_looks_at_users_by_onesignal_id_directly():
    """An id that is never used again needs no comparison."""
    scene = Scene([OLD], by="onesignal_id", resource="user")
    scene.view.holding = {OLD}

    assert scene.verify() == [STILL_THERE]


def test_looks_for_many_in_an_export_made_since(tmp_path):
    """The export must be younger than the last 202; it is removed once it is judged by."""
    many = ids(150)
    scene = Scene(many)
    path = export(tmp_path, f'{many[7].upper()},"{{""a"": 1}}",,{OLD}')
    scene.exporter = ScriptedExporter(path)

    verdicts = scene.verify()

    assert [place for place, one in enumerate(verdicts) if one is STILL_THERE] == [7]
    assert verdicts.count(GONE) == 149
    assert scene.exporter.asked == [(ASK, 3599.0)]
    assert scene.exporter.closed
    assert not path.exists()


def test_wants_an_export_since_the_last_verdicts(tmp_path):
    """Who was still there an export ago is looked for in another one."""
    scene = Scene(ids(150))
    scene.found(*[STILL_THERE] * 120)
    scene.exporter = ScriptedExporter(export(tmp_path))

    assert scene.verify() == [GONE] * 150
    assert scene.exporter.asked == [(ASK, 600.0)]


def test_closes_the_exporter_that_fails():
    """What went wrong reaches the caller, and nothing is judged."""
    scene = Scene(ids(101))
    scene.exporter = ScriptedExporter(None, UnreachableError())

    with pytest.raises(UnreachableError):
        scene.verify()

    assert scene.exporter.closed
    assert not scene.journal.tally(scene.row.plan_id).verdicts.get(GONE)


def test_asks_one_by_one_for_aliases_that_no_export_has():
    """An alias of the customer's own is in no column of an export."""
    scene = Scene([f"crm-{number}" for number in range(101)], by="crm", resource="user", who=OLD)
    scene.view.names = {"crm-100": NEW}

    assert scene.verify() == [GONE] * 100 + [RETURNED]


@pytest.mark.parametrize(
    ("who", "row", "verdict"),
    [
        (OLD, f"x,,ann,{OLD}", STILL_THERE),
        (OLD, f"x,,renamed,{OLD}", STILL_THERE),
        (OLD, f"x,,ann,{NEW}", RETURNED),
        (OLD, f"x,,Ann,{NEW}", GONE),
        (None, f"x,,ann,{NEW}", None),
        (None, f"x,,bob,{NEW}", GONE),
        (OLD, "x,,,", GONE),
    ],
)
def test_tells_users_of_an_export_apart(tmp_path, who, row, verdict):
    """The onesignal_id says who it is, the external_id only what they are called."""
    scene = Scene(["ann"], who=who, **USER)
    items = scene.journal.items(scene.row.plan_id)

    assert list(held(as_export(export(tmp_path, row)), "external_id", items)) == [(0, verdict)]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"id,tags\nx,y\n",
        b"id,external_user_id,onesignal_id\nx,y\n",
        b'id,external_user_id,onesignal_id\nx,y,"z\n',
        b"id,external_user_id,onesignal_id\nx,y,\xff\n",
    ],
    ids=["empty", "columns", "short", "unclosed", "encoding"],
)
def test_judges_nobody_by_what_is_no_export(tmp_path, content):
    """A file that can't be read whole would find everybody gone."""
    path = tmp_path / "export.csv.gz"
    path.write_bytes(gzip.compress(content))

    with pytest.raises(AttentionError) as caught:
        list(held(as_export(path), "subscription_id", []))

    assert caught.value.findings[0].code == "PP615"
