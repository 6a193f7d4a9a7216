import pytest
from PIL import ImageDraw

from ingest.demo.font import write
from ingest.demo.paper import Wear, scanned, sign
from parsers.facts import Box, Line
from parsers.recognition.handwriting import find_writing

SIZE = (1240, 1754)


def line(text, left, top, right, bottom, confidence=0.99):
    box = Box(left=left / SIZE[0], top=top / SIZE[1], right=right / SIZE[0], bottom=bottom / SIZE[1])
    return Line(text=text, box=box, confidence=confidence)


PRINTED = [line("作品名称", 190, 255, 330, 300) for _ in range(9)]


def middle(mark):
    return (mark.box.left + mark.box.right) / 2 * SIZE[0], (mark.box.top + mark.box.bottom) / 2 * SIZE[1]


def test_a_signature_in_blue_that_was_not_read_is_found(form, bgr):
    page = form()
    sign(page, (800, 1100), "陈晓岚")
    lines = [*PRINTED, line("广东省科学技术厅", 400, 1040, 760, 1080)]
    found = [m for m in find_writing(bgr(scanned(page, Wear(0, 4))), lines) if m.colour == "blue"]
    assert [(m.what, m.confidence) for m in found] == [("writing", 0.8)]
    assert middle(found[0]) == pytest.approx((870, 1130), abs=40)


def test_a_signature_read_together_with_its_printed_label_is_found(form, bgr):
    page = form()
    write(ImageDraw.Draw(page), (600, 1300), "作者签字：", 26)
    sign(page, (740, 1290), "陈晓岚", 44)
    lines = [*PRINTED, line("作者签字：陈晓岚", 590, 1285, 900, 1350, 0.93)]
    found = [m for m in find_writing(bgr(scanned(page, Wear(0, 4))), lines) if m.colour == "blue"]
    assert [(m.confidence, m.box.left > 690 / SIZE[0]) for m in found] == [(0.9, True)]


def test_an_address_in_blue_is_print(form, bgr):
    page = form()
    write(ImageDraw.Draw(page), (420, 1100), "www.example.cn/v/1", 26, (20, 60, 200))
    lines = [*PRINTED, line("www.example.cn/v/1", 410, 1095, 700, 1135)]
    assert [m for m in find_writing(bgr(page), lines) if m.colour == "blue"] == []


def test_print_that_was_read_is_no_writing(form, bgr):
    rows = [line("标签", 120, 200 + 160 * n, 400, 360 + 160 * n) for n in range(6)]
    rows += [line("内容", 400, 200 + 160 * n, 1120, 360 + 160 * n) for n in range(6)]
    title = line("2024年全国科普微视频大赛作品推荐表", 200, 70, 1040, 140)
    assert find_writing(bgr(scanned(form(), Wear(0, 4))), [*rows, title]) == ()
