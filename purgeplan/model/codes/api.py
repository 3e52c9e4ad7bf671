"""Codes of the API, PP6xx."""

from purgeplan.model.codes.text import Explanation

CODES: dict[str, Explanation] = {}
