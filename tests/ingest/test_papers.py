import datetime as dt

import pytest

from ingest.model import Kind, Material, Part, PartSource, Work
from ingest.papers import paper_of, scan_of, sheet_of
from parsers.facts import Box, Broken, FieldValue, FormFacts, ImageFacts, Mark, PageFacts, Reading

BOX = Box(left=0.1, top=0.1, right=0.2, bottom=0.2)


@pytest.fixture
def scan():
    """A recognised file of so many pages, with a seal on the last; a field to its value and its page."""

    def make(*, pages=1, of=None, title="", text="某某某某", confidence=0.9, signed=None, **fields):
        values = {k: FieldValue(value=v, label=k, page=n) for k, (v, n) in fields.items()}
        mark = Mark(what="seal", box=BOX, colour="red", confidence=0.9)
        seen = tuple(PageFacts(width=10, height=14, marks=(mark,) * (n == pages - 1)) for n in range(pages))
        reading = Reading(title=title, fields=values, text=text, signed=signed or {}, confidence=confidence)
        return ImageFacts(format="pdf", width=10, height=14, pages=of or pages, seen=seen, reading=reading)

    return make


@pytest.fixture
def work():
    """A work of these materials: name, facts, and what else is to be said."""

    def make(*given):
        came = dt.datetime(2024, 10, 1, tzinfo=dt.UTC)
        materials = []
        for number, (name, facts, *rest) in enumerate(given, start=1):
            more = {"kind": Kind.SCAN, "certain": True, "in_force": True, "mail": 1} | (rest[0] if rest else {})
            part = Part(
                number, more["mail"], number, name, 9, f"{number:064x}", "pdf", PartSource.ATTACHMENT,
                kind=more["kind"], certain=more["certain"], facts=facts,
            )  # fmt: skip
            materials.append(Material(part, more["kind"], more["in_force"], came))
        return Work("R2024-0001", "recommended", "recommended", "", materials=tuple(materials))

    return make


def values(reading):
    return {name: (value.value, value.page) for name, value in reading.fields.items()}


def test_scan_of_pages_in_files_is_one_reading_in_the_order_of_their_numbers(work, scan):
    second, first = scan(author=("张三", 1)), scan(title="推荐表", name=("探月", 1))
    reading = scan_of(work(("IMG_10.jpg", second), ("IMG_9.jpg", first)))
    assert (reading.title, values(reading)) == ("推荐表", {"name": ("探月", 1), "author": ("张三", 2)})


def test_scan_of_files_named_otherwise_is_in_the_order_of_the_mail(work, scan):
    reading = scan_of(work(("正面.jpg", scan(a=("1", 1), pages=2)), ("反面.jpg", scan(b=("2", 1)))))
    assert values(reading) == {"a": ("1", 1), "b": ("2", 3)}


def test_scan_of_two_pages_that_differ_says_both(work, scan):
    found = scan_of(work(("1.jpg", scan(author=("张三", 1))), ("2.jpg", scan(author=("李四", 1))))).fields["author"]
    assert (found.value, found.others) == ("张三", ("李四",))


def test_scan_of_a_page_that_is_blank_takes_the_value_of_the_other(work, scan):
    assert values(scan_of(work(("1.jpg", scan(author=("", 1))), ("2.jpg", scan(author=("李四", 1)))))) == {
        "author": ("李四", 2)
    }


def test_scan_of_pages_is_signed_if_one_is(work, scan):
    pages = scan(signed={"commitment": False}), scan(signed={"commitment": True})
    assert scan_of(work(("1.jpg", pages[0]), ("2.jpg", pages[1]))).signed == {"commitment": True}


def test_scan_of_pages_is_as_sure_as_its_letters(work, scan):
    pages = scan(text="字" * 30, confidence=1.0), scan(text="字" * 10, confidence=0.6)
    assert scan_of(work(("1.jpg", pages[0]), ("2.jpg", pages[1]))).confidence == 0.9


def test_scan_of_an_old_version_is_none(work, scan):
    assert scan_of(work(("1.jpg", scan(), {"in_force": False}))) is None


def test_scan_of_what_nobody_recognised_is_none(work):
    assert scan_of(work(("1.jpg", ImageFacts(format="jpeg", width=10, height=14)))) is None


def test_scan_of_a_page_that_came_with_a_sure_one_counts_it(work, scan):
    unsure = {"certain": False}
    found = paper_of(work(("a.jpg", scan(a=("1", 1))), ("b.jpg", scan(b=("2", 1)), unsure)))
    assert [m.part.name for m in found.materials] == ["a.jpg", "b.jpg"]


def test_scan_of_a_page_of_another_mail_that_is_not_sure_leaves_it_out(work, scan):
    unsure = {"certain": False, "mail": 2}
    found = paper_of(work(("a.jpg", scan(a=("1", 1))), ("b.jpg", scan(b=("2", 1)), unsure)))
    assert [m.part.name for m in found.materials] == ["a.jpg"]


def test_scan_of_unsure_pages_alone_counts_those_with_a_label_or_a_seal(work, scan):
    bare = scan().model_copy(update={"seen": ()})
    found = paper_of(work(("a.jpg", scan(), {"certain": False}), ("b.jpg", bare, {"certain": False})))
    assert [m.part.name for m in found.materials] == ["a.jpg"]


def test_paper_of_a_long_file_says_how_many_pages_were_left_out(work, scan):
    assert paper_of(work(("1.pdf", scan(pages=6, of=40)))).left_out == 34


def test_paper_of_files_says_which_nobody_read(work, scan):
    found = paper_of(work(("1.pdf", scan()), ("2.pdf", Broken(format="pdf", reason="locked"))))
    assert [m.part.name for m in found.unread] == ["2.pdf"]


def test_paper_names_a_page_by_its_number_in_one_file_and_by_its_file_among_several(work, scan):
    one, two = paper_of(work(("1.pdf", scan(pages=2)))), paper_of(work(("1.pdf", scan(pages=2)), ("2.jpg", scan())))
    assert (one.where(2), two.where(2), two.where(3), two.where(9)) == ("第2页", "“1.pdf”第2页", "“2.jpg”", "")


def test_paper_counts_the_seals_of_all_pages(work, scan):
    found = paper_of(work(("1.pdf", scan(pages=2)), ("2.jpg", scan())))
    assert [page.number for page, _ in found.marks("seal")] == [2, 3]


FORM = FormFacts(format="docx", title="推荐表", fields={"title": FieldValue(value="探月", label="作品名称")})


def test_sheet_of_a_work_with_a_form_is_the_form(work, scan):
    sheet = sheet_of(work(("表.docx", FORM, {"kind": Kind.FORM}), ("1.jpg", scan(title_=("另一部", 1)))))
    assert (sheet.title, sheet.recognised, sheet.fields["title"].value) == ("推荐表", False, "探月")


@pytest.mark.parametrize("form", [(), (("表.doc", Broken(format="doc", reason="unreadable"), {"kind": Kind.FORM}),)])
def test_sheet_of_a_work_without_a_readable_form_is_the_scan(work, scan, form):
    sheet = sheet_of(work(*form, ("1.jpg", scan(author=("张三", 1)))))
    assert (sheet.recognised, sheet.fields["author"].value) == (True, "张三")


def test_sheet_of_a_scan_without_labels_is_none(work, scan):
    assert sheet_of(work(("1.jpg", scan()))) is None
