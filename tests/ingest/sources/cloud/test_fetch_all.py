"""Many links: the soonest to expire first, two at a time per host, within the batch."""

import datetime as dt
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ingest.errors import DiskError
from ingest.sources.cloud import Fetched, Job, fetch_all, soonest_first

TOP = Path(__file__).parents[4]
FILM = os.urandom(10_000)
DAY = dt.datetime(2024, 10, 20, tzinfo=dt.UTC)


@pytest.fixture
def job(link, tmp_path):
    """A plain link to file number so and so."""

    def make(number, *, days=None, host="files.example.cn"):
        expires_at = None if days is None else DAY + dt.timedelta(days=days)
        found = link(f"https://{host}/{number}", key=str(number), expires_at=expires_at)
        return Job(found, tmp_path / "cloud" / f"{number}.part", number)

    return make


@pytest.fixture
def run(network, settings):
    def run(jobs, table="", **keywords):
        return list(fetch_all(jobs, settings(table), network=network(), **keywords))

    return run


@pytest.fixture
def slow(server, clouds):
    """Files that take a moment each."""

    def make(numbers, host="files.example.cn"):
        def answer(_asked):
            time.sleep(0.1)
            return clouds.File(FILM)(_asked)

        for number in numbers:
            server.route(f"https://{host}/{number}", answer)

    return make


def test_soonest_expiry_comes_first_and_none_last(job):
    jobs = [job(1), job(2, days=9), job(3, days=2), job(4), job(5, days=5)]
    assert [one.tag for one in soonest_first(jobs)] == [3, 5, 2, 1, 4]


def test_all_links_are_fetched(slow, run, job):
    slow(range(5))
    assert sorted(one.tag for one, found in run([job(n) for n in range(5)]) if isinstance(found, Fetched)) == [
        0,
        1,
        2,
        3,
        4,
    ]


def test_links_are_begun_soonest_first(slow, run, job, server):
    slow(range(4))
    run([job(n, days=9 - n) for n in range(4)], "[cloud]\nat_once = 1\n")
    assert [asked.path for asked in server.asked] == ["/3", "/2", "/1", "/0"]


def test_one_host_has_two_connections_at_most(slow, run, job, server):
    slow(range(6))
    run([job(n) for n in range(6)])
    assert server.most_at_once == {"files.example.cn": 2}


def test_file_host_of_links_to_other_hosts_has_two_connections_at_most(server, clouds, run, link, tmp_path):
    for host in ("mail.163.com", "mail.126.com", "mail.yeah.net"):
        server.route(
            f"https://{host}/filehub/bg/dl/prepare", clouds.said({"data": {"downloadUrl": "https://a.126.net/f"}})
        )

    def answer(asked):
        time.sleep(0.2)
        return clouds.File(FILM)(asked)

    server.route("https://a.126.net/f", answer)
    links = [
        link(f"https://{h}/x?file=k", "netease", h, name="a") for h in ("mail.163.com", "mail.126.com", "mail.yeah.net")
    ]
    server.route("https://mail.163.com/filehub/bg/link/info/get", clouds.said({}))
    run([Job(one, tmp_path / f"{number}.part", number) for number, one in enumerate(links)])
    assert server.most_at_once["a.126.net"] == 2


def test_another_host_does_not_wait_for_a_busy_one(slow, run, job, server):
    slow(range(4))
    slow([9], host="more.example.cn")
    run([*(job(n, days=1) for n in range(4)), job(9, days=5, host="more.example.cn")])
    assert [asked.host for asked in server.asked[:3]].count("more.example.cn") == 1


def test_two_links_to_one_file_do_not_write_it_at_once(slow, run, job, server, link):
    slow([1])
    twice = Job(link("https://more.example.cn/1", key="1"), job(1).partial, 2)
    found = run([job(1), twice])
    assert ([type(outcome) for _, outcome in found], len(server.asked)) == ([Fetched, Fetched], 1)


def test_nothing_is_begun_after_the_batch(run, job, server):
    assert (run([job(1)], until=time.monotonic() - 1), server.asked) == ([], [])


def test_nothing_is_begun_after_a_stop(run, job, server):
    stop = threading.Event()
    stop.set()
    assert (run([job(1)], stop=stop), server.asked) == ([], [])


def test_no_links_are_no_work(run):
    assert run([]) == []


def test_outcomes_are_given_in_the_caller_s_thread(slow, network, settings, job):
    slow(range(3))
    threads = {threading.current_thread() for _ in fetch_all([job(n) for n in range(3)], settings(), network=network())}
    assert threads == {threading.current_thread()}


def test_full_disk_ends_all_of_it(slow, run, job, tmp_path):
    slow(range(3))
    (tmp_path / "cloud").write_bytes(b"no folder")
    with pytest.raises(DiskError, match="下载写不进"):
        run([job(n) for n in range(3)])


def test_caller_that_leaves_early_waits_for_no_download(slow, network, settings, job, server, tmp_path):
    slow(range(8))
    outcomes = fetch_all([job(n) for n in range(8)], settings(), network=network())
    next(outcomes)
    outcomes.close()
    assert len(server.asked) < 8


def test_fault_of_ours_costs_its_own_link_and_is_told_at_the_end(slow, job, network, settings, server):
    slow(range(3))

    def resolve(host):
        if host == "more.example.cn":
            raise ZeroDivisionError
        return server.resolve({})(host)

    jobs, came = [job(9, days=1, host="more.example.cn"), *(job(n) for n in range(3))], []
    with pytest.raises(ZeroDivisionError):
        came.extend(one.tag for one, _ in fetch_all(jobs, settings(), network=network(resolve=resolve)))
    assert sorted(came) == [0, 1, 2]


def test_http_library_is_not_loaded_before_a_link_is_fetched():
    code = "import sys, ingest.sources.cloud; print([m for m in ('httpx', 'httpcore') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=TOP, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_each_job_is_told_of_when_it_begins(run, job, slow):
    slow(range(3))
    told = []
    ended = run(
        [job(n) for n in range(3)],
        "[cloud]\nat_once = 1",
        began=lambda one: told.append((one.tag, threading.get_ident())),
    )
    assert told == [(n, threading.get_ident()) for n in range(3)]
    assert [job.tag for job, _ in ended] == [0, 1, 2]
