"""Works in a few words: a complete one, and the ways to take something away from it."""

import datetime as dt
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from ingest.config import load
from ingest.model import Kind, Material, Part, PartSource, Work
from ingest.rules import review
from parsers.facts import (
    AudioTrack,
    Box,
    FieldValue,
    FormFacts,
    ImageFacts,
    Mark,
    PageFacts,
    Reading,
    VideoFacts,
    Watched,
)
from parsers.filmfacts import Bars, ScreenText, Shot, Sound, Subtitles

CHINA = dt.timezone(dt.timedelta(hours=8))
IN_TIME = dt.datetime(2024, 10, 20, 9, 30, tzinfo=CHINA)

FILLED = {
    "title": "探月之路",
    "completed_on": "2023年5月",
    "first_shown_on": "2023年6月1日",
    "platform": "央视科教频道",
    "author": "张三",
    "producer": "河北科技馆",
    "contact": "李四",
    "phone": "13800000000",
    "summary": "讲述探月工程的科学家。",
    "commitment": "本人承诺作品为原创。",
    "recommender": "河北省科学技术厅",
    "recommender_opinion": "同意推荐",
    "non_original": "无",
}


@pytest.fixture(scope="session")
def config():
    return load(None, environ={}, cwd=Path("/"))


@pytest.fixture(scope="session")
def line():
    """A line of text on the screen, in the middle and as large as a title, or as is said otherwise."""

    def make(text, *, stage="opening", top=0.4, size=0.1, left=None, at_s=2.0, long_s=3.0, confidence=0.97, upright=0):
        wide = size if upright else max(len(text), 1) * size
        left = 0.5 - wide * 9 / 32 if left is None else left
        box = Box(left=left, top=top, right=left + wide * 9 / 16, bottom=top + (len(text) * size if upright else size))
        return ScreenText(
            text=text,
            stage=stage,
            from_s=at_s,
            until_s=at_s + long_s,
            best_s=at_s + 1,
            box=box,
            confidence=confidence,
            picture=f"{stage} {text}",
        )

    return make


@pytest.fixture(scope="session")
def watched(line):
    """What is seen of a film in which all is as it should be, or what is said otherwise; each text has its picture."""
    credited = ("导演：张三", "制作单位：河北科技馆", "版权单位：河北科技馆", "录制时间：2023年5月")

    def make(**changes):
        opening = (line("探月之路", at_s=2.2),)
        closing = tuple(
            line(text, stage="closing", top=0.2 + 0.15 * n, size=0.05, at_s=170.0 + n)
            for n, text in enumerate(credited)
        )
        spoken = line("科学家的故事", stage="body", top=0.9, size=0.05, at_s=44.0)
        whole = {
            "duration_s": 180.0,
            "packets": 4_500,
            "pictures": 240,
            "bars": Bars(),
            "sound": Sound(tracks=1, ends_s=180.0, peak_db=-3.0, mean_db=-20.0),
            "texts": opening + closing,
            "subtitles": Subtitles(share=0.8, script="simplified", lines=(spoken,)),
        } | changes
        lines = (*whole["texts"], *(whole["subtitles"].lines if whole["subtitles"] else ()))
        what = {"opening": "opening", "closing": "closing", "body": "subtitle"}
        shots = tuple(
            Shot(what=what[one.stage], at_s=one.best_s, width=960, height=540, sha256=one.picture) for one in lines
        )
        return Watched(**{"shots": shots} | whole)

    return make


@pytest.fixture(scope="session")
def film(watched):
    """Facts of a film that fits and was watched, or what is said otherwise."""

    def make(**changes):
        whole = {
            "container": "mp4",
            "brand": "isom",
            "size": 150_000_000,
            "duration_s": 180.0,
            "width": 1920,
            "height": 1080,
            "shown_width": 1920,
            "shown_height": 1080,
            "display_aspect": 1920 / 1080,
            "audio": (AudioTrack(codec="AAC", channels=2, duration_s=180.0),),
            "watched": watched(),
        }
        return VideoFacts(**(whole | changes))

    return make


@pytest.fixture(scope="session")
def form():
    """Facts of a form that fits; a field set to None is not in it; `title_line` is the form's own title."""

    def make(title_line="2024年全国科普微视频大赛作品推荐表", text=None, confidence=1.0, others=(), **changes):
        values = {name: value for name, value in (FILLED | changes).items() if value is not None}
        fields = {
            name: FieldValue(value=value, label=name, confidence=confidence, others=others)
            for name, value in values.items()
        }
        return FormFacts(format="docx", title=title_line, fields=fields, text=title_line if text is None else text)

    return make


