"""How what was read off a form agrees with what was written into it: field by field, and in figures over many."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from bench.corpus import Case
from parsers.facts import Broken, Facts, FieldValue, FormFacts, ImageFacts

LONG = 40
"""Letters above which a text is judged by its character error rate, not as a whole."""
LONG_ERRORS = 0.05
"""Character error rate up to which a long text counts as a field that was read."""
SIGNED_OVER = frozenset({"commitment", "recommender_opinion", "review_opinion"})
"""Fields in whose cell people also sign and stamp: what stands before and after their text is not counted."""
LISTS = frozenset({"reviewers", "reviewer_titles", "reviewer_units"})
"""Fields that hold several things: each has to be there."""
SURE_SEAL = 0.5
_ALIKE = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "—": "-", "–": "-", "―": "-"})
_ANSWERS = {"yes": "是", "no": "否"}


@dataclass(frozen=True)
class Judged:
    """One field of one case. errors, letters: characters wrong and in all, of long texts, else 0."""

    layout: str
    kind: str
    field: str
    right: bool
    truth: str
    found: str
    errors: int = 0
    letters: int = 0


@dataclass(frozen=True)
class Looked:
    """A case with what was read. seal, signed: whether found as it is, None where nobody asked; seconds: to read it.

    broken: what was said of files that could not be read at all.
    """

    case: Case
    judged: tuple[Judged, ...]
    seal: bool | None
    signed: tuple[bool, ...]
    seconds: float
    broken: tuple[str, ...] = ()


def fold(text: str) -> str:
    """Without spaces, full width folded, quotes and dashes made even; letters keep their case."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).translate(_ALIKE)


def look_at(case: Case, facts: Sequence[Facts], seconds: float) -> Looked:
    """Judge what was read of a case, from its file or from the photographs of its pages."""
    found = merged(facts)
    judged = tuple(_judge(case, field, truth, found.get(field)) for field, truth in case.truth.items())
    broken = tuple(f"{one.reason} {one.detail}" for one in facts if isinstance(one, Broken))
    if case.paper is None:
        return Looked(case, judged, None, (), seconds, broken)
    images = [one for one in facts if isinstance(one, ImageFacts)]
    marks = [mark for image in images for page in image.seen for mark in page.marks]
    sealed = any(m.what == "seal" and m.colour == "red" and m.confidence >= SURE_SEAL for m in marks)
    signed = {field: hand for image in images if image.reading for field, hand in image.reading.signed.items()}
    hands = tuple(signed.get(field) == is_signed for field, is_signed in case.paper.signed.items())
    return Looked(case, judged, sealed == case.paper.sealed, hands, seconds, broken)


def merged(facts: Sequence[Facts]) -> dict[str, FieldValue]:
    """The fields of all pages; of a field on two of them the first that is not blank."""
    found: dict[str, FieldValue] = {}
    for one in facts:
        fields = one.fields if isinstance(one, FormFacts) else {}
        if isinstance(one, ImageFacts) and one.reading is not None:
            fields = one.reading.fields
        for name, value in fields.items():
            if name not in found or (found[name].blank and not value.blank):
                found[name] = value
    return found


def _judge(case: Case, field: str, truth: str, found: FieldValue | None) -> Judged:
    value = found.value if found is not None else ""
    wanted, got = fold(truth), fold(value)
    base = (case.layout.key, case.kind, field)
    if len(wanted) > LONG:
        errors = _errors(wanted, got, around=field in SIGNED_OVER)
        return Judged(*base, errors <= LONG_ERRORS * len(wanted), truth, value, errors, len(wanted))
    return Judged(*base, found is not None and _is_right(field, truth, wanted, found, got), truth, value)


def _is_right(field: str, truth: str, wanted: str, found: FieldValue, got: str) -> bool:
    if not wanted:
        return found.blank
    if field in LISTS:
        return all(fold(name) in got for name in truth.split("、"))
    if field in SIGNED_OVER:
        return wanted in got
    return got == wanted or (truth in _ANSWERS.values() and _ANSWERS.get(found.normal) == truth)


def _errors(wanted: str, got: str, *, around: bool) -> int:
    """Characters to change; with `around`, only within the stretch of `got` that is most like what is wanted."""
    if around and len(got) > len(wanted):
        place = fuzz.partial_ratio_alignment(wanted, got)
        if place is not None:
            got = got[place.dest_start : place.dest_end]
    return min(Levenshtein.distance(wanted, got), len(wanted))


# --- figures


def figures(looked: Iterable[Looked]) -> dict[str, Any]:
    """By kind: fields right, long texts' character error rate, seals and signatures told right; by layout, by field."""
    by_kind: dict[str, list[Looked]] = defaultdict(list)
    for one in looked:
        by_kind[one.case.kind].append(one)
    return {kind: _of_kind(those) for kind, those in by_kind.items()}


def _of_kind(looked: Sequence[Looked]) -> dict[str, Any]:
    judged = [field for one in looked for field in one.judged]
    found: dict[str, Any] = {"files": len(looked), "fields": share(judged), "long_cer": _cer(judged)}
    if broken := sum(bool(one.broken) for one in looked):
        found["broken"] = broken
    seals = [one.seal for one in looked if one.seal is not None]
    hands = [hand for one in looked for hand in one.signed]
    if seals:
        found |= {"seal": _mean(seals), "signed": _mean(hands)}
    return found | {
        "seconds": round(sum(one.seconds for one in looked) / len(looked), 2),
        "layouts": _by(judged, lambda field: field.layout),
        "by_field": _by(judged, lambda field: field.field),
    }


def share(judged: Sequence[Judged]) -> float:
    """The part of fields that were read right, 0 to 1."""
    return _mean([field.right for field in judged])


def _mean(values: Sequence[bool]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0


def _cer(judged: Sequence[Judged]) -> float:
    letters = sum(field.letters for field in judged)
    return round(sum(field.errors for field in judged) / letters, 4) if letters else 0.0


def _by(judged: Sequence[Judged], key: Callable[[Judged], str]) -> Mapping[str, float]:
    right, all_of = Counter[str](), Counter[str]()
    for field in judged:
        right[key(field)] += field.right
        all_of[key(field)] += 1
    return {name: round(right[name] / count, 4) for name, count in all_of.items()}
