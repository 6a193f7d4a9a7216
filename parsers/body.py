"""What a mail says: text of its bodies, and which of it is the sender's own, not a quoted reply."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING

from parsers.tags import crowded

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_BREAK, _GAP = "\ue000", "\ue001"  # private characters that stand for a line and a cell end while HTML is flattened
_BLOCK_TAG = re.compile(
    r"<(?=/?(?:p|div|tr|table|li|ul|ol|h[1-6]|blockquote|pre|hr|br|section|article|dl|dt|dd|fieldset)\b)", re.IGNORECASE
)
_CELL_TAG = re.compile(r"</(?=t[dh]\b)", re.IGNORECASE)
_UNSEEN = "script, style, title, head, noscript, template, object, iframe"
QUOTE_NODES = (
    "blockquote, div.gmail_quote, .ntes-mailmaster-quote, #isReplyContent, div[id^=isReplyContent], "
    "div.yahoo_quoted, #divRplyFwdMsg, #appendonsend"
)
_WHITE = re.compile(r"[ \t\r\n\f\xa0\u3000]*[\r\n][ \t\r\n\f\xa0]*|[ \t\f\xa0]+")
_BREAKS = re.compile(rf"[ \ue001]*{_BREAK}[{_BREAK}\ue001 ]*")
_QUOTE_LINE = re.compile(
    r"""^\s*(?:
      -{2,}\s*(?:原始邮件|回复的原邮件|转发的邮件|转发邮件信息|原邮件|原始郵件|Original(?:\ Message)?|
               Forwarded\ Message|Begin\ forwarded\ message)\s*-*
    | _{10,}\s*
    | On\b.{5,200}\bwrote\s*[:：]
    | At\b.{5,200}\bwrote\s*[:：]
    | (?:在|于)?\s*\d{4}\s*[-年/.].{2,200}(?:写道|写到|寫道)\s*[:：]?
    | .{1,200}(?:于|在)\s*\d{4}\s*[-年/.].{2,100}(?:写道|写到|寫道)\s*[:：]?
    | Begin\ forwarded\ message\s*[:：]
    )\s*$""",
    re.VERBOSE | re.IGNORECASE,
)
_HEAD_LINE = re.compile(r"^\s*\*?(?:发件人|寄件者|寄件人|From)\s*\*?\s*[:：]", re.IGNORECASE)
_HEAD_NEXT = re.compile(
    r"^\s*\*?(?:发送时间|发送日期|日期|时间|收件人|抄送|主题|Sent|Date|To|Cc|Subject)\s*\*?\s*[:：]", re.IGNORECASE
)
_FORWARD_SUBJECT = re.compile(r"^\s*(?:fw|fwd|转发|轉寄|转寄)\s*[:：]", re.IGNORECASE)
_QUOTES = re.compile(r"--|__|>|＞|wrote|[写寫][道到]|发件人|寄件|from|begin", re.IGNORECASE)  # none of these: no quote
_ANY_TAG = re.compile(r"<[^<>]{0,5000}>")
_NESTING_TAG = re.compile(r"<(/?)(?!(?:br|img|hr|p|li|td|tr|input|meta|link|o:p)\b)[a-z]", re.IGNORECASE)
_MAX_NESTING = 5_000  # the parser takes time by the square of the depth
_HEAD_WITHIN = 4  # lines after 发件人： in which another header line must come


@dataclass(frozen=True)
class Body:
    """One body of a mail. group: number of its multipart/alternative, 0 for none; forwarded: mails around it.

    spare: read only where the mail says nothing else, as what an envelope of Outlook's repeats.
    """

    text: str
    is_html: bool
    group: int = 0
    forwarded: int = 0
    spare: bool = False


def chosen(bodies: Sequence[Body]) -> list[Body]:
    """The bodies a reader sees: of alternatives the plain text, unless it is blank; spare ones if all else is."""
    spare = [body for body in bodies if body.spare]
    said = [body for body in bodies if not body.spare]
    return _of_alternatives([*said, *spare] if spare and not any(_says(body) for body in said) else said)


def _says(body: Body) -> bool:
    """There is a letter in it; in a page, beside its tags."""
    return bool(html_text(body.text) if body.is_html else body.text.strip())


def _of_alternatives(bodies: Sequence[Body]) -> list[Body]:
    plain = {b.group for b in bodies if b.group and not b.is_html and b.text.strip()}
    rich = {b.group for b in bodies if b.group and b.is_html}
    kept = []
    for body in bodies:
        if body.is_html and body.group in plain:
            continue
        if not body.is_html and not body.text.strip() and body.group in rich:
            continue
        kept.append(body)
    return kept


def plain_text(bodies: Sequence[Body], limit: int) -> str:
    """All bodies as one plain text of at most `limit` characters."""
    texts = (html_text(b.text) if b.is_html else b.text for b in chosen(bodies))
    return _tidied("\n\n".join(text for text in texts if text.strip()), limit)


def own_text(bodies: Sequence[Body], limit: int) -> str:
    """The same without what is quoted or forwarded."""
    texts = (
        own_part(html_text(b.text, quotes=False) if b.is_html else b.text) for b in chosen(bodies) if not b.forwarded
    )
    return _tidied("\n\n".join(text for text in texts if text.strip()), limit)


def _tidied(text: str, limit: int) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text.strip()[:limit]


def html_text(html: str, *, quotes: bool = True, mark: Callable[[LexborHTMLParser], None] | None = None) -> str:
    """HTML as lines of text; without the nodes that hold quoted mail if `quotes` is false. Hidden text stays.

    mark: may put text of its own into the tree first; a tree too deep to be looked at is not marked.
    """
    marked = html.replace(_BREAK, "").replace(_GAP, "").replace("\0", "")
    marked = _CELL_TAG.sub(_GAP + "</", _BLOCK_TAG.sub(_BREAK + "<", marked))
    tree = parsed(marked)
    if tree is None:
        return _BREAKS.sub("\n", _WHITE.sub(" ", unescape(_ANY_TAG.sub("", marked)))).replace(_GAP, " ").strip()
    for node in tree.css(_UNSEEN if quotes else f"{_UNSEEN}, {QUOTE_NODES}"):
        node.decompose()
    if mark is not None:
        mark(tree)
    root = tree.body or tree.root
    text = _WHITE.sub(" ", root.text(separator="") if root is not None else "")
    return _BREAKS.sub("\n", text).replace(_GAP, " ").strip()


def parsed(html: str) -> LexborHTMLParser | None:
    """The tree of a page, or None if it is nested so deep, or one tag says so much, that only an attack can mean it."""
    from selectolax.lexbor import LexborHTMLParser

    depth = 0
    if html.count("<") > _MAX_NESTING:
        for tag in _NESTING_TAG.finditer(html):
            depth = max(0, depth - 1) if tag[1] else depth + 1
            if depth > _MAX_NESTING:
                return None
    if crowded(html):
        return None
    return LexborHTMLParser(html)


def own_part(text: str) -> str:
    """The lines before a quoted mail begins, without lines quoted by ">"."""
    text = text.replace("\r\n", "\n")
    if not _QUOTES.search(text):
        return text.strip()
    lines = text.split("\n")
    kept: list[str] = []
    for number, line in enumerate(lines):
        if len(line) < 400 and (_QUOTE_LINE.match(line) or _begins_head(lines, number)):
            break
        if not line.lstrip().startswith((">", "＞")):
            kept.append(line)
    return "\n".join(kept).strip()


def _begins_head(lines: Sequence[str], number: int) -> bool:
    """Line `number` is the 发件人： of a quoted mail's head: another header line follows closely."""
    if not _HEAD_LINE.match(lines[number]):
        return False
    return any(_HEAD_NEXT.match(line[:400]) for line in lines[number + 1 : number + 1 + _HEAD_WITHIN])


def unflowed(text: str, *, delete_space: bool) -> str:
    """Text of format=flowed with its lines whole again (RFC 3676); quoted lines keep their marks.

    delete_space: the blank at the end of a broken line is none of the text's (DelSp=yes).
    """
    whole: list[str] = []
    open_depth = -1
    for line in text.replace("\r\n", "\n").split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        said = line[depth:].removeprefix(" ")
        if open_depth != depth:
            whole.append("\n" + ">" * depth + (" " if depth else ""))
        open_depth = depth if said.endswith(" ") and said != "-- " else -1
        whole.append(said[:-1] if delete_space and open_depth >= 0 else said)
    return "".join(whole)[1:]


def is_forward(subject: str) -> bool:
    """The subject says that the mail passes another one on."""
    return bool(_FORWARD_SUBJECT.match(subject))
