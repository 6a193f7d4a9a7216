"""Where works come from, for the counts page: by province, and recommending units against their places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ingest.entrants import entrant_of, has_units, places_of
from ingest.model import Entrant, Work
from ingest.names.regions import PROVINCES, region_of
from ingest.views import Snapshot, fields_of
from ingest.views.words import RECOMMENDER_WORDS
from reports.book import Counts
from reports.figures import Section, Shape

UNKNOWN = "不详"
WHOLE_COUNTRY = RECOMMENDER_WORDS["member"]
_OF_FORMS = ("address", "entrant", "author_unit", "producer")
"""Fields of a form that may begin with a province, the surest first."""


def regions(snap: Snapshot) -> Section:
    """Works by province: of the recommending unit, or of the address and units in the form of who entered alone."""
    unit_of = {entrant.id: name for name, entrants in snap.units.items() for entrant in entrants}
    kinds = {unit.name: unit.kind for unit in snap.config.recommenders}
    counted: Counter[tuple[str, str]] = Counter()
    for work in snap.counting:
        region = _region(snap, work, unit_of, kinds)
        counted[region, work.track] += 1
    sums: Counter[str] = Counter()
    for (region, _), count in counted.items():
        sums[region] += count
    order = {name: at for at, name in enumerate(PROVINCES)}
    names = sorted(sums, key=lambda name: (name == UNKNOWN, -sums[name], order.get(name, -1)))
    rows = tuple((name, tuple(counted[name, track.key] for track in snap.config.tracks)) for name in names)
    table = Counts("地区", tuple(track.name for track in snap.config.tracks), rows)
    note = (
        "有推荐单位的按推荐单位所在省份（计划单列市等计入所在省），中央和国家机关、全国性团体合为“联席会议成员单位”；"
        "自荐的按表中通讯地址、单位名称开头写明的省市，没有写明的为不详"
    )
    known = sum(name in order for name in names)
    said = f"来自 {known} 个省（自治区、直辖市），{sums[UNKNOWN]} 件不详。" if names else ""
    return Section("regions", "地区", Shape.BARS, table, said, note)


def _region(snap: Snapshot, work: Work, unit_of: Mapping[str, str], kinds: Mapping[str, str]) -> str:
    """unit_of: of works that take a place; of others, as those that were refused, the unit is told here."""
    if has_units(snap.config, work.track):
        unit = unit_of.get(work.id) or (entrant := entrant_of(work, snap.config)).unit or entrant.unit_said
        return WHOLE_COUNTRY if kinds.get(unit) == "member" else region_of(unit) or UNKNOWN
    fields = fields_of(work)
    return next(filter(None, (region_of(fields.get(name, "")) for name in _OF_FORMS)), UNKNOWN)


def places(snap: Snapshot) -> Section:
    """Recommending units against their places, as on 推荐名额; what names could not be told is one row."""
    limits, units = snap.config.rules.quota, snap.units
    listed = {unit.name: places_of(unit, limits) for unit in snap.config.recommenders}
    rows = [(name, _place(most, units.get(name, ()))) for name, most in listed.items()]
    rows.sort(key=lambda row: -row[1][1])
    strange = [entrant for name, entrants in units.items() if name not in listed for entrant in entrants]
    if strange:
        places, used, _, _, late = _place(0, strange)
        rows.append(("未能对应到名单", (places, used, 0, 0, late)))
    over = sum(bool(values[3]) for _, values in rows)
    none = sum(not values[1] for name, values in rows if name in listed)
    said = f"名单上 {len(listed)} 个单位，{len(listed) - none} 个已有作品，{over} 个超出名额；"
    said += f"还没有作品的 {none} 个不在图中。"
    table = Counts("推荐单位", ("名额", "已用", "剩余", "超出", "逾期另计"), tuple(rows) if any(units.values()) else ())
    note = "名额含“三区”增加的；撤回、合并、不通过的不计，逾期的另计"
    return Section("places", "推荐单位与名额", Shape.PLACES, table, said, note, "还没有收到推荐作品。", sums="columns")


def _place(most: int, entrants: Sequence[Entrant]) -> tuple[int, int, int, int, int]:
    used = sum(entrant.on_time for entrant in entrants)
    return most, used, max(most - used, 0), max(used - most, 0), len(entrants) - used
