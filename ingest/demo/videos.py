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

from ingest.demo.boxes import cut_off, pad_to, turn, with_hole, without_moov
from ingest.demo.pictures import Scene
from ingest.demo.seeds import SAMPLE_RATE, SOUND_RATE, Recipe, Sound, picture_seed, sound_seed

__all__ = ["Container", "cut_off", "make_video", "with_hole", "without_moov"]

Container = Literal["mp4", "mov", "mkv", "avi", "flv", "ts"]

BODY_S = 4
"""Seconds encoded for the looped part; half of that where a film is filled with noise, which is slow to encode."""
WORDS_S = 3
"""Seconds a title or the credits stand."""
SLIDE_S = 8
"""Seconds a slide stands, where there are several: not so long that the picture counts as frozen."""
QUIET_S = 20
"""Seconds at either end in which nobody speaks, where there are slides."""
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
    sound_until_s: float | None = None,
    faststart: bool = True,
    fps: int = 25,
    title: str | None = None,
    credits: Sequence[str] = (),
    subtitles: Sequence[str] = (),
    slides: int = 1,
    bars: float = 0.0,
    look: int = 0,
) -> Path:
    """Write a film and return its path: H.264 and AAC, in avi MPEG-4 and MP3.

    duration_s: seconds, rounded to whole frames. width, height: coded pixels, even. size_bytes: size of the file, met
    to the byte in mp4 and mov and nearly elsewhere, but never below what the pictures need; None for the smallest.
    rotation: clockwise degrees a player turns it (mp4 and mov only). audio: a stereo track; `sound`
    "silence" leaves it mute; sound_until_s: where it stops before the pictures do. faststart: index before the data
    (mp4, mov). title: shown in the first three seconds; credits: lines shown in the last three. slides: so many
    pictures take turns between them, each with the next of the `subtitles` at the bottom; one moves, several stand
    still. bars: black above and below, each as a share of the height. look: another number gives other pictures.
    ValueError for odd sides, or for a rotation that is none or has no place in the container.
    """
    if width % 2 or height % 2 or rotation % 90 or (rotation and container not in _ISO):
        raise ValueError(f"no such film: {width}x{height}, rotated {rotation} in {container}")
    frames = round(duration_s * fps)
    rate = _bit_rate(size_bytes, frames / fps, audio=audio)
    length, grain = (BODY_S * fps // 2, 24) if rate else (BODY_S * fps, 0)
    scene = Scene(width, height, length, subtitle="".join(subtitles[:1]), look=look, grain=grain, bars=bars)
    recipe = Recipe(scene, fps, rate, "mpeg4" if container == "avi" else "libx264")
    course = _course(_bodies(recipe, slides, subtitles), frames, title, tuple(credits))
    heard = sound_seed(sound, "libmp3lame" if container == "avi" else "aac") if audio else None
    flags = {"movflags": "+faststart"} if faststart and container in _ISO else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format=_FORMATS[container], options={"fflags": "+bitexact"} | flags) as out:
        _remux(out, course, heard, fps, sound_until_s)
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


def _bodies(one: Recipe, slides: int, subtitles: Sequence[str]) -> list[tuple[Recipe, int]]:
    """What is looped between title and credits, and how many frames each stands: one picture, or slides in turns."""
    if slides == 1:
        return [(one, one.scene.frames)]
    return [(_slide(one, number % slides, subtitles), SLIDE_S * one.fps) for number in range(slides)]


def _slide(one: Recipe, number: int, subtitles: Sequence[str]) -> Recipe:
    """Two seconds of a picture that stands still, but for its grain, with its subtitle."""
    said = subtitles[number % len(subtitles)] if subtitles else ""
    look, still = one.scene.look * 100 + number, not one.scene.grain
    return replace(one, scene=replace(one.scene, frames=2 * one.fps, look=look, subtitle=said, still=still))


def _course(
    bodies: Sequence[tuple[Recipe, int]], frames: int, title: str | None, credits: tuple[str, ...]
) -> list[tuple[bytes, int]]:
    """The stretches of a film in order: a seed, and how many frames of it are written (looped if it has fewer).

    Nobody speaks near either end, where there are title and credits and more than one picture.
    """
    first = bodies[0][0]
    wordy, quiet = WORDS_S * first.fps, QUIET_S * first.fps if len(bodies) > 1 else 0
    opening = min(wordy, frames) if title else 0
    closing = min(wordy, frames - opening) if credits else 0
    course = [(_with_words(first, (title or "",)), opening)]
    place, end = opening, frames - closing
    for recipe, length in itertools.cycle(bodies):
        spoken = not quiet or (place >= quiet and place + length <= frames - quiet)
        shown = recipe if spoken else replace(recipe, scene=replace(recipe.scene, subtitle=""))
        course.append((shown, min(length, end - place)))
        place += length
        if place >= end:
            break
    course.append((_with_words(first, credits), closing))
    return [(picture_seed(recipe), length) for recipe, length in course if length > 0]


def _with_words(body: Recipe, lines: tuple[str, ...]) -> Recipe:
    """Half a second of a still picture with text."""
    return replace(body, scene=replace(body.scene, frames=body.fps // 2, lines=lines, subtitle="", still=True))


def _remux(
    out: OutputContainer, course: Sequence[tuple[bytes, int]], heard: bytes | None, fps: int, heard_s: float | None
) -> None:
    """Write the packets of the seeds with times counted on, pictures and sound in step. heard_s: where sound ends."""
    with av.open(io.BytesIO(course[0][0]), "r") as first:
        picture = out.add_stream_from_template(first.streams.video[0])
    picture.time_base = Fraction(1, fps)
    timed = [_pictures(course, picture, fps)]
    if heard is not None:
        with av.open(io.BytesIO(heard), "r") as source:
            track = out.add_stream_from_template(source.streams.audio[0])
        seconds = sum(length for _, length in course) / fps
        timed.append(_sounds(heard, track, seconds if heard_s is None else min(seconds, heard_s)))
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
