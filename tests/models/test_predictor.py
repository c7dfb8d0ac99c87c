"""The predictor's promises, kept by real networks with random weights and by the fake that stands in for them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias, cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from models import predictor as predictor_module
from models.checkpoints import Checkpoint, CheckpointStore
from models.contracts import (
    CorruptCheckpoint,
    EmbeddingNetwork,
    EmptyDrawing,
    MissingCheckpoint,
    NotExplainable,
    Strokes,
    UnknownModel,
)
from models.devices import Device
from models.images import Picture
from models.predictor import Predictor, load_predictor
from models.registry import spec
from tests.models.fakes import FakePredictor

AnyPredictor: TypeAlias = Predictor | FakePredictor
CPU = Device("cpu", torch.float32, 1)
NETWORKS = tuple(spec("sketch").networks)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> CheckpointStore:
    """Both networks of the sketch system with random weights, and nothing shipped."""
    folder = tmp_path_factory.mktemp("checkpoints")
    store = CheckpointStore(folder / "local", folder / "shipped")
    description = spec("sketch")
    for seed, name in enumerate(NETWORKS):
        torch.manual_seed(seed)
        weights = description.networks[name]().state_dict()
        store.save("sketch", name, weights, {"preprocessing": description.preprocessing})
    return store


@pytest.fixture(scope="module", params=["fake", *NETWORKS])
def predictor(request: pytest.FixtureRequest, store: CheckpointStore) -> Iterator[AnyPredictor]:
    """A predictor of each kind."""
    yield FakePredictor() if request.param == "fake" else load_predictor(store, "sketch", request.param, CPU)
    torch.set_num_threads(1)


def drawing(seed: int) -> Picture:
    """Lines of ink on paper."""
    page = np.full((64, 96), 255, np.uint8)
    random = np.random.default_rng(seed)
    for row, column in random.integers(4, 60, (3, 2)):
        page[row, 8:80] = 0
        page[8:56, column] = 0
    return Picture(np.repeat(page[..., None], 3, axis=2))


def photo(seed: int) -> Picture:
    """A thing of some colour on a light ground."""
    random = np.random.default_rng(seed)
    scene = np.full((60, 80, 3), 250, np.uint8)
    scene[15:45, 10 + seed : 60] = random.integers(0, 200, 3)
    scene[20:30, 20:40] = random.integers(0, 200, 3)
    return Picture(scene)


def queries(predictor: AnyPredictor, count: int = 3) -> torch.Tensor:
    """A batch of prepared drawings."""
    return torch.stack([predictor.prepare_query(drawing(seed)) for seed in range(count)])


def items(predictor: AnyPredictor, count: int = 3) -> torch.Tensor:
    """A batch of prepared photos."""
    return torch.stack([predictor.prepare_item(photo(seed)) for seed in range(count)])


def assert_sound(vectors: NDArray[np.float32], count: int, dim: int) -> None:
    """Float32, of the stated length, every row a unit vector."""
    assert vectors.dtype == np.float32
    assert vectors.shape == (count, dim)
    assert vectors.flags.c_contiguous
    np.testing.assert_allclose(np.linalg.norm(vectors.astype(np.float64), axis=1), 1, atol=1e-5)


def test_it_tells_why_an_item_is_like_a_query(predictor: AnyPredictor) -> None:
    """Each item is explained against its own query: its view, and support of the same size, finite and not all 0."""
    batch = items(predictor)
    asked = predictor.predict_queries(queries(predictor))
    assert predictor.explains
    found = predictor.explain_items(batch, asked)
    views = predictor.view_items(batch)
    for explanation, view in zip(found, views, strict=True):
        assert np.array_equal(explanation.lines, view)
        assert explanation.support.dtype == np.float32
        assert explanation.support.shape == view.shape
        assert np.isfinite(explanation.support).all()
        assert explanation.support.any()
    (alone,) = predictor.explain_items(batch[1:2], asked[1:2])
    np.testing.assert_allclose(alone.support, found[1].support, atol=1e-4)
    (opposite,) = predictor.explain_items(batch[1:2], -asked[1:2])
    np.testing.assert_allclose(opposite.support, -alone.support, atol=1e-5)


def test_a_network_that_cannot_explain_says_so(store: CheckpointStore) -> None:
    """Explaining is a promise that a system may leave out; asked all the same, it answers with a sentence."""
    loaded = load_predictor(store, "sketch", NETWORKS[0], CPU)

    class Silent:
        """Nothing of what a network can do."""

    silent = Predictor(loaded.spec, loaded.checkpoint, cast("EmbeddingNetwork", Silent()), CPU)
    assert not silent.explains
    with pytest.raises(NotExplainable, match="sketch does not tell why"):
        silent.explain_items(items(loaded, 1), np.ones((1, 256), np.float32))


def test_it_says_what_it_is(predictor: AnyPredictor) -> None:
    """Description, digest and device are there for who asks, and belong together."""
    assert predictor.digest == predictor.checkpoint.digest
    assert len(bytes.fromhex(predictor.digest)) == 32
    assert predictor.spec.name == predictor.checkpoint.model
    assert predictor.checkpoint.network in predictor.spec.networks
    assert predictor.device == CPU


def test_what_is_prepared_has_the_stated_shape(predictor: AnyPredictor) -> None:
    """Drawings, strokes and photos become uint8 tensors on the CPU, of the shapes that the description states."""
    strokes = Strokes((np.array([[0, 0], [5, 9]], np.float32),))
    for query in (drawing(0), strokes):
        prepared = predictor.prepare_query(query)
        assert (prepared.dtype, tuple(prepared.shape)) == (torch.uint8, predictor.spec.query_shape)
        assert prepared.device.type == "cpu"
    prepared = predictor.prepare_item(photo(0))
    assert (prepared.dtype, tuple(prepared.shape)) == (torch.uint8, predictor.spec.item_shape)


def test_the_first_view_of_a_query_is_the_query(predictor: AnyPredictor) -> None:
    """All views of a prepared query can be embedded as one batch, and the first is the query itself."""
    prepared = predictor.prepare_query(drawing(0))
    views = predictor.spec.query_views(prepared)
    assert (views.dtype, tuple(views.shape[1:])) == (torch.uint8, predictor.spec.query_shape)
    assert torch.equal(views[0], prepared)
    assert_sound(predictor.predict_queries(views), len(views), predictor.spec.dim)


def test_preparing_changes_nothing_that_was_given(predictor: AnyPredictor) -> None:
    """The caller's pixels and points are as they were."""
    page, scene = drawing(0), photo(0)
    points = np.array([[0, 0], [5, 9]], np.float32)
    predictor.prepare_query(page)
    predictor.prepare_query(Strokes((points,)))
    predictor.prepare_item(scene)
    np.testing.assert_array_equal(page.rgb, drawing(0).rgb)
    np.testing.assert_array_equal(scene.rgb, photo(0).rgb)
    np.testing.assert_array_equal(points, [[0, 0], [5, 9]])


