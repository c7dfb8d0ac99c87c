"""What saying labels costs beside looking: decoding by beam search, and explaining, at the batch sizes in use.

A program of its own, so that it starts with the server's environment and allocator:
`python -m benchmarks.label_paths FOLDER 25` prints a JSON list of what 25 rounds over a folder's pictures gave.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from app.settings import Settings
from benchmarks.interleaved import median_seconds
from benchmarks.labels import MODEL
from models.checkpoints import CheckpointStore
from models.choosing import Wanted
from models.devices import choose_device
from models.images import decode
from models.paths import NOTHING, Limits
from models.startup import STARTUP_ENVIRONMENT
from models.tagging import load_tagger

if TYPE_CHECKING:
    from models.tagging import TaggingPredictor

LOOK, DECODE, TAG = "look", "decode", "tag"


@dataclass(frozen=True)
class Timed:
    """Seconds of processor time that one picture takes in a batch.

    Attributes:
        batch: pictures at once.
        look: of the backbone alone.
        decode: of beam search alone.
        tag: of all: both, choosing labels and explaining them.
        labels: labels of a picture's most probable path, on average.
    """

    batch: int
    look: float
    decode: float
    tag: float
    labels: float

    @property
    def share(self) -> float:
        """What decoding costs, as a share of the backbone's time."""
        return self.decode / self.look

    @property
    def pace(self) -> float:
        """Pictures a second of all that a request for labels computes, as a share of the backbone's alone."""
        return self.look / self.tag


def measure(environment: Mapping[str, str], folder: Path, rounds: int) -> Sequence[Timed]:
    """Compare them in a new process; see `compare`."""
    output = subprocess.run(
        [sys.executable, "-m", "benchmarks.label_paths", str(folder), str(rounds)],
        env={**STARTUP_ENVIRONMENT, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    return [Timed(**one) for one in json.loads(output)]


def compare(predictor: TaggingPredictor, contents: Sequence[bytes], rounds: int) -> Sequence[Timed]:
    """Time looking, decoding with the usual beam, and all that a request for labels computes, by turns.

    Args:
        predictor: what a server serves.
        contents: picture files, taken in turn.
        rounds: how often each is timed, for a single picture and up to the largest batch.
    """
    largest = predictor.spec.max_batch
    prepared = [predictor.prepare_item(decode(content)) for content in islice(cycle(contents), largest)]
    found = []
    for batch in sorted({1, min(4, largest), largest}):
        pictures = torch.stack(prepared[:batch])
        looked = predictor.look(pictures)
        actions: Mapping[str, Callable[[], object]] = {
            LOOK: partial(predictor.look, pictures),
            DECODE: partial(predictor.label, looked, Limits()),
            TAG: partial(predictor.tag, pictures, [Wanted()] * batch),
        }
        taken = median_seconds(actions, rounds)
        said = predictor.label(looked, Limits()).labels[:, 0] != NOTHING
        look, decoding, tag = (taken[name] / batch for name in (LOOK, DECODE, TAG))
        found.append(Timed(batch, look, decoding, tag, float(said.sum()) / batch))
    return found


def main() -> None:
    """Measure in this process."""
    folder, rounds = sys.argv[1:]
    settings = Settings()
    store = CheckpointStore(settings.paths.checkpoints)
    predictor = load_tagger(store, MODEL, None, choose_device(settings.device))
    contents = [path.read_bytes() for path in sorted(Path(folder).iterdir())]
    print(json.dumps([asdict(one) for one in compare(predictor, contents, int(rounds))]))


if __name__ == "__main__":
    main()
