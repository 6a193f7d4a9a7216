"""Servers in a bad mood: refusals, goodbyes, stray answers and lies, by a proxy before a real Dovecot."""

import datetime as dt

import pytest

from ingest.errors import UnreachableError
from ingest.sources import Folder

BODY = r"BODY\.PEEK\[\]"
SIZES = r"RFC822\.SIZE INTERNALDATE"
RAW = b"Message-ID: <one@qq.com>\r\nSubject: tougao\r\n\r\ntext\r\n"


@pytest.fixture
def mail(live):
    live.deliver(RAW)
    return live


# --- as NetEase


def test_netease_opens_a_folder_after_id_and_gives_the_mail(mail):
    mail.proxy.netease()
    assert (mail.copy(), mail.proxy.asked("^(ID|EXAMINE)")[1:]) == (RAW, ['EXAMINE "INBOX"'])


def test_netease_capabilities_are_enough(mail):
    mail.proxy.netease()
    mail.copy()
    assert mail.proxy.asked("IDLE|CONDSTORE|ENABLE|BODYSTRUCTURE|UIDNEXT|NAMESPACE|MOVE|RETURN") == []


def test_netease_folders_are_read_as_several_and_junk_is_known(mail):
    mail.deliver(RAW, folder="广告邮件")
    mail.proxy.netease()
    with mail.make_source(folders=("收件箱", "广告邮件")) as source:
        assert [(item.folder, item.uid) for item in mail.list_all(source=source)] == [("INBOX", "1"), ("广告邮件", "1")]
        assert [folder.junk for folder in source.folders()] == [False, True]


@pytest.mark.parametrize(
    "fault",
    [
        {"said": (rb"UIDVALIDITY \d+\)", b"UIDVALIDITY 99)")},
        {"answer": b"TAG BAD unknown\r\n"},
        {"answer": b"TAG OK done\r\n"},
    ],
    ids=["another", "refused", "nothing"],
)
def test_a_status_that_says_another_uidvalidity_is_not_relied_on(mail, fault):
    mail.deliver(RAW, folder="广告邮件")
    mail.proxy.fault("^STATUS", **fault)
    with mail.make_source(folders=("INBOX", "广告邮件")) as source:
        assert [item.folder for item in mail.list_all(source=source)] == ["INBOX", "广告邮件"]


def test_unsafe_login_in_spite_of_id_stops_the_mailbox_at_once(mail):
    mail.proxy.fault("^EXAMINE", answer=b"TAG NO EXAMINE Unsafe Login. Please contact kefu@188.com\r\n")
    for _ in range(3):
        with pytest.raises(UnreachableError) as caught:
            mail.source.folders()
        assert caught.value.lasting is True
        mail.source.close()
    assert (len(mail.proxy.asked("^LOGIN")), mail.slept) == (1, [])


# --- logging in


@pytest.mark.parametrize(
    "said",
    [b"NO LOGIN Login error or password error", b"NO [AUTHENTICATIONFAILED] try later", b"NO ERR.LOGIN.USERORPWD"],
)
def test_a_refused_login_is_tried_once_only(mail, said):
    mail.proxy.fault("^LOGIN", answer=b"TAG " + said + b"\r\n")
    for _ in range(3):
        with pytest.raises(UnreachableError) as caught:
            mail.source.folders()
        assert caught.value.lasting is True
    assert (len(mail.proxy.asked("^LOGIN")), mail.slept) == (1, [])


@pytest.mark.parametrize(
    "said", [b"[LIMIT] not so often", b"[UNAVAILABLE] later", b"Too many simultaneous connections"]
)
def test_a_login_refused_for_the_moment_is_tried_again_after_a_while(mail, said):
    mail.proxy.fault("^LOGIN", answer=b"TAG NO " + said + b"\r\n", times=2)
    assert (mail.copy(), mail.slept) == (RAW, [1, 4])


def test_a_login_refused_for_the_moment_again_and_again_is_for_the_next_run(mail):
    mail.proxy.fault("^LOGIN", answer=b"TAG NO [LIMIT] too many connections\r\n")
    with pytest.raises(UnreachableError) as caught:
        mail.source.folders()
    assert (caught.value.lasting, mail.slept, len(mail.logins)) == (False, [1, 4, 16], 4)


def test_too_many_connections_said_as_a_greeting(mail):
    mail.proxy.greetings += [b"* BYE Too many connections\r\n"] * 2
    assert (mail.copy(), mail.slept) == (RAW, [1, 4])


def test_a_server_that_hangs_up_instead_of_a_greeting(mail):
    mail.proxy.greetings += [b""]
    assert (mail.copy(), mail.slept) == (RAW, [1])


