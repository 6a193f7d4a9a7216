"""What all letters have in common: where they go next, how they say when, whose templates they are made from."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest import outbox
from ingest.config import Config
from ingest.ledger import Transaction
from ingest.ledger.arrivals import junk_key
from ingest.ledger.letters import HELD_FOR_JUNK
from ingest.ledger.rows import Row
from ingest.manners import answer_to
from ingest.model import DIGESTS, LetterKind, LetterState, Todo, TodoKind, mail_number
from reports.letters import Rendered


def state_of(config: Config, kind: LetterKind) -> LetterState:
    """Where a new letter stands: a draft where letters are only looked at, held where staff release them."""
    if config.replies.mode == "preview":
        return LetterState.DRAFT
    if kind in DIGESTS:  # to readers whom the config names: nobody need release them
        return LetterState.QUEUED
    return LetterState.HELD if kind is LetterKind.LATE or config.replies.mode == "approve" else LetterState.QUEUED


def lost_reader(address: str) -> str:
    """The key of the alert that a reader of daily mails cannot be reached."""
    return f"report:{address}"[:300]


def unreachable(tx: Transaction, letter: Row, why: str) -> None:
    """A letter's address does not exist: staff find its owner otherwise, the operator a reader of daily mails."""
    to = letter["to_address"]
    if letter["kind"] not in DIGESTS:
        tx.posting.bounced(to, why, letter["id"], tx.letters.works_of(letter["id"]))
        return
    tx.alerts.sound(lost_reader(to), f"日报、晨报发不到 {to}（{why[:100]}）；请核对 [report] 中的地址")


def templates_of(config: Config) -> Path | None:
    """The operator's own templates, None for the program's."""
    return Path(config.replies.templates) if config.replies.templates else None


@dataclass(frozen=True)
class WrongTemplate:
    """A template of the operator's own that cannot be filled: what is wrong, and what to do."""

    why: str
    mend: str


def wrong_template(config: Config) -> WrongTemplate | None:
    """The first of the operator's own templates that does not work, None if they do or there are none."""
    folder = templates_of(config)
    if folder is None:
        return None
    from reports.letters import check_templates

    try:
        check_templates(folder)
    except ValueError as error:
        return WrongTemplate(str(error), f"请修改 {folder} 中的模板后再运行；拿不准时删去这个文件，就用自带的模板")
    return None


def when(config: Config, moment: dt.datetime | None) -> str:
    """A time in the edition's zone, in words; "" if unknown."""
    if moment is None:
        return ""
    at = moment.astimezone(config.edition.zone)
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"


def deadline(config: Config) -> str:
    """The edition's last day, in words."""
    day = config.edition.deadline
    return f"{day.year}年{day.month}月{day.day}日24时（北京时间）"


def greeting(row: Row) -> str:
    """How the sender of a mail is addressed: by name; "" where that is none, but an address, ours perhaps, or long."""
    name: str = row["from_name"].strip()
    return "" if "@" in name or len(name) > _LONGEST_NAME else name


_LONGEST_NAME = 40


def same_mail(row: Row) -> str:
    """The same for one mail in both mailboxes: same sender, Message-ID and files."""
    same = (row["from_address"], row["message_id"] or row["id"], row["digest"])
    return hashlib.sha256(repr(same).encode()).hexdigest()


def junk_todo(row: Row) -> Todo:
    """What frees the letters to a mail that lies in a junk folder."""
    number = mail_number(row["id"])
    text = (
        f"邮件 {number} 在垃圾箱类文件夹“{row['folder']}”中，已照常登记，回信暂不发出。"
        "确认是投稿后，请在网页信箱中把它移到收件箱，或在“处理”一栏填“已处理”，回信随即放行。"
    )
    return Todo(junk_key(row["id"]), TodoKind.JUNK, text, arrival_id=row["id"])


def letter_row(
    config: Config, row: Row, key: str, kind: LetterKind, rendered: Rendered, *, urgency: int = 0
) -> dict[str, Any]:
    """A letter to the sender of a mail as the ledger keeps it. One to a mail in junk is held. urgency: 0 goes first."""
    mailbox = config.mailbox(row["mailbox"])
    return {
        "key": key,
        "kind": kind.value,
        "mailbox": mailbox.name,
        "arrival_id": row["id"],
        "to_address": answer_to(row["from_address"], row["headers"], heed_reply_to=config.replies.reply_to != "ignore"),
        "subject": rendered.subject,
        "text": rendered.text,
        "html": rendered.html,
        "message_id": outbox.message_id(key, mailbox),
        "in_reply_to": next(iter(outbox.references([], row["message_id"])), ""),
        "refs": outbox.references(row["refs"] or row["in_reply_to"], row["message_id"]),
        "state": (LetterState.HELD if row["junk"] else state_of(config, kind)).value,
        "held_for": HELD_FOR_JUNK if row["junk"] else "",
        "urgency": urgency,
    }
