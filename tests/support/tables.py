"""A text as a file of the kind csv: its ids, its rows, or what is wrong with it."""

from support.sources import refused, source, staged_ids

from purgeplan.model.ids import EXTERNAL_ID
from purgeplan.sources import KINDS
from purgeplan.sources.port import Context
from purgeplan.sources.workspace import Workspace


def ids_of(tmp_path, text, by=EXTERNAL_ID, name="ids.csv", **options):
    """Give the ids of a text as a file."""
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return staged_ids(tmp_path, source(by=by, path=name, **options))


def wrong(tmp_path, text, by=EXTERNAL_ID, name="ids.csv", **options):
    """Give code and place of what is wrong with a text as a file."""
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    found = refused(tmp_path, source(by=by, path=name, **options))
    return [(one.code, str(one.place)) for one in found]


def staged(tmp_path, text, by, name="ids.csv"):
    """Stage a text; give what is known of it, and its rows."""
    (tmp_path / name).write_text(text)
    with Workspace(threads=1) as work:
        found = KINDS["csv"](source(by=by, path=name)).stage(Context(str(tmp_path)), work)
        return found, sorted(work.rows("SELECT * EXCLUDE doubt FROM $t", t=found.table))
