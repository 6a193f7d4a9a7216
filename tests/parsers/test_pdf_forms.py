"""PDFs as programs write them, put together by hand: ruled tables, turned pages, searchable scans, filled fields."""

import zlib

import pytest

from parsers.facts import FormFacts, ImageFacts, Wants
from parsers.pdf import read_pdf

LABELS = {
    "title": ("作品名称",),
    "author": ("第一作者",),
    "author_title": ("职称",),
    "summary": ("作品简介",),
    "phone": ("联系电话",),
    "reviewers": ("审核专家", "专家 > 姓名"),
    "titles": ("专家 > 职称",),
    "entrant_kind": ("自荐类型",),
}
WANTS = Wants(labels=LABELS, titles=("推荐表",), types={"reviewers": "list", "titles": "list"})
SIZE = 12


class Page:
    """The content of one page. Places are points from the upper left corner of a page of 595 by 842."""

    def __init__(self, *, turned=0):
        self.turned, self.parts, self.widgets = turned, [], []

    def text(self, x, y, words, *, mode=0):
        shown = words.encode("utf-16-be").hex().upper()
        self.parts.append(f"BT /F {SIZE} Tf {mode} Tr 1 0 0 1 {x} {842 - y - SIZE} Tm <{shown}> Tj ET")
        return self

    def line(self, x0, y0, x1, y1):
        self.parts.append(f"0.5 w {x0} {842 - y0} m {x1} {842 - y1} l S")
        return self

    def bar(self, x, y, width, height):
        self.parts.append(f"{x} {842 - y - height} {width} {height} re f")
        return self

    def picture(self, x=0, y=0, width=595, height=842):
        self.parts.append(f"q {width} 0 0 {height} {x} {842 - y - height} cm /I Do Q")
        return self

    def form(self, x, y):
        self.parts.append(f"q 1 0 0 1 {x} {-y} cm /X Do Q")
        return self

    def widget(self, x, y, width, height, rest):
        self.widgets.append(f"/Rect [{x} {842 - y - height} {x + width} {842 - y}] {rest}")
        return self

    def table(self, top, widths, rows, *, left=60, height=30):
        """Rows of (text, columns[, rows]) in a ruled grid; a text of several lines is drawn as lines."""
        edges = [left + sum(widths[:n]) for n in range(len(widths) + 1)]
        covered = set()
        for at, row in enumerate(rows):
            y, column = top + at * height, 0
            for cell in row:
                words, across, down = (*cell, 1, 1)[:3] if isinstance(cell, tuple) else (cell, 1, 1)
                while (at, column) in covered:
                    column += 1
                x0, x1, foot = edges[column], edges[column + across], y + down * height
                self.line(x0, y, x1, y).line(x0, foot, x1, foot).line(x0, y, x0, foot).line(x1, y, x1, foot)
                for n, words_line in enumerate(words.split("\n")):
                    self.text(x0 + 4, y + 2 + n * (SIZE + 1), words_line)
                covered |= {(at + m, column + n) for m in range(down) for n in range(across)}
                column += across
        return self


def saved(path, *pages, boxed=None):
    """Write pages, and the content of a form XObject, as one PDF."""
    kids, objects = [], [b""] * 8
    texts = "\n".join(part for page in pages for part in page.parts) + "\n".join(boxed.parts if boxed else ())
    objects[2] = b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H"
    objects[2] += b" /DescendantFonts [4 0 R] /ToUnicode 6 0 R >>"
    objects[3] = b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 5 0 R /DW 1000"
    objects[3] += b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>"
    objects[4] = b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880]"
    objects[4] += b" /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
    objects[5] = stream(to_unicode(texts))
    objects[6] = stream(zlib.compress(b"\xff"), "/Type /XObject /Subtype /Image /Width 1 /Height 1"
                        " /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode")  # fmt: skip
    used = "/Resources << /Font << /F 3 0 R >> /XObject << /I 7 0 R /X 8 0 R >> >>"
    inner = "\n".join(boxed.parts).encode() if boxed else b""
    objects[7] = stream(inner, f"/Type /XObject /Subtype /Form /BBox [0 0 595 842] {used.replace(' /X 8 0 R', '')}")
    fields = []
    for page in pages:
        annotations = []
        for widget in page.widgets:
            objects.append(f"<< /Type /Annot /Subtype /Widget /F 4 {widget} >>".encode())
            annotations.append(f"{len(objects)} 0 R")
        fields += annotations
        objects.append(stream("\n".join(page.parts).encode()))
        turn = f"/Rotate {page.turned}" if page.turned else ""
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {turn} {used} /Annots [{' '.join(annotations)}]"
            f" /Contents {len(objects)} 0 R >>".encode()
        )
        kids.append(f"{len(objects)} 0 R")
    form = f"/AcroForm << /Fields [{' '.join(fields)}] /DR << /Font << /F 3 0 R >> >> >>" if fields else ""
    objects[0] = f"<< /Type /Catalog /Pages 2 0 R {form} >>".encode()
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    data = bytearray(b"%PDF-1.4\n")
    starts = []
    for number, body in enumerate(objects, start=1):
        starts.append(len(data))
        data += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % start for start in starts)
    data += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    path.write_bytes(data)
    return path


