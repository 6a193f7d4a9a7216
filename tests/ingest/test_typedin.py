"""Forms that cannot be read, typed in as 表格.xlsx or into the workbook's row, and taken back."""

import subprocess
import time

import openpyxl
import pytest

from ingest import dropped
from ingest.batch import STAGES
from ingest.model import Kind
from ingest.typedin import BLANKS
from ingest.unread import unread

WORK = "R2024-0001"
BROKEN_FORM = ("推荐表.docx", b"PK\x03\x04 this was a form once")


def batch(context, *reports):
    """A batch without links and letters. reports: what is written beside the folders."""
    context.reports = frozenset({"folders", *reports})
    context.tally.notes.clear()
    for name, stage in STAGES:
        if name not in ("cloud", "reply"):
            stage(context)


def book(context):
    """A batch that writes the workbook."""
    batch(context, "workbook")


@pytest.fixture(autouse=True, scope="module")
def still():
    """By the clock of the disk all that lies on it was left alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dropped, "disk_now", lambda _: time.time() + dropped.STILL_S)
        yield


@pytest.fixture
def opened(contest, context, shell):
    """A work whose form is damaged, after a batch."""
    contest.post("《星海寻踪》报送", files=[BROKEN_FORM, ("星海寻踪.mp4", shell)])
    batch(context)
    return context


@pytest.fixture
def folder(opened):
    return opened.config.storage.share / "补件" / WORK


def work_of(context):
    with context.read() as tx:
        return tx.load([WORK], context.wants_key)[WORK]


def todos(context, kind="type-form", *, open_only=True):
    with context.read() as tx:
        return [row for row in tx.desk.todos(open_only=open_only) if row["kind"] == kind]


def wrong(context):
    """To-dos on a 表格.xlsx that could not be taken."""
    return [row for row in todos(context, "broken-file") if row["key"].startswith("typed-wrong:")]


def events(context, what):
    with context.read() as tx:
        return [row["detail"] for row in tx.desk.events(work=WORK) if row["what"] == what]


def fill(path, **values):
    """Fills the form by code, as people do; saves it."""
    opened = openpyxl.load_workbook(path)
    sheet = opened.active
    for row in sheet.iter_rows(min_row=4):
        label, code = row[0].value.rstrip(" *"), row[3].value
        for name, value in values.items():
            if name in (label, code):
                row[1].value = value
    opened.save(path)
    opened.close()


def in_row(context, **cells):
    """Writes into the work's row of the workbook."""
    path = context.config.storage.share / "reports" / "台账.xlsx"
    there = openpyxl.load_workbook(path)
    sheet = there["推荐作品"]
    headings = [cell.value for cell in sheet[1]]
    row = next(cell.row for cell in sheet["A"] if cell.value == WORK)
    for heading, value in cells.items():
        sheet.cell(row, headings.index(heading) + 1).value = value
    there.save(path)
    there.close()


def row_of(context, *headings):
    path = context.config.storage.share / "reports" / "台账.xlsx"
    there = openpyxl.load_workbook(path)
    sheet = there["推荐作品"]
    names = [cell.value for cell in sheet[1]]
    row = next(cell.row for cell in sheet["A"] if cell.value == WORK)
    found = [sheet.cell(row, names.index(heading) + 1).value for heading in headings]
    there.close()
    return found


def conflicts(context):
    with context.read() as tx:
        return [(row["heading"], row["other"]) for row in tx.desk.conflicts()]


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# asked


def test_a_damaged_form_is_a_to_do_that_says_where_to_type(opened):
    (todo,) = todos(opened)
    assert todo["work_id"] == WORK
    assert "推荐表.docx" in todo["text"]
    assert f"补件/{WORK}/表格.xlsx" in todo["text"]
    assert "「推荐作品」" in todo["text"]


def test_a_form_lies_ready_with_the_fields_of_the_track_the_required_ones_first(folder):
    sheet = openpyxl.load_workbook(folder / "表格.xlsx").active
    codes = [row[3].value for row in sheet.iter_rows(min_row=5)]
    labels = [row[0].value for row in sheet.iter_rows(min_row=5)]
    assert codes[:2] == ["title", "completed_on"]
    assert labels[:2] == ["作品名称 *", "完成时间 *"]
    assert "recommender" in codes
    assert labels[-1] == "录入人"


