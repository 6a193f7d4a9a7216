from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pytest

from reports.book import Book, CellKey, Counts, Extras, Overview, Reconciliation
from reports.tables import Sheet, sheets, work_sheet

ZONE = dt.timezone(dt.timedelta(hours=8))
BookMaker = Callable[..., Book]


@pytest.fixture(scope="session")
def works() -> Sheet:
    return work_sheet("推荐作品", "推荐单位")


@pytest.fixture(scope="session")
def overview() -> Overview:
    return Overview(
        title="样例大赛 收件台账",
        as_of=dt.datetime(2024, 10, 20, 8, 0, tzinfo=ZONE),
        states=Counts("组别", ("材料不全", "机审通过"), (("推荐作品", (2, 1)), ("社会征集", (0, 3)))),
        days=Counts("日期", ("推荐作品",), (("10-19", (1,)), ("10-20", (2,)))),
        mailboxes=(Reconciliation("推荐邮箱", 5, 4, 1), Reconciliation("社会征集邮箱", 5, 4, 0)),
    )


@pytest.fixture(scope="session")
def make_book(works: Sheet, overview: Overview) -> BookMaker:
    """A book of one filled work sheet. rows: cells by heading, 登记号 given for each that lacks one."""

    def make(
        *rows: Mapping[str, Any], staff: Mapping[tuple[str, str], Any] | None = None, extras: Extras | None = None
    ) -> Book:
        numbered = [{"登记号": f"R2024-{i:04d}", **row} for i, row in enumerate(rows, start=1)]
        cells = {CellKey(works.title, key, heading): value for (key, heading), value in (staff or {}).items()}
        frames = {works.title: pd.DataFrame(numbered)} if numbered else {}
        return Book(frames, sheets((works,)), overview, cells, extras or Extras())

    return make
