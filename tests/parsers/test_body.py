import pytest

from parsers.body import html_text, own_part

REPLY = "已补。\n{}\n缺扫描件"


@pytest.mark.parametrize(
    "line",
    [
        "------------------ 原始邮件 ------------------",
        "---- 回复的原邮件 ----",
        "-----Original Message-----",
        "-------- 转发邮件信息 --------",
        '在 2024-10-14 10:00:00，"科普" <a@163.com> 写道：',
        "在2024年10月14日 10:00，科普写道：",
        "科普<a@163.com> 于2024年10月14日周一 10:00写道：",
        'At 2024-10-14 10:00:00, "x" <a@163.com> wrote:',
        "On Mon, Oct 14, 2024 at 10:00 AM x <a@b.cn> wrote:",
        "________________________________",
        "发件人： 科普\n发送时间： 2024年10月14日",
        "From: x\nSent: Monday",
        "Begin forwarded message:",
    ],
)
def test_the_own_text_ends_where_a_quoted_mail_begins(line):
    assert own_part(REPLY.format(line)) == "已补。"


@pytest.mark.parametrize(
    "line", ["发件人：张三，请查收", "第一部分 -- 简介", "他在2023年写道德经", "From: here on all is mine"]
)
def test_words_that_only_look_like_a_quote_stay(line):
    assert own_part(REPLY.format(line)) == REPLY.format(line)


def test_quoted_lines_are_left_out():
    assert own_part("> 缺什么？\n缺扫描件，已补\n> 谢谢") == "缺扫描件，已补"


def test_words_of_one_line_are_not_torn():
    assert html_text("<p>登记号 <b>R2024</b>-<i>0001</i></p><p>已补</p>") == "登记号 R2024-0001\n已补"


def test_scripts_and_titles_are_no_text():
    assert html_text("<title>t</title><script>x()</script><p>您好</p>") == "您好"


def test_hidden_text_is_text():
    assert html_text('<span style="display:none">https://a.b</span>') == "https://a.b"


def test_quotes_can_be_left_out_of_a_page():
    assert html_text("<div>已补</div><blockquote>缺</blockquote>", quotes=False) == "已补"
