"""Which works a mail belongs to: by 登记号, by thread, by sender and title. Functions of values, nothing looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest import manners
from ingest.closed import LOCKED, Volumes, is_closed, is_locked, part_trouble, sender
from ingest.ledger.works import Candidate
from ingest.materials import Grouping, group, only_asks
from ingest.materials.kinds import ARCHIVE_FORMATS
from ingest.model import NEW_WORK, NO_MATERIAL, Arrival, Ended, Ending, Group, Kind, Part, Todo, TodoKind, mail_number
from ingest.names import same_title, title_in
from parsers.facts import FormFacts

SAME_TITLE = 0.92
"""From here on two titles are one, written a little differently."""

DOUBTFUL_TITLE = 0.8
"""From here on they may be one: a person says."""

OTHER_TITLE = 0.6
"""Below, they are clearly two."""


@dataclass(frozen=True)
class Situation:
    """What the ledger knows that bears on one mail.

    twin: id of the mail it repeats, None if none. cited: works whose 登记号 it quotes; thread: works of the mails it
    answers; sender: works of the same sender in the same mailbox. own: our mailboxes' addresses, lower case.
    volumes: the sets of which it holds volumes; mates: works of the other mails that hold volumes of these.
    followed: works of later mails of the sender that answer this one, or our letter on it, with materials. refused:
    digests of locked archives for which staff wrote a password that does not fit.
    """

    twin: int | None = None
    cited: tuple[Candidate, ...] = ()
    thread: tuple[Candidate, ...] = ()
    sender: tuple[Candidate, ...] = ()
    own: frozenset[str] = field(default_factory=frozenset)
    volumes: tuple[Volumes, ...] = ()
    mates: tuple[Candidate, ...] = ()
    followed: tuple[Candidate, ...] = ()
    refused: frozenset[str] = field(default_factory=frozenset)


# what a mail brings


def brings(arrival: Arrival) -> bool:
    """It has something for a work: a material, or an archive in which there may be one."""
    return any(part.kind is not Kind.OTHER or is_closed(part) for part in arrival.parts)


def submits(arrival: Arrival) -> bool:
    """It has what makes a mail a submission: a film, a form, or a scan that does not just stand in its text.

    A picture beside a question shows what is asked about: a person reads it and answers, or makes a work of it.
    """
    asks = only_asks(arrival.parts, f"{arrival.subject}\n{arrival.own_text}")
    return not asks and any(_submits(part) for part in arrival.parts)


def _submits(part: Part) -> bool:
    if part.problem == LOCKED and not part.sha256:  # only its name is known
        return False
    return part.kind in (Kind.VIDEO, Kind.FORM) or (part.kind is Kind.SCAN and not _shown_in_text(part))


def attaches(arrival: Arrival) -> bool:
    """It has materials somebody attached: pictures and bare addresses in its text are none."""
    return any(
        (part.kind is not Kind.OTHER or is_closed(part)) and not _shown_in_text(part) and not _bare_link(part)
        for part in arrival.parts
    )


def _shown_in_text(part: Part) -> bool:
    return bool(part.shown) or (bool(part.content_id) and part.disposition.lower() != "attachment")


def _bare_link(part: Part) -> bool:
    return part.is_link and not part.name.strip()


def form_titles(arrival: Arrival) -> list[str]:
    """Titles that this mail's forms give."""
    fields = [p.facts.fields for p in arrival.parts if p.kind is Kind.FORM and isinstance(p.facts, FormFacts)]
    titles = (found["title"].value.strip() for found in fields if "title" in found)
    return [title for title in titles if title]


def titles_of(arrival: Arrival) -> list[str]:
    """Titles this mail gives: those of its forms, and the one in book-title marks in its subject."""
    marked = title_in(arrival.subject)
    return [*form_titles(arrival), *([marked] if marked else [])]


# where it belongs


