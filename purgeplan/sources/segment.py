"""The kind ``segment``: those whom a segment of OneSignal's holds, unsubscribed ones included."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from purgeplan.errors import InvalidError
from purgeplan.model.spec import SourceSpec
from purgeplan.sources.audience.stage import MAX_AGE, audience_of, refuse_unfit, stage_rows
from purgeplan.sources.port import Context, Source, Staged
from purgeplan.sources.workspace import Workspace


class SegmentSource:
    """Takes the rows of an export of one segment; what it holds OneSignal decides."""

    fragment: ClassVar[Mapping[str, Any]] = {
        "description": (
            "Those in a segment of the app, unsubscribed ones included, by a CSV export. A segment "
            "that is everyone is refused. It is no population: that comes from the app."
        ),
        "properties": {
            "name": {
                "type": "string",
                "minLength": 1,
                "maxLength": 128,
                "description": "The segment's name, exactly as OneSignal shows it.",
                "examples": ["Dormant for a year"],
            },
            "max_age": MAX_AGE,
        },
        "required": ["name"],
        "examples": [{"from": "segment", "name": "Dormant for a year"}],
    }

    def __init__(self, spec: SourceSpec) -> None:
        self._spec = spec

    def check(self, context: Context) -> None:
        """Raise InvalidError for what an export can't be asked."""
        refuse_unfit(self._spec)

    def stage(self, context: Context, work: Workspace) -> Staged:
        """Stage every row of the segment's export; see ``Audience.segment`` for what is raised."""
        refuse_unfit(self._spec)
        name = str(self._spec.options["name"])
        try:
            loaded = audience_of(context, self._spec).segment(name)
        except InvalidError as error:
            placed = (replace(one, place=one.place or self._spec.place) for one in error.findings)
            raise InvalidError(*placed) from error
        return stage_rows(work, loaded.table, name, self._spec, loaded)


_conforms: type[Source] = SegmentSource
