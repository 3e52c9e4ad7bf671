"""What is struck out of logs, errors and crash reports."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purgeplan.cli.redaction import HIDDEN, redacted, redacted_field, redacted_value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("with os_v2_app_m5zabc!", f"with {HIDDEN}!"),
        ("Authorization: Key abcdefghijklmnop1234", f"Authorization: Key {HIDDEN}"),
        ("basic YWJjZGVmZ2hpamtsbW5vcA==", f"basic {HIDDEN}"),
        ("to alice.b@mail.example now", f"to {HIDDEN} now"),
        ("/by/external_id/alice%40mail.example", f"/by/external_id/{HIDDEN}"),
        ("6F1C2A50-3f0e-4a4e-9a34-1f2d7b3de2a9", "6F1C2A50-…"),
        ("6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9.dbx", "6f1c2a50-….dbx"),
        (
            "/state/6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9.db.stop exists",
            "/state/6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9.db.stop exists",
        ),
        ("key is present", "key is present"),
    ],
    ids=[
        "os_v2",
        "header",
        "basic",
        "mail",
        "quoted mail",
        "uuid",
        "no journal",
        "journal",
        "words",
    ],
)
def test_secrets_and_ids_are_struck_out(text, expected):
    """Keys, tokens and addresses become stars, UUIDs are cut to eight digits."""
    assert redacted(text) == expected


@given(st.uuids(), st.text(max_size=20), st.text(max_size=20))
def test_no_uuid_survives(uuid, before, after):
    """A UUID that stands by itself is never whole after redaction."""
    assert str(uuid) not in redacted(f"{before} {uuid} {after}")


@pytest.mark.parametrize("name", ["authorization", "api_key", "token", "key", "seal_key"])
def test_what_is_named_as_a_secret_is_hidden(name):
    """A value under a secret's name is hidden whatever it is."""
    assert redacted_field(name, 12) == HIDDEN


@pytest.mark.parametrize(
    "name", ["id", "external_id", "onesignal_id", "subscription_id", "alias", "ref"]
)
def test_free_ids_are_shown_in_part(name):
    """An id under an id's name keeps its first four and last two characters."""
    assert redacted_field(name, "customer-000181") == "cust…81"


def test_what_is_shown_in_part_stays_as_it_is():
    """A log that masks once more would say less each time."""
    assert redacted_field("ref", "cust…81") == "cust…81"
    assert redacted_field("keys", "none") == "none"


def test_nested_values_keep_their_shape():
    """Lists, mappings and numbers come out as they went in, their texts redacted."""
    value = {
        "a": ["x@y.example", 1, True, None],
        "token": "t",
        "o": ("b",),
        "z": ValueError("x@y.example"),
    }

    assert redacted_value(value) == {
        "a": [HIDDEN, 1, True, None],
        "token": HIDDEN,
        "o": ["b"],
        "z": HIDDEN,
    }
