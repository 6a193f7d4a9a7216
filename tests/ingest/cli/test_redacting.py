"""inspect --redact: the copy, where it is, and that nothing is overwritten."""

import stat

import pytest

MAIL = (
    b"From: =?utf-8?B?5byg5LiJ?= <zhangsan@163.com>\r\nTo: kepuwsp@163.com\r\nSubject: zhangsan 13912345678\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nhttps://pan.baidu.com/s/1abcdEFG pwd: x7k2\r\n"
)


@pytest.fixture
def mail(contest):
    """A mail in a folder."""
    path = contest.folder / "来信.eml"
    path.write_bytes(MAIL)
    return path


def test_the_copy_stands_beside_the_mail_and_its_place_is_said(kepu, mail):
    done = kepu("inspect", "--redact", mail)
    copy = mail.with_name("来信-脱敏.eml")
    assert (done.code, str(copy) in done.out, copy.is_file()) == (0, True, True)


def test_the_copy_holds_nothing_of_the_sender(kepu, mail):
    kepu("inspect", "--redact", mail)
    copy = mail.with_name("来信-脱敏.eml").read_bytes()
    assert [word for word in (b"zhangsan", b"13912345678", b"x7k2", b"5byg5LiJ", b"abcdEFG") if word in copy] == []


def test_the_mail_itself_stays_as_it_is(kepu, mail):
    kepu("inspect", "--redact", mail)
    assert mail.read_bytes() == MAIL


def test_only_its_owner_can_read_the_copy(kepu, mail):
    kepu("inspect", "--redact", mail)
    assert stat.S_IMODE(mail.with_name("来信-脱敏.eml").stat().st_mode) == 0o600


def test_a_copy_that_is_there_is_not_overwritten(kepu, mail):
    mail.with_name("来信-脱敏.eml").write_bytes(b"mine")
    done = kepu("inspect", "--redact", mail)
    assert (done.code, "已存在" in done.err, mail.with_name("来信-脱敏.eml").read_bytes()) == (2, True, b"mine")


def test_nothing_is_written_where_one_of_several_cannot_be(kepu, mail):
    kepu("inspect", "--redact", mail, mail.with_name("没有.eml"))
    assert not mail.with_name("来信-脱敏.eml").exists()


def test_a_file_that_is_no_mail_is_refused(kepu, mail):
    picture = mail.with_name("图.png")
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    done = kepu("inspect", "--redact", picture)
    assert (done.code, "不是邮件" in done.err) == (2, True)


def test_a_mail_of_thousands_of_parts_is_refused(kepu, mail):
    mail.write_bytes(
        b'From: a@b.c\r\nTo: a@b.c\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 2000
    )
    done = kepu("inspect", "--redact", mail)
    assert (done.code, "过于复杂" in done.err) == (2, True)


def test_a_mail_nested_a_thousand_times_is_refused(kepu, mail):
    mail.write_bytes(b"From: a@b.c\r\nTo: a@b.c\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 3000 + b"x")
    done = kepu("inspect", "--redact", mail)
    assert (done.code, "过于复杂" in done.err) == (2, True)
