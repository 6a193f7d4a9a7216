"""What the form says of itself, and of when the film was made and shown: the electronic one, else the scan."""

from __future__ import annotations

import re
import unicodedata

from ingest.config import Config, FormFieldsRule, RuleTable
from ingest.model import Outcome, Verdict, Work
from ingest.names import fold
from ingest.papers import SURE, Sheet, scan_of, sheet_of
from ingest.rules.says import day, field_name, listed, quote
from parsers.facts import FieldValue
from parsers.typed import read_typed
from parsers.values import DateSpan, read_dates

_HEAD = 200
_JUDGED_HERE = frozenset({"phone", "email"})
"""Types whose values are looked at here: a letter or a call would not arrive. Dates have rules of their own."""

_READABLE = 0.5
"""Confidence from which a value reads as what its field is for."""

_YEAR = re.compile(r"(20\d\d)")
_RESIDUE = re.compile(
    r"[（(][^（）()]{0,12}[章字名][^（）()]{0,4}[)）]|公章|盖章|签章|签字|签名|负责人|经办人|单位|承诺人|作者|日期|年|月|日"
)


def form_kind(work: Work, limits: RuleTable, config: Config) -> Verdict:
    """The form of this track and this edition, by its title and the lines above it; the scan's too, where it was read.

    Never fails: staff may move the work.
    """
    sheet, reading = _sheet(work), scan_of(work)
    found = _kind(sheet, "扫描件" if sheet.recognised else "表格", work, config)
    if found.outcome is not Outcome.PASS or sheet.recognised or reading is None:
        return found
    wrong = _wrong(Sheet(reading.title, text=reading.text), "扫描件", work, config)
    return Verdict(Outcome.REVIEW, wrong) if wrong else found


def _kind(sheet: Sheet, word: str, work: Work, config: Config) -> Verdict:
    form = config.track(work.track).form
    if not sheet.title.strip():
        return Verdict(Outcome.REVIEW, f"未读到{word}标题，请核对是否为{form}")
    title, wrong = quote(sheet.title), _wrong(sheet, word, work, config)
    if wrong:
        return Verdict(Outcome.REVIEW, wrong)
    if fold(form) not in fold(sheet.title):
        return Verdict(Outcome.REVIEW, f"{word}标题{title}；{config.track(work.track).name}应使用{form}")
    if not _years(sheet):
        return Verdict(Outcome.REVIEW, f"{word}标题{title}没有写年份；本届为 {config.edition.year} 年，请核对")
    return Verdict(Outcome.PASS, f"{word}标题{title}，{config.edition.year}年")


def _wrong(sheet: Sheet, word: str, work: Work, config: Config) -> str:
    """That a title is another track's, or names another year, "" if it does not."""
    track, title = config.track(work.track), quote(sheet.title)
    others = [t for t in config.tracks if t.key != track.key and fold(t.form) in fold(sheet.title)]
    if others:
        return f"{word}标题{title}属于“{others[0].name}”；{track.name}应使用{track.form}"
    years = _years(sheet) - {str(config.edition.year)}
    if years and sheet.title.strip():
        return f"{word}标题{title}年份为 {'、'.join(sorted(_years(sheet)))}；本届为 {config.edition.year} 年，请核对"
    return ""


def _years(sheet: Sheet) -> set[str]:
    return set(_YEAR.findall(_head(sheet)))


def form_fields(work: Work, limits: FormFieldsRule, config: Config) -> Verdict:
    """Required fields are filled. Label there and nothing beside it is missing; a label not found is for a person.

    What the electronic form leaves blank and the scan holds is not missing. A value that does not read as what its
    field is for is for a person too.
    """
    sheet = _sheet(work)
    required = config.forms.required.get(work.track, ())
    empty = [n for n in required if n in sheet.fields and unfilled(sheet.fields[n])]
    paper = [n for n in empty if not sheet.recognised and _on_paper(work, n)]
    blank = [n for n in empty if n not in paper]
    said = {
        "未填写": blank,
        "电子表未填写、扫描件上有": [n for n in paper if n not in limits.on_paper],
        "表中没有找到": [n for n in required if n not in sheet.fields],
        "读得不确定": [
            n for n in required if n in sheet.fields and not unfilled(sheet.fields[n]) and _doubtful(sheet, n)
        ],
        "写法不能识别": [n for n in required if _odd(sheet, n, config)],
    }
    words = [f"{word}：{'、'.join(field_name(n, config) for n in names)}" for word, names in said.items() if names]
    if blank:
        return Verdict(Outcome.MISSING, "；".join(words))
    if words:
        return Verdict(Outcome.REVIEW, "；".join(words) + "，请打开表格核对")
    return Verdict(Outcome.PASS, f"必填的 {len(required)} 项均已填写")


