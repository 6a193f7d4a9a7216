"""`kepu serve`: batches by itself until it is told to stop."""

import os
import signal
import threading

import pytest

from ingest.context import lease


@pytest.fixture
def serving(town, a_place):
    """A `kepu serve` whose first batch is done, and the place it works in."""
    town.send(town.entries.stars)
    place = a_place(town.urls, extra="[schedule]\npoll_minutes = 1")
    process = place.start("serve")
    place.said = [process.stdout.readline(), process.stdout.readline()]
    yield place, process
    if process.poll() is None:
        process.kill()
    process.communicate()


def test_serve_begins_with_a_batch(serving):
    place, _ = serving
    assert place.said[0].startswith("已开始：每 1 分钟收信一次")
    assert place.said[1].startswith("完成一次运行：新邮件 1 封")
    assert [record["id"] for record in place.export("works")] == ["R2024-0001"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_ends_well_when_told_to(serving, number):
    _, process = serving
    os.kill(process.pid, number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert out.splitlines()[-1] == "已停止。"


def test_serve_told_to_stop_in_the_middle_of_a_batch_finishes_the_item_in_hand(at_demo, undisturbed):
    with at_demo.start("serve") as process:
        process.stdout.readline()
        while not (at_demo.root / "store").exists():
            threading.Event().wait(0.02)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    assert out.splitlines()[-1] == "已停止。"
    at_demo.good("run")
    assert at_demo.exports() == undisturbed.exports


def test_serve_goes_on_after_a_batch_that_could_not_be_done(town, a_place):
    place = a_place(town.urls, extra="[schedule]\npoll_minutes = 1")
    place.root.mkdir()
    with lease(place.root), place.start("serve") as process:
        assert process.stdout.readline().startswith("已开始")
        while not list(place.root.glob("log/*.log")):
            threading.Event().wait(0.02)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert "another run is under way" in "".join(p.read_text("utf-8") for p in place.root.glob("log/*.log"))
