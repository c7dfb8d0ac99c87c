"""Metrics for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from app.dependencies import Parts
from app.telemetry import METRICS_TYPE

router = APIRouter(tags=["health"])


@router.get("/metrics", operation_id="metrics", response_class=PlainTextResponse)
async def metrics(parts: Parts) -> Response:
    """Return all metrics in Prometheus's text format."""
    return Response(parts.telemetry.exposition(), media_type=METRICS_TYPE)
