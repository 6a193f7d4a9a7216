"""Whether a film is whole: its index, its data to the end, its pictures and its sound."""

from __future__ import annotations

from ingest.config import Config, ReadableRule
from ingest.model import Kind, Material, Outcome, Verdict, Work
from ingest.rules.says import clock
from ingest.rules.watching import at, film_of, long_ones, shown, span, spans, unwatched, watched_of
from parsers.facts import BROKEN_REASONS, Broken, VideoFacts, Watched
from parsers.filmfacts import Damage, Stretch

_MEASURED = frozenset({"empty", "cut-off", "no-index", "no-picture"})
"""Reasons that were read off the file itself. Of others only our own tools say that they could not open it."""

_SPOILT = frozenset({"cut-off", "hole", "undecodable"})
"""Damage that every player shows. The rest may be how the film was meant."""

_MOST = 4
"""Places named in one sentence; more are counted."""


def readable(work: Work, limits: ReadableRule, config: Config) -> Verdict:
    """The film is whole from start to end: index, packets, sampled pictures. What breaks off is told with its second.

    What we could not look through to the end, sound that stops early and single pictures in doubt are for a person.
    """
    material = work.in_force(Kind.VIDEO)
    if material is not None and not isinstance(material.part.facts, VideoFacts):
        return _closed(material)
    film = film_of(work)
    return unwatched(film, config) or _seen(film, watched_of(film), limits)


def cannot_be_opened(film: Material) -> bool:
    """It was read off the file that it cannot be opened, for which `readable` fails it."""
    facts = film.part.facts
    return isinstance(facts, Broken) and facts.reason in _MEASURED and not film.part.quarantined


def _closed(material: Material) -> Verdict:
    """Of a film that could not be opened at all: why, and how far it goes."""
    facts, name = material.part.facts, material.part.name
    if material.part.quarantined:
        return Verdict(Outcome.NA, f"视频“{name}”不能打开，未检查")
    if not isinstance(facts, Broken):
        return Verdict(Outcome.REVIEW, f"视频“{name}”未能识别，请人工播放核对")
    if not cannot_be_opened(material):
        return Verdict(Outcome.REVIEW, f"视频“{name}”未能打开，请人工播放核对：{facts.sentence}")
    return Verdict(Outcome.FAIL, f"视频“{name}”无法打开：{facts.sentence}{_how_far(facts)}")


def _how_far(facts: Broken) -> str:
    """Up to which second it plays, as far as that is known."""
    if facts.at_s is None:
        return ""
    whole = f"，完整时长应为 {clock(facts.of_s)}" if facts.of_s is not None else ""
    return f"，数据只到{at(facts.at_s)}{whole}"


def _seen(film: VideoFacts, watched: Watched, limits: ReadableRule) -> Verdict:
    """Of a film that was opened and looked through."""
    spoilt = [damage for damage in watched.damage if damage.what in _SPOILT]
    doubtful = [_damaged(film, watched, damage) for damage in watched.damage if damage.what not in _SPOILT]
    pictures = shown(watched, "damage", [damage.at_s for damage in watched.damage])
    if spoilt:
        said = _listed([_damaged(film, watched, damage) for damage in spoilt])
        return Verdict(Outcome.FAIL, f"视频不完整或有损坏：{said}", pictures)
    if watched.errors and not doubtful:
        doubtful.append(f"解码 {watched.pictures + watched.errors:,} 个画面，{watched.errors:,} 个出错")
    if watched.problem:
        doubtful.append(f"程序未能看完（{BROKEN_REASONS.get(watched.problem, BROKEN_REASONS['unreadable'])}）")
    elif not watched.pictures:
        doubtful.append("没有一个画面能够解码")
    notes = _notes(watched, limits)
    if doubtful:
        return Verdict(Outcome.REVIEW, f"请播放核对：{_listed(doubtful)}{notes}", pictures)
    whole = f"从头到尾完整：画面数据共 {watched.packets:,} 帧，解码查看 {watched.pictures:,} 个画面，均无错误"
    return Verdict(Outcome.PASS, f"{whole}{notes}", _of_notes(watched, limits))


def _damaged(film: VideoFacts, watched: Watched, damage: Damage) -> str:
    """What is not whole, and where."""
    place = at(damage.at_s)
    if damage.until_s is not None and damage.until_s > damage.at_s:
        place = span(Stretch(start_s=damage.at_s, end_s=damage.until_s))
    length = film.duration_s if damage.what in ("cut-off", "short") else watched.duration_s or film.duration_s
    of = clock(max(length, 0.0)) if length is not None else ""
    match damage.what:
        case "cut-off":
            return f"数据在{at(damage.at_s)}处中断" + (f"，完整时长应为 {of}" if of else "")
        case "hole":
            return f"{place}的数据丢失"
        case "undecodable":
            return f"{place}的画面无法解码"
        case "picture-ends":
            return f"画面到{at(damage.at_s)}为止，声音仍在继续"
        case "audio-ends":
            return f"声音到{at(damage.at_s)}为止，画面到 {of}" if of else f"声音到{at(damage.at_s)}为止"
        case "short":
            return f"文件头标明时长 {of}，画面只到{at(damage.at_s)}" if of else f"画面只到{at(damage.at_s)}"


def _listed(said: list[str]) -> str:
    more = f"；等 {len(said)} 处" if len(said) > _MOST else ""
    return "；".join(said[:_MOST]) + more


def _notes(watched: Watched, limits: ReadableRule) -> str:
    """Long black and frozen stretches: a person knows whether they are meant."""
    said = [
        f"{word}{spans(found)}"
        for word, stretches in (("黑场：", watched.black), ("画面静止：", watched.frozen))
        if (found := long_ones(stretches, limits.stretch_s))
    ]
    return f"。另见{'；'.join(said)}" if said else ""


def _of_notes(watched: Watched, limits: ReadableRule) -> tuple[str, ...]:
    black, frozen = long_ones(watched.black, limits.stretch_s), long_ones(watched.frozen, limits.stretch_s)
    return (*(shown(watched, "black") if black else ()), *(shown(watched, "frozen") if frozen else ()))
