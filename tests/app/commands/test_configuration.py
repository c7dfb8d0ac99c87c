"""Where a command's settings come from, and what is said of settings that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from app.commands.configuration import checkpoints_of, device_of, load_settings
from app.commands.sentences import Refusal
from models.checkpoints import CheckpointStore


def test_the_command_line_comes_before_the_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is chosen on the command line wins; what is not comes from the environment, else from the default."""
    monkeypatch.setenv("LIKENESS_PORT", "1234")
    monkeypatch.delenv("LIKENESS_HOST", raising=False)
    assert load_settings(port=None).port == 1234
    chosen = load_settings(port=0, host=None)
    assert (chosen.port, chosen.host, chosen.paths.home) == (0, "127.0.0.1", home)


@pytest.mark.parametrize(
    ("name", "value"), [("LIKENESS_PORT", "many"), ("LIKENESS_PORT", "70000"), ("LIKENESS_LOG_LEVEL", "LOUD")]
)
def test_a_setting_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """The sentence holds the variable, its value and what is wrong with it."""
    monkeypatch.setenv(name, value)
    with pytest.raises(Refusal) as caught:
        load_settings()
    sentence = str(caught.value)
    assert name in sentence
    assert repr(value) in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_setting_that_is_no_json_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list in the environment is JSON, and whoever writes it otherwise is told which variable it was."""
    monkeypatch.setenv("LIKENESS_ALLOWED_HOSTS", "one, two")
    with pytest.raises(Refusal, match="allowed_hosts"):
        load_settings()


@pytest.mark.parametrize("device", ["abacus", "cuda:x"])
def test_a_device_that_is_not_there_is_refused(device: str) -> None:
    """A device that cannot be used is a sentence that names the variable."""
    with pytest.raises(Refusal, match="LIKENESS_DEVICE"):
        device_of(load_settings(device=device))


def test_the_device_and_the_checkpoints_follow_the_settings(home: Path) -> None:
    """The processor can be asked for, and local checkpoints are looked for in the data folder."""
    settings = load_settings(device="cpu")
    assert device_of(settings).name == "cpu"
    kept = CheckpointStore(home / "checkpoints").save("fake", "n", {"weight": torch.zeros(1)}, {"preprocessing": 1})
    assert [found.digest for found in checkpoints_of(settings).all("fake")] == [kept.digest]
