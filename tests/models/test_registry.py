"""The registry: a model is found by being there."""

from __future__ import annotations

import pkgutil
from pathlib import Path

import pytest

import models
from models import registry
from models.contracts import EmbeddingSpec, Kind, ModelSpec, TaggingSpec, UnknownModel, WrongKind
from models.registry import embedding_spec, spec, specs, tagging_spec
from tests.models.taggers import tiny_spec


def test_every_package_with_a_spec_is_found() -> None:
    """Every package under models/ that describes itself is listed under its folder's name, in order."""
    packages = {entry.name for entry in pkgutil.iter_modules(models.__path__) if entry.ispkg}
    assert "sketch" in specs()
    assert set(specs()) <= packages
    assert list(specs()) == sorted(specs())
    assert "backbones" not in specs()


def test_a_model_is_named_as_its_folder() -> None:
    """A description's name is the folder in which its weights are looked for."""
    for name, description in specs().items():
        assert spec(name) is description
        assert description.name == name
        assert (Path(models.__path__[0]) / name / "__init__.py").exists()


@pytest.mark.parametrize("description", specs().values(), ids=lambda description: description.name)
def test_a_description_is_complete(description: ModelSpec) -> None:
    """A description states everything that the rest of the product reads."""
    assert description.kind in Kind
    assert description.title
    assert description.paper
    assert description.max_batch > 0
    assert description.preprocessing >= 1
    assert description.default_network in description.networks
    assert all(size > 0 for size in description.item_shape)
    if isinstance(description, EmbeddingSpec):
        assert description.kind is Kind.EMBED
        assert description.dim > 0
        assert all(size > 0 for size in description.query_shape)
    else:
        assert isinstance(description, TaggingSpec)
        assert description.kind is Kind.TAG
        assert description.shown(30, 20)[2:] > (0, 0)


def test_a_model_is_asked_for_what_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kind of description is found by its name, and a model of another kind is refused with a sentence."""
    tagger, sketch = tiny_spec(), spec("sketch")
    monkeypatch.setattr(registry, "specs", lambda: {"tiny": tagger, "sketch": sketch})
    assert tagging_spec("tiny") is tagger
    assert embedding_spec("sketch").dim == 256
    with pytest.raises(WrongKind, match="tiny is of the kind tag and embeds nothing"):
        embedding_spec("tiny")
    with pytest.raises(WrongKind, match="sketch is of the kind embed and says no labels"):
        tagging_spec("sketch")


def test_an_unknown_model_is_named_with_the_known_ones() -> None:
    """The error says what there is."""
    with pytest.raises(UnknownModel, match=r"no model 'shoes'; there is: .*sketch"):
        spec("shoes")


def test_the_register_cannot_be_changed() -> None:
    """Nobody adds a model while the service runs."""
    with pytest.raises(TypeError):
        specs()["new"] = spec("sketch")  # type: ignore[index]
