"""A policy of every field, and plan files that are read beside it."""

from pathlib import Path

import pytest
from support.planfile import APP_ID, KINDS, NOW, plan_text

from purgeplan.errors import InvalidError
from purgeplan.planfile import read_plan

OTHER_ID = "11111111-2222-4333-8444-555555555555"
POLICY = f"""\
version: 1
apps:
  - name: Acme Prod
    id: {APP_ID}
    api_key: {{file: keys/acme}}
    base_url: https://proxy.acme.example:8443/api/v1
    journal: state/acme.db
    sentinel: qa-user-1
    population: {{subscriptions: 412000, users: 61000}}
  - {{name: Acme Test, id: {OTHER_ID.upper()}, may_be_emptied: true}}
protect:
  - {{from: csv, path: protect/staff.csv, by: external_id}}
max_delete: 20000
max_delete_percent: 12.5
budget: {{max_delete: 0, per: 24h}}
hosts: [Proxy.acme.example:8443]
require: {{ticket: true, sha256: false, drift: true, opt_outs: true}}
standing:
  - {{plan: erasure-nightly, max_delete: 200}}
"""


def repository(folder):
    """Make a folder a repository with a policy at its root."""
    (folder / ".git").mkdir()
    (folder / "plans").mkdir()
    (folder / "purgeplan.yaml").write_text(POLICY, "utf-8")
    return folder


def write(path, *more, **changes):
    """Write a plan file."""
    Path(path).write_text(plan_text(*more, **changes), "utf-8")
    return Path(path)


def read(path):
    """Read a plan file and its policy."""
    return read_plan(Path(path), KINDS, NOW)


def refused(path):
    """Give the findings of a plan file and its policy."""
    with pytest.raises(InvalidError) as caught:
        read(path)
    return caught.value.findings
