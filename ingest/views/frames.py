"""The snapshot as pandas frames, one a sheet, with the sheets' headings as columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ingest import deciding
from ingest.ledger.rows import Row
from ingest.model import (
    KIND_WORDS,
    OF_WORKS,
    OUTCOME_WORDS,
    STATE_WORDS,
    CloudFile,
    Decision,
    Finding,
    Kind,
    LetterState,
    Outcome,
    PartSource,
    TodoKind,
    Work,
    letter_number,
    mail_number,
    pair_number,
    todo_number,
)
from ingest.views import Snapshot, fields_of, recognised_fields
from ingest.views.cells import sheets_of
from ingest.views.held import files_of, film_of
from ingest.views.quotas import quota_rows
from ingest.views.words import (
    ENDING_WORDS,
    HELD_WORDS,
    LETTER_STATE_WORDS,
    LETTER_WORDS,
    RULE_WORDS,
    TODO_WORDS,
    megabytes,
    size_text,
    time_left,
)
from parsers.providers import recognise
from reports import tables

if TYPE_CHECKING:
    import pandas as pd

Cells = dict[str, Any]

SUMMARY_ORDER = (Outcome.FAIL, Outcome.MISSING, Outcome.PENDING, Outcome.REVIEW)
SUMMARY_LINES = 5
"""So many stand in 问题摘要: a row must not push all others off the screen."""
ANY_HOST = frozenset({"coremail"})
"""Services that run under anybody's host: their addresses are shown, and not to be clicked on."""
READ_WORD = "（识别）"
"""Stands after a value that was read off the scan, because there is no electronic form."""
GONE_WORD = "已转出"
"""What stands in 状态 of a work whose mails and files are another's now, where no decision says so."""


