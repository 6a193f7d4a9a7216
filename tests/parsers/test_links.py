import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.body import Body
from parsers.links import find_links
from parsers.providers import recognise

MAIL_DROP = "https%3A%2F%2Fcvws.icloud-content.com%2FB%2FAXEh_W%2F%24%7Bf%7D%3Fo%3DAn0%26e%3D1644257314"


@pytest.mark.parametrize(
    ("url", "provider", "key"),
    [
        ("https://mail.163.com/large-attachment-download/index.html?file=K", "netease", "K"),
        ("https://mail.126.com/large-attachment-download/index.html?p=X&file=K&title=t", "netease", "K"),
        ("http://fs.163.com/fs/display/?p=X-NETEASE-HUGE-ATTACHMENT&file=K&title=t", "netease", "K"),
        ("https://dashi.163.com/html/cloud-attachment-download/?key=K", "netease-dashi", "K"),
        ("https://dashi.163.com/html/cloud-attachment-download?key=K", "netease-dashi", "K"),
        ("https://edisk.qiye.163.com/api/biz/attachment/download?identity=K", "netease-enterprise", "K"),
        ("http://mail.qq.com/cgi-bin/ftnExs_download?code=C&t=exs_ftn_download&k=K", "qq", "K"),
        ("https://wx.mail.qq.com/ftn/download?func=3&key=K&code=C", "qq", "K"),
        ("https://exmail.qq.com/cgi-bin/ftnExs_download?k=K&t=exs_ftn_download&code=C&s=email", "qq", "K"),
        ("https://mail.sina.com.cn/filecenter/download.php?id=K", "sina", "K"),
        ("https://mail.univ.edu.cn/coremail/common/nfFile.jsp?share_link=K&uid=a@b", "coremail", "K"),
        ("https://pan.baidu.com/s/1Ab_c-D", "baidu", "Ab_c-D"),
        ("https://pan.baidu.com/share/init?surl=Ab_c-D", "baidu", "Ab_c-D"),
        ("https://www.alipan.com/s/abc", "aliyun-drive", "abc"),
        ("https://pan.quark.cn/s/abc#/list", "quark", "abc"),
        ("https://share.weiyun.com/AbCdEf12", "weiyun", "AbCdEf12"),
        ("https://drive.google.com/file/d/ID_1/view", "google-drive", "ID_1"),
        (f"https://www.icloud.com/attachment/?u={MAIL_DROP}&f=a.mp4&sz=9", "icloud", "B/AXEh_W"),
    ],
)
def test_a_link_to_a_file_is_known_by_host_and_path(url, provider, key):
    found = recognise(url)
    assert (found.provider, found.key) == (provider, key)


@pytest.mark.parametrize(
    "url",
    [
        "https://u.163.com/abcd",
        "http://fs.163.com/fs/preview/?file=K",
        "https://mail.163.com/",
        "https://mail.163.com/large-attachment-download/index.html",
        "https://mail.163.com.evil.example/large-attachment-download/?file=K",
        "https://evil.example/?https://pan.baidu.com/s/1abc",
        "https://www.bilibili.com/video/BV1",
        "ftp://pan.baidu.com/s/1abc",
        "javascript:alert(1)",
        "http://[broken",
    ],
)
def test_any_other_link_is_none(url):
    assert recognise(url) is None


@pytest.mark.parametrize(
    "words", ["提取码：ab12", "提取码: ab12", "密码ab12复制这段内容", "访问码 ab12", "提取码为ab12"]
)
def test_the_code_of_a_net_disk_in_each_spelling(words):
    (link,) = find_links([Body(f"链接：https://pan.baidu.com/s/1xyz {words}", is_html=False)], forward=False)
    assert link.code == "ab12"


def test_a_code_before_its_link_is_found():
    (link,) = find_links([Body("提取码：ab12 链接：https://pan.baidu.com/s/1xyz", is_html=False)], forward=False)
    assert link.code == "ab12"


QQ = (
    '<div id="QQMailBigAttach"><div class="bigatt_bt"><a href="https://wx.mail.qq.com/ftn/download?func=3&amp;k=K&amp;code=C"'
    ' expiretime="1731508200">火星.mp4</a> (128.03M, 2024年11月13日 22:30 到期) <a href="https://wx.mail.qq.com/ftn/download?'
    'func=3&amp;k=K&amp;code=C">进入下载页面</a></div></div>'
)


def test_a_qq_block_gives_one_file_with_name_size_and_expiry():
    (link,) = find_links([Body(QQ, is_html=True)], forward=False)
    china = dt.timezone(dt.timedelta(hours=8))
    assert (link.provider, link.key, link.name, link.size) == ("qq", "K", "火星.mp4", round(128.03 * 2**20))
    assert link.expires_at == dt.datetime(2024, 11, 13, 22, 30, tzinfo=china)


def test_the_same_file_in_text_and_page_is_one():
    text = "火星.mp4 (128.03M, 2024年11月13日 22:30 到期)进入下载页面：https://wx.mail.qq.com/ftn/download?func=3&k=K&code=C"
    bodies = [Body(text, is_html=False, group=1), Body(QQ, is_html=True, group=1)]
    assert len(find_links(bodies, forward=False)) == 1


def test_two_files_in_one_block_keep_their_own_sizes():
    rows = "".join(
        f'<div><a href="https://mail.163.com/large-attachment-download/index.html?file={k}" filename="{k}.mp4"'
        f' filesize="{size}">{k}.mp4</a></div>'
        for k, size in (("A", 1), ("B", 2))
    )
    links = find_links([Body(rows, is_html=True)], forward=False)
    assert [(link.key, link.name, link.size) for link in links] == [("A", "A.mp4", 1), ("B", "B.mp4", 2)]


@given(st.text(max_size=300), st.booleans())
def test_any_text_has_some_links(text, is_html):
    body = Body(f"https://pan.baidu.com/s/1xyz{text}", is_html=is_html)
    assert all(link.provider for link in find_links([body], forward=False))


@given(st.text(max_size=60))
def test_any_text_after_a_scheme_is_a_link_or_none(rest):
    found = recognise("https://" + rest)
    assert found is None or found.key != ""
