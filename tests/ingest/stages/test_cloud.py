"""Files behind links, fetched from a server on loopback by the stage itself, and what becomes of mails and works."""

import datetime as dt
import threading
import time
from dataclasses import replace

import pytest

from ingest import linked
from ingest.batch import open_context
from ingest.demo.netdisk import key_of, rehearsing
from ingest.linked import take_linked
from ingest.model import LinkState, Outcome, TodoKind
from ingest.sources.cloud import Job
from ingest.stages import cloud as stage
from ingest.stages.assemble import assemble
from ingest.stages.cloud import as_link, cloud, folder_of, next_try, parted
from ingest.stages.extract import extract
from ingest.stages.fetch import fetch
from ingest.stages.parse import parse
from ingest.stages.reply import reply
from ingest.stages.review import review
from ingest.workers import Workers

FILM = "片.mp4"
NOW = dt.datetime(2024, 10, 11, 12, tzinfo=dt.timezone(dt.timedelta(hours=8)))
BAIDU = "https://pan.baidu.com/s/1kPuDeMo2024xKe0PuSh1Pin"


class Office:
    """A contest whose links lead to a shelf. `run()` is one batch, as a new process would make it."""

    def __init__(self, contest, shelf):
        self.contest, self.shelf, self.clock = contest, shelf, contest.clock
        self.more, self.stop, self.until, self.free = "", None, None, None

    def post(self, *names, content=b"", kept_days=30, **rest):
        """A mail that names files behind links."""
        at = NOW - dt.timedelta(days=1)
        sizes = dict.fromkeys(names, len(content) or 60_000_000)
        below = "".join(self.shelf.block(name, size, at, kept_days=kept_days) for name, size in sizes.items())
        return self.contest.post(html="both", html_below=below, **rest)

    def run(self):
        config = rehearsing(self.contest.config(self.more), self.shelf.rehearsal)
        with open_context(config, clock=self.clock, environ={}) as context:
            context.workers, context.stop = Workers(0), self.stop
            for stage in (fetch, extract, parse, assemble):
                stage(context)
            context.until = self.until
            if self.free is not None:
                context.store.free_bytes = lambda: self.free
            for stage in (cloud, take_linked, review, reply):
                stage(context)
        return context.tally

    def decide(self, decision, work="R2024-0001"):
        with self.contest.open() as context, context.begin() as tx:
            tx.desk.keep_staff_cells({("推荐作品", work, "初审结论"): decision} if decision else {})

    def look(self, what):
        with self.contest.open() as context, context.read() as tx:
            return what(tx)

    def links(self):
        return self.look(lambda tx: tx.links.links())

    def states(self):
        return [(link.state, link.reason) for link in self.links()]

    def letters(self):
        """Kind and text of each letter, oldest first."""
        return self.look(lambda tx: [(row["kind"], row["text"]) for row in tx.letters.rows()])

    def todos(self):
        return self.look(lambda tx: [row for row in tx.desk.todos() if row["kind"] == TodoKind.FETCH_LINK.value])

    def materials(self, work="R2024-0001"):
        with self.contest.open() as context, context.read() as tx:
            found = tx.load([work], context.wants_key)[work].materials
        return [(m.kind.value, m.part.name, m.part.source.value, m.part.here) for m in found]

    def findings(self, work="R2024-0001"):
        return self.look(lambda tx: {f.rule: f.outcome for f in tx.works.findings([work])[work]})


@pytest.fixture
def office(contest, shelf):
    contest.clock.now = NOW
    return Office(contest, shelf)


@pytest.fixture
def film(office, real_film, form):
    """A mail with a form whose film is behind a link, and the file there."""
    office.post(FILM, content=real_film, files=[("推荐表.docx", form())])
    return office.shelf.put(FILM, real_film)


def test_a_film_behind_a_link_becomes_the_works(office, film):
    office.run()
    assert office.states() == [(LinkState.FETCHED, "")]
    assert office.materials() == [
        ("form", "推荐表.docx", "attachment", True),
        ("video", FILM, "cloud", True),
    ]


def test_a_film_behind_a_link_is_judged_in_the_same_batch(office, film):
    office.run()
    assert (office.findings()["duration"], office.findings()["container"]) == (Outcome.PASS, Outcome.PASS)


def test_a_film_behind_a_link_came_when_its_mail_came(office, film):
    office.run()
    work = office.look(lambda tx: tx.works.row("R2024-0001"))
    mail = office.look(lambda tx: tx.arrivals.row(1))
    assert work["received_at"] == mail["received_at"]


