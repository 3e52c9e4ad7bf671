"""The kinds of sources, one a file; the table below is the only list of them."""

from collections.abc import Mapping
from typing import Any, Final

from purgeplan.sources.csv import CsvSource
from purgeplan.sources.excel import ExcelSource
from purgeplan.sources.export import ExportSource
from purgeplan.sources.inline import InlineSource
from purgeplan.sources.jsonl import JsonlSource
from purgeplan.sources.parquet import ParquetSource
from purgeplan.sources.port import Source
from purgeplan.sources.segment import SegmentSource
from purgeplan.sources.sql import SqlSource

KINDS: Final[dict[str, type[Source]]] = {
    "csv": CsvSource,
    "jsonl": JsonlSource,
    "inline": InlineSource,
    "parquet": ParquetSource,
    "excel": ExcelSource,
    "sql": SqlSource,
    "export": ExportSource,
    "segment": SegmentSource,
}
"""What ``from`` may say, and who reads it."""

FRAGMENTS: Final[dict[str, Mapping[str, Any]]] = {
    name: kind.fragment for name, kind in KINDS.items()
}
"""What the schema of plans says of each kind's options."""

LOCAL: Final = frozenset({"csv", "jsonl", "inline", "parquet", "excel"})
"""Kinds that read the plan and files of its repository, and nothing else of the world."""
