import base64
import quopri
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.transfer import Base64, QuotedPrintable, decoder


def decoded(tool, data, cuts):
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    out = [tool.feed(data[a:b]) for a, b in pairwise(edges)]
    return b"".join((*out, tool.close()))


cuts = st.lists(st.integers(0, 10_000), max_size=8)


@given(st.binary(max_size=2_000), cuts, st.sampled_from([b"\n", b"\r\n", b""]))
def test_base64_cut_anywhere_is_what_was_encoded(data, cuts, newline):
    assert decoded(Base64(), base64.encodebytes(data).replace(b"\n", newline), cuts) == data


@given(st.binary(min_size=1, max_size=500), st.lists(st.integers(0, 700), max_size=5), cuts)
def test_junk_in_base64_is_skipped_wherever_it_is(data, places, cuts):
    coded = base64.b64encode(data).rstrip(b"=")
    for place in places:
        coded = coded[: place % len(coded)] + b" *!" + coded[place % len(coded) :]
    assert decoded(Base64(), coded, cuts) == data


def test_base64_says_that_junk_was_in_it():
    tool = Base64()
    tool.feed(b"YW*Jj")
    assert tool.odd == {"bad-base64"}


def test_base64_knows_that_padding_ended_it():
    tool = Base64()
    tool.feed(b"YQ==")
    assert tool.ended


@given(st.binary(max_size=2_000), cuts)
def test_quoted_printable_cut_anywhere_is_what_was_encoded(data, cuts):
    coded = quopri.encodestring(data, quotetabs=True)
    assert decoded(QuotedPrintable(), coded, cuts) == quopri.decodestring(coded)


@given(st.binary(max_size=500), st.sampled_from(["base64", "quoted-printable", "8bit", "x-nonsense"]), cuts)
def test_any_bytes_are_decoded_to_something(data, encoding, cuts):
    assert len(decoded(decoder(encoding), data, cuts)) <= len(data) + 1


@pytest.mark.parametrize("label", ["BASE64", " base64 ", '"base64"', "base64; x=y"])
def test_base64_under_a_sloppy_label(label):
    assert isinstance(decoder(label), Base64)