def test_preparing_in_threads_gives_the_same(predictor: AnyPredictor) -> None:
    """`prepare_*` may be called from any thread: a pool prepares what one thread prepares."""
    with ThreadPoolExecutor(4) as pool:
        drawn = torch.stack(list(pool.map(lambda seed: predictor.prepare_query(drawing(seed)), range(6))))
        shown = torch.stack(list(pool.map(lambda seed: predictor.prepare_item(photo(seed)), range(6))))
    assert torch.equal(drawn, queries(predictor, 6))
    assert torch.equal(shown, items(predictor, 6))


def test_an_empty_drawing_is_refused(predictor: AnyPredictor) -> None:
    """White paper and no strokes at all are no query."""
    for query in (Picture(np.full((40, 40, 3), 255, np.uint8)), Strokes(()), Strokes((np.empty((0, 2), np.float32),))):
        with pytest.raises(EmptyDrawing):
            predictor.prepare_query(query)


def test_vectors_are_sound(predictor: AnyPredictor) -> None:
    """Both sides give float32 unit rows of the stated length, for one and for several."""
    for count in (1, 3):
        assert_sound(predictor.predict_queries(queries(predictor, count)), count, predictor.spec.dim)
        assert_sound(predictor.predict_items(items(predictor, count)), count, predictor.spec.dim)


def test_a_vector_does_not_depend_on_its_neighbours(predictor: AnyPredictor) -> None:
    """A row of a batch is the vector that its picture gets alone, and the order of a batch is kept."""
    for predict, batch in (
        (predictor.predict_queries, queries(predictor)),
        (predictor.predict_items, items(predictor)),
    ):
        together = predict(batch)
        alone = np.concatenate([predict(row[None]) for row in batch])
        np.testing.assert_allclose(together, alone, atol=1e-4)
        np.testing.assert_allclose(predict(batch.flip(0)), together[::-1], atol=1e-4)


def test_the_same_batch_gives_the_same_vectors(predictor: AnyPredictor) -> None:
    """Nothing random is left in a served network, and the batch is not written to."""
    batch = queries(predictor)
    before = batch.clone()
    np.testing.assert_array_equal(predictor.predict_queries(batch), predictor.predict_queries(batch))
    assert torch.equal(batch, before)


def test_vectors_stay_when_the_next_batch_comes(predictor: AnyPredictor) -> None:
    """The caller owns what was returned."""
    first = predictor.predict_queries(queries(predictor, 1))
    kept = first.copy()
    predictor.predict_queries(255 - queries(predictor, 1))
    np.testing.assert_array_equal(first, kept)


