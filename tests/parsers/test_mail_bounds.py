"""Mails made to hurt: each ends with what could be read, one clear finding and bounded memory; sizes scaled down."""

import base64
import tracemalloc
from email.message import EmailMessage

import pytest

from ingest.demo.msgs import compound, message
from ingest.demo.winmail import Held, make_winmail
from parsers.facts import Limits
from parsers.mail import read_mail

HEAD = b"Subject: x\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
FEW = Limits(max_members=50, max_header_bytes=100_000)


@pytest.fixture
def seen(tmp_path):
    """seen(raw): the facts of a mail."""

    def read(raw, limits=FEW):
        path = tmp_path / "mail.eml"
        path.write_bytes(raw)
        return read_mail(path, None, limits)

    return read


@pytest.fixture
def measured(seen):
    """measured(raw): the facts of a mail, and the bytes of memory that reading it took at most."""

    def read(raw, limits=FEW):
        tracemalloc.start()
        facts = seen(raw, limits)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return facts, peak

    return read


HEADERS = {
    "one-line": b"X-A: " + b"a" * 5_000_000,
    "many-lines": b"X-A: b\r\n" * 600_000,
    "many-folds": b"X-A: b\r\n" + b" c\r\n" * 1_000_000,
    "no-headers-at-all": b"no header here\r\n" * 300_000 + b"X-Z: y",
}


@pytest.mark.parametrize("block", HEADERS.values(), ids=HEADERS)
def test_headers_without_end_are_cut_and_the_body_is_read(measured, block):
    facts, peak = measured(HEAD + block.rstrip() + b"\r\n\r\nbody")
    assert (facts.subject, facts.text, facts.problems) == ("x", "body", ("headers-too-long",))
    assert peak < 12_000_000


SWARMS = {
    "files": (b"--b\r\nContent-Type: a/b\r\n\r\nx\r\n", 50),
    "texts": (b"--b\r\n\r\nx\r\n", 0),
    "without-a-blank-line": (b"--b\r\nX: y\r\n", 0),
    "multiparts": (b"--b\r\nContent-Type: multipart/mixed; boundary=zz\r\n\r\n", 0),
    "forwarded": (b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\ny\r\n", 0),
}


@pytest.mark.parametrize(("part", "kept"), SWARMS.values(), ids=SWARMS)
def test_parts_without_end_are_read_to_a_bound(measured, part, kept):
    facts, peak = measured(MIXED + part * 60_000)
    assert (len(facts.parts), facts.problems[-1]) == (kept, "too-many")
    assert peak < 12_000_000


def test_multiparts_nested_without_end_are_left_at_a_depth(seen):
    facts = seen(
        HEAD + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(9_000))
    )
    assert facts.problems[0] == "too-deep"


def test_forwarded_mails_nested_without_end_are_left_at_a_depth(seen):
    facts = seen(HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 60_000)
    assert facts.problems == ("too-deep",)


PAGES = {
    "tags": b"<div><p>text</p></div>",
    "brackets": b"<",
    "anchors": b"<a href='http://pan.baidu.com/s/1abc'>x</a>",
    "pictures": b"<img src=cid:x background ",
    "blanks": b"http <p>" + b" " * 50_000,
    "tables": b"http <table><a>",
    "entities": b"http &amp",
}


@pytest.mark.parametrize("piece", PAGES.values(), ids=PAGES)
def test_a_page_without_end_is_read_to_a_bound(seen, piece):
    whole = piece * (2_500_000 // len(piece))
    facts = seen(HEAD + b"Content-Type: text/html\r\n\r\n" + whole, Limits(max_text=10_000))
    assert (len(facts.text) <= 10_000, facts.problems) == (True, ("text-too-long",))


def test_a_text_without_end_is_read_to_a_bound(measured):
    facts, peak = measured(HEAD + b"\r\n" + b"> \r\nbegin 644 x\r\n" * 300_000, Limits(max_text=10_000))
    assert (len(facts.text) <= 10_000, facts.problems, peak < 12_000_000) == (True, ("text-too-long",), True)


def test_uuencoded_files_without_end_are_kept_to_a_bound(seen):
    facts = seen(HEAD + b"\r\n" + b"begin 644 x\n#86)C\n`\nend\n" * 60)
    assert (len(facts.parts), facts.problems) == (50, ("too-many",))


def attached(data, name):
    mail = EmailMessage()
    mail["Subject"] = name
    mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return bytes(mail)


def test_mails_attached_in_mails_are_entered_to_a_depth_and_then_kept_whole(seen):
    raw = attached(b"PK", "a.docx")
    for _ in range(9):
        raw = attached(raw, "m.eml")
    facts = seen(raw, Limits(max_depth=3))
    assert [(part.name, part.depth, part.problem) for part in facts.parts] == [("m.eml", 3, "too-deep")]


def test_envelopes_in_envelopes_are_entered_to_a_bound(seen):
    raw = make_winmail([Held(b"a.docx", b"PK")])
    for _ in range(9):
        raw = make_winmail(mails=[raw])
    facts = seen(attached(raw, "winmail.dat"), Limits(max_depth=3))
    assert (facts.parts, facts.problems) == ((), ("too-deep",))


def test_files_of_an_envelope_are_kept_to_a_bound(seen):
    held = [Held(b"%d.txt" % number, b"x") for number in range(60)]
    facts = seen(attached(make_winmail(held), "winmail.dat"))
    assert (len(facts.parts), facts.problems) == (50, ("too-many",))


def test_a_film_in_an_envelope_is_never_in_memory(measured):
    film = bytes(range(256)) * 80_000
    facts, peak = measured(attached(make_winmail([Held(b"a.mp4", film)]), "winmail.dat"))
    assert ([part.size for part in facts.parts], peak < len(film) // 2) == ([len(film)], True)


def test_attachments_of_a_saved_mail_are_kept_to_a_bound(seen):
    saved = compound(message(subject="x", text="y", attachments=[(f"{number}.txt", b"z") for number in range(60)]))
    facts = seen(attached(saved, "a.msg"))
    assert (len(facts.parts), facts.problems) == (50, ("too-many",))


def test_a_forwarded_mail_packed_in_itself_costs_its_size_only(seen):
    raw = HEAD + b"\r\ninnermost"
    for _ in range(6):
        raw = (
            HEAD
            + b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + base64.encodebytes(raw)
        )
    facts = seen(raw, Limits(max_depth=3))
    assert (facts.text, facts.problems) == ("", ("too-deep",))


HOSTILE = {
    "blanks": b" " * 16_000,
    "quotes": b'"\\' * 8_000,
    "words": b"=?gb2312?B?" * 1_400,
    "pieces": b"a*0=" * 4_000,
    "ats": b"a@" * 8_000,
    "controls": b"\x00\x1b\xe2\x80\xae" * 3_000,
}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_hostile_values_of_every_header_are_some_text(seen, value):
    names = (b"From", b"To", b"Cc", b"Reply-To", b"Message-ID", b"References", b"Content-Disposition", b"X-A")
    facts = seen(b"".join(name + b": " + value + b"\r\n" for name in names) + HEAD + b"\r\nbody", Limits())
    assert (facts.subject, facts.text, any("\n" in text for texts in facts.headers.values() for text in texts)) == (
        "x",
        "body",
        False,
    )
