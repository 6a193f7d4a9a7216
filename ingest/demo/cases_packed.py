"""The sample contest's mails whose files are wrapped: in envelopes, mails, archives, volumes, behind a password."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from ingest.demo.archives import make_zip
from ingest.demo.clients import NETEASE, OUTLOOK, QQ
from ingest.demo.desk import Desk, attached, sample, submission, whole
from ingest.demo.entries import Entry
from ingest.demo.mails import Attachment, mail_bytes
from ingest.demo.msgs import make_msg
from ingest.demo.rars import make_rar
from ingest.demo.samples import UNOPENED, Sample, at, findings, without
from ingest.demo.winmail import Held, make_winmail
from ingest.demo.words import uuencoded
from ingest.demo.zips import Sheet, write_zip
from ingest.model import Ended, Outcome

FOREST = Entry("ynkjt", 11, "雨林里的声音", "玉应香", "云南雨林科普影像社", "云南省科学技术厅", layout=1)
RIVER = Entry("hebkjt", 12, "海河的一天", "津渡远", "河北海河科普中心", "河北省科学技术厅")
BIRDS = Entry("hebkjt", 13, "白洋淀的来客", "苇舟", "河北淀上影像工作室", "河北省科学技术厅", layout=2)
TIDE = Entry("zjkjt", 14, "潮起钱塘", "钱观澜", "浙江弄潮科普传媒中心", "浙江省科学技术厅")
SNOW = Entry("xzkjt", 15, "雪山下的观测站", "达瓦", "西藏高原科普影像社", "西藏自治区科学技术厅")
GLASS = Entry("boli", 33, "玻璃是怎样变透明的", "明澈", "淄博琉光科普社")
WELL = Entry("gujing", 34, "一口古井", "井思源", "独立创作者", citizen=True)
SILK = Entry("cansi", 35, "蚕丝与火箭", "桑榆晚", "杭州丝路科普传媒有限公司", layout=1)
SHELL = Entry("beike", 36, "贝壳的螺线", "海若", "厦门听涛科普社")

FIXED = 1_728_349_200
"""When the files in a 7z were changed: 2024-10-08 09:00 in China, so that it is the same every time."""


def in_other_mails(desk: Desk) -> list[Sample]:
    """An office passes on what its author sent: one mail as .eml, one saved by Outlook as .msg."""
    form, scan, proof = _papers(desk, FOREST)
    author = FOREST.author, "yyx@mail.example.cn"
    inner = submission(FOREST, at("10-11", "20:12"), [attached(*form), attached(*scan)], sender=author)
    saved = make_msg(desk.scratch / "proof.msg", subject="播放证明", text="补充播放证明。", attachments=[proof])
    files = [
        Attachment("作者来信.eml", mail_bytes(inner), "application/octet-stream"),
        Attachment("补充来信.msg", saved.read_bytes(), "application/vnd.ms-outlook"),
    ]
    note = "材料在转发的两封原信（.eml 和 Outlook 的 .msg）里，程序拆开后逐个列出"
    habits = {"text": "转报作者来信两封，请查收。"}
    return [whole(desk, FOREST, "forwarded", at("10-12", "09:36"), note, files=files, habits=habits)]


def two_in_folders(desk: Desk) -> list[Sample]:
    """Two works in one archive, a folder each, names in GBK without the flag."""
    members = []
    for entry in (RIVER, BIRDS):
        files = [(f"{entry.title}.mp4", desk.film(entry).read_bytes()), *_papers(desk, entry)]
        members += [(f"报送作品/{entry.title}/{name}", data) for name, data in files]
    archive = make_zip(desk.scratch / "two.zip", members, packed=False)
    when = at("10-16", "16:40")
    mail = submission(RIVER, when, [attached("报送作品.zip", archive)], subject="报送两部推荐作品", client=NETEASE)
    desk.post("recommended", mail)
    note = "一个压缩包里两部作品，各在一个文件夹（GBK 文件名）：登记为两部"
    return [sample(RIVER, mail, "two-folders", note, ended=Ended.WORK)]


def over_two_mails(desk: Desk) -> list[Sample]:
    """A set of two volumes, each in a mail of its own: the second completes it and becomes the work's."""
    packed = _seven(desk, [(f"{TIDE.title}.mp4", desk.film(TIDE).read_bytes()), *_papers(desk, TIDE)])
    mails = []
    for number, data in enumerate(_cut(packed, 2), start=1):
        file = Attachment(f"{TIDE.title}.7z.{number:03d}", data)
        mails.append(submission(TIDE, at("10-17", f"10:{number}5"), [file], subject=f"推荐作品材料（{number}/2）"))
        desk.post("recommended", mails[-1])
    first, second = mails
    notes = "7z 分卷的第 1 卷，先等另一卷", "分卷的第 2 卷：凑齐后解开，登记为一部作品"
    return [
        sample(TIDE, first, "volume-1", notes[0], ended=Ended.SUPPLEMENT, joins="volume-2"),
        sample(TIDE, second, "volume-2", notes[1], ended=Ended.WORK, title=TIDE.title),
    ]


