"""The folder of one work on the share: names safe everywhere, files put there once, nothing of staff's lost."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import stat
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

MAX_BYTES = 180
"""UTF-8 bytes of a name: below the 255 of Linux file systems with room for what we put around it."""
MAX_UNITS = 80
"""UTF-16 units of a name, as Windows counts: with `works`, a folder, 旧版 and a file a path keeps below 260, and the
share itself may take 80 of them."""
OLD = "旧版"
PREVIEW = "视频预览.mp4"
"""A small copy of the film, made by the program: it can be made again, and never goes to 旧版."""
RECORD = ".placed.json"
"""Keeps which files the program itself put into a folder; every other file is staff's."""
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$| )")
_EXTENSION = re.compile(r"(?<=[^. ])\.[0-9A-Za-z]{1,8}$")
_SWAPS = {ord(a): b for a, b in zip('\\/:*?"<>|#%', "＼／：＊？＂＜＞｜＃％", strict=True)}
_CHUNK = 1 << 20
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True)
class FileWish:
    """A file that should be in a work's folder.

    name: its name there, from `file_name`. old: it belongs into 旧版/. source_path: where its bytes are now (the
    store), never moved. sha256 and size say which bytes. link: a hard link, read-only, is welcome (films); otherwise a
    copy (documents).
    """

    name: str
    source_path: Path
    sha256: str
    size: int
    link: bool = False
    old: bool = False


@dataclass(frozen=True)
class Placed:
    """What became of a wish. path: the file, in the folder or in its 旧版; how: `kept` means that it was there already,
    `moved` that it had another name there."""

    wish: FileWish
    path: Path
    how: Literal["kept", "moved", "copied", "linked"]


@dataclass(frozen=True)
class _Known:
    """A file as it was placed. mtime_ns: as the share told it just after."""

    sha256: str
    size: int
    mtime_ns: int


Record = dict[str, _Known]


def safe_name(text: str, limit: int = MAX_BYTES, units: int = MAX_UNITS) -> str:
    """A file or folder name every share can hold. limit: UTF-8 bytes; units: UTF-16 ones.

    NFC, no separators (they become their full-width likes), no control, bidi or unassigned characters, no reserved
    names of Windows, no space or dot at the ends, never empty. One that is cut keeps its extension.
    """
    folded = unicodedata.normalize("NFC", text)
    swapped = " ".join("".join(c if _is_plain(c) else " " for c in folded.translate(_SWAPS)).split())
    name = swapped.strip(" .~")
    return _shortened(f"_{name}" if _RESERVED.match(name) else name, limit, units) or "未命名"


def _is_plain(character: str) -> bool:
    """Neither control, bidi mark, surrogate, private, unassigned (C…), nor a line end (Zl, Zp)."""
    category = unicodedata.category(character)
    return category[0] != "C" and category not in ("Zl", "Zp")


def _shortened(text: str, limit: int, units: int) -> str:
    """Cut between characters at the limits; an extension stays, no space or dot is left at the end."""
    limit, units = max(limit, 12), max(units, 12)
    if len(text.encode()) <= limit and _units(text) <= units:
        return text.rstrip(" .")
    extension = found[0] if (found := _EXTENSION.search(text)) else ""
    if len(extension) >= min(limit, units) - 4:
        extension = ""
    kept = text.removesuffix(extension).encode()[: limit - len(extension)].decode("utf-8", "ignore")
    while _units(kept) > units - len(extension):
        kept = kept[:-1]
    return kept.rstrip(" .") + extension


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def folder_name(id: str, title: str) -> str:
    """The name of a work's folder: R2024-0001 作品名称."""
    return f"{safe_name(id, 40)} {safe_name(title, MAX_BYTES - 45, MAX_UNITS - 20)}"


def file_name(kind_word: str, title: str, extension: str, number: int = 0) -> str:
    """The name of a file by its kind: 视频-作品名称.mp4, and 扫描件-作品名称-2.pdf when there are several.

    extension: of what the bytes are, with or without its dot, "" for none. number: 0 if there is only one.
    """
    ending = re.sub(r"[^0-9a-z]", "", extension.lower())[:10]
    several = f"-{number}" if number else ""
    room, units = MAX_BYTES - len(kind_word.encode()) - 30, MAX_UNITS - len(kind_word) - 20
    return safe_name(f"{kind_word}-{safe_name(title, room, units)}{several}") + (f".{ending}" if ending else "")


