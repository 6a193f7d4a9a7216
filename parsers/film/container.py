"""A film opened for its packets: by the demuxer its bytes call for, with bounds, the picture and the sound chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

MAX_TRACKS = 4
"""Sound tracks that are listened to."""

_DEMUXERS = {
    "mp4": "mp4",
    "mov": "mov",
    "3gp": "mov",
    "mkv": "matroska",
    "webm": "matroska",
    "avi": "avi",
    "flv": "flv",
    "wmv": "asf",
    "mpegts": "mpegts",
    "mpeg": "mpeg",
    "rm": "rm",
}
"""By what the bytes are. Never guessed by the library: a playlist would make it open other files, or addresses."""

_OPTIONS = {"protocol_whitelist": "file", "probesize": "5000000", "analyzeduration": "5000000"}
_MORE_OPTIONS = {"mpegts": {"resync_size": "1000000000"}}
"""How far it looks for the next packet behind a hole: to the end."""
_OPEN_S, _READ_S = 30.0, 30.0


class Closed(Exception):
    """A film that cannot be opened. reason: a key of BROKEN_REASONS."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True)
class Film:
    """An open film: its picture, and at most MAX_TRACKS of its sound; other streams are not read."""

    container: InputContainer
    picture: VideoStream
    sounds: tuple[AudioStream, ...]

    @property
    def header_s(self) -> float | None:
        """How long the picture is by its header, None where that says nothing."""
        own = self.picture.duration
        if own and self.picture.time_base:
            return float(own * self.picture.time_base)
        whole = self.container.duration
        return whole / 1_000_000 if whole and whole > 0 else None


@contextmanager
def opened(path: Path, found: str, width: int, height: int, *, sound: bool = True) -> Iterator[Film]:
    """The film in `path`, closed afterwards. found: its format as sniffed; width, height: coded, of its main picture.

    Closed if it cannot be: "unsupported" without a demuxer or decoder, "no-picture", "unreadable". OSError if the file
    cannot be read at all.
    """
    import av

    if found not in _DEMUXERS:
        raise Closed("unsupported", f"no demuxer for {found}")
    with path.open("rb"):
        """So that what follows is the film's fault, not the disk's."""
    options = _OPTIONS | _MORE_OPTIONS.get(found, {})
    try:
        container = av.open(
            str(path.resolve()), "r", format=_DEMUXERS[found], container_options=options, timeout=(_OPEN_S, _READ_S)
        )
    except (av.FFmpegError, ValueError) as error:
        raise Closed("unreadable", f"{type(error).__name__}: {error}"[:300]) from error
    with container:
        yield _chosen(container, width, height, sound=sound)


def packets_of(film: Film) -> Iterator[Packet[Stream]]:
    """The packets of its picture and its sound with anything in them. A demuxer that stumbles raises av.FFmpegError.

    Streams that turn up on the way are left alone; the library stumbles over them once there is nothing more to read.
    """
    coming = film.container.demux(film.picture, *film.sounds)
    try:
        for packet in coming:
            if packet.size:
                yield packet
    except IndexError:
        return


def _chosen(container: InputContainer, width: int, height: int, *, sound: bool) -> Film:
    pictures = [stream for stream in container.streams.video if not _attached(stream)]
    if not pictures:
        raise Closed("no-picture" if container.streams.audio else "unreadable", "no video stream")
    pictures = [stream for stream in pictures if _decodable(stream)]
    if not pictures:
        raise Closed("unsupported", "no decoder for the pictures")
    picture = max(pictures, key=lambda stream: _worth(stream, width, height))
    sounds = tuple(stream for stream in container.streams.audio if sound and _decodable(stream))[:MAX_TRACKS]
    _leave_out(container, (picture, *sounds))
    return Film(container, picture, sounds)


def _decodable(stream: Stream) -> bool:
    """There is a decoder for it. The library's types do not say that there may be none."""
    context: object = stream.codec_context
    return context is not None


def _attached(stream: VideoStream) -> bool:
    """A cover picture, not a film."""
    from av.stream import Disposition

    return bool(stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails))


def _worth(stream: VideoStream, width: int, height: int) -> tuple[bool, bool, int, int]:
    """How likely it is the one that players show: as measured, marked as default, the longest, the first."""
    from av.stream import Disposition

    mine = (stream.width, stream.height) == (width, height)
    return mine, bool(stream.disposition & Disposition.default), stream.frames, -stream.index


def _leave_out(container: InputContainer, wanted: Sequence[Stream]) -> None:
    from av.stream import Discard

    kept = {stream.index for stream in wanted}
    for stream in container.streams:
        if stream.index not in kept:
            stream.discard = Discard.all
