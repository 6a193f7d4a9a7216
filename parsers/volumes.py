"""Archives cut into volumes: which file is which volume of what, in which order they belong, which are missing.

By their names; and where names lie or do not tell, by what the first and last of them say within (`look_at`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from parsers.unpack import Spoiled

_MAX_NUMBER = 10_000
_TAIL = 65_557  # bytes in which a zip's end can lie
_NAMED = 5  # missing volumes named one by one


class Style(StrEnum):
    """How the files of a set are named."""

    PART = "part"  # a.part1.rar, a.part2.rar …
    OLD_RAR = "old-rar"  # a.rar, a.r00, a.r01 … a.r99, a.s00 …
    NUMBERED = "numbered"  # a.7z.001, a.zip.001 …
    SPLIT_ZIP = "split-zip"  # a.z01, a.z02 … a.zip, which is the last


@dataclass(frozen=True)
class Volume:
    """One volume. stem: what the names of its set have in common, lower-case. number: from 1.

    last: it is the last by its name (.zip), and its number is not known. certain: False for a.rar and a.zip, which are
    volumes only if others of their set are there, and else archives by themselves.
    """

    stem: str
    style: Style
    number: int
    last: bool = False
    certain: bool = True

    @property
    def key(self) -> tuple[str, str]:
        """The same for all volumes of one set."""
        return self.stem, self.style.value


@dataclass(frozen=True)
class Completeness:
    """missing: numbers of volumes not there, as far as the others show. last_known: it is known which is the last."""

    missing: tuple[int, ...]
    last_known: bool
    style: Style

    @property
    def whole(self) -> bool:
        """Nothing is missing, for certain."""
        return self.last_known and not self.missing

    @property
    def sentence(self) -> str:
        """What staff read: "缺第3卷"; "" if nothing is missing."""
        named = "、".join(map(str, self.missing[:_NAMED])) + (" 等" if len(self.missing) > _NAMED else "")
        parts = [f"缺第{named}卷"] if self.missing else []
        if not self.last_known:
            parts.append("缺最后一卷（.zip 文件）" if self.style is Style.SPLIT_ZIP else "缺最后的分卷")
        return "，".join(parts)


_PATTERNS: tuple[tuple[re.Pattern[str], Style], ...] = (
    (re.compile(r"(?P<stem>.+)\.part0*(?P<number>\d+)\.rar"), Style.PART),
    (re.compile(r"(?P<stem>.+)\.(?P<letter>[rs])(?P<number>\d\d)"), Style.OLD_RAR),
    (re.compile(r"(?P<stem>.+\.(?:7z|zip))\.0*(?P<number>\d{1,5})"), Style.NUMBERED),
)
_SPLIT = re.compile(r"(?P<stem>.+)\.z(?P<number>\d\d\d?)")
_FIRST = re.compile(r"(?P<stem>.+)\.(?P<kind>rar|zip)")


def volume_of(name: str) -> Volume | None:
    """What a file's name says; None if it is no volume's, or an archive's that may stand by itself (a.rar, a.zip)."""
    volume = place_of(name)
    return volume if volume is not None and volume.certain else None


def place_of(name: str) -> Volume | None:
    """What a file's name says where others of its set are known: a.rar and a.zip are volumes then, not `certain`."""
    name = name.strip().lower()
    if (found := _SPLIT.fullmatch(name)) and int(found["number"]):
        return Volume(found["stem"], Style.SPLIT_ZIP, int(found["number"]))
    for pattern, style in _PATTERNS:
        if found := pattern.fullmatch(name):
            number = int(found["number"])
            if style is Style.OLD_RAR:  # a.rar is the first, a.r00 the second
                number += 2 + 100 * (ord(found["letter"]) - ord("r"))
            return Volume(found["stem"], style, number) if 0 < number <= _MAX_NUMBER else None
    if found := _FIRST.fullmatch(name):
        if found["kind"] == "rar":
            return Volume(found["stem"], Style.OLD_RAR, 1, certain=False)
        return Volume(found["stem"], Style.SPLIT_ZIP, 0, last=True, certain=False)
    return None


