"""What was measured of people, as the lines of docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from benchmarks.markdown import table
from benchmarks.peer import best_of
from benchmarks.people import SEARCHES
from benchmarks.person_networks import BATCH
from benchmarks.report import SHARE, stretches

if TYPE_CHECKING:
    from benchmarks.person_device import OnDevice
    from benchmarks.person_networks import Timed
    from benchmarks.saturated import Saturated

GIGA = 1e9
HEADING = "## People"
NO_PEER = "OSNet was left out: no ONNX file was named by `--peer`."
NO_GPU = "No GPU was used: what its memory and arithmetic allow was not measured."


def searches(found: Saturated, items: int) -> list[str]:
    """Tell how searching for people compares with the bare network."""
    batch = best_of(found.peers)
    shares = " and ".join(f"{found.of_network(crops):.2f} with {crops}" for crops in found.rounds)
    columns = ("crops a search", "path per cpu s", "network per cpu s")
    return [
        f"`POST /v1/search/person` with JPEG crops, {SEARCHES.connections} searches at a time, one process, among",
        f"{items:,} vectors. The path is decode, prepare and predict in a plain loop, {batch} crops at once, and the",
        "network what it predicts with, alone, in the same run; all are crops per second of processor time:",
        "",
        *stretches(found, lambda peer: peer.network, columns),
        "",
        f"Of the bare network's throughput the service reaches {shares} crops a search, and the",
        f"path {found.path_share:.2f}, where at least {SHARE} is asked for.",
        "",
    ]


def networks(timed: Sequence[Timed], *, with_peer: bool) -> list[str]:
    """Tell how the network compares with others."""
    own = timed[0].seconds
    rows = [
        [
            one.name,
            f"{one.size[0]} x {one.size[1]}",
            f"{1000 * one.seconds:.2f}",
            f"{1 / one.seconds:.1f}",
            f"{one.seconds / own:.2f}",
        ]
        for one in timed
    ]
    columns = ["network", "crop", "ms a crop", "crops per cpu s", "time, of reid's"]
    return [
        f"The network beside others, float32 unless named, batches of {BATCH} on one thread, by turns; in torch with",
        "random weights, of which times do not depend:",
        "",
        *table(columns, rows).splitlines(),
        "",
        *([] if with_peer else [NO_PEER, ""]),
    ]


def device(found: OnDevice | None) -> list[str]:
    """Tell how near the network comes to what its GPU allows."""
    if found is None:
        return [NO_GPU, ""]
    rows = [
        [
            str(rate.batch),
            f"{rate.measured:,.0f}",
            f"{rate.allowed:,.0f}",
            f"{rate.share:.2f}",
            f"{rate.by_memory:.2f}",
        ]
        for rate in found.rates
    ]
    formats = ", ".join(
        f"{count / GIGA / 1000:.1f} T operations a second in {_name(dtype)}"
        for dtype, count in found.roof.operations.items()
    )
    columns = ["batch", "crops per s", "allowed per s", "share", "of the allowed time by memory"]
    return [
        "The network alone on the GPU, by the clock, from crops on the device to vectors there, against what the",
        f"device allows: {found.roof.bandwidth / GIGA:,.0f} GB a second moved, {formats}, measured too:",
        "",
        *table(columns, rows).splitlines(),
        "",
        f"From JPEG files to vectors in memory, {found.threads} threads decoding: {found.end_to_end:,.0f} a second.",
        "",
    ]


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
