"""What becomes of a mail: `decide` as a table of values, then the stage on a ledger."""

import dataclasses
import datetime as dt

import pytest

from ingest.closed import part_trouble
from ingest.demo.archives import make_zip, with_wrong_crc
from ingest.demo.machine import bounce, list_mail
from ingest.demo.mails import Attachment
from ingest.model import NEW_WORK, Ended, Kind, TodoKind
from ingest.stages.assemble import closed_todos, decide
from ingest.stages.assemble.belonging import Situation, knows
from parsers.facts import ArchiveFacts, Broken

STRANGER = "someone@qq.com"
LISTED = {"list-id": ("<weekly.example.com>",)}
RETURNED = {"content-type": ("multipart/report; report-type=delivery-status",)}
LOCKED = ArchiveFacts(format="zip", problem="locked")


@pytest.fixture
def film(part):
    return lambda name="成片.mp4", **rest: part(name, Kind.VIDEO, **rest)


@pytest.fixture
def paper(part):
    return lambda title="星海寻踪", name="推荐表.docx": part(name, Kind.FORM, title=title)


@pytest.fixture
def scan(part):
    return lambda name="扫描件.pdf", **rest: part(name, Kind.SCAN, **rest)


@pytest.fixture
def locked(part):
    return lambda name="材料.zip": part(name, format="zip", problem="locked", facts=LOCKED)


def outcome(ending):
    """Its ending with the works it joins ("" for each it opens)."""
    return ending.ended, [one.work for one in ending.groups]


# --- a mail by itself


def test_decide_film_and_form_open_a_work_of_the_forms_title(arrival, film, paper):
    ending = decide(arrival(film(), paper("星海寻踪")), Situation())
    assert (ending.ended, [one.title for one in ending.groups]) == (Ended.WORK, ["星海寻踪"])


def test_decide_a_link_to_a_film_opens_a_work(arrival, film):
    ending = decide(arrival(film("星海寻踪.mp4", url="https://example.com/1")), Situation())
    assert outcome(ending) == (Ended.WORK, [""])


def test_decide_two_forms_open_two_works_and_each_has_what_is_the_mails(arrival, film, paper, part):
    letter, archive = part("推荐函.pdf", Kind.COVER_LETTER), part("全部.zip", format="zip")
    one, other = paper("星海寻踪", "星海寻踪-推荐表.docx"), paper("深海来信", "深海来信-推荐表.docx")
    films = film("星海寻踪.mp4"), film("深海来信.mp4")
    ending = decide(arrival(letter, archive, one, other, *films), Situation())
    shared = {letter.id, archive.id}
    assert [set(group.part_ids) for group in ending.groups] == [
        {one.id, films[0].id} | shared,
        {other.id, films[1].id} | shared,
    ]


def test_decide_a_film_of_nobody_among_two_works_is_a_todo(arrival, film, paper):
    lost = film("IMG_0001.mp4")
    forms = paper("星海寻踪", "星海寻踪.docx"), paper("深海来信", "深海来信.docx")
    ending = decide(arrival(*forms, lost), Situation())
    assert [(todo.kind, todo.part_id) for todo in ending.todos] == [(TodoKind.PLACE_FILE, lost.id)]


def test_decide_a_mail_without_files_is_a_question(arrival):
    ending = decide(arrival(subject="请问截止时间"), Situation())
    assert (ending.ended, [todo.kind for todo in ending.todos]) == (Ended.NOT_A_SUBMISSION, [TodoKind.QUESTION])


def test_decide_a_large_picture_in_the_text_of_a_question_is_no_submission(arrival, scan):
    ending = decide(arrival(scan("image001.png", content_id="logo", disposition="inline", size=90_000)), Situation())
    assert (ending.ended, len(ending.todos)) == (Ended.NOT_A_SUBMISSION, 1)


@pytest.mark.parametrize(("said", "ended"), [("请问打不开怎么办？", Ended.NOT_A_SUBMISSION), ("报送作品", Ended.WORK)])
def test_decide_a_mail_of_one_inline_picture_by_what_it_says(arrival, scan, said, ended):
    ending = decide(arrival(scan("image.png", disposition="inline", size=300_000), subject=said), Situation())
    assert (ending.ended, len(ending.todos)) == (ended, 0 if ended is Ended.WORK else 1)


