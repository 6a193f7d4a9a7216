"""The forms of the corpus: their number, that they differ, that they can be written again the same."""

import pytest

from ingest.demo.fillings import FILLINGS, filling
from ingest.demo.layouts import CORPUS, layout_of, write_layout
from parsers.checkdigits import is_credit_code, is_id_number


def test_there_are_twelve_and_a_third_is_kept_from_tuning():
    assert (len(CORPUS), sum(not layout.tuned for layout in CORPUS), FILLINGS) == (12, 4, 20)


@pytest.mark.parametrize("layout", CORPUS, ids=lambda layout: layout.key)
def test_a_form_is_the_same_every_time(tmp_path, layout):
    write_layout(tmp_path / "a.docx", layout, 3)
    write_layout(tmp_path / "b.docx", layout, 3)
    assert (tmp_path / "a.docx").read_bytes() == (tmp_path / "b.docx").read_bytes()


@pytest.mark.parametrize("layout", CORPUS, ids=lambda layout: layout.key)
def test_a_form_has_what_its_track_must_have(tmp_path, layout):
    written = write_layout(tmp_path / "a.docx", layout, 0).written
    wanted = {
        "title",
        "completed_on",
        "first_shown_on",
        "platform",
        "author",
        "contact",
        "phone",
        "summary",
        "commitment",
    }
    assert sorted(wanted - written.keys()) == []


def test_no_two_fillings_are_alike():
    written = {(kind, filling(number, kind).values["summary"]) for kind in ("推荐表", "自荐表") for number in range(20)}
    assert len(written) == 40


def test_summaries_are_as_long_as_people_write_them():
    lengths = [len(filling(number, "推荐表").values["summary"]) for number in range(FILLINGS)]
    assert (min(lengths) >= 100, max(lengths) <= 330) == (True, True)


def test_numbers_of_persons_and_bodies_have_their_check_digits():
    ids = [filling(number, "自荐表").values for number in range(FILLINGS)]
    check = {"个人": is_id_number, "机构": is_credit_code}
    assert [v["entrant_id"] for v in ids if not check[v["entrant_kind"]](v["entrant_id"])] == []


def test_an_unknown_layout_is_a_key_error():
    with pytest.raises(KeyError):
        layout_of("thirteen")
