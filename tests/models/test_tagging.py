"""The loaded tagger: what it says, judged by a tagger whose every answer follows by hand."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from models import registry, tagging
from models.calibration import NotCalibrated
from models.checkpoints import CheckpointStore
from models.choosing import Wanted
from models.contracts import CorruptCheckpoint, MissingCheckpoint, WrongKind
from models.devices import Device
from models.images import Picture
from models.label_calibration import LabelCalibration
from models.paths import Limits, Looked, Reasons
from models.tagging import UNCALIBRATED_THRESHOLD, Tag, TaggingPredictor, load_tagger
from tests.models.taggers import (
    BLACK,
    BLUE,
    EVERY_PATH,
    GAIN,
    GREEN,
    LABELS,
    RED,
    WEIGHTS,
    YELLOW,
    Colours,
    blocks,
    likely,
    save_tiny,
    tiny_spec,
)

CPU = Device("cpu", torch.float32, 1)
ALL = Wanted(least_probability=0.0, beam=EVERY_PATH)
CURVE = LabelCalibration(0.7, 0.2, (0.4, 0.9, 0.5, 0.1), {0.9: (0.99, 0.2, 0.2, 0.2)})
THIRDS = blocks(RED, GREEN, BLACK)


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The tagger for tests is the only model there is."""
    monkeypatch.setattr(registry, "specs", lambda: {"tiny": tiny_spec()})
    yield
    torch.set_num_threads(1)


@pytest.fixture
def store(tmp_path: Path) -> CheckpointStore:
    """Nothing is shipped, nothing is kept."""
    return CheckpointStore(tmp_path / "local", tmp_path / "shipped")


@pytest.fixture
def tagger(store: CheckpointStore) -> TaggingPredictor:
    """One that is not calibrated."""
    save_tiny(store)
    return load_tagger(store, "tiny", None, CPU)


def tags(tagger: TaggingPredictor, picture: Picture, wanted: Wanted) -> tuple[Tag, ...]:
    """What is said of one picture."""
    (found,) = tagger.tag(tagger.prepare_item(picture)[None], [wanted])
    return found


def names(found: tuple[Tag, ...]) -> list[str]:
    """Labels by their names."""
    return [LABELS[tag.label] for tag in found]


@pytest.mark.parametrize("beam", [1, 4, EVERY_PATH])
def test_chances_along_the_paths_are_the_probabilities(tagger: TaggingPredictor, beam: int) -> None:
    """Of labels that do not depend on each other it is the chance of each, whatever paths are found."""
    found = {LABELS[tag.label]: tag.probability for tag in tags(tagger, THIRDS, replace(ALL, beam=beam))}
    assert found == pytest.approx({"red": 0.3, "green": 0.3, "crimson": 0.55 / 3}, abs=0.01)
    assert tagger.labels == LABELS


def test_probabilities_are_calibrated_where_that_is_known(store: CheckpointStore) -> None:
    """The curve of the checkpoint's calibration, by hand; a label without a chance stays at nothing."""
    checkpoint = save_tiny(store)
    store.calibrate(checkpoint, CURVE)
    tagger = load_tagger(store, "tiny", None, CPU)
    assert tagger.calibration == CURVE
    found = {LABELS[tag.label]: tag.probability for tag in tags(tagger, THIRDS, ALL)}
    assert found["red"] == pytest.approx(likely(0.7, 0.2, 0.3), abs=0.01)
    paths = tagger.label(tagger.look(tagger.prepare_item(blocks(RED))[None]), Limits(beam=1))
    assert tagger.probabilities(paths)[0, 1] == 0


def test_what_is_said_reaches_its_threshold(store: CheckpointStore) -> None:
    """Each label has its own, another one for a precision; without a calibration its chance must be half."""
    checkpoint = save_tiny(store)
    plain = load_tagger(store, "tiny", None, CPU)
    most_red = blocks(RED, RED, RED, GREEN)
    assert names(tags(plain, most_red, Wanted(beam=EVERY_PATH))) == ["red"]
    assert plain.thresholds().tolist() == [UNCALIBRATED_THRESHOLD] * len(LABELS)
    with pytest.raises(NotCalibrated, match="but for: none"):
        plain.thresholds(0.9)
    store.calibrate(checkpoint, CURVE)
    tagger = load_tagger(store, "tiny", None, CPU)
    assert names(tags(tagger, most_red, Wanted(beam=EVERY_PATH))) == ["red", "crimson"]
    assert names(tags(tagger, most_red, Wanted(beam=EVERY_PATH, precision=0.9))) == ["crimson", "green"]
    with pytest.raises(NotCalibrated, match=r"precision of 0\.8"):
        tags(tagger, most_red, Wanted(precision=0.8))


