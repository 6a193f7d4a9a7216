"""The mails of the sample contest to the public's mailbox."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from ingest.demo.archives import make_zip, with_wrong_crc
from ingest.demo.boxes import without_moov
from ingest.demo.clients import NETEASE, OUTLOOK, QQ
from ingest.demo.cloud import enterprise_block
from ingest.demo.desk import SUBTITLES, Desk, attached, sample, submission, whole
from ingest.demo.entries import Entry
from ingest.demo.machine import auto_reply
from ingest.demo.mails import Attachment, Mail
from ingest.demo.pictures import logo
from ingest.demo.samples import ADDRESSES, CHINA, FORM_RULES, SPOKEN, UNOPENED, Sample, at, findings, without
from ingest.model import Ended, Outcome

_TO = ADDRESSES["public"]

LIGHT = Entry("qinghe", 21, "一束光的旅程", "顾星河", "北京晨曦科普传播有限公司")
TEA = Entry("songyu", 22, "茶叶里的化学", "宋雨桐", "独立创作者", layout=1, citizen=True, platform="哔哩哔哩")
FIREFLY = Entry("yinghuo", 23, "萤火虫的语言", "叶小满", "成都萤火自然教育中心", layout=2)
BELL = Entry("gulou", 24, "编钟为什么好听", "钟鸣岐", "武汉鼓乐科普社", non_original="片尾引用背景音乐1段，约占3%")
ICE = Entry("bingxue", 25, "冰的十八种样子", "白雪晴", "哈尔滨冰峰科普工作室", layout=1)
SEED = Entry("zhongzi", 26, "一粒种子的重量", "田禾生", "独立创作者", citizen=True)
KITE = Entry("zhiyuan", 27, "风筝与飞机", "高远之", "潍坊天际科普社", layout=2)
CLOCK = Entry("shike", 28, "漏刻到原子钟", "时未央", "南京时刻科学传播有限公司", layout=1)
PAPER = Entry("zhizao", 29, "纸的两千年", "宣若素", "独立创作者", citizen=True, kind="推荐表")
SALT = Entry("yanhua", 31, "盐的来路", "贺川流", "自贡井盐科普社", layout=2, platform="哔哩哔哩")
LOOM = Entry("zhiji", 32, "织机上的算法", "云锦程", "南京经纬科普传媒有限公司", layout=1)
COMET = Entry(
    "huixing", 30, "彗星归来", "凌霄汉", "独立创作者", citizen=True, completed="2022年11月", shown="2024年1月5日"
)


TRADITIONAL = (
    "彗星為什麼拖著長長的尾巴",
    "七十六年以後它還會回來",
    "它帶來了太陽系最初的訊息",
    "讓我們一起抬頭看看夜空",
)


def plain_and_big(desk: Desk) -> list[Sample]:
    """A company's work with a film of the contest's size, UTF-8, file names by RFC 2231, a logo in the body."""
    film, when = desk.film(LIGHT, size_bytes=126_000_000, subtitles=SUBTITLES), at("10-09", "14:26")
    size = film.stat().st_size
    mark = Attachment("logo.png", logo(), "image/png", content_id="logo@qinghe")
    mail = submission(LIGHT, when, [*desk.papers(LIGHT, "rfc2231"), mark], client=QQ)
    block = desk.behind_link(f"{LIGHT.title}.mp4", film, when, mail.subject)
    desk.post("public", replace(mail, html_below=block))
    note = "完整的自荐作品（机构），UTF-8 编码，正文带信纸和图标，视频在超大附件链接后"
    found = findings(size, wrong=SPOKEN)
    return [sample(LIGHT, mail, "company", note, ended=Ended.WORK, findings=found, title=LIGHT.title, film_bytes=size)]


def citizen_twice(desk: Desk) -> list[Sample]:
    """A citizen's whole work, and the same files once more in a new mail."""
    film, when = desk.film(TEA), at("10-10", "20:15")
    files = [attached(f"{TEA.title}.mp4", film), *desk.papers(TEA)]
    first = submission(TEA, when, files, charset="gb18030", client=NETEASE, cut_inside=True)
    desk.post("public", first)
    later = when + dt.timedelta(days=1, hours=2)
    second = replace(first, received_at=later, message_id="songyu.again@mail.example.cn", text="怕没发成功，再发一次。")
    desk.post("public", second)
    size = film.stat().st_size
    note = "完整的自荐作品（个人），编码后的标题从汉字中间断开"
    return [
        sample(
            TEA, first, "citizen", note, ended=Ended.WORK, findings=findings(size), title=TEA.title, film_bytes=size
        ),
        sample(TEA, second, "citizen-again", "同样的文件另发一封", ended=Ended.DUPLICATE, joins="citizen"),
    ]


