"""Who stands behind a work, as it is compared with others; and in what two works are alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ingest.model.states import Decision
from parsers.filmfacts import Shot

NOT_COUNTED = frozenset({Decision.REFUSED, Decision.WITHDRAWN, Decision.MERGED})
"""Decisions after which a work takes no place and is compared with none."""


Pictures = Literal["seen", "waits", "few", "closed", "gone", "off"]
"""Of a film: looked at (or there is none), not yet, too few to tell it by, cannot be opened, its link has run out, not
to be looked at."""


@dataclass(frozen=True)
class Entrant:
    """What of one work other works are compared with. Names as its form in force has them, else as its scan was read.

    title: as people see it. unit: the recommending unit's name in the config's list, "" where none is told with
    confidence; unit_said: as written; unit_why: by what it was told; unit_near: names it could be; unit_hint: a unit
    that its mails name, which supports only. authors: folded, the first first; author: the first as written;
    author_sure: 0 to 1 that it is a whole name. author_unit, producer: as written. kind: who entered, "body",
    "person" or "" where works of its track come from units or nobody can tell; name: that body or person as written.
    proof: digest of the number on its papers; contacts: digests of phones and addresses, which only support. films,
    forms: digests, or the keys of links not fetched; awaited: a film is. pictures: of the film in force, whether they
    can be compared (see `Pictures`). sanqu: the form says so. recognised: names
    are known by recognition only. late: it came after the deadline. decision: staff's, "" for none. alive: it is
    itself, and has mails.
    """

    id: str
    track: str
    title: str = ""
    unit: str = ""
    unit_said: str = ""
    unit_why: str = ""
    unit_near: tuple[str, ...] = ()
    unit_hint: str = ""
    authors: tuple[str, ...] = ()
    author: str = ""
    author_sure: float = 0.0
    author_unit: str = ""
    producer: str = ""
    kind: str = ""
    name: str = ""
    proof: str = ""
    contacts: tuple[str, ...] = ()
    films: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    awaited: bool = False
    pictures: Pictures = "seen"
    sanqu: bool = False
    recognised: bool = False
    late: bool = False
    decision: str = ""
    alive: bool = True

    @property
    def counts(self) -> bool:
        """It is compared with others, and takes a place of its unit's."""
        return self.alive and Decision.of(self.decision) not in NOT_COUNTED

    @property
    def on_time(self) -> bool:
        """It counts within its unit's places: not late, or accepted by staff all the same."""
        return self.counts and (not self.late or Decision.of(self.decision) is Decision.ACCEPTED)


@dataclass(frozen=True)
class Likeness:
    """In what a work is like another, by one rule. why: in Chinese for staff; picture: the name of one to show."""

    rule: str
    other: str
    why: str
    picture: str = ""


@dataclass(frozen=True)
class Twins:
    """Two films that look alike, by their digests, `one` before `other`. sure: they are one film; else they share a
    part, and the rest could not be compared. share: of what was compared, 0 to 1. one_s, other_s: seconds at which both
    have the same picture; shots: the two side by side, the one's and the other's, or none.
    """

    one: str
    other: str
    sure: bool
    share: float
    one_s: float
    other_s: float
    shots: tuple[Shot, ...] = ()


@dataclass(frozen=True)
class Places:
    """What of a unit's places is taken: works on time, late ones apart, and how many of the first say 三区."""

    used: int = 0
    late: int = 0
    sanqu: int = 0


@dataclass(frozen=True)
class Standing:
    """One work among all: in what it is like others, as far as staff have not said that it is not; its unit's places;
    how many works have a first author of the same name, itself among them; uncompared: a film of its is still to be
    compared with all others."""

    entrant: Entrant
    alike: tuple[Likeness, ...] = ()
    places: Places = field(default_factory=Places)
    namesakes: int = 1
    uncompared: bool = False


@dataclass(frozen=True)
class SenderCheck:
    """What came with one mail of a work that tells of its sender: the address, and the topmost header lines in which
    our provider says what it checked (`results`) and by which of its servers the mail came (`received`)."""

    address: str
    results: str
    received: str
