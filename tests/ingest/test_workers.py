"""Workers on real parsers, and on readers that misbehave as hostile files make libraries do."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from ingest.config import load
from ingest.demo.font import write
from ingest.demo.forms import make_form
from ingest.workers import Bounds, Converted, Look, Scan, WorkerError, Workers, workers_of
from parsers import look
from parsers.archive import read_archive
from parsers.facts import ArchiveFacts, Broken, Limits, MailFacts, Unknown, Wants
from parsers.mail import read_mail

MISBEHAVING = """
import ctypes, json, os, subprocess, sys, threading, time
from pathlib import Path
from parsers.facts import Unknown, to_json

KEPT = []


def answer(text):
    call = json.loads(text)
    said = globals()[call["name"]](call)
    return to_json(Unknown(format=str(said)))


def fine(call):
    return "fine"


def pid(call):
    return os.getpid()


def nice(call):
    return os.nice(0)


def secrets(call):
    return sorted(key for key in os.environ if key.startswith("KEPU_"))


def hang(call):
    while True:
        time.sleep(60)


def hang_with_child(call):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    (Path(call["scratch"]) / "pid").write_text(str(child.pid))
    hang(call)


def hang_deaf(call):
    ctypes.PyDLL(None).sleep(60)  # in C, with the interpreter's lock held


def spew(call):
    while True:
        sys.stderr.write("x" * 100_000)


def eat(call):
    held = []
    while True:
        held.append(b"x" * 2**25)


def eat_elsewhere(call):
    held = "held = []\\nwhile True: held.append(b'x' * 2**25)"
    subprocess.run([sys.executable, "-c", held])


def eat_by_a_thread(call):
    thread = threading.Thread(target=eat_elsewhere, args=[call])
    thread.start()
    thread.join()


def eat_at_once(call):
    raise MemoryError


def keep(call):
    KEPT.append(b"x" * (130 * 2**20))
    return len(KEPT)


def keep_little(call):
    KEPT.append(b"x" * (60 * 2**20))
    return len(KEPT)


def need(call):
    held = b"x" * (200 * 2**20)
    time.sleep(0.3)
    return len(KEPT)


def fall(call):
    ctypes.string_at(0)


def abort(call):
    os.abort()


def leave(call):
    os._exit(3)


def leave_politely(call):
    sys.exit("no")


def fall_once(call):
    scratch = Path(call["scratch"])
    mark = scratch.parent / "fell"
    if not mark.exists():
        mark.touch()
        (scratch / "half").touch()
        (scratch / "folder").mkdir()
        fall(call)
    return sorted(path.name for path in scratch.iterdir())


def blunder(call):
    raise KeyError("title")


def full_disk(call):
    raise OSError(28, "No space left on device", "member-0001")


def babble(call):
    print("garbage")
    os.write(1, b"F\\0\\0\\0\\2{}")
    os.write(2, b"noise")
    return repr(sys.stdin.read())


def slow(call):
    time.sleep(0.2)
    return "slow"
"""
SMALL = Bounds(base_s=1.0, max_bytes=250 * 2**20)


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Workers of a count on the misbehaving readers; how to run one of them; all closed at the end."""
    (tmp_path / "misbehaving.py").write_text(MISBEHAVING)
    (tmp_path / "file").write_bytes(b"\0\1\2")
    monkeypatch.syspath_prepend(tmp_path)
    opened = []

    def make(count=1, **bounds):
        opened.append(Workers(count, bounds=Bounds(**(vars(SMALL) | bounds)), target="misbehaving:answer"))
        return opened[-1]

    yield make
    for workers in opened:
        workers.close()


@pytest.fixture
def run(tmp_path):
    """Run one reader by its name on a worker."""
    (tmp_path / "scratch").mkdir()

    def one(workers, reader):
        return workers.look(tmp_path / "file", Wants(), tmp_path / "scratch", name=reader)

    return one


def said(what):
    return Unknown(format=str(what))


