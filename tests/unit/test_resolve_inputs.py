"""What is read for a set: lists that are empty, bad ids, times to come, paths, standard input."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from support.sources import NOW, codes, inline, plan, resolved, source

from purgeplan.errors import Place
from purgeplan.model.facts import Counts
from purgeplan.model.ids import EXTERNAL_ID
from purgeplan.model.spec import Policy, Purpose, SourceSpec


def test_a_list_from_the_future_is_refused(tmp_path):
    """It would win over every return."""
    spec = plan(tmp_path, inline("a", as_of=NOW + timedelta(seconds=1)))

    assert codes(spec) == [("PP220", "plan.yaml:3")]


def test_an_empty_source_is_an_error_of_a_cleanup(tmp_path):
    """An empty list is more likely a failed export."""
    (tmp_path / "none.csv").write_text("external_id\n")
    spec = plan(tmp_path, inline("a"), source(by=EXTERNAL_ID, line=7, path="none.csv"))

    assert codes(spec) == [("PP215", "plan.yaml:7")]


def test_an_empty_source_of_an_erasure_is_nothing_to_do(tmp_path):
    """A night on which nobody asked is a good night."""
    (tmp_path / "none.csv").write_text("external_id\n")
    none = source(by=EXTERNAL_ID, path="none.csv")
    with resolved(plan(tmp_path, none, purpose=Purpose.ERASURE)) as found:
        assert found.counts == Counts(rows=0, duplicates=0, protected=0, planned=0, to_delete=0)
        assert (list(found.items()), found.sample) == ([], ())


def test_an_empty_protect_list_is_an_error_of_every_plan(tmp_path):
    """It would protect nobody, without a word."""
    (tmp_path / "staff.csv").write_text("external_id\n")
    protect = [source(by=EXTERNAL_ID, line=9, path="staff.csv")]
    spec = plan(tmp_path, inline("a"), protect=protect, purpose=Purpose.ERASURE)

    assert codes(spec) == [("PP215", "plan.yaml:9")]


def test_an_erasure_sets_bad_ids_aside_and_says_where(tmp_path):
    """The others are erased; rows still add up."""
    (tmp_path / "ids.csv").write_text("external_id\na\n..\nb\n4.7E+15\na\n")
    asked = source(by=EXTERNAL_ID, path="ids.csv")
    with resolved(plan(tmp_path, asked, purpose=Purpose.ERASURE)) as found:
        assert list(found.sorted_ids()) == ["a", "b"]
        assert found.counts == Counts(
            rows=5, duplicates=1, protected=0, planned=2, to_delete=2, rejected=2
        )
        assert [str(one.place) for one in found.set_aside] == ["ids.csv:3", "ids.csv:5"]
        assert found.sources[0].rejected == 2


def test_a_protect_list_with_a_bad_id_stops_an_erasure(tmp_path):
    """Nobody knows whom the bad row was to protect, whoever keeps the list."""
    spec = plan(tmp_path, inline("a"), protect=[inline("..")], purpose=Purpose.ERASURE)
    bare, policy = replace(spec, protect=()), Policy("purgeplan.yaml", protect=spec.protect)

    assert codes(spec) == [("PP214", "plan.yaml:3")]
    assert codes(bare, policy) == [("PP214", "plan.yaml:3")]


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    """Problems of one source do not hide those of the next, nor of a protect list."""
    (tmp_path / "short.csv").write_text("external_id,n\na\n")
    spec = plan(
        tmp_path,
        source(by=EXTERNAL_ID, path="short.csv"),
        source(by=EXTERNAL_ID, line=5, path="nix.csv"),
        inline(".."),
        protect=[source(by=EXTERNAL_ID, line=9, path="../staff.csv")],
    )

    assert codes(spec) == [
        ("PP210", "short.csv:2"),
        ("PP201", "plan.yaml:5"),
        ("PP214", "plan.yaml:3"),
        ("PP202", "plan.yaml:9"),
    ]


@pytest.mark.parametrize(
    "shown", ["x.yaml", "plans/x.yaml", "../x.yaml", "/repository/plans/x.yaml"]
)
def test_paths_are_relative_to_the_file_whatever_the_current_folder(tmp_path, shown):
    """Plan and policy name files from where they lie; a place is only how messages show it."""
    for folder, ids in {"": "z", "plans": "ab", "policy": "a"}.items():
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "ids.csv").write_text("\n".join(["external_id", *ids]))
    named = SourceSpec("csv", {"path": "ids.csv"}, EXTERNAL_ID, Place(shown, 3))
    spec = replace(plan(tmp_path, named), path="plans/x.yaml")
    policy = Policy("policy/purgeplan.yaml", protect=(named,))
    with resolved(spec, policy) as found:
        assert list(found.sorted_ids()) == ["b"]
        assert found.files.keys() == {"plans/ids.csv"}
        assert found.sources[0].name == "plans/ids.csv"
        assert found.protects[0].name == "policy/ids.csv"


def test_standard_input_is_read_once_and_by_sources_only(tmp_path):
    """A second reader would find nothing; a protect list must be there at each start."""
    piped = source(by=EXTERNAL_ID, path="-")
    data = b"external_id\na\n"
    with resolved(plan(tmp_path, piped), stdin=io.BytesIO(data)) as found:
        assert (list(found.sorted_ids()), found.files) == (["a"], {})

    again = [piped, source(by=EXTERNAL_ID, line=5, path="-")]
    assert ("PP218", "plan.yaml:5") in codes(plan(tmp_path, *again), stdin=io.BytesIO(data))
    protect = plan(tmp_path, inline("a"), protect=[piped])
    assert ("PP218", "plan.yaml:3") in codes(protect, stdin=io.BytesIO(data))
