"""What rules on a watched film share: whether it was watched, when something is seen, which pictures show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ingest.config import Config
from ingest.model import Outcome, Verdict, Work
from ingest.rules.says import clock
from ingest.shots import shot_name
from parsers.facts import BROKEN_REASONS, VideoFacts, Watched
from parsers.filmfacts import ScreenText, Shot, Stretch, What

MOST = 3
"""Pictures named by one finding, and stretches named in one sentence."""


def film_of(work: Work) -> VideoFacts:
    """The film in force. ValueError if there is none that could be opened: a rule is not asked then."""
    film = work.video
    if film is None:
        raise ValueError("asked about a film that is not there")
    return film


def unwatched(film: VideoFacts, config: Config) -> Verdict | None:
    """What is said of a film that nobody has looked at yet, None of one that was."""
    if film.watched is not None:
        return None
    if not config.analysis.watch:
        return Verdict(Outcome.NA, "未检查：按配置不查看视频的画面和声音（analysis.watch）")
    return Verdict(Outcome.PENDING, "视频已取得，画面和声音尚未查看，下次运行时继续")


def watched_of(film: VideoFacts) -> Watched:
    """What was seen of it. ValueError if it was not watched: `unwatched` says so before."""
    if film.watched is None:
        raise ValueError("asked what was seen of a film that was not watched")
    return film.watched


def not_seen(watched: Watched, what: str) -> Verdict:
    """Of something that was not looked for, since we gave up before: for a person."""
    reason = BROKEN_REASONS.get(watched.problem, "")
    return Verdict(Outcome.REVIEW, f"程序未能查看{what}{f'（{reason}）' if reason else ''}，请人工核对")


def at(seconds: float) -> str:
    """A moment of a film: 第 3.2 秒, 第 1分20秒."""
    seconds = max(seconds, 0.0)
    said = clock(seconds)
    return f"第 {said.removesuffix('秒')} 秒" if "分" not in said else f"第 {said}"


def span(stretch: Stretch) -> str:
    """A stretch of a film, and how long it is."""
    return f"{at(stretch.start_s)}至{at(stretch.end_s)}（{clock(stretch.length_s)}）"


def spans(stretches: Sequence[Stretch]) -> str:
    """The longest ones, in order of time, and how many more there are."""
    longest = sorted(sorted(stretches, key=lambda one: -one.length_s)[:MOST], key=lambda one: one.start_s)
    more = f"等 {len(stretches)} 处" if len(stretches) > MOST else ""
    return "、".join(span(one) for one in longest) + more


def long_ones(stretches: Iterable[Stretch], least_s: float) -> list[Stretch]:
    """Those that last at least so many seconds."""
    return [one for one in stretches if one.length_s >= least_s]


def texts_shown(watched: Watched, texts: Iterable[ScreenText], what: What) -> tuple[str, ...]:
    """Names of the pictures in which these lines are read; without any, those that were kept of `what`."""
    digests = dict.fromkeys(text.picture for text in texts if text.picture)
    shots = [shot for digest in digests for shot in _of_digest(watched, digest, what)]
    return _names(shots) or shown(watched, what)


def shown(watched: Watched, what: What, near: Sequence[float] = ()) -> tuple[str, ...]:
    """Names of the pictures that were kept of `what`; near: seconds, the nearest to each of them first."""
    shots = [shot for shot in watched.shots if shot.what == what]
    if near:
        nearest = [min(shots, key=lambda shot, s=s: abs(shot.at_s - s)) for s in near] if shots else []  # type: ignore[misc]
        shots = [*nearest, *shots]
    return _names(shots)


def _of_digest(watched: Watched, digest: str, what: What) -> list[Shot]:
    found = [shot for shot in watched.shots if shot.sha256 == digest]
    return sorted(found, key=lambda shot: shot.what != what)[:1]


def _names(shots: Iterable[Shot]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(shot_name(shot) for shot in shots))[:MOST]
