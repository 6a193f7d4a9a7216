"""Mails, archives and any file, out of any bytes: made up, or real ones spoilt here and there."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NAMES = ("mail", "enclosed", "archive", "locked", "sniff")
KEPT = sorted((Path(__file__).parent / "kept").glob("*/*"))
QUICK = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture
def try_on(targets, tmp_path):
    def run(name, data):
        targets.TARGETS[name](data, tmp_path)

    return run


def spoilt(draw, samples):
    """One of the samples with some changes: bytes overwritten, put in, cut out or said twice."""
    data = bytearray(samples[draw(st.integers(0, len(samples) - 1))])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        length = draw(st.integers(0, 40))
        match draw(st.sampled_from(("write", "insert", "cut", "repeat", "end"))):
            case "write":
                new = draw(st.binary(min_size=1, max_size=8))
                data[at : at + len(new)] = new
            case "insert":
                data[at:at] = draw(st.sampled_from(WORDS)) or draw(st.binary(max_size=12))
            case "cut":
                del data[at : at + length]
            case "repeat":
                data[at:at] = data[at : at + length] * draw(st.integers(1, 50))
            case _:
                del data[at:]
    return bytes(data)


WORDS = (
    b"",
    b"\r\n",
    b"\r\n\r\n",
    b"\0",
    b"\xff\xff\xff\xff",
    b"=?gb2312?B?",
    b"=?utf-8?Q?=00?=",
    b"Content-Type: multipart/mixed; boundary=a\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"--a\r\n",
    b"filename*0*=",
    b"begin 644 a\r\n",
    b"PK\3\4",
    b"PK\1\2",
    b"PK\5\6",
    b"../",
)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.binary(max_size=3000))
@QUICK
def test_any_bytes_are_a_value(try_on, name, data):
    try_on(name, data)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@QUICK
def test_spoilt_samples_are_a_value(targets, try_on, name, data):
    try_on(name, spoilt(data.draw, targets.seeds(name)))


@pytest.mark.parametrize("name", NAMES)
def test_samples_as_they_are_are_a_value(targets, try_on, name):
    for data in targets.seeds(name):
        try_on(name, data)


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_the_fuzzer_found_is_a_value(try_on, path):
    try_on(path.parent.name, path.read_bytes())