# --- goodbyes


@pytest.mark.parametrize("moment", ["^LOGIN", "^ID", "^EXAMINE", "^UID SEARCH", SIZES, BODY])
def test_goodbye_at_any_moment_is_followed_by_a_new_connection(mail, moment):
    mail.proxy.fault(moment, answer=b"* BYE Autologout; idle for too long\r\n", hang_up="close", times=1)
    assert (mail.copy(), mail.proxy.connections, mail.slept) == (RAW, 2, [1])


@pytest.mark.parametrize("moment", ["^EXAMINE", "^UID SEARCH", SIZES, BODY])
def test_a_reset_at_any_moment_is_followed_by_a_new_connection(mail, moment):
    mail.proxy.fault(moment, answer=b"", hang_up="reset", times=1)
    assert (mail.copy(), mail.proxy.connections) == (RAW, 2)


@pytest.mark.parametrize("moment", ["^EXAMINE", "^UID SEARCH", BODY])
def test_silence_at_any_moment_is_followed_by_a_new_connection(mail, moment):
    mail.proxy.fault(moment, hang_up="stall", answer=b"", times=1)
    with mail.make_source(read=0.3) as source:
        assert mail.copy(source=source) == RAW


def test_goodbye_between_two_lots_of_a_listing(live, monkeypatch):
    monkeypatch.setattr("ingest.sources.imap._LISTED_AT_ONCE", 2)
    for _ in range(5):
        live.deliver(RAW)
    live.proxy.fault(SIZES, answer=b"* BYE\r\n", hang_up="close", times=1, skip=1)
    assert [item.uid for item in live.list_all()] == ["1", "2", "3", "4", "5"]


def test_never_more_than_one_connection_at_once(mail):
    mail.proxy.fault("^(EXAMINE|UID)", hang_up="close", answer=b"", times=1)
    mail.proxy.fault(BODY, after=10, hang_up="close", times=2)
    mail.copy()
    assert mail.proxy.connections == 4
    assert mail.proxy.most_open <= 2  # the proxy may see an end a moment later than we made it


def test_silence_at_the_goodbye_is_not_waited_for(mail):
    mail.proxy.fault("^LOGOUT", hang_up="stall", answer=b"")
    with mail.make_source(connect=0.2, read=60) as source:
        mail.list_all(source=source)
    assert mail.proxy.asked("^LOGOUT") == ["LOGOUT"]


# --- refusals for the moment


def test_a_search_refused_for_the_moment_is_asked_again_on_the_same_connection(mail):
    mail.proxy.fault("^UID SEARCH", answer=b"TAG NO System busy!\r\n", times=2)
    assert (len(mail.list_all()), mail.slept, mail.proxy.connections) == (1, [1, 4], 1)


def test_a_folder_refused_for_the_moment_is_opened_later(mail):
    mail.proxy.fault("^EXAMINE", answer=b"TAG NO [INUSE] mailbox is locked\r\n", times=1)
    assert (mail.copy(), mail.slept) == (RAW, [1])


def test_a_mail_refused_for_the_moment_is_asked_for_again(mail):
    mail.proxy.fault(BODY, answer=b"TAG NO System busy!\r\n", times=1)
    assert (mail.copy(), mail.slept) == (RAW, [1])


def test_a_mail_refused_for_good_is_not_asked_for_again(mail):
    mail.proxy.fault(BODY, answer=b"TAG NO internal error\r\n")
    with pytest.raises(Exception, match="internal error"):
        mail.copy()
    assert (len(mail.proxy.asked(BODY)), mail.slept) == (1, [])


# --- stray answers


STRAY = (
    b"* 7 EXISTS\r\n* 2 RECENT\r\n* 3 EXPUNGE\r\n"
    b"* 1 FETCH (FLAGS (\\Seen) UID 1)\r\n* OK still here\r\n* 9 FETCH ()\r\n"
)


@pytest.mark.parametrize("moment", ["^EXAMINE", "^UID SEARCH", SIZES, BODY])
@pytest.mark.parametrize("place", ["before", "between"])
def test_stray_answers_change_nothing(mail, moment, place):
    mail.proxy.fault(moment, **{place: STRAY})
    assert ([item.uid for item in mail.list_all()], mail.copy()) == (["1"], RAW)


def test_the_body_of_another_mail_that_came_unasked_is_left_aside(mail):
    mail.proxy.fault(BODY, before=b"* 9 FETCH (UID 9 BODY[] {5}\r\nother)\r\n")
    assert mail.copy() == RAW


