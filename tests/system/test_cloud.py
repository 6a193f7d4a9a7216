"""Films behind links, by the command: fetched from a server on loopback, cut, killed, expired, fetched by hand."""

import json
import signal
import sys
import threading
from types import SimpleNamespace

import pytest
from openpyxl import load_workbook

from ingest.config import REHEARSAL_VARIABLE
from ingest.demo.archives import make_zip

BAIDU = "https://pan.baidu.com/s/1kPuDeMo2024xKe0PuSh1Pin"
AT_ONCE = "import ingest.dropped as d; d.STILL_S = 0; from ingest.cli import main; main()"
"""The command for which a file in 补件 need not lie still."""
MIB = 2**20


@pytest.fixture
def office(town, shelf, a_place):
    """A small contest whose links lead to a shelf, and the place that takes it in."""
    place = a_place(town.urls, cloud=shelf.table, secrets={REHEARSAL_VARIABLE: shelf.rehearsal.server})
    return SimpleNamespace(town=town, shelf=shelf, place=place, stars=town.entries.stars)


@pytest.fixture
def film(town):
    """The bytes of a film."""
    return town.desk.film(town.entries.stars).read_bytes()


def send(office, name, size, entry=None, **habits):
    """The mail of an entry: its form, and a link."""
    entry = entry or office.stars
    block = office.shelf.block(name, size, office.town._at, kept_days=habits.pop("kept_days", 30))
    return office.town.send(entry, [office.town.form(entry)], html_below=block, **habits)


def the_film(office, number=0):
    """The film among a work's materials."""
    work = office.place.export("works")[number]
    return next(m for m in work["materials"] if m["kind"] == "video")


def outcomes(office):
    return {f["rule"]: f["outcome"] for f in office.place.export("works")[0]["findings"]}


def todos(office):
    """Rows of 待办 about links: heading to cell."""
    sheet = load_workbook(office.place.workbook)["待办"]
    headings = [cell.value for cell in sheet[1]]
    rows = [dict(zip(headings, row, strict=True)) for row in sheet.iter_rows(min_row=2)]
    return [row for row in rows if row["类别"].value == "下载云附件"]


def links(office):
    return json.loads(office.place.good("status", "--json"))["links"]


def test_a_film_behind_a_link_lies_in_the_works_folder_and_is_judged(office, film):
    office.shelf.put("星海寻踪.mp4", film)
    send(office, "星海寻踪.mp4", len(film))
    office.place.good("run")
    found = the_film(office)
    assert (found["name"], found["source"], found["size"]) == ("星海寻踪.mp4", "cloud", len(film))
    assert (office.place.share / found["path"]).read_bytes() == film
    assert (outcomes(office)["duration"], outcomes(office)["container"]) == ("pass", "pass")
    assert (todos(office), links(office)["states"]["fetched"]) == ([], 1)


def test_a_second_run_asks_for_nothing_and_changes_nothing(office, film):
    office.shelf.put("星海寻踪.mp4", film)
    send(office, "星海寻踪.mp4", len(film))
    office.place.good("run")
    before, asked = office.place.exports(), office.shelf.asked()
    assert "没有新邮件" in office.place.good("run")
    assert (office.place.exports(), office.shelf.asked()) == (before, asked)


def test_a_link_that_ran_out_is_said_and_not_asked_for(office):
    send(office, "星海寻踪.mp4", 120_000_000, kept_days=3)
    office.place.good("run")
    (row,) = todos(office)
    assert (row["期限"].value, row["期限"].fill.fgColor.rgb) == ("已过期", "00E7E6E6")
    assert (outcomes(office)["materials"], office.shelf.asked()) == ("missing", [])


def test_a_link_behind_a_login_is_a_row_with_all_it_takes(office):
    office.town.send(office.stars, text=f"视频见网盘：{BAIDU}\n提取码：k3x9")
    office.place.good("run")
    (row,) = todos(office)
    shown = {name: row[name].value for name in ("登记号", "链接", "提取码", "文件大小")}
    assert shown == {"登记号": "R2024-0001", "链接": BAIDU, "提取码": "k3x9", "文件大小": "未注明"}
    assert (row["链接"].hyperlink.target, outcomes(office)["materials"]) == (BAIDU, "pending")


