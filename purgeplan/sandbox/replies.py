"""The API's answers in both of its error shapes (onesignal.md 1.0)."""

from typing import Final

from starlette.responses import JSONResponse, Response

ACCESS_DENIED: Final = (
    "Access denied.  Please include an 'Authorization: ...' header with a valid API key "
    "(https://documentation.onesignal.com/docs/en/keys-and-ids#api-keys)."
)
LEGACY_DENIED: Final = (
    "Please include a case-sensitive header of Authorization: Basic <YOUR-REST-API-KEY-HERE> "
    'or Bearer token="<YOUR-REST-API-KEY-HERE>" with a valid REST API key.'
)
LEGACY_REFERENCE: Final = (
    "https://documentation.onesignal.com/docs/accounts-and-keys#section-keys-ids"
)
NOT_FOUND_HTML: Final = (
    "<!DOCTYPE html>\n<html><head><title>404</title></head><body><h1>Not found</h1></body></html>\n"
)


class RefusedError(Exception):
    """Raised where a request goes no further; carries its answer."""

    def __init__(self, response: Response) -> None:
        self.response = response
        super().__init__(response.status_code)


def basic(status: int, *texts: str, **more: object) -> JSONResponse:
    """Give an error of apps, segments, exports and players."""
    return JSONResponse({"errors": list(texts), **more}, status)


def structured(status: int, title: str, code: str | None = None, **more: object) -> JSONResponse:
    """Give an error of users, subscriptions and identity; some real ones come without a code."""
    problem = {"title": title} if code is None else {"code": code, "title": title}
    return JSONResponse({"errors": [problem], **more}, status)


def unauthorized(*, legacy: bool, in_structure: bool, sent: bool) -> JSONResponse:
    """Give what a missing or wrong key gets: by root, by shape, by whether one was sent."""
    if legacy:
        return basic(400, LEGACY_DENIED, reference=[LEGACY_REFERENCE])
    if in_structure and not sent:
        missing = "This operation requires 'Authorization' in the HTTP header"
        return structured(401, missing, "auth-1")
    return basic(403, ACCESS_DENIED)


def throttled(bucket: str, retry_after_s: int, *, in_structure: bool) -> JSONResponse:
    """Give a 429 that names its bucket and says when to come again."""
    title = "API rate limit exceeded"
    if in_structure:
        response = structured(429, title, "Rate Limit Exceeded", limit=bucket)
    else:
        response = basic(429, title, limit=bucket)
    response.headers["Retry-After"] = str(retry_after_s)
    return response


def html(status: int, text: str = NOT_FOUND_HTML) -> Response:
    """Give a page, as a proxy or an unknown path does."""
    return Response(text, status, media_type="text/html")
