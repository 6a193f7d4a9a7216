"""What is wrong with a config, as whole lines (Chinese): the file, the table, the key, the fault and the mend."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from ingest.config.tables import Config
from ingest.config.values import Wrong, shown

Location = tuple[int | str, ...]
Document = Mapping[str, Any]

WANTED = {
    "int_type": "整数",
    "int_from_float": "整数",
    "float_type": "数字",
    "string_type": "带引号的文字",
    "bool_type": " true 或 false",
    "tuple_type": "方括号里的一组值",
    "dict_type": "一张表",
    "model_type": "一张表",
    "path_type": "带引号的路径",
    "is_instance_of": "带引号的路径",
}
"""Kind of error (pydantic's) to what should stand there."""

BOUNDS = {
    "greater_than": ("gt", "大于"),
    "greater_than_equal": ("ge", "不小于"),
    "less_than": ("lt", "小于"),
    "less_than_equal": ("le", "不大于"),
}
"""Kind of error to the name of the bound in its context, and the words."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong at one place. `location`: keys and, in arrays, positions from 0. The words are Chinese."""

    location: Location
    what: str
    mend: str

    def line(self, file: str, document: Document) -> str:
        """The line a person reads."""
        return f"{file}：{place(self.location, document)}{self.what}；{self.mend}"


def place(location: Location, document: Document) -> str:
    """A location as it looks in the file: "[rules.duration] min_s：", "[[mailboxes]] 第 2 个（public）url："."""
    if not location:
        return ""
    top = location[0]
    if len(location) > 1 and isinstance(location[1], int):
        if not _is_tables(document.get(str(top))):
            return f"顶层 {top} 第 {location[1] + 1} 项："
        return f"[[{top}]] 第 {location[1] + 1} 个{_called(document, location)}{_key(location[2:])}："
    depth = _depth(location, document)
    if depth == 0:
        return f"顶层 {top}："
    return f"[{'.'.join(map(str, location[:depth]))}]{_key(location[depth:])}："


def _is_tables(value: object) -> bool:
    return isinstance(value, list | tuple) and any(isinstance(item, dict) for item in value)


def _depth(location: Location, document: Document) -> int:
    """How many keys of a location name tables."""
    here: Any = document
    for count, step in enumerate(location):
        if not isinstance(here, Mapping) or not isinstance(here.get(str(step)), Mapping):
            return count
        here = here[str(step)]
    return len(location)


def _called(document: Document, location: Location) -> str:
    """The name a table in an array gives itself."""
    row = document[str(location[0])][location[1]]
    name = row.get("name") or row.get("key") if isinstance(row, dict) else None
    return f"（{name}）" if isinstance(name, str) else ""


def _key(rest: Location) -> str:
    """The keys within a table, positions counted from 1."""
    keys = ".".join(str(step) for step in rest if isinstance(step, str))
    positions = "".join(f" 第 {step + 1} 项" for step in rest if isinstance(step, int))
    return f" {keys}{positions}" if rest else ""


def of(details: Sequence[ErrorDetails], document: Document, default: Document) -> list[Problem]:
    """The validator's errors as problems. default: the shipped document, for examples."""
    return [_problem(detail, document, default) for detail in details]


def _problem(detail: ErrorDetails, document: Document, default: Document) -> Problem:
    kind, location, context = detail["type"], detail["loc"], detail.get("ctx", {})
    wrong = context.get("error")
    if isinstance(wrong, Wrong):
        return Problem((*location, wrong.key) if wrong.key else location, wrong.what, wrong.mend)
    if kind == "extra_forbidden":
        return unknown(location)
    if kind == "missing":
        return Problem(location, "没有写", f"请补上{_example(location, default)}")
    if kind in BOUNDS:
        name, words = BOUNDS[kind]
        bound = f"{words} {shown(context[name])}"
        return Problem(location, f"应{bound}，现为 {shown(detail['input'])}", f"请改成{bound} 的数")
    if kind in {"too_short", "string_too_short"}:
        return Problem(location, "至少要有一项", f"请补上{_example(location, default)}")
    if kind == "literal_error":
        return Problem(location, f"不能是 {shown(detail['input'])}", f"请从这些里选一个：{_choices(location)}")
    wanted = WANTED.get(kind, "另一种值")
    return Problem(location, f"应为{wanted}，现为 {shown(detail['input'])}", f"请改正{_example(location, default)}")


def unknown(location: Location) -> Problem:
    """A key nobody knows, with the known one it is most like."""
    known = [key for key in keys_beside(location) if key]
    near = difflib.get_close_matches(str(location[-1]).lower(), known, n=1, cutoff=0.6)
    mend = f"是不是想写 {near[0]}？" if near else f"请删去，或改成这些之一：{'、'.join(known)}"
    return Problem(location, "不是认识的键", mend)


def keys_beside(location: Location) -> list[str]:
    """The keys that may stand in the table of a location's last key; empty where any may."""
    model: type[BaseModel] | None = Config
    for step in location[:-1]:
        if isinstance(step, str) and model is not None:
            model = _model_in(_annotation(model, step))
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _annotation(model: type[BaseModel], key: str) -> Any:
    for name, field in model.model_fields.items():
        if key in {name, field.alias}:
            return field.annotation
    return None


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The table in an annotation such as `tuple[Mailbox, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in get_args(annotation) if (found := _model_in(arg))), None)


def _choices(location: Location) -> str:
    """The words a key may hold."""
    model: type[BaseModel] | None = Config
    for step in location:
        annotation = _annotation(model, step) if model and isinstance(step, str) else None
        if annotation is None:
            continue
        model = _model_in(annotation)
        if model is None:
            return "、".join(shown(word) for word in _literals(annotation))
    return ""


def _literals(annotation: Any) -> list[Any]:
    """The values of the literal in an annotation."""
    found: list[Any] = []
    for arg in get_args(annotation):
        if isinstance(arg, str | bool):
            found.append(arg)
        else:
            found.extend(_literals(arg))
    return found


def _example(location: Location, default: Document) -> str:
    """The shipped value at a location, as an example; "" where it is none to show."""
    here: Any = default
    for step in location:
        if isinstance(step, int) and isinstance(here, list) and here:
            here = here[min(step, len(here) - 1)]
        elif isinstance(here, Mapping) and step in here:
            here = here[str(step)]
        else:
            return ""
    if isinstance(here, Mapping | list) or (isinstance(here, str) and not here):
        return ""
    return f"，例如 {shown(here)}"
