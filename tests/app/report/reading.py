"""Read a page as a browser and a reader of the screen would: by its elements and its text."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from app.report.page import Run, write_page
from models.judgements import Judgement
from models.label_judgements import LabelJudgement
from tests.app.report.material import RUN

VOID = {"meta", "img", "link", "br", "hr", "input"}


@dataclass
class Element:
    """One element; `text` is all text in it."""

    name: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    def all(self, *names: str) -> list[Element]:
        """Every element of these names within, in the order of the document."""
        found = [self] if self.name in names or not names else []
        return found + [inner for child in self.children for inner in child.all(*names)]

    def one(self, identity: str) -> Element:
        """The element of an id."""
        (found,) = (element for element in self.all() if element.attributes.get("id") == identity)
        return found

    @property
    def text(self) -> str:
        """Text with single spaces, as it is read."""
        return " ".join("".join(self.pieces).split())


class Tree(HTMLParser):
    """Builds elements, and fails where one is not closed or is closed twice."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.root = Element("", {})
        self._open = [self.root]
        self.feed(page)
        self.close()
        assert self._open == [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names))
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element and close it."""
        self.handle_starttag(tag, attrs)
        self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        assert self._open.pop().name == tag

    def handle_data(self, data: str) -> None:
        """Text belongs to everything that is open."""
        for element in self._open:
            element.pieces.append(data)


def read(judged: Judgement | LabelJudgement, run: Run = RUN) -> Element:
    """Write a page and read it."""
    return Tree(write_page(judged, run)).root


def cells(table: Element) -> list[list[str]]:
    """The text of a table's rows."""
    return [[cell.text for cell in row.all("th", "td")] for row in table.all("tr")]
