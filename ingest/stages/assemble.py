"""Assemble: what becomes of each mail. `decide` is a function of values; `_one` looks up and writes down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ingest import manners
from ingest.closed import (
    MISSING_VOLUME,
    Volumes,
    is_closed,
    is_locked,
    locked_parts,
    locked_todo,
    plain_troubles,
    sender,
    shown_name,
    volumes_todo,
)
from ingest.context import Context, crash_point, stage_ids
from ingest.ledger import Transaction
from ingest.ledger.works import NewMaterial
from ingest.materials import in_force
from ingest.model import (
    NEW_WORK,
    NOT_SUBMITTED,
    Arrival,
    Ended,
    Ending,
    Group,
    Material,
    Part,
    Stage,
    Todo,
    TodoKind,
    Work,
    mail_number,
)
from ingest.names import find_ids
from ingest.sets import sets_of
from ingest.stages import belonging
from ingest.stages.belonging import Situation

SILENT = (Ended.MACHINE_MAIL, Ended.DUPLICATE)
"""What is odd about the files of such a mail is nobody's business."""

MAIL_ODDITIES = {
    "too-many": "附件过多，只取了前面的部分",
    "too-deep": "转发嵌套层数过多，最里层未拆开",
}
"""What keeps files of a mail from being seen, in words for staff."""


def assemble(context: Context) -> None:
    """Every parsed mail, oldest first: an earlier mail opens the work that a later one supplements.

    A mail that brought volumes of a set goes where the mail goes under which the set is kept, so it comes after that;
    so does one of which nothing could be opened, where its sender answered it with what can be.
    """
    decided: set[int] = set()
    met: set[int] = set()

    def one(arrival_id: int) -> None:
        _one(context, arrival_id)
        decided.add(arrival_id)

    ids = stage_ids(context, Stage.PARSED)
    while ids:
        context.each("归并作品", ids, one)
        met.update(ids)
        ids = [i for i in stage_ids(context, Stage.PARSED) if i in decided or i not in met]
        context.tally.counts["pending"] -= len(ids)  # they were counted as waiting, and wait no more


def decide(arrival: Arrival, situation: Situation) -> Ending:
    """What becomes of one mail: exactly one ending, or pending with the reason (`ended` None)."""
    if arrival.for_work == NOT_SUBMITTED:
        return Ending(Ended.NOT_A_SUBMISSION, "由工作人员指定")
    if arrival.for_work and arrival.for_work != NEW_WORK:
        return belonging.supplement(arrival, arrival.for_work, "由工作人员指定")
    if arrival.problem:
        return _unreadable(arrival)
    machine = _machine(arrival, situation)
    if machine:
        return Ending(Ended.MACHINE_MAIL, machine)
    if arrival.for_work == NEW_WORK:
        return belonging.opened_as_told(arrival)
    if situation.twin is not None:
        return Ending(Ended.DUPLICATE, f"与邮件 {mail_number(situation.twin)} 内容相同")
    return belonging.joined(arrival, situation) or _opened(arrival, situation)


def _machine(arrival: Arrival, situation: Situation) -> str:
    """Why no person sent it, "" if one did. What only looks automatic but brings materials is a person's."""
    returned = manners.bounce(arrival)
    if returned or belonging.attaches(arrival):
        return returned
    own = "本系统信箱自己发出的邮件" if arrival.from_address in situation.own else ""
    return manners.automatic(arrival) or own


def _opened(arrival: Arrival, situation: Situation) -> Ending:
    if not belonging.submits(arrival):
        return _no_submission(arrival, situation)
    if situation.sender and not belonging.titles_of(arrival):
        return belonging.ask(
            arrival, situation.sender, "同一发件人此前已有作品，本信没有写明作品名称，无法判断属于哪一部作品"
        )
    return belonging.opened(arrival)


