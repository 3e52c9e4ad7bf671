"""The versions of the journal's form that this purgeplan knows; it writes the last."""

from collections.abc import Mapping
from typing import Final

VERSION: Final = 3

FORMS: Final[Mapping[int, str]] = {
    1: "a4708c84dcd4e873a60e7dd3c45605760f3ad5d3074897cd5ccbc11ec8891447",
    2: "d680bd984bb242d326f002b58e0f12b86a46fda7a78674410e8d6baffb44411a",
    3: "13fb205e6fa7abc356cec152cd730fc322e0070b75929573e4dca3bafff78d6b",
}
"""The sha256 over all tables, indexes, triggers and views of a version, as ``form_of`` makes it.

A file with anything else in it was not made by us: a view in the place of a table gives other
rows each time, a trigger does what it likes with what we write.
"""

READ_AS: Final[Mapping[int, str]] = {
    1: "CREATE TEMP VIEW items AS SELECT *, NULL AS evidence_at FROM main.items",
    2: "",
}
"""What a connection that only reads needs to see an older version as the last; nothing is stored.

What writes brings a file to the last version instead.
"""
