"""What a command works with that reads and writes the data folder itself, as the server does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.settings import Settings
    from indexer.catalogue import Catalogue, Keyring
    from indexer.generations import GenerationStore
    from indexer.pictures import PictureStore
    from models.checkpoints import CheckpointStore


@dataclass(frozen=True, eq=False)
class Stores:
    """The catalogue and the folders beside it."""

    catalogue: Catalogue
    keyring: Keyring
    pictures: PictureStore
    generations: GenerationStore
    checkpoints: CheckpointStore


@contextmanager
def opened(settings: Settings) -> Iterator[Stores]:
    """Open everything, making or upgrading the tables, and close it at the end."""
    from indexer.catalogue import open_catalogue, upgrade
    from indexer.disk import make_folder
    from indexer.generations import GenerationStore
    from indexer.pictures import PictureStore
    from models.checkpoints import CheckpointStore

    paths = settings.paths
    make_folder(paths.home)
    upgrade(settings.catalogue_url)
    catalogue = open_catalogue(settings.catalogue_url)
    try:
        yield Stores(
            catalogue,
            catalogue.keyring,
            PictureStore(paths.pictures),
            GenerationStore(paths.indexes),
            CheckpointStore(paths.checkpoints),
        )
    finally:
        catalogue.close()
