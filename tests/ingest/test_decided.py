"""What staff wrote under 选择 for files, carried out."""

import pytest

from ingest.decided import carry_out
from ingest.model import todo_number

ONE = "R2024-0001"


@pytest.fixture
def two_forms(contest, walk, form):
    """A work with two forms in one mail that say different things, and its to-do; a context on it."""
    forms = [("甲.docx", form("星海寻踪", author="甲")), ("乙.docx", form("星海寻踪", author="乙", phone=""))]
    contest.post("报送《星海寻踪》", files=forms)
    with contest.open() as context:
        walk(context)
        yield context


def choose(context, value):
    """Staff's choice in the only to-do, and what the program makes of it."""
    with context.begin() as tx:
        (todo,) = (todo for todo in tx.desk.todos() if todo["kind"] == "choose-file")
        tx.desk.write_cell("待办", todo_number(todo["id"]), "选择", value)
    carry_out(context)
    with context.read() as tx:
        work = tx.load([ONE], context.wants_key)[ONE]
        asked = [todo["kind"] for todo in tx.desk.todos() if todo["kind"] == "choose-file"]
    return [material.part.name for material in work.materials if material.in_force], asked


@pytest.mark.parametrize("written", ["乙.docx", 2, "2 乙.docx"])
def test_the_version_staff_chose_is_in_force(two_forms, written):
    assert choose(two_forms, written) == (["乙.docx"], [])


def test_a_name_that_is_no_candidate_changes_nothing(two_forms):
    assert choose(two_forms, "丙.docx") == (["甲.docx"], ["choose-file"])


def test_what_was_chosen_is_not_asked_again(two_forms):
    choose(two_forms, "乙.docx")
    with two_forms.read() as tx:
        before = len(tx.desk.events())
    carry_out(two_forms)
    with two_forms.read() as tx:
        assert len(tx.desk.events()) == before
