"""Reads a plan file with the policy above it: from text to typed values, or to all findings."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

from purgeplan.errors import Finding, InvalidError, Place
from purgeplan.model.spec import PlanSpec, Policy
from purgeplan.planfile import rules
from purgeplan.planfile.check import check
from purgeplan.planfile.document import Document
from purgeplan.planfile.fields import Schema
from purgeplan.planfile.load import Loaded, load
from purgeplan.planfile.locate import POLICY, Site, saved_site, site_of
from purgeplan.planfile.parse import spec_of
from purgeplan.planfile.policy import policy_of
from purgeplan.planfile.schema import Kinds, plan_schema, policy_schema
from purgeplan.planfile.text import display, read_text

Rule = Callable[[Document], Iterable[Finding]]
MAX_FINDINGS: Final = 100
_ABOUT_KEYS: Final = frozenset({"PP020", "PP021"})


def read_plan(path: Path, kinds: Kinds, now: datetime) -> tuple[PlanSpec, Policy | None]:
    """Read a plan file and its policy; ``kinds`` are the fragments of the kinds of sources.

    Raises InvalidError with every finding of both files.
    """
    site = site_of(path)
    if is_policy(path):
        place = Place(display(site.path))
        mend = "name a plan file; the policy is found by itself"
        raise InvalidError(Finding("PP032", "this is the policy, and no plan", mend, place))
    policy, wrong = _policy(site, kinds, now)
    loaded = _loaded(site.path)
    ruled: list[Rule] = [lambda document: rules.of_plan(document, now)]
    if not wrong:
        ruled.append(lambda document: rules.of_plan_under(document, policy))
    wrong += _judged(loaded, plan_schema(kinds), ruled)
    return _spec(loaded, wrong, site, policy), policy


def is_policy(path: Path) -> bool:
    """Tell by its name whether a file is a policy."""
    return path.name == POLICY


def read_policy(path: Path, kinds: Kinds, now: datetime) -> Policy:
    """Read a policy by its own path, as ``read_plan`` does above a plan.

    Raises InvalidError with every finding.
    """
    site = site_of(path)
    policy, wrong = _policy(Site(site.path, site.root, site.path), kinds, now)
    if policy is None:
        raise InvalidError(*wrong)
    return policy


def read_saved_plan(
    text: str, path: str, folder: Path, kinds: Kinds, now: datetime
) -> tuple[PlanSpec, Policy | None]:
    """Give a plan whose text was saved, as if it stood at ``path`` in the repository of a folder.

    The policy is the one found there now. Raises InvalidError with every finding of both.
    """
    site = saved_site(path, folder)
    policy, wrong = _policy(site, kinds, now)
    if wrong:
        raise InvalidError(*wrong)
    return parse_plan_text(text, path, str(site.root), kinds, policy=policy, now=now), policy


def parse_plan_text(  # noqa: PLR0913 - a text, where it stands, and what it is judged by
    text: str, path: str, root: str, kinds: Kinds, *, policy: Policy | None, now: datetime
) -> PlanSpec:
    """Give the plan of a text; ``path`` is relative to ``root``, and need not exist.

    Raises InvalidError with every finding.
    """
    loaded = load(text, path)
    ruled: list[Rule] = [
        lambda document: rules.of_plan(document, now),
        lambda document: rules.of_plan_under(document, policy),
    ]
    wrong = _judged(loaded, plan_schema(kinds), ruled)
    return _spec(loaded, wrong, Site(Path(root, path), Path(root), None), policy)


def _policy(site: Site, kinds: Kinds, now: datetime) -> tuple[Policy | None, list[Finding]]:
    if site.policy is None:
        return None, []
    loaded = _loaded(site.policy)
    ruled: list[Rule] = [lambda document: rules.of_policy(document, now)]
    wrong = _judged(loaded, policy_schema(kinds), ruled)
    document = loaded[0]
    if wrong or document is None:
        return None, wrong
    return policy_of(document, site.policy.relative_to(site.root).as_posix()), []


def _loaded(path: Path) -> Loaded:
    file = display(path)
    try:
        return load(read_text(path, file), file)
    except InvalidError as error:
        return None, list(error.findings)


def _judged(loaded: Loaded, schema: Schema, ruled: Iterable[Rule]) -> list[Finding]:
    """Give all findings in order of their places; of one value only the first is told.

    What the loader refused comes first: a line with a key in it has no other faults worth telling.
    """
    document, found = loaded
    if document is None:
        return _in_order(found)
    told = {finding.place for finding in found}
    keyed = {finding.place.line for finding in found if finding.place and finding.code == "PP012"}
    more = [*check(document, schema), *(one for rule in ruled for one in rule(document))]
    for finding in more:
        about_keys = finding.code in _ABOUT_KEYS
        line = finding.place.line if finding.place else 0
        if about_keys or (finding.place not in told and line not in keyed):
            found.append(finding)
            if not about_keys:
                told.add(finding.place)
    return _in_order(found)


def _in_order(findings: Iterable[Finding]) -> list[Finding]:
    found = sorted(findings, key=lambda one: (one.place or Place(""), one.code))
    if len(found) <= MAX_FINDINGS:
        return found
    mend = "mend these first"
    more = Finding("PP033", "there are more problems than are told", mend, found[-1].place)
    return [*found[:MAX_FINDINGS], more]


def _spec(loaded: Loaded, wrong: list[Finding], site: Site, policy: Policy | None) -> PlanSpec:
    document = loaded[0]
    if wrong or document is None:
        raise InvalidError(*wrong)
    return spec_of(document, site.name, str(site.root), policy)
