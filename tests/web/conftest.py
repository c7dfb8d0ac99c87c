"""A real Chromium on a real server; every test fails on a console error or a breach of the content security policy."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.web.crowd import serve_people
from tests.web.serving import fill, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--force-color-profile=srgb"),
    "--use-fake-device-for-media-stream",
]
"""Without a screen, and with a camera that films a test picture."""
PATIENCE_MS = 120_000
"""How long a condition may take to come true on a machine that has other work."""

REPORT_BREACHES = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy breached: ${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass
class Troubles:
    """What the browser complained about; `expect` names what a test provokes."""

    heard: list[str] = field(default_factory=list)
    # Chromium's advice to tests that read the canvas; the page never does.
    expected: list[str] = field(default_factory=lambda: ["willReadFrequently"])

    def expect(self, pattern: str) -> None:
        """Do not fail because of complaints that match."""
        self.expected.append(pattern)

    def listen(self, context: BrowserContext) -> None:
        """Collect the complaints of every page of this context."""
        context.add_init_script(REPORT_BREACHES)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.heard.append(str(error.error)))

    def unexpected(self) -> list[str]:
        """Complaints that no test asked for."""
        return [said for said in self.heard if not any(re.search(pattern, said) for pattern in self.expected)]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.heard.append(message.text)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless; while it runs no other test of this process could start an event loop."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("There is no browser: run `apt-get install chromium` to test the page.")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose model is the fake, with two collections: `shoes` of twelve items and an empty one."""
    with serve(tmp_path_factory.mktemp("home")) as running:
        fill(running)
        yield running


@pytest.fixture(scope="package")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that knows people: collections `shoes`, `people`, which is personal, and `empty`, of people too."""
    with serve_people(tmp_path_factory.mktemp("crowd")) as running:
        yield running


@pytest.fixture
def troubles() -> Iterator[Troubles]:
    """The browser's complaints; any that was not expected fails the test."""
    heard = Troubles()
    yield heard
    assert heard.unexpected() == []


@pytest.fixture
def context(browser: Browser, troubles: Troubles) -> Iterator[BrowserContext]:
    """A fresh profile on a desktop screen."""
    fresh = browser.new_context(viewport={"width": 1280, "height": 860}, color_scheme="light")
    fresh.set_default_timeout(PATIENCE_MS)
    troubles.listen(fresh)
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Page:
    """The page, open, with the collection's first items showing."""
    opened = context.new_page()
    opened.goto(address)
    opened.locator(".card:not(.place)").first.wait_for()
    return opened
