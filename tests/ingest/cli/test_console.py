"""Progress as plain lines, tables, and what a batch did."""

from ingest.batch import Summary
from ingest.cli import console


def summary(**more):
    return Summary(**({"counts": {}, "seconds": {}, "troubles": (), "unreachable": ()} | more))


def test_progress_is_a_line_a_step(capsys):
    with console.progress() as say:
        for done in range(3):
            say("拆解邮件", done, 3)
        say("写台账", 0, 0)
    assert capsys.readouterr().err.splitlines() == ["拆解邮件（共 3）", "写台账"]


def test_a_table_shows_markup_as_it_is(capsys):
    console.table("", ("项目",), [("[red]x[/red]",)])
    assert "[red]x[/red]" in capsys.readouterr().out


def test_a_batch_without_trouble_ends_with_0(contest, capsys):
    assert console.tell(summary(), contest.config()) == 0
    assert capsys.readouterr().err == ""


def test_a_batch_with_trouble_says_it_and_ends_with_1(contest, capsys):
    assert console.tell(summary(troubles=("出了事",)), contest.config()) == 1
    assert capsys.readouterr().err == "注意：出了事\n"


def test_trouble_of_our_own_outranks_a_mailbox_out_of_reach(contest):
    assert console.tell(summary(troubles=("出了事",), unreachable=("连不上",)), contest.config()) == 1


def test_a_mailbox_out_of_reach_ends_with_3(contest):
    assert console.tell(summary(unreachable=("连不上",)), contest.config()) == 3


def test_counts_are_shown_in_words(contest, capsys):
    console.tell(summary(counts={"listed": 12, "letters": 0}), contest.config())
    out = capsys.readouterr().out
    assert ("新邮件" in out, "起草回信" in out) == (True, False)
