"""What joins a work that is there, what waits for a person, and what people are told of lists and wishes."""

import io

import openpyxl
import pytest

from ingest.model import Ended, Kind, TodoKind
from ingest.stages.assemble import decide
from ingest.stages.assemble.belonging import Situation
from ingest.stages.assemble.namesakes import Namesake
from parsers.facts import FieldValue, FormFacts

STRANGER = "someone@qq.com"


@pytest.fixture
def film(part):
    return lambda name="VID_1.mp4", **rest: part(name, Kind.VIDEO, **rest)


def listing(*titles):
    book = openpyxl.Workbook()
    book.active.append(["推荐作品汇总表"])
    for row in (["序号", "作品名称", "作者"], *([n, title, "林"] for n, title in enumerate(titles, 1))):
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    return "汇总表.xlsx", held.getvalue()


def paper(part, **values):
    fields = {name: FieldValue(value=value, label=name) for name, value in values.items()}
    return part("推荐表.docx", Kind.FORM, facts=FormFacts(format="docx", fields=fields))


def todos(context, kind):
    with context.read() as tx:
        return [row["text"] for row in tx.desk.todos() if row["kind"] == kind]


# --- what a work lacks


@pytest.mark.parametrize(
    ("has", "ended"), [({Kind.FORM}, Ended.SUPPLEMENT), ({Kind.FORM, Kind.VIDEO}, None), (set(), Ended.SUPPLEMENT)]
)
def test_a_nameless_film_joins_the_senders_only_work_that_lacks_one(arrival, film, work, has, ended):
    assert decide(arrival(film(), subject="补视频"), Situation(sender=(work(has=has),))).ended is ended


def test_a_nameless_film_of_one_of_two_works_is_asked_about(arrival, film, work):
    works = work(1, "星海寻踪", has={Kind.FORM}), work(2, "深海来信", has={Kind.FORM})
    assert decide(arrival(film()), Situation(sender=works)).todos[0].candidates == ("R2024-0001", "R2024-0002")


def test_a_film_of_another_name_does_not_join(arrival, film, work):
    assert decide(arrival(film("深海来信.mp4")), Situation(sender=(work(has={Kind.FORM}),))).ended is None


def test_a_form_names_the_work_of_a_nameless_film(arrival, part, work):
    nameless = work(title="", has={Kind.VIDEO})
    assert decide(arrival(paper(part, title="星海寻踪")), Situation(sender=(nameless,))).ended is Ended.SUPPLEMENT


def test_a_form_of_another_title_than_the_film_opens_a_work(arrival, part, work):
    named = work(title="深海来信", has={Kind.VIDEO})
    assert decide(arrival(paper(part, title="星海寻踪")), Situation(sender=(named,))).ended is Ended.WORK


# --- the same title by another sender


@pytest.mark.parametrize(
    ("producer", "ended"),
    [("广东科普传媒有限公司", Ended.SUPPLEMENT), ("四川科普中心", Ended.WORK), ("", Ended.WORK)],
)
def test_a_title_that_is_there_is_the_same_work_only_of_the_same_unit(arrival, part, film, work, producer, ended):
    known = Namesake(work(), {"author": "林晚舟", "producer": "广东科普传媒有限责任公司"})
    mail = arrival(paper(part, title="星海寻踪", author="张三", producer=producer), film(), from_address=STRANGER)
    assert decide(mail, Situation(namesakes=(known,))).ended is ended


def test_a_film_of_the_title_from_nobody_known_is_asked_about_where_the_work_lacks_one(arrival, film, work):
    known = Namesake(work(has={Kind.FORM}), {})
    mail = arrival(film("《星海寻踪》.mp4"), from_address=STRANGER)
    assert decide(mail, Situation(namesakes=(known,))).todos[0].candidates == ("R2024-0001",)


def test_a_colleague_by_the_units_domain_adds_to_the_work(arrival, film, work):
    known = Namesake(work(has={Kind.FORM}), {})
    mail = arrival(film("《星海寻踪》.mp4"), from_address="li@kjt.example.gov.cn")
    assert decide(mail, Situation(namesakes=(known,))).ended is Ended.SUPPLEMENT


# --- strangers, lists, wishes, on a ledger


def test_a_stranger_who_quotes_a_number_changes_nothing_and_is_told_nothing(contest, context, walk, told, form, shell):
    contest.post(files=[("推荐表.docx", form("星海寻踪"))])
    walk(context)
    contest.post("R2024-0001 更换视频", sender=STRANGER, files=[("a.mp4", shell)])
    assert told(walk(context))[-1] == (None, [])
    with context.read() as tx:
        work = tx.load(["R2024-0001"], context.wants_key)["R2024-0001"]
        letters = [row["text"] for row in tx.letters.rows() if row["to_address"] == STRANGER]
    assert ([m.part.name for m in work.materials], any("星海寻踪" in text for text in letters)) == (
        ["推荐表.docx"],
        False,
    )


def test_a_list_names_what_did_not_come_until_it_comes(contest, context, walk, form):
    contest.post("报送", files=[listing("星海寻踪", "深海来信"), ("1.docx", form("星海寻踪"))])
    before = todos(walk(context), "listed")
    contest.post("《深海来信》", files=[("2.docx", form("深海来信"))])
    assert (before, todos(walk(context), "listed")) == (
        ["邮件 M00001：汇总表列有 2 部作品，《深海来信》未收到材料。请向来信单位核实。"],
        [],
    )


def test_a_list_alone_waits_for_its_works_and_joins_them(contest, context, walk, told, form):
    contest.post("汇总表", files=[listing("星海寻踪", "深海来信")])
    before = told(walk(context))
    for title in ("星海寻踪", "深海来信"):
        contest.post(f"《{title}》", files=[("表.docx", form(title))])
    assert (before, told(walk(context))[0][0]) == ([(None, [])], "supplement")


def test_a_withdrawal_is_a_todo_with_the_sentence_on_the_work(contest, context, walk, told, form):
    contest.post(files=[("推荐表.docx", form("星海寻踪"))])
    contest.post("申请", text="您好。因版权问题，我单位申请撤回《星海寻踪》。谢谢。")
    ended = told(walk(context))[-1]
    (said,) = todos(context, TodoKind.WISH.value)
    assert (ended, "原文：“因版权问题，我单位申请撤回《星海寻踪》。”" in said) == (("supplement", ["R2024-0001"]), True)


def test_a_file_of_nobody_goes_to_the_work_that_a_person_names(contest, context, walk, form, shell):
    from ingest.model import todo_number
    from ingest.stages.choosing import choose_files

    contest.post(files=[("甲.docx", form("星海寻踪")), ("乙.docx", form("深海来信")), ("VID_1.mp4", shell)])
    walk(context)
    with context.begin() as tx:
        (todo,) = (row for row in tx.desk.todos() if row["kind"] == "place-file")
        tx.desk.write_cell("待办", todo_number(todo["id"]), "选择", "R2024-0002")
        done = choose_files(context, tx, act=True)
        held = tx.works.materials(["R2024-0002"], {}, {})["R2024-0002"]
    assert (todo["candidates"], done, "VID_1.mp4" in [m.part.name for m in held]) == (
        ["R2024-0001", "R2024-0002"],
        1,
        True,
    )
