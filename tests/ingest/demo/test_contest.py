import datetime as dt
import email
import email.message
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymediainfo import MediaInfo

from ingest.config import load
from ingest.demo import cases_public, cases_recommended, contest
from ingest.demo.contest import DEMO_NOW, MARKER, Contest, make_contest, need_bytes, prepare
from ingest.demo.desk import Desk
from ingest.demo.netdisk import FOLDER as NETDISK
from ingest.demo.samples import CHINA, FOLDERS
from ingest.errors import ConfigError, DiskError
from ingest.model import Ended, Outcome
from ingest.rules import RULES


def silent(line: str) -> None:
    del line


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("contest")


@pytest.fixture(scope="module")
def made(folder: Path) -> Contest:
    return make_contest(folder, small=True, say=silent)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A contest of only the mails that take no time to make."""
    monkeypatch.setattr(contest, "RECOMMENDED", (cases_recommended.machines, cases_recommended.broken))
    monkeypatch.setattr(contest, "PUBLIC", (cases_public.no_entries,))


def raw(made: Contest, name: str) -> bytes:
    wanted = made.sample(name)
    box = made.mailboxes[wanted.mailbox] / "new"
    return next(box.glob(f"{int(wanted.received_at.timestamp())}.*")).read_bytes()


def parts(made: Contest, name: str) -> Iterator[tuple[str, bytes]]:
    for part in email.message_from_bytes(raw(made, name)).walk():
        data = part.get_payload(decode=True)
        if part.get_content_disposition() and isinstance(data, bytes):
            yield part.get_content_type(), data


def the_part(made: Contest, name: str, content_type: str) -> bytes:
    return next(data for kind, data in parts(made, name) if kind == content_type)


def shelved(folder: Path) -> dict[str, Path]:
    """What lies behind links: the name people see to the file."""
    notes = (folder / NETDISK).glob("*.json")
    return {json.loads(note.read_text("utf-8"))["name"]: note.with_suffix("") for note in notes}


def test_each_sample_lies_in_its_mailbox_at_its_time(made: Contest) -> None:
    wanted = sorted((s.mailbox, int(s.received_at.timestamp())) for s in made.samples)
    there = sorted(
        (name, int(path.name.partition(".")[0]))
        for name, box in made.mailboxes.items()
        for path in (box / "new").iterdir()
    )
    assert there == wanted


def test_each_mail_carries_its_message_id(made: Contest) -> None:
    found = {s.name: email.message_from_bytes(raw(made, s.name))["Message-ID"] for s in made.samples}
    assert found == {s.name: f"<{s.message_id}>" if s.message_id else None for s in made.samples}


def test_names_of_samples_are_unique(made: Contest) -> None:
    assert len({s.name for s in made.samples}) == len(made.samples)


def test_every_ending_a_mail_can_have_by_itself_is_shown(made: Contest) -> None:
    assert {s.ended for s in made.samples} - {None} == set(Ended) - {Ended.QUARANTINED}


def test_mails_that_wait_are_shown(made: Contest) -> None:
    assert [s.name for s in made.samples if s.ended is None] == ["locked", "volume-missing"]


def test_all_mails_but_last_years_came_in_the_editions_days(made: Contest) -> None:
    opens = dt.datetime(2024, 9, 26, tzinfo=CHINA)
    outside = [s.name for s in made.samples if not opens <= s.received_at <= DEMO_NOW]
    assert outside == ["last-year"]


def test_samples_join_samples_that_are_there(made: Contest) -> None:
    assert {s.joins for s in made.samples if s.joins} <= {s.name for s in made.samples}


def test_small_contest_has_no_film_above_6_mb(made: Contest) -> None:
    assert max(s.film_bytes for s in made.samples) <= 6_000_000


def test_films_have_the_size_said(made: Contest, folder: Path) -> None:
    behind = shelved(folder)
    films = {}
    for sample in made.samples:
        if sample.film_bytes and sample.name not in ("zip", "mov"):
            file = behind.get(f"{sample.title}.mp4")
            films[sample.name] = file.stat().st_size if file else len(the_part(made, sample.name, "video/mp4"))
    assert films == {name: made.sample(name).film_bytes for name in films}


def test_most_films_come_by_link(made: Contest, folder: Path) -> None:
    films = [s for s in made.samples if s.film_bytes]
    assert (len(films), len(shelved(folder))) == (26, 19)


def test_small_contest_takes_no_more_disk_than_is_asked_for(made: Contest, folder: Path) -> None:
    total = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert need_bytes(small=True) / 2 < total * 3.5 <= need_bytes(small=True)


def test_nothing_is_left_of_the_making(made: Contest, folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == ["信箱", "网盘"]


def test_too_long_film_lasts_312_seconds(made: Contest, folder: Path) -> None:
    film = shelved(folder)[f"{made.sample('too-long').title}.mp4"]
    picture = next(t for t in MediaInfo.parse(film).tracks if t.track_type == "Video")
    assert (picture.duration, picture.width, picture.height) == (312_000, 1920, 1080)


def test_film_without_index_has_none(made: Contest) -> None:
    assert b"moov" not in the_part(made, "no-moov", "video/mp4")


def test_renamed_form_is_a_photograph(made: Contest) -> None:
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    assert the_part(made, "renamed-jpg", kind)[:3] == b"\xff\xd8\xff"


def test_damaged_archive_fails_its_checksum(made: Contest) -> None:
    with zipfile.ZipFile(io.BytesIO(the_part(made, "bad-crc", "application/x-zip-compressed"))) as archive:
        assert archive.testzip() == archive.namelist()[0]


def test_archive_with_everything_has_names_in_gbk(folder: Path) -> None:
    with zipfile.ZipFile(shelved(folder)["四川省推荐材料.zip"]) as archive:
        names = [entry.filename.encode("cp437").decode("gbk") for entry in archive.infolist()]
    assert names[0] == "竹林里的守望者/竹林里的守望者.mp4"


def test_mail_with_a_link_has_no_film(made: Contest) -> None:
    assert [kind for kind, _ in parts(made, "link") if kind.startswith("video/")] == []


def test_mail_with_a_link_names_the_file_behind_it(made: Contest) -> None:
    pages = [p for p in email.message_from_bytes(raw(made, "link")).walk() if p.get_content_type() == "text/html"]
    page = pages[0].get_payload(decode=True)
    assert isinstance(page, bytes)
    size = made.sample("link").film_bytes
    assert f'filename="风从戈壁来.mp4" filesize="{size}"' in page.decode()


def test_mail_delivered_twice_is_the_same_bytes(made: Contest) -> None:
    assert raw(made, "mov") == raw(made, "mov-again")


def test_mail_sent_again_has_the_same_files(made: Contest) -> None:
    assert list(parts(made, "citizen")) == list(parts(made, "citizen-again"))


def test_broken_mail_has_no_header(made: Contest) -> None:
    assert email.message_from_bytes(raw(made, "broken")).keys() == []


def test_whole_work_expects_an_outcome_of_every_rule(made: Contest) -> None:
    assert set(made.sample("plain").findings) == {rule.id for rule in RULES}


def test_small_films_are_expected_to_fail_by_size(made: Contest) -> None:
    opened = [s for s in made.samples if s.film_bytes and s.findings and s.name not in ("no-moov", "uuencode")]
    assert {s.findings["size"] for s in opened} == {Outcome.FAIL}


def test_one_case_made_twice_gives_the_same_mail(tmp_path: Path) -> None:
    bytes_made = []
    for turn in ("a", "b"):
        scratch, box = tmp_path / turn / "scratch", tmp_path / turn / "box"
        scratch.mkdir(parents=True)
        cases_public.wrong_form(Desk(scratch, {"public": box}, small=True))
        bytes_made.append(next((box / "new").iterdir()).read_bytes())
    assert bytes_made[0] == bytes_made[1]


@pytest.mark.usefixtures("few")
def test_prepared_config_names_the_made_mailboxes(tmp_path: Path) -> None:
    config = load(prepare(tmp_path, small=True, say=silent), environ={}, cwd=tmp_path)
    urls = {box.name: box.url for box in config.mailboxes}
    assert urls == {name: f"maildir:{tmp_path / where}" for name, where in FOLDERS.items()}


@pytest.mark.usefixtures("few")
def test_prepared_config_keeps_ledger_and_share_beside_the_mail(tmp_path: Path) -> None:
    storage = load(prepare(tmp_path, small=True, say=silent), environ={}, cwd=tmp_path).storage
    assert (storage.root, storage.share) == (tmp_path / "数据", tmp_path / "共享")


@pytest.mark.usefixtures("few")
def test_page_for_people_names_every_mail(tmp_path: Path) -> None:
    prepare(tmp_path, small=True, say=silent)
    page = (tmp_path / "说明.txt").read_text("utf-8")
    assert [word for word in ("系统退信", "咨询邮件", "往届", "共 6 封邮件") if word not in page] == []


@pytest.mark.usefixtures("few")
def test_made_contest_is_used_again(tmp_path: Path) -> None:
    prepare(tmp_path, small=True, say=silent)
    mails = sorted(tmp_path.rglob("new/*"))
    before = [path.stat().st_mtime_ns for path in mails]
    prepare(tmp_path, small=True, say=silent)
    assert [path.stat().st_mtime_ns for path in mails] == before


@pytest.mark.usefixtures("few")
def test_contest_of_the_other_size_is_made_anew(tmp_path: Path) -> None:
    prepare(tmp_path, small=True, say=silent)
    (tmp_path / "数据").mkdir()
    prepare(tmp_path, small=False, say=silent)
    assert ((tmp_path / "数据").exists(), json.loads((tmp_path / MARKER).read_text())["small"]) == (False, False)


@pytest.mark.usefixtures("few")
def test_half_made_contest_is_made_anew(tmp_path: Path) -> None:
    prepare(tmp_path, small=True, say=silent)
    (tmp_path / MARKER).write_text('{"version": 1, "small": true, "done": false}')
    prepare(tmp_path, small=True, say=silent)
    assert len(list(tmp_path.rglob("new/*"))) == 6


def test_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "论文.docx").write_bytes(b"mine")
    with pytest.raises(ConfigError, match="不是空的"):
        prepare(tmp_path, small=True, say=silent)


def test_full_disk_is_told_before_anything_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contest, "_TIMES_THE_MAIL", 1e12)
    with pytest.raises(DiskError, match="磁盘空间不足") as caught:
        prepare(tmp_path / "demo", small=False, say=silent)
    assert ("--small" in caught.value.mend, (tmp_path / "demo").exists()) == (True, False)
