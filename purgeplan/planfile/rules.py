"""The rules that a schema can't say: settings that exclude each other, times, addresses, names."""

from collections.abc import Iterator
from datetime import datetime

from purgeplan.errors import Finding
from purgeplan.model.ids import SUBSCRIPTION_ID, canonical, unfit
from purgeplan.model.spec import Policy, Purpose, Resource, Retry
from purgeplan.planfile.addresses import address_problem
from purgeplan.planfile.document import Document, Pointer
from purgeplan.planfile.expected import close_to
from purgeplan.planfile.forms import host, id_kind, instant, positive_seconds

_URL = "leave it out, or write https://api.onesignal.com"


def of_plan(document: Document, now: datetime) -> Iterator[Finding]:
    """Give what is wrong with a plan by itself; holds for documents that break their schema too."""
    yield from _pace(document)
    yield from _retry(document)
    yield from _target(document)
    yield from _other_kinds(document)
    yield from _erasure(document)
    yield from _exports(document)
    yield from of_sources(document, now)


def of_plan_under(document: Document, policy: Policy | None) -> Iterator[Finding]:
    """Give what is wrong with a plan's app under the policy, or without one."""
    name = document.at("app")
    if isinstance(name, str):
        yield from _named_app(document, name, policy)
    if policy is not None:
        yield from _other_key(document, policy)
    hosts = policy.hosts if policy is not None else ()
    yield from _base_url(document, ("app", "base_url"), hosts)


def of_policy(document: Document, now: datetime) -> Iterator[Finding]:
    """Give what is wrong with a policy by itself."""
    yield from of_sources(document, now)
    listed = document.at("hosts")
    hosts = [host(str(one)) or "" for one in listed] if isinstance(listed, list) else []
    apps = document.at("apps")
    for at in range(len(apps) if isinstance(apps, list) else 0):
        yield from _base_url(document, ("apps", at, "base_url"), hosts)
        for key in ("name", "id"):
            yield from _again(document, at, key)


def source_pointers(document: Document) -> list[Pointer]:
    """Give the pointers of all sources and protect lists that are mappings."""
    one: list[Pointer] = [("source",)]
    items = ("source", "protect")
    found = [*one, *((key, at) for key in items for at in _indexes(document.at(key)))]
    return [pointer for pointer in found if isinstance(document.at(*pointer), dict)]


def of_sources(document: Document, now: datetime) -> Iterator[Finding]:
    """Refuse evidence from the future, which would count as younger than any deletion.

    And ids that stand in the file and can't be sent.
    """
    for pointer in source_pointers(document):
        yield from _inline(document, pointer)
        written = document.at(*pointer, "as_of")
        when = instant(written) if isinstance(written, str) else None
        if when is not None and when > now:
            mend = "write when this was true; without an offset it is UTC"
            yield document.finding("PP029", "as_of is in the future", mend, (*pointer, "as_of"))


def _indexes(value: object) -> range:
    return range(len(value) if isinstance(value, list) else 0)


def _pace(document: Document) -> Iterator[Finding]:
    pace = document.at("pace")
    if isinstance(pace, dict) and "delay" in pace and "rate" in pace:
        problem = "`delay` and `rate` exclude each other"
        yield document.finding_at_key("PP026", problem, "keep one of them", ("pace", "rate"))


def _retry(document: Document) -> Iterator[Finding]:
    wait, most = (_seconds(document, "retry", key) for key in ("backoff", "max_backoff"))
    if (wait or Retry().backoff_s) > (most or Retry().max_backoff_s):
        key = "backoff" if wait else "max_backoff"
        problem = "`backoff` is longer than `max_backoff`"
        mend = "write both, the longer one as `max_backoff` (60s if left out)"
        yield document.finding("PP026", problem, mend, ("retry", key))


def _seconds(document: Document, *pointer: str) -> float | None:
    written = document.at(*pointer)
    return positive_seconds(written) if isinstance(written, str) else None


def _target(document: Document) -> Iterator[Finding]:
    resource, by = document.at("target", "resource"), document.at("target", "by")
    if resource not in [*Resource] or not isinstance(by, str) or id_kind(by) is None:
        return
    if (resource == Resource.USER) == (by == SUBSCRIPTION_ID):
        problem = f"a {resource} is not deleted by this kind of id"
        fits = "external_id, onesignal_id or an alias label"
        mend = f"write {fits}" if resource == Resource.USER else "leave `by` out"
        yield document.finding("PP026", problem, mend, ("target", "by"))


