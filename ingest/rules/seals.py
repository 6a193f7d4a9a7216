"""Whether the stamped paper is stamped. A seal is seen by its colour and shape; whose it is, a person reads."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.config import Config, ScanSealRule
from ingest.model import Outcome, Verdict, Work
from ingest.papers import Page, Paper, paper_of
from ingest.rules.form import unfilled
from ingest.rules.says import field_name, listed
from parsers.facts import Mark

_COLOURS = {"red": "红色", "blue": "蓝色", "black": "黑色"}


def scan_seal(work: Work, limits: ScanSealRule, config: Config) -> Verdict:
    """A red seal is on the scan, beside its field where the track names one; other colours are for a person."""
    paper = paper_of(work)
    if "scan" not in config.rules.materials.required:
        return Verdict(Outcome.NA, "不要求扫描件，未检查印章")
    if paper is None:
        return Verdict(Outcome.NA, "扫描件尚未识别，未检查印章")
    red = red_seals(paper, limits)
    if red:
        return _placed(work, paper, red, limits, config)
    reviewed_by_people = config.rules.endorsement.reviewers.get(work.track)
    if reviewed_by_people and not _unit_speaks(work, paper, config):
        return Verdict(Outcome.NA, "没有填写单位意见的自荐作品不要求印章")
    other = [(page, mark) for page, mark in paper.marks("seal") if mark.colour != "red"]
    if other:
        page, mark = other[0]
        return Verdict(
            Outcome.REVIEW, f"{paper.where(page.number)}有{_COLOURS[mark.colour]}印迹，不能确定是否为印章，请打开核对"
        )
    return Verdict(Outcome.REVIEW, f"扫描件上没有找到红色印章{_rest(paper)}，请打开核对")


def red_seals(paper: Paper, limits: ScanSealRule) -> list[tuple[Page, Mark]]:
    """The red seals that count as found."""
    return [(p, m) for p, m in paper.marks("seal") if m.colour == "red" and m.confidence >= limits.sure]


def _placed(
    work: Work, paper: Paper, red: Sequence[tuple[Page, Mark]], limits: ScanSealRule, config: Config
) -> Verdict:
    """Where the seals stand: a track whose unit must stamp has its seal near one of the fields named."""
    pages = listed(list(dict.fromkeys(paper.where(page.number) for page, _ in red)))
    names = [n for n in limits.beside.get(work.track, ()) if (v := paper.reading.fields.get(n)) and v.page]
    if not names:
        return Verdict(Outcome.PASS, f"{pages}有红色印章")
    near = next((n for n in names if any(_near(paper, n, page, mark, limits) for page, mark in red)), None)
    if near:
        return Verdict(Outcome.PASS, f"{pages}有红色印章，在“{field_name(near, config)}”栏")
    words = "、".join(f"“{field_name(n, config)}”" for n in names)
    return Verdict(Outcome.REVIEW, f"{pages}有红色印章，但不在{words}栏附近，请核对是否为推荐单位的印章")


def _near(paper: Paper, name: str, page: Page, mark: Mark, limits: ScanSealRule) -> bool:
    """The seal is on the page of the field; where the field's place is known, its middle is within reach of it."""
    value = paper.reading.fields[name]
    if value.page != page.number:
        return False
    if value.box is None:
        return True
    middle = (mark.box.top + mark.box.bottom) / 2
    return value.box.top - limits.reach <= middle <= value.box.bottom + limits.reach


def _unit_speaks(work: Work, paper: Paper, config: Config) -> bool:
    """A unit's opinion is filled in, in the form or on the paper: then it is the unit that must stamp."""
    sheets = (work.form.fields if work.form else {}, paper.reading.fields)
    names = config.rules.endorsement.opinions.get(work.track, ())
    return any(n in fields and not unfilled(fields[n]) for fields in sheets for n in names)


def _rest(paper: Paper) -> str:
    """What of the scan nobody has looked at, "" if all was."""
    left = f"，有 {paper.left_out} 页未识别" if paper.left_out else ""
    return f"（共识别 {len(paper.pages)} 页{left}）"
