"""What was measured of the film, against the notice; and what a person must watch."""

from __future__ import annotations

import math

from ingest.config import (
    AspectRule,
    Config,
    ContainerRule,
    ContentRule,
    DurationRule,
    ResolutionRule,
    SizeRule,
)
from ingest.model import Kind, Outcome, Verdict, Work
from ingest.rules.says import clock, minutes, quote, weight
from ingest.rules.watching import film_of, shown, spans, watched_of
from parsers.endings import belied
from parsers.facts import VideoFacts
from parsers.filmfacts import Stretch

_EDGE_S = 0.5
"""Seconds from either end within which a black stretch is the film's beginning or end."""

_ISO_FAMILY = frozenset({"mp4", "mov", "m4v"})


def container(work: Work, limits: ContainerRule, config: Config) -> Verdict:
    """MP4 by its major brand, whatever the name says; a brand in neither list is for a person."""
    film = film_of(work)
    brand = film.brand.strip()
    found = film.container.upper() or "未知"
    if film.container.lower() not in _ISO_FAMILY:
        return Verdict(Outcome.FAIL, f"视频格式为 {found}{_belied(work)}；要求 MP4")
    if brand in {b.strip() for b in limits.brands}:
        return Verdict(Outcome.PASS, f"视频格式为 MP4（品牌标识 {brand}）")
    if brand in {b.strip() for b in limits.mov_brands} or (not brand and film.container.lower() == "mov"):
        return Verdict(Outcome.FAIL, f"视频格式为 MOV（品牌标识 {brand or '无'}）；要求 MP4")
    return Verdict(Outcome.REVIEW, f"视频格式为 {found}，品牌标识 {quote(brand)} 不在已知之列，请人工确认是否为 MP4")


def _belied(work: Work) -> str:
    """That the film's name promises another format than it has, "" if it does not."""
    material = work.in_force(Kind.VIDEO)
    said = belied(material.part.name, material.part.format) if material else ""
    return f"（扩展名却是 .{said}）" if said else ""


def duration(work: Work, limits: DurationRule, config: Config) -> Verdict:
    """Within the bounds, by the picture stream: a container may run longer than its pictures.

    The pictures' own times count where the header says otherwise; one whose pictures are long enough only with the
    black before or after them is for a person.
    """
    film = film_of(work)
    length, note = _length(film, limits.doubt_s)
    wanted = f"要求 {minutes(limits.min_s, limits.max_s)}"
    if length is None:
        return Verdict(Outcome.REVIEW, f"未能测出画面时长，请人工核对；{wanted}")
    evidence = f"时长 {clock(length)}{note}；{wanted}"
    if limits.min_s <= length <= limits.max_s:
        return _without_black(film, length, evidence, limits)
    if limits.min_s - limits.doubt_s <= length <= limits.max_s + limits.doubt_s:
        return Verdict(Outcome.REVIEW, f"{evidence}，相差在 {limits.doubt_s:g} 秒以内，请人工认定")
    return Verdict(Outcome.FAIL, evidence)


def _length(film: VideoFacts, differs_s: float) -> tuple[float | None, str]:
    """Seconds of the pictures, None if nobody could tell; and what is said where header and pictures disagree.

    Of a film whose data breaks off the header's length is that of the whole film, which is judged.
    """
    header, watched = _sound(film.duration_s), film.watched
    measured = _sound(watched.duration_s) if watched is not None and not watched.problem else None
    cut = watched is not None and any(damage.what == "cut-off" for damage in watched.damage)
    if measured is None or (cut and header is not None):
        return header, ""
    if header is None or abs(header - measured) <= differs_s:
        return (measured if header is None else header), ""
    return measured, f"（按画面实测；文件头标明 {clock(header)}，与画面不符）"


def _sound(seconds: float | None) -> float | None:
    """A length that can be one."""
    return seconds if seconds is not None and math.isfinite(seconds) and seconds >= 0 else None


def _without_black(film: VideoFacts, length: float, evidence: str, limits: DurationRule) -> Verdict:
    """Long enough also without the black at its ends, as far as that was looked at."""
    ends = [one for one in film.watched.black if _at_an_end(one, length)] if film.watched is not None else []
    rest = length - sum(one.length_s for one in ends)
    if not ends or rest >= limits.min_s - limits.doubt_s:
        return Verdict(Outcome.PASS, evidence)
    said = f"{evidence}；首尾黑场：{spans(ends)}，除去后只有 {clock(max(rest, 0.0))}，请人工认定"
    return Verdict(Outcome.REVIEW, said, shown(watched_of(film), "black"))


def _at_an_end(black: Stretch, length: float) -> bool:
    return black.start_s <= _EDGE_S or black.end_s >= length - _EDGE_S


def aspect(work: Work, limits: AspectRule, config: Config) -> Verdict:
    """The picture as shown, pixel aspect and rotation counted in, has the wanted proportions."""
    film = film_of(work)
    wanted = f"要求 {limits.width}:{limits.height} 横版"
    shape = film.display_aspect
    if not math.isfinite(shape) or shape <= 0:
        return Verdict(Outcome.NA, f"未能测出画面宽高比，未检查；{wanted}")
    turned = f"，带旋转 {film.rotation} 度" if film.rotation else ""
    evidence = f"显示画面 {_shown(film)}，宽高比 {_ratio(film)}{turned}；{wanted}"
    off = abs(shape * limits.height / limits.width - 1)
    return Verdict(Outcome.PASS if off <= limits.tolerance else Outcome.FAIL, evidence)


def resolution(work: Work, limits: ResolutionRule, config: Config) -> Verdict:
    """Enough pixels as shown on the longer and on the shorter side; which side is up is the business of `aspect`."""
    film = film_of(work)
    long, short = max(film.shown_width, film.shown_height), min(film.shown_width, film.shown_height)
    wanted = f"要求长边不低于 {limits.min_long_px}、短边不低于 {limits.min_short_px} 像素"
    if short <= 0:
        return Verdict(Outcome.NA, f"未能测出画面尺寸，未检查；{wanted}")
    enough = long >= limits.min_long_px and short >= limits.min_short_px
    return Verdict(Outcome.PASS if enough else Outcome.FAIL, f"显示画面 {_shown(film)}；{wanted}")


def size(work: Work, limits: SizeRule, config: Config) -> Verdict:
    """Bytes of the file within the bounds, both included."""
    found = film_of(work).size
    fits = limits.min_bytes <= found <= limits.max_bytes
    least, most = f"{limits.min_bytes / 10**6:g} MB", f"{limits.max_bytes / 2**20:g} MiB"
    wanted = f"要求 {least}–{most}（{limits.min_bytes:,}–{limits.max_bytes:,} 字节）"
    return Verdict(Outcome.PASS if fits else Outcome.FAIL, f"大小 {weight(found)}；{wanted}")


def content(work: Work, limits: ContentRule, config: Config) -> Verdict:
    """Theme and quality, for a person; the form's own summary beside it."""
    summary = work.field("summary")
    helps = f"；简介：{quote(summary)}" if summary else ""
    return Verdict(Outcome.MANUAL, f"请人工观看核对：{'、'.join(limits.look_for)}{helps}")


def _shown(film: VideoFacts) -> str:
    return f"{film.shown_width}×{film.shown_height}"


def _ratio(film: VideoFacts) -> str:
    """As a small whole ratio where it is one, else to one."""
    common = math.gcd(film.shown_width, film.shown_height) or 1
    wide, high = film.shown_width // common, film.shown_height // common
    return f"{wide}:{high}" if 0 < wide <= 64 and 0 < high <= 64 else f"{film.display_aspect:.4g}:1"
