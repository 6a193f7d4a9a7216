"""Legal bodies as people write them: brackets, company forms, branches; and whether two are one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from ingest.names.titles import fold

_LONGEST = 400
"""Characters of a field that are looked at."""
_TAIL = re.compile(
    r"[（(][^（）()]{0,20}(?:盖章|签章|公章|章)[^（）()]{0,20}[）)]|(?:加盖)?公章|盖章"
    r"|(?:19|20)?\d{2}\s*年\s*\d{0,2}\s*月(?:\s*\d{0,2}\s*日)?"
)
_LABEL = re.compile(
    r"^(?:第一|主要|联合|参与)?(?:制作|出品|推荐|自荐|申报|主创|作者|工作|版权)?(?:单位|机构|方)[:：]\s*"
)
_NUMBERED = re.compile(r"^[(（]?\d{1,2}[)）.、．]\s*")
_MANY = re.compile(r"[、;；\n\r\t|]|(?<![A-Za-z]),(?=\s*[^A-Za-z])|，|(?<=[司院局馆会部台校社团所])\s+(?=\S)")
_NOBODY = re.compile(
    r"^(?:无|没有|暂无|不详|同上|本人|自制|自己|作者本人|(?:独立|个人|自由|业余)?(?:创作者?|制作人?|撰稿人|摄影师|导演|作者|个人)"
    r"|自由职业者?|个体(?:户|经营)?|自媒体(?:人)?|退休(?:人员|职工|教师)?|(?:大|中|小|研究)?学生|无业|待业|务农|农民|居民|公民|[-—/\\\\*.。]+)$"
)
"""What people write where they have no unit."""
_FORMS = (("有限责任公司", "有限公司"), ("股份有限公司", "有限公司"), ("集团公司", "集团有限公司"))
_BRANCH = re.compile(
    r"^(.{3,60}?(?:公司|集团|银行|报社|通讯社|电视台))(.{0,20}(?:分公司|分行|分社|分部|记者站|办事处))$"
)
_RANK = re.compile(r"维吾尔自治区|壮族自治区|回族自治区|自治区|特别行政区|省|市(?!场|政|民|容)")
_COMPANY = re.compile(r"(?:集团)?有限公司$|公司$")


@dataclass(frozen=True)
class Body:
    """A legal body a text names first. written: as it stands there; core: as it is compared; of: the core of the
    company whose branch it is, "" if it is none; more: how many others are named after it."""

    written: str
    core: str
    of: str = ""
    more: int = 0

    @property
    def key(self) -> str:
        """What all bodies have in common that could be this one."""
        return _COMPANY.sub("", _RANK.sub("", self.of or self.core)) or self.core


def body(text: str) -> Body | None:
    """The first body a field names; None where it names none. A school of a university is a body of its own."""
    plain = _LABEL.sub("", _TAIL.sub(" ", unicodedata.normalize("NFKC", text[:_LONGEST])).strip())
    pieces = [_NUMBERED.sub("", _LABEL.sub("", piece.strip())).strip() for piece in _MANY.split(plain)]
    named = [piece for piece in pieces if fold(piece) and not _NOBODY.match(piece)]
    if not named:
        return None
    core = _core(named[0])
    branch = _BRANCH.match(core)
    return Body(named[0], core, branch[1] if branch else "", len(named) - 1)


def _core(written: str) -> str:
    core = fold(written)
    for long, short in _FORMS:
        core = core.replace(long, short)
    return core


def same_body(one: Body, other: Body) -> tuple[float, str]:
    """How surely two bodies are one, 0 to 1, and why, in Chinese for people."""
    if one.core == other.core:
        return (1.0, "名称一致") if fold(one.written) == fold(other.written) else (0.95, "名称一致（公司形式写法不同）")
    if (one.of or one.core) == (other.of or other.core):
        return 0.6, "同一公司的分支机构"
    ranks = _ranks(one.core), _ranks(other.core)
    if _RANK.sub("", one.core) == _RANK.sub("", other.core) and "" in ranks:
        return 0.9, "名称一致（省略了省、市）"
    if ranks[0] == ranks[1] and _COMPANY.sub("", one.core) == _COMPANY.sub("", other.core):
        return 0.7, "名称相近（一处省略了“公司”）"
    return 0.0, ""


def _ranks(core: str) -> str:
    return "".join(_RANK.findall(core))
