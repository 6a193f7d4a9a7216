"""Servers that are not Dovecot: a small scripted one on loopback that answers as NetEase and worse ones do."""

import io
import re
import socketserver
import threading

import pytest

from ingest.config import Mailbox
from ingest.errors import GoneError, UnreachableError
from ingest.sources.imap import ImapSource
from ingest.sources.imap_pace import Pace
from ingest.sources.imap_session import Address, log_in

RAW = b"Subject: a\r\n\r\ntext\r\n"


class Known:
    last_uid = 0

    def known(self, uids):
        return set()


class Handler(socketserver.StreamRequestHandler):
    """Answers each command with the first line of the script that it matches. None hangs up."""

    def handle(self):
        self.wfile.write(b"* OK Coremail System IMap Server Ready\r\n")
        for line in self.rfile:
            tag, _, command = line.rstrip(b"\r\n").partition(b" ")
            self.server.heard.append(command.decode())
            answers = (answer for start, answer in self.server.script.items() if command.startswith(start.encode()))
            answer = next(answers, b"TAG OK done\r\n")
            if answer is None:
                return
            self.wfile.write(answer.replace(b"TAG", tag))


NETEASE = {
    "CAPABILITY": b"* CAPABILITY IMAP4rev1 XLIST SPECIAL-USE ID LITERAL+ STARTTLS UIDPLUS\r\nTAG OK done\r\n",
    "EXAMINE": b"* 1 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 1] UIDs valid\r\n"
    b"* FLAGS (\\Answered \\Seen)\r\n* OK [PERMANENTFLAGS (\\Answered \\Seen)] Limited\r\n"
    b"TAG OK [READ-ONLY] EXAMINE completed\r\n",
    "UID SEARCH": b"* SEARCH 1320000001\r\nTAG OK done\r\n",
    "UID FETCH 1320000001 (RFC822.SIZE INTERNALDATE)": b"* 1 FETCH (UID 1320000001 RFC822.SIZE 20 "
    b'INTERNALDATE "07-Oct-2024 09:30:15 +0800")\r\nTAG OK done\r\n',
    "UID FETCH 1320000001 (BODY.PEEK[]<0.": b"* 1 FETCH (UID 1320000001 BODY[]<0> {20}\r\n"
    + RAW
    + b")\r\nTAG OK done\r\n",
    "UID FETCH 1320000001 (BODY.PEEK[])": b"* 1 FETCH (UID 1320000001 BODY[] {20}\r\n" + RAW + b")\r\nTAG OK done\r\n",
    "LOGOUT": b"* BYE\r\nTAG OK bye\r\n",
}


@pytest.fixture
def serve():
    """serve({command: answer}) starts NetEase with these answers instead, and gives a source on it."""
    servers, sources = [], []

    def start(**changes):
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.heard = []
        server.script = {**NETEASE, **changes.get("script", {})}
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        url = f"imap://127.0.0.1:{server.server_address[1]}"
        folders = changes.get("folders", ("INBOX",))
        mailbox = Mailbox(name="box", track="recommended", address="kepuwsp@163.com", url=url, folders=folders)
        slept = []
        source = ImapSource(mailbox, lambda: "code", Pace(read=5, sleep=slept.append))
        source.heard, source.mailbox, source.slept = server.heard, mailbox, slept
        sources.append(source)
        return source

    yield start
    for source in sources:
        source.close()
    for server in servers:
        server.shutdown()
        server.server_close()


def list_all(source):
    return [listing for folder in source.folders() for listing in source.listing(folder, Known())]


def bytes_of(source):
    target = io.BytesIO()
    source.copy(list_all(source)[0], target)
    return target.getvalue()


def heard(source, pattern):
    return [command for command in source.heard if re.match(pattern, command)]


def test_netease_without_uidnext_is_listed_and_copied(serve):
    source = serve()
    listing = list_all(source)[0]
    assert (listing.uid, listing.uidvalidity, listing.size) == ("1320000001", 1, 20)
    assert bytes_of(source) == RAW


