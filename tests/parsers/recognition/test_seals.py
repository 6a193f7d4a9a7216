import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw

from ingest.demo.font import write
from ingest.demo.paper import Wear, scanned, sheet, sign, stamp
from parsers.recognition.seals import SURE, find_seals, without_seals

RED = (205, 30, 35)


def sure(seals):
    return [(seal.colour, seal.shape) for seal in seals if seal.confidence >= SURE]


@pytest.mark.parametrize(("height", "shape"), [(1.0, "round"), (0.7, "oval")])
@pytest.mark.parametrize("ink", [1.0, 0.45])
def test_a_seal_over_text_is_found_by_its_rim(form, bgr, height, shape, ink):
    page = form()
    stamp(page, (760, 1080), "广东省科学技术厅", height=height, ink=ink)
    assert sure(find_seals(bgr(scanned(page, Wear(0.4, 5))))) == [("red", shape)]


def test_a_seal_is_where_it_was_pressed(bgr):
    page, _ = sheet()
    stamp(page, (620, 900), "广东省科学技术厅", 150)
    (seal,) = find_seals(bgr(page))
    assert seal.box.left == pytest.approx((620 - 150) / 1240, abs=0.008)
    assert seal.box.bottom == pytest.approx((900 + 150) / 1754, abs=0.008)


def test_a_seal_cut_by_the_edge_of_the_paper_is_found(bgr):
    page, _ = sheet()
    stamp(page, (1180, 1200), "广东省科学技术厅", 150)
    assert sure(find_seals(bgr(page))) == [("red", "round")]


def test_two_seals_on_a_page_are_two(bgr):
    page, _ = sheet()
    stamp(page, (300, 900), "广东省科学技术厅", 140)
    stamp(page, (900, 1300), "中国科学院地球化学研究所", 140)
    assert sure(find_seals(bgr(page))) == [("red", "round")] * 2


def test_two_seals_that_touch_are_two(bgr):
    page, _ = sheet()
    stamp(page, (500, 900), "广东省科学技术厅", 140)
    stamp(page, (760, 960), "中国科学院地球化学研究所", 140)
    assert sure(find_seals(bgr(page))) == [("red", "round")] * 2


def test_a_square_seal_is_found(bgr):
    page, pen = sheet()
    pen.rectangle((700, 900, 860, 1060), outline=RED, width=9)
    write(pen, (780, 980), "晓岚", 66, RED, "mm")
    assert [seal.shape for seal in find_seals(bgr(scanned(page, Wear(0, 4))))] == ["square"]


def letterhead(pen, page):
    write(pen, (620, 120), "广东省科学技术厅文件", 84, RED, "ma")
    pen.line((120, 260, 1120, 260), fill=RED, width=6)
    write(pen, (620, 320), "关于推荐作品的函", 50, RED, "ma")


def logo(pen, page):
    pen.ellipse((520, 100, 720, 300), fill=RED)
    write(pen, (620, 200), "科普", 60, (255, 255, 255), "mm")


def signature(pen, page):
    red = Image.new("RGB", page.size, RED)
    mask = Image.new("RGB", page.size, (255, 255, 255))
    sign(mask, (600, 900), "陈晓岚", 80)
    page.paste(red, mask=mask.convert("L").point(lambda value: 255 - value))


def paragraph(pen, page):
    for number in range(8):
        write(pen, (150, 500 + 50 * number), "请用黑色签字笔填写，不得涂改，逾期不予受理。" * 2, 22, RED)


@pytest.mark.parametrize("draw", [letterhead, logo, signature, paragraph])
def test_what_is_red_and_has_no_rim_is_no_seal(bgr, draw):
    page, pen = sheet()
    draw(pen, page)
    assert sure(find_seals(bgr(scanned(page, Wear(0.3, 5))))) == []


def test_a_form_without_a_seal_has_none(form, bgr):
    assert find_seals(bgr(scanned(form(), Wear(0.4, 5)))) == ()


@pytest.mark.parametrize(("colour", "name"), [((40, 60, 190), "blue"), ((40, 40, 40), "black")])
def test_a_rim_in_another_colour_is_told_with_little_confidence(bgr, colour, name):
    page, pen = sheet()
    pen.ellipse((500, 900, 780, 1180), outline=colour, width=7)
    write(pen, (640, 1040), "专用章", 50, colour, "mm")
    (seal,) = find_seals(bgr(scanned(page, Wear(0, 4))))
    assert (seal.colour, seal.shape, seal.confidence <= 0.4) == (name, "round", True)


def test_red_ink_of_a_seal_is_taken_away_and_text_stays(bgr):
    page, pen = sheet()
    write(pen, (500, 900), "广东省", 60, (20, 20, 20))
    plain = bgr(page)
    overlay = Image.new("RGB", page.size, "white")
    stamp(overlay, (620, 900), "广东省科学技术厅", 150)
    stamped = bgr(ImageChops.multiply(page, overlay))
    cleaned = without_seals(stamped, find_seals(stamped))
    dark = plain.max(axis=2) < 80
    assert (cleaned.max(axis=2)[dark] < 130).mean() > 0.95
    assert (cleaned[~dark].min(axis=1) > 150).mean() > 0.985


def test_red_text_outside_seals_stays(bgr):
    page, pen = sheet()
    letterhead(pen, page)
    picture = bgr(page)
    assert np.array_equal(without_seals(picture, find_seals(picture)), picture)


def test_a_crowded_page_takes_no_longer_than_its_points_allow(bgr):
    noise = Image.effect_noise((1240, 1754), 120).convert("RGB")
    pen = ImageDraw.Draw(noise)
    pen.rectangle((0, 0, 1240, 1754), outline=RED, width=3)
    assert all(seal.confidence < SURE for seal in find_seals(bgr(noise)))
