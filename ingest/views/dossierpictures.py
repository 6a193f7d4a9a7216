"""Pictures in a work's folder as its review page shows them: parts of the scan, and pictures of the film."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from ingest.model import Finding, Work
from ingest.shots import FOLDER as FRAMES
from ingest.shots import shot_name
from reports.dossier import DossierPicture
from reports.evidence import FOLDER as CUTS

MOST_SHOTS, MOST_OF_FINDING = 24, 4
"""Pictures of the film on one page, and of one finding."""
_PAGE = re.compile(r"第(\d+)页")
_OF_RULE: Mapping[str, tuple[str, ...]] = {
    "scan-seal": ("印章",),
    "endorsement": ("recommender_opinion", "review_opinion", "reviewers"),
    "original": ("commitment",),
    "scan-matches": ("-扫描件",),
}
"""Which parts of the scan show what a rule says: words in their names, or fields."""


@dataclass(frozen=True)
class Pictures:
    """All of a page's. pages: number of a page to its picture's path; by_name: a picture's name to itself."""

    sheet: DossierPicture | None = None
    shots: tuple[DossierPicture, ...] = ()
    cuts: tuple[DossierPicture, ...] = ()
    scans: tuple[DossierPicture, ...] = ()
    pages: Mapping[int, str] = field(default_factory=dict)
    by_name: Mapping[str, DossierPicture] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    def of_finding(self, finding: Finding) -> tuple[DossierPicture, ...]:
        """Those that show what a finding says."""
        named = [self.by_name[name] for name in finding.pictures if name in self.by_name]
        marks = tuple(self.words.get(one, one) for one in _OF_RULE.get(finding.rule, ()))
        cut = [picture for picture in self.cuts if any(mark in picture.label for mark in marks)]
        return tuple([*named, *cut][:MOST_OF_FINDING])


def pictures_shown(work: Work, cut: Sequence[str], frames: Sequence[str], words: Mapping[str, str]) -> Pictures:
    """What lies beside the page. cut, frames: names of the files in 识别/ and 帧/; words: field to its name."""
    scans = {int(found[1]): name for name in cut if (found := _PAGE.match(name))}
    parts = [name for name in cut if not _PAGE.match(name)]
    shots = _shots(work, frames)
    whole = [picture for name, picture in shots.items() if name == _SHEET]
    return Pictures(
        sheet=whole[0] if whole else None,
        shots=tuple(picture for name, picture in shots.items() if name != _SHEET)[:MOST_SHOTS],
        cuts=tuple(DossierPicture(f"{CUTS}/{name}", _stem(name)) for name in parts),
        scans=tuple(DossierPicture(f"{CUTS}/{name}", _stem(name)) for _, name in sorted(scans.items())),
        pages={number: f"{CUTS}/{name}" for number, name in scans.items()},
        by_name=shots,
        words=words,
    )


_SHEET = "九宫格"


def _shots(work: Work, frames: Sequence[str]) -> dict[str, DossierPicture]:
    """A picture's name to itself, in order of time; what of the kept ones lies there."""
    watched = work.video.watched if work.video else None
    there = {_stem(name): name for name in frames}
    found: dict[str, DossierPicture] = {}
    for shot in sorted(watched.shots, key=lambda one: one.at_s) if watched else ():
        name = shot_name(shot)
        if name in there:
            label = "影片九个时刻的画面" if name == _SHEET else name
            found[name] = DossierPicture(
                f"{FRAMES}/{there[name]}", label, None if name == _SHEET else shot.at_s, shot.width, shot.height
            )
    return found


def _stem(name: str) -> str:
    return PurePosixPath(name).stem
