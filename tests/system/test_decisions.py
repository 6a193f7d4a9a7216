"""What staff decide in 台账.xlsx, as they write it; what the next runs make of it, and of changed minds."""

import datetime as dt
import shutil
import sqlite3

import openpyxl
import pytest

from ingest.demo.entries import Entry

SHEETS = {"R": "推荐作品", "P": "社会征集"}
ONE, TWO, TEA = "R2024-0001", "R2024-0002", "P2024-0001"
WATCHER = Entry("sckjt", 2, "竹林里的守望者", "蒋若溪", "四川青禾影像", "四川省科学技术厅")


class Office:
    """Staff at their workbook, and the program's runs after each of their sittings."""

    def __init__(self, town, place):
        self.town, self.place = town, place

    def write(self, cells, *, run=True):
        """Fills cells, {(row key, heading): value}; the key tells the sheet; then the program runs."""
        book = openpyxl.load_workbook(self.place.workbook)
        for (key, heading), value in cells.items():
            sheet, row, column = self._find(book, key, heading)
            sheet.cell(row, column).value = value
        book.save(self.place.workbook)
        book.close()
        return self.place.good("run") if run else None

    def cell(self, key, heading):
        """What the workbook says there."""
        book = openpyxl.load_workbook(self.place.workbook)
        sheet, row, column = self._find(book, key, heading)
        value = sheet.cell(row, column).value
        book.close()
        return value

    def rows(self, title):
        """A sheet's rows as dicts."""
        book = openpyxl.load_workbook(self.place.workbook)
        head, *rest = book[title].iter_rows(values_only=True)
        book.close()
        return [dict(zip(head, row, strict=False)) for row in rest]

    @staticmethod
    def _find(book, key, heading):
        others = {"M": "邮件", "L": "回信", "T": "待办"}
        sheet = book[SHEETS.get(key[0]) or others[key[0]]]
        column = next(cell.column for cell in sheet[1] if cell.value == heading)
        return sheet, next(cell.row for cell in sheet["A"] if cell.value == key), column

    def works(self):
        """The exported works by id."""
        return {work["id"]: work for work in self.place.export("works")}

    def names(self, work):
        """Names of a work's files, as exported."""
        return sorted(material["name"] for material in self.works()[work]["materials"])

    def mails(self):
        """For each mail, how it ended and whose it is."""
        return [(mail["outcome"], mail["works"]) for mail in self.place.export("messages")]

    def events(self, *what):
        """(what, work, detail) of events of these kinds."""
        asked = ",".join("?" * len(what))
        with sqlite3.connect(self.place.root / "ledger.sqlite") as ledger:
            return ledger.execute(
                f"SELECT what, work_id FROM events WHERE what IN ({asked}) ORDER BY id", what
            ).fetchall()

    def folders(self):
        """Names of the works' folders."""
        return sorted(path.name for path in (self.place.share / "works").iterdir())

    def letters(self):
        """(works, state) of each letter."""
        return [(row["登记号"], row["状态"]) for row in self.rows("回信")]


@pytest.fixture
def office(both):
    """R2024-0001 and P2024-0001 were taken in."""
    return Office(*both)


@pytest.fixture(scope="module")
def three_made(two_works_at, tmp_path_factory):
    """R2024-0001, R2024-0002 and P2024-0001; the second has another sender and a title of its own."""
    folder = tmp_path_factory.mktemp("three")
    town, place = two_works_at(folder)
    town.send(WATCHER)
    place.good("run")
    return folder


@pytest.fixture
def three(three_made, tmp_path, two_works_at):
    """A copy of that."""
    town, place = two_works_at(tmp_path)
    for part in ("root", "share"):
        shutil.rmtree(place.folder / part)
        shutil.copytree(three_made / "place" / part, place.folder / part)
    shutil.rmtree(tmp_path / "town")
    shutil.copytree(three_made / "town", tmp_path / "town")
    town._at += dt.timedelta(hours=5)
    return Office(town, place)


# 初审结论


def test_a_word_that_is_no_decision_is_said_in_the_row(office):
    office.write({(ONE, "初审结论"): "同意"})
    assert office.works()[ONE]["decision"] is None
    assert "“初审结论”填的“同意”不是可选的结论" in office.cell(ONE, "问题摘要")


def test_a_decision_is_an_event_with_who_decided(office):
    office.write({(ONE, "初审结论"): " 通过 ", (ONE, "审核人"): "李主任"})
    with sqlite3.connect(office.place.root / "ledger.sqlite") as ledger:
        (detail,) = ledger.execute("SELECT detail FROM events WHERE what = 'decision'").fetchone()
    assert detail == '{"word": "\\u901a\\u8fc7", "before": "", "who": "\\u674e\\u4e3b\\u4efb", "cell": "\\u521d\\u5ba1\\u7ed3\\u8bba"}'  # fmt: skip  # noqa: E501
    assert office.works()[ONE]["decision"] == "通过"


