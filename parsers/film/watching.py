"""One pass over a film: its packets and its sound, then its pictures, shown to all who look at them."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from parsers.facts import VideoFacts
from parsers.film.album import Album
from parsers.film.bars import BarsSeen
from parsers.film.container import Closed, opened
from parsers.film.decoding import Decoder
from parsers.film.flaws import Flaws, cut_off, ends, joined, length_bytes, merged
from parsers.film.frame import Frame, Watcher
from parsers.film.planning import plan
from parsers.film.prints import Prints
from parsers.film.sheet import Sheet
from parsers.film.sound import WHOLE_S, Ear, heard
from parsers.film.stretches import Stretches
from parsers.film.texts import Texts
from parsers.film.walking import Packets, Walker
from parsers.filmfacts import Damage, Sound, Watched

_MANY_PIXELS = 4_200 * 2_400
"""Beyond 4K only key pictures are decoded, at the ends too: one alone is 50 MB and more."""

_ISO = frozenset({"mp4", "mov", "3gp"})
"""Their header's length is what was measured: it minds edit lists."""
_HEALS_S = 12.0
"""After a damage, pictures may come out damaged as long as they are predicted from it."""
_STREAMED = frozenset({"avi", "flv", "mpegts", "mpeg", "mkv", "webm", "wmv", "rm"})
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

    def move(self, name: str, to: str, seconds: float) -> None:
        """Count so many seconds of one step for another."""
        self.core_s[name] -= seconds
        self.core_s[to] += seconds


@dataclass(frozen=True)
class Walked:
    """What the packets and the sound have told. doubts: what is damage only if decoding says so too."""

    packets: Packets
    damage: tuple[Damage, ...]
    doubts: tuple[Damage, ...]
    sound: Sound
    stopped: str


def watched(path: Path, facts: VideoFacts, scratch: Path | None, *, ocr: bool, clip: bool, seconds: float) -> Watched:
    """As `parsers.film.watch`."""
    clock = Clock(seconds)
    try:
        with clock.step("walk"):
            walked = _walked(path, facts, clock)
        seen = _seen(path, facts, walked, scratch, clock, ocr=ocr)
    except Closed as closed:
        return Watched(problem=closed.reason, tools=tools(ocr=ocr))
    except OSError:
        raise
    except Exception as error:  # a library stumbled over bytes in a way it does not announce: the file's trouble
        detail = f"{type(error).__name__}: {error}"[:300]
        return Watched(
            problem="unreadable", damage=(Damage(what="undecodable", at_s=0.0, detail=detail),), tools=tools(ocr=ocr)
        )
    return _with_clip(seen, path, facts, scratch, clock) if clip and scratch is not None else seen


def _with_clip(seen: Watched, path: Path, facts: VideoFacts, scratch: Path, clock: Clock) -> Watched:
    """With a small copy, where a browser cannot play the film."""
    from parsers.film.clip import make_clip, plays_in_browser

    if plays_in_browser(facts):
        return seen
    with clock.step("clip"):
        made = make_clip(path, facts, scratch)
    core_s = seen.core_s | {"clip": round(clock.core_s["clip"], 3)}
    return seen.model_copy(update={"clip": made.clip, "no_clip": made.no_clip, "core_s": core_s})


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
        flaws.search(path, packets.pts + packets.first_s)
        clock.move("walk", "sound", sum(ear.core_s for ear in ears.values()))
        sound = heard(list(ears.values()), packets.first_s, packets.ends_s, len(film.container.streams.audio))
        header_s = facts.duration_s if facts.container in _ISO else film.header_s
        header_s = None if header_s is None else header_s - max(packets.first_s, 0.0)
    damage = cut_off(merged(flaws.spots, packets.pts, packets.first_s), packets.ends_s, header_s)
    if not walker.stopped and not any(one.what == "cut-off" for one in damage):
        damage += ends(packets.ends_s, sound.ends_s, header_s, flaws.ended)
    doubts = merged(flaws.doubts, packets.pts, packets.first_s)
    return Walked(packets, tuple(damage), tuple(doubts), sound, walker.stopped)


