import pytest

from parsers.facts import Broken

NEEDS_A_FORM = ["form-kind", "form-fields", "made-in-window", "shown-in-window"]


@pytest.mark.parametrize("rule_id", NEEDS_A_FORM)
def test_without_a_form_nothing_is_checked(find, a_work, rule_id):
    assert find(rule_id, a_work(form=None)) == ("na", "没有电子表，未检查")


@pytest.mark.parametrize(
    ("rule_id", "outcome"),
    [("form-kind", "na"), ("form-fields", "review"), ("made-in-window", "na"), ("shown-in-window", "na")],
)
def test_a_form_that_cannot_be_read_is_said_once(find, a_work, rule_id, outcome):
    found = find(rule_id, a_work(form=Broken(format="docx", reason="locked")))
    assert found == (outcome, "电子表“推荐表.docx”无法打开，未检查：文件有密码，无法打开")


def test_form_kind_of_this_track_and_edition_passes(find, a_work):
    found = find("form-kind", a_work())
    assert found == ("pass", "表格标题“2024年全国科普微视频大赛作品推荐表”，2024年")


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("", "未读到表格标题，请核对是否为推荐表"),
        ("2024年全国科普微视频大赛作品自荐表", "属于“社会征集”；地方、部门推荐应使用推荐表"),
        ("2024年作品登记表", "；地方、部门推荐应使用推荐表"),
        ("2023年全国科普微视频大赛作品推荐表", "年份为 2023；本届为 2024 年，请核对"),
        ("全国科普微视频大赛作品推荐表", "没有写年份；本届为 2024 年，请核对"),
    ],
)
def test_form_kind_of_another_kind_is_for_a_person(find, a_work, form, title, said):
    outcome, evidence = find("form-kind", a_work(form=form(title)))
    assert (outcome, said in evidence) == ("review", True)


@pytest.mark.parametrize("above", ["2024年全国科普微视频大赛", "附件3\n二〇二四年全国科普微视频大赛", "２０２４年"])
def test_form_kind_reads_the_year_in_the_line_above_the_title(find, a_work, form, above):
    found = form("作品推荐表", text=f"{above}\n作品推荐表\n作品名称")
    assert find("form-kind", a_work(form=found))[0] == "pass"


def test_form_kind_of_the_other_track(find, a_work, form):
    work = a_work(form=form("2024年全国科普微视频大赛作品自荐表"), track="public", mailbox="public")
    assert find("form-kind", work)[0] == "pass"


def test_form_fields_all_filled_passes(find, a_work):
    assert find("form-fields", a_work()) == ("pass", "必填的 12 项均已填写")


def test_form_fields_blank_is_missing_and_named(find, a_work, form):
    found = find("form-fields", a_work(form=form(phone="", author="  ")))
    assert found == ("missing", "未填写：第一作者、联系电话")


@pytest.mark.parametrize("residue", ["（盖章）", "（公章）\n   年   月   日", "____", "负责人签字：      年  月  日"])
def test_form_fields_holding_only_what_the_empty_form_prints_are_blank(find, a_work, form, residue):
    found = find("form-fields", a_work(form=form(recommender_opinion=residue)))
    assert found == ("missing", "未填写：推荐单位意见")


def test_form_fields_not_in_the_form_are_for_a_person(find, a_work, form):
    found = find("form-fields", a_work(form=form(producer=None)))
    assert found == ("review", "表中没有找到：制作单位，请打开表格核对")


def test_form_fields_blank_outranks_not_found(find, a_work, form):
    found = find("form-fields", a_work(form=form(producer=None, author="")))
    assert found == ("missing", "未填写：第一作者；表中没有找到：制作单位")


def test_form_fields_read_without_confidence_are_for_a_person(find, a_work, form):
    assert find("form-fields", a_work(form=form(confidence=0.6)))[0] == "review"


def test_form_fields_required_depend_on_the_track(find, a_work, form):
    work = a_work(form=form(recommender=None, recommender_opinion=None, producer=None), track="public")
    assert find("form-fields", work)[0] == "pass"


