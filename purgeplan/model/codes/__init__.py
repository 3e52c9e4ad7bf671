"""Every finding code with what it means and what to do: the text of ``purgeplan explain CODE``.

PP0xx plan file, policy, usage · PP1xx guards · PP2xx sources · PP3xx stale or not confirmed ·
PP4xx lock and journal · PP5xx stops of a run · PP6xx the API.
"""

from purgeplan.model.codes import api, guard, journal, plan, run, sandbox, source, stale, usage
from purgeplan.model.codes.text import Explanation

CODES: dict[str, Explanation] = {
    **plan.CODES,
    **sandbox.CODES,
    **guard.CODES,
    **source.CODES,
    **stale.CODES,
    **journal.CODES,
    **run.CODES,
    **api.CODES,
    **usage.CODES,
}
