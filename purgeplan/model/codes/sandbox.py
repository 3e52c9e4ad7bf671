"""Codes of the sandbox's options, PP093 and PP094."""

from purgeplan.model.codes.text import Explanation

CODES: dict[str, Explanation] = {
    "PP093": Explanation(
        "a duration could not be read",
        "The sandbox takes durations as a number with its unit: ms, s or m.",
        "Write, for example, --latency 80ms or --delete-lag 2s.",
    ),
    "PP094": Explanation(
        "a fault could not be read",
        "A fault is a kind and the probability with which a request meets it; "
        "the probabilities of all kinds sum up to 1 at most.",
        "Write, for example, --fault 429=0.05 --fault reset=0.01.",
    ),
}
