"""Checkpoints: what was saved is what is loaded, or it is not loaded at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from models.calibration import Calibration
from models.checkpoints import CARD, WEIGHTS, Checkpoint, CheckpointStore, digest_of
from models.contracts import CorruptCheckpoint, MissingCheckpoint

CARD_FACTS = {"preprocessing": 1, "figures": {"acc@1": 50.0}}


def tensors(seed: int = 0) -> dict[str, Tensor]:
    """A few weights in the number formats that ship."""
    generator = torch.Generator().manual_seed(seed)
    return {
        "layer.weight": torch.randn(3, 4, generator=generator).half(),
        "layer.bias": torch.randn(3, generator=generator),
        "batches": torch.tensor(7),
    }


def ship(folder: Path, network: str, seed: int = 0) -> Checkpoint:
    """Lay a checkpoint where a release would: models/<model>/weights/<network>/."""
    saved = CheckpointStore(folder / "aside").save("sketch", network, tensors(seed), CARD_FACTS)
    target = folder / "shipped" / "sketch" / "weights" / network
    target.parent.mkdir(parents=True, exist_ok=True)
    saved.folder.rename(target)
    return replace(saved, folder=target)


@pytest.fixture
def store(tmp_path: Path) -> CheckpointStore:
    """An empty data folder beside an empty release."""
    return CheckpointStore(tmp_path / "local", tmp_path / "shipped")


@given(
    st.dictionaries(
        st.text("abcdefgh._", min_size=1, max_size=8),
        st.tuples(
            st.lists(st.integers(0, 3), max_size=3), st.sampled_from([torch.float32, torch.float16, torch.bfloat16])
        ),
        max_size=4,
    ),
    st.text("abcdefgh-", min_size=1, max_size=12),
)
@settings(deadline=None, max_examples=15)
def test_round_trip(
    tmp_path_factory: pytest.TempPathFactory, shapes: dict[str, tuple[list[int], torch.dtype]], network: str
) -> None:
    """Names, shapes, formats and every bit come back, and the card beside them."""
    store = CheckpointStore(tmp_path_factory.mktemp("local"), Path("/nowhere"))
    saved = {name: torch.randn(shape).to(dtype) for name, (shape, dtype) in shapes.items()}
    checkpoint = store.save("sketch", network, saved, CARD_FACTS)
    assert checkpoint == store.find("sketch", checkpoint.digest)
    assert (checkpoint.model, checkpoint.network) == ("sketch", network)
    assert checkpoint.card["figures"] == CARD_FACTS["figures"]
    loaded = store.load(checkpoint)
    assert loaded.keys() == saved.keys()
    for name, tensor in saved.items():
        assert loaded[name].dtype is tensor.dtype
        assert torch.equal(loaded[name], tensor)


def test_weights_that_lie_channels_last_are_saved_too(store: CheckpointStore) -> None:
    """A network in the layout it is trained in is saved without being asked to rearrange itself."""
    weight = torch.randn(4, 3, 5, 5).to(memory_format=torch.channels_last)
    assert torch.equal(store.load(store.save("sketch", "a", {"weight": weight}, CARD_FACTS))["weight"], weight)


def test_the_digest_covers_all_that_decides_what_a_vector_means(store: CheckpointStore) -> None:
    """The digest is sha256 over the file, the network's name and the preprocessing; a change of any gives another."""
    checkpoint = store.save("sketch", "a", tensors(), CARD_FACTS)
    content = (checkpoint.folder / WEIGHTS).read_bytes()
    assert checkpoint.digest == hashlib.sha256(content + b"\na\n1").hexdigest()
    others = [digest_of(content, "b", 1), digest_of(content, "a", 2), digest_of(content + b" ", "a", 1)]
    assert len({checkpoint.digest, *others}) == 4
    # Facts about how it was judged are no part of it.
    assert store.save("sketch", "a", tensors(), {"preprocessing": 1}).digest == checkpoint.digest


def test_damage_to_any_byte_of_the_weights_is_found(store: CheckpointStore) -> None:
    """Whichever byte of the weight file flips, and however much is cut off, it is not loaded."""
    checkpoint = store.save("sketch", "a", tensors(), CARD_FACTS)
    path = checkpoint.folder / WEIGHTS
    content = path.read_bytes()
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(CorruptCheckpoint, match="digest"):
            store.load(checkpoint)
    for length in range(0, len(content), 16):
        path.write_bytes(content[:length])
        with pytest.raises(CorruptCheckpoint):
            store.load(checkpoint)


