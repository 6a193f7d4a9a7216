import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from parsers.facts import Broken
from parsers.recognition.pages import WORK_SIDE, facts_of, pages_of
from parsers.recognition.seeing import is_blank


def only(path, found):
    (page,) = pages_of(path, found, 1)
    return page


def quarters(mode="RGB"):
    """Black in the upper left quarter, white elsewhere."""
    picture = Image.new("L", (80, 60), 255)
    picture.paste(0, (0, 0, 40, 30))
    return picture.convert(mode)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("RGB", "jpeg"),
        ("L", "png"),
        ("CMYK", "jpeg"),
        ("P", "png"),
        ("1", "tiff"),
        ("I;16", "png"),
        ("LA", "png"),
        ("RGB", "webp"),
        ("RGB", "bmp"),
    ],
)
def test_a_picture_of_any_mode_is_decoded_to_colours(tmp_path, mode, kind):
    picture = quarters("L") if mode == "I;16" else quarters(mode)
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(picture).astype(np.uint16) * 257)
    picture.save(tmp_path / "a", kind)
    pixels = only(tmp_path / "a", kind).picture
    assert pixels.shape == (60, 80, 3)
    assert (pixels[5, 5].max() < 12, pixels[50, 70].min() > 243) == (True, True)


def test_what_is_transparent_is_paper(tmp_path):
    Image.new("RGBA", (20, 10), (0, 0, 0, 0)).save(tmp_path / "a", "png")
    assert only(tmp_path / "a", "png").picture.min() == 255


def test_colours_are_blue_green_red(tmp_path):
    Image.new("RGB", (20, 10), (255, 0, 0)).save(tmp_path / "a", "png")
    assert only(tmp_path / "a", "png").picture[0, 0].tolist() == [0, 0, 255]


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_a_picture_is_upright_as_its_exif_says(tmp_path, kind):
    exif = Image.Exif()
    exif[0x0112] = 6
    quarters().save(tmp_path / "a", kind, exif=exif)
    pixels = only(tmp_path / "a", kind).picture
    assert pixels.shape == (80, 60, 3)
    assert (pixels[5, 50].max() < 30, pixels[70, 5].min() > 225) == (True, True)


def test_a_fax_with_twice_the_dots_across_has_square_ones(tmp_path):
    Image.new("1", (1728, 1145), 1).save(tmp_path / "a", "tiff", compression="group4", dpi=(204, 98))
    assert only(tmp_path / "a", "tiff").picture.shape[:2] == pytest.approx((2383, 1728), abs=2)


def test_pages_of_a_tiff_come_one_by_one_up_to_as_many_as_asked(tmp_path):
    pages = [Image.new("1", (40 + n, 30)) for n in range(5)]
    pages[0].save(tmp_path / "a", "tiff", save_all=True, append_images=pages[1:])
    assert [page.picture.shape[1] for page in pages_of(tmp_path / "a", "tiff", 3)] == [40, 41, 42]


def test_a_large_jpeg_is_decoded_small(tmp_path):
    Image.new("L", (20_000, 10_000), 200).save(tmp_path / "a", "jpeg")
    assert max(only(tmp_path / "a", "jpeg").picture.shape) == WORK_SIDE


def png_header(width, height):
    """A PNG that says it is that large and holds nothing."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    body = struct.pack(">I", len(head)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    data = zlib.compress(b"")
    return b"\x89PNG\r\n\x1a\n" + body + struct.pack(">I", len(data)) + b"IDAT" + data + b"\0\0\0\0" + bytes(12)


def test_a_large_png_is_not_decoded_at_all(tmp_path):
    (tmp_path / "a").write_bytes(png_header(20_000, 20_000))
    assert only(tmp_path / "a", "png").problem == "too-large"


def test_a_bomb_is_refused(tmp_path):
    (tmp_path / "a").write_bytes(png_header(60_000, 60_000))
    assert facts_of(tmp_path / "a", "png").reason == "too-large"


def test_a_picture_cut_off_is_an_unreadable_page(tmp_path):
    file = io.BytesIO()
    Image.effect_noise((300, 300), 60).save(file, "jpeg")
    (tmp_path / "a").write_bytes(file.getvalue()[: len(file.getvalue()) // 3])
    assert only(tmp_path / "a", "jpeg").problem == "unreadable"


def test_bytes_that_only_say_heic_are_unreadable(tmp_path):
    (tmp_path / "a").write_bytes(b"\0\0\0\x18ftypheic" + bytes(200))
    assert only(tmp_path / "a", "heic").problem == "unreadable"


def test_a_page_of_a_pdf_is_drawn_at_about_200_dots_an_inch(tmp_path):
    Image.new("RGB", (620, 877), "white").save(tmp_path / "a", "PDF", resolution=75)
    assert only(tmp_path / "a", "pdf").picture.shape[:2] == pytest.approx((2339, 1654), abs=3)


@pytest.mark.parametrize(("dpi", "longer"), [(1, 2_600), (900, 1_600)])
def test_a_page_of_a_pdf_is_drawn_within_bounds_whatever_its_size(tmp_path, dpi, longer):
    Image.new("L", (300, 200)).save(tmp_path / "a", "PDF", resolution=dpi)
    assert max(only(tmp_path / "a", "pdf").picture.shape) == pytest.approx(longer, abs=2)


def test_all_pages_of_a_pdf_are_counted_and_the_first_are_drawn(tmp_path):
    page = Image.new("L", (100, 140), 255)
    page.save(tmp_path / "a", "PDF", save_all=True, append_images=[page] * 19)
    facts = facts_of(tmp_path / "a", "pdf")
    assert (facts.pages, len(list(pages_of(tmp_path / "a", "pdf", 2)))) == (20, 2)


def test_bytes_that_are_no_pdf_are_broken(tmp_path):
    (tmp_path / "a").write_bytes(b"%PDF-1.7 nothing")
    assert facts_of(tmp_path / "a", "pdf") == Broken(format="pdf", reason="unreadable", detail="")


def test_paper_with_nothing_but_specks_is_blank():
    draws = np.random.default_rng(1)
    paper = np.clip(draws.normal(244, 5, (2339, 1654, 3)), 0, 255).astype(np.uint8)
    paper[500, 700:703] = 20
    paper[:, :12] = 40
    assert is_blank(paper)


def test_a_page_with_a_line_of_text_is_not_blank(bgr):
    from ingest.demo.font import write
    from ingest.demo.paper import sheet

    page, pen = sheet()
    write(pen, (200, 300), "特此证明。", 28)
    assert not is_blank(bgr(page))


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 3200, 3), (3200, 10, 3)])
def test_a_picture_no_letter_would_fit_on_is_blank(shape):
    assert is_blank(np.zeros(shape, np.uint8))
