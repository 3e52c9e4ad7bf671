"""How a segment is found by its name, and which are refused."""

import asyncio

import pytest
from support.wire import APP_ID, QuickClock, app_at, key, play, raw_server

from purgeplan.errors import AttentionError, CredentialsError, InvalidError
from purgeplan.model.spec import Resource
from purgeplan.onesignal.api import Api
from purgeplan.onesignal.segments import Segment, find_segment, list_segments


def named(*names):
    """Give segments as the list shows them."""
    return [{"id": f"id-{number}", "name": name} for number, name in enumerate(names)]


def page(segments, total, offset=0):
    """Give one page of the list."""
    shown = {"total_count": total, "offset": offset, "limit": 300, "segments": segments}
    return play(200, shown)


def detail(*filters):
    """Give one segment with its filters."""
    return play(200, {"subscriber_count": 5, "payload": {"filters": list(filters)}})


FILTER = {"field": "last_session", "relation": ">", "hours_ago": "4321"}
BAD_KEY = play(403, {"errors": ["Access denied.  Please include an 'Authorization: ...' header"]})


def ask(question, *script):
    """Ask on a scripted server; give the answer and the server."""

    async def main():
        async with raw_server(*script) as server:
            api = Api(app_at(server.url), Resource.SUBSCRIPTION, key(), QuickClock())
            try:
                return await question(api), server
            finally:
                await api.close()

    return asyncio.run(main())


def find(name, *script):
    """Find a segment by name."""
    return ask(lambda api: find_segment(api, name), *script)


def test_every_page_of_segments_is_listed():
    """Pages are asked for until all are there."""
    first, second = named("A", "B"), named("C")

    segments, server = ask(list_segments, page(first, 3), page(second, 3, 2))

    assert [one.name for one in segments] == ["A", "B", "C"]
    assert server.lines[1] == f"GET /apps/{APP_ID}/segments?offset=2&limit=300 HTTP/1.1"


def test_an_empty_page_ends_the_list():
    """A total that is missing or too large is no reason to ask for ever."""
    segments, server = ask(list_segments, page(named("A"), None), page([], 99))

    assert segments == [Segment("id-0", "A")]
    assert len(server.requests) == 2


def test_a_segment_with_filters_is_found():
    """The one of exactly this name is given."""
    found, _ = find("Old", page(named("Older", "Old"), 2), detail(FILTER))

    assert found == Segment("id-1", "Old")


def test_a_segment_whose_filters_can_not_be_shown_is_found():
    """A 400 says that the filters are of a kind that the API does not show: there are some."""
    refusal = play(400, {"errors": ["User-based segments are not yet supported via the API"]})

    found, _ = find("Old", page(named("Old"), 1), refusal)

    assert found.name == "Old"


@pytest.mark.parametrize(
    ("names", "wanted", "code", "words"),
    [
        (("Inactive 180d", "B"), "inactive 180d", "PP613", "did you mean 'Inactive 180d'?"),
        (("A",), "something else", "PP613", "check the name"),
        (("Old", "Old"), "Old", "PP613", "2 segments are named 'Old'"),
        (("Total Subscriptions",), "Total Subscriptions", "PP614", "is everyone"),
        (("All",), "All", "PP614", "is everyone"),
    ],
    ids=["misspelt", "unknown", "twice", "built in", "all"],
)
def test_a_name_that_is_no_ones_or_everyones_is_refused(names, wanted, code, words):
    """Unknown names get a suggestion; doubles and everyone are refused."""
    with pytest.raises(InvalidError) as refused:
        find(wanted, page(named(*names), len(names)), detail(FILTER))

    assert refused.value.findings[0].code == code
    assert words in str(refused.value)


def test_a_segment_without_filters_is_everyone():
    """Whatever its name, a segment that filters nobody out is refused."""
    with pytest.raises(InvalidError) as refused:
        find("Old", page(named("Old"), 1), detail())

    assert refused.value.findings[0].code == "PP614"


@pytest.mark.parametrize("script", [(BAD_KEY,), (page(named("Old"), 1), BAD_KEY)])
def test_a_bad_key_is_a_credentials_error(script):
    """A key that may not list or view segments stops the command."""
    with pytest.raises(CredentialsError):
        find("Old", *script)


@pytest.mark.parametrize(
    "step",
    [
        play(400, {"errors": ["x"]}),
        play(200, {"segments": "x"}),
        play(200, {"segments": [{"name": "Old"}]}),
        play(200, {"segments": [5]}),
    ],
)
def test_a_strange_list_wants_attention(step):
    """A list that is none is not taken for an empty one."""
    with pytest.raises(AttentionError):
        find("Old", step)
