"""A page where a file was expected: what it says to a person, as the reason it stands for."""

from __future__ import annotations

import re

_TYPES = {"text/html", "application/xhtml+xml", "application/json", "text/json", "application/problem+json"}
_OWN = (".html", ".htm", ".xhtml", ".json", ".mht", ".mhtml")
_OPENS = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body|script)\b", re.IGNORECASE)
_SAID: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (reason, re.compile(words, re.IGNORECASE))
    for reason, words in (
        ("captcha", r"验证码|滑块|安全验证|人机验证|captcha"),
        ("expired", r"过期|失效|到期|超过有效期|has expired|\bexpired\b"),
        ("deleted", r"已?被?删除|不存在|已取消分享|找不到|not found|deleted|no such file|NoSuchKey"),
        (
            "quota",
            r"(?:下载|访问)次数|流量(?:已|超|不足)|超出.{0,6}限制|已达.{0,6}上限|quota|too many (?:downloads|users)",
        ),
        ("wrong-code", r"提取码(?:错误|不正确)|访问码(?:错误|不正确)|密码(?:错误|不正确)"),
        ("login", r"请(?:先)?登录|重新登录|登录(?:超时|后)|未登录|please (?:log|sign) ?in|login required"),
    )
)
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_MARKUP = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]{0,2000}>", re.IGNORECASE | re.DOTALL)


def is_page(content_type: str, first: bytes, name: str) -> bool:
    """Whether an answer is a page or a message and no file. first: bytes of the body; name: of the file expected."""
    if name.lower().endswith(_OWN):
        return False
    return content_type in _TYPES or _OPENS.match(first[:1_000]) is not None


def verdict(page: str) -> str:
    """Why there is a page and no file, as a key of MANUAL_REASONS; "html-instead" if it does not say."""
    page = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), page[:200_000])
    for text in (_MARKUP.sub(" ", page), page):
        for reason, words in _SAID:
            if words.search(text):
                return reason
    return "html-instead"
