"""One work as its review page shows it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.config import Config
from ingest.ledger.rows import Row
from ingest.model import KIND_WORDS, OUTCOME_WORDS, STATE_WORDS, Kind, Material, Outcome, Part, Work, todo_number
from ingest.views import Snapshot, fields_of
from ingest.views.dossierfields import fields_shown
from ingest.views.dossierpictures import Pictures, pictures_shown
from ingest.views.filmmarks import film_of
from ingest.views.story import story
from ingest.views.wanted import in_two, wanted
from ingest.views.words import LETTER_STATE_WORDS, LETTER_WORDS, RULE_WORDS, file_note, size_text
from parsers.facts import PARSERS_VERSION
from parsers.film import FILM_VERSION
from reports.colours import STATE_MEANINGS
from reports.dossier import (
    Dossier,
    DossierFile,
    DossierFinding,
    DossierLetter,
    DossierLine,
    DossierLink,
    DossierMail,
    dossier_looks,
)

PAGE = "审查.html"
MOST_FILES, MOST_MAILS, MOST_LETTERS, MOST_LINES, MOST_TODOS, MOST_RELATED = 100, 40, 30, 80, 4, 10
"""What one page shows at most of each; how many more there are is said."""
MAX_TEXT, MAX_TEXTS = 20_000, 200_000
"""Characters shown of one mail's or letter's text, and of all of them together."""

_ORDER = (Outcome.FAIL, Outcome.REVIEW, Outcome.MISSING, Outcome.PENDING, Outcome.PASS, Outcome.NA)
"""A person decides on the first two; the next is for the sender to mend, the next for time."""
_SETTLED = frozenset({Outcome.PASS, Outcome.NA})


@dataclass(frozen=True)
class Beside:
    """What a page shows that is in no snapshot. files: part id to its file's name; cut, frames: names of the files in
    识别/ and 帧/; clip: name of the preview, "" without one.

    texts, letters: words of mails and letters shown, by id; course: the newest events, oldest first, course_left: how
    many there are before them; unlike: fields that form and scan do not surely say alike.
    """

    files: Mapping[int, str] = field(default_factory=dict)
    cut: Sequence[str] = ()
    frames: Sequence[str] = ()
    clip: str = ""
    texts: Mapping[int, str] = field(default_factory=dict)
    letters: Mapping[int, str] = field(default_factory=dict)
    course: Sequence[Row] = ()
    course_left: int = 0
    unlike: Sequence[str] = ()


@dataclass(frozen=True)
class Around:
    """Other works' folders: of those before and after one in its track, "" at an end; and of works it is like, with
    their numbers."""

    before: str = ""
    after: str = ""
    related: tuple[tuple[str, str], ...] = ()


def dossier_key(
    snap: Snapshot, work: Work, names: Mapping[int, str], around: Around | None = None, newest: int = 0
) -> str:
    """Changes when the page or the folder could. It is told from small values at hand, without making the page.

    A digest's facts and a mail's words never change, so naming them is enough. names: part id to file name; newest:
    the newest event of the work's course.
    """
    parts = [
        (part.id, part.sha256, part.name, part.size, part.url, part.why, _read_as(part), m.kind.value, m.in_force)
        for m, part in ((m, m.part) for m in work.materials)
    ]
    letters = [(x["id"], x["state"], x["sent_at"]) for x in snap.letters_of(work.id)]
    mails = [arrival for arrival, _ in snap.mails_of.get(work.id, ())]
    head = (work.title, snap.config.track(work.track).name, work.state, work.decision, work.received_at, work.gone)
    more = (around, newest, _todos(snap, work), tuple(snap.notes_of(work.id)), _seen(work))
    findings = [(f.rule, f.outcome.value, f.clause, f.evidence, f.pictures) for f in snap.findings.get(work.id, ())]
    told = (head, parts, names, findings, mails, letters, more, PARSERS_VERSION)
    return hashlib.sha256(repr(told).encode("utf-8", "backslashreplace")).hexdigest()


def _seen(work: Work) -> tuple[Any, ...]:
    """How far the film was looked at: what was seen of a digest changes no more once that was to its end."""
    watched = work.video.watched if work.video else None
    if watched is None:
        return ()
    return FILM_VERSION, watched.problem, len(watched.shots), watched.clip is not None


def _read_as(part: Part) -> str:
    """What came of reading a file: that may change when another program is there, or after another try."""
    return f"{part.facts.fact} {getattr(part.facts, 'reason', '')}" if part.facts else ""


def edition_key(config: Config) -> str:
    """Changes with what pages show of the config and the program: labels, words, what rules ask, how a page looks."""
    edition, rules = config.edition, config.rules
    said = (edition.made_from, edition.made_to, config.forms, rules.scan_matches, rules.materials, dossier_looks())
    return hashlib.sha256(repr(said).encode("utf-8", "backslashreplace")).hexdigest()


def shown_mails(snap: Snapshot, work: Work) -> list[int]:
    """The mails whose words the page shows: the first, and the newest."""
    mails = [arrival for arrival, _ in snap.mails_of.get(work.id, ())]
    return mails if len(mails) <= MOST_MAILS else [mails[0], *mails[1 - MOST_MAILS :]]


def shown_letters(snap: Snapshot, work: Work) -> list[Row]:
    """The letters that the page shows: the newest, the last one first."""
    return list(snap.letters_of(work.id))[: -MOST_LETTERS - 1 : -1]


def line_of(snap: Snapshot, work_id: str) -> list[str]:
    """The numbers a work has had, its own first. What was split off a work of its track has a course of its own."""
    line = [work_id]
    while (before := snap.rows[line[-1]].get("moved_from") or "") in snap.rows and before not in line:
        if snap.rows[before]["track"] == snap.rows[line[-1]]["track"]:
            break
        line.append(before)
    return line


def dossier_of(snap: Snapshot, work: Work, beside: Beside, around: Around | None = None) -> Dossier:
    """The page's values."""
    around = around or Around()
    pictures = pictures_shown(work, beside.cut, beside.frames, snap.config.forms.names)
    findings = _findings(snap, work, pictures)
    manual = tuple(_manual(snap, work, f, pictures) for f in snap.findings.get(work.id, ()) if _is_manual(f.outcome))
    film = work.in_force(Kind.VIDEO)
    words = Budget(MAX_TEXTS)
    mails = shown_mails(snap, work)
    letters = shown_letters(snap, work)
    return Dossier(
        id=work.id,
        title=work.title,
        track=snap.config.track(work.track).name,
        state=STATE_WORDS[work.state],
        decision=work.decision.value if work.decision else "",
        meaning=STATE_MEANINGS.get(STATE_WORDS[work.state], "").replace("「审查明细」", "“审查结果”"),
        head=_head(snap, work),
        doing=(*snap.notes_of(work.id), *_todos(snap, work)),
        film=film_of(work, beside.files.get(film.part.id, "") if film else "", beside.clip),
        sheet=pictures.sheet,
        shots=pictures.shots,
        findings=tuple(made for outcome, made in findings if outcome not in _SETTLED),
        settled=tuple(made for outcome, made in findings if outcome in _SETTLED),
        manual=manual,
        fields=fields_shown(snap.config, work, beside.unlike, pictures.pages),
        cuts=pictures.cuts,
        scans=pictures.scans,
        files=tuple(_file(snap, material, beside.files) for material in work.materials[:MOST_FILES]),
        files_left=max(len(work.materials) - MOST_FILES, 0),
        mails=tuple(_mail(snap, arrival, words.cut(beside.texts.get(arrival, ""))) for arrival in mails),
        mails_left=len(snap.mails_of.get(work.id, ())) - len(mails),
        letters=tuple(_letter(snap, letter, words.cut(beside.letters.get(letter["id"], ""))) for letter in letters),
        letters_left=len(snap.letters_of(work.id)) - len(letters),
        history=_history(snap, work, beside.course),
        history_left=beside.course_left,
        before=_neighbour(around.before),
        after=_neighbour(around.after),
        related=tuple(DossierLink(other, f"../{folder}/{PAGE}" if folder else "") for other, folder in around.related),
    )


