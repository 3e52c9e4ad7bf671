"""The version of the journal's form that this purgeplan reads and writes."""

from typing import Final

VERSION: Final = 2

FORM: Final = "a4708c84dcd4e873a60e7dd3c45605760f3ad5d3074897cd5ccbc11ec8891447"
"""The sha256 over all tables, indexes, triggers and views of that version, as ``form_of`` makes it.

A file with anything else in it was not made by us: a view in the place of a table gives other
rows each time, a trigger does what it likes with what we write.
"""
