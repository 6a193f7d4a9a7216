"""Who enters, against the form's first author and first producing unit; who sends, by our own provider's checks."""

from __future__ import annotations

from ingest.config import Config, RuleTable, SenderRule
from ingest.manners import Checked, checked
from ingest.model import Outcome, Verdict, Work
from ingest.names import body, people, same_body
from ingest.rules.says import listed, quote

_ONE_BODY, _PERHAPS = 0.9, 0.6


def first_maker(work: Work, limits: RuleTable, config: Config) -> Verdict:
    """Who enters, as the form names them, is the first author or the first producing unit."""
    named = work.field("entrant")
    if not named:
        return Verdict(Outcome.NA, "表中没有另外写明由谁申报，未比较")
    author, producer = people(work.field("author")), body(work.field("producer"))
    made_by = quote(producer.written) if producer else "未填"
    said = f"申报者{quote(named)}；第一作者{quote(author.written)}；第一制作单位{made_by}"
    who, entering = people(named), body(named)
    if who.first and who.first == author.first:
        return Verdict(Outcome.PASS, said)
    alike = same_body(entering, producer)[0] if entering and producer else 0.0
    if alike >= _ONE_BODY:
        return Verdict(Outcome.PASS, said)
    if not author.first and producer is None:
        return Verdict(Outcome.NA, f"{said}：表中没有作者和制作单位，未比较")
    perhaps = "名称相近，" if alike >= _PERHAPS else ""
    return Verdict(Outcome.REVIEW, f"{said}：{perhaps}应由第一作者或第一制作单位提交，请核对")


def sender(work: Work, limits: SenderRule, config: Config) -> Verdict:
    """The sender's domain stood the checks of our own provider, SPF or DKIM; other people's headers say nothing."""
    results = [checked(one, limits.servers) for one in work.checks]
    doubtful = [one.why for one in results if one.result is Checked.DOUBTFUL]
    if doubtful:
        return Verdict(Outcome.REVIEW, f"发件人可能是冒用的：{listed(list(dict.fromkeys(doubtful)))}，请电话核实")
    good = [one.why for one in results if one.result is Checked.GOOD]
    if good:
        return Verdict(Outcome.PASS, listed(list(dict.fromkeys(good))))
    return Verdict(Outcome.NA, "收信服务器没有留下发件人验证结果，未检查")
