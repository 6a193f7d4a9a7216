"""Forms typed in as files: 表格.xlsx laid out for each work whose form cannot be read, and what becomes of it.

`meta` keeps what was laid out and which bytes were looked at last, so that an untouched or a wrong file is not read
again in each run, and one that nobody filled in is never taken.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import structlog

from ingest.byhand import FileByHand, pour_all, take_for_work
from ingest.context import Context, crash_point, limits_of
from ingest.ledger import Transaction
from ingest.model import Todo, TodoKind, Work
from ingest.sources.files import open_plain
from ingest.stages.assemble import filing
from ingest.unread import is_typed, unread
from parsers.facts import Broken, Facts, FormFacts
from parsers.typedform import FORMAT, SHEET_FORM, typist_of
from reports.workbook import is_open_elsewhere

log = structlog.get_logger("kepu")

BLANKS = "空白表格"
"""The folder of forms that nothing is filled in, for works to which nobody is asked to type one in."""
MAX_BYTES = 20_000_000
_META = "template:"
_WRONG = "typed-wrong:"
_EMPTY = f"“{SHEET_FORM}”的“填写”一栏全是空的，没有收取。请填写后再保存"
_OTHER_FORMATS = frozenset({".xls", ".et", ".ods", ".csv", ".xlsm", ".xlsb", ".numbers"})


@dataclass(frozen=True)
class _Laid:
    """What is known of a work's 表格.xlsx. sha256: as it was laid out; values: what stood in it, by field; seen: the
    bytes that were looked at last and not taken; said: why, for people, "" where nobody filled it in."""

    sha256: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    seen: str = ""
    said: str = ""


def is_sheet_form(folder: Path, path: Path) -> bool:
    """Whether a file in a work's folder is meant as its form, typed in; in another format too, which is then said."""
    named = path.stem.strip() == Path(SHEET_FORM).stem
    return path.parent == folder and named and path.suffix.lower() in {".xlsx", *_OTHER_FORMATS}


def take_sheet_form(context: Context, path: Path, work: str) -> bool | None:
    """A work's 表格.xlsx as its form: whether it was new; None if it is not taken, and stays where it is.

    It is left while somebody has it open, as long as nobody filled it in, and where it cannot be read: then a to-do
    says why. OSError if the share does not let itself be read.
    """
    if is_open_elsewhere(path) or path.stat().st_size > MAX_BYTES:
        return None
    digest = _digest(path)
    with context.read() as tx:
        laid = _laid(tx, work)
    if digest in (laid.sha256, laid.seen):
        return None
    with context.store.scratch() as scratch:  # a share may change it under our hands
        copy = scratch / SHEET_FORM
        with copy.open("wb") as file:
            pour_all(open_plain(path), file)
        facts = context.workers.look(copy, context.wants, None, name=SHEET_FORM, limits=limits_of(context.config))
        said = _why_not(path, facts)
        if not said and isinstance(facts, FormFacts):
            if facts.fields and _filled_in(facts, laid):
                return _take(context, copy, work, facts)
            if not facts.fields and _withdraw(context, work):
                return False
            said = _EMPTY if not facts.fields and (laid.values or typist_of(facts)) else ""
    _leave(context, work, replace(laid, seen=digest, said=said))
    return None


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with open_plain(path) as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _why_not(path: Path, facts: Facts) -> str:
    """Why it cannot be taken for a form, "" if it can."""
    if path.suffix.lower() in _OTHER_FORMATS:
        return f"“{path.name}”不是 xlsx 格式，没有收取。请另存为“{SHEET_FORM}”"
    if isinstance(facts, FormFacts) and facts.format == FORMAT:
        return ""
    if not isinstance(facts, FormFacts):
        why = facts.sentence if isinstance(facts, Broken) else "不是完整的 xlsx 文件"
        return f"“{SHEET_FORM}”打不开（{why}），没有收取，原样留着。请重新保存，或删去它，由程序重放一份"
    return f"“{SHEET_FORM}”里找不到“栏目”“填写”这一行标题，没有收取，原样留着。请恢复标题行，或删去它，由程序重放一份"


def _filled_in(facts: FormFacts, laid: _Laid) -> bool:
    """Somebody changed what stood there, or put their name to it."""
    now = {name: value.value for name, value in facts.fields.items()}
    return _plain(now) != _plain(laid.values) or bool(typist_of(facts))


def _plain(values: Mapping[str, str]) -> dict[str, str]:
    return {name: "".join(value.split()) for name, value in values.items()}


def _take(context: Context, copy: Path, work: str, facts: FormFacts) -> bool:
    stored = context.store.put_file(copy)
    new = take_for_work(context, FileByHand(SHEET_FORM, stored), work)
    with context.begin() as tx:
        _keep(tx, work, _Laid())
        if not new:
            _judge_again(context, tx, work, stored.sha256)
        told = any(event["detail"].get("sha256") == stored.sha256 for event in tx.desk.events(work=work))
        if new or not told:  # a run that died here is told now
            names = sorted(facts.fields)
            tx.desk.event("form-typed", work=work, who=typist_of(facts), fields=names, sha256=stored.sha256)
    crash_point("form-taken")
    return new


