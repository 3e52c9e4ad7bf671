"""Forgetting deletes the backups of a plan, and says so."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.audience import COLUMN_OF, audience
from support.backups import Office

from purgeplan.engine.backup import forget
from purgeplan.model.backup import FORGOTTEN, backups
from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID


def test_forgetting_that_was_killed_is_noted_by_the_next_call(tmp_path):
    """The files are gone and nobody has said so: the report must not call them kept for ever."""
    office = Office(tmp_path, audience(10, 9)).plan([audience(10, 9)[0]["id"]])
    kept = office.keep()
    (office.kept / kept.file).unlink()

    assert forget(office.journal, office.row, office.kept, office.clock.now()) == 0
    assert forget(office.journal, office.row, office.kept, office.clock.now()) == 0

    assert backups(office.journal.events(1)) == (replace(kept, forgotten=True),)
    assert len(list(office.journal.events(1, FORGOTTEN))) == 1


@pytest.mark.parametrize("by", [ONESIGNAL_ID, EXTERNAL_ID])
def test_forgetting_deletes_the_plans_files_alone(tmp_path, by):
    """Whose ids are sealed must not be named by a file; other plans' backups stay."""
    rows = audience(10, 9)
    office = Office(tmp_path, rows).plan([rows[0][COLUMN_OF[by]]], by)
    kept = office.keep()
    (office.kept / "plan-11-1.parquet").touch()

    assert forget(office.journal, office.row, office.kept, office.clock.now()) == 1
    assert forget(office.journal, office.row, office.kept, office.clock.now()) == 0
    assert backups(office.journal.events(1)) == (replace(kept, forgotten=True),)
    assert [one.name for one in office.kept.iterdir()] == ["plan-11-1.parquet"]
    office.clock.tick(timedelta(days=1).total_seconds())
    assert office.keep().file == "plan-1-2.parquet"