def place(folder: Path, files: Sequence[FileWish], banned: Collection[str] = ()) -> list[Placed]:
    """Puts the files into the folder, made if it is not there. A second call with the same wishes touches nothing.

    A file the program had placed that is wished under another name moves there; one whose name now belongs to other
    bytes, or that is wished no more, moves to 旧版/. A file of staff's is never moved nor replaced: ours then gets a
    number. OSError if the share does not let us. banned: sha256 of files nobody may open any more: ours of these bytes
    are removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    job = _Job(folder, _placed_before(folder), banned, {(_wished_name(wish), wish.sha256) for wish in files})
    # what goes to 旧版 first: it makes room for what takes its name
    first = sorted(range(len(files)), key=lambda number: not files[number].old)
    placed = {number: job.place(files[number]) for number in first}
    job.retire_rest()
    if job.now != job.before:
        _remember(folder, job.now)
    return [placed[number] for number in range(len(files))]


def _wished_name(wish: FileWish) -> str:
    name = safe_name(wish.name, MAX_BYTES + 60, MAX_UNITS + 15)
    return f"{OLD}/{name}" if wish.old else name


class _Job:
    """One folder being put in order. before, now: which files are ours, by name relative to it. wished: the names that
    are wished, each with the digest that belongs there."""

    def __init__(
        self, folder: Path, before: Record, banned: Collection[str], wished: Collection[tuple[str, str]]
    ) -> None:
        self.folder, self.before, self.banned, self.wished = folder, before, banned, wished
        self.now: Record = {}

    def place(self, wish: FileWish) -> Placed:
        """One wish, under its name or the next free one."""
        for name in _candidates(_wished_name(wish)):
            if name in self.now:
                continue
            path, known = self.folder / name, self.before.get(name)
            ours = known is not None and _is_still(path, known)
            if ours and known and known.sha256 == wish.sha256:
                self.now[name] = known
                return Placed(wish, path, "kept")
            if not ours and path.is_file() and _is_still(path, _Known(wish.sha256, wish.size, -1)):
                self.now[name] = _known(path, wish)  # placed just before a crash, or put there by hand: the same bytes
                return Placed(wish, path, "kept")
            if os.path.lexists(path):
                if not ours:
                    continue  # staff's file, or one they have worked in
                self._retire(name)
            path.parent.mkdir(exist_ok=True)
            how = "moved" if self._moved(wish, path) else _bring(wish, path)
            self.now[name] = _known(path, wish)
            return Placed(wish, path, how)
        raise OSError(f"no free name for {wish.name!r}")

    def _moved(self, wish: FileWish, path: Path) -> bool:
        """Whether the bytes were there under another name, and are here now."""
        for name, known in self.before.items():
            free = name not in self.now and (name, known.sha256) not in self.wished
            if known.sha256 == wish.sha256 and free and _is_still(self.folder / name, known):
                (self.folder / name).rename(path)
                return True
        return False

    def retire_rest(self) -> None:
        """What is ours and wished no more: to 旧版, and stays known there, so that it can be banned later."""
        for name, known in self.before.items():
            if name in self.now or not _is_still(self.folder / name, known):
                continue
            if name.startswith(f"{OLD}/") and known.sha256 not in self.banned:
                self.now[name] = known
            else:
                self._retire(name)

    def _retire(self, name: str) -> None:
        """Moves a file of ours to 旧版/, under a free name; one that nobody may open, or a preview, is removed."""
        if self.before[name].sha256 in self.banned or name.startswith(PREVIEW.partition(".")[0]):
            (self.folder / name).unlink()
            return
        (self.folder / OLD).mkdir(exist_ok=True)
        free = next(
            c
            for c in _candidates(name if name.startswith(f"{OLD}/") else f"{OLD}/{name}")
            if not os.path.lexists(self.folder / c)
        )
        (self.folder / name).rename(self.folder / free)
        self.now[free] = self.before[name]


def _candidates(name: str) -> Iterator[str]:
    stem, dot, ending = name.rpartition(".")
    yield name
    for number in range(2, 1000):
        yield f"{stem}（{number}）.{ending}" if dot else f"{name}（{number}）"


def _bring(wish: FileWish, path: Path) -> Literal["copied", "linked"]:
    """Brings the bytes to a temporary name beside the path, then renames."""
    temporary = path.with_name(f".{wish.sha256[:16] or 'file'}.part")
    temporary.unlink(missing_ok=True)
    linked = wish.link and _linked(wish.source_path, temporary)
    try:
        if not linked:
            with wish.source_path.open("rb") as source, temporary.open("xb") as target:
                shutil.copyfileobj(source, target, _CHUNK)
                target.flush()
                os.fsync(target.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return "linked" if linked else "copied"


def _linked(source: Path, target: Path) -> bool:
    """Whether the volume made a hard link. The bytes are shared with the store, so nobody may write to them."""
    try:
        os.link(source, target)
    except OSError:
        return False  # another volume, or one without links: the caller copies
    mode = target.stat().st_mode
    if mode & _WRITABLE:
        target.chmod(stat.S_IMODE(mode) & ~_WRITABLE)
    return True


def _is_still(path: Path, known: _Known) -> bool:
    """The file has the bytes it was placed with: same size, and the same time or else the same digest."""
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size != known.size:
            return False
        if found.st_mtime_ns == known.mtime_ns:
            return True
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == known.sha256
    except OSError:
        return False


def _known(path: Path, wish: FileWish) -> _Known:
    return _Known(wish.sha256, wish.size, path.stat().st_mtime_ns)


def _placed_before(folder: Path) -> Record:
    """What the record says; nothing if it is gone or spoilt (then equal bytes tell our files, others are staff's)."""
    try:
        read = json.loads((folder / RECORD).read_text("utf-8"))
        return {
            _kept_name(str(name)): _Known(str(k["sha256"]), int(k["size"]), int(k["mtime_ns"]))
            for name, k in read.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _kept_name(name: str) -> str:
    """A name of the record, which people may have edited: never one that leads out of the folder."""
    old, slash, own = name.partition("/")
    return f"{OLD}/{safe_name(own, 255, 255)}" if slash and old == OLD else safe_name(name, 255, 255)


def _remember(folder: Path, record: Record) -> None:
    text = json.dumps({name: asdict(known) for name, known in record.items()}, ensure_ascii=False, indent=1)
    temporary = folder / f"{RECORD}.part"
    temporary.write_text(text, "utf-8")
    temporary.replace(folder / RECORD)
