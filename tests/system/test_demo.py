"""The sample contest: what becomes of every mail, and what lies on the share afterwards."""

import email
import email.policy
import hashlib
import json
import re

import pytest

from ingest.cli import run
from ingest.demo import cases_packed
from ingest.demo import contest as sample_contest
from ingest.demo.netdisk import FOLDER as NETDISK

WORK_KEYS = [
    "id", "track", "mailbox", "state", "decision", "title", "recommender", "author", "author_unit", "producer",
    "contact", "phone", "email", "received_at", "messages", "materials", "fields", "findings", "replies", "staff",
    "moved_to",
]  # fmt: skip
MATERIAL_KEYS = ["kind", "name", "size", "sha256", "source", "message_id", "path", "in_force"]
FINDING_KEYS = ["rule", "outcome", "clause", "evidence", "pictures"]
MESSAGE_KEYS = [
    "mailbox", "uid", "message_id", "received_at", "from", "subject", "outcome", "works", "reason", "parts",
    "may_reply",
]  # fmt: skip
PART_KEYS = ["name", "size", "sha256", "kind", "format", "source"]


@pytest.fixture(scope="module")
def exported(undisturbed):
    return {what: [json.loads(line) for line in text.splitlines()] for what, text in undisturbed.exports.items()}


@pytest.fixture(scope="module")
def mails(exported):
    """The mails' records by mailbox and moment: the same Message-ID comes twice."""
    return {(record["mailbox"], record["received_at"]): record for record in exported["messages"]}


@pytest.fixture(scope="module")
def works(exported):
    return {record["id"]: record for record in exported["works"]}


@pytest.fixture(scope="module")
def record_of(mails):
    return lambda sample: mails[sample.mailbox, sample.received_at.isoformat(timespec="seconds")]


def test_the_demo_ends_well(demo):
    assert demo.code == 0


def test_the_demo_gives_what_an_ordinary_run_gives(demo, undisturbed, a_place):
    place = a_place({})
    (place.folder / "config.toml").unlink()
    given = {
        what: place.good("export", what, "--config", demo.folder / "config.toml")
        for what in ("works", "messages", "findings")
    }
    assert given == undisturbed.exports


def test_every_mail_has_the_expected_ending(demo, record_of):
    expected = {s.name: s.ended.value if s.ended else "pending" for s in demo.contest.samples}
    assert {s.name: record_of(s)["outcome"] for s in demo.contest.samples} == expected


def test_no_mail_but_the_samples_is_listed(demo, mails):
    assert len(mails) == len(demo.contest.samples)


def test_every_work_has_the_title_of_its_sample(demo, record_of, works):
    opened = [s for s in demo.contest.samples if s.title]
    titles = {s.name: [works[work]["title"] for work in record_of(s)["works"]] for s in opened}
    assert titles == {s.name: [s.title] for s in opened}


def test_supplements_join_the_work_of_their_sample(demo, record_of):
    joined = [s for s in demo.contest.samples if s.joins and s.ended and s.ended.value == "supplement"]
    assert joined
    assert [record_of(s)["works"] for s in joined] == [record_of(demo.contest.sample(s.joins))["works"] for s in joined]


def test_every_mailbox_adds_up(undisturbed):
    status = json.loads(undisturbed.place.good("status", "--json"))
    sums = [(m["balanced"], m["listed"] == m["ended"] + m["pending"]) for m in status["mailboxes"]]
    assert sums == [(True, True)] * 2


def test_works_are_exported_with_the_agreed_keys(works):
    assert {tuple(record) for record in works.values()} == {tuple(WORK_KEYS)}


def test_materials_are_exported_with_the_agreed_keys(works):
    assert {tuple(m) for record in works.values() for m in record["materials"]} == {tuple(MATERIAL_KEYS)}


def test_findings_are_exported_with_the_agreed_keys(exported, works):
    assert {tuple(record) for record in exported["findings"]} == {("work", *FINDING_KEYS)}
    assert {tuple(f) for record in works.values() for f in record["findings"]} == {tuple(FINDING_KEYS)}


def test_findings_are_those_of_the_works(exported, works):
    inside = [{"work": record["id"], **finding} for record in works.values() for finding in record["findings"]]
    assert exported["findings"] == inside


def test_messages_are_exported_with_the_agreed_keys(exported):
    assert {tuple(record) for record in exported["messages"]} == {tuple(MESSAGE_KEYS)}


def test_parts_begin_with_the_agreed_keys(exported):
    assert {tuple(p)[:6] for record in exported["messages"] for p in record["parts"]} == {tuple(PART_KEYS)}


def test_links_say_where_they_lead(exported):
    links = [p for record in exported["messages"] for p in record["parts"] if p["source"] == "cloud"]
    assert links
    assert {tuple(link)[-4:] for link in links} == {("provider", "url", "expires_at", "code")}


