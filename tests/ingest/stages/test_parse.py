"""Parse: every file is read once, whoever brings it how often."""

import pytest

from ingest.model import Kind
from ingest.stages import parse
from ingest.workers import Workers


@pytest.fixture
def looked(monkeypatch):
    """The names of files that were really read."""
    names = []
    look = Workers.look

    def watched(self, path, wants, scratch, *, name="", **rest):
        names.append(name)
        return look(self, path, wants, scratch, name=name, **rest)

    monkeypatch.setattr(Workers, "look", watched)
    return names


def test_parse_tells_what_each_file_is(contest, context, walk, form, shell):
    contest.post(files=[("推荐表.docx", form()), ("成片.mp4", shell), ("a.bin", b"?")])
    walk(context, until="parse")
    with context.read() as tx:
        parts = tx.arrivals.arrival(1, wants=context.wants_key).parts
    assert [(p.kind, p.certain) for p in parts] == [(Kind.FORM, True), (Kind.VIDEO, True), (Kind.OTHER, False)]


def test_parse_reads_a_file_that_comes_twice_in_one_mail_once(contest, context, walk, form, looked):
    contest.post(files=[("一.docx", form()), ("二.docx", form())])
    walk(context, until="parse")
    assert looked == ["一.docx"]


def test_parse_reads_a_file_that_comes_in_two_mails_once(contest, context, walk, form, looked):
    for sender in ("a@x.cn", "b@y.cn"):
        contest.post(files=[("推荐表.docx", form())], sender=sender)
    walk(context, until="parse")
    assert looked == ["推荐表.docx"]


def test_parse_reads_a_file_again_for_another_question(contest, context, walk, form, looked):
    contest.post(files=[("推荐表.docx", form())])
    walk(context, until="parse")
    with context.begin() as tx:
        tx.arrivals.connection.exec_driver_sql("UPDATE facts SET wants = 'other'")
        tx.arrivals.connection.exec_driver_sql("UPDATE arrivals SET stage = 'extracted'")
    walk(context, until="parse")
    assert looked == ["推荐表.docx", "推荐表.docx"]


def test_parse_keeps_what_it_read_when_the_rest_fails(contest, context, walk, form, looked, monkeypatch):
    """Killed or failed between two files, the next run does not read the first one again."""
    contest.post(files=[("推荐表.docx", form()), ("a.bin", b"?")])
    with monkeypatch.context() as patch:
        patch.setattr(parse, "classify", lambda *_, **__: 1 / 0)
        walk(context, until="parse")
    walk(context, until="parse")
    assert looked == ["推荐表.docx", "a.bin"]
