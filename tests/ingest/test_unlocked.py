"""Documents under a password: from the cell in 待办 or from what is written, to the form that is judged."""

import pytest

from ingest.demo.archives import make_zip
from ingest.demo.locked import lock_office, lock_pdf
from ingest.demo.textpdf import make_pdf_form

VALUES = {"title": "星海寻踪", "author": "王工", "phone": "13800000000"}
PASSWORD = "kepu-2024"


@pytest.fixture(params=["pdf", "docx"])
def locked_form(request, tmp_path, form):
    """A form under a password, as a file of a mail."""

    def make(password=PASSWORD):
        plain = tmp_path / f"plain.{request.param}"
        target = tmp_path / f"locked.{request.param}"
        if request.param == "pdf":
            lock_pdf(make_pdf_form(plain, kind="推荐表", values=VALUES), target, password)
        else:
            plain.write_bytes(form("星海寻踪"))
            lock_office(plain, target, password)
        return (f"推荐表.{request.param}", target.read_bytes())

    return make


def todos(context):
    with context.read() as tx:
        return [(row["kind"], row["text"]) for row in tx.desk.todos()]


def offer(context, password):
    with context.begin() as tx:
        for part in tx.arrivals.parts([1])[1]:
            if part.problem == "locked":
                tx.openings.offer(part.sha256, password, by_staff=True)


def form_in_force(context):
    """The title in the form that is judged, "" if nobody could read it."""
    with context.read() as tx:
        work = tx.load(["R2024-0001"], context.wants_key)["R2024-0001"]
    return work.form.fields["title"].value if work.form is not None and "title" in work.form.fields else ""


def test_a_locked_document_is_asked_its_password(contest, context, walk, locked_form, shell):
    contest.post(files=[locked_form(), ("成片.mp4", shell)])
    walk(context)
    asked = [text for kind, text in todos(context) if kind == "locked"]
    assert ["请在“密码”栏填写打开密码" in text for text in asked] == [True]


def test_staffs_password_gives_the_work_its_form(contest, context, walk, told, locked_form, shell):
    contest.post(files=[locked_form(), ("成片.mp4", shell)])
    walk(context)
    offer(context, PASSWORD)
    walk(context)
    assert (told(context), form_in_force(context)) == ([("work", ["R2024-0001"])], "星海寻踪")


def test_nothing_is_said_of_a_document_once_it_is_open(contest, context, walk, locked_form, shell):
    contest.post(files=[locked_form(), ("成片.mp4", shell)])
    walk(context)
    offer(context, PASSWORD)
    walk(context)
    assert [text for _, text in todos(context) if "密码" in text] == []


def test_a_password_in_the_mail_opens_its_document_at_once(contest, context, walk, locked_form, shell):
    contest.post(files=[locked_form(), ("成片.mp4", shell)], text=f"打开密码：{PASSWORD}")
    walk(context)
    with context.read() as tx:
        said = [row["text"] for row in tx.letters.rows()] + [text for _, text in todos(context)]
    assert (form_in_force(context), [text for text in said if "密码" in text]) == ("星海寻踪", [])


def test_a_wrong_password_of_a_document_is_said(contest, context, walk, locked_form, shell):
    contest.post(files=[locked_form(), ("成片.mp4", shell)])
    walk(context)
    offer(context, "wrong")
    walk(context)
    [text] = [text for kind, text in todos(context) if kind == "locked"]
    assert text.startswith("【“密码”栏填写的密码不对")


def test_the_locked_document_is_kept_beside_its_copy(contest, context, walk, locked_form, shell):
    name, data = locked_form()
    contest.post(files=[(name, data)], text=f"打开密码：{PASSWORD}")
    walk(context)
    with context.read() as tx:
        original, copy = tx.arrivals.parts([1])[1]
    assert (context.store.path(original.sha256).read_bytes(), copy.inside, copy.problem) == (data, name, "")


def test_a_locked_document_in_an_archive_opens_too(contest, context, walk, locked_form, tmp_path):
    packed = make_zip(tmp_path / "全部.zip", [locked_form()]).read_bytes()
    contest.post(files=[("全部.zip", packed)])
    walk(context)
    offer(context, PASSWORD)
    walk(context)
    assert form_in_force(context) == "星海寻踪"


def test_a_run_more_changes_nothing(contest, context, walk, locked_form, shell):
    contest.post(files=[locked_form(), ("成片.mp4", shell)])
    walk(context)
    offer(context, PASSWORD)
    walk(context)
    with context.read() as tx:
        before = tx.desk.revision()
    walk(context)
    with context.read() as tx:
        assert tx.desk.revision() == before
