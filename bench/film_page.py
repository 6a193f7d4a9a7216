"""The figures of bench.video as a part of docs/accuracy.md, behind what bench.forms writes there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

HEAD = "# How well films are judged"
"""The line with which the part begins; all before it is another's."""
GOALS = {"titles": 0.97, "bars": 0.99, "duplicates": 0.98}
"""Shares to be told right: titles, bars, near-duplicates found."""
_MB = 1_000
"""Of memory, at the most, at 1080p."""


def kept(before: str, part: str) -> str:
    """A page with this part at its end, in place of the one it had."""
    return f"{others(before).rstrip()}\n\n{part}".lstrip()


def others(page: str) -> str:
    """What stands before this part, all of it where there is none yet."""
    return page.partition(HEAD)[0]


def films(page: str) -> str:
    """This part of a page, "" where there is none yet."""
    _, head, rest = page.partition(HEAD)
    return head + rest


def page(found: Mapping[str, Any], *, day: str) -> str:
    """The part as Markdown. day: ISO 8601."""
    accuracy = found.get("accuracy", {})
    return "\n".join([*_beginning(day), *_told(accuracy), *_cost(found), *_limits(accuracy), ""])


def _beginning(day: str) -> Iterator[str]:
    yield HEAD
    yield ""
    yield "**视频看得怎么样**：片名、黑边、字幕、相似视频都用程序自己做的视频测试，数字见下。"
    yield "真实的视频会有这里没有的字体、特效和画面，所以识别得出的结论从不判“不符合”：与表中名称不同、有黑边、"
    yield "字幕像繁体、像同一部视频，都只请人看画面核对；"
    yield "只有测得出的（打不开、数据中断或丢失、时长、格式、大小、分辨率、比例）才判“不符合”。"
    yield ""
    yield f"Measured on {day} by `python -m bench.video --page docs/accuracy.md`; how it is counted stands in"
    yield "[`bench/README.md`](../bench/README.md). All films are made by an encoder from drawn pictures. Real ones are"
    yield "harder: read these figures as what to compare changes by. Bold: short of its goal."
    yield ""


def _told(accuracy: Mapping[str, Any]) -> Iterator[str]:
    rows = list(_rows(accuracy))
    if not rows:
        return
    yield "| what | films | figure | goal |"
    yield "| --- | --- | --- | --- |"
    for what, count, figure, goal in rows:
        yield f"| {what} | {count} | {figure} | {goal} |"
    yield ""


def _rows(accuracy: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    if found := accuracy.get("titles"):
        titles, spoken = found["titles"], found["subtitles"]
        films_ = f"{titles['films']}, in {found['styles']} styles"
        yield "opening titles that are the form's, told so", films_, _share(titles["right_told"], 0.97), "97 %"
        asked = f"{titles['wrong']} near misses asked of them"
        yield "other titles that passed", asked, _none(titles["wrong_passed"]), "none"
        yield "right and wrong titles told, together", films_, _share(titles["told"], GOALS["titles"]), "97 %"
        yield "lines of credits read letter by letter", films_, _share(titles["credits_read"]), "—"
        yield "subtitles there or not", str(spoken["films"]), _share(spoken["present_told"]), "—"
        yield "their script", str(spoken["films"]), _share(spoken["script_told"]), "—"
    if found := accuracy.get("bars"):
        yield "bars that stay, or none", str(found["films"]), _share(found["accuracy"], GOALS["bars"]), "99 %"
    if found := accuracy.get("duplicates"):
        films_ = f"{found['pairs']} pairs among {found['films']}"
        yield "the same film once more, found", films_, _share(found["recall"], GOALS["duplicates"]), "98 %"
        yield "two films taken for one", films_, _none(found["false_pairs"]), "none"


def _cost(found: Mapping[str, Any]) -> Iterator[str]:
    if "core_s" not in found:
        return
    film, peers = found["film"], found["peers"]
    share = found["vs_decode_plus_ocr"]
    told = f"{share:.3f}" if share <= peers["limit"] else f"**{share:.3f}**"
    memory = found["rss_mb"]
    yield "## What it costs"
    yield ""
    yield f"A film of {film['seconds']:g} s, 1080p, {film['mb']:g} MB, one core:"
    yield ""
    yield f"- Ours, all of it: {found['core_s']} core-seconds; by step:"
    yield f"  {_steps(found['core_s_by_step'])}."
    yield f"- A full decode by {peers['decode']}: {peers['decode_core_s']} core-seconds."
    frames = f"{peers['ocr_frames']} frames"
    yield f"- RapidOCR as it comes on {frames}, one a second of both ends: {peers['ocr_core_s']} core-seconds."
    yield f"- Ours to both together: {told} (goal {peers['limit']})."
    yield f"- Memory of the process: {memory if memory < _MB else f'**{memory}**'} MB (goal: under {_MB:,})."
    yield ""


def _steps(steps: Mapping[str, float]) -> str:
    ordered = sorted(steps.items(), key=lambda step: -step[1])
    return ", ".join(f"{name} {spent:g}" for name, spent in ordered if spent >= 0.05)


def _limits(accuracy: Mapping[str, Any]) -> Iterator[str]:
    missing = accuracy.get("titles", {}).get("fonts_missing", [])
    if missing:
        yield f"Fonts that were not installed, and so not tried: {', '.join(missing)}."
        yield ""
    yield "## What cannot be told"
    yield ""
    yield "- A title that was read with one character wrong is `review` with its picture: no character is forgiven but"
    yield "  those that no recogniser tells apart, since another title must never pass."
    yield "- A title drawn or animated so that no still shows all its letters, or one that is part of a logo."
    yield "- A work whose form has another title than its film: only that they differ, not which is right."
    yield "- Whether what is spoken is Mandarin, and whether the content fits: a person's to judge."
    yield "- Damage between the sampled pictures that neither the container nor the packets show."


def _share(share: float, goal: float = 0.0) -> str:
    said = f"{share * 100:.1f} %"
    return said if share >= goal else f"**{said}**"


def _none(count: int) -> str:
    return "none" if count == 0 else f"**{count}**"
