"""``purgeplan explain``: what a finding code or a setting of the plan file means."""

from difflib import get_close_matches

import click

from purgeplan.cli.commands import Command
from purgeplan.cli.console import Console
from purgeplan.errors import Finding, InvalidError
from purgeplan.model.codes import CODES
from purgeplan.model.codes.text import Explanation


@click.command("explain", cls=Command)
@click.argument("topic", required=False, metavar="[CODE|FIELD]")
@click.option("--json", "as_json", is_flag=True, help="As a JSON document.")
@click.pass_obj
def command(console: Console, topic: str | None, as_json: bool) -> None:
    """Tell what a code (PP101) or a setting (limits.max_delete) means, and what to do.

    Without an argument, list all codes.
    """
    chosen = CODES if topic is None else {topic.upper(): CODES.get(topic.upper())}
    found = {code: text for code, text in chosen.items() if text is not None}
    if found and as_json:
        console.document([_as_object(code, text) for code, text in sorted(found.items())])
    elif topic is None:
        console.product("\n".join(f"{code}  {text.title}" for code, text in sorted(found.items())))
    elif found:
        console.product("\n\n".join(_page(code, text) for code, text in found.items()))
    else:
        _tell_setting(console, topic, as_json=as_json)


def _page(code: str, text: Explanation) -> str:
    return f"{code}: {text.title}\n\n{text.meaning}\n\nWhat to do: {text.mend}"


def _as_object(code: str, text: Explanation) -> dict[str, str]:
    return {"code": code, "title": text.title, "meaning": text.meaning, "mend": text.mend}


def _tell_setting(console: Console, topic: str, *, as_json: bool) -> None:
    """Explain a setting by the schema's own words; raises InvalidError where there is none."""
    from purgeplan.bootstrap import kinds  # noqa: PLC0415 - codes need none of it
    from purgeplan.planfile.explain import explain_field, field_names  # noqa: PLC0415 - as above

    page = explain_field(topic, kinds())
    if page is None:
        raise InvalidError(_unknown(topic, field_names(kinds())))
    if as_json:
        console.document([{"field": topic, "text": page}])
    else:
        console.product(page)


def _unknown(topic: str, fields: list[str]) -> Finding:
    code = topic.upper()
    kin = [one for one in sorted(CODES) if one.startswith(code[:4])] if code[:2] == "PP" else []
    close = kin or get_close_matches(code, CODES, n=1) or get_close_matches(topic, fields, n=1)
    hint = f", did you mean {close[0]}?" if close else ""
    mend = "purgeplan explain lists the codes; settings are named as in limits.max_delete"
    return Finding("PP090", f"no code and no setting is called {topic!r}{hint}", mend)
