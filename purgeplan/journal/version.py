"""The version of the journal's form that this purgeplan reads and writes."""

from typing import Final

VERSION: Final = 2

FORM: Final = "d680bd984bb242d326f002b58e0f12b86a46fda7a78674410e8d6baffb44411a"
"""The sha256 over all tables, indexes, triggers and views of that version, as ``form_of`` makes it.

A file with anything else in it was not made by us: a view in the place of a table gives other
rows each time, a trigger does what it likes with what we write.
"""
