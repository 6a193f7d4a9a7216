"""The pictures of a recognised scan that lie in a work's folder."""

import io

import openpyxl
import pytest
from PIL import Image

from ingest.demo.scans import make_scan
from ingest.model import Kind, Material, Part, PartSource, Work
from ingest.stages.report import report
from ingest.stages.report.evidence import pictures_of, recognised_key
from ingest.store import Store
from parsers.facts import Box, FieldValue, FormFacts, ImageFacts, Mark, PageFacts, Reading
from reports.evidence import keep_pictures

ABOVE, BELOW = Box(left=0.1, top=0.1, right=0.5, bottom=0.2), Box(left=0.5, top=0.7, right=0.9, bottom=0.9)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "root")


@pytest.fixture
def page(store):
    """A page of 1000 by 1400, kept in the store."""
    data = io.BytesIO()
    Image.new("RGB", (1000, 1400), "white").save(data, "JPEG")
    sha256 = store.put([data.getvalue()]).sha256
    return lambda *marks: PageFacts(width=1000, height=1400, marks=marks, sha256=sha256)


def seal(confidence=0.95, colour="red"):
    return Mark(what="seal", box=BELOW, colour=colour, shape="round", confidence=confidence)


def material(number, kind, facts):
    part = Part(number, 1, number, f"{number}", 1, f"{number:064x}", "", PartSource.ATTACHMENT, kind=kind, facts=facts)
    return Material(Part(**{**part.__dict__, "certain": True}), kind, True, None)


def work_of(pages, fields=(), signed=(), form=None):
    reading = Reading(fields=dict(fields), signed=dict(signed), text="表", confidence=0.95)
    scan = ImageFacts(format="pdf", width=595, height=842, pages=len(pages), seen=tuple(pages), reading=reading)
    found = [material(1, Kind.SCAN, scan)]
    if form is not None:
        found.append(material(2, Kind.FORM, FormFacts(format="docx", title="推荐表", fields=form)))
    return Work("R2024-0001", "recommended", "recommended", "星海寻踪", tuple(found))


def names(config, work, store):
    return [picture.name for picture in pictures_of(config, work, store)]


def test_seals_and_pages_are_shown(contest, store, page):
    work = work_of([page(seal()), page(seal(0.3, "blue"))])
    assert names(contest.config(), work, store) == ["印章-第1页", "疑似蓝色印章-第2页", "第1页", "第2页"]


def test_signatures_are_shown_where_people_sign_and_where_they_should_have(contest, store, page):
    cell = {"page": 1, "box": ABOVE}
    fields = {
        "commitment": FieldValue(value="承诺", label="原创承诺", **cell),
        "recommender_opinion": FieldValue(value="同意", label="推荐意见", **cell),
        "title": FieldValue(value="星海寻踪", label="作品名称", **cell),
    }
    work = work_of([page()], fields, {"commitment": True, "recommender_opinion": False, "title": False})
    assert names(contest.config(), work, store)[:-1] == ["签名-原创承诺-第1页", "未认出签名-推荐单位意见-第1页"]


def test_other_writing_is_shown_once(contest, store, page):
    fields = {"commitment": FieldValue(value="承诺", label="原创承诺", page=1, box=ABOVE)}
    marks = [Mark(what="writing", box=box, colour="blue", confidence=0.9) for box in (ABOVE, BELOW)]
    work = work_of([page(*marks)], fields, {"commitment": True})
    assert names(contest.config(), work, store) == ["签名-原创承诺-第1页", "手写-第1页", "第1页"]


def test_what_form_and_scan_say_differently_is_shown(contest, store, page):
    read = {
        "title": FieldValue(value="星海寻踪", label="作品名称", confidence=0.99, page=1, box=ABOVE),
        "author": FieldValue(value="周启明", label="第一作者", confidence=0.99, page=1, box=BELOW),
    }
    form = {
        "title": FieldValue(value="星海寻踪", label="作品名称"),
        "author": FieldValue(value="林晚舟", label="第一作者"),
    }
    assert names(contest.config(), work_of([page()], read, form=form), store) == ["第一作者-扫描件", "第1页"]


def test_a_crop_is_the_place_with_a_margin(contest, store, page, tmp_path):
    keep_pictures(tmp_path / "识别", pictures_of(contest.config(), work_of([page(seal())]), store))
    with Image.open(tmp_path / "识别" / "印章-第1页.jpg") as crop:
        assert (abs(crop.width - 440) < 4, abs(crop.height - 320) < 4) == (True, True)


def test_a_page_that_was_not_kept_has_no_pictures(contest, store):
    work = work_of([PageFacts(width=1000, height=1400, marks=(seal(),))])
    assert names(contest.config(), work, store) == []


def test_another_scan_is_another_key(page):
    assert recognised_key(work_of([page(seal())])) != recognised_key(work_of([page()]))


def test_a_scan_that_was_recognised_in_a_batch_has_its_pictures(contest, walk, form, tmp_path):
    contest.ocr = True
    values = {"title": "星海寻踪", "author": "周启明", "contact": "王工", "phone": "010-55550000"}
    path = make_scan(tmp_path / "scan.jpg", kind="推荐表", values=values, fmt="jpg", seal="广东省科学技术厅")
    contest.post(files=[("推荐表.docx", form()), ("推荐表扫描件.jpg", path.read_bytes())])
    with contest.open() as context:
        walk(context, until="review")
        report(context)
        folder = context.config.storage.share / "works" / "R2024-0001 星海寻踪" / "识别"
    there = {found.name for found in folder.glob("*.jpg")}
    assert {"印章-第1页.jpg", "第一作者-扫描件.jpg", "第1页.jpg"} <= there
    book = openpyxl.load_workbook(folder.parents[2] / "reports" / "台账.xlsx")
    assert "（已识别，有印章）推荐表扫描件.jpg" in [cell.value for cell in book["推荐作品"][2]]
    book.close()
    page = (folder.parent / "审查.html").read_text("utf-8")
    assert "第一作者-扫描件</figcaption>" in page
