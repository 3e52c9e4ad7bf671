"""Ids: what is fit to be sent, and what never leaves however it was written."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from purgeplan.model.ids import (
    EXTERNAL_ID,
    MAX_ID_BYTES,
    ONESIGNAL_ID,
    SUBSCRIPTION_ID,
    canonical,
    comparable,
    masked,
    unfit,
)

UUID = "6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9"
PATHS = ["", " ", "\u3000", ".", ".."]
CONTROLS = ["\0", "a\0b", "\n", "a\r\nb", "\x1b[2J", "\x7f", "\x85", "\ud800"]
TOO_LONG = ["x" * (MAX_ID_BYTES + 1), "é" * (MAX_ID_BYTES // 2 + 1)]
FIT = [
    "a",
    "00123",
    "a/../b",
    "%2e%2e",
    "...",
    "é",
    "💥",
    "x" * MAX_ID_BYTES,
    "a@b.c",
    "-1",
    "null",
]


@pytest.mark.parametrize("one", [*PATHS, *CONTROLS, *TOO_LONG, "1.23E+15"], ids=ascii)
@pytest.mark.parametrize("kind", [EXTERNAL_ID, "crm_id", ONESIGNAL_ID, SUBSCRIPTION_ID])
def test_what_a_client_folds_cuts_or_loses_is_unfit(kind, one):
    """Whatever kind of id it is meant to be, and the reason never repeats it."""
    why = unfit(kind, canonical(kind, one))

    assert why
    assert len(one) < 9 or one not in why


@pytest.mark.parametrize("one", FIT, ids=ascii)
def test_odd_ids_of_the_customers_are_fit(one):
    """Free text is theirs, as long as it stays one segment of a path."""
    assert unfit(EXTERNAL_ID, one) is None


@pytest.mark.parametrize("kind", [SUBSCRIPTION_ID, ONESIGNAL_ID])
@pytest.mark.parametrize(
    "one", [f"{UUID}/..", f"{UUID}x", UUID[:-1], UUID.replace("-", ""), f"{{{UUID}}}", "all", "*"]
)
def test_only_uuids_are_ids_of_onesignals_own(kind, one):
    """One segment with exactly 32 hex digits in five groups."""
    assert unfit(kind, canonical(kind, one)) is not None
    assert unfit(kind, canonical(kind, f" {UUID.upper()}\t")) is None


@given(st.text())
@example("a\u0300\0")
def test_no_fit_id_holds_a_control_character_or_is_empty(text):
    """Of any text at all."""
    if unfit(EXTERNAL_ID, text) is None:
        assert text.strip()
        assert not {unicodedata.category(one) for one in text} & {"Cc", "Cs"}
        assert 0 < len(text.encode()) <= MAX_ID_BYTES


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann@Acme.example", " ann@acme.example "),
        ("ﬁn", "FIN"),
        ("Ａｎｎ２", "ann2"),
        ("STRASSE", "straße"),
        ("é", "e\u0301"),
    ],
)
def test_protect_lists_match_wider_than_equality(one, other):
    """Case, width and composition of letters are no difference that people would mean."""
    assert comparable(EXTERNAL_ID, one) == comparable(EXTERNAL_ID, other)


@pytest.mark.parametrize("one", ["ann@acme.example", "4711", "short"])
def test_a_masked_id_can_not_be_used(one):
    """Short ones and addresses vanish whole."""
    assert masked(one) == "…"
    assert masked(UUID) == "6f1c…a9"
