"""Networks as ONNX files: what they answer, what they say of themselves, and what becomes of a file that is wrong."""

from __future__ import annotations

import socket
import tempfile
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models import exporting
from models.backbones.efficientnet_lite import CHANNELS, EfficientNetLite0
from models.checkpoints import Checkpoint
from models.contracts import EmbeddingNetwork, Side, Vectors
from models.devices import Device
from models.exporting import NotExportable, export_onnx, metadata
from models.predictor import Predictor
from models.registry import embedding_spec
from models.reid.network import EnsembleNet
from models.sketch.network import LiteEmbedding, SketchRetrieval
from tests.models.fakes import DIGEST, SIDE, fake_spec

CPU = Device("cpu", torch.float32, 1)
MEAN, SCALE, DIM = 0.3, 0.2, 8


class Projection(nn.Module):
    """Normalises pixels and projects them; what an item becomes is the opposite of what a query becomes."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.project = nn.Linear(SIDE * SIDE, DIM, bias=False)

    def embed_queries(self, batch: Tensor) -> Tensor:
        """Embed prepared queries."""
        return nn.functional.normalize(self.project(((batch / 255 - MEAN) / SCALE).flatten(1)))

    def embed_items(self, batch: Tensor) -> Tensor:
        """Embed prepared items."""
        return -self.embed_queries(batch)


def predictor_of(network: nn.Module, kind: type[Predictor] = Predictor) -> Predictor:
    """Load a network of the fake model."""
    checkpoint = Checkpoint("fake", "projection", DIGEST, Path(), {"preprocessing": 1})
    frozen = network.eval().requires_grad_(requires_grad=False)
    return kind(fake_spec(), checkpoint, cast("EmbeddingNetwork", frozen), CPU)


def by_hand(pixels: NDArray[np.uint8], side: Side) -> NDArray[np.float64]:
    """Compute what `Projection` does, in float64, with nothing but products."""
    weights = Projection().project.weight.detach().numpy().astype(np.float64)
    projected = ((pixels.reshape(len(pixels), -1) / 255 - MEAN) / SCALE) @ weights.T
    unit: NDArray[np.float64] = projected / np.linalg.norm(projected, axis=1, keepdims=True)
    return unit if side == "query" else -unit


def pixels_of(rows: int, shape: tuple[int, ...] = (1, SIDE, SIDE)) -> NDArray[np.uint8]:
    """Draw random pixels."""
    return np.random.default_rng(rows).integers(0, 256, (rows, *shape), np.uint8)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[Side, Path]:
    """Both sides of the projection, each exported to a folder that is not there yet."""
    folder = tmp_path_factory.mktemp("exported")
    found: dict[Side, Path] = {"item": folder / "deep" / "item.onnx", "query": folder / "query.onnx"}
    for side, path in found.items():
        assert export_onnx(predictor_of(Projection()), side, path) < 1e-5
    return found


def opened(path: Path) -> Any:
    """Open a file as another program would."""
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("side", ["item", "query"])
def test_a_file_answers_as_the_formula_does(files: dict[Side, Path], side: Side) -> None:
    """For batches of any size, from raw pixels on: normalised exactly once, of unit length, and of the right side."""
    session = opened(files[side])
    for rows in (1, 2, 5, 7, 32):
        pixels = pixels_of(rows)
        (found,) = session.run(["embedding"], {"pixels": pixels})
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, by_hand(pixels, side), atol=1e-5)


def test_a_file_says_what_it_takes_and_gives(files: dict[Side, Path]) -> None:
    """One input, uint8, and one output, float32, of any number of rows."""
    session = opened(files["item"])
    (taken,), (given,) = session.get_inputs(), session.get_outputs()
    assert (taken.name, taken.type, taken.shape[1:]) == ("pixels", "tensor(uint8)", [1, SIDE, SIDE])
    assert (given.name, given.type, given.shape[1:]) == ("embedding", "tensor(float)", [DIM])
    assert isinstance(taken.shape[0], str)
    assert given.shape[0] == taken.shape[0]


@pytest.mark.parametrize("side", ["item", "query"])
def test_a_file_says_what_it_was_made_of(files: dict[Side, Path], side: Side) -> None:
    """Model, network, weights and preprocessing stand in its metadata, and what its input is in words."""
    stated = opened(files[side]).get_modelmeta().custom_metadata_map
    expected = {"model": "fake", "network": "projection", "checkpoint": DIGEST, "preprocessing": "1", "side": side}
    assert {name: stated[name] for name in expected} == expected
    assert all(words in stated["input"] for words in (f"prepare_{side}", "uint8 (n, 1, 16, 16)", "normalisation"))
    assert stated.items() >= metadata(predictor_of(Projection()), side).items()


def test_a_file_is_whole_and_tells_nothing_of_the_machine(files: dict[Side, Path]) -> None:
    """Nothing lies beside it, and no path of the machine that made it is in it."""
    for path in files.values():
        assert [found for found in path.parent.iterdir() if found.is_file()] == [path]
        content = path.read_bytes()
        for private in (str(Path(exporting.__file__).parent.parent), tempfile.gettempdir(), socket.gethostname()):
            assert private.encode() not in content


class Shifted(Predictor):
    """Answers otherwise than its network does."""

    by = 2 * exporting.TOLERANCE

    def predict_items(self, batch: Tensor) -> Vectors:
        """Embed prepared items."""
        moved = super().predict_items(batch)
        # Only in a batch of more than one: the other would not show a batch that has become a constant.
        moved[1:, 3] += self.by
        return moved


@pytest.mark.parametrize("by", [2 * exporting.TOLERANCE, -2 * exporting.TOLERANCE, float("nan")])
def test_a_file_that_answers_otherwise_is_deleted(
    tmp_path: Path, files: dict[Side, Path], monkeypatch: pytest.MonkeyPatch, by: float
) -> None:
    """The sentence says by how much; what stood in its place before stays."""
    target = tmp_path / "fake.onnx"
    target.write_bytes(b"before")
    monkeypatch.setattr(Shifted, "by", by)
    monkeypatch.setattr(exporting, "_write", lambda *given: given[-1].write_bytes(files["item"].read_bytes()))
    with pytest.raises(NotExportable, match=r"0\.002.*deleted|nan.*deleted"):
        export_onnx(predictor_of(Projection(), Shifted), "item", target)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"fake.onnx": b"before"}


def test_without_the_extra_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever lacks the packages learns which, and how to get them; no file is begun."""
    monkeypatch.setattr(exporting, "find_spec", lambda name: None if name == "onnxscript" else name)
    with pytest.raises(NotExportable, match=r"needs onnxscript; pip install 'likeness\[export\]'"):
        export_onnx(predictor_of(Projection()), "item", tmp_path / "fake.onnx")
    assert list(tmp_path.iterdir()) == []


