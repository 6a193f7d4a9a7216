"""inspect: what is in a file, as JSON for programs and as a tree for people."""

import json
import zipfile

import docx
import pytest
from PIL import Image

from ingest.cli import overlay
from ingest.cli.forms_inspected import remarks, scan_record, table
from ingest.demo.mails import mail_bytes
from ingest.demo.msgs import make_msg
from ingest.demo.scans import make_scan
from ingest.demo.videos import make_video
from ingest.demo.winmail import Held, make_winmail
from parsers.facts import Box, FieldValue, ImageFacts, Line, Mark, PageFacts, Reading

BOX = Box(left=0.2, top=0.2, right=0.4, bottom=0.3)
MESSAGE = ["mailbox", "uid", "message_id", "received_at", "from", "subject", "outcome", "works", "reason", "parts"]


@pytest.fixture(scope="module")
def files(tmp_path_factory, form):
    """A file of each sort."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "form.docx").write_bytes(form())
    make_scan(folder / "scan.pdf", kind="推荐表", values={"title": "星海寻踪"})
    make_scan(folder / "scan.jpg", kind="推荐表", values={"title": "星海寻踪"}, fmt="jpg")
    make_video(folder / "film.mp4", duration_s=2)
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.write(folder / "form.docx", "推荐表.docx")
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "noise.bin").write_bytes(bytes(range(256)) * 9)
    return folder


@pytest.fixture
def inspected(kepu, files):
    """inspected(name): the record of one of those files."""
    return lambda name: json.loads(kepu("inspect", files / name, "--json").out)


@pytest.fixture
def eml(contest, files):
    """A mail with a form and an archive."""
    mail = contest.mail(
        "报送", files=[("推荐表.docx", (files / "form.docx").read_bytes()), ("全部.zip", files / "all.zip")]
    )
    (contest.folder / "mail.eml").write_bytes(mail_bytes(mail))
    return contest.folder / "mail.eml"


def test_every_record_names_its_file_first(kepu, files):
    names = ["form.docx", "scan.pdf", "scan.jpg", "film.mp4", "all.zip", "empty.mp4", "noise.bin"]
    done = kepu("inspect", *(files / name for name in names), "--json")
    records = [json.loads(line) for line in done.out.splitlines()]
    assert [next(iter(record.items())) for record in records] == [("file", str(files / name)) for name in names]


def test_a_mail_is_a_message_without_its_fate(kepu, eml):
    record = json.loads(kepu("inspect", eml, "--json").out)
    assert list(record)[:12] == ["file", *MESSAGE, "may_reply"]
    assert (record["mailbox"], record["uid"], record["outcome"], record["works"]) == (None, None, None, None)


def test_a_mail_s_parts_are_its_files_and_what_is_in_them(kepu, eml):
    parts = json.loads(kepu("inspect", eml, "--json").out)["parts"]
    assert [(p["name"], p["kind"], p["source"], p.get("inside")) for p in parts] == [
        ("推荐表.docx", "form", "attachment", None),
        ("全部.zip", "other", "attachment", None),
        ("推荐表.docx", "form", "archive", "全部.zip"),
    ]


def test_a_form_has_its_fields(inspected):
    record = inspected("form.docx")
    assert (record["kind"], record["fields"]["title"], record["fields"]["author"]) == ("form", "星海寻踪", "林晚舟")
    assert "星海寻踪" in record["text"]


@pytest.mark.parametrize("name", ["scan.pdf", "scan.jpg"])
def test_a_scan_has_fields_text_and_seal_even_if_nobody_read_them_yet(inspected, name):
    record = inspected(name)
    assert (record["fields"], record["text"], record["seal"]) == ({}, "", None)


SCANNED = ImageFacts(
    format="jpeg",
    width=1000,
    height=1400,
    seen=(
        PageFacts(
            width=900,
            height=1270,
            turned=90,
            skew_deg=1.24,
            flattened=True,
            marks=(
                Mark(what="seal", box=BOX, colour="red", shape="round", confidence=0.93),
                Mark(what="writing", box=BOX, colour="blue", confidence=0.8),
            ),
        ),
        PageFacts(width=900, height=1270, problem="blank"),
    ),
    reading=Reading(
        title="2024年推荐表",
        fields={
            "title": FieldValue(value="星海寻踪", label="片名", confidence=0.62, others=("星海寻综",)),
            "completed_on": FieldValue(
                value="2023年5月1日", label="完成时间", confidence=0.99, normal="2023-05-01", normal_confidence=1.0
            ),
            "commitment": FieldValue(value="", label="原创承诺"),
        },
        text="片名 星海寻踪",
        signed={"title": False, "commitment": True},
        confidence=0.9,
    ),
)
"""What recognition may say of a scan."""


def test_a_recognised_scan_has_fields_text_seal_and_signatures():
    record = scan_record("scan", SCANNED)
    assert (record["seal"], record["text"], record["fields"]["title"]) == (True, "片名 星海寻踪", "星海寻踪")
    assert record["signed"] == {"commitment": True}
    assert record["details"]["title"] == {
        "label": "片名",
        "confidence": 0.62,
        "others": ["星海寻综"],
        "blank": False,
    }


def test_people_read_of_a_scan_how_it_lay_and_what_is_on_it():
    assert list(remarks(scan_record("scan", SCANNED))) == [
        "第 1 页：顺时针转正 90°，照片已按纸边展平，校斜 +1.2°，读出 0 行",
        "第 2 页：空白页",
        "印章：第 1 页红色圆形印章（93%）",
        "手写：1 处",
    ]


def test_people_are_told_what_to_look_at_in_a_field(contest):
    rows = table(contest.config(), scan_record("scan", SCANNED)).columns
    assert list(rows[1].cells) == ["星海寻踪", "2023年5月1日", "（未填）"]
    assert list(rows[3].cells) == ["请核对；另有：星海寻综；表中写作“片名”", "即2023-05-01", "有手写"]


def test_the_pages_of_a_scan_are_drawn_with_what_was_read(contest, tmp_path):
    Image.new("RGB", (900, 1270), "white").save(tmp_path / "page-1.jpg")
    line = Line(text="星海寻踪", box=BOX, confidence=0.6)
    page = SCANNED.seen[0].model_copy(update={"path": "page-1.jpg", "lines": (line,)})
    facts = SCANNED.model_copy(update={"seen": (page, SCANNED.seen[1])})
    (path,) = overlay.draw(contest.config(), facts, tmp_path, tmp_path / "out", "扫描")
    with Image.open(path) as drawn:
        assert (path.name, drawn.size) == ("扫描-第1页.jpg", (1800, 1270))
        assert drawn.getpixel((180, 254))[0] > 150 > drawn.getpixel((180, 254))[1]  # the red box of the seal


def test_a_film_has_its_measures(inspected):
    record = inspected("film.mp4")
    assert (record["kind"], record["container"], record["width"], record["height"]) == ("video", "mp4", 1920, 1080)
    assert round(record["duration_s"]) == 2
    assert {"display_aspect", "rotation", "size", "audio"} <= set(record)


def test_an_archive_has_its_members(inspected):
    assert [member["name"] for member in inspected("all.zip")["members"]] == ["推荐表.docx"]


def test_an_empty_file_says_what_is_wrong(inspected):
    assert inspected("empty.mp4")["reason"] == "文件为空（0 字节）"


def test_what_is_nothing_known_is_other(inspected):
    assert inspected("noise.bin")["kind"] == "other"


def test_a_file_that_is_not_there_is_said_before_anything_is_printed(kepu, files):
    done = kepu("inspect", files / "form.docx", "nowhere.docx", "--json")
    assert (done.code, done.out, "nowhere.docx" in done.err) == (2, "", True)


@pytest.mark.parametrize("name", ["form.docx", "scan.pdf", "film.mp4", "all.zip", "empty.mp4", "noise.bin"])
def test_people_get_a_tree(kepu, files, name):
    lines = kepu("inspect", files / name).out.splitlines()
    assert lines[0] == str(files / name)
    told = lines[: next((n for n, line in enumerate(lines) if line.startswith("┏")), len(lines))]
    assert [line for line in told[1:] if not line.startswith(("├── ", "│   ", "└── ", "    "))] == []


def test_people_get_a_table_of_the_fields_of_a_form(kepu, files):
    lines = kepu("inspect", files / "form.docx").out.splitlines()
    rows = [[cell.strip() for cell in line.strip("│┃").split("│")] for line in lines if line.startswith("│ ")]
    assert rows[0] == ["作品名称", "星海寻踪", "100%", ""]
    assert [row[1] for row in rows if row[0] == "第一作者"] == ["林晚舟"]


def test_nothing_is_written(kepu, contest, files):
    before = sorted(contest.folder.rglob("*"))
    kepu("inspect", files / "form.docx")
    assert sorted(contest.folder.rglob("*")) == before


def test_people_see_a_mail_s_structure_text_files_and_members(kepu, eml):
    out = kepu("inspect", eml).out
    wanted = [
        "├── 主题：报送",
        "├── 信件结构",
        "组合 multipart/mixed",
        "文件（3 个）",
        "其他｜全部.zip",
        "电子表｜推荐表.docx",
    ]
    assert [words for words in wanted if words not in out] == []
    assert any(line.startswith("        └── 电子表｜推荐表.docx") for line in out.splitlines())


ODD = (
    b"Received: from a by mx.163.com; Tue, 8 Oct 2024 12:00:00 +0800\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    b"\x1b]0;owned\x07\xe2\x80\xaehi https://pan.baidu.com/s/1abcdEFGH_ijk?pwd=ab12\r\n--b\r\n"
    b'Content-Type: a/b; name="[red]a.bin[/red]"\r\nContent-Transfer-Encoding: base64\r\n\r\nYW*Jj\r\n'
)


def test_what_was_odd_and_what_lies_behind_links_is_said_in_chinese(kepu, contest):
    (contest.folder / "odd.eml").write_bytes(ODD)
    out = kepu("inspect", contest.folder / "odd.eml").out
    wanted = [
        "收到时间：2024-10-08T12:00:00+08:00",
        "链接（1 个）",
        "提取码 ab12",
        "没有结束标记",
        "Base64 编码中有杂质",
    ]
    assert [words for words in wanted if words not in out] == []


def test_nothing_in_a_mail_steers_the_terminal_or_the_markup(kepu, contest):
    (contest.folder / "odd.eml").write_bytes(ODD)
    out = kepu("inspect", contest.folder / "odd.eml").out
    assert (set(out) & set("\x1b\x07\u202e"), "red]" in out) == (set(), True)


def test_a_mail_saved_by_outlook_is_a_message_too(kepu, contest):
    make_msg(contest.folder / "a.msg", subject="报送", text="正文", attachments=[("表.docx", b"PK")])
    record = json.loads(kepu("inspect", contest.folder / "a.msg", "--json").out)
    assert (record["subject"], [part["name"] for part in record["parts"]]) == ("报送", ["表.docx"])


def test_the_structure_is_in_the_record(kepu, eml):
    nodes = json.loads(kepu("inspect", eml, "--json").out)["structure"]
    assert [(node["depth"], node["what"]) for node in nodes][:2] == [(0, "mail"), (1, "multipart")]
    assert [node["name"] for node in nodes if node["what"] == "file"] == ["推荐表.docx", "全部.zip"]


def test_a_part_says_why_it_is_what_it_is(kepu, eml):
    parts = json.loads(kepu("inspect", eml, "--json").out)["parts"]
    assert parts[1]["why"] == "压缩包，其中的文件单列"


@pytest.fixture
def noted(contest, tmp_path):
    """A mail with a note and a Word file that each say where a film lies; the Word file beside it."""
    held = docx.Document()
    held.add_paragraph("https://pan.quark.cn/s/0a1b2c3d4e5f")
    held.save(str(tmp_path / "链接.docx"))
    note = "https://pan.baidu.com/s/1abcdEFGH_ijk 提取码：k3x9".encode()
    mail = contest.mail("报送", files=[("链接.docx", (tmp_path / "链接.docx").read_bytes()), ("链接.txt", note)])
    (tmp_path / "mail.eml").write_bytes(mail_bytes(mail))
    (tmp_path / "链接.txt").write_bytes(note)
    return tmp_path


def test_links_in_files_of_a_mail_are_parts_of_it(kepu, noted):
    parts = json.loads(kepu("inspect", noted / "mail.eml", "--json").out)["parts"]
    assert [(p["name"], p.get("inside"), p.get("provider"), p["kind"]) for p in parts] == [
        ("链接.docx", None, None, "other"),
        ("链接.txt", None, None, "other"),
        ("", "链接.txt", "baidu", "video"),
        ("", "链接.docx", "quark", "video"),
    ]


def test_people_see_in_which_file_a_link_stands(kepu, noted):
    out = kepu("inspect", noted / "mail.eml").out
    assert ("链接（2 个）" in out, "提取码 k3x9，在“链接.txt”中" in out) == (True, True)


@pytest.mark.parametrize(("name", "provider"), [("链接.txt", "baidu"), ("链接.docx", "quark")])
def test_a_file_that_is_no_mail_has_its_links_too(kepu, noted, name, provider):
    (link,) = json.loads(kepu("inspect", noted / name, "--json").out)["links"]
    assert (link["provider"], link["source"]) == (provider, "cloud")


def test_an_envelope_by_itself_is_a_message_with_its_files(kepu, contest):
    path = contest.folder / "winmail.dat"
    path.write_bytes(make_winmail([Held(b"A", b"a", "推荐表.docx")]))
    record = json.loads(kepu("inspect", path, "--json").out)
    assert [part["name"] for part in record["parts"]] == ["推荐表.docx"]


def test_people_see_what_lies_in_a_mail_in_an_archive(kepu, contest):
    letter = mail_bytes(contest.mail("报送", files=[("推荐表.docx", b"a")]))
    with zipfile.ZipFile(contest.folder / "全部.zip", "w") as archive:
        archive.writestr("来信.eml", letter)
    path = contest.folder / "mail.eml"
    path.write_bytes(mail_bytes(contest.mail("报送", files=[("全部.zip", contest.folder / "全部.zip")])))
    names = [line for line in kepu("inspect", path).out.splitlines() if "来信.eml" in line or "推荐表.docx" in line]
    assert ["└── " in line for line in names] == [True, True]
    assert names[0].index("└── ") < names[1].index("└── ")
