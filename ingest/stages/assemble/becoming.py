"""What becomes of one mail: exactly one ending, or pending. A function of values."""

from __future__ import annotations

from ingest import manners
from ingest.closed import sender
from ingest.ledger.kin import WAITS_FOR_WORKS
from ingest.materials.entries import rows_of
from ingest.model import NEW_WORK, NOT_SUBMITTED, Arrival, Ended, Ending, Todo, TodoKind, mail_number
from ingest.stages.assemble.belonging import Situation, joined, wait_for_links, wait_for_opening
from ingest.stages.assemble.bringing import attaches, brings, submits, titles_of
from ingest.stages.assemble.endings import ask, opened, opened_as_told, supplement


def decide(arrival: Arrival, situation: Situation) -> Ending:
    """What becomes of one mail: exactly one ending, or pending with the reason (`ended` None)."""
    if arrival.for_work == NOT_SUBMITTED:
        return Ending(Ended.NOT_A_SUBMISSION, "由工作人员指定")
    if arrival.for_work and arrival.for_work != NEW_WORK:
        return supplement(arrival, arrival.for_work, "由工作人员指定")
    if arrival.problem:
        return _unreadable(arrival)
    machine = _machine(arrival, situation)
    if machine:
        return Ending(Ended.MACHINE_MAIL, machine)
    if arrival.for_work == NEW_WORK:
        return opened_as_told(arrival)
    if situation.twin is not None:
        return Ending(Ended.DUPLICATE, f"与邮件 {mail_number(situation.twin)} 内容相同")
    return joined(arrival, situation) or _opened(arrival, situation)


def _machine(arrival: Arrival, situation: Situation) -> str:
    """Why no person sent it, "" if one did. What only looks automatic but brings materials is a person's."""
    if manners.is_ours(arrival):
        return "本程序自己发出的信"
    returned = manners.bounce(arrival)
    if returned or attaches(arrival):
        return returned
    own = "本系统信箱自己发出的邮件" if arrival.from_address in situation.own else ""
    return manners.automatic(arrival) or own


def _opened(arrival: Arrival, situation: Situation) -> Ending:
    if not submits(arrival):
        return _no_submission(arrival, situation)
    if situation.sender and not titles_of(arrival):
        return ask(arrival, situation.sender, "同一发件人此前已有作品，本信没有写明作品名称，无法判断属于哪一部作品")
    return opened(arrival)


def _no_submission(arrival: Arrival, situation: Situation) -> Ending:
    """A question, unless what it brings may be a work's."""
    waits = wait_for_links(arrival) or wait_for_opening(arrival, situation)
    if waits is not None:
        return waits
    if rows := rows_of(arrival.parts):
        named = "".join(f"《{row['title']}》" for row in rows[:5]) + ("等" if len(rows) > 5 else "")
        return ask(arrival, situation.sender, f"{WAITS_FOR_WORKS}：{named}")
    if brings(arrival) and situation.sender:
        return ask(arrival, situation.sender, "同一发件人此前已有作品，本信附有材料，请确认属于哪一部作品")
    what = "有附件但未见视频、表格或扫描件" if arrival.parts else "没有附件"
    text = f"邮件 {mail_number(arrival.id)}（{sender(arrival)}）{what}，像是咨询或说明，请阅读并视需要答复。"
    todo = Todo(f"question:{arrival.id}", TodoKind.QUESTION, text, arrival_id=arrival.id)
    return Ending(Ended.NOT_A_SUBMISSION, f"咨询或其他来信：{what}", todos=(todo,))


def _unreadable(arrival: Arrival) -> Ending:
    number = mail_number(arrival.id)
    text = f"邮件 {number} 无法识别为邮件（原始数据已保留）。请在网页信箱中按收到时间查找原信并人工处理。"
    todo = Todo(f"unreadable:{arrival.id}", TodoKind.UNREADABLE_MAIL, text, arrival_id=arrival.id)
    return Ending(Ended.UNREADABLE, "信件内容损坏，无法读取", todos=(todo,))
