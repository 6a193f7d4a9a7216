"""300 mails as values, with what belongs to what known: grouping is measured on them. No files, only what parsers say.

Real habits, made up people: packages whole and in pieces, folders, flat names, numbers, persons, scans named by a
camera, lists, colleagues, resubmissions, one title of two entrants, answers, questions, and what nobody could tell.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from parsers.facts import Facts, FieldValue, FormFacts, ImageFacts, Reading, VideoFacts

CHINA = dt.timezone(dt.timedelta(hours=8))
BEGIN = dt.datetime(2024, 10, 8, 9, tzinfo=CHINA)

_FIRST = (
    "星海", "深海", "竹林", "北斗", "量子", "种子", "冰川", "蜂鸟", "稻田", "天眼", "芯片", "沙漠",
    "极地", "古树", "珊瑚", "微光", "高铁", "火星", "疫苗", "候鸟", "草原", "火箭", "大坝", "熊猫",
    "海豚", "陨石", "青蒿", "丝绸", "钟表", "湿地", "声音", "细胞", "潮汐", "桥梁", "彩虹", "茶叶",
)  # fmt: skip
_LAST = (
    "寻踪", "来信", "守望者", "的秘密", "之歌", "日记", "奇遇", "背后的故事", "追光人", "的旅行", "启示录", "漫游",
    "大冒险", "在身边", "小课堂", "传奇", "探秘记", "一百年",
)  # fmt: skip
_REGIONS = (
    "广东", "江苏", "四川", "湖北", "山东", "河南", "陕西", "辽宁", "云南", "福建", "浙江", "吉林",
)  # fmt: skip
_FAMILY = "王李张刘陈杨赵黄周吴徐孙"
_GIVEN = (
    "晚舟", "明远", "思齐", "若兰", "一鸣", "子衿", "云帆", "知行", "清和", "书言", "望舒", "景行",
)  # fmt: skip


@dataclass(frozen=True)
class Paper:
    """A file: its name, what parsers say of it, the works it truly belongs to ("" shared, "?" nobody could tell)."""

    name: str
    facts: Facts
    work: str
    inside: str = ""
    folder: str = ""


@dataclass(frozen=True)
class Post:
    """A mail. answers: Message-IDs it names. waits: it must wait for a person, since nothing tells."""

    message_id: str
    sender: tuple[str, str]
    subject: str
    at: dt.datetime
    papers: tuple[Paper, ...] = ()
    mailbox: str = "recommended"
    text: str = "请查收附件。"
    answers: tuple[str, ...] = ()
    waits: bool = False


@dataclass
class _Entry:
    """A work: key, title, who made it, where it is entered."""

    key: str
    title: str
    author: str
    unit: str
    recommender: str
    sender: tuple[str, str]
    mailbox: str = "recommended"


@dataclass
class _Maker:
    """Makes mails one after the other, each some hours after the last."""

    random: random.Random
    posts: list[Post] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        self.titles = [first + last for first in _FIRST for last in _LAST]
        self.random.shuffle(self.titles)

    def unit(self) -> tuple[str, tuple[str, str]]:
        """A recommending unit's name, and the clerk who writes."""
        self.count += 1
        region = self.random.choice(_REGIONS)
        return f"{region}省科技厅", ("办公室", f"kpc{self.count}@kjt{self.count}.{region_code(region)}.gov.cn")

    def entries(self, number: int, *, mailbox: str = "recommended", title: str = "") -> list[_Entry]:
        """Works of one sender."""
        name, clerk = self.unit()
        if mailbox == "public":
            clerk = (self.person(), f"user{self.count}@qq.com")
        return [
            _Entry(
                f"W{self.count}-{n}",
                title or self.titles.pop(),
                clerk[0] if mailbox == "public" else self.person(),
                f"{name[:2]}第{self.count}号科普传媒中心{n}",
                name if mailbox == "recommended" else "",
                clerk,
                mailbox,
            )
            for n in range(number)
        ]

    def person(self) -> str:
        """A name."""
        return self.random.choice(_FAMILY) + self.random.choice(_GIVEN)

    def post(self, entry: _Entry, subject: str, papers: Sequence[Paper], *, hours: float = 5, **more: object) -> Post:
        """A mail of this entry's sender."""
        number = len(self.posts) + 1
        at = self.posts[-1].at if self.posts else BEGIN
        made = Post(
            f"m{number}@mail.example.cn", entry.sender, subject, at + dt.timedelta(hours=hours), tuple(papers),
            entry.mailbox,
        )  # fmt: skip
        made = replace(made, **more)  # type: ignore[arg-type]
        self.posts.append(made)
        return made