def people() -> nn.Module:
    """Build the network of people with one convolution for a trunk; the exporter takes its time for every layer."""
    network = EnsembleNet()
    network.shared = nn.Conv2d(3, CHANNELS, 16, 16)
    network.branches = nn.ModuleList(nn.Identity() for _ in network.branches)
    return network


def drawings() -> nn.Module:
    """Build the network of drawings, its edge detector whole, with one convolution for a trunk."""
    embedding = LiteEmbedding()
    embedding.trunk = cast("EfficientNetLite0", nn.Conv2d(3, CHANNELS, 32, 32))
    return SketchRetrieval(embedding)


SYSTEMS = {"reid": people, "sketch": drawings}


@pytest.mark.parametrize("model", SYSTEMS)
def test_published_systems_are_exported_quietly(model: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """With random weights: the file embeds what the predictor does; nothing of torch's reaches terminal or caller."""
    spec = embedding_spec(model)
    torch.manual_seed(5)
    built = SYSTEMS[model]().eval().requires_grad_(requires_grad=False)
    checkpoint = Checkpoint(model, "small", DIGEST, Path(), {"preprocessing": spec.preprocessing})
    predictor = Predictor(spec, checkpoint, cast("EmbeddingNetwork", built), CPU)
    target = tmp_path / f"{model}.onnx"
    assert export_onnx(predictor, "item", target) < exporting.TOLERANCE
    assert capfd.readouterr() == ("", "")
    pixels = pixels_of(2, spec.item_shape)
    (found,) = opened(target).run(["embedding"], {"pixels": pixels})
    np.testing.assert_allclose(found, predictor.predict_items(torch.from_numpy(pixels)), atol=1e-5)
