import io

from hypothesis import example, given
from hypothesis import strategies as st

from parsers.facts import Limits
from parsers.mime import Walk
from parsers.reader import Reader, split_headers


class Seen:
    """A visitor that keeps everything."""

    def __init__(self):
        self.leaves = []
        self.messages = self.multiparts = 0
        self.oddities = []

    def message(self, entity):
        self.messages += 1

    def multipart(self, entity):
        self.multiparts += 1

    def leaf(self, entity, body):
        self.leaves.append((entity.content_type, b"".join(body)))
        return True

    def odd(self, what):
        self.oddities.append(what)


def walked(raw, block=2**20, limits=Limits()):
    seen = Seen()
    reader = Reader(io.BytesIO(raw), block=block)
    if reader.start():
        Walk(seen, limits, None).mail(reader)
    return seen


def multipart(bodies, newline=b"\r\n", boundary=b"=_b.1"):
    lines = [b"Subject: x", b'Content-Type: multipart/mixed; boundary="' + boundary + b'"', b"", b"preamble"]
    for body in bodies:
        lines += [b"--" + boundary, b"Content-Type: application/x", b"", body]
    return newline.join([*lines, b"--" + boundary + b"--", b"epilogue"])


pieces = st.lists(
    st.lists(st.sampled_from([b"--", b"=_b.1", b"\r", b"\n", b"-", b"a", b"--=_b.1x", b"\r\n--=_"])), max_size=4
)


@given(pieces, st.integers(1, 40), st.sampled_from([b"\n", b"\r\n"]))
@example([[b"\r"]], 1, b"\r\n")
def test_the_same_leaves_are_seen_whatever_the_size_of_a_block(bodies, block, newline):
    raw = multipart([b"".join(body) for body in bodies], newline)
    assert walked(raw, block).leaves == walked(raw).leaves


@given(st.lists(st.binary(max_size=300).filter(lambda data: b"--" not in data and data[-1:] != b"\r"), max_size=5))
def test_each_body_comes_out_byte_for_byte(bodies):
    assert [body for _, body in walked(multipart(bodies)).leaves] == bodies


@given(st.binary(max_size=2_000), st.integers(1, 64))
def test_any_bytes_can_be_walked(raw, block):
    assert walked(raw, block).messages <= 1 + raw.lower().count(b"message/rfc822")


def test_an_epilogue_and_a_preamble_are_no_leaves():
    assert walked(multipart([b"one"])).leaves == [("application/x", b"one")]


def test_multiparts_nested_too_deep_are_named_and_left():
    raw = b"Subject: x\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (number, number) for number in range(100)
    )
    assert walked(raw).oddities[0] == "too-deep"


def test_forwarded_mails_deeper_than_the_limit_are_named_and_left():
    raw = b"Subject: x\n" + b"Content-Type: message/rfc822\n\n" * 9 + b"\ntext"
    seen = walked(raw, limits=Limits(max_depth=3))
    assert (seen.messages, seen.oddities, seen.leaves) == (5, ["too-deep"], [])


def test_headers_longer_than_the_limit_are_passed_over_to_the_body():
    raw = b"Subject: x\nX-Long: " + b"a" * 5_000 + b"\n\nbody"
    seen = walked(raw, block=700, limits=Limits(max_header_bytes=2_000))
    assert (seen.oddities, seen.leaves) == (["headers-too-long"], [("text/plain", b"body")])


def test_a_boundary_within_the_headers_ends_them():
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/x\n--b\n\nsecond\n--b--\n"
    assert walked(raw).leaves == [("text/x", b""), ("text/plain", b"second")]


def test_a_line_that_is_no_header_before_the_blank_line_begins_the_body():
    assert split_headers(b"Subject: x\nno header\n") == (((b"subject", b" x"),), 11)


def test_zeros_are_no_mail():
    assert not Reader(io.BytesIO(bytes(100_000))).start()
