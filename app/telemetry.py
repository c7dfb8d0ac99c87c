"""What an operator sees of the server: metrics, logs, and a request id that ties an answer to its log lines."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import uuid
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, Histogram, ProcessCollector, generate_latest
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.batching import Batch
from app.credentials import CALLER
from app.shared_metrics import SharedMetrics
from app.templates import UNMATCHED, Templates

REQUEST_ID_HEADER = "X-Request-ID"
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SANE_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_UNREAD = "unread"
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128)

_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
_logger = logging.getLogger("likeness.access")


def request_id() -> str | None:
    """Id of the request that is being answered; None outside of one."""
    return _request_id.get()


class Telemetry:
    """The metrics of one server, in a registry of its own; durations are in seconds."""

    def __init__(self, shared: SharedMetrics | None = None) -> None:
        """Start all metrics at nothing, or go on where an earlier process of the same worker ended."""
        self.registry = CollectorRegistry()
        self._shared = shared
        if shared is None:
            ProcessCollector(registry=self.registry)
        else:
            shared.join()
        self.requests = self._histogram("http_request", "Time to answer a request.", "method", "route", "status")
        self.decode = self._histogram("decode", "Time to decode a picture.")
        self.prepare = self._histogram("prepare", "Time to turn a picture or strokes into a tensor.")
        self.queue = self._histogram("queue", "Time an item waited for the device.", "model", "side")
        self.inference = self._histogram("inference", "Time the device took for a batch.", "model", "side")
        self.index = self._histogram("index", "Time to find neighbours.")
        self.metadata = self._histogram("metadata", "Time to read the rows of the neighbours.")
        self.batch_size = Histogram(
            "likeness_batch_size_items",
            "Items computed at once.",
            ("model", "side"),
            registry=self.registry,
            buckets=_SIZES,
        )
        self.under_way = Gauge(
            "likeness_requests_under_way",
            "Requests that compute, admitted and not answered.",
            registry=self.registry,
            multiprocess_mode="sum",
        )
        self.index_lag = Gauge(
            "likeness_index_lag_changes",
            "Changes since the published generation was built.",
            ("collection",),
            registry=self.registry,
            multiprocess_mode="max",
        )

    def refused_head(self, status: int, seconds: float) -> None:
        """Count a request that ended within its head, so that its method and its address are not known."""
        self.requests.labels(_UNREAD, UNMATCHED, str(int(status))).observe(seconds)

    def batch(self, model: str, side: str, batch: Batch) -> None:
        """Count one run of the device; `side` is "queries" or "items"."""
        self.batch_size.labels(model, side).observe(len(batch.waited))
        self.inference.labels(model, side).observe(batch.ran)
        queue = self.queue.labels(model, side)
        for waited in batch.waited:
            queue.observe(waited)

    def exposition(self) -> bytes:
        """All metrics, of all processes of this server, in Prometheus's text format."""
        return generate_latest(self.registry if self._shared is None else self._shared.registry())

    def _histogram(self, name: str, documentation: str, *labels: str) -> Histogram:
        return Histogram(f"likeness_{name}_seconds", documentation, labels, registry=self.registry, buckets=_SECONDS)


class RequestTrace:
    """Middleware: gives every request an id that stands in its answer and its log lines, and measures it."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry, routes: Sequence[BaseRoute] = ()) -> None:
        """Wrap `app`; by `routes` those requests are told apart that never come to its router."""
        self._app = app
        self._telemetry = telemetry
        self._templates = Templates(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = _id_of(scope)
        token = _request_id.set(name)
        started = time.perf_counter()
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message.get("headers", ()),
                    (REQUEST_ID_HEADER.lower().encode(), name.encode()),
                ]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            self._record(scope, status, time.perf_counter() - started)
            _request_id.reset(token)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        # The template, not the path: a metric must not grow with what is asked for.
        route = getattr(scope.get("route"), "path", None) or self._templates.find(scope["method"], scope["path"])
        self._telemetry.requests.labels(scope["method"], route, str(status)).observe(seconds)
        facts = {"method": scope["method"], "path": scope["path"], "status": status, "seconds": round(seconds, 6)}
        caller = scope.get(CALLER)
        if caller is not None and caller.key is not None:
            facts["key"] = caller.key.id
        _logger.info("%s %s %s", scope["method"], scope["path"], status, extra={"facts": facts})


class JsonFormatter(logging.Formatter):
    """One JSON object a line; `extra={"facts": {...}}` adds to it."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (name := request_id()) is not None:
            line["request_id"] = name
        line.update(getattr(record, "facts", {}))
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def configure_logging(level: str) -> None:
    """Send this process's logs to standard error as JSON; whoever starts the server calls this once."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # It warns of every malformed form; whoever sent it is told, and nobody else needs to know.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)


def _id_of(scope: Scope) -> str:
    """Take over a caller's id if it is harmless in headers and logs; make one otherwise."""
    for header, value in scope["headers"]:
        if header == REQUEST_ID_HEADER.lower().encode():
            name: str = value.decode("latin-1")
            if _SANE_ID.fullmatch(name):
                return name
    return uuid.uuid4().hex
