"""Codes of stale or unconfirmed plans, PP3xx."""

from purgeplan.model.codes.text import Explanation

CODES: dict[str, Explanation] = {}
