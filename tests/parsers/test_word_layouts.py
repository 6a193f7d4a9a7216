"""Forms of every shape, drawn in the XML that Word and WPS write, against exactly what stands in them."""

import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.config import load
from ingest.context import wants_of
from parsers.facts import FormFacts
from parsers.word import read_docx
from parsers.wordtext import MAX_CELLS

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MORE = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)


def p(text="", *, properties=""):
    """A paragraph; line ends of `text` as breaks."""
    runs = "<w:br/>".join(f'<w:t xml:space="preserve">{line}</w:t>' for line in text.split("\n"))
    return f"<w:p>{properties}<w:r>{runs}</w:r></w:p>"


def tc(content="", *, span=1, merge=""):
    """A cell: text, or XML. merge: "restart" or "continue", down the column."""
    inner = content if content.startswith("<") else p(content)
    down = {"": "", "restart": '<w:vMerge w:val="restart"/>', "continue": "<w:vMerge/>"}[merge]
    return f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/>{down}</w:tcPr>{inner}</w:tc>'


def tbl(*rows):
    """A table; a row is cells, or texts."""
    made = ("".join(cell if cell.startswith("<w:tc") else tc(cell) for cell in row) for row in rows)
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in made) + "</w:tbl>"


def boxed(*paragraphs):
    """A text box as Word writes it: once for new programs, once for old ones."""
    content = "".join(paragraphs)
    return (
        f"<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx><w:txbxContent>{content}"
        f"</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>{content}"
        "</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )


@pytest.fixture(scope="module")
def wants(tmp_path_factory):
    """What the shipped config asks of forms."""
    return wants_of(load(None, environ={}, cwd=tmp_path_factory.mktemp("config")))


@pytest.fixture
def read(tmp_path, wants):
    def reading(body, **parts):
        path = tmp_path / "form.docx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            for name, xml in {"document": f"<w:body>{body}</w:body>", **parts}.items():
                tag = "document" if name == "document" else "hdr"
                archive.writestr(f"word/{name}.xml", f'<w:{tag} xmlns:w="{WORD}" {MORE}>{xml}</w:{tag}>')
        return read_docx(path, wants)

    return reading


def values(facts):
    return {field: found.value for field, found in facts.fields.items()}


LAYOUTS = {
    "two columns": (
        tbl(("作 品 名 称", "嫦娥之歌"), ("作　者", "张三"), ("联系电话（手机）", "13800138000")),
        {"title": "嫦娥之歌", "author": "张三", "phone": "13800138000"},
    ),
    "four columns, a value over three of them": (
        tbl(
            ("作品名称", tc("嫦娥之歌", span=3)),
            ("第一作者", "张三", "工作单位", "某某大学"),
            ("完成时间", "2023年5月", "时长", "4分30秒"),
        ),
        {
            "title": "嫦娥之歌",
            "author": "张三",
            "author_unit": "某某大学",
            "completed_on": "2023年5月",
            "duration": "4分30秒",
        },
    ),
    "six columns with labels that nobody asked for": (
        tbl(("第一作者", "张三", "性别", "男", "职称", "教授"), ("联系人", "李四", "传真", "010-1", "邮编", "100038")),
        {"author": "张三", "author_title": "教授", "contact": "李四", "postcode": "100038"},
    ),
    "sections down the left side, reviewers apart from the author": (
        tbl(
            (tc("作\n者\n信\n息", merge="restart"), "姓名", "张三", "职称", "教授"),
            (tc("", merge="continue"), "工作单位", tc("某某大学", span=3)),
            (tc("审\n核\n专\n家", merge="restart"), "姓名", "甲一", "职称", "研究员"),
            (tc("", merge="continue"), "单位", "某研究所", "签字", ""),
            (tc("", merge="continue"), "姓名", "乙二", "职称", "副教授"),
            (tc("", merge="continue"), "单位", "某学院", "签字", ""),
        ),
        {
            "author": "张三",
            "author_title": "教授",
            "author_unit": "某某大学",
            "reviewers": "甲一\n乙二",
            "reviewer_titles": "研究员\n副教授",
            "reviewer_units": "某研究所\n某学院",
            "reviewer_signatures": "",
        },
    ),
    "reviewers as a list under a row of labels": (
        tbl(
            (tc("审核专家", span=5),),
            ("序号", "姓名", "单位", "职称", "签字"),
            ("1", "甲一", "某研究所", "研究员", ""),
            ("2", "乙二", "某学院", "教授", ""),
            ("3", "", "", "", ""),
        ),
        {
            "reviewers": "甲一\n乙二",
            "reviewer_titles": "研究员\n教授",
            "reviewer_units": "某研究所\n某学院",
            "reviewer_signatures": "",
        },
    ),
    "reviewers as a list beside the merged name of their section": (
        tbl(
            (tc("审核专家", merge="restart"), "姓名", "职称", "签字"),
            (tc("", merge="continue"), "甲一", "研究员", ""),
            (tc("", merge="continue"), "乙二", "教授", ""),
            ("推荐单位", tc("某某厅", span=3)),
        ),
        {
            "reviewers": "甲一\n乙二",
            "reviewer_titles": "研究员\n教授",
            "reviewer_signatures": "",
            "recommender": "某某厅",
        },
    ),
    "a heading above each table": (
        p("一、作者信息")
        + tbl(("姓名", "张三"), ("职称", "讲师"))
        + p("二、审核专家")
        + tbl(("姓名", "甲一"), ("职称", "研究员")),
        {"author": "张三", "author_title": "讲师", "reviewers": "甲一", "reviewer_titles": "研究员"},
    ),
    "the author's title left blank, the reviewers' filled": (
        tbl(
            ("第一作者", "张三", "职称", ""),
            (tc("审核专家", merge="restart"), "甲一", "职称", "研究员"),
            (tc("", merge="continue"), "乙二", "职称", "教授"),
        ),
        {"author": "张三", "author_title": "", "reviewers": "甲一\n乙二", "reviewer_titles": "研究员\n教授"},
    ),
    "labels over values, several tables": (
        tbl(("作品名称", "时长"), ("嫦娥之歌", "270秒"))
        + p()
        + tbl(("联系人", "联系电话", "邮箱"), ("李四", "010-12345678", "a@b.cn")),
        {"title": "嫦娥之歌", "duration": "270秒", "contact": "李四", "phone": "010-12345678", "email": "a@b.cn"},
    ),
    "label and value in one cell": (
        tbl(
            ("作品名称：嫦娥之歌", "时长：4分"),
            ("第一作者\n张三", "制作单位\n某某公司"),
            (tc("作品简介（300字以内）：\n第一段话。\n第二段话。", span=2),),
        ),
        {
            "title": "嫦娥之歌",
            "duration": "4分",
            "author": "张三",
            "producer": "某某公司",
            "summary": "第一段话。\n第二段话。",
        },
    ),
    "a label over its value, both across the table": (
        tbl(("作品名称", "嫦娥之歌"), (tc("作品简介", span=2),), (tc("一句话。\n两句话。", span=2),), ("时长", "4分")),
        {"title": "嫦娥之歌", "summary": "一句话。\n两句话。", "duration": "4分"},
    ),
    "paragraphs with colons, two in a line, a text of several paragraphs": (
        p("1．作品名称：嫦娥之歌")
        + p("2．第一作者：张三        性别：女        职称：教授")
        + p("3．作品简介：本片讲述嫦娥工程从绕月到采样返回的全过程。")
        + p("影片采访了三位参与工程的科学家与工程师。")
        + p("4．联系人：李四\t联系电话：13800138000"),
        {
            "title": "嫦娥之歌",
            "author": "张三",
            "author_title": "教授",
            "summary": "本片讲述嫦娥工程从绕月到采样返回的全过程。\n影片采访了三位参与工程的科学家与工程师。",
            "contact": "李四",
            "phone": "13800138000",
        },
    ),
    "a label alone, then a list": (
        p("作品简介：") + p() + p("1. 讲清了原理") + p("2. 拍摄了实验") + p("非原创部分说明：无"),
        {"summary": "1. 讲清了原理\n2. 拍摄了实验", "non_original": "无"},
    ),
    "text boxes": (
        p("推荐表") + boxed(p("作品名称：嫦娥之歌"), p("第一作者：张三")),
        {"title": "嫦娥之歌", "author": "张三"},
    ),
    "a table within a cell": (
        tbl(
            ("作品名称", "嫦娥之歌"),
            ("审核专家", tc(p() + tbl(("姓名", "职称"), ("甲一", "研究员"), ("乙二", "教授")) + p())),
            ("推荐单位意见", tc(p() + tbl(("同意推荐。",)) + p())),
        ),
        {
            "title": "嫦娥之歌",
            "reviewers": "甲一\n乙二",
            "reviewer_titles": "研究员\n教授",
            "recommender_opinion": "同意推荐。",
        },
    ),
    "the whole form within one cell": (
        tbl((tc(tbl(("作品名称", "嫦娥之歌"), ("时长", "4分")) + p()),)),
        {"title": "嫦娥之歌", "duration": "4分"},
    ),
    "several labels in the cell beside a label": (
        tbl(("联系方式", "联系人：李四\n电话：13800138000\n邮箱：a@b.cn")),
        {"contact": "李四", "phone": "13800138000", "email": "a@b.cn"},
    ),
    "a number with a cell for each digit": (
        tbl(("身份证号", *"11010519491231002X"), ("邮编", *"100038", tc("", span=12))),
        {"entrant_id": "11010519491231002X", "postcode": "100038"},
    ),
    "a value that reads like a label": (
        tbl(("作品名称", "电话", "作者", "张三"), ("时长", "4分", "联系人", "李四")),
        {"title": "电话", "author": "张三", "duration": "4分", "contact": "李四"},
    ),
    "a label over several rows": (
        tbl(
            (tc("作品简介", merge="restart"), "第一行。"),
            (tc("", merge="continue"), "第二行。"),
            ("时长", "4分"),
        ),
        {"summary": "第一行。\n第二行。", "duration": "4分"},
    ),
    "a form over two tables, its head on each": (
        tbl((tc("审核专家", span=2),), ("姓名", "职称"), ("甲一", "研究员"))
        + p()
        + tbl((tc("审核专家", span=2),), ("姓名", "职称"), ("乙二", "教授")),
        {"reviewers": "甲一\n乙二", "reviewer_titles": "研究员\n教授"},
    ),
    "places to sign and seal": (
        tbl(
            ("推荐单位意见", "同意推荐。\n\n负责人签字：\n（单位盖章）\n2024年10月10日"),
            ("作者承诺", "作者签名：        年   月   日"),
            ("专家意见", "（公章）\n    年  月  日"),
        ),
        {"recommender_opinion": "同意推荐。", "commitment": "", "review_opinion": ""},
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layout(read, name):
    body, expected = LAYOUTS[name]
    assert values(read(body)) == expected


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("机构☑ 个人☐", "机构"),
        ("□机构　☑个人", "个人"),
        ("机构（√）　个人（  ）", "机构"),
        ("（ ）机构 （ ）个人", ""),
        ("机构√  个人", "机构"),
        ("■机构 □个人", "机构"),
    ],
)
def test_the_ticked_option_is_the_value(read, written, value):
    assert values(read(tbl(("自荐类型", written)))) == {"entrant_kind": value}


def test_beside_the_ticked_option_the_cell_is_kept_as_written(read):
    assert read(tbl(("自荐类型", "机构☑ 个人☐"))).fields["entrant_kind"].raw == "机构☑ 个人☐"


def symbol(font, char):
    return f'<w:r><w:sym w:font="{font}" w:char="{char}"/></w:r>'


def lettered(font, letter):
    return f'<w:r><w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}"/></w:rPr><w:t>{letter}</w:t></w:r>'


def control(checked):
    state = f'<w14:checkbox><w14:checked w14:val="{checked}"/></w14:checkbox>'
    return f"<w:sdt><w:sdtPr>{state}</w:sdtPr><w:sdtContent><w:r><w:t>?</w:t></w:r></w:sdtContent></w:sdt>"


def legacy(default, checked=""):
    on = f'<w:checked w:val="{checked}"/>' if checked else ""
    data = f'<w:ffData><w:checkBox><w:default w:val="{default}"/>{on}</w:checkBox></w:ffData>'
    return f'<w:r><w:fldChar w:fldCharType="begin">{data}</w:fldChar></w:r>'


@pytest.mark.parametrize(
    ("on", "off"),
    [
        (symbol("Wingdings", "F0FE"), symbol("Wingdings", "F0A8")),
        (symbol("Wingdings 2", "F052"), symbol("Wingdings 2", "F0A3")),
        (symbol("Wingdings 2", "0052"), symbol("Wingdings 2", "00A3")),
        (lettered("Wingdings 2", "R"), lettered("Wingdings 2", "£")),
        (lettered("Wingdings", "\uf0fe"), lettered("Wingdings", "\uf06f")),
        (control(1), control(0)),
        (legacy(0, "1"), legacy(1, "0")),
    ],
)
def test_a_box_of_any_make_is_ticked_or_not(read, on, off):
    line = f"<w:p>{off}<w:r><w:t>机构 </w:t></w:r>{on}<w:r><w:t>个人</w:t></w:r></w:p>"
    assert values(read(tbl(("自荐类型", tc(line))))) == {"entrant_kind": "个人"}


def sdt(properties, content):
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def test_the_grey_hint_of_an_empty_control_is_no_value(read):
    hint = f"<w:p>{sdt('<w:showingPlcHdr/>', '<w:r><w:t>单击此处输入文字。</w:t></w:r>')}</w:p>"
    assert values(read(tbl(("作品名称", tc(hint))))) == {"title": ""}


def test_the_choice_of_a_drop_down_control_is_its_value(read):
    made = sdt("<w:dropDownList/>", "<w:r><w:t>个人</w:t></w:r>")
    assert values(read(tbl(("自荐类型", tc(f"<w:p>{made}</w:p>"))))) == {"entrant_kind": "个人"}


def test_the_choice_of_an_old_drop_down_is_its_value(read):
    entries = '<w:result w:val="1"/><w:listEntry w:val="机构"/><w:listEntry w:val="个人"/>'
    data = f"<w:ffData><w:ddList>{entries}</w:ddList></w:ffData>"
    made = f'<w:p><w:r><w:fldChar w:fldCharType="begin">{data}</w:fldChar></w:r></w:p>'
    assert values(read(tbl(("自荐类型", tc(made))))) == {"entrant_kind": "个人"}


def test_controls_around_cells_and_rows_are_looked_through(read):
    row = f"<w:tr>{tc('作品名称')}{sdt('', tc('嫦娥'))}</w:tr>"
    assert values(read(f"<w:tbl>{sdt('', row)}</w:tbl>")) == {"title": "嫦娥"}


def test_deleted_rows_and_text_are_gone_and_moved_text_is_where_it_went(read):
    gone = f"<w:tr><w:trPr><w:del/></w:trPr>{tc('时长')}{tc('4分')}</w:tr>"
    cell = "<w:p><w:moveFrom><w:r><w:t>旧</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>新</w:t></w:r></w:moveTo></w:p>"
    assert values(read(f"<w:tbl>{gone}<w:tr>{tc('作品名称')}{tc(cell)}</w:tr></w:tbl>")) == {"title": "新"}


def test_a_deleted_paragraph_end_joins_two_paragraphs(read):
    ended = p("作品名称：嫦娥", properties="<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>")
    assert values(read(ended + p("之歌"))) == {"title": "嫦娥之歌"}


def test_hidden_text_is_not_read(read):
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>之歌</w:t></w:r>"
    assert values(read(f"<w:p><w:r><w:t>作品名称：嫦娥</w:t></w:r>{hidden}</w:p>")) == {"title": "嫦娥"}


def test_a_title_in_the_header_is_the_title(read):
    assert (
        read(p("作品名称：嫦娥"), header1=p("2024年全国科普微视频大赛推荐表")).title == "2024年全国科普微视频大赛推荐表"
    )


def test_the_title_in_the_body_comes_before_the_one_in_the_header(read):
    assert read(p("2024年推荐表"), header1=p("2023年推荐表")).title == "2024年推荐表"


def test_a_header_that_stands_on_several_pages_is_read_once(read):
    assert read(p("作品名称：嫦娥"), header1=p("附件3"), header2=p("附件3")).text == "附件3\n作品名称：嫦娥"


def test_a_header_that_is_no_xml_leaves_the_document(read):
    assert values(read(p("作品名称：嫦娥"), header1="<w:p>")) == {"title": "嫦娥"}


def test_a_field_found_twice_with_two_values_has_both(read):
    found = read(tbl(("第一作者", "张三"), ("时长", "4分"), ("第一作者", "李四"))).fields["author"]
    assert (found.value, found.others) == ("张三", ("李四",))


def test_the_section_of_a_field_is_told(read):
    body = tbl((tc("审\n核\n专\n家", merge="restart"), "职称", "教授"), (tc("", merge="continue"), "签字", ""))
    assert read(body).fields["reviewer_titles"].section == "审核专家"


def test_the_type_of_a_field_gives_its_normal_form(read):
    found = read(tbl(("完成时间", "二〇二三年五月"))).fields["completed_on"]
    assert (found.value, found.normal, found.normal_confidence) == ("二〇二三年五月", "2023-05", 1.0)


# --- whatever stands in a document, it is some form ---

WORDS = st.sampled_from(["作品名称", "嫦娥之歌", "审核专家", "职称", "作者：张三", "☑是 □否", "", "一\n二"])


def nested(inner):
    """Paragraphs, tables and their cells, controls and text boxes in one another, in places where they may not be."""
    some = st.lists(inner, max_size=3).map("".join)
    merges = st.sampled_from(["", "restart", "continue"])
    cell = st.builds(
        lambda content, span, merge: tc(content or p(), span=span, merge=merge), some, st.integers(-1, 10**9), merges
    )
    row = st.lists(st.one_of(cell, inner), max_size=4).map(lambda cells: f"<w:tr>{''.join(cells)}</w:tr>")
    return st.one_of(
        st.lists(row, max_size=4).map(lambda rows: f"<w:tbl>{''.join(rows)}</w:tbl>"),
        some.map(boxed),
        some.map(lambda content: sdt("<w:showingPlcHdr/>", content)),
        some.map(lambda content: f"<w:ins>{content}</w:ins>"),
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.recursive(WORDS.map(p), nested, max_leaves=20), max_size=5).map("".join))
def test_any_nesting_is_some_form(read, wants, body):
    facts = read(body)
    assert isinstance(facts, FormFacts)
    assert set(facts.fields) <= set(wants.labels)


def test_tables_in_one_another_without_end_are_read_as_far_as_they_go(read):
    deep = "<w:tbl><w:tr><w:tc>" * 60 + p("作品名称：嫦娥") + "</w:tc></w:tr></w:tbl>" * 60
    assert read(p("第一作者：张三") + deep).fields["author"].value == "张三"


def test_of_a_table_without_end_the_beginning_is_read(read):
    rows = tbl(("作品名称", "嫦娥之歌"), *(("", ""),) * (MAX_CELLS // 4 + 10), ("第一作者", "张三"))
    assert values(read(rows)) == {"title": "嫦娥之歌"}