def portrait_completed_by_title(desk: Desk) -> list[Sample]:
    """A phone's upright film without papers; the papers follow in a mail of its own that names the title."""
    film, (form, scan, proof) = desk.film(FIREFLY, rotation=90), desk.papers(FIREFLY)
    first = submission(FIREFLY, at("10-12", "21:02"), [attached("萤火虫的语言.mp4", film), form], client=QQ)
    desk.post("public", first)
    subject = f"补充材料：《{FIREFLY.title}》扫描件和播放证明"
    second = submission(FIREFLY, at("10-15", "19:37"), [scan, proof], client=QQ, subject=subject)
    second = replace(second, text="老师好，前几天的作品漏了盖章扫描件和播放证明，现补上。")
    desk.post("public", second)
    size = film.stat().st_size
    work = findings(size, wrong={"aspect": Outcome.FAIL})
    return [
        sample(
            FIREFLY,
            first,
            "portrait",
            "竖屏视频",
            ended=Ended.WORK,
            findings=work,
            title=FIREFLY.title,
            film_bytes=size,
        ),
        sample(
            FIREFLY, second, "title-more", "另发邮件补交，标题写明作品名称", ended=Ended.SUPPLEMENT, joins="portrait"
        ),
    ]


def low_resolution(desk: Desk) -> list[Sample]:
    """1280 by 720, and music declared without a licence; file names are bare GBK bytes."""
    shape, habits = {"width": 1280, "height": 720, "bars": 0.13}, {"charset": "gbk", "client": OUTLOOK}
    wrong = {"resolution": Outcome.FAIL, "licence": Outcome.MISSING, "full-frame": Outcome.REVIEW}
    note = "分辨率 1280×720，画面上下有黑边；申明引用音乐而没有授权材料"
    return [
        whole(desk, BELL, "720p", at("10-14", "10:31"), note, shape=shape, habits=habits, naming="raw", wrong=wrong)
    ]


def no_index(desk: Desk) -> list[Sample]:
    """A film without its index cannot be opened."""
    whole_film = desk.film(ICE, faststart=False)
    film = without_moov(whole_film, desk.scratch / "no-index.mp4")
    mail = submission(ICE, at("10-16", "22:40"), [attached(f"{ICE.title}.mp4", film), *desk.papers(ICE)])
    desk.post("public", mail)
    size = film.stat().st_size
    expected = findings(size, film=Outcome.NA, wrong=UNOPENED)
    note = "视频缺少索引（moov），无法播放"
    return [sample(ICE, mail, "no-moov", note, ended=Ended.WORK, findings=expected, title=ICE.title, film_bytes=size)]


def renamed_picture(desk: Desk) -> list[Sample]:
    """What is called a Word form is a photograph of it."""
    film, picture = desk.film(SEED), desk.scan(SEED, "jpg")
    files = [
        attached(f"{SEED.title}.mp4", film),
        attached("自荐表.docx", picture),
        attached("播放证明.jpg", desk.proof(SEED)),
    ]
    mail = submission(SEED, at("10-17", "18:20"), files)
    desk.post("public", mail)
    size = film.stat().st_size
    expected = without(findings(size, wrong={"materials": Outcome.MISSING}), *FORM_RULES)
    note = "电子表其实是改了扩展名的照片"
    return [
        sample(SEED, mail, "renamed-jpg", note, ended=Ended.WORK, findings=expected, title=SEED.title, film_bytes=size)
    ]


def damaged_archive(desk: Desk) -> list[Sample]:
    """Form and scan in an archive whose checksum of the form is wrong."""
    members = [("自荐表.docx", desk.form(KITE)), ("自荐表扫描件.pdf", desk.scan(KITE))]
    archive = with_wrong_crc(make_zip(desk.scratch / "good.zip", members), desk.scratch / "bad.zip")
    film = desk.film(KITE)
    files = [
        attached(f"{KITE.title}.mp4", film),
        attached("材料.zip", archive, "type-only"),
        attached("播放证明.jpg", desk.proof(KITE)),
    ]
    mail = submission(KITE, at("10-18", "09:09"), files, charset="gb2312")
    desk.post("public", mail)
    size = film.stat().st_size
    expected = without(findings(size, wrong={"materials": Outcome.REVIEW}), *FORM_RULES, "scan-seal")
    note = "压缩包内电子表校验不符（CRC 错误）"
    return [sample(KITE, mail, "bad-crc", note, ended=Ended.WORK, findings=expected, title=KITE.title, film_bytes=size)]


def empty_film(desk: Desk) -> list[Sample]:
    """A film of no bytes."""
    mail = submission(CLOCK, at("10-19", "12:00"), [attached(f"{CLOCK.title}.mp4", b""), *desk.papers(CLOCK)])
    desk.post("public", mail)
    expected = findings(0, film=Outcome.NA, wrong=UNOPENED)
    return [
        sample(CLOCK, mail, "empty-film", "视频文件为 0 字节", ended=Ended.WORK, findings=expected, title=CLOCK.title)
    ]


