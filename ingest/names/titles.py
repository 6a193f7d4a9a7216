"""Titles and 登记号 as people write them, and what a file's name says of the file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from ingest.model import Kind

_DASHES = r"[-‐‑‒–—―−﹣_./·\s]"
_DIGITS = re.compile(r"\d+|[零〇一二三四五六七八九十百]+|[上中下](?=[集部篇]?$)")
_BOOK_TITLE = re.compile(r"[《〈]([^《》〈〉]{1,200})[》〉]")
_NOT_A_WORK = re.compile(r"(表|通知|函|证明|承诺书|声明|意见|办法|要求|名单|执照|合同|授权书|大赛)$")
_LIST_WORDS = re.compile(r"汇总|一览表|作品清单|作品名单|作品目录|推荐名单")
_FORM_WORDS = re.compile(r"(?:推荐|自荐|申报|报名|登记|申请)(?:作品)?[表书]")
_STAMPED = re.compile(r"扫描|盖章|签章|签字|公章|纸质|签名")
_PAPERS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.COVER_LETTER, re.compile(r"推荐函|报送函|公函|关于(?:推荐|报送|申报|选送).{0,60}(?:函|报告|通知|请示)")),
    (
        Kind.PROOF,
        re.compile(r"(?:播放|播出|播映|首播|上线|发布|展播|放映)[^。；;]{0,8}(?:证明|截图|截屏|录屏|凭证)|首播|播放量"),
    ),
    (Kind.IDENTITY, re.compile(r"身份证|营业执照|法人证书|法人登记|组织机构代码")),
    (Kind.LICENCE, re.compile(r"授权|许可|合同|版权(?!声明|承诺)|著作权(?!声明|承诺)")),
    (Kind.SCAN, _STAMPED),
)
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_NOISE = re.compile(
    r"附件\s*\d*|(?:19|20)\d\d\s*年?(?:度|全国)?|全国|科普微视频大赛|科普微视频|科普视频|科普短视频|微视频|短视频|大赛"
    r"|(?:推荐|自荐|申报|报名|登记)(?:作品)?表|推荐函|推荐|自荐|报送|选送|参赛|参评|投稿|提交|材料|作品|视频|电子版|纸质版"
    r"|扫描件|扫描版|扫描|已?盖章版?|签字版|播放证明|播出证明|播映证明|首播证明|授权书|汇总表|身份证|营业执照"
    r"|最终版?|定稿|终版|终稿|成片|完整版|高清版?|1080[pP]|4[kK]|[vV]\d+|副本|转发|回复|答复|补充|补正|补交|更新"
    r"|(?i:\bfwd?\b|\bre\b|\bfinal\b|\bcopy\b)|[（(]\s*\d*\s*[)）]|请查收|关于|的(?:函|报告|通知|请示|邮件)?$"
)
_EDGES = " \t\r\n-‐–—_:：、，,。.;；·|丨/+&~～()（）[]【】“”\"'《》"


def fold(text: str) -> str:
    """A text as it is compared: NFKC, case folded, without spaces, punctuation, symbols and book-title marks."""
    return _fold_short(text) if len(text) <= _SHORT else _fold(text)


_SHORT = 60
"""Characters of a text that is likely to come again, as names and labels are."""


@lru_cache(maxsize=20_000)
def _fold_short(text: str) -> str:
    return _fold(text)


def _fold(text: str) -> str:
    wide = unicodedata.normalize("NFKC", text).casefold().replace("丨", "")
    return "".join(c for c in wide if unicodedata.category(c)[0] not in "PZCS")


def same_title(one: str, other: str) -> float:
    """How surely two titles are one, 0 to 1; 1 when they fold alike.

    Titles that differ in a number ("第一集", "第二集") are of different works however alike they read: at most 0.5.
    """
    a, b = fold(one), fold(other)
    if not a or not b:
        return 0.0
    if a == b:
        return 1.0
    from rapidfuzz import fuzz

    alike = fuzz.ratio(a, b) / 100
    if _DIGITS.findall(a) != _DIGITS.findall(b):
        return min(alike, 0.5)
    return min(alike, 0.99)


def find_ids(text: str, prefixes: Iterable[str], year: int) -> list[str]:
    """登记号 of one edition in a text, as people write them (r2024—0001, Ｒ２０２４ ０００１), in order, each once."""
    known = "|".join(re.escape(p.upper()) for p in sorted(prefixes, key=len, reverse=True))
    if not known:
        return []
    plain = unicodedata.normalize("NFKC", text).upper()
    pattern = rf"(?<![A-Z0-9])({known})\s*{year}(?:{_DASHES}{{1,3}}(\d{{1,6}})|(\d{{4}}))(?!\d)"
    found = (f"{m[1]}{year}-{int(m[2] or m[3]):04d}" for m in re.finditer(pattern, plain) if int(m[2] or m[3]))
    return list(dict.fromkeys(found))


def title_in(text: str) -> str:
    """The first work's title in book-title marks, "" if there is none; forms, notices and letters are not works."""
    titles = (m[1].strip() for m in _BOOK_TITLE.finditer(text))
    return next((t for t in titles if t and not _NOT_A_WORK.search(t)), "")


def title_guess(name: str) -> str:
    """The title a file's name or a subject suggests: in book-title marks, else what is left without usual words."""
    marked = title_in(name)
    if marked:
        return marked
    left = _NOISE.sub(" ", _EXTENSION.sub("", unicodedata.normalize("NFKC", name)))
    return re.sub(r"\s+", " ", left).strip(_EDGES)[:100]


def kind_hint(name: str) -> Kind | None:
    """What a file's name says it is in the contest; None if it says nothing. A hint, never knowledge."""
    plain = unicodedata.normalize("NFKC", name)
    if _LIST_WORDS.search(plain):
        return Kind.LIST
    if _FORM_WORDS.search(plain):
        return Kind.SCAN if _STAMPED.search(plain) else Kind.FORM
    return next((kind for kind, words in _PAPERS if words.search(plain)), None)
