"""Workbooks of any size to measure and to look at, made through `ingest.views` from values, without a ledger."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.config import Config, load
from ingest.model import CloudFile, Finding, Kind, LinkState, Material, Outcome, Part, PartSource, Work, WorkState
from ingest.views import Snapshot
from parsers.facts import FieldValue, FormFacts, VideoFacts

if TYPE_CHECKING:
    from reports.book import Book

CHINA = dt.timezone(dt.timedelta(hours=8))
OPENED = dt.datetime(2024, 10, 8, 9, 0, tzinfo=CHINA)
NOW = dt.datetime(2024, 10, 24, 9, 0, tzinfo=CHINA)
TITLES = (
    "星海寻踪",
    "一粒种子的旅行",
    "深海来信：极端环境下的生命",
    "雨从哪里来",
    "听见地球的心跳",
    "小分子大世界",
    "桥",
)
EVIDENCE: tuple[tuple[str, Outcome, str, str], ...] = (
    ("duration", Outcome.FAIL, "附1一(三)1", "时长 5分12秒；要求 2–5 分钟"),
    ("resolution", Outcome.FAIL, "附1一(三)2", "画面 1280×720；要求不低于 1920×1080"),
    ("materials", Outcome.MISSING, "附1二", "缺盖章扫描件、播放证明"),
    ("form-fields", Outcome.MISSING, "附3/4", "表格未填：制作团队、授权情况、播出平台和首播时间"),
    ("proof", Outcome.REVIEW, "附1一(一)", "播放证明是图片，尚未识别其中的文字，请核对平台和播出时间是否在规定期限内"),
    ("aspect", Outcome.REVIEW, "附1一(三)2", "画面 1920×1080，上下有黑边，有效画面约 2.35:1，请看片核对"),
    ("size", Outcome.PENDING, "附1一(三)2", "视频在超大附件中，尚未取到"),
    ("narration", Outcome.MANUAL, "附1一(三)4", "有声音；是否为普通话配音请看片核对"),
    ("content", Outcome.MANUAL, "附1一(二)", "内容的科学性请看片核对"),
    ("original", Outcome.MANUAL, "附1一(四)", "原创承诺已填；是否侵权请核对"),
)
WORST = {
    Outcome.FAIL: WorkState.FAIL,
    Outcome.MISSING: WorkState.MISSING,
    Outcome.PENDING: WorkState.PENDING,
    Outcome.REVIEW: WorkState.REVIEW,
}


def a_snapshot(works: int, mails: int, findings_each: int = 10) -> Snapshot:
    """So many works, each with film, form, scan and proof; so many mails, the first of them the works'."""
    config = load(None, environ={}, cwd=Path("/"))
    made = {work.id: work for work in (_work(number, config, findings_each) for number in range(works))}
    numbers = {number: work_id for number, work_id in enumerate(made, start=1) if number <= mails}
    return Snapshot(
        config=config,
        now=NOW,
        works=made,
        rows={work.id: _filed(work) for work in made.values()},
        findings={work_id: _findings(number, findings_each) for number, work_id in enumerate(made)},
        mails_of={work_id: [(number, "opened")] for number, work_id in numbers.items()},
        arrivals={number: _mail(number, number <= works) for number in range(1, mails + 1)},
        works_of={number: [work_id] for number, work_id in numbers.items()},
        parts={number: list(_parts(number)) for number in range(1, mails + 1)},
        letters=[_letter(number) for number in range(1, min(works, mails) + 1)],
        letter_works={number: [work_id] for number, work_id in numbers.items()},
        todos=[_todo(number) for number in range(1, max(works // 8, 4) + 1)],
        staff=_staff(config, list(made.values())),
        mailboxes={m.name: {"last_success_at": NOW, "error": ""} for m in config.mailboxes},
        conflicts=[_conflict(number) for number in range(min(works // 50, 12))],
        pairs={
            (f"P2024-{n:04d}", f"R2024-{n:04d}"): {"duplicate-video": "视频文件完全相同"}
            for n in range(1, works // 40 + 2)
        },
        links=[_link(number) for number in range(1, max(works // 8, 4) + 1)],
    )


def a_book(works: int, mails: int, findings_each: int = 10) -> Book:
    """The workbook of such a snapshot."""
    from ingest.views.cells import book_of
    from ingest.views.overview import overview
    from reports.book import Extras

    snap = a_snapshot(works, mails, findings_each)
    shown = {work_id: "处理中" if number % 9 == 0 else _word(work) for number, (work_id, work) in _shown(snap, works)}
    return book_of(snap, shown, overview(snap, ()), Extras())


def _shown(snap: Snapshot, works: int) -> Iterator[tuple[int, tuple[str, Work]]]:
    """The works that the last report had shown: all but the newest."""
    return (pair for pair in enumerate(snap.works.items()) if pair[0] < works - works // 20 - 1)


def _word(work: Work) -> str:
    from ingest.views.frames import state_word

    return state_word(work)


def _findings(number: int, each: int) -> tuple[Finding, ...]:
    """Of five works the first has all that can be wrong, the last only what people must look at."""
    chosen = EVIDENCE if each == len(EVIDENCE) else EVIDENCE[2 * (number % 5) :][:each]
    return tuple(Finding(rule, outcome, clause, evidence) for rule, outcome, clause, evidence in chosen)


def _state(number: int, each: int) -> WorkState:
    outcomes = {finding.outcome for finding in _findings(number, each)}
    return next((state for outcome, state in WORST.items() if outcome in outcomes), WorkState.PASS)


def _work(number: int, config: Config, each: int) -> Work:
    track = config.tracks[1 if number % 3 == 2 else 0]
    title = f"{TITLES[number % len(TITLES)]}（第{number}集）"
    unit = config.recommenders[number % len(config.recommenders)].name if track is config.tracks[0] else ""
    return Work(
        id=f"{track.prefix}2024-{number // 3 + 1 + (number % 3) * 10_000 if number % 3 != 2 else number // 3 + 1:04d}",
        track=track.key,
        mailbox=track.key,
        title=title,
        materials=tuple(_materials(number, title, unit)),
        received_at=OPENED + dt.timedelta(minutes=number * 977 % 23_000),
        state=_state(number, each),
        senders=("press@example.cn",),
    )


def _materials(number: int, title: str, unit: str) -> Iterator[Material]:
    size = 45_000_000 + number * 7_919 % 90_000_000
    film = VideoFacts(
        container="mp4", size=size, duration_s=100 + number * 13 % 240, width=1920, height=1080, shown_width=1920,
        shown_height=1080, display_aspect=16 / 9,
    )  # fmt: skip
    fields = {
        "recommender": unit,
        "entrant_kind": "" if unit else "机构",
        "author": f"林晚{number % 97}",
        "producer": "星野科普传播中心",
        "contact": "王工",
        "phone": f"138{number:08d}",
        "email": f"editor{number}@example.cn",
    }
    form = FormFacts(format="docx", fields={k: FieldValue(value=v, label=k) for k, v in fields.items() if v})
    kinds: tuple[tuple[Kind, str, int, VideoFacts | FormFacts | None], ...] = (
        (Kind.VIDEO, f"{title}.mp4", size, film),
        (Kind.FORM, "推荐表.docx", 35_000, form),
        (Kind.SCAN, "盖章扫描件.pdf", 1_200_000, None),
        (Kind.PROOF, "播放截图.jpg", 300_000, None),
    )
    for at, (kind, name, bytes_, facts) in enumerate(kinds):
        id_ = number * 4 + at + 1
        part = Part(
            id_, number + 1, at, name, bytes_, f"{id_:064x}", name[-4:].strip("."), PartSource.ATTACHMENT,
            kind=kind, certain=True, facts=facts,
        )  # fmt: skip
        yield Material(part, kind, True, OPENED, f"m{number}@example.cn")


def _row(said: dict[str, Any]) -> dict[str, Any]:
    """A row of the ledger: what is not said is empty."""
    return defaultdict(str, said)


def _filed(work: Work) -> dict[str, Any]:
    folder = f"{work.id} {work.title}"
    files = {str(m.part.id): m.part.name for m in work.materials}
    return _row(
        {
            "id": work.id,
            "track": work.track,
            "folder": folder,
            "files": files,
            "moved_to": "",
            "received_at": work.received_at,
        }
    )


def _mail(number: int, opened: bool) -> dict[str, Any]:
    return _row(
        {
            "id": number,
            "mailbox": "recommended" if number % 3 else "public",
            "uid": str(number),
            "message_id": f"m{number}@example.cn",
            "received_at": OPENED + dt.timedelta(minutes=number * 977 % 23_000),
            "from_name": "王工",
            "from_address": f"editor{number}@example.cn",
            "subject": f"报送科普微视频作品《{TITLES[number % len(TITLES)]}（第{number}集）》",
            "ended": "work" if opened else ("supplement", "machine-mail", None)[number % 3],
            "reason": "" if opened else "系统退信",
            "pending": "等待人工指定归属",
            "error": "",
            "may_reply": True,
        }
    )


def _parts(number: int) -> Iterator[dict[str, Any]]:
    plain = {"url": "", "source": "attachment", "inside": "", "provider": "", "link_key": ""}
    for at, (kind, name, size) in enumerate(
        (("video", "作品.mp4", 98_000_000), ("form", "推荐表.docx", 35_000), ("scan", "盖章扫描件.pdf", 1_200_000))
    ):
        yield plain | {"id": number * 3 + at, "kind": kind, "name": name, "size": size}
    if number % 5 == 0:
        yield plain | _behind_link(number)


def _behind_link(number: int) -> dict[str, Any]:
    where = {"provider": "netease", "link_key": str(number), "url": _url(number), "source": "cloud"}
    return where | {"id": -number, "kind": "video", "name": "片.mp4", "size": 121_000_000}


def _url(number: int) -> str:
    return f"https://mail.163.com/large-attachment-download/index.html?p=X-NETEASE-HUGE-ATTACHMENT&file={number:032x}"


def _letter(number: int) -> dict[str, Any]:
    return _row(
        {
            "id": number,
            "kind": "receipt" if number % 4 else "supplement",
            "to_address": f"editor{number}@example.cn",
            "subject": f"回复：报送科普微视频作品《{TITLES[number % len(TITLES)]}（第{number}集）》",
            "state": ("draft", "held", "sent")[number % 3],
            "created_at": NOW,
            "sent_at": NOW if number % 3 == 2 else None,
            "file": f"L{number:04d} 收件回执.eml",
            "held_for": "",
        }
    )


def _todo(number: int) -> dict[str, Any]:
    fetch = number % 2 == 1
    said = (
        "请在浏览器中打开链接，下载后放进「补件」文件夹，以免到期"
        if fetch
        else "邮件没有写明作品，请在「选择」中填写登记号"
    )
    return _row(
        {
            "id": number,
            "kind": "fetch-link" if fetch else "choose-work",
            "text": said,
            "work_id": f"R2024-{number:04d}" if fetch else "",
            "arrival_id": number,
            "part_id": -number if fetch else None,
            "candidates": [] if fetch else ["R2024-0001", "R2024-0002"],
            "created_at": NOW - dt.timedelta(days=number % 9),
            "due_at": NOW + dt.timedelta(days=number % 15 - 1) if fetch else None,
        }
    )


def _link(number: int) -> CloudFile:
    ends = NOW + dt.timedelta(days=number % 15 - 1)
    state = (LinkState.MANUAL, LinkState.FETCHED, LinkState.WAITING)[number % 3]
    return CloudFile(
        id=number,
        provider="netease",
        key=str(number),
        url=_url(number),
        name="片.mp4",
        size=121_845_760,
        size_is_exact=True,
        expires_at=ends,
        code="k3x9",
        state=state,
        by_hand=False,
        tries=1,
        next_try_at=None,
        reason="login",
        detail="",
        got=0,
        sha256="0" * 64 if state is LinkState.FETCHED else "",
        seen_at=OPENED,
        closed_at=None,
    )


def _conflict(number: int) -> dict[str, Any]:
    said = "两处都改了这一格，表中保留前一个值，请核对后改成正确的值"
    place = {"sheet": "推荐作品", "row": f"R2024-{number + 1:04d}", "heading": "备注"}
    return {"at": NOW, **place, "kept": "已电话联系", "other": "未联系上，明天再打", "note": said}


def _staff(config: Config, works: list[Work]) -> Mapping[tuple[str, str, str], Any]:
    """A third of the works have been through staff's hands."""
    cells: dict[tuple[str, str, str], Any] = {}
    for number, work in enumerate(works):
        if number % 3:
            continue
        sheet = config.track(work.track).sheet
        cells[sheet, work.id, "光盘收到"] = {"date": "2024-10-20"}
        cells[sheet, work.id, "初审结论"] = ("通过", "补正", "不通过")[number % 9 // 3]
        cells[sheet, work.id, "审核人"] = "周敏"
        cells[sheet, work.id, "备注"] = "已电话联系，周五前补寄纸质表和光盘"
    return cells
