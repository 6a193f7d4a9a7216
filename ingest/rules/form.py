"""What the electronic form says of itself, and of when the film was made and shown."""

from __future__ import annotations

import re
import unicodedata

from ingest.config import Config, RuleTable
from ingest.model import Outcome, Verdict, Work
from ingest.names import fold
from ingest.rules.says import day, field_name, listed, quote
from parsers.facts import FieldValue, FormFacts
from parsers.values import DateSpan, read_dates

SURE = 0.9
"""Confidence from which a value counts as typed: below it was recognised, and a person looks before it fails a work."""

_HEAD = 200
_YEAR = re.compile(r"(20\d\d)")
_RESIDUE = re.compile(
    r"[（(][^（）()]{0,12}[章字名][^（）()]{0,4}[)）]|公章|盖章|签章|签字|签名|负责人|经办人|单位|承诺人|作者|日期|年|月|日"
)


def form_kind(work: Work, limits: RuleTable, config: Config) -> Verdict:
    """The form of this track and this edition, by its title and the lines above it. Never fails: staff may move it."""
    form = _form(work)
    track = config.track(work.track)
    head = _head(form)
    if not form.title.strip():
        return Verdict(Outcome.REVIEW, f"未读到表格标题，请核对是否为{track.form}")
    title = quote(form.title)
    others = [t for t in config.tracks if t.key != track.key and fold(t.form) in fold(form.title)]
    if others:
        return Verdict(Outcome.REVIEW, f"表格标题{title}属于“{others[0].name}”；{track.name}应使用{track.form}")
    if fold(track.form) not in fold(form.title):
        return Verdict(Outcome.REVIEW, f"表格标题{title}；{track.name}应使用{track.form}")
    years = set(_YEAR.findall(head))
    if years == {str(config.edition.year)}:
        return Verdict(Outcome.PASS, f"表格标题{title}，{config.edition.year}年")
    found = f"年份为 {'、'.join(sorted(years))}" if years else "没有写年份"
    return Verdict(Outcome.REVIEW, f"表格标题{title}{found}；本届为 {config.edition.year} 年，请核对")


def form_fields(work: Work, limits: RuleTable, config: Config) -> Verdict:
    """Required fields are filled. Label there and nothing beside it is missing; a label not found is for a person."""
    form = _form(work)
    required = config.forms.required.get(work.track, ())
    blank = [field_name(n, config) for n in required if n in form.fields and unfilled(form.fields[n])]
    absent = [field_name(n, config) for n in required if n not in form.fields]
    doubtful = [field_name(n, config) for n in required if n in form.fields and form.fields[n].confidence < SURE]
    said = []
    if blank:
        said.append(f"未填写：{'、'.join(blank)}")
    if absent:
        said.append(f"表中没有找到：{'、'.join(absent)}")
    if doubtful:
        said.append(f"读得不确定：{'、'.join(doubtful)}")
    if blank:
        return Verdict(Outcome.MISSING, "；".join(said))
    if said:
        return Verdict(Outcome.REVIEW, "；".join(said) + "，请打开表格核对")
    return Verdict(Outcome.PASS, f"必填的 {len(required)} 项均已填写")


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


def _form(work: Work) -> FormFacts:
    form = work.form
    if form is None:
        raise ValueError("asked about a form that is not there")
    return form


def _head(form: FormFacts) -> str:
    """The title with the lines above it, since many forms break their title over two lines; digits plain."""
    text, title = form.text[: 50 * _HEAD], form.title
    end = text.find(title)
    above = text[max(0, end - _HEAD) : end] if 0 <= end <= _HEAD else ""
    plain = unicodedata.normalize("NFKC", above + title)
    return plain.translate(str.maketrans("零〇○一二三四五六七八九", "000123456789"))


def _in_window(work: Work, name: str, config: Config) -> Verdict:
    """A date of the form against the window: what lies only partly in it, or was not surely read, is for a person."""
    word, found = field_name(name, config), _form(work).fields.get(name)
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
    word, found = field_name("platform", config), _form(work).fields.get("platform")
    if found is None:
        return Verdict(Outcome.REVIEW, f"表中没有找到{word}")
    if unfilled(found):
        return Verdict(Outcome.MISSING, f"{word}未填写")
    written = fold(found.value)
    known = [p for p in config.platforms.known if fold(p) and fold(p) in written]
    if known:
        return Verdict(Outcome.PASS, f"{word} {quote(found.value)}（{listed(known)}）")
    return Verdict(Outcome.REVIEW, f"{word} {quote(found.value)} 不在已知平台之列，请人工核对")