def test_the_most_probable_are_said_in_the_order_of_the_path(tagger: TaggingPredictor) -> None:
    """So many are chosen by probability, and stand as the paths say them; a bound may leave fewer."""
    picture = blocks(GREEN, GREEN, BLUE, BLUE, BLUE, BLUE, RED)
    said = names(tags(tagger, picture, ALL))
    likely = {LABELS[tag.label]: tag.probability for tag in tags(tagger, picture, ALL)}
    for most in range(1, len(LABELS) + 1):
        found = names(tags(tagger, picture, Wanted(most=most, beam=EVERY_PATH)))
        assert sorted(found) == sorted(sorted(likely, key=lambda one: -likely[one])[:most])
        assert found == [label for label in said if label in found]
    bound = Wanted(most=3, least_probability=0.4, beam=EVERY_PATH)
    assert names(tags(tagger, picture, bound)) == ["blue"]


def test_nothing_but_what_is_allowed_is_said(tagger: TaggingPredictor) -> None:
    """However likely another label is; no number stands for all."""
    green = LABELS.index("green")
    only = Wanted(least_probability=0.0, allowed=(green,), beam=EVERY_PATH)
    assert names(tags(tagger, blocks(RED, RED, GREEN), only)) == ["green"]


def test_different_wishes_share_a_look(tagger: TaggingPredictor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of one batch are looked at once, and each is answered as it would be alone."""
    pictures = [blocks(RED), THIRDS, blocks(BLUE, GREEN), blocks(BLACK)]
    wanted = [ALL, Wanted(most=1), Wanted(allowed=(1, 2), least_probability=0.1), Wanted()]
    alone = [tags(tagger, picture, one) for picture, one in zip(pictures, wanted, strict=True)]
    looks: list[int] = []
    look = tagger.look

    def counted(batch: torch.Tensor) -> Looked:
        looks.append(len(batch))
        return look(batch)

    monkeypatch.setattr(tagger, "look", counted)
    batch = torch.stack([tagger.prepare_item(picture) for picture in pictures])
    for found, expected in zip(tagger.tag(batch, wanted), alone, strict=True):
        assert [(tag.label, tag.giver) for tag in found] == [(tag.label, tag.giver) for tag in expected]
        for ours, theirs in zip(found, expected, strict=True):
            assert ours.probability == pytest.approx(theirs.probability)
            np.testing.assert_allclose(ours.heat, theirs.heat)
    assert looks == [4]


def test_a_label_is_explained_by_the_first_path_that_says_it(tagger: TaggingPredictor) -> None:
    """Heat is where its colour is; the label before it in that path gave what the fake states."""
    found = {LABELS[tag.label]: tag for tag in tags(tagger, blocks(GREEN, GREEN, RED, RED), ALL)}
    assert (found["green"].heat[:, :2] > 0.8).all()
    assert (found["green"].heat[:, 2:] == 0).all()
    assert found["green"].heat.dtype == np.float32
    assert found["red"].giver is None
    assert found["red"].given == found["red"].gained == 0
    red, green = tags(tagger, blocks(YELLOW), Wanted(most=2, beam=EVERY_PATH))
    assert (red.giver, green.giver) == (None, LABELS.index("red"))
    assert green.given == green.gained == GAIN


def test_what_is_not_said_is_no_reason(tagger: TaggingPredictor) -> None:
    """Green stands behind red on its path, and gains from it, but nobody is told of red."""
    (green,) = tags(tagger, blocks(RED, YELLOW, YELLOW, GREEN, GREEN), Wanted(most=1, beam=EVERY_PATH))
    assert LABELS[green.label] == "green"
    assert (green.giver, green.given, green.gained) == (None, 0, GAIN)


def test_a_label_that_no_path_says_is_explained_where_it_would_stand(tagger: TaggingPredictor) -> None:
    """Green is said, blue is not, but would come after it."""
    green, blue = tags(tagger, blocks(GREEN, GREEN, GREEN, BLUE), Wanted(most=2, beam=1))
    assert (LABELS[green.label], LABELS[blue.label]) == ("green", "blue")
    assert blue.probability == pytest.approx(0.9 / 4, abs=0.01)
    assert blue.giver == green.label
    assert (blue.heat[:, 3:] > 0.8).all()


def test_many_labels_are_explained_in_several_runs(tagger: TaggingPredictor, monkeypatch: pytest.MonkeyPatch) -> None:
    """No run has more labels than memory was made ready for, and where they are cut shows in no answer."""
    runs: list[int] = []
    explain = Colours.explain

    def counted(
        network: Colours, looked: Looked, pictures: torch.Tensor, paths: torch.Tensor, named: torch.Tensor
    ) -> Reasons:
        assert sorted(set(pictures.tolist())) == list(range(len(looked.maps)))
        runs.append(len(paths))
        return explain(network, looked, pictures, paths, named)

    monkeypatch.setattr(Colours, "explain", counted)
    batch = torch.stack([tagger.prepare_item(one) for one in (THIRDS, blocks(RED, BLUE), blocks(GREEN, BLACK))])
    together = tagger.tag(batch, [ALL] * 3)
    monkeypatch.setattr(tagging, "LABELS_AT_ONCE", 1)
    tagger.spec = replace(tagger.spec, max_batch=2)
    apart = tagger.tag(batch, [ALL] * 3)
    once, *several = runs
    assert (max(several), sum(several)) == (2, once)
    for one, other in zip(together, apart, strict=True):
        assert [(tag.label, tag.giver, tag.gained) for tag in one] == [
            (tag.label, tag.giver, tag.gained) for tag in other
        ]
        assert all(np.array_equal(ours.heat, theirs.heat) for ours, theirs in zip(one, other, strict=True))


def test_of_nothing_nothing_is_said(tagger: TaggingPredictor) -> None:
    """A picture without any colour has no tags, and explains none."""
    assert tags(tagger, blocks(BLACK), Wanted()) == ()


def test_labels_have_places_of_unit_length(tagger: TaggingPredictor) -> None:
    """The vectors of the network, normalised: two words for one colour stand near each other."""
    vectors = tagger.label_vectors
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)
    assert float(vectors[0] @ vectors[3]) == pytest.approx(0.55 / math.hypot(0.55, 0.1), rel=1e-5)


def test_it_can_be_warmed(tagger: TaggingPredictor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest batch and one picture go through it, as often as one likes, and it says what it is."""
    tagger.warm()
    met: list[int] = []
    monkeypatch.setattr(tagger, "tag", lambda batch, wanted: met.append(len(batch)))
    tagger.warm()
    assert met == [tagger.spec.max_batch, 1]
    assert tagger.digest == tagger.checkpoint.digest
    assert isinstance(tagger.network, torch.nn.Module)


def test_the_fast_format_is_used_only_if_it_agrees(store: CheckpointStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where bf16 sees something else than float32 the network stays in float32; answers are float32 in both cases."""
    save_tiny(store)
    device = Device("cpu", torch.bfloat16, 1)
    for parity, dtype in ((1.1, torch.float32), (-1.1, torch.bfloat16)):
        monkeypatch.setattr(tagging, "PARITY", parity)
        chosen = load_tagger(store, "tiny", None, device)
        assert next(chosen.network.parameters()).dtype is dtype
        assert chosen.look(chosen.prepare_item(THIRDS)[None]).features.dtype is torch.float32
        assert names(tags(chosen, blocks(RED), Wanted())) == ["red", "crimson"]


def test_what_cannot_be_loaded_says_why(store: CheckpointStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """No weights; a card without labels, or with one twice; thresholds of others; weights of more labels."""
    with pytest.raises(MissingCheckpoint):
        load_tagger(store, "tiny", None, CPU)
    for labels in (None, [], ["red", "red", "blue", "sky"], [1, 2, 3, 4], "red"):
        bad = save_tiny(store, WEIGHTS + len(str(labels)), labels=labels)
        with pytest.raises(CorruptCheckpoint, match="states no labels, or one twice"):
            load_tagger(store, "tiny", bad.digest, CPU)
    fewer = save_tiny(store, WEIGHTS * 2, labels=["red"])
    with pytest.raises(CorruptCheckpoint, match="another version of the network"):
        load_tagger(store, "tiny", fewer.digest, CPU)
    checkpoint = save_tiny(store)
    store.calibrate(checkpoint, LabelCalibration(1.0, 0.0, (0.5,)))
    with pytest.raises(CorruptCheckpoint, match="know 4 labels, but their calibration 1"):
        load_tagger(store, "tiny", checkpoint.digest, CPU)
    with pytest.raises(WrongKind):
        load_tagger(store, _embedding(monkeypatch), None, CPU)


def _embedding(monkeypatch: pytest.MonkeyPatch) -> str:
    from models.sketch import SPEC

    monkeypatch.setattr(registry, "specs", lambda: {"sketch": SPEC})
    return "sketch"
