from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from ingest.demo.scans import ScanFormat, make_page, make_proof, make_scan
from ingest.demo.textpdf import make_pdf_form, make_text_pdf

VALUES = {"title": "星海寻踪", "author": "林晚舟", "summary": "讲述一颗星的一生。"}


def pdf_text(path: Path) -> str:
    document = pypdfium2.PdfDocument(str(path))
    try:
        return "\n".join(document[number].get_textpage().get_text_range() for number in range(len(document)))
    finally:
        document.close()


def red_share(path: Path) -> float:
    with Image.open(path) as picture:
        red, green, blue = np.moveaxis(np.asarray(picture.convert("RGB")).astype(int), 2, 0)
    return float(((red > green + 60) & (red > blue + 60)).mean())


@pytest.mark.parametrize(("fmt", "magic"), [("pdf", b"%PDF"), ("jpg", b"\xff\xd8\xff"), ("png", b"\x89PNG")])
def test_scan_is_of_the_format_asked(tmp_path: Path, fmt: ScanFormat, magic: bytes) -> None:
    assert make_scan(tmp_path / "s", kind="推荐表", values=VALUES, fmt=fmt).read_bytes().startswith(magic)


def test_scanned_pdf_has_one_a4_page_and_no_text(tmp_path: Path) -> None:
    scan = make_scan(tmp_path / "s.pdf", kind="推荐表", values=VALUES)
    document = pypdfium2.PdfDocument(str(scan))
    sides = [round(side) for side in document[0].get_size()]
    document.close()
    assert (sides, pdf_text(scan)) == ([595, 842], "")


def test_sealed_scan_is_redder_than_an_unsealed_one(tmp_path: Path) -> None:
    plain = make_scan(tmp_path / "a.jpg", kind="推荐表", values=VALUES, fmt="jpg")
    sealed = make_scan(tmp_path / "b.jpg", kind="推荐表", values=VALUES, fmt="jpg", seal="广东省科学技术厅")
    assert (red_share(plain) < 0.0001, red_share(sealed) > 0.002) == (True, True)


def test_upright_scan_without_noise_is_clean_paper_at_its_rim(tmp_path: Path) -> None:
    scan = make_scan(tmp_path / "s.png", kind="自荐表", values=VALUES, fmt="png", tilt_deg=0, noise=0)
    with Image.open(scan) as picture:
        assert len(set(picture.convert("RGB").crop((0, 0, 1240, 60)).get_flattened_data())) == 1


@pytest.mark.parametrize("fmt", ["pdf", "jpg", "png"])
def test_same_arguments_give_the_same_bytes(tmp_path: Path, fmt: ScanFormat) -> None:
    scans = [make_scan(tmp_path / n, kind="推荐表", values=VALUES, fmt=fmt, seal="样例单位") for n in "ab"]
    assert scans[0].read_bytes() == scans[1].read_bytes()


def test_proof_carries_a_seal(tmp_path: Path) -> None:
    proof = make_proof(tmp_path / "p.jpg", title="星海寻踪", platform="学习强国", shown_on="2023年6月1日")
    assert red_share(proof) > 0.002


def test_page_of_other_paper_is_a4_at_150_dots(tmp_path: Path) -> None:
    with Image.open(make_page(tmp_path / "p.jpg", heading="推荐函", lines=("一", "二"))) as page:
        assert page.size == (1240, 1754)


def test_text_pdf_gives_its_lines_back(tmp_path: Path) -> None:
    pdf = make_text_pdf(tmp_path / "t.pdf", ["作品名称：星海寻踪", "E-mail: a@example.cn"])
    assert pdf_text(pdf).splitlines() == ["作品名称：星海寻踪", "E-mail: a@example.cn"]


def test_text_pdf_goes_on_over_pages(tmp_path: Path) -> None:
    pdf = make_text_pdf(tmp_path / "t.pdf", [f"第{n}行" for n in range(90)])
    assert pdf_text(pdf).splitlines() == [f"第{n}行" for n in range(90)]


def test_form_as_text_pdf_names_its_fields(tmp_path: Path) -> None:
    pdf = make_pdf_form(tmp_path / "t.pdf", kind="自荐表", values=VALUES)
    assert "作品名称：星海寻踪" in pdf_text(pdf).splitlines()


def test_character_beyond_the_basic_plane_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="U\\+FFFF"):
        make_text_pdf(tmp_path / "t.pdf", ["𠮷"])