def test_damage_to_any_byte_of_the_card_is_found_or_harmless(store: CheckpointStore) -> None:
    """Whichever byte of the card flips, either it is refused or the very same weights are loaded."""
    checkpoint = store.save("sketch", "a", tensors(), CARD_FACTS)
    path = checkpoint.folder / CARD
    content = path.read_bytes()
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        try:
            (found,) = store.all("sketch")
            loaded = store.load(found)
        except CorruptCheckpoint as refusal:
            assert str(path.parent) in str(refusal)  # noqa: PT017 - either outcome is right
        else:
            assert found.digest == checkpoint.digest
            assert all(torch.equal(loaded[name], tensor) for name, tensor in tensors().items())


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{}", b"\xff", b'{"model": 1, "network": 2, "digest": 3}'])
def test_a_card_that_is_none_is_refused(store: CheckpointStore, content: bytes) -> None:
    """A card without what it must state is named in the error, which says what to do."""
    checkpoint = store.save("sketch", "a", tensors(), CARD_FACTS)
    (checkpoint.folder / CARD).write_bytes(content)
    with pytest.raises(CorruptCheckpoint, match="restore it or delete"):
        store.all("sketch")


def test_weights_that_are_gone_are_missing(store: CheckpointStore) -> None:
    """A card without its weight file is a missing checkpoint."""
    checkpoint = store.save("sketch", "a", tensors(), CARD_FACTS)
    (checkpoint.folder / WEIGHTS).unlink()
    with pytest.raises(MissingCheckpoint, match="cannot be read"):
        store.load(checkpoint)


def test_nothing_is_found_in_an_empty_house(store: CheckpointStore) -> None:
    """Without any weights the error says how to get some."""
    assert store.all("sketch") == ()
    with pytest.raises(MissingCheckpoint, match="likeness models train sketch"):
        store.find("sketch")


def test_find_by_prefix(store: CheckpointStore) -> None:
    """A digest, or at least its first 8 digits, names a checkpoint; fewer digits or other ones name none."""
    saved = [store.save("sketch", "a", tensors(seed), CARD_FACTS) for seed in range(3)]
    for checkpoint in saved:
        for length in (8, 12, 64):
            assert store.find("sketch", checkpoint.digest[:length]).digest == checkpoint.digest
        for reference in (checkpoint.digest[:7], checkpoint.digest + "0", checkpoint.digest[1:20], "0" * 8):
            with pytest.raises(MissingCheckpoint, match=r"there is: a \("):
                store.find("sketch", reference)


def test_other_models_have_checkpoints_of_their_own(store: CheckpointStore) -> None:
    """A checkpoint of one model is none of another."""
    checkpoint = store.save("sketch", "a", tensors(), CARD_FACTS)
    with pytest.raises(MissingCheckpoint):
        store.find("reid", checkpoint.digest)


def test_a_network_name_means_the_shipped_checkpoint_first(tmp_path: Path, store: CheckpointStore) -> None:
    """By name the shipped weights are found, though newer local ones of that name exist; those go by digest."""
    shipped = ship(tmp_path, "a")
    local = store.save("sketch", "a", tensors(1), CARD_FACTS)
    assert store.find("sketch", "a") == shipped
    assert store.find("sketch", local.digest[:8]) == local
    assert store.all("sketch") == (shipped, local)


def test_among_local_ones_of_a_name_the_newest_is_meant(store: CheckpointStore) -> None:
    """Without shipped weights a network's name means what was trained last."""
    for age, seed in ((300, 0), (100, 1), (200, 2)):
        checkpoint = store.save("sketch", "a", tensors(seed), CARD_FACTS)
        card = checkpoint.folder / CARD
        written = card.stat().st_mtime - age
        os.utime(card, (written, written))
    assert torch.equal(store.load(store.find("sketch", "a"))["layer.bias"], tensors(1)["layer.bias"])


def test_nothing_named_means_the_default_network(tmp_path: Path, store: CheckpointStore) -> None:
    """Without a reference the default network's weights are found, and without a default the first shipped ones."""
    first, second = ship(tmp_path, "a"), ship(tmp_path, "b", seed=1)
    assert store.find("sketch", None, "b") == second
    assert store.find("sketch") == first
    assert store.find("sketch", "a", "b") == first
    with pytest.raises(MissingCheckpoint, match="no checkpoint c of"):
        store.find("sketch", None, "c")


