"""Works, mails and findings as other programs get them."""

import datetime as dt

import pytest

from ingest.model import Decision, Finding, Kind, Outcome, WorkState
from ingest.views import csv_cell, finding_records, message_records, plain, work_records

FINDING = Finding("duration", Outcome.FAIL, "附1一(三)1", "时长 5分12秒；要求 2–5 分钟")


def test_a_work_is_exported_whole(snap, work, mail, material):
    fields = {"title": "星海寻踪", "author": "林晚舟", "phone": "010-55550000", "producer": ""}
    film = material(Kind.VIDEO, "a.mp4", format="mp4")
    made = work(1, "星海寻踪", film, fields=fields, state=WorkState.FAIL, decision=Decision.ACCEPTED)
    letter = {"id": 3, "kind": "receipt", "state": "sent", "to_address": "wang@e.cn", "sent_at": made.received_at}
    taken = snap(
        made,
        mails_of={made.id: [(1, "opened")]},
        arrivals={1: mail()},
        findings={made.id: (FINDING,)},
        letters=[letter],
        letter_works={3: [made.id]},
        staff={("推荐作品", made.id, "光盘收到"): {"date": "2024-10-12"}, ("推荐作品", made.id, "打分"): 9},
        filed={made.id: {"folder": "R2024-0001 星海寻踪", "files": {str(film.part.id): "视频-星海寻踪.mp4"}}},
    )
    assert list(work_records(taken)) == [
        {
            "id": "R2024-0001",
            "track": "recommended",
            "mailbox": "recommended",
            "state": "fail",
            "decision": "通过",
            "title": "星海寻踪",
            "recommender": "",
            "author": "林晚舟",
            "author_unit": "",
            "producer": "",
            "contact": "",
            "phone": "010-55550000",
            "email": "",
            "received_at": "2024-10-08T12:00:00+08:00",
            "messages": ["m1@e.cn"],
            "materials": [
                {
                    "kind": "form", "name": "推荐表.docx", "size": 1000, "sha256": f"{2:064x}", "source": "attachment",
                    "message_id": "m1@e.cn", "path": None, "in_force": True,
                },
                {
                    "kind": "video", "name": "a.mp4", "size": 1000, "sha256": f"{1:064x}", "source": "attachment",
                    "message_id": "m1@e.cn", "path": "works/R2024-0001 星海寻踪/视频-星海寻踪.mp4", "in_force": True,
                },
            ],
            "fields": {"title": "星海寻踪", "author": "林晚舟", "phone": "010-55550000"},
            "findings": [
                {
                    "rule": "duration", "outcome": "fail", "clause": "附1一(三)1",
                    "evidence": "时长 5分12秒；要求 2–5 分钟", "pictures": [],
                }
            ],
            "replies": [
                {"kind": "receipt", "state": "sent", "to": "wang@e.cn", "sent_at": "2024-10-08T12:00:00+08:00"}
            ],
            "staff": {"光盘收到": "2024-10-12", "打分": 9},
            "moved_to": None,
        }
    ]  # fmt: skip


def test_files_fed_in_by_hand_have_no_message_id(snap, work, mail):
    made = work()
    taken = snap(
        made, mails_of={made.id: [(1, "opened"), (2, "supplement")]}, arrivals={1: mail(), 2: mail(2, message_id="")}
    )
    assert next(work_records(taken))["messages"] == ["m1@e.cn"]


def test_a_work_whose_time_nobody_knows_has_none(snap, work):
    assert next(work_records(snap(work(received_at=None))))["received_at"] is None


def test_a_mail_is_exported_whole(snap, mail):
    part = {
        "name": "表.docx", "size": 5, "sha256": "ab", "kind": "form", "format": "docx", "source": "archive",
        "inside": "材料.zip", "problem": "",
    }  # fmt: skip
    taken = snap(arrivals={1: mail()}, parts={1: [part]}, works_of={1: ["R2024-0001"]})
    assert list(message_records(taken)) == [
        {
            "mailbox": "recommended",
            "uid": "1",
            "message_id": "m1@e.cn",
            "received_at": "2024-10-08T12:00:00+08:00",
            "from": "wang@e.cn",
            "subject": "报送",
            "outcome": "work",
            "works": ["R2024-0001"],
            "reason": "",
            "parts": [
                {
                    "name": "表.docx", "size": 5, "sha256": "ab", "kind": "form", "format": "docx",
                    "source": "archive", "inside": "材料.zip",
                }
            ],
            "may_reply": True,
        }
    ]  # fmt: skip


