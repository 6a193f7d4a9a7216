"""A withdrawal or a replacement that a mail asks for in words. A person carries it out, and reads the sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from ingest.names import fold

WITHDRAWAL, REPLACEMENT = "撤回", "更换"
"""What is asked for, in words for people."""

_MOST = 20_000  # characters of a text looked at
_QUOTE = 120  # characters of a sentence quoted
_SENTENCE = re.compile(r"[^。！!？?；;\n]+[。！!？?；;]?")
_QUOTED = re.compile(
    r"^\s*(?:>|&gt;|[-—_=]{3,}\s*(?:原始邮件|原邮件|转发|回复|Original)|(?:发件人|From|寄件者)\s*[:：]|"
    r"在.{4,60}(?:写道|wrote)\s*[:：]|于.{4,60}写道)",
    re.MULTILINE | re.IGNORECASE,
)
_ENTRY = r"(?:参赛|参评|参选|比赛|大赛|评选|评审|评比|申报|征集|推荐|投稿|报名|活动|本届|本次|此次|自荐)"
_MATERIAL = (
    r"(?:视频|影片|片子|成片|短片|作品|材料|附件|文件|表格|推荐表|自荐表|申报表|报名表|表|扫描件|扫描|证明|"
    r"版本|版|稿|压缩包|链接|邮件)"
)
_OLD = r"(?:上|前|之前|此前|先前|早先|原先|昨天|刚才|第一|前面|以前)"
_WITHDRAWS = re.compile(
    rf"撤回|撤稿|撤下|撤销.{{0,12}}{_ENTRY}|{_ENTRY}.{{0,6}}撤销|退出.{{0,8}}{_ENTRY}|退赛|"
    rf"取消.{{0,12}}(?:{_ENTRY}|资格)|不再.{{0,6}}{_ENTRY}|放弃.{{0,12}}{_ENTRY}"
)
_REPLACES = re.compile(
    rf"(?:更换|替换|换成|换为|代替|取代|换掉|换一|更新).{{0,24}}{_MATERIAL}|{_MATERIAL}.{{0,24}}(?:更换|替换|换成|换为|代替|取代|换掉)|"
    rf"以(?:此|本|这|该|新|后|最新|最后|今天|现在|附件|随信)(?:次|封|个|份|版|件|一)?.{{0,12}}为准|"
    rf"(?:忽略|作废|不用看|无视|删除|删掉).{{0,8}}{_OLD}.{{0,10}}(?:{_MATERIAL}|封|次|份)|"
    rf"{_OLD}.{{0,4}}(?:封|次|份|版|个)?.{{0,12}}(?:作废|无效|请忽略|请删除|不要了)"
)
_NOT = re.compile(
    r"(?:不|未|没|没有|无|无需|不用|不必|不会|不能|不得|不予|不可|禁止|勿|请勿|别|不要|从未|并未|尚未|不想|不打算|不需要?)"
    r"(?:再|会|能|可|需|需要|予|得|做|作|进行|任何|有|曾|自行|随意|擅自|要求|申请|打算|考虑)*$"
)
_IF = re.compile(
    r"如需|如果|如有|如要|如若|倘若|假如|若(?!干)|一旦|万一|需要时|必要时|的话|怎样|怎么|如何|哪里|是否|能不能|可不可以|流程|规定"
)
_NO_MATERIAL = re.compile(r"(?:联系人|联系电话|电话|手机|号码|邮箱|地址|负责人|单位名称|开户)")


@dataclass(frozen=True)
class Wish:
    """What a mail asks for, and the sentence that says so, shortened."""

    what: str
    sentence: str


def wishes_in(subject: str, text: str, *, ours: Collection[str] = ()) -> tuple[Wish, ...]:
    """What a person asks for in a mail: each thing once, by the first sentence that does.

    text: their own words; what is marked as quoted below them is left out. ours: texts of letters of ours, whose
    sentences are nobody's wish. Negated and conditional sentences, and questions how it is done, are none.
    """
    known = [fold(letter) for letter in ours]
    found: dict[str, Wish] = {}
    for sentence in [subject, *_SENTENCE.findall(own_words(text))]:
        plain = unicodedata.normalize("NFKC", sentence).strip()
        what = _asked(plain)
        if what and what not in found and not any(fold(plain) in letter for letter in known):
            found[what] = Wish(what, shortened(sentence))
    return tuple(found.values())


def own_words(text: str) -> str:
    """A text up to where it quotes another mail."""
    text = text[:_MOST]
    quoted = _QUOTED.search(text)
    return text[: quoted.start()] if quoted else text


def _asked(sentence: str) -> str:
    if _IF.search(sentence):
        return ""
    for what, pattern in ((WITHDRAWAL, _WITHDRAWS), (REPLACEMENT, _REPLACES)):
        for hit in pattern.finditer(sentence):
            aside = what is REPLACEMENT and _NO_MATERIAL.search(hit[0])
            if not aside and not _NOT.search(sentence[: hit.start()]):
                return what
    return ""


def shortened(sentence: str) -> str:
    """A sentence as it is quoted: on one line, within bounds."""
    line = " ".join(sentence.split())
    return line if len(line) <= _QUOTE else f"{line[:_QUOTE]}…"
