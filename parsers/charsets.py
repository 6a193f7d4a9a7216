"""Bytes to text as Chinese mail really labels them: aliases, wrong labels, no labels, cut characters."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

GUESS = ""
"""The family of a label that says nothing: utf-8 if the bytes are that, else gb18030."""

_FAMILIES = {
    "gb18030": "gb2312 gbk cp936 ms936 936 windows-936 euc-cn euccn gb18030 gb-18030 gb18030-2000 x-gbk gb_2312-80 "
    "gb2312-80 gb_2312 csgb2312 iso-ir-58 chinese csiso58gb231280 x-euc-cn zh_cn zh-cn x-mac-chinesesimp",
    "utf-8": "utf-8 utf8 utf_8 x-utf-8 unicode-1-1-utf-8 utf-8-sig cp65001 utf8mb4 csutf8",
    "cp950": "big5 big-5 cn-big5 csbig5 x-x-big5 cp950 ms950 950 windows-950 x-big5 x-windows-950 big5-eten big5_eten "
    "zh_tw zh-tw",
    "big5hkscs": "big5-hkscs big5_hkscs big5hkscs",
    "utf-16": "utf-16 utf16 utf_16 unicode ucs-2 iso-10646-ucs-2 csunicode",
    "hz": "hz-gb-2312 hz hzgb hz-gb",
    "cp949": "ks_c_5601-1987 ks_c_5601 euc-kr cp949 ksc5601 windows-949",
    "cp932": "shift_jis shift-jis sjis x-sjis cp932 windows-31j ms932",
    "cp1252": "iso-8859-1 iso8859-1 iso_8859-1 latin1 latin-1 l1 cp1252 windows-1252 cp-1252",
    GUESS: "us-ascii ascii ansi_x3.4-1968 iso646-us default unknown unknown-8bit x-unknown 8bit none binary "
    "user-defined x-user-defined _autodetect _autodetect_all",
}
_FAMILY = {label: family for family, labels in _FAMILIES.items() for label in labels.split()}
_TRUSTED = re.compile(
    r"(utf-?(16|32|7)|iso-?8859|iso-?2022|euc|koi8|windows-|cp\d|hz|johab|tis-?620|mac)", re.IGNORECASE
)
_ASCII_WITHIN = (GUESS, "utf-8", "gb18030", "cp950", "cp1252")  # families in which ASCII bytes mean ASCII
_WIDE = ("utf-16", "utf-32")
_CUT_AT_MOST = 3  # bytes of a character that a cut at the end may leave


@lru_cache(maxsize=512)
def family(label: str) -> str:
    """The codec to use for a charset label: a Python codec name, or GUESS where the label says nothing usable."""
    key = label.strip().strip("'\"").lower()
    found = _FAMILY.get(key)
    if found is not None:
        return found
    if not _TRUSTED.match(key):
        return GUESS
    try:
        return codecs.lookup(key).name
    except (LookupError, ValueError):
        return GUESS


def decode_bytes(data: bytes, label: str = "") -> str:
    """Text of `data`, labelled `label` ("" for none). Never raises: the bytes overrule a wrong label."""
    codec = family(label)
    if data.isascii() and codec in _ASCII_WITHIN:
        return data.decode("ascii")
    if codec == GUESS or (codec.startswith(_WIDE) and not _is_wide(data)):
        return _guess(data)
    if codec == "utf-16" and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        codec = _byte_order(data)
    if (text := _strictly(data, codec)) is not None:
        return text
    return _guess(data, codec)


def _is_wide(data: bytes) -> bool:
    """Two or four bytes a character, as the label says: not what is ASCII or UTF-8 through and through."""
    if b"\0" in data:
        return True
    return not data.isascii() and _strictly(data, "utf-8") is None


def _byte_order(data: bytes) -> str:
    """UTF-16 without a mark: line ends, spaces and letters have their zero first if the order is big-endian."""
    high, low = data[::2], data[1::2]
    if high.count(0) != low.count(0):
        return "utf-16-be" if high.count(0) > low.count(0) else "utf-16-le"
    return "utf-16-be" if sum(0x4E <= c <= 0x9F for c in high) > sum(0x4E <= c <= 0x9F for c in low) else "utf-16-le"


def _guess(data: bytes, first: str = "utf-8") -> str:
    order = dict.fromkeys((first, "utf-8", "gb18030"))
    for codec in order:
        if (text := _strictly(data, codec)) is not None:
            return text
    return min((data.decode(codec, "replace") for codec in order), key=lambda text: text.count("�"))


def _strictly(data: bytes, codec: str) -> str | None:
    """Decoded without a fault but for a character cut at the very end, or None."""
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        cut_at_end = error.start > 0 and len(data) - error.start <= _CUT_AT_MOST
        if cut_at_end and error.reason in ("unexpected end of data", "incomplete multibyte sequence"):
            return data[: error.start].decode(codec)
        return None
    except (LookupError, ValueError):
        return None