def test_a_kept_checkpoint_outlives_its_release(tmp_path: Path, store: CheckpointStore) -> None:
    """A copy in the data folder loads after the release's own is gone; keeping twice is keeping once."""
    shipped = ship(tmp_path, "a")
    kept = store.keep(shipped)
    assert store.keep(shipped) == store.keep(kept) == kept
    assert store.all("sketch") == (shipped,)
    (shipped.folder / CARD).unlink()
    assert store.all("sketch") == (kept,)
    assert torch.equal(store.load(store.find("sketch", shipped.digest))["layer.bias"], tensors()["layer.bias"])


class Killed(BaseException):
    """The end of a process in the middle of a line."""


def fail_at(call: int, failure: BaseException, real: Callable[..., Any]) -> Callable[..., Any]:
    """Stand in for `real`, and fail at its `call`th call."""
    count = 0

    def stand_in(*arguments: Any, **options: Any) -> Any:
        nonlocal count
        count += 1
        if count == call:
            raise failure
        return real(*arguments, **options)

    return stand_in


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), Killed(), KeyboardInterrupt()])
@pytest.mark.parametrize(("owner", "name", "call"), [(os, "fsync", 1), (os, "fsync", 2), (Path, "rename", 1)])
def test_an_interrupted_save_leaves_nothing(
    tmp_path: Path,
    store: CheckpointStore,
    monkeypatch: pytest.MonkeyPatch,
    failure: BaseException,
    owner: Any,
    name: str,
    call: int,
) -> None:
    """Wherever a save ends early there is no checkpoint and no file, and the next save succeeds."""
    with monkeypatch.context() as patched:
        patched.setattr(owner, name, fail_at(call, failure, getattr(owner, name)))
        with pytest.raises(type(failure)):
            store.save("sketch", "a", tensors(), CARD_FACTS)
    assert store.all("sketch") == ()
    assert [path for path in (tmp_path / "local").rglob("*") if path.is_file()] == []
    assert store.load(store.save("sketch", "a", tensors(), CARD_FACTS)).keys() == tensors().keys()


def test_what_a_killed_save_left_is_not_taken_for_a_checkpoint(tmp_path: Path, store: CheckpointStore) -> None:
    """A folder written aside and never renamed, as after a power cut, is not found."""
    checkpoint = store.save("sketch", "a", tensors(), CARD_FACTS)
    checkpoint.folder.rename(tmp_path / "local/sketch/.new-abcdef")
    assert store.all("sketch") == ()


def test_the_same_weights_may_be_saved_at_the_same_time(tmp_path: Path, store: CheckpointStore) -> None:
    """Many writers of one checkpoint all succeed, and one sound folder remains."""
    with ThreadPoolExecutor(8) as pool:
        saved = list(pool.map(lambda _: store.save("sketch", "a", tensors(), CARD_FACTS), range(24)))
    assert len(set(map(repr, saved))) == 1
    assert [path.name for path in (tmp_path / "local/sketch").iterdir()] == [saved[0].digest]
    assert store.load(saved[0]).keys() == tensors().keys()
    assert json.loads((saved[0].folder / CARD).read_text())["digest"] == saved[0].digest


CURVE = Calibration(9.0, -8.0, 60, 0.35)


def test_what_a_card_states_of_scores_is_read(store: CheckpointStore) -> None:
    """A card with a calibration gives it, one without none, and neither changes the digest."""
    plain = store.save("sketch", "a", tensors(), CARD_FACTS)
    assert plain.calibration is None
    shutil.rmtree(plain.folder)
    stated = store.save("sketch", "a", tensors(), {**CARD_FACTS, "calibration": CURVE.card()})
    assert stated.calibration == CURVE
    assert stated.digest == plain.digest
    shutil.rmtree(stated.folder)
    assert store.save("sketch", "a", tensors(), {**CARD_FACTS, "calibration": None}).calibration is None


