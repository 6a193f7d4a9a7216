import base64
import hashlib
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.facts import Broken, Limits, MailFacts
from parsers.mail import read_mail

SAMPLES = sorted((Path(__file__).parent.parent / "samples").glob("*/mail.eml"))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("mail") / "mail.eml"


def seen(place, raw, scratch=None, limits=Limits()):
    place.write_bytes(raw)
    return read_mail(place, scratch, limits)


file_names = st.text(
    st.characters(categories=["Lo", "Lu", "Ll", "Nd"], exclude_characters="ﬀ"), min_size=1, max_size=20
)
files = st.lists(st.tuples(file_names, st.binary(max_size=3_000)), max_size=4)


def built(files, newline):
    mail = EmailMessage()
    mail["Subject"] = "推荐作品"
    mail.set_content("您好\n")
    for name, data in files:
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=f"{name}.docx")
    return bytes(mail).replace(b"\n", newline)


@given(files, st.sampled_from([b"\n", b"\r\n"]))
def test_every_file_the_standard_library_put_in_comes_out(place, files, newline):
    facts = seen(place, built(files, newline))
    assert [(part.size, part.sha256) for part in facts.parts] == [
        (len(data), hashlib.sha256(data).hexdigest()) for _, data in files
    ]


@given(st.binary(max_size=2_000))
def test_any_bytes_are_a_mail_or_broken(place, raw):
    assert isinstance(seen(place, raw), MailFacts | Broken)


@given(st.sampled_from(SAMPLES), st.integers(0, 3_000), st.integers(0, 60), st.binary(max_size=20))
def test_a_mail_damaged_anywhere_is_still_read(place, sample, at, length, junk):
    raw = sample.read_bytes()
    assert isinstance(seen(place, raw[:at] + junk + raw[at + length :]), MailFacts | Broken)


def test_the_files_written_are_those_that_were_hashed(tmp_path, place):
    facts = seen(place, built([("表", b"abc"), ("表", b"")], b"\n"), tmp_path)
    assert {part.path: (tmp_path / part.path).read_bytes() for part in facts.parts} == {
        "part-0001": b"abc",
        "part-0002": b"",
    }


def test_nothing_but_running_names_is_written(tmp_path, place):
    mail = EmailMessage()
    mail.add_attachment(b"x", maintype="a", subtype="b", filename="../../etc/passwd")
    seen(place, bytes(mail), tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["part-0001"]


def test_an_empty_file_is_broken(place):
    assert seen(place, b"") == Broken(format="eml", reason="empty")


def test_a_picture_is_no_mail(place):
    assert seen(place, b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50) == Broken(format="eml", reason="not-a-mail")


def test_files_beyond_the_limit_are_left_and_it_is_said(place):
    facts = seen(place, built([("a", b"1"), ("b", b"2"), ("c", b"3")], b"\n"), limits=Limits(max_members=2))
    assert ([part.name for part in facts.parts], facts.problems) == (["a.docx", "b.docx"], ("too-many",))


def test_text_beyond_the_limit_is_cut(place):
    facts = seen(place, b"Subject: x\n\n" + b"a" * 1_000, limits=Limits(max_text=100))
    assert (facts.text, facts.problems) == ("a" * 100, ("text-too-long",))


def test_headers_are_kept_up_to_their_bounds(place):
    raw = b"".join(b"X-A%d: %s\n" % (number, b"b" * 9_000) for number in range(250)) + b"\ntext"
    facts = seen(place, raw, limits=Limits(max_header_bytes=3_000_000))
    assert (len(facts.headers), {len(value) for (value,) in facts.headers.values()}) == (200, {4_000})


def test_the_same_header_twice_keeps_both_in_order(place):
    assert seen(place, b"Received: one\nReceived: two\n\n").headers == {"received": ("one", "two")}


def test_a_page_nested_without_end_is_read_as_plain_letters(place):
    raw = b"Subject: x\nContent-Type: text/html\n\n" + b"<div>" * 100_000 + b"deep"
    assert seen(place, raw).text == "deep"


def test_a_mail_larger_than_a_block_keeps_its_large_file_whole(place):
    data = bytes(range(256)) * 20_000
    assert seen(place, built([("大", data)], b"\r\n")).parts[0].sha256 == hashlib.sha256(data).hexdigest()


def test_an_encoded_forwarded_mail_is_unpacked_within_the_scratch_folder(tmp_path, place):
    inner = EmailMessage()
    inner.add_attachment(b"x", maintype="a", subtype="b", filename="in.bin")
    coded = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(bytes(inner))
    facts = seen(place, coded, tmp_path)
    assert ([part.name for part in facts.parts], [path.name for path in tmp_path.iterdir()]) == (
        ["in.bin"],
        ["part-0001"],
    )
