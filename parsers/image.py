"""A picture's size and orientation, from its header: no pixel is decoded unless that is cheap."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from parsers.facts import Broken, ImageFacts, Unknown

if TYPE_CHECKING:
    from PIL import Image

_MAX_SIDE = 65_500
_MAX_PIXELS = 400_000_000  # an A1 page at 600 dpi; more is no scan
_DECODED_PIXELS = 60_000_000  # up to this size the whole picture is decoded once, to see that it is whole
_ORIENTATION = 0x0112
_TURNED = (5, 6, 7, 8)  # EXIF orientations that swap width and height
_BOX_HEIF = ("heic", "avif")
_HEIF_HEAD = 262_144
_MAX_PAGES = 1_000


def read_image(path: Path, found: str, *, whole: bool = True) -> ImageFacts | Unknown | Broken:
    """Size, pages and orientation of the picture in `path`; `found` is its format as sniffed.

    whole: decode it once, if that is cheap, to see that it is whole.

    Broken("unreadable") if it does not decode, ("cut-off") if its end is missing, ("too-large") for a bomb.
    """
    if found in _BOX_HEIF:
        return _heif(path, found)
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with opened(path, found) as picture:
                return _facts(picture, found, whole)
    except Image.DecompressionBombError as error:
        return Broken(format=found, reason="too-large", detail=str(error))
    except UnidentifiedImageError as error:
        return Broken(format=found, reason="unreadable", detail=str(error).replace(str(path), path.name))
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, OverflowError) as error:
        reason = "cut-off" if "truncated" in str(error) else "unreadable"
        return Broken(format=found, reason=reason, detail=f"{type(error).__name__}: {error}")


def opened(path: Path, found: str) -> Image.Image:
    """The picture with its header read, no pixel decoded. Raises what Pillow raises.

    A JPEG may be larger than what Pillow takes for a bomb: it can be made smaller while it is decoded.
    """
    from PIL import Image, JpegImagePlugin

    return JpegImagePlugin.JpegImageFile(path) if found == "jpeg" else Image.open(path)


def _facts(picture: object, found: str, whole: bool) -> ImageFacts | Broken:
    from PIL import Image

    assert isinstance(picture, Image.Image)
    width, height = picture.size
    if max(width, height) > _MAX_SIDE or width * height > _MAX_PIXELS:
        return Broken(format=found, reason="too-large", detail=f"{width}x{height}")
    orientation = int(picture.getexif().get(_ORIENTATION, 1) or 1)
    pages = min(int(getattr(picture, "n_frames", 1)), _MAX_PAGES) if found == "tiff" else 1
    if whole and width * height <= _DECODED_PIXELS:
        picture.seek(0)
        picture.load()
    if orientation in _TURNED:
        width, height = height, width
    return ImageFacts(format=found, width=width, height=height, pages=pages, orientation=orientation)


def _heif(path: Path, found: str) -> ImageFacts | Unknown:
    """By the largest `ispe` box of the header; turned by an `irot` box of 90 or 270 degrees."""
    with path.open("rb") as file:
        head = file.read(_HEIF_HEAD)
    sizes = []
    at = head.find(b"ispe")
    while at != -1 and len(head) >= at + 16:
        sizes.append((int.from_bytes(head[at + 8 : at + 12], "big"), int.from_bytes(head[at + 12 : at + 16], "big")))
        at = head.find(b"ispe", at + 4)
    width, height = max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))
    if not (0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE):
        return Unknown(format=found)
    turn = head.find(b"irot")
    if turn != -1 and head[turn + 4 : turn + 5] in (b"\1", b"\3"):
        width, height = height, width
    return ImageFacts(format=found, width=width, height=height)
