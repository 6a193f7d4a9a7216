"""Ledgers of any size, made by inserting rows: works that stand in the book, mails that are parsed and wait."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, insert, select

from ingest.config import Config
from ingest.ledger import Transaction, schema
from ingest.model import Kind, WorkState
from parsers import facts as f

CHINA = dt.timezone(dt.timedelta(hours=8))
OPENED = dt.datetime(2024, 10, 8, 9, 0, tzinfo=CHINA)
_HEADERS = {"received": ["from x by mx.163.com with SMTP"], "authentication-results": ["mx.163.com; spf=pass"]}
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_GIVEN = "明华强芳敏静丽涛超娟英杰磊洋艳勇军伟刚平辉玲桂兰晨曦宇轩梓涵诗雨嘉怡"
_TITLES = ("星海寻踪", "一粒种子的旅行", "深海来信", "雨从哪里来", "听见地球的心跳", "小分子大世界", "看不见的守护")


@dataclass(frozen=True)
class Entry:
    """One work as a mail brings it. fields: of its form; film: what its bytes are called by, "" for none."""

    number: int
    track: str = "public"
    fields: Mapping[str, str] = field(default_factory=dict)
    film: str = ""
    received_at: dt.datetime = OPENED
    sender: str = "someone@example.cn"


def an_entry(number: int, config: Config) -> Entry:
    """A work of its own: one in five of a recommending unit, one in fifty with somebody else's author or film."""
    recommended = number % 5 == 0
    like = number - 37 if number % 50 == 49 else number
    author = _SURNAMES[like % 32] + _GIVEN[like // 32 % 34] + _GIVEN[like // 1088 % 34]
    unit = f"第{like % 1000 * 7 + like // 1000}研究所"
    fields = {
        "title": f"{_TITLES[number % 7]}（第{number}集）",
        "author": f"{author}、王小明",
        "author_unit": unit,
        "producer": f"星野{number}科普传播有限公司",
        "completed_on": "2023年5月",
        "first_shown_on": "2023年6月1日",
        "platform": "央视科教频道",
        "contact": "王工",
        "phone": f"138{number:08d}",
        "email": f"editor{number}@example{number % 97}.cn",
        "summary": "讲述探月工程的科学家。",
        "commitment": "本人承诺作品为原创。",
        "non_original": "无",
    }
    if recommended:
        fields["recommender"] = config.recommenders[number // 5 % len(config.recommenders)].name
        fields["recommender_opinion"] = "同意推荐"
    else:
        fields["entrant_kind"] = "个人"
    return Entry(
        number,
        "recommended" if recommended else "public",
        fields,
        film=f"film {like}",
        received_at=OPENED + dt.timedelta(seconds=40 * number),
        sender=f"editor{number}@example{number % 97}.cn",
    )


def post(tx: Transaction, wants: str, entries: Iterable[Entry]) -> None:
    """Mails that are parsed and wait to be assembled, with all that was read of their files."""
    listed = list(entries)
    _mails(tx, listed, stage="parsed", ended=None)
    _files(tx, wants, listed)


def enter(tx: Transaction, config: Config, wants: str, entries: Iterable[Entry]) -> list[str]:
    """Works that stand in the book and were not judged yet; their ids."""
    listed = list(entries)
    _mails(tx, listed, stage="ended", ended="work")
    parts = _files(tx, wants, listed)
    ids = _works(tx, config, listed)
    links = [
        {"work_id": work, "arrival_id": one.number, "role": "opened"} for work, one in zip(ids, listed, strict=True)
    ]
    tx.connection.execute(insert(schema.work_arrivals), links)
    materials = [
        {"work_id": work, "part_id": part["id"], "kind": part["kind"], "in_force": True}
        for work, files in zip(ids, parts, strict=True)
        for part in files
    ]
    tx.connection.execute(insert(schema.materials), materials)
    return ids


def _works(tx: Transaction, config: Config, entries: Sequence[Entry]) -> list[str]:
    table = schema.works
    rows: list[dict[str, Any]] = []
    for track in config.tracks:
        mine = [one for one in entries if one.track == track.key]
        highest = (
            tx.connection.execute(select(func.max(table.c.number)).where(table.c.track == track.key)).scalar() or 0
        )
        for number, one in enumerate(mine, start=highest + 1):
            rows.append(
                {
                    "id": f"{track.prefix}{config.edition.year}-{number:04d}",
                    "track": track.key,
                    "number": number,
                    "mailbox": track.key,
                    "title": one.fields.get("title", ""),
                    "state": WorkState.REVIEW.value,
                    "opened_at": tx.now,
                    "at": one.number,
                }
            )
    by_entry = {row.pop("at"): row for row in rows}
    tx.connection.execute(insert(table), list(by_entry.values()))
    return [by_entry[one.number]["id"] for one in entries]


def _mails(tx: Transaction, entries: Sequence[Entry], *, stage: str, ended: str | None) -> None:
    rows = [
        {
            "id": one.number,
            "mailbox": one.track,
            "track": one.track,
            "folder": "INBOX",
            "uidvalidity": 1,
            "uid": str(one.number),
            "size": 30_000,
            "received_at": one.received_at,
            "listed_at": one.received_at,
            "stage": stage,
            "ended": ended,
            "ended_at": one.received_at if ended else None,
            "raw_sha256": _digest(f"mail {one.number}"),
            "message_id": f"m{one.number}@example.cn",
            "subject": f"投稿《{one.fields.get('title', '')}》",
            "from_address": one.sender,
            "digest": _digest(f"files {one.number}"),
            "headers": _HEADERS,
            "may_reply": True,
        }
        for one in entries
    ]
    tx.connection.execute(insert(schema.arrivals), rows)


def _files(tx: Transaction, wants: str, entries: Sequence[Entry]) -> list[list[dict[str, Any]]]:
    found = [list(_parts(one)) for one in entries]
    kept: dict[str, dict[str, Any]] = {}
    for parts in found:
        for part in parts:
            said = f.to_json(part.pop("facts"))
            kept[part["sha256"]] = {
                "sha256": part["sha256"],
                "version": f.PARSERS_VERSION,
                "wants": wants,
                "json": said,
            }
    tx.connection.execute(insert(schema.parts), [part for parts in found for part in parts])
    tx.connection.execute(insert(schema.facts).prefix_with("OR IGNORE"), list(kept.values()))
    return found


def _parts(one: Entry) -> Iterable[dict[str, Any]]:
    title = one.fields.get("title", "")
    form = f.FormFacts(
        format="docx",
        title="2024年全国科普微视频大赛作品" + ("推荐表" if one.track == "recommended" else "自荐表"),
        fields={name: f.FieldValue(value=value, label=name) for name, value in one.fields.items()},
        text=" ".join(one.fields.values()),
    )
    film = f.VideoFacts(
        container="mp4", brand="isom", size=150_000_000, duration_s=180, width=1920, height=1080, shown_width=1920,
        shown_height=1080, display_aspect=16 / 9, audio=(f.AudioTrack(codec="AAC", channels=2, duration_s=180),),
    )  # fmt: skip
    page = f.ImageFacts(format="jpeg", width=2480, height=3508)
    files: tuple[tuple[Kind, str, str, f.Facts], ...] = (
        (Kind.FORM, f"{title}.docx", f"form {one.number}", form),
        (Kind.SCAN, "扫描件.jpg", f"scan {one.number}", page),
        (Kind.PROOF, "播放证明.jpg", f"proof {one.number}", page),
        *([(Kind.VIDEO, f"{title}.mp4", one.film, film)] if one.film else []),
    )
    for at, (kind, name, content, facts) in enumerate(files):
        yield {
            "id": one.number * 8 + at,
            "arrival_id": one.number,
            "position": at,
            "name": name,
            "size": 150_000_000 if kind is Kind.VIDEO else 40_000,
            "sha256": _digest(content),
            "format": name.rpartition(".")[2],
            "source": "attachment",
            "kind": kind.value,
            "certain": kind in (Kind.FORM, Kind.VIDEO),
            "facts": facts,
        }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