def test_blank_forms_lie_there_for_every_track(opened):
    assert names(opened.config.storage.share / "补件" / BLANKS) == ["录入推荐表.xlsx", "录入自荐表.xlsx"]


def test_an_untouched_form_is_not_taken(opened, folder):
    batch(opened)
    assert (names(folder), len(todos(opened))) == (["表格.xlsx"], 1)


def test_a_form_saved_again_without_a_word_is_not_taken(opened, folder):
    fill(folder / "表格.xlsx")
    batch(opened)
    assert (names(folder), len(todos(opened)), wrong(opened)) == (["表格.xlsx"], 1, [])


def test_a_readable_form_asks_for_nothing(contest, context, form):
    contest.post(files=[("推荐表.docx", form())])
    batch(context)
    assert todos(context) == []
    assert not (context.config.storage.share / "补件" / WORK / "表格.xlsx").exists()


# typed into the file


@pytest.fixture(scope="module")
def once(new_contest, tmp_path_factory, shell):
    """The form typed in as a file, and a workbook. Only to be looked at."""
    contest = new_contest(tmp_path_factory.mktemp("once"))
    contest.post("《星海寻踪》报送", files=[BROKEN_FORM, ("星海寻踪.mp4", shell)])
    with contest.open() as context:
        batch(context)
        fill_in(context)
        book(context)
        yield context


def fill_in(context):
    path = context.config.storage.share / "补件" / WORK / "表格.xlsx"
    fill(path, title="星海寻踪（定稿）", author="林晚舟", phone="010-55550000", 录入人="张编辑")


@pytest.fixture
def typed(opened):
    """The form typed in as a file."""
    fill_in(opened)
    batch(opened)
    return opened


def test_what_was_typed_in_is_the_form_in_force(once):
    work = work_of(once)
    form = work.in_force(Kind.FORM).part
    assert (form.name, form.source.value, work.form.format) == ("表格.xlsx", "manual", "typed")
    assert {name: (f.value, f.confidence) for name, f in work.form.fields.items()} == {
        "title": ("星海寻踪（定稿）", 1.0),
        "author": ("林晚舟", 1.0),
        "phone": ("010-55550000", 1.0),
    }


def test_the_file_is_put_away_and_the_to_do_is_done(once):
    assert (names(once.config.storage.share / "补件" / WORK), todos(once)) == (["已收/表格.xlsx"], [])


def test_the_work_is_reviewed_with_what_was_typed(once):
    assert row_of(once, "作品名称", "第一作者", "联系电话") == ["星海寻踪（定稿）", "林晚舟", "010-55550000"]
    assert row_of(once, "电子表") == ["（人工录入）表格.xlsx 等 2 个"]
    with once.read() as tx:
        said = next(f.evidence for f in tx.works.findings([WORK])[WORK] if f.rule == "form-fields")
    assert "推荐表.docx" not in said


def test_the_history_says_who_typed(once):
    (said,) = events(once, "form-typed")
    assert (said["who"], said["fields"]) == ("张编辑", ["author", "phone", "title"])


def test_nothing_is_done_twice(once):
    with once.read() as tx:
        before = tx.desk.revision()
    book(once)
    with once.read() as tx:
        assert tx.desk.revision() == before


def test_an_empty_form_takes_it_back(typed, folder):
    blank = typed.config.storage.share / "补件" / BLANKS / "录入推荐表.xlsx"
    (folder / "表格.xlsx").write_bytes(blank.read_bytes())
    batch(typed)
    assert work_of(typed).form is None
    assert len(todos(typed)) == 1
    assert len(events(typed, "form-untyped")) == 1


def test_the_same_file_counts_again_after_it_was_taken_back(typed, folder):
    test_an_empty_form_takes_it_back(typed, folder)
    for path in folder.glob("*.xlsx"):
        path.unlink()
    (folder / "已收" / "表格.xlsx").rename(folder / "表格.xlsx")
    batch(typed)
    assert work_of(typed).form.fields["author"].value == "林晚舟"


