import pytest

from ingest.model import Kind
from parsers.facts import Broken, FieldValue

SEALED, OPEN = True, False
BLANK = "（盖章）\n  年  月  日"


@pytest.fixture
def judged(find, a_work, form, stamped, seal):
    """The rule for a recommended work: the opinion in the form, and on the scan."""

    def ask(typed, read, *, sealed=SEALED, signed=None, scan=True):
        facts = stamped(recommender_opinion=read, signed=signed, marks=(seal(),) if sealed else ()) if scan else None
        return find("endorsement", a_work(form=form(recommender_opinion=typed), scan=facts))

    return ask


@pytest.mark.parametrize(
    ("typed", "read", "signed", "outcome"),
    [
        ("同意推荐", "同意推荐", None, "pass"),
        ("同意推荐", None, None, "pass"),
        (BLANK, "同意推荐", None, "pass"),
        (None, "同意推荐", None, "pass"),
        (BLANK, BLANK, {"recommender_opinion": True}, "pass"),
        (BLANK, BLANK, None, "review"),
        (None, None, None, "review"),
    ],
)
def test_endorsement_of_a_unit_on_sealed_paper(judged, typed, read, signed, outcome):
    assert judged(typed, read, signed=signed)[0] == outcome


@pytest.mark.parametrize(
    ("typed", "read", "signed", "outcome"),
    [
        ("同意推荐", "同意推荐", None, "review"),
        (BLANK, BLANK, None, "missing"),
        (BLANK, BLANK, {"recommender_opinion": False}, "missing"),
        (BLANK, BLANK, {"recommender_opinion": True}, "review"),
        (BLANK, None, None, "review"),
        (None, None, None, "review"),
    ],
)
def test_endorsement_of_a_unit_on_paper_without_a_seal(judged, typed, read, signed, outcome):
    assert judged(typed, read, signed=signed, sealed=OPEN)[0] == outcome


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("同意推荐", ("review", "推荐单位意见已填写，没有扫描件，是否盖章未能核对，请打开核对")),
        (BLANK, ("missing", "推荐单位意见未填写")),
        (None, ("review", "表中没有找到推荐单位意见，请打开表格核对")),
    ],
)
def test_endorsement_of_a_unit_without_a_scan(judged, typed, found):
    assert judged(typed, BLANK, scan=False) == found


def test_endorsement_where_no_form_is_there_goes_by_the_scan(find, a_work, stamped):
    found = find("endorsement", a_work(form=None, scan=stamped()))
    assert found == ("pass", "据扫描件识别：推荐单位意见已填写，扫描件上有红色印章")


def test_endorsement_where_no_form_is_there_is_never_missing_by_the_scan_alone(find, a_work, stamped):
    found = find("endorsement", a_work(form=None, scan=stamped(recommender_opinion=BLANK, marks=())))
    assert found == ("review", "据扫描件识别：推荐单位意见未填写，请打开扫描件核对")


def test_endorsement_without_form_and_scan_is_not_checked(find, a_work):
    assert find("endorsement", a_work(form=None, scan=None)) == ("na", "没有电子表，未检查")


def test_endorsement_of_a_broken_form_is_not_checked(find, a_work):
    assert find("endorsement", a_work(form=Broken(format="doc", reason="unreadable")))[0] == "na"


@pytest.fixture
def own(find, a_work, form):
    """The rule for a work of the public track: reviewers, their titles in a column, the unit's opinion."""

    def ask(reviewers, titles=None, opinion=None, *, text=None, confidence=1.0, scan=None):
        made = form(
            recommender=None,
            recommender_opinion=None,
            reviewers=reviewers,
            reviewer_titles=titles,
            review_opinion=opinion,
            text=text,
            confidence=confidence,
        )
        return find("endorsement", a_work(form=made, scan=scan, track="public"))

    return ask


