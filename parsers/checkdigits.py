"""Numbers of persons and bodies with their check characters: GB 11643 (18-digit ID), GB 32100 (社会信用代码)."""

from __future__ import annotations

import datetime as dt
import re

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ID = re.compile(r"\d{17}[\dX]")
_CREDIT = re.compile(rf"[{_CREDIT_SIGNS}]{{2}}\d{{6}}[{_CREDIT_SIGNS}]{{10}}")


def is_id_number(number: str) -> bool:
    """Eighteen characters, a birthday that the calendar has, and the right check character."""
    if not _ID.fullmatch(number) or not _is_day(number[6:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    return _ID_CHECKS[total % 11] == number[17]


def is_old_id_number(number: str) -> bool:
    """The fifteen digits of before 1999: no check digit, a birthday of the twentieth century."""
    return bool(re.fullmatch(r"\d{15}", number)) and _is_day("19" + number[6:12])


def is_credit_code(code: str) -> bool:
    """Eighteen characters without I, O, S, V, Z, and the right check character."""
    if not _CREDIT.fullmatch(code):
        return False
    total = sum(_CREDIT_SIGNS.index(sign) * weight for sign, weight in zip(code, _CREDIT_WEIGHTS, strict=False))
    return _CREDIT_SIGNS[-total % 31] == code[17]


def _is_day(digits: str) -> bool:
    try:
        dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return True
