"""A snapshot in a few words: works, mails, letters and to-dos as values, no ledger."""

import datetime as dt
from itertools import count
from pathlib import Path

import pytest

from ingest.config import load
from ingest.model import Kind, Material, Part, PartSource, Work
from ingest.views import Snapshot
from parsers.facts import FieldValue, FormFacts

CHINA = dt.timezone(dt.timedelta(hours=8))
NOON = dt.datetime(2024, 10, 8, 12, tzinfo=CHINA)


@pytest.fixture(scope="session")
def config():
    return load(None, environ={}, cwd=Path("/"))


@pytest.fixture
def noon():
    return NOON


@pytest.fixture
def material():
    """One material; a form if it has fields, a link if it has a url."""
    ids = count(1)

    def make(kind, name="文件", *, fields=None, facts=None, in_force=True, message_id="m1@e.cn", **part):
        number = next(ids)
        if fields is not None:
            values = {key: FieldValue(value=value, label=key) for key, value in fields.items()}
            facts = FormFacts(format="docx", fields=values)
        plain = {
            "size": 1000,
            "sha256": "" if "url" in part else f"{number:064x}",
            "format": "docx" if fields is not None else "",
            "source": PartSource.CLOUD if "url" in part else PartSource.ATTACHMENT,
            "certain": True,
        }
        made = Part(number, 1, number, name, kind=kind, facts=facts, **(plain | part))
        return Material(made, kind, in_force, NOON, message_id)

    return make


@pytest.fixture
def work(material):
    """One work; its form holds the fields given."""

    def make(number=1, title="星海寻踪", *materials, track="recommended", fields=None, **rest):
        prefix = {"recommended": "R", "public": "P"}[track]
        form = () if fields is None else (material(Kind.FORM, "推荐表.docx", fields=fields),)
        plain = {"received_at": NOON, "materials": (*form, *materials), "senders": ("wang@e.cn",)}
        return Work(f"{prefix}2024-{number:04d}", track, track, title, **(plain | rest))

    return make


@pytest.fixture
def mail():
    """A mail's row."""

    def make(number=1, **rest):
        return {
            "id": number,
            "mailbox": "recommended",
            "uid": str(number),
            "message_id": f"m{number}@e.cn",
            "received_at": NOON,
            "from_name": "王工",
            "from_address": "wang@e.cn",
            "subject": "报送",
            "ended": "work",
            "reason": "",
            "pending": "",
            "error": "",
            "may_reply": True,
            "may_reply_why": "",
        } | rest

    return make


@pytest.fixture
def letter():
    """A letter's row."""

    def make(number=1, **rest):
        return {
            "id": number,
            "kind": "receipt",
            "to_address": "wang@e.cn",
            "subject": "回执",
            "state": "draft",
            "held_for": "",
            "created_at": NOON,
            "sent_at": None,
            "file": "",
            "error": "",
            "tries": 0,
            "try_after": None,
        } | rest

    return make


@pytest.fixture
def snap(config):
    """A snapshot of works, and of whatever is given by the name of its field."""

    def make(*works, **rest):
        row = {"folder": "", "files": {}, "moved_to": "", "received_at": NOON, "placed_with": ""}
        row |= {"moved_from": "", "merged_into": ""}
        rows = {work.id: {"id": work.id, "track": work.track} | row for work in works}
        plain = {
            "config": config,
            "now": NOON + dt.timedelta(hours=1),
            "works": {work.id: work for work in works},
            "rows": rows,
            "findings": {},
            "mails_of": {},
            "arrivals": {},
            "works_of": {},
            "parts": {},
            "letters": [],
            "letter_works": {},
            "todos": [],
            "staff": {},
            "mailboxes": {},
            "conflicts": [],
            "pairs": {},
        }
        changed = {work: rows[work] | new for work, new in rest.pop("filed", {}).items()}
        return Snapshot(**(plain | {"rows": rows | changed} | rest))

    return make
