"""What packets tell of damage: stretches of zeros, broken framing, data that ends too early. Nothing is decoded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from parsers.filmfacts import Damage

_MANY_ZEROS = bytes(4_096)
_ZEROS = {
    "h264": bytes(64),
    "hevc": bytes(64),
    "mpeg4": bytes(64),
    "vp9": _MANY_ZEROS,
    "vp8": _MANY_ZEROS,
    "av1": _MANY_ZEROS,
}
"""By codec, what no picture holds: H.264 has three zeros in a row only in the length of a unit. Others are padded."""
CORRUPT = "demuxer: corrupt packet"
_MAX_SPOTS = 1_000
_GAP_BYTES = 16_384
"""Between packets of a stream without an index: more than headers and streams that are not read."""
_NEAR_S = 2.0
"""Spots closer than this are one damage."""
_LEAP_S = 0.2
_LATE_S, _TAIL_S = 2.0, 5.0
"""Sound may end that much before the pictures, or go on behind them: music fades out over a still."""

Flaw = Literal["hole", "undecodable"]


Spot = tuple[float, Flaw, str]
"""Second, what, detail."""


@dataclass
class Flaws:
    """Notes spots while packets pass by: sure ones, and doubts that decoding must confirm, for it may be padding.

    codec: as the library names it; length_bytes: of the length before each unit, 0 where units begin with start codes.
    streamed: bytes may lie between packets that belong to none, there is no index. ended: why the demuxer gave up.
    """

    codec: str = ""
    length_bytes: int = 0
    streamed: bool = False
    spots: list[Spot] = field(default_factory=list)
    doubts: list[Spot] = field(default_factory=list)
    gaps: list[tuple[int, int, float]] = field(default_factory=list)
    ended: str = ""
    _last_s: float = 0.0
    _behind: int = 0

    def look_at(self, packet: Any, at_s: float) -> None:
        """A packet of the picture, shown at `at_s` in the file's own time."""
        self._last_s = at_s
        if len(self.spots) + len(self.doubts) >= _MAX_SPOTS:
            return
        if packet.is_corrupt:
            self.spots.append((at_s, "undecodable", CORRUPT))
        elif self.codec in _ZEROS:
            data = bytes(packet)
            if _ZEROS[self.codec] in data:
                sure = self.length_bytes and _ends_before(data, _ZEROS[self.codec])
                (self.spots if sure else self.doubts).append((at_s, "hole", f"zeros at byte {packet.pos}"))
            elif self.length_bytes and not _framed(data, self.length_bytes):
                self.doubts.append((at_s, "undecodable", f"broken framing at byte {packet.pos}"))

    def passed(self, packet: Any) -> None:
        """A packet of any stream: what lies between it and the one before belongs to neither."""
        if not self.streamed or packet.pos is None or packet.pos < 0:
            return
        if self._behind and packet.pos - self._behind > _GAP_BYTES and len(self.gaps) < _MAX_SPOTS:
            self.gaps.append((self._behind, packet.pos, self._last_s))
        self._behind = max(self._behind, packet.pos + packet.size)

    def stumbled(self, why: str) -> None:
        """The demuxer gave up."""
        self.ended = why

    def search(self, path: Path, times: NDArray[np.float64]) -> None:
        """Look into the gaps for zeros, and behind the last packet. times: of all pictures, in the file's own time."""
        if not self.streamed:
            return
        times = np.sort(times)
        size = path.stat().st_size
        if size - self._behind > _GAP_BYTES:
            self.gaps.append((self._behind, size, self._last_s))
        with path.open("rb") as file:
            for start, end, at_s in self.gaps[:100]:
                file.seek(start)
                if _MANY_ZEROS in file.read(min(end - start, 1 << 20)):
                    self.spots.append((at_s, "hole", f"zeros behind byte {start}"))
                elif _leaps(times, at_s):
                    self.spots.append((at_s, "undecodable", f"nothing to read behind byte {start}"))


