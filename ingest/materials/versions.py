"""Of several files of a kind, which is judged; and where a person must choose."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ingest.model import KIND_WORDS, Kind, Material, PartSource
from ingest.names import fold, kind_hint
from ingest.papers import is_recognised, scan_pages
from parsers.facts import Broken, FormFacts, ImageFacts, VideoFacts
from parsers.typedform import FORMAT

_VERSIONED = (Kind.VIDEO, Kind.FORM, Kind.SCAN)
_KEY_FIELDS = ("title", "author", "producer", "completed_on")
_ENOUGH_LABELS = 4
_FEWER = 1
_LESS_SURE = 0.05
"""A newer scan may show so many fields fewer, and be read with so much less confidence, and is as readable still."""


@dataclass(frozen=True)
class Unclear:
    """Files of one kind between which a person must choose. `part_ids`: the one in force first. `why`: Chinese."""

    kind: Kind
    part_ids: tuple[int, ...]
    why: str


@dataclass(frozen=True)
class Settled:
    """The materials with `in_force` set, in the order given, and what is left to a person."""

    materials: tuple[Material, ...]
    unclear: tuple[Unclear, ...] = ()


@dataclass(frozen=True)
class Hopes:
    """What the film of the work should look like: its title, and the least and greatest length in seconds."""

    title: str = ""
    length_s: tuple[float, float] = (0.0, math.inf)


@dataclass
class _Reign:
    """How one kind's versions followed each other: which rule now, and what stayed beside them undecided."""

    ruling: list[Material] = field(default_factory=list)
    unclear: list[Unclear] = field(default_factory=list)


def in_force(
    materials: Sequence[Material],
    deadline: dt.datetime,
    *,
    title: str = "",
    length_s: tuple[float, float] = (0.0, math.inf),
) -> Settled:
    """Which version of each kind is judged. materials: in order of arrival; deadline: the first moment too late.

    A newer file takes over if it came in time and is at least as readable; where none was there before, it is in
    force whenever it came; else both stay. What staff put in by hand counts as in time. Films, forms and stamped scans
    have versions; of every other kind all are in force. title, length_s: of two films in one mail the one that fits
    is judged, else the larger, and a person is asked.
    """
    hopes = Hopes(title, length_s)
    ruling: set[int] = set()
    unclear: list[Unclear] = []
    pages = _pages([m for m in materials if m.kind is Kind.SCAN])

    def versioned(material: Material, kind: Kind) -> bool:
        return material.kind is kind and (id(material) in pages or _versioned(material, kind))

    for kind in _VERSIONED:
        reign = _reign([m for m in materials if versioned(m, kind) and not m.passed_over], deadline, hopes)
        ruling.update(id(m) for m in reign.ruling)
        unclear.extend(reign.unclear)
    settled = (
        replace(m, in_force=not m.passed_over and (id(m) in ruling or not versioned(m, m.kind))) for m in materials
    )
    return Settled(tuple(settled), tuple(unclear))


def _versioned(material: Material, kind: Kind) -> bool:
    """Of a kind with versions. A picture that nothing says is the scan replaces nothing: it may be anything."""
    if material.kind is not kind or kind not in _VERSIONED:
        return False
    return kind is not Kind.SCAN or material.part.certain or kind_hint(material.part.name) is not None


def _pages(scans: Sequence[Material]) -> set[int]:
    """What goes on from a page that surely is the scan's, and the page: they are one version of it."""
    return {id(m) for m, _ in scan_pages(scans)} if any(m.part.certain and is_recognised(m) for m in scans) else set()


def _reign(found: Sequence[Material], deadline: dt.datetime, hopes: Hopes) -> _Reign:
    """The versions one mail after the other."""
    reign = _Reign()
    for arrival_id in dict.fromkeys(m.part.arrival_id for m in found):
        came = [m for m in found if m.part.arrival_id == arrival_id]
        best, doubt = _best(came, hopes)
        if not any(m.part.here for m in reign.ruling):
            _succeed(reign, best, doubt)
        elif _same(best, reign.ruling) or not any(m.part.here for m in best):
            continue
        elif _in_time(best, deadline) and _as_readable(best, reign.ruling):
            _succeed(reign, best, doubt)
        else:
            _stay(reign, best, deadline)
    return reign


def _succeed(reign: _Reign, best: list[Material], doubt: Unclear | None) -> None:
    reign.ruling = best
    reign.unclear = [doubt] if doubt else []


def _stay(reign: _Reign, newer: list[Material], deadline: dt.datetime) -> None:
    word = KIND_WORDS[newer[0].kind]
    late = not _in_time(newer, deadline)
    reason = "到达时间晚于截止或不明" if late else "不如原先的文件清楚可读"
    names = "、".join(f"“{m.part.name}”" for m in newer)
    kept = "、".join(f"“{m.part.name}”" for m in reign.ruling)
    ids = tuple(m.part.id for m in (*reign.ruling, *newer))
    reign.unclear.append(
        Unclear(newer[0].kind, ids, f"后来的{word}{names}{reason}；目前仍以{kept}为准，请选定以哪个为准")
    )


