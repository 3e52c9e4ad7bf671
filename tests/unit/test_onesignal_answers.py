"""How the API's answers are read: every shape that onesignal.md knows, and garbage."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purgeplan.model.outcome import Code
from purgeplan.onesignal.answers import read_answer, read_retry_after

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
JSON = {"content-type": "application/json; charset=utf-8"}
HTML = {"content-type": "text/html"}
WHO = "567491ee-2b0d-4a4e-9a34-1f2d7b3de2a9"
ACCESS_DENIED = (
    "Access denied.  Please include an 'Authorization: ...' header with a valid API key"
    " (https://documentation.onesignal.com/docs/en/keys-and-ids#api-keys)."
)
LEGACY_DENIED = (
    "Please include a case-sensitive header of Authorization: Basic <YOUR-REST-API-KEY-HERE>"
)


def code_of(status, document, headers=JSON):
    """Give the code for an answer with this JSON document."""
    return read_answer(status, headers, json.dumps(document).encode(), NOW).code


@pytest.mark.parametrize("status", [200, 202, 204])
@pytest.mark.parametrize("headers", [{}, HTML, JSON], ids=["no type", "html", "json"])
def test_success_without_a_body_is_accepted(status, headers):
    """2xx with an empty body is accepted, whatever content type a server writes for nothing."""
    assert read_answer(status, headers, b" \r\n", NOW).code is Code.ACCEPTED


@pytest.mark.parametrize(
    "document",
    [{}, {"success": True}, {"success": "true"}, {"identity": {}}, {"errors": []}],
    ids=json.dumps,
)
def test_success_in_json_is_accepted(document):
    """2xx with a JSON object that says nothing against it is accepted."""
    assert code_of(200, document) is Code.ACCEPTED


@pytest.mark.parametrize(
    "document", [{"success": False}, {"success": "false"}, {"errors": ["no"]}], ids=json.dumps
)
def test_success_that_denies_itself_is_rejected(document):
    """A 200 whose body says that it failed is never reported as accepted."""
    assert code_of(200, document) is Code.REJECTED


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (HTML, b"<html>Sign in</html>"),
        (HTML, b"{}"),
        ({}, b"{}"),
        ({"content-type": "application/jsonp"}, b"{}"),
        (JSON, b"<html>"),
        (JSON, b"[]"),
        (JSON, b"null"),
        (JSON, b"[" * 100_000),
        (JSON, b"\xff\xfe"),
    ],
    ids=["html", "html type", "no type", "other type", "no json", "list", "null", "deep", "bytes"],
)
def test_success_that_is_not_the_apis_is_foreign(headers, body):
    """2xx with another content type, or with what is no JSON object, stops the run."""
    assert read_answer(200, headers, body, NOW).code is Code.FOREIGN


@pytest.mark.parametrize("status", [101, 199, 301, 302, 303, 304, 307, 308, 600, 999])
def test_redirects_and_strange_statuses_are_foreign(status):
    """Whatever is neither 2xx, 4xx nor 5xx is not an answer to a DELETE."""
    assert code_of(status, {}) is Code.FOREIGN


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize(
    "document",
    [
        {"errors": [{"code": "subscription-0", "title": "Subscription not found"}]},
        {"errors": [{"title": "No aliases found for oneSignalID `...`"}]},
        {"errors": ["not found"]},
        {"errors": "not found"},
        {"errors": [{}]},
        {"errors": [None, 1, {"code": 5}]},
        {"success": False},
    ],
    ids=json.dumps,
)
def test_not_found_in_the_apis_words_is_absent(status, document):
    """404 and 410 in any shape of the API's errors mean that the id is gone."""
    assert code_of(status, document) is Code.ABSENT


@pytest.mark.parametrize(
    ("headers", "body"),
    [(HTML, b"<h1>Not Found</h1>"), (JSON, b'{"message": "no Route matched"}'), ({}, b"")],
    ids=["html", "a gateway's json", "empty"],
)
def test_not_found_by_another_is_rejected(headers, body):
    """A 404 that is not the API's proves no absence: that id failed."""
    assert read_answer(404, headers, body, NOW).code is Code.REJECTED


def test_a_legacy_400_for_an_unknown_player_is_absent():
    """The legacy endpoints say 400 where others say 404, in words of their own."""
    assert code_of(400, {"errors": ["No user with this id found"]}) is Code.ABSENT


@pytest.mark.parametrize("status", [400, 401, 403])
@pytest.mark.parametrize("text", [ACCESS_DENIED, LEGACY_DENIED])
def test_a_refused_key_is_denied(status, text):
    """A refused key comes with three statuses and two texts: all of them stop the run."""
    assert code_of(status, {"errors": [text], "reference": ["https://x"]}) is Code.DENIED


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    "document", [{"errors": [{"code": "auth-1"}]}, {"errors": ["Forbidden"]}, {"message": "no"}]
)
def test_unauthorized_in_json_is_denied(status, document):
    """401 and 403 in JSON stop the run, which loses nothing."""
    assert code_of(status, document) is Code.DENIED


@pytest.mark.parametrize("status", [401, 403])
def test_unauthorized_in_html_is_rejected(status):
    """A firewall's page about one odd id is about that id and not about the key."""
    assert read_answer(status, HTML, b"<html>blocked</html>", NOW).code is Code.REJECTED


