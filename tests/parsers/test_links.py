"""Links in mails, texts and small files. The golden samples have a mail for each provider; here is each rule."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.body import Body
from parsers.facts import FieldValue, FormFacts, ImageFacts, Link, MailFacts
from parsers.links import find_links, links_in_facts, links_in_file, links_in_html, links_in_text, merged

CHINA = dt.timezone(dt.timedelta(hours=8))
BAIDU = "https://pan.baidu.com/s/1xyz"
NETEASE = "https://mail.163.com/large-attachment-download/index.html?file="
QQ = (
    '<div id="QQMailBigAttach"><div class="bigatt_bt"><a href="https://wx.mail.qq.com/ftn/download?func=3&amp;k=K&amp;code=C"'
    ' expiretime="1731508200">火星.mp4</a> (128.03M, 2024年11月13日 22:30 到期) <a href="https://wx.mail.qq.com/ftn/download?'
    'func=3&amp;k=K&amp;code=C">进入下载页面</a></div></div>'
)


def in_text(text, *, forward=False):
    return find_links([Body(text, is_html=False)], forward=forward)


def in_html(html, *, forward=False):
    return find_links([Body(html, is_html=True)], forward=forward)


# --- codes


@pytest.mark.parametrize(
    "words",
    [
        *("提取码：ab12", "提取码: ab12", "提取码:ab12", "提取码 ab12", "提取码ab12", "提取码为ab12", "提取码是：ab12"),
        *("密码：ab12", "密码:ab12", "密码ab12复制这段内容", "访问码 ab12", "（访问码：ab12）", "提取密码：【ab12】"),
        *(
            "提取码：\nab12",
            "\n提取码：ab12",
            "　提取码：ａｂ１２",
            "Extraction code: ab12",
            "pwd=ab12",
            "password: ab12",
        ),
        *(
            "提取码：ab12 复制这段内容后打开百度网盘手机App，操作更方便哦",
            "取件码：ab12。",
            "提取码“ab12”",
            " ab12\n",
            "?pwd=ab12",
        ),
    ],
)
def test_the_code_of_a_net_disk_in_each_spelling(words):
    (link,) = in_text(f"链接：{BAIDU}{words if words.startswith('?') else ' ' + words}")
    assert link.code == "ab12"


@pytest.mark.parametrize("words", ["提取码：ab12 链接：", "提取码ab12\n", "密码是ab12，链接在下面\n\n"])
def test_a_code_before_its_link_is_found(words):
    (link,) = in_text(words + BAIDU)
    assert link.code == "ab12"


@pytest.mark.parametrize(
    "words",
    [
        "",
        "密码见附件",
        "提取码请来电",
        "登录密码 https://a.example/abcd",
        "提取码：",
        "code",
        "提取码：abc",
        "提取码：abcdefghi",
    ],
)
def test_what_is_no_code_gives_none(words):
    (link,) = in_text(f"{BAIDU} {words}")
    assert link.code is None


def test_the_code_in_the_link_beats_the_one_beside_it():
    (link,) = in_text(f"{BAIDU}?pwd=aaaa 提取码：bbbb")
    assert link.code == "aaaa"


@pytest.mark.parametrize(
    "line",
    [
        "{0} 提取码:aa11 {1} 提取码:bb22 {2} 提取码:cc33",
        "提取码:aa11 {0} 提取码:bb22 {1} 提取码:cc33 {2}",
        "{0}（aa11）".replace("（aa11）", "提取码aa11") + "{1}提取码bb22{2}提取码cc33",
        "{0}?pwd=aa11 {1} 提取码:bb22 {2}?pwd=cc33",
    ],
)
def test_several_links_in_one_line_have_each_its_own_code(line):
    links = in_text(line.format(*(f"https://pan.baidu.com/s/1xyz{n}" for n in range(3))))
    assert [link.code for link in links] == ["aa11", "bb22", "cc33"]


def test_a_link_between_two_with_codes_may_have_none():
    links = in_text(f"{BAIDU} 提取码：aa11\nhttps://pan.quark.cn/s/q1\nhttps://www.alipan.com/s/a1 提取码：cc33")
    assert [link.code for link in links] == ["aa11", None, "cc33"]


def test_a_code_far_from_the_link_is_not_its_own():
    (link,) = in_text(f"{BAIDU}\n\n作品简介\n第一段\n第二段\n密码：ab12")
    assert link.code is None


def test_a_mail_services_own_attachment_has_no_code():
    (link,) = in_text(f"{NETEASE}K 密码：ab12")
    assert link.code is None


# --- size, date, name


def test_a_qq_block_gives_one_file_with_name_size_and_expiry():
    (link,) = in_html(QQ)
    assert (link.provider, link.key, link.name, link.size) == ("qq", "K", "火星.mp4", round(128.03 * 2**20))
    assert link.expires_at == dt.datetime(2024, 11, 13, 22, 30, tzinfo=CHINA)


def test_the_same_file_in_text_and_page_is_one():
    text = "火星.mp4 (128.03M, 2024年11月13日 22:30 到期)进入下载页面：https://wx.mail.qq.com/ftn/download?func=3&k=K&code=C"
    bodies = [Body(text, is_html=False, group=1), Body(QQ, is_html=True, group=1)]
    assert len(find_links(bodies, forward=False)) == 1


def test_an_exact_size_replaces_a_rounded_one():
    known = Link(provider="netease", key="K", url="u", size=1_000)
    new = known.model_copy(update={"size": 1_024, "size_is_exact": True})
    assert merged(known, new).size == 1_024


def test_a_rounded_size_does_not_replace_an_exact_one():
    known = Link(provider="netease", key="K", url="u", size=1_024, size_is_exact=True)
    assert merged(known, known.model_copy(update={"size": 1_000, "size_is_exact": False})) == known


def test_an_exact_size_in_a_later_anchor_of_the_file_counts():
    (link,) = in_html(
        f'<a href="{NETEASE}K">a.mp4</a> (1.00M, 无限期) <a href="{NETEASE}K" filesize="1048999">下载</a>'
    )
    assert (link.size, link.size_is_exact) == (1_048_999, True)


def test_two_files_in_one_block_keep_their_own_sizes():
    rows = "".join(
        f'<div><a href="{NETEASE}{k}" filename="{k}.mp4" filesize="{n}">{k}.mp4</a></div>' for k, n in ("A1", "B2")
    )
    assert [(link.key, link.name, link.size) for link in in_html(rows)] == [("A", "A.mp4", 1), ("B", "B.mp4", 2)]


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("1731508200", dt.datetime(2024, 11, 13, 22, 30, tzinfo=CHINA)),
        ("1731508200000", dt.datetime(2024, 11, 13, 22, 30, tzinfo=CHINA)),
        *((stamp, None) for stamp in ("-1", "0", "", "soon", "99999999999999999999", "١٧٣١٥٠٨٢٠٠")),
    ],
)
def test_an_epoch_is_read_in_seconds_and_milliseconds(stamp, expected):
    (link,) = in_html(f'<a href="{NETEASE}K" expiretime="{stamp}">a.mp4</a>')
    assert link.expires_at == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2024年11月13日 22:30 到期", (2024, 11, 13, 22, 30, 0)),
        ("2026年8月7日 0:09 到期", (2026, 8, 7, 0, 9, 0)),
        ("到期时间：2024-11-13 22:30:15", (2024, 11, 13, 22, 30, 15)),
        ("有效期至 2024/11/13", (2024, 11, 13, 23, 59, 59)),
        ("有效时间到: 2024年11月13日 22:30", (2024, 11, 13, 22, 30, 0)),
        ("Expires on Nov 13, 2024 10:30 PM", (2024, 11, 13, 22, 30, 0)),
        ("Expires on 13 November 2024 00:15", (2024, 11, 13, 0, 15, 0)),
        ("Expires on Nov 13, 2024 12:15 AM", (2024, 11, 13, 0, 15, 0)),
        *(
            (text, None)
            for text in (
                "无限期",
                "永久有效",
                "2024年11月13日 22:30",
                "2024年13月45日 到期",
                "2024年11月13日 25:61 到期",
            )
        ),
    ],
)
def test_a_printed_date_of_expiry_is_chinas(said, expected):
    (link,) = in_html(f'<a href="{NETEASE}K">a.mp4</a> (1M, {said})')
    assert link.expires_at == (dt.datetime(*expected, tzinfo=CHINA) if expected else None)


def test_the_subject_in_the_address_is_not_the_files_name():
    (link,) = in_html(f'<a href="{NETEASE}K&amp;title=Subject.mp4">下载</a>')
    assert link.name is None


@pytest.mark.parametrize(
    "label", ["下载", "在线预览", "查看下载信息", "进入下载页面", "", "点击下载", "Download", NETEASE + "K"]
)
def test_what_an_anchor_is_for_is_no_name(label):
    (link,) = in_html(f'<a href="{NETEASE}K">{label}</a>')
    assert link.name is None


def test_what_a_person_wrote_over_a_link_is_no_files_name():
    (link,) = in_html(f'<a href="{NETEASE}K">我的参赛视频</a>')
    assert link.name is None


def test_an_attribute_names_a_file_even_without_an_ending():
    (link,) = in_html(f'<a href="{NETEASE}K" filename="参赛视频">下载</a>')
    assert link.name == "参赛视频"


def test_a_name_that_climbs_out_is_made_fit():
    (link,) = in_html(f'<a href="{NETEASE}K" filename="../../etc/a\u202e4pm.mp4">x</a>')
    assert link.name == "a4pm.mp4"


def test_the_name_of_a_net_disks_folder_is_not_taken_for_a_files():
    (link,) = in_html(f'<a href="{BAIDU}">参赛作品</a>')
    assert link.name is None


def test_sizes_people_write_of_are_not_a_net_disk_files():
    (link,) = in_text(f"视频约 200M，见 {BAIDU} 原片 4.5G")
    assert link.size is None


@pytest.mark.parametrize("words", ["原片约 4.5G，压缩后见", "共 200M 的视频：", "用4G网络上传的"])
def test_a_size_within_a_sentence_is_not_the_attachments(words):
    (link,) = in_text(f"{words} {NETEASE}K")
    assert link.size is None


# --- quotes, forwards, what is no file


@pytest.mark.parametrize(
    "quote",
    ["<blockquote>{}</blockquote>", "<div>-----原始邮件-----</div><p>{}</p>", '<div class="gmail_quote">{}</div>'],
)
def test_a_quoted_reply_is_no_second_file(quote):
    assert in_html("<p>谢谢</p>" + quote.format(f'<a href="{NETEASE}K">a.mp4</a> (1M, 无限期)')) == ()


def test_in_a_forward_the_quote_may_be_the_first_sight():
    assert len(in_html(f'<blockquote><a href="{NETEASE}K">a.mp4</a></blockquote>', forward=True)) == 1


def test_a_block_below_a_quote_is_the_senders_own():
    quote = f'<div>-----原始邮件-----</div><div>发件人: a</div><div>主题: b</div><a href="{NETEASE}OLD">old.mp4</a>'
    links = in_html(f'<p>补交</p>{quote}<div id="divNeteaseBigAttach"><a href="{NETEASE}NEW">new.mp4</a></div>')
    assert [link.key for link in links] == ["NEW"]


@pytest.mark.parametrize(
    "anchor",
    [
        '<a href="http://u.163.com/abc" class="bigattach-mailmaster-download">推荐客户端极速下载</a> (1M, 无限期)',
        '<a href="http://fs.163.com/fs/preview/?file=K">在线预览</a> (1M, 无限期)',
        '<a href="https://www.bilibili.com/video/BV1">火星.mp4</a> (200M, 永久有效)',
        '<a href="https://www.tv.example/v/1">在线观看</a> (200M, 有效期至 2024-11-13)',
        '<a href="https://www.tv.example/v/1">播放网址</a>',
        '<a href="mailto:a@b.c">火星.mp4</a> (200M, 有效期至 2024-11-13)',
        '<a href="https://weixin.qq.com/r/1">公众号</a><b>超大附件</b>',
    ],
)
def test_adverts_previews_and_pages_of_films_are_no_files(anchor):
    assert in_html(anchor) == ()


def test_an_advert_in_the_row_of_a_known_file_is_no_stranger():
    file, advert = f'<a href="{NETEASE}K">a.mp4</a>', '<a href="https://ad.example/app">极速</a>'
    assert [link.key for link in in_html(f"{file} (1M, 无限期) {advert} {file}")] == ["K"]


def test_a_stranger_with_size_and_expiry_is_kept_for_a_person():
    (link,) = in_html('<a href="https://files.new.example/d/1?x=2#y">火星.mp4</a> (200M, 2024年11月13日 22:30 到期)')
    assert (link.provider, link.key, link.name) == ("unknown", "files.new.example/d/1?x=2", "火星.mp4")


def test_a_stranger_under_a_heading_is_kept_for_a_person():
    (link,) = in_html('<p><b>超大附件</b></p><p><a href="https://files.new.example/1">火星.mp4</a></p>')
    assert (link.provider, link.name) == ("unknown", "火星.mp4")


@pytest.mark.parametrize(
    "text",
    [
        "视频：https://files.univ.example/2024/%E6%98%9F.mp4",
        '<a href="https://files.univ.example/2024/星.mp4?a=1">视频</a>',
    ],
)
def test_an_address_straight_to_a_film_is_kept_for_a_person(text):
    (link,) = in_html(text)
    assert (link.provider, link.name) == ("unknown", "星.mp4")


def test_an_address_where_a_film_plays_is_none_even_if_it_ends_like_a_file():
    assert in_text("播放网址：https://www.tv.example/star.mp4") == ()


def test_a_link_far_below_a_heading_is_none():
    assert in_html("<p>云附件</p>" + "<p>作品简介</p>" * 1_000 + '<a href="https://files.new.example/1">下载</a>') == ()


def test_of_two_strangers_each_has_its_own_row():
    text = (
        "甲.mp4 (1M, 2024年11月13日 到期) https://n.example/1\n乙.mp4 (2M, 2024年11月14日 到期) https://n.example/2\n"
    )
    assert [(link.name, link.size) for link in in_text(text)] == [("甲.mp4", 2**20), ("乙.mp4", 2**21)]


# --- small files


def test_a_note_is_searched():
    (link,) = links_in_text(f"视频在网盘里：{BAIDU} 提取码 ab12")
    assert (link.key, link.code) == ("xyz", "ab12")


def test_a_page_is_searched():
    assert [link.key for link in links_in_html(f'<a href="{BAIDU}">x</a>')] == ["xyz"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (f"视频：{BAIDU} 提取码：ab12".encode(), "ab12"),
        (f"视频：{BAIDU} 提取码：ab12".encode("gb18030"), "ab12"),
        (f"视频：{BAIDU} 提取码：ab12".encode("utf-16"), "ab12"),
        (f"\ufeff{BAIDU}?pwd=ab12".encode(), "ab12"),
    ],
)
def test_a_text_file_is_read_in_the_charsets_of_notepad(tmp_path, data, expected):
    (tmp_path / "网盘链接.txt").write_bytes(data)
    assert [link.code for link in links_in_file(tmp_path / "网盘链接.txt", "text")] == [expected]


def test_a_shortcut_leads_to_the_file_it_is_named_after(tmp_path):
    text = f"[{{000214A0}}]\r\nProp3=19,2\r\n[InternetShortcut]\r\nIDList=\r\nURL={BAIDU}?pwd=ab12\r\nIconFile=https://pan.quark.cn/s/icon\r\n"
    (tmp_path / "a").write_text(text.partition("\r\n")[2].partition("\r\n")[2], newline="")
    (link,) = links_in_file(tmp_path / "a", "text", name="嫦娥.mp4.url")
    assert (link.provider, link.code, link.name) == ("baidu", "ab12", "嫦娥.mp4")


def test_a_shortcut_of_macos_is_read(tmp_path):
    (tmp_path / "a").write_text(f"<plist><dict><key>URL</key><string>{BAIDU}?a=1&amp;pwd=ab12</string></dict></plist>")
    (link,) = links_in_file(tmp_path / "a", "text", name="a.webloc")
    assert (link.key, link.code) == ("xyz", "ab12")


def test_a_shortcut_to_a_films_page_leads_to_no_file(tmp_path):
    (tmp_path / "a").write_text("[InternetShortcut]\nURL=https://www.bilibili.com/video/BV1\n")
    assert links_in_file(tmp_path / "a", "text", name="a.url") == ()


def test_a_large_text_is_not_searched(tmp_path):
    (tmp_path / "a").write_text(BAIDU + " " * 65_536)
    assert links_in_file(tmp_path / "a", "text") == ()


def test_a_file_that_is_no_text_is_not_searched(tmp_path):
    (tmp_path / "a").write_text(BAIDU)
    assert links_in_file(tmp_path / "a", "jpeg") == ()


def test_a_document_that_is_a_note_is_searched():
    facts = FormFacts(
        format="docx", text=f"视频链接：{BAIDU} 提取码：ab12", fields={"u": FieldValue(value=BAIDU, label="视频链接")}
    )
    assert [link.code for link in links_in_facts(facts)] == ["ab12"]


def test_the_address_where_a_forms_film_plays_is_no_file():
    field = FieldValue(value=BAIDU, label="播放网址")
    facts = FormFacts(format="docx", title="2024年推荐表", text=f"播放网址\t{BAIDU}", fields={"play_url": field})
    assert links_in_facts(facts) == ()


def test_another_link_in_a_form_is_a_file():
    field = FieldValue(value="https://www.cctv.com/v/1", label="播放网址")
    text = f"播放网址\thttps://www.cctv.com/v/1\n备注\t视频见 {BAIDU} 提取码 ab12"
    facts = FormFacts(format="docx", title="2024年推荐表", text=text, fields={"play_url": field})
    assert [link.code for link in links_in_facts(facts)] == ["ab12"]


def test_an_address_behind_words_is_searched_too():
    facts = FormFacts(format="docx", text="视频点击下载", addresses=("https://example.cn/", BAIDU))
    assert [link.url for link in links_in_facts(facts)] == [BAIDU]


@pytest.mark.parametrize(("title", "count"), [("", 1), ("2024年推荐表", 0)])
def test_a_stranger_behind_words_of_a_form_is_where_its_film_plays(title, count):
    facts = FormFacts(format="docx", title=title, text="在线观看", addresses=("https://v.example.cn/a.mp4",))
    assert len(links_in_facts(facts)) == count


def test_a_mails_facts_have_their_links_already():
    link = Link(provider="baidu", key="xyz", url=BAIDU)
    assert links_in_facts(MailFacts(links=(link,))) == (link,)


def test_a_picture_has_no_links():
    assert links_in_facts(ImageFacts(format="png", width=1, height=1)) == ()


# --- hostile bodies


def test_thousands_of_files_are_cut_off():
    html = "".join(f'<a href="{NETEASE}{n}">x</a>' for n in range(6_000))
    assert len(in_html(html)) == 200


def test_a_hundred_thousand_anchors_hide_no_address_that_is_written_out():
    links = in_html("<a href=x>" * 100_000 + BAIDU)
    assert [link.key for link in links] == ["xyz"]


def test_a_giant_address_is_cut_off():
    (link,) = in_html(f'<a href="{NETEASE}{"a" * 1_000_000}">x</a>')
    assert (len(link.key), len(link.url)) == (1_000, 4_000)


def test_a_tag_with_a_hundred_thousand_attributes_is_read_as_text():
    html = f"<a {' '.join(f'a{n}' for n in range(100_000))}>{BAIDU}"
    assert [link.key for link in in_html(html)] == ["xyz"]


def test_tags_nested_without_end_are_read_as_text():
    assert [link.key for link in in_html("<b>" * 20_000 + BAIDU)] == ["xyz"]


@pytest.mark.parametrize(
    "marks", ["\ue0100\ue011{}\ue0100\ue012", "&#xE010;0&#xE011;{}&#xE010;0&#xE012;&#xE013;&#xE014;"]
)
def test_marks_of_ours_in_a_page_mean_nothing(marks):
    links = in_html(f'<p>{marks.format("x")}</p><a href="{BAIDU}">y</a>')
    assert [link.key for link in links] == ["xyz"]


@given(st.text(max_size=300), st.booleans())
def test_any_text_has_some_links(text, is_html):
    body = Body(f"https://pan.baidu.com/s/1xyz{text}", is_html=is_html)
    assert all(link.provider for link in find_links([body], forward=False))


PIECES = [
    *(
        "<a href='",
        "'>",
        "</a>",
        "<div id=QQMailBigAttach>",
        "</div>",
        "<blockquote>",
        "\n",
        " ",
        "提取码：ab12",
        "(1M, 无限期)",
    ),
    *(
        BAIDU,
        NETEASE + "K",
        "https://n.example/1",
        "超大附件",
        "a.mp4",
        "到期时间：2024-11-13",
        "---原始邮件---\n",
        "pan.quark.cn/s/q",
    ),
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join), st.booleans(), st.booleans())
def test_pieces_in_any_order_give_each_file_once(text, is_html, forward):
    links = find_links([Body(text, is_html=is_html)], forward=forward)
    assert len({(link.provider, link.key) for link in links}) == len(links)
