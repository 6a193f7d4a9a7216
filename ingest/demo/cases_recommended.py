"""The mails of the sample contest to the recommending units' mailbox, one function each."""

from __future__ import annotations

import random
from dataclasses import replace

from ingest.demo.archives import make_zip
from ingest.demo.clients import NETEASE, QQ
from ingest.demo.cloud import netease_block
from ingest.demo.desk import SUBTITLES, Desk, attached, sample, submission, whole
from ingest.demo.entries import Entry
from ingest.demo.machine import bounce, list_mail
from ingest.demo.mails import deliver_maildir
from ingest.demo.samples import ADDRESSES, SPOKEN, TWIN, Sample, at, findings
from ingest.model import Ended, Outcome

_TO = ADDRESSES["recommended"]

STARS = Entry("gdkjt", 1, "星海寻踪", "林晚舟", "广东星野科普传播中心", "广东省科学技术厅")
PANDA = Entry(
    "sckjt", 2, "竹林里的守望者", "蒋若溪", "四川青禾影像有限公司", "四川省科学技术厅", layout=1, shown="2023年9月10日"
)
BRIDGE = Entry("stcsm", 3, "看不见的桥", "沈知远", "上海澄观科普工作室", "上海市科学技术委员会", layout=2)
DAM = Entry("whkjj", 4, "江水北上的人", "罗定坤", "武汉江岸纪录影像社", "武汉市科学技术局")
SEA = Entry("qdkjj", 5, "深海来信", "于海澜", "青岛蔚蓝科普中心", "青岛市科学技术局", layout=1, platform="哔哩哔哩")
DESERT = Entry("gskjt", 6, "大漠里的一棵树", "马长青", "甘肃绿洲科学传播中心", "甘肃省科学技术厅", length="5分12秒")
BEE = Entry("hnkjt", 7, "蜜蜂与数学家", "彭一诺", "湖南岳麓科普影像社", "湖南省科学技术厅", layout=2)
LAMP = Entry(
    "ahkjt",
    8,
    "一盏灯的温度",
    "方静和",
    "安徽微光科普工作室",
    "安徽省科学技术厅",
    blank=("completed_on", "phone", "commitment"),
)
WIND = Entry("xjbt", 9, "风从戈壁来", "石晓川", "兵团胡杨影像中心", "新疆生产建设兵团科技局", platform="科普中国")
RAIN = Entry("jskjt", 10, "雨从哪里来", "陆听雨", "江苏润物科普传媒中心", "江苏省科学技术厅", layout=1)


def plain_and_big(desk: Desk) -> list[Sample]:
    """A whole work, its film of the contest's size behind a link; headers say gb2312 and are GBK."""
    note = "完整的推荐作品，邮件头为 GBK 编码，视频以网易超大附件链接发来"
    shape, habits = {"size_bytes": 104_857_600, "subtitles": SUBTITLES}, {"charset": "gb2312"}
    return [whole(desk, STARS, "plain", at("10-08", "09:30"), note, shape=shape, habits=habits, wrong=SPOKEN)]


def zipped(desk: Desk) -> list[Sample]:
    """Film, form, scan and proof in one archive whose names are GBK without the flag; the archive is behind a link."""
    film = desk.film(PANDA)
    size = film.stat().st_size
    members = [
        (f"{PANDA.title}/{PANDA.title}.mp4", film),
        (f"{PANDA.title}/推荐表.docx", desk.form(PANDA)),
        (f"{PANDA.title}/推荐表扫描件.pdf", desk.scan(PANDA)),
        (f"{PANDA.title}/播放证明.jpg", desk.proof(PANDA)),
    ]
    archive = make_zip(desk.scratch / "all.zip", members, packed=False)
    when = at("10-10", "16:05")
    mail = submission(PANDA, when, (), client=NETEASE)
    block = desk.behind_link("四川省推荐材料.zip", archive, when, mail.subject)
    desk.post("recommended", replace(mail, html_below=block))
    note = "视频和全部材料在一个压缩包内，压缩包在超大附件链接后，包内文件名为 GBK 编码"
    return [
        sample(PANDA, mail, "zip", note, ended=Ended.WORK, findings=findings(size), title=PANDA.title, film_bytes=size)
    ]


def completed_in_its_thread(desk: Desk) -> list[Sample]:
    """First film and form alone; then the papers, as an answer in the same thread."""
    film, (form, scan, proof) = desk.film(BRIDGE, subtitles=SUBTITLES), desk.papers(BRIDGE)
    first = submission(BRIDGE, at("10-11", "10:20"), [attached("看不见的桥.mp4", film), form], client=QQ)
    desk.post("recommended", first)
    second = submission(
        BRIDGE,
        at("10-14", "15:42"),
        [scan, proof],
        client=QQ,
        subject=f"回复: {first.subject}",
        in_reply_to=first.message_id,
        references=(first.message_id,),
        text="您好！补交盖章扫描件和播放证明，请查收。",
    )
    desk.post("recommended", second)
    size = film.stat().st_size
    work = findings(size, wrong={**SPOKEN, **TWIN})
    note = "先交视频和电子表，缺扫描件和播放证明；另一组有人报了改过画质的同一部视频"
    return [
        sample(BRIDGE, first, "thread", note, ended=Ended.WORK, findings=work, title=BRIDGE.title, film_bytes=size),
        sample(BRIDGE, second, "thread-more", "在同一邮件往来中补交材料", ended=Ended.SUPPLEMENT, joins="thread"),
    ]


