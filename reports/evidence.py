"""The pictures in a work's folder that show what was recognised: written once, gone when they no longer hold."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from reports.folders import safe_name

FOLDER = "识别"
RECORD = ".pictures.json"
MOST = 60
"""Pictures of one work."""


@dataclass(frozen=True)
class Picture:
    """A picture that should be there. name: without its ending, made safe when it is written; key: changes when the
    picture would; make: its bytes as JPEG, asked for only when it is written; OSError where it cannot be made."""

    name: str
    key: str
    make: Callable[[], bytes]


@dataclass(frozen=True)
class _Known:
    """A picture as it was written. mtime_ns: as the share told it just after."""

    key: str
    size: int
    mtime_ns: int


def keep_pictures(folder: Path, pictures: Iterable[Picture]) -> list[str]:
    """The folder has these pictures, and none of the program's beside them; the names of the files.

    A file of staff's stays as it is, ours then gets a number; one of ours that they changed is theirs. Nothing is
    touched where all is there already; the folder goes with its last picture. OSError if the share does not let us.
    """
    before = _read(folder)
    now: dict[str, _Known] = {}
    for picture in list(pictures)[:MOST]:
        placed = _place(folder, picture, before, now)
        if placed:
            now[placed[0]] = placed[1]
    for name in before.keys() - now.keys():
        if _is_still(folder / name, before[name]):
            (folder / name).unlink()
    if now != before:
        _write(folder, now)
    return list(now)


def _place(
    folder: Path, picture: Picture, before: Mapping[str, _Known], now: Mapping[str, _Known]
) -> tuple[str, _Known] | None:
    """The name under which the picture is there, written if need be; None if it cannot be made."""
    for name in _candidates(picture.name):
        if name in now:
            continue
        known = before.get(name)
        ours = known is not None and _is_still(folder / name, known)
        if ours and known is not None and known.key == picture.key:
            return name, known
        if os.path.lexists(folder / name) and not ours:
            continue
        try:
            data = picture.make()
        except OSError:  # its page is not in the store any more: what is there without it is all there is
            return None
        _bring(folder, name, data)
        found = (folder / name).stat()
        return name, _Known(picture.key, found.st_size, found.st_mtime_ns)
    return None


def _bring(folder: Path, name: str, data: bytes) -> None:
    folder.mkdir(exist_ok=True)
    temporary = folder / f".{name}.part"
    temporary.write_bytes(data)
    temporary.replace(folder / name)


def _candidates(name: str) -> Iterator[str]:
    stem = safe_name(name)
    yield f"{stem}.jpg"
    yield from (f"{stem}（{number}）.jpg" for number in range(2, 100))


def _is_still(path: Path, known: _Known) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    return (found.st_size, found.st_mtime_ns) == (known.size, known.mtime_ns)


def _read(folder: Path) -> dict[str, _Known]:
    """What the record says; nothing if it is gone or spoilt (then all that is there counts as staff's)."""
    try:
        read = json.loads((folder / RECORD).read_text("utf-8"))
        return {
            safe_name(str(n), 255, 255): _Known(str(k), int(size), int(time)) for n, (k, size, time) in read.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _write(folder: Path, record: Mapping[str, _Known]) -> None:
    if not record:
        (folder / RECORD).unlink(missing_ok=True)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
        return
    text = json.dumps({n: (k.key, k.size, k.mtime_ns) for n, k in record.items()}, ensure_ascii=False, indent=1)
    temporary = folder / f"{RECORD}.part"
    temporary.write_text(text, "utf-8")
    temporary.replace(folder / RECORD)
