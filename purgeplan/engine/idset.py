"""Set algebra on ids in the workspace: union, protection, evidence, the frozen set."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from purgeplan.journal.times import ms
from purgeplan.model.ids import comparable
from purgeplan.model.outcome import Skip
from purgeplan.model.records import PlannedItem
from purgeplan.sources.port import Staged
from purgeplan.sources.reading.columns import NAMES
from purgeplan.sources.reading.fit import sure_key_sql
from purgeplan.sources.working.names import sql_text
from purgeplan.sources.workspace import Workspace

_TOGETHER: Final = 1_000
"""Items made at once: so few that whoever writes them need not wait for the next."""

_PART: Final = """
CREATE VIEW $view AS
SELECT id, $subscription_id AS subscription_id, $onesignal_id AS onesignal_id,
       $external_id AS external_id, opted_out, channel, last_active, '$rank' AS evidence
FROM $table
"""

_OPTED_OUT: Final = "opted_out = 't' AND channel IN ('email', 'sms')"
_NAMED: Final = f"""
CREATE TABLE named AS
SELECT id,
       max(evidence) AS evidence,
       max(CAST(last_active AS BIGINT)) AS last_active,
       CASE WHEN min(onesignal_id) = max(onesignal_id) THEN max(onesignal_id) END AS onesignal_id,
       coalesce(bool_or({_OPTED_OUT}), false) AS opted_out
FROM stated GROUP BY id
"""  # noqa: S608 - our own

_NAMED_ONCE: Final = f"""
CREATE VIEW named AS
SELECT id, evidence, CAST(last_active AS BIGINT) AS last_active, onesignal_id,
       coalesce({_OPTED_OUT}, false) AS opted_out
FROM stated
"""  # noqa: S608 - our own

_SURE: Final = """
CREATE VIEW $keys AS
SELECT $name AS id, {sure} AS key FROM $table UNION ALL SELECT id, key FROM $doubts
"""
_DOUBTS: Final = """
CREATE TABLE $doubts AS
SELECT $name AS id, CAST(NULL AS VARCHAR) AS key, $value AS doubt
FROM $table WHERE $value IS NOT NULL AND ({sure}) IS NULL
"""
_HITS: Final = """
CREATE TABLE $hits AS SELECT DISTINCT id FROM $ours SEMI JOIN $theirs USING (key) {within}
"""
_WITHIN: Final = "SEMI JOIN named USING (id)"
_BEYOND: Final = "DELETE FROM $doubts WHERE id NOT IN (SELECT id FROM named)"

_PLACED: Final = """
CREATE OR REPLACE TABLE planned AS
SELECT *, CAST(substr(sha256(concat({fingerprint}, id)), 1, 32) AS UUID) AS place FROM planned
"""
"""The first half of the hash, as 16 bytes that sort as its digits do: no two ids share it."""

_IN_ORDER: Final = """
SELECT id, onesignal_id, deleted_before, evidence_ms FROM planned ORDER BY place
"""
_SAMPLE: Final = "SELECT id FROM planned WHERE NOT deleted_before ORDER BY place LIMIT {most}"

_PLANNED: Final = """
CREATE TABLE planned AS
WITH before AS (
    SELECT DISTINCT named.id
    FROM named JOIN deleted USING (id) JOIN evidence ON evidence.rank = named.evidence
    WHERE deleted.gone_at >= evidence.as_of
)
SELECT id, $who.onesignal_id, id IN (SELECT id FROM before) AS deleted_before,
       CASE WHEN last_active <= CAST(ms AS BIGINT) THEN last_active
            ELSE CAST(ms AS BIGINT) // 1000 * 1000 - 1 END AS evidence_ms
FROM named ANTI JOIN spared USING (id) JOIN evidence ON evidence.rank = named.evidence {join}
"""
"""What is known of activity: the last session of any row that says it; else, and where that is a
time to come, when the source was true, without the second that it is in: exports don't split it."""


def unite(
    work: Workspace,
    sources: Sequence[tuple[Staged, datetime]],
    known: frozenset[str] | None,
    *,
    unique: bool,
) -> None:
    """Make ``stated``, every row of every source, and ``named``, each id once.

    ``unique`` tells that no id is in two rows, so that nothing need be put together.

    Columns that are not ``known`` are left out; an opt-out that is said counts even so. Where it
    is None, as with an export at hand, each source says what it knows.
    ``evidence`` ranks the times when the sources were true.
    """
    ranks = {at: f"r{n:06}" for n, at in enumerate(sorted({at for _, at in sources}))}
    times = ((rank, _stamp(at), str(ms(at))) for at, rank in ranks.items())
    work.load("evidence", ("rank", "as_of", "ms"), times)
    views = [
        _view(work, staged, ranks[at], staged.known if known is None else known)
        for staged, at in sources
    ]
    union = views[0]
    for view in views[1:]:
        both = work.new("union")
        work.run(
            "CREATE VIEW $both AS SELECT * FROM $union UNION ALL SELECT * FROM $view",
            both=both,
            union=union,
            view=view,
        )
        union = both
    work.run("CREATE VIEW stated AS SELECT * FROM $union", union=union)
    work.run(_NAMED_ONCE if unique else _NAMED)
    work.run("CREATE TABLE spared (id VARCHAR)")


