"""A server of people to test with: the fake model under the name of the system that knows them, calibrated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from app.main import create_app
from models.calibration import Calibration
from tests.app.serving import png, settings_in
from tests.models.fakes import DIGEST, FakePredictor, fake_spec

CALIBRATION = Calibration(slope=6.0, intercept=-5.0, items=20, threshold=0.2, false_matches=(0.4, 0.55))
PARTS = {"whole": slice(0, 4), "feet": slice(4, 8)}


def loader_of(calibration: Calibration | None) -> Any:
    """Make what loads the fake model with weights of this calibration, and with parts."""

    def load(model: str, digest: str | None) -> Any:
        predictor = FakePredictor(digest=digest or DIGEST, name=model, calibration=calibration)
        predictor.spec = replace(predictor.spec, parts=PARTS)
        return predictor

    return load


def people_server(home: Path, calibration: Calibration | None = CALIBRATION, **changes: Any) -> FastAPI:
    """Make a server that knows the models reid and sketch."""
    specs = {name: fake_spec(name) for name in ("reid", "sketch")}
    return create_app(settings_in(home, **changes), predictors=loader_of(calibration), specs=specs)


def forms(seeds: Sequence[int]) -> list[tuple[str, tuple[str, bytes, str]]]:
    """Parts of a form, a picture for each seed."""
    return [("image", (f"{seed}.png", png(seed), "image/png")) for seed in seeds]
