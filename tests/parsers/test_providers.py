"""Whose link an address is: by host and path alone, and never by a host that only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.providers import host_of, query_of, recognise, unlisted

MAIL_DROP = "https%3A%2F%2Fcvws.icloud-content.com%2FB%2FAXEh_W%2F%24%7Bf%7D%3Fo%3DAn0%26e%3D1644257314"


@pytest.mark.parametrize(
    ("url", "provider", "key"),
    [
        ("https://mail.163.com/large-attachment-download/index.html?file=K", "netease", "K"),
        ("https://mail.126.com/large-attachment-download/index.html?p=X&file=K&title=t", "netease", "K"),
        ("https://mail.yeah.net/large-attachment-download/index.html?file=K&encryptToken=T", "netease", "K"),
        ("HTTPS://MAIL.163.COM:443/large-attachment-download/index.html?file=a+b%2Bc%3D", "netease", "a+b+c="),
        ("http://fs.163.com/fs/display/?p=X-NETEASE-HUGE-ATTACHMENT&file=K&title=t", "netease", "K"),
        ("https://dashi.163.com/html/cloud-attachment-download/?key=K", "netease-dashi", "K"),
        ("https://dashi.163.com/html/cloud-attachment-download?key=K", "netease-dashi", "K"),
        ("https://edisk.qiye.163.com/api/biz/attachment/download?identity=K", "netease-enterprise", "K"),
        ("http://fs.qiye.163.com/fs/display/?p=X&file=K&title=t", "netease-enterprise", "K"),
        ("http://mail.qq.com/cgi-bin/ftnExs_download?code=C&t=exs_ftn_download&k=K", "qq", "K"),
        ("http://mail.foxmail.com/cgi-bin/ftnExs_download?k=K&t=exs_ftn_download&code=C", "qq", "K"),
        ("https://wx.mail.qq.com/ftn/download?func=3&key=K&code=C", "qq", "K"),
        ("https://iwx.mail.qq.com/ftn/download?func=3&k=K&code=C", "qq", "K"),
        ("https://exmail.qq.com/cgi-bin/ftnExs_download?k=K&t=exs_ftn_download&code=C&s=email", "qq", "K"),
        ("http://gzc-download.ftn.qq.com/ftn_handler/0123456789abcdef?fname=a", "qq", "0123456789abcdef"),
        ("https://mail.sina.com.cn/filecenter/download.php?id=K", "sina", "K"),
        ("https://download.cloud.189.cn/file/downloadFile.action?dt=K&expired=1", "189", "K"),
        ("https://mail.10086.cn/filetransfer/download?id=K", "139", "filetransfer/download?id=K"),
        (
            "https://qiye.aliyun.com/alimail/openLinks/downloadMimeMetaDiskBigAttach?id=a%3Ab%3BK",
            "aliyun-mail",
            "a:b;K",
        ),
        ("https://mail.univ.edu.cn/coremail/common/nfFile.jsp?share_link=K&uid=a@b", "coremail", "K"),
        ("https://pan.baidu.com/s/1Ab_c-D", "baidu", "Ab_c-D"),
        ("https://pan.baidu.com/share/init?surl=Ab_c-D", "baidu", "Ab_c-D"),
        ("https://www.alipan.com/s/abc", "aliyun-drive", "abc"),
        ("https://pan.quark.cn/s/abc#/list", "quark", "abc"),
        ("https://drive.uc.cn/s/abcd", "uc", "abcd"),
        ("https://pan.xunlei.com/s/VN-a_b?pwd=abcd#", "xunlei", "VN-a_b"),
        ("https://share.weiyun.com/AbCdEf12", "weiyun", "AbCdEf12"),
        ("https://cloud.189.cn/web/share?code=K", "189-disk", "K"),
        ("https://caiyun.139.com/m/i?0F5CJ", "139-disk", "m/i?0F5CJ"),
        ("https://www.123684.com/s/ab-cD.html", "123pan", "ab-cD"),
        ("https://wwx.lanzouq.com/iAbCd", "lanzou", "iAbCd"),
        ("https://f.ws28.cn/f/abc", "wenshushu", "abc"),
        ("https://cowtransfer.com/s/abc", "cowtransfer", "abc"),
        ("https://115cdn.com/s/sw1?password=a1b2", "115", "sw1"),
        ("https://drive.google.com/file/d/ID_1/view", "google-drive", "ID_1"),
        ("https://1drv.ms/v/s!Aq9", "onedrive", "s!Aq9"),
        (f"https://www.icloud.com/attachment/?u={MAIL_DROP}&f=a.mp4&sz=9", "icloud", "B/AXEh_W"),
        ("https://mail.163.com/large-\r\n   attachment-download/index.html?file=K", "netease", "K"),
    ],
)
def test_a_link_to_a_file_is_known_by_host_and_path(url, provider, key):
    found = recognise(url)
    assert (found.provider, found.key) == (provider, key)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://u.163.com/abcd",
            "http://fs.163.com/fs/preview/?file=K",
            "https://mail.163.com/",
            "https://mail.10086.cn/",
        ),
        "https://mail.163.com/large-attachment-download/index.html",
        "https://mailh.qiye.163.com/edisk/preview?identity=K",
        *("https://www.bilibili.com/video/BV1", "ftp://pan.baidu.com/s/1abc", "javascript:alert(1)", "http://[broken"),
        *("", "https://", "https:///pan.baidu.com/s/1abc", "//pan.baidu.com/s/1abc", "pan.baidu.com/s/1abc"),
    ],
)
def test_any_other_link_is_none(url):
    assert recognise(url) is None


@pytest.mark.parametrize(
    "host",
    [
        *("pan.baidu.com.evil.example", "evilpan.baidu.com", "pan.baidu.com@evil.example", "user@pan.baidu.com"),
        *(
            "user:pan.baidu.com@evil.example",
            "evil.example\\@pan.baidu.com",
            "evil.example\\.pan.baidu.com",
            "pan.baidu.com:8443",
        ),
        *(
            "pan.baidu.com:99999",
            "pаn.baidu.com",
            "ｐan.baidu.com",
            "pan。baidu。com",
            "pan.bаidu.com",
        ),
        *(
            "pan.baidu.com..",
            "pan.baidu.com%2eevil.example",
            "pan%2ebaidu.com",
            "pan.baidu.com%00.evil.example",
            "[::1]",
        ),
        *(
            "pan.baidu.com evil.example",
            "pan.baidu.com\u200b",
            "xn--pn-7kc.baidu.com",
            "evil.example#pan.baidu.com",
            "127.0.0.1",
        ),
        *(
            "evil.example?pan.baidu.com",
            "evil.example;pan.baidu.com",
            "pan-baidu.com",
            "panXbaidu.com",
            "pan.baidu.cоm",
        ),
    ],
)
def test_a_host_that_only_looks_like_a_providers_is_none(host):
    assert recognise(f"https://{host}/s/1abc") is None


@pytest.mark.parametrize("host", ["pan.quar\u212a.cn", "drive.uc.cn\uff0e"])
def test_characters_that_fold_to_ascii_are_not_ascii(host):
    assert recognise(f"https://{host}/s/abcd") is None


@pytest.mark.parametrize(
    "detour",
    [
        "https://apc01.safelinks.protection.outlook.com/?url={}&data=05",
        "https://mail.qq.com/cgi-bin/readtemplate?t=safety&check=false&gourl={}",
        "https://c.pc.qq.com/middlem.html?pfurl={}",
    ],
)
def test_of_a_mail_services_detour_the_address_inside_counts(detour):
    found = recognise(detour.format("https%3A%2F%2Fpan.baidu.com%2Fs%2F1abc%3Fpwd%3Dx7k2"))
    assert (found.key, found.url) == ("abc", "https://pan.baidu.com/s/1abc?pwd=x7k2")


def test_a_detour_to_a_foreign_host_is_none():
    assert (
        recognise("https://c.pc.qq.com/middlem.html?pfurl=https%3A%2F%2Fpan.baidu.com.evil.example%2Fs%2F1abc") is None
    )


def test_anybody_elses_detour_is_not_followed():
    assert recognise("https://evil.example/?url=https%3A%2F%2Fpan.baidu.com%2Fs%2F1abc") is None


def test_a_trailing_dot_is_the_same_host():
    assert recognise("https://pan.baidu.com./s/1abc").key == "abc"


def test_mail_drop_to_a_foreign_host_is_none():
    assert recognise("https://www.icloud.com/attachment/?u=https%3A%2F%2Fevil.example%2FB%2FAX&f=a&sz=1") is None


def test_a_redirect_of_tencents_to_a_foreign_host_is_none():
    url = "https://exmail.qq.com/cgi-bin/x?action=redirect&url=http%3A%2F%2Fevil.example%2Fftn_handler%2F0123456789"
    assert recognise(url) is None


def test_of_two_parameters_with_one_name_the_first_counts():
    assert query_of("file=a&file=b")["file"] == "a"


def test_a_query_of_a_million_parameters_is_cut_off():
    assert len(query_of("&".join(f"a{n}=1" for n in range(1_000_000)))) == 50


def test_a_stranger_is_named_by_its_address():
    found = unlisted("https://files.example/a?b=1#c")
    assert (found.provider, found.key) == ("unknown", "files.example/a?b=1")


@pytest.mark.parametrize(
    "url", ["https://localhost/a", "https://a@b.example/", "ftp://b.example/", "https://b.example:81/"]
)
def test_a_stranger_must_be_a_plain_address_too(url):
    assert unlisted(url) is None


@given(st.text(max_size=60))
def test_any_text_after_a_scheme_is_a_link_or_none(rest):
    found = recognise("https://" + rest)
    assert found is None or found.key != ""


@given(st.text(alphabet="pan.baiducom@:/\\%2e。．ａ#?\t\n ", max_size=40))
def test_no_spelling_makes_a_foreign_host_a_providers(prefix):
    """What stands before the path either is the provider's host as it is, or it is none."""
    found = recognise(f"https://{prefix}/s/1abc")
    assert found is None or host_of(found.url) in {"pan.baidu.com", "yun.baidu.com", "eyun.baidu.com"}