def region_code(region: str) -> str:
    """Letters for a region's domain."""
    return f"r{_REGIONS.index(region):02d}"


def correspondence(number: int = 300, *, seed: int = 8) -> list[Post]:
    """So many mails, oldest first, the same for the same arguments. The mails of different senders are interleaved."""
    maker = _Maker(random.Random(seed))
    turn = 0
    while len(maker.posts) < number:
        _HABITS[turn % len(_HABITS)](maker)
        turn += 1
    return _interleaved(maker.posts[:number], maker.random)


def _interleaved(posts: Sequence[Post], chance: random.Random) -> list[Post]:
    """As they come to a mailbox: each sender's in order, among those of others."""
    queues: dict[str, list[Post]] = {}
    for post in posts:
        queues.setdefault(_circle(post), []).append(post)
    order = [circle for circle, mine in queues.items() for _ in mine]
    chance.shuffle(order)
    mixed = [queues[circle].pop(0) for circle in order]
    return [replace(post, at=BEGIN + dt.timedelta(minutes=47 * n)) for n, post in enumerate(mixed)]


def _circle(post: Post) -> str:
    """Whose order among themselves is data: colleagues write after each other."""
    domain = post.sender[1].rpartition("@")[2]
    return domain if domain.endswith(".cn") else post.sender[1]


# what the files say


def form(entry: _Entry, name: str = "推荐表.docx", *, title: str | None = None, **where: str) -> Paper:
    """The electronic form of a work."""
    said = {"title": entry.title if title is None else title, "author": entry.author, "producer": entry.unit}
    said |= {"author_unit": entry.unit, "recommender": entry.recommender, "email": entry.sender[1], "phone": "x"}
    fields = {key: FieldValue(value=value, label=key) for key, value in said.items()}
    facts = FormFacts(format="docx", title="2024年全国科普微视频大赛作品推荐表", fields=fields, text="作品推荐表")
    return Paper(name, facts, entry.key, **where)


def film(entry: _Entry, name: str, **where: str) -> Paper:
    """The film of a work."""
    sizes = {"width": 1920, "height": 1080, "shown_width": 1920, "shown_height": 1080}
    facts = VideoFacts(container="mp4", brand="isom", size=9, display_aspect=16 / 9, duration_s=180.0, **sizes)
    return Paper(name, facts, entry.key, **where)


def scan(entry: _Entry, name: str, *, read: str | None = None, **where: str) -> Paper:
    """A picture of a paper. read: the title recognised on it, "" for a page without one, None if nobody looked."""
    fields = {"title": FieldValue(value=read, label="作品名称", confidence=0.93)} if read else {}
    if read is not None:
        fields |= {"author": FieldValue(value=entry.author, label="作者", confidence=0.9)} if read else {}
    reading = None if read is None else Reading(title="作品推荐表" if read else "", fields=fields, text="公章 意见")
    return Paper(name, ImageFacts(format="jpeg", width=2480, height=3508, reading=reading), entry.key, **where)


def listing(entries: Sequence[_Entry], name: str = "推荐作品汇总表.xlsx") -> Paper:
    """The list of a unit's works."""
    rows = tuple({"title": e.title, "author": e.author, "producer": e.unit} for e in entries)
    return Paper(name, FormFacts(format="xlsx", text="推荐作品汇总表", works=rows), "")


def letter(entry: _Entry) -> Paper:
    """A unit's cover letter."""
    return Paper("推荐函.docx", FormFacts(format="docx", text=f"关于推荐作品的函 {entry.recommender}"), "")


# habits of senders


def _whole(maker: _Maker) -> None:
    for mailbox in ("recommended", "public"):
        (one,) = maker.entries(1, mailbox=mailbox)
        maker.post(one, f"报送《{one.title}》", [form(one), film(one, f"{one.title}.mp4"), scan(one, "扫描件.jpg")])


