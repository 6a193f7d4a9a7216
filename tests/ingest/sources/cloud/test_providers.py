"""Each provider's flow as it was recorded, from the link in the mail to the file: what is asked, in which order."""

import hashlib
import os

import pytest

from ingest.sources.cloud import WAYS, Fetched

FILM = os.urandom(300_000)
NETEASE = "https://mail.163.com/large-attachment-download/index.html?p=X-NETEASE-HUGE-ATTACHMENT&file=KEY&title=t"
QQ = "https://wx.mail.qq.com/ftn/download?func=3&key=K&code=C&k=x&fweb=1"
OLD_QQ = "http://mail.qq.com/cgi-bin/ftnExs_download?k=x&t=exs_ftn_download&code=c"
PREPARE = "https://mail.163.com/filehub/bg/dl/prepare"
SWITCHED_ON = "[cloud.providers]\nnetease-dashi = true\nnetease-enterprise = true\nsina = true\n189 = true\n"


@pytest.fixture
def film(clouds):
    return clouds.File(FILM)


@pytest.fixture
def netease(link):
    """A link of NetEase's."""
    return lambda url=NETEASE, key="KEY", **facts: link(url, "netease", key, **facts)


@pytest.fixture
def qq(link):
    return lambda url=QQ, key="K", **facts: link(url, "qq", key, **facts)


# --- NetEase


def test_netease_link_gives_its_file(server, film, get, netease):
    server.netease("KEY", film)
    assert get(netease()).sha256 == hashlib.sha256(FILM).hexdigest()


def test_netease_is_asked_for_info_then_for_an_address_then_for_the_file(server, film, get, netease):
    server.netease("KEY", film)
    get(netease())
    assert server.paths() == [
        "GET mail.163.com/filehub/bg/link/info/get",
        "POST mail.163.com/filehub/bg/dl/prepare",
        "GET mail.163.com/go/KEY",
        "GET nos-eastchina1.126.net/KEY",
    ]


def test_netease_is_not_asked_for_info_the_mail_had(server, film, get, netease):
    server.netease("KEY", film)
    get(netease(name="a.mp4", size=len(FILM)))
    assert server.paths()[0] == "POST mail.163.com/filehub/bg/dl/prepare"


def test_netease_gives_the_name(server, film, get, netease):
    server.netease("KEY", film, name="成片.mp4")
    assert get(netease()).name == "成片.mp4"


def test_netease_link_with_a_token_gives_its_file(server, film, get, netease):
    server.netease("KEY", film, token="T")
    assert isinstance(get(netease(f"{NETEASE}&encryptToken=T")), Fetched)


def test_netease_key_is_sent_as_it_was_before_escaping(server, film, get, netease):
    server.netease("a/b+c=", film)
    assert isinstance(get(netease(NETEASE.replace("KEY", "a%2Fb%2Bc%3D"), "a/b+c=")), Fetched)


@pytest.mark.parametrize("host", ["mail.126.com", "mail.yeah.net"])
def test_netease_is_asked_at_the_host_of_its_page(host, server, film, get, netease):
    server.netease("KEY", film, host=host)
    assert isinstance(get(netease(NETEASE.replace("mail.163.com", host))), Fetched)


def test_netease_old_link_is_tried_at_the_new_place(server, film, get, netease):
    server.netease("KEY", film)
    old = "http://fs.163.com/fs/display/?p=X-NETEASE-HUGE-ATTACHMENT&file=KEY&title=t"
    assert isinstance(get(netease(old)), Fetched)