class Budget:
    """Characters that are left for a page's texts."""

    def __init__(self, left: int) -> None:
        self.left = left

    def cut(self, text: str) -> str:
        """As much of a text as may be shown, with a word on what is not."""
        room = min(MAX_TEXT, self.left)
        kept = text[:room]
        self.left -= len(kept)
        return kept if len(kept) == len(text) else f"{kept}\n……（后面 {len(text) - room:,} 字没有列出，见原信）"


def _is_manual(outcome: Outcome) -> bool:
    return outcome is Outcome.MANUAL


def _head(snap: Snapshot, work: Work) -> tuple[tuple[str, str], ...]:
    """Who enters it, and when it came."""
    fields, names = fields_of(work), snap.config.forms.names
    who = ("recommender", "entrant_kind", "author", "author_unit")
    said = [(names.get(name, name), fields[name][:40]) for name in who if fields.get(name)]
    return (*said, ("收到", _when(snap, work.received_at)))


def _todos(snap: Snapshot, work: Work) -> tuple[str, ...]:
    """What stands in 待办 of this work."""
    mine = snap.todos_of(work.id)
    more = (f"待办中另有 {len(mine) - MOST_TODOS} 条",) if len(mine) > MOST_TODOS else ()
    return (*(f"待办 {todo_number(todo['id'])}：{todo['text'][:300]}" for todo in mine[:MOST_TODOS]), *more)