DATES = [
    ("2023年5月", "pass"),
    ("2023.5.1", "pass"),
    ("2023/05/01-06/01", "pass"),
    ("二〇二三年五月一日", "pass"),
    ("2023-12", "pass"),
    ("2023年12月底", "pass"),
    ("2023年", "pass"),
    ("2023-01-01", "pass"),
    ("2023-12-31", "pass"),
    ("2022-12-31", "fail"),
    ("2024-01-01", "fail"),
    ("2022年", "fail"),
    ("2024年1-3月", "fail"),
    ("2022年12月至2023年2月", "review"),
    ("2023年11月-2024年1月", "review"),
    ("预计2023年12月", "review"),
    ("2023年12月31日前", "review"),
    ("去年", "review"),
    ("2023年13月", "review"),
    ("", "missing"),
    ("    年   月   日", "missing"),
    (None, "review"),
]


@pytest.mark.parametrize(("written", "outcome"), DATES)
def test_made_in_window(find, a_work, form, written, outcome):
    assert find("made-in-window", a_work(form=form(completed_on=written)))[0] == outcome


@pytest.mark.parametrize(("written", "outcome"), DATES)
def test_shown_in_window(find, a_work, form, written, outcome):
    assert find("shown-in-window", a_work(form=form(first_shown_on=written)))[0] == outcome


def test_made_in_window_says_what_was_written_and_wanted(find, a_work, form):
    found = find("made-in-window", a_work(form=form(completed_on="2022年5月")))
    assert found == ("fail", "完成时间 “2022年5月”；要求 2023年1月1日至2023年12月31日")


def test_made_in_window_never_fails_on_a_date_that_was_only_recognised(find, a_work, form):
    assert find("made-in-window", a_work(form=form(completed_on="2022年5月", confidence=0.7)))[0] == "review"


def test_made_in_window_with_two_dates_in_one_form_is_for_a_person(find, a_work, form):
    assert find("made-in-window", a_work(form=form(others=("2024年",))))[0] == "review"


@pytest.mark.parametrize(
    ("platform", "outcome"),
    [("CCTV-10", "pass"), ("哔哩哔哩、抖音", "pass"), ("某某网站", "review"), ("", "missing"), (None, "review")],
)
def test_shown_in_window_wants_a_platform_it_knows(find, a_work, form, platform, outcome):
    assert find("shown-in-window", a_work(form=form(platform=platform)))[0] == outcome


def test_shown_in_window_out_of_the_window_fails_on_any_platform(find, a_work, form):
    found = find("shown-in-window", a_work(form=form(first_shown_on="2024年2月3日", platform="某某网站")))
    assert found[0] == "fail"


# --- with a scan that was read ---------------------------------------------------------------------------------------

RECOGNISED = "据扫描件识别："


@pytest.mark.parametrize(
    ("rule_id", "read", "outcome"),
    [
        ("form-kind", {}, "pass"),
        ("form-kind", {"title_line": "2023年全国科普微视频大赛作品推荐表"}, "review"),
        ("form-fields", {}, "pass"),
        ("form-fields", {"phone": ""}, "review"),
        ("form-fields", {"phone": None}, "review"),
        ("form-fields", {"confidence": 0.7}, "review"),
        ("made-in-window", {}, "pass"),
        ("made-in-window", {"completed_on": "2022年5月"}, "review"),
        ("made-in-window", {"completed_on": ""}, "review"),
        ("shown-in-window", {}, "pass"),
        ("shown-in-window", {"first_shown_on": "2024年2月"}, "review"),
        ("shown-in-window", {"platform": ""}, "review"),
        ("original", {}, "manual"),
        ("original", {"commitment": ""}, "review"),
        ("licence", {}, "na"),
        ("licence", {"non_original": "引用了资料片"}, "review"),
    ],
)
def test_without_a_form_the_scans_reading_is_judged_and_never_fails(find, a_work, stamped, rule_id, read, outcome):
    found = find(rule_id, a_work(form=None, scan=stamped(**read)))
    assert (found[0], found[1].startswith(RECOGNISED)) == (outcome, True)


