"""What becomes of a mail, as values: it adds to works, opens some, or waits."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.closed import sender
from ingest.ledger.works import Candidate
from ingest.materials import Grouping, group
from ingest.model import NEW_WORK, NO_MATERIAL, Arrival, Ended, Ending, Group, Todo, TodoKind, mail_number
from ingest.names import title_in
from ingest.stages.assemble.bringing import brings


def supplement(arrival: Arrival, work: str, reason: str) -> Ending:
    """All of the mail joins one work."""
    ids = tuple(part.id for part in arrival.parts)
    said = reason if brings(arrival) or arrival.for_work else f"{reason}；{NO_MATERIAL}"
    return Ending(Ended.SUPPLEMENT, said, groups=(Group("", ids, work),))


def opened(arrival: Arrival) -> Ending:
    """The works in it are new."""
    grouping = group(arrival.parts, subject=arrival.subject)
    return shared_out(arrival, grouping, [""] * len(grouping.groups), "")


def opened_as_told(arrival: Arrival) -> Ending:
    """A person said that this mail is a new work, whatever it holds."""
    if group(arrival.parts, subject=arrival.subject).groups:
        return opened(arrival)
    everything = Group(title_in(arrival.subject), tuple(part.id for part in arrival.parts))
    return Ending(Ended.WORK, "由工作人员指定", groups=(everything,))


def shared_out(arrival: Arrival, grouping: Grouping, works: Sequence[str], reason: str) -> Ending:
    """Each group to its work ("" opens one); letters, lists and archives, which are the mail's, to all of them."""
    groups = tuple(
        Group(one.title, tuple(dict.fromkeys((*one.part_ids, *grouping.shared))), work)
        for one, work in zip(grouping.groups, works, strict=True)
    )
    ended = Ended.SUPPLEMENT if all(works) else Ended.WORK
    return Ending(ended, reason, groups=groups, todos=_unplaced(arrival, grouping))


def _unplaced(arrival: Arrival, grouping: Grouping) -> tuple[Todo, ...]:
    names = {part.id: part.name for part in arrival.parts}
    return tuple(
        Todo(
            f"place:{part_id}",
            TodoKind.PLACE_FILE,
            f"邮件 {mail_number(arrival.id)} 含多部作品，无法判断文件“{names[part_id]}”属于哪一部。"
            "请查看文件，在“选择”栏填写作品的登记号。",
            arrival_id=arrival.id,
            part_id=part_id,
        )
        for part_id in grouping.unplaced
    )


def ask(arrival: Arrival, works: Sequence[Candidate], reason: str) -> Ending:
    """The mail waits until a person says where it belongs."""
    unique = list({c.id: c for c in works}.values())
    named = "、".join(f"{c.id}《{c.title}》" if c.title else c.id for c in unique[:8])
    candidates = f"候选作品：{named}。" if named else ""
    text = (
        f"邮件 {mail_number(arrival.id)}（{sender(arrival)}）{reason}。{candidates}"
        f"请在“选择”栏填写登记号，或填“{NEW_WORK}”。"
    )
    ids = tuple(c.id for c in unique)
    todo = Todo(f"choose:{arrival.id}", TodoKind.CHOOSE_WORK, text, arrival_id=arrival.id, candidates=ids)
    return Ending(None, reason, todos=(todo,))
