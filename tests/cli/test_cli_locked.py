"""A journal has one writer: while somebody holds the app, every other command ends with 9."""

import pytest
from support.journal import ANN

from purgeplan.cli.clock import SystemClock
from purgeplan.journal import AppLock

WRITING = {
    "plan": ("plan.yaml",),
    "apply": ("plan.yaml",),
    "retry": ("plan.yaml",),
    "verify": ("plan.yaml",),
    "export": ("plan.yaml", "-o", "audience.csv.gz"),
    "cancel": ("plan.yaml",),
    "forget": ("plan.yaml", "--key-file", "seal.key"),
}


@pytest.mark.parametrize("command", WRITING)
def test_what_writes_a_journal_does_nothing_while_another_holds_it(at, command):
    """Whoever comes second is told who is at it; no byte of the journal and no file is changed."""
    at.ids_file(at.subscriptions(3))
    at.plan_file()
    fingerprint = at.plan()["fingerprint"]
    at.apply(fingerprint, "--limit", "1")
    consent = at.consent(fingerprint) if command in ("apply", "retry") else ()
    lock = AppLock(at.folder / "locks", at.journal, SystemClock())

    with lock.hold(at.box.app_id, ANN, "apply"):
        before = sorted(at.folder.iterdir()), at.journal.read_bytes(), len(at.deleted())
        done = at.run(command, *WRITING[command], *consent)
        after = sorted(at.folder.iterdir()), at.journal.read_bytes(), len(at.deleted())

    assert done.code == 9, done.err
    assert str(ANN) in done.err
    assert after == before