def test_nothing_is_left_of_a_download(office, film):
    office.run()
    with office.contest.open() as context:
        assert list(folder_of(context).iterdir()) == []


def test_a_second_batch_asks_for_nothing(office, film):
    office.run()
    before = office.shelf.asked()
    office.run()
    assert office.shelf.asked() == before


def test_a_link_that_ran_out_is_not_asked_for(office, form):
    office.post(FILM, files=[("推荐表.docx", form())], kept_days=0)
    office.run()
    assert (office.states(), office.shelf.asked()) == ([(LinkState.EXPIRED, "expired")], [])
    assert office.findings()["materials"] is Outcome.MISSING


def test_a_file_that_the_service_has_no_more_is_expired(office, form):
    office.post(FILM, files=[("推荐表.docx", form())])
    office.shelf.lose(FILM, 60_000_000)
    office.run()
    assert office.states() == [(LinkState.EXPIRED, "deleted")]
    assert office.findings()["materials"] is Outcome.MISSING


def test_an_expired_links_todo_asks_nobody_to_download(office, form):
    office.post(FILM, files=[("推荐表.docx", form())], kept_days=0)
    office.run()
    assert [row["text"] for row in office.todos()] == [
        "作品 R2024-0001 的云附件“片.mp4”（Y0001）：链接已过期，文件取不到了，需要请投稿人重新发送。"
    ]


def test_a_link_behind_a_login_is_a_todo(office, form):
    office.contest.post(text=f"视频：{BAIDU}\n提取码：k3x9", files=[("推荐表.docx", form())])
    office.run()
    (row,) = office.todos()
    assert (office.states(), office.shelf.asked()) == ([(LinkState.MANUAL, "unknown-provider")], [])
    assert row["text"].endswith("下载后放进“补件/R2024-0001/”，程序会核对并收取。")


def test_a_links_todo_says_until_when(office, form):
    office.more = "[cloud]\non = false\n"
    office.post(FILM, files=[("推荐表.docx", form())], kept_days=20)
    office.run()
    assert [row["due_at"] for row in office.todos()] == [NOW + dt.timedelta(days=19)]


def test_a_link_that_waits_is_no_todo(office, film):
    film.cuts = [0] * 20
    office.run()
    assert ([state for state, _ in office.states()], office.todos()) == ([LinkState.WAITING], [])


def test_switched_off_all_links_are_todos(office, film):
    office.more = "[cloud]\non = false\n"
    office.run()
    assert (office.states(), len(office.todos())) == ([(LinkState.MANUAL, "switched-off")], 1)


def test_switched_on_again_links_are_fetched_and_their_todos_done(office, film):
    office.more = "[cloud]\non = false\n"
    office.run()
    office.more = ""
    office.run()
    assert (office.states(), office.todos()) == ([(LinkState.FETCHED, "")], [])


def test_a_failed_try_waits_before_the_next(office, film):
    film.cuts = [0] * 20
    office.run()
    asked = len(office.shelf.asked())
    office.run()
    assert len(office.shelf.asked()) == asked


def test_a_failed_try_is_made_again_when_its_time_has_come(office, film):
    film.cuts = [0]
    office.run()
    office.clock.now += dt.timedelta(hours=1)
    office.run()
    assert [(link.state, link.tries) for link in office.links()] == [(LinkState.FETCHED, 2)]


def test_what_came_before_a_cut_is_kept_for_the_next_batch(office, film):
    film.cuts = [300_000, 0]
    office.run()
    (link,) = office.links()
    office.clock.now += dt.timedelta(hours=1)
    office.run()
    assert (link.got, film.sent) == (300_000, film.size)


def test_a_link_in_a_duplicate_is_not_asked_for_again(office, film, form, real_film):
    office.post(FILM, content=real_film, files=[("推荐表.docx", form())])
    office.run()
    assert len(office.shelf.asked("/dl/prepare")) == 1


def test_a_link_in_a_mail_that_submits_nothing_is_not_asked_for(office):
    office.post("说明.txt", content=b"x" * 2000)
    office.run()
    ended = office.look(lambda tx: tx.arrivals.row(1)["ended"])
    assert (ended, office.links(), office.shelf.asked()) == ("not-a-submission", [], [])


