"""One work as its review page shows it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping

from ingest.model import KIND_WORDS, OUTCOME_WORDS, STATE_WORDS, Kind, Material, Outcome, Work
from ingest.views import Snapshot, fields_of, recognised_fields
from ingest.views.words import LETTER_STATE_WORDS, LETTER_WORDS, RULE_WORDS, duration_text, file_note, size_text
from parsers.facts import PARSERS_VERSION
from reports.dossier import Dossier, DossierFile, DossierFinding, DossierMail

PLAYABLE = frozenset({"mp4"})
"""Formats a browser plays from a file."""


def dossier_key(snap: Snapshot, work: Work, names: Mapping[int, str]) -> str:
    """Changes when the page or the folder could. It is told from small values at hand, without making the page.

    A digest's facts and a mail's words never change, so naming them is enough. names: part id to file name.
    """
    parts = [
        (part.id, part.sha256, part.name, part.size, part.url, part.why, part.facts is None, m.kind, m.in_force)
        for m, part in ((m, m.part) for m in work.materials)
    ]
    letters = [(x["id"], x["state"], x["sent_at"]) for x in snap.letters_of(work.id)]
    mails = [arrival for arrival, _ in snap.mails_of.get(work.id, ())]
    head = (work.title, snap.config.track(work.track).name, work.state, work.decision, PARSERS_VERSION, work.gone)
    told = (head, parts, names, snap.findings.get(work.id, ()), mails, letters, snap.config.forms.names)
    return hashlib.sha256(repr(told).encode("utf-8", "backslashreplace")).hexdigest()


def dossier_of(snap: Snapshot, work: Work, files: Mapping[int, str], texts: Mapping[int, str]) -> Dossier:
    """The page's values. files: part id to the name of its file in the work's folder; texts: of its mails, by id."""
    findings = snap.findings.get(work.id, ())
    shown = [_finding(f.rule, f.outcome, f.clause, f.evidence) for f in findings if f.outcome is not Outcome.MANUAL]
    manual = [_finding(f.rule, f.outcome, f.clause, f.evidence) for f in findings if f.outcome is Outcome.MANUAL]
    film = work.in_force(Kind.VIDEO)
    playable = film is not None and film.part.format in PLAYABLE
    return Dossier(
        id=work.id,
        title=work.title,
        track=snap.config.track(work.track).name,
        state=STATE_WORDS[work.state],
        decision=work.decision.value if work.decision else "",
        facts=_facts(work),
        fields=_fields(snap, work),
        findings=tuple(shown),
        manual=tuple(manual),
        files=tuple(_file(snap, material, files) for material in work.materials),
        film=files.get(film.part.id, "") if film is not None and playable else "",
        mails=tuple(_mail(snap, arrival, texts.get(arrival, "")) for arrival, _ in snap.mails_of.get(work.id, ())),
        letters=tuple(_letter(snap, letter) for letter in snap.letters_of(work.id)),
    )


def _fields(snap: Snapshot, work: Work) -> tuple[tuple[str, str], ...]:
    """Names and values of what is filled in; what was only recognised on the scan says how surely."""
    names, sure = snap.config.forms.names, recognised_fields(work)
    return tuple(
        (names.get(name, name), f"{value}（识别，把握 {sure[name]:.0%}）" if name in sure else value)
        for name, value in fields_of(work).items()
    )


def _finding(rule: str, outcome: Outcome, clause: str, evidence: str) -> DossierFinding:
    return DossierFinding(RULE_WORDS.get(rule, rule), OUTCOME_WORDS[outcome], clause, evidence)


def _facts(work: Work) -> tuple[tuple[str, str], ...]:
    """What was measured of the film."""
    video, material = work.video, work.in_force(Kind.VIDEO)
    if video is None or material is None:
        return ()
    sound = "、".join(track.codec for track in video.audio) or "无"
    rate = f"{video.frame_rate:g} 帧/秒" if video.frame_rate else ""
    return (
        ("封装格式", f"{video.container}（{video.brand}）" if video.brand else video.container),
        ("时长", duration_text(video.duration_s)),
        ("画面", f"{video.shown_width}×{video.shown_height} {video.codec} {rate}".strip()),
        ("声音", sound),
        ("大小", f"{size_text(video.size)}（{video.size} 字节）"),
    )


def _file(snap: Snapshot, material: Material, files: Mapping[int, str]) -> DossierFile:
    part = material.part
    return DossierFile(
        kind=KIND_WORDS[material.kind],
        name=part.name or part.url,
        size=size_text(part.size),
        received=_when(snap, material.arrived_at),
        path=files.get(part.id, ""),
        in_force=material.in_force,
        note=file_note(part),
    )


def _mail(snap: Snapshot, arrival_id: int, text: str) -> DossierMail:
    row = snap.arrivals[arrival_id]
    received = row["received_at"].astimezone(snap.zone) if row["received_at"] else None
    sender = f"{row['from_name']} <{row['from_address']}>" if row["from_name"] else row["from_address"]
    return DossierMail(received, sender, row["subject"], text)


def _letter(snap: Snapshot, letter: Mapping[str, object]) -> str:
    at = letter["sent_at"] or letter["created_at"]
    assert isinstance(at, dt.datetime)
    return f"{LETTER_WORDS[str(letter['kind'])]}：{LETTER_STATE_WORDS[str(letter['state'])]}（{_when(snap, at)}）"


def _when(snap: Snapshot, moment: dt.datetime | None) -> str:
    return f"{moment.astimezone(snap.zone):%Y-%m-%d %H:%M}" if moment else "时间不明"
