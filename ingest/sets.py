"""Archives in several volumes: which rows of the ledger are one set of one sender, and what it lacks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parsers.volumes import Style, Volume, completeness, ended, look_at, ordered, place_of

Row = Mapping[str, Any]

_ENDINGS = {Style.PART: ".rar", Style.OLD_RAR: ".rar", Style.SPLIT_ZIP: ".zip", Style.NUMBERED: ""}


@dataclass(frozen=True)
class VolumeSet:
    """A set of volumes from one sender.

    name: as its sender knows it (作品.7z); rows: its volumes in order, of each the one that came last; lacks: what is
    missing, for people, "" if it is whole; key: of its to-do.
    """

    key: str
    name: str
    rows: tuple[Row, ...]
    lacks: str

    @property
    def digests(self) -> tuple[str, ...]:
        """Of the volumes, in their order."""
        return tuple(row["sha256"] for row in self.rows)

    @property
    def holder(self) -> Row:
        """The volume that came last: what lies in the set is kept under its mail, after it."""
        return max(self.rows, key=_came)

    @property
    def kept_in(self) -> int | None:
        """The mail under which just these volumes were put together, None if they were not."""
        kept = {row["joined_in"] for row in self.rows}
        return kept.pop() if len(kept) == 1 else None


def set_name(name: str) -> str:
    """The name of the set a volume is of (作品.7z of 作品.7z.001); its own if it is none's."""
    volume = place_of(name)
    return name.strip()[: len(volume.stem)] + _ENDINGS[volume.style] if volume is not None else name


def sets_of(rows: Iterable[Row], path: Callable[[str], Path]) -> list[VolumeSet]:
    """The sets that these volumes are of, in the order of their first volumes.

    rows: of the ledger, with their mails' `mailbox`, `from_address`, `for_work` and `listed_at`. path: where the store
    holds a digest; OSError if it does not.
    """
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in sorted(rows, key=_came):
        volume = place_of(row["name"])
        if volume is not None:
            found.setdefault(_key(row, volume), []).append(row)
    return [_set(key, together, path) for key, together in found.items()]


def _came(row: Row) -> tuple[Any, ...]:
    return row["listed_at"], row["arrival_id"], row["position"]


def _key(row: Row, volume: Volume) -> tuple[str, ...]:
    """One sender in one mailbox; files put in by hand for one work; else what lies in one mail."""
    who = row["from_address"] or row["for_work"] or f"mail {row['arrival_id']}"
    return (row["mailbox"], who, *volume.key)


def _set(key: tuple[str, ...], rows: Sequence[Row], path: Callable[[str], Path]) -> VolumeSet:
    newest = {row["name"].strip().lower(): row for row in rows}
    names = ordered(newest)
    volumes = tuple(newest[name] for name in names)
    digest = hashlib.sha256("\n".join(key).encode()).hexdigest()[:32]
    return VolumeSet(f"volumes:{digest}", set_name(rows[0]["name"]), volumes, _lacks(names, volumes, path))


def _lacks(names: Sequence[str], volumes: Sequence[Row], path: Callable[[str], Path]) -> str:
    """What is missing between shows by the names, the end by the bytes; of a rar that does not tell it one tries."""
    found = completeness(names)
    if found.style is Style.SPLIT_ZIP:
        return found.sentence
    paths = [path(row["sha256"]) for row in volumes]
    ends = look_at(paths[-1]).last if found.missing else ended(paths)
    if ends is None and not found.missing:
        ends = found.style in (Style.PART, Style.OLD_RAR)
    return completeness(names, ended=ends).sentence
