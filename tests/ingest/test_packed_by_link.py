"""Archives and mails whose bytes come by link or by hand: sets that a link completes, mails in what was fetched."""

import datetime as dt

import pytest

from ingest.batch import open_context
from ingest.byhand import FileByHand, take_for_work
from ingest.demo.archives import make_zip
from ingest.demo.mails import mail_bytes
from ingest.demo.netdisk import rehearsing
from ingest.demo.rars import make_rar
from ingest.linked import take_linked
from ingest.stages.assemble import assemble
from ingest.stages.cloud import cloud
from ingest.stages.extract import extract
from ingest.stages.fetch import fetch
from ingest.stages.parse import parse
from ingest.stages.review import review
from ingest.unpack import unpack
from ingest.workers import Workers

NOW = dt.datetime(2024, 10, 11, 12, tzinfo=dt.timezone(dt.timedelta(hours=8)))
STAGES = (fetch, extract, unpack, parse, assemble, cloud, take_linked, review)


@pytest.fixture
def volumes(tmp_path, form):
    """A rar with a form in three volumes: (name, bytes)."""
    inside = form("星海寻踪")
    files = make_rar(tmp_path / "rar" / "作品.rar", [("推荐表.docx", inside)], volume_bytes=len(inside) // 3 + 1)
    return [(path.name, path.read_bytes()) for path in files]


@pytest.fixture
def linked(contest, shelf):
    """Posts a mail that names a file behind a link, which is there."""
    contest.clock.now = NOW

    def post(name, data, **rest):
        shelf.put(name, data)
        block = shelf.block(name, len(data), NOW - dt.timedelta(days=1))
        return contest.post(html="both", html_below=block, **rest)

    return post


@pytest.fixture
def batch(contest, shelf):
    """One batch, as a new process would make it; then (ending, works) of each mail."""

    def run():
        with open_context(rehearsing(contest.config(), shelf.rehearsal), clock=contest.clock, environ={}) as context:
            context.workers = Workers(0)
            for stage in STAGES:
                stage(context)
            with context.read() as tx:
                works = tx.works.of_arrivals()
                return [(row["ended"], works.get(row["id"], [])) for row in tx.arrivals.rows()]

    return run


def parts(contest, number=1):
    with contest.open() as context, context.read() as tx:
        return [(p.name, p.source.value, p.inside, p.problem) for p in tx.arrivals.parts([number])[number]]


def test_a_set_that_a_link_completes_is_opened_in_the_next_batch(contest, linked, batch, volumes):
    contest.post(files=[volumes[0], volumes[2]])
    linked(*volumes[1])
    batch()
    assert batch() == [("supplement", ["R2024-0001"]), ("work", ["R2024-0001"])]


def test_a_set_of_one_mail_that_its_link_completes_is_opened_in_the_next_batch(contest, linked, batch, volumes):
    linked(*volumes[1], files=[volumes[0], volumes[2]])
    batch()
    assert batch() == [("work", ["R2024-0001"])]


def test_nothing_of_a_set_that_a_link_completes_is_lost(contest, linked, batch, volumes):
    linked(*volumes[1], files=[volumes[0], volumes[2]])
    batch()
    batch()
    found = [(name, source, problem) for name, source, _, problem in parts(contest)]
    assert sorted(found) == [
        ("作品.part1.rar", "attachment", ""),
        ("作品.part2.rar", "cloud", ""),
        ("作品.part3.rar", "attachment", ""),
        ("推荐表.docx", "archive", ""),
    ]


def test_a_batch_more_changes_nothing_of_a_set_that_a_link_completed(contest, linked, batch, volumes):
    linked(*volumes[1], files=[volumes[0], volumes[2]])
    batch()
    batch()
    before = parts(contest)
    assert (batch(), parts(contest)) == ([("work", ["R2024-0001"])], before)


def test_files_of_mails_in_an_archive_behind_a_link_are_the_works(contest, linked, batch, form, tmp_path):
    letter = mail_bytes(contest.mail("报送", files=[("推荐表.docx", form("星海寻踪"))]))
    linked("来信.zip", make_zip(tmp_path / "a.zip", [("来信.eml", letter)]).read_bytes())
    batch()
    assert batch() == [("work", ["R2024-0001"])]


def test_files_of_a_mail_put_in_for_a_work_are_the_works(contest, context, walk, form, tmp_path):
    contest.post(files=[("推荐表.docx", form("星海寻踪"))])
    walk(context)
    path = tmp_path / "a"
    path.write_bytes(mail_bytes(contest.mail("补件", files=[("播放证明.txt", b"shown")])))
    take_for_work(context, FileByHand("来信.eml", context.store.put_file(path)), "R2024-0001")
    walk(context)
    assert parts(contest, 2) == [("来信.eml", "manual", "", ""), ("播放证明.txt", "manual", "来信.eml", "")]