def test_decide_a_broken_mail_is_unreadable_and_a_todo(arrival):
    ending = decide(arrival(problem="not-a-mail"), Situation())
    assert (ending.ended, [todo.kind for todo in ending.todos]) == (Ended.UNREADABLE, [TodoKind.UNREADABLE_MAIL])


def test_decide_a_locked_archive_alone_waits_for_a_person(arrival, locked):
    ending = decide(arrival(locked()), Situation())
    assert (ending.ended, ending.reason) == (None, "压缩包 材料.zip 有密码，等待填写密码或重发")


def test_decide_a_locked_archive_beside_a_form_does_not_wait(arrival, locked, paper):
    assert outcome(decide(arrival(locked(), paper()), Situation())) == (Ended.WORK, [""])


def test_decide_an_archive_with_a_wrong_checksum_alone_waits(arrival, part):
    facts = ArchiveFacts(format="zip", problem="bad-checksum")
    assert decide(arrival(part("a.zip", format="zip", facts=facts)), Situation()).ended is None


def test_decide_an_archive_that_opened_and_holds_nothing_is_a_question(arrival, part):
    facts = ArchiveFacts(format="zip")
    ending = decide(arrival(part("a.zip", format="zip", facts=facts), part("说明.txt")), Situation())
    assert ending.ended is Ended.NOT_A_SUBMISSION


# --- machines


@pytest.mark.parametrize(
    "headers",
    [RETURNED, LISTED, {"auto-submitted": ("auto-replied",)}, {"precedence": ("bulk",)}],
    ids=["bounce", "list", "auto-reply", "bulk"],
)
def test_decide_what_a_machine_wrote_without_materials_is_machine_mail(arrival, headers):
    assert decide(arrival(headers=headers), Situation()).ended is Ended.MACHINE_MAIL


def test_decide_what_a_bounce_returns_is_no_submission(arrival, film, paper):
    assert decide(arrival(film(), paper(), headers=RETURNED), Situation()).ended is Ended.MACHINE_MAIL


def test_decide_a_submission_with_list_headers_opens_a_work(arrival, film, paper):
    assert decide(arrival(film(), paper(), headers=LISTED), Situation()).ended is Ended.WORK


def test_decide_a_newsletter_with_banners_and_addresses_is_machine_mail(arrival, scan, film):
    banner = scan("banner.jpg", content_id="b", disposition="inline")
    bare = film("", url="https://pan.example.com/s/1")
    assert decide(arrival(banner, bare, headers=LISTED), Situation()).ended is Ended.MACHINE_MAIL


OWN = Situation(own=frozenset({"kepuwsp@163.com"}))


def test_decide_our_own_letter_is_machine_mail(arrival):
    assert decide(arrival(from_address="kepuwsp@163.com"), OWN).ended is Ended.MACHINE_MAIL


def test_decide_a_submission_we_forward_to_ourselves_opens_a_work(arrival, film, paper):
    assert decide(arrival(film(), paper(), from_address="kepuwsp@163.com"), OWN).ended is Ended.WORK


# --- repetition


def test_decide_a_repeated_mail_is_a_duplicate_that_names_the_first(arrival, film):
    ending = decide(arrival(film()), Situation(twin=3))
    assert (ending.ended, ending.reason) == (Ended.DUPLICATE, "与邮件 M00003 内容相同")


# --- supplements


def test_decide_an_answer_in_the_thread_joins_its_work(arrival, scan, work):
    ending = decide(arrival(scan(), from_address=STRANGER), Situation(thread=(work(),)))
    assert outcome(ending) == (Ended.SUPPLEMENT, ["R2024-0001"])


def test_decide_an_answer_without_material_joins_its_work_and_says_so(arrival, work):
    ending = decide(arrival(), Situation(thread=(work(),)))
    assert (outcome(ending), ending.reason) == ((Ended.SUPPLEMENT, ["R2024-0001"]), "回复此前的往来邮件；无材料")


def test_decide_an_answer_with_a_locked_archive_is_not_without_material(arrival, locked, work):
    assert decide(arrival(locked()), Situation(thread=(work(),))).reason == "回复此前的往来邮件"


def test_decide_an_answer_with_a_form_of_clearly_another_title_is_asked_about(arrival, paper, work):
    ending = decide(arrival(paper("深海来信")), Situation(thread=(work(),)))
    assert (ending.ended, ending.todos[0].candidates) == (None, ("R2024-0001",))


