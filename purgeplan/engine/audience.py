"""What an export at hand tells of a set: who is there, whose rows are left, what goes along."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from purgeplan.engine import idset
from purgeplan.model.spec import Population, Resource, Target
from purgeplan.sources.audience.load import Loaded
from purgeplan.sources.audience.stage import COLUMN_OF
from purgeplan.sources.workspace import Workspace

Breakdown = tuple[tuple[str, str, int], ...]

CHANNELS: Final = {
    0: "iOS",
    1: "Android",
    2: "Amazon",
    3: "Windows Phone",
    4: "Chrome app",
    5: "Chrome",
    6: "Windows",
    7: "Safari (old)",
    8: "Firefox",
    9: "macOS",
    10: "Alexa",
    11: "e-mail",
    13: "Huawei",
    14: "SMS",
    17: "Safari",
}
"""Device types by their codes in an export (onesignal.md 1.4)."""

MOST_COUNTRIES: Final = 8
MOST_HALVES: Final = 6

_USERS: Final = """
SELECT count(DISTINCT who), count(*) FILTER (who IS NULL)
FROM (SELECT TRY_CAST(onesignal_id AS UUID) AS who FROM $rows)
"""
"""UUIDs take 16 bytes each, and stay in memory where texts would not."""

_PEOPLE: Final = """
CREATE VIEW people AS
SELECT $value AS id, id AS subscription_id, onesignal_id, external_user_id AS external_id,
       coalesce(invalid_identifier, true) AND coalesce(device_type, 11) IN (11, 14) AS opted_out,
       device_type, country, last_active
FROM $rows
"""
_BESIDE: Final = """
CREATE VIEW beside AS
SELECT id, subscription_id, onesignal_id, external_id FROM stated
UNION ALL
SELECT id, subscription_id, onesignal_id, external_id FROM people
"""
_WHO: Final = """
CREATE VIEW who AS
SELECT id, CASE WHEN min(onesignal_id) = max(onesignal_id) THEN max(onesignal_id) END
       AS onesignal_id
FROM people SEMI JOIN named USING (id) GROUP BY id
"""
_LEFT: Final = """
CREATE TABLE $left AS
SELECT id, onesignal_id
FROM people ANTI JOIN stated USING (subscription_id)
WHERE id IN (SELECT id FROM named) OR onesignal_id IN (SELECT onesignal_id FROM stated)
"""
_PARTLY: Final = """
CREATE TABLE $hits AS
SELECT DISTINCT people.id
FROM people SEMI JOIN named USING (id)
WHERE people.id NOT IN (SELECT id FROM stated WHERE subscription_id IS NULL)
  AND people.id NOT IN (SELECT id FROM spared)
  AND (people.id IN (SELECT id FROM $left WHERE id IS NOT NULL)
       OR people.onesignal_id IN (SELECT onesignal_id FROM $left WHERE onesignal_id IS NOT NULL))
"""
_GONE: Final = """
CREATE TABLE gone AS
SELECT device_type, country, year(last_active) AS year,
       CASE WHEN month(last_active) <= 6 THEN 1 ELSE 2 END AS half, count(*) AS number
