import numpy as np
import pytest

from ingest.demo.paper import Wear, scanned
from ingest.demo.photos import Shot, photographed
from parsers.recognition.pages import pages_of
from parsers.recognition.ruling import ruled_cells
from parsers.recognition.sheet import sheet_corners
from parsers.recognition.upright import WORK_SIDE, skew_of, straighten, turned


@pytest.mark.parametrize("tilt", [-9.0, -1.3, -0.2, 0.0, 0.4, 3.5])
def test_a_page_askew_is_turned_back_by_as_much(form, bgr, tilt):
    assert skew_of(bgr(scanned(form(), Wear(tilt, 4)))) == pytest.approx(tilt, abs=0.1)


def test_a_page_askew_on_its_side_is_turned_back_by_as_much(form, bgr):
    lying = turned(bgr(scanned(form(), Wear(1.2, 4))), 90)
    assert skew_of(lying) == pytest.approx(1.2, abs=0.1)


def test_an_empty_page_is_not_turned():
    assert skew_of(np.full((800, 600, 3), 255, np.uint8)) == 0.0


def test_a_level_page_keeps_its_pixels(form, bgr):
    page = bgr(form())
    assert np.array_equal(straighten(page).picture, page)


def test_a_large_page_is_made_smaller(bgr, form):
    large = bgr(form().resize((2480, 3508)))
    assert max(straighten(large).picture.shape) == WORK_SIDE


def test_a_scan_has_no_sheet_to_be_cut_out(form, bgr):
    assert sheet_corners(bgr(scanned(form(), Wear(0.5, 5)))) is None


def test_a_photographed_sheet_is_cut_out_and_made_flat(form, tmp_path):
    photographed(form(), Shot(lean=0.05, shade=0.4, seed=3), tmp_path / "a.jpg")
    (page,) = pages_of(tmp_path / "a.jpg", "jpeg", 1)
    flat = straighten(page.picture)
    height, width = flat.picture.shape[:2]
    cells = ruled_cells(flat.picture)
    assert (flat.flattened, round(height / width, 1), len(cells)) == (True, 1.4, 12)
    assert all(abs(cell.left - 120 / 1240) < 0.01 or abs(cell.left - 400 / 1240) < 0.01 for cell in cells)


def test_perspective_is_taken_out_by_the_lines_of_the_table_alone(form, bgr):
    import cv2

    page = bgr(form())
    high, wide = page.shape[:2]
    seen = np.array([(40, 0), (wide - 10, 50), (wide + 60, high), (-60, high - 30)], np.float32)
    flat = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float32)
    leaning = cv2.warpPerspective(
        page, cv2.getPerspectiveTransform(flat, seen), (wide, high), borderValue=(243, 248, 250)
    )
    cells = ruled_cells(straighten(leaning).picture)
    lefts = sorted(cell.left for cell in cells)
    assert len(cells) == 12
    assert lefts[5] - lefts[0] < 0.012


def test_four_quarter_turns_are_none():
    page = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    assert np.array_equal(turned(turned(page, 90), 270), page)