def test_decide_an_answer_with_a_form_written_a_little_differently_joins(arrival, paper, work):
    ending = decide(arrival(paper("《星海 寻踪》")), Situation(thread=(work(),)))
    assert outcome(ending) == (Ended.SUPPLEMENT, ["R2024-0001"])


def test_decide_the_first_form_of_a_work_in_its_thread_may_call_it_otherwise(arrival, paper, work):
    named_by_its_film = work(title="最终成片", has={Kind.VIDEO})
    assert outcome(decide(arrival(paper("星海寻踪")), Situation(thread=(named_by_its_film,)))) == (
        Ended.SUPPLEMENT,
        ["R2024-0001"],
    )


def test_decide_another_film_with_its_form_in_the_thread_is_asked_about(arrival, film, paper, work):
    only_film = work(has={Kind.VIDEO})
    assert decide(arrival(film(), paper("深海来信")), Situation(thread=(only_film,))).ended is None


def test_decide_a_thread_of_two_tracks_joins_the_work_of_its_own(arrival, scan, work):
    thread = (work(track="public"), work())
    assert outcome(decide(arrival(scan()), Situation(thread=thread))) == (Ended.SUPPLEMENT, ["R2024-0001"])


def test_decide_a_thread_of_several_works_joins_the_one_it_names(arrival, scan, work):
    thread = (work(1, "星海寻踪"), work(2, "深海来信"))
    ending = decide(arrival(scan(), subject="补充《深海来信》扫描件"), Situation(thread=thread))
    assert outcome(ending) == (Ended.SUPPLEMENT, ["R2024-0002"])


def test_decide_a_thread_of_several_works_that_names_none_is_asked_about(arrival, scan, work):
    ending = decide(arrival(scan()), Situation(thread=(work(1, "星海寻踪"), work(2, "深海来信"))))
    assert (ending.ended, ending.todos[0].candidates) == (None, ("R2024-0001", "R2024-0002"))


def test_decide_forms_of_all_works_of_the_thread_join_each_its_own(arrival, paper, work):
    thread = (work(1, "星海寻踪"), work(2, "深海来信"))
    ending = decide(arrival(paper("深海来信", "b.docx"), paper("星海寻踪", "a.docx")), Situation(thread=thread))
    assert outcome(ending) == (Ended.SUPPLEMENT, ["R2024-0002", "R2024-0001"])


def test_decide_several_forms_in_the_thread_of_one_work_are_asked_about(arrival, paper, work):
    ending = decide(arrival(paper("深海来信", "b.docx"), paper("星海寻踪", "a.docx")), Situation(thread=(work(),)))
    assert ending.ended is None


@pytest.mark.parametrize(
    ("address", "ended"),
    [
        ("wang@kjt.example.gov.cn", Ended.SUPPLEMENT),  # its sender
        ("li@kjt.example.gov.cn", Ended.SUPPLEMENT),  # of the sender's unit
        ("zhang@mail.kjt.example.gov.cn", None),  # another host
        ("zhang@163.com", Ended.SUPPLEMENT),  # its contact
        ("someone-else@163.com", None),  # at the contact's provider, like everybody
        ("", None),
    ],
)
def test_decide_a_cited_number_is_believed_from_addresses_the_work_knows(arrival, scan, work, address, ended):
    cited = work(addresses=("wang@kjt.example.gov.cn", "zhang@163.com"))
    assert decide(arrival(scan(), from_address=address), Situation(cited=(cited,))).ended is ended


def test_decide_a_number_cited_from_elsewhere_is_believed_in_its_thread(arrival, scan, work):
    ending = decide(arrival(scan(), from_address=STRANGER), Situation(cited=(work(),), thread=(work(),)))
    assert ending.reason == "信中写明登记号"


def test_decide_a_cited_number_counts_more_than_the_thread(arrival, scan, work):
    ending = decide(arrival(scan()), Situation(cited=(work(2, "深海来信"),), thread=(work(1),)))
    assert outcome(ending) == (Ended.SUPPLEMENT, ["R2024-0002"])


def test_decide_the_same_sender_with_the_same_title_adds_to_the_work(arrival, scan, work):
    ending = decide(arrival(scan(), subject="补充：《星海寻踪》扫描件"), Situation(sender=(work(),)))
    assert outcome(ending) == (Ended.SUPPLEMENT, ["R2024-0001"])


