"""The things of the program as frozen values, one meaning each. No IO."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest.model.entrants import SenderCheck
from ingest.model.scans import Scan
from ingest.model.states import Decision, Ended, Kind, LinkState, Outcome, PartSource, Stage, TodoKind, WorkState
from parsers.facts import Broken, Facts, FormFacts, VideoFacts


@dataclass(frozen=True)
class Listing:
    """One item seen at a source, before its bytes are fetched.

    mailbox, folder, uidvalidity and uid are its key. size: bytes as the source says, None if it does not.
    received_at: when it arrived at the receiving server (aware), None where the source cannot say.
    """

    mailbox: str
    folder: str
    uidvalidity: int
    uid: str
    size: int | None
    received_at: dt.datetime | None


MALWARE = "malware"
"""The problem of a file that the scanner knows for what it is."""


@dataclass(frozen=True)
class Part:
    """One file that arrived. `facts` is None until it was parsed; `certain`: its kind was told by content, not by name.

    inside: name of the archive or subject of the forwarded mail around it; folder: folders within the archive.
    shown: how a page of its mail shows it: "picture", "background" or "".
    problem: why its bytes are not there or not whole, "" if they are; `malware`: they are in quarantine.
    joined_in: for a volume of a set, the mail under which what lay in the set is kept, None while it is incomplete.
    scan: what the virus scanner said of it, None if it was not asked.
    """

    id: int
    arrival_id: int
    position: int
    name: str
    size: int
    sha256: str
    format: str
    source: PartSource
    inside: str = ""
    folder: str = ""
    content_type: str = ""
    disposition: str = ""
    content_id: str = ""
    shown: str = ""
    provider: str = ""
    url: str = ""
    expires_at: dt.datetime | None = None
    code: str = ""
    link_key: str = ""
    problem: str = ""
    kind: Kind = Kind.OTHER
    certain: bool = False
    why: str = ""
    joined_in: int | None = None
    facts: Facts | None = None
    scan: Scan | None = None

    @property
    def here(self) -> bool:
        """Its bytes are in the store."""
        return bool(self.sha256) and not self.quarantined

    @property
    def quarantined(self) -> bool:
        """It is malware: nothing opens it, and nobody finds it on the share."""
        return self.problem == MALWARE

    @property
    def is_link(self) -> bool:
        """It is a link whose file has not been fetched."""
        return bool(self.url) and not self.sha256


@dataclass(frozen=True)
class CloudFile:
    """A file behind a link, however many mails name it: what those say of it, and how far we are.

    size: bytes, as printed unless `size_is_exact`, 0 if nobody says. got: bytes here so far. next_try_at: not before
    then. reason: why it is not here, a key; detail: in the words of the service. sha256: "" until it is here.
    closed_at: when it was fetched, or left to people.
    """

    id: int
    provider: str
    key: str
    url: str
    name: str
    size: int
    expires_at: dt.datetime | None
    code: str
    state: LinkState
    by_hand: bool
    tries: int
    next_try_at: dt.datetime | None
    reason: str
    detail: str
    got: int
    sha256: str
    seen_at: dt.datetime
    closed_at: dt.datetime | None
    size_is_exact: bool = False

    @property
    def open(self) -> bool:
        """It is not here, and a program or a person may still get it."""
        return self.state is not LinkState.FETCHED


@dataclass(frozen=True)
class Arrival:
    """One mail, with what was read of it. `id` is the ledger's; `pending` the reason it waits, "" if it does not."""

    id: int
    mailbox: str
    track: str
    folder: str
    uidvalidity: int
    uid: str
    stage: Stage
    size: int | None
    received_at: dt.datetime | None
    raw_sha256: str = ""
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    subject: str = ""
    from_name: str = ""
    from_address: str = ""
    to: tuple[str, ...] = ()
    text: str = ""
    own_text: str = ""
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problem: str = ""
    oddities: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    tries: int = 0
    pending: str = ""
    may_reply: bool = False
    for_work: str = ""


@dataclass(frozen=True)
class Material:
    """A part in its role within a work. `arrived_at` is its mail's arrival time; `in_force`: the version judged.
    `passed_over`: a person chose another."""

    part: Part
    kind: Kind
    in_force: bool
    arrived_at: dt.datetime | None
    message_id: str = ""
    passed_over: bool = False


