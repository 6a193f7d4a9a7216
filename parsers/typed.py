"""What a value of a form means, in one normal form for its type, with how sure that is. The text itself is kept.

Confidence: 1.0 it says that and nothing else; 0.9 it says that beside other words; from 0.6 to 0.8 something was
supplied or repaired; at most 0.4 a check digit is wrong or the unit is guessed; 0.0 nothing was read, `normal` is "".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from parsers.answers import chosen
from parsers.checkdigits import is_credit_code, is_id_number, is_old_id_number
from parsers.durations import read_seconds
from parsers.matching import LIST
from parsers.values import iso_dates, read_shares

_MAX_TEXT = 2_000
SURE, BESIDE, SUPPLIED, HEDGED, DOUBTFUL = 1.0, 0.9, 0.7, 0.6, 0.3

_MOBILE = re.compile(r"(?<![\d.])(?:[+＋]?(?:00)?86[-\s]?)?(1[3-9]\d[-\s]?\d{4}[-\s]?\d{4})(?!\d)")
_LANDLINE = re.compile(
    r"(?<![\d.])(?:\+?(?:00)?86[-\s]?)?\(?(0\d{2,3})\)?\s?[-—–]?\s?(\d{7,8}|\d{3,4}[-\s]\d{4})"
    r"(?:\s?(?:-|—|转|分机号?|ext\.?|\#|\*)\s?(\d{1,6}))?(?!\d)",
    re.IGNORECASE,
)
_LOCAL = re.compile(r"(?<![\d.-])(?:([48]00[-\s]?\d{3}[-\s]?\d{4})|([2-9]\d{6,7})(?:\s?[-转]\s?(\d{1,6}))?)(?!\d)")
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,5}")
_CODE = re.compile(r"[0-9A-Z](?:[ \-]?[0-9A-Z]){13,19}")
_URL = re.compile(
    r"(?<![\w@.\-])(?P<scheme>https?://)?(?P<rest>(?:[A-Za-z0-9\-]{1,63}\.){1,6}[A-Za-z]{2,18}(?::\d{1,5})?(?![\w@.])"
    r"(?:[/?#][\w\-.~:/?#@!$&'*+;=%,]*)?)",
    re.ASCII | re.IGNORECASE,
)
_NONE = re.compile(
    r"(?:无|没有|未引用|未使用|不涉及|不含|均为原创|全为原创|完全原创|全部原创|全部为原创|0|零|/|-|—|——)[。.]?"
)
_YES = re.compile(r"(?:是|有|属于|涉及|同意|承诺|yes|y|√|☑|✓|✔)(?=[，,。；;：:（(\s]|$)", re.IGNORECASE)
_NO = re.compile(
    r"(?:否|无|不是|没有|不属于|非|不涉及|未涉及|不同意|no|n|×|/|-|—|——)(?=[，,。；;：:（(\s]|$)", re.IGNORECASE
)
_POSTCODE = re.compile(r"(?<![\d])([0-8]\d{2}\s?\d{3})(?!\d)")


@dataclass(frozen=True)
class Typed:
    """A value in its type's normal form, "" where it could not be read as one, and how surely it means that."""

    normal: str
    confidence: float


NOTHING = Typed("", 0.0)


def read_typed(kind: str, text: str) -> Typed:
    """A value of that kind; nothing for a kind that is none of KINDS, and for text without a value.

    date: ISO 8601, "2023-05", "2023-05-01/2023-06-01". duration: seconds. phone, email, id, postcode, url: one or
    several, parted by a space. share: 0 to 1, of foreign material. yesno: "yes" or "no". list: one a line.
    """
    reader = KINDS.get(kind)
    return NOTHING if reader is None or not text.strip() else reader(text[:_MAX_TEXT].strip())


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _date(text: str) -> Typed:
    found = iso_dates(re.sub(r"(?<=\d)\s?[。·]\s?(?=\d)", ".", text))
    if found is None:
        return NOTHING
    if not found.sure:
        return Typed(found.text, HEDGED)
    if found.dates > 2 or ".." in found.text or re.search(r"(?<!\d)\d\d年", _plain(text)):
        return Typed(found.text, SUPPLIED)
    return Typed(found.text, BESIDE if found.rest else SURE)


def _duration(text: str) -> Typed:
    seconds, confidence = read_seconds(text)
    return NOTHING if seconds is None else Typed(f"{seconds:.2f}".rstrip("0").rstrip("."), confidence)


def _phone(text: str) -> Typed:
    plain = _plain(text)
    numbers: list[str] = []
    certain = True
    for pattern in (_MOBILE, _LANDLINE, _LOCAL):
        for found in pattern.finditer(plain):
            numbers.append(_as_number(pattern, found))
            certain = certain and pattern is not _LOCAL
        plain = pattern.sub(" ", plain)
    if not numbers:
        return NOTHING
    strays = re.search(r"\d{5,}", plain)
    return Typed(_several(numbers), HEDGED if strays else SURE if certain else SUPPLIED)