def test_decide_the_same_sender_with_a_title_only_in_a_files_name_adds_to_the_work(arrival, scan, work):
    ending = decide(arrival(scan("星海寻踪-扫描件.pdf")), Situation(sender=(work(),)))
    assert outcome(ending) == (Ended.SUPPLEMENT, ["R2024-0001"])


def test_decide_the_same_sender_with_another_form_opens_a_new_work(arrival, film, paper, work):
    ending = decide(arrival(film(), paper("深海来信")), Situation(sender=(work(),)))
    assert outcome(ending) == (Ended.WORK, [""])


@pytest.mark.parametrize(
    ("title", "ended"),
    [
        ("星海寻踪第二集", Ended.WORK),
        ("星海寻踪（下）", Ended.WORK),
        ("星海寻踪记", None),
        ("星海 寻踪", Ended.SUPPLEMENT),
    ],
)
def test_decide_a_title_that_may_be_the_same_is_asked_about(arrival, film, paper, work, title, ended):
    assert decide(arrival(film(), paper(title)), Situation(sender=(work(),))).ended is ended


def test_decide_the_same_sender_with_papers_and_no_title_is_asked_about(arrival, scan, work):
    ending = decide(arrival(scan()), Situation(sender=(work(1, "星海寻踪"), work(2, "深海来信"))))
    assert (ending.ended, ending.todos[0].candidates) == (None, ("R2024-0001", "R2024-0002"))


def test_closed_todos_ask_for_the_password_and_name_the_senders_works(arrival, locked, work):
    mail, situation = arrival(locked()), Situation(sender=(work(),))
    todos = closed_todos(mail, situation, decide(mail, situation), [])
    assert [(todo.kind, todo.candidates) for todo in todos] == [(TodoKind.LOCKED, ("R2024-0001",))]


def test_decide_the_same_sender_with_two_works_of_the_title_is_asked_about(arrival, scan, work):
    sender = (work(1), work(2), work(3, "深海来信"))
    ending = decide(arrival(scan(), subject="补充《星海寻踪》"), Situation(sender=sender))
    assert (ending.ended, ending.todos[0].candidates) == (None, ("R2024-0001", "R2024-0002"))


def test_decide_the_same_senders_question_stays_a_question(arrival, work):
    assert decide(arrival(), Situation(sender=(work(),))).ended is Ended.NOT_A_SUBMISSION


def test_decide_several_works_of_a_known_sender_join_what_is_known_and_open_the_rest(arrival, paper, work):
    ending = decide(arrival(paper("星海寻踪", "a.docx"), paper("深海来信", "b.docx")), Situation(sender=(work(),)))
    assert outcome(ending) == (Ended.WORK, ["R2024-0001", ""])


def test_decide_several_works_one_of_them_doubtful_are_asked_about(arrival, paper, work):
    ending = decide(arrival(paper("星海寻踪记", "a.docx"), paper("深海来信", "b.docx")), Situation(sender=(work(),)))
    assert ending.ended is None


def test_decide_several_new_works_of_a_known_sender_are_opened(arrival, paper, work):
    ending = decide(arrival(paper("竹林", "a.docx"), paper("深海来信", "b.docx")), Situation(sender=(work(),)))
    assert outcome(ending) == (Ended.WORK, ["", ""])


# --- told by staff


def test_decide_the_work_a_person_chose_is_joined_whatever_else_speaks(arrival, paper, work):
    ending = decide(arrival(paper("深海来信"), for_work="R2024-0001"), Situation(twin=1, thread=(work(2),)))
    assert outcome(ending) == (Ended.SUPPLEMENT, ["R2024-0001"])


def test_decide_a_file_fed_by_hand_is_never_without_material(arrival, part):
    assert decide(arrival(part("说明.txt"), for_work="R2024-0001"), Situation()).reason == "由工作人员指定"


def test_decide_a_mail_that_a_person_calls_new_opens_a_work_though_its_sender_is_known(arrival, scan, work):
    ending = decide(arrival(scan(), for_work=NEW_WORK), Situation(sender=(work(),)))
    assert outcome(ending) == (Ended.WORK, [""])


def test_decide_a_locked_archive_that_a_person_calls_new_opens_a_work(arrival, locked):
    archive = locked()
    ending = decide(arrival(archive, for_work=NEW_WORK, subject="报送《星海寻踪》"), Situation())
    assert [(one.title, one.part_ids) for one in ending.groups] == [("星海寻踪", (archive.id,))]