def test_a_second_run_does_nothing(three):
    three.write({(TWO, "初审结论"): "合并到", (TWO, "合并到"): ONE, (TEA, "初审结论"): "转组别"})
    before = three.place.exports(), three.place.workbook.read_bytes()
    three.place.good("run")
    assert (three.place.exports(), three.place.workbook.read_bytes()) == before


# 撤回


def test_a_withdrawn_work_has_no_letter_and_counts_nowhere(office):
    office.write({(ONE, "初审结论"): "撤回"})
    assert office.letters() == [(ONE, "待放行"), (TEA, "草稿（不发送）")]
    assert office.cell("L0001", "说明") == "作品已撤回、改归别处或已另信告知，不再发出"
    assert {row["推荐单位"]: row["已用"] for row in office.rows("推荐名额")}["广东省科学技术厅"] == 0


def test_a_work_no_more_withdrawn_has_its_letter_again(office):
    office.write({(ONE, "初审结论"): "撤回"})
    office.write({(ONE, "初审结论"): None})
    assert office.letters() == [(ONE, "草稿（不发送）"), (TEA, "草稿（不发送）")]


# 合并到


def test_a_merged_works_mails_and_files_go_to_the_other(three):
    mine = three.names(ONE) + three.names(TWO)
    three.write({(TWO, "初审结论"): "合并到", (TWO, "合并到"): " r2024-0001 "})
    assert three.names(ONE) == sorted(mine)
    assert (three.names(TWO), three.works()[TWO]["decision"]) == ([], "合并到")
    assert [works for _, works in three.mails()] == [[ONE], [TEA], [ONE]]
    assert "已合并到 R2024-0001" in three.cell(TWO, "问题摘要")
    assert "含并入的 R2024-0002" in three.cell(ONE, "问题摘要")


def test_a_merged_work_is_itself_again_when_the_cell_is_cleared(three):
    before = three.works()
    three.write({(TWO, "初审结论"): "合并到", (TWO, "合并到"): ONE})
    three.write({(TWO, "初审结论"): None, (TWO, "合并到"): None})
    assert three.works() == before
    assert three.events("work-merged", "work-unmerged") == [("work-merged", TWO), ("work-unmerged", TWO)]


def test_an_answer_to_a_merged_work_goes_to_the_other(three):
    three.write({(TWO, "初审结论"): "合并到", (TWO, "合并到"): ONE})
    three.town.send(WATCHER, [three.town.scan(WATCHER)], subject=f"补充 {TWO}")
    three.place.good("run")
    assert three.mails()[-1] == ("supplement", [ONE])


@pytest.mark.parametrize(
    ("into", "said"),
    [
        (None, "请在“合并到”一栏填另一部作品的登记号"),
        ("R2024-0099", "没有登记号“R2024-0099”"),
        (TWO, "填的是这部作品自己"),
    ],
)
def test_a_merge_that_cannot_be_is_said_in_the_row(three, into, said):
    three.write({(TWO, "初审结论"): "合并到", (TWO, "合并到"): into})
    assert said in three.cell(TWO, "问题摘要")
    assert three.names(TWO) != []


@pytest.mark.drill
def test_works_merged_into_each_other_stay_as_they_are(three):
    before = three.names(ONE), three.names(TWO)
    three.write({(w, h): v for w, o in ((ONE, TWO), (TWO, ONE)) for h, v in (("初审结论", "合并到"), ("合并到", o))})
    assert (three.names(ONE), three.names(TWO)) == before
    assert "互相合并" in three.cell(ONE, "问题摘要")


@pytest.mark.drill
def test_a_merge_changed_to_another_work_follows(three):
    three.write({(TWO, "初审结论"): "合并到", (TWO, "合并到"): ONE})
    three.write({(TWO, "合并到"): TEA})
    assert [works for _, works in three.mails()] == [[ONE], [TEA], [TEA]]


# 转组别


def test_a_work_of_the_other_track_gets_a_new_number(office):
    staff = {(ONE, "光盘收到"): dt.datetime(2024, 10, 20), (ONE, "备注"): "一号"}  # noqa: DTZ001 - cells have no zone
    office.write({**staff, (ONE, "初审结论"): "转组别"})
    works = office.works()
    assert (works[ONE]["moved_to"], works[ONE]["materials"], works[ONE]["decision"]) == ("P2024-0002", [], "转组别")
    assert (works["P2024-0002"]["track"], works["P2024-0002"]["title"]) == ("public", "星海寻踪")
    assert works["P2024-0002"]["staff"] == {"光盘收到": "2024-10-20", "备注": "一号"}
    assert office.folders() == [f"{TEA} 茶叶里的化学", "P2024-0002 星海寻踪"]
    assert office.letters() == [("P2024-0002", "草稿（不发送）"), (TEA, "草稿（不发送）")]
    assert "新登记号 P2024-0002" in office.cell(ONE, "问题摘要")


