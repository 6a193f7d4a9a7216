"""The redacted copy of a mail: nobody is left in it, and the same links are found."""

import base64
import quopri
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.facts import Limits
from parsers.mail import read_mail
from parsers.masking import Mask
from parsers.redacted_mail import TooDeepError, redacted

SAMPLES = Path(__file__).parent.parent / "samples"
LINKED = sorted(path for path in SAMPLES.glob("*/mail.eml") if path.parent.name.startswith(("cloud-", "netdisk-")))
KEY = bytes(range(32))
PERSONAL = [
    *("张三", "欧阳娜娜", "北京市海淀区学院路37号", "星辰大学", "嫦娥奔月", "zhangsan", "ouyang.nana", "星辰"),
    *(
        "13912345678",
        "010-62345678",
        "110101199003076543",
        "10010123",
        "wx_zhang88",
        "x7k2",
        "K3yOfTheFile",
        "1A2b3C4d",
    ),
    *("university.edu", "zhangsan-blog", "203.0.113.9", "ZhangSan", "secret-note", "deadbeefcafe", "20240917"),
]
HTML = """<html><head><title>张三</title><style>.zhangsan{background:url(http://zhangsan-blog.example/a.png)}</style></head>
<body class="zhangsan wx_zhang88"><!-- 张三 13912345678 secret-note --><script>var u="zhangsan";</script>
<p title="欧阳娜娜" data-note="110101199003076543">
我是张三，电话13912345678、010-62345678，
微信 wx_zhang88，QQ 10010123，身份证110101199003076543，住北京市海淀区学院路37号，邮箱
<a href="mailto:zhangsan@mail.university.edu">zhangsan@mail.university.edu</a>，
<a href="tel:13912345678">拨打</a> 出生 2024-09-17 20240917</p><img src="http://q.qlogo.cn/headimg?dst_uin=10010123&spec=100"
 alt="欧阳娜娜"><img src="data:image/png;base64,deadbeefcafe"><p>ＱＱ１３９１２３４５６７８</p>
<a href="http://zhangsan-blog.example/zhangsan/secret-note?name=%E5%BC%A0%E4%B8%89&amp;n=ZhangSan&amp;p=13912345678#zhangsan">博客</a>
<div id="divNeteaseBigAttach"><a
 href="https://mail.163.com/large-attachment-download/index.html?file=K3yOfTheFile&amp;title=%E5%BC%A0%E4%B8%89"
 filename="张三-嫦娥奔月.mp4" filesize="209715200" expiretime="1731464000000"
 style="font-family:zhangsan">张三-嫦娥奔月.mp4</a></div>
<p>https://pan.baidu.com/s/1A2b3C4d 提取码：x7k2</p>
<p>https://mail.university.edu.cn/coremail/common/nfFile.jsp?share_link=1A2b3C4d&amp;uid=zhangsan%40university.edu.cn
</p>
</body></html>"""


def rich_mail() -> bytes:
    """A mail that names its sender in every way a mail can."""
    name = base64.b64encode("张三".encode()).decode()
    return "\r\n".join(
        [
            "Received: from zhangsan-pc (203.0.113.9) by mail.university.edu; Mon, 14 Oct 2024 10:00:00 +0800",
            f"From: =?utf-8?B?{name}?= <zhangsan@mail.university.edu>",
            "To: kepuwsp@163.com, ouyang.nana@qq.com",
            "Cc: ZhangSan <13912345678@139.com>",
            f"Subject: =?utf-8?B?{base64.b64encode('张三 嫦娥奔月 13912345678'.encode()).decode()}?=",
            "Message-ID: <deadbeefcafe.zhangsan@university.edu>",
            "X-Mailer: Foxmail 7.2 zhangsan-pc",
            "X-QQ-MID: deadbeefcafe10010123",
            'Content-Type: multipart/mixed; boundary="zhangsan"',
            "",
            "preamble of zhangsan",
            "--zhangsan",
            "Content-Type: text/html; charset=gb18030",
            "Content-Transfer-Encoding: base64",
            "",
            base64.encodebytes(HTML.encode("gb18030")).decode().strip(),
            "--zhangsan",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
            "",
            quopri.encodestring("张三 欧阳娜娜\n星辰大学 13912345678\n".encode()).decode().strip(),
            "--zhangsan",
            f"Content-Type: application/pdf; name*=utf-8''{quote('张三的推荐表.pdf')}",
            f"Content-Disposition: attachment; filename*=utf-8''{quote('张三的推荐表.pdf')}",
            "",
            "%PDF-1.4 zhangsan 13912345678",
            "--zhangsan",
            "Content-Type: message/rfc822",
            "",
            f"From: =?utf-8?B?{name}?= <ouyang.nana@university.edu>",
            "Subject: zhangsan",
            "Content-Type: text/plain; charset=utf-8",
            "",
            "zhangsan 13912345678",
            "--zhangsan--",
            "epilogue of zhangsan",
        ]
    ).encode()


