"""How plans, items, runs and events lie in their tables: columns out, values in."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

from purgeplan.journal.chain import canonical, digest
from purgeplan.journal.store import Row
from purgeplan.journal.times import ms, utc, utc_or_none
from purgeplan.model.outcome import Code, Item, Skip, State, Verdict
from purgeplan.model.records import (
    Draft,
    Event,
    ItemRow,
    Operator,
    PlanRow,
    PlanState,
    RunRow,
    Unresolved,
)

PLANS: Final = (
    "SELECT plan_id, lineage, state, planned_at, total, closed_at, sealed_at,"
    " name, app_id, app_name, fingerprint, resource, by_kind, path, text, expires_at, not_before,"
    " summary, evidence, files, protects FROM plans"
)
ITEMS: Final = (
    "SELECT position, id, state, skip, code, status, attempts, claimed_at, settled_at,"
    " onesignal_id, verdict, run_id, evidence_at FROM items"
)
UNRESOLVED: Final = (
    "SELECT position, id, attempts, onesignal_id, claimed_at, last_claim, run_id FROM items"
)
RUNS: Final = (
    "SELECT run_id, plan_id, command, operator, started_at, ended_at, why, exit_code FROM runs"
)
EVENTS: Final = "SELECT seq, at, kind, plan_id, run_id, data, link FROM events"


def draft_columns(draft: Draft) -> Row:
    """Give a draft in the order of its columns."""
    evidence = {ids: ms(as_of) for ids, as_of in draft.evidence.items()}
    return (
        draft.name,
        draft.app_id,
        draft.app_name,
        draft.fingerprint,
        draft.resource,
        draft.by,
        draft.path,
        draft.text,
        ms(draft.expires_at),
        ms(draft.not_before),
        *(canonical(part) for part in (draft.summary, evidence, draft.files, draft.protects)),
    )


def draft_digest(draft: Draft) -> str:
    """Give a commitment to all that a draft says."""
    return digest(draft_columns(draft))


def plan_row(row: Row) -> PlanRow:
    """Give a row of PLANS as a value."""
    plan_id, lineage, state, planned_at, total, closed_at, sealed_at, *columns = row
    return PlanRow(
        plan_id,
        lineage,
        PlanState(state),
        utc(planned_at),
        total,
        _draft(*columns),
        utc_or_none(closed_at),
        utc_or_none(sealed_at),
    )


def _draft(*columns: Any) -> Draft:  # noqa: ANN401 - SQLite's values
    *words, expires_at, not_before, summary, evidence, files, protects = columns
    name, app_id, app_name, fingerprint, resource, by, path, text = words
    return Draft(
        name,
        app_id,
        app_name,
        fingerprint,
        resource,
        by,
        path,
        text,
        utc(expires_at),
        utc(not_before),
        _object(summary),
        {ids: utc(as_of) for ids, as_of in _object(evidence).items()},
        _texts(files),
        _texts(protects),
    )


def _object(text: str) -> dict[str, Any]:
    """Give a JSON object; raises TypeError for another document."""
    loaded = json.loads(text)
    if not isinstance(loaded, dict):
        raise TypeError
    return loaded


def _texts(text: str) -> dict[str, str]:
    """Give a JSON object of texts; raises TypeError for another document."""
    loaded = _object(text)
    if not all(isinstance(one, str) for one in loaded.values()):
        raise TypeError
    return loaded


def item_row(row: Row) -> ItemRow:
    """Give a row of ITEMS as a value."""
    position, one, state, skip, code, status, attempts, claimed, settled, *rest = row
    other, verdict, run, evidence_ms = rest
    return ItemRow(
        position,
        one,
        State(state),
        None if skip is None else Skip(skip),
        None if code is None else Code(code),
        status,
        attempts,
        utc_or_none(claimed),
        utc_or_none(settled),
        other,
        None if verdict is None else Verdict(verdict),
        run,
        evidence_ms,
    )


def item(row: Row) -> Item:
    """Give position, id, attempts and onesignal_id as a value."""
    return Item._make(row)


def unresolved(row: Row) -> Unresolved:
    """Give a row of UNRESOLVED as a value."""
    *named, claimed_at, last_claim, run_id = row
    return Unresolved(Item._make(named), utc(claimed_at), utc(last_claim), run_id)


def run_row(row: Row) -> RunRow:
    """Give a row of RUNS as a value."""
    run_id, plan_id, command, operator, started_at, ended_at, why, exit_code = row
    return RunRow(
        run_id,
        plan_id,
        command,
        Operator(**json.loads(operator)),
        utc(started_at),
        utc_or_none(ended_at),
        why,
        exit_code,
    )


def operator_text(operator: Operator) -> str:
    """Give an operator as it is stored."""
    return canonical(asdict(operator))


def events(rows: Iterator[Row]) -> Iterator[Event]:
    """Give rows of EVENTS as values; one that is none breaks its link, not the reader."""
    for seq, at, kind, plan_id, run_id, data, link in rows:
        try:
            when, said = utc(at), _loaded(data)
        except OverflowError:
            when, said = utc(0), {"unreadable": at}
        yield Event(seq, when, kind, plan_id, run_id, said, link)


def _loaded(data: str) -> Mapping[str, Any]:
    """Give an event's data, or what is not its canonical form under another name."""
    try:
        loaded = json.loads(data)
    except (ValueError, RecursionError):
        return {"unreadable": data}
    canon = isinstance(loaded, dict) and canonical(loaded) == data
    return loaded if canon else {"unreadable": data}