def _no_submission(arrival: Arrival, situation: Situation) -> Ending:
    """A question, unless what it brings may be a work's."""
    waits = belonging.wait_for_links(arrival) or belonging.wait_for_opening(arrival, situation)
    if waits is not None:
        return waits
    if belonging.brings(arrival) and situation.sender:
        return belonging.ask(arrival, situation.sender, "同一发件人此前已有作品，本信附有材料，请确认属于哪一部作品")
    what = "有附件但未见视频、表格或扫描件" if arrival.parts else "没有附件"
    text = f"邮件 {mail_number(arrival.id)}（{sender(arrival)}）{what}，像是咨询或说明，请阅读并视需要答复。"
    todo = Todo(f"question:{arrival.id}", TodoKind.QUESTION, text, arrival_id=arrival.id)
    return Ending(Ended.NOT_A_SUBMISSION, f"咨询或其他来信：{what}", todos=(todo,))


def _unreadable(arrival: Arrival) -> Ending:
    number = mail_number(arrival.id)
    text = f"邮件 {number} 无法识别为邮件（原始数据已保留）。请在网页信箱中按收到时间查找原信并人工处理。"
    todo = Todo(f"unreadable:{arrival.id}", TodoKind.UNREADABLE_MAIL, text, arrival_id=arrival.id)
    return Ending(Ended.UNREADABLE, "信件内容损坏，无法读取", todos=(todo,))


def _one(context: Context, arrival_id: int) -> None:
    with context.begin() as tx:
        arrival = tx.arrivals.arrival(arrival_id, wants=context.wants_key)
        if arrival.for_work:
            arrival = replace(arrival, for_work=tx.moves.current([arrival.for_work])[0])
        situation = _situation(context, tx, arrival)
        ending = decide(arrival, situation)
        may, why = manners.may_reply(arrival, own=situation.own)
        if ending.ended in (Ended.MACHINE_MAIL, Ended.UNREADABLE):
            may, why = False, why or ending.reason
        if ending.ended is None:
            tx.arrivals.wait(arrival_id, ending.reason, may_reply=may, why=why)
        else:
            tx.arrivals.end(arrival_id, ending.ended, ending.reason, may_reply=may, why=why)
        if ending.ended is Ended.DUPLICATE and situation.twin is not None:
            tx.arrivals.repeats(arrival_id, situation.twin)
        works = [carry_out(context, tx, arrival, new) for new in ending.groups]
        silent = ending.ended in SILENT or belonging.is_mended(arrival, situation)
        trouble = [] if silent else _troubles(arrival, situation, ending, works)
        for todo in (*ending.todos, *trouble):
            tx.desk.ask(todo, anew=True)
        if ending.ended is not None:
            tx.openings.release(arrival_id)
            if works and belonging.brings(arrival):
                tx.openings.let_on(arrival_id)
        elif any(volumes.lacks for volumes in situation.volumes):
            tx.openings.say_lacking(_volumes(context, tx, arrival)[1], ending.reason)
    crash_point("ended")
    context.tally.counts[ending.ended.value if ending.ended else "pending"] += 1


def _situation(context: Context, tx: Transaction, arrival: Arrival) -> Situation:
    config = context.config
    own = frozenset(mailbox.address.lower() for mailbox in config.mailboxes)
    prefixes = [track.prefix for track in config.tracks]
    cited = find_ids(f"{arrival.subject}\n{arrival.own_text}", prefixes, config.edition.year)
    thread = tx.works.by_thread([*arrival.in_reply_to, *arrival.references])
    # what we forward to ourselves is not the work of one sender
    sender = [] if arrival.from_address in own else tx.works.by_sender(arrival.mailbox, arrival.from_address)
    volumes, mails = _volumes(context, tx, arrival)
    mates = sorted({work for works in tx.works.of_arrivals(sorted(mails)).values() for work in works})
    cited, thread, sender, mates = (tx.moves.current(ids) for ids in (cited, thread, sender, mates))
    closed = arrival.from_address not in own and any(is_closed(part) for part in arrival.parts)
    followed = tx.moves.current(tx.openings.answered_by(arrival.id)) if closed else []
    asked = {*cited, *thread, *sender, *mates, *followed}
    known = {candidate.id: candidate for candidate in tx.works.candidates(asked)}
    return Situation(
        twin=_twin(tx, arrival),
        cited=tuple(known[work] for work in cited if work in known),
        thread=tuple(known[work] for work in thread if work in known),
        sender=tuple(known[work] for work in sender if work in known),
        own=own,
        volumes=volumes,
        mates=tuple(known[work] for work in mates if work in known),
        followed=tuple(known[work] for work in followed if work in known),
        refused=tx.openings.refused([part.sha256 for part in arrival.parts if is_locked(part)]),
    )