def joined(arrival: Arrival, situation: Situation) -> Ending | None:
    """A supplement: by 登记号, by thread, by sender and title, in that order of trust. None if it is not one.

    Pending where a person must say which work is meant.
    """
    trusted = [c for c in situation.cited if knows(c, arrival.from_address) or c in situation.thread]
    thread = [c for c in situation.thread if c.track == arrival.track] or list(situation.thread)
    if trusted:
        return _answer(arrival, trusted, "信中写明登记号")
    if thread:
        return _answer(arrival, thread, "回复此前的往来邮件")
    if situation.cited:
        return ask(arrival, situation.cited, "信中写了登记号，但发件人不是该作品已知的联系地址")
    together = _by_volumes(arrival, situation)
    if together is not None:
        return together
    if is_mended(arrival, situation):
        ids = tuple(part.id for part in arrival.parts)
        groups = tuple(Group("", ids, work.id) for work in situation.followed)
        return Ending(Ended.SUPPLEMENT, "发件人已回复此信，另行寄来可以打开的材料", groups=groups)
    return _by_sender(arrival, situation.sender) if brings(arrival) else None


def is_mended(arrival: Arrival, situation: Situation) -> bool:
    """It brings only what could not be opened, and a later mail of its sender has brought what can be."""
    return bool(situation.followed) and not submits(arrival) and any(is_closed(part) for part in arrival.parts)


def knows(work: Candidate, address: str) -> bool:
    """The address is the work's: a sender, its contact, or of the same unit's mail domain as one of them."""
    if not address:
        return False
    domain = manners.unit_domain(address)
    return address in work.addresses or (bool(domain) and domain in map(manners.unit_domain, work.addresses))


def _answer(arrival: Arrival, works: Sequence[Candidate], reason: str) -> Ending:
    """A mail that names its works itself; only forms of another title speak against it."""
    grouping = group(arrival.parts, subject=arrival.subject)
    if len(grouping.groups) > 1:
        found = [_named([one.title], works) for one in grouping.groups]
        if all(len(same) == 1 for same in found):
            return _shared_out(arrival, grouping, [same[0].id for same in found], reason)
        return ask(arrival, works, f"{reason}，但附有多部作品的表格")
    if len(works) > 1:
        found_one = _by_title(arrival, works)
        if len(found_one) != 1:
            return ask(arrival, works, f"{reason}，涉及多部作品")
        return supplement(arrival, found_one[0].id, f"{reason}，作品名称一致")
    other = _another_title(arrival, works[0])
    if other:
        return ask(arrival, works, f"{reason}，但所附表格的作品名称是《{other}》")
    return supplement(arrival, works[0].id, reason)


def _by_volumes(arrival: Arrival, situation: Situation) -> Ending | None:
    """It holds volumes of a set whose other volumes belong to works; None if it holds none, or nobody knows yet.

    Where all it brings is volumes of a set that is kept under another mail, it goes where that one goes.
    """
    reason = "分卷压缩包的其余各卷在此前的来信中"
    if submits(arrival):
        return _answer(arrival, situation.mates, reason) if situation.mates else None
    waits = next((v for v in situation.volumes if v.kept_in is not None and not v.settled), None)
    if waits is not None:
        return Ending(None, f"分卷压缩包“{waits.name}”已齐，随邮件 {mail_number(waits.kept_in or 0)} 一并归并")
    if not situation.mates:
        return None
    ids = tuple(part.id for part in arrival.parts)
    return Ending(Ended.SUPPLEMENT, reason, groups=tuple(Group("", ids, work.id) for work in situation.mates))


def _by_sender(arrival: Arrival, works: Sequence[Candidate]) -> Ending | None:
    """Titles decide between the works of one sender; None if it is none of them."""
    grouping = group(arrival.parts, subject=arrival.subject)
    if len(grouping.groups) > 1:
        return _several(arrival, grouping, works)
    found = _by_title(arrival, works)
    if len(found) > 1:
        return ask(arrival, found, "同一发件人有多部作品与来信所写的名称相符")
    if found:
        return supplement(arrival, found[0].id, "同一发件人，作品名称一致")
    alike = _named(titles_of(arrival), works, DOUBTFUL_TITLE)
    return ask(arrival, alike, "同一发件人此前有名称相近的作品，无法判断是否同一部") if alike else None


def _several(arrival: Arrival, grouping: Grouping, works: Sequence[Candidate]) -> Ending | None:
    """Of several works in one mail some may be known; None if all are new."""
    found = [_named([one.title], works) for one in grouping.groups]
    alike = [c for one in grouping.groups for c in _named([one.title], works, DOUBTFUL_TITLE)]
    if not alike:
        return None
    ids = [same[0].id if len(same) == 1 else "" for same in found]
    if len(set(filter(None, ids))) < len({c.id for c in alike}):
        return ask(arrival, alike, "信中有多部作品，同一发件人此前有名称相同或相近的作品")
    return _shared_out(arrival, grouping, ids, "同一发件人，作品名称一致")


