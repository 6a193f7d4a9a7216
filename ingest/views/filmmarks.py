"""The film as the review page shows it: what plays, and which places in it are worth seeing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from ingest.model import Kind, Work
from ingest.names import fold
from ingest.views.words import duration_text, size_text
from parsers.facts import BROKEN_REASONS, Broken, VideoFacts
from parsers.film.clip import plays_in_browser
from parsers.filmfacts import Damage, ScreenText, Stretch, Watched
from reports.dossier import DossierFilm, DossierMark

MOST_MARKS = 40
"""Marks on one time line; of stretches the longest are kept."""
_SHORT = 24
"""Characters of what was read on the screen, in a mark."""

NO_CLIP_WORDS = {
    "too-slow": "用时过长",
    "too-big": "占用内存过多",
    "too-large": "文件过大",
    "unreadable": "画面无法解码",
    "crashed": "程序异常中止",
}
"""Why there is no preview of a film that a browser cannot play."""

DAMAGE_WORDS = {
    "cut-off": "数据到此为止",
    "hole": "数据缺失",
    "undecodable": "画面损坏",
    "audio-ends": "声音到此结束",
    "picture-ends": "画面到此结束",
    "short": "比标明的短",
}


def film_of(work: Work, path: str, clip: str) -> DossierFilm:
    """The film in force. path: of its file beside the page, "" if it is not there; clip: of its preview."""
    material = work.in_force(Kind.VIDEO)
    if material is None:
        return DossierFilm()
    facts = material.part.facts
    if isinstance(facts, Broken):
        return DossierFilm(path=path, notes=_broken(facts))
    if not isinstance(facts, VideoFacts):
        return DossierFilm(path=path)
    watched = facts.watched
    length = _sane(facts.duration_s) or _sane(watched.duration_s if watched else None)
    return DossierFilm(
        path=path,
        plays=clip or (path if plays_in_browser(facts) else ""),
        length_s=length,
        marks=marks_of(work.title, watched, length) if watched else (),
        notes=_notes(watched),
        facts=_facts(facts),
    )


def marks_of(title: str, watched: Watched, length_s: float) -> tuple[DossierMark, ...]:
    """The places worth seeing, in order of time; none lies beyond the film."""
    texts = [one for one in (_title(title, watched.texts), _credits(watched.texts), *_subtitles(watched)) if one]
    spans = [*_stretches("black", "黑场", watched.black), *_stretches("frozen", "静止画面", watched.frozen)]
    spans += _stretches("silent", "无声", watched.sound.silent if watched.sound else ())
    spans.sort(key=lambda mark: mark.at_s - (mark.until_s or mark.at_s))
    faults = [*_bars(watched), *map(_damage, watched.damage[:MOST_MARKS])]
    found = [*texts, *faults, *spans][:MOST_MARKS]
    kept = [mark for one in found if (mark := _within(one, length_s))]
    return tuple(sorted(kept, key=lambda mark: mark.at_s))


def _within(mark: DossierMark, length_s: float) -> DossierMark | None:
    """The mark with times a player can go to; None for one that has none."""
    if not math.isfinite(mark.at_s) or mark.at_s < 0:
        return None
    end = length_s or math.inf
    until = mark.until_s if mark.until_s is not None and math.isfinite(mark.until_s) else None
    return DossierMark(mark.kind, mark.label, min(mark.at_s, end), min(until, end) if until is not None else None)


def _title(title: str, texts: Sequence[ScreenText]) -> DossierMark | None:
    """Where the opening shows the title; else the longest line it shows."""
    from rapidfuzz.fuzz import ratio

    opening = [text for text in texts if text.stage == "opening" and text.text.strip()]
    if not opening:
        return None
    mine = fold(title)
    best = max(opening, key=lambda text: (ratio(mine, fold(text.text)) if mine else 0, len(text.text)))
    word = "片名" if mine and ratio(mine, fold(best.text)) >= 60 else "片头文字"
    return DossierMark("title", f"{word}“{_cut(best.text)}”", best.best_s)


def _credits(texts: Sequence[ScreenText]) -> DossierMark | None:
    legible = [text for text in texts if text.stage == "closing" and len(fold(text.text)) > 2]
    closing = sorted(legible, key=lambda text: text.from_s)
    if not closing:
        return None
    return DossierMark("credits", f"片尾文字“{_cut(' '.join(text.text for text in closing[:3]))}”", closing[0].from_s)


def _subtitles(watched: Watched) -> Iterator[DossierMark]:
    """The first subtitle, and the first that has a Traditional character."""
    lines = watched.subtitles.lines if watched.subtitles else ()
    if lines:
        yield DossierMark("subtitle", f"字幕“{_cut(lines[0].text)}”", lines[0].best_s)
    odd = set(watched.subtitles.traditional) if watched.subtitles else set()
    if first := next((line for line in lines if odd & set(line.text)), None):
        yield DossierMark("subtitle", f"繁体字“{_cut(first.text)}”", first.best_s)


def _stretches(kind: str, word: str, found: Sequence[Stretch]) -> list[DossierMark]:
    return [DossierMark(kind, f"{word} {one.length_s:.0f} 秒", one.start_s, one.end_s) for one in found]


def _bars(watched: Watched) -> list[DossierMark]:
    shot = watched.shot("bars")
    return [DossierMark("bars", "黑边", shot.at_s)] if shot and watched.bars and watched.bars.any else []


def _damage(one: Damage) -> DossierMark:
    return DossierMark("damage", DAMAGE_WORDS[one.what], one.at_s, one.until_s)


def _notes(watched: Watched | None) -> tuple[str, ...]:
    if watched is None:
        return ("程序还没有看这部视频，标记和画面要等下次运行。",)
    if watched.problem:
        return (f"没有看到最后：{BROKEN_REASONS.get(watched.problem, BROKEN_REASONS['unreadable'])}。",)
    if watched.no_clip:
        why = NO_CLIP_WORDS.get(watched.no_clip, NO_CLIP_WORDS["crashed"])
        return (f"浏览器放不了这部视频，预览没有做成（{why}），请用播放器打开原片。",)
    return ()


def _broken(facts: Broken) -> tuple[str, ...]:
    """Why it cannot be opened, and how far it goes."""
    said = [f"{facts.sentence}。"]
    if facts.at_s is not None and math.isfinite(facts.at_s):
        whole = f"，应有 {duration_text(facts.of_s)}" if facts.of_s and math.isfinite(facts.of_s) else ""
        said.append(f"可以播放到 {duration_text(facts.at_s)}{whole}。")
    return tuple(said)


def _facts(video: VideoFacts) -> tuple[tuple[str, str], ...]:
    """What was measured of the film."""
    sound = "、".join(track.codec for track in video.audio) or "无"
    rate = f"{video.frame_rate:g} 帧/秒" if video.frame_rate else ""
    return (
        ("时长", duration_text(_sane(video.duration_s) or None)),
        ("画面", f"{video.shown_width}×{video.shown_height} {video.codec} {rate}".strip()),
        ("声音", sound),
        ("格式", f"{video.container}（{video.brand.strip()}）" if video.brand.strip() else video.container),
        ("大小", f"{size_text(video.size)}（{video.size:,} 字节）"),
    )


def _sane(seconds: float | None) -> float:
    """A length a page can draw; 0 for none."""
    return seconds if seconds is not None and math.isfinite(seconds) and 0 < seconds < 1e6 else 0.0


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else line[:_SHORT] + "…"
