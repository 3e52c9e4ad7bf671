"""Codes of sources and protect lists, PP2xx."""

from purgeplan.model.codes.text import Explanation

CODES: dict[str, Explanation] = {}
