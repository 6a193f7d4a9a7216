"""What the ledger knows that bears on one mail."""

from __future__ import annotations

from collections.abc import Collection

from ingest.closed import MISSING_VOLUME, Volumes, is_closed, is_locked, shown_name
from ingest.context import Context
from ingest.ledger import Transaction
from ingest.materials import group
from ingest.model import Arrival, Kind
from ingest.names import find_ids, fold
from ingest.sets import sets_of
from ingest.stages.assemble.belonging import Situation
from ingest.stages.assemble.bringing import submits
from ingest.stages.assemble.namesakes import Namesake, said_in


def situation_of(context: Context, tx: Transaction, arrival: Arrival, titles: Titles) -> Situation:
    """Its twin, the works it cites, answers or that its sender has, those of its titles, the volumes it holds."""
    config = context.config
    own = frozenset(mailbox.address.lower() for mailbox in config.mailboxes)
    prefixes = [track.prefix for track in config.tracks]
    cited = find_ids(f"{arrival.subject}\n{arrival.own_text}", prefixes, config.edition.year)
    thread = tx.works.by_thread([*arrival.in_reply_to, *arrival.references])
    # what we forward to ourselves is not the work of one sender
    sender = [] if arrival.from_address in own else tx.works.by_sender(arrival.mailbox, arrival.from_address)
    volumes, mails = volumes_of(context, tx, arrival)
    mates = sorted({work for works in tx.works.of_arrivals(sorted(mails)).values() for work in works})
    cited, thread, sender, mates = (tx.moves.current(ids) for ids in (cited, thread, sender, mates))
    closed = arrival.from_address not in own and any(is_closed(part) for part in arrival.parts)
    followed = tx.moves.current(tx.openings.answered_by(arrival.id)) if closed else []
    cited, thread = tx.kin.where_now(cited), tx.kin.where_now(thread)
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
        namesakes=_namesakes(context, tx, arrival, titles, asked),
        refused=tx.openings.refused([part.sha256 for part in arrival.parts if is_locked(part)]),
    )


def _namesakes(
    context: Context, tx: Transaction, arrival: Arrival, titles: Titles, known: Collection[str]
) -> tuple[Namesake, ...]:
    """Works of the mail's titles in its track that are not known to be its sender's."""
    if not submits(arrival):
        return ()
    named = [one.title for one in group(arrival.parts, subject=arrival.subject).groups]
    ids = [work for title in named for work in titles.of(tx, arrival.track, title) if work not in known]
    works = tx.load(ids, context.wants_key) if ids else {}
    living = [work for work in works.values() if not work.gone]
    candidates = {one.id: one for one in tx.works.candidates([work.id for work in living])}
    forms = {work.id: [m.part for m in work.materials if m.kind is Kind.FORM and m.in_force] for work in living}
    return tuple(Namesake(candidates[work.id], said_in(forms[work.id])) for work in living)


class Titles:
    """Titles of works to their ids, as far as one run knows them: read once, when first asked for."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, str], set[str]] | None = None

    def of(self, tx: Transaction, track: str, title: str) -> list[str]:
        """The works of a track that have had this title."""
        if self._ids is None:
            self._ids = {}
            for work, its_track, its_title in tx.kin.titles():
                self.add(its_track, its_title, work)
        return sorted(self._ids.get((track, fold(title)), ())) if fold(title) else []

    def add(self, track: str, title: str, work: str) -> None:
        """A work has got a title."""
        if self._ids is not None and fold(title):
            self._ids.setdefault((track, fold(title)), set()).add(work)


def volumes_of(context: Context, tx: Transaction, arrival: Arrival) -> tuple[tuple[Volumes, ...], set[int]]:
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
    return int(twin["id"]) if same_text or submits(arrival) else None
