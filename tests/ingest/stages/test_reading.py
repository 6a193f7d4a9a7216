"""Scans and old documents in the parse stage: read once, several at once, and put off where the time is over."""

import io
import subprocess
import time

import pytest
from PIL import Image, ImageDraw

from ingest.demo.font import write
from ingest.demo.mails import Attachment
from ingest.stages import parse
from ingest.stages.parse import ahead
from ingest.workers import Workers
from parsers import soffice
from parsers.facts import Broken, FormFacts, ImageFacts

SMALL = (900, 500)
NO_TIME = 10**9


class Killed(BaseException):
    """The end of a run that nothing catches."""

    @classmethod
    def at_recognised(cls, step):
        """Right after what recognition saw is kept."""
        if step == "recognised":
            raise cls


@pytest.fixture
def contest(contest):
    """A contest whose scans are recognised."""
    contest.ocr = True
    return contest


@pytest.fixture(scope="session")
def scan():
    """The bytes of a picture with a form's title and one field."""

    def make(title="星海寻踪", size=SMALL):
        page = Image.new("RGB", SMALL, "white")
        pen = ImageDraw.Draw(page)
        write(pen, (450, 40), "2024年全国科普微视频大赛推荐表", 40, (0, 0, 0), "ma")
        write(pen, (60, 200), f"作品名称：{title}", 40, (0, 0, 0))
        out = io.BytesIO()
        page.resize(size).save(out, "png")
        return out.getvalue()

    return make


@pytest.fixture(scope="session")
def doc(form, tmp_path_factory):
    """The bytes of forms in Word's old format: title to bytes, made in one call."""
    folder = tmp_path_factory.mktemp("doc")
    titles = ("星海寻踪", "潮汐之间", "深海来信")
    for number, title in enumerate(titles):
        (folder / f"{number}.docx").write_bytes(form(title))
    command = ["soffice", f"-env:UserInstallation=file://{folder / 'profile'}", "--headless", "--convert-to", "doc"]
    files = [str(folder / f"{number}.docx") for number in range(len(titles))]
    subprocess.run([*command, "--outdir", str(folder), *files], capture_output=True, timeout=180, check=True)
    return {title: (folder / f"{number}.doc").read_bytes() for number, title in enumerate(titles)}


@pytest.fixture
def parts(context):
    """The files of a mail with what is kept of them."""

    def read(arrival_id=1):
        with context.read() as tx:
            return tx.arrivals.arrival(arrival_id, wants=context.wants_key).parts

    return read


@pytest.fixture
def calls(monkeypatch):
    """How many files each call of LibreOffice for several had."""
    made = []
    convert = ahead.convert

    def watched(sources, folder, profile):
        made.append(len(sources))
        return convert(sources, folder, profile)

    monkeypatch.setattr(ahead, "convert", watched)
    return made


def stage_of(context, arrival_id=1):
    with context.read() as tx:
        return tx.arrivals.row(arrival_id)["stage"]


def spend(context, monkeypatch):
    """The batch's time is over, and recognition's own."""
    monkeypatch.setattr(parse, "SHARE", NO_TIME)
    context.until = time.monotonic()


def kept_pages(context):
    with context.read() as tx:
        return tx.connection.exec_driver_sql("SELECT COUNT(*) FROM recognised").scalar_one()


# scans


def test_a_scan_is_recognised_and_its_page_is_in_the_store(contest, context, walk, parts, scan):
    contest.post(files=[("盖章扫描件.png", scan())])
    walk(context, until="parse")
    facts = parts()[0].facts
    page = facts.seen[0]
    assert facts.reading.fields["title"].value == "星海寻踪"
    assert (context.store.verify(page.sha256), page.path, page.lines) == (True, "", ())


def test_a_scan_that_comes_twice_is_recognised_once(contest, context, walk, scan):
    for sender in ("a@x.cn", "b@y.cn"):
        contest.post(files=[("扫描件.png", scan())], sender=sender)
    walk(context, until="parse")
    assert context.tally.counts["recognised"] == 1