def test_one_file_in_two_mails_is_fetched_once(office, film, form, real_film):
    office.post(
        FILM, "第二部", content=real_film, files=[("表.docx", form("深海来信"))], sender="yu@kjt.example.gov.cn"
    )
    office.run()
    assert len(office.shelf.asked("/dl/prepare")) == 2  # the film, and what only the second mail names
    assert ("video", FILM, "cloud", True) in office.materials("R2024-0002")


def test_the_soonest_to_expire_is_fetched_first(office, form, real_film):
    office.more = "[cloud]\nat_once = 1\n"
    for number, days in enumerate((20, 3, 9)):
        name = f"{number}.mp4"
        content = real_film + bytes(number)
        office.shelf.put(name, content)
        sender = f"wang{number}@kjt.example.gov.cn"
        title = ("星海寻踪", "深海来信", "风从戈壁来")[number]
        office.post(name, content=content, kept_days=days, files=[("表.docx", form(title))], sender=sender)
    office.run()
    fetched = office.look(lambda tx: [e["detail"]["link"] for e in tx.desk.events() if e["what"] == "link-fetched"])
    assert fetched == ["1.mp4", "2.mp4", "0.mp4"]


def test_a_batch_whose_time_is_over_tries_nothing(office, film):
    office.until = time.monotonic() - 1
    office.run()
    assert [(link.state, link.tries) for link in office.links()] == [(LinkState.WAITING, 0)]


def test_a_try_stopped_in_the_middle_does_not_count(office, film):
    office.stop = threading.Event()
    whole = film.content

    def some(offset, count):
        office.stop.set()
        return whole[offset : offset + count]

    film.content = (len(whole), some)
    office.run()
    assert [(link.state, link.tries, link.next_try_at) for link in office.links()] == [(LinkState.WAITING, 0, None)]


def test_a_link_whose_turn_has_not_come_has_no_try_counted(office, form, real_film):
    """So a run that is killed counts a try only for what it had begun."""
    office.more = "[cloud]\nat_once = 1\n"
    office.post("一.mp4", content=real_film, kept_days=20, files=[("表.docx", form())])
    office.post(FILM, files=[("表.docx", form("深海来信"))], sender="yu@kjt.example.gov.cn", kept_days=25)
    tries = []

    def some(offset, count):
        tries[:] = [(link.state, link.tries) for link in office.links()]
        return real_film[offset : offset + count]

    office.shelf.put("一.mp4", (len(real_film), some))
    office.run()
    assert tries == [(LinkState.FETCHING, 1), (LinkState.WAITING, 0)]


