"""Files without a verdict are scanned later; what is malware leaves the other files."""

import hashlib

import pytest

from ingest.model import Said
from ingest.stages.scan import scan


def digest(data):
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def run(contest, walk):
    """All stages in a run with this clamd; returns what `tell` says of the context at the end."""

    def go(address, tell=lambda context: None):
        with contest.open(f'[malware]\nclamd = "{address}"\n') as context:
            context.scanner._pause = lambda seconds: None
            walk(context)
            return tell(context)

    return go


def parts_of(context):
    with context.read() as tx:
        return {row["name"]: row["problem"] for row in tx.arrivals.all_parts()}


def verdict_on(data):
    def tell(context):
        with context.read() as tx:
            found = tx.scans.scan(digest(data))
            return found and (found.said, found.reason)

    return tell


def open_todos(context):
    with context.read() as tx:
        return [row["key"].partition(":")[0] for row in tx.desk.todos() if "恶意" in row["text"]]


def test_file_that_came_while_clamd_was_down_is_unchecked_and_the_run_says_so(contest, run, form, tmp_path):
    contest.post(files=[("推荐表.docx", form())])
    told = run(f"unix:{tmp_path}/nosuch.ctl", lambda context: context.tally.unreachable)
    assert ["连接不上" in sentence for sentence in told] == [True]


def test_file_that_came_while_clamd_was_down_is_scanned_when_it_is_back(contest, run, form, clamd, tmp_path):
    contest.post(files=[("推荐表.docx", form())])
    run(f"unix:{tmp_path}/nosuch.ctl")
    assert run(clamd.address, verdict_on(form())) == (Said.CLEAN, "")


def test_file_that_came_before_clamd_was_configured_is_scanned(contest, run, form, clamd):
    contest.post(files=[("推荐表.docx", form())])
    run("")
    assert run(clamd.address, verdict_on(form())) == (Said.CLEAN, "")


def test_malware_found_late_is_set_apart_with_a_todo(contest, run, form, clamd, clamds):
    contest.post(files=[("推荐表.docx", form()), ("证明.docx", clamds.EICAR)])
    run("")
    told = run(clamd.address, lambda context: (parts_of(context), open_todos(context)))
    assert told == ({"推荐表.docx": "", "证明.docx": "malware"}, ["malware"])


def test_malware_found_late_leaves_the_store_for_quarantine(contest, run, form, clamd, clamds):
    contest.post(files=[("推荐表.docx", form()), ("证明.docx", clamds.EICAR)])
    run("")
    stored = run(clamd.address, lambda context: context.store.has(digest(clamds.EICAR)))
    kept = contest.folder / "数据" / "quarantine" / f"{digest(clamds.EICAR)}.bad"
    assert (stored, kept.read_bytes()) == (False, clamds.EICAR)


def test_malware_makes_its_work_suspected_and_the_mail_goes_on(contest, run, form, clamd, clamds):
    contest.post(files=[("推荐表.docx", form()), ("证明.docx", clamds.EICAR)])

    def tell(context):
        with context.read() as tx:
            return [row["ended"] for row in tx.arrivals.rows()], [row["state"] for row in tx.works.rows()]

    assert run(clamd.address, tell) == (["work"], ["malware"])


def test_malware_is_the_same_after_another_run(contest, run, form, clamd, clamds):
    contest.post(files=[("推荐表.docx", form()), ("证明.docx", clamds.EICAR)])
    first = run(clamd.address, parts_of)
    assert run(clamd.address, parts_of) == first


def test_scan_that_failed_three_times_is_left_alone(contest, run, form, clamd_proxy):
    contest.post(files=[("推荐表.docx", form())])
    clamd_proxy.after = 10
    for _ in range(5):
        run(clamd_proxy.address)
    assert clamd_proxy.scans == 3


def test_scan_of_nothing_writes_nothing(context):
    with context.read() as tx:
        before = tx.desk.revision()
    scan(context)
    with context.read() as tx:
        assert tx.desk.revision() == before