@pytest.fixture(scope="session")
def material():
    """One material. `facts` None and `url` given is a link."""
    ids = count(1)

    def make(kind, name, facts=None, *, certain=True, in_force=True, arrived_at=IN_TIME, **part):
        number = next(ids)
        link = "url" in part
        whole = {
            "size": 1000,
            "sha256": "" if link else f"{number:064x}",
            "format": getattr(facts, "format", "") or getattr(facts, "container", ""),
            "source": PartSource.CLOUD if link else PartSource.ATTACHMENT,
        }
        made = Part(
            id=number,
            arrival_id=1,
            position=number,
            name=name,
            kind=kind,
            certain=certain,
            facts=facts,
            **(whole | part),
        )
        return Material(made, kind, in_force, arrived_at)

    return make


@pytest.fixture(scope="session")
def page():
    return ImageFacts(format="jpeg", width=2480, height=3508)


@pytest.fixture(scope="session")
def seal():
    """A seal beside the unit's opinion, or as is said otherwise."""

    def make(colour="red", *, top=0.7, confidence=0.9, what="seal"):
        box = Box(left=0.6, top=top, right=0.8, bottom=top + 0.1)
        return Mark(what=what, box=box, colour=colour, shape="round", confidence=confidence)

    return make


@pytest.fixture(scope="session")
def stamped(seal):
    """A recognised scan that says what the form says, sealed once in red; a field set to None is not in it."""

    def make(
        title_line="2024年全国科普微视频大赛作品推荐表", *, marks=None, confidence=0.97, signed=None, pages=1, **changes
    ):
        values = {name: value for name, value in (FILLED | changes).items() if value is not None}
        box = Box(left=0.2, top=0.6, right=0.9, bottom=0.8)
        fields = {
            name: FieldValue(value=value, label=name, confidence=confidence, page=1, box=box)
            for name, value in values.items()
        }
        text = "\n".join([title_line, *(f"{name}\t{value}" for name, value in values.items())])
        reading = Reading(title=title_line, fields=fields, text=text, signed=signed or {}, confidence=confidence)
        seen = PageFacts(width=1654, height=2339, marks=(seal(),) if marks is None else marks)
        return ImageFacts(format="jpeg", width=1654, height=2339, pages=pages, seen=(seen,), reading=reading)

    return make


@pytest.fixture(scope="session")
def a_work(film, form, material, page, stamped):
    """A complete work; `film`, `form`, `scan`, `proof` replace its materials, None takes one away.

    "same" is a recognised scan that says what the form says; one nobody recognised, where no form was read.
    """

    def same(form):
        if not isinstance(form, FormFacts):
            return page
        nothing = dict.fromkeys(FILLED)
        return stamped(form.title, **nothing | {name: found.value for name, found in form.fields.items()})

    def make(*more, film=film(), form=form(), scan="same", proof=page, **changes):
        scan = same(form) if scan == "same" else scan
        materials = []
        if film is not None:
            materials.append(material(Kind.VIDEO, "探月之路.mp4", film))
        if form is not None:
            materials.append(material(Kind.FORM, "推荐表.docx", form))
        if scan is not None:
            materials.append(material(Kind.SCAN, "推荐表扫描件.jpg", scan))
        if proof is not None:
            materials.append(material(Kind.PROOF, "播放证明.jpg", proof))
        work = Work(
            "R2024-0001",
            "recommended",
            "recommended",
            "探月之路",
            materials=(*materials, *more),
            received_at=IN_TIME,
            clock_known=True,
        )
        return replace(work, **changes)

    return make


@pytest.fixture
def find(config):
    """The outcome and the evidence of one rule for a work."""

    def ask(rule_id, work, config=config, now=None):
        reviewed = review(work, config, now=now)
        assert reviewed.crashed == ()
        found = next(f for f in reviewed.findings if f.rule == rule_id)
        return found.outcome.value, found.evidence

    return ask


@pytest.fixture
def pictures(config):
    """The names of the pictures one rule names."""

    def ask(rule_id, work):
        return next(f.pictures for f in review(work, config).findings if f.rule == rule_id)

    return ask


@pytest.fixture
def unwatched_config(config):
    """The config with films left unwatched."""
    return config.model_copy(update={"analysis": config.analysis.model_copy(update={"watch": False})})


@pytest.fixture
def with_rule(config):
    """The config with one rule's table changed."""

    def change(rule_id, **values):
        table = config.rules.table(rule_id).model_copy(update=values)
        rules = config.rules.model_copy(update={rule_id.replace("-", "_"): table})
        return config.model_copy(update={"rules": rules})

    return change