@pytest.mark.parametrize(
    ("address", "known"),
    [("a@unit.cn", True), ("b@unit.cn", True), ("b@qq.com", False), ("", False), ("nonsense", False)],
)
def test_knows_by_address_and_by_the_units_domain(work, address, known):
    assert knows(work(addresses=("a@unit.cn", "a@qq.com")), address) is known


@pytest.mark.parametrize(
    ("facts", "problem", "said"),
    [
        (None, "", ""),
        (Broken(format="empty", reason="empty"), "", "文件为空（0 字节）"),
        (Broken(format="mp4", reason="no-index"), "", "视频文件不完整：缺少索引信息（moov），无法播放"),
        (None, "bad-checksum", "压缩包内文件校验不符（CRC 错误）"),
        (None, "outside", "压缩包内的路径不安全，未解开"),
        (None, "something-new", "文件已损坏，无法读取"),
    ],
)
def test_part_trouble_is_a_sentence_for_staff(part, facts, problem, said):
    assert part_trouble(part(facts=facts, problem=problem)) == said


# --- on a ledger


def test_assemble_one_mail_in_both_mailboxes_opens_a_work_in_each_track(contest, context, walk, told, form):
    mail = contest.post("报送《星海寻踪》", files=[("推荐表.docx", form())])
    contest.drop(mail, "public")
    assert told(walk(context)) == [("work", ["R2024-0001"]), ("work", ["P2024-0001"])]


def test_assemble_answers_one_mail_in_both_mailboxes_with_one_letter(contest, context, walk, form):
    mail = contest.post("报送《星海寻踪》", files=[("推荐表.docx", form())])
    contest.drop(mail, "public")
    walk(context)
    with context.read() as tx:
        assert list(tx.letters.works().values()) == [["P2024-0001", "R2024-0001"]]


def test_assemble_an_answer_to_a_mail_of_both_mailboxes_joins_its_own_track(contest, context, walk, told, form, shell):
    mail = contest.post("报送《星海寻踪》", files=[("推荐表.docx", form())])
    contest.drop(mail, "public")
    contest.post("回复", files=[("a.mp4", shell)], to="public", in_reply_to=mail.message_id)
    assert told(walk(context))[-1] == ("supplement", ["P2024-0001"])


def test_assemble_the_same_mail_twice_is_a_duplicate(contest, context, walk, told, form):
    mail = contest.post(files=[("推荐表.docx", form())])
    contest.drop(mail, at=mail.received_at + dt.timedelta(hours=1))
    assert told(walk(context)) == [("work", ["R2024-0001"]), ("duplicate", [])]


def test_assemble_the_same_files_under_another_message_id_are_a_duplicate(contest, context, walk, told, form):
    for text in ("请查收", "怕没发成功，再发一次"):
        contest.post(text, text=text, files=[("推荐表.docx", form())])
    assert told(walk(context)) == [("work", ["R2024-0001"]), ("duplicate", [])]


def test_assemble_an_answer_to_a_duplicate_joins_the_work_of_the_first(contest, context, walk, told, form, shell):
    contest.post(files=[("推荐表.docx", form())])
    again = contest.post("再发一次", files=[("推荐表.docx", form())])
    contest.post("回复", files=[("a.mp4", shell)], sender=STRANGER, in_reply_to=again.message_id)
    assert told(walk(context))[1:] == [("duplicate", []), ("supplement", ["R2024-0001"])]


def test_assemble_the_same_files_of_another_sender_are_no_duplicate(contest, context, walk, told, form):
    for sender in ("wang@kjt.example.gov.cn", STRANGER):
        contest.post(sender=sender, files=[("推荐表.docx", form())])
    assert [ended for ended, _ in told(walk(context))] == ["work", "work"]


def test_assemble_the_same_message_id_with_other_files_is_never_dropped(contest, context, walk, told, form):
    for title in ("星海寻踪", "深海来信"):
        contest.post(files=[("推荐表.docx", form(title))], message_id="same@example.cn")
    assert [ended for ended, _ in told(walk(context))] == ["work", "work"]


