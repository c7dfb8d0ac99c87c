"""Finds the code blocks and links of the documents, so that tests can run the ones and follow the others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
FENCE = re.compile(r"(?ms)^```(?P<language>\w*)\n(?P<text>.*?)^```$")
LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """One fenced block of a document.

    Attributes:
        document: path of the document from the root.
        line: where the block begins.
        language: what the fence names.
        text: what stands inside.
    """

    document: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        """Where the block stands, as tools print places."""
        return f"{self.document}:{self.line}"

    @property
    def commands(self) -> list[str]:
        """The commands of a shell block, continued lines joined."""
        return [line for line in self.text.replace("\\\n", " ").splitlines() if line.strip()]


def documents() -> list[str]:
    """Every document, as a path from the root."""
    patterns = ("*.md", "docs/*.md", "models/*/README.md")
    return sorted(path.relative_to(ROOT).as_posix() for pattern in patterns for path in ROOT.glob(pattern))


def blocks(document: str) -> list[Block]:
    """The fenced blocks of a document in order."""
    text = (ROOT / document).read_text("utf-8")
    return [
        Block(document, text[: match.start()].count("\n") + 1, match["language"], match["text"])
        for match in FENCE.finditer(text)
    ]


def blocks_under(document: str, heading: str) -> list[Block]:
    """The fenced blocks of one section of a document, its subsections included."""
    lines = FENCE.sub(lambda fence: "\n" * fence[0].count("\n"), (ROOT / document).read_text("utf-8")).splitlines()
    start = lines.index(heading)
    level = heading.split(" ", 1)[0]
    ends = (number for number, line in enumerate(lines) if number > start and re.match(rf"#{{1,{len(level)}}} ", line))
    end = next(ends, len(lines))
    return [block for block in blocks(document) if start < block.line <= end]


def links(document: str) -> list[str]:
    """Targets of the links in a document, outside of code."""
    return [match["target"] for match in LINK.finditer(FENCE.sub("", (ROOT / document).read_text("utf-8")))]


def anchors(document: Path) -> set[str]:
    """What a link can name in a document: its headings, in small letters, words joined by hyphens."""
    headings = re.findall(r"(?m)^#+ (.*)$", FENCE.sub("", document.read_text("utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
