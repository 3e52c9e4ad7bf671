"""Plan files and policies: from YAML text to typed values, with the place of everything wrong."""

from purgeplan.planfile.plan import (
    is_policy,
    parse_plan_text,
    read_plan,
    read_policy,
    read_saved_plan,
)
from purgeplan.planfile.schema import plan_schema, policy_schema, schema_text

__all__ = [
    "is_policy",
    "parse_plan_text",
    "plan_schema",
    "policy_schema",
    "read_plan",
    "read_policy",
    "read_saved_plan",
    "schema_text",
]
