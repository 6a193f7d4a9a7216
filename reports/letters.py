"""Letters to submitters as subject, text and bare HTML, from templates. No pictures, no links, no identity numbers."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, TemplateError

from reports.cells import clean_text
from reports.masking import mask
from reports.templating import environment

AUTOMATIC = "系统自动回复，仅确认收到，不代表通过形式审查"
"""Stands in every letter, templates of one's own included."""
KINDS = ("receipt", "supplement", "late", "attention", "reminder")
"""Kinds of letters there are templates for."""
_PAGE_ADDRESS = re.compile(r"(?i)[a-z]{2,10}://\S+|www\.\S+|[a-z0-9\-]+(?:\.[a-z0-9\-]+)+/\S*")
MAX_SUBJECT = 120
MAX_FIELD = 500
"""Characters kept of a sender's own words in a letter."""


@dataclass(frozen=True)
class LetterFile:
    """A file as a letter names it: kind word (视频), name, size for people ("128.4 MB"), arrival for people."""

    kind: str
    name: str
    size: str
    received: str


@dataclass(frozen=True)
class LetterProblem:
    """Something not yet as the notice wants it: wanted and found in one sentence, the clause, how to mend it."""

    text: str
    clause: str = ""
    mend: str = ""


@dataclass(frozen=True)
class LetterWork:
    """One work in a letter. pending: what is known to be on its way or still being looked at, in sentences.

    complete: all that is asked for is there and was recognised.
    """

    id: str
    title: str
    files: tuple[LetterFile, ...] = ()
    problems: tuple[LetterProblem, ...] = ()
    pending: tuple[str, ...] = ()
    complete: bool = False


@dataclass(frozen=True)
class LetterMatter:
    """A file that could not be opened: what happened to which file, in one sentence, and how to mend it."""

    text: str
    mend: str


@dataclass(frozen=True)
class LetterData:
    """All a letter can say, as plain values.

    greeting: the sender's name, "" if unknown; edition: the contest's name; subject: of the mail that is answered;
    received: when that mail arrived, in words; deadline: in words; postal: lines of the address for disc and paper
    (none: the letter does not speak of them); contact: a whole line; matters: what an `attention` is about, whose mail
    may belong to no work yet. changed: the letter answers no mail, it says how its works stand now. days_left: whole
    days until the deadline, in a reminder.
    """

    edition: str
    works: tuple[LetterWork, ...]
    subject: str
    received: str
    deadline: str
    contact: str
    greeting: str = ""
    postal: tuple[str, ...] = ()
    matters: tuple[LetterMatter, ...] = ()
    changed: bool = False
    days_left: int = 0


@dataclass(frozen=True)
class Rendered:
    """A letter: subject in one line, text, HTML."""

    subject: str
    text: str
    html: str


def render(kind: str, data: LetterData, templates: Path | None = None) -> Rendered:
    """One letter. templates: a folder whose files come before the shipped ones.

    KeyError for a kind without templates, ValueError naming template and line for a template that does not work.
    """
    if kind not in KINDS:
        raise KeyError(kind)
    values = _harmless(data)
    subject, text, html = (_filled(f"{kind}.{part}", values, templates) for part in ("subject.txt", "txt", "html"))
    return Rendered(" ".join(subject.split())[:MAX_SUBJECT], text.strip() + "\n", html.strip() + "\n")


def check_templates(templates: Path | None = None) -> None:
    """Renders a sample of every kind. ValueError naming template, line and fault; or the sentence that is missing."""
    _environment.cache_clear()
    for kind in KINDS:
        for data in SAMPLES:
            letter = render(kind, data, templates)
            for part, text in (("txt", letter.text), ("html", letter.html)):
                if AUTOMATIC not in text:
                    raise ValueError(f"模板 {kind}.{part} 缺少「{AUTOMATIC}」，请写上 {{{{ automatic }}}}")
            if data.works and data.works[0].id not in letter.subject:
                raise ValueError(f"模板 {kind}.subject.txt 缺少登记号，请写上 {{{{ ids | join('、') }}}}")


def _harmless(data: LetterData) -> dict[str, object]:
    """The letter's values with senders' words made harmless; the letterhead is ours and keeps its phone numbers."""
    return {name: harmless(value) for name, value in asdict(data).items()} | {
        "contact": data.contact,
        "postal": data.postal,
        "automatic": AUTOMATIC,
        "ids": [work.id for work in data.works],
    }


def harmless(value: object) -> object:
    """One line, cut, no numbers that identify a person, no addresses of pages: a letter must not carry a link."""
    if isinstance(value, str):
        return _PAGE_ADDRESS.sub("（网址略）", mask(" ".join(clean_text(value).split())))[:MAX_FIELD]
    if isinstance(value, Mapping):
        return {key: harmless(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [harmless(inner) for inner in value]
    return value


@lru_cache(maxsize=4)
def _environment(templates: Path | None) -> Environment:
    return environment(templates)


def _filled(name: str, values: Mapping[str, object], templates: Path | None) -> str:
    try:
        return _environment(templates).get_template(name).render(values)
    except TemplateError as error:
        raise ValueError(f"模板 {name}{_line(name, error)}：{error.message or type(error).__name__}") from error
    except Exception as error:  # a template is a small program: whatever it does wrong is the template's fault
        raise ValueError(f"模板 {name}{_line(name, error)}：{error}") from error


def _line(name: str, error: Exception) -> str:
    """Where in the template: the line a syntax error names, else the innermost frame that is a template."""
    number = getattr(error, "lineno", None)
    where = getattr(error, "name", None) or ""
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.endswith((".txt", ".html")):
            number, where = frame.lineno, Path(frame.filename).name
    inside = f"（引用 {where}）" if where and where != name else ""
    return f"{inside} 第 {number} 行" if number else inside


_FILE = LetterFile("视频", "样片.mp4", "128.4 MB", "2024年10月12日 09:30")
_PROBLEM = LetterProblem("时长 5分12秒；要求 2–5 分钟", "附1一(三)1", "请调整后重新发送视频")
_MATTER = LetterMatter("压缩包“材料.zip”设有密码，无法打开", "请告知密码，或去掉密码后重新发送")
_SAMPLE = LetterData(
    edition="样例大赛",
    works=(LetterWork("R2024-0001", "样例作品", (_FILE,), (_PROBLEM,), ("超大附件正在下载",)),),
    subject="报送作品",
    received="2024年10月12日 09:30",
    deadline="2024年10月25日24时（北京时间）",
    contact="联系人：样例",
    greeting="张三",
    postal=("北京市样例路1号",),
    matters=(_MATTER,),
)
SAMPLES: tuple[LetterData, ...] = (
    _SAMPLE,
    LetterData("样例大赛", (LetterWork("P2024-0001", "甲"), LetterWork("P2024-0002", "乙")), "", "", "截止", "联系人"),
    LetterData("样例大赛", (LetterWork("P2024-0001", "甲", complete=True),), "", "", "截止", "联系人", changed=True),
    LetterData("样例大赛", (), "", "", "截止", "联系人", matters=(_MATTER,)),
)
"""What templates are tried with: everything there, and nothing that may be missing."""
