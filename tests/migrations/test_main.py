"""Tests of what developers run when the tables change."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer

from indexer.catalogue.tables import metadata
from migrations.__main__ import SCRIPTS, begin, check

ROOT = Path(__file__).parents[2]


@pytest.fixture
def changed_tables() -> Iterator[None]:
    """The tables as they would be after a change that nobody wrote a script for."""
    rejects = metadata.tables["rejects"]
    column = Column("attempts", Integer)
    rejects.append_column(column)
    yield
    rejects._columns.remove(column)  # noqa: SLF001 - there is no public way back


def test_the_scripts_are_complete() -> None:
    """The check passes for what is shipped, from the command line too."""
    assert check() is None
    assert subprocess.run([sys.executable, "-m", "migrations", "check"], cwd=ROOT, check=False).returncode == 0


def test_a_forgotten_script_is_noticed(changed_tables: None) -> None:
    """A change of the tables without a script fails the check, and says what is missing."""
    assert "attempts" in (check() or "")


def test_a_script_is_begun(changed_tables: None, tmp_path: Path) -> None:
    """The next script comes after the last one and holds what Alembic found."""
    scripts = tmp_path / "migrations"
    shutil.copytree(SCRIPTS, scripts)
    head = max(path.name[:4] for path in (SCRIPTS / "versions").glob("[0-9]*.py"))
    written = begin("Rejects count attempts", scripts)
    assert written.parent == scripts / "versions"
    assert written.name.startswith(f"{int(head) + 1:04}_")
    content = written.read_text()
    assert '"""Rejects count attempts.' in content
    assert f"down_revision = '{head}'" in content
    assert "add_column" in content
    compile(content, str(written), "exec")