def _volumes(context: Context, tx: Transaction, arrival: Arrival) -> tuple[tuple[Volumes, ...], set[int]]:
    """The sets of which a mail holds volumes, and the other mails that hold volumes of these, or what lay in them."""
    held = [part for part in arrival.parts if part.joined_in is not None or part.problem == MISSING_VOLUME]
    if not held:
        return (), set()
    found: dict[str, Volumes] = {}
    path = context.store.path
    mails = set(tx.openings.kept_with(arrival.id))
    for part in held:
        if part.joined_in is not None and part.joined_in != arrival.id:
            settled = tx.arrivals.row(part.joined_in)["ended"] is not None
            name = shown_name(part)
            found[name] = Volumes("", name, kept_in=part.joined_in, settled=settled)
            mails.add(part.joined_in)
    mine = {part.id for part in held if part.joined_in is None}
    for one in sets_of(tx.openings.volumes(), path) if mine else ():
        if one.lacks and any(row["id"] in mine for row in one.rows):
            found[one.key] = Volumes(one.key, one.name, one.lacks)
            mails |= {row["arrival_id"] for row in one.rows} - {arrival.id}
    return tuple(found.values()), mails


def _twin(tx: Transaction, arrival: Arrival) -> int | None:
    """The mail it repeats. The same logo under another question is no repetition."""
    twin = tx.arrivals.twin(arrival, tx.arrivals.digest(arrival.id))
    if twin is None:
        return None
    same_text = twin["own_text"].strip() == arrival.own_text.strip()
    return int(twin["id"]) if same_text or belonging.submits(arrival) else None


def carry_out(context: Context, tx: Transaction, arrival: Arrival, new: Group) -> str:
    """Open or join the work a group names, and file its parts there."""
    work = new.work
    if work:
        tx.works.join(work, arrival.id)
    else:
        work = _open(context, tx, arrival, new.title)
    file_parts(context, tx, work, arrival, [part for part in arrival.parts if part.id in new.part_ids])
    return work


def _open(context: Context, tx: Transaction, arrival: Arrival, title: str) -> str:
    """A new work; or the one that this mail opened before a person gave it elsewhere, and now back."""
    empty = tx.moves.emptied(arrival.id)
    if empty:
        tx.moves.reopen(empty[0], arrival.id, title)
        return empty[0]
    track = context.config.track(arrival.track)
    return tx.works.open(
        track=track.key,
        prefix=track.prefix,
        year=context.config.edition.year,
        mailbox=arrival.mailbox,
        title=title,
        arrival=arrival.id,
    )


def file_parts(context: Context, tx: Transaction, work_id: str, arrival: Arrival, parts: Sequence[Part]) -> None:
    """The work's materials, old and new together, and which of each kind is judged.

    A part that it has already takes the place of what it was before: a link's file has come.
    """
    work = tx.load([work_id], context.wants_key)[work_id]
    added = [Material(part, part.kind, False, arrival.received_at, arrival.message_id) for part in parts]
    _settle(context, tx, work, _by_arrival(work.materials, added), arrival.id)


def settle(context: Context, tx: Transaction, work_id: str) -> None:
    """Which of a work's files are judged, once they have become more or fewer."""
    work = tx.load([work_id], context.wants_key)[work_id]
    _settle(context, tx, work, work.materials, max((m.part.arrival_id for m in work.materials), default=None))


def _settle(
    context: Context, tx: Transaction, work: Work, materials: Sequence[Material], arrival_id: int | None
) -> None:
    """arrival_id: the mail on whose account a person may have to choose."""
    config, work_id = context.config, work.id
    limits = config.rules.duration
    settled = in_force(
        materials,
        config.edition.deadline_at,
        title=work.title,
        length_s=(limits.min_s - limits.doubt_s, limits.max_s + limits.doubt_s),
    )
    tx.works.set_materials(work_id, [NewMaterial(m.part.id, m.kind, m.in_force) for m in settled.materials])
    names = {m.part.id: m.part.name for m in materials}
    todos = [_choose_file(work_id, arrival_id, {i: names[i] for i in u.part_ids}, u.why) for u in settled.unclear]
    asked = {todo.key for todo in todos}
    for row in tx.desk.todos(work=work_id):
        if row["kind"] == TodoKind.CHOOSE_FILE.value and row["key"] not in asked:
            tx.desk.close_todos(key=row["key"])  # a later file has settled it
    for todo in todos:
        tx.desk.ask(todo)