def test_netease_link_with_a_strange_host_does_not_lead_there(server, film, get, netease):
    server.netease("KEY", film)
    get(netease("https://evil.example/large-attachment-download/?file=KEY"))
    assert {asked.host for asked in server.asked} == {"mail.163.com", "nos-eastchina1.126.net"}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"code": 400}, "expired"),
        ({"code": 601}, "expired"),
        ({"code": 200, "desc": "EXPIRED"}, "expired"),
        ({"code": 404}, "deleted"),
        ({"code": 400, "desc": "PARAM_ILLEGAL"}, "wrong-code"),
        ({"code": 200, "data": {}}, "not-understood"),
        ({"code": 200, "data": {"downloadUrl": ""}}, "not-understood"),
        ({"code": 200, "data": {"downloadUrl": {"a": 1}}}, "not-understood"),
        ({"code": 200, "data": []}, "not-understood"),
        ({"code": [400]}, "not-understood"),
        ({}, "not-understood"),
        ([1], "not-understood"),
        ({"code": 200, "data": {"downloadUrl": "https://evil.example/x"}}, "refused-host"),
        ({"code": 200, "data": {"downloadUrl": "file:///etc/passwd"}}, "refused-url"),
    ],
)
def test_netease_answer_without_a_file_says_why(answer, reason, server, clouds, get, netease):
    server.route(PREPARE, clouds.said(answer))
    assert get(netease(name="a", size=1)).reason == reason


def test_netease_answer_in_html_is_not_understood(server, clouds, get, netease):
    server.route(PREPARE, clouds.page("<html>网易邮箱</html>"))
    assert get(netease(name="a", size=1)).reason == "not-understood"


def test_netease_json_without_end_is_not_understood(server, clouds, get, netease):
    server.route(PREPARE, clouds.page("[" * 500_000, content_type="application/json"))
    assert get(netease(name="a", size=1)).reason == "not-understood"


# --- QQ and exmail


def test_qq_link_gives_its_file(server, film, get, qq):
    server.qq(film, body={"size": len(FILM), "md5": hashlib.md5(FILM).hexdigest()})
    assert get(qq()).sha256 == hashlib.sha256(FILM).hexdigest()


def test_qq_is_asked_for_json_then_for_the_cookie_then_for_the_file(server, film, get, qq):
    server.qq(film)
    get(qq())
    assert server.paths() == [
        "POST wx.mail.qq.com/ftn/download",
        "GET wx.mail.qq.com/ftn/download",
        "GET gzc-download.ftn.qq.com/ftn_handler/file",
    ]


def test_qq_cookie_goes_to_the_file_host_alone(server, film, get, qq):
    server.qq(film)
    get(qq())
    assert [asked.headers.get("cookie") for asked in server.asked] == [None, None, "mail5k=c00k1e"]


def test_qq_cookie_is_another_s_the_next_time(server, film, get, qq, partial):
    """Nothing of one flow is left for the next."""
    server.qq(film)
    film.cuts = [200_000]
    get(qq())
    get(qq())
    assert [asked.headers.get("cookie") for asked in server.asked[3:5]] == [None, None]


def test_qq_gives_the_name(server, film, get, qq):
    server.qq(film)
    assert get(qq()).name == "科普.mp4"


def test_qq_size_that_is_not_so_is_wrong(server, film, get, qq):
    server.qq(film, body={"size": len(FILM) + 1})
    assert get(qq()).reason == "wrong-size"


@pytest.mark.parametrize(("kind", "digest"), [("md5", hashlib.md5), ("sha", hashlib.sha1)])
def test_qq_digest_that_is_not_so_is_wrong(kind, digest, server, film, get, qq):
    server.qq(film, body={kind: digest(b"other").hexdigest()})
    assert get(qq()).reason == "wrong-digest"


@pytest.mark.parametrize(("kind", "digest"), [("md5", hashlib.md5), ("sha", hashlib.sha1)])
def test_qq_digest_in_capitals_is_right(kind, digest, server, film, get, qq):
    server.qq(film, body={kind: digest(FILM).hexdigest().upper()})
    assert isinstance(get(qq()), Fetched)


@pytest.mark.parametrize("value", ["", "xyz", 5, None, ["a"], "a" * 31])
def test_qq_digest_that_is_none_is_no_matter(value, server, film, get, qq):
    server.qq(film, body={"md5": value, "size": "many"})
    assert isinstance(get(qq()), Fetched)