def test_a_listing_of_another_mail_that_came_unasked_is_left_aside(mail):
    mail.proxy.fault(SIZES, before=b"* 9 FETCH (UID 9 RFC822.SIZE 5)\r\n")
    assert [item.uid for item in mail.list_all()] == ["1"]


# --- lies and omissions


@pytest.mark.parametrize("lie", [b"RFC822.SIZE 1", b"RFC822.SIZE 0", b"RFC822.SIZE 99999999", b"X-OTHER 1"])
def test_a_wrong_size_is_not_believed_against_the_mail_itself(mail, lie):
    mail.proxy.fault(SIZES, said=(rb"RFC822\.SIZE \d+", lie))
    assert mail.copy() == RAW


@pytest.mark.parametrize("date", [b"NIL", b'""', b'"99-Xyz-2024 99:99:99 +9999"', b'" 7-Oct-2024 09:30:15"'])
def test_an_arrival_that_cannot_be_read_is_none(mail, date):
    mail.proxy.fault(SIZES, said=(rb'INTERNALDATE "[^"]*"', b"INTERNALDATE " + date))
    assert mail.list_all()[0].received_at is None


def test_a_mail_left_out_of_an_answer_is_asked_for_alone(live):
    for _ in range(3):
        live.deliver(RAW)
    live.proxy.fault(r"FETCH 1,2,3 .*INTERNALDATE", said=(rb"\* 2 FETCH [^\r]*\r\n", b""))
    assert [item.uid for item in live.list_all()] == ["1", "2", "3"]
    assert live.proxy.asked(r"FETCH 2 ") == ["UID FETCH 2 (RFC822.SIZE INTERNALDATE)"]


def test_a_mail_left_out_twice_is_found_by_a_sweep(live):
    for _ in range(3):
        live.deliver(RAW)
    live.proxy.fault(SIZES, said=(rb"\* 2 FETCH [^\r]*\r\n", b""), times=2)
    first = [item.uid for item in live.list_all()]
    (folder,) = live.source.folders()
    swept = [item.uid for item in live.source.sweep(folder, dt.date(2024, 10, 6))]
    assert (first, swept) == (["1", "3"], ["1", "2", "3"])


# --- what reconciliation asks


def test_sweep_begins_with_the_day(live, monday):
    live.dovecot.deliver(live.user, RAW, monday - dt.timedelta(days=2))
    live.deliver(RAW)
    (folder,) = live.source.folders()
    found = list(live.source.sweep(folder, dt.date(2024, 10, 7)))
    assert [(item.uid, item.received_at, item.size) for item in found] == [("2", monday, len(RAW))]


def test_count_is_of_this_moment(mail):
    (folder,) = mail.source.folders()
    before = mail.source.count(folder)
    mail.deliver(RAW)
    assert (before, mail.source.count(folder)) == (1, 2)


def test_count_of_a_server_without_status(mail):
    mail.proxy.fault("^STATUS", answer=b"TAG BAD unknown\r\n")
    (folder,) = mail.source.folders()
    assert mail.source.count(folder) == 1


@pytest.mark.parametrize("place", ["before", "between"])
def test_count_of_a_server_without_status_is_not_led_astray_by_stray_answers(mail, place):
    mail.proxy.fault("^STATUS", answer=b"TAG BAD unknown\r\n")
    mail.proxy.fault("^(EXAMINE|UID SEARCH|NOOP)", **{place: STRAY})
    (folder,) = mail.source.folders()
    assert mail.source.count(folder) == 1


def test_identify_reads_headers_only_and_leaves_out_what_is_not_there(mail):
    mail.deliver(b"Subject: without an id\r\n\r\n" + b"x" * 70_000 + b"\r\n")
    (folder,) = mail.source.folders()
    found = mail.source.identify(folder, ["1", "2", "3", "import"])
    assert {uid: (one.message_id, one.size) for uid, one in found.items()} == {
        "1": ("one@qq.com", len(RAW)),
        "2": ("", 70_028),
    }
    assert mail.proxy.asked(BODY) == []


def test_identify_in_a_mailbox_that_was_rebuilt_is_for_the_next_run(mail):
    (folder,) = mail.source.folders()
    with pytest.raises(UnreachableError):
        mail.source.identify(Folder("INBOX", folder.uidvalidity + 1), ["1"])


def test_identify_goes_on_after_a_cut(mail):
    (folder,) = mail.source.folders()
    mail.proxy.fault(r"BODY\.PEEK\[HEADER\]", after=3, hang_up="close", times=1)
    assert [one.message_id for one in mail.source.identify(folder, ["1"]).values()] == ["one@qq.com"]
