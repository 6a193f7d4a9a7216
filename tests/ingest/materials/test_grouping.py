from hypothesis import given
from hypothesis import strategies as st

from ingest.materials import Grouping, group
from ingest.model import Group, Kind, Part, PartSource
from parsers.facts import ArchiveFacts, Broken, FieldValue, FormFacts, ImageFacts, Reading


def ids(*parts):
    return tuple(p.id for p in parts)


def titles(grouping):
    return [g.title for g in grouping.groups]


def test_nothing_of_a_submission_is_no_work(part):
    logo = part("logo.png", kind=Kind.OTHER)
    assert group([logo], subject="请问怎么报名") == Grouping(())


def test_a_mail_without_files_is_no_work():
    assert group([], subject="《探月之路》") == Grouping(())


def test_papers_alone_are_no_work_and_are_said(part, page):
    proof, letter = part("播放证明.jpg", page), part("推荐函.pdf", page)
    assert group([proof, letter], subject="") == Grouping((), ids(letter), ids(proof))


def test_one_form_is_one_work_with_all_the_files(part, film, form, page):
    parts = [part("a.mp4", film()), part("推荐表.docx", form("探月之路")), part("IMG_1.jpg", page)]
    assert group(parts, subject="报送") == Grouping((Group("探月之路", ids(*parts)),))


def test_the_letter_of_a_mail_with_one_work_is_shared_and_in_the_work(part, form, page):
    parts = [part("推荐表.docx", form("探月之路")), part("推荐函.pdf", page)]
    assert group(parts, subject="") == Grouping((Group("探月之路", ids(*parts)),), ids(parts[1]))


def test_without_a_form_the_subject_names_the_work(part, film):
    found = group([part("成片.mp4", film())], subject="广东省科技厅报送《量子之光》")
    assert titles(found) == ["量子之光"]


def test_without_a_form_the_films_name_names_the_work(part, film, page):
    found = group([part("扫描件.jpg", page), part("科普微视频-量子之光.mp4", film())], subject="参赛作品投稿")
    assert titles(found) == ["量子之光"]


def test_without_a_form_the_subject_is_the_last_resort(part, film):
    assert titles(group([part("VID_0001.mp4", film())], subject="推荐作品 量子之光")) == ["量子之光"]


def test_a_work_that_nothing_names_has_no_title(part, film):
    assert titles(group([part("VID_0001.mp4", film())], subject="投稿")) == [""]


def test_a_form_and_its_pdf_are_one_work(part, form):
    parts = [part("推荐表.docx", form("探月之路")), part("表格.pdf", form("《探月 之路》"))]
    assert titles(group(parts, subject="")) == ["探月之路"]


def test_a_form_and_an_unreadable_copy_of_it_are_one_work(part, form):
    copy = part("推荐表.doc", Broken(format="doc", reason="unsupported"))
    found = group([copy, part("推荐表.docx", form("探月之路"))], subject="")
    assert titles(found) == ["探月之路"]


def test_unreadable_forms_with_different_names_are_different_works(part):
    broken = Broken(format="doc", reason="unsupported")
    found = group([part("推荐表-探月之路.doc", broken), part("推荐表-深海之光.doc", broken)], subject="")
    assert titles(found) == ["探月之路", "深海之光"]


def test_several_works_by_their_folders(part, film, form, page):
    one = {"inside": "全部.zip", "folder": "作品1"}
    two = {"inside": "全部.zip", "folder": "作品2/材料"}
    a = [part("表.docx", form("探月之路"), **one), part("1.mp4", film(), **one), part("扫描.jpg", page, **one)]
    b = [part("表.docx", form("深海之光"), **two), part("2.mp4", film(), inside="全部.zip", folder="作品2")]
    archive, letter = part("全部.zip", ArchiveFacts(format="zip")), part("推荐函.pdf", page)
    assert group([archive, letter, *a, *b], subject="") == Grouping(
        (Group("探月之路", ids(*a)), Group("深海之光", ids(*b))), ids(archive, letter)
    )


