"""What a work's folder shows of the film that is judged: pictures kept of it, and its preview."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from ingest.model import Work
from ingest.shots import FOLDER, shot_name
from ingest.store import Store
from parsers.filmfacts import Shot, Watched
from reports.evidence import Picture, keep_pictures
from reports.folders import PREVIEW, FileWish


def keep_frames(folder: Path, work: Work, store: Store) -> list[str]:
    """The pictures of the film lie in 帧/ of the work's folder, and none of another film's; the names of the files.

    The contact sheet is first, then they follow in order of time. OSError if the share does not let us.
    """
    return keep_pictures(folder / FOLDER, [_picture(shot, store) for shot in _shots(work)])


def preview_of(work: Work, store: Store) -> Sequence[FileWish]:
    """The preview as a file of the work's folder; none where a browser plays the film, or none could be made."""
    seen = _watched(work)
    clip = seen.clip if seen else None
    if clip is None or not store.has(clip.sha256):
        return ()
    return (FileWish(PREVIEW, store.path(clip.sha256), clip.sha256, clip.size, link=True),)


def frames_key(work: Work) -> str:
    """Changes when the pictures or the preview could."""
    seen = _watched(work)
    said = [(shot_name(shot), shot.sha256) for shot in _shots(work)]
    return hashlib.sha256(repr((said, (seen.clip, seen.no_clip) if seen else None)).encode()).hexdigest()[:16]


def _watched(work: Work) -> Watched | None:
    video = work.video if not work.gone else None
    return video.watched if video else None


def _shots(work: Work) -> list[Shot]:
    seen = _watched(work)
    kept = [shot for shot in seen.shots if shot.sha256] if seen else []
    return sorted(kept, key=lambda shot: (shot.what != "sheet", shot.at_s, shot.what))


def _picture(shot: Shot, store: Store) -> Picture:
    return Picture(shot_name(shot), shot.sha256, partial(store.read, shot.sha256))
