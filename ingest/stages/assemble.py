"""Assemble: what becomes of each mail. `decide` is a function of values; `_one` looks up and writes down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ingest import manners
from ingest.config import Config
from ingest.context import Context, stage_ids
from ingest.ledger import Transaction
from ingest.ledger.works import Candidate, NewMaterial
from ingest.materials import Grouping, group, in_force
from ingest.model import (
    NEW_WORK,
    NO_MATERIAL,
    Arrival,
    Ended,
    Ending,
    Group,
    Kind,
    Material,
    Part,
    Stage,
    Todo,
    TodoKind,
    mail_number,
)
from ingest.names import find_ids, same_title, title_in
from parsers.facts import BROKEN_REASONS, Broken, FormFacts

SUBMITTED = frozenset({Kind.VIDEO, Kind.FORM, Kind.SCAN})
"""Kinds that make a mail a submission."""

SAME_TITLE = 0.92
"""From here on two titles are one, written a little differently."""


@dataclass(frozen=True)
class Situation:
    """What the ledger knows that bears on one mail.

    twin: number of the mail it repeats, "" if none. cited: works whose 登记号 it quotes; thread: works of the mails it
    answers; sender: works of the same sender in the same mailbox. own: our mailboxes' addresses, lower case.
    """

    twin: str = ""
    cited: tuple[Candidate, ...] = ()
    thread: tuple[Candidate, ...] = ()
    sender: tuple[Candidate, ...] = ()
    own: frozenset[str] = field(default_factory=frozenset)


def assemble(context: Context) -> None:
    """Every parsed mail, oldest first: an earlier mail opens the work that a later one supplements."""
    ids = stage_ids(context, Stage.PARSED)
    context.each("归并作品", ids, lambda arrival_id: _one(context, arrival_id))


def decide(arrival: Arrival, situation: Situation) -> Ending:
    """What becomes of one mail: exactly one ending, or pending with the reason (`ended` None)."""
    if arrival.for_work and arrival.for_work != NEW_WORK:
        return Ending(Ended.SUPPLEMENT, "由工作人员指定", work=arrival.for_work)
    machine = manners.bounce(arrival) or manners.automatic(arrival)
    submitted = any(part.kind in SUBMITTED for part in arrival.parts)
    if arrival.problem:
        return _unreadable(arrival)
    if manners.bounce(arrival) or (machine and not submitted):
        return Ending(Ended.MACHINE_MAIL, machine)
    if arrival.from_address in situation.own:
        return Ending(Ended.MACHINE_MAIL, "本系统信箱自己发出的邮件")
    if situation.twin:
        return Ending(Ended.DUPLICATE, f"与邮件 {situation.twin} 内容相同")
    if arrival.for_work == NEW_WORK:
        return _opened(arrival, replace(situation, sender=()))
    return _joined(arrival, situation) or _opened(arrival, situation)


def _joined(arrival: Arrival, situation: Situation) -> Ending | None:
    """A supplement: by 登记号, by thread, by sender and title, in that order of trust. None if it is not one."""
    trusted = [c for c in situation.cited if arrival.from_address in c.addresses or c in situation.thread]
    for candidates, reason in ((trusted, "信中写明登记号"), (situation.thread, "回复此前的往来邮件")):
        if len(candidates) == 1:
            return _supplement(arrival, candidates[0], reason)
        if candidates:
            chosen = _by_title(arrival, candidates)
            return (
                _supplement(arrival, chosen, f"{reason}，作品名称一致") if chosen else _ask(arrival, candidates, reason)
            )
    if situation.cited:
        return _ask(arrival, situation.cited, "信中写了登记号，但发件人不是该作品已知的联系地址")
    if not _has_files(arrival):
        return None
    chosen = _by_title(arrival, situation.sender)
    return _supplement(arrival, chosen, "同一发件人，作品名称一致") if chosen else None


def _supplement(arrival: Arrival, work: Candidate, reason: str) -> Ending:
    return Ending(Ended.SUPPLEMENT, reason if _has_files(arrival) else f"{reason}；{NO_MATERIAL}", work=work.id)


def _has_files(arrival: Arrival) -> bool:
    return any(part.kind is not Kind.OTHER for part in arrival.parts)


def titles_of(arrival: Arrival) -> list[str]:
    """Titles this mail gives: those of its forms, and the one in book-title marks in its subject."""
    forms = [
        p.facts.fields["title"].value
        for p in arrival.parts
        if isinstance(p.facts, FormFacts) and "title" in p.facts.fields
    ]
    marked = title_in(arrival.subject)
    return [title for title in (*forms, marked) if title]


def _by_title(arrival: Arrival, candidates: Sequence[Candidate]) -> Candidate | None:
    """The one candidate whose title this mail names; None if none or several."""
    titles = titles_of(arrival)
    if titles:
        found = [c for c in candidates if c.title and max(same_title(c.title, title) for title in titles) >= SAME_TITLE]
    else:
        texts = [arrival.subject, *(part.name for part in arrival.parts)]
        found = [c for c in candidates if len(c.title) >= 2 and any(c.title in text for text in texts)]
    return found[0] if len(found) == 1 else None


def _opened(arrival: Arrival, situation: Situation) -> Ending:
    if not any(part.kind in SUBMITTED for part in arrival.parts):
        return _no_submission(arrival, situation)
    grouping = group(arrival.parts, subject=arrival.subject)
    has_form = any(part.kind is Kind.FORM for part in arrival.parts)
    if situation.sender and not has_form and not titles_of(arrival):
        return _ask(arrival, situation.sender, "同一发件人此前已有作品，本信没有表格，无法判断属于哪一部作品")
    return Ending(Ended.WORK, "", groups=grouping.groups, todos=_unplaced(arrival, grouping))


def _no_submission(arrival: Arrival, situation: Situation) -> Ending:
    number = mail_number(arrival.id)
    if _has_files(arrival) and situation.sender:
        return _ask(arrival, situation.sender, "同一发件人此前已有作品，本信附有材料，请确认属于哪一部作品")
    what = "有附件但未见视频、表格或扫描件" if arrival.parts else "没有附件"
    text = f"邮件 {number}（{_sender(arrival)}）{what}，像是咨询或说明，请阅读并视需要答复。"
    todo = Todo(f"question:{arrival.id}", TodoKind.QUESTION, text, arrival_id=arrival.id)
    return Ending(Ended.NOT_A_SUBMISSION, f"咨询或其他来信：{what}", todos=(todo,))


def _unreadable(arrival: Arrival) -> Ending:
    number = mail_number(arrival.id)
    text = f"邮件 {number} 无法识别为邮件（原始数据已保留）。请在网页信箱中按收到时间查找原信并人工处理。"
    todo = Todo(f"unreadable:{arrival.id}", TodoKind.UNREADABLE_MAIL, text, arrival_id=arrival.id)
    return Ending(Ended.UNREADABLE, "信件内容损坏，无法读取", todos=(todo,))


def _ask(arrival: Arrival, candidates: Sequence[Candidate], reason: str) -> Ending:
    number = mail_number(arrival.id)
    names = "、".join(f"{c.id}《{c.title}》" if c.title else c.id for c in candidates[:8])
    text = f"邮件 {number}（{_sender(arrival)}）{reason}。候选作品：{names}。请在“选择”栏填写登记号，或填“新作品”。"
    ids = tuple(c.id for c in candidates)
    todo = Todo(f"choose:{arrival.id}", TodoKind.CHOOSE_WORK, text, arrival_id=arrival.id, candidates=ids)
    return Ending(None, reason, todos=(todo,))


def _sender(arrival: Arrival) -> str:
    return arrival.from_name or arrival.from_address or "无发件人"


def _unplaced(arrival: Arrival, grouping: Grouping) -> tuple[Todo, ...]:
    names = {part.id: part.name for part in arrival.parts}
    return tuple(
        Todo(
            f"place:{part_id}",
            TodoKind.PLACE_FILE,
            f"邮件 {mail_number(arrival.id)} 含多部作品，无法判断文件“{names[part_id]}”属于哪一部，请人工核对。",
            arrival_id=arrival.id,
            part_id=part_id,
        )
        for part_id in grouping.unplaced
    )


def _one(context: Context, arrival_id: int) -> None:
    config = context.config
    with context.begin() as tx:
        arrival = tx.arrivals.arrival(arrival_id, wants=context.wants_key)
        situation = _situation(tx, config, arrival)
        ending = decide(arrival, situation)
        may, why = manners.may_reply(arrival, own=situation.own)
        if ending.ended in (Ended.MACHINE_MAIL, Ended.UNREADABLE):
            may, why = False, why or ending.reason
        if ending.ended is None:
            tx.arrivals.wait(arrival_id, ending.reason, may_reply=may, why=why)
        else:
            tx.arrivals.end(arrival_id, ending.ended, ending.reason, may_reply=may, why=why)
        works = _carry_out(context, tx, arrival, ending)
        for todo in (*ending.todos, *broken_todos(arrival, works)):
            tx.desk.ask(todo)
    context.tally.counts[ending.ended.value if ending.ended else "pending"] += 1


def _situation(tx: Transaction, config: Config, arrival: Arrival) -> Situation:
    prefixes = [track.prefix for track in config.tracks]
    cited = find_ids(f"{arrival.subject}\n{arrival.own_text}", prefixes, config.edition.year)
    thread = tx.works.by_thread([*arrival.in_reply_to, *arrival.references])
    sender = tx.works.by_sender(arrival.mailbox, arrival.from_address)
    known = {candidate.id: candidate for candidate in tx.works.candidates({*cited, *thread, *sender})}
    twin = tx.arrivals.twin(arrival, tx.arrivals.digest(arrival.id))
    same_text = twin is not None and twin["own_text"].strip() == arrival.own_text.strip()
    repeats = twin is not None and (same_text or any(part.kind in SUBMITTED for part in arrival.parts))
    return Situation(
        twin=mail_number(twin["id"]) if twin is not None and repeats else "",
        cited=tuple(known[work] for work in cited if work in known),
        thread=tuple(known[work] for work in thread if work in known),
        sender=tuple(known[work] for work in sender if work in known),
        own=frozenset(mailbox.address.lower() for mailbox in config.mailboxes),
    )


def _carry_out(context: Context, tx: Transaction, arrival: Arrival, ending: Ending) -> list[str]:
    """Open or join the works the ending names, and file the parts under them."""
    if ending.ended is Ended.SUPPLEMENT:
        tx.works.join(ending.work, arrival.id)
        _file(context, tx, ending.work, arrival, arrival.parts)
        return [ending.work]
    groups = ending.groups if ending.ended is Ended.WORK else ()
    return [_open_work(context, tx, arrival, new) for new in groups]


def _open_work(context: Context, tx: Transaction, arrival: Arrival, new: Group) -> str:
    track = context.config.track(arrival.track)
    work = tx.works.open(
        track=track.key,
        prefix=track.prefix,
        year=context.config.edition.year,
        mailbox=arrival.mailbox,
        title=new.title,
        arrival=arrival.id,
    )
    _file(context, tx, work, arrival, [part for part in arrival.parts if part.id in new.part_ids])
    return work


def _file(context: Context, tx: Transaction, work_id: str, arrival: Arrival, parts: Sequence[Part]) -> None:
    """The work's materials, old and new together, and which of each kind is judged."""
    config = context.config
    work = tx.load([work_id], context.wants_key)[work_id]
    added = [Material(part, part.kind, False, arrival.received_at, arrival.message_id) for part in parts]
    limits = config.rules.duration
    settled = in_force(
        (*work.materials, *added),
        config.edition.deadline_at,
        title=work.title,
        length_s=(limits.min_s - limits.doubt_s, limits.max_s + limits.doubt_s),
    )
    tx.works.set_materials(work_id, [NewMaterial(m.part.id, m.kind, m.in_force) for m in settled.materials])
    for unclear in settled.unclear:
        ids = "-".join(str(part_id) for part_id in unclear.part_ids)
        text = f"作品 {work_id}：{unclear.why}。"
        tx.desk.ask(Todo(f"version:{work_id}:{ids}", TodoKind.CHOOSE_FILE, text, work=work_id, arrival_id=arrival.id))


