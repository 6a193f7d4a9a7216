"""What is heard of a film, and what a person must listen to."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ingest.config import Config, NarrationRule
from ingest.model import Outcome, Verdict, Work
from ingest.rules.says import clock
from ingest.rules.watching import at, film_of, long_ones, spans, unwatched, watched_of
from parsers.facts import AudioTrack, VideoFacts
from parsers.filmfacts import Sound, Stretch

_WHOLE = 0.98
"""Share of the film from which it counts as silent altogether: encoders leave a click at either end."""


def narration(work: Work, limits: NarrationRule, config: Config) -> Verdict:
    """Sound is there and is not silence; that it is the standard language a person must hear, and is told where."""
    film = film_of(work)
    if not film.audio:
        return Verdict(Outcome.REVIEW, "视频没有音轨，请人工核对有无配音或解说")
    if verdict := unwatched(film, config):
        return verdict if verdict.outcome is Outcome.PENDING else _to_hear(film, "")
    watched = watched_of(film)
    sound = watched.sound
    if sound is None:
        return _to_hear(film, "；程序未能检查是否有声")
    if sound.tracks == 0:
        return Verdict(Outcome.REVIEW, "音轨中没有可以解码的声音，请人工核对有无配音或解说")
    length = watched.duration_s or film.duration_s or 0.0
    if _mute(sound, limits.quiet_db):
        return Verdict(Outcome.REVIEW, f"有音轨而全程无声（{_tracks(film)}），请人工核对有无配音或解说")
    silent = spans(long_ones(sound.silent, limits.silence_s))
    if sound.silent_share >= limits.silent_share:
        where = f"：{silent}" if silent else ""
        return Verdict(Outcome.REVIEW, f"全片 {sound.silent_share:.0%} 的时间无声{where}，请人工核对有无配音或解说")
    helps = f"；无声：{silent}" if silent else ""
    return _to_hear(film, f"{_from_where(sound, length)}{helps}")


def _mute(sound: Sound, quiet_db: float) -> bool:
    return sound.silent_share >= _WHOLE or (sound.peak_db is not None and sound.peak_db <= quiet_db)


def _to_hear(film: VideoFacts, helps: str) -> Verdict:
    tracks = f"有 {len(film.audio)} 条音轨（{_tracks(film)}）"
    return Verdict(Outcome.MANUAL, f"{tracks}；请听辨配音、解说是否为普通话{helps}")


def _tracks(film: VideoFacts) -> str:
    return "；".join(_track(one) for one in film.audio[:3])


def _from_where(sound: Sound, length: float) -> str:
    """Where the longest stretch begins in which something is heard, if it is not the whole film."""
    heard = _heard(sound.silent, min(sound.ends_s or length, length))
    if not heard or not sound.silent:
        return ""
    longest = max(heard, key=lambda one: one.length_s)
    return f"，可从{at(longest.start_s)}听起"


def _heard(silent: Sequence[Stretch], length: float) -> list[Stretch]:
    """What lies between the silences."""
    edges = [
        0.0,
        *(edge for one in sorted(silent, key=lambda s: s.start_s) for edge in (one.start_s, one.end_s)),
        length,
    ]
    between = zip(edges[::2], edges[1::2], strict=True)
    return [Stretch(start_s=start, end_s=end) for start, end in between if end > start]


def _track(audio: AudioTrack) -> str:
    words = [audio.codec or "编码未知"]
    if audio.channels:
        words.append(f"{audio.channels} 声道")
    if audio.duration_s is not None and math.isfinite(audio.duration_s) and audio.duration_s >= 0:
        words.append(clock(audio.duration_s))
    return " ".join(words)
