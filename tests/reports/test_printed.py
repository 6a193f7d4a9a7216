"""The workbook opened and printed by a spreadsheet program, LibreOffice."""

from __future__ import annotations

import shutil
import subprocess

import pypdfium2
import pytest

from reports.book import Counts, Item, Links, Reconciliation
from reports.workbook import write_workbook


@pytest.fixture(scope="module")
def pages(tmp_path_factory, make_book):
    """The text of each printed page, of a workbook whose first page is as full as it gets."""
    folder = tmp_path_factory.mktemp("printed")
    rows = [{"作品名称": f"作品{n}", "状态": "材料不全", "问题摘要": "缺｜盖章扫描件\n" * 4} for n in range(1, 40)]
    book = make_book(*rows)
    overview = book.overview
    full = overview.__class__(
        title=overview.title,
        as_of=overview.as_of,
        states=Counts(
            "组别", tuple(f"状态{n}" for n in range(14)), (("推荐", tuple(range(14))), ("社会", tuple(range(14))))
        ),
        days=Counts("日期", ("推荐", "社会"), tuple((f"2024-09-{n:02d}", (n, 1)) for n in range(1, 31))),
        today=tuple(Item(f"要做的事{n}", n, "待办") for n in range(8)),
        since=(Item("新邮件", 3, "邮件"),),
        mailboxes=tuple(Reconciliation(f"信箱{n}@example.cn", 5, 4, 1) for n in range(4)),
        notes=tuple(f"第{n}句：" + "共享文件夹读不到，本次没有读取台账中的填写。" * 3 for n in range(4)),
        links=Links((("等待下载", 3), ("已下载", 5)), "10-23 09:30", "300.0 MB"),
    )
    write_workbook(folder / "book.xlsx", book.__class__(book.frames, book.sheets, full))
    program = shutil.which("soffice")
    assert program is not None, "apt-get install libreoffice-calc-nogui"
    arguments = [f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "pdf"]
    subprocess.run(
        [program, *arguments, "--outdir", folder, folder / "book.xlsx"], check=True, capture_output=True, timeout=120
    )
    document = pypdfium2.PdfDocument(folder / "book.pdf")
    try:
        return [(page.get_size(), page.get_textpage().get_text_bounded()) for page in document]
    finally:
        document.close()


def test_the_first_page_is_one_a4_page(pages):
    (size, text), (_, after) = pages[:2]
    assert [round(side) for side in size] == [595, 842]
    assert ("样例大赛 收件台账" in text, "邮箱对账" in text, "登记号" in after) == (True, True, True)


def test_every_page_of_works_has_the_headings_and_is_a3(pages):
    works = [(size, text) for size, text in pages if "R2024-00" in text]
    assert {(round(max(size)), round(min(size))) for size, _ in works} == {(1191, 842)}
    assert (len(works) > 1, all("登记号" in text and "联系电话" in text for _, text in works)) == (True, True)


def test_columns_beyond_the_tenth_are_not_printed(pages):
    assert not any("审查页" in text and "登记号" in text and "R2024-00" in text for _, text in pages)


def test_pages_are_numbered(pages):
    assert f"第 1 页，共 {len(pages)} 页" in pages[0][1]
