"""What is heard in a film: loudness of every tenth of a second, decoded whole as long as that is cheap."""

from __future__ import annotations

import math
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parsers.filmfacts import Sound, Stretch

SILENT_DB = -55.0
"""Below it nobody hears anything: a quiet room recorded with a bad microphone is louder."""

WHOLE_S = 900.0
"""Seconds of sound decoded whole, all tracks together; beyond it two seconds of every thirty."""

STEP_S = 0.1
_SHORTEST_S = 1.0
_MAX_STEPS = 1_000_000
_SOME_S, _OF_S = 2.0, 30.0
_FLOOR_DB = -120.0

Levels = NDArray[np.float64]
"""Mean square of the samples, full scale 1, a step each; NaN where it was not decoded."""


@dataclass
class Ear:
    """Listens to one track, packet by packet. whole_s: seconds it decodes before it only samples.

    Times are the file's own until `levels` is asked from the first picture on. core_s: processor seconds it took.
    """

    stream: Any
    whole_s: float = WHOLE_S
    peak: float = 0.0
    heard_s: float = 0.0
    ends_s: float | None = None
    errors: int = 0
    core_s: float = 0.0
    _at: array[float] = field(default_factory=lambda: array("d"))
    _power: array[float] = field(default_factory=lambda: array("d"))
    _samples: array[float] = field(default_factory=lambda: array("d"))
    _skipped: array[float] = field(default_factory=lambda: array("d"))

    def hear(self, packet: Any) -> None:
        """The next packet. One that cannot be decoded counts as an error and as not heard."""
        unit = float(self.stream.time_base or 0)
        stamp = packet.pts if packet.pts is not None else packet.dts
        at_s = stamp * unit if stamp is not None else self.ends_s or 0.0
        length = (packet.duration or 0) * unit
        self.ends_s = max(self.ends_s or at_s, at_s + length)
        if self.heard_s > self.whole_s and at_s % _OF_S >= _SOME_S:
            self._skipped.append(at_s)
            return
        began = time.process_time()
        self._decode(packet, at_s)
        self.core_s += time.process_time() - began

    def _decode(self, packet: Any, at_s: float) -> None:
        import av

        try:
            for frame in self.stream.codec_context.decode(packet):
                self._measure(frame, at_s)
        except (av.FFmpegError, ValueError):
            self.errors += 1
            self._skipped.append(at_s)

    def _measure(self, frame: Any, packet_s: float) -> None:
        rate = frame.sample_rate or 48_000
        at_s = frame.time if frame.time is not None else packet_s
        data = _as_float(frame)
        step = max(round(rate * STEP_S), 1)
        for start in range(0, data.shape[1], step):
            piece = data[:, start : start + step].ravel()
            if not len(piece):
                continue
            self._at.append(at_s + start / rate)
            self._power.append(float(np.dot(piece, piece)))
            self._samples.append(len(piece))
            self.peak = max(self.peak, float(piece.max()), -float(piece.min()))
        self.heard_s += data.shape[1] / rate

    def levels(self, first_s: float, length_s: float) -> Levels:
        """From `first_s` of the file's time on, a value a step; 0 where no sound is stored."""
        count = min(max(math.ceil(length_s / STEP_S), 1), _MAX_STEPS)
        power = _binned(self._at, self._power, first_s, count)
        samples = _binned(self._at, self._samples, first_s, count)
        levels = np.divide(power, samples, out=np.zeros(count), where=samples > 0)
        unheard = _binned(self._skipped, None, first_s, count) > 0
        levels[unheard & (samples == 0)] = np.nan
        return levels


def _binned(at: array[float], weights: array[float] | None, first_s: float, count: int) -> Levels:
    times = np.array(at)
    place = np.floor((times - first_s) / STEP_S + 1e-6)
    inside = (place >= 0) & (place < count)
    chosen = None if weights is None else np.array(weights)[inside]
    return np.bincount(place[inside].astype(np.int64), weights=chosen, minlength=count).astype(np.float64)


def _as_float(frame: Any) -> NDArray[np.float32]:
    """(planes, samples), full scale 1. Packed channels stand side by side in one plane, as many times as long."""
    data: NDArray[Any] = frame.to_ndarray()
    channels = max(len(frame.layout.channels), 1)
    if not frame.format.is_planar and channels > 1:
        data = data.reshape(-1, channels).T
    wave: NDArray[np.float32] = data.astype(np.float32, copy=False)
    if data.dtype.kind == "f":
        return np.nan_to_num(wave, posinf=1.0, neginf=-1.0)
    middle, full = (128, 128) if data.dtype == np.uint8 else (0, 2 ** (8 * data.dtype.itemsize - 1))
    return (wave - np.float32(middle)) * np.float32(1 / full)


def heard(ears: Sequence[Ear], first_s: float, length_s: float, tracks: int) -> Sound:
    """What all tracks together say of a film that begins at `first_s` and is `length_s` long. tracks: in the file.

    A stretch is silent if it is in every track. peak_db is None where nothing could be decoded.
    """
    ends = [ear.ends_s - first_s for ear in ears if ear.ends_s is not None]
    last = round(max(ends), 3) if ends else None
    if not any(ear.heard_s for ear in ears):
        return _unheard(tracks, last, length_s)
    levels = _loudest([ear.levels(first_s, length_s) for ear in ears if ear.heard_s])
    quiet = levels < 10 ** (SILENT_DB / 10)
    silent = _stretches(quiet, length_s)
    return Sound(
        tracks=tracks,
        silent=silent,
        silent_share=round(min(sum(one.length_s for one in silent) / length_s, 1.0), 4) if length_s else 0.0,
        ends_s=last,
        peak_db=_decibel(max(ear.peak for ear in ears), 20),
        mean_db=_decibel(float(levels.mean()), 10),
    )


def _unheard(tracks: int, ends_s: float | None, length_s: float) -> Sound:
    """Without a track all is silent; of tracks that cannot be decoded nothing is said."""
    if tracks or not length_s:
        return Sound(tracks=tracks, ends_s=ends_s)
    return Sound(silent=(Stretch(start_s=0.0, end_s=round(length_s, 3)),), silent_share=1.0)


def _loudest(tracks: Sequence[Levels]) -> Levels:
    """The loudest of the tracks at every step; where none was decoded, what was heard last before."""
    levels: Levels = np.fmax.reduce(np.stack(tracks))
    known = np.where(np.isnan(levels), 0, np.arange(len(levels)))
    levels = levels[np.maximum.accumulate(known)]
    return np.nan_to_num(levels, nan=0.0)


def _stretches(quiet: NDArray[np.bool_], length_s: float) -> tuple[Stretch, ...]:
    """Runs of quiet steps that are long enough to notice."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], quiet, [False])).astype(np.int8)))
    runs = [(start * STEP_S, min(end * STEP_S, length_s)) for start, end in edges.reshape(-1, 2)]
    return tuple(
        Stretch(start_s=round(start, 3), end_s=round(end, 3)) for start, end in runs if end - start >= _SHORTEST_S
    )


def _decibel(value: float, factor: int) -> float:
    return round(max(factor * math.log10(value), _FLOOR_DB), 1) if value > 0 else _FLOOR_DB
