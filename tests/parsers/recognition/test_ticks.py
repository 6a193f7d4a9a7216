import pytest
from PIL import Image, ImageDraw

from ingest.demo.font import write
from parsers.recognition.ticks import has_boxes, with_boxes


def line(bgr, ticked):
    """□是　□否 drawn, the second one ticked or not; and where the words stand."""
    picture = Image.new("RGB", (300, 44), "white")
    pen = ImageDraw.Draw(picture)
    for number, word in enumerate("是否"):
        left = 10 + 140 * number
        pen.rectangle((left, 8, left + 26, 34), outline=0, width=2)
        write(pen, (left + 34, 4), word, 28)
    if ticked:
        pen.line((155, 20, 162, 30, 174, 10), fill=0, width=3)
    return bgr(picture)


def reader(*words):
    """Stands for recognition: it is asked for as many pieces as there are words between boxes."""

    def read(pieces):
        assert len(pieces) == len(words)
        return [(word, 0.9) for word in words]

    return read


@pytest.mark.parametrize(("ticked", "text"), [(True, "□是☑否"), (False, "□是□否")])
def test_a_box_that_was_not_read_is_put_back_as_it_looks(bgr, ticked, text):
    assert with_boxes(line(bgr, ticked), "□是 否", reader("是", "否")) == text


def test_the_line_stays_as_it_was_where_its_letters_would_change(bgr):
    assert with_boxes(line(bgr, True), "□是 不否", reader("是", "否")) == "□是 不否"


def test_letters_that_look_like_boxes_are_letters(bgr):
    picture = Image.new("RGB", (300, 44), "white")
    write(ImageDraw.Draw(picture), (10, 4), "口国日回", 28)
    assert with_boxes(bgr(picture), "□口国日回", lambda pieces: [("", 0.5)] * len(pieces)) == "□口国日回"


@pytest.mark.parametrize(("text", "has"), [("□是 否", True), ("☑个人", True), ("2024年10月10日", False)])
def test_only_lines_in_which_a_box_was_read_are_looked_at(text, has):
    assert has_boxes(text) is has
