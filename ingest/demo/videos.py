"""Real films in seconds: a few seconds are encoded once, then their packets are written again and again, times shifted.

Needs nothing but PyAV. The same arguments give the same bytes.
"""

from __future__ import annotations

import heapq
import io
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Literal, TypeAlias

import av
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream

from ingest.demo.boxes import cut_off, pad_to, turn, without_moov
from ingest.demo.pictures import Scene
from ingest.demo.seeds import SAMPLE_RATE, SOUND_RATE, Recipe, Sound, picture_seed, sound_seed

__all__ = ["Container", "cut_off", "make_video", "without_moov"]

Container = Literal["mp4", "mov", "mkv", "avi", "flv", "ts"]

BODY_S = 4
"""Seconds encoded for the looped part; half of that where a film is filled with noise, which is slow to encode."""
WORDS_S = 3
"""Seconds a title or the credits stand."""
FILLED_FROM = 1_500_000
"""Bits per second from which the encoder fills a constant rate; below it a film is as small as it gets, and padded."""

_FORMATS: dict[Container, str] = {
    "mp4": "mp4",
    "mov": "mov",
    "mkv": "matroska",
    "avi": "avi",
    "flv": "flv",
    "ts": "mpegts",
}
_ISO = ("mp4", "mov")


def make_video(
    path: Path,
    *,
    duration_s: float,
    width: int = 1920,
    height: int = 1080,
    size_bytes: int | None = None,
    container: Container = "mp4",
    rotation: int = 0,
    audio: bool = True,
    sound: Sound = "tone",
    faststart: bool = True,
    fps: int = 25,
    title: str | None = None,
    credits: Sequence[str] = (),
    subtitle: str = "",
    look: int = 0,
) -> Path:
    """Write a film and return its path: H.264 and AAC, in avi MPEG-4 and MP3.

    duration_s: seconds, rounded to whole frames. width, height: coded pixels, even. size_bytes: size of the file, met
    to the byte in mp4 and mov and nearly elsewhere, but never below what the pictures need; None for the smallest.
    rotation: clockwise degrees a player turns it (mp4 and mov only). audio: a stereo track; `sound`
    "silence" leaves it mute. faststart: index before the data (mp4, mov). title: shown in the first three seconds;
    credits: lines shown in the last three; subtitle: a line at the bottom between them. look: another number gives
    another picture. ValueError for odd sides, or for a rotation that is none or has no place in the container.
    """
    if width % 2 or height % 2 or rotation % 90 or (rotation and container not in _ISO):
        raise ValueError(f"no such film: {width}x{height}, rotated {rotation} in {container}")
    frames = round(duration_s * fps)
    rate = _bit_rate(size_bytes, frames / fps, audio=audio)
    length, grain = (BODY_S * fps // 2, 24) if rate else (BODY_S * fps, 0)
    scene = Scene(width, height, length, subtitle=subtitle, look=look, grain=grain)
    recipe = Recipe(scene, fps, rate, "mpeg4" if container == "avi" else "libx264")
    course = _course(recipe, frames, title, tuple(credits))
    heard = sound_seed(sound, "libmp3lame" if container == "avi" else "aac") if audio else None
    flags = {"movflags": "+faststart"} if faststart and container in _ISO else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format=_FORMATS[container], options={"fflags": "+bitexact"} | flags) as out:
        _remux(out, course, heard, fps)
    if rotation:
        turn(path, rotation)
    if size_bytes is not None and container in _ISO:
        pad_to(path, size_bytes)
    return path


def _bit_rate(size_bytes: int | None, seconds: float, *, audio: bool) -> int:
    """Bits per second of the picture that fill 98 % of a size; 0 if that is too little for a constant rate.

    In steps of 50 kbit/s, so that films of about one size share what was encoded; padding makes up for the rest.
    """
    if size_bytes is None:
        return 0
    rate = int(size_bytes * 8 * 0.98 / seconds) - (SOUND_RATE + 4_000 if audio else 2_000)
    return rate // 50_000 * 50_000 if rate >= FILLED_FROM else 0


def _course(body: Recipe, frames: int, title: str | None, credits: tuple[str, ...]) -> list[tuple[bytes, int]]:
    """The stretches of a film in order: a seed, and how many frames of it are written (looped if it has fewer)."""
    wordy = WORDS_S * body.fps
    opening = min(wordy, frames) if title else 0
    closing = min(wordy, frames - opening) if credits else 0
    course = [
        (_with_words(body, (title or "",)), opening),
        (body, frames - opening - closing),
        (_with_words(body, credits), closing),
    ]
    return [(picture_seed(recipe), length) for recipe, length in course if length > 0]


def _with_words(body: Recipe, lines: tuple[str, ...]) -> Recipe:
    """Half a second of a still picture with text."""
    return replace(body, scene=replace(body.scene, frames=body.fps // 2, lines=lines, subtitle="", still=True))


def _remux(out: OutputContainer, course: Sequence[tuple[bytes, int]], heard: bytes | None, fps: int) -> None:
    """Write the packets of the seeds with times counted on, pictures and sound in step."""
    with av.open(io.BytesIO(course[0][0]), "r") as first:
        picture = out.add_stream_from_template(first.streams.video[0])
    picture.time_base = Fraction(1, fps)
    timed = [_pictures(course, picture, fps)]
    if heard is not None:
        with av.open(io.BytesIO(heard), "r") as source:
            track = out.add_stream_from_template(source.streams.audio[0])
        seconds = sum(length for _, length in course) / fps
        timed.append(_sounds(heard, track, seconds))
    for _, packet in heapq.merge(*timed, key=lambda item: item[0]):
        out.mux_one(packet)


_Timed: TypeAlias = "Iterator[tuple[float, Packet[Stream]]]"


def _pictures(course: Sequence[tuple[bytes, int]], stream: Stream, fps: int) -> _Timed:
    """One packet a frame, each with the second it belongs to."""
    frames = (packet for seed, length in course for packet in itertools.islice(itertools.cycle(_packets(seed)), length))
    for number, packet in enumerate(frames):
        yield number / fps, _at(packet, stream, number, 1, Fraction(1, fps))


def _sounds(seed: bytes, stream: Stream, seconds: float) -> _Timed:
    """Packets of sound, looped up to the end of the pictures."""
    packets = _packets(seed)
    length = packets[1].duration or 1024
    for number, packet in enumerate(itertools.cycle(packets)):
        start = number * length
        if (start + length) / SAMPLE_RATE > seconds:
            return
        yield start / SAMPLE_RATE, _at(packet, stream, start, length, Fraction(1, SAMPLE_RATE))


def _packets(seed: bytes) -> list[Packet[Stream]]:
    with av.open(io.BytesIO(seed), "r") as source:
        return [packet for packet in source.demux() if packet.size]


def _at(packet: Packet[Stream], stream: Stream, start: int, length: int, unit: Fraction) -> Packet[Stream]:
    packet.stream, packet.time_base = stream, unit
    packet.pts = packet.dts = start
    packet.duration = length
    return packet
