"""From any value to what a cell may hold: no control characters, no zone, no NaN, nothing over the format's limit."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal

from reports.book import Value

MAX_TEXT = 32_767
"""Most UTF-16 units the format allows in one cell."""
_CUT = "…（过长，已截断）"
_HARMFUL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters, most of them illegal in XML
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidi marks: they make a name read as another
    "\ud800-\udfff\ufffe\uffff]"  # half a character, and no character
)
_FORMULA_STARTS = frozenset("=+-@\t\r")


def clean_text(text: str) -> str:
    """Text a cell can hold and a person can trust: line ends are \\n, harmful characters gone, cut at the limit."""
    if not text.isprintable():
        text = _HARMFUL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text if len(text) <= MAX_TEXT // 2 else _cut(text)


def _cut(text: str) -> str:
    if len(text.encode("utf-16-le")) // 2 <= MAX_TEXT:
        return text
    kept = text.encode("utf-16-le")[: 2 * (MAX_TEXT - len(_CUT))].decode("utf-16-le", "ignore")
    return kept + _CUT


def looks_like_formula(text: str) -> bool:
    """A spreadsheet program might take this text for a formula if it is typed in again or saved as CSV."""
    return text[:1] in _FORMULA_STARTS and bool(text)


def to_value(raw: object) -> Value | None:
    """A frame's value as a cell's: None for None, NaN, NaT and "". Aware times lose their zone, not their clock."""
    if raw is None or raw == "":
        return None
    if isinstance(raw, str):
        return clean_text(raw) or None
    if isinstance(raw, bool | int):
        return raw if abs(raw) < 10**15 else str(raw)  # beyond, a spreadsheet would round the digits
    if isinstance(raw, dt.datetime):
        return raw.replace(tzinfo=None) if raw == raw else None  # NaT is a datetime unlike itself
    if isinstance(raw, dt.date | dt.time | dt.timedelta):
        return raw.replace(tzinfo=None) if isinstance(raw, dt.time) else raw
    return _number_or_text(raw)


def _number_or_text(raw: object) -> Value | None:
    if hasattr(raw, "item"):  # numpy's scalars
        raw = raw.item()
        if isinstance(raw, str | bool | int | dt.datetime):
            return to_value(raw)
    if isinstance(raw, float | Decimal):
        number = float(raw)
        return number if abs(number) < float("inf") else None
    text = str(raw)
    return None if text in ("NaT", "<NA>", "nan") else clean_text(text) or None


def to_text(value: Value | None) -> str:
    """A value as people write it, for keys and for the sheet of conflicts: "" for None, 12 for 12.0."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return str(value)


def to_key(value: Value | None) -> str:
    """A row's key however it was typed: full width folded, spaces and invisible marks gone."""
    return "".join(unicodedata.normalize("NFKC", clean_text(to_text(value))).split())


def text_width(text: str) -> int:
    """Columns the text takes in one line: 2 for a Chinese character, 1 for a Latin one."""
    return len(text.encode("gb18030", "replace"))
