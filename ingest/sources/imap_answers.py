"""What an IMAP server's answers say. Read by what is looked for, in any order: servers add, leave out and reorder."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_UID = re.compile(rb"\bUID (\d{1,10})\b", re.IGNORECASE)
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,18})\b", re.IGNORECASE)
_DATE = re.compile(
    rb'\bINTERNALDATE " ?(\d{1,2})-([a-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"', re.IGNORECASE
)


def uids_found(answers: Iterable[bytes]) -> list[int]:
    """UIDs that a SEARCH found, ascending. An empty answer may be nothing, an empty line, "(none)" or NIL."""
    found = b" ".join(text[9:] for text in answers if text[:8].upper() == b"* SEARCH")
    plain = re.sub(rb"\([^)]*\)", b"", found)
    return sorted({int(number) for number in re.findall(rb"\b\d{1,10}\b", plain)})


def uid_of(answer: bytes) -> int | None:
    """Of which mail an answer, or the beginning of one, is; None if it does not say."""
    found = _UID.search(answer)
    return int(found[1]) if found else None


def size_of(answer: bytes) -> int | None:
    """RFC822.SIZE in bytes; None if the answer does not say."""
    found = _SIZE.search(answer)
    return int(found[1]) if found else None


def number_of(answer: bytes, item: str) -> int | None:
    """The number that stands behind an item of STATUS; None if there is none."""
    found = re.search(rb"[( ]%s (\d{1,18})\b" % item.encode(), answer, re.IGNORECASE)
    return int(found[1]) if found else None


def describes(answer: bytes) -> bool:
    """Whether an answer tells of a mail what a listing needs, and is not one that came unasked."""
    return uid_of(answer) is not None and (size_of(answer) is not None or b"INTERNALDATE" in answer.upper())


def arrival_of(answer: bytes) -> dt.datetime | None:
    """INTERNALDATE in an answer, with the zone it came with; None if there is none, or none that can be."""
    found = _DATE.search(answer)
    if found is None:
        return None
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = (part.decode() for part in found.groups())
    try:
        zone = dt.timedelta(hours=int(zone_hours), minutes=int(zone_minutes))
        return dt.datetime(
            int(year),
            MONTHS.index(month.title()) + 1,
            int(day),
            int(hour),
            int(minute),
            int(second),
            tzinfo=dt.timezone(-zone if sign == "-" else zone),
        )
    except ValueError:
        return None