def test_other_labels_are_read_off_what_was_recognised_before(contest, context, walk, parts, scan, monkeypatch):
    contest.post(files=[("扫描件.png", scan())])
    walk(context, until="assemble")
    monkeypatch.setattr(Workers, "map_recognise", None)
    context.wants = context.wants.model_copy(update={"labels": {"name": ("作品名称",)}})
    del context.wants_key
    walk(context, until="parse")
    assert parts()[0].facts.reading.fields["name"].value == "星海寻踪"


def test_other_parsers_do_not_recognise_anew(contest, context, walk, scan, monkeypatch):
    contest.post(files=[("扫描件.png", scan())])
    walk(context, until="assemble")
    monkeypatch.setattr(Workers, "map_recognise", None)
    monkeypatch.setattr("parsers.facts.PARSERS_VERSION", "later")
    walk(context, until="parse")
    assert context.tally.counts["looked-again"] == 1


def test_without_recognition_a_scan_is_a_picture(contest, walk, scan):
    contest.post(files=[("扫描件.png", scan())])
    contest.ocr = False
    with contest.open() as context:
        walk(context, until="parse")
        with context.read() as tx:
            facts = tx.arrivals.arrival(1, wants=context.wants_key).parts[0].facts
        assert (facts.reading, facts.width, kept_pages(context)) == (None, 900, 0)


def test_what_only_adorns_its_mail_is_not_recognised(contest, context, walk, scan):
    logo = Attachment("logo.png", scan(size=(180, 100)), "image/png", content_id="logo@x")
    small = Attachment("图标.png", scan(size=(400, 222)))
    contest.post(files=[logo, small])
    walk(context, until="parse")
    assert kept_pages(context) == 0


def test_a_picture_that_adorns_one_place_of_a_mail_may_be_paper_in_another(contest, context, walk, parts, scan):
    shown = Attachment("image001.png", scan(), "image/png", content_id="a@x")
    page = '<html><body><p>您好</p><img src="cid:a@x"></body></html>'
    contest.post(files=[shown, ("盖章扫描件.png", scan())], html="both", html_below=page)
    walk(context, until="parse")
    assert [part.facts.reading is not None for part in parts()] == [True, True]


def test_a_mail_waits_whose_scans_there_was_no_time_for(contest, context, walk, scan, monkeypatch):
    contest.post(files=[("扫描件.png", scan())])
    walk(context, until="unpack")
    spend(context, monkeypatch)
    walk(context, until="assemble")
    waiting = (stage_of(context), context.tally.counts["put-off"])
    context.until = None
    walk(context, until="assemble")
    assert (waiting, stage_of(context)) == (("extracted", 1), "ended")


def test_a_mail_without_scans_does_not_wait_for_time(contest, context, walk, form, monkeypatch):
    contest.post(files=[("推荐表.docx", form())])
    walk(context, until="unpack")
    spend(context, monkeypatch)
    walk(context, until="assemble")
    assert stage_of(context) == "ended"


def test_recognition_has_a_share_of_the_time_that_fetching_has_spent(contest, context, walk, scan):
    contest.post(files=[("扫描件.png", scan())])
    walk(context, until="unpack")
    context.until = time.monotonic()
    walk(context, until="assemble")
    assert stage_of(context) == "ended"


def test_a_work_s_scan_is_a_picture_until_there_is_time_for_it(contest, context, walk, parts, scan, monkeypatch):
    contest.post(files=[("推荐表.png", scan())])
    context.wants = context.wants.model_copy(update={"ocr": False})
    walk(context, until="assemble")
    context.wants = context.wants.model_copy(update={"ocr": True})
    del context.wants_key
    spend(context, monkeypatch)
    walk(context, until="assemble")
    walk(context, until="assemble")
    before = (parts()[0].facts.reading, context.tally.counts["looked-again"])
    context.until = None
    walk(context, until="assemble")
    walk(context, until="assemble")
    after = (parts()[0].facts.reading.fields["title"].value, context.tally.counts["looked-again"])
    assert (before, after) == ((None, 1), ("星海寻踪", 2))


