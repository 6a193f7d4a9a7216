"""What stands in such a form, row by row: made forms, scans and text PDFs all follow it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

FormKind = Literal["推荐表", "自荐表"]

SAMPLE_NOTE = "样表，以通知附件为准"
LAYOUTS = 3

_SHARED_HEAD = (("title",), ("duration", "completed_on"), ("first_shown_on", "platform"), ("play_url",))
_SHARED_TAIL = (
    ("contact", "phone"),
    ("email", "postcode"),
    ("address",),
    ("summary",),
    ("non_original",),
    ("commitment",),
)
_FIELDS: dict[FormKind, tuple[tuple[str, ...], ...]] = {
    "推荐表": (
        *_SHARED_HEAD,
        ("author", "author_unit"),
        ("author_title", "sanqu"),
        ("producer", "rights_holder"),
        *_SHARED_TAIL,
        ("recommender_opinion",),
        ("recommender",),
    ),
    "自荐表": (
        *_SHARED_HEAD,
        ("entrant_kind", "entrant_id"),
        ("author", "author_unit"),
        ("author_title", "producer"),
        ("rights_holder",),
        *_SHARED_TAIL,
        ("review_opinion",),
        ("reviewers",),
    ),
}
_LABELS: dict[str, tuple[str, str, str]] = {
    "title": ("作品名称", "微视频名称", "片　　名"),
    "duration": ("时　　长", "片　　长", "作品时长"),
    "completed_on": ("完成时间", "制作完成时间", "创作时间"),
    "first_shown_on": ("首播时间", "首次播映时间", "播出时间"),
    "platform": ("播出平台", "播映平台", "播出媒体"),
    "play_url": ("播放网址", "视频链接", "播出链接"),
    "author": ("第一作者", "作 者 姓 名", "主创人员"),
    "author_unit": ("作者单位", "工 作 单 位", "作者单位"),
    "author_title": ("职务/职称", "职　　称", "职　　务"),
    "producer": ("制作单位", "第一制作单位", "出品单位"),
    "rights_holder": ("版权单位", "著作权人", "版权所有"),
    "contact": ("联 系 人", "联 系 人", "联系人"),
    "phone": ("联系电话", "手　　机", "联系电话"),
    "email": ("电子邮箱", "E-mail", "邮箱"),
    "postcode": ("邮政编码", "邮　　编", "邮政编码"),
    "address": ("通讯地址", "联系地址", "通讯地址"),
    "summary": ("作品简介", "内容简介（300字以内）", "作品介绍"),
    "non_original": ("非原创部分", "引用素材说明", "非原创占比"),
    "commitment": ("原创承诺", "作者承诺", "版权声明"),
    "recommender": ("推荐单位（盖章）", "推荐部门", "推荐单位"),
    "recommender_opinion": ("推荐单位意见", "推荐意见", "推荐单位意见"),
    "sanqu": ("是否三区", "涉及“三区”", "三区作品"),
    "entrant_kind": ("自荐类型", "申报类别", "自荐类型"),
    "entrant_id": ("证件号码", "统一社会信用代码", "身份证号"),
    "review_opinion": ("所在单位意见", "单位审核意见", "审核意见"),
    "reviewers": ("审核专家", "专家姓名", "审核专家"),
}
TALL = ("summary", "commitment", "recommender_opinion", "review_opinion")
"""Fields with room for several lines."""


@dataclass(frozen=True)
class Cell:
    """A label of a form and what is written beside it, "" if nothing."""

    field: str
    label: str
    value: str


def form_title(kind: FormKind, year: int) -> str:
    """The line above the form."""
    return f"{year}年全国科普微视频大赛作品{kind}"


def form_rows(
    kind: FormKind, values: Mapping[str, str], *, layout: int = 0, without: Collection[str] = ()
) -> list[tuple[Cell, ...]]:
    """The cells of a form, one or two a row.

    values: field name to what is written; a field that is not there stands blank. layout: which spelling of the
    labels, taken modulo LAYOUTS. without: fields whose label this form does not have.
    KeyError for a value no such form has a place for.
    """
    known = {field for row in _FIELDS[kind] for field in row}
    strangers = set(values) - known
    if strangers:
        raise KeyError(f"{kind} has no {', '.join(sorted(strangers))}")
    rows = (
        tuple(
            Cell(field, _LABELS[field][layout % LAYOUTS], values.get(field, ""))
            for field in row
            if field not in without
        )
        for row in _FIELDS[kind]
    )
    return [row for row in rows if row]
