"""Rows of files keep who they are when a mail or an archive is taken apart anew."""

import itertools

import pytest

from ingest.ledger.parts import aligned


def row(name, sha256="", source="attachment", inside="", **more):
    return {"name": name, "sha256": sha256, "source": source, "inside": inside, "folder": "", "url": "", **more}


def kept(*rows):
    """Rows as they stand in the ledger."""
    return [one | {"id": 10 + number, "position": number} for number, one in enumerate(rows)]


def order(old, new):
    """Ids in the new order; None for a new row."""
    return [paired.old["id"] if paired.old is not None else None for paired in aligned(old, new)]


def test_aligned_the_same_files_are_the_same_rows():
    files = [row("a", "1"), row("b", "2"), row("b", "2")]
    assert order(kept(*files), files) == [10, 11, 12]


def test_aligned_a_member_that_was_only_listed_is_the_one_that_is_here_now():
    old = kept(row("材料.zip", "1"), row("表.docx", "", "archive", "材料.zip"))
    assert order(old, [row("材料.zip", "1"), row("表.docx", "2", "archive", "材料.zip")]) == [10, 11]


def test_aligned_a_file_of_another_name_and_the_same_bytes_is_the_same():
    assert order(kept(row("?.docx", "1")), [row("表.docx", "1")]) == [10]


def test_aligned_a_file_of_other_bytes_takes_its_place():
    assert order(kept(row("a", "1")), [row("a", "2")]) == [10]


def test_aligned_a_new_file_between_two_is_a_new_row():
    assert order(kept(row("a", "1"), row("c", "3")), [row("a", "1"), row("b", "2"), row("c", "3")]) == [10, None, 11]


def test_aligned_an_attachment_that_is_found_no_more_is_gone():
    assert order(kept(row("a", "1"), row("b", "2")), [row("b", "2")]) == [11]


def test_aligned_what_a_password_opened_stays_where_it_stood():
    old = kept(row("材料.zip", "1"), row("表.docx", "2", "archive", "材料.zip"), row("b", "3"))
    assert order(old, [row("材料.zip", "1"), row("b", "3")]) == [10, 11, 12]


def test_aligned_a_link_is_known_by_its_key_and_stays():
    link = {"provider": "qq", "link_key": "k", "url": "https://a"}
    old = kept(row("", "5", "cloud", **link), row("", "", "cloud", provider="qq", link_key="other", url="https://b"))
    assert order(old, [row("", "", "cloud", **(link | {"url": "https://c"}))]) == [10, 11]


@pytest.fixture
def mail(contest, context, walk, form):
    """A mail with two files in the ledger; its id."""
    contest.post(files=[("推荐表.docx", form()), ("说明.txt", b"text")])
    walk(context, until="extract")
    return 1


def rows(context):
    with context.read() as tx:
        return [(p["id"], p["position"], p["name"], p["sha256"] != "") for p in tx.arrivals.all_parts()]


def test_put_again_changes_nothing(context, mail):
    before = rows(context)
    with context.begin() as tx:
        old = [dict(one) for one in tx.arrivals.all_parts()]
        again = [{k: v for k, v in one.items() if k not in ("id", "arrival_id", "position")} for one in old]
        tx.arrivals.part_rows.put(mail, again)
    assert rows(context) == before


def test_put_never_loses_bytes(context, mail):
    with context.begin() as tx:
        tx.arrivals.part_rows.put(mail, [{"name": "推荐表.docx", "source": "attachment", "sha256": "", "size": 0}])
    assert rows(context) == [(1, 0, "推荐表.docx", True)]


def test_put_inside_places_members_after_their_archive(context, mail):
    members = [
        {"name": name, "source": "archive", "inside": "推荐表.docx", "sha256": f"{n:064x}", "size": 1}
        for n, name in enumerate(("a", "b"), 1)
    ]
    for _ in range(2):  # the second time they are there already
        with context.begin() as tx:
            tx.arrivals.part_rows.put_inside(1, "推荐表.docx", members, problem="")
    assert [one[1:3] for one in rows(context)] == list(enumerate(("推荐表.docx", "a", "b", "说明.txt")))
    assert len(set(itertools.chain(one[0] for one in rows(context)))) == 4
