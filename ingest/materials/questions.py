"""A picture beside a question is what the question is about, not a material."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.model import Kind, Part

_LONG = 600
"""Letters of a mail above which it says more than a question."""

_ASKS = re.compile(
    r"[?？]|请问|咨询|想问|问一下|请教|怎么(?:办|填|写|弄|传|发|提交|操作)?|如何|能否|可否|可不可以|行不行|"
    r"是否(?:可以|需要|收到|有)|有没有|什么时候|哪里|[吗么呢](?:[，。！\s]|$)"
)
_BRINGS = re.compile(
    r"(?:报送|推荐|投稿|参赛|补交|补充|补寄|提交|申报).{0,12}(?:作品|材料|如下|见附|附件|扫描|表)|盖章|扫描件"
)


def only_asks(parts: Sequence[Part], text: str) -> bool:
    """The mail's one file is an unnamed picture standing in its text, and the text is a question.

    What is asked about is shown by such a picture (an error, a page of the notice); a person reads and answers it, and
    can still make a work of it. A mail that says it brings something is none of these.
    """
    brought = [part for part in parts if part.kind is not Kind.OTHER]
    if len(brought) != 1 or len(text) > _LONG:
        return False
    one = brought[0]
    in_text = bool(one.shown) or one.disposition.lower() == "inline" or bool(one.content_id)
    bare = one.kind is Kind.SCAN and not one.certain and not one.why.startswith("由文件名")
    return bare and in_text and bool(_ASKS.search(text)) and not _BRINGS.search(text)
