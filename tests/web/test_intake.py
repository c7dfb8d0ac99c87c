"""Pictures as queries: chosen, pasted, dropped, refused, taken away again."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests.web.answers import SEARCH, fulfil_with, invent
from tests.web.drawings import LINE, draw

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import FilePayload, Page, Route

    from tests.web.conftest import Troubles

GIVE = """([name, type, bytes, kind]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name, { type }));
  const target = kind === 'paste' ? document : document.querySelector('#paper');
  const event = kind === 'paste'
    ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
    : new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
  target.dispatchEvent(event);
}"""


def png(size: tuple[int, int] = (300, 200)) -> bytes:
    """A drawing as a picture."""
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).ellipse((40, 40, 260, 160), outline="black", width=5)
    content = io.BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()


def payload(name: str = "boot.png", mime: str = "image/png", content: bytes | None = None) -> FilePayload:
    """A file for the file dialog."""
    return {"name": name, "mimeType": mime, "buffer": png() if content is None else content}


def test_an_uploaded_picture_is_sent_as_it_is(page: Page) -> None:
    """The real server gets the very bytes as multipart and answers with hits; the paper shows the picture."""
    with page.expect_response(SEARCH) as found:
        page.locator("#file").set_input_files(payload())
    assert found.value.ok
    request = found.value.request
    assert request.headers["content-type"].startswith("multipart/form-data")
    expect(page.locator("#results-title")).to_have_text("Looks like your picture")
    expect(page.locator(".card .score").first).to_contain_text("cosine")
    expect(page.locator("#paper-picture")).to_be_visible()
    assert page.locator("#paper-picture").evaluate("image => image.naturalWidth") == 300
    expect(page.locator("#picture-note")).to_contain_text("boot.png")


def test_the_upload_button_opens_the_file_dialog(page: Page) -> None:
    """A click on Upload asks for a file."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload").click()
    assert not chooser.value.is_multiple()


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_picture_can_be_pasted_and_dropped(page: Page, kind: str) -> None:
    """A picture in the clipboard or let go over the page is searched with."""
    with page.expect_response(SEARCH) as found:
        page.evaluate(GIVE, ["found.png", "image/png", list(png()), kind])
    assert found.value.ok
    expect(page.locator("#results-title")).to_have_text("Looks like your picture")


def test_dragging_shows_where_to_drop(page: Page) -> None:
    """While a file hovers the paper invites it, and stops once it is dropped."""
    page.evaluate(GIVE, ["found.png", "image/png", list(png()), "dragover"])
    expect(page.locator("#paper .drop-note")).to_be_visible()
    page.evaluate(GIVE, ["found.png", "image/png", list(png()), "drop"])
    expect(page.locator("#paper .drop-note")).to_be_hidden()


def test_what_is_no_picture_is_refused_without_asking(page: Page) -> None:
    """A text file is named in a sentence, no request is made, and the drawing stays."""
    page.get_by_role("button", name="Start from an example: Boot").click()
    expect(page.locator("#results-title")).to_have_text("Looks like your drawing")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.headers.get("content-type", "")))
    page.locator("#file").set_input_files(payload("notes.txt", "text/plain", b"not a picture"))
    expect(page.locator("#notice")).to_contain_text("“notes.txt” is not a picture")
    assert not [kind for kind in sent if kind.startswith("multipart")]
    expect(page.locator("#ink")).to_have_attribute("aria-label", "Drawing area, 5 strokes")


def test_the_servers_sentence_about_a_broken_picture_is_shown(page: Page, troubles: Troubles) -> None:
    """A file that only calls itself a picture is declined by the real server, in its own words."""
    troubles.expect("status of 4..")
    with page.expect_response(SEARCH) as found:
        page.locator("#file").set_input_files(payload(content=b"this is no picture"))
    assert found.value.status in {400, 415, 422}
    detail = found.value.json()["detail"]
    expect(page.locator("#notice")).to_contain_text(detail)
    expect(page.locator("#notice")).to_contain_text(found.value.headers["x-request-id"])
    expect(page.locator(".card")).to_have_count(0)


def test_a_picture_is_a_step_that_can_be_undone(page: Page) -> None:
    """Drawing on a picture begins anew; undo brings the picture back, and once more the empty paper."""
    page.locator("#file").set_input_files(payload())
    expect(page.locator("#paper-picture")).to_be_visible()
    draw(page, LINE)
    expect(page.locator("#paper-picture")).to_be_hidden()
    expect(page.locator("#results-title")).to_have_text("Looks like your drawing")
    page.keyboard.press("Control+z")
    expect(page.locator("#paper-picture")).to_be_visible()
    expect(page.locator("#results-title")).to_have_text("Looks like your picture")
    page.keyboard.press("Control+z")
    expect(page.locator("#paper-picture")).to_be_hidden()
    expect(page.locator("#hint")).to_be_visible()


def test_the_picture_can_be_removed(page: Page) -> None:
    """The cross beside its name takes the picture off the paper."""
    page.locator("#file").set_input_files(payload())
    page.get_by_role("button", name="Remove the picture").click()
    expect(page.locator("#paper-picture")).to_be_hidden()
    expect(page.locator("#results-title")).to_have_text("Shoes")


def test_a_large_photo_is_made_smaller_before_it_is_sent(page: Page, tmp_path: Path) -> None:
    """A photo of more than 4 MiB leaves the browser with at most 2048 pixels a side, its shape kept."""
    noise = Image.effect_noise((4000, 2400), 90).convert("RGB")
    photo = tmp_path / "photo.jpg"
    noise.save(photo, quality=95)
    assert photo.stat().st_size > 4 * 1024 * 1024
    sizes: list[tuple[int, int]] = []

    def look(route: Route) -> None:
        body = route.request.post_data_buffer or b""
        start = body.index(b"\r\n\r\n") + 4
        sizes.append(Image.open(io.BytesIO(body[start:])).size)
        fulfil_with(route, "found")

    invent(page, look)
    page.locator("#file").set_input_files(photo)
    expect(page.locator(".card-title").first).to_have_text("found")
    assert sizes == [(2048, 1229)]