def stream(data, entries=""):
    return f"<< {entries} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def to_unicode(_):
    """Codes are what they mean: this encoding's letters are their numbers."""
    head = b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Same def /CMapType 2 def\n"
    head += b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n100 beginbfrange\n"
    ranges = b"\n".join(b"<%02X00> <%02XFF> <%02X00>" % (n, n, n) for n in (*range(0x30), *range(0x4E, 0xA0)))
    return head.replace(b"100 ", b"%d " % (0x30 + 0xA0 - 0x4E)) + ranges + b"\nendbfrange endcmap end end"


@pytest.fixture
def read(tmp_path):
    return lambda *pages, **more: read_pdf(saved(tmp_path / "a.pdf", *pages, **more), WANTS)


def values(facts):
    return {field: found.value for field, found in facts.fields.items()}


FORM = [
    ["作品名称", ("嫦娥之歌", 3)],
    ["第一作者", "张三", "职称", ""],
    [("作品简介", 1, 2), ("第一行。\n第二行。", 3, 2)],
    [],
    [("审核专家", 1, 2), "姓名", "甲一", ("职称", 1)],
    ["签字", "", ""],
]
WIDTHS = [90, 130, 90, 130]


def test_cells_between_lines_are_the_form_s(read):
    facts = read(Page().text(200, 40, "2024年推荐表").table(80, WIDTHS, FORM[:4]))
    assert (facts.title, values(facts)) == (
        "2024年推荐表",
        {"title": "嫦娥之歌", "author": "张三", "author_title": "", "summary": "第一行。\n第二行。"},
    )


def test_a_line_that_fills_its_cell_goes_on_in_the_next(read):
    facts = read(Page().table(80, [90, 100], [["作品名称", "嫦娥之歌与广寒\n宫的故事"], ["第一作者", "张三"]]))
    assert values(facts)["title"] == "嫦娥之歌与广寒宫的故事"


def test_lines_drawn_as_narrow_bars_are_lines(read):
    page = Page().text(64, 82, "作品名称").text(164, 82, "嫦娥").text(64, 112, "第一作者").text(164, 112, "张三")
    for y in (80, 110, 140):
        page.bar(60, y, 200, 0.6)
    for x in (60, 160, 260):
        page.bar(x, 80, 0.6, 60)
    assert values(read(page)) == {"title": "嫦娥", "author": "张三"}


def test_merged_cells_name_the_section_of_all_their_rows(read):
    rows = [[("审核专家", 1, 2), "姓名", "甲一"], ["职称", "教授"], ["职称", ("讲师", 2)]]
    assert values(read(Page().table(80, [90, 90, 130], rows))) == {
        "reviewers": "甲一",
        "titles": "教授",
        "author_title": "讲师",
    }


def test_a_frame_around_the_page_is_no_table(read):
    page = Page().text(64, 82, "作品名称：嫦娥").text(64, 112, "第一作者：张三")
    assert values(
        read(page.line(30, 30, 560, 30).line(30, 800, 560, 800).line(30, 30, 30, 800).line(560, 30, 560, 800))
    ) == {
        "title": "嫦娥",
        "author": "张三",
    }


def test_a_table_that_goes_on_over_the_page_s_end_is_one(read):
    first = Page().table(700, [90, 90, 130], [[("审核专家", 1, 2), "姓名", "甲一"], ["职称", "教授"]])
    second = Page().table(60, [90, 90, 130], [[("", 1, 2), "姓名", "乙二"], ["职称", "研究员"]])
    assert values(read(first, second)) == {"reviewers": "甲一\n乙二", "titles": "教授\n研究员"}


def test_a_cell_that_goes_on_over_the_page_s_end_is_one(read):
    first = Page().table(700, [90, 220], [["作品名称", "嫦娥"], ["作品简介", "第一行。"]])
    second = Page().table(60, [90, 220], [["", "第二行。"], ["第一作者", "张三"]])
    assert values(read(first, second)) == {"title": "嫦娥", "summary": "第一行。\n第二行。", "author": "张三"}


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_turned_page_is_read_as_its_letters_stand(read, turned):
    assert values(read(Page(turned=turned).table(80, WIDTHS, FORM[:2]))) == {
        "title": "嫦娥之歌",
        "author": "张三",
        "author_title": "",
    }


@pytest.mark.parametrize(
    ("turned", "matrix", "step"), [(90, "0 1 -1 0", 30), (270, "0 -1 1 0", -30), (180, "-1 0 0 -1", 0)]
)
def test_letters_that_a_turned_page_sets_upright_are_read_so(read, turned, matrix, step):
    page = Page(turned=turned)
    for n, words in enumerate(("作品名称：嫦娥", "第一作者：张三")):
        shown = words.encode("utf-16-be").hex()
        page.parts.append(f"BT /F 12 Tf {matrix} {300 + step * n} {400 + (0 if step else 30 * n)} Tm <{shown}> Tj ET")
    assert values(read(page)) == {"title": "嫦娥", "author": "张三"}


