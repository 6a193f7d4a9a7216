"""Which works a mail belongs to: by 登记号, by thread, by sender and title, by unit and title. Nothing is looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest import manners
from ingest.closed import Volumes, is_closed, is_locked, part_trouble
from ingest.ledger.works import Candidate
from ingest.materials import Grouping, group
from ingest.materials.entries import READ, a_title, rows_of
from ingest.materials.grouping import OF_THE_MAIL, SUBMITTED
from ingest.materials.kinds import ARCHIVE_FORMATS
from ingest.materials.wishes import wishes_in
from ingest.model import KIND_WORDS, Arrival, Ended, Ending, Group, Kind, Part, mail_number
from ingest.names import fold, same_title, title_guess, title_in
from ingest.stages.assemble.bringing import brings, form_titles, read_titles, submits, titles_of
from ingest.stages.assemble.endings import ask, shared_out, supplement
from ingest.stages.assemble.namesakes import Namesake, one_entrant

SAME_TITLE = 0.92
"""From here on two titles are one, written a little differently."""

DOUBTFUL_TITLE = 0.8
"""From here on they may be one: a person says."""

OTHER_TITLE = 0.6
"""Below, they are clearly two."""

LONG_TITLE = 4
"""A title of so many characters that stands within another is the same work's, if that lacks what comes."""


@dataclass(frozen=True)
class Situation:
    """What the ledger knows that bears on one mail.

    twin: id of the mail it repeats, None if none. cited: works whose 登记号 it quotes; thread: works of the mails it
    answers; sender: works of the same sender in the same mailbox. own: our mailboxes' addresses, lower case.
    volumes: the sets of which it holds volumes; mates: works of the other mails that hold volumes of these.
    namesakes: works of
    other senders in the same mailbox that have a title of this mail's.
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
    namesakes: tuple[Namesake, ...] = ()


def joined(arrival: Arrival, situation: Situation) -> Ending | None:
    """A supplement: by 登记号, by thread, by sender and title, by unit and title, in that order of trust; None if not.

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
    if not brings(arrival):
        return _wish(arrival, situation.sender)
    return _by_sender(arrival, situation.sender) or _by_unit(arrival, situation)


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
            return shared_out(arrival, grouping, [same[0].id for same in found], reason)
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


def _wish(arrival: Arrival, works: Sequence[Candidate]) -> Ending | None:
    """A mail without material that asks for something of a work: of the one it names, or of its sender's only one."""
    text = f"{arrival.subject}\n{arrival.own_text}"
    if not works or not wishes_in(arrival.subject, arrival.own_text):
        return None
    named = [c for c in works if len(fold(c.title)) > 1 and fold(c.title) in fold(text)] or list(works)
    return supplement(arrival, named[0].id, "同一发件人，来信谈及这部作品") if len(named) == 1 else None


def _by_sender(arrival: Arrival, works: Sequence[Candidate]) -> Ending | None:
    """Titles decide between the works of one sender, then what they lack; None if it is none of them."""
    grouping = group(arrival.parts, subject=arrival.subject)
    if len(grouping.groups) > 1:
        return _several(arrival, grouping, works)
    found = _by_title(arrival, works)
    if len(found) > 1:
        return ask(arrival, found, "同一发件人有多部作品与来信所写的名称相符")
    if found:
        return supplement(arrival, found[0].id, "同一发件人，作品名称一致")
    alike = _named(titles_of(arrival), works, DOUBTFUL_TITLE)
    if alike:
        return ask(arrival, alike, "同一发件人此前有名称相近的作品，无法判断是否同一部")
    listed = _of_the_mail(arrival, works)
    if listed is not None:
        return listed
    lacking = _lacking(arrival, works)
    if len(lacking) == 1:
        kinds = "、".join(KIND_WORDS[kind] for kind in Kind if kind in brought(arrival))
        reason = f"同一发件人只有这部作品缺{kinds}" if kinds else "同一发件人只有这部作品"
        return supplement(arrival, lacking[0].id, reason)
    return None


def _of_the_mail(arrival: Arrival, works: Sequence[Candidate]) -> Ending | None:
    """A mail that brings only a list: it belongs to the works it names, of its sender."""
    rows = rows_of(arrival.parts)
    if not rows or any(part.kind not in (*OF_THE_MAIL, Kind.OTHER) for part in arrival.parts):
        return None
    named = _named([row["title"] for row in rows], works)
    ids = tuple(part.id for part in arrival.parts)
    groups = tuple(Group("", ids, work.id) for work in named)
    return Ending(Ended.SUPPLEMENT, "汇总表列有这些作品", groups=groups) if groups else None


def brought(arrival: Arrival) -> frozenset[Kind]:
    """Of the kinds a work must have, those this mail brings."""
    return SUBMITTED & {part.kind for part in arrival.parts}