def sets(names: Iterable[str]) -> dict[tuple[str, str], list[str]]:
    """The names that belong together, by set, each in the order of its volumes; what is a volume of nothing left out.

    A name given twice stands once. a.rar and a.zip stand only beside others of their set.
    """
    found: dict[tuple[str, str], dict[str, Volume]] = {}
    for name in names:
        if volume := place_of(name):
            found.setdefault(volume.key, {}).setdefault(name, volume)
    return {
        key: ordered(volumes) for key, volumes in found.items() if any(volume.certain for volume in volumes.values())
    }


def ordered(names: Iterable[str]) -> list[str]:
    """The names of one set in the order of its volumes. Of two with one number, the first given."""
    places: dict[int, str] = {}
    for name in names:
        if volume := place_of(name):
            places.setdefault(_MAX_NUMBER + 1 if volume.last else volume.number, name)
    return [places[place] for place in sorted(places)]


def completeness(names: Iterable[str], *, ended: bool | None = None) -> Completeness:
    """Which volumes of one set are missing. ended: the highest there is known to be the last (`look_at`).

    ValueError for names of no set.
    """
    volumes = [volume for name in names if (volume := place_of(name))]
    if not volumes:
        raise ValueError("no volumes")
    numbers = {volume.number for volume in volumes if not volume.last}
    missing = tuple(number for number in range(1, max(numbers, default=0)) if number not in numbers)
    if volumes[0].style is Style.SPLIT_ZIP:
        return Completeness(missing, any(volume.last for volume in volumes), Style.SPLIT_ZIP)
    return Completeness(missing, bool(ended), volumes[0].style)


@dataclass(frozen=True)
class Look:
    """What the bytes of one file say of its place. number: from 1; None where they do not say.

    many: it is a volume, and not an archive by itself; None where only its name tells. last: no other follows; None
    likewise. whole_size: bytes of all volumes together, where the first says so.
    """

    many: bool | None = None
    number: int | None = None
    last: bool | None = None
    whole_size: int | None = None


def look_at(path: Path) -> Look:
    """What the file's own bytes say. OSError if it cannot be read; damage only makes it say less."""
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"Rar!\x1a\x07"):
        return _rar(path)
    if head.startswith(b"7z\xbc\xaf\x27\x1c"):
        return _seven(path)
    return _zip(path, head)


def _rar(path: Path) -> Look:
    from parsers.archives.rar_headers import read_volume

    try:
        volume = read_volume(path, 1_000)
    except (ValueError, Spoiled):
        return Look()
    if volume.locked:
        return Look(many=volume.many or None, number=1 if volume.number == 0 else None)
    number = None if volume.number is None else volume.number + 1
    return Look(volume.many, number, not volume.more if volume.more is not None else None)


def _seven(path: Path) -> Look:
    from parsers.archives.sevenz import length

    with path.open("rb") as file:
        whole = length(file)
        size = file.seek(0, 2)
    if whole is None:
        return Look(number=1)
    return Look(many=size < whole, number=1, last=size >= whole, whole_size=whole)


def _zip(path: Path, head: bytes) -> Look:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    ended = at >= 0 and len(tail) >= at + 22
    disk = int.from_bytes(tail[at + 4 : at + 6], "little") if ended else 0
    if head.startswith(b"PK\x07\x08PK\x03\x04"):
        return Look(many=True, number=1, last=False)
    if disk:
        return Look(many=True, number=disk + 1 if disk < 0xFFFF else None, last=True)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Look(many=None if ended else True, number=1, last=ended or None)
    return Look(last=True if ended else None)


def ended(paths: Sequence[Path]) -> bool | None:
    """Whether the volumes, in order and none missing between, go to the end of their archive; None if nothing tells."""
    first, last = look_at(paths[0]), look_at(paths[-1])
    if first.whole_size is not None:
        return sum(path.stat().st_size for path in paths) >= first.whole_size
    return last.last
