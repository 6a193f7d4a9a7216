"""Films of works looked at: each once, within the batch's time; what was seen is kept, with its pictures.

What is seen of a film is `parsers.film`'s business: here a film is a second long, and a reader of these tests says at
once what its first letters tell it to say.
"""

import datetime as dt
import errno
import json
import shutil
import time
from contextlib import ExitStack

import pytest

from ingest.demo.videos import make_video
from ingest.errors import DiskError
from ingest.stages import watch as stage
from ingest.stages.watch import watch
from ingest.workers import Workers

NO_TIME = 10**9
READER = """
import errno, hashlib, json, pathlib
from ingest.workers import calls
from parsers.facts import to_json
from parsers.filmfacts import Clip, Shot, Watched

ASKED = []


def answer(text):
    call = json.loads(text)
    if call["reader"] not in ("watch", "clip"):
        return calls.answer(text)
    told = pathlib.Path(call["path"]).read_bytes()[-40:].decode("ascii", "replace").rpartition("=")[2]
    ASKED.append((call["reader"], told))
    if "bug" in told:
        raise ValueError("of ours")
    if "full" in told:
        raise OSError(errno.ENOSPC, "no room", "x")
    if "slow" in told:
        return to_json(Watched(problem="too-slow") if call["reader"] == "watch" else Watched(no_clip="too-slow"))
    path = pathlib.Path(call["scratch"]) / "kept"
    path.write_bytes(told.encode())
    digest = hashlib.sha256(told.encode()).hexdigest()
    if call["reader"] == "clip":
        return to_json(Watched(clip=Clip(width=2, height=2, size=len(told), sha256=digest, path=str(path))))
    shot = Shot(what="sheet", at_s=0, width=2, height=2, sha256=digest, path=str(path))
    lost = Shot(what="bars", at_s=1, width=2, height=2)
    return to_json(Watched(pictures=7, shots=(shot, lost)))
"""


class Killed(BaseException):
    """The end of a run that nothing catches."""


