"""Between the workbook's cells and the ledger: values, what staff added."""

import datetime as dt
import hashlib

import pytest

from ingest.views import cells
from reports.book import AddedColumn, AddedSheet, CellKey, Extras, Remark, View

KEY = CellKey("推荐作品", "R2024-0001", "备注")
VALUES = [
    "文字", 5, 1.5, True, dt.date(2024, 10, 12), dt.datetime(2024, 10, 12, 9, 30),  # noqa: DTZ001 - as cells have them
    dt.time(9, 30), dt.timedelta(minutes=3),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES)
def test_a_staff_value_comes_back_as_it_was(value):
    assert cells.to_book(cells.from_json(cells.to_json(cells.to_ledger({KEY: value})))) == {KEY: value}


def test_an_emptied_cell_is_not_kept():
    assert cells.to_ledger({KEY: None}) == {}


def test_what_staff_added_comes_back_as_it_was():
    added = Extras((AddedColumn("推荐作品", "打分", 9.5),), (AddedSheet("会议", (("一", None), (5,)), (("A", 20.0),)),))
    assert cells.extras_from_json(cells.extras_to_json(added)) == added


def test_views_looks_and_remarks_come_back_as_they_were():
    view = View("推荐作品", ("a", "b"), ("a",), ("变化",), (("备注", 50.5),), (("状态", "<filterColumn/>"),))
    added = Extras(views=(view,), looks=((KEY, '{"fill": "FFFF00"}'),), remarks=(Remark(KEY, "请复核", "张"),))
    assert cells.extras_from_json(cells.extras_to_json(added)) == added


def test_a_package_is_known_by_its_digest():
    added = Extras(sheets=(AddedSheet("会议", package=b"an xlsx"),))
    digest = hashlib.sha256(b"an xlsx").hexdigest()
    assert cells.extras_from_json(cells.extras_to_json(added), {digest: b"an xlsx"}.__getitem__) == added


def test_nothing_kept_is_nothing_added():
    assert cells.extras_from_json("") == Extras()
