import pytest

from parsers.facts import Box, Line, Mark, PageFacts
from parsers.recognition.grid import tables_of
from parsers.recognition.rows import page_rows


def box(left, top, right, bottom):
    return Box(left=left, top=top, right=right, bottom=bottom)


def line(text, left, top, right, bottom=None, confidence=0.9):
    return Line(text=text, box=box(left, top, right, bottom or top + 0.02), confidence=confidence)


def texts(lines, cells=()):
    page = PageFacts(width=1000, height=1400, lines=tuple(lines), cells=tuple(cells))
    return [tuple(cell.text for cell in row) for row in page_rows(page, 1) if row]


LABEL, VALUE = box(0.1, 0.2, 0.3, 0.3), box(0.302, 0.2, 0.9, 0.3)


def test_lines_in_two_cells_side_by_side_are_a_row():
    assert texts([line("月球", 0.31, 0.22, 0.4), line("片名", 0.15, 0.24, 0.2)], [LABEL, VALUE]) == [("片名", "月球")]


def test_a_line_that_reaches_the_edge_of_its_cell_goes_on_in_the_next():
    lines = [line("以动画介绍月球极区", 0.31, 0.21, 0.89), line("水冰。", 0.31, 0.24, 0.4)]
    assert texts(lines, [LABEL, VALUE]) == [("", "以动画介绍月球极区水冰。")]


def test_a_line_that_ends_before_the_edge_of_its_cell_is_a_line_of_its_own():
    lines = [line("张三", 0.31, 0.21, 0.4), line("李四", 0.31, 0.24, 0.4)]
    assert texts(lines, [LABEL, VALUE]) == [("", "张三\n李四")]


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("made by the", "Science Press", "made by the Science Press"),
        ("https://video.example.cn/v/nk", "59s633", "https://video.example.cn/v/nk59s633"),
        ("7kkta5_33@mai", "l.example.cn", "7kkta5_33@mail.example.cn"),
        ("138000", "07869", "13800007869"),
    ],
)
def test_words_that_go_on_are_parted_and_addresses_and_numbers_are_not(first, second, joined):
    lines = [line(first, 0.31, 0.21, 0.89), line(second, 0.31, 0.24, 0.4)]
    assert texts(lines, [LABEL, VALUE]) == [("", joined)]


def test_pieces_side_by_side_in_a_cell_are_parted_where_they_stand_apart():
    lines = [line("□机构", 0.31, 0.22, 0.4), line("☑个人", 0.5, 0.22, 0.6)]
    assert texts(lines, [LABEL, VALUE]) == [("", "□机构 ☑个人")]


def test_a_cell_over_two_rows_stands_in_the_first():
    cells = [box(0.1, 0.2, 0.2, 0.4), box(0.202, 0.2, 0.5, 0.299), box(0.202, 0.301, 0.5, 0.4)]
    (table,) = tables_of(cells)
    assert [[(slot.column, slot.columns, slot.rows) for slot in row] for row in table] == [
        [(0, 1, 2), (1, 1, 1)],
        [(1, 1, 1)],
    ]


def test_a_cell_over_three_columns_says_so():
    cells = [box(0.1 + 0.2 * n, 0.2, 0.298 + 0.2 * n, 0.25) for n in range(4)]
    cells += [box(0.1, 0.252, 0.298, 0.3), box(0.3, 0.252, 0.898, 0.3)]
    (table,) = tables_of(cells)
    assert [(slot.column, slot.columns) for slot in table[1]] == [(0, 1), (1, 3)]


def test_tables_apart_are_two_and_a_line_between_them_stands_there():
    lower = [box(0.1, 0.5, 0.3, 0.6), box(0.302, 0.5, 0.9, 0.6)]
    lines = [line("单位", 0.15, 0.55, 0.2), line("二、单位信息", 0.1, 0.4, 0.3), line("片名", 0.15, 0.24, 0.2)]
    assert texts(lines, [LABEL, VALUE, *lower]) == [("片名", ""), ("二、单位信息",), ("单位", "")]


def test_a_table_in_a_cell_is_within_it():
    inner = [box(0.4, 0.22, 0.6, 0.25), box(0.602, 0.22, 0.8, 0.25)]
    page = PageFacts(
        width=1000,
        height=1400,
        lines=(line("姓名", 0.45, 0.225, 0.5, 0.245), line("王芳", 0.65, 0.225, 0.7, 0.245)),
        cells=(LABEL, VALUE, *inner),
    )
    (row, _) = page_rows(page, 1)
    assert [cell.text for cell in row[1].inner[0]] == ["姓名", "王芳"]


