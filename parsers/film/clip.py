"""Films that a browser does not play: told by their facts, and copied small so that it does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parsers.facts import VideoFacts
from parsers.filmfacts import Clip, Watched

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer

SHORT_PX, LONG_PX = 480, 854
"""A preview fits into this, lying or standing."""
MOST_S = 600.0
"""Seconds of a film that a preview shows, from its beginning."""
MOST_BYTES = 80 * 2**20
FPS = 25

_CONTAINERS = {
    "mp4": frozenset({"AVC", "AV1", "VP9"}),
    "webm": frozenset({"VP8", "VP9", "AV1"}),
}
_SOUNDS = frozenset({"AAC", "MPEG Audio", "Opus", "Vorbis", "FLAC"})
_OTHER_COLOURS = ("10", "4:2:2", "4:4:4")
"""In a profile's name: more than eight bits, or colours that browsers do not show."""
_LARGEST_PX = 4096
_MOST_ERRORS = 200
_RATE = 48_000
_GAP_S = 0.2
_OPTIONS = {"preset": "veryfast", "crf": "27", "profile": "main", "maxrate": "900k", "bufsize": "1800k", "threads": "1"}


def plays_in_browser(facts: VideoFacts) -> bool:
    """Whether today's browsers play the film, its sound too, from a file."""
    if facts.codec not in _CONTAINERS.get(facts.container, ()) or max(facts.width, facts.height) > _LARGEST_PX:
        return False
    if facts.codec == "AVC" and ((facts.bit_depth or 8) > 8 or any(word in facts.profile for word in _OTHER_COLOURS)):
        return False
    return all(track.codec in _SOUNDS for track in facts.audio[:1])


def make_clip(path: Path, facts: VideoFacts, scratch: Path) -> Watched:
    """A preview of the film in the scratch folder as `clip`, or as `no_clip` why there is none; nothing else is told.

    H.264 and AAC in MP4, its index first: at most 480 by 854 pixels, 25 pictures a second, the first ten minutes.
    "too-large" if it would be too many bytes, "unreadable" if no picture could be decoded.
    """
    import av

    target = scratch / "clip.mp4"
    try:
        size = _written(path, facts, target)
    except av.error.FFmpegError as error:
        if isinstance(error, OSError) and error.errno in (28, 122):  # no room: the world's trouble, not the film's
            raise
        size = None
    if size is None or target.stat().st_size > MOST_BYTES:
        reason = "unreadable" if size is None else "too-large"
        target.unlink(missing_ok=True)
        return Watched(no_clip=reason)
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    bytes_ = target.stat().st_size
    return Watched(clip=Clip(width=size[0], height=size[1], size=bytes_, sha256=digest, path=str(target)))


def shape(facts: VideoFacts) -> tuple[int, int]:
    """Width and height of the preview: even, in the shape in which the film is shown, never larger than it."""
    short, long = sorted((facts.shown_width, facts.shown_height))
    scale = min(SHORT_PX / max(short, 1), LONG_PX / max(long, 1), 1.0)
    width, height = (max(round(side * scale / 2) * 2, 2) for side in (facts.shown_width, facts.shown_height))
    return width, height


def _written(path: Path, facts: VideoFacts, target: Path) -> tuple[int, int] | None:
    """The preview's width and height; None if the film gave no picture."""
    import av

    with (
        av.open(str(path), "r", metadata_errors="replace") as film,
        av.open(str(target), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}) as out,
    ):
        if not film.streams.video:
            return None
        pictures = _Pictures(film, out, facts)
        sounds = _Sounds(out, _start_of(film.streams.video[0])) if _has_sound(film) else None
        streams = [film.streams.video[0], *(film.streams.audio[:1] if sounds else ())]
        for frame in _decoded(film, streams):
            if isinstance(frame, av.VideoFrame):
                pictures.put(frame)
            elif sounds is not None and isinstance(frame, av.AudioFrame):
                sounds.put(frame)
        pictures.end()
        if sounds is not None:
            sounds.end()
        return shape(facts) if pictures.count else None


def _has_sound(film: InputContainer) -> bool:
    return bool(film.streams.audio) and bool(film.streams.audio[0].codec_context)


def _start_of(stream: Any) -> float:
    """Seconds on the film's clock at which a stream begins."""
    return float((stream.start_time or 0) * (stream.time_base or 0))


def _decoded(film: InputContainer, streams: list[Any]) -> Iterator[Any]:
    """Frames in the order they lie in the file, up to the last second that is shown; what is damaged is passed over."""
    import av

    errors = 0
    first: float | None = None
    for stream in streams:
        stream.thread_count = 1  # films are many, and each worker has a core
    for packet in film.demux(streams):
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            errors += 1
            if errors > _MOST_ERRORS:
                return
            continue
        for frame in frames:
            if not isinstance(frame, av.VideoFrame | av.AudioFrame) or frame.time is None:
                continue
            first = frame.time if first is None else first
            if frame.time - first > MOST_S:
                return
            yield frame


class _Pictures:
    """Writes pictures upright, small and at an even pace."""

    def __init__(self, film: InputContainer, out: OutputContainer, facts: VideoFacts) -> None:
        self.out, self.size, self.turn = out, shape(facts), facts.rotation
        stream = out.add_stream("libx264", rate=FPS, options=dict(_OPTIONS))
        stream.width, stream.height = self.size
        stream.pix_fmt = "yuv420p"
        self.stream = stream
        self.count = 0
        self._first: float | None = None

    def put(self, frame: Any) -> None:
        """One picture at its place; of those at one place the first, and none is shown twice."""
        self._first = frame.time if self._first is None else self._first
        place = round((frame.time - self._first) * FPS)
        if place < self.count:
            return
        small = self._upright(frame)
        small.pts, small.time_base = place, Fraction(1, FPS)
        self.count = place + 1
        self.out.mux(self.stream.encode(small))

    def _upright(self, frame: Any) -> Any:
        import av
        import numpy as np

        width, height = self.size if self.turn in (0, 180) else self.size[::-1]
        if self.turn == 0:
            return frame.reformat(width=width, height=height, format="yuv420p")
        picture = np.rot90(frame.to_ndarray(format="bgr24", width=width, height=height), -self.turn // 90)
        return av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24").reformat(format="yuv420p")

    def end(self) -> None:
        """What the encoder still holds."""
        if self.count:
            self.out.mux(self.stream.encode(None))


class _Sounds:
    """Writes the sound as two channels of AAC, in step with pictures that begin at `start_s`."""

    def __init__(self, out: OutputContainer, start_s: float) -> None:
        import av

        self.out, self.start_s = out, start_s
        self.stream = out.add_stream("aac", rate=_RATE, options={"b": "96000"})
        self.stream.layout = "stereo"
        self._resampler = av.AudioResampler(format="fltp", layout="stereo", rate=_RATE)
        self._end = 0

    def put(self, frame: Any) -> None:
        """One frame of sound. Where some is missing, what follows stands at its own time."""
        place = round((frame.time - self.start_s) * _RATE)
        if place - self._end > _RATE * _GAP_S:
            self._end = place
        for even in self._resampler.resample(frame):
            self._write(even)

    def end(self) -> None:
        """What resampler and encoder still hold."""
        for even in self._resampler.resample(None):
            self._write(even)
        self.out.mux(self.stream.encode(None))

    def _write(self, frame: Any) -> None:
        frame.pts, frame.time_base = self._end, Fraction(1, _RATE)
        self._end += frame.samples
        self.out.mux(self.stream.encode(frame))
