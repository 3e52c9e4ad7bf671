"""Codes of stops of a run, PP5xx."""

from purgeplan.model.codes.text import Explanation

CODES: dict[str, Explanation] = {}
