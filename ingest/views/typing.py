"""A work's form as staff are given it to type in: its fields, what is read of them already, how they are written."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.config import Config
from ingest.model import Work
from ingest.papers import scan_of
from ingest.unread import recognised
from reports.typingform import TypingField, TypingForm, required_first

_HINTS = {
    "date": "如 2023-05-01 或 2023年5月",
    "duration": "如 4分30秒",
    "phone": "如 010-55550000 或 13800000000",
    "email": "如 name@example.cn",
    "id": "身份证号或统一社会信用代码，请逐位核对",
    "url": "网址",
    "share": "如 10%",
    "yesno": "填“是”或“否”",
}
"""By type of the value."""
_TALL = frozenset({"summary", "non_original", "commitment", "recommender_opinion", "review_opinion", "reviewers"})


def typing_form(
    config: Config, work: Work, *, why: str, values: Mapping[str, str] | None = None, heading: str = ""
) -> TypingForm:
    """All fields of the edition, those required on the work's track first. values: as typed; None for what was read."""
    read = recognised(work) if values is None else {}
    given = {name: pair[0] for name, pair in read.items()} if values is None else values
    required = config.forms.required.get(work.track, ())
    fields = tuple(
        TypingField(
            code=name,
            label=config.forms.names.get(name, labels[0] if labels else name),
            required=name in required,
            value=given.get(name, ""),
            read=read[name][1] if name in read else None,
            hint=_HINTS.get(config.forms.types.get(name, ""), ""),
            choices=("是", "否") if config.forms.types.get(name) == "yesno" else (),
            tall=name in _TALL,
        )
        for name, labels in config.forms.labels.items()
    )
    reading = scan_of(work) if values is None else None
    return TypingForm(
        heading=heading or f"{work.id} {work.title}：录入{config.track(work.track).form}",
        fields=required_first(fields),
        title=reading.title if reading else "",
        title_read=reading.confidence if reading and reading.title else None,
        why=why,
    )


def blank_form(config: Config, track: str) -> TypingForm:
    """The form of a track for any work, nothing filled in."""
    one = config.track(track)
    bare = Work(id="", track=track, mailbox="", title="")
    return typing_form(config, bare, why="", values={}, heading=f"录入{one.form}：填好后放到“补件/登记号/表格.xlsx”")
