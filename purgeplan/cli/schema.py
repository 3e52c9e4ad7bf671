"""``purgeplan schema``: the JSON Schema of plan files or of the policy, for editors and checks."""

from typing import Final

import click

from purgeplan.bootstrap import kinds
from purgeplan.cli.commands import Command
from purgeplan.cli.console import Console

SUBJECTS: Final = ("plan", "policy")


@click.command("schema", cls=Command)
@click.argument("subject", type=click.Choice(SUBJECTS), default="plan", metavar="[plan|policy]")
@click.pass_obj
def command(console: Console, subject: str) -> None:
    """Print the JSON Schema (draft 7) of plan files, or of the policy.

    A plan file's first line `# yaml-language-server: $schema=FILE` makes editors use it.
    """
    console.product(schema_of(subject))


def schema_of(subject: str) -> str:
    """Give a schema as the text of its file, ``plan`` or ``policy``."""
    from purgeplan.planfile import (  # noqa: PLC0415 - start-up stays fast
        plan_schema,
        policy_schema,
        schema_text,
    )

    make = {"plan": plan_schema, "policy": policy_schema}[subject]
    return schema_text(make(kinds()))