def children():
    """Processes this one has started that are not yet reaped, zombies too."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if int(parent) == os.getpid():
            found.append((path.parent.name, state))
    return found


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def gone(pid, within_s=5):
    """A killed process that is not our child goes a moment later."""
    until = time.monotonic() + within_s
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.01)
    return not alive(pid)


# --- the faces, on the parsers


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    (folder / "mail").write_bytes(
        b"From: a@163.com\r\nSubject: entry\r\nMIME-Version: 1.0\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nx"
    )
    with zipfile.ZipFile(folder / "zip", "w") as archive:
        archive.writestr("表.docx", b"form")
    (folder / "text").write_text("你好")
    return folder


@pytest.fixture(scope="module", params=[0, 1], ids=["in-line", "process"])
def workers(request):
    with Workers(request.param) as found:
        yield found


@pytest.mark.parametrize("name", ["mail", "zip", "text"])
def test_look_says_what_the_parsers_say(workers, files, tmp_path, name):
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    assert workers.look(files / name, Wants(), there, name=name) == look(files / name, Wants(), here, name=name)


def test_a_document_is_read_by_its_copy(workers, files, tmp_path):
    (tmp_path / "old").write_bytes(rb"{\rtf1 {\*\template http://example.com/t.dot}}")
    copy = make_form(tmp_path / "copy.docx", kind="推荐表", values={"title": "星海寻踪"})
    wants = Wants(labels={"title": ("作品名称",)})
    [(at, facts)] = workers.map_converted([Converted(tmp_path / "old", copy, wants)])
    assert (at, facts.format, facts.fields["title"].value, facts.active) == (0, "rtf", "星海寻踪", ("template",))


def test_a_scan_is_recognised_and_then_interpreted(workers, tmp_path):
    wants = Wants(labels={"title": ("作品名称",)})
    page = Image.new("RGB", (900, 300), "white")
    write(ImageDraw.Draw(page), (60, 100), "作品名称：星海寻踪", 40, (0, 0, 0))
    page.save(tmp_path / "scan.png")
    pages = tmp_path / "pages"
    pages.mkdir()
    [(_, seen)] = workers.map_recognise([Scan(tmp_path / "scan.png", wants, pages, 1)])
    facts = workers.interpret(tmp_path / "scan.png", seen, wants)
    assert (facts.reading.fields["title"].value, (pages / seen.seen[0].path).is_file()) == ("星海寻踪", True)


def test_what_is_no_picture_cannot_be_recognised(workers, files, tmp_path):
    [(_, facts)] = workers.map_recognise([Scan(files / "text", Wants(), tmp_path, 1)])
    assert facts.fact == "broken"


def test_a_scan_has_time_for_each_of_its_pages():
    assert Bounds(base_s=60, page_s=20).seconds(2_000_000, pages=3) == 122


def test_read_mail_writes_its_files_into_the_scratch_folder(workers, files, tmp_path):
    facts = workers.read_mail(files / "mail", tmp_path, Limits())
    assert isinstance(facts, MailFacts)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(facts.parts[0].path, b"x")]


def test_read_mail_without_scratch_says_what_the_parser_says(workers, files):
    assert workers.read_mail(files / "mail", None, Limits()) == read_mail(files / "mail", None, Limits())


def test_read_archive_keeps_to_its_limits(workers, files):
    limits = Limits(max_members=0)
    facts = workers.read_archive(files / "zip", None, limits, name="a.zip")
    assert facts == read_archive(files / "zip", None, limits, name="a.zip")
    assert isinstance(facts, ArchiveFacts)
    assert facts.problem == "too-many"


def test_relative_path_is_found(workers, files, monkeypatch):
    monkeypatch.chdir(files)
    assert workers.look(Path("text"), Wants(), None) == Unknown(format="text")


def test_file_that_is_not_there_is_the_same_error_as_in_line(workers, tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        workers.look(tmp_path / "none", Wants(), None)
    assert caught.value.filename == str(tmp_path / "none")


def test_map_look_gives_every_position_once(workers, files):
    names = ["mail", "zip", "text"] * 4
    found = dict(workers.map_look(Look(files / name, Wants()) for name in names))
    assert [found[position] for position in range(len(names))] == [look(files / name, Wants(), None) for name in names]


def test_map_look_of_nothing_is_nothing(workers):
    assert list(workers.map_look([])) == []


# --- trouble: one item is lost, the next goes well

TROUBLE = [
    ("hang", "too-slow", "no answer within 1.0 s"),
    ("hang_deaf", "too-slow", "no answer within 1.0 s"),
    ("spew", "too-slow", "no answer within 1.0 s"),
    ("fall", "crashed", "SIGSEGV"),
    ("leave", "crashed", "exit 3"),
]


@pytest.mark.parametrize(("reader", "reason", "detail"), TROUBLE, ids=[row[0] for row in TROUBLE])
def test_item_that_cannot_be_finished_is_broken_and_the_next_goes_well(made, run, reader, reason, detail):
    workers = made()
    facts = run(workers, reader)
    assert (facts.format, facts.reason, facts.detail.partition(" at ")[0]) == ("unknown", reason, detail)
    assert run(workers, "fine") == said("fine")


def test_crash_tells_its_place_without_the_machine_s_folders(made, run):
    line = MISBEHAVING.splitlines().index("    os.abort()") + 1
    assert run(made(), "abort").detail == f"SIGABRT at misbehaving.py:{line} abort"


@pytest.mark.parametrize("reader", ["eat", "eat_elsewhere", "eat_by_a_thread"])
def test_item_that_eats_memory_is_broken_and_the_next_goes_well(made, run, reader):
    workers = made(base_s=30)
    facts = run(workers, reader)
    assert (facts.reason, facts.detail.endswith("of 250 MB allowed")) == ("too-big", True)
    assert run(workers, "fine") == said("fine")


def test_allocation_that_no_machine_could_serve_is_broken(tmp_path, monkeypatch):
    """The reader itself says so; in line and in a process alike."""
    from ingest.workers import calls

    def out_of_memory(call):
        raise MemoryError

    monkeypatch.setattr(calls, "_read", out_of_memory)
    (tmp_path / "mail").write_bytes(b"x")
    assert Workers(0).read_mail(tmp_path / "mail", None, Limits()) == Broken(
        format="eml", reason="too-big", detail="MemoryError: "
    )


def test_every_reason_has_a_sentence_of_its_own():
    sentences = [Broken(format="", reason=reason).sentence for reason in ("too-slow", "too-big", "crashed")]
    assert sentences == ["处理超时，已停止读取", "占用内存过多，已停止读取", "读取时程序异常中止"]


def test_large_file_has_more_time(made, run, tmp_path):
    with (tmp_path / "file").open("r+b") as file:
        file.truncate(10_000)
    assert run(made(base_s=0.05, bytes_per_s=500), "slow") == said("slow")


def test_program_the_worker_started_ends_with_it(made, run, tmp_path):
    assert run(made(base_s=1), "hang_with_child").reason == "too-slow"
    assert gone(int((tmp_path / "scratch" / "pid").read_text()))


def test_crash_that_does_not_come_again_costs_nothing(made, run, tmp_path):
    """And the second reading finds an empty folder."""
    assert run(made(), "fall_once") == said([])


def test_worker_killed_from_outside_while_idle_costs_nothing(made, run):
    workers = made()
    os.kill(int(run(workers, "pid").format), signal.SIGKILL)
    assert run(workers, "fine") == said("fine")


def test_worker_full_of_leavings_is_replaced(made, run):
    workers = made(base_s=30)
    assert [run(workers, "keep") for _ in range(3)] == [said(1)] * 3


def test_item_that_had_too_little_room_beside_leavings_is_read_again_in_a_fresh_worker(made, run):
    workers = made(base_s=30, max_bytes=280 * 2**20)
    assert [run(workers, reader) for reader in ("keep_little", "need")] == [said(1), said(0)]


# --- our own bugs


def test_exception_comes_back_with_its_traceback(made, run):
    with pytest.raises(WorkerError, match="KeyError: 'title'") as caught:
        run(made(), "blunder")
    assert 'raise KeyError("title")' in caught.value.__notes__[0]


def test_exception_leaves_the_worker_as_it_was(made, run):
    workers = made()
    before = run(workers, "pid")
    with pytest.raises(WorkerError):
        run(workers, "blunder")
    assert run(workers, "pid") == before


def test_library_that_exits_is_an_exception(made, run):
    with pytest.raises(WorkerError, match="SystemExit: no"):
        run(made(), "leave_politely")


def test_full_disk_is_still_known_as_one(made, run):
    with pytest.raises(OSError, match="No space left") as caught:
        run(made(), "full_disk")
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, "member-0001")


def test_exception_in_line_is_the_exception_itself(made, run):
    with pytest.raises(KeyError):
        run(made(0), "blunder")


def test_worker_that_cannot_start_says_why(tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    with Workers(1, target="no_such_module:answer") as workers, pytest.raises(WorkerError) as caught:
        workers.look(tmp_path / "file", Wants(), None)
    assert str(caught.value).splitlines()[-1] == "ModuleNotFoundError: No module named 'no_such_module'"


# --- what a worker is


def test_worker_that_prints_to_everything_answers_well(made, run):
    workers = made()
    assert [run(workers, "babble"), run(workers, "fine")] == [said("''"), said("fine")]


def test_worker_is_kept_for_the_next_item(made, run):
    workers = made()
    assert run(workers, "pid") == run(workers, "pid")


def test_worker_steps_back_behind_the_run(made, run):
    assert run(made(), "nice") == said(min(os.nice(0) + 10, 19))


def test_worker_knows_no_secret(made, run, monkeypatch):
    monkeypatch.setenv("KEPU_PUBLIC_PASSWORD", "geheim")
    assert run(made(), "secrets") == said([])


def test_no_worker_is_started_without_an_item(made):
    before = children()
    with made(2) as workers:
        assert list(workers.map_look([])) == []
        assert children() == before


def test_close_leaves_no_process(made, run):
    before = children()
    workers = made(2)
    run(workers, "fall")
    run(workers, "fine")
    workers.close()
    assert children() == before


def test_close_ends_an_item_in_hand(made, run):
    before = children()
    workers = made(base_s=60)
    found = []

    def wait():
        try:
            run(workers, "hang")
        except WorkerError as error:
            found.append(str(error))

    waiter = threading.Thread(target=wait)
    waiter.start()
    while children() == before:
        time.sleep(0.01)
    workers.close()
    waiter.join()
    assert found == ["the workers were closed"]


def test_workers_that_are_closed_take_nothing(made, run):
    workers = made()
    workers.close()
    with pytest.raises(WorkerError, match="the workers were closed"):
        run(workers, "fine")


def test_worker_dies_with_a_run_that_is_killed(made, tmp_path):
    """The parent is killed while its worker hangs in C and hears nothing."""
    code = (
        "import sys; sys.path[:] = sys.argv[1:]\n"
        "from pathlib import Path\nfrom ingest.workers import Bounds, Workers\nfrom parsers.facts import Wants\n"
        f"there = Path({str(tmp_path)!r})\n"
        "workers = Workers(1, bounds=Bounds(60), target='misbehaving:answer')\n"
        "print(workers.look(there / 'file', Wants(), None, name='pid').format, flush=True)\n"
        "workers.look(there / 'file', Wants(), None, name='hang_deaf')"
    )
    made()
    with subprocess.Popen([sys.executable, "-c", code, *sys.path], stdout=subprocess.PIPE, text=True) as parent:
        worker = int(parent.stdout.readline())
        parent.kill()
    assert gone(worker)


# --- many at once


def looks(tmp_path, readers):
    return [Look(tmp_path / "file", Wants(), name=reader) for reader in readers]


def test_map_look_loses_only_the_items_that_misbehave(made, tmp_path):
    readers = ["fine", "hang", "fine", "fall", "blunder", "fine", "fine"]
    found = dict(made(2).map_look(looks(tmp_path, readers)))
    kinds = [getattr(found[at], "reason", None) or type(found[at]).__name__ for at in range(len(readers))]
    assert kinds == ["Unknown", "too-slow", "Unknown", "crashed", "WorkerError", "Unknown", "Unknown"]


def test_map_look_in_line_gives_an_exception_as_its_item_s(made, tmp_path):
    found = dict(made(0).map_look(looks(tmp_path, ["blunder", "fine"])))
    assert (repr(found[0]), found[1]) == ("KeyError('title')", said("fine"))


def test_map_look_uses_every_worker(made, tmp_path):
    found = dict(made(2, base_s=30).map_look(looks(tmp_path, ["slow", "slow", "pid", "pid", "slow", "slow", "pid"])))
    assert len(found) == 7
    assert len({found[at].format for at in (2, 3, 6)}) <= 2


def test_map_look_takes_few_ahead(made, tmp_path):
    taken = []
    items = (taken.append(item) or item for item in looks(tmp_path, ["fine"] * 20))
    results = made(2).map_look(items)
    next(results)
    assert len(taken) <= 5
    results.close()


def test_map_look_that_is_left_leaves_workers_of_use(made, run, tmp_path):
    workers = made(2)
    next(workers.map_look(looks(tmp_path, ["fine"] * 10)))
    assert run(workers, "fine") == said("fine")


# --- config


@pytest.fixture(scope="module")
def analysis(tmp_path_factory):
    return load(None, environ={}, cwd=tmp_path_factory.mktemp("config")).analysis


def test_workers_are_those_of_the_config(analysis):
    workers = workers_of(analysis)
    assert (workers.count, workers.bounds.max_bytes) == (analysis.workers, analysis.memory_mb * 2**20)


def test_largest_mail_has_bounded_time(analysis):
    assert workers_of(analysis).bounds.seconds(500_000_000) == 560.0
