"""What was measured of labels, as the lines of docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchmarks.labels import REQUESTS
from benchmarks.markdown import table
from benchmarks.peer import best_of
from benchmarks.report import SHARE, stretches
from benchmarks.untrained_labels import UNTRAINED
from models.paths import Limits

if TYPE_CHECKING:
    from benchmarks.label_paths import Timed
    from benchmarks.saturated import Saturated
    from models.checkpoints import Checkpoint

DECODING = 0.15
HEADING = "## Labels"


def weights(found: Checkpoint) -> list[str]:
    """Tell what says labels."""
    count = f"{len(found.card['labels'])} labels"
    if UNTRAINED not in found.card:
        return [f"The weights `{found.digest[:12]}` of the tagger, which know {count}.", ""]
    return [
        f"No weights of the tagger are here: a random label network of {count} was made, which was never trained, on",
        "the trunk as ImageNet left it. Times depend on weights only by how many labels these say of a picture.",
        "",
    ]


def requests(found: Saturated) -> list[str]:
    """Tell how labelling compares with the plain loop and the bare backbone."""
    of_loop = " and ".join(f"{found.of_loop(number):.2f} with {number}" for number in found.rounds)
    of_network = " and ".join(f"{found.of_network(number):.2f}" for number in found.rounds)
    columns = ("pictures a request", "loop per cpu s", "backbone per cpu s")
    return [
        f"`POST {REQUESTS.path}` with JPEG pictures, {REQUESTS.connections} requests at a time, one process.",
        f"The loop is decode, prepare and look in a plain loop, {best_of(found.peers)} pictures at once: no label is",
        "said. The backbone is what it looks with, alone, in the same run; all are pictures per second of",
        "processor time:",
        "",
        *stretches(found, lambda peer: peer.loop, columns),
        "",
        f"Of the loop's throughput the service reaches {of_loop} a request, the median round, where at least",
        f"{SHARE} is asked for; of that of the backbone alone, which decodes no file, {of_network}.",
        "",
    ]


def paths(timed: Sequence[Timed]) -> list[str]:
    """Tell what decoding costs beside the backbone."""
    rows = [
        [
            str(one.batch),
            f"{one.labels:.1f}",
            f"{1000 * one.look:.2f}",
            f"{1000 * one.decode:.2f}",
            f"{one.share:.1%}",
            f"{1000 * one.tag:.2f}",
        ]
        for one in timed
    ]
    dearest = max(one.share for one in timed)
    fullest = max(timed, key=lambda one: one.batch)
    columns = ["batch", "labels a picture", "backbone, ms", "decoding, ms", "decoding, of backbone", "all, ms"]
    return [
        f"Beam search with {Limits().beam} paths beside the backbone, milliseconds of processor time a picture, by",
        "turns, medians; all is both, choosing the labels and telling where each was seen and what made it follow:",
        "",
        *table(columns, rows).splitlines(),
        "",
        f"Decoding costs at most {dearest:.1%} of the backbone's time, where up to {DECODING:.0%} is accepted.",
        f"Of the bare backbone's pictures a second all of it reaches {fullest.pace:.2f} at {fullest.batch} at once,",
        f"where at least {SHARE} is asked for.",
        "",
    ]