def _in_pieces(maker: _Maker) -> None:
    (one,) = maker.entries(1, mailbox="public")
    first = maker.post(one, "参赛视频", [film(one, f"{one.title}.mp4")])
    maker.post(one, "自荐表", [form(one, "自荐表.docx")])
    maker.post(one, "回复：扫描件", [scan(one, "IMG_2031.jpg")], answers=(first.message_id,))


def _nameless_film_first(maker: _Maker) -> None:
    (one,) = maker.entries(1, mailbox="public")
    maker.post(one, "投稿", [film(one, "VID_20240930_101010.mp4")])
    maker.post(one, "报名表", [form(one, "自荐表.docx")])
    maker.post(one, "盖章扫描件", [scan(one, "扫描全能王 2024-10-09.jpg", read=one.title)])


def _form_first(maker: _Maker) -> None:
    (one,) = maker.entries(1)
    maker.post(one, "推荐表先行报送", [form(one)])
    maker.post(one, "视频", [film(one, "成片.mp4")])
    maker.post(one, "播放证明", [Paper("播放证明.jpg", ImageFacts(format="jpeg", width=900, height=1200), one.key)])


def _folders(maker: _Maker) -> None:
    works = maker.entries(4)
    papers = [letter(works[0]), listing(works)]
    for n, one in enumerate(works, start=1):
        where = {"inside": "推荐作品.zip", "folder": f"{n}.{one.title}"}
        names = form(one, "推荐表.docx", **where), film(one, "成片.mp4", **where), scan(one, "盖章.jpg", **where)
        papers += names
    maker.post(works[0], "关于报送推荐作品的函", papers)


def _by_kind(maker: _Maker) -> None:
    """Folders by kind of file: the names tell, and what was read."""
    works = maker.entries(3)
    papers = [letter(works[0])]
    for n, one in enumerate(works, start=1):
        papers.append(form(one, f"{one.title}推荐表.docx", inside="材料.zip", folder="推荐表"))
        papers.append(film(one, f"{one.title}.mp4", inside="材料.zip", folder="视频"))
        papers.append(scan(one, f"扫描件{2 * n - 1}.jpg", read=one.title, inside="材料.zip", folder="扫描件"))
        papers.append(scan(one, f"扫描件{2 * n}.jpg", read="", inside="材料.zip", folder="扫描件"))
    maker.post(works[0], "推荐材料", papers)


def _by_number(maker: _Maker) -> None:
    works = maker.entries(3)
    papers = [listing(works)]
    for n, one in enumerate(works, start=1):
        papers += [form(one, f"作品{n}推荐表.docx"), film(one, f"作品{n}.mp4"), scan(one, f"作品{n}盖章.jpg")]
    maker.post(works[0], "报送三部作品", papers)


def _by_person(maker: _Maker) -> None:
    works = maker.entries(2)
    if works[0].author == works[1].author:
        works[1].author += "之"
    papers: list[Paper] = []
    for one in works:
        papers += [form(one, f"{one.author}-推荐表.docx"), film(one, f"{one.author}视频.mp4")]
    maker.post(works[0], "作品两部", papers)


def _with_a_slip(maker: _Maker) -> None:
    works = maker.entries(2)
    for n, one in enumerate(works):
        one.title = f"{maker.titles.pop()}与{maker.titles.pop()}" if n == 0 else one.title
    papers = [form(one, f"表{n}.docx") for n, one in enumerate(works, start=1)]
    papers += [film(one, f"{one.title.replace('与', '和')}_1080P.mp4") for one in works]
    maker.post(works[0], "推荐作品", papers)


def _one_by_one(maker: _Maker) -> None:
    """A unit that sends each work by itself, the list last; a series among them."""
    works = maker.entries(3)
    works[1].title, works[2].title = works[0].title + "第二集", works[0].title + "第三集"
    works[0].title += "第一集"
    for one in works:
        maker.post(one, f"推荐作品：{one.title}", [form(one), film(one, f"{one.title}.mp4")])
    maker.post(works[0], "汇总表", [listing(works)])
    maker.post(works[1], f"补充《{works[1].title}》扫描件", [scan(works[1], "扫描.jpg")])