def test_without_a_form_what_would_fail_says_to_look_at_the_scan(find, a_work, stamped):
    found = find("made-in-window", a_work(form=None, scan=stamped(completed_on="2022年5月")))
    wanted = "要求 2023年1月1日至2023年12月31日"
    assert found == ("review", f"{RECOGNISED}完成时间 “2022年5月”；{wanted}，请打开扫描件核对")


def test_without_a_form_the_form_stays_missing(find, a_work, stamped):
    assert find("materials", a_work(form=None, scan=stamped())) == ("missing", "缺电子表")


def test_a_form_that_cannot_be_read_is_for_a_person_though_the_scan_was_read(find, a_work, stamped):
    found = find("form-fields", a_work(form=Broken(format="docx", reason="locked"), scan=stamped()))
    assert found == ("review", "电子表“推荐表.docx”无法打开，未检查：文件有密码，无法打开")


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("2023年全国科普微视频大赛作品推荐表", "年份为 2023；本届为 2024 年，请核对"),
        ("2024年全国科普微视频大赛作品自荐表", "属于“社会征集”；地方、部门推荐应使用推荐表"),
    ],
)
def test_form_kind_of_a_scan_of_another_form_is_for_a_person(find, a_work, stamped, title, said):
    outcome, evidence = find("form-kind", a_work(scan=stamped(title)))
    assert (outcome, evidence.startswith("扫描件标题"), evidence.endswith(said)) == ("review", True, True)


def test_form_kind_of_a_scan_whose_title_was_not_read_goes_by_the_form(find, a_work, stamped):
    assert find("form-kind", a_work(scan=stamped("")))[0] == "pass"


@pytest.mark.parametrize("name", ["recommender_opinion", "commitment"])
@pytest.mark.parametrize("signed", [True, False])
def test_form_fields_that_are_made_on_paper_may_stand_there_alone(find, a_work, form, stamped, name, signed):
    scan = stamped(**{name: "（签字）"}, signed={name: True}) if signed else stamped()
    assert find("form-fields", a_work(form=form(**{name: ""}), scan=scan))[0] == "pass"


def test_form_fields_filled_on_the_paper_alone_are_for_a_person(find, a_work, form, stamped):
    found = find("form-fields", a_work(form=form(contact=""), scan=stamped()))
    assert found == ("review", "电子表未填写、扫描件上有：联系人，请打开表格核对")


def test_form_fields_blank_in_form_and_scan_are_missing(find, a_work, form, stamped):
    found = find("form-fields", a_work(form=form(contact=""), scan=stamped(contact="")))
    assert found == ("missing", "未填写：联系人")


@pytest.mark.parametrize(
    ("phone", "outcome"),
    [
        ("13800000000", "pass"),
        ("010-55550000、13800000000", "pass"),
        ("同上", "review"),
        ("1380000", "review"),
    ],
)
def test_form_fields_wants_a_phone_that_can_be_called(find, a_work, form, phone, outcome):
    assert find("form-fields", a_work(form=form(phone=phone)))[0] == outcome


def test_form_fields_takes_what_the_parser_read_of_a_value(find, a_work, form):
    made = form(phone="一三八零零零零零零零零")
    known = made.fields["phone"].model_copy(update={"normal": "13800000000", "normal_confidence": 0.9})
    made = made.model_copy(update={"fields": made.fields | {"phone": known}})
    assert find("form-fields", a_work(form=made))[0] == "pass"


def test_original_with_a_commitment_signed_on_the_paper_is_not_missing(find, a_work, form, stamped):
    scan = stamped(commitment="", signed={"commitment": True})
    assert find("original", a_work(form=form(commitment="（签字）"), scan=scan))[0] == "manual"


def test_original_with_a_commitment_nowhere_is_missing(find, a_work, form, stamped):
    scan = stamped(commitment="", signed={"commitment": False})
    assert find("original", a_work(form=form(commitment=""), scan=scan)) == ("missing", "原创承诺未填写")
