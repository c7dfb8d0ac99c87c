"""A whole server to test with: real catalogue, pictures and index in a folder, and a model without weights."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from fastapi import FastAPI
from numpy.typing import NDArray
from PIL import Image
from starlette.testclient import TestClient

from app.main import create_app
from app.predictors import Loader
from app.settings import Settings
from indexer.building import build_generation
from indexer.catalogue import Catalogue
from indexer.generations import GenerationStore
from indexer.locking import hold
from indexer.pictures import PictureStore
from models.contracts import UnknownModel
from models.images import decode
from tests.models.fakes import DIGEST, FakePredictor, fake_spec

ADDRESS = "http://127.0.0.1:8000"
OTHER = "0b" * 32
"""Digest of the fake model's other weights."""

SPECS = {"fake": fake_spec(), "other": fake_spec("other")}


def settings_in(home: Path, **changes: Any) -> Settings:
    """Make settings that write below a folder and make nobody wait."""
    return Settings(**{"home": home, "device": "cpu", "max_wait_ms": 0.0, "log_level": "ERROR", **changes})


def load(model: str, digest: str | None) -> Any:
    """Load the fake model, with the weights of any digest."""
    if model not in SPECS:
        message = f"There is no model {model!r}."
        raise UnknownModel(message)
    return FakePredictor(digest=digest or DIGEST, name=model)


def load_two_eyed(model: str, digest: str | None) -> Any:
    """Load the fake model so that it looks at the mirror image of each query too."""
    predictor = load(model, digest)
    predictor.spec = replace(predictor.spec, query_views=lambda query: torch.stack([query, query.flip(-1)]))
    return predictor


def application(home: Path, loader: Callable[[str, str | None], Any] = load, **changes: Any) -> FastAPI:
    """Make a server; `changes` are settings."""
    fake_loader: Loader = loader
    return create_app(settings_in(home, **changes), predictors=fake_loader, specs=SPECS)


def client_of(app: FastAPI) -> TestClient:
    """Make a client; used in a `with` statement, it starts and stops the server."""
    return TestClient(app, base_url=ADDRESS)


def pixels(seed: int, side: int = 32) -> NDArray[np.uint8]:
    """Draw dark blocks on white, uint8 (side, side, 3), another picture for every seed."""
    cells = np.random.default_rng(seed).choice(np.array([0, 80, 255], np.uint8), (8, 8))
    cells[0, 0] = 0
    return np.repeat(np.kron(cells, np.ones((side // 8, side // 8), np.uint8))[..., None], 3, axis=2)


def png(seed: int) -> bytes:
    """Make a PNG file, another one for every seed."""
    buffer = io.BytesIO()
    Image.fromarray(pixels(seed)).save(buffer, "PNG")
    return buffer.getvalue()


def vector_of(content: bytes, digest: str = DIGEST) -> NDArray[np.float32]:
    """Embed a picture file as the fake model does."""
    predictor = FakePredictor(digest=digest)
    vector: NDArray[np.float32] = predictor.predict_items(predictor.prepare_item(decode(content))[None])[0]
    return vector


def put(
    client: TestClient, key: str, seed: int, metadata: Mapping[str, Any] | None = None, collection: str = "shoes"
) -> dict[str, Any]:
    """Put an item and return its body."""
    answer = client.put(
        f"/v1/collections/{collection}/items/{key}",
        files={"image": ("shoe.png", png(seed), "image/png")},
        data={"title": f"Shoe {key}", "metadata": json.dumps(metadata or {})},
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def create(client: TestClient, name: str = "shoes", model: str = "fake") -> None:
    """Make a collection."""
    assert client.post("/v1/collections", json={"name": name, "model": model}).status_code == 201


def search(client: TestClient, content: bytes, model: str = "fake", **parameters: Any) -> Any:
    """Search with a picture file; returns the response."""
    return client.post(f"/v1/search/{model}", params=parameters, files={"image": ("q.png", content, "image/png")})


def build(catalogue: Catalogue, store: GenerationStore, name: str, digest: str = DIGEST) -> int:
    """Build and publish a generation of what the catalogue holds; returns its number."""
    target = catalogue.collection(name)
    generations = store.of(target.id, name)
    with hold(catalogue, generations, name) as held:
        manifest = build_generation(
            catalogue, held, target, digest, 8, factory=None, progress=lambda done, total, stage: None
        )
    return manifest.number


def embed_again(catalogue: Catalogue, pictures: PictureStore, name: str, digest: str) -> None:
    """Give every item a vector of other weights, as a build with those does."""
    items = catalogue.lacking(name, digest)
    vectors = [vector_of(pictures.open(str(item.picture)).read_bytes(), digest) for item in items]
    catalogue.add_vectors(name, digest, items, np.stack(vectors))