def _films_first(maker: _Maker) -> None:
    """All films, then all forms, then the scans by what is on them."""
    works = maker.entries(3)
    maker.post(works[0], "视频", [film(one, f"《{one.title}》.mp4") for one in works])
    maker.post(works[0], "表格", [form(one, f"{n}.docx") for n, one in enumerate(works, start=1)])
    maker.post(works[0], "扫描", [scan(one, f"IMG_{n}.jpg", read=one.title) for n, one in enumerate(works, 7)])


def _again(maker: _Maker) -> None:
    (one,) = maker.entries(1, mailbox="public")
    files = [form(one, "自荐表.docx"), film(one, f"{one.title}.mp4")]
    maker.post(one, f"投稿：{one.title}", files)
    newer = [form(one, "自荐表（修改）.docx"), film(one, f"{one.title}最终版.mp4"), scan(one, "扫描.jpg")]
    maker.post(one, "重新提交", newer, text="上一封有误，请忽略上一封邮件，以此为准。")


def _namesakes(maker: _Maker) -> None:
    """Two citizens whose works are called alike; and two units."""
    for mailbox in ("public", "recommended"):
        title = maker.titles.pop()
        for _ in range(2):
            (one,) = maker.entries(1, mailbox=mailbox, title=title)
            maker.post(one, f"《{title}》", [form(one), film(one, f"{title}.mp4")])


def _colleague(maker: _Maker) -> None:
    (one,) = maker.entries(1)
    maker.post(one, f"推荐《{one.title}》", [form(one), film(one, f"{one.title}.mp4")])
    other = replace(one, sender=("同事", f"other@{one.sender[1].rpartition('@')[2]}"))
    maker.post(other, f"《{one.title}》盖章扫描件", [scan(other, "扫描件.jpg")])


def _both_ways(maker: _Maker) -> None:
    """An institute that enters through both mailboxes: a work in each."""
    (one,) = maker.entries(1)
    files = [form(one), film(one, f"{one.title}.mp4")]
    maker.post(one, f"报送{one.title}", files)
    public = replace(one, key=f"{one.key}-P", mailbox="public")
    maker.post(public, f"报送{one.title}", [replace(paper, work=public.key) for paper in files])


def _answers(maker: _Maker) -> None:
    (one,) = maker.entries(1, mailbox="public")
    first = maker.post(one, "科普视频投稿", [form(one, "表.docx"), film(one, "最终版.mp4")])
    maker.post(one, "答复", [scan(one, "1.jpg"), scan(one, "2.jpg")], answers=(first.message_id,))
    maker.post(one, "更正", [form(one, "表2.docx")], answers=(first.message_id,), text="表格已更正。")


def _asks(maker: _Maker) -> None:
    (one,) = maker.entries(1, mailbox="public")
    maker.post(one, "请问截止日期", [], text="请问光盘寄到哪里？")


def _untold(maker: _Maker) -> None:
    """What nobody could tell: a paper of one of two works, and a 登记号 that is somebody else's."""
    works = maker.entries(2)
    for one in works:
        maker.post(one, f"报送《{one.title}》", [form(one), film(one, f"{one.title}.mp4")])
    lost = replace(scan(works[0], "IMG_0001.jpg"), work="?")
    maker.post(works[0], "补交", [lost], waits=True)
    (stranger,) = maker.entries(1, mailbox="recommended")
    foreign = replace(scan(stranger, "材料.jpg"), work="?")
    maker.post(stranger, "R2024-0001 补充材料", [foreign], waits=True)


_HABITS = (
    _whole, _in_pieces, _folders, _again, _one_by_one, _whole, _by_kind, _nameless_film_first, _namesakes, _colleague,
    _by_number, _answers, _films_first, _form_first, _whole, _by_person, _both_ways, _asks, _with_a_slip, _untold,
)  # fmt: skip


def truth(posts: Sequence[Post]) -> Iterator[tuple[str, int, str]]:
    """Of every file that surely belongs to one work: its mail's Message-ID and mailbox, its place, the work."""
    for post in posts:
        for place, paper in enumerate(post.papers):
            if paper.work not in ("", "?"):
                yield f"{post.mailbox}/{post.message_id}", place, paper.work
