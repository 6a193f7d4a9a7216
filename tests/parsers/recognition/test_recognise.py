"""The engine itself, on few pages: each takes seconds."""

import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ingest.demo.font import write
from ingest.demo.paper import Wear, scanned, sheet, sign, stamp
from ingest.demo.photos import Shot, photographed
from parsers.facts import Broken, Wants, from_json, to_json
from parsers.recognition import interpret, recognise

WANTS = Wants(
    labels={
        "title": ("作品名称",),
        "completed_on": ("完成时间",),
        "platform": ("播出平台",),
        "author": ("第一作者",),
        "summary": ("作品简介",),
        "recommender": ("推荐单位",),
        "phone": ("联系电话",),
    },
    types={"completed_on": "date"},
    titles=("推荐表",),
    ocr=True,
    scan_pages=2,
)
VALUES = {
    "title": "月球上的水从哪里来",
    "completed_on": "2023年5月12日",
    "platform": "央视频、哔哩哔哩",
    "author": "陈晓岚",
    "summary": "以动画介绍月球极区水冰的来源与探测。" * 5,
    "recommender": "广东省科学技术厅",
}


def paper(form):
    """The form, signed by the author and stamped."""
    page = form()
    sign(page, (820, 730), "陈晓岚")
    stamp(page, (900, 1080), "广东省科学技术厅")
    return page


@pytest.fixture(scope="module")
def scan(form, tmp_path_factory):
    """A scan of three pages: the form on its head and askew, an empty one, another; as it is read, from JSON."""
    folder = tmp_path_factory.mktemp("scan")
    front = scanned(paper(form), Wear(0.8, 4)).rotate(180)
    empty = scanned(sheet()[0], Wear(0, 4))
    front.save(folder / "a.pdf", "PDF", resolution=150, save_all=True, append_images=[empty, empty])
    facts = recognise(folder / "a.pdf", "pdf", WANTS, folder)
    return folder, from_json(to_json(interpret(facts, WANTS)))


@pytest.fixture(scope="module")
def photo(form, tmp_path_factory):
    """A photograph of the form lying on its side, as it is read."""
    folder = tmp_path_factory.mktemp("photo")
    photographed(paper(form), Shot(turned=90, lean=0.05, shade=0.4, seed=5), folder / "a.jpg")
    return interpret(recognise(folder / "a.jpg", "jpeg", WANTS, folder), WANTS)


def values(reading):
    return {name: field.value.split("\n")[0] for name, field in reading.fields.items()}


def test_fields_of_a_scan_are_read_under_their_labels(scan):
    assert values(scan[1].reading) == VALUES


def test_the_title_of_a_scan_is_read(scan):
    assert scan[1].reading.title == "2024年全国科普微视频大赛作品推荐表"


def test_a_value_of_a_scan_has_its_normal_form_its_page_and_its_place(scan):
    field = scan[1].reading.fields["completed_on"]
    assert (field.normal, field.page, round(field.box.left, 1)) == ("2023-05-12", 1, 0.3)
    assert 0.8 < field.confidence < 1.0 or field.confidence == 1.0


def test_a_page_on_its_head_and_askew_is_made_upright(scan):
    page = scan[1].seen[0]
    assert (page.turned, page.flattened) == (180, False)
    assert page.skew_deg == pytest.approx(0.8, abs=0.1)


def test_an_empty_page_says_so_and_has_no_lines(scan):
    assert (scan[1].seen[1].problem, scan[1].seen[1].lines) == ("blank", ())


def test_pages_that_were_not_looked_at_are_counted(scan):
    assert (scan[1].pages, len(scan[1].seen)) == (3, 2)


def test_the_seal_is_where_it_is_on_the_upright_page(scan):
    (seal,) = (mark for mark in scan[1].seen[0].marks if mark.what == "seal")
    assert (seal.colour, seal.shape) == ("red", "round")
    assert (seal.box.left + seal.box.right) / 2 == pytest.approx(900 / 1240, abs=0.02)
    assert (seal.box.top + seal.box.bottom) / 2 == pytest.approx(1080 / 1754, abs=0.02)


def test_the_field_that_is_signed_is_told_and_no_other(scan):
    assert [name for name, by_hand in scan[1].reading.signed.items() if by_hand] == ["author"]


def test_the_upright_page_is_kept(scan):
    folder, facts = scan
    page = facts.seen[0]
    kept = np.asarray(Image.open(folder / page.path).convert("RGB"))
    assert kept.shape[0] == 1_700
    assert page.sha256 != ""
    assert (facts.seen[1].path, facts.seen[1].sha256) == ("", "")


def test_what_recognised_is_named(scan):
    assert sorted(scan[1].tools) == ["onnxruntime", "rapidocr"]


def test_a_field_without_a_label_on_the_page_is_not_there(scan):
    assert "phone" not in scan[1].reading.fields


def test_other_labels_are_read_off_the_same_pages_without_recognising_again(scan):
    again = interpret(scan[1], Wants(labels={"name": ("作品名称",)}))
    assert (list(again.reading.fields), again.reading.fields["name"].value) == (["name"], VALUES["title"])


def test_fields_of_a_photograph_are_read_under_their_labels(photo):
    assert values(photo.reading) == VALUES


def test_a_photograph_on_its_side_is_cut_out_and_turned(photo):
    page = photo.seen[0]
    assert (page.flattened, page.turned, page.height > page.width) == (True, 270, True)


def test_seal_and_signature_of_a_photograph_are_found(photo):
    marks = {(mark.what, mark.colour) for mark in photo.seen[0].marks}
    assert marks == {("seal", "red"), ("writing", "blue")}


def test_pages_of_which_none_can_be_had_are_broken(tmp_path):
    (tmp_path / "a").write_bytes(b"\xff\xd8\xff" + bytes(300))
    assert isinstance(recognise(tmp_path / "a", "jpeg", WANTS, None), Broken)


def test_recognition_writes_nothing_says_nothing_and_asks_no_network(tmp_path):
    """In a process of its own, since the engine is loaded once; sockets are refused in all tests."""
    page, pen = sheet()
    write(pen, (200, 300), "特此证明", 60)
    page.crop((0, 0, 800, 600)).save(tmp_path / "a.png")
    program = (
        "import sys, warnings; warnings.simplefilter('error'); from pathlib import Path\n"
        "from parsers.facts import Wants\nfrom parsers.recognition import recognise\n"
        "facts = recognise(Path(sys.argv[1]), 'png', Wants(), None)\nprint(facts.seen[0].lines[0].text)"
    )
    import rapidocr

    package = Path(rapidocr.__file__).parent
    before = sorted((path, path.stat().st_mtime_ns) for path in package.rglob("*") if "__pycache__" not in path.parts)
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "a.png"], capture_output=True, text=True, check=False, cwd=Path.cwd()
    )
    after = sorted((path, path.stat().st_mtime_ns) for path in package.rglob("*") if "__pycache__" not in path.parts)
    assert (done.stdout.strip(), done.stderr, after == before) == ("特此证明", "", True)


def test_the_log_of_the_engine_is_silent(scan):
    assert logging.getLogger("RapidOCR").level == logging.CRITICAL
