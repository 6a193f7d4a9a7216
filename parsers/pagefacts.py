"""What is said of one field of a form, and of the pages of a scan: parts of `parsers.facts`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Value(BaseModel):
    """A frozen value that goes to JSON and back; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Box(Value):
    """A place on an upright page, as shares of its width and height: 0 to 1 from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


class FieldValue(Value):
    """One field of a form: the value as written, the label it stood by, and the confidence (0 to 1) of the reading.

    others: other values found under the same field, when they differ. section: the part of the form the label stood
    in ("审核专家"), "" if it has none. normal: the value in the normal form of its type (`Wants.types`), "" where it
    has no type or could not be read as one; normal_confidence (0 to 1): how surely it means that. page: from 1, 0
    where there are none; box: where the value stands on it, of scans and PDFs. blank: the label is there, the value
    is not. raw: what is written there, where the value is the ticked ones of several options ("机构☑ 个人☐"), else "".
    """

    value: str
    label: str
    raw: str = ""
    confidence: float = 1.0
    others: tuple[str, ...] = ()
    section: str = ""
    normal: str = ""
    normal_confidence: float = 0.0
    page: int = 0
    box: Box | None = None

    @property
    def blank(self) -> bool:
        """The label is in the form and nothing is written beside it."""
        return not self.value.strip()


class Line(Value):
    """A line of text as it was recognised, with its confidence, 0 to 1."""

    text: str
    box: Box
    confidence: float


class Mark(Value):
    """What is on a page beside printed text: a seal, or writing by hand.

    what: "seal" or "writing". colour: red, blue or black. shape: round, oval, square or other, of seals. confidence
    (0 to 1) that it is one: of blue and black seals it is never high, since they look like much else.
    """

    what: Literal["seal", "writing"]
    box: Box
    colour: Literal["red", "blue", "black"]
    shape: Literal["round", "oval", "square", "other"] = "other"
    confidence: float


class PageFacts(Value):
    """One page of a scan as it was recognised, whatever labels are looked for in it.

    width, height: pixels of the upright picture. turned: degrees clockwise it was turned to stand upright (0 90 180
    270); skew_deg: degrees it was rotated by after that; flattened: a photographed sheet was cut out and made flat.
    cells: the ruled cells of its tables; one that holds others holds a table.
    path: the upright picture's file in the scratch folder, sha256: its digest; both "" where none was kept.
    problem: "" or "blank", "too-large", "unreadable": then it has no lines.
    """

    width: int
    height: int
    turned: int = 0
    skew_deg: float = 0.0
    flattened: bool = False
    lines: tuple[Line, ...] = ()
    marks: tuple[Mark, ...] = ()
    cells: tuple[Box, ...] = ()
    path: str = ""
    sha256: str = ""
    problem: str = ""


class Reading(Value):
    """What was read off a scan by recognition: the same a form has, with confidences, and what is written by hand.

    title, fields, text: as of `FormFacts`; a field's value has its page and box. signed: field (reviewers,
    recommender_opinion, commitment …) to whether there is handwriting in its cell; a field whose cell was not found is
    not there. confidence: 0 to 1, the mean of the lines by their length.
    """

    title: str = ""
    fields: dict[str, FieldValue] = Field(default_factory=dict)
    text: str = ""
    signed: dict[str, bool] = Field(default_factory=dict)
    confidence: float = 0.0
