"""The first page's figures."""

import datetime as dt
from dataclasses import replace

import pytest

from ingest.model import CloudFile, Decision, Kind, LinkState, Said, Scan
from ingest.views.overview import overview
from reports.book import Counts, Item, Links


def test_the_first_page_counts_works_by_track_and_state(snap, work):
    taken = snap(work(1), work(2, decision=Decision.REFUSED), work(1, track="public"))
    assert overview(taken, ()).states == Counts(
        "组别",
        ("疑似恶意", "不符合要求", "材料不全", "处理中", "待人工复核", "机审通过", "不通过"),
        (("地方、部门推荐", (0, 0, 0, 0, 1, 0, 1)), ("社会征集", (0, 0, 0, 0, 1, 0, 0))),
    )


def test_the_first_page_counts_works_by_day(snap, work, noon):
    taken = snap(work(1), work(2, received_at=noon + dt.timedelta(days=1)), work(3, received_at=None))
    assert overview(taken, ()).days.rows == (("2024-10-08", (1, 0)), ("2024-10-09", (1, 0)))


def test_the_first_page_names_only_what_there_is_to_do(snap, work):
    assert overview(snap(work()), ()).today == (Item("待人工复核的作品（推荐作品、社会征集）", 1, "推荐作品"),)


def test_the_first_page_tells_what_is_new(snap, work, mail, letter, noon):
    old = noon - dt.timedelta(days=3)
    mails = {1: mail(), 2: mail(2, ended="supplement"), 3: mail(3, received_at=old)}
    letters = [letter(), letter(2, sent_at=old), letter(3, sent_at=noon)]
    todos = [{"kind": "question", "created_at": when} for when in (old, noon, noon, noon)]
    taken = snap(work(), arrivals=mails, letters=letters, todos=todos)
    assert [(item.text, item.count) for item in overview(taken, ()).since] == [
        ("新邮件", 2),
        ("新作品", 1),
        ("补充材料", 1),
        ("新增待办", 3),
        ("发出回信", 1),
    ]


def test_every_mailbox_adds_up_on_the_first_page(snap, mail):
    taken = snap(arrivals={1: mail(), 2: mail(2, ended=None), 3: mail(3, mailbox="public")})
    assert [(box.listed, box.ended, box.pending) for box in overview(taken, ()).mailboxes] == [(2, 1, 1), (1, 1, 0)]


def test_the_first_page_says_what_was_not_scanned(snap, work, material):
    taken = snap(work(1, "星海寻踪", material(Kind.FORM, "推荐表.docx", fields={})))
    assert overview(taken, ()).notes == ("安全：作品的文件中有 1 个未做病毒扫描（没有配置病毒扫描 1 个）",)


def test_the_first_page_says_nothing_of_files_that_were_scanned(snap, work, material):
    made = material(Kind.FORM, "推荐表.docx", fields={})
    scanned = replace(made, part=replace(made.part, scan=Scan(Said.CLEAN)))
    assert overview(snap(work(1, "星海寻踪", scanned)), ()).notes == ()


@pytest.fixture
def link(noon):
    """A file behind a link, in a state."""

    def make(state, size=0, got=0, days=None):
        ends = None if days is None else noon + dt.timedelta(days=days)
        sha256 = "a" * 64 if state is LinkState.FETCHED else ""
        return CloudFile(
            1, "netease", "k", "https://mail.163.com/x", "片.mp4", size, ends, "", state, False, 1, None, "", "", got,
            sha256, noon, None,
        )  # fmt: skip

    return make


def test_the_first_page_counts_links_and_says_what_is_to_come(snap, link):
    found = [
        link(LinkState.FETCHED, 100_000_000, 100_000_000, 1),
        link(LinkState.WAITING, 150_000_000, 50_000_000, 9),
        link(LinkState.MANUAL, 20_000_000, 0, 3),
        link(LinkState.MANUAL),
        link(LinkState.EXPIRED, 30_000_000, 0, -2),
    ]
    states = (
        ("等待下载", 1),
        ("正在下载", 0),
        ("已下载", 1),
        ("待人工下载", 2),
        ("已失效", 1),
        ("多次未成，待人工", 0),
    )
    assert overview(snap(links=found), ()).links == Links(states, "10-11 12:00", "120.0 MB，另有 1 个大小不明")


def test_the_first_page_says_nothing_of_links_where_there_are_none(snap):
    assert overview(snap(), ()).links is None


def test_the_first_page_warns_of_links_that_people_must_fetch_soon(snap, link):
    found = [link(LinkState.MANUAL, 1, 0, days) for days in (-1, 2, 4, 9, None)] + [link(LinkState.WAITING, 1, 0, 2)]
    wanted = Item("其中要由人下载、不足 5 天就到期的云附件", 2, "待办")
    assert overview(snap(links=found), ()).today == (wanted,)


def test_the_first_page_tells_how_letters_stand_and_what_keeps_them(snap, letter, noon):
    letters = [letter(n, state=state) for n, state in enumerate(["queued", "queued", "unknown", "failed", "sent"], 1)]
    paused = {"address": "a@163.com", "paused_until": noon + dt.timedelta(hours=2), "why": "网易认为发信过快"}
    assert overview(snap(letters=letters, stopped="2024-10-08T12:00", paused=[paused]), ()).notes == (
        "回信：排队待发 2 封，结果不明 1 封，发送失败 1 封（见「回信」）",
        "回信：全部发信已暂停，恢复请运维执行 kepu replies release",
        "回信：a@163.com 暂停到 10-08 14:00，之后自动接着发（网易认为发信过快）",
    )
