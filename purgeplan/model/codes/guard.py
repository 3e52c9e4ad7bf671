"""Codes of guards, PP1xx."""

from purgeplan.model.codes.text import Explanation

CODES: dict[str, Explanation] = {}