def test_assemble_a_second_question_with_the_same_logo_is_no_duplicate(contest, context, walk, told):
    logo = Attachment("logo.png", b"\x89PNG\r\n\x1a\n" + bytes(60_000), "image/png", content_id="logo@x")
    for text in ("请问截止时间？", "请问光盘寄到哪里？"):
        contest.post(text, text=text, html="both", files=[logo])
    assert [ended for ended, _ in told(walk(context))] == ["not-a-submission", "not-a-submission"]


def test_assemble_a_question_sent_twice_under_one_message_id_is_a_duplicate(contest, context, walk, told):
    mail = contest.post("请问截止时间", text="请问？")
    contest.drop(mail, at=mail.received_at + dt.timedelta(hours=1))
    assert [ended for ended, _ in told(walk(context))] == ["not-a-submission", "duplicate"]


def test_assemble_a_number_in_the_subject_joins_from_the_forms_contact(contest, context, walk, told, form, shell):
    contest.post(files=[("推荐表.docx", form(email="联系邮箱：ZHANG@163.com（张三）"))])
    walk(context)
    contest.post("补交材料 r2024-0001", files=[("a.mp4", shell)], sender="zhang@163.com", to="public")
    assert told(walk(context))[-1] == ("supplement", ["R2024-0001"])


def test_assemble_an_answer_to_our_letter_joins_its_work(contest, context, walk, told, form, shell):
    contest.post(files=[("推荐表.docx", form())])
    walk(context)
    with context.read() as tx:
        letter = tx.letters.rows()[0]["message_id"]
    contest.post("回复", files=[("a.mp4", shell)], sender=STRANGER, in_reply_to=letter)
    assert told(walk(context))[-1] == ("supplement", ["R2024-0001"])


def test_assemble_a_mail_of_three_works_opens_three(contest, context, walk, told, form, shell):
    titles = ("星海寻踪", "深海来信", "竹林守望者")
    files = [(f"{t}-推荐表.docx", form(t)) for t in titles] + [(f"{t}.mp4", shell + t.encode()) for t in titles]
    contest.post(files=files)
    assert told(walk(context)) == [("work", ["R2024-0001", "R2024-0002", "R2024-0003"])]


def test_assemble_the_archive_of_three_works_is_a_material_of_each(contest, context, walk, form, tmp_path):
    members = [(f"{t}/推荐表.docx", form(t)) for t in ("星海寻踪", "深海来信")]
    contest.post(files=[("材料.zip", make_zip(tmp_path / "a.zip", members).read_bytes())])
    walk(context)
    with context.read() as tx:
        found = tx.works.materials(["R2024-0001", "R2024-0002"], {}, {})
    assert [[m.part.name for m in found[work]] for work in sorted(found)] == [["材料.zip", "推荐表.docx"]] * 2


def test_assemble_a_waiting_mail_goes_where_a_person_says(contest, context, walk, told, form, shell):
    for title in ("星海寻踪", "深海来信"):
        contest.post(files=[("推荐表.docx", form(title))])
    contest.post("补充", files=[("a.mp4", shell)])
    assert told(walk(context))[-1] == (None, [])
    with context.begin() as tx:
        tx.arrivals.chosen(3, "R2024-0002")
    assert told(walk(context))[-1] == ("supplement", ["R2024-0002"])


def test_assemble_closes_what_was_asked_of_a_mail_once_it_has_ended(contest, context, walk, form, shell):
    for title in ("星海寻踪", "深海来信"):
        contest.post(files=[("推荐表.docx", form(title))])
    contest.post("补充", files=[("说明.txt", b"x"), ("a.pdf", b"%PDF-1.4")])
    walk(context)
    with context.begin() as tx:
        asked = [row["kind"] for row in tx.desk.todos()]
        tx.arrivals.chosen(3, "R2024-0001")
    walk(context)
    with context.read() as tx:
        left = [row["kind"] for row in tx.desk.todos()]
    assert (asked, left) == (["choose-work", "broken-file"], ["broken-file"])


def test_assemble_machine_mail_is_never_answered(contest, context, walk, told):
    received = dt.datetime(2024, 10, 9, tzinfo=dt.UTC)
    contest.drop(bounce(to="kepuwsp@163.com", address="a@b.cn", received_at=received, message_id="b@163.com"))
    contest.drop(list_mail(to="kepuwsp@163.com", received_at=received, message_id="l@example.com"))
    ended = told(walk(context))
    with context.read() as tx:
        may = [row["may_reply"] for row in tx.arrivals.rows()]
    assert (ended, may) == ([("machine-mail", []), ("machine-mail", [])], [False, False])


