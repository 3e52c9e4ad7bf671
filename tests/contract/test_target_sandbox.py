"""DeleteTarget and OneSignalApp keep their ports' promises against the sandbox, on a real wire."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from support.sandbox import sandbox
from support.wire import QuickClock, app_at

from purgeplan.errors import CredentialsError, RefusedError
from purgeplan.model.outcome import Code, Item
from purgeplan.model.ports import AppFacts
from purgeplan.model.secret import Secret
from purgeplan.model.spec import Resource, Target
from purgeplan.onesignal.app import OneSignalApp
from purgeplan.onesignal.deletes import DeleteTarget

NOBODY = "00000000-0000-4000-8000-000000000000"
TARGETS = {
    "subscription": Target(Resource.SUBSCRIPTION),
    "player": Target(Resource.PLAYER),
    "onesignal_id": Target(Resource.USER, "onesignal_id"),
    "external_id": Target(Resource.USER, "external_id"),
}
COLUMNS = {
    "subscription": "id",
    "player": "id",
    "onesignal_id": "onesignal_id",
    "external_id": "external_user_id",
}


@pytest.fixture(scope="module")
def box():
    """Give one sandbox without limits, whose deletions are carried out at once."""
    with sandbox("--subscriptions", "300", "--no-limits", "--delete-lag", "0ms") as running:
        yield running


@asynccontextmanager
async def deletes(box, target, secret=None, root=""):
    """Give a DeleteTarget for the sandbox's app."""
    app = app_at(box.url + root, box.app_id)
    secret = Secret(secret or box.api_key)
    made = DeleteTarget(app, target, secret, QuickClock())
    try:
        yield made
    finally:
        await made.close()


@asynccontextmanager
async def views(box, target, secret=None, app_id=None):
    """Give a view of an app in the sandbox."""
    app = app_at(box.url, app_id or box.app_id)
    view = OneSignalApp(app, target, Secret(secret or box.api_key), QuickClock())
    try:
        yield view
    finally:
        await view.close()


def somebody(box, column, number):
    """Give an id of the audience that has one in this column."""
    return sorted({row[column] for row in box.audience()} - {""})[number]


@pytest.mark.parametrize("root", ["", "/api/v1"], ids=["root", "legacy root"])
@pytest.mark.parametrize("kind", TARGETS)
def test_a_delete_is_accepted_once_and_then_absent(box, kind, root):
    """The first DELETE is accepted and carried out, the second finds nobody."""
    one = somebody(box, COLUMNS[kind], 7)

    async def main():
        async with deletes(box, TARGETS[kind], root=root) as to:
            first = await to.delete(Item(0, one))
            return first, await to.delete(Item(0, one))

    first, second = asyncio.run(main())

    assert (first.code, second.code) == (Code.ACCEPTED, Code.ABSENT)


def test_the_answer_for_a_user_names_who_was_deleted(box):
    """Deleted by external_id, the user's onesignal_id comes back."""
    one = somebody(box, "external_user_id", 11)
    row = next(row for row in box.audience() if row["external_user_id"] == one)

    async def main():
        async with deletes(box, TARGETS["external_id"]) as to:
            return await to.delete(Item(0, one))

    assert asyncio.run(main()).onesignal_id == row["onesignal_id"]


@pytest.mark.parametrize("root", ["", "/api/v1"], ids=["root", "legacy root"])
@pytest.mark.parametrize("kind", TARGETS)
def test_a_wrong_key_is_denied(box, kind, root):
    """Whatever the endpoint and its body, a wrong key is a denial and deletes nobody."""
    one = somebody(box, COLUMNS[kind], 3)

    async def main():
        async with deletes(box, TARGETS[kind], "os_v2_app_wrong", root) as to:
            return await to.delete(Item(0, one))

    assert asyncio.run(main()).code is Code.DENIED
    assert one in {row[COLUMNS[kind]] for row in box.audience()}


@pytest.mark.parametrize("kind", TARGETS)
def test_nobody_is_absent(box, kind):
    """An id that never was is absent, in the words of each endpoint."""

    async def main():
        async with deletes(box, TARGETS[kind]) as to:
            return await to.delete(Item(0, NOBODY))

    assert asyncio.run(main()).code is Code.ABSENT


@pytest.mark.parametrize("kind", ["subscription", "player"])
def test_a_look_counts_the_subscriptions(box, kind):
    """Name and count are the sandbox's own."""

    async def main():
        async with views(box, TARGETS[kind]) as view:
            return await view.look()

    assert asyncio.run(main()) == AppFacts(box.name, len(box.audience()))


def test_a_look_with_a_wrong_key_is_a_credentials_error(box):
    """A key that no endpoint takes is told from an app that may not be viewed."""

    async def main():
        async with views(box, TARGETS["subscription"], secret="os_v2_app_wrong") as view:  # noqa: S106 - no key
            await view.look()

    with pytest.raises(CredentialsError):
        asyncio.run(main())


def test_a_look_at_an_unknown_app_is_refused(box):
    """An app id that does not exist is refused."""

    async def main():
        async with views(box, TARGETS["subscription"], app_id=NOBODY) as view:
            await view.look()

    with pytest.raises(RefusedError):
        asyncio.run(main())


@pytest.mark.parametrize("kind", ["subscription", "player"])
def test_an_app_that_may_not_be_viewed_has_no_facts(kind):
    """Where only an organization's key may view the app, the key is proven and facts unknown."""

    async def main(box):
        async with views(box, TARGETS[kind]) as view:
            return await view.look()

    with sandbox("--subscriptions", "5", "--app-view", "org") as box:
        assert asyncio.run(main(box)) == AppFacts(None, None)


def test_views_tell_who_is_there(box):
    """Subscriptions, players and users are found, nobody is not, and an alias names its user."""
    row = next(row for row in box.audience() if row["external_user_id"])

    async def main():
        async with views(box, TARGETS["subscription"]) as view:
            return [
                await view.holds("subscription_id", row["id"]),
                await view.holds("subscription_id", NOBODY),
                await view.holds("external_id", row["external_user_id"]),
                await view.holds("onesignal_id", NOBODY),
                await view.onesignal_id("external_id", row["external_user_id"]),
                await view.onesignal_id("subscription_id", row["id"]),
                await view.onesignal_id("external_id", "nobody"),
            ]

    async def legacy():
        async with views(box, TARGETS["player"]) as view:
            ids = (row["id"], NOBODY)
            return [await view.holds("subscription_id", one) for one in ids]

    who = row["onesignal_id"]
    assert asyncio.run(main()) == [True, False, True, False, who, who, None]
    assert asyncio.run(legacy()) == [True, False]


@pytest.mark.parametrize(
    ("fault", "codes"),
    [
        ("429=1", {Code.THROTTLED}),
        ("503=1", {Code.SERVER_ERROR, Code.THROTTLED}),
        ("500=1", {Code.SERVER_ERROR}),
        ("reset=1", {Code.CONNECTION_LOST}),
        ("html404=1", {Code.REJECTED}),
    ],
)
def test_faults_have_their_codes(fault, codes):
    """Each fault of the sandbox is one DELETE in its ledger and the answer it stands for."""
    with sandbox("--subscriptions", "5", "--fault", fault) as box:
        one = somebody(box, "id", 0)

        async def main():
            async with deletes(box, TARGETS["subscription"]) as to:
                return await to.delete(Item(0, one))

        assert asyncio.run(main()).code in codes
        assert len(box.deletes()) == 1
