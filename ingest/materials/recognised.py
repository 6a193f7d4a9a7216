"""What a picture or a scanned page is in the contest, by what was recognised on it; its name comes second."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.model import KIND_WORDS, Kind, Part
from ingest.names import fold, kind_hint
from parsers.facts import ImageFacts, Reading

FORM_FIELDS = 4
"""So many labels make a document a form without a title; with a title half of them do."""

CLEAR = 0.75
"""Confidence of a reading from which its words tell for sure what a page is."""

TITLES: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    (Kind.LIST, ("汇总表", "一览表", "作品清单", "推荐名单")),
    (Kind.COVER_LETTER, ("推荐函", "报送函", "关于推荐", "关于报送", "关于选送", "关于申报")),
    (Kind.PROOF, ("播放证明", "播出证明", "播映证明", "首播证明", "上线证明", "发布证明", "展播证明")),
    (Kind.LICENCE, ("授权书", "授权使用", "使用许可", "许可协议", "授权协议", "版权许可", "使用授权", "授权证明")),
    (Kind.IDENTITY, ("居民身份证", "公民身份号码", "营业执照", "事业单位法人证书", "社会团体法人", "统一社会信用代码")),
)
"""Words in the head of a paper that say what it is."""

HEAD = 120
"""Letters at the beginning of a text within which its title stands."""

FORMS_TOO = frozenset({"统一社会信用代码"})
"""Words of identity papers that forms ask for too."""

_FEW = 10
_MANY = 40
_SEAL = 0.5
_SIGNS = (
    r"播放量|观看量|浏览量|[万亿\d]次?(?:播放|观看|浏览)|播放[\d.]+万?",
    r"弹幕|投币|一键三连",
    r"点赞|获赞|收藏|转发|分享",
    r"评论(?!员)|关注|粉丝",
    r"发布于|发布时间|发表于|\d+小时前|\d+天前",
    r"bilibili|哔哩哔哩|抖音|快手|视频号|西瓜视频|优酷|爱奇艺|腾讯视频|央视网|学习强国|微博|小红书|今日头条",
    r"https?:|www\.|\.com|\.cn",
    r"BV1[0-9A-Za-z]{6,}",
)
_SIGN_WORDS = tuple(re.compile(sign, re.IGNORECASE) for sign in _SIGNS)
_TESTIFIES = re.compile(r"兹证明|特此证明|兹有|现证明|证明如下")
_SHOWN = re.compile(r"播出|播放|首播|播映|上线|展播|放映|刊播|发布")
_PERSON = re.compile(r"居民身份证|公民身份号码|签发机关")
_BODY = re.compile(r"营业执照|法人证书|法人登记证|组织机构代码证")
_PARTIES = re.compile(r"甲方|授权人|授权方|许可方|权利人|版权方")
_GRANTS = re.compile(r"授权|许可")
_SENDS = re.compile(r"推荐|报送|选送|申报")
_LETTERS = re.compile(r"组委会|出版社|科技部|特此|此致|敬礼|来函|收悉|请予|请查收|贵单位|贵社")


@dataclass(frozen=True)
class Classified:
    """What a file is. `certain`: its content says so. `why`: for people, in Chinese."""

    kind: Kind
    certain: bool
    why: str


def by_reading(part: Part, facts: ImageFacts, reading: Reading) -> Classified:
    """What a recognised picture or scanned PDF is. Never certain where the reading is poor."""
    text = fold(reading.text)
    if len(text) < _FEW:
        return _hardly_anything(part, facts, text)
    found = _told(facts, reading, text)
    if found is None:
        return _another(part, facts, reading, text)
    kind, why = found
    if reading.confidence < CLEAR:
        return by_name(part, kind, f"{why}，但识别得不够清楚")
    return beside_name(part, Classified(kind, True, why))


def by_name(part: Part, otherwise: Kind, why: str) -> Classified:
    """By what the name says, never certain. A form's name on a picture is its scan."""
    hint = kind_hint(part.name)
    if hint is Kind.FORM and otherwise is Kind.SCAN:
        hint = Kind.SCAN
    if hint is Kind.SCAN and otherwise in (Kind.FORM, Kind.LIST):
        hint = otherwise
    if hint is None:
        return Classified(otherwise, False, why)
    return Classified(hint, False, f"由文件名判断为{KIND_WORDS[hint]}（{why}）")


def beside_name(part: Part, found: Classified) -> Classified:
    """What the content says, with a word on a name that says something else."""
    hint = kind_hint(part.name)
    if hint is None or hint is found.kind or {hint, found.kind} == {Kind.FORM, Kind.SCAN}:
        return found
    return Classified(found.kind, found.certain, f"{found.why}；文件名却像是{KIND_WORDS[hint]}，以内容为准")