@pytest.mark.parametrize(
    "answer",
    [b"* SEARCH\r\n", b"* SEARCH \r\n", b"* SEARCH (none)\r\n", b"", b"* SEARCH NIL\r\n", b"* SEARCH\r\n* SEARCH\r\n"],
)
def test_an_empty_search_in_any_spelling_is_empty(serve, answer):
    assert list_all(serve(script={"UID SEARCH": answer + b"TAG OK done\r\n"})) == []


def test_a_search_answered_in_two_lines_is_read_whole(serve):
    both = b"* SEARCH 7\r\n* SEARCH 5 6\r\nTAG OK done\r\n"
    sizes = b"".join(b"* %d FETCH (UID %d RFC822.SIZE 9)\r\n" % (uid, uid) for uid in (5, 6, 7)) + b"TAG OK done\r\n"
    source = serve(script={"UID SEARCH": both, "UID FETCH 5,6,7 (RFC822.SIZE": sizes})
    assert [(listing.uid, listing.received_at) for listing in list_all(source)] == [
        ("5", None),
        ("6", None),
        ("7", None),
    ]


def test_a_search_that_is_refused_is_not_taken_for_an_empty_mailbox(serve):
    with pytest.raises(UnreachableError) as caught:
        list_all(serve(script={"UID SEARCH": b"TAG NO System busy!\r\n"}))
    assert (caught.value.lasting, "System busy!" in caught.value.why) == (False, True)


def test_unsafe_login_is_lasting_and_says_what_to_do(serve):
    said = b"TAG NO EXAMINE Unsafe Login. Please contact kefu@188.com for help\r\n"
    listed = b'* LIST () "/" "INBOX"\r\nTAG OK done\r\n'
    with pytest.raises(UnreachableError) as caught:
        serve(script={"EXAMINE": said, "LIST": listed}).folders()
    assert (caught.value.what, caught.value.lasting) == ("邮箱 box 的服务器拒绝打开文件夹“INBOX”", True)


def test_id_is_sent_to_a_server_that_does_not_list_it_and_does_not_know_it(serve):
    bare = b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n"
    source = serve(script={"CAPABILITY": bare, "ID": b"TAG BAD unknown command\r\n"})
    assert (len(source.folders()), len(heard(source, "ID "))) == (1, 1)


def test_a_busy_server_at_login_is_passing_trouble(serve):
    with pytest.raises(UnreachableError) as caught:
        serve(script={"LOGIN": b"TAG NO [UNAVAILABLE] try later\r\n"}).folders()
    assert caught.value.lasting is False


def test_a_goodbye_at_login_is_passing_trouble(serve):
    with pytest.raises(UnreachableError) as caught:
        serve(script={"LOGIN": b"* BYE too many connections\r\n"}).folders()
    assert (caught.value.what.startswith("与邮箱 box 的服务器"), caught.value.lasting) == (True, False)


def test_a_mail_the_server_refuses_while_it_is_there_is_that_mails_trouble(serve):
    refused = {"UID FETCH 1320000001 (BODY.PEEK[]": b"TAG NO internal error\r\n"}
    source = serve(script={key: refused.get("UID FETCH 1320000001 (BODY.PEEK[]") for key in NETEASE if "PEEK" in key})
    with pytest.raises(Exception, match="internal error") as caught:
        bytes_of(source)
    assert not isinstance(caught.value, (GoneError, UnreachableError))


def test_a_mail_at_which_the_server_hangs_up_every_time_is_that_mails_trouble(serve):
    source = serve(script={key: None for key in NETEASE if "PEEK" in key})
    with pytest.raises(Exception, match="the connection ended") as caught:
        bytes_of(source)
    assert (isinstance(caught.value, (GoneError, UnreachableError)), source.slept) == (False, [1, 4, 16])