def test_assemble_a_list_submission_opens_a_work_and_is_not_answered(contest, context, walk, told, form):
    contest.post(files=[("推荐表.docx", form())], extra=(("List-Id", b"<a.example.com>"),))
    ended = told(walk(context))
    with context.read() as tx:
        assert (ended, tx.letters.rows()) == ([("work", ["R2024-0001"])], [])


def test_assemble_many_damaged_members_are_one_todo(contest, context, walk, tmp_path):
    members = [("推荐表.docx", b""), *((f"{n}.mp4", b"") for n in range(8))]
    contest.post(files=[("a.zip", make_zip(tmp_path / "a.zip", members).read_bytes())])
    walk(context)
    with context.read() as tx:
        texts = [row["text"] for row in tx.desk.todos() if row["kind"] == "broken-file"]
    assert texts == [
        "邮件 M00001 的文件“推荐表.docx”“0.mp4”“1.mp4”“2.mp4”“3.mp4”等 9 个文件：文件为空（0 字节）。"
        "请查看原件，必要时请来信人重发。"
    ]


def zip_with_wrong_crc(folder):
    good = make_zip(folder / "good.zip", [("扫描件.pdf", b"%PDF-1.4")])
    return with_wrong_crc(good, folder / "bad.zip").read_bytes()


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("成片.mp4", lambda folder: b"", "文件为空（0 字节）"),
        (
            "成片.mp4",
            lambda folder: bytes(3) + b"\x18ftypisom\0\0\2\0isomiso2",
            "视频文件不完整：缺少索引信息（moov），无法播放",
        ),
        ("材料.zip", zip_with_wrong_crc, "压缩包内文件校验不符（CRC 错误）"),
        ("材料.zip", lambda folder: b"PK\x03\x04 cut off", "文件不完整，末尾缺失"),
        ("材料.rar", lambda folder: b"Rar!\x1a\x07\x01\0rest", "文件不完整，末尾缺失"),
        ("推荐表.docx", lambda folder: b"PK\x03\x04 word/document.xml", "文件不完整，末尾缺失"),
        ("扫描件.jpg", lambda folder: b"\xff\xd8\xff\xe0 cut", "文件已损坏，无法读取"),
    ],
    ids=["empty", "cut-film", "wrong-crc", "cut-zip", "rar", "cut-docx", "cut-picture"],
)
def test_assemble_asks_about_a_broken_file_and_goes_on(
    contest, context, walk, told, form, tmp_path, name, data, sentence
):
    contest.post(files=[("推荐表一.docx", form()), (name, data(tmp_path))])
    contest.post("另一封", sender=STRANGER, files=[("推荐表.docx", form("深海来信"))])
    ended = told(walk(context))
    with context.read() as tx:
        asked = [row["text"] for row in tx.desk.todos() if row["kind"] == "broken-file"]
    assert (ended, context.tally.troubles) == ([("work", ["R2024-0001"]), ("work", ["R2024-0002"])], [])
    assert [f"：{sentence}。请查看原件" in text for text in asked] == [True]


def test_assemble_says_nothing_of_the_files_of_a_duplicate(contest, context, walk, told, form):
    mail = contest.post(files=[("推荐表.docx", form()), ("a.mp4", b"")])
    walk(context)
    contest.drop(dataclasses.replace(mail, message_id="again@example.cn"))
    ended = told(walk(context))
    with context.read() as tx:
        asked = {row["arrival_id"] for row in tx.desk.todos()}
    assert (ended[-1], asked) == (("duplicate", []), {1})


def test_assemble_a_choice_between_films_is_closed_when_a_later_one_settles_it(
    contest, context, walk, form, shell, real_film
):
    two = [("甲.mp4", shell + b"1"), ("乙.mp4", shell + b"2")]
    mail = contest.post(files=[("推荐表.docx", form()), *two])
    walk(context)
    with context.read() as tx:
        before = [row["kind"] for row in tx.desk.todos() if row["kind"] == "choose-file"]
    contest.post("回复", files=[("终版.mp4", real_film)], in_reply_to=mail.message_id)
    walk(context)
    with context.read() as tx:
        after = [row["kind"] for row in tx.desk.todos() if row["kind"] == "choose-file"]
    assert (before, after) == (["choose-file"], [])
