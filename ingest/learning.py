"""An empty official form against the config: which labels are known, which new ones mean what, which mean nothing."""

from __future__ import annotations

import itertools
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.config import Config, Track
from ingest.context import wants_of
from ingest.errors import ConfigError
from parsers import look
from parsers.answers import answer
from parsers.facts import Broken, FormFacts, ImageFacts, Wants
from parsers.matching import LabelBook, Strength, fold

_MAX_LETTERS = 20  # of a label
_PART = 4  # letters of one line of a label broken over two
_NUMBERING = re.compile(r"^[\s*＊★☆●■◆]*(?:[（(]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[)）、.．])?\s*")
_BRACKETED = re.compile(r"[（(【\[〔][^）)】\]〕]{0,60}[）)】\]〕]")
_NO_LABEL = re.compile(r"[，。；！？,;!?□☐☑√《》]|\d{4}|年\s*月|附件|样表|说明$")
_STARRED = re.compile(r"^\s*[*＊★]")
_REVIEWERS = re.compile(r"专家|评审|审核人")
_WHO = frozenset({"姓名", "专家姓名", "审核人姓名"})
_MAX_PAIRS = 10_000
_SURE_ENDING = 3  # letters of a known name that a new one must end with to mean the same
_SURE_LIKENESS = 80  # of 100, as rapidfuzz counts
_LIKENESS = 60


@dataclass(frozen=True)
class Label:
    """A label of the form. section: the part of it that stands in, "" if none. field: what it names, "" if nothing.

    how: "known" to the config, "new" and surely of that field, "guess" perhaps of it, "stranger" of none. starred:
    the form itself marks it as one that must be filled. settled: the config names it for this very section.
    """

    text: str
    section: str
    field: str
    how: str
    starred: bool = False
    settled: bool = False

    @property
    def scoped(self) -> str:
        """As the config names it where it counts in its section only."""
        return f"{self.section} > {self.text}" if self.section else self.text


@dataclass(frozen=True)
class Learned:
    """What a form taught. track: the one whose form it is, None if its title does not say.

    additions: field to the names to add, already fit for the config. required: fields to ask for on that track;
    absent: fields the config asks for now, and this form has no label for.
    """

    title: str
    track: Track | None
    labels: tuple[Label, ...]
    additions: dict[str, tuple[str, ...]]
    required: tuple[str, ...]
    absent: tuple[str, ...]

    def of(self, how: str) -> list[Label]:
        """The labels that are so."""
        return [label for label in self.labels if label.how == how]


def learn(path: Path, config: Config) -> Learned:
    """Compare the empty form in `path` (docx, doc, wps, pdf with text) with the config.

    ConfigError if there is no such file, or it is no form that can be read.
    """
    wants = wants_of(config).model_copy(update={"ocr": False})
    form = _read(path, wants)
    book = LabelBook(config.forms.labels, config.forms.types)
    found = _sections(path, _candidates(form.text, [track.form for track in config.tracks]), _headings(form.text))
    heads = {section for _, section, _ in found}
    labels = tuple(
        _named(text, section, starred, book, config)
        for text, section, starred in found
        if text not in heads and (book.match(text, (section,)) or not book.is_neutral(text))
    )
    track = next((track for track in config.tracks if track.form in form.title), None)
    here = set(form.fields) | {label.field for label in labels if label.field}
    asked = config.forms.required.get(track.key, ()) if track else ()
    starred = [label.field for label in labels if label.starred and label.field and label.how != "guess"]
    required = tuple(dict.fromkeys([*(field for field in asked if field in here), *starred]))
    absent = tuple(field for field in asked if field not in here)
    return Learned(form.title, track, labels, _additions(labels), required, absent)


def _read(path: Path, wants: Wants) -> FormFacts:
    if not path.is_file():
        raise ConfigError(f"找不到文件 {path}", mend="请核对路径，给出一份空白的推荐表或自荐表。")
    with tempfile.TemporaryDirectory() as scratch:
        facts = look(path, wants, Path(scratch), name=path.name)
    if isinstance(facts, FormFacts) and facts.text.strip():
        return facts
    if isinstance(facts, Broken):
        raise ConfigError(f"{path} 读不出来", why=facts.sentence, mend="请用 Word 或 WPS 打开后另存为 .docx 再试。")
    what = "只是一幅图，没有文字" if isinstance(facts, ImageFacts) else "不是表格文档"
    raise ConfigError(f"{path} {what}", mend="请给出电子版的空表（.docx .doc .wps，或能选中文字的 .pdf）。")


def _candidates(text: str, titles: Sequence[str]) -> dict[str, bool]:
    """What may be a label in the text of a form, by its plain name, and whether it is marked with a star."""
    lines = [line.split("\t") for line in text.split("\n")]
    found: dict[str, bool] = {}
    for cells, below in zip(lines, [*lines[1:], [""]], strict=True):
        pieces = [piece for cell in cells for piece in _pieces(cell, alone=len(cells) == 1)]
        last, first = cells[-1].strip(), below[0].strip()
        if 0 < len(last) <= _PART and 0 < len(first) <= _PART:
            pieces.append(last + first)
        for piece in pieces:
            name = _plain(piece)
            if 2 <= len(fold(name)) <= _MAX_LETTERS and not name.endswith(tuple(titles)) and answer(name):
                found[name] = found.get(name, False) or bool(_STARRED.match(piece))
    return found