def broken_todos(arrival: Arrival, works: Sequence[str]) -> list[Todo]:
    """A to-do for every file of the mail that cannot be opened or was not taken out of its archive."""
    todos = []
    for part in arrival.parts:
        trouble = part_trouble(part)
        if trouble:
            text = f"邮件 {mail_number(arrival.id)} 的文件“{part.name}”{trouble}。请查看原件，必要时请来信人重发。"
            work = works[0] if len(works) == 1 else ""
            key = f"broken:{part.id}"
            todos.append(Todo(key, TodoKind.BROKEN_FILE, text, work=work, arrival_id=arrival.id, part_id=part.id))
    return todos


def part_trouble(part: Part) -> str:
    """Why a file is not whole or cannot be read, in words for staff; "" if nothing is wrong with it."""
    if isinstance(part.facts, Broken):
        return f"无法读取：{part.facts.sentence}"
    if part.problem:
        return f"有问题：{BROKEN_REASONS.get(part.problem, PART_PROBLEMS.get(part.problem, part.problem))}"
    return ""


PART_PROBLEMS = {
    "outside": "压缩包内的路径不安全，未解开",
    "link": "压缩包内是链接而不是文件，未解开",
    "device": "压缩包内是设备文件，未解开",
}
"""Members of archives that are never unpacked, in words for staff."""