def test_several_works_by_their_archives(part, film, form):
    a = [part("表.docx", form("探月之路"), inside="一.zip"), part("1.mp4", film(), inside="一.zip")]
    b = [part("表.docx", form("深海之光"), inside="二.zip"), part("1.mp4", film(), inside="二.zip")]
    assert [g.part_ids for g in group([*a, *b], subject="").groups] == [ids(*a), ids(*b)]


def test_several_works_by_the_titles_in_the_names(part, film, form, page):
    a = [part("表1.docx", form("探月之路")), part("探月之路.mp4", film()), part("探月之路扫描件.jpg", page)]
    b = [part("表2.docx", form("深海之光")), part("《深海之光》成片.mp4", film())]
    assert group([*a, *b], subject="") == Grouping((Group("探月之路", ids(*a)), Group("深海之光", ids(*b))))


def test_several_works_by_the_longer_title_where_one_holds_the_other(part, film, form):
    a = [part("表1.docx", form("种子")), part("种子.mp4", film())]
    b = [part("表2.docx", form("种子的旅行")), part("种子的旅行.mp4", film())]
    assert [g.part_ids for g in group([*a, *b], subject="").groups] == [ids(*a), ids(*b)]


def test_several_works_by_a_title_with_a_slip(part, film, form):
    a = [part("表1.docx", form("中国天眼背后的故事")), part("中国天眼背后故事.mp4", film())]
    b = [part("表2.docx", form("深海之光"))]
    assert group([*a, *b], subject="").groups[0].part_ids == ids(*a)


def test_several_works_by_names_that_are_alike(part, film, form):
    a = [part("张三-推荐表.docx", form("探月之路")), part("张三-视频.mp4", film())]
    b = [part("李四-推荐表.docx", form("深海之光")), part("李四-视频.mp4", film())]
    assert [g.part_ids for g in group([*a, *b], subject="").groups] == [ids(*a), ids(*b)]


def test_what_fits_no_work_is_unplaced(part, film, form):
    forms = [part("表1.docx", form("探月之路")), part("表2.docx", form("深海之光"))]
    lost = part("VID_0001.mp4", film())
    assert group([*forms, lost], subject="").unplaced == ids(lost)


def test_what_its_name_and_its_folder_say_differently_is_unplaced(part, film, form):
    a = part("表.docx", form("探月之路"), inside="z.zip", folder="1")
    b = part("表.docx", form("深海之光"), inside="z.zip", folder="2")
    astray = part("深海之光.mp4", film(), inside="z.zip", folder="1")
    assert group([a, b, astray], subject="").unplaced == ids(astray)


def test_what_names_two_works_is_unplaced(part, film, form):
    forms = [part("表1.docx", form("探月之路")), part("表2.docx", form("深海之光"))]
    both = part("探月之路和深海之光.mp4", film())
    assert group([*forms, both], subject="").unplaced == ids(both)


def test_a_series_is_told_apart_by_its_numbers(part, film, form):
    a = [part("表1.docx", form("种子的旅行第一集")), part("种子的旅行第一集.mp4", film())]
    b = [part("表2.docx", form("种子的旅行第二集")), part("种子的旅行第二集.mp4", film())]
    assert [g.part_ids for g in group([*a, *b], subject="").groups] == [ids(*a), ids(*b)]


NAMES = st.sampled_from(["探月之路.mp4", "表.docx", "深海之光.jpg", "IMG_1.jpg", "推荐函.pdf", ""])
FACTS = st.one_of(
    st.none(),
    st.just(ImageFacts(format="jpeg", width=1, height=1)),
    st.builds(
        lambda t: FormFacts(format="docx", fields={"title": FieldValue(value=t, label="作品名称")}),
        st.sampled_from(["", "探月之路", "深海之光"]),
    ),
)


@given(st.lists(st.tuples(NAMES, FACTS, st.sampled_from(Kind), st.sampled_from(["", "1", "1/2"])), max_size=8))
def test_group_of_anything_puts_no_material_into_two_works_and_loses_none(rows):
    parts = [
        Part(n, 1, n, name, 1, "ab", "", PartSource.ATTACHMENT, folder=folder, kind=kind, facts=facts)
        for n, (name, facts, kind, folder) in enumerate(rows)
    ]
    found = group(parts, subject="")
    placed = [i for g in found.groups for i in g.part_ids] + list(found.unplaced)
    shared = [i for i in found.shared if i not in placed]
    others = [] if found.groups else [p.id for p in parts if p.kind is Kind.OTHER]
    assert sorted([*placed, *shared, *others]) == [p.id for p in parts]


