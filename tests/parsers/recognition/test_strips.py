import numpy as np
import pytest

from ingest.demo.font import write
from ingest.demo.paper import sheet
from parsers.facts import Box
from parsers.recognition.strips import parted, strip_of


def quad(left, top, right, bottom):
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)


def spans(quads):
    return [(round(float(q[:, 0].min())), round(float(q[:, 0].max()))) for q in quads]


@pytest.fixture
def page():
    return sheet()


def test_a_box_over_two_cells_is_cut_at_the_line_between_them(page, bgr):
    picture, pen = page
    write(pen, (110, 300), "作品名称月球上的水", 28)
    cells = [
        Box(left=100 / 1240, top=0.15, right=220 / 1240, bottom=0.25),
        Box(left=224 / 1240, top=0.15, right=0.9, bottom=0.25),
    ]
    assert spans(parted(bgr(picture), [quad(108, 296, 365, 336)], cells)) == [(108, 220), (224, 365)]


def test_a_box_with_a_wide_gap_is_cut_there(page, bgr):
    picture, pen = page
    write(pen, (100, 300), "时长：4分钟", 28)
    write(pen, (330, 300), "制作时间：2023/6/12", 28)
    (_, first), (second, _) = spans(parted(bgr(picture), [quad(96, 294, 600, 338)], []))
    assert 245 < first < second < 332


def test_a_gap_over_a_line_to_write_on_is_a_gap(page, bgr):
    picture, pen = page
    write(pen, (100, 300), "时长：4分钟", 28)
    write(pen, (330, 300), "制作时间：2023/6/12", 28)
    pen.line((170, 336, 600, 336), fill=0, width=2)
    assert len(parted(bgr(picture), [quad(96, 294, 600, 342)], [])) == 2


def test_a_box_without_gaps_stays_whole(page, bgr):
    picture, pen = page
    write(pen, (100, 300), "以动画介绍月球极区水冰的来源，与探测：方法。", 28)
    assert len(parted(bgr(picture), [quad(96, 294, 740, 338)], [])) == 1


def test_letters_one_above_the_other_are_set_side_by_side(page, bgr):
    picture, pen = page
    for number, letter in enumerate("作品信息"):
        write(pen, (100, 300 + 36 * number), letter, 28)
    strip = strip_of(bgr(picture), quad(96, 300, 132, 448))
    ink = (strip.min(axis=2) < 120).any(axis=0)
    high, wide = strip.shape[:2]
    assert (
        round(wide / high),
        [bool(ink[int(wide * (n + 0.2) / 4) : int(wide * (n + 0.8) / 4)].any()) for n in range(4)],
    ) == (4, [True] * 4)


def test_a_box_that_leans_is_cut_out_level(bgr, page):
    picture, pen = page
    pen.polygon([(100, 300), (500, 330), (497, 370), (97, 340)], fill=(0, 0, 0))
    strip = strip_of(bgr(picture), np.array([(100, 300), (500, 330), (497, 370), (97, 340)], np.float32))
    assert (strip[4:-4, 4:-4].max() < 30, strip.shape[0]) == (True, 40)


def test_a_box_far_longer_than_a_line_is_read_in_pieces():
    picture = np.full((40, 3200, 3), 255, np.uint8)
    assert spans(parted(picture, [quad(0, 0, 3200, 20)], [])) == [(0, 1067), (1067, 2133), (2133, 3200)]