def test_two_hundred_thousand_mails_in_one_answer(serve):
    uids = range(1320000001, 1320200001)
    line = b"* SEARCH " + b" ".join(b"%d" % uid for uid in uids) + b"\r\nTAG OK done\r\n"
    source = serve(script={"UID SEARCH": line})
    (folder,) = source.folders()
    assert (len(line) > 2_000_000, source._search(folder, "ALL") == list(uids)) == (True, True)


def test_uidvalidity_1_stays_and_the_header_tells_mails_apart(serve):
    head = b"Message-ID: <a@163.com>\r\n\r\n"
    answer = b"* 1 FETCH (UID 1320000001 RFC822.SIZE 20 BODY[HEADER] {%d}\r\n%s)\r\nTAG OK done\r\n" % (len(head), head)
    source = serve(script={"UID FETCH 1320000001 (RFC822.SIZE BODY.PEEK[HEADER])": answer})
    (folder,) = source.folders()
    (found,) = source.identify(folder, ["1320000001"]).values()
    assert (folder.uidvalidity, found.message_id, found.size) == (1, "a@163.com", 20)


@pytest.mark.parametrize("answer", [b'BODY[] "short \\"mail\\""', b'BODY[] ""'])
def test_a_mail_answered_in_quotes(serve, answer):
    script = {"UID FETCH 1320000001 (BODY.PEEK[])": b"* 1 FETCH (UID 1320000001 " + answer + b")\r\nTAG OK done\r\n"}
    assert bytes_of(serve(script=script)) == answer[8:-1].replace(b"\\", b"")


def test_the_uid_may_stand_behind_the_mail(serve):
    said = b"* 1 FETCH (BODY[] {20}\r\n" + RAW + b" UID 1320000001)\r\nTAG OK done\r\n"
    assert bytes_of(serve(script={"UID FETCH 1320000001 (BODY.PEEK[])": said})) == RAW


def test_another_mail_than_the_one_asked_for_is_not_taken(serve):
    said = b"* 1 FETCH (BODY[] {20}\r\n" + RAW + b" UID 7)\r\nTAG OK done\r\n"
    with pytest.raises(Exception, match="another mail"):
        bytes_of(serve(script={"UID FETCH 1320000001 (BODY.PEEK[])": said}))


def test_a_literal_far_over_the_limit_of_the_mailbox_is_not_taken(serve):
    said = b"* 1 FETCH (UID 1320000001 BODY[] {999999999999}\r\n"
    with pytest.raises(ValueError, match="999999999999 bytes"):
        bytes_of(serve(script={"UID FETCH 1320000001 (BODY.PEEK[])": said}))


def test_a_list_of_folders_is_read_as_xlist_where_there_is_no_better(serve):
    source = serve(
        script={
            "CAPABILITY": b"* CAPABILITY IMAP4rev1 XLIST\r\nTAG OK done\r\n",
            "XLIST": b'* XLIST (\\Inbox) "/" "INBOX"\r\n* XLIST (\\Spam) "/" "&V4NXPpCuTvY-"\r\nTAG OK done\r\n',
            "STATUS": b'* STATUS "x" (UIDVALIDITY 7)\r\nTAG OK done\r\n',
        },
        folders=("INBOX", "\\Junk"),
    )
    assert [(folder.name, folder.junk) for folder in source.folders()] == [("INBOX", False), ("垃圾邮件", True)]


def test_an_answer_that_is_no_imap_is_the_mailboxes_trouble(serve):
    with pytest.raises(UnreachableError):
        list_all(
            serve(script={"EXAMINE": b"* OK [UIDVALIDITY many]\r\n* many EXISTS\r\nTAG OK done\r\n", "LIST": None})
        )


def test_a_server_without_starttls_is_given_no_password(serve):
    source = serve(script={"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n"})
    port = int(source.mailbox.url.rpartition(":")[2])
    with pytest.raises(UnreachableError) as caught:
        log_in(source.mailbox, Address("127.0.0.1", port, "starttls"), lambda: "code", Pace())
    assert ("imaps://" in caught.value.mend, caught.value.lasting, heard(source, "LOGIN")) == (True, True, [])