def test_a_file_a_dead_run_had_stored_is_not_fetched_again(office, film, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(stage, "_say_fetched", lambda *_: 1 / 0)
        office.run()
    before = office.shelf.asked()
    office.run()
    assert (office.states(), office.shelf.asked()) == ([(LinkState.FETCHED, "")], before)
    assert ("video", FILM, "cloud", True) in office.materials()


def test_a_link_soon_to_expire_has_its_turn_though_mails_took_the_batchs_time(office, form, real_film):
    office.post(FILM, content=real_film, kept_days=2, files=[("表.docx", form())])
    office.post("二.mp4", content=real_film, files=[("表.docx", form("深海来信"))], sender="yu@kjt.example.gov.cn")
    for name in (FILM, "二.mp4"):
        office.shelf.put(name, real_film)
    office.until = time.monotonic() - 1
    office.run()
    assert [state for state, _ in office.states()] == [LinkState.FETCHED, LinkState.WAITING]


def test_a_link_without_an_end_is_urgent_when_it_may_be_over(office, film):
    film.cuts = [0] * 20
    office.run()
    (link,) = office.links()
    job = Job(as_link(link), office.contest.folder / "x", replace(link, expires_at=None))
    spans = [dt.timedelta(days=12), dt.timedelta(days=14)]
    assert [len(parted([job], link.seen_at + span)[0]) for span in spans] == [0, 1]


@pytest.mark.parametrize("decision", ["撤回", "不通过"])
def test_a_link_of_a_work_that_is_out_is_not_asked_for_and_no_to_do(office, film, decision):
    office.until = time.monotonic() - 1
    office.run()
    office.decide(decision)
    office.until = None
    office.run()
    assert (office.states(), office.shelf.asked(), office.todos()) == ([(LinkState.WAITING, "")], [], [])


def test_a_link_of_a_work_that_is_in_again_is_fetched(office, film):
    office.until = time.monotonic() - 1
    office.run()
    office.until = None
    for decision in ("撤回", ""):
        office.decide(decision)
        office.run()
    assert office.states() == [(LinkState.FETCHED, "")]


def test_a_link_that_ran_out_while_its_work_was_out_is_a_to_do_when_that_is_in_again(office, film):
    office.until = time.monotonic() - 1
    office.run()
    office.decide("不通过")
    office.clock.now += dt.timedelta(days=60)
    office.run()
    before = office.todos()
    office.decide("")
    office.run()
    assert (before, [row["key"] for row in office.todos()]) == ([], ["cloud:1"])


def test_a_link_two_works_have_is_fetched_for_the_one_that_is_in(office, film, form, real_film):
    office.post(FILM, content=real_film, files=[("表.docx", form("深海来信"))], sender="yu@kjt.example.gov.cn")
    office.until = time.monotonic() - 1
    office.run()
    office.decide("撤回")
    office.until = None
    office.run()
    assert office.states() == [(LinkState.FETCHED, "")]


def test_a_size_the_mail_gives_to_the_byte_must_be_met(office, form, real_film):
    office.post(FILM, content=real_film + b"more", files=[("表.docx", form())])
    file = office.shelf.put(FILM, real_film)
    key = key_of(FILM, len(real_film) + 4)
    office.shelf.files[key] = FILM, file
    office.shelf.server.route(f"https://nos-{key[:8]}.126.net/{key}", file)
    office.run()
    assert office.states() == [(LinkState.MANUAL, "wrong-size")]


def test_a_disk_without_room_keeps_the_link_waiting_and_says_so(office, film):
    office.free = 1000
    tally = office.run()
    assert ([state for state, _ in office.states()], office.shelf.asked()) == ([LinkState.WAITING], [])
    assert tally.notes == ["磁盘空间不足，1 个云附件暂未下载，请清理磁盘"]


def test_what_has_come_of_links_nobody_waits_for_is_swept(office, film):
    office.run()
    with office.contest.open() as context:
        left = folder_of(context) / ("0" * 40 + ".part")
        left.write_bytes(b"left by another life")
    office.run()
    assert not left.exists()


def test_an_archive_behind_a_link_is_unpacked_and_its_files_are_the_works(office, real_film, form, tmp_path):
    from ingest.demo.archives import make_zip

    content = make_zip(tmp_path / "all.zip", [("材料/片.mp4", real_film), ("材料/推荐表.docx", form())]).read_bytes()
    office.shelf.put("材料.zip", content)
    office.post("材料.zip", content=content)
    office.run()
    assert office.materials() == [
        ("other", "材料.zip", "cloud", True),
        ("video", "片.mp4", "archive", True),
        ("form", "推荐表.docx", "archive", True),
    ]


def test_an_archive_of_two_works_behind_a_link_opens_both(office, real_film, form, tmp_path):
    from ingest.demo.archives import make_zip

    members = [
        (f"{title}/{name}", data)
        for title, tail in (("星海寻踪", b""), ("深海来信", b"\0" * 8))
        for name, data in ((f"{title}.mp4", real_film + tail), ("推荐表.docx", form(title)))
    ]
    content = make_zip(tmp_path / "all.zip", members).read_bytes()
    content += b"\0" * 8
    office.shelf.put("全部材料.zip", content)
    office.post("全部材料.zip", content=content, subject="报送两部作品")
    office.run()
    titles = office.look(lambda tx: [row["title"] for row in tx.works.rows()])
    assert sorted(titles) == ["星海寻踪", "深海来信"]


def test_a_file_that_is_attached_too_is_no_second_material(office, film, form, real_film):
    office.contest.post(files=[("推荐表.docx", form("深海来信")), (FILM, real_film)], sender="a@kjt.example.gov.cn",
                        html="both", html_below=office.shelf.block(FILM, len(real_film), NOW))  # fmt: skip
    office.run()
    assert [m for m in office.materials("R2024-0002") if m[0] == "video"] == [("video", FILM, "attachment", True)]


def test_a_link_tried_in_vain_for_a_month_is_given_up(office, form):
    office.contest.post(
        text="视频：https://mail.163.com/large-attachment-download/index.html?file=abcdef", files=[("表.docx", form())]
    )
    office.shelf.server.routes.clear()
    office.shelf.server.route(
        "https://mail.163.com/filehub/bg/link/info/get", office.shelf.clouds.Answer(503, {}, b"later")
    )
    office.run()
    office.clock.now += dt.timedelta(days=31)
    office.run()
    assert [state for state, _ in office.states()] == [LinkState.GIVEN_UP]
    assert len(office.todos()) == 1


def test_a_link_that_was_given_up_is_tried_again_when_told(office, film):
    office.run()
    with office.contest.open() as context, context.begin() as tx:
        tx.links.end(1, LinkState.GIVEN_UP, reason="cut")
        assert (tx.links.again([1]), tx.links.link(1).state) == ([1], LinkState.WAITING)


@pytest.mark.parametrize(
    ("tries", "least_s", "left_h", "minutes"),
    [(1, 60, None, 10), (3, 60, None, 40), (20, 60, None, 360), (1, 3600, None, 60), (5, 60, 2, 30), (1, 60, 0, 1)],
)
def test_the_next_try_comes_later_each_time_and_sooner_near_the_end(tries, least_s, left_h, minutes):
    ends = None if left_h is None else NOW + dt.timedelta(hours=left_h)
    assert next_try(NOW, tries, least_s, ends) == NOW + dt.timedelta(minutes=minutes)


def test_a_failure_of_ours_costs_the_mail_its_file_until_the_next_batch(office, film, monkeypatch):
    monkeypatch.setattr(linked, "keep_facts", lambda *_: 1 / 0)
    tally = office.run()
    monkeypatch.undo()
    assert tally.troubles == ["邮件 M00001 的云附件已下载，但未能收入，下次运行会再试（详见日志）"]
    office.run()
    assert ("video", FILM, "cloud", True) in office.materials()


# what senders are told

HELD = '[replies]\nhold_for_links = "12h"\n'


def test_a_receipt_waits_for_the_film_behind_its_mails_link(office, film):
    office.clock.now = dt.datetime(2024, 10, 8, 13, tzinfo=NOW.tzinfo)
    office.more, film.cuts = HELD, [0]
    office.run()
    before = office.letters()
    office.clock.now += dt.timedelta(hours=1)
    office.run()
    assert (before, [kind for kind, _ in office.letters()], FILM in office.letters()[0][1]) == ([], ["receipt"], True)


def test_a_receipt_that_has_waited_long_enough_says_what_is_still_to_come(office, film):
    office.clock.now = dt.datetime(2024, 10, 9, 1, tzinfo=NOW.tzinfo)
    office.more, film.cuts = HELD, [0]
    office.run()
    ((kind, text),) = office.letters()
    assert (kind, f"视频“{FILM}”在云附件中，我们将在链接有效期内下载" in text) == ("receipt", True)


def test_a_receipt_does_not_wait_for_what_will_never_come(office, form):
    office.clock.now = dt.datetime(2024, 10, 8, 13, tzinfo=NOW.tzinfo)
    office.more = HELD
    office.post(FILM, files=[("推荐表.docx", form())])
    office.shelf.lose(FILM, 60_000_000)
    office.run()
    ((kind, text),) = office.letters()
    assert (kind, "下载链接已失效" in text, "有效期内下载" in text) == ("receipt", True, False)


def test_a_link_that_ran_out_after_the_receipt_is_told_once(office, film):
    film.cuts = [0]
    office.run()
    office.clock.now += dt.timedelta(days=60)
    office.more = "[edition]\ndeadline = 2024-12-31\n"
    office.run()
    office.run()
    assert [kind for kind, _ in office.letters()] == ["receipt", "attention"]
    text = office.letters()[1][1]
    assert f"云附件“{FILM}”的链接已经失效，文件没有取到" in text
    assert "但其中有文件我们未能打开或取到，烦请处理：" in text


def test_a_wrong_code_is_told_to_the_sender(office, form):
    office.post(FILM, files=[("推荐表.docx", form())])
    office.shelf.lose(FILM, 60_000_000, code=400, desc="PARAM_ILLEGAL")
    office.run()
    assert (office.states(), [kind for kind, _ in office.letters()]) == (
        [(LinkState.MANUAL, "wrong-code")],
        ["receipt", "attention"],
    )
    assert "请核对后回复完整的链接和提取码" in office.letters()[1][1]


@pytest.mark.parametrize("reason", ["login", "unknown-provider", "refused-address"])
def test_what_is_staffs_to_do_is_told_to_no_sender(office, film, reason):
    film.cuts = [0]
    office.run()
    with office.contest.open() as context, context.begin() as tx:
        tx.links.end(1, LinkState.MANUAL, reason=reason)
    office.run()
    assert [kind for kind, _ in office.letters()] == ["receipt"]