class Watchers:
    """All who are shown the pictures, and what they say of them. The names are those of the steps of `core_s`."""

    def __init__(self, facts: VideoFacts, packets: Packets, scratch: Path | None, clock: Clock, *, ocr: bool) -> None:
        self.album, self._clock = Album(scratch), clock
        self._sheet = Sheet(self.album, packets.ends_s)
        self._bars = BarsSeen(facts.shown_width, facts.shown_height, self.album)
        self._stretches = Stretches(packets, facts.width * facts.height, self.album)
        self._prints = Prints()
        self._texts = Texts(self.album, packets.ends_s) if ocr else None
        self._all: list[tuple[str, Watcher]] = [
            ("pictures", self._sheet),
            ("bars", self._bars),
            ("stretches", self._stretches),
            ("prints", self._prints),
        ]
        if self._texts is not None:
            self._all.append(("text", self._texts))

    def see(self, frame: Frame) -> None:
        """One picture, shown to each."""
        for step, watcher in self._all:
            with self._clock.step(step):
                watcher.see(frame)

    def result(self) -> dict[str, Any]:
        """Fields of `Watched`."""
        said: dict[str, Any] = {}
        with self._clock.step("pictures"):
            self._sheet.keep()
        with self._clock.step("bars"):
            said["bars"] = self._bars.result()
        with self._clock.step("stretches"):
            said |= {"black": self._stretches.black(), "frozen": self._stretches.frozen()}
        with self._clock.step("prints"):
            said["fingerprint"] = self._prints.result()
        if self._texts is not None:
            with self._clock.step("text"):
                said["texts"], said["subtitles"] = self._texts.result()
        return said | {"shots": self.album.shots}


def _seen(path: Path, facts: VideoFacts, walked: Walked, scratch: Path | None, clock: Clock, *, ocr: bool) -> Watched:
    packets = walked.packets
    watchers = Watchers(facts, packets, scratch, clock, ocr=ocr)
    with opened(path, facts.container, facts.width, facts.height, sound=False) as film:
        decoder = Decoder(film, facts, packets, clock.late, _damaged(watchers.album))
        runs = plan(packets, (*walked.damage, *walked.doubts), keys_only=facts.width * facts.height > _MANY_PIXELS)
        for frame in decoder.frames(runs):
            watchers.see(frame)
    clock.core_s["decode"] += decoder.core_s
    said = watchers.result()
    return Watched(
        duration_s=round(packets.ends_s, 3) if len(packets) else None,
        packets=len(packets),
        pictures=decoder.pictures,
        errors=len(decoder.errors),
        variable_rate=packets.variable_rate,
        damage=_with_errors(walked, decoder.errors),
        sound=walked.sound,
        core_s={step: round(took, 3) for step, took in clock.core_s.items()},
        problem=walked.stopped or decoder.stopped or ("" if decoder.pictures else "unreadable"),
        tools=tools(ocr=ocr),
        **said,
    )


def _with_errors(walked: Walked, errors: list[float]) -> tuple[Damage, ...]:
    """The damages, with doubts that decoding has confirmed, and what only decoding has shown."""
    confirmed = [one for one in walked.doubts if any(_explains(one, at_s) for at_s in errors)]
    known = (*walked.damage, *confirmed)
    fresh = [at_s for at_s in errors if not any(_explains(one, at_s) for one in known)]
    found = merged([(at_s, "undecodable", "decoder") for at_s in fresh], walked.packets.pts, 0.0)
    return tuple(joined((*known, *found)))


def _explains(damage: Damage, at_s: float) -> bool:
    """An error there comes from it: pictures are damaged as long as they are predicted from damaged ones."""
    return damage.at_s - 1.0 <= at_s <= (damage.until_s or damage.at_s) + _HEALS_S


def _damaged(album: Album) -> Callable[[Frame], None]:
    def keep(frame: Frame) -> None:
        album.keep("damage", frame.at_s, frame.colour(960))

    return keep


def tools(*, ocr: bool) -> dict[str, str]:
    """Name to version of what looks at films."""
    import av
    import cv2

    from parsers.recognition.engine import tools as recognition

    wanted = ("libavcodec", "libavformat", "libswscale")
    libraries = {name: ".".join(map(str, av.library_versions[name])) for name in wanted}
    return {"pyav": av.__version__, **libraries, "opencv": cv2.__version__, **(recognition() if ocr else {})}
