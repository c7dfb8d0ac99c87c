"""Pictures and thumbnails by content hash: what stands at an address never changes."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from app.dependencies import Parts
from app.documentation import PARTIAL, UNCHANGED, errors, picture_answer
from app.preconditions import is_known, tag_of
from indexer.pictures import THUMBNAIL_TYPE, PictureStore

TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp")
FOR_EVER = "private, max-age=31536000, immutable"

router = APIRouter(prefix="/v1/pictures/{digest}", tags=["pictures"], default_response_class=Response)


@router.get(
    "",
    operation_id="get_picture",
    responses=picture_answer("The picture as it was sent.", *TYPES) | PARTIAL | UNCHANGED | errors(400, 404, 416, 422),
)
async def get_picture(digest: str, request: Request, parts: Parts) -> Response:
    """Return a picture as it was sent."""

    def find() -> tuple[Path, str]:
        return parts.pictures.open(digest), parts.pictures.media_type(digest)

    path, media_type = await parts.workers.store(find)
    return _answer(request, path, media_type, digest)


@router.get(
    "/thumbnail",
    operation_id="get_thumbnail",
    responses=picture_answer("The picture, small.", THUMBNAIL_TYPE) | PARTIAL | UNCHANGED | errors(400, 404, 416, 422),
)
async def get_thumbnail(digest: str, request: Request, parts: Parts) -> Response:
    """Return a picture, small."""
    small: Path | bytes | None = await parts.workers.store(parts.pictures.thumbnail, digest)
    if small is None:
        small = await parts.workers.compute(_found_or_new, parts.pictures, digest)
    return _answer(request, small, THUMBNAIL_TYPE, f"{digest}-thumbnail")


def _found_or_new(pictures: PictureStore, digest: str) -> Path | bytes:
    """Make a lost thumbnail again, unless somebody else did while this call waited for its turn to decode."""
    return pictures.thumbnail(digest) or pictures.new_thumbnail(digest)


def _answer(request: Request, picture: Path | bytes, media_type: str, name: str) -> Response:
    headers = {"Cache-Control": FOR_EVER, "ETag": tag_of(name)}
    if is_known(request.headers.getlist("if-none-match"), name):
        return Response(status_code=304, headers=headers)
    if isinstance(picture, bytes):
        return Response(picture, media_type=media_type, headers=headers)
    return FileResponse(picture, media_type=media_type, headers=headers)