@pytest.fixture(scope="session")
def reader(tmp_path_factory):
    """The module of the reader, and what was asked of it so far."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / "film_reader.py").write_text(READER, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        import film_reader

        yield film_reader


@pytest.fixture
def asked(reader):
    reader.ASKED.clear()
    return reader.ASKED


@pytest.fixture(scope="session")
def film(tmp_path_factory):
    """film(told, container): the bytes of a film that opens, at whose end stands what the reader is to do."""
    folder = tmp_path_factory.mktemp("films")
    seeds = {}

    def make(told, container="mp4"):
        if container not in seeds:
            path = folder / f"film.{container}"
            seeds[container] = make_video(path, duration_s=1, width=64, height=36, container=container, audio=False)
        words = f"={told}".encode()
        return seeds[container].read_bytes() + (8 + len(words)).to_bytes(4, "big") + b"free" + words

    return make


@pytest.fixture(scope="module")
def begun(new_contest, walk, form, film, tmp_path_factory):
    """begun(film, …): the data of a contest with a work for each film, reviewed; made once and not to be touched."""
    made = {}

    def make(*films):
        if films not in made:
            contest = new_contest(tmp_path_factory.mktemp("begun"), watch=True)
            for number, (told, *container) in enumerate(films):
                files = [(f"表{number}.docx", form(f"作品{number}")), (f"片{number}.mp4", film(told, *container))]
                contest.post(files=files, sender=f"{number}@example.cn")
            with contest.open() as context:
                walk(context, until="review")
            made[films] = contest.folder / "数据"
        return made[films]

    return make


@pytest.fixture
def walked(contest, begun, asked):
    """walked((what the reader does, container), …): a context with a work for each film, reviewed."""
    contest.watch = True
    with ExitStack() as stack:

        def opened(*films):
            shutil.copytree(begun(*films), contest.folder / "数据")
            context = stack.enter_context(contest.open())
            context.workers = Workers(0, target="film_reader:answer")
            return context

        yield opened


def rows(context):
    """What is kept, in the order in which it was asked: problem, pictures in the store, what it waits for."""
    with context.read() as tx:
        found = tx.connection.exec_driver_sql("SELECT json, waits, tries FROM watched ORDER BY rowid").all()
    told = ((json.loads(text), waits, tries) for text, waits, tries in found)
    return [(one["problem"], len(one["shots"]), waits, tries) for one, waits, tries in told]


def to_review(context):
    """Works that changed since they were judged."""
    with context.read() as tx:
        return [row["id"] for row in tx.works.rows() if row["dirty"]]


def seen(context, work="R2024-0001"):
    """What was seen of the film of a work, as the rules see it."""
    with context.read() as tx:
        return tx.load([work], context.wants_key)[work].video.watched


def test_film_of_a_work_is_looked_at_and_its_work_judged_again(walked):
    context = walked(("plain",))
    assert (seen(context), to_review(context)) == (None, [])
    watch(context)
    assert (seen(context).pictures, to_review(context)) == (7, ["R2024-0001"])


def test_pictures_are_in_the_store_and_those_that_are_not_there_are_not_told(walked):
    context = walked(("plain",))
    watch(context)
    (shot,) = seen(context).shots
    assert (shot.path, context.store.read(shot.sha256)) == ("", b"plain")


def test_film_is_looked_at_once(walked, asked):
    context = walked(("plain",))
    watch(context)
    watch(context)
    assert asked == [("watch", "plain")]


def test_films_are_looked_for_only_when_something_is_new(walked):
    context = walked(("plain",))
    watch(context)
    with context.begin() as tx:
        before = tx.watching.is_settled(context.wants_key)
        tx.works.soil(["R2024-0001"])
        assert (before, tx.watching.is_settled(context.wants_key)) == (True, False)


def test_films_that_wait_are_looked_for_in_every_run(walked):
    context = walked(("slow",))
    watch(context)
    with context.read() as tx:
        assert not tx.watching.is_settled(context.wants_key)


def test_same_film_of_two_works_is_looked_at_once_for_both(walked, asked):
    context = walked(("plain",), ("plain",))
    watch(context)
    assert (asked, to_review(context)) == ([("watch", "plain")], ["R2024-0001", "R2024-0002"])


def test_nothing_is_looked_at_where_the_config_says_so(contest, walked, asked):
    context = walked(("plain",))
    contest.watch = False
    context.config = contest.config()
    watch(context)
    assert asked == []


def test_film_of_no_work_is_left_alone(walked, asked):
    context = walked(("plain",), ("bug",))
    with context.begin() as tx:
        tx.connection.exec_driver_sql("DELETE FROM work_arrivals WHERE work_id = 'R2024-0002'")
    watch(context)
    assert asked == [("watch", "plain")]


def test_malware_is_not_looked_at(walked, asked):
    context = walked(("plain",))
    with context.begin() as tx:
        tx.connection.exec_driver_sql("UPDATE parts SET problem = 'malware' WHERE format = 'mp4'")
    watch(context)
    assert asked == []


def test_films_that_are_judged_come_before_others(walked, asked):
    context = walked(("one",), ("two",))
    with context.begin() as tx:
        tx.connection.exec_driver_sql("UPDATE materials SET in_force = 0 WHERE work_id = 'R2024-0001'")
    watch(context)
    assert asked == [("watch", "two"), ("watch", "one")]


def test_what_there_is_no_time_for_waits_for_the_next_batch(walked, asked, monkeypatch):
    context = walked(("one",), ("two",))
    monkeypatch.setattr(stage, "SHARE", NO_TIME)
    context.until = time.monotonic()
    watch(context)
    assert (asked, context.tally.counts["films-put-off"]) == ([], 2)
    context.until = None
    watch(context)
    assert asked == [("watch", "one"), ("watch", "two")]


def test_films_have_a_share_of_a_batch_that_is_spent(walked, asked):
    context = walked(("one",))
    context.until = time.monotonic()
    watch(context)
    assert asked == [("watch", "one")]


def test_run_that_is_killed_goes_on_where_it_was(walked, asked, monkeypatch):
    context = walked(("one",), ("two",))

    def die(step):
        if step == "watched":
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("ingest.context._crash", die)
        with pytest.raises(Killed):
            watch(context)
    watch(context)
    assert (asked, rows(context)) == ([("watch", "one"), ("watch", "two")], [("", 1, "", 0)] * 2)


def test_our_own_failure_costs_the_film_only_and_is_tried_thrice(walked, asked):
    context = walked(("bug",), ("plain",))
    for _ in range(4):
        watch(context)
    assert asked == [("watch", "bug"), ("watch", "plain"), ("watch", "bug"), ("watch", "bug")]
    assert rows(context) == [("crashed", 0, "", 3), ("", 1, "", 0)]
    assert context.tally.troubles == ["作品 R2024-0001 的视频查看时程序出错，下次运行会再试（详见日志）"] * 3


def test_film_that_was_ended_is_known_as_that_and_its_work_judged_again_once(walked):
    context = walked(("slow",))
    watch(context)
    assert (seen(context).problem, to_review(context)) == ("too-slow", ["R2024-0001"])
    with context.begin() as tx:
        tx.connection.exec_driver_sql("UPDATE works SET dirty = 0")
    watch(context)
    assert (rows(context), to_review(context)) == ([("too-slow", 0, "again", 2)], [])


def test_film_that_was_ended_waits_a_while_unless_a_person_does(contest, walked, asked):
    context = walked(("slow",))
    context.by_hand = False
    watch(context)
    watch(context)
    assert len(asked) == 1
    contest.clock.now += dt.timedelta(minutes=2)
    watch(context)
    assert len(asked) == 2


def test_a_person_may_ask_for_another_try(walked, asked):
    context = walked(("slow",))
    for _ in range(4):
        watch(context)
    with context.begin() as tx:
        assert tx.watching.forget_failed() == [1]
    watch(context)
    assert (len(asked), rows(context)) == (4, [("too-slow", 0, "again", 1)])


def test_full_disk_stops_the_run(walked):
    context = walked(("full",))
    with pytest.raises(DiskError) as caught:
        watch(context)
    assert caught.value.__cause__.errno == errno.ENOSPC


def test_film_that_a_browser_does_not_play_has_a_preview(walked, asked):
    context = walked(("plain", "mov"))
    watch(context)
    clip = seen(context).clip
    assert (asked, context.store.read(clip.sha256), clip.path) == (
        [("watch", "plain"), ("clip", "plain")],
        b"plain",
        "",
    )
    assert rows(context) == [("", 1, "", 0)]


def test_preview_is_made_when_there_is_time(walked, asked, monkeypatch):
    context = walked(("plain", "mov"))
    copy = stage._Watching.copy
    monkeypatch.setattr(stage._Watching, "copy", lambda self, films: None)
    watch(context)
    assert (asked, rows(context)) == ([("watch", "plain")], [("", 1, "clip", 0)])
    monkeypatch.setattr(stage._Watching, "copy", copy)
    watch(context)
    assert asked == [("watch", "plain"), ("clip", "plain")]


def test_what_another_version_saw_counts_as_not_seen(walked, monkeypatch):
    context = walked(("plain",))
    watch(context)
    monkeypatch.setattr("ingest.ledger.kept.FILM_VERSION", "another")
    assert seen(context) is None