@dataclass(frozen=True)
class Work:
    """One entry as the rules see it: its track, its materials in order of arrival, and what is still awaited.

    received_at: the clock of the deadline, first arrival of a form or a video (or of the link to one); None if none
    has come or no source could say when. clock_known: some such arrival is there, whatever its time.
    texts: the subjects and own texts of its mails, oldest first, as hints; own_texts: those of mails that are of no
    other work. unplaced: materials of its mails that may
    be its own or another work's of the same mail. gone: its mails and files are another work's now, and it counts for
    nothing; goes_to: that work, "" if its mails were given elsewhere one by one. checks: what our provider says of the
    senders of its mails, where that was asked for.
    """

    id: str
    track: str
    mailbox: str
    title: str
    materials: tuple[Material, ...] = ()
    received_at: dt.datetime | None = None
    clock_known: bool = False
    state: WorkState = WorkState.REVIEW
    decision: Decision | None = None
    senders: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    own_texts: tuple[str, ...] = ()
    unplaced: tuple[Material, ...] = ()
    gone: bool = False
    goes_to: str = ""
    checks: tuple[SenderCheck, ...] = ()

    def all_of(self, kind: Kind) -> tuple[Material, ...]:
        """Materials of one kind, in order of arrival, old versions too."""
        return tuple(m for m in self.materials if m.kind is kind)

    def in_force(self, kind: Kind) -> Material | None:
        """The material of a kind that is judged; None if there is none."""
        return next((m for m in self.materials if m.kind is kind and m.in_force), None)

    @property
    def links(self) -> tuple[Material, ...]:
        """Materials that are links whose file is not here."""
        return tuple(m for m in self.materials if m.part.is_link)

    @property
    def video(self) -> VideoFacts | None:
        """Facts of the film in force, None if there is none or it could not be opened."""
        material = self.in_force(Kind.VIDEO)
        return material.part.facts if material and isinstance(material.part.facts, VideoFacts) else None

    @property
    def form(self) -> FormFacts | None:
        """Facts of the electronic form in force, None if there is none or it could not be read."""
        material = self.in_force(Kind.FORM)
        return material.part.facts if material and isinstance(material.part.facts, FormFacts) else None

    def broken(self, kind: Kind) -> Broken | None:
        """Why the material in force cannot be read, None if it can or is not there."""
        material = self.in_force(kind)
        return material.part.facts if material and isinstance(material.part.facts, Broken) else None

    def field(self, name: str) -> str:
        """A field's value in the electronic form, "" if the form, the label or the value is not there."""
        form = self.form
        found = form.fields.get(name) if form else None
        return found.value.strip() if found else ""


@dataclass(frozen=True)
class Verdict:
    """What a rule's function says: an outcome and the sentence (Chinese) by which a person can check it.

    pictures: names of pictures of the film that show it (`ingest.shots`), best first.
    """

    outcome: Outcome
    evidence: str
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """A verdict with the rule and the clause it rests on."""

    rule: str
    outcome: Outcome
    clause: str
    evidence: str
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Todo:
    """One thing a person must do. `key` makes it the same to-do in every run; `text` says what, in Chinese."""

    key: str
    kind: TodoKind
    text: str
    work: str = ""
    arrival_id: int | None = None
    part_id: int | None = None
    candidates: tuple[str, ...] = ()
    due_at: dt.datetime | None = None


@dataclass(frozen=True)
class Ending:
    """What `decide()` says of one arrival.

    ended None means it stays pending for `reason`. groups: the part ids of each work it opens or joins, one or more
    for `work` and `supplement`, none for the rest. todos: what a person must do about it.
    """

    ended: Ended | None
    reason: str = ""
    groups: tuple[Group, ...] = ()
    todos: tuple[Todo, ...] = ()


@dataclass(frozen=True)
class Group:
    """Parts that are one work, and the title they give it ("" if none). work: the one they join, "" opens a new one."""

    title: str
    part_ids: tuple[int, ...]
    work: str = ""


STATE_OF_OUTCOME: Mapping[Outcome, WorkState] = {
    Outcome.FAIL: WorkState.FAIL,
    Outcome.MISSING: WorkState.MISSING,
    Outcome.PENDING: WorkState.PENDING,
    Outcome.REVIEW: WorkState.REVIEW,
}
"""`pass`, `manual` and `na` set no state."""


def state_of(findings: tuple[Finding, ...] | list[Finding]) -> WorkState:
    """The worst state that applies; `malware` failing outranks all."""
    states = {STATE_OF_OUTCOME[f.outcome] for f in findings if f.outcome in STATE_OF_OUTCOME}
    if any(f.rule == "malware" and f.outcome is Outcome.FAIL for f in findings):
        states.add(WorkState.MALWARE)
    return next((state for state in WorkState if state in states), WorkState.PASS)


def mail_number(arrival_id: int) -> str:
    """How people call a mail."""
    return f"M{arrival_id:05d}"


def todo_number(todo_id: int) -> str:
    """How people call a to-do."""
    return f"T{todo_id:04d}"


def link_number(link_id: int) -> str:
    """How people call a file behind a link."""
    return f"Y{link_id:04d}"


def pair_number(one: str, other: str) -> str:
    """How people call a pair of works."""
    return f"{one}/{other}"


def letter_number(letter_id: int) -> str:
    """How people call a letter."""
    return f"L{letter_id:04d}"
