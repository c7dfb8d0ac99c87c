"""The variants over made-up data: each differs from the whole in what its name says, and in nothing else."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest
import torch

from benchmarks.ablation_variants import WHOLE, Variant, variants
from benchmarks.varied_recipe import PairRecipe, TripletRecipe
from models.predictor import Predictor
from models.sketch import leaks
from models.sketch.gallery import Gallery
from models.sketch.recipe import EmbeddingRecipe
from models.sketch.redrawing import VARIANTS
from models.sketch.strokes import render
from models.sketch.triplets import HARD_RATIO
from tests.benchmarks.lookup import Lookup
from tests.models.sketch.chairs import figure, write_chairs
from tests.models.sketch.layouts import write_icons, write_pairs, write_photo_sketches

SHOES, CHAIRS, MORE, SKETCHES = 6, 5, 6, 2
# One of ChairV2's is held out, two show the chair of the test part and the held-out one of the train part.
NEARLY = (leaks.NEAR_DUPLICATE + leaks.CERTAIN) / 2
"""An agreement from which a thing is dropped, and not yet joined with its twin."""
KEPT = MORE - 1 - 2


@pytest.fixture(scope="module")
def offered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Variant]:
    """All variants, of a few items of each set."""
    folder = tmp_path_factory.mktemp("data")
    write_pairs(folder / "qmul_v1/shoes", SHOES, 1)
    write_pairs(folder / "qmul_v1/chairs", CHAIRS, 1, "chairs")
    write_photo_sketches(folder / "shoe304", [0, 1, 3, 5], sketches=1)
    write_chairs(folder / "chairv2_train", MORE, SKETCHES)
    write_icons(folder / "icons", 3)
    with pytest.MonkeyPatch.context() as patch:
        # All made-up items are alike. Here the first candidates agree with one thing to be kept apart each.
        patch.setattr(leaks, "agreement", lambda candidates, items: NEARLY * np.eye(len(candidates), len(items)))
        return variants(folder, cast("Predictor", Lookup()), folder / "state")


def gallery(variant: Variant, name: str) -> Gallery:
    """What a source of the last stage holds."""
    (found,) = [source.gallery for source in variant.embedding if source.name == name]
    return found


def test_stages_are_left_out(offered: dict[str, Variant]) -> None:
    """The stage before lacks icons, or the second sets, which the last stage lacks too, or is not there."""
    names = {name: [source.name for source in variant.pretraining] for name, variant in offered.items()}
    assert names[WHOLE] == ["icons", "chairv2_train photos"]
    assert names["without icons"] == ["chairv2_train photos"]
    assert names["without the second sets"] == ["icons"]
    assert names["without pretraining"] == []
    assert len(gallery(offered[WHOLE], "chairs")) == CHAIRS - 1 + KEPT
    assert len(gallery(offered["without the second sets"], "chairs")) == CHAIRS - 1


def test_strokes_are_changed_as_the_name_says(offered: dict[str, Variant]) -> None:
    """The same drawings of each thing and as many variants; as drawn those of one sketch are all the same."""
    names = [name for name in offered if name.startswith("strokes")]
    for kind, count in (("shoes", SHOES - 1), ("chairs", CHAIRS - 1 + KEPT)):
        galleries = {name: gallery(offered[name], kind) for name in (WHOLE, *names)}
        whole = galleries[WHOLE]
        for found in galleries.values():
            assert len(found) == len(found.variants) == count
            assert all(map(torch.equal, found.views, whole.views))
            assert all(map(torch.equal, found.drawings, whole.drawings))
            for item, drawings in enumerate(found.drawings):
                assert len(found.variants[item]) == VARIANTS * len(drawings)
        several = {name: found.variants[count - 1][:VARIANTS] for name, found in galleries.items()}
        as_drawn = several["strokes as drawn"]
        assert all(torch.equal(one, as_drawn[0]) for one in as_drawn)
        for name in (WHOLE, "strokes only bent", "strokes only removed"):
            assert not torch.equal(several[name], as_drawn)


def test_losses_are_exchanged(offered: dict[str, Variant]) -> None:
    """Everything else of those variants is the whole's."""
    base = EmbeddingRecipe((), {})
    kinds = {
        "in-batch triplet loss": PairRecipe,
        "pairwise loss": PairRecipe,
        "triplets of people": TripletRecipe,
        "triplets of identity": TripletRecipe,
    }
    assert offered[WHOLE].vary(base) is base
    silent = offered["without people's votes"].vary(base)
    assert isinstance(silent, EmbeddingRecipe)
    assert silent.people_weight == 0 != base.people_weight
    for name, kind in kinds.items():
        assert isinstance(offered[name].vary(base), kind)
        assert offered[name].embedding is offered[WHOLE].embedding
        assert offered[name].pretraining is offered[WHOLE].pretraining


