"""`python -m benchmarks`: measures this machine and writes docs/benchmarks.md; `make bench` calls it."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.settings import Settings
from benchmarks import indexing, labels_section, machine, overload, people_section, pictures, report, service, stock
from benchmarks.options import Options
from benchmarks.peer import best_of, run_peer

BUILDS = 6


def parse() -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--items", type=int, default=100_000, help="vectors in the index that is searched")
    parser.add_argument("--requests", type=int, default=20_000, help="searches in all")
    parser.add_argument("--pictures", type=int, default=3_000, help="pictures to index in all")
    parser.add_argument("--overload", type=float, default=30, help="seconds of each load past what the server can do")
    parser.add_argument("--device", help="cpu, cuda or cuda:N; the fastest unless named")
    parser.add_argument("--peer", type=Path, help="OSNet as an ONNX file, to be timed beside reid")
    parser.add_argument("--output", type=Path, default=Path("docs/benchmarks.md"), help="file to write")
    return Options(**vars(parser.parse_args()))


def main() -> None:
    """Measure and write."""
    options = parse()
    # Told to stop, it stops its server too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    lines = report.heading(machine.describe(options.device), options.command)
    with tempfile.TemporaryDirectory(prefix="likeness-benchmark-") as name:
        for section in _sections(options, Path(name)):
            lines += section
            # What is measured is kept also where something later fails.
            options.output.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"\nWritten to {options.output}.")


def _sections(options: Options, folder: Path) -> Iterator[list[str]]:
    """Measure one thing after the other, and give each as it is to be written."""
    environment = {
        **os.environ,
        "LIKENESS_HOME": str(folder / "home"),
        "LIKENESS_LOG_LEVEL": "WARNING",
        # On a busy machine a saturated server is slow, and nothing is learnt from giving up.
        "LIKENESS_DEADLINE_MS": "120000",
    }
    if options.device:
        environment["LIKENESS_DEVICE"] = options.device
    print("Drawing queries and pictures")
    drawings, photos = folder / "drawings", [folder / f"photos-{number}" for number in range(BUILDS)]
    for place in (drawings, *photos):
        place.mkdir()
    shapes = pictures.shoes(options.pictures)
    pictures.write_drawings(shapes, drawings)
    pictures.write_photos(shapes, photos, options.pictures // BUILDS)
    print(f"Writing and indexing {options.items:,} vectors")
    filled = stock.fill(Settings(home=folder / "home", device=options.device), options.items)
    print(f"Searching {options.requests:,} times")
    yield report.searches(filled, service.measure(environment, drawings, options.requests))
    print("Asking more of the server than it can do")
    yield report.overloads(overload.measure(environment, drawings, max(options.requests // 10, 100), options.overload))
    print(f"Indexing {options.pictures:,} pictures")
    items = run_peer(environment, "items", photos[0], None, min(service.TRIAL_PICTURES, options.pictures // BUILDS))
    yield [*report.builds(indexing.measure(environment, photos, best_of(items)), items), ""]
    print("Searching for people")
    yield people_section.write(environment, folder, options)
    print("Labelling pictures")
    yield labels_section.write(environment, folder, options)


if __name__ == "__main__":
    main()
