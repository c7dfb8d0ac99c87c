"""Settings come from the environment, are checked, and never change."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings, environment_lacking


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("LIKENESS_")]:
        monkeypatch.delenv(name)


def test_without_an_environment_everything_lies_under_var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare start writes below ./var, and all paths are absolute so that a change of folder moves nothing."""
    monkeypatch.chdir(tmp_path)
    settings = Settings()
    home = tmp_path / "var"
    assert settings.paths.home == home
    assert {settings.paths.pictures, settings.paths.indexes, settings.paths.checkpoints} == {
        home / "pictures",
        home / "indexes",
        home / "checkpoints",
    }
    assert settings.catalogue_url == f"sqlite:///{home}/likeness.sqlite"
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)


def test_every_setting_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """LIKENESS_ and the name in capitals sets it; lists are JSON."""
    values = {
        "HOME": "/data",
        "DATABASE_URL": "postgresql+psycopg://db/likeness",
        "HOST": "0.0.0.0",  # noqa: S104 - only a value here
        "PORT": "9000",
        "ALLOWED_HOSTS": '["shop.example"]',
        "API_KEY": "likeness_a_b",
        "RATE_PER_KEY": "5",
        "RATE_PER_ADDRESS": "0.5",
        "DEVICE": "cuda:1",
        "MAX_BODY_BYTES": "2048",
        "MAX_PIXELS": "10",
        "QUEUE_SIZE": "3",
        "MAX_WAIT_MS": "0",
        "DEADLINE_MS": "5",
        "WORKERS": "3",
        "DECODE_THREADS": "4",
        "LOG_LEVEL": "WARNING",
    }
    assert {name.lower() for name in values} == set(Settings.model_fields)
    for name, value in values.items():
        monkeypatch.setenv(f"LIKENESS_{name}", value)
    settings = Settings()
    assert settings.catalogue_url == "postgresql+psycopg://db/likeness"
    assert (settings.rate_per_key, settings.rate_per_address) == (5.0, 0.5)
    assert settings.api_key is not None
    assert settings.api_key.get_secret_value() == "likeness_a_b"
    assert "likeness_a_b" not in repr(settings)
    assert settings.allowed_hosts == ("shop.example",)
    assert (settings.port, settings.queue_size, settings.max_wait_ms, settings.decode_threads) == (9000, 3, 0.0, 4)


def test_an_empty_variable_is_no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compose files pass unset variables on as empty text; the default holds then."""
    monkeypatch.setenv("LIKENESS_DATABASE_URL", "")
    monkeypatch.setenv("LIKENESS_PORT", "")
    assert Settings().database_url is None
    assert Settings().port == 8000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"),
        ("PORT", "web"),
        ("QUEUE_SIZE", "0"),
        ("LOG_LEVEL", "loud"),
        ("DEADLINE_MS", "0"),
        ("RATE_PER_KEY", "-1"),
    ],
)
def test_a_senseless_value_is_refused_by_name(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing error stops the start and says which variable it is in."""
    monkeypatch.setenv(f"LIKENESS_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_settings_cannot_be_changed() -> None:
    """What a server was started with holds as long as it runs."""
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1


def test_a_child_process_gets_this_environment_and_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is set stays, the rest is added, and nothing is to be added to what is complete."""
    monkeypatch.setenv("LIKENESS_TEST_ONE", "1")
    child = environment_lacking({"LIKENESS_TEST_ONE": "default", "LIKENESS_TEST_TWO": "2"})
    assert child == {**os.environ, "LIKENESS_TEST_TWO": "2"}
    assert child["LIKENESS_TEST_ONE"] == "1"
    assert environment_lacking({"LIKENESS_TEST_ONE": "default"}) is None
