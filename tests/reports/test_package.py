"""The workbook as the format has it: what would make Excel offer a repair is in no part of it."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from zipfile import ZipFile

import pandas as pd
import pytest
from lxml import etree
from openpyxl.utils import coordinate_to_tuple, range_boundaries

from reports.book import AddedColumn, AddedSheet, CellKey, Extras, Item, Links
from reports.tables import CONFLICTS, DUPLICATES, FINDINGS, LETTERS, MESSAGES, QUOTAS, TODOS
from reports.workbook import write_workbook

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
ORDER = [
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins",
    "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors",
    "smartTags", "drawing", "legacyDrawing", "legacyDrawingHF", "picture", "oleObjects", "controls",
    "webPublishItems", "tableParts", "extLst",
]  # fmt: skip
"""Children of a worksheet, as the format wants them to follow each other."""
HOSTILE = [
    '=HYPERLINK("http://evil.cn","点我")', "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", "#REF!",
    "TRUE", "第一行\n第二行\r\n第三行", "长" * 300, "😀🎬👨‍👩‍👧 片名", "<script>alert(1)</script>", "</t></is></c>",
    "&amp;&#10;]]>", "名\u202e4pm.exe", "a\x00b\x07c\x1bd\x7f", "\ud83d半个字", "\ufffe\uffff", "../../etc/passwd",
    "_x000D_", "  两头空格  ", "'前有撇号", "1E5", "0012", "2024-10-20", "12345678901234567890", "😀" * 20_000,
]  # fmt: skip


@dataclass
class Package:
    """An xlsx as its parts: XML by name."""

    parts: dict[str, etree._Element]
    names: list[str]

    @property
    def sheets(self) -> dict[str, etree._Element]:
        return {name: part for name, part in self.parts.items() if name.startswith("xl/worksheets/sheet")}

    def all(self, tag: str) -> Iterator[etree._Element]:
        """Every element of this name in any sheet."""
        for sheet in self.sheets.values():
            yield from sheet.iter(MAIN + tag)


@pytest.fixture(scope="module")
def package(tmp_path_factory, make_book, works):
    """The parts of a workbook that holds hostile text in every cell of every sheet, staff's and added ones too."""
    path = tmp_path_factory.mktemp("book") / "台账.xlsx"
    many = [
        dict.fromkeys(works.headings, text) | {"登记号": f"R2024-{n:04d}"} for n, text in enumerate(HOSTILE, start=1)
    ]
    linked = [row | {f"{h}.link": f"../works/{row[h]}" for h in ("视频", "文件夹", "审查页")} for row in many]
    staff = {
        (f"R2024-{n:04d}", heading): text for n, text in enumerate(HOSTILE, start=1) for heading in ("备注", "加栏")
    }
    extras = Extras((AddedColumn(works.title, "加栏"),), (AddedSheet("笔记", ((*HOSTILE, 3, dt.date(2024, 10, 1)),)),))
    book = make_book(*linked, staff=staff, extras=extras)
    rest = (FINDINGS, QUOTAS, DUPLICATES, TODOS, LETTERS, MESSAGES, CONFLICTS)
    frames = {s.title: pd.DataFrame([dict.fromkeys(s.headings, text) for text in HOSTILE]) for s in rest}
    frames[TODOS.title]["链接.link"] = [f"https://e.cn/{text}" for text in HOSTILE]
    said = replace(
        book.overview, title=HOSTILE[0], notes=tuple(HOSTILE), today=tuple(Item(text, 1, "待办") for text in HOSTILE),
        since=(Item("=新", 2, "邮件"),), links=Links((("=等待", 3),), "=1", "=2"),
    )  # fmt: skip
    cells = {CellKey(s.title, text, s.staff_columns[0].heading): text for s in rest if s.key for text in HOSTILE}
    write_workbook(path, replace(book, frames={**book.frames, **frames}, overview=said, staff={**book.staff, **cells}))
    with ZipFile(path) as archive:
        names = archive.namelist()
        parts = {name: etree.fromstring(archive.read(name)) for name in names}
    return Package(parts, names)


def test_every_part_is_there_once(package):
    assert [name for name, count in Counter(package.names).items() if count > 1] == []


def test_every_part_has_a_content_type(package):
    types = package.parts["[Content_Types].xml"]
    named = {element.get("PartName") for element in types if element.get("PartName")}
    endings = {element.get("Extension") for element in types if element.get("Extension")}
    untyped = [n for n in package.names if f"/{n}" not in named and n.rpartition(".")[2] not in endings]
    assert (untyped, [name for name in named if name.lstrip("/") not in package.names]) == ([], [])


def test_every_relation_leads_to_a_part(package):
    lost = []
    for name, part in package.parts.items():
        if not name.endswith(".rels"):
            continue
        base = PurePosixPath("/") / PurePosixPath(name).parent.parent
        for relation in part:
            if relation.get("TargetMode") != "External":
                target = str(base / relation.get("Target")).lstrip("/")
                lost += [target] if target not in package.names else []
    assert lost == []


