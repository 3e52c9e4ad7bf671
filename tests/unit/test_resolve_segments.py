"""Segments: each an export of its own, held against everyone where users go."""

from dataclasses import replace

import pytest
from support.audience import (
    AS_OF,
    OLD,
    OPTED_OUT,
    Exports,
    codes_of,
    ids_of,
    row,
    rules,
    selected,
)
from support.sources import inline, source

from purgeplan.errors import Finding, InvalidError
from purgeplan.model.ids import EXTERNAL_ID, SUBSCRIPTION_ID
from purgeplan.model.spec import Population


def segment(name="Dormant", **options):
    """Give a segment source."""
    return source("segment", name=name, **options)


def test_a_segment_names_its_rows_and_is_no_population(tmp_path):
    """One export is taken, of the segment alone; the app says how many there are."""
    rows = [row(1), row(2, **OPTED_OUT), row(3)]
    exports = Exports(tmp_path, rows, {"Dormant": rows[:2]})

    with selected(rules(tmp_path, segment()), exports) as found:
        assert list(found.sorted_ids()) == [rows[0]["id"]]
        assert found.population is None
        assert found.opt_outs_checked
        assert found.activity_checked
        assert found.sources[0].as_of == AS_OF
        assert ("channel", "Android", 1) in found.breakdown
    assert [one.segment for one in exports.asked] == ["Dormant"]


def test_segments_unite_and_a_shared_row_is_broken_down_once(tmp_path):
    """Two segments are two exports; whoever is in both is one subscription."""
    rows = [row(1), row(2), row(3)]
    exports = Exports(tmp_path, rows, {"Dormant": rows[:2], "Lapsed": rows[1:]})

    with selected(rules(tmp_path, segment(), segment("Lapsed")), exports) as found:
        assert found.counts.planned == 3
        assert ("channel", "Android", 3) in found.breakdown
    assert len(exports.asked) == 2


@pytest.mark.parametrize("beside", [True, False])
def test_users_of_a_segment_are_held_against_everyone(tmp_path, beside):
    """Which rows a user has besides, a segment can't tell: the whole audience is asked for too."""
    rows = [row(1, 1), row(2, 1), row(3, 2), row(4, 3)]
    exports = Exports(tmp_path, rows, {"Dormant": [rows[0], rows[2]]})
    sources = [segment(), *([inline("u3", "u9")] if beside else [])]

    with selected(rules(tmp_path, *sources, by=EXTERNAL_ID), exports) as found:
        assert list(found.sorted_ids()) == ["u2", "u3"][: 1 + beside]
        assert found.counts.kept_partly == 1
        assert found.counts.absent_at_plan == beside
        assert found.population == Population("export", 4, 3)
    assert [one.segment for one in exports.asked] == ["Dormant", None]


def test_a_refused_segment_is_told_at_its_place(tmp_path):
    """OneSignal's side knows no line; the source does."""

    def refuse(*_):
        raise InvalidError(Finding("PP613", "no segment is named so"))

    with pytest.raises(InvalidError) as caught:
        ids_of(rules(tmp_path, segment()), refuse)
    assert [one.place for one in caught.value.findings] == [segment().place]


def test_a_protect_list_is_no_export(tmp_path):
    """Protect lists are read at each start of a run, where no export is at hand."""
    for one in (segment(by=SUBSCRIPTION_ID), replace(OLD, by=SUBSCRIPTION_ID)):
        exports = Exports(tmp_path, [row(1)], {"Dormant": [row(1)]})
        assert codes_of(rules(tmp_path, OLD, protect=[one]), exports) == ["PP232"]
        assert not exports.asked
