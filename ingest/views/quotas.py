"""推荐名额: recommending units, their places, and the works that take them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ingest.entrants import entrant_of, has_units, places_of
from ingest.model import Entrant, Outcome, Work
from ingest.views import Snapshot
from ingest.views.words import RECOMMENDER_WORDS

Cells = dict[str, Any]


def quota_rows(snap: Snapshot) -> Iterable[Cells]:
    """Each unit of the config with its places and works, then what units' names could not be told."""
    taken = dict(snap.units)
    for unit in snap.config.recommenders:
        word = unit.category or RECOMMENDER_WORDS[unit.kind]
        word += f"（含三区 {snap.config.rules.quota.sanqu_extra} 个）" if unit.sanqu else ""
        word += "（名单待主办方确认）" if unit.confirm else ""
        most = places_of(unit, snap.config.rules.quota)
        cells = _places(taken.pop(unit.name, []))
        over = {"超出": max(cells["已用"] - most, 0), "剩余": max(most - cells["已用"], 0)}
        yield {"推荐单位": unit.name, "类别": word, "名额": most, **cells, **over}
    for name, works in sorted(taken.items()):
        yield {"推荐单位": f"（未能对应）{name}", "类别": _perhaps(works[0]), **_places(works)}


def by_unit(snap: Snapshot) -> dict[str, list[Entrant]]:
    """Unit to its works that count; one that cannot be told for certain goes by what was written."""
    used: dict[str, list[Entrant]] = {}
    for work in snap.works.values():
        if has_units(snap.config, work.track):
            entrant = entrant_of(work, snap.config, late=_late(snap, work))
            name = entrant.unit or entrant.unit_said
            if name and entrant.counts:
                used.setdefault(name, []).append(entrant)
    return used


def _late(snap: Snapshot, work: Work) -> bool:
    return any(f.rule == "deadline" and f.outcome is Outcome.FAIL for f in snap.findings.get(work.id, ()))


def _places(works: Sequence[Entrant]) -> Cells:
    """How many count, and all of them by number: late ones apart."""
    counted = [one.id for one in works if one.on_time]
    late = [one.id for one in works if not one.on_time]
    apart = f"逾期另计：{'、'.join(late)}" if late else ""
    return {"已用": len(counted), "逾期": len(late), "作品": "；".join(filter(None, ("、".join(counted), apart)))}


def _perhaps(entrant: Entrant) -> str:
    near = f"，名单中相近的：{'、'.join(entrant.unit_near)}" if entrant.unit_near else ""
    return f"请人工核对单位名称{near}"
