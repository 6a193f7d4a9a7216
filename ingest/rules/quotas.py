"""The places of a recommending unit."""

from __future__ import annotations

from ingest.config import Config, QuotaRule, Recommender, RuleTable
from ingest.entrants import places_of
from ingest.model import Outcome, Standing, Verdict
from ingest.rules.says import quote


def quota(standing: Standing, limits: QuotaRule, config: Config) -> Verdict:
    """No more works than the unit has places; over it all works of the unit are marked. Late ones are counted apart.

    A unit that cannot be told with confidence is for a person, never a new one.
    """
    entrant, places = standing.entrant, standing.places
    if not entrant.counts:
        return Verdict(Outcome.NA, "已撤回、合并或不通过，不占名额")
    unit = _unit(entrant.unit, config)
    if unit is None:
        return _untold(standing, config)
    most = places_of(unit, limits)
    said = f"{unit.name} {places.used}/{most}"
    said += f"，另有逾期 {places.late} 部" if places.late else ""
    said += "" if entrant.on_time else "（本件逾期，未计在内）"
    if places.used > most:
        return Verdict(Outcome.REVIEW, f"{said}，超出 {places.used - most} 部，请推荐单位确认保留哪几部")
    return Verdict(Outcome.PASS, f"{said}（按“{entrant.unit_said}”，{entrant.unit_why}）")


def _untold(standing: Standing, config: Config) -> Verdict:
    entrant = standing.entrant
    if "recommender" not in config.forms.required.get(entrant.track, ()):
        return Verdict(Outcome.NA, f"“{config.track(entrant.track).name}”作品不占推荐名额")
    hint = f"；来信中提到“{entrant.unit_hint}”，仅供参考" if entrant.unit_hint else ""
    if not entrant.unit_said:
        if not hint:
            return Verdict(Outcome.NA, "没有可读的推荐单位，未计名额")
        return Verdict(Outcome.REVIEW, f"表中没有推荐单位，未计名额{hint}，请核对")
    near = f"；名单中相近的：{'、'.join(entrant.unit_near)}" if entrant.unit_near else ""
    return Verdict(Outcome.REVIEW, f"推荐单位{quote(entrant.unit_said)}不能确定是名单中的哪一家，未计名额{near}{hint}")


def sanqu(standing: Standing, limits: RuleTable, config: Config) -> Verdict:
    """Where the place added for 三区 is taken, one of the unit's works is of such an area. Our reading: never fails."""
    entrant, places = standing.entrant, standing.places
    if not entrant.counts:
        return Verdict(Outcome.NA, "已撤回、合并或不通过，不占名额")
    unit = _unit(entrant.unit, config)
    if unit is None or not unit.sanqu:
        return Verdict(Outcome.NA, "推荐单位没有“三区”增加的名额")
    if places.used <= unit.quota:
        return Verdict(Outcome.NA, f"{unit.name}没有用到“三区”增加的名额（{places.used}/{unit.quota}）")
    if places.sanqu:
        return Verdict(Outcome.PASS, f"{unit.name}用了“三区”增加的名额，其中 {places.sanqu} 部注明涉及“三区”")
    said = f"{unit.name}用了“三区”增加的名额，但没有一部作品注明涉及“三区”"
    return Verdict(Outcome.REVIEW, f"{said}，请核对是否由该区域的作者或制作单位提交")


def _unit(name: str, config: Config) -> Recommender | None:
    return next((unit for unit in config.recommenders if unit.name == name), None) if name else None
