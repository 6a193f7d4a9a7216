"""Several folders of one mailbox: junk is taken in and not answered until a person says so; a folder goes away."""

import shutil

import pytest

from ingest.stages.fetch import fetch


@pytest.fixture
def junk(contest, context):
    """The junk folder of a Maildir that is polled beside its inbox."""
    folder = contest.box("recommended") / ".Junk"
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    boxes = context.config.mailboxes
    boxes = (boxes[0].model_copy(update={"folders": ("INBOX", "\\Junk")}), *boxes[1:])
    context.config = context.config.model_copy(update={"mailboxes": boxes})
    return folder


@pytest.fixture
def in_junk(contest, context, junk, walk, form):
    """A submission that a filter put into junk, taken in. Returns its file."""
    file = contest.drop(contest.mail(files=[("推荐表.docx", form())]))
    file = file.rename(junk / "new" / file.name)
    walk(context)
    return file


def to_inbox(contest, file):
    return file.rename(contest.box("recommended") / "cur" / file.name)


def letters(context):
    with context.read() as tx:
        return [(row["kind"], row["state"]) for row in tx.letters.rows()]


def asked(context):
    with context.read() as tx:
        return [row["key"] for row in tx.desk.todos()]


def test_mail_in_junk_is_taken_in_and_its_letter_held(context, in_junk, told):
    assert told(context) == [("work", ["R2024-0001"])]
    assert (letters(context), asked(context)) == ([("receipt", "held")], ["junk:1"])


def test_a_person_who_moves_it_lets_the_letter_go(contest, context, in_junk, walk, told):
    to_inbox(contest, in_junk)
    walk(context)
    assert (letters(context), asked(context), len(told(context))) == ([("receipt", "draft")], [], 1)


def test_a_person_who_deals_with_the_to_do_lets_the_letter_go(context, in_junk, walk):
    with context.begin() as tx:
        tx.desk.close_todos(key="junk:1")
    walk(context)
    assert letters(context) == [("receipt", "draft")]


def test_nothing_lets_it_go_by_itself(context, in_junk, walk):
    walk(walk(context))
    assert (letters(context), asked(context)) == ([("receipt", "held")], ["junk:1"])


def test_mail_moved_out_of_junk_before_it_is_answered_is_answered_as_any(contest, context, junk, walk, form):
    file = contest.drop(contest.mail(files=[("推荐表.docx", form())]))
    file = file.rename(junk / "new" / file.name)
    walk(context, until="fetch")
    to_inbox(contest, file)
    walk(context)
    assert (letters(context), asked(context)) == ([("receipt", "draft")], [])


def test_mail_that_a_person_moves_into_junk_keeps_its_letter(contest, context, junk, walk, form):
    file = contest.drop(contest.mail(files=[("推荐表.docx", form())]))
    walk(context)
    file.rename(junk / "new" / file.name)
    walk(context)
    assert (letters(context), asked(context)) == ([("receipt", "draft")], [])


def test_the_same_mail_in_the_other_inbox_lets_the_letter_go(contest, context, junk, walk, form):
    mail = contest.mail(files=[("推荐表.docx", form())])
    file = contest.drop(mail)
    file.rename(junk / "new" / file.name)
    walk(context)
    contest.drop(mail, "public")
    walk(context)
    assert (letters(context), asked(context)) == ([("receipt", "draft")], [])


def test_in_approve_mode_a_letter_let_go_still_waits_for_approval(contest, context, in_junk, walk):
    replies = context.config.replies.model_copy(update={"mode": "approve"})
    context.config = context.config.model_copy(update={"replies": replies})
    to_inbox(contest, in_junk)
    walk(context)
    with context.read() as tx:
        assert [(row["state"], row["held_for"]) for row in tx.letters.rows()] == [("held", "")]


# --- a folder that goes away


def test_a_folder_that_is_gone_is_said_and_the_others_are_polled(contest, context, in_junk, junk):
    shutil.rmtree(junk)
    contest.post()
    fetch(context)
    assert (context.tally.counts["fetched"], context.tally.unreachable) == (2, [])
    assert [note.partition("，")[0] for note in context.tally.notes] == ["邮箱 recommended 中没有名为“\\Junk”的文件夹"]


def test_what_came_from_a_folder_that_is_gone_stays(context, in_junk, junk, walk, told):
    shutil.rmtree(junk)
    assert told(walk(context)) == [("work", ["R2024-0001"])]


def test_a_folder_that_never_was_is_the_operators_mistake(contest, context, junk):
    shutil.rmtree(junk)
    contest.post()
    fetch(context)
    assert (context.tally.counts["fetched"], len(context.tally.unreachable)) == (0, 1)