def _on_paper(work: Work, name: str) -> bool:
    """The scan holds what the electronic form leaves blank: text, or handwriting."""
    reading = scan_of(work)
    if reading is None:
        return False
    found = reading.fields.get(name)
    return bool(reading.signed.get(name)) or (found is not None and not unfilled(found))


def _doubtful(sheet: Sheet, name: str) -> bool:
    return sheet.fields[name].confidence < SURE


def _odd(sheet: Sheet, name: str, config: Config) -> bool:
    """The value has a type and could not be read as one. Dates have rules of their own."""
    kind, found = config.forms.types.get(name, ""), sheet.fields.get(name)
    if found is None or kind not in _JUDGED_HERE or unfilled(found) or _doubtful(sheet, name):
        return False
    sure = found.normal_confidence if found.normal else read_typed(kind, found.value).confidence
    return sure < _READABLE


def made_in_window(work: Work, limits: RuleTable, config: Config) -> Verdict:
    """The completion date lies in the edition's window."""
    return _in_window(work, "completed_on", config)


def shown_in_window(work: Work, limits: RuleTable, config: Config) -> Verdict:
    """The first showing lies in the window, on a platform the edition knows; another platform is for a person."""
    dated = _in_window(work, "first_shown_on", config)
    named = _platform(work, config)
    order = (Outcome.FAIL, Outcome.MISSING, Outcome.REVIEW, Outcome.PASS)
    worst = min(dated.outcome, named.outcome, key=order.index)
    return Verdict(worst, f"{dated.evidence}；{named.evidence}")


def unfilled(found: FieldValue) -> bool:
    """Nothing but what the empty form prints there itself: （盖章）, 年 月 日, underlines."""
    return not fold(_RESIDUE.sub("", unicodedata.normalize("NFKC", found.value)))


def _sheet(work: Work) -> Sheet:
    sheet = sheet_of(work)
    if sheet is None:
        raise ValueError("asked about a form that is not there")
    return sheet


def _head(form: Sheet) -> str:
    """The title with the lines above it, since many forms break their title over two lines; digits plain."""
    text, title = form.text[: 50 * _HEAD], form.title
    end = text.find(title)
    above = text[max(0, end - _HEAD) : end] if 0 <= end <= _HEAD else ""
    plain = unicodedata.normalize("NFKC", above + title)
    return plain.translate(str.maketrans("零〇○一二三四五六七八九", "000123456789"))


def _in_window(work: Work, name: str, config: Config) -> Verdict:
    """A date of the form against the window: what lies only partly in it, or was not surely read, is for a person."""
    word, found = field_name(name, config), _sheet(work).fields.get(name)
    first, last = config.edition.made_from, config.edition.made_to
    wanted = f"要求 {day(first)}至{day(last)}"
    if found is None:
        return Verdict(Outcome.REVIEW, f"表中没有找到{word}；{wanted}")
    if unfilled(found):
        return Verdict(Outcome.MISSING, f"{word}未填写；{wanted}")
    span = read_dates(found.value)
    evidence = f"{word} {quote(found.value)}；{wanted}"
    if span is None:
        return Verdict(Outcome.REVIEW, f"{evidence}；未能读出日期，请人工核对")
    return Verdict(_judge(span, found, config), evidence)


def _judge(span: DateSpan, found: FieldValue, config: Config) -> Outcome:
    first, last = config.edition.made_from, config.edition.made_to
    if not span.sure or found.others or found.confidence < SURE:
        return Outcome.REVIEW
    if span.within(first, last):
        return Outcome.PASS
    return Outcome.FAIL if span.outside(first, last) else Outcome.REVIEW


def _platform(work: Work, config: Config) -> Verdict:
    word, found = field_name("platform", config), _sheet(work).fields.get("platform")
    if found is None:
        return Verdict(Outcome.REVIEW, f"表中没有找到{word}")
    if unfilled(found):
        return Verdict(Outcome.MISSING, f"{word}未填写")
    written = fold(found.value)
    known = [p for p in config.platforms.known if fold(p) and fold(p) in written]
    if known:
        return Verdict(Outcome.PASS, f"{word} {quote(found.value)}（{listed(known)}）")
    return Verdict(Outcome.REVIEW, f"{word} {quote(found.value)} 不在已知平台之列，请人工核对")
