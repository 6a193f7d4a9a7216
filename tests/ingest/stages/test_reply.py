"""Reply: who gets which letter, once; what it says; drafts on the share."""

import base64
import datetime as dt
import email
import email.policy
import io
import zipfile

import pytest

from ingest.demo.cloud import netease_block
from ingest.demo.mails import mail_bytes
from ingest.stages import reply as stage

LATE = dt.datetime(2024, 10, 26, 9, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@pytest.fixture
def letters():
    """The letters of a context: kind, state, to, works."""

    def tell(context):
        with context.read() as tx:
            works = tx.letters.works()
            return [(row["kind"], row["state"], row["to_address"], works[row["id"]]) for row in tx.letters.rows()]

    return tell


@pytest.fixture
def texts():
    def tell(context):
        with context.read() as tx:
            return [row["text"] for row in tx.letters.rows()]

    return tell


def drafts(context):
    folder = context.config.storage.share / "reports" / "回信"
    return {path.name: path.read_bytes() for path in folder.glob("*.eml")} if folder.exists() else {}


def the_page(context):
    return (context.config.storage.share / "reports" / "回信" / "回信一览.html").read_text("utf-8")


def decide_by_hand(context, work, decision):
    with context.begin() as tx:
        tx.desk.keep_staff_cells(tx.desk.staff_cells() | {("推荐作品", work, "初审结论"): decision})


TO = "wang@kjt.example.gov.cn"


def test_a_new_work_gets_a_receipt_as_draft(contest, context, walk, form, letters):
    contest.post(files=[("推荐表.docx", form())])
    assert letters(walk(context)) == [("receipt", "draft", TO, ["R2024-0001"])]


def test_a_second_run_writes_no_second_letter(contest, context, walk, form, letters):
    contest.post(files=[("推荐表.docx", form())])
    assert letters(walk(walk(context))) == [("receipt", "draft", TO, ["R2024-0001"])]


@pytest.mark.parametrize(("mode", "state"), [("approve", "held"), ("send", "queued")])
def test_modes_that_send_queue_a_receipt_or_hold_it(contest, walk, form, letters, mode, state):
    contest.post(files=[("推荐表.docx", form())])
    with contest.open(f'[replies]\nmode = "{mode}"\n') as context:
        assert letters(walk(context)) == [("receipt", state, TO, ["R2024-0001"])]


def test_mode_off_writes_nothing(contest, walk, form, letters):
    contest.post(files=[("推荐表.docx", form())])
    with contest.open('[replies]\nmode = "off"\n') as context:
        assert letters(walk(context)) == []


def test_a_late_work_gets_the_late_letter_in_place_of_the_receipt(contest, context, walk, form, letters):
    contest.clock.now = LATE + dt.timedelta(hours=1)
    contest.post(files=[("推荐表.docx", form())], received_at=LATE)
    assert letters(walk(context)) == [("late", "draft", TO, ["R2024-0001"])]


def test_a_late_letter_waits_for_staff_where_letters_are_sent(contest, walk, form, letters):
    contest.clock.now = LATE + dt.timedelta(hours=1)
    contest.post(files=[("推荐表.docx", form())], received_at=LATE)
    with contest.open('[replies]\nmode = "send"\n') as context:
        assert letters(walk(context)) == [("late", "held", TO, ["R2024-0001"])]


def test_no_other_letter_than_the_late_one_speaks_of_the_deadline(contest, walk, form, texts):
    contest.clock.now = LATE + dt.timedelta(hours=1)
    contest.post(files=[("推荐表.docx", form())], received_at=LATE)
    with contest.open("[rules.deadline]\ntell = false\n") as context:
        assert "超过截止时间" not in texts(walk(context))[0]


def test_a_rule_that_may_not_be_told_is_not(contest, walk, form, texts):
    contest.post(files=[("推荐表.docx", form())])
    with contest.open("[rules.materials]\ntell = false\n") as context:
        assert "缺" not in texts(walk(context))[0]


def test_an_unmet_rule_is_told_with_clause_and_mend(contest, context, walk, form, texts):
    contest.post(files=[("推荐表.docx", form())])
    assert "缺视频；缺扫描件（通知附1二）\n     请补发所缺材料" in texts(walk(context))[0]


def test_a_supplement_gets_its_own_letter(contest, context, walk, form, real_film, letters):
    contest.post(files=[("推荐表.docx", form())])
    contest.post("补充《星海寻踪》视频", files=[("a.mp4", real_film)])
    assert letters(walk(context)) == [
        ("receipt", "draft", TO, ["R2024-0001"]),
        ("supplement", "draft", TO, ["R2024-0001"]),
    ]


def test_a_supplement_without_material_gets_no_letter(contest, context, walk, form, letters):
    first = contest.post(files=[("推荐表.docx", form())])
    contest.post("Re: 请查收", extra=(("In-Reply-To", f"<{first.message_id}>".encode()),))
    assert letters(walk(context)) == [("receipt", "draft", TO, ["R2024-0001"])]


def test_a_work_staff_decided_gets_no_letter(contest, context, walk, form, shell, letters):
    contest.post(files=[("推荐表.docx", form())])
    walk(context)
    decide_by_hand(context, "R2024-0001", "不通过")
    contest.post("补充《星海寻踪》视频", files=[("a.mp4", shell)])
    assert letters(walk(context)) == [("receipt", "draft", TO, ["R2024-0001"])]


def test_the_same_mail_in_both_mailboxes_gets_one_letter_on_both_works(contest, context, walk, form, letters, texts):
    mail = contest.post(files=[("推荐表.docx", form())])
    contest.drop(mail, "public")
    walk(context)
    assert letters(context) == [("receipt", "draft", TO, ["P2024-0001", "R2024-0001"])]
    assert texts(context)[0].count("电子表：推荐表.docx") == 2


def test_one_mailbox_read_later_adds_its_work_to_the_letter(contest, context, walk, form, letters):
    mail = contest.post(files=[("推荐表.docx", form())])
    walk(context)
    contest.drop(mail, "public")
    assert letters(walk(context)) == [("receipt", "draft", TO, ["P2024-0001", "R2024-0001"])]


def test_another_mail_under_a_message_id_used_before_gets_a_letter_of_its_own(contest, context, walk, form, letters):
    contest.post(files=[("推荐表.docx", form("星海寻踪"))], message_id="same@mail.example.cn")
    contest.post(files=[("推荐表.docx", form("深海来信"))], message_id="same@mail.example.cn")
    assert [works for _, _, _, works in letters(walk(context))] == [["R2024-0001"], ["R2024-0002"]]


def test_two_works_in_one_mail_are_told_in_one_letter(contest, context, walk, form, letters):
    files = [("甲/推荐表.docx", form("星海寻踪")), ("乙推荐表.docx", form("深海来信"))]
    contest.post(files=files)
    assert letters(walk(context)) == [("receipt", "draft", TO, ["R2024-0001", "R2024-0002"])]


def test_a_receipt_waits_for_a_link(contest, context, walk, form, letters):
    contest.clock.now = contest.mail().received_at + dt.timedelta(hours=1)
    contest.post(files=[("推荐表.docx", form())], html="both", html_below=a_link())
    assert letters(walk(context)) == []


def test_a_receipt_waits_for_a_link_no_longer_than_the_hold(contest, context, walk, form, letters, texts):
    contest.clock.now = contest.mail().received_at + dt.timedelta(hours=1)
    contest.post(files=[("推荐表.docx", form())], html="both", html_below=a_link())
    walk(context)
    contest.clock.now += dt.timedelta(hours=2)
    assert [kind for kind, *_ in letters(walk(context))] == ["receipt"]
    assert "“星海寻踪.mp4”在云附件中" in texts(context)[0]


def test_a_supplement_does_not_wait_for_the_link_of_another_mail(contest, context, walk, form, shell, letters):
    contest.clock.now = contest.mail().received_at + dt.timedelta(hours=1)
    contest.post(files=[("推荐表.docx", form())], html="both", html_below=a_link())
    contest.post("补充《星海寻踪》", files=[("推荐表-新.docx", form(contact="李工"))])
    assert [kind for kind, *_ in letters(walk(context))] == ["supplement"]


def a_link():
    sent_at = dt.datetime(2024, 10, 8, tzinfo=LATE.tzinfo)
    return netease_block(name="星海寻踪.mp4", size_bytes=120_000_000, subject="报送", sent_at=sent_at)


@pytest.mark.parametrize("sender", ["王工@例子.cn", "a@b@c.cn", '"wang gong"@kjt.example.gov.cn', "wang@localhost"])
def test_a_strange_sender_gets_no_letter_and_harms_nothing(contest, context, walk, form, letters, sender):
    contest.drop(raw(f"From: <{sender}>".encode(), form()))
    assert (letters(walk(context)), context.tally.troubles) == ([], [])


def raw(sender, form):
    """A mail that is a form, with a From line of one's own."""
    return (
        sender + b"\r\nTo: kepuwsp@163.com\r\nSubject: x\r\nMessage-ID: <q@e.cn>\r\n"
        b'Content-Type: application/msword; name="a.docx"\r\nContent-Disposition: attachment; filename="a.docx"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(form).replace(b"\n", b"\r\n")
    )


def test_a_sender_name_with_line_breaks_stays_in_its_line(contest, context, walk, form, texts):
    name = "王工\r\nBcc: all".encode().hex("=").upper()
    contest.drop(raw(b"From: =?utf-8?q?=" + name.encode() + b"?= <" + TO.encode() + b">", form()))
    assert texts(walk(context))[0].splitlines()[0] == "王工 Bcc: all："


@pytest.mark.parametrize("name", ["kepuwsp@163.com", "zhang@qq.com", "科" * 60])
def test_a_sender_name_that_is_none_is_no_greeting(contest, context, walk, form, texts, letters, name):
    word = base64.b64encode(name.encode())
    contest.drop(raw(b"From: =?utf-8?b?" + word + b"?= <" + TO.encode() + b">", form()))
    assert (texts(walk(context))[0].splitlines()[0], letters(context)[0][2]) == ("您好：", TO)


@pytest.mark.parametrize("line", ["", "From: a@x.cn, b@x.cn", "From: 甲 <a@x.cn>, 乙 <b@x.cn>", "From: <>"])
def test_mail_from_nobody_or_several_gets_no_letter(contest, context, walk, form, letters, line):
    contest.drop(raw(line.encode() or b"X-Nothing: y", form()))
    assert (letters(walk(context)), context.tally.troubles) == ([], [])


def test_long_subject_with_line_breaks_makes_one_line_of_a_letter(contest, context, walk, form):
    long = base64.b64encode("报送\r\nBcc: all@x.cn\r\n".encode() + b"x" * 10_000)
    contest.drop(raw(b"From: <" + TO.encode() + b">\r\nSubject: =?utf-8?b?" + long + b"?=", form()))
    walk(context)
    (mail,) = [email.message_from_bytes(raw, policy=email.policy.default) for raw in drafts(context).values()]
    assert (mail["Bcc"], len(mail["Subject"]) <= 120, len(mail.get_body().get_content()) < 3_000) == (None, True, True)


def test_what_was_sent_is_named_even_if_it_is_of_no_kind(contest, context, walk, form, texts):
    contest.post(files=[("推荐表.docx", form()), ("附件.rar", b"Rar!\x1a\x07\x01\x00 and no more")])
    assert "其他：附件.rar" in texts(walk(context))[0]


def test_an_archive_that_was_opened_is_named_by_what_was_in_it(contest, context, walk, form, texts):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("推荐表.docx", form())
    contest.post(files=[("材料.zip", packed.getvalue())])
    text = texts(walk(context))[0]
    assert ("电子表：推荐表.docx" in text, "材料.zip" in text) == (True, False)


def test_no_letter_tells_of_another_entrants_work(contest, context, walk, form, real_film):
    mine, other = ("wang@kjt.example.gov.cn", "王工", "星海寻踪"), ("zhao@cast.example.org.cn", "赵工", "寻踪星海记")
    for address, name, title in (mine, other):
        files = [("推荐表.docx", form(title, contact=name)), ("成片.mp4", real_film)]
        contest.post(files=files, sender=address)
    with walk(context).read() as tx:
        suspected = [f.rule for found in tx.works.findings().values() for f in found if "R2024-000" in f.evidence]
        texts = {row["to_address"]: f"{row['subject']}{row['text']}{row['html']}" for row in tx.letters.rows()}
    assert suspected
    words = {mine[0]: ("R2024-0002", *other), other[0]: ("R2024-0001", mine[0], mine[2])}
    assert [word for to, unsaid in words.items() for word in (*unsaid, "重复", "疑似") if word in texts[to]] == []


def test_no_letter_repeats_an_identity_number(contest, context, walk, form, texts):
    contest.post("报送 110101199003074477", files=[("推荐表 110101199003074477.docx", form("星 110101199003074477"))])
    assert "110101199003074477" not in texts(walk(context))[0]


def test_letter_to_a_supplement_names_only_the_files_of_that_mail(contest, context, walk, form, real_film, texts):
    contest.post(files=[("甲的推荐表.docx", form())])
    contest.post("补充《星海寻踪》视频", files=[("乙的视频.mp4", real_film)])
    assert ("甲的推荐表" in texts(walk(context))[1], "乙的视频" in texts(context)[1]) == (False, True)


def test_a_draft_lies_on_the_share_under_the_number_of_the_letter(contest, context, walk, form):
    contest.post(files=[("推荐表.docx", form())])
    walk(context)
    (mail,) = [email.message_from_bytes(raw, policy=email.policy.default) for raw in drafts(context).values()]
    assert (list(drafts(context)), mail["To"], mail["In-Reply-To"]) == (
        ["L0001 收件回执.eml"],
        TO,
        "<m1@mail.example.cn>",
    )


def test_a_draft_that_is_gone_is_written_again_the_same(contest, context, walk, form):
    contest.post(files=[("推荐表.docx", form())])
    before = drafts(walk(context))
    (context.config.storage.share / "reports/回信/L0001 收件回执.eml").unlink()
    assert drafts(walk(context)) == before


def test_a_draft_of_a_letter_that_was_sent_lies_there_no_more(contest, walk, form):
    contest.post(files=[("推荐表.docx", form())])
    with contest.open('[replies]\nmode = "approve"\n') as context:
        before = list(drafts(walk(context)))
        with context.begin() as tx:
            tx.posting.sent(1)
        assert (before, list(drafts(walk(context)))) == (["L0001 收件回执.eml"], [])


def test_page_shows_the_words_of_a_draft_and_its_file(contest, context, walk, form):
    contest.post(files=[("推荐表.docx", form())])
    page = the_page(walk(context))
    assert ("【登记号】R2024-0001" in page, 'href="./L0001%20' in page, "只写草稿" in page) == (True, True, True)


def test_page_escapes_what_a_sender_wrote(contest, context, walk, form):
    contest.post("<script>alert(1)</script>", files=[("推荐表.docx", form("星海<b>寻踪"))])
    page = the_page(walk(context))
    assert ("<script" in page, "<b>寻踪" in page, "&lt;script&gt;" in page) == (False, False, True)


def test_page_is_not_written_again_without_news(contest, context, walk, form):
    contest.post(files=[("推荐表.docx", form())])
    walk(walk(context))
    path = context.config.storage.share / "reports" / "回信" / "回信一览.html"
    before = path.stat().st_mtime_ns
    walk(context)
    assert path.stat().st_mtime_ns == before


def test_unproven_sender_gets_no_letter_and_a_person_is_asked_once(contest, context, walk, form, letters):
    mail = mail_bytes(contest.mail(files=[("推荐表.docx", form())]))
    contest.drop(mail.replace(b"spf=pass", b"spf=fail").replace(b"dkim=pass", b"dkim=fail"))
    walk(walk(context))
    with context.read() as tx:
        asked = [row["key"] for row in tx.desk.todos() if row["key"].startswith("unproven:")]
    assert (letters(context), asked) == ([], ["unproven:1"])


def test_a_draft_of_a_run_that_died_is_written_by_the_next(contest, context, walk, form, monkeypatch):
    contest.post(files=[("推荐表.docx", form())])
    with monkeypatch.context() as patch:
        patch.setattr(stage.outbox, "write_draft", interrupted)
        with pytest.raises(KeyboardInterrupt):
            walk(context)
    assert list(drafts(walk(context))) == ["L0001 收件回执.eml"]


def interrupted(*_):
    raise KeyboardInterrupt


def test_a_share_that_cannot_be_written_costs_no_letter(contest, context, walk, form, letters):
    contest.post(files=[("推荐表.docx", form())])
    (context.config.storage.share / "reports").mkdir(parents=True)
    (context.config.storage.share / "reports" / "回信").write_text("in the way")
    walk(context)
    assert [kind for kind, *_ in letters(context)] == ["receipt"]
    assert [note.partition("（")[0] for note in context.tally.notes] == ["回信草稿没有全部写出"]


def test_a_template_that_does_not_work_costs_no_mail_a_try(contest, walk, form, letters):
    folder = contest.folder / "模板"
    folder.mkdir()
    (folder / "receipt.txt").write_text("{{ nothing_of_that_name }}", "utf-8")
    contest.post(files=[("推荐表.docx", form())])
    with contest.open('[replies]\ntemplates = "模板"\n') as context:
        for _ in range(4):
            walk(context)
        assert (letters(context), len(context.tally.troubles)) == ([], 4)
        (folder / "receipt.txt").unlink()
        assert letters(walk(context)) == [("receipt", "draft", TO, ["R2024-0001"])]
