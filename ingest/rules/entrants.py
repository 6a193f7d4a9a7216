"""One work for each body, producer and author, in one track, with its own film: each work among all the others."""

from __future__ import annotations

from ingest.config import Config, OneOfEach, RuleTable
from ingest.entrants import SURE
from ingest.model import Outcome, Standing, Verdict
from ingest.names import body
from ingest.rules.says import quote

_NAMED = 5
"""So many other works are named in one sentence."""
_SHOWN = 3
"""So many pictures are named by one finding."""


def one_per_entity(standing: Standing, limits: OneOfEach, config: Config) -> Verdict:
    """Who enters without a recommending unit, a body or a citizen, enters one work. One name alone is for a person."""
    entrant = standing.entrant
    if entrant.track not in limits.tracks:
        return Verdict(Outcome.NA, "本组作品由推荐单位推荐，不适用")
    if not entrant.kind or not entrant.name:
        return Verdict(Outcome.NA, "表中看不出自荐的机构或个人，未比较")
    word = "自荐机构" if entrant.kind == "body" else "自荐个人"
    return _others(standing, "one-per-entity", f"{word}{quote(entrant.name)}")


def one_per_producer(standing: Standing, limits: RuleTable, config: Config) -> Verdict:
    """The first producing unit has one work, over both tracks. A branch of one company is for a person."""
    first = body(standing.entrant.producer)
    if first is None:
        return Verdict(Outcome.NA, "表中没有制作单位，未比较")
    return _others(standing, "one-per-producer", f"第一制作单位{quote(first.written)}")


def one_per_author(standing: Standing, limits: RuleTable, config: Config) -> Verdict:
    """The first author has one work, over both tracks: told by name and unit. A name that many bear tells nothing."""
    entrant = standing.entrant
    if not entrant.authors or entrant.author_sure < SURE:
        return Verdict(Outcome.NA, "表中没有可辨认的第一作者姓名，未比较")
    found = _others(standing, "one-per-author", f"第一作者{quote(entrant.author)}")
    more = standing.namesakes - 1
    if found.outcome is Outcome.PASS and more > 0:
        return Verdict(Outcome.PASS, f"{found.evidence}；另有 {more} 部作品的第一作者同名，未见是同一人")
    return found


def one_track(standing: Standing, limits: RuleTable, config: Config) -> Verdict:
    """The same work stands in one track only: told by film, form, or title together with who made it."""
    return _others(standing, "one-track", "本作品")


def duplicate_video(standing: Standing, limits: RuleTable, config: Config) -> Verdict:
    """The film is no other work's: neither its bytes nor its pictures, in any version that either has."""
    entrant = standing.entrant
    if not entrant.films:
        return Verdict(Outcome.NA, "没有视频，未比较")
    found = _others(standing, "duplicate-video", "视频")
    if found.outcome is not Outcome.PASS:
        return found
    if entrant.awaited:
        return Verdict(Outcome.PENDING, "视频尚未取得，取得后再比较")
    if entrant.pictures == "waits" or standing.uncompared:
        return Verdict(Outcome.PENDING, "未见其他作品有相同的视频文件；画面尚未与其他作品比对，下次运行时继续")
    return _BYTES_ALONE.get(entrant.pictures, found)


_BYTES_ALONE = {
    "few": Verdict(Outcome.REVIEW, "未见其他作品有相同的视频文件；可供比对的画面太少，是否与其他作品雷同请看片核对"),
    "gone": Verdict(Outcome.NA, "视频的链接已失效，没有取得视频，未比较"),
    "closed": Verdict(Outcome.NA, "未见其他作品有相同的视频文件；视频无法打开，未比对画面"),
    "off": Verdict(Outcome.PASS, "视频：未见其他作品有相同的文件；按配置不查看画面，画面未比对（analysis.watch）"),
}
"""Where a film's pictures cannot be compared: what is said if no other work has the same bytes."""


def _others(standing: Standing, rule: str, what: str) -> Verdict:
    """All works that are like this one by a rule, at most `_NAMED` of them by their number."""
    if not standing.entrant.counts:
        return Verdict(Outcome.NA, "已撤回、合并或不通过，不与其他作品比较")
    alike = [one for one in standing.alike if one.rule == rule]
    if not alike:
        return Verdict(Outcome.PASS, f"{what}：未见其他作品相同")
    named = "；".join(f"{one.other}（{one.why}）" for one in alike[:_NAMED])
    more = f"；等 {len(alike)} 部" if len(alike) > _NAMED else ""
    read = "（姓名、单位系识别所得）" if standing.entrant.recognised and rule.startswith("one-per") else ""
    pictures = tuple(dict.fromkeys(one.picture for one in alike if one.picture))
    sides = "。图左为本片，图右为对方" if pictures else ""
    return Verdict(Outcome.REVIEW, f"{what}{read}另见：{named}{more}{sides}", pictures[:_SHOWN])
