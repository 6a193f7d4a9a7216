"""In what two works are alike. Names identify; a shared phone or address only supports what a name says."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ingest.config import Config
from ingest.entrants import AUTHOR, SURE, key_of
from ingest.model import Entrant, Likeness, Twins
from ingest.names import body, fold, same_body, same_title
from ingest.rules.watching import at
from ingest.shots import shot_name

_ONE_BODY, _PERHAPS = 0.9, 0.6
"""Likeness of two names of bodies from which they are one, and from which a person is asked."""


FilmPairs = Mapping[tuple[str, str], Twins]
"""Digests of two films, in order, to in what they are alike."""


def likenesses(
    one: Entrant, other: Entrant, config: Config, common: Collection[str] = (), twins: FilmPairs | None = None
) -> tuple[Likeness, ...]:
    """In what `one` is like `other`, by rule; the same the other way round. Works that do not count are like none.

    common: keys of names so frequent among the works that a name alone tells nothing. twins: films that look alike.
    """
    if one.id == other.id or not (one.counts and other.counts):
        return ()
    film, picture = same_film(one, other, twins or {})
    found = {
        "one-per-entity": _entity(one, other, common),
        "one-per-producer": _body(one.producer, other.producer),
        "one-per-author": _author(one, other, common),
        "one-track": _both_tracks(one, other, film, config.rules.one_track.alike),
        "duplicate-video": film,
    }
    shown = {"one-track": picture, "duplicate-video": picture} if film else {}
    return tuple(Likeness(rule, other.id, why, shown.get(rule, "")) for rule, why in found.items() if why)


def same_film(one: Entrant, other: Entrant, twins: FilmPairs) -> tuple[str, str]:
    """Why two works hold one film, or perhaps do, and the name of the one's picture that shows it; "" where not."""
    if set(one.films) & set(other.films):
        return "视频文件完全相同", ""
    pairs = [(mine, theirs) for mine in one.films for theirs in other.films]
    found = [twins[pair] for mine, theirs in pairs if (pair := (min(mine, theirs), max(mine, theirs))) in twins]
    if not found:
        return "", ""
    best = max(found, key=lambda each: (each.sure, each.share))
    ours = best.one in one.films
    seconds = {one.id: best.one_s if ours else best.other_s, other.id: best.other_s if ours else best.one_s}
    where = "与".join(f" {work} {at(seconds[work])}" for work in sorted(seconds)).strip()
    shot = best.shots[0 if ours else 1] if best.shots else None
    return _how_alike(best, where), shot_name(shot) if shot else ""


def _how_alike(twins: Twins, where: str) -> str:
    """The same whichever of the two is asked about."""
    if not twins.sure:
        return f"视频有一段画面相同（{where}），其余部分程序未能比对，请看片核对"
    return f"视频画面雷同：{where}是同一画面，正片可比之处 {twins.share:.0%} 相同"


def _author(one: Entrant, other: Entrant, common: Collection[str]) -> str:
    """One first author, or perhaps so. A co-author of the other is none."""
    if not one.authors or not other.authors or one.authors[0] != other.authors[0]:
        return ""
    if min(one.author_sure, other.author_sure) < SURE:
        return ""
    return _person(one, other, one.authors[0], common)


def _person(one: Entrant, other: Entrant, name: str, common: Collection[str]) -> str:
    """Whether one name is one person. Of a common name only what else they share can tell."""
    if one.proof and one.proof == other.proof:
        return "同名，证件号码相同"
    units = body(one.author_unit), body(other.author_unit)
    if units[0] and units[1]:
        alike, _ = same_body(units[0], units[1])
        if alike >= _ONE_BODY:
            return "同名，单位相同"
    if set(one.contacts) & set(other.contacts):
        return "同名，联系方式相同，请核对是否同一人"
    if key_of(AUTHOR, name) in common:
        return ""
    if units[0] and units[1]:
        return "同名，单位不同，请核对是否同一人"
    return "同名，表中单位不全，请核对是否同一人"


def _body(one: str, other: str) -> str:
    """Whether two names, as written, are of one body."""
    first, second = body(one), body(other)
    if first is None or second is None:
        return ""
    alike, why = same_body(first, second)
    if alike >= _ONE_BODY:
        return why
    return f"{why}，请核对是否同一单位" if alike >= _PERHAPS else ""


def _entity(one: Entrant, other: Entrant, common: Collection[str]) -> str:
    """One body or citizen that entered by itself. Two who enter through units are none."""
    if not one.kind or not other.kind:
        return ""
    if one.proof and one.proof == other.proof:
        return "证件号码相同"
    if one.kind != other.kind:
        return ""
    if one.kind == "body":
        return _body(one.name, other.name)
    name = fold(one.name)
    return _person(one, other, name, common) if name and name == fold(other.name) else ""


def _both_tracks(one: Entrant, other: Entrant, film: str, alike: float) -> str:
    """One work in both tracks. Of two works with one title the people behind them decide. film: why theirs are one."""
    if one.track == other.track:
        return ""
    if film:
        return film
    if set(one.forms) & set(other.forms):
        return "电子表文件完全相同"
    likeness = same_title(one.title, other.title)
    if likeness < alike:
        return ""
    title = "作品名称相同" if likeness == 1.0 else "作品名称相近"
    shared = list(_shared(one, other))
    if shared:
        return f"{title}，{'、'.join(shared)}"
    if likeness == 1.0 and not (_told(one) and _told(other)):
        return f"{title}，表中作者、制作单位不全，请核对是否同一作品"
    return ""


def _shared(one: Entrant, other: Entrant) -> Iterator[str]:
    if set(one.authors[:1]) & set(other.authors) or set(other.authors[:1]) & set(one.authors):
        yield "作者同名"
    if _body(one.producer, other.producer):
        yield "制作单位相同"
    if _body(one.author_unit, other.author_unit):
        yield "作者单位相同"


def _told(entrant: Entrant) -> bool:
    """Its form says who made it."""
    return bool(entrant.authors and body(entrant.producer))
