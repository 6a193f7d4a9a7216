"""What is known from the scan alone is shown where there is no form, and says so."""

import pytest

from ingest.model import Kind
from ingest.views import work_records
from ingest.views.dossiers import Beside, dossier_of
from ingest.views.frames import frames
from parsers.facts import FieldValue, ImageFacts, Reading


@pytest.fixture
def scan(material):
    """A recognised scan that names an author, and leaves the phone blank."""
    fields = {
        "author": FieldValue(value="张三", label="作者", confidence=0.934, page=1),
        "phone": FieldValue(value="", label="电话", confidence=0.9, page=1),
    }
    reading = Reading(fields=fields, text="作者 张三", confidence=0.93)
    return material(Kind.SCAN, "扫描.jpg", facts=ImageFacts(format="jpeg", width=10, height=14, reading=reading))


def test_record_of_a_work_without_a_form_has_the_scans_fields_and_how_sure_they_are(snap, work, scan):
    (record,) = work_records(snap(work(1, "星海寻踪", scan)))
    assert (record["author"], record["fields"], record["fields_recognised"]) == (
        "张三",
        {"author": "张三"},
        {"author": 0.93},
    )


def test_record_of_a_work_with_a_form_has_the_forms_fields_alone(snap, work, scan):
    (record,) = work_records(snap(work(1, "星海寻踪", scan, fields={"author": "李四"})))
    assert (record["fields"], "fields_recognised" in record) == ({"author": "李四"}, False)


@pytest.mark.parametrize(("fields", "shown"), [(None, "张三（识别）"), ({"author": "李四"}, "李四")])
def test_row_of_a_work_says_what_was_only_recognised(snap, work, scan, fields, shown):
    rows = frames(snap(work(1, "星海寻踪", scan, fields=fields)), {})["推荐作品"]
    assert list(rows["第一作者"]) == [shown]


def test_page_of_a_work_says_how_surely_a_value_was_recognised(snap, work, scan):
    made = work(1, "星海寻踪", scan)
    (field,) = dossier_of(snap(made), made, Beside()).fields
    assert (field.name, field.read, field.how) == ("第一作者", (("张三", False),), "把握 93%")