def test_a_second_file_follows_the_first(typed, folder):
    (folder / "表格.xlsx").write_bytes((folder / "已收" / "表格.xlsx").read_bytes())
    fill(folder / "表格.xlsx", author="林晚秋")
    batch(typed)
    assert work_of(typed).form.fields["author"].value == "林晚秋"
    assert names(folder) == ["已收/表格 (2).xlsx", "已收/表格.xlsx"]


def test_a_form_that_libreoffice_saved_is_taken(opened, folder, tmp_path):
    fill_in(opened)
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "xlsx"]
    saved = tmp_path / "saved"
    subprocess.run([*command, "--outdir", saved, folder / "表格.xlsx"], check=True, capture_output=True, timeout=100)
    (folder / "表格.xlsx").write_bytes((saved / "表格.xlsx").read_bytes())
    batch(opened)
    assert {name: field.value for name, field in work_of(opened).form.fields.items()} == {
        "title": "星海寻踪（定稿）",
        "author": "林晚舟",
        "phone": "010-55550000",
    }


def test_a_file_that_is_open_is_left(opened, folder):
    fill(folder / "表格.xlsx", title="星海寻踪")
    (folder / "~$表格.xlsx").write_bytes(b"staff")
    batch(opened)
    assert (folder / "表格.xlsx").exists()
    assert work_of(opened).form is None


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("表格.xlsx", b"PK\x03\x04 half a file", "打不开"),
        ("表格.et", b"\xd0\xcf\x11\xe0", "另存为"),
    ],
)
def test_a_wrong_file_stays_and_a_to_do_says_why(opened, folder, name, data, said):
    (folder / "表格.xlsx").unlink()
    (folder / name).write_bytes(data)
    batch(opened)
    batch(opened)
    (todo,) = wrong(opened)
    assert said in todo["text"]
    assert (names(folder), (folder / name).read_bytes()) == ([name], data)


def test_a_wrong_file_that_was_mended_is_taken_and_its_to_do_done(opened, folder):
    good = (folder / "表格.xlsx").read_bytes()
    (folder / "表格.xlsx").write_bytes(b"PK\x03\x04 half a file")
    batch(opened)
    (folder / "表格.xlsx").write_bytes(good)
    fill(folder / "表格.xlsx", title="星海寻踪")
    batch(opened)
    assert wrong(opened) == []
    assert work_of(opened).field("title") == "星海寻踪"


def test_a_form_without_its_headings_stays(opened, folder):
    other = openpyxl.Workbook()
    other.active.append(["作品名称", "星海寻踪"])
    other.save(folder / "表格.xlsx")
    batch(opened)
    (todo,) = wrong(opened)
    assert "标题" in todo["text"]


def test_a_form_nobody_touched_goes_when_the_sender_sends_a_readable_one(opened, folder, contest, form):
    contest.post(f"补正 {WORK}", files=[("推荐表.docx", form())])
    batch(opened)
    assert (todos(opened), names(folder)) == ([], [])


def test_staff_who_will_not_type_are_not_asked_again(opened):
    with opened.begin() as tx:
        number = f"T{todos(opened)[0]['id']:04d}"
        tx.desk.write_cell("待办", number, "处理", "不处理")
        tx.desk.close_numbered(number)
        tx.works.soil([WORK])
    batch(opened)
    assert todos(opened) == []


# typed into the row


def type_in_row(context):
    book(context)
    in_row(context, 作品名称="星海寻踪（定稿）", 第一作者="林晚舟", 联系电话=13800000000, 审核人="李主任")
    book(context)


@pytest.fixture(scope="module")
def row_once(new_contest, tmp_path_factory, shell):
    """The form typed into the row. Only to be looked at."""
    contest = new_contest(tmp_path_factory.mktemp("row"))
    contest.post("《星海寻踪》报送", files=[BROKEN_FORM, ("星海寻踪.mp4", shell)])
    with contest.open() as context:
        batch(context)
        type_in_row(context)
        yield context


@pytest.fixture
def row_typed(opened):
    type_in_row(opened)
    return opened


