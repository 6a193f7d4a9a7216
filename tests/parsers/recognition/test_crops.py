import hashlib
import io

import numpy as np
import pytest
from PIL import Image

from parsers.facts import Box
from parsers.recognition import crop
from parsers.recognition.crops import KEPT_SIDE, keep


@pytest.fixture
def kept(tmp_path):
    page = np.full((2800, 2000, 3), 255, np.uint8)
    page[1400:, 1000:] = (0, 0, 255)
    return tmp_path, keep(page, tmp_path, 2)


def test_a_page_is_kept_as_a_picture_of_bounded_size(kept):
    folder, (name, digest) = kept
    assert name == "page-2.jpg"
    assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert max(Image.open(io.BytesIO((folder / name).read_bytes())).size) == KEPT_SIDE


def test_a_crop_is_the_part_in_the_box_with_a_margin(kept):
    folder, (name, _) = kept
    data = crop(folder / name, Box(left=0.6, top=0.6, right=0.8, bottom=0.7), margin=0.01)
    picture = Image.open(io.BytesIO(data))
    assert picture.size == pytest.approx((round(1214 * 0.22), round(1700 * 0.1 + 1214 * 0.02)), abs=2)
    assert picture.getpixel((50, 50)) == pytest.approx((254, 0, 0), abs=6)


@pytest.mark.parametrize(
    "box", [(0.0, 0.0, 1.0, 1.0), (0.99, 0.99, 1.4, 1.4), (0.5, 0.5, 0.5, 0.5), (-3.0, 0.2, -2.0, 0.3)]
)
def test_a_crop_of_any_box_is_a_picture(kept, box):
    folder, (name, _) = kept
    left, top, right, bottom = box
    data = crop(folder / name, Box(left=left, top=top, right=right, bottom=bottom))
    assert min(Image.open(io.BytesIO(data)).size) >= 8


def test_a_crop_of_what_is_no_picture_is_an_error(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    with pytest.raises(OSError, match="no picture"):
        crop(tmp_path / "a.jpg", Box(left=0, top=0, right=1, bottom=1))