def test_recognition_that_we_ended_is_tried_again(contest, context, walk, parts, scan, monkeypatch):
    contest.post(files=[("扫描件.png", scan())])
    ended = Broken(format="png", reason="too-slow")
    asked = []

    def end(_, items):
        asked.extend(items)
        return [(at, ended) for at in range(len(asked))]

    with monkeypatch.context() as patch:
        patch.setattr(Workers, "map_recognise", end)
        walk(context, until="assemble")
    first = (parts()[0].facts, kept_pages(context), len(asked))
    with context.begin() as tx:
        tx.arrivals.forget_ended_by_us()
    walk(context, until="assemble")
    assert (first, type(parts()[0].facts)) == ((ended, 0, 1), ImageFacts)


def test_a_run_killed_when_a_scan_was_recognised_does_not_recognise_it_again(
    contest, context, walk, parts, scan, monkeypatch
):
    contest.post(files=[("扫描件.png", scan())])
    with monkeypatch.context() as patch:
        patch.setattr("ingest.context._crash", Killed.at_recognised)
        with pytest.raises(Killed):
            walk(context, until="parse")
    monkeypatch.setattr(Workers, "map_recognise", None)
    walk(context, until="parse")
    assert parts()[0].facts.reading.fields["title"].value == "星海寻踪"


def test_a_picture_that_recognition_cannot_read_is_not_tried_again(contest, context, walk, scan, monkeypatch):
    contest.post(files=[("扫描件.png", scan())])
    bad = Broken(format="png", reason="unreadable")
    monkeypatch.setattr(Workers, "map_recognise", lambda _, items: [(at, bad) for at, _ in enumerate(items)])
    walk(context, until="assemble")
    assert kept_pages(context) == 1


def test_a_failure_of_ours_costs_the_mail_it_happened_to(contest, context, walk, scan, form, monkeypatch):
    contest.post(files=[("扫描件.png", scan())])
    contest.post(files=[("推荐表.docx", form())])
    failure = RuntimeError("no model")
    monkeypatch.setattr(Workers, "map_recognise", lambda _, items: [(at, failure) for at, _ in enumerate(items)])
    walk(context, until="assemble")
    assert (stage_of(context, 1), stage_of(context, 2), context.tally.counts["failed"]) == ("extracted", "ended", 1)


# old documents


def test_old_documents_of_several_mails_are_converted_in_one_call(contest, context, walk, parts, doc, calls):
    for title, data in doc.items():
        contest.post(files=[("推荐表.doc", data)], sender=f"{len(title)}@x.cn")
    walk(context, until="parse")
    titles = [parts(number)[0].facts.fields["title"].value for number in (1, 2, 3)]
    assert (titles, calls) == (list(doc), [3])


def test_what_fails_in_advance_is_no_mail_s_trouble(contest, context, walk, parts, doc, monkeypatch):
    first, second, _ = doc.values()
    contest.post(files=[("一.doc", first), ("二.doc", second)])
    monkeypatch.setattr(ahead, "convert", lambda *_: 1 / 0)
    walk(context, until="parse")
    read = [part.facts.fields["title"].value for part in parts()]
    assert (read, context.tally.counts["failed"]) == (list(doc)[:2], 0)


def test_a_document_that_ends_libreoffice_costs_itself_only(contest, context, walk, parts, doc, tmp_path, monkeypatch):
    script = tmp_path / "soffice"
    script.write_text(f'#!/bin/sh\ngrep -q CULPRIT in/* && kill -9 $$\nexec {soffice.office_program()} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setattr(soffice, "office_program", lambda: str(script))
    first, culprit, last = doc.values()
    contest.post(files=[("一.doc", first), ("二.doc", culprit + b"CULPRIT"), ("三.doc", last)])
    walk(context, until="parse")
    assert [getattr(part.facts, "reason", part.facts.fact) for part in parts()] == ["form", "crashed", "form"]


def test_documents_are_read_once_libreoffice_is_there(contest, context, walk, parts, doc, monkeypatch):
    contest.post(files=[("推荐表.doc", doc["星海寻踪"])])
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "")
        patch.setattr(soffice, "_PLACES", ())
        walk(context, until="assemble")
        walk(context, until="assemble")
        before = (parts()[0].facts.reason, context.tally.counts["looked-again"])
    walk(context, until="assemble")
    walk(context, until="assemble")
    after = (type(parts()[0].facts), context.tally.counts["looked-again"])
    assert (before, after) == (("no-office", 0), (FormFacts, 1))
