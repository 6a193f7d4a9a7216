"""Every work's review page: its key, told without making it, and what has to be read to make it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.context import Context
from ingest.ledger.course import course_of_line, newest_of_mails, newest_of_works
from ingest.model import Work
from ingest.rules.agreement import not_alike
from ingest.views import Snapshot
from ingest.views.dossiers import (
    MOST_LINES,
    MOST_RELATED,
    PAGE,
    Around,
    Beside,
    dossier_key,
    dossier_of,
    edition_key,
    line_of,
    shown_letters,
    shown_mails,
)


@dataclass(frozen=True)
class Placed:
    """What lies in a work's folder. files: part id to its file; cut, frames: names of the files in 识别/ and 帧/; clip:
    name of the film's preview, "" without one."""

    files: Mapping[int, str]
    cut: Sequence[str] = ()
    frames: Sequence[str] = ()
    clip: str = ""


class Pages:
    """The pages of one report. folders: work id to the name of its folder, of works that have or get one, in order."""

    def __init__(self, context: Context, snap: Snapshot, folders: Mapping[str, str]) -> None:
        self.context = context
        self._folders = folders
        self._edition = edition_key(context.config)
        self._neighbours = neighbours(snap, folders)
        with context.read() as tx:
            self._newest, self._answered = newest_of_works(tx.connection), newest_of_mails(tx.connection)

    def key(self, snap: Snapshot, work: Work, names: Mapping[int, str]) -> str:
        """Changes when the page of a work could. names: part id to file name."""
        mine = [self._newest.get(one, 0) for one in (*line_of(snap, work.id), *snap.merged_into(work.id))]
        letters = [self._answered.get(row["arrival_id"], 0) for row in snap.letters_of(work.id)]
        newest = max(*mine, *letters, 0)
        return f"{dossier_key(snap, work, names, self._around(snap, work), newest)} {self._edition}"

    def write(self, snap: Snapshot, work: Work, folder: Path, placed: Placed) -> bool:
        """The page of one work, whether it had to be written. OSError if the share does not let us."""
        from reports.dossier import dossier_page
        from reports.pages import write_if_changed

        with self.context.read() as tx:  # what was read off its film is not in the snapshot
            work = tx.load([work.id], self.context.wants_key)[work.id]
        dossier = dossier_of(snap, work, self._beside(snap, work, placed), self._around(snap, work))
        return write_if_changed(folder / PAGE, dossier_page(dossier))

    def _around(self, snap: Snapshot, work: Work) -> Around:
        others = sorted(snap.related(work.id))[:MOST_RELATED]
        related = tuple((other, self._folders.get(other, "")) for other in others)
        return replace(self._neighbours.get(work.id, Around()), related=related)

    def _beside(self, snap: Snapshot, work: Work, placed: Placed) -> Beside:
        letters = [row["id"] for row in shown_letters(snap, work)]
        with self.context.read() as tx:
            texts = {row["id"]: row["text"] for row in tx.arrivals.rows(shown_mails(snap, work))}
            words = {row["id"]: row["text"] for row in tx.letters.several(letters)} if letters else {}
            line, others = line_of(snap, work.id), snap.merged_into(work.id)
            course, left = course_of_line(tx.connection, line, others, MOST_LINES)
        return Beside(
            files=placed.files,
            cut=placed.cut,
            frames=placed.frames,
            clip=placed.clip,
            texts=texts,
            letters=words,
            course=course,
            course_left=left,
            unlike=not_alike(work, self.context.config),
        )


def neighbours(snap: Snapshot, folders: Mapping[str, str]) -> dict[str, Around]:
    """Work id to the folders of those before and after it in its track; works that are gone are passed over."""
    found: dict[str, Around] = {}
    tracks: dict[str, list[str]] = {}
    for work in sorted(folders, key=lambda one: (len(one), one)):
        tracks.setdefault(snap.works[work].track, []).append(work)
    for line in tracks.values():
        living = [work for work in line if not snap.works[work].gone]
        place = {work: number for number, work in enumerate(living)}
        for number, work in enumerate(living):
            before = folders[living[number - 1]] if number else ""
            after = folders[living[number + 1]] if number + 1 < len(living) else ""
            found[work] = Around(before, after)
        found |= {work: Around() for work in line if work not in place}
    return found