def _lacking(arrival: Arrival, works: Sequence[Candidate]) -> list[Candidate]:
    """The works that lack just what comes, and that it does not call otherwise. Papers belong to an only work."""
    kinds, called = brought(arrival), [*form_titles(arrival), *read_titles(arrival)]
    if not kinds:
        papers = any(part.kind is not Kind.OTHER for part in arrival.parts)
        return list(works) if papers and len(works) == 1 else []
    marked = title_in(arrival.subject)
    lacking = [c for c in works if not kinds & c.has]
    if called or marked:
        return [c for c in lacking if Kind.FORM not in c.has and _may_be_called(c, [*called, *filter(None, [marked])])]
    return [c for c in lacking if not _named_otherwise(arrival, c)]


def _may_be_called(work: Candidate, titles: Sequence[str]) -> bool:
    """What a work is called without its form is a guess: nothing at all, or a piece of the title."""
    own = fold(work.title)
    if not a_title(work.title):
        return True
    return any(len(own) >= LONG_TITLE and (own in fold(title) or fold(title) in own) for title in titles)


def _named_otherwise(arrival: Arrival, work: Candidate) -> bool:
    """The name of a film or a paper of the mail is another title's."""
    guesses = [title_guess(part.name) for part in arrival.parts if part.kind in SUBMITTED]
    own = fold(work.title)
    others = [fold(guess) for guess in guesses if a_title(guess) and same_title(guess, work.title) < OTHER_TITLE]
    return a_title(work.title) and any(one not in own and own not in one for one in others)


def _several(arrival: Arrival, grouping: Grouping, works: Sequence[Candidate]) -> Ending | None:
    """Of several works in one mail some may be known; None if all are new."""
    found = [_named([one.title], works) for one in grouping.groups]
    alike = [c for one in grouping.groups for c in _named([one.title], works, DOUBTFUL_TITLE)]
    if not alike:
        return None
    ids = [same[0].id if len(same) == 1 else "" for same in found]
    if len(set(filter(None, ids))) < len({c.id for c in alike}):
        return ask(arrival, alike, "信中有多部作品，同一发件人此前有名称相同或相近的作品")
    return shared_out(arrival, grouping, ids, "同一发件人，作品名称一致")


def _by_unit(arrival: Arrival, situation: Situation) -> Ending | None:
    """Works of the same title that another sender of the same unit sent in; None if there is none.

    Where nothing says whose the mail is, and a work of its title lacks just what it brings, a person is asked.
    """
    grouping = group(arrival.parts, subject=arrival.subject)
    ids, doubtful = [], []
    for one in grouping.groups:
        forms = [part for part in arrival.parts if part.id in one.part_ids and part.kind is Kind.FORM]
        mine = [n for n in situation.namesakes if one.title and same_title(n.work.title, one.title) >= SAME_TITLE]
        judged = [(n.work, one_entrant(arrival, forms, n)) for n in mine]
        sure = [work for work, same in judged if same]
        ids.append(sure[0].id if len(sure) == 1 else "")
        unsure = [work for work, same in judged if same is None and not brought(arrival) & work.has]
        doubtful += sure if len(sure) > 1 else [] if sure else unsure
    if doubtful:
        return ask(arrival, doubtful, "此前有同名作品，无法判断是否同一单位所报")
    return shared_out(arrival, grouping, ids, "同一单位，作品名称一致") if any(ids) else None


def _named(titles: Sequence[str], works: Sequence[Candidate], least: float = SAME_TITLE) -> list[Candidate]:
    return [c for c in works if c.title and max((same_title(c.title, t) for t in titles), default=0.0) >= least]


def _by_title(arrival: Arrival, works: Sequence[Candidate]) -> list[Candidate]:
    """The works whose title this mail names: by its forms, else scans, else subject, else the names of its files."""
    if titles := form_titles(arrival):
        return _named(titles, works)
    if titles := read_titles(arrival):
        found = _named(titles, works) or _named(titles, works, READ)
        return found if len(found) == 1 else []
    marked = title_in(arrival.subject)
    if marked and (found := _named([marked], works)):
        return found
    texts = fold("|".join([arrival.subject, *(f"{part.folder} {part.name}" for part in arrival.parts)]))
    held = [c for c in works if len(fold(c.title)) >= 2 and a_title(c.title) and fold(c.title) in texts]
    return [c for c in held if not any(c is not o and fold(c.title) in fold(o.title) != fold(c.title) for o in held)]


def _another_title(arrival: Arrival, work: Candidate) -> str:
    """The title of a form that is clearly not this work's, "" if there is none.

    A work that has no form yet may be called otherwise by its first; not if a film comes with that, and it has one.
    """
    brings_film = any(part.kind is Kind.VIDEO for part in arrival.parts)
    has_own = Kind.FORM in work.has or (brings_film and Kind.VIDEO in work.has)
    if not (work.title and has_own):
        return ""
    return next((title for title in form_titles(arrival) if same_title(work.title, title) < OTHER_TITLE), "")


# what waits


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