def test_members_of_archives_name_their_archive(exported):
    parts = [p for record in exported["messages"] for p in record["parts"]]
    names = {p["name"] for p in parts}
    names |= {name.removesuffix(".001") for name in names}  # volumes: what lies in them is the set's
    inside = [p["inside"] for p in parts if p["source"] == "archive"]
    assert inside
    assert set(inside) <= names


def test_two_works_in_the_folders_of_one_archive_are_two(demo, record_of, works):
    titles = [works[work]["title"] for work in record_of(demo.contest.sample("two-folders"))["works"]]
    assert titles == ["海河的一天", "白洋淀的来客"]


def test_volumes_of_two_mails_are_one_work(demo, record_of):
    first, second = (record_of(demo.contest.sample(name)) for name in ("volume-1", "volume-2"))
    assert (len(second["works"]), first["works"]) == (1, second["works"])


def test_mails_that_wait_say_for_what(demo, record_of):
    waits = {s.name: record_of(s)["reason"] for s in demo.contest.samples if s.ended is None}
    assert waits == {
        "locked": "压缩包 自荐材料.zip 有密码，等待填写密码或重发",
        "volume-missing": "分卷压缩包 推荐材料.rar 缺第3卷",
    }


@pytest.mark.parametrize(
    ("name", "rule", "said"),
    [
        ("flv", "container", "视频格式为 FLV（扩展名却是 .mp4）"),
        ("active", "malware", "“自荐表.docm”含有宏"),
        ("active", "malware", "“幕后花絮.mp4”是可以运行的程序或脚本（exe）"),
    ],
)
def test_what_is_not_what_it_is_called_is_said(demo, record_of, works, name, rule, said):
    (work,) = record_of(demo.contest.sample(name))["works"]
    (evidence,) = [f["evidence"] for f in works[work]["findings"] if f["rule"] == rule]
    assert said in evidence


def test_a_scan_within_the_text_counts_and_a_signature_does_not(demo, record_of):
    kinds = {p["name"]: p["kind"] for p in record_of(demo.contest.sample("inline"))["parts"]}
    assert (kinds["IMG_2031.jpg"], kinds["image001.png"]) == ("scan", "other")


@pytest.mark.parametrize("name", ["forwarded", "winmail", "uuencode", "7z-rar", "volume-2"])
def test_papers_in_whatever_wrapping_become_materials(demo, record_of, works, name):
    (work,) = record_of(demo.contest.sample(name))["works"]
    assert {m["kind"] for m in works[work]["materials"]} >= {"form", "scan", "proof", "video"}


def test_without_a_program_for_rar_the_demo_leaves_it_to_people(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sample_contest, "RECOMMENDED", (cases_packed.volume_missing,))
    monkeypatch.setattr(sample_contest, "PUBLIC", (cases_packed.in_7z_and_rar,))
    monkeypatch.setenv("PATH", str(tmp_path))
    code = run(["demo", str(tmp_path / "样例"), "--small"])
    capsys.readouterr()
    run(["export", "messages", "--config", str(tmp_path / "样例" / "config.toml")])
    parts = [part for line in capsys.readouterr().out.splitlines() for part in json.loads(line)["parts"]]
    found = {part["name"]: part["kind"] for part in parts if ".part" not in part["name"]}
    assert (code, found) == (
        0,
        {
            "自荐表.docx": "form",
            "盖章扫描件.pdf": "scan",
            "表格.7z": "other",
            "播放证明.rar": "other",
            "蚕丝与火箭.mp4": "video",
        },
    )


def test_films_the_demo_fetched_take_no_room_twice(demo):
    behind = [path for path in (demo.folder / NETDISK).iterdir() if not path.suffix]
    assert {path.stat().st_nlink > 1 for path in behind} == {True}


def answered_by(undisturbed, kind):
    """The Message-IDs that drafts of a kind answer."""
    files = (undisturbed.place.reports / "回信").glob(f"*{kind}.eml")
    return sorted(email.message_from_bytes(path.read_bytes())["In-Reply-To"].strip("<>") for path in files)


def test_one_draft_lies_there_for_every_mail_that_became_a_work_or_joined_one(demo, undisturbed):
    answered = [s for s in demo.contest.samples if s.ended and s.ended.value in ("work", "supplement")]
    drafts = [*answered_by(undisturbed, "回执"), *answered_by(undisturbed, "逾期告知")]
    assert sorted(drafts) == sorted(s.message_id for s in answered)


def test_who_sent_what_cannot_be_opened_is_told_so(demo, undisturbed):
    names = ("bad-crc", "locked")
    assert answered_by(undisturbed, "提醒") == sorted(demo.contest.sample(name).message_id for name in names)


