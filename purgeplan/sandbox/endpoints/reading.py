"""What endpoints read from a request besides its path."""

import json
from typing import Any

from starlette.requests import Request

from purgeplan.sandbox.replies import RefusedError, basic


async def body_of(request: Request) -> dict[str, Any]:
    """Give the JSON object of a body, empty where there is none; else RefusedError with 400."""
    sent = await request.body()
    try:
        body = json.loads(sent or b"{}")
    except ValueError as error:
        raise RefusedError(basic(400, "Request body is not valid JSON")) from error
    if not isinstance(body, dict):
        raise RefusedError(basic(400, "Request body is not a JSON object"))
    return body


async def text_of(request: Request, name: str) -> str:
    """Give a required text of a body; RefusedError with 400 where there is none."""
    text = (await body_of(request)).get(name)
    if not isinstance(text, str):
        raise RefusedError(basic(400, f"{name} is required"))
    return text
