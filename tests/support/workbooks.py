"""A source of the kind excel: what it stages, or the one thing that is wrong with it."""

from support.sources import source

from purgeplan.model.ids import EXTERNAL_ID
from purgeplan.sources import KINDS
from purgeplan.sources.port import Context
from purgeplan.sources.workspace import Workspace


def excel(by=EXTERNAL_ID, **options):
    """Give a source of the kind, of ids.xlsx."""
    return source("excel", by, **{"path": "ids.xlsx", **options})


def staged(root, spec, **context):
    """Give what a source stages, with its rows."""
    with Workspace(threads=1) as work:
        found = KINDS[spec.kind](spec).stage(Context(str(root), **context), work)
        rows = work.rows("SELECT * EXCLUDE (doubt) FROM $table ORDER BY id", table=found.table)
        return found, list(rows)


def the_only(findings):
    """Give the one finding."""
    (finding,) = findings
    return finding
