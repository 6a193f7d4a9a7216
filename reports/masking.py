"""Hides personal data in text that leaves the staff's folder: phones, identity numbers, mail addresses."""

from __future__ import annotations

import re

LONGEST_NAME = 4
"""Characters of a Chinese person's name, at most."""
_START, _END = r"(?<!\d)", r"(?!\d)"
_GAP = r"[ \u00a0\-－—–_.·]{0,2}"
_IDENTITY = re.compile(_START + r"\d{6}" + _GAP + r"(?:19|20)\d{6}" + _GAP + r"\d{3}[\dXx]" + _END)
_LONG = re.compile(_START + r"\d{15,19}[Xx]?" + _END)
"""Old identity numbers, bank cards."""
_CREDIT_CODE = re.compile(r"(?<![0-9A-Za-z])(?=[0-9A-Z]*\d)[0-9A-HJ-NP-RTUWXY]{18}(?![0-9A-Za-z])")
_MOBILE = re.compile(_START + r"((?:\+?86" + _GAP + r")?1[3-9]\d)" + _GAP + r"\d{4}" + _GAP + r"(\d{4})" + _END)
_LANDLINE = re.compile(r"(?<![\d\-])" + r"([（(]?0\d{2,3}[)）]?" + _GAP + r")\d{7,8}(?:(?:-|转)\d{1,6})?" + _END)
_DOMAIN = r"(@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,8})"
_EMAIL = re.compile(r"([A-Za-z0-9])[A-Za-z0-9._%+\-]{0,63}" + _DOMAIN)
_WORDY_EMAIL = re.compile(r"(\w)[\w.+\-]{0,15}" + _DOMAIN)
"""Names before the @ that are not ASCII; what EMAIL has masked has a star there."""
_FOLDED = {ord(wide): ascii for wide, ascii in zip("０１２３４５６７８９＠Ｘ．", "0123456789@X.", strict=True)}
_FOLDED |= dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"), "")
_SUSPECT = re.compile(r"[@＠]|[0-9A-Z]{18}|(?:\d[^\d\w]{0,4}_?[^\d\w]{0,4}){10}")
"""Nothing to hide is in a text without an address, a code or ten digits that stand together: told fast."""
_NAMES = re.compile(r"[^、，,；;／/\s（）()]+")


def mask(text: str) -> str:
    """The text with numbers of identity papers, cards and phones, and the names in mail addresses, replaced by stars.

    138****8000, 1101**********1234, 010-****, z***@example.com. Full-width digits count as digits, and marks that
    nobody sees do not keep them apart. Other text stays.
    """
    if not _SUSPECT.search(text):
        return text
    folded = text.translate(_FOLDED)
    masked = folded
    for pattern in (_IDENTITY, _LONG, _CREDIT_CODE):
        masked = pattern.sub(_ends, masked)
    masked = _MOBILE.sub(r"\1****\2", masked)
    masked = _LANDLINE.sub(r"\1****", masked)
    masked = _WORDY_EMAIL.sub(r"\1***\2", _EMAIL.sub(r"\1***\2", masked))
    return text if masked == folded else masked


def mask_names(text: str) -> str:
    """People's names with only the first character left: 林**、欧***. What is longer than a name stays."""
    return _NAMES.sub(lambda found: _first(found.group()), text)


def _first(name: str) -> str:
    return name[0] + "*" * (len(name) - 1) if name.isascii() or len(name) <= LONGEST_NAME else name


def _ends(match: re.Match[str]) -> str:
    number = match.group()
    return number[:4] + "*" * (len(number) - 8) + number[-4:]
