"""The organizers' copy beside the workbook."""

import pytest

MASKED = "收件台账（脱敏）.xlsx"


def test_a_report_writes_the_organizers_copy(desk):
    assert desk.rows("推荐作品", "登记号", "作品名称", path=desk.reports / MASKED) == [
        ("R2024-0001", "星海寻踪"),
        ("R2024-0002", "深海来信"),
    ]


@pytest.mark.parametrize("heading", ["联系人", "联系电话", "邮箱", "备注", "初审结论", "审查页"])
def test_it_has_no_columns_of_staffs_and_of_persons(desk, heading):
    assert (heading,) not in desk.cells("推荐作品", path=desk.reports / MASKED)


def test_news_is_in_it_too(desk):
    desk.edit({("推荐作品", "R2024-0001", "初审结论"): "通过"})
    desk.report()
    states = dict(desk.rows("推荐作品", "登记号", "状态", path=desk.reports / MASKED))
    assert states["R2024-0001"] == "通过"


def test_while_it_is_open_it_stays_and_that_is_said(desk):
    before = (desk.reports / MASKED).read_bytes()
    (desk.reports / f"~${MASKED}").write_bytes(b"")
    desk.news()
    notes = desk.report().notes
    said = f"{MASKED} 正打开着，本次没有更新；请关闭，下次有新内容时再写"
    assert (said in notes, (desk.reports / MASKED).read_bytes()) == (True, before)


def test_a_report_without_news_writes_nothing(desk):
    desk.report()
    before = desk.times()
    desk.report()
    assert desk.times() == before