def test_a_link_with_few_days_left_is_red_in_words_and_colour(office):
    office.place.cloud = "on = false"
    office.place.write_config()
    send(office, "星海寻踪.mp4", 120_000_000, kept_days=21)
    office.place.good("run")
    (row,) = todos(office)
    assert (row["剩余天数"].value, row["期限"].value) == (2, "不足5天")
    assert row["期限"].fill.fgColor.rgb == "00F8CBAD"


def test_a_download_cut_ten_times_costs_no_byte_twice(office, film):
    content = film + bytes(6 * MIB)
    file = office.shelf.put("星海寻踪.mp4", content, cuts=[600_000] * 10)
    send(office, "星海寻踪.mp4", len(content))
    office.place.good("run")
    assert (the_film(office)["size"], file.sent, file.cuts) == (len(content), len(content), [])


def test_a_run_killed_in_the_middle_of_a_download_goes_on_where_it_was(office):
    size, reached, go_on = 80 * MIB, threading.Event(), threading.Event()

    def piece(offset, count):
        if offset >= 70 * MIB and not go_on.is_set():
            reached.set()
            go_on.wait(60)
        return b"\0\0\0\x18ftypisom".ljust(count, b"\0") if offset == 0 else bytes(count)

    office.shelf.put("星海寻踪.mp4", (size, piece))
    send(office, "星海寻踪.mp4", size)
    with office.place.start("run") as process:
        assert reached.wait(60)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    go_on.set()
    office.place.good("run")
    first, second = [a.headers.get("range", "bytes=0-") for a in office.shelf.server.asked if "nos-" in a.host]
    begun = int(second.removeprefix("bytes=").removesuffix("-"))
    assert (first, 64 * MIB <= begun <= 70 * MIB, the_film(office)["size"]) == ("bytes=0-", True, size)


def test_a_file_that_two_mails_name_is_fetched_once(office, film):
    office.shelf.put("合集.mp4", film)
    send(office, "合集.mp4", len(film))
    send(office, "合集.mp4", len(film), office.town.entries.tea)
    office.place.good("run")
    assert len(office.shelf.asked("/dl/prepare")) == 1
    assert the_film(office, 0)["sha256"] == the_film(office, 1)["sha256"] != ""


def test_an_archive_behind_a_link_is_unpacked(office, film, tmp_path):
    form = office.town.desk.form(office.stars).read_bytes()
    content = make_zip(tmp_path / "a.zip", [("材料/片.mp4", film), ("材料/推荐表.docx", form)]).read_bytes()
    office.shelf.put("材料.zip", content)
    block = office.shelf.block("材料.zip", len(content), office.town._at)
    office.town.send(office.stars, [], html_below=block)
    office.place.good("run")
    (work,) = office.place.export("works")
    assert [(m["kind"], m["source"]) for m in work["materials"]] == [
        ("other", "cloud"),
        ("video", "archive"),
        ("form", "archive"),
    ]
    assert work["title"] == office.stars.title


def test_a_file_fetched_by_hand_ticks_its_todo_and_is_the_links(office, film):
    office.town.send(office.stars, text=f"视频见网盘：{BAIDU}\n提取码：k3x9")
    office.place.good("run")
    folder = office.place.share / "补件" / "R2024-0001"
    (folder / "星海寻踪.mp4").write_bytes(film)
    office.place.command = (sys.executable, "-c", AT_ONCE)
    office.place.good("run")
    found = the_film(office)
    assert (found["name"], found["source"], found["size"]) == ("星海寻踪.mp4", "cloud", len(film))
    assert (todos(office), links(office)["states"]["fetched"]) == ([], 1)
    assert [path.name for path in (folder / "已收").iterdir()] == ["星海寻踪.mp4"]


def test_retry_asks_again_for_a_link(office, film):
    send(office, "星海寻踪.mp4", len(film))
    office.place.good("run")
    office.shelf.put("星海寻踪.mp4", film)
    assert "重新处理 1 个云附件。" in office.place.good("retry", "Y0001")
    assert (the_film(office)["size"], todos(office)) == (len(film), [])


def test_status_says_what_is_to_come_and_what_runs_out_next(office):
    office.place.cloud = "on = false"
    office.place.write_config()
    send(office, "星海寻踪.mp4", 120_000_000, kept_days=21)
    office.place.good("run")
    told = links(office)
    assert (told["states"]["manual"], told["bytes_to_come"], told["next_expiry_at"][:10]) == (
        1,
        120_000_000,
        "2024-10-29",
    )
    assert "还要下载 120.0 MB" in office.place.good("status")
