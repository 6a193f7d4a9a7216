"""Daily mails as subject, text and bare HTML: the organizers' summary in figures, staff's to-dos by urgency.

No pictures, no links, no identity numbers. An organizer's mail holds figures alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache

from jinja2 import Environment

from reports.letters import MAX_SUBJECT, Rendered, harmless
from reports.templating import environment

MAX_TEXT = 240
"""Characters kept of what a to-do says: the workbook has the rest."""


@dataclass(frozen=True)
class TrackFigures:
    """One track: how many works count, how many of them are new, and how many stand in each state, in words.

    The states are the same in all tracks of a summary, and in the same order.
    """

    name: str
    total: int
    new: int
    states: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class BoxFigures:
    """One mailbox, by its track's name: mails that came, are done with, and wait."""

    name: str
    listed: int
    ended: int
    pending: int

    @property
    def even(self) -> bool:
        """All that came is accounted for."""
        return self.listed == self.ended + self.pending


@dataclass(frozen=True)
class Summary:
    """What organizers are told. All times are words.

    since: of the last summary they got, "" for the first. deadline, left: the last day, and how long until then.
    changed: works that stood otherwise at `since`, by what they are now, in words. mails, supplements: that came since
    then. todos: what waits for staff. over_units, over_by: units over their quota, and by how many works in all.
    attached: the name of the workbook that goes along; elsewhere: where it lies instead, and why, in words.
    """

    edition: str
    as_of: str
    deadline: str
    left: str
    tracks: tuple[TrackFigures, ...]
    boxes: tuple[BoxFigures, ...]
    since: str = ""
    changed: tuple[tuple[str, int], ...] = ()
    mails: int = 0
    supplements: int = 0
    todos: int = 0
    over_units: int = 0
    over_by: int = 0
    attached: str = ""
    elsewhere: str = ""


@dataclass(frozen=True)
class Task:
    """One thing staff must do. number: of its row (T0001, L00001); left: how long there is, "" for no end.

    where: a path on the share, relative to it, "" if there is no file.
    """

    number: str
    what: str
    work: str = ""
    where: str = ""
    left: str = ""


@dataclass(frozen=True)
class TaskGroup:
    """Tasks of one kind, the urgent ones first. more: those of the kind that are not listed."""

    name: str
    sheet: str
    tasks: tuple[Task, ...]
    more: int = 0

    @property
    def count(self) -> int:
        """All of the kind."""
        return len(self.tasks) + self.more


@dataclass(frozen=True)
class Digest:
    """What staff are told. urgent: the second mail of a day, on links about to expire alone, and within how many days.

    counts: what else waits, in whole sentences. All times are words.
    """

    edition: str
    as_of: str
    left: str
    groups: tuple[TaskGroup, ...] = ()
    counts: tuple[str, ...] = ()
    urgent: bool = False
    days: int = 0

    @property
    def count(self) -> int:
        """All that waits in the groups."""
        return sum(group.count for group in self.groups)


def render_summary(summary: Summary) -> Rendered:
    """The organizers' mail."""
    total, new = (sum(getattr(track, name) for track in summary.tracks) for name in ("total", "new"))
    words = [word for word, _ in summary.tracks[0].states] if summary.tracks else []
    table = [(track.name, track.total, *(count for _, count in track.states)) for track in summary.tracks]
    values = {"s": summary, "total": total, "new": new, "words": words, "table": table}
    return _rendered("summary", values)


def render_digest(digest: Digest) -> Rendered:
    """Staff's mail."""
    groups = [
        {"name": group.name, "sheet": group.sheet, "count": group.count, "more": group.more}
        | {"tasks": [_shown(task) for task in group.tasks]}
        for group in digest.groups
    ]
    return _rendered("digest", {"d": digest, "groups": groups})


def _shown(task: Task) -> Mapping[str, object]:
    """A task in words that carry no link and identify nobody; a path that would is cut down to its work's folder."""
    what = str(harmless(task.what))
    where = task.where if harmless(task.where) == task.where else ""
    return asdict(task) | {"what": what if len(what) <= MAX_TEXT else f"{what[:MAX_TEXT]}……", "where": where}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return environment()


def _rendered(name: str, values: Mapping[str, object]) -> Rendered:
    made = (_environment().get_template(f"{name}.{part}").render(values) for part in ("subject.txt", "txt", "html"))
    subject, text, html = made
    return Rendered(" ".join(subject.split())[:MAX_SUBJECT], text.strip() + "\n", html.strip() + "\n")
