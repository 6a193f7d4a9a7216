"""kepu review: what would be said otherwise under another config is what is said once it is used."""

import json
import sqlite3

import pytest

LONGER = "[rules.duration]\nmin_s = 200\n"
NO_SEAL = "[rules.scan-seal]\non = false\n"
ONE_PLACE = """\
[[recommenders]]
name = "广东省科学技术厅"
kind = "province"
quota = 1
"""
LATER = "[edition]\ndeadline = 2024-10-01\n"
LABELS = '[forms.labels]\ntitle = ["作品名称"]\nauthor = ["主创"]\n'


@pytest.fixture
def book(contest, form, real_film, kepu):
    """Two works of one unit, one of them with a film of two minutes."""
    unit = {"recommender": "广东省科学技术厅"}
    contest.post("报送《星海寻踪》", files=[("推荐表.docx", form(**unit)), ("片.mp4", real_film)])
    other = form("竹林里的守望者", author="蒋若溪", **unit)
    contest.post("报送《竹林里的守望者》", files=[("推荐表.docx", other)], sender="b@b.example.gov.cn")
    assert kepu("run").code == 0
    return contest


@pytest.fixture
def under(book):
    """Writes another config of the same contest."""

    def write(more):
        text = (book.folder / "config.toml").read_text(encoding="utf-8")
        (book.folder / "new.toml").write_text(f"{text}\n{more}", encoding="utf-8")
        return book.folder / "new.toml"

    return write


def findings(kepu, *options):
    """(work, rule) to outcome, and work to state, as exported."""
    found = [json.loads(line) for line in kepu("export", "findings", *options).out.splitlines()]
    works = [json.loads(line) for line in kepu("export", "works", *options).out.splitlines()]
    return {(f["work"], f["rule"]): f["outcome"] for f in found}, {w["id"]: w["state"] for w in works}


def rows(book):
    """Every row of every table."""
    with sqlite3.connect(book.folder / "数据" / "ledger.sqlite") as ledger:
        names = [name for (name,) in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: ledger.execute(f"SELECT * FROM {name}").fetchall() for name in names}


def lines(done):
    return [json.loads(line) for line in done.out.splitlines()]


@pytest.mark.parametrize("more", [LONGER, NO_SEAL, ONE_PLACE, LATER], ids=["number", "off", "quota", "deadline"])
def test_what_is_foretold_comes_true(book, kepu, under, more):
    new = under(more)
    *told, totals = lines(kepu("review", "--preview", "--json", "--config", new))
    before, states = findings(kepu)
    assert kepu("review", "--config", new).code == 0
    after, turned = findings(kepu, "--config", new)
    flipped = {key: (before.get(key), after.get(key)) for key in before | after if before.get(key) != after.get(key)}
    assert {(f["work"], f["rule"]): (f["before"], f["after"]) for f in told} == flipped
    assert flipped
    assert {f["work"]: (f["state_before"], f["state_after"]) for f in told} == {
        work: (states[work], turned[work]) for work, _ in flipped
    }
    assert totals["totals"]["changed"] == len({work for work, _ in flipped})


def test_with_the_same_config_nothing_would_change(book, kepu):
    (totals,) = lines(kepu("review", "--preview", "--json"))
    assert totals == {
        "totals": {"works": 2, "changed": 0, "rules": {}, "unread_files": 0, "unreviewed_works": 0, "crashed": []}
    }


def test_nothing_is_written_and_no_mail_is_fetched(book, kepu, under):
    book.post("报送《第三部》", files=[])
    new = under(LONGER)
    before = rows(book), (book.folder / "数据" / "ledger.sqlite").read_bytes()
    files = sorted(path for path in book.folder.rglob("*") if "ledger.sqlite-" not in path.name)
    assert kepu("review", "--preview", "--config", new).code == 0
    assert (rows(book), (book.folder / "数据" / "ledger.sqlite").read_bytes()) == before
    assert sorted(path for path in book.folder.rglob("*") if "ledger.sqlite-" not in path.name) == files


def test_people_read_what_would_change_and_that_nothing_did(book, kepu, under):
    said = kepu("review", "--preview", "--config", under(LONGER)).out
    assert [word in said for word in ("R2024-0001", "星海寻踪", "时长", "符合 → 不符合", "只是预演")] == [True] * 5


def test_files_that_other_labels_have_read_again_are_counted(book, kepu, under):
    (*_, totals) = lines(kepu("review", "--preview", "--json", "--config", under(LABELS)))
    assert totals["totals"]["unread_files"] == 2
    assert "不能完全预演" in kepu("review", "--preview", "--config", under(LABELS)).out


def test_other_labels_alone_foretell_nothing_that_was_not_read(book, kepu, under):
    (*told, _) = lines(kepu("review", "--preview", "--json", "--config", under(LABELS)))
    assert told == []


def test_another_editions_config_is_refused(book, kepu, under):
    done = kepu("review", "--preview", "--config", under("[edition]\nname = '别的大赛'\n"))
    assert (done.code, "别的大赛" in done.err) == (2, True)


def test_before_any_run_there_is_nothing_to_preview(contest, kepu):
    assert kepu("review", "--preview").code == 2


def test_json_without_preview_is_said_to_be_for_it(book, kepu):
    done = kepu("review", "--json")
    assert (done.code, "kepu review --preview --json" in done.err) == (2, True)


def test_judging_again_without_news_changes_no_verdict(book, kepu):
    before = findings(kepu)
    assert kepu("review").code == 0
    assert findings(kepu) == before
