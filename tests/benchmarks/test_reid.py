"""The benchmark of people, on made-up ones and without weights of worth."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from benchmarks.reid import BEST, best_reranked, main, open_rows, orders, parity, peer, rows
from models.calibration import Calibration
from models.checkpoints import CheckpointStore
from models.contracts import Vectors
from models.reid import SPEC
from models.reid.datasets import find_crops
from models.reid.evaluation import load_trial
from models.reid.listings import Listing
from models.reid.rerank import rerank_best
from models.reid.trunks import LITE
from tests.models.reid.people import write_own


def unit(count: int, seed: int) -> Vectors:
    """Random unit vectors."""
    found = np.random.default_rng(seed).normal(size=(count, 12)).astype(np.float32)
    vectors: Vectors = found / np.linalg.norm(found, axis=1, keepdims=True)
    return vectors


def test_only_the_best_are_ordered_anew() -> None:
    """They are scored as the system scores them, and all others follow in the order of their cosines."""
    queries, gallery = unit(3, 0), unit(150, 1)
    scores = best_reranked(queries, gallery)
    for query, row in zip(queries, scores, strict=True):
        cosines = gallery @ query
        best = np.argsort(-cosines)[:BEST]
        np.testing.assert_allclose(row[best], rerank_best(query, gallery[best]))
        rest = np.setdiff1d(np.arange(150), best)
        assert row[rest].max() < row[best].min()
        assert (np.argsort(-row[rest]) == np.argsort(-cosines[rest])).all()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten people, the last two of whom are the test."""
    return write_own(tmp_path_factory.mktemp("people"), 10)


def known(listing: Listing) -> Vectors:
    """Embed as a network does that knows everybody."""
    return np.eye(10, dtype=np.float32)[listing.identities]


def test_a_network_that_knows_everybody_is_right_in_every_order(folder: Path) -> None:
    """Each way to score has its row, and who is known is found by all of them."""
    trial = load_trial(folder)
    found = rows("known", trial, known(trial.queries), known(trial.gallery))
    assert len(found) == len(orders(unit(1, 0), unit(1, 1))) == 3
    for line in found:
        assert [float(cell) for cell in line.split("|")[2:6]] == [100] * 4


def test_who_is_not_there_is_told_from_who_is(folder: Path) -> None:
    """A network that knows everybody finds all at every rate, and nobody falsely, calibrated or not."""
    trial = load_trial(folder)
    vectors = known(trial.queries), known(trial.gallery)
    calibration = Calibration(9.0, -8.0, 60, 0.35, (0.3, 0.4))
    found = open_rows("known", trial, *vectors, calibration)
    assert [line.split("|")[2].strip() for line in found] == ["1 %", "1 %", "0.1 %", "0.1 %"] * 2
    for line in found:
        assert [float(cell) for cell in line.split("|")[4:6]] == [0, 100]
    assert open_rows("known", trial, *vectors) == found[::2]
    assert float(found[1].split("|")[3]) == pytest.approx(calibration.match_score(0.01), abs=1e-3)
    assert float(found[5].split("|")[3]) == pytest.approx(calibration.match_score(0.01, 4), abs=1e-3)


def test_a_peer_gets_pictures_as_imagenet_has_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ONNX network is given 3 x 256 x 128, of mean about 0, and its vectors come back with unit length."""
    met: list[Any] = []

    def run(_: None, inputs: dict[str, Any]) -> list[Any]:
        met.append(inputs["pictures"])
        return [inputs["pictures"].reshape(len(inputs["pictures"]), -1)[:, :7] + 3]

    session = SimpleNamespace(get_inputs=lambda: [SimpleNamespace(name="pictures")], run=run)
    monkeypatch.setitem(sys.modules, "onnxruntime", SimpleNamespace(InferenceSession=lambda path: session))
    listing = find_crops(folder)
    vectors = peer(Path("peer.onnx"))(listing)
    assert vectors.shape == (40, 7)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert {part.shape[1:] for part in met} == {(3, 256, 128)}
    assert all(part.dtype == np.float32 and abs(float(part.mean())) < 1 for part in met)


def test_the_worst_vector_and_the_worst_score_are_told() -> None:
    """One of two vectors is turned by 60 degrees: its cosine is a half, and that with the other one is no longer 0."""
    exact = np.eye(2, dtype=np.float32)
    found = np.array([[1, 0], [3**0.5 / 2, 0.5]], np.float32)
    told = parity(found, exact)
    assert "cosines of 0.5000 or more" in told
    assert "differ by 0.8660 or less" in told


def test_the_command_prints_machine_command_and_table(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever reads the figures sees what made them; without weights the command ends in a sentence."""
    torch.manual_seed(0)
    card = {"preprocessing": SPEC.preprocessing}
    store = CheckpointStore(tmp_path / "checkpoints")
    made = store.save("reid", LITE, SPEC.networks[LITE]().state_dict(), card)
    arguments = ["--data", str(folder), "--home", str(tmp_path), "--device", "cpu", "--checkpoint", made.digest]
    main(arguments)
    printed = capsys.readouterr().out
    assert printed.startswith("`python -m benchmarks.reid --data ")
    assert "- Machine: " in printed
    assert "4 queries, 4 pictures in the gallery" in printed
    assert printed.count(f"| {LITE}, ") == 3 + 4
    with pytest.raises(SystemExit) as ended:
        main([*arguments[:-1], "nothing-of-this-name"])
    assert ended.value.code == 2
    assert "likeness models train reid" in capsys.readouterr().err
