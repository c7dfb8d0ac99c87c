"""The documents say what is true: links lead somewhere, settings are the real ones, decisions are complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.problems import TABLE, named
from app.settings import Settings
from app.telemetry import Telemetry
from tests.documents import ROOT, Block, anchors, blocks, blocks_under, documents, links

PROBLEMS_WITHOUT_A_CLASS = {
    ("bad-request", 400),
    ("forbidden", 403),
    ("not-found", 404),
    ("method-not-allowed", 405),
    ("request-timeout", 408),
    ("content-too-large", 413),
    ("range-not-satisfiable", 416),
    ("invalid-request", 422),
    ("request-header-fields-too-large", 431),
    ("internal-server-error", 500),
    ("not-ready", 503),
}
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
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    expected = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default in {None, ()} else f"`{field.default}`"
        expected.append(f"| `LIKENESS_{name.upper()}` | {default} | {field.description} |".replace("|  |", "| |"))
    assert re.findall(r"(?m)^\| `LIKENESS_.*$", text) == expected


def operations(pattern: str) -> list[tuple[str | None, ...]]:
    """What the groups of a pattern find in the document for operators."""
    return [found.groups() for found in re.finditer(pattern, (ROOT / "docs" / "operations.md").read_text("utf-8"))]


def test_every_metric_is_documented() -> None:
    """The table of metrics has those of the code, and no other."""
    families = {family.name for family in Telemetry().registry.collect()}
    documented = operations(r"(?m)^\| `(likeness_\w+)` \|")
    assert sorted(documented) == sorted((name,) for name in families if name.startswith("likeness_"))


def test_every_error_is_documented() -> None:
    """The table of errors has each type once, with the status it is answered with."""
    ours = {(named(kind.__new__(kind))["type"].rpartition(":")[2], row.status) for kind, row in TABLE.items()}
    documented = [(kind, int(status or 0)) for kind, status in operations(r"(?m)^\| `([a-z-]+)` \| (\d{3}) \|")]
    assert len(documented) == len(set(documented))
    assert set(documented) == ours | PROBLEMS_WITHOUT_A_CLASS


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


def test_a_section_has_its_own_blocks_and_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to the next heading of its level; one of a deeper level, or one in a block, ends nothing."""
    parts = ("# A", "one", "## B", "# two", "### C", "three", "## D", "four")
    text = "\n\n".join(part if number % 2 == 0 else f"```bash\n{part}\n```" for number, part in enumerate(parts))
    (tmp_path / "page.md").write_text(text, "utf-8")
    monkeypatch.setattr("tests.documents.ROOT", tmp_path)
    expected = [Block("page.md", 9, "bash", "# two\n"), Block("page.md", 15, "bash", "three\n")]
    assert blocks_under("page.md", "## B") == expected


def test_headings_become_anchors(tmp_path: Path) -> None:
    """The check for links knows headings as they are shown, and takes no comment in code for one."""
    document = tmp_path / "page.md"
    document.write_text("# What's new?\n\n```bash\n# not a heading\n```\n\n## Run `it`\n", "utf-8")
    assert anchors(document) == {"whats-new", "run-it"}
