"""EnsembleNet, 'Ensemble Feature for Person Re-Identification' (Wang, Li, Miao; 2019): find the others of a person.

A query and an item are crops of one person each, from head to feet; they are stretched to 192 x 96 pixels (`canvas`).
One network embeds both (`network`): 1,536 numbers, unit length, 256 for each of the six stripes that its three branches
look at, compared by cosine.
"""

from __future__ import annotations

from functools import partial

from models.contracts import EmbeddingSpec, Kind
from models.reid.canvas import HEIGHT, WIDTH, stretch, stretch_query, view
from models.reid.network import DIM, NAMES, Design, EnsembleNet
from models.reid.network import WIDTH as NUMBERS
from models.reid.trunks import TRUNKS

SPEC = EmbeddingSpec(
    name="reid",
    kind=Kind.EMBED,
    title="Find the other pictures of a person",
    paper="Wang, Li and Miao, Ensemble Feature for Person Re-Identification, 2019",
    dim=DIM,
    max_batch=16,
    preprocessing=1,
    query_shape=(3, HEIGHT, WIDTH),
    item_shape=(3, HEIGHT, WIDTH),
    networks={trunk: partial(EnsembleNet, Design(trunk=trunk)) for trunk in TRUNKS},
    prepare_query=stretch_query,
    prepare_item=stretch,
    view_query=view,
    parts={name: slice(place * NUMBERS, (place + 1) * NUMBERS) for place, name in enumerate(NAMES)},
)
