"""One pass over a film: its packets and its sound, then its pictures, shown to all who look at them."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from parsers.facts import VideoFacts
from parsers.film.album import Album
from parsers.film.container import Closed, Film, opened
from parsers.film.decoding import Decoder
from parsers.film.flaws import Flaws, ends, length_bytes, merged
from parsers.film.frame import Frame, Watcher
from parsers.film.planning import plan
from parsers.film.sheet import Sheet
from parsers.film.sound import WHOLE_S, Ear, heard
from parsers.film.walking import Packets, Walker
from parsers.filmfacts import Damage, Sound, Watched

_MANY_PIXELS = 4_200 * 2_400
"""Beyond 4K only key pictures are decoded, at the ends too: one alone is 50 MB and more."""

_STREAMED = frozenset({"flv", "mpegts", "mpeg", "mkv", "webm", "wmv", "rm"})
"""Containers whose packets follow each other: bytes between them belong to none."""


@dataclass
class Clock:
    """Processor seconds by step, and whether the time of a film is over."""

    seconds: float
    core_s: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _began: float = field(default_factory=time.monotonic)

    def late(self) -> bool:
        """More time is gone than the film may take."""
        return time.monotonic() - self._began > self.seconds

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """What is done within counts for this step."""
        began = time.process_time()
        try:
            yield
        finally:
            self.core_s[name] += time.process_time() - began


@dataclass(frozen=True)
class Walked:
    """What the packets and the sound have told."""

    packets: Packets
    damage: tuple[Damage, ...]
    sound: Sound
    stopped: str


def watched(path: Path, facts: VideoFacts, scratch: Path | None, *, ocr: bool, clip: bool, seconds: float) -> Watched:
    """As `parsers.film.watch`."""
    clock = Clock(seconds)
    try:
        with clock.step("walk"):
            walked = _walked(path, facts, clock)
        with opened(path, facts.container, facts.width, facts.height, sound=False) as film:
            seen = _seen(film, facts, walked, scratch, clock, ocr=ocr)
    except Closed as closed:
        return Watched(problem=closed.reason, tools=tools())
    return seen


def _walked(path: Path, facts: VideoFacts, clock: Clock) -> Walked:
    with opened(path, facts.container, facts.width, facts.height) as film:
        context = film.picture.codec_context
        flaws = Flaws(
            codec=context.name,
            length_bytes=length_bytes(context.name, context.extradata),
            streamed=facts.container in _STREAMED,
        )
        share = WHOLE_S / max(len(film.sounds), 1)
        ears = {stream.index: Ear(stream, share) for stream in film.sounds}
        walker = Walker(film, ears, flaws)
        packets = walker.walk(clock.late)
        flaws.search(path)
        sound = heard(list(ears.values()), packets.first_s, packets.ends_s, len(film.container.streams.audio))
    damage = merged(flaws.spots, packets.first_s)
    if not walker.stopped:
        damage += ends(packets.ends_s, sound.ends_s, facts.duration_s, flaws.ended)
    return Walked(packets, tuple(damage), sound, walker.stopped)


def _seen(film: Film, facts: VideoFacts, walked: Walked, scratch: Path | None, clock: Clock, *, ocr: bool) -> Watched:
    packets = walked.packets
    album = Album(scratch)
    sheet = Sheet(album, packets.ends_s)
    watchers: dict[str, Watcher] = {"pictures": sheet}
    decoder = Decoder(film, facts, packets, clock.late, _damaged(album))
    runs = plan(packets, walked.damage, keys_only=facts.width * facts.height > _MANY_PIXELS)
    for frame in decoder.frames(runs):
        for step, watcher in watchers.items():
            with clock.step(step):
                watcher.see(frame)
    clock.core_s["decode"] += decoder.core_s
    with clock.step("pictures"):
        sheet.keep()
    return Watched(
        duration_s=round(packets.ends_s, 3) if len(packets) else None,
        packets=len(packets),
        pictures=decoder.pictures,
        errors=len(decoder.errors),
        variable_rate=packets.variable_rate,
        damage=walked.damage,
        sound=walked.sound,
        shots=album.shots,
        core_s={step: round(took, 3) for step, took in clock.core_s.items()},
        problem=walked.stopped or decoder.stopped,
        tools=tools(),
    )


def _damaged(album: Album) -> Callable[[Frame], None]:
    def keep(frame: Frame) -> None:
        album.keep("damage", frame.at_s, frame.colour(960))

    return keep


def tools() -> dict[str, str]:
    """Name to version of what looks at films."""
    import av
    import cv2

    libraries: Sequence[tuple[str, Any]] = sorted(av.library_versions.items())
    wanted = ("libavcodec", "libavformat", "libswscale")
    versions = {name: ".".join(map(str, version)) for name, version in libraries if name in wanted}
    return {"pyav": av.__version__, **versions, "opencv": cv2.__version__}
