"""What the commands that work on this machine are configured with: settings, device and checkpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.commands.sentences import Refusal

if TYPE_CHECKING:
    from app.settings import Settings
    from models.checkpoints import CheckpointStore
    from models.devices import Device
    from models.predictor import Predictor
    from models.tagging import TaggingPredictor


def load_settings(**chosen: Any) -> Settings:  # noqa: ANN401 (pydantic checks the values)
    """Read the settings; what is chosen on the command line comes before the environment, None chooses nothing."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from app.settings import Settings

    try:
        return Settings(**{name: value for name, value in chosen.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "LIKENESS_" + "_".join(str(part) for part in first["loc"][:1]).upper()
        message = f"{name} is {first['input']!r}: {first['msg'][:1].lower()}{first['msg'][1:]}."
        raise Refusal(message) from None
    except SettingsError as error:
        message = f"The environment cannot be read: {error}."
        raise Refusal(message) from None


def device_of(settings: Settings) -> Device:
    """Choose the device to compute with."""
    from models.devices import choose_device

    try:
        return choose_device(settings.device)
    except ValueError as error:
        message = f"LIKENESS_DEVICE: {error}"
        raise Refusal(message) from None


def check_device(settings: Settings) -> None:
    """Refuse a device that this machine lacks. A CPU it has, and torch, which takes a second to load, is not asked."""
    if settings.device not in {None, "cpu"}:
        device_of(settings)


def checkpoints_of(settings: Settings) -> CheckpointStore:
    """Open the checkpoints, shipped and local."""
    from models.checkpoints import CheckpointStore

    return CheckpointStore(settings.paths.checkpoints)


def predictor_of(settings: Settings, model: str, reference: str | None) -> Predictor:
    """Load the weights of a model that embeds onto the device."""
    from models.predictor import load_predictor

    return load_predictor(checkpoints_of(settings), model, reference, device_of(settings))


def model_of(settings: Settings, model: str, reference: str | None) -> Predictor | TaggingPredictor:
    """Load the weights of a model of any kind onto the device."""
    from models.contracts import Kind
    from models.registry import spec
    from models.tagging import load_tagger

    if spec(model).kind is Kind.TAG:
        return load_tagger(checkpoints_of(settings), model, reference, device_of(settings))
    return predictor_of(settings, model, reference)
