"""The sample contest's mails with files that are not what they are called, that can do things, or stand in the text."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ingest.demo.cases_recommended import BRIDGE
from ingest.demo.clients import IPHONE
from ingest.demo.desk import SUBTITLES, Desk, attached, whole
from ingest.demo.entries import Entry
from ingest.demo.mails import Attachment
from ingest.demo.photos import Shot
from ingest.demo.pictures import logo
from ingest.demo.samples import SPOKEN, TWIN, Sample, at
from ingest.model import Outcome

LEAF = Entry("yemai", 37, "叶脉里的数学", "林下风", "独立创作者", citizen=True)
BRICK = Entry("gezhuan", 38, "砖与穹顶", "匠心一", "苏州营造科普社", layout=2)
RICE = Entry("daogu", 40, "稻谷的呼吸", "田舒禾", "湘潭禾下科普社")
MOON = Entry("yueying", 39, "追月影的人", "望舒", "合肥星轨科普社", layout=1)


def misnamed_film(desk: Desk) -> list[Sample]:
    """A film called .mp4 that is an FLV."""
    note = "名为 .mp4 的视频其实是 FLV：视频格式一项写明名不副实；片尾没有主创、单位等信息"
    shape, wrong = {"container": "flv", "credits": ()}, {"container": Outcome.FAIL, "closing-credits": Outcome.REVIEW}
    name = f"{LEAF.title}.mp4"
    return [whole(desk, LEAF, "flv", at("10-14", "20:26"), note, shape=shape, wrong=wrong, called=name)]


def active(desk: Desk) -> list[Sample]:
    """A form with macros, and a program under the name of a film: shown to people, run by nobody."""
    form, scan, proof = desk.form(BRICK), desk.scan(BRICK), desk.proof(BRICK)
    files = [
        attached("自荐表.docm", with_macros(form)),
        attached("自荐表（盖章扫描件）.pdf", scan),
        attached("播放证明.jpg", proof),
        attached("幕后花絮.mp4", PROGRAM),
    ]
    note = "自荐表带宏，“幕后花絮.mp4”其实是程序：安全一项请人看，程序不会运行它们；视频中间有一段数据丢失"
    wrong = {"malware": Outcome.REVIEW, "readable": Outcome.FAIL}
    return [whole(desk, BRICK, "active", at("10-15", "16:52"), note, files=files, shape={"hole": 0.5}, wrong=wrong)]


def within_the_text(desk: Desk) -> list[Sample]:
    """A phone puts the scan into the text, beside a signature's logo: the one counts, the other does not."""
    form, scan, proof = desk.form(MOON), desk.scan(MOON, "jpg"), desk.proof(MOON)
    files = [
        Attachment("image001.png", logo(), "image/png", content_id="logo@yueying"),
        Attachment("IMG_2031.jpg", scan, "image/jpeg", content_id="scan@yueying"),
        attached("自荐表.docx", form),
        attached("播放证明.jpg", proof),
    ]
    habits = {"client": IPHONE, "html_below": '<div><img src="cid:scan@yueying"></div>'}
    note = (
        "手机把扫描件放在正文里，旁边是签名的小图标：扫描件算材料，图标归“其他”并写明原因；视频是《看不见的桥》换了片头、"
        "另行压制：视频重复一项列出两部"
    )
    shape = {"look": BRIDGE.number, "subtitles": SUBTITLES, "fps": 24}
    wrong = {**SPOKEN, **TWIN}
    return [
        whole(desk, MOON, "inline", at("10-19", "08:33"), note, files=files, shape=shape, habits=habits, wrong=wrong)
    ]


def by_hand(desk: Desk) -> list[Sample]:
    """The paper form was filled in with a pen and photographed on a table, the telephone held sideways."""
    shot = Shot(turned=90, shade=0.4, lean=0.05, height=2_000, seed=4)
    files = [
        attached("自荐表.docx", desk.form(RICE)),
        attached("IMG_20241021_183022.jpg", desk.photo(RICE, shot)),
        attached("播放证明.jpg", desk.proof(RICE)),
    ]
    note = "自荐表纸质件手写、盖章后用手机横着拍照，画面歪斜、有阴影：转正、展平后识别，与电子表逐项比对"
    return [whole(desk, RICE, "by-hand", at("10-21", "18:34"), note, files=files, habits={"client": IPHONE})]


def with_macros(form: Path) -> bytes:
    """The same form with a place for macros, as Word saves a .docm; there is nothing in it that could run."""
    with zipfile.ZipFile(form, "a") as document:
        document.writestr(zipfile.ZipInfo("word/vbaProject.bin", (2024, 10, 8, 9, 0, 0)), bytes(512))
    return form.read_bytes()


PROGRAM = b"MZ" + bytes(58) + b"\x80\0\0\0" + bytes(64) + b"PE\0\0" + bytes(256)
"""The head of a Windows program, and nothing behind it."""

PUBLIC = (misnamed_film, active, within_the_text, by_hand)