def _headings(text: str) -> Iterator[str]:
    """What may be the name of a section: a line of its own, or a cell before one that is no value either."""
    for line in text.split("\n"):
        cells = line.split("\t")
        if len(cells) == 1 or (len(cells) > 2 and cells[1].strip()):
            yield _plain(cells[0])


def _pieces(cell: str, *, alone: bool) -> Iterator[str]:
    """A cell as a label; of a line of its own and of one with colons each name before a colon."""
    named = re.findall(r"([^\s:：][^:：]*?)\s*[:：]", cell)
    for piece in named or [cell]:
        name = re.split(r"[\s　]{2,}", piece.strip())[-1] if named and alone else piece
        if not _NO_LABEL.search(name):
            yield name


def _plain(label: str) -> str:
    """Without number, star, hint in brackets and spaces."""
    bare = _BRACKETED.sub("", _NUMBERING.sub("", label, count=1))
    return re.sub(r"\s+", "", bare).strip(":：")


def _sections(path: Path, candidates: dict[str, bool], headings: Iterable[str]) -> list[tuple[str, str, bool]]:
    """Each candidate that is a label of the form, in each section it stands in: as reading the form sees it.

    The form is read with every candidate as a field of its own, then with each in each section that there is.
    """
    first = _read(path, Wants(labels={name: (name,) for name in candidates})).fields
    parts = dict.fromkeys([_plain(value.section) for value in first.values() if value.section])
    parts |= dict.fromkeys(heading for heading in headings if heading in candidates)
    pairs = itertools.islice(itertools.product(parts, [name for name in first if name not in parts]), _MAX_PAIRS)
    scoped = {f"{part} > {name}": (name, part) for part, name in pairs}
    second = _read(path, Wants(labels={key: (key,) for key in scoped})).fields if scoped else {}
    found = [scoped[key] for key, value in second.items() if _plain(value.section) == scoped[key][1]]
    placed = {name for name, _ in found}
    alone = [(name, "") for name, value in first.items() if name not in placed and value.blank]
    return [(name, section, candidates[name]) for name, section in (*alone, *found)]


def _named(text: str, section: str, starred: bool, book: LabelBook, config: Config) -> Label:
    if section and _REVIEWERS.search(section):
        return _of_a_reviewer(text, section, book, starred)
    if known := book.match(text, (section,)):
        return Label(text, section, known.field, "known", starred, known.strength is Strength.SCOPED)
    field, sure = _guess(text, config)
    return Label(text, section, field, "stranger" if not field else "new" if sure else "guess", starred)


def _of_a_reviewer(text: str, section: str, book: LabelBook, starred: bool) -> Label:
    """In the reviewers' section their names count, and their opinion; a title or unit there is not the author's."""
    found = book.match(text, (section,))
    if found and (found.strength is Strength.SCOPED or found.field in ("reviewers", "review_opinion")):
        return Label(text, section, found.field, "known", starred, found.strength is Strength.SCOPED)
    if text in _WHO:
        return Label(text, section, "reviewers", "new", starred)
    return Label(text, section, "", "stranger", starred)


def _guess(text: str, config: Config) -> tuple[str, bool]:
    """The field whose names are most like this one, and whether that is sure; "" if none is like it."""
    from rapidfuzz import fuzz

    name = fold(text)
    scored: list[tuple[tuple[int, float], str]] = []
    for field, synonyms in config.forms.labels.items():
        for synonym in (fold(synonym.rpartition(">")[2]) for synonym in synonyms):
            if name.endswith(synonym) and len(synonym) > 1:
                scored.append(((2 if len(synonym) >= _SURE_ENDING else 0, len(synonym)), field))
            if synonym in name and len(synonym) >= _SURE_ENDING:
                scored.append(((1, len(synonym)), field))
            if (like := fuzz.ratio(name, synonym)) >= _LIKENESS:
                scored.append(((2 if like >= _SURE_LIKENESS else 0, like / 25), field))
    (sure, _), best = max(scored, default=((0, 0), ""))
    return best, sure == 2


def _additions(labels: Sequence[Label]) -> dict[str, tuple[str, ...]]:
    """Names to add, by field: new ones; and one that stands in several sections for the same field, in each section."""
    often = Counter((label.text, label.field) for label in labels if not label.settled)
    added: dict[str, list[str]] = {}
    for label in labels:
        several = often[label.text, label.field] > 1 and bool(label.section) and not label.settled
        if label.field and (label.how == "new" or (several and label.how == "known")):
            scoped = several or (label.field == "reviewers" and label.section)
            added.setdefault(label.field, []).append(label.scoped if scoped else label.text)
    return {field: tuple(dict.fromkeys(names)) for field, names in added.items()}