def test_qq_page_s_variables_do_where_json_does_not(server, film, get, qq):
    server.qq(film, json_works=False)
    assert get(qq()).name == "page.mp4"


def test_qq_key_and_code_do_where_the_page_does_not(server, clouds, film, get, qq):
    server.qq(film, json_works=False)
    land = server.routes["wx.mail.qq.com", "/ftn/download"]
    server.route(
        QQ.partition("?")[0], lambda asked: land(asked) if asked.query["func"] == "4" else clouds.page("<html></html>")
    )
    assert isinstance(get(qq()), Fetched)


@pytest.mark.parametrize("landing", [OLD_QQ, "https://exmail.qq.com/cgi-bin/ftnExs_download?k=x&code=c&s=email"])
def test_qq_old_page_and_exmail_give_the_file(landing, server, film, get, qq):
    server.qq(film, landing=landing.partition("?")[0], json_works=False)
    assert isinstance(get(qq(landing)), Fetched)


def test_qq_old_link_that_redirects_to_the_page_gives_the_file(server, clouds, film, get, qq):
    server.qq(film, json_works=False)
    server.route(OLD_QQ.partition("?")[0], clouds.redirect(QQ))
    assert isinstance(get(qq(OLD_QQ)), Fetched)


def test_exmail_link_that_redirects_to_the_file_itself_gives_it(server, clouds, film, get, qq):
    server.route(
        "https://exmail.qq.com/cgi-bin/ftnExs_download", clouds.redirect("http://x.mail.ftn.qq.com/ftn_handler/f")
    )
    server.route("http://x.mail.ftn.qq.com/ftn_handler/f", film)
    redirecting = (
        "https://exmail.qq.com/cgi-bin/ftnExs_download?action=redirect&url=http://x.mail.ftn.qq.com/ftn_handler/f"
    )
    assert isinstance(get(qq(redirecting)), Fetched)


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("<html><body>文件已过期或已被删除</body></html>", "expired"),
        ("<html><script>var status = '2';</script>链接已失效</html>", "expired"),
        ("<html>请登录QQ邮箱</html>", "login"),
        ("<html>请输入验证码</html>", "captcha"),
    ],
)
def test_qq_page_without_a_file_says_why(page, reason, server, clouds, get, qq):
    server.route(QQ.partition("?")[0], clouds.page(page))
    assert get(qq()).reason == reason


def test_qq_link_without_any_key_is_the_sender_s_to_mend(server, clouds, get, qq):
    server.route(OLD_QQ.partition("?")[0], clouds.said({"head": {"ret": -5002, "msg": "fileid error"}}))
    assert get(qq(OLD_QQ.partition("?")[0] + "?x=1")).reason == "wrong-code"


def test_qq_redirect_to_the_login_page_says_so(server, clouds, get, qq):
    server.route(QQ.partition("?")[0], clouds.redirect("https://xui.ptlogin2.qq.com/cgi-bin/xlogin"))
    assert get(qq()).reason == "login"


def test_qq_address_on_another_host_is_refused(server, film, get, qq):
    server.qq(film, body={"url": "https://evil.example/x"})
    assert get(qq()).reason == "refused-host"


# --- behind a switch: never tried against the real service


def test_dashi_link_gives_its_file(server, clouds, film, get, link):
    server.route(
        "https://dashi.163.com/filehub-master/file/dl/prepare2",
        lambda asked: clouds.said(
            {"result": {"downloadUrl": "https://x.nosdn.127.net/f"}} if asked.json == {"linkKey": "KEY"} else {}
        ),
    )
    server.route("https://x.nosdn.127.net/f", film)
    found = link("https://dashi.163.com/html/cloud-attachment-download/?key=KEY", "netease-dashi", "KEY")
    assert isinstance(get(found, table=SWITCHED_ON), Fetched)