def _named(titles: Sequence[str], works: Sequence[Candidate], least: float = SAME_TITLE) -> list[Candidate]:
    return [c for c in works if c.title and max((same_title(c.title, t) for t in titles), default=0.0) >= least]


def _by_title(arrival: Arrival, works: Sequence[Candidate]) -> list[Candidate]:
    """The works whose title this mail names; where it gives none, those whose title stands in its subject or names."""
    titles = titles_of(arrival)
    if titles:
        return _named(titles, works)
    texts = [arrival.subject, *(part.name for part in arrival.parts)]
    return [c for c in works if len(c.title) >= 2 and any(c.title in text for text in texts)]


def _another_title(arrival: Arrival, work: Candidate) -> str:
    """The title of a form that is clearly not this work's, "" if there is none.

    A work that has no form yet may be called otherwise by its first; not if a film comes with that, and it has one.
    """
    brings_film = any(part.kind is Kind.VIDEO for part in arrival.parts)
    has_own = Kind.FORM in work.has or (brings_film and Kind.VIDEO in work.has)
    if not (work.title and has_own):
        return ""
    return next((title for title in form_titles(arrival) if same_title(work.title, title) < OTHER_TITLE), "")


# endings


def supplement(arrival: Arrival, work: str, reason: str) -> Ending:
    """All of the mail joins one work."""
    ids = tuple(part.id for part in arrival.parts)
    said = reason if brings(arrival) or arrival.for_work else f"{reason}；{NO_MATERIAL}"
    return Ending(Ended.SUPPLEMENT, said, groups=(Group("", ids, work),))


def opened(arrival: Arrival) -> Ending:
    """The works in it are new."""
    grouping = group(arrival.parts, subject=arrival.subject)
    return _shared_out(arrival, grouping, [""] * len(grouping.groups), "")


def opened_as_told(arrival: Arrival) -> Ending:
    """A person said that this mail is a new work, whatever it holds."""
    if group(arrival.parts, subject=arrival.subject).groups:
        return opened(arrival)
    everything = Group(title_in(arrival.subject), tuple(part.id for part in arrival.parts))
    return Ending(Ended.WORK, "由工作人员指定", groups=(everything,))


def _shared_out(arrival: Arrival, grouping: Grouping, works: Sequence[str], reason: str) -> Ending:
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
            f"邮件 {mail_number(arrival.id)} 含多部作品，无法判断文件“{names[part_id]}”属于哪一部，请人工核对。",
            arrival_id=arrival.id,
            part_id=part_id,
        )
        for part_id in grouping.unplaced
    )


def wait_for_opening(arrival: Arrival, situation: Situation) -> Ending | None:
    """A mail with nothing but what is closed waits, with the reason; None if there is nothing of the kind.

    What staff can do about each is told by `closed_todos`; only for one that nothing opens they choose the work.
    """
    lacking = [volumes for volumes in situation.volumes if volumes.lacks]
    if lacking:
        return Ending(None, "；".join(f"分卷压缩包 {volumes.name} {volumes.lacks}" for volumes in lacking))
    closed = [part for part in arrival.parts if is_closed(part)]
    if any(is_locked(part) for part in closed):
        return Ending(None, f"压缩包 {'、'.join(part.name for part in closed[:5])} 有密码，等待填写密码或重发")
    if not closed:
        return None
    reason = f"信中只有压缩包“{closed[0].name}”，{part_trouble(closed[0])}，请向来信人索取可以打开的文件"
    return ask(arrival, situation.sender, reason)


def wait_for_links(arrival: Arrival) -> Ending | None:
    """A mail with nothing but a link to an archive waits for what lies in it; None if there is none that may come."""
    coming = [part for part in arrival.parts if part.is_link and not part.problem and _may_hold_all(part)]
    if not coming:
        return None
    return Ending(None, f"材料在云附件“{coming[0].name}”中，取得后再判断")


def _may_hold_all(part: Part) -> bool:
    return part.name.lower().endswith(tuple(f".{ending}" for ending in ARCHIVE_FORMATS))


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
