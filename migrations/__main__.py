"""For developers: compare the tables with the scripts, or begin the script of a change of the tables.

python -m migrations check
python -m migrations revision "Items have a price"
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

from indexer.catalogue.database import connect
from indexer.catalogue.schema import configuration, differences, upgrade

SCRIPTS = Path(__file__).parent


def check() -> str | None:
    """Return what the scripts lack to make the tables, or None if they lack nothing."""
    with _new_database() as url:
        found = differences(url)
    return f'Write a migration, python -m migrations revision "what changes", for: {found}' if found else None


def begin(message: str, scripts: Path = SCRIPTS) -> Path:
    """Write a script with what Alembic finds to have changed, to be read and completed by hand, and return it."""
    head = ScriptDirectory.from_config(configuration(scripts=scripts)).get_current_head()
    with _new_database() as url, closing(connect(url)) as database, database.writing() as connection:
        config = configuration(connection, scripts)
        command.revision(config, message, autogenerate=True, rev_id=f"{int(head or 0) + 1:04}")
    directory = ScriptDirectory.from_config(configuration(scripts=scripts))
    return Path(directory.get_revision("head").path)


def main(arguments: Sequence[str] | None = None) -> str | None:
    """Run one of the two commands; what is returned is an error."""
    parser = argparse.ArgumentParser(prog="python -m migrations", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="compare the tables with the scripts")
    commands.add_parser("revision", help="begin a script").add_argument("message", help="what changes")
    chosen = parser.parse_args(arguments)
    if chosen.command == "check":
        return check()
    sys.stdout.write(f"{begin(chosen.message)}\n")
    return None


@contextmanager
def _new_database() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/catalogue.db"
        upgrade(url)
        yield url


if __name__ == "__main__":
    sys.exit(main())