def volume_missing(desk: Desk) -> list[Sample]:
    """Three of four volumes."""
    papers = _papers(desk, SNOW)
    size = sum(len(data) for _, data in papers) // 4 + 1
    volumes = make_rar(desk.scratch / "推荐材料.rar", papers, volume_bytes=size)
    files = [Attachment(volumes[number - 1].name, volumes[number - 1].read_bytes()) for number in (1, 2, 4)]
    mail = submission(SNOW, at("10-18", "11:50"), files, subject="推荐作品材料", client=QQ)
    desk.post("recommended", mail)
    return [sample(SNOW, mail, "volume-missing", "四卷的压缩包只到了三卷：待办里写明“缺第3卷”", ended=None)]


def by_outlook(desk: Desk) -> list[Sample]:
    """Outlook wraps the papers into winmail.dat."""
    held = [Held(b"FILE.DAT", data, name) for name, data in _papers(desk, GLASS)]
    files = [Attachment("winmail.dat", make_winmail(held, subject=GLASS.title), "application/ms-tnef")]
    note = "Outlook 把表格、扫描件、播放证明包成了 winmail.dat"
    return [whole(desk, GLASS, "winmail", at("10-13", "10:18"), note, files=files, habits={"client": OUTLOOK})]


def uuencoded_form(desk: Desk) -> list[Sample]:
    """A form within the text, as mailers did before MIME."""
    film, (form, *others) = desk.film(WELL, kept=0.95), _papers(desk, WELL)
    text = f"自荐作品《{WELL.title}》，自荐表见信内。\n\n{uuencoded(*form)}\n"
    files = [attached(f"{WELL.title}.mp4", film), *(attached(*paper) for paper in others)]
    mail = submission(WELL, at("10-13", "21:44"), files, text=text, html="none")
    desk.post("public", mail)
    size, note = film.stat().st_size, "很旧的邮件程序：自荐表以 uuencode 编码写在正文里；视频上传时断了，少了末尾"
    expected = findings(size, film=Outcome.NA, wrong=UNOPENED)
    return [
        sample(WELL, mail, "uuencode", note, ended=Ended.WORK, findings=expected, title=WELL.title, film_bytes=size)
    ]


def in_7z_and_rar(desk: Desk) -> list[Sample]:
    """Form and scan in a 7z, the proof in a rar; without a program for rar the proof waits for a person."""
    *papers, proof = _papers(desk, SILK)
    rar = make_rar(desk.scratch / "proof.rar", [proof])[0]
    files = [Attachment("表格.7z", _seven(desk, papers)), Attachment("播放证明.rar", rar.read_bytes())]
    note = "表格在 7z 里，播放证明在 RAR 里（本机没有 unar、bsdtar 时，RAR 列入待办，由人解开）"
    made = whole(desk, SILK, "7z-rar", at("10-14", "13:30"), note, files=files)
    return [replace(made, findings=without(made.findings, "materials", "proof"))]


def locked(desk: Desk) -> list[Sample]:
    """An archive behind a password that nobody told."""
    sheets = [Sheet(name, data) for name, data in _papers(desk, SHELL)]
    archive = write_zip(desk.scratch / "locked.zip", sheets, password="kepu-2024")[0]
    mail = submission(SHELL, at("10-16", "19:08"), [attached("自荐材料.zip", archive)], text="材料已加密打包，请查收。")
    desk.post("public", mail)
    note = "压缩包有密码：待办里在“密码”栏填上 kepu-2024，下次运行即解开"
    return [sample(SHELL, mail, "locked", note, ended=None)]


def _papers(desk: Desk, entry: Entry) -> list[tuple[str, bytes]]:
    """Form, scan and proof under the names people give them within an archive."""
    papers = (
        (f"{entry.form}.docx", desk.form(entry)),
        ("盖章扫描件.pdf", desk.scan(entry)),
        ("播放证明.jpg", desk.proof(entry)),
    )
    return [(name, path.read_bytes()) for name, path in papers]


def _seven(desk: Desk, members: Sequence[tuple[str, bytes]]) -> bytes:
    """A 7z of these, the same every time: it notes when its files were changed."""
    import py7zr

    archive, file = desk.scratch / "packed.7z", desk.scratch / "member"
    with py7zr.SevenZipFile(archive, "w", filters=[{"id": py7zr.FILTER_LZMA2, "preset": 1}]) as out:
        for name, data in members:
            file.write_bytes(data)
            os.utime(file, (FIXED, FIXED))
            out.write(file, name)
    return archive.read_bytes()


def _cut(data: bytes, count: int) -> list[bytes]:
    """So many pieces of about one size."""
    size = -(-len(data) // count)
    return [data[at : at + size] for at in range(0, len(data), size)]


RECOMMENDED = (in_other_mails, two_in_folders, over_two_mails, volume_missing)
PUBLIC = (by_outlook, uuencoded_form, in_7z_and_rar, locked)
