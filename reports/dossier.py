"""审查.html: all that is known of one work on one page, beside its files, readable without a server."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from reports.pages import digest_of, page

Lit = tuple[tuple[str, bool], ...]
"""A text in pieces, each with whether it is lit."""


@dataclass(frozen=True)
class DossierPicture:
    """A picture beside the page. path: relative to it; label: what it shows, also for those who do not see it.

    at_s: the second of the film it is of, None if it is not of a film. width, height: pixels, 0 if unknown.
    """

    path: str
    label: str
    at_s: float | None = None
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class DossierLink:
    """Where else to look: another page, a file, a place on this page ("#…"), or a second of the film."""

    label: str
    path: str = ""
    at_s: float | None = None


@dataclass(frozen=True)
class DossierFinding:
    """One finding. outcome: its word (不符合); rule: its name for people; wanted: what the notice asks, found: what
    there is. pictures show it. helps: what helps to judge it; texts: words of the form to judge it by, with their name.
    """

    rule: str
    outcome: str
    clause: str
    found: str
    wanted: str = ""
    pictures: tuple[DossierPicture, ...] = ()
    helps: tuple[DossierLink, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()


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
    """A mail of the work's history: when, from whom, subject, its plain text, or as much of it as is shown."""

    received: str
    sender: str
    subject: str
    text: str


@dataclass(frozen=True)
class DossierLetter:
    """What was answered. kind and state in words; at: when it was sent, else written."""

    kind: str
    state: str
    at: str
    subject: str = ""
    text: str = ""


@dataclass(frozen=True)
class DossierLine:
    """A line of the work's course."""

    at: str
    what: str
    by: str
    text: str


@dataclass(frozen=True)
class DossierMark:
    """A place in the film worth seeing. kind: title, credits, subtitle, bars, black, frozen, silent or damage.

    until_s: its end, None where it is a moment. Seconds.
    """

    kind: str
    label: str
    at_s: float
    until_s: float | None = None


@dataclass(frozen=True)
class DossierFilm:
    """The film. path: of its file, "" if it is not there; plays: of what a browser plays, the film itself or its
    preview, "" if nothing does. length_s: seconds, 0 if unknown. notes: sentences on it; facts: name and value."""

    path: str = ""
    plays: str = ""
    length_s: float = 0.0
    marks: tuple[DossierMark, ...] = ()
    notes: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def is_preview(self) -> bool:
        """What plays is not the film itself."""
        return self.plays != self.path


@dataclass(frozen=True)
class DossierCrop:
    """A part of a page's picture. left, top, width, height: the part, as the picture's pixels; page_width, page_height:
    of all of it."""

    path: str
    left: int
    top: int
    width: int
    height: int
    page_width: int
    page_height: int


@dataclass(frozen=True)
class DossierField:
    """A field as the form has it, and as the scan was read. stand: in a word how they agree, "" where that was not
    asked; unlike: a person must look. how: how surely it was read."""

    name: str
    typed: Lit = ()
    read: Lit = ()
    how: str = ""
    stand: str = ""
    unlike: bool = False
    crop: DossierCrop | None = None


@dataclass(frozen=True)
class Dossier:
    """One work. head: name and value of who enters and when; doing: sentences on what a person has to do now.

    findings: those that are not settled, a person's first; settled: passed or not applying; manual: a person's by
    nature. sheet: the contact sheet; shots: other pictures of the film; cuts: parts of the scan; scans: its pages.
    before, after: the neighbours of its track; related: works it is like. *_left: how many more there are, not shown.
    """

    id: str
    title: str
    track: str
    state: str
    decision: str = ""
    meaning: str = ""
    head: tuple[tuple[str, str], ...] = ()
    doing: tuple[str, ...] = ()
    film: DossierFilm = DossierFilm()
    sheet: DossierPicture | None = None
    shots: tuple[DossierPicture, ...] = ()
    findings: tuple[DossierFinding, ...] = ()
    settled: tuple[DossierFinding, ...] = ()
    manual: tuple[DossierFinding, ...] = ()
    fields: tuple[DossierField, ...] = ()
    cuts: tuple[DossierPicture, ...] = ()
    scans: tuple[DossierPicture, ...] = ()
    files: tuple[DossierFile, ...] = ()
    files_left: int = 0
    mails: tuple[DossierMail, ...] = ()
    mails_left: int = 0
    letters: tuple[DossierLetter, ...] = ()
    letters_left: int = 0
    history: tuple[DossierLine, ...] = ()
    history_left: int = 0
    before: DossierLink | None = None
    after: DossierLink | None = None
    related: tuple[DossierLink, ...] = ()

    def count(self, outcome: str) -> int:
        """How many findings have this outcome."""
        return sum(one.outcome == outcome for one in (*self.findings, *self.settled))

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes there are, in order of appearance."""
        return tuple(dict.fromkeys(one.outcome for one in (*self.findings, *self.settled)))


def dossier_page(dossier: Dossier) -> str:
    """The page as HTML. Every text is escaped; it loads nothing but pictures and film beside it."""
    return page("dossier.html", {"work": dossier}, style="_dossier_style.html", script="_dossier.js")


@lru_cache(maxsize=1)
def dossier_looks() -> str:
    """Changes when the page of the same work would look otherwise: of its template, stylesheet and script."""
    return digest_of("dossier.html", "_head.html", "_style.html", "_dossier_style.html", "_dossier.js")