def test_a_link_is_exported_with_where_it_leads(snap, mail, noon):
    part = {
        "name": "a.mp4", "size": 0, "sha256": "", "kind": "video", "format": "", "source": "cloud", "inside": "",
        "problem": "", "provider": "netease", "url": "https://e.cn/x", "expires_at": noon, "code": "",
    }  # fmt: skip
    assert next(message_records(snap(arrivals={1: mail()}, parts={1: [part]})))["parts"] == [
        {
            "name": "a.mp4", "size": 0, "sha256": None, "kind": "video", "format": "", "source": "cloud",
            "provider": "netease", "url": "https://e.cn/x", "expires_at": "2024-10-08T12:00:00+08:00", "code": None,
        }
    ]  # fmt: skip


def test_a_mail_that_waits_is_pending_for_its_reason(snap, mail):
    record = next(message_records(snap(arrivals={1: mail(ended=None, pending="不知属于哪一部")})))
    assert (record["outcome"], record["reason"]) == ("pending", "不知属于哪一部")


def test_findings_are_exported_with_their_work(snap, work):
    taken = snap(work(), findings={"R2024-0001": (FINDING,)})
    assert list(finding_records(taken)) == [
        {
            "work": "R2024-0001",
            "rule": "duration",
            "outcome": "fail",
            "clause": "附1一(三)1",
            "evidence": "时长 5分12秒；要求 2–5 分钟",
            "pictures": [],
        }
    ]


def test_pictures_of_a_finding_are_told_by_their_place_in_the_work_s_folder(snap, work):
    finding = Finding("opening-title", Outcome.REVIEW, "附1一(二)", "片头未见片名", ("片头-00分03.5秒",))
    (record,) = finding_records(snap(work(), findings={"R2024-0001": (finding,)}))
    assert record["pictures"] == ["帧/片头-00分03.5秒.jpg"]


@pytest.mark.parametrize(
    ("kept", "said"),
    [({"date": "2024-10-12"}, "2024-10-12"), ({"seconds": 90.0}, 90.0), ("通过", "通过"), (True, True)],
)
def test_a_staff_cell_is_json(kept, said):
    assert plain(kept) == said


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        ("甲", "甲"),
        (-5, "-5"),
        (True, "true"),
        ([], "[]"),
        ({"a": "甲"}, '{"a": "甲"}'),
        ("=1+1", "'=1+1"),
        ("+86 138", "'+86 138"),
        ("-甲", "'-甲"),
        ("@甲", "'@甲"),
        ("\t=1", "'\t=1"),
    ],
)
def test_a_csv_cell_is_text_and_no_formula(value, cell):
    assert csv_cell(value) == cell


def test_staff_cells_of_other_sheets_are_not_the_works(snap, work):
    taken = snap(work(), staff={("邮件", "R2024-0001", "归属"): "x"})
    assert taken.staff_of("R2024-0001") == {}


def test_letters_of_a_work_are_those_that_speak_of_it(snap, work):
    letters = [{"id": 1}, {"id": 2}, {"id": 3}]
    taken = snap(
        work(), letters=letters, letter_works={1: ["R2024-0001"], 2: ["P2024-0001"], 3: ["P2024-0001", "R2024-0001"]}
    )
    assert [letter["id"] for letter in taken.letters_of("R2024-0001")] == [1, 3]


def test_works_with_one_film_name_each_other(snap):
    taken = snap(pairs={("P2024-0001", "R2024-0001"): {"duplicate-video": "视频文件完全相同"}})
    assert (taken.related("P2024-0001"), taken.related("R2024-0001")) == (["R2024-0001"], ["P2024-0001"])


def test_a_time_is_said_in_the_editions_zone(snap, mail):
    utc = dt.datetime(2024, 10, 8, 20, 30, 15, 999, tzinfo=dt.UTC)
    assert (
        next(message_records(snap(arrivals={1: mail(received_at=utc)})))["received_at"] == "2024-10-09T04:30:15+08:00"
    )
