"""The files that ``init`` writes: a plan, a policy, a workflow; pure text from values."""

import json
import re
from dataclasses import dataclass
from typing import Final

from purgeplan import __version__

SCHEMA_FILE: Final = "plan.schema.json"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a plan file is made of; ``column`` is None where its kind finds it by itself."""

    name: str
    reason: str
    app_id: str
    app_name: str
    path: str
    resource: str
    by: str | None
    column: str | None
    max_delete: int


def plan_text(answers: Answers) -> str:
    """Give a commented plan file."""
    by = [f"  by: {_quoted(answers.by)}"] if answers.resource == "user" and answers.by else []
    column = [f"  column: {_quoted(answers.column)}"] if answers.column else []
    return "\n".join(
        [
            f"# yaml-language-server: $schema={SCHEMA_FILE}",
            "# Nothing is deleted before `purgeplan apply`, and nobody who is not in this list.",
            "version: 1",
            f"name: {_quoted(answers.name)}",
            f"reason: {_quoted(answers.reason)}",
            "app:",
            f"  id: {_quoted(answers.app_id)}",
            f"  name: {_quoted(answers.app_name)}  # as OneSignal shows it; you will type it",
            "  api_key: {env: ONESIGNAL_API_KEY}  # where the key is, never the key itself",
            "target:",
            f"  resource: {answers.resource}  # {_MEANING[answers.resource]}",
            *by,
            "source:",
            "  from: csv",
            f"  path: {_quoted(answers.path)}  # relative to this file",
            *column,
            "limits:",
            f"  max_delete: {answers.max_delete}  # one more, and the plan is refused",
            "  max_delete_percent: 10  # of all that the app holds",
            "  keep_at_least: 1  # so many must be left",
            "pace:",
            "  delay: 500ms  # one at a time; `rate: 100/s` instead is fifty times as fast",
            "# Whoever is listed here stays, whatever the source says:",
            "# protect:",
            "#   - {from: csv, path: protect/staff.csv, by: external_id}",
            "",
        ]
    )


_MEANING: Final = {
    "subscription": "one device or address; the user stays, with their others",
    "user": "the whole user, with every subscription they have",
    "player": "a subscription, through the legacy endpoint",
}


def policy_text(app_id: str, app_name: str) -> str:
    """Give a commented policy: what every plan of the repository must keep to."""
    return "\n".join(
        [
            "# What every plan below this folder must keep to. A plan may tighten it, never loosen",
            "# it; have changes of this file reviewed by someone else.",
            "version: 1",
            "apps:",
            f"  - name: {_quoted(app_name)}",
            f"    id: {_quoted(app_id)}",
            "    api_key: {env: ONESIGNAL_API_KEY}",
            "max_delete: 20000  # the most that a plan may set",
            "max_delete_percent: 15",
            "budget: {max_delete: 20000, per: 24h}  # over all plans of an app",
            "# protect:",
            "#   - {from: csv, path: protect/staff.csv, by: external_id}",
            "# require: {ticket: true}",
            "",
        ]
    )


def workflow_text(plan: str, *others: str) -> str:
    """Give a GitHub workflow: the plan on every pull request, apply by hand and approved.

    ``plan`` and the ``others``, files that decide who goes too, are relative to the repository's
    root.
    """
    values = {
        "PATHS": ", ".join(_quoted(_literal(one)) for one in (plan, *others)),
        "PLAN_FILE": _quoted(plan),
        "RELEASE": _quoted(f"purgeplan=={__version__}"),
    }
    # In one pass: a path may have one of these words in it.
    return re.sub("PATHS|PLAN_FILE|RELEASE", lambda found: values[found[0]], WORKFLOW)


def _literal(path: str) -> str:
    """Give a path as GitHub's filters take it literally: some characters are patterns there."""
    return re.sub(r"[\\*?+\[\]!]", r"\\\g<0>", path)


WORKFLOW: Final = """\
# Plan on each pull request; apply by hand, with the fingerprint that was reviewed.
# Let the environment `onesignal-delete` hold the key and ask for a reviewer.
# A fork's pull request gets no secrets and is planned without them, from its files alone.
name: purgeplan
on:
  pull_request: {paths: [PATHS]}
  workflow_dispatch:
    inputs:
      fingerprint: {description: "The 64 digits of the reviewed plan", required: true}
      confirm: {description: "The app's name", required: true}
permissions: {}
env:
  PLAN: PLAN_FILE
  PACKAGE: RELEASE  # what pipx installs: a release, or a wheel of yours
jobs:
  plan:
    if: >-
      github.event_name == 'pull_request' && !github.event.pull_request.head.repo.fork
    runs-on: ubuntu-latest
    permissions: {contents: read}
    environment: onesignal-view
    env: {ONESIGNAL_API_KEY: "${{ secrets.ONESIGNAL_API_KEY }}"}
    steps:
      - uses: actions/checkout@v5
        with: {persist-credentials: false}
      - run: pipx install "$PACKAGE"
      - run: purgeplan plan "$PLAN" --format markdown --max-bytes 60000 >> "$GITHUB_STEP_SUMMARY"
  plan-of-a-fork:
    if: github.event_name == 'pull_request' && github.event.pull_request.head.repo.fork
    runs-on: ubuntu-latest
    permissions: {contents: read}
    steps:
      - uses: actions/checkout@v5
        with: {persist-credentials: false}
      - run: pipx install "$PACKAGE"
      - run: purgeplan plan "$PLAN" --untrusted
  apply:
    if: github.event_name == 'workflow_dispatch'
    runs-on: ubuntu-latest
    permissions: {contents: read}
    environment: onesignal-delete
    # One at a time. Of this job alone: a plan in the same group would push a waiting apply out.
    concurrency: {group: purgeplan-apply, cancel-in-progress: false}
    timeout-minutes: 350
    env:
      ONESIGNAL_API_KEY: "${{ secrets.ONESIGNAL_API_KEY }}"
      CONFIRM: "${{ inputs.confirm }}"
      FINGERPRINT: "${{ inputs.fingerprint }}"
      # The journal dies with the runner. On a runner of yours, put it on a disk that stays:
      # PURGEPLAN_JOURNAL: /var/lib/purgeplan/journal.db
    steps:
      - uses: actions/checkout@v5
        with: {persist-credentials: false}
      - run: pipx install "$PACKAGE"
      # `exec` makes the job's cancel button reach purgeplan itself.
      - run: exec purgeplan apply "$PLAN" --confirm "$CONFIRM" --fingerprint "$FINGERPRINT"
"""


def _quoted(text: str) -> str:
    """Give a text as a double-quoted YAML scalar, which JSON's strings are."""
    return json.dumps(text, ensure_ascii=False)
