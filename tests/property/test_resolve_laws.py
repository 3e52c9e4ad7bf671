"""Laws of resolving, against sets of plain Python."""

import gzip
import json
import random

from hypothesis import given, settings
from hypothesis import strategies as st
from support.sources import NOW, inline, plan, resolved, source

from purgeplan.model.ids import EXTERNAL_ID, comparable
from purgeplan.model.outcome import Skip

NAMES = [f"{stem}{form}" for stem in ("Anna", "ben", "É", "ß") for form in ("", " ", "x", "1")]
IDS = st.lists(st.sampled_from([*NAMES, "anna", "SS", "e\u0301", "BEN", "ann", "é"]), max_size=12)
SOME = IDS.filter(bool)


def add_up(counts):
    """Tell whether every row went somewhere, and everyone planned is sent or not."""
    gone = counts.duplicates + counts.rejected + counts.protected
    kept = counts.kept_opt_outs + counts.kept_partly + counts.absent_at_plan
    return (
        counts.rows == gone + kept + counts.planned
        and counts.planned == counts.deleted_before + counts.to_delete
    )


def set_of(root, sources, protect=(), deleted=()):
    """Resolve lists of ids; give counts, hits of each list, skips by id, and the fingerprint."""
    spec = plan(root, *(inline(*one) for one in sources), protect=[inline(*p) for p in protect])
    with resolved(spec, deleted=[(one, NOW) for one in deleted]) as found:
        items = {one.id: one.skip for one in found.items()}
        assert list(found.sorted_ids()) == sorted(items, key=str.encode)
        hits = [one.saved for one in found.protects]
        return found.counts, hits, items, found.fingerprint


@settings(max_examples=25)
@given(
    sources=st.lists(SOME, min_size=1, max_size=3), protect=st.lists(SOME, max_size=3), deleted=IDS
)
def test_resolving_is_set_algebra(tmp_path, sources, protect, deleted):
    """Union less protection, each list's hits, what was deleted before; the counts add up."""
    union = {one for ids in sources for one in ids}
    keys = [{comparable(EXTERNAL_ID, one) for one in ids} for ids in protect]
    saved = [{one for one in union if comparable(EXTERNAL_ID, one) in listed} for listed in keys]
    left = union.difference(*saved)

    counts, hits, items, _ = set_of(tmp_path, sources, protect, deleted)

    assert set(items) == left
    assert hits == [len(one) for one in saved]
    assert {one for one, skip in items.items() if skip} == left & set(deleted)
    assert set(items.values()) <= {None, Skip.DELETED_BEFORE}
    assert counts.rows == sum(map(len, sources))
    assert counts.duplicates == counts.rows - len(union)
    assert counts.protected == len(union - left)
    assert counts.to_delete == len(left - set(deleted))
    assert add_up(counts)


@settings(max_examples=20)
@given(ids=SOME, seed=st.integers())
def test_order_and_repeats_change_no_fingerprint(tmp_path, ids, seed):
    """Only who goes counts, not how often or where it is written."""
    mixed = [*ids, *ids[:3]]
    random.Random(seed).shuffle(mixed)
    parts = [part for part in (mixed[::2], mixed[1::2]) if part]

    assert set_of(tmp_path, [ids])[3] == set_of(tmp_path, parts)[3]


@settings(max_examples=20)
@given(ids=SOME, more=st.sampled_from(NAMES))
def test_another_set_has_another_fingerprint(tmp_path, ids, more):
    """One id more or less is another plan."""
    same = more in ids

    assert (set_of(tmp_path, [ids])[3] == set_of(tmp_path, [[*ids, more]])[3]) is same


@settings(max_examples=12)
@given(ids=SOME)
def test_the_form_of_a_file_changes_no_fingerprint(tmp_path, ids):
    """Delimiter, quotes, line ends, encoding, packing and kind are not who goes."""
    rows = "\r\n".join(f'"{one}";"x,""y"""' for one in ids)
    packed = gzip.compress(("external_id\n" + "\n".join(f'"{one}"' for one in ids)).encode())
    (tmp_path / "a.csv").write_bytes(f'external_id;"n"\r\n{rows}\r\n'.encode("utf-16"))
    (tmp_path / "b.csv.gz").write_bytes(packed)
    (tmp_path / "c.txt").write_bytes("\n\n".join(ids).encode())
    (tmp_path / "d.jsonl").write_text("\n".join(json.dumps({"external_id": one}) for one in ids))
    prints = set()
    for path in ("a.csv", "b.csv.gz", "c.txt", "d.jsonl"):
        kind = "jsonl" if path.endswith("l") else "csv"
        with resolved(plan(tmp_path, source(kind, EXTERNAL_ID, path=path))) as found:
            prints.add(found.fingerprint)

    assert prints == {set_of(tmp_path, [ids])[3]}


@settings(max_examples=12)
@given(ids=SOME, protect=SOME, more=SOME, deleted=IDS)
def test_more_protection_never_sends_more(tmp_path, ids, protect, more, deleted):
    """A list more, or an entry more, only ever takes out; so does more that was deleted before."""

    def sent(*args):
        return {one for one, skip in set_of(tmp_path, [ids], *args)[2].items() if skip is None}

    few = sent([protect], deleted)

    assert sent([protect, more], deleted) <= few
    assert sent([[*protect, *more]], deleted) <= few
    assert few <= sent([], deleted)
    assert few <= sent([protect], [])
