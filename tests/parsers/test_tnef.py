"""Outlook's envelope: what is read in it, and what a hostile one costs."""

import io
import struct
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.demo.winmail import Held, make_winmail
from parsers.tnef import BadTnefError, read_tnef

TWO = (Held(b"BIAO~1.DOC", b"one\0\0", "推荐表（终稿）.docx"), Held(b"a.bin", bytes(range(256)) * 40))


def read(raw):
    file = io.BytesIO(raw)
    found = read_tnef(file)
    return found, [(inner.name, b"".join(inner.pieces(file))) for inner in found.files]


def test_files_come_out_byte_for_byte_under_their_long_names():
    assert read(make_winmail(TWO))[1] == [("推荐表（终稿）.docx", TWO[0].data), ("a.bin", TWO[1].data)]


@pytest.mark.parametrize("page", [936, 950, 65001])
def test_names_are_read_in_the_code_page_that_is_named(page):
    held = Held("視頻.mp4".encode("utf-8" if page == 65001 else f"cp{page}"), b"x")
    assert [name for name, _ in read(make_winmail([held], page=page))[1]] == ["視頻.mp4"]


def test_a_long_name_of_eight_bits_is_read_in_the_code_page():
    assert read(make_winmail([Held(b"A~1", b"x", "探月.doc", wide=False)]))[1] == [("探月.doc", b"x")]


def test_an_object_keeps_the_zeros_it_ends_with():
    data = b"\xd0\xcf\x11\xe0" + bytes(5_001)
    assert read(make_winmail([Held(b"a.doc", data, as_object=True)]))[1] == [("a.doc", data)]


def test_subject_and_bodies_are_read():
    found, _ = read(make_winmail(subject="报送", text="材料见附件", html="<p>材料见附件</p>"))
    assert (found.subject, found.text, found.html) == ("报送", "材料见附件", "<p>材料见附件</p>")


def test_messages_attached_to_it_are_envelopes_themselves():
    inner = make_winmail(TWO[:1], subject="里面")
    found, _ = read(make_winmail(TWO[1:], mails=[make_winmail(mails=[inner], subject="中间")]))
    assert [(m.subject, [(n.subject, [f.name for f in n.files]) for n in m.mails]) for m in found.mails] == [
        ("中间", [("里面", ["推荐表（终稿）.docx"])])
    ]


def test_one_that_is_cut_off_gives_what_came_before():
    found, files = read(make_winmail(TWO)[:-200])
    assert [(name, found.whole, inner.whole) for (name, _), inner in zip(files, found.files, strict=True)] == [
        ("推荐表（终稿）.docx", False, True),
        ("a.bin", False, False),
    ]
    assert (files[0][1], TWO[1].data.startswith(files[1][1])) == (TWO[0].data, True)


def test_rubbish_behind_it_does_no_harm():
    assert read(make_winmail(TWO) + b"\r\n-- \r\nfooter, longer than a head")[0].whole


@pytest.mark.parametrize("raw", [b"", b"\x78\x9f\x3e\x22", b"\x78\x9f\x3e\x22\1\0", b"PK\3\4" * 9])
def test_what_is_none_is_refused(raw):
    with pytest.raises(BadTnefError):
        read(raw)


@given(st.binary(max_size=400), st.integers(0, 1_000), st.integers(0, 30))
def test_any_damage_is_read_or_refused(junk, at, length):
    raw = make_winmail(TWO, subject="x", text="y", mails=[make_winmail(TWO[:1])])
    at %= len(raw)
    try:
        _, files = read(raw[:at] + junk + raw[at + length :])
    except BadTnefError:
        return
    assert sum(len(data) for _, data in files) <= len(raw) + len(junk)


def properties(block):
    return b"\x78\x9f\x3e\x22\1\0" + struct.pack("<BHHI", 1, 0x9003, 6, len(block)) + block + b"\0\0"


@pytest.mark.parametrize(
    "block",
    [
        struct.pack("<I", 0xFFFFFFFF),
        struct.pack("<IHHI", 1, 0x1002, 0x0037, 0xFFFFFFFF),
        struct.pack("<IHHI", 1, 0x101F, 0x0037, 0xFFFFFFFF) + bytes(400_000),
        struct.pack("<I", 0xFFFFFFFF) + struct.pack("<HHI", 3, 1, 0) * 40_000,
        struct.pack("<IHHII", 1, 0x1F, 0x0037, 1, 0xFFFFFFFF),
    ],
    ids=["properties", "numbers", "texts", "all-of-them", "length"],
)
def test_no_count_that_a_sender_writes_is_followed_blindly(block):
    tracemalloc.start()
    found, _ = read(properties(block))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (found.subject, peak < 5_000_000) == ("", True)


def test_envelopes_without_end_are_followed_to_a_bound():
    raw = make_winmail(TWO[:1], subject="innermost")
    for _ in range(20):
        raw = make_winmail(mails=[raw])
    depth, found = 0, read(raw)[0]
    while found.mails:
        depth, found = depth + 1, found.mails[0]
    assert (depth, [inner.size > 0 for inner in found.files]) == (5, [True])