def test_what_was_found_here_counts_before_the_card(tmp_path: Path, store: CheckpointStore) -> None:
    """Weights that ship are calibrated in the data folder, by digest, while nothing of the release is touched."""
    card = {**CARD_FACTS, "calibration": CURVE.card()}
    saved = CheckpointStore(tmp_path / "aside").save("sketch", "a", tensors(), card)
    shipped = tmp_path / "shipped/sketch/weights/a"
    shipped.parent.mkdir(parents=True)
    saved.folder.rename(shipped)
    before = (shipped / CARD).read_bytes()
    assert store.find("sketch").calibration == CURVE
    for found in (replace(CURVE, slope=7.0), replace(CURVE, slope=6.0)):
        kept = store.calibrate(store.find("sketch"), found)
        assert kept.is_relative_to(tmp_path / "local")
        assert store.find("sketch").calibration == found
    assert (shipped / CARD).read_bytes() == before
    # Also for the copy that a build keeps, and for it alone once the release is gone.
    assert store.keep(store.find("sketch")).calibration == replace(CURVE, slope=6.0)
    shutil.rmtree(shipped)
    assert store.find("sketch").calibration == replace(CURVE, slope=6.0)
    assert [path.name for path in (tmp_path / "local/sketch").iterdir() if path.name.startswith(".")] == []


def test_one_checkpoint_is_calibrated_at_a_time(store: CheckpointStore) -> None:
    """What was found of some weights says nothing of others."""
    first, second = (store.save("sketch", "a", tensors(seed), CARD_FACTS) for seed in range(2))
    store.calibrate(first, CURVE)
    assert {found.digest: found.calibration for found in store.all("sketch")} == {
        first.digest: CURVE,
        second.digest: None,
    }


@pytest.mark.parametrize("content", [b"", b"\xff", b"{}", b"null", b'{"slope": 1}'])
def test_a_damaged_calibration_is_refused(store: CheckpointStore, content: bytes) -> None:
    """A file that holds none is named, with what to do about it."""
    checkpoint = store.save("sketch", "a", tensors(), CARD_FACTS)
    path = store.calibrate(checkpoint, CURVE)
    path.write_bytes(content)
    with pytest.raises(CorruptCheckpoint, match="delete it, or calibrate anew") as refusal:
        store.all("sketch")
    assert str(path) in str(refusal.value)


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_an_interrupted_calibration_changes_nothing(
    store: CheckpointStore, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    """What was known before stays known, and no half file is left."""
    checkpoint = store.save("sketch", "a", tensors(), CARD_FACTS)
    kept = store.calibrate(checkpoint, CURVE)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail_at(1, failure, os.fsync))
        with pytest.raises(type(failure)):
            store.calibrate(checkpoint, replace(CURVE, slope=1.0))
    assert store.find("sketch").calibration == CURVE
    assert [path.name for path in kept.parent.iterdir() if path.is_file()] == [kept.name]


def test_promoted_weights_are_used_where_none_are_named(store: CheckpointStore) -> None:
    """The last promotion counts; every checkpoint can still be named, by digest and by network."""
    first, second, other = (
        store.save("sketch", network, tensors(seed), CARD_FACTS) for seed, network in enumerate("aab")
    )
    assert store.promoted("sketch") is None
    for chosen in (first, other, second):
        store.promote(chosen)
        assert store.promoted("sketch") == chosen.digest
        assert store.find("sketch", None, "a").digest == chosen.digest
    assert store.find("sketch", first.digest).digest == first.digest
    assert store.find("sketch", "b").digest == other.digest
    assert store.promoted("reid") is None
    assert [found.digest for found in store.all("sketch")] == [first.digest, second.digest, other.digest]


def test_what_is_promoted_must_be_there(store: CheckpointStore) -> None:
    """Weights that were promoted and are gone are missed, not replaced by others without a word."""
    chosen = store.save("sketch", "a", tensors(1), CARD_FACTS)
    store.save("sketch", "a", tensors(2), CARD_FACTS)
    store.promote(chosen)
    shutil.rmtree(chosen.folder)
    with pytest.raises(MissingCheckpoint, match=chosen.digest):
        store.find("sketch", None, "a")


@pytest.mark.parametrize("content", [b"", b"\xff", b"newest", b"AB" * 32])
def test_a_damaged_promotion_is_refused(store: CheckpointStore, tmp_path: Path, content: bytes) -> None:
    """A file that names no digest is named, with what to do about it."""
    store.promote(store.save("sketch", "a", tensors(), CARD_FACTS))
    (tmp_path / "local/sketch/promoted").write_bytes(content)
    with pytest.raises(CorruptCheckpoint, match="promote weights anew, or delete it"):
        store.find("sketch")
