"""A film as `kepu inspect` tells it: the record for programs, the lines for people. Texts are Chinese."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ingest.shots import shot_name
from ingest.views import Record
from ingest.views.filmmarks import DAMAGE_WORDS
from ingest.views.words import duration_text, size_text
from parsers.facts import BROKEN_REASONS, VideoFacts
from parsers.film.clip import plays_in_browser
from parsers.filmfacts import Bars, ScreenText, Stretch, Watched

_MANY = 12
"""Lines of one kind that are shown; `--json` has them all."""
_FAINT_DB = -90.0
_SCRIPTS = {
    "simplified": "简体",
    "traditional": "繁体",
    "mixed": "简体、繁体都有",
    "other": "不是中文",
    "none": "",
}
_STEPS = {
    "walk": "通读",
    "sound": "听音",
    "decode": "解码",
    "text": "认字",
    "prints": "指纹",
    "pictures": "留图",
    "bars": "黑边",
    "stretches": "黑场静止",
}


def film_record(kind: str, facts: VideoFacts, pictures: Sequence[Path] = ()) -> Record:
    """What a film is, and what was seen and heard of it; null where nobody has looked. pictures: files written."""
    seen = facts.watched
    record: Record = {"kind": kind} | facts.model_dump(mode="json", exclude={"fact", "watched"})
    record |= {"plays_in_browser": plays_in_browser(facts), "bars": None, "opening_text": None, "closing_text": None}
    record |= {"subtitles": None, "problem": None}
    if seen is None:
        return record
    said = seen.model_dump(mode="json", exclude={"fact", "shots", "clip", "no_clip", "tools", "duration_s"})
    return record | {
        **said,
        "opening_text": _text(seen, "opening"),
        "closing_text": _text(seen, "closing"),
        "played_s": seen.duration_s,
        "pictures_decoded": seen.pictures,
        "pictures": [str(path) for path in pictures],
        "tools": {**facts.tools, **seen.tools},
    }


def write_pictures(seen: Watched, folder: Path) -> list[Path]:
    """The pictures kept, under the names they have in a work's folder; those whose files are there."""
    kept = [(shot_name(shot), Path(shot.path)) for shot in seen.shots if shot.path]
    there = [(name, path) for name, path in kept if path.is_file()]
    if there:
        folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, path in there:
        target = folder / f"{name}.jpg"
        target.write_bytes(path.read_bytes())
        written.append(target)
    return written


def _text(seen: Watched, stage: str) -> str:
    """What stands on the screen at an end, each line once, in the order in which it comes."""
    lines = sorted((one for one in seen.texts if one.stage == stage), key=lambda one: (one.from_s, one.box.top))
    return "\n".join(dict.fromkeys(one.text for one in lines))


# for people


def film_lines(facts: VideoFacts, pictures: Sequence[Path] = ()) -> Iterator[tuple[str, list[str]]]:
    """Name and what is said of it, in order; several lines stand below the name."""
    seen = facts.watched
    yield "封装格式", [f"{facts.container}（{facts.brand}）" if facts.brand else facts.container]
    yield "时长", [duration_text(facts.duration_s)]
    depth = f"，{facts.bit_depth} 位" if facts.bit_depth and facts.bit_depth > 8 else ""
    rate = f"，{facts.frame_rate:g} 帧/秒" if facts.frame_rate else ""
    shown = f"{facts.shown_width}×{facts.shown_height}（宽高比 {facts.display_aspect:.3f}）"
    turned = f"，旋转 {facts.rotation}°" if facts.rotation else ""
    yield "画面", [f"{shown}，{facts.codec} {facts.profile}{depth}{rate}{turned}"]
    yield "声音", [_sounds(facts)]
    yield "大小", [f"{size_text(facts.size)}（{facts.size} 字节）"]
    yield "浏览器播放", ["可以" if plays_in_browser(facts) else "不能，审查时另有预览"]
    if seen is not None:
        yield from _seen(seen)
    if pictures:
        yield f"画面图片（{len(pictures)} 张）", [str(path) for path in pictures]