FROM people SEMI JOIN (SELECT id FROM planned WHERE NOT deleted_before) AS going USING (id)
GROUP BY ALL
"""
_COUNTED: Final = "SELECT {value}, sum(number) FROM gone GROUP BY ALL"


def population(work: Workspace, whole: Loaded) -> Population:
    """Count subscriptions and distinct users of a whole export; users are None with gaps.

    An empty onesignal_id is a gap: nobody knows whose row that is.
    """
    ((users, others),) = work.rows(_USERS, rows=whole.table)
    if others:
        sql = "SELECT count(DISTINCT onesignal_id), count(*) - count(onesignal_id) FROM $rows"
        ((users, gaps),) = work.rows(sql, rows=whole.table)
        users = None if gaps else users
    return Population("export", whole.rows, users)


def know(work: Workspace, whole: Loaded, target: Target) -> None:
    """Make views of a whole export by the target's ids: ``people``, ``beside`` them, and ``who``.

    ``beside`` holds every row that says of an id, named or not, what else it is known by.
    """
    work.run(_PEOPLE, rows=whole.table, value=COLUMN_OF[target.by])
    work.run(_BESIDE)
    work.run(_WHO)


def know_segments(work: Workspace, segments: Sequence[Loaded], target: Target) -> None:
    """Make ``people`` of what exports of segments hold, each row once."""
    rows = segments[0].table
    for more in segments[1:]:
        both = work.new("rows")
        work.run(
            "CREATE VIEW $both AS SELECT * FROM $rows UNION ALL BY NAME SELECT * FROM $more"
            " ANTI JOIN $rows USING (id)",
            both=both,
            rows=rows,
            more=more.table,
        )
        rows = both
    work.run(_PEOPLE, rows=rows, value=COLUMN_OF[target.by])


def drop_absent(work: Workspace) -> int:
    """Take out those not spared yet whom the export does not hold; give how many."""
    hits = work.new("hits")
    work.run(
        "CREATE TABLE $hits AS SELECT id FROM named ANTI JOIN spared USING (id)"
        " ANTI JOIN people USING (id)",
        hits=hits,
    )
    return idset.spare(work, hits)


def keep_opt_outs(work: Workspace) -> int:
    """Take out those not spared yet of whom any row opted out of e-mail or SMS; give how many.

    A user goes with every row, so one that the source does not name counts as well.
    """
    hits = work.new("hits")
    work.run(
        "CREATE TABLE $hits AS SELECT id FROM named ANTI JOIN spared USING (id)"
        " WHERE opted_out OR id IN (SELECT id FROM people WHERE opted_out AND id IS NOT NULL)",
        hits=hits,
    )
    return idset.spare(work, hits)


def keep_partly(work: Workspace) -> int:
    """Take out users of whom the sources name some rows and not all; give how many.

    Whom a list names as a user, and not by rows, is named whole.
    """
    hits, left = work.new("hits"), work.new("left")
    work.run(_LEFT, left=left)
    work.run(_PARTLY, hits=hits, left=left)
    return idset.spare(work, hits)


def going(work: Workspace, resource: Resource) -> tuple[int | None, Breakdown]:
    """Count the subscriptions that go with users, and break them down; ``planned`` is made.

    The first is None where the target is a subscription itself.
    """
    work.run(_GONE)
    total = work.number("SELECT coalesce(sum(number), 0) FROM gone")
    parts = (
        *_largest("channel", _counted(work, "device_type"), CHANNELS),
        *_largest("country", _counted(work, "country"), {}, MOST_COUNTRIES),
        *_halves(_counted(work, "year || '-H' || half")),
    )
    return (total if resource is Resource.USER else None), parts


def _counted(work: Workspace, value: str) -> Counter[object]:
    rows = work.rows(_COUNTED.format(value=value))
    return Counter({one: int(number) for one, number in rows})


def _largest(
    of: str, counts: Counter[object], names: dict[int, str], most: int = len(CHANNELS)
) -> list[tuple[str, str, int]]:
    """Give the largest parts, of equal ones the first by name; the rest are counted together."""
    named = Counter[str]()
    for value, number in counts.items():
        name = names.get(value, str(value)) if isinstance(value, int) else str(value or "unknown")
        named[name] += number
    ranked = sorted(named.items(), key=lambda one: (-one[1], one[0]))
    rest = sum(number for _, number in ranked[most:])
    return [(of, *one) for one in ranked[:most]] + ([(of, "others", rest)] if rest else [])


def _halves(counts: Counter[object]) -> list[tuple[str, str, int]]:
    """Give when they were last active by half-year, the latest first; old ones together."""
    known = sorted(((str(half), n) for half, n in counts.items() if half), reverse=True)
    shown, older = known[:MOST_HALVES], known[MOST_HALVES:]
    parts = [("last active", half, number) for half, number in shown]
    if older:
        parts.append(("last active", f"before {shown[-1][0]}", sum(n for _, n in older)))
    if counts[None]:
        parts.append(("last active", "unknown", counts[None]))
    return parts
