"""The system in the product: described, predicted with like any other, and explained where it has no weights yet."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch
from skimage import data
from torch import nn

import models
from models.checkpoints import CheckpointStore
from models.contracts import InvalidStrokes, MissingCheckpoint, Strokes
from models.devices import Device
from models.images import Picture
from models.predictor import Predictor, load_predictor
from models.registry import spec
from models.reid import SPEC
from models.reid.evaluation import evaluate
from models.reid.network import EnsembleNet
from models.reid.pretrained import loader
from models.reid.trunks import LITE
from tests.models.reid.people import photo

CPU = Device("cpu", torch.float32, 1)
MIB = 2**20


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> CheckpointStore:
    """The default network with random weights, and nothing shipped."""
    folder = tmp_path_factory.mktemp("checkpoints")
    store = CheckpointStore(folder / "local", folder / "shipped")
    torch.manual_seed(0)
    store.save("reid", LITE, SPEC.networks[LITE]().state_dict(), {"preprocessing": SPEC.preprocessing})
    return store


@pytest.fixture(scope="module")
def predictor(store: CheckpointStore) -> Iterator[Predictor]:
    """A predictor with these weights."""
    yield load_predictor(store, "reid", None, CPU)
    torch.set_num_threads(1)


def test_it_is_found_by_its_folder() -> None:
    """The registry knows it, and its default is the network that may ship."""
    assert spec("reid") is SPEC
    assert SPEC.default_network == LITE
    assert list(SPEC.networks) == [LITE, "resnet50"]


def test_its_parts_are_all_of_it() -> None:
    """Every number of an embedding belongs to one of six parts of 256, in the order in which they are named."""
    assert [place for part in SPEC.parts.values() for place in range(SPEC.dim)[part]] == list(range(SPEC.dim))
    assert {len(range(SPEC.dim)[part]) for part in SPEC.parts.values()} == {256}


def test_it_embeds_like_any_other(predictor: Predictor) -> None:
    """Prepared crops have the stated shape; vectors are unit, float32, and do not depend on the batch they are in."""
    prepared = torch.stack([predictor.prepare_item(photo(number)) for number in range(3)])
    assert (prepared.dtype, tuple(prepared.shape[1:])) == (torch.uint8, SPEC.item_shape)
    vectors = predictor.predict_items(prepared)
    assert vectors.dtype == np.float32
    assert vectors.shape == (3, SPEC.dim)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    alone = np.concatenate([predictor.predict_items(one[None]) for one in prepared])
    np.testing.assert_allclose(alone, vectors, atol=1e-5)


def test_queries_and_items_meet(predictor: Predictor) -> None:
    """A picture that is looked for is prepared, embedded and shown as the same picture in the catalogue is."""
    query, item = predictor.prepare_query(photo(1)), predictor.prepare_item(photo(1))
    assert torch.equal(query, item)
    views = SPEC.query_views(query)
    np.testing.assert_array_equal(predictor.predict_queries(views), predictor.predict_items(item[None]))
    np.testing.assert_array_equal(predictor.view_query(query), predictor.view_items(item[None])[0])
    with pytest.raises(InvalidStrokes):
        predictor.prepare_query(Strokes(()))


def test_bfloat16_is_close_enough_to_be_served(tmp_path: Path) -> None:
    """Where a device computes in it, vectors keep a cosine of 0.999 to the exact ones and scores move by 0.005 at most.

    The trunk is ImageNet's and the necks centre what they are shown, as after training: rounding counts for more then.
    """
    portrait = data.astronaut()
    crops = [portrait[top : top + 320, left : left + 160] for top in (0, 190) for left in (20, 170, 350)]
    prepared = torch.stack([SPEC.prepare_item(Picture(np.ascontiguousarray(crop))) for crop in crops])
    torch.manual_seed(0)
    store = CheckpointStore(tmp_path / "local", tmp_path / "shipped")
    try:
        network = EnsembleNet(load=loader(LITE, store)).eval()
    except MissingCheckpoint as missing:
        pytest.skip(str(missing))
    with torch.no_grad():
        for reduction, stripe in zip(network.reductions, network.pool(prepared.float()), strict=True):
            cast("nn.BatchNorm2d", reduction.norm).momentum = 1
            reduction.train()(stripe)
    store.save("reid", LITE, network.state_dict(), {"preprocessing": SPEC.preprocessing})
    exact, fast = (
        load_predictor(store, "reid", None, Device("cpu", dtype, 1)).predict_items(prepared)
        for dtype in (torch.float32, torch.bfloat16)
    )
    assert np.abs(exact - fast).max() > 0, "It must not have stayed in float32."
    assert (exact * fast).sum(axis=1).min() >= 0.999
    assert np.abs(exact @ exact.T - fast @ fast.T).max() <= 0.005


def test_without_weights_the_command_is_named(tmp_path: Path) -> None:
    """Whoever asks for what was never trained learns how it is trained."""
    empty = CheckpointStore(tmp_path, tmp_path)
    assert empty.all("reid") == ()
    with pytest.raises(MissingCheckpoint, match=r"likeness models train reid --data DIR"):
        load_predictor(empty, "reid", None, CPU)


def test_what_ships_is_small() -> None:
    """Weights in the package are below 12 MiB, of networks that the description lists, and as their cards state."""
    store = CheckpointStore(Path("/nowhere"))
    for checkpoint in store.all("reid"):
        assert checkpoint.network in SPEC.networks
        assert checkpoint.card["preprocessing"] == SPEC.preprocessing
        assert {tensor.dtype for tensor in store.load(checkpoint).values()} <= {torch.float16, torch.int64}
    folder = Path(models.__path__[0]) / "reid/weights"
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 12 * MIB


def test_the_official_split_is_as_the_card_says() -> None:
    """The shipped default finds what its card states on Market-1501's last 150 identities; one query more or less."""
    folder = os.environ.get("LIKENESS_TEST_DATA")
    store = CheckpointStore(Path("/nowhere"))
    if folder is None or not store.all("reid"):
        pytest.skip("needs shipped weights, and LIKENESS_TEST_DATA set to a folder that holds market1501, unpacked")
    predictor = load_predictor(store, "reid", None, CPU)
    figures = evaluate(Path(folder) / "market1501", predictor)
    assert figures["queries"] == 663
    for name, stated in predictor.checkpoint.card["official test"].items():
        assert figures[name] == pytest.approx(stated, abs=100 / 657 + 0.1)
