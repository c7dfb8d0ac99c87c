"""One module per capability; each handler is parse, call, present."""

from __future__ import annotations

from fastapi import APIRouter

from app.routes import collections, embed, health, items, metrics, models, page, pictures, search, session, view

ROUTERS: tuple[APIRouter, ...] = tuple(
    module.router
    for module in (search, view, embed, collections, items, pictures, models, session, health, metrics, page)
)
