"""Parts and materials in a few words."""

import datetime as dt
from itertools import count

import pytest

from ingest.materials import classify
from ingest.model import Kind, Material, Part, PartSource
from parsers.facts import Box, FieldValue, FormFacts, ImageFacts, Mark, PageFacts, Reading, VideoFacts

CHINA = dt.timezone(dt.timedelta(hours=8))


@pytest.fixture
def film():
    def make(duration_s=180.0, **changes):
        sizes = {"width": 1920, "height": 1080, "shown_width": 1920, "shown_height": 1080}
        whole = {"container": "mp4", "brand": "isom", "size": 1, "display_aspect": 16 / 9} | sizes
        return VideoFacts(duration_s=duration_s, **(whole | changes))

    return make


@pytest.fixture
def form():
    """A form's facts: fields by name, its own title, its text."""

    def make(title="", *, line="2024年全国科普微视频大赛作品推荐表", text=None, pictures=0, bare=False, **fields):
        usual = {} if bare else {"title": title, "author": "张三", "producer": "", "contact": "", "phone": ""}
        values = {k: FieldValue(value=v, label=k) for k, v in (usual | fields).items()}
        return FormFacts(
            format="docx", title=line, fields=values, text=line if text is None else text, pictures=pictures
        )

    return make


@pytest.fixture
def page():
    return ImageFacts(format="jpeg", width=2480, height=3508)


@pytest.fixture
def part():
    """A part; a link if it has an url; its kind as `classify` says unless given."""
    ids = count(1)

    def make(name, facts=None, *, kind=None, mail_text="", **changes):
        number = next(ids)
        link = "url" in changes
        whole = {
            "size": 1000,
            "sha256": "" if link else f"{number:064x}",
            "format": getattr(facts, "format", "") or getattr(facts, "container", ""),
            "source": PartSource.CLOUD if link else PartSource.ATTACHMENT,
            "arrival_id": 1,
        }
        made = Part(id=number, position=number, name=name, facts=facts, **(whole | changes))
        found = classify(made, mail_text=mail_text)
        told = {"kind": kind or found.kind, "certain": found.certain, "why": found.why}
        return Part(**(vars(made) | told))

    return make


@pytest.fixture
def material(part):
    """A material of the day-th of October 2024; each day is a mail of its own."""

    def make(kind, name, facts=None, *, day=20, **changes):
        came = None if day is None else dt.datetime(2024, 10, day, 12, tzinfo=CHINA)
        return Material(part(name, facts, kind=Kind(kind), arrival_id=day or 99, **changes), Kind(kind), False, came)

    return make


@pytest.fixture
def read():
    """A picture on which something was recognised: its text, the labels found, its seals by colour."""

    def make(text="", *labels, title="", confidence=0.95, seals=(), problem="", pages=1, **fields):
        values = dict.fromkeys(labels, "某") | fields
        found = {k: FieldValue(value=v, label=k, confidence=confidence, page=1) for k, v in values.items()}
        box = Box(left=0.5, top=0.7, right=0.7, bottom=0.8)
        marks = tuple(Mark(what="seal", box=box, colour=c, shape="round", confidence=0.9) for c in seals)
        seen = PageFacts(width=1654, height=2339, marks=marks, problem=problem)
        whole = "\n".join([title, *labels, text])
        reading = Reading(title=title, fields=found, text=whole, confidence=confidence)
        return ImageFacts(format="jpeg", width=1654, height=2339, pages=pages, seen=(seen,), reading=reading)

    return make