def test_elements_of_a_sheet_stand_in_the_formats_order(package):
    for sheet in package.sheets.values():
        places = [ORDER.index(etree.QName(element).localname) for element in sheet]
        assert places == sorted(places)


def test_cells_stand_in_order_and_once(package):
    for sheet in package.sheets.values():
        places = [coordinate_to_tuple(cell.get("r")) for cell in sheet.iter(f"{MAIN}c")]
        assert places == sorted(set(places))


def test_no_cell_is_a_formula_or_an_error(package):
    kinds = Counter(cell.get("t", "n") for cell in package.all("c"))
    assert ([*package.all("f")], set(kinds) <= {"n", "inlineStr"}) == ([], True)


def test_every_text_fits_a_cell(package):
    texts = ["".join(element.itertext()) for element in package.all("is")]
    assert [t[:20] for t in texts if len(t.encode("utf-16-le")) // 2 > 32_767] == []


def test_no_text_has_a_mark_that_turns_it_around_or_controls(package):
    texts = "".join("".join(element.itertext()) for element in package.all("is"))
    assert re.findall("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", texts) == []


def test_every_cell_has_a_style_that_is_there(package):
    count = len(package.parts["xl/styles.xml"].find(f"{MAIN}cellXfs"))
    assert [cell.get("r") for cell in package.all("c") if int(cell.get("s", "0")) >= count] == []


def test_every_rule_has_a_look_that_is_there(package):
    count = len(package.parts["xl/styles.xml"].find(f"{MAIN}dxfs"))
    assert [rule.get("dxfId") for rule in package.all("cfRule") if int(rule.get("dxfId")) >= count] == []


def test_checks_of_entries_are_within_the_formats_lengths(package):
    limits = {"prompt": 255, "promptTitle": 32, "error": 255, "errorTitle": 32}
    over = [
        key for check in package.all("dataValidation") for key, most in limits.items() if len(check.get(key, "")) > most
    ]
    long = [formula.text for formula in package.all("formula1") if len(formula.text) > 257]  # with its quotes
    assert (over, long) == ([], [])


def test_links_are_within_the_formats_number_and_length(package):
    for name, sheet in package.sheets.items():
        ids = [link.get(RELATED) for link in sheet.iter(f"{MAIN}hyperlink") if link.get(RELATED)]
        relations = package.parts.get(f"xl/worksheets/_rels/{name.rpartition('/')[2]}.rels", ())
        targets = {relation.get("Id"): relation.get("Target") for relation in relations}
        assert (len(ids) <= 65_530, set(ids) <= set(targets), len(ids) == len(set(ids))) == (True, True, True)
        assert [target for target in targets.values() if len(target) > 2_079] == []


def test_links_lead_into_the_folder_or_to_the_web(package):
    rels = [part for name, part in package.parts.items() if name.startswith("xl/worksheets/_rels/")]
    targets = [r.get("Target") for part in rels for r in part if r.get("TargetMode") == "External"]
    assert {target.partition("/")[0] for target in targets} == {"..", "https:"}


def test_names_of_sheets_are_allowed(package):
    names = [sheet.get("name") for sheet in package.parts["xl/workbook.xml"].iter(f"{MAIN}sheet")]
    assert [n for n in names if len(n) > 31 or re.search(r"[\[\]:*?/\\]", n) or n.strip("'") != n] == []
    assert len({name.casefold() for name in names}) == len(names)


def test_merged_cells_do_not_meet(package):
    for sheet in package.sheets.values():
        taken = Counter[tuple[int, int]]()
        for merged in sheet.iter(f"{MAIN}mergeCell"):
            left, top, right, bottom = range_boundaries(merged.get("ref"))
            taken.update((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
        assert [place for place, count in taken.items() if count > 1] == []


def test_filters_and_titles_of_print_name_their_sheet(package):
    names = [name.text for name in package.parts["xl/workbook.xml"].iter(f"{MAIN}definedName")]
    assert [name for name in names if not re.fullmatch(r"'[^']+'!\$[A-Z\d]+(\$\d+)?:\$[A-Z\d]+(\$\d+)?", name)] == []


def test_no_sheet_is_protected(package):
    assert [*package.all("sheetProtection")] == []


def test_nothing_in_the_workbook_acts_by_itself(package):
    risky = [
        n for n in package.names if re.search(r"vba|activeX|externalLink|connections|embeddings|customUI|\.bin", n)
    ]
    assert risky == []


def test_opening_it_does_not_ask_to_save(package):
    about = package.parts["xl/workbook.xml"].find(f"{MAIN}calcPr")
    assert (about.get("fullCalcOnLoad"), int(about.get("calcId")) >= 191029) == ("0", True)


def test_numbers_kept_as_text_are_no_doubt(package):
    assert {ignored.get("numberStoredAsText") for ignored in package.all("ignoredError")} == {"1"}
