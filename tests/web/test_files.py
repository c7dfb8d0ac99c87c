"""The page's files: nothing from other hosts, nothing inline, every vendored library with its licence."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "app" / "web"
FILES = sorted(path for path in WEB.rglob("*") if path.suffix in {".html", ".css", ".js", ".svg"})
OWN = [path for path in FILES if "vendor" not in path.parts]


class Inline(HTMLParser):
    """Collects what a strict content security policy forbids, and every address and id."""

    def __init__(self) -> None:
        super().__init__()
        self.forbidden: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        names = dict(attrs)
        self.forbidden += [f"<{tag} {name}>" for name in names if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in names):
            self.forbidden.append(f"<{tag}>")
        self.addresses += [value for name in ("src", "href") if (value := names.get(name))]
        self.ids += [value for name, value in attrs if name == "id" and value]


@pytest.fixture(scope="module")
def index() -> Inline:
    """The page's HTML, read."""
    parser = Inline()
    parser.feed((WEB / "index.html").read_text(encoding="utf-8"))
    return parser


def test_nothing_is_inline(index: Inline) -> None:
    """No script, style or listener stands in the HTML."""
    assert index.forbidden == []


def test_every_address_is_a_file_beside_the_page(index: Inline) -> None:
    """Scripts, styles and icons are relative, so the page works behind any path, and they exist."""
    files = [address for address in index.addresses if not address.startswith("#")]
    assert files
    for address in files:
        assert (WEB / address).is_file(), address
    assert {address[1:] for address in index.addresses if address.startswith("#")} <= set(index.ids)


def test_every_id_is_given_once(index: Inline) -> None:
    """No two elements share an id."""
    assert len(index.ids) == len(set(index.ids))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_file_names_another_host(path: Path) -> None:
    """Apart from the names of XML namespaces there is no address with a host."""
    addresses = re.findall(
        r"(?:https?:|wss?:|url\()\s*//[^\s\"')]+|https?://[^\s\"')]+", path.read_text(encoding="utf-8")
    )
    assert [address for address in addresses if not address.startswith("http://www.w3.org/")] == []


@pytest.mark.parametrize("path", [path for path in OWN if path.suffix == ".js"], ids=lambda path: path.name)
def test_modules_are_small_typed_and_import_only_files(path: Path) -> None:
    """A module has at most 300 lines, none writes HTML from strings, and its imports are relative files that exist."""
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text)
    for imported in re.findall(r"from \"([^\"]+)\"", text):
        assert (path.parent / imported).is_file(), imported


def test_vendored_libraries_carry_their_licence() -> None:
    """Every folder under vendor holds a licence text that names a holder."""
    folders = [folder for folder in (WEB / "static" / "vendor").iterdir() if folder.is_dir()]
    assert folders
    for folder in folders:
        assert "Copyright" in (folder / "LICENSE").read_text(encoding="utf-8")
