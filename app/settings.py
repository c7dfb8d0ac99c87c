"""What an operator can set, read once from the environment; nothing else in the product reads it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

MIB = 1024 * 1024
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


@dataclass(frozen=True)
class Paths:
    """Where everything lies that Likeness writes."""

    home: Path

    @property
    def pictures(self) -> Path:
        """Pictures and thumbnails by content hash."""
        return self.home / "pictures"

    @property
    def indexes(self) -> Path:
        """Generations of every collection's index."""
        return self.home / "indexes"

    @property
    def checkpoints(self) -> Path:
        """Weights that were trained here, or that a generation was built with."""
        return self.home / "checkpoints"

    @property
    def database(self) -> Path:
        """The embedded catalogue, where no database is named."""
        return self.home / "likeness.sqlite"


class Settings(BaseSettings):
    """Every setting; each is read from `LIKENESS_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="LIKENESS_", frozen=True, extra="forbid", env_ignore_empty=True)

    home: Path = Field(default=Path("var"), description="Folder for everything that Likeness writes.")
    database_url: str | None = Field(
        default=None, description="SQLAlchemy address of the catalogue; SQLite in the home folder unless set."
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(default=8000, description="Port to listen on; 0 takes any.")
    allowed_hosts: tuple[str, ...] = Field(
        default=(), description="Host names that requests may carry, beside this machine's own; a JSON list."
    )
    api_key: SecretStr | None = Field(
        default=None, description="Key that commands send to a running server; the server itself does not read it."
    )
    rate_per_key: Annotated[float, Field(ge=0)] = Field(
        default=100.0,
        description="Requests a second that one key may send, on average over ten seconds; 0 for any number.",
    )
    rate_per_address: Annotated[float, Field(ge=0)] = Field(
        default=0.0,
        description="Requests a second that may come from one address, averaged likewise; 0 for any number.",
    )
    device: str | None = Field(default=None, description="cpu, cuda or cuda:N; the fastest there is unless set.")
    max_body_bytes: Annotated[int, Field(ge=1024)] = Field(default=10 * MIB, description="Largest request body.")
    max_pixels: Annotated[int, Field(ge=1)] = Field(default=40_000_000, description="Largest picture, in pixels.")
    queue_size: Annotated[int, Field(ge=1)] = Field(
        default=64, description="Requests that may be computed or wait for it at once; more are refused."
    )
    max_wait_ms: Annotated[float, Field(ge=0)] = Field(
        default=2.0, description="How long an idle device waits for more queries to share a batch, in milliseconds."
    )
    deadline_ms: Annotated[float, Field(gt=0)] = Field(
        default=10_000.0, description="How long a query may wait for the device and run, in milliseconds."
    )
    workers: Annotated[int, Field(ge=1)] = Field(
        default=1, description="Processes that serve on one port, each with its own networks and a share of the cores."
    )
    decode_threads: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="Threads of a process that decode and search; its share of the cores unless set."
    )
    log_level: LogLevel = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @property
    def paths(self) -> Paths:
        """Where everything lies that Likeness writes."""
        return Paths(self.home.expanduser().absolute())

    @property
    def catalogue_url(self) -> str:
        """SQLAlchemy address of the catalogue."""
        return self.database_url or f"sqlite:///{self.paths.database}"


def name_metrics_folder(folder: Path) -> None:
    """Tell prometheus_client where the processes of one server count together; it knows no other way."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def environment_lacking(defaults: Mapping[str, str]) -> dict[str, str] | None:
    """This process's environment completed by `defaults`, for a process to be started; None if it lacks none of them.

    What an operator has set stays as it is.
    """
    return None if os.environ.keys() >= defaults.keys() else {**defaults, **os.environ}