def test_enterprise_link_gives_its_file(server, clouds, film, get, link):
    url = "https://edisk.qiye.163.com/api/biz/attachment/download"
    server.route(url, clouds.redirect("https://x.nosdn.127.net/f"))
    server.route("https://x.nosdn.127.net/f", film)
    assert isinstance(get(link(f"{url}?identity=1", "netease-enterprise", "1"), table=SWITCHED_ON), Fetched)


def test_sina_link_gives_its_file(server, clouds, film, get, link):
    url = "https://mail.sina.com.cn/filecenter/download.php"
    form = clouds.page("<html><body><form><input type=submit></form></body></html>")
    server.route(url, lambda asked: clouds.redirect("https://f.sina.com.cn/f") if asked.method == "POST" else form)
    server.route("https://f.sina.com.cn/f", film)
    assert isinstance(get(link(f"{url}?id=1", "sina", "1"), table=SWITCHED_ON), Fetched)


def test_sina_page_without_a_form_is_expired(server, clouds, get, link):
    url = "https://mail.sina.com.cn/filecenter/download.php"
    server.route(url, clouds.page("<html><body>抱歉</body></html>"))
    assert get(link(f"{url}?id=1", "sina", "1"), table=SWITCHED_ON).reason == "expired"


def test_189_link_gives_its_file(server, clouds, film, get, link):
    url = "https://download.cloud.189.cn/file/downloadFile.action"
    server.route(url, clouds.redirect("https://d.cloud.189.cn/f"))
    server.route("https://d.cloud.189.cn/f", film)
    assert isinstance(get(link(f"{url}?dt=1", "189", "1"), table=SWITCHED_ON), Fetched)


# --- switches


@pytest.mark.parametrize("provider", ["netease-dashi", "netease-enterprise", "sina", "189"])
def test_untried_provider_is_off_as_shipped(provider, get, link, server):
    assert (get(link(provider=provider)).reason, server.asked) == ("switched-off", [])


@pytest.mark.parametrize("provider", ["netease", "qq", "direct"])
def test_provider_switched_off_is_left_to_people(provider, get, link, server):
    assert (get(link(provider=provider), table=f"[cloud.providers]\n{provider} = false\n").reason, server.asked) == (
        "switched-off",
        [],
    )


@pytest.mark.parametrize("provider", list(WAYS))
def test_all_is_off_with_one_key(provider, get, link):
    assert get(link(provider=provider), table="[cloud]\non = false\n").reason == "switched-off"


@pytest.mark.parametrize(
    ("provider", "url"),
    [
        ("baidu", "https://pan.baidu.com/s/1abc"),
        ("quark", "https://pan.quark.cn/s/abc"),
        ("139", "https://mail.10086.cn/x"),
        ("coremail", "https://mail.univ.edu.cn/coremail/common/nfFile.jsp?share_link=1"),
        ("onedrive", "https://1drv.ms/v/c/1"),
        ("icloud", "https://www.icloud.com/attachment/?u=x"),
        ("something-new", "https://x.example/"),
    ],
)
def test_provider_without_a_way_is_left_to_people(provider, url, get, link, server):
    assert (get(link(url, provider)).reason, server.asked) == ("unknown-provider", [])


def test_link_of_nobody_we_know_on_a_host_the_operator_allowed_is_fetched(server, film, get, link):
    server.route("https://files.example.cn/film.mp4", film)
    assert isinstance(get(link(provider="something-new")), Fetched)


def test_plain_link_may_be_redirected_to_another_host_only_if_that_is_allowed(server, clouds, film, get, link):
    server.route("https://files.example.cn/film.mp4", clouds.redirect("https://other.example.cn/f"))
    server.route("https://other.example.cn/f", film)
    assert get(link()).reason == "refused-host"


def test_host_the_operator_added_is_allowed_for_that_provider(server, clouds, film, get, netease):
    server.route(PREPARE, clouds.said({"data": {"downloadUrl": "https://other.example.cn/f"}}))
    server.route("https://other.example.cn/f", film)
    assert isinstance(get(netease(name="a.mp4"), table='netease = ["other.example.cn"]\n'), Fetched)
