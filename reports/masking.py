"""Hides personal data in text that leaves the staff's folder: phones, identity numbers, mail addresses."""

from __future__ import annotations

import re

_DIGIT = r"(?<![0-9A-Za-z])"
_END = r"(?![0-9A-Za-z])"
_GAP = r"[ \-－—]?"
_IDENTITY = re.compile(_DIGIT + r"(?:\d{17}[\dXx]|\d{15})" + _END)
_CREDIT_CODE = re.compile(_DIGIT + r"(?=[0-9A-Z]*\d)[0-9A-HJ-NP-RTUWXY]{18}" + _END)
_MOBILE = re.compile(_DIGIT + r"((?:\+?86" + _GAP + r")?1[3-9]\d)" + _GAP + r"\d{4}" + _GAP + r"(\d{4})" + _END)
_LANDLINE = re.compile(r"(?<![0-9A-Za-z\-])" + r"([（(]?0\d{2,3}[)）]?" + _GAP + r")\d{7,8}(?:(?:-|转)\d{1,6})?" + _END)
_EMAIL = re.compile(r"(?<![\w.+\-])([\w])[\w.+\-]{0,63}(@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,8})")
_FULL_WIDTH = {ord(wide): ascii for wide, ascii in zip("０１２３４５６７８９＠Ｘ", "0123456789@X", strict=True)}


def mask(text: str) -> str:
    """The text with numbers of identity papers and phones, and the names in mail addresses, replaced by stars.

    138****8000, 1101**********1234, 010-****, z***@example.com. Full-width digits count as digits. Other text stays.
    """
    if not text:
        return text
    folded = text.translate(_FULL_WIDTH)
    masked = _IDENTITY.sub(_ends, folded)
    masked = _CREDIT_CODE.sub(_ends, masked)
    masked = _MOBILE.sub(r"\1****\2", masked)
    masked = _LANDLINE.sub(r"\1****", masked)
    masked = _EMAIL.sub(r"\1***\2", masked)
    return text if masked == folded else masked


def _ends(match: re.Match[str]) -> str:
    number = match.group()
    return number[:4] + "*" * (len(number) - 8) + number[-4:]