def _view(work: Workspace, staged: Staged, rank: str, known: frozenset[str]) -> str:
    view = work.new("part")
    columns = {column: column if column in known else "null" for column in NAMES}
    work.run(_PART, view=view, table=staged.table, rank=rank, **columns)
    return view


class Comparison:
    """Finds which ids are in a list, for each kind by which they are known.

    ``tables`` maps a kind to a table or view and the two columns in it: the id, and its value of
    that kind. A kind that is not there can't be compared. With ``only_named`` they hold others
    than ``named`` as well; who is in a list is looked for first, since lists are short.
    """

    def __init__(
        self,
        work: Workspace,
        tables: Mapping[str, tuple[str, str, str]],
        *,
        only_named: bool = False,
    ) -> None:
        self._work = work
        self._tables = tables
        self._only_named = only_named
        self._keys: dict[str, str] = {}

    def hits(self, listed: Staged, kind: str) -> str | None:
        """Give a table of the ids that the list names, each once; None if it can't be told."""
        if kind not in self._tables:
            return None
        work, hits = self._work, self._work.new("hits")
        theirs = self._keyed(kind, (listed.table, "id", "id"))
        work.run(
            _HITS.format(within=_WITHIN if self._only_named else ""),
            hits=hits,
            ours=self._ours(kind),
            theirs=theirs,
        )
        return hits

    def _ours(self, kind: str) -> str:
        if kind not in self._keys:
            self._keys[kind] = self._keyed(kind, self._tables[kind], only_named=self._only_named)
        return self._keys[kind]

    def _keyed(self, kind: str, where: tuple[str, str, str], *, only_named: bool = False) -> str:
        """Make a view (id, key): what SQL can't fold, Python does, into a table of its own."""
        work, (table, name, value) = self._work, where
        names = {"keys": work.new("keys"), "doubts": work.new("doubts"), "table": table}
        sure, columns = sure_key_sql(kind, value), {"name": name, "value": value}
        work.run(_DOUBTS.format(sure=sure), **names, **columns)
        if only_named:
            work.run(_BEYOND, doubts=names["doubts"])
        work.fill(names["doubts"], "key", "doubt", lambda text: comparable(kind, text))
        work.run(_SURE.format(sure=sure), **names, **columns)
        return names["keys"]


def spare(work: Workspace, hits: str) -> int:
    """Take ids out of what will be planned; give how many this list names, new or not."""
    work.run("INSERT INTO spared SELECT id FROM $hits", hits=hits)
    return work.number("SELECT count(*) FROM $hits", hits=hits)


def keep_opt_outs(work: Workspace) -> int:
    """Take out those not spared yet who opted out of e-mail or SMS; give how many."""
    hits = work.new("hits")
    work.run(
        "CREATE TABLE $hits AS SELECT id FROM named ANTI JOIN spared USING (id) WHERE opted_out",
        hits=hits,
    )
    return spare(work, hits)


def plan(work: Workspace, deleted: Iterable[tuple[str, datetime]], who: str = "named") -> None:
    """Make ``planned``, the set to be frozen, by what was deleted before and when.

    ``who`` is a table or view with the onesignal_id of each id.
    """
    work.load("deleted", ("id", "gone_at"), ((one, _stamp(at)) for one, at in deleted))
    join = "" if who == "named" else "LEFT JOIN $who USING (id)"
    work.run(_PLANNED.format(join=join), who=who)


def back(work: Workspace) -> int:
    """Count who was deleted before and goes again, since younger evidence names them."""
    again = "SELECT count(*) FROM planned SEMI JOIN deleted USING (id) WHERE NOT deleted_before"
    return work.number(again)


def place(work: Workspace, fingerprint: str) -> None:
    """Give each of ``planned`` its place in the order of sending: sha256(fingerprint + id)."""
    work.run(_PLACED.format(fingerprint=sql_text(fingerprint)))


def in_sending_order(work: Workspace) -> Generator[list[PlannedItem], None, None]:
    """Stream the set in the order of sending, many at once."""
    for block in work.blocks(_IN_ORDER, _TOGETHER):
        yield [
            PlannedItem(one, onesignal_id, Skip.DELETED_BEFORE if before else None, at)
            for one, onesignal_id, before, at in block
        ]


def sorted_ids(work: Workspace) -> Iterator[str]:
    """Stream the set in order of the ids' UTF-8 bytes."""
    return work.column("SELECT id FROM planned ORDER BY id")


def sample(work: Workspace, most: int) -> tuple[str, ...]:
    """Give the first ids that will be sent, in that order."""
    return tuple(work.column(_SAMPLE.format(most=most)))


def _stamp(at: datetime) -> str:
    """Give a time as text that sorts as times do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
