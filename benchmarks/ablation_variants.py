"""The variants of the sketch system's training that are compared: each leaves out or exchanges one part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch

from benchmarks.varied_recipe import LOSSES, PairRecipe, TripletRecipe, identities, part_of
from models.sketch.datasets import is_held_out, load_pairs, load_photo_sketches
from models.sketch.datasets_v2 import load_vector_sketches
from models.sketch.evaluation import draw_edges
from models.sketch.gallery import Gallery, HeldOut, gather_chairs, gather_shoes, joined
from models.sketch.leaks import near_duplicates, twins
from models.sketch.losses import contrastive_loss
from models.sketch.materials import Materials, gather, gather_icons, gather_vector
from models.sketch.recipe import EmbeddingRecipe, Source
from models.sketch.redrawing import redraw_traced

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

    from models.predictor import Predictor
    from models.sketch.datasets import Pairs, PhotoSketches
    from models.sketch.datasets_v2 import VectorSketches
    from models.training import Recipe

WHOLE = "everything"
SECOND_SETS = frozenset({"shoev2_photos", "chairv2_train photos"})


@dataclass(frozen=True, eq=False)
class Variant:
    """One way to train.

    Attributes:
        name: for the table.
        pretraining: sources of the stage before; none for no such stage.
        embedding: sources of the last stage.
        held_out: what is judged by.
        vary: turns the recipe of the last stage into what is trained.
    """

    name: str
    pretraining: tuple[Source, ...]
    embedding: tuple[Source, ...]
    held_out: Mapping[str, HeldOut]
    vary: Callable[[EmbeddingRecipe], Recipe] = lambda recipe: recipe


@dataclass(frozen=True, eq=False)
class Ground:
    """All that variants are made of.

    Attributes:
        materials: what the whole training learns from.
        shoes: QMUL-Shoe's train part.
        chairs: QMUL-Chair's train part.
        photos: shoe304.
        more: ChairV2's train part.
        kept: bool, the photos of `more` that are learnt from.
        edges: uint8 (n, 1, 256, 256), edge maps of the photos of `more`.
        own_edges: uint8 (m, 1, 256, 256), those of `photos`.
    """

    materials: Materials
    shoes: Pairs
    chairs: Pairs
    photos: PhotoSketches
    more: VectorSketches
    kept: NDArray[np.bool_]
    edges: Tensor
    own_edges: Tensor

    def shoes_alone(self, *, bend: bool = True, shorten: bool = True) -> Gallery:
        """All shoes that were drawn, with changed strokes beside the drawn ones."""
        return redraw_traced(gather_shoes(self.shoes, self.photos, self.own_edges)[0], bend=bend, shorten=shorten)

    def chairs_alone(self, *, bend: bool = True, shorten: bool = True) -> Gallery:
        """QMUL-Chair without ChairV2, with changed strokes beside the drawn ones."""
        return redraw_traced(gather_chairs(self.chairs)[0], bend=bend, shorten=shorten)


def variants(data: Path, predictor: Predictor, state: Path) -> dict[str, Variant]:
    """Put all variants together, by name; stages whose data are not there cannot be left out.

    Args:
        data: what training learns from, with both second sets.
        predictor: draws the edges of photos.
        state: a folder for icons that are drawn already.

    Raises:
        MissingData: the folder does not hold the data.
    """
    ground = load_ground(data, predictor, state)
    materials = ground.materials
    whole = Variant(WHOLE, materials.pretraining, materials.embedding, materials.held_out)
    found = [whole, *_stages(whole, ground), *_strokes(whole, ground), *_losses(whole), *_triplets(whole, ground)]
    found += _sides(whole, ground)
    return {one.name: one for one in found}


def load_ground(data: Path, predictor: Predictor, state: Path) -> Ground:
    """Read everything, and tell which photos of ChairV2 are learnt from.

    Raises:
        MissingData: the folder does not hold the data.
    """

    def draw(photos: Tensor) -> Tensor:
        return torch.from_numpy(draw_edges(predictor, photos))[:, None]

    shoes, chairs = (load_pairs(data / "qmul_v1" / name, "train") for name in ("shoes", "chairs"))
    photos = load_photo_sketches(data / "shoe304")
    icons = gather_icons(data / "icons", draw, state / "icons", lambda *_: None)
    materials = gather(data, shoes, chairs, photos, draw, icons)
    more = load_vector_sketches(data / "chairv2_train")
    edges = draw(more.photos)
    known = [load_pairs(data / "qmul_v1/chairs", "test").edges, materials.held_out["chairs"].items["released"]]
    kept = ~more.held_out
    kept[kept] = ~near_duplicates(edges[kept], torch.cat(known))
    return Ground(materials, shoes, chairs, photos, more, kept, edges, draw(photos.photos))


def _stages(whole: Variant, ground: Ground) -> list[Variant]:
    """Leave a stage, or what it learns from, out."""
    without_icons = tuple(source for source in whole.pretraining if source.name != "icons")
    without_sets = tuple(source for source in whole.pretraining if source.name not in SECOND_SETS)
    found = [
        replace(
            whole,
            name="without the second sets",
            pretraining=without_sets,
            embedding=_with(whole, {"chairs": ground.chairs_alone()}),
        ),
        replace(whole, name="without pretraining", pretraining=()),
    ]
    if len(without_icons) < len(whole.pretraining):
        found.insert(0, replace(whole, name="without icons", pretraining=without_icons))
    return found


def _strokes(whole: Variant, ground: Ground) -> list[Variant]:
    """Leave changes of strokes out; as often something traced or rendered anew is learnt."""
    names = {
        (True, False): "strokes only bent",
        (False, True): "strokes only removed",
        (False, False): "strokes as drawn",
    }
    return [
        replace(whole, name=name, embedding=_with(whole, _redrawn(ground, bend=bend, shorten=shorten)))
        for (bend, shorten), name in names.items()
    ]


def _losses(whole: Variant) -> list[Variant]:
    """Exchange the contrastive loss."""
    return [
        replace(whole, name=f"{name} loss", vary=partial(PairRecipe, ranking=ranking))
        for name, ranking in LOSSES.items()
    ]


def _triplets(whole: Variant, ground: Ground) -> list[Variant]:
    """Leave people's votes out, or learn the last stage from triplets of QMUL's first sets alone."""
    parts = tuple(
        part_of(part, np.flatnonzero(~is_held_out(np.arange(len(part))))) for part in (ground.shoes, ground.chairs)
    )
    people = partial(TripletRecipe, parts=parts)
    identity = partial(TripletRecipe, parts=tuple(map(identities, parts)), hard_ratio=1.0)
    return [
        replace(whole, name="without people's votes", vary=partial(replace, people_weight=0.0)),
        replace(whole, name="triplets of people", vary=people),
        replace(whole, name="triplets of identity", vary=identity),
    ]


def _sides(whole: Variant, ground: Ground) -> list[Variant]:
    """Learn the last stage from things with photos alone: through their edges, or in colour by a network of its own."""
    loss = partial(contrastive_loss, temperature=EmbeddingRecipe.temperature)
    found = []
    for name, eye in (("siamese, own edges", "own"), ("heterogeneous, colour photos", "photo")):
        sources, held_out = _of_photos(whole, ground, colour=eye == "photo")
        vary = partial(PairRecipe, ranking=loss, heterogeneous=eye == "photo")
        found.append(replace(whole, name=name, embedding=sources, held_out=held_out, vary=vary))
    return found


def _with(whole: Variant, galleries: Mapping[str, Gallery]) -> tuple[Source, ...]:
    return tuple(replace(one, gallery=galleries.get(one.name, one.gallery)) for one in whole.embedding)


def _redrawn(ground: Ground, *, bend: bool, shorten: bool) -> Mapping[str, Gallery]:
    first, second = (
        make(bend=bend, shorten=shorten) for make in (ground.chairs_alone, partial(_second_chairs, ground))
    )
    chairs = joined(first, second, twins(torch.cat([*second.views]), torch.cat([*first.views])))
    return {"shoes": ground.shoes_alone(bend=bend, shorten=shorten), "chairs": chairs}


def _second_chairs(ground: Ground, *, bend: bool = True, shorten: bool = True) -> Gallery:
    """ChairV2 without QMUL-Chair, each thing for itself."""
    rows = np.flatnonzero(ground.kept)
    return gather_vector(ground.more.sketches, ground.edges, rows, bend=bend, shorten=shorten)


def _of_photos(whole: Variant, ground: Ground, *, colour: bool) -> tuple[tuple[Source, ...], Mapping[str, HeldOut]]:
    """Return things with photos, of which one view is learnt, and the same judged by the same kind of view."""
    galleries = {source.name: source.gallery for source in whole.embedding}
    trained = np.flatnonzero(~is_held_out(np.arange(len(ground.shoes))))
    rows = np.flatnonzero(~is_held_out(ground.photos.items))
    places = np.searchsorted(trained, ground.photos.items[rows])
    shoes, chairs = galleries["shoes"], _second_chairs(ground)
    views = {
        # Of a shoe's views the second is our own detector's.
        "shoes": list(ground.photos.photos[rows][:, None]) if colour else [shoes.views[place][1:] for place in places],
        "chairs": list(ground.more.photos[ground.kept][:, None]) if colour else list(chairs.views),
    }
    drawings = {"shoes": [shoes.drawings[place] for place in places], "chairs": list(chairs.drawings)}
    numbered = {row: shoes.variants[int(place)] for row, place in enumerate(places) if int(place) in shoes.variants}
    variants = {"shoes": numbered, "chairs": chairs.variants}
    sources = tuple(
        replace(source, gallery=Gallery(drawings[source.name], views[source.name], variants=variants[source.name]))
        for source in whole.embedding
    )
    held = {
        "shoes": ground.photos.photos[np.flatnonzero(is_held_out(ground.photos.items))],
        "chairs of the second set": ground.more.photos[ground.more.held_out],
    }
    judged = {
        kind: HeldOut(
            whole.held_out[kind].drawings,
            whole.held_out[kind].truth,
            {"photo": photos} if colour else {"own": whole.held_out[kind].items["own"]},
        )
        for kind, photos in held.items()
    }
    return sources, judged