def test_an_unknown_app_is_denied():
    """A 404 of the whole app says nothing about the id, which must not count as gone."""
    assert code_of(404, {"errors": ["Couldn't find app with id = a"]}) is Code.DENIED


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, Code.REJECTED),
        (402, Code.REJECTED),
        (405, Code.REJECTED),
        (408, Code.SERVER_ERROR),
        (409, Code.CONFLICT),
        (422, Code.REJECTED),
        (500, Code.SERVER_ERROR),
        (502, Code.SERVER_ERROR),
        (503, Code.SERVER_ERROR),
        (522, Code.SERVER_ERROR),
    ],
)
@pytest.mark.parametrize("headers", [JSON, HTML], ids=["json", "html"])
def test_other_statuses_have_a_code_each(status, code, headers):
    """Other answers mean the same in JSON and in HTML."""
    assert read_answer(status, headers, b'{"errors": ["x"]}', NOW).code is code


@pytest.mark.parametrize(
    ("limit", "per_user"),
    [
        ("Subscription/User Update Per Device", True),
        ("Subscription/User Update Per User", True),
        ("delete per subscription", True),
        ("Subscription/User Update Per App", False),
        ("", False),
        (None, False),
        (7, False),
    ],
)
def test_a_throttled_answer_names_its_bucket(limit, per_user):
    """A 429 that names one user's bucket delays that id alone, any other pauses everyone."""
    body = json.dumps({"errors": ["API rate limit exceeded"], "limit": limit}).encode()

    answer = read_answer(429, JSON | {"retry-after": "7"}, body, NOW)

    assert (answer.code, answer.retry_after_s, answer.per_user) == (Code.THROTTLED, 7.0, per_user)


def test_a_429_of_anyone_is_pacing():
    """A 429 in HTML, without Retry-After, still throttles everyone."""
    answer = read_answer(429, HTML, b"<html>", NOW)

    assert (answer.code, answer.retry_after_s, answer.per_user) == (Code.THROTTLED, None, False)


def test_a_503_with_retry_after_is_pacing_for_everyone():
    """503 with Retry-After throttles, even where its body names a user's bucket."""
    body = b'{"errors": ["Service temporarily unavailable"], "limit": "Per Device"}'

    answer = read_answer(503, JSON | {"retry-after": "30"}, body, NOW)

    assert (answer.code, answer.retry_after_s, answer.per_user) == (Code.THROTTLED, 30.0, False)


def test_an_answer_is_not_taken_for_another_that_it_resembles():
    """The same bytes mean another thing with another status, type or time."""
    body, date = b'{"errors": ["x"]}', {"retry-after": "Mon, 01 Jun 2026 12:01:30 GMT"}
    later = NOW + timedelta(seconds=60)

    codes = [
        read_answer(status, headers, body, NOW).code
        for status, headers in ((404, JSON), (404, HTML), (400, JSON), (500, JSON), (404, JSON))
    ]
    waits = [read_answer(429, JSON | date, body, now).retry_after_s for now in (NOW, later)]

    assert codes == [Code.ABSENT, Code.REJECTED, Code.REJECTED, Code.SERVER_ERROR, Code.ABSENT]
    assert waits == [90.0, 30.0]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "12"}, 12.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retryafter": "3"}, 3.0),
        ({"retry-after": "5, 5"}, 5.0),
        ({"retry-after": "Mon, 01 Jun 2026 12:01:30 GMT"}, 90.0),
        ({"retry-after": "Mon, 01 Jun 2026 11:00:00 GMT"}, 0.0),
        ({"retryafter": "Mon, 01 Jun 2026 14:00:10 +0200"}, 10.0),
        ({"retry-after": "Mon, 01 Jun 2026 12:01:30 -0000"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after": "\u0661"}, None),
        ({"retry-after": "Mon, 99 Jun 2026 12:01:30 GMT"}, None),
        ({}, None),
    ],
    ids=str,
)
def test_retry_after_is_read_in_every_spelling(headers, seconds):
    """Seconds and dates, both names of the header; what can't be read is None."""
    assert read_retry_after(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("identity", "who"),
    [
        ({"onesignal_id": WHO}, WHO),
        ({"onesignal_id": WHO.upper()}, WHO),
        ({"onesignal_id": "someone"}, None),
        ({"onesignal_id": 5}, None),
        ({}, None),
        ("text", None),
        (None, None),
    ],
    ids=str,
)
def test_the_202_of_a_user_names_who_was_deleted(identity, who):
    """The onesignal_id of the answer is taken over only where it is one."""
    body = json.dumps({"identity": identity}).encode()

    assert read_answer(202, JSON, body, NOW).onesignal_id == who


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["errors", "success", "limit", "identity", "onesignal_id", "code"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    status=st.integers(0, 999),
    kind=st.sampled_from(["application/json", "application/problem+json", "text/html", "", "\0"]),
    retry_after=st.text(max_size=40),
    body=st.binary(max_size=80) | _JUNK.map(lambda junk: json.dumps(junk).encode()),
)
def test_no_answer_makes_the_reader_raise(status, kind, retry_after, body):
    """Whatever comes back has a code; only 2xx is ever accepted and only 400, 404, 410 absent."""
    headers = {"content-type": kind, "retry-after": retry_after}

    answer = read_answer(status, headers, body, NOW)

    assert answer.status == status
    assert answer.code is not Code.ACCEPTED or status // 100 == 2
    assert answer.code is not Code.ABSENT or status in (400, 404, 410)
    assert answer.retry_after_s is None or answer.code is Code.THROTTLED
    ours = kind.startswith("application/") and _is_object(body)
    assert answer.code is not Code.ACCEPTED or ours or not body.strip()
    assert answer.code not in (Code.ABSENT, Code.DENIED) or ours
    assert answer.onesignal_id is None or answer.code is Code.ACCEPTED


def _is_object(body):
    """Tell whether a body is a JSON object."""
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False
