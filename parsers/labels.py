"""Labels to fields: which cell or line of a form names a field, and what is written beside it.

A form is rows of cells; a paragraph is a row of one cell, an empty row parts one table from the next. Labels match by
their letters only: spaces, colons, brackets, numbering and full width make no difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from parsers.facts import FieldValue

Row = Sequence[str]
_NUMBERING = re.compile(r"^[\s*★☆●■◆]*(?:[（(]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[)）、.．])?\s*")
_BRACKETED = re.compile(r"[（(【\[][^）)】\]]{0,60}[）)】\]]")
_NO_LETTER = re.compile(r"[\W_]+")
_BLANK_WORDS = re.compile(
    r"(?:单位|负责人|推荐|部门|法人|法定代表人|代表|本人|作者|专家|审核|科技管理)*(?:公章|盖章|签章|签字|签名)|年月日|日期|填写|如有"
)
_MAX_LABEL = 60  # characters of a cell that may be a label
_MAX_VALUE = 20_000
_NEXT_LINE = 15  # letters a line must have to be the value of the label alone on the line before
_TITLE_LINES = 20
_TITLE_LENGTH = 80
_HALF_TITLE = 6  # letters of a line before a lone 推荐表 that make it the title's first half


def fold(text: str) -> str:
    """Only the letters and digits of `text`, full width folded, lower-case."""
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text)).lower()


def fields_of(rows: Sequence[Row], labels: Mapping[str, Sequence[str]]) -> dict[str, FieldValue]:
    """Every field of `labels` (field to synonyms) whose label is in `rows`; blank values too, as ""."""
    reader = _Reader(labels)
    found: dict[str, FieldValue] = {}
    for field, label, value in reader.pairs(rows):
        _note(found, field, FieldValue(value=value, label=label))
    return found


def _note(found: dict[str, FieldValue], field: str, seen: FieldValue) -> None:
    """Keep the first value that is not blank; other values than that are `others`."""
    known = found.get(field)
    if known is None or (known.blank and not seen.blank):
        found[field] = seen
    elif not seen.blank and fold(seen.value) not in {fold(v) for v in (known.value, *known.others)}:
        found[field] = known.model_copy(update={"others": (*known.others, seen.value)})


class _Reader:
    """Finds labels in rows. One is made for each set of labels."""

    def __init__(self, labels: Mapping[str, Sequence[str]]) -> None:
        self._fields: dict[str, str] = {}
        for field, synonyms in labels.items():
            for synonym in synonyms:
                self._fields.setdefault(fold(synonym), field)
        self._fields.pop("", None)
        spelled = sorted(self._fields, key=len, reverse=True)
        choice = "|".join(r"[^\w:：]{0,6}".join(map(re.escape, synonym)) for synonym in spelled)
        self._inline = re.compile(
            rf"(?<!\w)({choice})[^\w:：（(]{{0,6}}(?:[（(][^（()）]{{0,40}}[)）])?\s{{0,6}}[:：]"
            if choice
            else r"(?!)",
            re.IGNORECASE,
        )

    def field_of(self, cell: str) -> str:
        """The field that this cell names, and nothing else; "" if it names none."""
        if len(cell) > _MAX_LABEL:
            return ""
        bare = _NUMBERING.sub("", unicodedata.normalize("NFKC", cell), count=1)
        return self._fields.get(fold(bare)) or self._fields.get(fold(_BRACKETED.sub("", bare))) or ""

    def pairs(self, rows: Sequence[Row]) -> Iterator[tuple[str, str, str]]:
        """(field, label as written, value) in order of appearance."""
        for number, row in enumerate(rows):
            named = [self.field_of(cell) for cell in row]
            below = rows[number + 1 :]
            if len(row) > 1 and all(named) and (values := self._under(named, below)):
                yield from zip(named, map(_label, row), values, strict=True)
            else:
                yield from self._in_row(row, named, below)

    def _in_row(self, row: Row, named: Sequence[str], below: Sequence[Row]) -> Iterator[tuple[str, str, str]]:
        at = 0
        while at < len(row):
            if not named[at]:
                yield from self._in_cell(row[at], below if len(row) == 1 else ())
                at += 1
            elif at + 1 < len(row) and not named[at + 1]:
                yield named[at], _label(row[at]), _value(row[at + 1])
                at += 2
            else:
                yield named[at], _label(row[at]), self._next_line(below) if len(row) == 1 else ""
                at += 1

    def _in_cell(self, cell: str, below: Sequence[Row]) -> Iterator[tuple[str, str, str]]:
        """Labels with a colon, and what stands between one and the next."""
        hits = list(self._inline.finditer(cell))
        ends = [hit.start() for hit in hits[1:]] + [len(cell)] * bool(hits)
        for hit, end in zip(hits, ends, strict=True):
            value = _value(cell[hit.end() : end])
            if not value and end == len(cell):
                value = self._next_line(below)
            if field := self._fields.get(fold(hit[1])):
                yield field, _label(hit[0]), value

    def _next_line(self, below: Sequence[Row]) -> str:
        """The line after a label that stands alone, if it reads like its value: long, and no label itself."""
        if not below or len(below[0]) != 1:
            return ""
        line = below[0][0]
        wordy = len(fold(line)) >= _NEXT_LINE and not re.search(r"[:：]", line[:_NEXT_LINE])
        return _value(line) if wordy and not self.field_of(line) else ""

    def _under(self, named: Sequence[str], below: Sequence[Row]) -> list[str]:
        """Values under a row that is nothing but labels: the next row, if it has as many cells and no label."""
        if not below or len(below[0]) != len(named) or any(self.field_of(cell) for cell in below[0]):
            return []
        return [_value(cell) for cell in below[0]]


def _label(cell: str) -> str:
    return re.sub(r"\s+", "", cell).rstrip(":：")[:_MAX_LABEL]


def _value(text: str) -> str:
    """The value as written, or "" where only lines to write on, and words like （盖章） 年 月 日, are there."""
    text = re.sub(r"[ \t\xa0]+", " ", text.replace("\u3000", " ")).strip(" \n_＿")
    return text[:_MAX_VALUE] if _BLANK_WORDS.sub("", fold(text[:200])) else _signs(text)


def _signs(text: str) -> str:
    """A value without letters: kept if it is a mark someone made (√, ☑), not if it is a line to write on."""
    return text if re.search(r"[√☑✓✔☒×]", text) else ""


def title_of(rows: Sequence[Row], titles: Sequence[str]) -> str:
    """The line near the beginning that ends like a form's title, brackets after it allowed; "" if none does."""
    if not titles:
        return ""
    ending = re.compile(rf"(?:{'|'.join(map(re.escape, titles))})\s*(?:[（(【\[][^）)】\]]*[）)】\]])?$")
    before = ""
    for row in rows[:_TITLE_LINES]:
        for line in row[0].split("\n") if len(row) == 1 else []:
            text = line.strip()
            spaceless = re.sub(r"\s+", "", text)
            if len(spaceless) <= _TITLE_LENGTH and ending.search(spaceless):
                alone = _BRACKETED.sub("", spaceless) in titles and _HALF_TITLE <= len(before) <= _TITLE_LENGTH
                return before + spaceless if alone else spaceless
            before = spaceless or before
    return ""