def _by_arrival(known: Sequence[Material], added: Sequence[Material]) -> list[Material]:
    """Both, in the order in which their mails came: what was behind a link may be here after a later mail's files."""
    new = {material.part.id: material for material in added}
    kept = [new.pop(material.part.id, material) for material in known]
    mails = list(dict.fromkeys(material.part.arrival_id for material in (*kept, *added)))
    return sorted((*kept, *new.values()), key=lambda material: mails.index(material.part.arrival_id))


def _choose_file(work_id: str, arrival_id: int | None, names: Mapping[int, str], why: str) -> Todo:
    """names: part id to file name, the one in force first."""
    key = f"version:{work_id}:{'-'.join(map(str, names))}"
    text = f"作品 {work_id}：{why}。请在“选择”栏填文件名，或填「候选」中的序号。"
    offered = tuple(f"{number} {name or '云附件'}" for number, name in enumerate(names.values(), start=1))
    return Todo(key[:200], TodoKind.CHOOSE_FILE, text, work=work_id, arrival_id=arrival_id, candidates=offered)


def _troubles(arrival: Arrival, situation: Situation, ending: Ending, works: Sequence[str]) -> list[Todo]:
    """What people must do about files that could not be had."""
    closed = closed_todos(arrival, situation, ending, works)
    return [*closed, *broken_todos(arrival, works), *odd_todos(arrival)]


def closed_todos(arrival: Arrival, situation: Situation, ending: Ending, works: Sequence[str]) -> list[Todo]:
    """Passwords to type in, and volumes to wait for. A mail that waits for them may also be told its work."""
    work = works[0] if len(works) == 1 else ""
    candidates = () if ending.ended else tuple(c.id for c in situation.sender)
    waits = ending.ended is None and not ending.todos
    locked = [
        locked_todo(
            arrival, part, refused=part.sha256 in situation.refused, work=work, waits=waits, candidates=candidates
        )
        for part in locked_parts(arrival.parts)
    ]
    lacking = [volumes_todo(arrival, v, work=work, candidates=candidates) for v in situation.volumes if v.lacks]
    return [*locked, *lacking]


def broken_todos(arrival: Arrival, works: Sequence[str]) -> list[Todo]:
    """A to-do for all files of the mail that cannot be had for the same reason: a hundred members are one matter."""
    work = works[0] if len(works) == 1 else ""
    return [_broken(arrival, work, trouble, parts) for trouble, parts in plain_troubles(arrival.parts).items()]


def _broken(arrival: Arrival, work: str, trouble: str, parts: Sequence[Part]) -> Todo:
    named = "".join(f"“{part.name}”" for part in parts[:5]) + (f"等 {len(parts)} 个文件" if len(parts) > 5 else "")
    mend = "请查看原件，必要时请来信人重发"
    if any(part.quarantined for part in parts):
        mend = "请勿打开原信中的这个文件；需要这份材料时，请电话联系来信人查毒后重发"
    text = f"邮件 {mail_number(arrival.id)} 的文件{named}：{trouble}。{mend}。"
    first = parts[0].id
    return Todo(f"broken:{first}", TodoKind.BROKEN_FILE, text, work=work, arrival_id=arrival.id, part_id=first)


def odd_todos(arrival: Arrival) -> list[Todo]:
    """A to-do where a mail holds files that were not taken out."""
    number = mail_number(arrival.id)
    return [
        Todo(
            f"odd:{what}:{arrival.id}",
            TodoKind.BROKEN_FILE,
            f"邮件 {number} {MAIL_ODDITIES[what]}。请在网页信箱中查看原信，必要时请来信人分开重发。",
            arrival_id=arrival.id,
        )
        for what in arrival.oddities
        if what in MAIL_ODDITIES
    ]