def wrong_form(desk: Desk) -> list[Sample]:
    """A form of the other track."""
    note = "社会征集邮箱收到推荐表；视频有音轨而全程无声"
    wrong = {"form-kind": Outcome.REVIEW, "endorsement": Outcome.REVIEW, "narration": Outcome.REVIEW}
    return [whole(desk, PAPER, "wrong-form", at("10-20", "16:16"), note, shape={"sound": "silence"}, wrong=wrong)]


def another_year(desk: Desk) -> list[Sample]:
    """Completed and shown outside the window; HTML alone."""
    wrong = {"made-in-window": Outcome.FAIL, "shown-in-window": Outcome.FAIL}
    note = "完成时间和首播时间都不在 2023 年内；只有 HTML 正文；视频字幕是繁体字"
    shape, habits = {"subtitles": TRADITIONAL}, {"html": "only"}
    return [whole(desk, COMET, "other-year", at("10-21", "23:50"), note, shape=shape, habits=habits, wrong=wrong)]


def behind_a_login(desk: Desk) -> list[Sample]:
    """The film is on a net disk that asks for a login: a person must fetch it."""
    url = "https://pan.baidu.com/s/1kPuDeMo2024xKe0PuSh1Pin"
    text = (
        f"老师好！作品《{SALT.title}》的视频较大，放在百度网盘：\n链接：{url}\n提取码：k3x9\n"
        f"自荐表等见附件。{SALT.author}"
    )
    mail = submission(SALT, at("10-22", "11:18"), desk.papers(SALT), text=text)
    desk.post("public", mail)
    expected = findings(0, film=Outcome.PENDING, wrong={"materials": Outcome.PENDING})
    note = "视频在百度网盘，需要登录才能下载：列入待办，由人下载后放进 补件 文件夹"
    return [sample(SALT, mail, "link-login", note, ended=Ended.WORK, findings=expected, title=SALT.title)]


def soon_gone(desk: Desk) -> list[Sample]:
    """A link of a service that is switched off as shipped, and that runs out in three days."""
    until = at("10-30", "18:00")
    block = enterprise_block(name=f"{LOOM.title}.mp4", size_bytes=138_412_032, until=until)
    mail = submission(LOOM, at("10-23", "15:06"), desk.papers(LOOM), html_below=block)
    desk.post("public", mail)
    expected = findings(0, film=Outcome.PENDING, wrong={"materials": Outcome.PENDING})
    note = "网易企业邮箱的云附件，自动下载默认关闭，还有 3 天到期：待办里标红，排在前面"
    return [sample(LOOM, mail, "link-urgent", note, ended=Ended.WORK, findings=expected, title=LOOM.title)]


def no_entries(desk: Desk) -> list[Sample]:
    """An automatic answer, a person's question, and a mail of the year before."""
    away = at("10-09", "14:31")
    answer = auto_reply(sender=("顾星河", LIGHT.address), to=_TO, received_at=away, message_id="away.1@mail.example.cn")
    desk.drop("public", answer, away)
    question = _letter(
        at("10-11", "08:50"), "请问自荐表在哪里下载？", "老师您好，请问自荐表在哪里下载？个人可以报名吗？谢谢！"
    )
    old = _letter(dt.datetime(2023, 10, 18, 9, 0, tzinfo=CHINA), "2023年科普微视频报送", "现报送2023年作品，请查收。")
    for letter in (question, old):
        desk.post("public", letter)
    return [
        Sample("auto-reply", "public", "away.1@mail.example.cn", away, Ended.MACHINE_MAIL, "假期自动回复"),
        Sample(
            "question",
            "public",
            question.message_id,
            question.received_at,
            Ended.NOT_A_SUBMISSION,
            "咨询邮件，没有附件，需人工回复",
        ),
        Sample(
            "last-year", "public", old.message_id, old.received_at, Ended.NOT_A_SUBMISSION, "本届开始前的邮件（往届）"
        ),
    ]


def _letter(received_at: dt.datetime, subject: str, text: str) -> Mail:
    return Mail(
        sender=("张问问", "zhangwenwen@mail.example.cn"),
        to=_TO,
        subject=subject,
        received_at=received_at,
        message_id=f"letter.{received_at:%Y%m%d%H%M}@mail.example.cn",
        text=text,
        charset="gbk",
        client=NETEASE,
    )


CASES = (
    plain_and_big,
    citizen_twice,
    portrait_completed_by_title,
    low_resolution,
    no_index,
    renamed_picture,
    damaged_archive,
    empty_film,
    wrong_form,
    another_year,
    behind_a_login,
    soon_gone,
    no_entries,
)
"""Each makes its mails, delivers them and says what should become of them."""