def a_list(part, *titles):
    works = tuple({"title": title} for title in titles)
    return part("汇总表.xlsx", FormFacts(format="xlsx", works=works), kind=Kind.LIST)


def read(title):
    fields = {"title": FieldValue(value=title, label="作品名称", confidence=0.9)} if title else {}
    return ImageFacts(format="jpeg", width=2480, height=3508, reading=Reading(fields=fields))


def test_a_listed_work_without_files_is_absent_and_a_work_without_row_unlisted(part, form):
    found = group(
        [a_list(part, "探月之路", "深海之光"), part("表.docx", form("竹林")), part("b.docx", form("深海之光"))],
        subject="",
    )
    assert (found.absent, found.unlisted) == (("探月之路",), ("竹林",))


def test_a_film_of_a_listed_work_is_a_work_without_a_form(part, film, form):
    parts = [a_list(part, "探月之路", "深海之光"), part("表.docx", form("探月之路"))]
    films = [part("探月之路.mp4", film()), part("深海之光.mp4", film())]
    assert titles(group([*parts, *films], subject="")) == ["探月之路", "深海之光"]


def test_a_scan_belongs_to_the_form_of_the_title_read_off_it(part, form):
    forms = [part("1.docx", form("探月之路")), part("2.docx", form("深海之光"))]
    scans = [part("扫描件7.jpg", read("深海之先")), part("扫描件9.jpg", read("探月之路"))]
    found = group([*forms, *scans], subject="")
    assert [g.part_ids for g in found.groups] == [ids(forms[0], scans[1]), ids(forms[1], scans[0])]


def test_pages_without_a_title_follow_the_page_with_one(part, form):
    forms = [part("a.docx", form("探月之路")), part("b.docx", form("深海之光"))]
    scans = [part(f"IMG_{n}.jpg", read(t)) for n, t in ((11, "探月之路"), (12, ""), (13, "深海之光"), (14, ""))]
    found = group([*forms, *scans], subject="")
    assert [g.part_ids for g in found.groups] == [ids(forms[0], *scans[:2]), ids(forms[1], *scans[2:])]


def test_a_scan_whose_reading_and_name_disagree_is_unplaced(part, form):
    forms = [part("a.docx", form("探月之路")), part("b.docx", form("深海之光"))]
    torn = part("探月之路扫描件.jpg", read("深海之光"))
    assert group([*forms, torn], subject="").unplaced == ids(torn)


def test_the_only_film_left_belongs_to_the_only_work_without_one(part, film, form):
    forms = [part("a.docx", form("探月之路")), part("b.docx", form("深海之光"))]
    films = [part("探月之路.mp4", film()), part("VID_1.mp4", film())]
    assert group([*forms, *films], subject="").groups[1].part_ids == ids(forms[1], films[1])


def test_numbers_in_names_tell_where_each_form_has_its_own(part, film, form):
    forms = [part("作品1表.docx", form("探月之路")), part("作品2表.docx", form("深海之光"))]
    films = [part("作品2.mp4", film()), part("作品1.mp4", film())]
    found = group([*forms, *films], subject="")
    assert [g.part_ids for g in found.groups] == [ids(forms[0], films[1]), ids(forms[1], films[0])]


def test_films_alone_with_titles_in_marks_are_works(part, film):
    films = [part("《探月之路》.mp4", film()), part("《深海之光》.mp4", film())]
    assert titles(group(films, subject="")) == ["探月之路", "深海之光"]


def test_one_title_of_two_entrants_is_two_works(part, form):
    forms = [part(f"{n}.docx", form("垃圾分类", author=f"作者{n}", producer=f"单位{n}")) for n in (1, 2)]
    assert titles(group(forms, subject="")) == ["垃圾分类", "垃圾分类"]
