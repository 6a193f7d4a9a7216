"""What the tables of a config must hold together. Asked of the document as read, so that one fault hides no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingest.config.environment import password_variable
from ingest.config.problems import Document, Problem
from parsers.typed import KINDS
from reports.tables import sheets

RESERVED_SHEETS = ("概览", "说明", *(sheet.title for sheet in sheets(())))
"""Sheets of the workbook that are no track's."""


def together(document: Document) -> list[Problem]:
    """All problems between tables, in the order of the file."""
    checks = (_tracks, _mailboxes, _forms, _rules, _recommenders, _report)
    return [problem for check in checks for problem in check(document)]


def _rows(document: Document, table: str) -> list[tuple[int, dict[str, Any]]]:
    """The tables of an array with their positions, whatever else stands between them."""
    array = document.get(table)
    return [(i, row) for i, row in enumerate(array) if isinstance(row, dict)] if isinstance(array, list) else []


def _table(document: Document, *keys: str) -> dict[str, Any]:
    here: Any = document
    for key in keys:
        here = here.get(key) if isinstance(here, dict) else None
    return here if isinstance(here, dict) else {}


def _twice(document: Document, table: str, key: str, same: str) -> Iterator[Problem]:
    """Rows whose `key` stood in an earlier row; same: what must differ, for people."""
    seen: dict[str, int] = {}
    for i, row in _rows(document, table):
        value = row.get(key)
        if not isinstance(value, str):
            continue
        if value.casefold() in seen:
            first = seen[value.casefold()] + 1
            yield Problem((table, i, key), f"与第 {first} 个相同（{value}）", f"{same}不能重复，请改成别的")
        seen.setdefault(value.casefold(), i)


def _empty(document: Document, table: str, mend: str) -> Iterator[Problem]:
    if document.get(table) == []:
        yield Problem((table,), "一个也没有", mend)


def _tracks(document: Document) -> Iterator[Problem]:
    yield from _empty(document, "tracks", "请至少写一个 [[tracks]]")
    yield from _twice(document, "tracks", "key", "途径的 key ")
    yield from _twice(document, "tracks", "prefix", "登记号开头")
    yield from _twice(document, "tracks", "sheet", "工作表名")
    for i, row in _rows(document, "tracks"):
        if row.get("sheet") in RESERVED_SHEETS:
            yield Problem(("tracks", i, "sheet"), f"与台账自带的工作表“{row['sheet']}”重名", "请换一个名称")


def _track_keys(document: Document) -> list[str]:
    return [row["key"] for _, row in _rows(document, "tracks") if isinstance(row.get("key"), str)]


def _mailboxes(document: Document) -> Iterator[Problem]:
    yield from _empty(document, "mailboxes", "请至少写一个 [[mailboxes]]")
    keys, seen = _track_keys(document), dict[str, str]()
    for i, row in _rows(document, "mailboxes"):
        track, name = row.get("track"), row.get("name")
        if isinstance(track, str) and track not in keys:
            yield Problem(
                ("mailboxes", i, "track"), f"没有 {track} 这个途径", f"请改成 [[tracks]] 里的 key：{'、'.join(keys)}"
            )
        if not isinstance(name, str):
            continue
        variable = password_variable(name)
        if variable in seen:
            yield Problem(
                ("mailboxes", i, "name"),
                f"与 {seen[variable]} 用同一个环境变量 {variable}",
                "请给信箱起不同的名称（只差 - 和 _ 也算相同）",
            )
        seen.setdefault(variable, name)


def _forms(document: Document) -> Iterator[Problem]:
    labels, names = _table(document, "forms", "labels"), _table(document, "forms", "names")
    required, keys = _table(document, "forms", "required"), _track_keys(document)
    for field in labels:
        if field not in names:
            yield Problem(
                ("forms", "labels", field), "这个字段没有名称", f"请在 [forms.names] 里补上 {field}，或改正字段名"
            )
    for field, kind in _table(document, "forms", "types").items():
        if field not in labels or not isinstance(kind, str) or kind not in KINDS:
            yield Problem(
                ("forms", "types", field),
                "字段名或类型不认得",
                f"请改正字段名，类型请用其中一种：{'、'.join(sorted(KINDS))}",
            )
    for key, fields in required.items():
        if key not in keys:
            yield Problem(
                ("forms", "required", key), f"没有 {key} 这个途径", f"请改成 [[tracks]] 里的 key：{'、'.join(keys)}"
            )
        for field in fields if isinstance(fields, list) else []:
            if isinstance(field, str) and field not in labels:
                yield Problem(
                    ("forms", "required", key),
                    f"要求的字段 {field} 没有栏目名",
                    f"请在 [forms.labels] 里补上 {field}，或改正字段名",
                )
    for key in keys:
        if key not in required:
            yield Problem(
                ("forms", "required"),
                f"没有写途径 {key} 的必填字段",
                f'请补上一行，例如 {key} = ["title"]，没有必填就写 []',
            )


_NAMING = (
    ("form-fields", "on_paper"),
    ("scan-seal", "beside"),
    ("endorsement", "opinions"),
    ("scan-matches", "fields"),
    ("scan-matches", "also"),
)
"""Rules that name fields of the form: lists of them, or tables of lists by track."""


def _rules(document: Document) -> Iterator[Problem]:
    labels = _table(document, "forms", "labels")
    for rule, key in _NAMING:
        named = _table(document, "rules", rule).get(key)
        lists = named.values() if isinstance(named, dict) else [named]
        for field in (f for names in lists if isinstance(names, list) for f in names):
            if isinstance(field, str) and field not in labels:
                yield Problem(
                    ("rules", rule, key),
                    f"字段 {field} 没有栏目名",
                    f"请改正字段名，或在 [forms.labels] 里补上 {field}",
                )


def _recommenders(document: Document) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for i, row in _rows(document, "recommenders"):
        name, others = row.get("name"), {key: row.get(key, []) for key in ("aliases", "former")}
        if not isinstance(name, str) or not all(isinstance(listed, list) for listed in others.values()):
            continue
        written = ((key, word) for key, listed in others.items() for word in listed if isinstance(word, str))
        for key, word in (("name", name), *written):
            if word in seen:
                yield Problem(
                    ("recommenders", i, key),
                    f"“{word}”已是 {seen[word]} 的名称",
                    "一个名称只能属于一个单位，请删去一处",
                )
            seen.setdefault(word, name)


def _report(document: Document) -> Iterator[Problem]:
    """The mailbox that sends the daily mails is one of ours."""
    named = _table(document, "report").get("mailbox")
    names = [row["name"] for _, row in _rows(document, "mailboxes") if isinstance(row.get("name"), str)]
    if isinstance(named, str) and named and named not in names:
        yield Problem(
            ("report", "mailbox"), f"没有 {named} 这个信箱", f"请改成 [[mailboxes]] 里的 name：{'、'.join(names)}"
        )
