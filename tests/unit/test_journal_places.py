"""Where journals are, by app or where it is told, and one that is nowhere; their codes."""

from contextlib import closing

import pytest
from support.files import names
from support.journal import T0, HandClock, draft, planned

from purgeplan.errors import JournalError
from purgeplan.journal import journal_path, known_journals, passing_journal
from purgeplan.journal.files import folder_beside
from purgeplan.model.codes import CODES
from purgeplan.model.codes.journal import CODES as OURS


def test_places_a_journal_by_app_or_where_it_is_told(tmp_path):
    """The default is one a app in the state folder; an explicit path is taken as it is."""
    assert journal_path(None, "6f1c", tmp_path) == tmp_path / "6f1c.db"
    assert str(journal_path("a/b.db", "6f1c", tmp_path)) == "a/b.db"


def test_knows_the_journals_of_a_state_folder(tmp_path):
    """Journals are listed by name; locks, logs and folders that are not there are none."""
    for name in ("b.db", "a.db", "a.db-wal", "a.db.lock"):
        (tmp_path / name).touch()

    assert known_journals(tmp_path) == [tmp_path / "a.db", tmp_path / "b.db"]
    assert known_journals(tmp_path / "no") == []


def test_explains_every_code_of_its_own():
    """The codes of lock and journal are in the book of codes, with something to do."""
    assert all(code.startswith("PP4") and CODES[code] is text for code, text in OURS.items())
    assert all(text.mend for text in OURS.values())


def test_a_passing_journal_is_on_no_disk(tmp_path, monkeypatch):
    """What somebody unknown has planned is judged, and kept nowhere."""
    monkeypatch.chdir(tmp_path)
    with closing(passing_journal(HandClock())) as journal:
        journal.save(draft(), planned("10000000-0000-4000-8000-000000000001"), T0)
        assert journal.tally(1).total == 1

    assert names(tmp_path) == []


@pytest.mark.parametrize("target", ["nowhere", "file"])
def test_says_that_a_folder_beside_it_can_not_be_made(tmp_path, target):
    """What stands where the folder should be stays; the error names the folder."""
    (tmp_path / "file").touch()
    (tmp_path / "app.db.exports").symlink_to(tmp_path / target / "below")

    with pytest.raises(JournalError, match=r"app\.db\.exports can't be made: "):
        folder_beside(tmp_path / "app.db.exports")
    assert names(tmp_path) == ["app.db.exports", "file"]
