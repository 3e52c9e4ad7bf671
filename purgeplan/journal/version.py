"""The version of the journal's form that this purgeplan reads and writes."""

from typing import Final

VERSION: Final = 1
