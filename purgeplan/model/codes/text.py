"""One explanation of a code."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a finding means, in a sentence or two, and what to do about it."""

    title: str
    meaning: str
    mend: str