def test_the_old_number_of_a_moved_work_is_known_in_mails(office):
    office.write({(ONE, "初审结论"): "转组别"})
    entry = office.town.entries.stars
    office.town.send(entry, [office.town.scan(entry)], subject=f"补充 {ONE}")
    office.place.good("run")
    assert office.mails()[-1] == ("supplement", ["P2024-0002"])


@pytest.mark.drill
def test_a_moved_work_comes_back_to_its_own_number(office):
    before = office.works()
    office.write({(ONE, "初审结论"): "转组别"})
    office.write({(ONE, "初审结论"): None})
    after = office.works()
    assert after.pop("P2024-0002")["moved_to"] == ONE
    assert after == before
    assert office.folders() == [f"{TEA} 茶叶里的化学", f"{ONE} 星海寻踪"]


@pytest.mark.drill
def test_a_work_moved_a_second_time_has_the_number_of_the_first(office):
    for word in ("转组别", None, "转组别"):
        office.write({(ONE, "初审结论"): word})
    assert {w: r["moved_to"] for w, r in office.works().items()} == {ONE: "P2024-0002", TEA: None, "P2024-0002": None}


# 拆分


def test_a_work_with_two_forms_becomes_two(office):
    town = office.town
    twins = [town.form(town.entries.stars), town.form(WATCHER)]
    town.send(town.entries.stars, twins, subject=f"补充 {ONE}")
    office.place.good("run")
    number = f"M{len(office.mails()):05d}"
    office.write({(number, "归属"): ONE})
    office.write({(ONE, "初审结论"): "拆分"})
    works = office.works()
    new = next(iter(works.keys() - {ONE, TEA}))
    assert (works[new]["title"], [m["kind"] for m in works[new]["materials"]]) == ("竹林里的守望者", ["form"])
    assert f"已拆出 {new}" in office.cell(ONE, "问题摘要")
    assert len(works) == 3


def test_a_work_that_cannot_be_split_says_what_to_do(office):
    office.write({(ONE, "初审结论"): "拆分"})
    assert len(office.works()) == 2
    assert "没有拆分" in office.cell(ONE, "问题摘要")


# 归属


def test_a_mail_is_given_to_another_work_and_back(three):
    before = three.works()
    three.write({("M00003", "归属"): ONE})
    assert three.mails()[2] == ("supplement", [ONE])
    assert three.cell(TWO, "状态") == "已转出"
    three.write({("M00003", "归属"): None})
    assert (three.mails()[2], three.works()) == (("work", [TWO]), before)


def test_a_mail_that_brings_nothing_to_the_contest(three):
    three.write({("M00003", "归属"): "非投稿"})
    assert three.mails()[2] == ("not-a-submission", [])
    three.place.good("run")
    assert (TWO, "草稿（不发送）") not in three.letters()


@pytest.mark.drill
def test_a_supplement_that_is_a_work_of_its_own(three):
    three.town.send(WATCHER, [three.town.scan(WATCHER)], subject=f"补充 {TWO}")
    three.place.good("run")
    assert three.mails()[3] == ("supplement", [TWO])
    three.write({("M00004", "归属"): "新作品"})
    assert three.mails()[3] == ("work", ["R2024-0003"])


def test_a_mails_work_that_does_not_exist_is_said(office):
    office.write({("M00001", "归属"): "R2024-0077"})
    assert office.mails()[0] == ("work", [ONE])
    assert "“归属”填的“R2024-0077”不是登记号" in office.cell("M00001", "说明")


# 回信, 日期


def test_a_letter_is_held_and_released(office):
    office.write({("L0001", "放行/暂缓"): "暂缓"})
    assert office.letters()[0] == (ONE, "待放行")
    office.write({("L0001", "放行/暂缓"): "放行"})
    assert office.letters()[0] == (ONE, "草稿（不发送）")


def test_a_date_is_one_however_it_is_typed(office):
    office.write({(ONE, "光盘收到"): "2024年10月20日", (ONE, "纸质表收到"): "上周"})
    assert office.works()[ONE]["staff"] == {"光盘收到": "2024-10-20", "纸质表收到": "上周"}
    assert "“纸质表收到”填的“上周”不是日期" in office.cell(ONE, "问题摘要")
