"""What the form declares of originality and of material by others. A declaration is no measurement: nothing fails."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from ingest.config import Config, LicenceRule, OriginalRule
from ingest.model import KIND_WORDS, Kind, Outcome, Verdict, Work
from ingest.names import fold
from ingest.papers import scan_of, sheet_of
from ingest.rules.form import unfilled
from ingest.rules.presence import supporting
from ingest.rules.says import field_name, quote
from parsers.facts import FieldValue
from parsers.values import read_shares

_CLAUSES = re.compile(r"[，,。；;！!\n\r、]+")
_DENIALS = re.compile(
    r"无(?![人线限数尘论痕]|授权|版权|许可)|未(?![来知]|成年|授权)|没有|没用|不含|不涉及|不存在|不使用"
)
_NO_FOREIGN = re.compile(r"(?:无|未使用|没有|不含|不存在).{0,6}非原创|非原创.{0,8}(?:无|没有|为?0%?)$")
_STROKES = frozenset({"/", "\\", "-", "—", "——", "－", "/ /"})
_OWN = re.compile(r"(?<!非)原创|自创|自制|自拍|自有|自行(?:创作|拍摄|录制)")
_MORE_THAN = re.compile(r"(?<!不)(?<!未)(?:超过|大于|多于|高于)|以上")


def original(work: Work, limits: OriginalRule, config: Config) -> Verdict:
    """The commitment is given, and nothing declared goes beyond what is allowed; the rest is a person's to judge."""
    sheet = sheet_of(work)
    fields = sheet.fields if sheet else {}
    commitment, declared = fields.get("commitment"), fields.get("non_original")
    if commitment is not None and unfilled(commitment) and not _signed(work):
        return Verdict(Outcome.MISSING, f"{field_name('commitment', config)}未填写")
    said = f"表中未见{field_name('commitment', config)}；" if commitment is None else ""
    word = field_name("non_original", config)
    text = _text(declared)
    if not text:
        return Verdict(Outcome.MANUAL, f"{said}没有读到{word}，请人工核对是否原创")
    suspect = [w for w in limits.suspect_words if _stated(text, [w])]
    if suspect:
        return Verdict(Outcome.REVIEW, f"{said}{word} {quote(text)}，提到{'、'.join(suspect)}，请人工核对比例")
    if _too_much(text, limits.max_share):
        allowed = f"要求不超过 {limits.max_share * 100:g}%"
        return Verdict(Outcome.REVIEW, f"{said}{word} {quote(text)}；{allowed}，请人工核对")
    return Verdict(Outcome.MANUAL, f"{said}{word} {quote(text)}，请人工核对是否原创")


def licence(work: Work, limits: LicenceRule, config: Config) -> Verdict:
    """Where the form declares quoted material or music, licences for it are there."""
    sheet = sheet_of(work)
    text = _text(sheet.fields.get("non_original") if sheet else None)
    word = field_name("non_original", config)
    if not text:
        return Verdict(Outcome.REVIEW, f"没有读到{word}，不能确定是否需要{KIND_WORDS[Kind.LICENCE]}")
    if _stated(text, limits.quoted_words):
        found = supporting(work, Kind.LICENCE)
        return Verdict(found.outcome, f"{word} {quote(text)}；{found.evidence}")
    if _says_none(text, limits.quoted_words, limits.none_words):
        return Verdict(Outcome.NA, f"{word} {quote(text)}，不需要{KIND_WORDS[Kind.LICENCE]}")
    return Verdict(Outcome.REVIEW, f"{word} {quote(text)}，不能确定是否需要{KIND_WORDS[Kind.LICENCE]}，请人工核对")


def _signed(work: Work) -> bool:
    """The commitment stands, or is signed, on the paper alone."""
    reading = scan_of(work)
    found = reading.fields.get("commitment") if reading else None
    return bool(reading and reading.signed.get("commitment")) or (found is not None and not unfilled(found))


def _text(found: FieldValue | None) -> str:
    return "" if found is None else " ".join([found.value, *found.others]).strip()


def _clauses(text: str) -> list[str]:
    return [c for c in _CLAUSES.split(unicodedata.normalize("NFKC", text)) if c.strip()]


def _stated(text: str, words: Iterable[str]) -> bool:
    """One of the words stands in a clause that neither denies it nor says that it is one's own."""
    folded = [fold(w) for w in words if fold(w)]
    for clause in _clauses(text):
        plain = fold(clause)
        at = min((plain.find(w) for w in folded if w in plain), default=-1)
        if at >= 0 and not _DENIALS.search(plain[:at]) and not _OWN.search(plain):
            return True
    return False


def _says_none(text: str, quoted: Iterable[str], none: Iterable[str]) -> bool:
    """The text says that nothing is by others, and no clause of it is about anything but that and one's own."""
    if text in _STROKES or set(read_shares(text)) == {0.0}:
        return True
    nones, foreign = [fold(w) for w in none if fold(w)], [fold(w) for w in quoted if fold(w)]
    clauses = [fold(c) for c in _clauses(text) if fold(c)]
    denied = [c for c in clauses if _denies(c, nones, foreign)]
    return bool(denied) and all(c in denied or _OWN.search(c) for c in clauses)


def _denies(clause: str, nones: list[str], foreign: list[str]) -> bool:
    if any(clause == w or (len(w) > 1 and w in clause) for w in nones) or _NO_FOREIGN.search(clause):
        return True
    at = min((clause.find(w) for w in foreign if w in clause), default=-1)
    return at >= 0 and _DENIALS.search(clause[:at]) is not None


def _too_much(text: str, most: float) -> bool:
    """The declared shares, each counted once, are more than allowed; "10%以上" is more than 10 %."""
    shares = set(read_shares(text))
    if not shares:
        return False
    at_the_bound = max(shares) >= most - 1e-9 and _MORE_THAN.search(text) is not None
    return sum(shares) > most + 1e-9 or at_the_bound
