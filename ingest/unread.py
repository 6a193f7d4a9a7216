"""Forms that no parser can read: what a person is asked to type in, and whether that has been done."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.config import Config
from ingest.ledger import Transaction
from ingest.model import Decision, Kind, Material, PartSource, Todo, TodoKind, Work, todo_number
from ingest.papers import scan_of
from parsers.facts import BROKEN_REASONS, Broken, FormFacts
from parsers.typedform import FORMAT, ROW_FORM, SHEET_FORM

DONE = ("待办", "处理")
"""Sheet and heading of the cell by which staff close a to-do."""

LEAST_FIELDS = 2
"""A form of which fewer fields were found has not been read."""
LEGIBLE, LEGIBLE_FIELDS = 0.75, 4
"""A scan without a form of its own is read well enough from this mean confidence and so many filled fields on."""

_OUT = frozenset({Decision.WITHDRAWN, Decision.MERGED, Decision.REFUSED})
_ELSEWHERE = frozenset({"locked", "wrong-password", "missing-volume", "malware"})
"""Reasons that have a to-do of their own: a password, another volume, a virus."""


@dataclass(frozen=True)
class Unread:
    """A work whose form cannot be read. key: changes with the file and the reason; why: a clause for people."""

    key: str
    why: str
    material: Material


def unread(work: Work) -> Unread | None:
    """Why a person must type the work's form in; None if it can be read, was typed in, or nothing is there to type."""
    if work.gone or work.decision in _OUT:
        return None
    form = work.in_force(Kind.FORM)
    if form is None:
        return _badly_scanned(work)
    if not form.part.here or (isinstance(form.part.facts, Broken) and form.part.facts.reason in _ELSEWHERE):
        return None
    reason = _reason(form)
    return Unread(f"{form.part.id}:{reason[0]}", f"电子表“{form.part.name}”{reason[1]}", form) if reason else None


def _reason(form: Material) -> tuple[str, str] | None:
    """A key and a clause; None if the form was read."""
    facts = form.part.facts
    if isinstance(facts, FormFacts):
        if facts.format == FORMAT or len(facts.fields) >= LEAST_FIELDS:
            return None
        return "labels", "里没有读出表格的栏目"
    if isinstance(facts, Broken):  # a Word file that lost its end is a bad zip: not to be called an archive
        bad = facts.reason in ("bad-archive", "bad-checksum", "no-members")
        return facts.reason, f"读不出（{BROKEN_REASONS['unreadable'] if bad else facts.sentence}）"
    return "format", "的格式目前不能自动读取"


def _badly_scanned(work: Work) -> Unread | None:
    """There is only a scan, and hardly anything can be read of it."""
    scan, reading = work.in_force(Kind.SCAN), scan_of(work)
    if scan is None or reading is None or not scan.part.here:
        return None
    found = sum(not value.blank for value in reading.fields.values())
    if found >= LEGIBLE_FIELDS and reading.confidence >= LEGIBLE:
        return None
    why = f"没有电子表，扫描件“{scan.part.name}”识别不清（读出 {found} 项，平均可信度 {reading.confidence:.0%}）"
    return Unread(f"{scan.part.id}:scan", why, scan)


def is_typed(material: Material) -> bool:
    """Staff typed it in."""
    facts = material.part.facts
    return (
        material.part.source is PartSource.MANUAL
        and material.part.name in (SHEET_FORM, ROW_FORM)
        and isinstance(facts, FormFacts)
        and facts.format == FORMAT
    )


def recognised(work: Work) -> dict[str, tuple[str, float]]:
    """What is known of the fields without a person: field to value and confidence; to be checked."""
    reading = scan_of(work)
    found = {name: (value.value, value.confidence) for name, value in reading.fields.items()} if reading else {}
    form = work.in_force(Kind.FORM)
    if form is not None and isinstance(form.part.facts, FormFacts):
        found |= {name: (value.value, value.confidence) for name, value in form.part.facts.fields.items()}
    return {name: pair for name, pair in found.items() if pair[0].strip()}


def ask(tx: Transaction, config: Config, work: Work) -> None:
    """The to-do on a work's form as it is now: asked, asked again, or done. What staff closed stays closed."""
    needed = unread(work)
    key = f"type-form:{work.id}:{needed.key}" if needed else ""
    known = {row["key"]: row for row in tx.desk.todos(open_only=False, work=work.id) if _is_ours(row["kind"])}
    for other, row in known.items():
        if other != key and row["closed_at"] is None:
            tx.desk.close_todos(key=other)
    if needed is None:
        return
    if key in known and (known[key]["closed_at"] is None or _closed_by_staff(tx, known[key]["id"])):
        return
    part = needed.material.part
    todo = Todo(key, TodoKind.TYPE_FORM, text_of(config, work, needed), work.id, part.arrival_id, part.id)
    tx.desk.ask(todo, anew=True)


def text_of(config: Config, work: Work, needed: Unread) -> str:
    """What the to-do says."""
    sheet = config.track(work.track).sheet
    return (
        f"作品 {work.id}：{needed.why}。请对照原件录入：在「{sheet}」这一行的“作品名称”“第一作者”等栏直接填写，"
        f"或打开“补件/{work.id}/{SHEET_FORM}”逐项填写后保存。"
    )


def _is_ours(kind: str) -> bool:
    return kind == TodoKind.TYPE_FORM.value


def _closed_by_staff(tx: Transaction, todo: int) -> bool:
    return tx.desk.staff_cells().get((DONE[0], todo_number(todo), DONE[1])) is not None