def _other_kinds(document: Document) -> Iterator[Finding]:
    """Refuse a source of ids of another kind: nothing turns them into ids of the target's."""
    wanted = _target_kind(document)
    for pointer in source_pointers(document):
        by = _kind(document, pointer)
        if pointer[0] == "source" and None not in (by, wanted) and by != wanted:
            problem = f"ids by {by} are none to delete by {wanted}"
            mend = f"leave `by` out, and have `column` name the one that holds the {wanted}"
            yield document.finding("PP026", problem, mend, (*pointer, "by"))


def _erasure(document: Document) -> Iterator[Finding]:
    """Refuse an erasure of devices, which would leave the user and the others."""
    resource = document.at("target", "resource")
    others = [one for one in Resource if one != Resource.USER]
    if document.at("purpose") == Purpose.ERASURE and resource in others:
        problem = f"an erasure deletes users, and this plan's target is {resource}"
        mend = "write `target: {resource: user, by: ...}`, or another purpose"
        yield document.finding("PP026", problem, mend, ("target", "resource"))


def _inline(document: Document, pointer: Pointer) -> Iterator[Finding]:
    """Refuse ids in the file that can't be sent; an erasure sets those of its sources aside."""
    ids, kind = document.at(*pointer, "ids"), _kind(document, pointer)
    aside = pointer[0] == "source" and document.at("purpose") == Purpose.ERASURE
    if document.at(*pointer, "from") != "inline" or aside or kind is None:
        return
    for at, one in enumerate(ids if isinstance(ids, list) else []):
        problem = unfit(kind, canonical(kind, one)) if isinstance(one, str) else None
        if problem is not None:
            place = (*pointer, "ids", at)
            yield document.finding("PP214", f"ids[{at}] {problem}", "correct it", place)


def _kind(document: Document, pointer: Pointer) -> str | None:
    """Give the kind of ids of a source or protect list, None where that is not clear."""
    by = document.at(*pointer, "by")
    if by is None and pointer[0] == "source":
        return _target_kind(document)
    return id_kind(by) if isinstance(by, str) else None


def _target_kind(document: Document) -> str | None:
    """Give the kind of ids that are deleted, None where that is not clear."""
    users = document.at("target", "resource") == Resource.USER
    by = document.at("target", "by") if users else SUBSCRIPTION_ID
    return id_kind(by) if isinstance(by, str) else None


def _exports(document: Document) -> Iterator[Finding]:
    """Refuse an export that nothing narrows down; only a reset takes everyone."""
    if document.at("purpose") == Purpose.RESET:
        return
    for pointer in source_pointers(document):
        narrowed = any(document.at(*pointer, key) is not None for key in ("inactive_for", "where"))
        if document.at(*pointer, "from") == "export" and not narrowed:
            problem = "an export without `inactive_for` or `where` is everyone"
            yield document.finding("PP021", problem, "add `inactive_for: 180d`", pointer)


def _named_app(document: Document, name: str, policy: Policy | None) -> Iterator[Finding]:
    names = [entry.app.name for entry in policy.apps] if policy is not None else []
    if name in names:
        return
    problem, close = "no policy lists an app of this name", close_to(name, names)
    mend = "write `app: {id: ..., name: ...}`, or list the app in purgeplan.yaml"
    if policy is not None:
        problem = f"{policy.path} lists no app of this name"
    yield document.finding("PP028", problem, f"did you mean {close}?" if close else mend, ("app",))


def _other_key(document: Document, policy: Policy) -> Iterator[Finding]:
    """Refuse another key than the policy's: it would send any secret of the reader's as one."""
    app = document.at("app")
    entry = policy.app(str(app.get("id")).lower()) if isinstance(app, dict) else None
    written = document.at("app", "api_key")
    if entry is None or not isinstance(written, dict):
        return
    if written != {entry.app.api_key.kind: entry.app.api_key.name}:
        problem = "the policy names another key for this app"
        mend = f"leave `api_key` out, or have it changed in {policy.path}"
        yield document.finding_at_key("PP036", problem, mend, ("app", "api_key"))


def _base_url(
    document: Document, pointer: Pointer, hosts: tuple[str, ...] | list[str]
) -> Iterator[Finding]:
    url = document.at(*pointer)
    problem = address_problem(url, hosts) if isinstance(url, str) else None
    if problem is not None:
        yield document.finding("PP027", f"base_url {problem}", _URL, pointer)


def _again(document: Document, at: int, key: str) -> Iterator[Finding]:
    own = document.at("apps", at, key)
    before = [document.at("apps", other, key) for other in range(at)]
    if isinstance(own, str) and own.lower() in [str(one).lower() for one in before]:
        problem = f"two apps have this {key}"
        yield document.finding("PP030", problem, "keep one entry an app", ("apps", at, key))
