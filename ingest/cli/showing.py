"""`kepu show`: all that is known of one work or one mail, and its course."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ingest import views
from ingest.cli import console, looking
from ingest.config import Config
from ingest.errors import ConfigError, Exit
from ingest.ledger.course import course_of_mail, course_of_work
from ingest.ledger.judged import told_of
from ingest.ledger.rows import Row
from ingest.model import KIND_WORDS, OUTCOME_WORDS, STATE_WORDS, Kind, Outcome, WorkState, mail_number
from ingest.views import Record, Snapshot
from ingest.views.story import Line, story
from ingest.views.words import ENDING_WORDS, LETTER_STATE_WORDS, LETTER_WORDS, RULE_WORDS, size_text


def show(config: Config, clock: looking.Clock, ident: str, *, as_json: bool) -> int:
    """One work, or one mail by its number or Message-ID. ConfigError if there is none."""
    with looking.open_(config, clock) as context:
        snap = looking.snapshot(context)
        record = _find(snap, ident.strip().strip("<>"))
        if record is None:
            raise ConfigError(
                f"没有找到 {ident}", mend="请核对登记号（如 R2024-0001）、邮件编号（如 M00001）或 Message-ID。"
            )
        with context.read() as tx:
            about = record.get("id", "")
            events = (
                course_of_work(tx.connection, about) if about else course_of_mail(tx.connection, _arrival(snap, record))
            )
    lines = story(events, about)
    if as_json:
        print(
            json.dumps(record | _judged(snap, about) | {"history": _history(snap, events, lines)}, ensure_ascii=False)
        )
    else:
        _tell(config, record)
        rows = [
            (f"{one.at.astimezone(snap.zone):%m-%d %H:%M}", one.what, one.by, one.text) for one in lines if one.text
        ]
        console.table("经过", ("时间", "事项", "由", "说明"), rows)
    return int(Exit.DONE)


def _history(snap: Snapshot, events: Sequence[Row], lines: Sequence[Line]) -> list[Record]:
    """Events for programs: what stands in the ledger, with the line that people read."""
    return [
        {
            "at": views.iso(event["at"], snap.zone),
            "what": event["what"],
            "work": event["work_id"] or None,
            "mail": mail_number(event["arrival_id"]) if event["arrival_id"] else None,
            "by": line.by,
            "line": line.text,
            **event["detail"],
        }
        for event, line in zip(events, lines, strict=True)
    ]


def _judged(snap: Snapshot, work: str) -> Record:
    """By which rules, parsers and config the findings of a work were made; nothing for a mail."""
    key = snap.rows[work]["reviewed_with"] if work else ""
    return {"judged_with": told_of(key)} if key else {}


def _find(snap: Snapshot, ident: str) -> Record | None:
    upper = ident.upper()
    for record in views.work_records(snap):
        if record["id"] == upper:
            return record
    for arrival_id, row in snap.arrivals.items():
        if upper == mail_number(arrival_id) or (ident and row["message_id"] == ident):
            works = snap.works_of.get(arrival_id, [])
            record = views.message_record(row, snap.parts.get(arrival_id, ()), works=works, zone=snap.zone)
            return {"number": mail_number(arrival_id)} | record
    return None


def _arrival(snap: Snapshot, record: Record) -> int:
    return next(key for key in snap.arrivals if mail_number(key) == record["number"])


_HEADS = {
    "number": "编号",
    "id": "登记号",
    "title": "作品名称",
    "track": "组别",
    "mailbox": "信箱",
    "state": "状态",
    "decision": "初审结论",
    "received_at": "收到时间",
    "from": "发件人",
    "subject": "主题",
    "outcome": "去向",
    "reason": "说明",
    "message_id": "Message-ID",
    "may_reply": "可以回信",
    "moved_to": "已转为",
}


def _tell(config: Config, record: Record) -> None:
    """A work or a mail for people: its head, then a table a list."""
    for key, name in _HEADS.items():
        if record.get(key) not in (None, ""):
            print(f"{name}：{_word(config, key, record[key])}")
    if record.get("works"):
        print(f"登记号：{'、'.join(record['works'])}")
    if record.get("fields"):
        names = config.forms.names
        console.table("表格填写", ("栏目", "内容"), [(names.get(k, k), v) for k, v in record["fields"].items()])
    if record.get("findings"):
        rows = [(_rule(f), _outcome(f), f["clause"], f["evidence"]) for f in record["findings"]]
        console.table("审查", ("规则", "结果", "条款", "依据"), rows)
    files = record.get("materials") or record.get("parts") or ()
    if files:
        held = [(KIND_WORDS[Kind(m["kind"])], m["name"], size_text(m["size"]), m.get("path") or "") for m in files]
        console.table("文件", ("种类", "文件名", "大小", "位置"), held)
    if record.get("replies"):
        sent = [(LETTER_WORDS[r["kind"]], LETTER_STATE_WORDS[r["state"]], r["to"]) for r in record["replies"]]
        console.table("回信", ("种类", "状态", "收信人"), sent)
    if record.get("staff"):
        console.table("工作人员填写", ("栏目", "内容"), [(k, str(v)) for k, v in record["staff"].items()])


def _word(config: Config, key: str, value: object) -> str:
    if key == "track":
        return config.track(str(value)).name
    if key == "state":
        return STATE_WORDS[WorkState(str(value))]
    if key == "outcome":
        return ENDING_WORDS[str(value)]
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)


def _rule(finding: Record) -> str:
    return RULE_WORDS.get(finding["rule"], finding["rule"])


def _outcome(finding: Record) -> str:
    return OUTCOME_WORDS[Outcome(finding["outcome"])]