def _as_number(pattern: re.Pattern[str], found: re.Match[str]) -> str:
    groups = [re.sub(r"\D", "", group) for group in found.groups() if group]
    return "-".join(groups) if pattern is not _MOBILE else groups[0]


_CUT = re.compile(r"(?<![@.A-Za-z0-9_-])(?!(?i:e-?mail|mail)\b)[A-Za-z0-9][A-Za-z0-9._-]*[ \t]+[A-Za-z0-9._-]+@")
"""A word of letters right before an address: perhaps its beginning, behind a line that was not read (zhang_san@…)."""


def _email(text: str) -> Typed:
    plain = _plain(text)
    tight = re.sub(r"\s*([@.])\s*(?=[A-Za-z0-9])", r"\1", plain)
    repaired = re.sub(r"(?<=[A-Za-z0-9])[。、,，·](?=(?:com|cn|net|org|edu|gov)\b)", ".", tight)
    found = [address.lower().strip(".") for address in _EMAIL.findall(repaired)]
    if not found or len(found) < repaired.count("@"):
        return Typed(_several(found), DOUBTFUL) if found else NOTHING
    if _CUT.search(repaired):
        return Typed(_several(found), DOUBTFUL)
    if repaired != tight:
        return Typed(_several(found), HEDGED)
    return Typed(_several(found), SURE if tight == plain else BESIDE)


def _id(text: str) -> Typed:
    read = [_as_code(re.sub(r"[ \-]", "", code)) for code in _CODE.findall(_plain(text).upper())]
    return Typed(_several([code for code, _ in read]), min(sure for _, sure in read)) if read else NOTHING


def _as_code(code: str) -> tuple[str, float]:
    if is_id_number(code) or is_credit_code(code):
        return code, SURE
    return code, BESIDE if is_old_id_number(code) else DOUBTFUL


def _url(text: str) -> Typed:
    found = list(_URL.finditer(_plain(text.replace("。", " ").replace("，", " ").replace("；", " "))))
    if not found:
        return NOTHING
    addresses = [(m["scheme"] or "https://").lower() + m["rest"].rstrip(".,;:!") for m in found]
    return Typed(_several(addresses), SURE if all(m["scheme"] for m in found) else SUPPLIED)


def _share(text: str) -> Typed:
    shares = sorted(set(read_shares(text)))
    if len(shares) == 1:
        alone = re.fullmatch(r"[约共占]?[\d.\s]+%", _plain(text).strip())
        return Typed(f"{shares[0]:g}", SURE if alone else BESIDE)
    if shares:
        return Typed(f"{shares[-1]:g}", DOUBTFUL)
    return Typed("0", BESIDE) if _NONE.fullmatch(text.strip()) else NOTHING


def _yesno(text: str) -> Typed:
    ticked = chosen(text)
    plain = _plain(text if ticked is None else ticked).strip()
    if "、" in plain and ticked:
        return NOTHING
    for word, pattern in (("no", _NO), ("yes", _YES)):
        if found := pattern.match(plain):
            return Typed(word, SURE if found.end() == len(plain) and found[0] not in "√×/-—" else BESIDE)
    return NOTHING


def _postcode(text: str) -> Typed:
    plain = _plain(text)
    found = [re.sub(r"\s", "", code) for code in _POSTCODE.findall(plain)]
    return Typed(_several(found), SURE if len(re.sub(r"\s", "", plain)) == 6 else BESIDE) if found else NOTHING


def _list(text: str) -> Typed:
    items = [" ".join(item.split()) for item in _items(text)]
    named = "\n".join(item for item in items if item)
    return Typed(named, SURE) if named else NOTHING


def _items(text: str) -> Iterator[str]:
    """Parted at commas and line ends, but not within brackets: 何审之（研究员、博导）、陆校之."""
    depth, start = 0, 0
    for at, sign in enumerate(text):
        depth = max(0, depth + (sign in "（([【") - (sign in "）)]】"))
        if sign == "\n" or (depth == 0 and sign in "、，,；;"):
            yield text[start:at]
            start, depth = at + 1, 0
    yield text[start:]


def _several(values: list[str]) -> str:
    return " ".join(dict.fromkeys(values))


KINDS: dict[str, Callable[[str], Typed]] = {
    "date": _date,
    "duration": _duration,
    "phone": _phone,
    "email": _email,
    "id": _id,
    "url": _url,
    "share": _share,
    "yesno": _yesno,
    "postcode": _postcode,
    LIST: _list,
}
"""The types a field may have."""
