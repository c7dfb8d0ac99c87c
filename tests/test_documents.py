"""The documents say what is true: links lead somewhere, settings are the real ones, decisions are complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.settings import Settings
from tests.documents import ROOT, anchors, blocks, documents, links

PARTS = ("*Context.*", "*Choice.*", "*Consequence.*")


def decisions() -> list[tuple[int, str]]:
    """Number and text of every decision."""
    text = (ROOT / "docs" / "decisions.md").read_text("utf-8")
    sections = re.split(r"(?m)^## ", text)[1:]
    return [(int(section.split(".", 1)[0]), section) for section in sections]


@pytest.mark.parametrize("document", documents())
def test_links_lead_somewhere(document: str) -> None:
    """Every link to a file of the tree finds it, and the heading it names."""
    for link in links(document):
        if link.startswith("http"):
            continue
        name, _, anchor = link.partition("#")
        target = (ROOT / document).parent / name if name else ROOT / document
        assert target.exists(), f"{document} links to {link}"
        assert not anchor or anchor in anchors(target), f"{document} links to {link}"


@pytest.mark.parametrize("document", documents())
def test_blocks_name_a_language_that_is_run_or_shown(document: str) -> None:
    """No block escapes being run by leaving its language out or misspelling it."""
    assert {block.language for block in blocks(document)} <= {"bash", "python", "json", "csv", "text"}


def test_the_readme_begins_with_two_commands() -> None:
    """Whoever reads on no further can see the product and run its tests."""
    assert [block.text for block in blocks("README.md")[:2]] == ["make demo\n", "make test\n"]


def test_every_setting_is_documented() -> None:
    """The table of settings is that of the code: names, defaults and meanings."""
    text = (ROOT / "docs" / "operating.md").read_text("utf-8")
    expected = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default in {None, ()} else f"`{field.default}`"
        expected.append(f"| `LIKENESS_{name.upper()}` | {default} | {field.description} |".replace("|  |", "| |"))
    assert re.findall(r"(?m)^\| `LIKENESS_.*$", text) == expected


def test_no_document_names_a_setting_that_is_none() -> None:
    """A variable that is read in a document can be set."""
    settings = {f"LIKENESS_{name.upper()}" for name in Settings.model_fields}
    for document in documents():
        named = set(re.findall(r"LIKENESS_\w+", (ROOT / document).read_text("utf-8")))
        assert named <= settings, document


def test_no_document_names_a_target_that_is_none() -> None:
    """Every `make` command in a document is one of the Makefile's."""
    targets = set(re.findall(r"(?m)^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8")))
    for document in documents():
        named = set(re.findall(r"(?m)(?:`|^)make ([a-z]+)", (ROOT / document).read_text("utf-8")))
        assert named <= targets, document


def test_decisions_are_numbered() -> None:
    """A decision can be cited by its number."""
    numbers = [number for number, _ in decisions()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_decisions_are_complete_and_short() -> None:
    """Each says what made it necessary, what was chosen and what follows, in that order, in about ten lines."""
    for number, text in decisions():
        places = [text.find(part) for part in PARTS]
        assert -1 not in places, number
        assert places == sorted(places), number
        assert len(text.split("\n\n", 1)[1].strip().splitlines()) <= 12, number


def test_headings_become_anchors(tmp_path: Path) -> None:
    """The check for links knows headings as they are shown, and takes no comment in code for one."""
    document = tmp_path / "page.md"
    document.write_text("# What's new?\n\n```bash\n# not a heading\n```\n\n## Run `it`\n", "utf-8")
    assert anchors(document) == {"whats-new", "run-it"}
