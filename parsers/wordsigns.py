"""Boxes to tick in a Word document, of all its generations: controls, fields of old forms, letters of symbol fonts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

_ON, _OFF = "☑", "□"
_WINGDINGS = {0xFE: _ON, 0xFC: "√", 0xFD: "☒", 0xA8: _OFF, 0x6F: _OFF, 0x71: _OFF, 0x72: _OFF, 0x6E: "■"}
_WINGDINGS_2 = {0x50: "√", 0x52: _ON, 0x53: "☒", 0x54: "☒", 0x55: "☒", 0xA3: _OFF, 0x2A: _OFF, 0x30: _OFF}
_FONTS = {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2}
_PRIVATE = 0xF000  # where symbol fonts have their letters


def _tag(node: _Element) -> str:
    return str(node.tag).rpartition("}")[2]


def _attribute(node: _Element, name: str, default: str = "") -> str:
    return next((str(value) for key, value in node.items() if str(key).rpartition("}")[2] == name), default)


def _is_on(node: _Element) -> bool:
    return _attribute(node, "val", "1").lower() not in ("0", "false", "off")


def symbol(node: _Element) -> str:
    """A character of a symbol font (`w:sym`): a tick or a box, else nothing."""
    code = _attribute(node, "char")
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    font = _attribute(node, "font")
    if number >= _PRIVATE or font.lower() in _FONTS:
        return _sign(number & 0xFF, font)
    return chr(number) if 0x20 <= number < 0xD800 else ""


def symbols_in(text: str, font: str) -> str:
    """Text of a run: the letters of a symbol font as the ticks and boxes they show."""
    if font.lower() in _FONTS:
        return "".join(_sign(ord(c) & 0xFF, font) or c for c in text)
    return "".join(_sign(ord(c) & 0xFF, "Wingdings") if 0xF000 <= ord(c) <= 0xF0FF else c for c in text)


def _sign(code: int, font: str) -> str:
    return _FONTS.get(font.lower(), _WINGDINGS).get(code, "")


def legacy_field(node: _Element) -> str:
    """What a field of an old form shows (`w:fldChar` with its data): its box, or the chosen entry of its list."""
    for kind in node.iter():
        if _tag(kind) == "checkBox":
            state = {_tag(child): _is_on(child) for child in kind}
            return _ON if state.get("checked", state.get("default", False)) else _OFF
        if _tag(kind) == "ddList":
            return _entry(kind)
    return ""


def _entry(node: _Element) -> str:
    entries = [_attribute(child, "val") for child in node if _tag(child) == "listEntry"]
    chosen = [_attribute(child, "val") for child in node if _tag(child) in ("result", "default")]
    at = int(chosen[0]) if chosen and chosen[0].isdecimal() and len(chosen[0]) < 5 else -1
    return entries[at] if 0 <= at < len(entries) else ""


def settle_controls(root: _Element) -> None:
    """Write into every content control what it shows: a tick or a box, nothing where only its grey hint stands."""
    for control in list(root.iter("{*}sdt")):
        properties = next((child for child in control if _tag(child) == "sdtPr"), None)
        content = next((child for child in control if _tag(child) == "sdtContent"), None)
        if properties is None or content is None:
            continue
        kinds = {_tag(child): child for child in properties}
        if "checkbox" in kinds:
            checked = next((child for child in kinds["checkbox"] if _tag(child) == "checked"), None)
            _show(content, _ON if checked is not None and _is_on(checked) else _OFF)
        elif "showingPlcHdr" in kinds and _is_on(kinds["showingPlcHdr"]):
            _show(content, "")


def _show(content: _Element, text: str) -> None:
    """Replace all words in a control by one text."""
    for node in list(content.iter("{*}t", "{*}sym")):
        if _tag(node) == "sym":
            node.tag = str(node.tag).replace("}sym", "}t")
        node.text, text = text, ""
