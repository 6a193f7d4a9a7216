"""What the notice asks, rule by rule, in a few words with this edition's numbers; and a finding's sentence in two."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ingest.config import Config
from ingest.model import KIND_WORDS, Kind, Work

_ASKED = re.compile(r"；(?:要求\s*(?P<wanted>[^；，]+)|截止 (?P<until>[^；，]+))")
"""Where a finding's sentence says what is asked."""


def in_two(evidence: str) -> tuple[str, str]:
    """What was found, and what is asked of it as far as the sentence says so, else ""."""
    found = _ASKED.search(evidence)
    if found is None:
        return evidence, ""
    rest = (evidence[: found.start()] + evidence[found.end() :]).strip("；，")
    wanted = found["wanted"] or f"不晚于 {found['until']}"
    return rest or evidence, wanted.strip()


def wanted(rule: str, work: Work, config: Config) -> str:
    """What a rule asks of a work, "" for a rule without words."""
    teller = _TELLERS.get(rule)
    return teller(work, config) if teller else ""


def _materials(work: Work, config: Config) -> str:
    return "、".join(KIND_WORDS[Kind(kind)] for kind in config.rules.materials.required) + "齐全"


def _window(work: Work, config: Config) -> str:
    return f"{config.edition.made_from:%Y-%m-%d} 至 {config.edition.made_to:%Y-%m-%d}"


def _endorsed(work: Work, config: Config) -> str:
    count = config.rules.endorsement.reviewers.get(work.track, 0)
    opinion = "推荐单位意见" if not count else "所在单位意见"
    return f"有{opinion}并盖章" + (f"，或有 {count} 位副高级及以上人员审核" if count else "")


def _says(text: str) -> Callable[[Work, Config], str]:
    return lambda _work, _config: text


_TELLERS: Mapping[str, Callable[[Work, Config], str]] = {
    "materials": _materials,
    "form-kind": lambda work, config: f"{config.track(work.track).form}，本届",
    "form-fields": _says("必填栏目都已填写"),
    "scan-seal": _says("扫描件上有红色公章"),
    "endorsement": _endorsed,
    "scan-matches": _says("扫描件与电子表一致"),
    "first-maker": _says("申报者是第一作者或第一制作单位"),
    "made-in-window": lambda work, config: f"完成于 {_window(work, config)}",
    "shown-in-window": lambda work, config: f"首播于 {_window(work, config)}，有播出平台",
    "proof": _says("有播放证明"),
    "container": _says("MP4 格式"),
    "readable": _says("文件完整，能从头播放到尾"),
    "full-frame": _says("全画幅，没有黑边"),
    "opening-title": _says("片头有作品名称，与表中一致"),
    "closing-credits": _says("片尾有主创、制作单位、版权单位和时间"),
    "subtitles": _says("简体中文字幕"),
    "narration": _says("配音、解说用普通话"),
    "content": _says("主题与内容符合通知要求"),
    "original": _says("原创；非原创部分不超过规定的比例"),
    "licence": _says("引用的素材、音乐有授权"),
    "one-per-entity": _says("每个自荐单位或个人一部"),
    "one-per-producer": _says("每个第一制作单位一部"),
    "one-per-author": _says("每位第一作者一部"),
    "one-track": _says("同一作品只参加一组"),
    "quota": _says("不超过推荐名额"),
    "sanqu": _says("用到“三区”名额时，其中有“三区”作品"),
    "duplicate-video": _says("与其他作品的视频不同"),
}
