"""What a condition may be made of, by the names that DuckDB gives; all else is refused."""

from typing import Final

OPERATORS: Final = frozenset(
    {
        "OPERATOR_NOT",
        "OPERATOR_IS_NULL",
        "OPERATOR_IS_NOT_NULL",
        "OPERATOR_COALESCE",
        "COMPARE_IN",
        "COMPARE_NOT_IN",
    }
)
CLASSES: Final = frozenset(
    {
        "COMPARISON",
        "CONJUNCTION",
        "BETWEEN",
        "CASE",
        "CAST",
        "CONSTANT",
        "COLUMN_REF",
        "FUNCTION",
        "OPERATOR",
        "TYPE",
    }
)
CAST_TO: Final = frozenset(
    {
        "INTEGER",
        "BIGINT",
        "DOUBLE",
        "DECIMAL",
        "VARCHAR",
        "BOOLEAN",
        "DATE",
        "TIMESTAMP",
        "INTERVAL",
    }
)
FUNCTION_KEYS: Final = frozenset(
    {
        "class",
        "type",
        "query_location",
        "query_location_length",
        "function_name",
        "order_bys",
        "is_operator",
        "arguments",
        "qualified_name",
    }
)
SYMBOLS: Final = frozenset(
    {
        "+",
        "-",
        "*",
        "/",
        "//",
        "%",
        "||",
        "~~",
        "!~~",
        "~~*",
        "!~~*",
        "~~~",
        "like_escape",
        "not_like_escape",
        "->>",
    }
)
"""Operators by the names that DuckDB gives them: LIKE is ~~, for one."""

FUNCTIONS: Final = frozenset(
    {
        "json_extract_string",
        "json_exists",
        "abs",
        "round",
        "floor",
        "ceil",
        "trunc",
        "greatest",
        "least",
        "nullif",
        "lower",
        "upper",
        "trim",
        "ltrim",
        "rtrim",
        "length",
        "left",
        "right",
        "substring",
        "substr",
        "starts_with",
        "ends_with",
        "contains",
        "replace",
        "split_part",
        "concat",
        "regexp_matches",
        "regexp_full_match",
        "date_part",
        "date_diff",
        "date_trunc",
        "year",
        "month",
        "day",
        "hour",
        "epoch",
        "to_years",
        "to_months",
        "to_weeks",
        "to_days",
        "to_hours",
        "to_minutes",
        "to_seconds",
        "isfinite",
    }
)
"""What a condition may call: total, the same each time, and bounded in what they give."""

CLOCKS: Final = frozenset(
    {
        "now",
        "current_timestamp",
        "current_date",
        "current_time",
        "localtimestamp",
        "localtime",
        "today",
        "transaction_timestamp",
        "get_current_timestamp",
        "age",
    }
)
"""Called for the time: told of another way, since a condition has none of its own."""