def _leaps(times: NDArray[np.float64], at_s: float) -> bool:
    """Pictures are missing behind that time."""
    after = times[np.searchsorted(times, at_s + 0.002) :][:1]
    return len(after) == 1 and float(after[0]) - at_s > max(_LEAP_S, 5 * float(np.median(np.diff(times))))


def _ends_before(data: bytes, zeros: bytes) -> bool:
    """The zeros are not only behind all else, as padding is."""
    rest = data.rstrip(b"\0")
    return not rest or zeros in rest


def _framed(data: bytes, length_bytes: int) -> bool:
    """The lengths of the units in a packet add up to it."""
    at, end = 0, len(data)
    while at + length_bytes <= end:
        at += length_bytes + int.from_bytes(data[at : at + length_bytes], "big")
    return at == end


def length_bytes(codec: str, extra: bytes | None) -> int:
    """Bytes of the length before each unit, by the decoder's setup; 0 where units begin with start codes."""
    if not extra or extra[0] != 1:
        return 0
    at = {"h264": 4, "hevc": 21}.get(codec)
    return (extra[at] & 3) + 1 if at is not None and len(extra) > at else 0


def merged(spots: Iterable[Spot], pts: NDArray[np.float64], first_s: float) -> list[Damage]:
    """Spots as damages, those near each other as one. pts: of all pictures, seconds from the first one shown.

    A damage lasts until the next picture after its last spot.
    """
    times = np.sort(pts)
    found: list[Damage] = []
    for at_s, what, detail in spots:
        at_s = round(max(at_s - first_s, 0.0), 3)
        after = times[np.searchsorted(times, at_s + 0.002) :][:1]
        until_s = round(float(after[0]), 3) if len(after) else at_s
        found.append(Damage(what=what, at_s=at_s, until_s=until_s, detail=detail))
    return joined(found)


def joined(damage: Iterable[Damage]) -> list[Damage]:
    """In order of time; those that follow each other closely as one, a hole if one of them is."""
    found: list[Damage] = []
    for one in sorted(damage, key=lambda one: one.at_s):
        last = found[-1] if found else None
        both = {one.what, last.what} if last is not None else set()
        if last is None or not both <= {"hole", "undecodable"} or one.at_s - (last.until_s or last.at_s) > _NEAR_S:
            found.append(one)
            continue
        until_s = max(one.until_s or one.at_s, last.until_s or last.at_s)
        found[-1] = last.model_copy(update={"until_s": until_s, "what": "hole" if "hole" in both else "undecodable"})
    return found


def cut_off(damage: Sequence[Damage], pictures_s: float, header_s: float | None) -> list[Damage]:
    """The damages; a broken last picture is where the file was cut off."""
    if not damage or damage[-1].detail != CORRUPT or pictures_s - damage[-1].at_s > _LEAP_S:
        return list(damage)
    end_s = round(max(header_s or 0.0, pictures_s), 3)
    return [*damage[:-1], damage[-1].model_copy(update={"what": "cut-off", "until_s": end_s})]


def ends(pictures_s: float, sound_s: float | None, header_s: float | None, ended: str) -> list[Damage]:
    """How pictures, sound and header disagree on the end of the film; times from the first picture shown.

    sound_s: when the last track ends, None without sound. header_s: length of the picture as the header says. ended:
    why the demuxer gave up, "" if it did not.
    """
    found: list[Damage] = []
    at_s = round(pictures_s, 3)
    if ended or (header_s is not None and header_s - pictures_s > max(_LATE_S, header_s * 0.01)):
        detail = ended or f"{pictures_s:.3f} s of {header_s:.3f} s"
        found.append(Damage(what="short", at_s=at_s, until_s=header_s, detail=detail))
    if sound_s is not None and pictures_s - sound_s > _LATE_S:
        found.append(Damage(what="audio-ends", at_s=round(max(sound_s, 0.0), 3), until_s=at_s))
    if sound_s is not None and sound_s - pictures_s > _TAIL_S:
        found.append(Damage(what="picture-ends", at_s=at_s, until_s=round(sound_s, 3)))
    return found