def test_triplets_are_of_what_is_trained_on(offered: dict[str, Variant]) -> None:
    """The fourth shoe and the fourth chair, which are held out, are in no part; identity has no one else's opinion."""
    ratios = {"triplets of people": HARD_RATIO, "triplets of identity": 1.0}
    for name, ratio in ratios.items():
        recipe = offered[name].vary(EmbeddingRecipe((), {}))
        assert isinstance(recipe, TripletRecipe)
        assert [len(part) for part in recipe.parts] == [SHOES - 1, CHAIRS - 1]
        assert recipe.hard_ratio == ratio


def test_near_duplicates_are_in_no_variant(offered: dict[str, Variant]) -> None:
    """What shows a thing of a test part, or one that is held out, is learnt from under no name."""
    dropped = {canvas.numpy().tobytes() for canvas in (render(figure(item)) for item in (0, 1))}
    known = {canvas.numpy().tobytes() for canvas in (render(figure(item)) for item in (2, 4, 5))}
    for variant in offered.values():
        drawn = {
            drawings[0].numpy().tobytes()
            for source in (*variant.pretraining, *variant.embedding)
            for drawings in source.gallery.drawings
        }
        assert not drawn & dropped, variant.name
        assert known <= drawn or variant.name == "without the second sets"


def test_the_pretraining_of_photos_lacks_them_too(offered: dict[str, Variant]) -> None:
    """ChairV2's photos stand for themselves there, as many as are drawn in the last stage."""
    (photos,) = [source.gallery for source in offered[WHOLE].pretraining if source.name == "chairv2_train photos"]
    assert len(photos) == KEPT


def test_both_sides_learn_the_same_things(offered: dict[str, Variant]) -> None:
    """Siamese and heterogeneous differ in what stands for an item: an edge map of its photo, or the photo."""
    siamese, other = offered["siamese, own edges"], offered["heterogeneous, colour photos"]
    for name, count in (("shoes", 3), ("chairs", KEPT)):
        ours, theirs = gallery(siamese, name), gallery(other, name)
        assert len(ours) == len(theirs) == count
        assert all(map(torch.equal, ours.drawings, theirs.drawings))
        assert set(ours.variants) == set(range(count))
        assert all(torch.equal(ours.variants[item], theirs.variants[item]) for item in range(count))
        # The stand-in's edges are the photo's grey levels, so that what belongs together can be told.
        for edges, photo in zip(ours.views, theirs.views, strict=True):
            assert (edges.shape, photo.shape) == ((1, 1, 256, 256), (1, 3, 256, 256))
            assert torch.equal(edges, photo.float().mean(dim=1, keepdim=True).to(torch.uint8))
    for kind, held_out in siamese.held_out.items():
        np.testing.assert_array_equal(held_out.truth, other.held_out[kind].truth)
        assert torch.equal(held_out.drawings, other.held_out[kind].drawings)
        photos = other.held_out[kind].items["photo"]
        assert torch.equal(held_out.items["own"], photos.float().mean(dim=1, keepdim=True).to(torch.uint8))
    assert isinstance(recipe := other.vary(EmbeddingRecipe((), {})), PairRecipe)
    assert recipe.heterogeneous
