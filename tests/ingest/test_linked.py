"""Where the files belong that come by link to a mail whose works are there already."""

import pytest

from ingest.linked import SAME, Share, shared_out
from ingest.model import Group, Kind, Material, Work


@pytest.fixture
def entry():
    """A work, with the parts given as its materials."""

    def make(number=1, title="星海寻踪", *parts):
        found = tuple(Material(part, part.kind, True, None) for part in parts)
        return Work(f"R2024-{number:04d}", "recommended", "recommended", title, found)

    return make


@pytest.fixture
def film(part):
    return lambda name="片.mp4", **rest: part(name, Kind.VIDEO, **rest)


@pytest.fixture
def form(part):
    return lambda title, name="表.docx", **rest: part(name, Kind.FORM, title=title, **rest)


def test_all_that_comes_is_the_mails_only_works(arrival, entry, film, part):
    old, new, archive = film(), film("二.mp4"), part("全部.zip")
    share = shared_out(arrival(old, archive, new), [entry(1, "", old)], {old.id}, opened=True)
    assert share == Share((Group("", tuple(sorted((archive.id, new.id))), "R2024-0001"),))


def test_a_form_in_the_archive_is_the_works_that_had_none(arrival, entry, film, form):
    new = (film(), form("深海来信"))
    share = shared_out(arrival(*new), [entry(1, "全部材料")], set(), opened=True)
    assert [(one.work, set(one.part_ids)) for one in share.groups] == [("R2024-0001", {p.id for p in new})]


def test_several_forms_open_works_of_their_own(arrival, entry, film, form):
    first, second = form("星海寻踪", folder="一"), form("深海来信", folder="二")
    films = film("星海寻踪.mp4", folder="一"), film("深海来信.mp4", folder="二")
    share = shared_out(arrival(first, films[0], second, films[1]), [entry(1, "全部材料")], set(), opened=True)
    assert [(one.title, one.work, len(one.part_ids)) for one in share.groups] == [
        ("星海寻踪", "R2024-0001", 2),
        ("深海来信", "", 2),
    ]


def test_the_work_of_a_title_gets_that_titles_files(arrival, entry, form):
    old = form("深海来信")
    new = form("星海寻踪"), form("深海来信", "深海来信.docx")
    share = shared_out(arrival(old, *new), [entry(1, "深海来信", old)], {old.id}, opened=True)
    assert {one.title: one.work for one in share.groups} == {"星海寻踪": "", "深海来信": "R2024-0001"}


def test_a_supplement_with_several_forms_opens_nothing(arrival, entry, form):
    old, new = form("星海寻踪"), form("深海来信")
    share = shared_out(arrival(new, form("风从戈壁来")), [entry(1, "星海寻踪", old)], set(), opened=False)
    assert (share.groups, len(share.unplaced)) == ((), 2)


def test_a_nameless_film_for_one_of_two_works_is_for_a_person(arrival, entry, film, form):
    forms = form("星海寻踪"), form("深海来信")
    new = film("成片.mp4")
    works = [entry(1, "星海寻踪", forms[0]), entry(2, "深海来信", forms[1])]
    share = shared_out(arrival(*forms, new), works, {p.id for p in forms}, opened=True)
    assert share == Share((), (new.id,))


def test_a_named_film_for_one_of_two_works_is_that_ones(arrival, entry, film, form):
    forms = form("星海寻踪"), form("深海来信")
    new = film("深海来信.mp4")
    works = [entry(1, "星海寻踪", forms[0]), entry(2, "深海来信", forms[1])]
    share = shared_out(arrival(*forms, new), works, {p.id for p in forms}, opened=True)
    assert share == Share((Group("深海来信", (new.id,), "R2024-0002"),))


def test_what_is_there_already_is_shared_out_to_nobody(arrival, entry, film, part):
    old = film()
    new = part("片.mp4", Kind.OTHER, why=f"{SAME}“片.mp4”完全相同")
    share = shared_out(arrival(old, new), [entry(1, "", old)], {old.id}, opened=True)
    assert share.groups == (Group("", (), "R2024-0001"),)
