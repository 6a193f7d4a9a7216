"""What was measured of the film, against the notice; and what a person must watch and hear."""

from __future__ import annotations

import math

from ingest.config import (
    AspectRule,
    Config,
    ContainerRule,
    ContentRule,
    DurationRule,
    ResolutionRule,
    RuleTable,
    SizeRule,
)
from ingest.model import Kind, Outcome, Verdict, Work
from ingest.rules.says import clock, minutes, quote, weight
from parsers.endings import belied
from parsers.facts import AudioTrack, VideoFacts

_ISO_FAMILY = frozenset({"mp4", "mov", "m4v"})


def container(work: Work, limits: ContainerRule, config: Config) -> Verdict:
    """MP4 by its major brand, whatever the name says; a brand in neither list is for a person."""
    film = _film(work)
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
    """Within the bounds, by the picture stream: a container may run longer than its pictures."""
    length = _film(work).duration_s
    wanted = f"要求 {minutes(limits.min_s, limits.max_s)}"
    if length is None or not math.isfinite(length) or length < 0:
        return Verdict(Outcome.REVIEW, f"未能测出画面时长，请人工核对；{wanted}")
    evidence = f"时长 {clock(length)}；{wanted}"
    if limits.min_s <= length <= limits.max_s:
        return Verdict(Outcome.PASS, evidence)
    if limits.min_s - limits.doubt_s <= length <= limits.max_s + limits.doubt_s:
        return Verdict(Outcome.REVIEW, f"{evidence}，相差在 {limits.doubt_s:g} 秒以内，请人工认定")
    return Verdict(Outcome.FAIL, evidence)


def aspect(work: Work, limits: AspectRule, config: Config) -> Verdict:
    """The picture as shown, pixel aspect and rotation counted in, has the wanted proportions."""
    film = _film(work)
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
    film = _film(work)
    long, short = max(film.shown_width, film.shown_height), min(film.shown_width, film.shown_height)
    wanted = f"要求长边不低于 {limits.min_long_px}、短边不低于 {limits.min_short_px} 像素"
    if short <= 0:
        return Verdict(Outcome.NA, f"未能测出画面尺寸，未检查；{wanted}")
    enough = long >= limits.min_long_px and short >= limits.min_short_px
    return Verdict(Outcome.PASS if enough else Outcome.FAIL, f"显示画面 {_shown(film)}；{wanted}")


def size(work: Work, limits: SizeRule, config: Config) -> Verdict:
    """Bytes of the file within the bounds, both included."""
    found = _film(work).size
    fits = limits.min_bytes <= found <= limits.max_bytes
    least, most = f"{limits.min_bytes / 10**6:g} MB", f"{limits.max_bytes / 2**20:g} MiB"
    wanted = f"要求 {least}–{most}（{limits.min_bytes:,}–{limits.max_bytes:,} 字节）"
    return Verdict(Outcome.PASS if fits else Outcome.FAIL, f"大小 {weight(found)}；{wanted}")


def narration(work: Work, limits: RuleTable, config: Config) -> Verdict:
    """Sound is there; that it is the standard language a person must hear."""
    film = _film(work)
    if not film.audio:
        return Verdict(Outcome.REVIEW, "视频没有音轨，请人工核对有无配音或解说")
    tracks = "；".join(_track(a) for a in film.audio[:3])
    return Verdict(Outcome.MANUAL, f"有 {len(film.audio)} 条音轨（{tracks}）；请听辨配音、解说是否为普通话")


def content(work: Work, limits: ContentRule, config: Config) -> Verdict:
    """Theme and quality, for a person; the form's own summary beside it."""
    summary = work.field("summary")
    helps = f"；简介：{quote(summary)}" if summary else ""
    return Verdict(Outcome.MANUAL, f"请人工观看核对：{'、'.join(limits.look_for)}{helps}")


def _film(work: Work) -> VideoFacts:
    film = work.video
    if film is None:
        raise ValueError("asked about a film that is not there")
    return film


def _shown(film: VideoFacts) -> str:
    return f"{film.shown_width}×{film.shown_height}"


def _ratio(film: VideoFacts) -> str:
    """As a small whole ratio where it is one, else to one."""
    common = math.gcd(film.shown_width, film.shown_height) or 1
    wide, high = film.shown_width // common, film.shown_height // common
    return f"{wide}:{high}" if 0 < wide <= 64 and 0 < high <= 64 else f"{film.display_aspect:.4g}:1"


def _track(audio: AudioTrack) -> str:
    words = [audio.codec or "编码未知"]
    if audio.channels:
        words.append(f"{audio.channels} 声道")
    if audio.duration_s is not None and math.isfinite(audio.duration_s) and audio.duration_s >= 0:
        words.append(clock(audio.duration_s))
    return " ".join(words)
