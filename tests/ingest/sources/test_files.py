"""File names as UIDs and back."""

import os

from hypothesis import given
from hypothesis import strategies as st

from ingest.sources.files import from_uid, to_uid, unknown


@given(name=st.binary(min_size=1).filter(lambda name: b"/" not in name and b"\0" not in name))
def test_any_name_comes_back(name):
    assert os.fsencode(from_uid(to_uid(os.fsdecode(name)))) == name


@given(name=st.binary(min_size=1))
def test_any_uid_can_be_written_as_utf8(name):
    assert to_uid(os.fsdecode(name)).encode().decode() == to_uid(os.fsdecode(name))


@given(names=st.lists(st.binary(min_size=1, max_size=3), unique=True))
def test_different_names_have_different_uids(names):
    assert len({to_uid(os.fsdecode(name)) for name in names}) == len(names)


def test_unknown_asks_for_some_hundreds_at_a_time():
    class Seen:
        last_uid = 0

        def __init__(self):
            self.asked = []

        def known(self, uids):
            self.asked.append(len(uids))
            return set(uids[:1])

    seen = Seen()
    assert (len(list(unknown((str(n) for n in range(1_200)), seen))), seen.asked) == (1_197, [500, 500, 200])