def test_the_place_of_a_value_is_told(read):
    found = read(Page(), Page().table(80, [90, 220], [["作品名称", "嫦娥"], ["第一作者", "张三"]])).fields["title"]
    assert (found.page, round(found.box.left * 595), round(found.box.bottom * 842)) == (2, 150, 110)


def test_lines_in_a_form_xobject_are_lines(read):
    boxed = Page().table(80, WIDTHS, FORM[:2])
    assert values(read(Page().form(0, 100), boxed=boxed)) == {"title": "嫦娥之歌", "author": "张三", "author_title": ""}


def test_invisible_words_over_a_picture_of_the_page_are_a_scan(read):
    page = Page().picture().text(64, 82, "作品名称：嫦娥之歌，由张三完成", mode=3)
    assert read(page) == ImageFacts(format="pdf", width=595, height=842, pages=1)


def test_words_under_a_picture_of_the_page_are_a_scan(read):
    assert isinstance(read(Page().text(64, 82, "作品名称：嫦娥之歌，由张三完成").picture()), ImageFacts)


def test_the_scanner_s_own_words_make_no_form(read):
    assert isinstance(read(Page().picture().text(400, 820, "由扫描全能王扫描创建，请下载使用")), ImageFacts)


def test_words_on_a_background_picture_are_a_form(read):
    page = (
        Page()
        .picture()
        .table(80, WIDTHS, FORM[:4])
        .text(60, 400, "本表一式三份，请用黑色签字笔或计算机如实填写各项内容" * 2)
    )
    assert values(read(page))["title"] == "嫦娥之歌"


def test_a_small_picture_leaves_the_form_a_form(read):
    assert isinstance(read(Page().picture(400, 600, 100, 100).table(80, WIDTHS, FORM[:4])), FormFacts)


def test_text_without_a_label_before_pictures_of_pages_is_a_scan(read):
    assert isinstance(read(Page().text(60, 60, "关于报送科普微视频作品的说明材料"), Page().picture()), ImageFacts)


def test_letters_without_meaning_are_no_text_layer(read):
    assert isinstance(read(Page().text(60, 60, "\ue001\ue002\ue003\ue004" * 8)), ImageFacts)


def test_a_blank_page_is_a_picture_of_nothing(read):
    assert read(Page()) == ImageFacts(format="pdf", width=595, height=842, pages=1)


def utf16(words):
    return f"<FEFF{words.encode('utf-16-be').hex().upper()}>"


def test_what_is_filled_into_a_form_s_fields_is_read(read):
    page = Page().table(80, [90, 220], [["作品名称", ""], ["第一作者", ""]])
    page.widget(154, 84, 200, 20, f"/FT /Tx /T (a) /V {utf16('嫦娥之歌')} /DA (/F 12 Tf)")
    page.widget(
        154, 114, 200, 20, f"/FT /Ch /Ff 131072 /T (b) /Opt [{utf16('张三')}] /V {utf16('张三')} /DA (/F 12 Tf)"
    )
    assert values(read(page)) == {"title": "嫦娥之歌", "author": "张三"}


def test_ticked_fields_choose_an_option(read):
    page = Page().table(80, [90, 220], [["自荐类型", "   机构      个人"], ["第一作者", "张三"]])
    look = "/AP << /N << /Yes 8 0 R /Off 8 0 R >> >>"
    page.widget(150, 84, 12, 12, f"/FT /Btn /T (a) /V /Off /AS /Off {look}")
    page.widget(250, 84, 12, 12, f"/FT /Btn /T (b) /V /Yes /AS /Yes {look}")
    assert values(read(page))["entrant_kind"] == "个人"


def test_of_a_long_document_the_first_pages_are_read_and_that_is_said(tmp_path):
    path = saved(tmp_path / "a.pdf", *[Page().text(60, 60, "作品名称：嫦娥之歌，由张三完成")] * 5)
    facts = read_pdf(path, WANTS.model_copy(update={"max_pages": 2}))
    assert (facts.pages, facts.pages_read) == (5, 2)


def test_of_a_document_that_is_read_whole_nothing_is_said(read):
    assert read(Page().text(60, 60, "作品名称：嫦娥之歌，由张三完成")).pages_read is None


def test_thousands_of_lines_are_a_drawing(read):
    page = Page().text(60, 60, "作品名称：嫦娥之歌，由张三完成")
    for n in range(3_000):
        page.line(n % 60 * 9, 100 + n // 60 * 9, n % 60 * 9 + 6, 100 + n // 60 * 9).line(n, 100, n, 140)
    assert values(read(page)) == {"title": "嫦娥之歌，由张三完成"}