@pytest.mark.parametrize(
    ("reviewers", "titles"),
    [
        ("何审之（研究员）、陆校之（教授）", None),
        ("何审之 副研究员 甲研究所\n陆校之 高级工程师 乙公司", None),
        ("研究员 何审之；副教授 陆校之", None),
        ("姓名：何审之 职称：主任医师；姓名：陆校之 职称：副主任医师", None),
        ("何审之\n陆校之", "研究员\n教授级高级工程师"),
        ("何审之、陆校之、王五", "研究员\n编审\n高级记者"),
    ],
)
def test_endorsement_by_two_reviewers_of_rank_passes(own, reviewers, titles):
    assert own(reviewers, titles)[0] == "pass"


def test_endorsement_by_two_reviewers_says_their_titles(own):
    assert own("何审之（研究员）、陆校之（教授）") == ("pass", "审核专家 2 位，职称为研究员、教授")


@pytest.mark.parametrize(
    ("reviewers", "titles"),
    [
        ("何审之（研究员）", None),
        ("何审之（助理研究员）、陆校之（教授）", None),
        ("何审之（工程师）、陆校之（讲师）", None),
        ("何审之、陆校之", None),
        ("何审之 教授、主任医师", None),
        ("何审之\n陆校之", "研究员\n馆员"),
        ("研究员、教授", None),
    ],
)
def test_endorsement_by_fewer_than_two_of_rank_is_for_a_person(own, reviewers, titles):
    assert own(reviewers, titles)[0] == "review"


def test_endorsement_by_reviewers_whose_titles_stand_elsewhere_in_the_form(own):
    text = "审核专家\n何审之\t研究员\t甲研究所\n陆校之\t教授\t乙大学"
    assert own("何审之\n陆校之", text=text)[0] == "pass"


def test_endorsement_by_reviewers_read_without_confidence_is_for_a_person(own):
    found = own("何审之（研究员）、陆校之（教授）", confidence=0.7)
    assert found == ("review", "审核专家的职称识别不够清楚（研究员、教授），请打开核对")


def test_endorsement_of_the_public_track_with_neither_is_missing(own):
    assert own("", opinion=BLANK) == ("missing", "审核意见未填写；审核专家未填写")


def test_endorsement_of_the_public_track_whose_form_asks_for_neither_is_for_a_person(own):
    assert own(None) == ("review", "表中没有找到审核意见、审核专家，请打开表格核对")


def test_endorsement_by_the_authors_unit_on_sealed_paper_passes(own, stamped):
    found = own("", opinion="情况属实，同意", scan=stamped(review_opinion="情况属实，同意"))
    assert found == ("pass", "审核意见已填写，扫描件上有红色印章")


def test_endorsement_by_reviewers_written_on_the_paper_alone(own, stamped):
    assert own("", scan=stamped(reviewers="何审之（研究员）、陆校之（教授）", marks=()))[0] == "pass"


def test_endorsement_of_a_track_that_asks_for_none_is_not_checked(find, a_work, with_rule):
    config = with_rule("endorsement", opinions={}, reviewers={})
    assert find("endorsement", a_work(), config) == ("na", "这一途径不要求单位意见")


def test_endorsement_with_a_scan_nobody_recognised_is_for_a_person(find, a_work, form, material, page):
    unread = material(Kind.SCAN, "推荐表扫描件.jpg", page, certain=False)
    found = find("endorsement", a_work(unread, form=form(recommender_opinion=BLANK), scan=None))
    assert found == ("review", "电子表中推荐单位意见未填写，扫描件尚未识别，请打开核对")


def test_endorsement_reads_two_columns_of_values(find, a_work, form):
    value = FieldValue(value="何审之、陆校之", label="审核专家", others=("研究员",))
    made = form(recommender=None, recommender_opinion=None)
    made = made.model_copy(update={"fields": made.fields | {"reviewers": value}})
    assert find("endorsement", a_work(form=made, scan=None, track="public"))[0] == "review"
