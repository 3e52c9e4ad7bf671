"""Codes of plan file, policy and usage, PP0xx."""

from purgeplan.model.codes.text import Explanation

CODES: dict[str, Explanation] = {}