def _neighbour(folder: str) -> DossierLink | None:
    return DossierLink(folder, f"../{folder}/{PAGE}") if folder else None


def _findings(snap: Snapshot, work: Work, pictures: Pictures) -> list[tuple[Outcome, DossierFinding]]:
    """All but a person's by nature, in the order in which they are looked at."""
    found = [one for one in snap.findings.get(work.id, ()) if not _is_manual(one.outcome)]
    found.sort(key=lambda one: _ORDER.index(one.outcome))
    made = []
    for one in found:
        said, asked = in_two(one.evidence)
        made.append(
            (
                one.outcome,
                DossierFinding(
                    rule=RULE_WORDS.get(one.rule, one.rule),
                    outcome=OUTCOME_WORDS[one.outcome],
                    clause=one.clause,
                    found=said,
                    wanted=asked or wanted(one.rule, work, snap.config),
                    pictures=() if one.outcome is Outcome.NA else pictures.of_finding(one),
                    helps=_of_fields(one.rule, one.outcome),
                ),
            )
        )
    return made


def _of_fields(rule: str, outcome: Outcome) -> tuple[DossierLink, ...]:
    """A finding on the form leads to its fields."""
    asks = rule in ("scan-matches", "form-fields", "form-kind", "endorsement") and outcome not in _SETTLED
    return (DossierLink("对照表格与扫描件", "#fields"),) if asks else ()


def _manual(snap: Snapshot, work: Work, finding: Any, pictures: Pictures) -> DossierFinding:
    """A person's check, with what helps to judge it."""
    said, asked = in_two(finding.evidence.partition("；简介：")[0])  # the whole of it stands below
    fields, names = fields_of(work), snap.config.forms.names
    read = {"content": ("summary",), "original": ("commitment",)}.get(finding.rule, ())
    return DossierFinding(
        rule=RULE_WORDS.get(finding.rule, finding.rule),
        outcome=OUTCOME_WORDS[finding.outcome],
        clause=finding.clause,
        found=said,
        wanted=asked or wanted(finding.rule, work, snap.config),
        pictures=pictures.of_finding(finding),
        helps=_helps(work, finding.rule),
        texts=tuple((names.get(name, name), fields[name][:1000]) for name in read if fields.get(name)),
    )


def _helps(work: Work, rule: str) -> tuple[DossierLink, ...]:
    """Where to look or listen for a person's check."""
    video = work.video
    length = video.duration_s if video and video.duration_s and 0 < video.duration_s < 1e6 else 0.0
    places = (("开头", 0.0), ("三分之一处", length / 3), ("三分之二处", length * 2 / 3), ("结尾", max(length - 15, 0)))
    if rule in ("narration", "content") and length:
        return tuple(DossierLink(word, at_s=at) for word, at in places)
    if rule == "original":
        credits = (DossierLink("看片尾署名", at_s=max(length - 15, 0)),) if length else ()
        return (*credits, DossierLink("看授权等材料", "#files"))
    return ()


def _file(snap: Snapshot, material: Material, files: Mapping[int, str]) -> DossierFile:
    part = material.part
    return DossierFile(
        kind=KIND_WORDS[material.kind],
        name=(part.name or part.url)[:300],
        size=size_text(part.size),
        received=_when(snap, material.arrived_at),
        path=files.get(part.id, ""),
        in_force=material.in_force,
        note=file_note(part),
    )


def _mail(snap: Snapshot, arrival_id: int, text: str) -> DossierMail:
    row = snap.arrivals[arrival_id]
    sender = f"{row['from_name']} <{row['from_address']}>" if row["from_name"] else row["from_address"]
    return DossierMail(_when(snap, row["received_at"]), sender[:200], row["subject"][:300], text)


def _letter(snap: Snapshot, letter: Row, text: str) -> DossierLetter:
    at = letter["sent_at"] or letter["created_at"]
    assert isinstance(at, dt.datetime)
    kind, state = LETTER_WORDS[str(letter["kind"])], LETTER_STATE_WORDS[str(letter["state"])]
    return DossierLetter(kind, state, _when(snap, at), str(letter.get("subject", ""))[:300], text)


def _history(snap: Snapshot, work: Work, course: Sequence[Row]) -> tuple[DossierLine, ...]:
    """What happened, newest first; lines that tell people nothing are left out."""
    lines = [line for line in story(course, work.id, made=False) if line.text]
    return tuple(
        DossierLine(_when(snap, line.at), line.what, line.by[:60], line.text[:400]) for line in reversed(lines)
    )


def _when(snap: Snapshot, moment: dt.datetime | None) -> str:
    return f"{moment.astimezone(snap.zone):%Y-%m-%d %H:%M}" if moment else "时间不明"
