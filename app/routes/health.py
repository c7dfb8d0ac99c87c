"""Whether the server lives, and whether it is ready for searches."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from app.dependencies import Parts
from app.documentation import errors
from app.problems import Row, problem
from app.readiness import INTERVAL_S
from app.schemas.health import Alive, Ready

STRANGER = "Something is missing, or still being loaded; with a key the answer says what."

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live", operation_id="health_live")
async def health_live() -> Alive:
    """Answer at once, whatever is being loaded."""
    return Alive()


@router.get("/ready", operation_id="health_ready", response_model=Ready, responses=errors(503))
async def health_ready(request: Request, parts: Parts) -> Ready | JSONResponse:
    """Answer 200 once models are warm and every published index is loaded and sound, and 503 before.

    The reasons are for who has a key, where keys are asked for: they name collections, folders and hosts.
    """
    reasons = parts.readiness.reasons
    if not reasons:
        return Ready()
    if not await parts.gate.is_open_to(request.headers):
        reasons = (STRANGER,)
    row = Row(503, "The server is not ready", {"Retry-After": str(round(INTERVAL_S))})
    return problem(request.url.path, row, "NotReady", " ".join(reasons), {"reasons": list(reasons)})