def _judge_again(context: Context, tx: Transaction, work: str, sha256: str) -> None:
    """A file that was taken before and passed over since counts once more."""
    found = tx.load([work], context.wants_key)[work]
    over = [m.part.id for m in found.materials if m.part.sha256 == sha256 and m.passed_over]
    if over:
        tx.moves.pass_over(work, over, passed=False)
        filing.settle(context, tx, work)


def _withdraw(context: Context, work: str) -> bool:
    """An empty file takes back what was typed in as a file; whether there was any."""
    with context.begin() as tx:
        found = tx.load([work], context.wants_key)[work]
        typed = [m for m in found.materials if is_typed(m) and m.part.name == SHEET_FORM and not m.passed_over]
        if not typed:
            return False
        tx.moves.pass_over(work, [m.part.id for m in typed])
        filing.settle(context, tx, work)
        tx.desk.event("form-untyped", work=work)
        _keep(tx, work, _Laid())
    return True


def _leave(context: Context, work: str, laid: _Laid) -> None:
    """It stays; a to-do says why, if there is a reason."""
    with context.begin() as tx:
        _keep(tx, work, laid)
        if laid.said:
            log.warning("typed form not taken", work=work, reason=laid.said)
            text = f"“补件/{work}”中的{laid.said}。"
            tx.desk.ask(Todo(_WRONG + work, TodoKind.BROKEN_FILE, text, work=work), anew=True)


def _laid(tx: Transaction, work: str) -> _Laid:
    text = tx.desk.get(_META + work)
    return _Laid(**json.loads(text)) if text else _Laid()


def _keep(tx: Transaction, work: str, laid: _Laid) -> None:
    """What is known of the file from now on; a to-do on an earlier one is done."""
    known = {**laid.__dict__, "values": dict(laid.values)}
    tx.desk.put(_META + work, json.dumps(known, ensure_ascii=False) if laid != _Laid() else "")
    tx.desk.close_todos(key=_WRONG + work)


# laying out


def lay_out(context: Context, top: Path) -> None:
    """表格.xlsx for each work whose form is to be typed in; one that nobody touched goes when its work needs none.

    top: the folder of 补件. OSError if the share does not let itself be written.
    """
    _blanks(context, top / BLANKS)
    with context.read() as tx:
        asked = {row["work_id"] for row in tx.desk.todos() if row["kind"] == TodoKind.TYPE_FORM.value}
        laid = {work: _Laid(**json.loads(text)) for work, text in tx.desk.starting_with(_META).items()}
        missing = [work for work in sorted(asked) if not _is_there(top / work)]
        works = tx.load(missing, context.wants_key) if missing else {}
    for work_id in sorted(laid):
        if work_id not in asked or not _is_there(top / work_id):
            _clear(context, top / work_id / SHEET_FORM, work_id, laid[work_id])
    for work in works.values():
        if (top / work.id).is_dir():
            _lay(context, top / work.id / SHEET_FORM, work)


def _is_there(folder: Path) -> bool:
    """A file of that name in any format lies there, so that nobody's work is put aside."""
    try:
        return any(is_sheet_form(folder, path) for path in folder.iterdir())
    except OSError:  # there is no folder yet
        return False


def _lay(context: Context, path: Path, work: Work) -> None:
    from ingest.views.typing import typing_form
    from reports.typingform import write_typing_form

    needed = unread(work)
    form = typing_form(context.config, work, why=f"{needed.why}。" if needed else "")
    made = path.with_name(f".{path.name}.part")
    made.unlink(missing_ok=True)  # of a run that died here
    write_typing_form(made, form)
    with context.begin() as tx:
        _keep(tx, work.id, _Laid(_digest(made), {one.code: one.value for one in form.fields if one.value}))
    crash_point("template-known")
    made.rename(path)


def _clear(context: Context, path: Path, work: str, laid: _Laid) -> None:
    """What nobody touched goes; a file somebody worked in stays, and what is known of it, as long as it is there."""
    there = path.is_file() and not path.is_symlink()
    if there and _digest(path) == laid.sha256:
        path.unlink()
        there = False
    if not there:
        with context.begin() as tx:
            _keep(tx, work, _Laid())


def _blanks(context: Context, folder: Path) -> None:
    """An empty form for each track, written once."""
    for track in context.config.tracks:
        path = folder / f"录入{track.form}.xlsx"
        if not path.exists():
            from ingest.views.typing import blank_form
            from reports.typingform import write_typing_form

            folder.mkdir(exist_ok=True)
            write_typing_form(path, blank_form(context.config, track.key))
