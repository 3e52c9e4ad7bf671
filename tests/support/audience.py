"""Exports for tests: made of rows, or of a sandbox's audience, without a wire."""

import csv
import gzip
import hashlib
from dataclasses import replace
from datetime import UTC, datetime

from support.sandbox import Inside
from support.sources import plan, source

from purgeplan.engine.inputs import Inputs
from purgeplan.engine.resolve import Evidence, resolve
from purgeplan.errors import InvalidError
from purgeplan.model.ids import EXTERNAL_ID, ONESIGNAL_ID, SUBSCRIPTION_ID
from purgeplan.model.ports import ExportFile
from purgeplan.model.spec import Keep, Resource, Rules, Target
from purgeplan.sandbox.rows import DEFAULT_COLUMNS

AS_OF = datetime(2026, 11, 24, tzinfo=UTC)
COLUMN_OF = {
    SUBSCRIPTION_ID: "id",
    ONESIGNAL_ID: "onesignal_id",
    EXTERNAL_ID: "external_user_id",
}
OLD = source("export", inactive_for="180d")
RECENT = "2026-11-20 10:00:00"
OPTED_OUT = {"device_type": "11", "invalid_identifier": "t"}


def audience(seed, subscriptions):
    """Give the rows of a sandbox that was active until AS_OF."""
    return Inside(seed=seed, subscriptions=subscriptions, now=AS_OF).rows()


def row(number, user=None, **cells):
    """Give one row as an export has it, active two years ago; ``number`` makes its id."""
    user = number if user is None else user
    return {
        **dict.fromkeys(DEFAULT_COLUMNS, ""),
        "id": f"00000000-0000-4000-8000-{number:012x}",
        "onesignal_id": f"10000000-0000-4000-8000-{user:012x}",
        "external_user_id": f"u{user}",
        "device_type": "1",
        "country": "DE",
        "invalid_identifier": "f",
        "last_active": "2024-11-24 00:00:00",
        "created_at": "2023-01-01 00:00:00",
        **cells,
    }


class Exports:
    """Gives exports of rows, and remembers what it was asked for.

    ``segments`` maps the name of a segment to its rows; others are refused.
    """

    def __init__(self, folder, rows, segments=None, as_of=AS_OF, names=None):
        self.folder = folder
        self.rows = rows
        self.segments = segments or {}
        self.as_of = as_of
        self.names = names
        self.asked = []
        self.ages = []

    def __call__(self, ask, max_age_s, progress):
        """Write the file that is asked for, with the columns that are asked for."""
        self.asked.append(ask)
        self.ages.append(max_age_s)
        rows = self.rows if ask.segment is None else self.segments[ask.segment]
        names = self.names or [*DEFAULT_COLUMNS, *ask.extra_fields]
        path = self.folder / f"export-{len(self.asked)}.csv.gz"
        with gzip.open(path, "wt", encoding="utf-8", newline="") as text:
            writer = csv.DictWriter(text, names, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return ExportFile(str(path), digest, self.as_of)


def rules(folder, *sources, by=SUBSCRIPTION_ID, **settings):
    """Give a plan for these sources; ``keep``, ``protect`` and ``purpose`` as named."""
    spec = plan(folder, *(replace(one, by=by) for one in sources), by=by, **settings)
    resource = Resource.SUBSCRIPTION if by == SUBSCRIPTION_ID else Resource.USER
    return Rules(replace(spec, target=Target(resource, by)))


def selected(given, exports, **known):
    """Resolve a plan a day after AS_OF; the caller closes it."""
    evidence = Evidence(AS_OF.replace(day=25), **known)
    return resolve(given, Inputs(export=exports, threads=1), evidence)


def ids_of(given, exports, **known):
    """Give the set that a plan selects, protected and kept ones left out."""
    with selected(given, exports, **known) as found:
        return set(found.sorted_ids())


def codes_of(given, exports):
    """Give the codes with which a plan is refused; it must be."""
    try:
        ids_of(given, exports)
    except InvalidError as error:
        return [one.code for one in error.findings]
    raise AssertionError(given)


NOTHING_KEPT = Keep(opt_outs=False, partly_selected_users=False)


def export(**options):
    """Give an export source of subscriptions."""
    return source("export", SUBSCRIPTION_ID, **options)


def kept_none(folder, *sources):
    """Give a plan for subscriptions that keeps nobody back."""
    return rules(folder, *sources, keep=NOTHING_KEPT)


def chosen(folder, rows, **options):
    """Give the numbers of the rows that an export selects."""
    found = ids_of(kept_none(folder, export(**options)), Exports(folder, rows))
    return {int(one[-12:], 16) for one in found}
