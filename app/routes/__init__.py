"""One module per capability; each handler is parse, call, present."""

from __future__ import annotations

from fastapi import APIRouter

from app.routes import (
    collections,
    embed,
    health,
    items,
    metrics,
    models,
    page,
    people,
    pictures,
    search,
    session,
    tags,
    view,
)

ROUTERS: tuple[APIRouter, ...] = tuple(
    # People first: where search takes the names of models, theirs stands too.
    module.router
    for module in (
        *(people, search, tags, view, embed),
        *(collections, items, pictures, models),
        *(session, health, metrics, page),
    )
)