def test_what_the_network_sees_can_be_shown(predictor: AnyPredictor) -> None:
    """Views are grey pictures: one for a query, one for each item of a batch."""
    view = predictor.view_query(predictor.prepare_query(drawing(0)))
    assert view.dtype == np.uint8
    assert view.ndim == 2
    views = predictor.view_items(items(predictor, 2))
    assert views.dtype == np.uint8
    assert views.ndim == 3
    assert len(views) == 2


def test_it_can_be_warmed(predictor: AnyPredictor) -> None:
    """Warming runs without any input, as often as one likes."""
    predictor.warm()
    predictor.warm()


def test_a_warm_network_has_met_the_largest_batch(store: CheckpointStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """All views of as many queries as are predicted at once, and as many items, went through it before anyone asks."""
    met: dict[str, list[int]] = {"queries": [], "items": []}
    for side, name in (("queries", "predict_queries"), ("items", "predict_items")):

        def predict(self: Predictor, batch: torch.Tensor, *, side: str = side) -> None:
            met[side].append(len(batch))

        monkeypatch.setattr(Predictor, name, predict)
    predictor = load_predictor(store, "sketch", None, CPU)
    assert met == {"queries": [], "items": []}, "Who only loads it need not wait for that."
    predictor.warm()
    description = predictor.spec
    views = len(description.query_views(torch.zeros(description.query_shape, dtype=torch.uint8)))
    assert met == {"queries": [description.max_batch * views, views], "items": [description.max_batch, 1]}


@pytest.mark.parametrize(("parity", "exact"), [(1.1, True), (-1.1, False)])
def test_the_fast_format_is_used_only_if_it_agrees(
    store: CheckpointStore, monkeypatch: pytest.MonkeyPatch, parity: float, exact: bool
) -> None:
    """Where bf16 disagrees with float32 on the probe the network stays in float32, else it computes in bf16."""
    monkeypatch.setattr(predictor_module, "PARITY", parity)
    chosen = load_predictor(store, "sketch", NETWORKS[0], Device("cpu", torch.bfloat16, 1))
    reference = load_predictor(store, "sketch", NETWORKS[0], CPU)
    for ours, theirs in (
        (chosen.predict_queries(queries(chosen)), reference.predict_queries(queries(reference))),
        (chosen.predict_items(items(chosen)), reference.predict_items(items(reference))),
    ):
        assert_sound(ours, 3, reference.spec.dim)
        assert np.array_equal(ours, theirs) == exact
        assert (ours * theirs).sum(axis=1).min() > 0.99


def test_the_probe_looks_at_both_sides(store: CheckpointStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A format that spoils the items alone is rejected too."""
    predictor = load_predictor(store, "sketch", NETWORKS[0], CPU)
    other = load_predictor(store, "sketch", NETWORKS[0], CPU)
    monkeypatch.setattr(other, "predict_items", lambda batch: -predictor.predict_items(batch))
    agree = predictor_module._agree  # noqa: SLF001 - the rule itself
    assert agree(predictor, predictor)
    assert not agree(predictor, other)


def test_threads_are_those_of_the_device(store: CheckpointStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading on the CPU tells torch how many threads it may take."""
    told: list[int] = []
    monkeypatch.setattr(torch, "set_num_threads", told.append)
    load_predictor(store, "sketch", NETWORKS[0], Device("cpu", torch.float32, 5))
    assert told == [5]


def test_nothing_named_loads_the_default_network(store: CheckpointStore) -> None:
    """Without a reference the model's first network is served."""
    assert load_predictor(store, "sketch", None, CPU).checkpoint.network == spec("sketch").default_network


def test_what_is_not_there_is_not_loaded(store: CheckpointStore) -> None:
    """An unknown model and an unknown checkpoint have errors of their own."""
    with pytest.raises(UnknownModel):
        load_predictor(store, "shoes", None, CPU)
    with pytest.raises(MissingCheckpoint):
        load_predictor(store, "sketch", "0123456789", CPU)


def altered(store: CheckpointStore, network: str, weights: dict[str, torch.Tensor]) -> Checkpoint:
    """A checkpoint that is sound as a file."""
    return store.save("sketch", network, weights, {"preprocessing": spec("sketch").preprocessing})


def test_weights_of_another_architecture_are_refused(tmp_path: Path) -> None:
    """Weights that are whole but do not fit, as after an upgrade, are refused with what to do."""
    store = CheckpointStore(tmp_path / "local", tmp_path / "shipped")
    strange = altered(store, NETWORKS[0], {"weight": torch.zeros(3)})
    unknown = altered(store, "transformer", {"weight": torch.zeros(3)})
    for checkpoint in (strange, unknown):
        with pytest.raises(CorruptCheckpoint, match="train"):
            load_predictor(store, "sketch", checkpoint.digest, CPU)