def test_letters_go_to_the_sender_alone(exported, undisturbed):
    senders = {record["message_id"]: record["from"] for record in exported["messages"]}
    drafts = [email.message_from_bytes(p.read_bytes()) for p in (undisturbed.place.reports / "回信").glob("*.eml")]
    assert [(d["To"], d["Cc"], d["Bcc"]) for d in drafts] == [
        (senders[d["In-Reply-To"].strip("<>")], None, None) for d in drafts
    ]


def test_letters_say_that_they_are_automatic(undisturbed):
    drafts = [email.message_from_bytes(p.read_bytes()) for p in (undisturbed.place.reports / "回信").glob("*.eml")]
    assert {d["Auto-Submitted"] for d in drafts} == {"auto-replied"}


def test_letters_hold_no_path_of_ours(undisturbed):
    place = undisturbed.place
    for path in (place.reports / "回信").glob("*.eml"):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        text = "".join(part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")
        assert [word for word in (str(place.folder), "works/", "reports/", "store/") if word in text] == []


def test_letters_show_no_whole_phone_number(works, undisturbed):
    phones = {re.sub(r"\D", "", record["phone"]) for record in works.values()} - {""}
    for path in (undisturbed.place.reports / "回信").glob("*.eml"):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        digits = re.sub(r"\D", "", "".join(p.get_content() for p in mail.walk() if p.get_content_maintype() == "text"))
        assert [phone for phone in phones if phone in digits] == []


def test_files_in_the_works_folders_are_the_files_of_the_mails(works, undisturbed):
    filed = [m for record in works.values() for m in record["materials"] if m["path"]]
    assert filed
    share = undisturbed.place.share
    digests = [hashlib.sha256((share / m["path"]).read_bytes()).hexdigest() for m in filed]
    assert digests == [m["sha256"] for m in filed]


def test_works_folders_hold_what_was_filed_and_the_page(works, undisturbed):
    share = undisturbed.place.share
    for record in works.values():
        paths = [share / m["path"] for m in record["materials"] if m["path"]]
        (folder,) = (share / "works").glob(f"{record['id']} *")
        pictures = {"识别", "帧", "视频预览.mp4"}  # of scans and films, where there was time to look at them
        shown = sorted({p.name for p in folder.iterdir() if p.name[0] != "."} - pictures)
        assert shown == sorted({p.name for p in paths} | {"审查.html"})


def test_every_file_of_a_submission_is_filed(works):
    kinds = {"video", "form", "scan", "proof"}
    left = [
        (record["id"], m["name"])
        for record in works.values()
        for m in record["materials"]
        if m["kind"] in kinds and m["sha256"] and not m["path"]
    ]
    assert left == []


def test_the_log_holds_no_whole_phone_number_and_no_whole_address(works, undisturbed):
    logs = "".join(p.read_text("utf-8") for p in (undisturbed.place.root / "log").iterdir())
    secrets = {value for record in works.values() for value in (record["phone"], record["email"]) if value}
    assert logs
    assert [secret for secret in secrets if secret in logs] == []


def test_the_store_holds_what_its_names_say(undisturbed):
    for path in (undisturbed.place.root / "store").rglob("*"):
        if path.is_file():
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name


def test_a_run_leaves_nothing_half_made(undisturbed):
    root, share = undisturbed.place.root, undisturbed.place.share
    left = [p for folder in (root / "tmp", root / "scratch") for p in folder.iterdir()]
    assert left + list(share.rglob("*.tmp")) == []


def stamps(*folders):
    return {p: (p.stat().st_mtime_ns, p.stat().st_ino) for folder in folders for p in folder.rglob("*") if p.is_file()}


def test_a_second_run_changes_nothing(undisturbed):
    place = undisturbed.place
    before = stamps(place.root / "store", place.share)
    done = place.kepu("run")
    assert (done.code, "下载邮件" in done.err, "没有新邮件" in done.out) == (0, False, True)
    assert stamps(place.root / "store", place.share) == before
    assert place.exports() == undisturbed.exports


def test_the_demo_run_again_changes_nothing(demo, capsys):
    before = stamps(demo.root / "store", demo.share)
    assert (run(["demo", str(demo.folder), "--small"]), "没有新邮件" in capsys.readouterr().out) == (0, True)
    assert stamps(demo.root / "store", demo.share) == before


def test_csv_holds_the_same_works(undisturbed, works):
    lines = undisturbed.place.good("export", "works", "--format", "csv").splitlines()
    assert lines[0].split(",") == WORK_KEYS
    assert [line.partition(",")[0] for line in lines[1:] if line[:5] in ("R2024", "P2024")] == list(works)
