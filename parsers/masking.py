"""Placeholders of the same shape for what people wrote: letters, digits and characters go, what a program reads stays.

Kept are the words that mail clients write around cloud attachments, sizes, dates of expiry, endings of file names,
the hosts of providers, and the words addresses are made of. Each masking draws its own key: the same token gets the
same placeholder within one mail, and nobody can tell from it what it was.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection, Iterator
from itertools import cycle
from string import ascii_lowercase, ascii_uppercase, digits
from urllib.parse import quote, unquote

from parsers.beside import expiries
from parsers.providers import host_of, recognise
from parsers.sights import addresses

_WORDS = re.compile(
    "index|html|htm|php|jsp|cgi|bin|api|biz|file|files|filecenter|link|links|share|shares|download|down|dl|get|"
    "open|view|show|attachment|attachments|attach|attachs|att|large|big|bigattach|huge|hugeattachment|cloud|"
    "mail|email|netease|qq|foxmail|client|entry|item|items|card|cards|list|row|box|bt|block|chip|drive|gmail|"
    "filename|size|name|time|date|expire|expired|expiretime|title|icon|img|image|logo|button|btn|container|"
    "content|wrapper|header|footer|body|main|left|right|top|bottom|center|text|desc|info|detail|hidden|display|"
    "none|normal|blank|noopener|noreferrer|nofollow|ltr|rtl|utf|charset|web|www|com|cn|net|org|edu|gov|ms|"
    "storage|object|disk|pan|netdisk|ftn|exs|handler|func|key|code|token|id|uid|pwd|password|sid|surl|init|"
    "redirect|action|url|path|type|front|shareweb|mobile|app|office|transfer|station|sirius|coremail|common|nf|"
    "alimail|mime|meta|fs|div|span|bold|bg|gray|uk|sz|ckc|apple|largeattachment|iclouddrive|folders|folder|uc|"
    "public|pub|access|accesscode|encrypt|doc|docs|exmail|wx|mailmaster|dashi|master|preview|message|bigatt|"
    "qqmailbgattach|fweb|cl"
)
"""Words of addresses and of class names. Nothing here is anybody's name."""
_PHRASE = re.compile(
    "播放网址|播放地址|播放链接|"
    r"X-NETEASE-HUGE-ATTACHMENT|从foxmail\.com邮箱发来的超大附件|Large attachments|从网易yeah邮箱发来的超大附件|"
    "从网易163邮箱发来的超大附件|从网易126邮箱发来的超大附件|从Foxmail发来的超大附件|Extraction code|"
    "从腾讯企业邮箱发来的超大附件|以下文件通过QQ邮箱的中转站|从网易企业邮箱发来的云附件|从QQ邮箱发来的超大附件|"
    "Expires on|网易灵犀办公云附件|推荐客户端极速下载|Download|灵犀办公云附件|进入下载页面|查看下载信息|"
    "来自中转站|有效时间到|分享的文件|转发的邮件|超大附件|文件快递|有效期至|到期时间|过期时间|失效时间|"
    "永久有效|下载链接|下载地址|在线预览|文件大小|提取密码|访问密码|分享文件|文件分享|百度网盘|阿里云盘|"
    "夸克网盘|原始邮件|云附件|大附件|中转站|暂存柜|有效期|无限期|文件名|提取码|访问码|取件码|发件人|收件人|"
    "分享了|到期|过期|下载|预览|大小|密码|口令|链接|网盘|主题|均为|都是"
)
_DOMAINS = re.compile(
    r"(?:163|126|188|qq|foxmail|sina|139|gmail|outlook|icloud)\.com|yeah\.net|sina\.cn|189\.cn|mail\.10086\.cn"
)
_INNER_HOSTS = re.compile(r"(?:.+\.)?(?:icloud-content\.com(?:\.cn)?|ftn\.qq\.com)")
_PARAMETER = re.compile(r"[A-Za-z][A-Za-z_]{0,19}")
_SCHEMES = frozenset({"mailto", "tel", "cid", "data", "javascript", "file"})
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@([A-Za-z0-9.-]{1,100})")
_SIZE = re.compile(r"(?<![\w.])\d{1,4}(?:\.\d{1,2})?\s?[KMG]i?B?(?=[\s,，|)）·]|$)")
_ENDING = re.compile(
    r"\.(?:mp4|mov|avi|mkv|wmv|flv|mpe?g|m4v|3gp|rar|zip|7z|docx?|pdf|pptx?|xlsx?|jpe?g|png|gif|txt|url|wps|apk|eml)\b",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(rf"({_ENDING.pattern}|[/!?=:;,.~]|%2F)", re.IGNORECASE)
_PARTS = re.compile(r"(https?|ftp)://([^/?#\s]*)([^?#]*)(\?[^#]*)?(#.*)?", re.IGNORECASE | re.DOTALL)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_NUMBERS = frozenset({"expired", "expire", "sz", "size", "e", "filesize"})

_CLASSES = [
    (re.compile(pattern), shown)
    for pattern, shown in (
        ("[0-9]", "0"), ("[a-z]", "x"), ("[A-Z]", "X"), ("[\uff10-\uff19]", "\uff10"), ("[\uff21-\uff3a]", "\uff38"),
        ("[\uff41-\uff5a]", "\uff58"), (r"[^\W_\x00-\x7f\uff10-\uff5a]", "某"),
    )
]  # fmt: skip


class Mask:
    """Makes placeholders. key: secret and thrown away; hosts: those kept beside the providers'."""

    def __init__(self, key: bytes, hosts: Collection[str] = ()):
        self._key = key
        self._hosts = frozenset(hosts)

    def text(self, text: str) -> str:
        """A text of the same length and layout, but for addresses in it."""
        pieces: list[str] = []
        at = 0
        for start, end, shown in self._kept(text):
            if start >= at:
                pieces += [_shape(text[at:start]), shown]
                at = end
        return "".join((*pieces, _shape(text[at:])))

    def _kept(self, text: str) -> Iterator[tuple[int, int, str]]:
        """What is not masked letter by letter: addresses first, then what a program reads; by where it begins."""
        found: list[tuple[int, int, int, str]] = []
        found += [(m.start(), 0, m.end(), self._written(m[0])) for m in addresses(text)]
        found += [(m.start(), 1, m.end(), _email(m)) for m in _EMAIL.finditer(text)]
        found += [(t.start, 2, t.end, text[t.start : t.end]) for t in expiries(text)]
        for pattern in (_SIZE, _PHRASE, _ENDING):
            found += [(m.start(), 3, m.end(), m[0]) for m in pattern.finditer(text)]
        for start, _, end, shown in sorted(found):
            yield start, end, shown

    def _written(self, url: str) -> str:
        return self.address(url) if "://" in url[:8] else self.address(f"https://{url}").removeprefix("https://")

    def address(self, url: str) -> str:
        """An address with its scheme, a provider's host, and the words it is made of."""
        match = _PARTS.fullmatch(url.strip())
        if match is None:
            known = url.strip().partition(":")[0].lower()
            return f"{known}:x" if known in _SCHEMES else self._path(url.strip())
        scheme, _, path, query, fragment = match.groups()
        host = self._host(url)
        masked = f"{scheme}://{host}{self._path(path)}"
        if query:
            masked += "?" + "&".join(self._parameter(pair) for pair in query[1:].split("&"))
        return masked + (f"#{self._path(fragment[1:])}" if fragment else "")

    def _host(self, url: str) -> str:
        host, target = host_of(url), recognise(url)
        listed = target is not None and target.provider != "coremail"
        if listed or host in self._hosts or _INNER_HOSTS.fullmatch(host):
            return host
        labels = (host or "x.x").split(".")
        return ".".join(label if _WORDS.fullmatch(label) else "x" * len(label) for label in labels)

    def _path(self, path: str) -> str:
        pieces = _SEPARATOR.split(path)
        return "".join(piece if number % 2 else self._token(piece) for number, piece in enumerate(pieces))

    def _parameter(self, pair: str) -> str:
        name, equals, value = pair.partition("=")
        plain = unquote(value)
        if not equals:
            return self._token(name)
        shown = name if _PARAMETER.fullmatch(name) else self._token(name)
        if plain.lower().startswith(("http://", "https://")):
            return f"{shown}={quote(self.address(plain), safe='')}"
        if name.lower() in _NUMBERS and re.fullmatch(r"-?\d{1,13}", value):
            return pair
        return f"{shown}={self._value(value)}"

    def _value(self, value: str) -> str:
        plain = unquote(value)
        if "@" in plain or not plain.isascii():
            return quote(self.text(plain), safe="")
        if _PHRASE.fullmatch(value) is not None:
            return value
        return "".join(self._token(piece) for piece in re.split(r"([.:;,]|%3[aAbB])", value))

    def _token(self, token: str) -> str:
        """A word of addresses or a single digit as it is; anything else as random characters of the same classes."""
        if not unquote(token).isascii():
            return quote(_shape(unquote(token)), safe=".")
        words = _WORD.findall(token)
        known = words and all(_WORDS.fullmatch(word.lower()) for word in words) and not re.search(r"\d\d", token)
        alone = len(re.findall(r"[A-Za-z0-9]", unquote(token))) < 2
        return token if known or alone else self._random(token)

    def _random(self, token: str) -> str:
        drawn = hmac.digest(self._key, token.encode(), "sha512")
        pieces = re.findall(r"%[0-9A-Fa-f]{2}|.", token, re.DOTALL)
        return "".join(_drawn(piece, byte) for piece, byte in zip(pieces, cycle(drawn), strict=False))

    def names(self, value: str) -> str:
        """A class or an id: words known from clients stay, others keep their shape; of numbers only the length."""
        known = _WORD.sub(lambda m: m[0] if _WORDS.fullmatch(m[0].lower()) else _shape(m[0]), value)
        return re.sub(r"[^\x00-\x7f]", "某", re.sub(r"\d", "0", known))


def _drawn(piece: str, byte: int) -> str:
    char = unquote(piece) if len(piece) == 3 else piece
    for alphabet in (digits, ascii_lowercase, ascii_uppercase):
        if char in alphabet:
            return alphabet[byte % len(alphabet)]
    return piece


def _shape(text: str) -> str:
    """Letters, digits and characters as one of each class, wide ones as wide ones."""
    for pattern, shown in _CLASSES:
        text = pattern.sub(shown, text)
    return text


def _email(match: re.Match[str]) -> str:
    domain = match[1].lower()
    return f"{_shape(match[0].partition('@')[0])}@{domain if _DOMAINS.fullmatch(domain) else _shape(domain)}"