def late(desk: Desk) -> list[Sample]:
    """More than two hours after the deadline."""
    note = "截止后两个多小时才到（10月26日 02:31）；视频的声音比画面早 50 秒结束"
    wrong = {"deadline": Outcome.FAIL, "readable": Outcome.REVIEW}
    return [whole(desk, DAM, "late", at("10-26", "02:31"), note, shape={"sound_until_s": 100}, wrong=wrong)]


def a_little_late(desk: Desk) -> list[Sample]:
    """Within the two hours that are for a person to judge; names in the headers are bare GBK bytes."""
    note = "截止后 41 分钟到，由人工认定；邮件头为未编码的 GBK；片头是另一个名称“深海来电”"
    habits, shape = {"charset": "gbk", "style": "raw"}, {"title": "深海来电"}
    wrong = {"deadline": Outcome.REVIEW, "opening-title": Outcome.REVIEW}
    return [whole(desk, SEA, "doubt", at("10-26", "00:41"), note, shape=shape, habits=habits, wrong=wrong)]


def too_long(desk: Desk) -> list[Sample]:
    """A film of 5'12"."""
    shape = {"seconds": 312}
    note = "视频时长 5分12秒，超过 5 分钟"
    return [whole(desk, DESERT, "too-long", at("10-15", "11:00"), note, shape=shape, wrong={"duration": Outcome.FAIL})]


def mov_twice(desk: Desk) -> list[Sample]:
    """A MOV; the server delivers the same mail twice."""
    shape = {"container": "mov"}
    note = "视频为 MOV 格式：审查页上放一份小的预览"
    first = whole(desk, BEE, "mov", at("10-16", "14:10"), note, shape=shape, wrong={"container": Outcome.FAIL})
    again = at("10-16", "14:13")
    box = desk.mailboxes["recommended"]
    delivered = next((box / "new").glob(f"{int(first.received_at.timestamp())}.*"))
    deliver_maildir(box, delivered, again)
    second = Sample(
        "mov-again", "recommended", first.message_id, again, Ended.DUPLICATE, "同一封邮件投递了两次", joins="mov"
    )
    return [first, second]


def blank_fields(desk: Desk) -> list[Sample]:
    """A form in which required fields stand blank."""
    missing = {"form-fields": Outcome.MISSING, "made-in-window": Outcome.MISSING, "original": Outcome.MISSING}
    note = "电子表未填完成时间、联系电话和原创承诺；视频没有片名"
    wrong = missing | {"opening-title": Outcome.REVIEW}
    return [whole(desk, LAMP, "blank-fields", at("10-17", "09:48"), note, shape={"title": None}, wrong=wrong)]


def film_behind_a_link(desk: Desk) -> list[Sample]:
    """A film in time, though it was fetched after the deadline: the mail's arrival counts."""
    when = at("10-25", "23:40")
    note = "截止前 20 分钟发来链接，截止后才下载到：以邮件到达为准"
    shape, habits = {"size_bytes": 101_845_760, "subtitles": SUBTITLES}, {"client": NETEASE}
    return [whole(desk, WIND, "link", when, note, shape=shape, habits=habits, wrong=SPOKEN)]


def link_run_out(desk: Desk) -> list[Sample]:
    """A link that had run out before anybody looked at it."""
    when, subject = at("10-09", "17:20"), f"推荐作品：《{RAIN.title}》"
    block = netease_block(name=f"{RAIN.title}.mp4", size_bytes=132_120_576, subject=subject, sent_at=when, kept_days=15)
    mail = submission(RAIN, when, desk.papers(RAIN), client=NETEASE, html_below=block)
    desk.post("recommended", mail)
    expected = findings(0, film=Outcome.NA, wrong={"materials": Outcome.MISSING})
    note = "超大附件链接在下载前已到期（10月24日），需请对方重发"
    return [sample(RAIN, mail, "link-expired", note, ended=Ended.WORK, findings=expected, title=RAIN.title)]


def machines(desk: Desk) -> list[Sample]:
    """A bounce and a newsletter."""
    first, second = at("10-12", "08:01"), at("10-13", "07:30")
    ids = ("bounce.10120801@163.com", "weekly.128@list.example.com")
    returned = bounce(to=_TO, address="nobody@kjt.example.cn", received_at=first, message_id=ids[0])
    desk.drop("recommended", returned, first)
    desk.drop("recommended", list_mail(to=_TO, received_at=second, message_id=ids[1]), second)
    return [
        Sample("bounce", "recommended", ids[0], first, Ended.MACHINE_MAIL, "系统退信"),
        Sample("list", "recommended", ids[1], second, Ended.MACHINE_MAIL, "订阅的广告邮件"),
    ]


def broken(desk: Desk) -> list[Sample]:
    """Bytes that are no mail at all."""
    when = at("10-09", "03:20")
    desk.drop("recommended", random.Random(20240926).randbytes(4_096), when)
    return [Sample("broken", "recommended", "", when, Ended.UNREADABLE, "损坏的邮件，全是乱码")]


CASES = (
    plain_and_big,
    zipped,
    completed_in_its_thread,
    late,
    a_little_late,
    too_long,
    mov_twice,
    blank_fields,
    film_behind_a_link,
    link_run_out,
    machines,
    broken,
)
"""Each makes its mails, delivers them and says what should become of them."""