def _same(newer: Sequence[Material], ruling: Sequence[Material]) -> bool:
    return {m.part.sha256 for m in newer} <= {m.part.sha256 for m in ruling}


def _in_time(found: Sequence[Material], deadline: dt.datetime) -> bool:
    return all(_came_in_time(m, deadline) for m in found)


def _came_in_time(material: Material, deadline: dt.datetime) -> bool:
    if material.part.source is PartSource.MANUAL:
        return True
    return material.arrived_at is not None and material.arrived_at < deadline


def _as_readable(newer: Sequence[Material], ruling: Sequence[Material]) -> bool:
    """Of scans that were both recognised, what was read off them counts: a blurred one replaces none that is sharp."""
    mine, theirs = _readable(newer), _readable(ruling)
    if mine != theirs or newer[0].kind is not Kind.SCAN:
        return mine >= theirs
    new, old = _read(newer), _read(ruling)
    if new is None or old is None:
        return True
    return new[0] >= old[0] - _FEWER and new[1] >= old[1] - _LESS_SURE


def _read(found: Sequence[Material]) -> tuple[int, float] | None:
    """How many fields all pages hold that say something, and the least confidence of a page; None for one unread."""
    readings = [facts.reading for _, facts in scan_pages(found) if facts.reading is not None]
    if not readings:
        return None
    fields = {name for reading in readings for name, value in reading.fields.items() if not value.blank}
    return len(fields), min(reading.confidence for reading in readings)


def _readable(found: Sequence[Material]) -> int:
    """How much of a version can be read: of several pages the worst counts."""
    pages = _pages(found)
    return min((3 if id(m) in pages else _legible(m) for m in found), default=0)


def _legible(material: Material) -> int:
    """3 read, 2 partly, 1 not read yet, 0 not readable."""
    part, facts = material.part, material.part.facts
    if not part.here or isinstance(facts, Broken):
        return 0
    if material.kind is Kind.FORM and isinstance(facts, FormFacts):
        typed = facts.format == FORMAT and part.source is PartSource.MANUAL
        return 3 if typed or len(facts.fields) >= _ENOUGH_LABELS else 2
    if material.kind is Kind.VIDEO and isinstance(facts, VideoFacts):
        return 3
    if material.kind is Kind.SCAN and isinstance(facts, (ImageFacts, FormFacts)):
        return 3 if part.certain else 2
    return 1


def _best(came: list[Material], hopes: Hopes) -> tuple[list[Material], Unclear | None]:
    """Of what one mail brought, the version it means; all pages of a scan together."""
    if came[0].kind is Kind.SCAN:
        return came, None
    top = max(_legible(m) for m in came)
    able = _distinct([m for m in came if _legible(m) == top])
    if len(able) == 1:
        return able, None
    return _film(able, hopes) if came[0].kind is Kind.VIDEO else _form(able)


def _distinct(found: Sequence[Material]) -> list[Material]:
    """Each content once; links, which have none yet, each by itself."""
    return list({m.part.sha256 or f"link {m.part.id}": m for m in reversed(found)}.values())[::-1]


def _film(films: list[Material], hopes: Hopes) -> tuple[list[Material], Unclear | None]:
    scores = [_fits(m, hopes) for m in films]
    best = max(scores)
    if best > 0 and scores.count(best) == 1:
        return [films[scores.index(best)]], None
    chosen = max(films, key=lambda m: m.part.size)
    if not chosen.part.here:
        return [chosen], None
    return [chosen], _ask(chosen, films, "一封邮件里有多个视频，名称和时长都不能区分；暂以最大的为准，请选定")


def _fits(material: Material, hopes: Hopes) -> int:
    """How many of the two signs say that this is the work's film: its name holds the title, its length fits."""
    title, facts = fold(hopes.title), material.part.facts
    named = bool(title) and title in fold(material.part.name)
    length = facts.duration_s if isinstance(facts, VideoFacts) else None
    return int(named) + int(length is not None and hopes.length_s[0] <= length <= hopes.length_s[1])


def _form(forms: list[Material]) -> tuple[list[Material], Unclear | None]:
    """The form with most filled in; two that say different things are for a person."""
    chosen = max(forms, key=_filled)
    if not any(_differs(m, chosen, name) for m in forms for name in _KEY_FIELDS):
        return [chosen], None
    return [chosen], _ask(chosen, forms, "一封邮件里有多份电子表，填写的内容不一致；暂以填写最全的为准，请选定")


def _filled(material: Material) -> int:
    facts = material.part.facts
    return sum(not f.blank for f in facts.fields.values()) if isinstance(facts, FormFacts) else 0


def _differs(one: Material, other: Material, name: str) -> bool:
    values = {_value(one, name), _value(other, name)}
    return len(values) == 2 and "" not in values


def _value(material: Material, name: str) -> str:
    facts = material.part.facts
    found = facts.fields.get(name) if isinstance(facts, FormFacts) else None
    return fold(found.value) if found else ""


def _ask(chosen: Material, among: Sequence[Material], why: str) -> Unclear:
    rest = tuple(m.part.id for m in among if m is not chosen)
    return Unclear(chosen.kind, (chosen.part.id, *rest), why)
