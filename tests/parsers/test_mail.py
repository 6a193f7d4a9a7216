import base64
import hashlib
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.demo.msgs import compound, message
from ingest.demo.winmail import Held, make_winmail
from parsers.facts import Broken, Limits, MailFacts
from parsers.mail import read_mail
from parsers.reader import BLOCK

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


def with_files(*files):
    mail = EmailMessage()
    mail["Subject"] = "old"
    mail.set_content("hello\n")
    for name, data in files:
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return bytes(mail)


SAVED = compound(message(subject="x", text="y", attachments=[("a.bin", b"inner")]))
CONTAINERS = {
    "envelope": ("winmail.dat", make_winmail([Held(b"a.bin", b"inner")])),
    "saved-mail": ("old.msg", SAVED),
    "mail": ("old.eml", with_files(("a.bin", b"inner"))),
    "mails-in-a-saved-mail": (
        "old.msg",
        compound(message(subject="x", text="y", attachments=[("b.eml", with_files(("a.bin", b"inner")))])),
    ),
}


@pytest.mark.parametrize(("name", "data"), CONTAINERS.values(), ids=CONTAINERS)
def test_what_was_enclosed_lies_in_the_scratch_folder_and_nothing_else(tmp_path, place, name, data):
    facts = seen(place, with_files(("before.bin", b"1"), (name, data), ("after.bin", b"2")), tmp_path)
    assert [(part.name, part.path) for part in facts.parts] == [
        ("before.bin", "part-0001"),
        ("a.bin", "part-0002"),
        ("after.bin", "part-0003"),
    ]
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "part-0001": b"1",
        "part-0002": b"inner",
        "part-0003": b"2",
    }


def test_an_envelope_that_cannot_be_opened_lies_there_as_it_came(tmp_path, place):
    facts = seen(place, with_files(("winmail.dat", b"x" * 50)), tmp_path)
    assert [(part.name, part.problem) for part in facts.parts] == [("winmail.dat", "bad-tnef")]
    assert (tmp_path / "part-0001").read_bytes() == b"x" * 50


@pytest.mark.parametrize("short", range(0, 200, 7))
def test_what_a_file_is_does_not_depend_on_where_a_block_ends(place, short):
    raw = with_files(("old.eml", with_files(("a.bin", b"inner"))))
    at = raw.index(b'attachment; filename="old.eml"')
    begins = raw.index(b"\n\n", at) + 2
    padding = b"X-A: " + b"a" * 60_000 + b"\n"
    head = padding * ((BLOCK - begins) // len(padding))
    head += b"X-B: " + b"b" * (BLOCK - begins - len(head) - 6 - short) + b"\n"
    facts = seen(place, head + raw, limits=Limits(max_header_bytes=2 * BLOCK))
    assert [part.name for part in facts.parts] == ["a.bin"]


def test_an_outline_is_given_when_it_is_asked_for(tmp_path):
    (tmp_path / "mail").write_bytes(with_files(("old.eml", with_files(("a.bin", b"inner")))))
    facts = read_mail(tmp_path / "mail", None, Limits(), outline=True)
    assert [(node.depth, node.what, node.name) for node in facts.outline] == [
        (0, "mail", "old"),
        (1, "multipart", ""),
        (2, "body", ""),
        (2, "mail", "old"),
        (3, "multipart", ""),
        (4, "body", ""),
        (4, "file", "a.bin"),
    ]
