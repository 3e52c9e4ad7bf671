"""The kind ``inline``: a few ids written in the plan file itself."""

from collections.abc import Mapping
from typing import Any, ClassVar

from purgeplan.model.spec import SourceSpec
from purgeplan.sources.port import Context, Source, Staged
from purgeplan.sources.reading.rows import Rows
from purgeplan.sources.workspace import Workspace


class InlineSource:
    """Takes ids from the plan; they are text there, so nothing is lost on the way."""

    fragment: ClassVar[Mapping[str, Any]] = {
        "description": "A few ids, written in the plan file itself.",
        "properties": {
            "ids": {
                "type": "array",
                "items": {"type": "string"},
                "minItems": 1,
                "maxItems": 1000,
                "description": "The ids, as text: quote those that look like numbers.",
                "examples": [["u-000181", "00123"]],
            },
        },
        "required": ["ids"],
        "examples": [{"from": "inline", "ids": ["6f1c2a50-3f0e-4a4e-9a34-1f2d7b3de2a9"]}],
    }

    def __init__(self, spec: SourceSpec) -> None:
        self._spec = spec

    def check(self, context: Context) -> None:
        """Find nothing wrong: the ids are looked through with the plan file."""

    def stage(self, context: Context, work: Workspace) -> Staged:
        """Stage the ids; a bad one is told by its number, where the source is written."""
        place = self._spec.place
        rows = Rows(self._spec.by, "ids", numbered=True)
        nothing: Mapping[str, str] = {}
        written = ((place, one, nothing) for one in self._spec.options["ids"])
        table = rows.stage(written, work, set_aside=context.set_aside)
        return Staged(
            name=f"inline at {place}",
            table=table,
            rows=rows.count,
            rejected=rows.rejected,
            set_aside=tuple(rows.places),
        )


_conforms: type[Source] = InlineSource
