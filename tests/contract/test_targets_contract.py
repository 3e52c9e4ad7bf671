"""The kinds of targets: one file and one line each, none forgotten, every path percent-encoded."""

from pathlib import Path

import pytest

import purgeplan.onesignal.targets as room
from purgeplan.model.outcome import Item
from purgeplan.model.spec import Resource
from purgeplan.onesignal.targets import TARGETS

UUID = "06489c6d-4d32-4dd7-a22e-40312d218523"


def test_each_file_is_a_line_of_the_table():
    """A file without its line, or a line without its file, is found here."""
    files = {path.stem for path in Path(room.__file__).parent.glob("[!_]*.py")}

    assert files == {str(resource) for resource in TARGETS} == {str(one) for one in Resource}


@pytest.mark.parametrize("resource", TARGETS)
def test_a_path_names_app_and_id_and_nothing_else(resource):
    """App and id are one segment or parameter each."""
    path = TARGETS[resource]("", "my/app", "external_id")(Item(0, UUID))

    assert UUID in path
    assert "my%2Fapp" in path


@pytest.mark.parametrize("resource", TARGETS)
@pytest.mark.parametrize("bad", ["", ".", "..", "a\x00b"])
def test_an_unfit_id_never_becomes_a_path(resource, bad):
    """What an HTTP client would fold into another path is refused."""
    with pytest.raises(ValueError, match="bug in purgeplan"):
        TARGETS[resource]("", "app", "external_id")(Item(0, bad))


def test_a_user_planned_by_onesignal_id_is_addressed_by_it_alone():
    """Whoever an earlier answer has named beside it was never planned."""
    other = "10000000-0000-4000-8000-000000000009"
    path = TARGETS[Resource.USER]("", "app", "onesignal_id")(Item(0, UUID, onesignal_id=other))

    assert path == f"/apps/app/users/by/onesignal_id/{UUID}"


def test_a_user_is_addressed_by_onesignal_id_where_it_is_known():
    """Who registered anew under an alias has another onesignal_id."""
    path = TARGETS[Resource.USER]("", "app", "external_id")(Item(0, "ann/1", onesignal_id=UUID))

    assert path == f"/apps/app/users/by/onesignal_id/{UUID}"
