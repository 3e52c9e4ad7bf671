"""Codes of lock and journal, PP4xx."""

from purgeplan.model.codes.text import Explanation

CODES: dict[str, Explanation] = {}
