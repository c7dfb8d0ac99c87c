"""The parts of a running server, as the handlers use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.admission import Admission
from app.comparing import Comparing
from app.embed import Embed
from app.gate import Gate
from app.items import Items
from app.readiness import Readiness
from app.search import Search
from app.tagging import Tagging
from app.telemetry import Telemetry
from app.view import View
from app.vocabulary import Vocabularies
from app.weights import Weights
from app.workers import Workers
from indexer.catalogue import Catalogue, Keyring
from indexer.generations import GenerationStore
from indexer.live import LiveIndex
from indexer.pictures import PictureStore
from models.checkpoints import CheckpointStore
from models.contracts import EmbeddingSpec, ModelSpec, TaggingSpec, UnknownModel, WrongKind


@dataclass(frozen=True, eq=False)
class Services:
    """Made by the lifespan in `app.main`, one set for each running server."""

    catalogue: Catalogue
    keyring: Keyring
    gate: Gate
    pictures: PictureStore
    generations: GenerationStore
    live: LiveIndex
    checkpoints: CheckpointStore
    specs: Mapping[str, ModelSpec]
    weights: Weights
    search: Search
    items: Items
    view: View
    embed: Embed
    tagging: Tagging
    vocabularies: Vocabularies
    comparing: Comparing
    readiness: Readiness
    telemetry: Telemetry
    workers: Workers
    admission: Admission

    def embedding_model(self, name: str) -> EmbeddingSpec:
        """Return the description of a model that turns pictures into vectors.

        Raises:
            UnknownModel: no model has that name.
            WrongKind: it does something else with pictures.
        """
        embedding = {known: spec for known, spec in self.specs.items() if isinstance(spec, EmbeddingSpec)}
        if name in embedding:
            return embedding[name]
        if name in self.specs:
            message = f"The model {name} says labels of pictures and embeds none: ask /v1/tags, or search with another."
            raise WrongKind(message)
        message = f"There is no model {name!r} to search with; there is: {', '.join(embedding)}."
        raise UnknownModel(message)

    def tagging_model(self, name: str | None) -> TaggingSpec:
        """Return the description of a model that says labels; of the first one where None is named.

        Raises:
            UnknownModel: no such model has that name, or there is none at all.
            WrongKind: it does something else with pictures.
        """
        tagging = {known: spec for known, spec in self.specs.items() if isinstance(spec, TaggingSpec)}
        if name is None and tagging:
            return next(iter(tagging.values()))
        if name in tagging:
            return tagging[name]
        if name in self.specs:
            message = f"The model {name} embeds pictures and says no labels; there is: {', '.join(tagging) or 'none'}."
            raise WrongKind(message)
        named = "" if name is None else f" {name!r}"
        message = f"There is no model{named} that says labels; there is: {', '.join(tagging) or 'none'}."
        raise UnknownModel(message)