def head_kind(head: str, without: frozenset[str] = frozenset()) -> Kind | None:
    """The kind whose title stands in the folded head of a text, None if none does."""
    return next((kind for kind, words in TITLES if any(w in head and w not in without for w in words)), None)


def _hardly_anything(part: Part, facts: ImageFacts, text: str) -> Classified:
    """A page on which nothing or next to nothing was read."""
    problems = {page.problem for page in facts.seen}
    if problems and problems <= {"blank"}:
        return Classified(Kind.OTHER, False, _against(part, "空白页，没有识别到文字"))
    if problems & {"too-large", "unreadable"} and not text:
        return by_name(part, Kind.SCAN, "图片未能识别")
    return by_name(part, Kind.SCAN, "几乎没有识别到文字")


def _told(facts: ImageFacts, reading: Reading, text: str) -> tuple[Kind, str] | None:
    """What the words say, and why; None if they say nothing the contest knows."""
    head, labels = text[:HEAD], len(reading.fields)
    if any(word in head for word in TITLES[0][1]) or _is_table_of_works(reading):
        return Kind.LIST, "识别为多部作品的汇总表"
    if reading.title.strip() and labels >= FORM_FIELDS // 2:
        return Kind.SCAN, "识别到表格标题和栏目"
    titled = head_kind(head, FORMS_TOO if labels else frozenset())
    if titled is not None:
        return titled, f"识别到的标题表明是{KIND_WORDS[titled]}"
    if labels >= FORM_FIELDS:
        return Kind.SCAN, "识别到表格栏目"
    return _by_words(text, labels, sealed=_sealed(facts))


def _by_words(text: str, labels: int, *, sealed: bool) -> tuple[Kind, str] | None:
    """By what the text mentions: proofs, licences, identity papers, letters."""
    if _TESTIFIES.search(text) and _SHOWN.search(text):
        return Kind.PROOF, "识别为播出单位的证明"
    if _PERSON.search(text) or _BODY.search(text):
        return Kind.IDENTITY, f"识别为{KIND_WORDS[Kind.IDENTITY]}"
    if _PARTIES.search(text) and _GRANTS.search(text):
        return Kind.LICENCE, f"识别为{KIND_WORDS[Kind.LICENCE]}"
    if sealed and labels <= 1 and _SENDS.search(text) and _LETTERS.search(text):
        return Kind.COVER_LETTER, "识别为盖章的推荐函，没有表格栏目"
    return None


def _another(part: Part, facts: ImageFacts, reading: Reading, text: str) -> Classified:
    """A page that says nothing the contest knows: a screenshot, a page that goes on from another, another paper."""
    signs = sum(bool(sign.search(unicodedata.normalize("NFKC", reading.text))) for sign in _SIGN_WORDS)
    if signs >= 2 and not reading.fields:
        sure = reading.confidence >= CLEAR and (signs > 2 or kind_hint(part.name) is Kind.PROOF)
        return beside_name(part, Classified(Kind.PROOF, sure, "识别为播放平台的页面截图"))
    if reading.fields or _sealed(facts):
        words = "、".join(sorted(value.label for value in reading.fields.values())[:3])
        return by_name(part, Kind.SCAN, f"像是表格的一页，识别到{f'“{words}”' if words else '印章'}")
    if reading.confidence < CLEAR or len(text) < _MANY:
        return by_name(part, Kind.SCAN, "没有识别到表格栏目")
    said = f"没有识别到表格栏目，开头为“{_opening(reading.text)}”"
    if kind_hint(part.name) in (None, Kind.FORM, Kind.SCAN):
        return Classified(Kind.OTHER, False, _against(part, f"像是其他文件，{said}"))
    return by_name(part, Kind.OTHER, said)


def _against(part: Part, why: str) -> str:
    """The reason, with a word on a name that promises the stamped form."""
    promised = kind_hint(part.name) in (Kind.FORM, Kind.SCAN)
    return f"{why}；文件名却写的是表格扫描件" if promised else why


def _sealed(facts: ImageFacts) -> bool:
    return any(mark.what == "seal" and mark.confidence >= _SEAL for page in facts.seen for mark in page.marks)


def _is_table_of_works(reading: Reading) -> bool:
    """Numbered rows under 序号, and several titles in one page."""
    lines: Sequence[str] = reading.text.splitlines()
    if not any("序号" in line for line in lines[:8]):
        return False
    numbered = {m[1] for line in lines if (m := re.match(r"\s*(\d{1,2})\b", line))}
    return {"1", "2", "3"} <= numbered


def _opening(text: str) -> str:
    first = next((line for line in text.splitlines() if fold(line)), "")
    return " ".join(first.split())[:20]