def test_pieces_of_a_line_outside_tables_are_one_cell_unless_they_stand_far_apart():
    lines = [line("联系人：易勇", 0.1, 0.2, 0.3), line("手机：138", 0.32, 0.2, 0.5), line("2024年", 0.8, 0.2, 0.9)]
    assert texts(lines) == [("联系人：易勇 手机：138", "2024年")]


def test_lines_of_a_paragraph_are_one():
    lines = [
        line("作品简介：本片以星海为题", 0.14, 0.2, 0.9),
        line("近距离观察热液喷口旁的生命", 0.1, 0.23, 0.9),
        line("的奇异。", 0.1, 0.26, 0.2),
        line("联系人：易勇", 0.1, 0.29, 0.3),
    ]
    assert texts(lines) == [("作品简介：本片以星海为题近距离观察热液喷口旁的生命的奇异。",), ("联系人：易勇",)]


def test_a_signature_at_the_right_margin_does_not_go_on_below():
    lines = [
        line("同意主办单位将作品用于公益性科普传播，并愿意承担一切责任", 0.1, 0.2, 0.9),
        line("且无异议。", 0.1, 0.23, 0.3),
        line("承诺人签字：", 0.7, 0.26, 0.9),
        line("推荐单位：", 0.1, 0.29, 0.3),
    ]
    assert texts(lines)[1:] == [("承诺人签字：",), ("推荐单位：",)]


def test_a_cell_has_the_mean_confidence_of_its_lines_and_its_place():
    page = PageFacts(
        width=1000,
        height=1400,
        lines=(line("张三", 0.31, 0.21, 0.4, confidence=0.6), line("李四王五", 0.31, 0.24, 0.4, confidence=0.9)),
        cells=(LABEL, VALUE),
    )
    cell = page_rows(page, 3)[0][1]
    assert (cell.confidence, cell.page, cell.box) == (0.8, 3, VALUE)


def with_writing(lines, *places):
    marks = tuple(Mark(what="writing", box=place, colour="blue", confidence=0.9) for place in places)
    page = PageFacts(width=1000, height=1400, lines=tuple(lines), cells=(LABEL, VALUE), marks=marks)
    return page_rows(page, 1)[0][1].text


def test_a_signature_behind_a_printed_name_is_no_part_of_it():
    lines = [line("陈晓岚", 0.31, 0.22, 0.4), line("陈荒岚", 0.6, 0.22, 0.7)]
    assert with_writing(lines, box(0.59, 0.21, 0.71, 0.25)) == "陈晓岚"


def test_what_is_written_by_hand_behind_a_colon_or_alone_is_the_value():
    lines = [line("姓名：", 0.31, 0.21, 0.4), line("陈晓岚", 0.6, 0.21, 0.7), line("王芳", 0.31, 0.25, 0.4)]
    places = box(0.59, 0.2, 0.71, 0.235), box(0.3, 0.245, 0.41, 0.275)
    assert with_writing(lines, *places) == "姓名： 陈晓岚\n王芳"


def test_rows_of_two_fields_side_by_side_are_no_paragraph():
    first = [line("播出平台：学习强国", 0.1, 0.2, 0.3), line("播放网址：https://v.example.cn/1", 0.55, 0.2, 0.9)]
    second = [line("联系人：林晚舟", 0.1, 0.225, 0.25), line("联系电话：13800001111", 0.55, 0.225, 0.8)]
    assert texts([*first, *second]) == [
        ("播出平台：学习强国", "播放网址：https://v.example.cn/1"),
        ("联系人：林晚舟", "联系电话：13800001111"),
    ]


def test_line_with_a_label_of_its_own_goes_on_with_nothing():
    lines = [
        line("作品简介：以动画介绍月球极区的水冰，以及它们是怎样被发现的", 0.1, 0.2, 0.9),
        line("原创承诺：本人承诺", 0.1, 0.225, 0.4),
    ]
    assert texts(lines) == [("作品简介：以动画介绍月球极区的水冰，以及它们是怎样被发现的",), ("原创承诺：本人承诺",)]
