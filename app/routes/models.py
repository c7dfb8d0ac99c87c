"""Models, and the weights that are here."""

from __future__ import annotations

from fastapi import APIRouter

from app import present
from app.dependencies import Parts
from app.documentation import errors
from app.schemas.models import ModelAnswer, ModelList
from models.contracts import ModelSpec, UnknownModel

router = APIRouter(prefix="/v1/models", tags=["models"])


@router.get("", operation_id="list_models", responses=errors(503))
async def list_models(parts: Parts) -> ModelList:
    """List all models by name."""
    return ModelList(models=[await _described(parts, spec) for spec in parts.specs.values()])


@router.get("/{name}", operation_id="get_model", responses=errors(404, 503))
async def get_model(name: str, parts: Parts) -> ModelAnswer:
    """Return one model."""
    if name not in parts.specs:
        message = f"There is no model {name!r}; there is: {', '.join(parts.specs)}."
        raise UnknownModel(message)
    return await _described(parts, parts.specs[name])


async def _described(parts: Parts, spec: ModelSpec) -> ModelAnswer:
    return present.model(spec, await parts.workers.store(parts.checkpoints.all, spec.name))
