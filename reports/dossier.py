"""审查.html: all that is known of one work on one page, beside its files, readable without a server."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from reports.pages import page

MAX_TEXT = 20_000
"""Characters shown of one mail's text."""


@dataclass(frozen=True)
class DossierFinding:
    """One finding. outcome: its word (不符合); rule: its name for people; kind of evidence is a sentence."""

    rule: str
    outcome: str
    clause: str
    evidence: str


@dataclass(frozen=True)
class DossierFile:
    """A material. path: relative to the page's folder, "" if the file is not there; in_force: the version judged."""

    kind: str
    name: str
    size: str
    received: str
    path: str = ""
    in_force: bool = True
    note: str = ""


@dataclass(frozen=True)
class DossierMail:
    """A mail of the work's history: when (aware, or None if unknown), from whom, subject, its plain text."""

    received_at: dt.datetime | None
    sender: str
    subject: str
    text: str


@dataclass(frozen=True)
class Dossier:
    """One work. facts and fields: name and value, in order; film: relative path of the film a browser may play, "".

    pictures: relative paths of what was cut out of the recognised scan, pages: of its upright pages.
    manual: what a person must look at; history: lines, newest last; letters: kind, state and time, one line each.
    """

    id: str
    title: str
    track: str
    state: str
    decision: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    findings: tuple[DossierFinding, ...] = ()
    manual: tuple[DossierFinding, ...] = ()
    files: tuple[DossierFile, ...] = ()
    film: str = ""
    mails: tuple[DossierMail, ...] = ()
    letters: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()


def dossier_page(dossier: Dossier) -> str:
    """The page as HTML. Every text is escaped; it loads nothing but the film, by relative path."""
    return page("dossier.html", {"work": dossier, "max_text": MAX_TEXT})
