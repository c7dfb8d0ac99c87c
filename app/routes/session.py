"""A browser's session: what the page holds in place of a key, in a cookie that no script can read."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.credentials import COOKIE, SESSION_PATH, KeyRequired
from app.dependencies import Parts, Requester
from app.documentation import errors

LASTING = timedelta(hours=12)

router = APIRouter(prefix=SESSION_PATH, tags=["session"], default_response_class=Response)


@router.post("", operation_id="begin_session", status_code=204, responses=errors(503))
async def begin_session(request: Request, parts: Parts, caller: Requester) -> Response:
    """Begin a session that may read, with the key of the Authorization header; it ends after twelve hours."""
    if caller.key is None or caller.session is not None:
        message = "A session begins with a key: send it as `Authorization: Bearer KEY`."
        raise KeyRequired(message)
    token = await parts.workers.store(parts.keyring.begin_session, caller.key.id, LASTING)
    answer = Response(status_code=204)
    _set(answer, request, token, LASTING)
    return answer


@router.delete("", operation_id="end_session", status_code=204, responses=errors(503))
async def end_session(request: Request, parts: Parts, caller: Requester) -> Response:
    """End the session that the request's cookie names."""
    if caller.session is not None:
        await parts.workers.store(parts.keyring.end_session, caller.session)
    answer = Response(status_code=204)
    _set(answer, request, "", timedelta())
    return answer


def _set(answer: Response, request: Request, token: str, lasting: timedelta) -> None:
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(lasting.total_seconds()),
        path=request.scope.get("root_path") or "/",
        # A browser would not send it back over plain HTTP, which a network of one's own may have to speak.
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
