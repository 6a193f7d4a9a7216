"""Films whose links stand in files, by the command: in a note, a Word document, a shortcut in an archive."""

import datetime as dt
from types import SimpleNamespace

import docx
import pytest
from openpyxl import load_workbook

from ingest.config import REHEARSAL_VARIABLE
from ingest.demo.archives import make_zip
from ingest.demo.desk import submission
from ingest.demo.mails import Attachment, mail_bytes
from ingest.demo.netdisk import key_of

BAIDU = "https://pan.baidu.com/s/1kPuDeMo2024xKe0PuSh1Pin"
QUARK = "https://pan.quark.cn/s/0a1b2c3d4e5f"
FILM = "星海寻踪.mp4"
NOTE = f"花絮在百度网盘：{BAIDU}\r\n提取码：k3x9\r\n".encode("gb18030")
SHORTCUT = f"[InternetShortcut]\r\nURL={QUARK}\r\n".encode()


def netease(name, size):
    """The address of a file on the shelf, as its owner copies it."""
    key = key_of(name, size)
    return f"https://mail.163.com/large-attachment-download/index.html?p=X-NETEASE-HUGE-ATTACHMENT&file={key}"


@pytest.fixture
def office(town, shelf, a_place, tmp_path):
    """A folder of saved mails, the place that takes them in, and the shelf to which their links lead."""
    folder = tmp_path / "信"
    folder.mkdir()
    secrets = {REHEARSAL_VARIABLE: shelf.rehearsal.server}
    urls = {"recommended": f"eml:{folder}", "public": town.urls["public"]}
    place = a_place(urls, cloud=shelf.table, secrets=secrets)
    return SimpleNamespace(town=town, shelf=shelf, place=place, folder=folder, stars=town.entries.stars)


@pytest.fixture
def film(office):
    """The bytes of a film, that lies on the shelf."""
    content = office.town.desk.film(office.stars).read_bytes()
    office.shelf.put(FILM, content)
    return content


@pytest.fixture
def document(tmp_path):
    """A Word file with these lines, as an attachment."""

    def make(name, *lines):
        held = docx.Document()
        for line in lines:
            held.add_paragraph(line)
        held.save(str(tmp_path / name))
        return Attachment(name, (tmp_path / name).read_bytes())

    return make


def save(office, *files, **habits):
    """A mail of the entry among the saved ones: its form and these files."""
    mail = submission(office.stars, office.town.later(), [office.town.form(office.stars), *files], **habits)
    (office.folder / f"{len(list(office.folder.iterdir()))}.eml").write_bytes(mail_bytes(mail))


def materials(office):
    (work,) = office.place.export("works")
    return [(m["kind"], m["name"], m["source"], m["size"]) for m in work["materials"] if m["source"] == "cloud"]


@pytest.fixture
def everything(office, film, document, tmp_path):
    """One mail with a note, a document and a shortcut in an archive, each with its own link, and its first run."""
    archive = make_zip(tmp_path / "花絮.zip", [("花絮/花絮二.mp4.url", SHORTCUT)]).read_bytes()
    note, link = Attachment("网盘链接.txt", NOTE), document("网盘链接.docx", "视频下载地址", netease(FILM, len(film)))
    save(office, note, link, Attachment("花絮.zip", archive))
    office.place.good("run")
    return office


def test_each_link_in_a_file_is_fetched_or_for_a_person(everything, film):
    book = load_workbook(everything.place.workbook)["待办"]
    headings, *rows = [[cell.value for cell in row] for row in book.iter_rows()]
    told = [dict(zip(headings, row, strict=True)) for row in rows]
    assert sorted((row["链接"], row["提取码"]) for row in told if row["类别"] == "下载云附件") == [
        (BAIDU, "k3x9"),
        (QUARK, None),
    ]
    assert ("video", FILM, "cloud", len(film)) in materials(everything)


def test_a_second_run_changes_nothing(everything):
    before, asked = everything.place.exports(), everything.shelf.asked()
    everything.place.good("run")
    assert (everything.place.exports(), everything.shelf.asked()) == (before, asked)


def test_the_film_of_a_document_is_judged_in_the_same_batch(everything):
    (work,) = everything.place.export("works")
    assert {f["outcome"] for f in work["findings"] if f["rule"] in ("duration", "container")} == {"pass"}


def test_a_link_that_cannot_be_fetched_yet_leaves_the_film_pending_and_the_receipt_unwritten(office, document):
    save(office, document("网盘链接.docx", netease("没有.mp4", 5000)))
    office.shelf.gone[key_of("没有.mp4", 5000)] = {"code": 500, "desc": "BUSY"}
    office.place.now = office.town._at + dt.timedelta(hours=1)
    office.place.good("run")
    (work,) = office.place.export("works")
    assert {f["outcome"] for f in work["findings"] if f["rule"] == "materials"} == {"pending"}
    assert list((office.place.reports).glob("回信/*.eml")) == []


def test_a_link_in_a_document_that_came_by_link_is_fetched_in_the_next_batch(office, film, document, tmp_path):
    inner = document("视频地址.docx", netease(FILM, len(film))).source
    archive = make_zip(tmp_path / "a.zip", [("视频地址.docx", inner)]).read_bytes()
    office.shelf.put("材料.zip", archive)
    save(office, Attachment("网盘链接.txt", f"材料：{netease('材料.zip', len(archive))}".encode()))
    office.place.good("run")
    first = [m for m in materials(office) if m[0] == "video"]
    office.place.good("run")
    assert [m[3] for m in first] == [0]
    assert [m[1:] for m in materials(office) if m[0] == "video"] == [(FILM, "cloud", len(film))]