def frames(snap: Snapshot, reported: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """Sheet title to frame. reported: work id to the state that the last report showed."""
    makers: dict[str, Callable[[], Iterable[Cells]]] = {
        tables.FINDINGS.title: lambda: _findings(snap),
        tables.QUOTAS.title: lambda: quota_rows(snap),
        tables.DUPLICATES.title: lambda: _duplicates(snap),
        tables.TODOS.title: lambda: _todos(snap),
        tables.LETTERS.title: lambda: _letters(snap),
        tables.MESSAGES.title: lambda: _messages(snap),
        tables.CONFLICTS.title: lambda: _conflicts(snap),
    }
    for track in snap.config.tracks:
        makers[track.sheet] = lambda key=track.key: _works(snap, key, reported)  # type: ignore[misc]
    return {sheet.title: _frame(sheet, makers[sheet.title]()) for sheet in sheets_of(snap.config)}


def _frame(sheet: tables.Sheet, rows: Iterable[Cells]) -> pd.DataFrame:
    import pandas as pd

    listed = list(rows)
    links = [f"{c.heading}.link" for c in sheet.columns if c.format in tables.LINKED]
    return pd.DataFrame(listed, columns=[*sheet.headings, *links], dtype=object)


def _wall(snap: Snapshot, moment: dt.datetime | None) -> dt.datetime | None:
    """A time as the clock on the wall shows it: cells have no zone."""
    return None if moment is None else moment.astimezone(snap.zone).replace(tzinfo=None, microsecond=0)


def _works(snap: Snapshot, track: str, reported: Mapping[str, str]) -> Iterable[Cells]:
    for work in snap.works.values():
        if work.track == track:
            yield _work(snap, work, reported)


def _work(snap: Snapshot, work: Work, reported: Mapping[str, str]) -> Cells:
    fields = _marked(work)
    findings = snap.findings.get(work.id, ())
    folder = snap.rows[work.id]["folder"]
    row: Cells = {
        "登记号": work.id,
        "作品名称": work.title,
        "状态": state_word(work),
        "问题摘要": "\n".join((*snap.notes_of(work.id), *filter(None, [summary(findings)]))),
        "变化": _change(work, reported),
        "推荐单位": fields.get("recommender", ""),
        "自荐类型": fields.get("entrant_kind", ""),
        "第一作者": fields.get("author", ""),
        "制作单位": fields.get("producer", ""),
        "联系人": fields.get("contact", ""),
        "联系电话": fields.get("phone", ""),
        "邮箱": fields.get("email", "") or (work.senders[0] if work.senders else ""),
        "收到时间": _wall(snap, work.received_at),
        **files_of(snap, work),
        **film_of(work),
        "人工核对项": "、".join(RULE_WORDS.get(f.rule, f.rule) for f in findings if f.outcome is Outcome.MANUAL),
        "相关作品": "\n".join(snap.related(work.id)),
        "回信": "\n".join(_letter_words(snap, snap.letters_of(work.id))),
    }
    if folder:
        row |= {"文件夹": "打开", "文件夹.link": f"../works/{folder}", "审查页": "打开"}
        row["审查页.link"] = f"../works/{folder}/审查.html"
    return row


def _marked(work: Work) -> dict[str, str]:
    """The work's fields; what was only recognised on the scan says so."""
    guessed = recognised_fields(work)
    return {name: f"{value}{READ_WORD}" if name in guessed else value for name, value in fields_of(work).items()}


def state_word(work: Work) -> str:
    """What stands in 状态: staff's decision first, else the machine's view."""
    if work.gone and work.decision not in (Decision.MERGED, Decision.OTHER_TRACK):
        return GONE_WORD
    return work.decision.value if work.decision else STATE_WORDS[work.state]


def summary(findings: Sequence[Finding]) -> str:
    """What is wrong or open with a work, worst first, a line each; many are counted, since they stand in 审查明细."""
    said = (f"{OUTCOME_WORDS[o]}｜{f.evidence}" for o in SUMMARY_ORDER for f in findings if f.outcome is o)
    lines = list(dict.fromkeys(said))
    if len(lines) > SUMMARY_LINES:
        lines[SUMMARY_LINES:] = [f"……另有 {len(lines) - SUMMARY_LINES} 项，见「{tables.FINDINGS.title}」"]
    return "\n".join(lines)


def _change(work: Work, reported: Mapping[str, str]) -> str:
    before = reported.get(work.id)
    if before is None:
        return "新作品"
    return "" if before == state_word(work) else f"{before}→{state_word(work)}"


def _letter_words(snap: Snapshot, letters: Sequence[Row]) -> list[str]:
    words = [f"{LETTER_WORDS[x['kind']]}：{LETTER_STATE_WORDS[x['state']]}" for x in letters]
    return words + ["联系不上，请打电话"] * any(x["to_address"] in snap.dead for x in letters)


def _findings(snap: Snapshot) -> Iterable[Cells]:
    shown = [outcome for outcome in Outcome if outcome not in (Outcome.PASS, Outcome.NA)]
    for work in snap.works.values():
        for finding in snap.findings.get(work.id, ()):
            if finding.outcome in shown:
                yield {
                    "登记号": work.id,
                    "作品名称": work.title,
                    "条款": finding.clause,
                    "规则": RULE_WORDS.get(finding.rule, finding.rule),
                    "结果": OUTCOME_WORDS[finding.outcome],
                    "依据": finding.evidence,
                }


def _duplicates(snap: Snapshot) -> Iterable[Cells]:
    for (one, other), whys in snap.pairs.items():
        number = pair_number(one, other)
        said = deciding.text_of(snap.staff.get((tables.DUPLICATES.title, number, deciding.SAME)))
        if whys or said:
            yield {"编号": number, "作品一": one, "作品二": other, "理由": _whys(snap, (one, other), whys, said)}


def _whys(snap: Snapshot, pair: Sequence[str], whys: Mapping[str, str], said: str) -> str:
    """Why two works may be one, a line a rule; their titles; a conclusion that says nothing to the program."""
    works = (snap.works[work] for work in pair if work in snap.works)
    titles = "、".join(f"《{work.title}》" for work in works if work.title)
    lines = [f"{RULE_WORDS.get(rule, rule)}：{why}" for rule, why in whys.items()]
    if not lines:
        lines.append("现在已不相似，或其中一部不再计入")
    if said and not deciding.is_conclusion(said):
        lines.append(f"【“结论”栏填的“{said[:60]}”不在可选之列，没有采用，请改选】")
    return "\n".join((*lines, *filter(None, [titles])))


def _todos(snap: Snapshot) -> Iterable[Cells]:
    parts = {part["id"]: part for found in snap.parts.values() for part in found}
    links = {todo["id"]: snap.link_of(parts[todo["part_id"]]) for todo in snap.todos if todo["part_id"] in parts}

    def due(todo: Row) -> dt.datetime | None:
        link = links.get(todo["id"])
        return (link.expires_at if link else None) or todo["due_at"]

    for todo in sorted(snap.todos, key=lambda row: (due(row) is None, due(row) or row["created_at"])):
        arrival = snap.arrivals.get(todo["arrival_id"] or 0)
        yield {
            "编号": todo_number(todo["id"]),
            "事项": todo["text"] + _not_taken(snap, todo),
            "类别": TODO_WORDS.get(todo["kind"], todo["kind"]),
            "登记号": todo["work_id"],
            "来信人": (arrival["from_name"] or arrival["from_address"]) if arrival else "",
            "邮件主题": arrival["subject"] if arrival else "",
            "提出时间": _wall(snap, todo["created_at"]),
            "已等天数": (snap.now - todo["created_at"]).days,
            "截止": _wall(snap, due(todo)),
            "候选": "、".join(todo["candidates"]),
            **_link_cells(snap, todo, links.get(todo["id"]), due(todo)),
        }


def _link_cells(snap: Snapshot, todo: Row, link: CloudFile | None, due: dt.datetime | None) -> Cells:
    """What a person needs to fetch a file. Only addresses of services we know are to be clicked on."""
    if link is None or todo["kind"] != TodoKind.FETCH_LINK.value:
        return {}
    days, word = time_left(due, snap.now)
    size = megabytes(link.size) if link.size else "未注明"
    cells = {"剩余天数": days, "期限": word, "链接": link.url, "提取码": link.code, "文件大小": size}
    target = recognise(link.url)
    known = target is not None and target.provider not in ANY_HOST
    return cells | ({"链接.link": link.url} if known else {})


def _not_taken(snap: Snapshot, todo: Row) -> str:
    """A choice that was written but could not be used is said where it was written, until it is mended."""
    choice = deciding.text_of(snap.staff.get((tables.TODOS.title, todo_number(todo["id"]), deciding.CHOICE)))
    what = _CHOICES.get(todo["kind"])
    return f"\n【“选择”栏填的“{choice[:60]}”不是{what}，请改正】" if choice and what else ""


_CHOICES = {
    TodoKind.CHOOSE_WORK.value: "已有的登记号",
    TodoKind.PLACE_FILE.value: "已有的登记号",
    TodoKind.CHOOSE_FILE.value: "候选的文件名或序号",
}
"""What can be written under 选择."""


def _letters(snap: Snapshot) -> Iterable[Cells]:
    for letter in snap.letters:
        row: Cells = {
            "编号": letter_number(letter["id"]),
            "登记号": "\n".join(snap.letter_works.get(letter["id"], ())),
            "种类": LETTER_WORDS[letter["kind"]],
            "收信人": letter["to_address"],
            "主题": letter["subject"],
            "状态": LETTER_STATE_WORDS[letter["state"]],
            "生成时间": _wall(snap, letter["created_at"]),
            "发出时间": _wall(snap, letter["sent_at"]),
            "说明": _letter_note(snap, letter),
        }
        if letter["file"]:
            row |= {"信件": "打开", "信件.link": f"回信/{letter['file']}"}
        yield row


def _letter_note(snap: Snapshot, letter: Row) -> str:
    """Why it is held or waits, what its server or the other side said, what could not be done of what staff wrote."""
    written = snap.staff.get((tables.LETTERS.title, letter_number(letter["id"]), deciding.RELEASE))
    held = HELD_WORDS.get(letter["held_for"].removesuffix("-draft"), "") if letter["held_for"] else ""
    again = letter["try_after"] if letter["state"] == LetterState.QUEUED.value else None
    tries = f"{again.astimezone(snap.zone):%m-%d %H:%M} 后再试（已试 {letter['tries']} 次）" if again else ""
    said = letter["error"][:200]
    return "；".join(filter(None, (held, said, tries, deciding.letter_note(written, letter["state"]))))


def _messages(snap: Snapshot) -> Iterable[Cells]:
    addresses = {mailbox.name: mailbox.address for mailbox in snap.config.mailboxes}
    for arrival_id, row in snap.arrivals.items():
        yield {
            "编号": mail_number(arrival_id),
            "信箱": addresses.get(row["mailbox"], row["mailbox"]),
            "收到时间": _wall(snap, row["received_at"]),
            "发件人": row["from_address"],
            "主题": row["subject"],
            "去向": ENDING_WORDS[row["ended"] or "pending"],
            "登记号": "\n".join(snap.works_of.get(arrival_id, ())),
            "说明": _mail_note(snap, row),
            "附件": "\n".join(_part_line(part) for part in snap.parts.get(arrival_id, ())),
        }


def _mail_note(snap: Snapshot, row: Row) -> str:
    """Why it became what it is, and what could not be done of what staff wrote."""
    written = snap.staff.get((tables.MESSAGES.title, mail_number(row["id"]), deciding.BELONGS))
    said = row["reason"] or row["pending"] or row["error"]
    silent = row["may_reply_why"] if row["ended"] in OF_WORKS and not row["may_reply"] else ""
    told = f"不自动回信：{silent}" if silent else ""
    return "\n".join(filter(None, (deciding.mail_note(written, snap.rows, ended=row["ended"]), said, told)))


def _conflicts(snap: Snapshot) -> Iterable[Cells]:
    for row in snap.conflicts:
        yield {
            "发现时间": _wall(snap, row["at"]),
            "工作表": row["sheet"],
            "编号": row["row"],
            "栏目": row["heading"],
            "表中的值": row["kept"],
            "另一处的值": row["other"],
            "说明": row["note"],
        }


def _part_line(part: Row) -> str:
    where = {PartSource.ARCHIVE.value: f"（{part['inside']}内）", PartSource.CLOUD.value: "（云附件）"}
    name = part["name"] or part["url"]
    return f"{KIND_WORDS[Kind(part['kind'])]}：{name}{where.get(part['source'], '')} {size_text(part['size'])}"