def test_words_in_the_row_are_the_form(row_once):
    work = work_of(row_once)
    assert {name: field.value for name, field in work.form.fields.items()} == {
        "title": "星海寻踪（定稿）",
        "author": "林晚舟",
        "phone": "13800000000",
    }
    assert (work.title, work.in_force(Kind.FORM).part.source.value) == ("星海寻踪（定稿）", "manual")


def test_the_to_do_is_done_by_the_row(row_once):
    assert (todos(row_once), names(row_once.config.storage.share / "补件" / WORK)) == ([], [])


def test_the_history_says_who_typed_into_the_row(row_once):
    (said,) = events(row_once, "form-typed")
    assert (said["who"], said["fields"]) == ("李主任", ["author", "phone", "title"])


def test_words_in_the_row_are_no_conflict_stay_and_are_carried_out_once(row_once):
    with row_once.read() as tx:
        before = tx.desk.revision()
    book(row_once)
    with row_once.read() as tx:
        assert tx.desk.revision() == before
    assert conflicts(row_once) == []
    assert row_of(row_once, "作品名称", "第一作者") == ["星海寻踪（定稿）", "林晚舟"]


def test_words_changed_in_the_row_count_and_those_taken_out_are_gone(row_typed):
    in_row(row_typed, 第一作者="林晚秋", 联系电话=None)
    book(row_typed)
    assert work_of(row_typed).form.fields["author"].value == "林晚秋"
    assert "phone" not in work_of(row_typed).form.fields
    assert row_of(row_typed, "作品名称", "第一作者") == ["星海寻踪（定稿）", "林晚秋"]


def test_all_words_taken_out_restore_what_was_read(row_typed):
    in_row(row_typed, 作品名称=None, 第一作者=None, 联系电话=None)
    book(row_typed)
    work = work_of(row_typed)
    assert (work.form, work.title, len(todos(row_typed))) == (None, "星海寻踪", 1)
    assert row_of(row_typed, "电子表") == ["（读不出，请录入）推荐表.docx 等 2 个"]
    assert unread(work).why.startswith("电子表“推荐表.docx”")


def test_a_word_put_back_as_it_was_written_is_taken_back(opened):
    book(opened)
    (opened.config.storage.share / "reports" / ".~lock.台账.xlsx#").write_text("staff have it open")
    in_row(opened, 作品名称="另一个名字")
    book(opened)
    assert work_of(opened).field("title") == "另一个名字"
    in_row(opened, 作品名称="星海寻踪")
    book(opened)
    assert (work_of(opened).form, work_of(opened).title) == (None, "星海寻踪")


def test_words_in_the_row_of_a_readable_form_are_a_conflict_as_ever(contest, context, form):
    contest.post(files=[("推荐表.docx", form())])
    book(context)
    in_row(context, 第一作者="别人")
    book(context)
    assert conflicts(context) == [("第一作者", "别人")]
    assert row_of(context, "第一作者") == ["林晚舟"]


def test_a_file_typed_in_later_counts_over_the_row_and_the_row_beside_it(row_typed, folder):
    blank = row_typed.config.storage.share / "补件" / BLANKS / "录入推荐表.xlsx"
    (folder / "表格.xlsx").write_bytes(blank.read_bytes())
    fill(folder / "表格.xlsx", author="林晚秋", summary="讲述寻星的人。")
    book(row_typed)
    book(row_typed)
    assert {name: field.value for name, field in work_of(row_typed).form.fields.items()} == {
        "title": "星海寻踪（定稿）",
        "author": "林晚秋",
        "phone": "13800000000",
        "summary": "讲述寻星的人。",
    }


def test_a_form_the_sender_mends_counts_over_the_row(row_typed, contest, form):
    contest.post(f"补正 {WORK}", files=[("推荐表.docx", form(author="蒋若溪"))])
    book(row_typed)
    assert (work_of(row_typed).field("author"), row_of(row_typed, "第一作者")) == ("蒋若溪", ["蒋若溪"])


def test_what_was_typed_goes_along_to_the_other_track(row_typed):
    in_row(row_typed, 初审结论="转组别")
    book(row_typed)
    with row_typed.read() as tx:
        work = tx.load(["P2024-0001"], row_typed.wants_key)["P2024-0001"]
    assert (work.field("author"), work.title) == ("林晚舟", "星海寻踪（定稿）")