def _sounds(facts: VideoFacts) -> str:
    tracks = [f"{one.codec} {one.channels or '？'} 声道" for one in facts.audio]
    return "；".join(tracks) or "没有声音"


def _seen(seen: Watched) -> Iterator[tuple[str, list[str]]]:
    if seen.problem:
        yield "未看完", [BROKEN_REASONS.get(seen.problem, BROKEN_REASONS["unreadable"])]
    yield "完整性", [f"{_damage(one.what)}：{_when(one.at_s, one.until_s)}" for one in seen.damage] or ["没有发现损坏"]
    yield "黑边", [_bars(seen.bars)]
    yield "片头文字", _lines([one for one in seen.texts if one.stage == "opening"])
    yield "片尾文字", _lines([one for one in seen.texts if one.stage == "closing"])
    yield "字幕", _subtitles(seen)
    for name, stretches in (("黑场", seen.black), ("静止", seen.frozen)):
        yield name, _stretches(stretches)
    if seen.sound is not None and seen.sound.tracks:
        peak = seen.sound.peak_db
        loud = f"最响 {peak:.0f} dB" if peak is not None and peak > _FAINT_DB else "自始至终没有声音"
        yield "无声", [f"占 {seen.sound.silent_share:.0%}，{loud}", *_stretches(seen.sound.silent, none=())]
    yield "查看用时", [_took(seen)]


def _damage(what: str) -> str:
    return DAMAGE_WORDS.get(what, what)


def _bars(bars: Bars | None) -> str:
    if bars is None or not bars.sure:
        return "不能确定"
    if not bars.any:
        return "没有"
    return f"上 {bars.top}、下 {bars.bottom}、左 {bars.left}、右 {bars.right} 像素"


def _lines(texts: Sequence[ScreenText]) -> list[str]:
    found = sorted(texts, key=lambda one: (one.from_s, one.box.top))
    said = [f"{_clock(one.best_s)} {one.text}（{one.confidence:.0%}）" for one in found[:_MANY]]
    more = [f"（共 {len(found)} 行，其余略）"] if len(found) > _MANY else []
    return [*said, *more] or ["没有读到"]


def _subtitles(seen: Watched) -> list[str]:
    found = seen.subtitles
    if found is None or found.share is None:
        return ["没有查看"]
    if not found.lines:
        return ["没有读到"]
    script = f"，{_SCRIPTS[found.script]}" if _SCRIPTS[found.script] else ""
    only = f"，繁体字：{found.traditional[:_MANY]}" if found.traditional else ""
    return [f"约占 {found.share:.0%} 的时间{script}{only}", *_lines(found.lines)]


def _stretches(stretches: Sequence[Stretch], none: Sequence[str] = ("没有",)) -> list[str]:
    said = [f"{_clock(one.start_s)}–{_clock(one.end_s)}（{one.length_s:.1f} 秒）" for one in stretches[:_MANY]]
    more = [f"（共 {len(stretches)} 段，其余略）"] if len(stretches) > _MANY else []
    return [*said, *more] or list(none)


def _took(seen: Watched) -> str:
    steps: Any = ((_STEPS.get(step, step), took) for step, took in seen.core_s.items())
    said = "，".join(f"{name} {took:.1f}" for name, took in steps)
    return f"{sum(seen.core_s.values()):.1f} 核秒（{said}）；解码画面 {seen.pictures} 帧"


def _when(at_s: float, until_s: float | None) -> str:
    return _clock(at_s) if until_s is None else f"{_clock(at_s)}–{_clock(until_s)}"


def _clock(at_s: float) -> str:
    """Minutes, seconds and tenths: 00:03.5."""
    tenths = round(max(at_s, 0.0) * 10)
    return f"{tenths // 600:02d}:{tenths % 600 // 10:02d}.{tenths % 10}"