@pytest.fixture(scope="module")
def copy() -> bytes:
    return redacted(rich_mail(), KEY)


def decoded(mail: bytes) -> str:
    """All a mail says, decoded in every way, as one text."""
    message = message_from_bytes(mail, policy=policy.default)
    pieces = [mail.decode("utf-8", "replace")]
    for part in message.walk():
        pieces += [str(value) for value in part.values()]
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            pieces += [payload.decode("utf-8", "replace"), payload.decode("gb18030", "replace")]
    return "\n".join(pieces)


def spellings(word: str) -> list[str]:
    """A word as a mail may write it."""
    data = [word.encode(), word.encode("gb18030")]
    coded = [base64.b64encode(d).decode().rstrip("=")[:-1] for d in data] + [
        quopri.encodestring(d).decode() for d in data
    ]
    return [word, word.lower(), *(quote(d) for d in data), *(quote(d).lower() for d in data), *coded]


@pytest.mark.parametrize("word", PERSONAL)
def test_no_personal_datum_survives(copy, word):
    text = decoded(copy)
    assert [spelling for spelling in spellings(word) if spelling in text] == []


def test_every_personal_datum_was_in_the_mail():
    text = decoded(rich_mail())
    assert [word for word in PERSONAL if not any(spelling in text for spelling in spellings(word))] == []


def test_structure_and_kinds_of_parts_stay(copy):
    kinds = [part.get_content_type() for part in message_from_bytes(copy).walk()]
    assert kinds == [part.get_content_type() for part in message_from_bytes(rich_mail()).walk()]


def test_tags_and_attributes_stay(copy):
    assert (
        b'<div id="divNeteaseBigAttach"><a href="https://mail.163.com/large-attachment-download/index.html?file='
        in copy
    )


def test_exact_size_and_expiry_stay(copy):
    assert b'filesize="209715200" expiretime="1731464000000"' in copy


def test_the_client_is_named(copy):
    assert message_from_bytes(copy)["X-Mailer"] == "Foxmail"


def test_names_of_files_keep_their_shape(copy):
    names = [part.get_filename() for part in message_from_bytes(copy, policy=policy.default).walk()]
    assert [name for name in names if name] == ["某某某某某某.pdf"]


def seen(path_or_bytes: bytes, folder: Path) -> list[tuple[object, ...]]:
    """What is told of the links of a mail, but for what is masked."""
    (folder / "mail.eml").write_bytes(path_or_bytes)
    facts = read_mail(folder / "mail.eml", None, Limits())
    return [(link.provider, link.size is None, link.expires_at, link.code is None) for link in facts.links]


@pytest.mark.parametrize("path", LINKED, ids=lambda path: path.parent.name)
def test_the_same_links_are_found_in_the_copy(path, tmp_path):
    mail = path.read_bytes()
    assert seen(redacted(mail, KEY), tmp_path) == seen(mail, tmp_path)


def test_one_key_gets_one_placeholder():
    mask = Mask(KEY)
    both = {mask.address("https://pan.baidu.com/s/1AbCdEfG") for _ in range(2)}
    assert len(both) == 1


def test_another_secret_gives_other_placeholders():
    url = "https://pan.baidu.com/s/1AbCdEfG"
    assert Mask(KEY).address(url) != Mask(bytes(32)).address(url)


def test_the_host_of_a_stranger_is_kept_only_where_it_looks_like_a_cloud_attachment():
    mail = b"From: a@b.c\r\n\r\n200M, 2024-11-30 \xe5\x88\xb0\xe6\x9c\x9f https://files.newcloud.example/get?id=1\r\n\r\n\r\n\r\n"
    mail += b"my page: https://zhangsan.example/ and my film: https://zhangsan.example/a.mp4\r\n"
    copy = redacted(mail, KEY)
    assert (b"files.newcloud.example" in copy, b"zhangsan.example" in copy) == (True, False)


def test_a_mail_nested_too_deep_is_refused():
    with pytest.raises(TooDeepError):
        redacted(b"Content-Type: message/rfc822\r\n\r\n" * 3000, KEY)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_mail_to_redact(data):
    assert redacted(data, KEY).endswith(b"\r\n")


@given(st.text(alphabet="张三李四abcXYZ0123456789 ，。", max_size=60))
def test_plain_words_leave_only_their_shape(text):
    assert set(Mask(KEY).text(text)) <= set("某xX0 ，。")


@given(st.text(max_size=200))
def test_any_address_is_masked_without_fail(text):
    assert isinstance(Mask(KEY).address("https://" + text), str)
