"""Decodes the runs that were planned, in one pass over the file, and hands out their pictures; errors are counted."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from parsers.facts import VideoFacts
from parsers.film.container import Film, packets_of
from parsers.film.frame import Frame
from parsers.film.planning import Run, stage_of
from parsers.film.walking import Packets

_EARLY_S = 0.001
"""By which a picture may come before the time it is wanted at: times are rounded."""
_MAX_ERRORS = 1_000


@dataclass
class Decoder:
    """Decodes pictures of an open film that has not been read yet. core_s: processor seconds it took.

    pictures: those that came out well; errors: seconds at which one could not be decoded, or came out damaged. What is
    seen there is handed to `on_damage`, and what came out damaged to nobody else. stopped: "too-slow" if `late` ended
    it.
    """

    film: Film
    facts: VideoFacts
    packets: Packets
    late: Callable[[], bool]
    on_damage: Callable[[Frame], None]
    pictures: int = 0
    errors: list[float] = field(default_factory=list)
    stopped: str = ""
    core_s: float = 0.0
    _size: tuple[int, int] | None = None
    _shown_s: float = -1.0
    _unseen: bool = False

    def frames(self, runs: Sequence[Run]) -> Iterator[Frame]:
        """The wanted pictures of runs as they were planned, in order of time."""
        context = self.film.picture.codec_context
        context.thread_count = 1  # as many films are watched at once as there are processors; threads hold pictures
        context.thread_type = "SLICE"
        began = time.process_time()
        for run, packets in self._fed(runs):
            for frame in self._wanted(run, self._decoded(run, packets)):
                self.core_s += time.process_time() - began
                yield frame
                began = time.process_time()
            context.flush_buffers()
        self.core_s += time.process_time() - began

    def _fed(self, runs: Sequence[Run]) -> Iterator[tuple[Run, Iterator[Any]]]:
        """Each run with its packets, which must be taken before the next run."""
        coming = enumerate(self._demuxed())
        for run in runs:
            yield run, self._between(run, coming)
            if self.stopped:
                return

    def _between(self, run: Run, coming: Iterator[tuple[int, Any]]) -> Iterator[Any]:
        for index, packet in coming:
            if self.late():
                self.stopped = "too-slow"
                return
            if index >= run.first:
                yield packet
            if index >= run.last:
                return

    def _demuxed(self) -> Iterator[Any]:
        """The packets the walk has counted, so that a run's numbers hold."""
        import av

        try:
            yield from packets_of(self.film)
        except av.FFmpegError:
            return  # the walk has noted where

    def _decoded(self, run: Run, packets: Iterator[Any]) -> Iterator[tuple[float, Any]]:
        """Seconds and pictures of a run, in order of time; damaged ones are taken out."""
        import av

        context = self.film.picture.codec_context
        context.skip_frame = "DEFAULT" if run.whole or run.first == run.last else "NONREF"
        at_s = float(self.packets.pts[run.first])
        for packet in _with_end(packets):
            try:
                decoded = context.decode(packet)
            except (av.FFmpegError, ValueError):
                self._failed(at_s)
                self._unseen = True
                continue
            for raw in decoded:
                at_s = self._time(raw, at_s)
                if self._good(raw, at_s):
                    yield at_s, raw

    def _time(self, raw: Any, before_s: float) -> float:
        stamp = raw.pts if raw.pts is not None else raw.dts
        if stamp is None or raw.time_base is None:
            return before_s
        return float(stamp * raw.time_base) - self.packets.first_s

    def _good(self, raw: Any, at_s: float) -> bool:
        """Count it, and say whether it may be shown: it came out well, and has the size of the first one."""
        corrupt = bool(raw.is_corrupt)
        if corrupt:
            self._failed(at_s)
        else:
            self.pictures += 1
        if corrupt or self._unseen:
            self._unseen = False
            self.on_damage(self._framed(raw, at_s, dense=False))
        if corrupt:
            return False
        if self._size is None:
            self._size = raw.width, raw.height
        return (raw.width, raw.height) == self._size

    def _failed(self, at_s: float) -> None:
        if len(self.errors) < _MAX_ERRORS:
            self.errors.append(max(at_s, 0.0))

    def _wanted(self, run: Run, pictures: Iterator[tuple[float, Any]]) -> Iterator[Frame]:
        left = deque(run.wanted)
        for at_s, raw in pictures:
            dense = False
            hit = False
            while left and at_s >= left[0] - _EARLY_S:
                dense = left.popleft() in run.dense
                hit = True
            if hit and self._shown_s < at_s <= self.packets.ends_s:
                self._shown_s = at_s
                yield self._framed(raw, at_s, dense=dense)

    def _framed(self, raw: Any, at_s: float, *, dense: bool) -> Frame:
        return Frame(
            at_s=max(at_s, 0.0),
            stage=stage_of(at_s, self.packets.ends_s),
            key=bool(raw.key_frame),
            dense=dense,
            raw=raw,
            rotation=self.facts.rotation,
            pixel_aspect=self.facts.pixel_aspect,
        )


def _with_end(packets: Iterator[Any]) -> Iterator[Any]:
    """The packets, then what makes the decoder give out the rest."""
    yield from packets
    yield None
