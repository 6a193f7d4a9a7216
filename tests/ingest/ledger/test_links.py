"""What the chapter on files behind links promises, on a real ledger."""

import datetime as dt
import itertools

import pytest

from ingest.ledger.works import NewMaterial
from ingest.model import Ended, Kind, LinkState, Listing
from parsers.facts import MailFacts

URL = "https://mail.163.com/large-attachment-download/index.html?file=abc"


@pytest.fixture
def tx(context):
    with context.begin() as opened:
        yield opened


@pytest.fixture
def sight(tx):
    """A mail that names a link and opened a work, unless `ended` says otherwise. Returns its id."""
    count = itertools.count(1)

    def make(key="abc", *, ended=Ended.WORK, pending="", **said):
        number = next(count)
        at = tx.now - dt.timedelta(days=1) + dt.timedelta(minutes=number)
        mail = tx.arrivals.add(Listing("recommended", "INBOX", 0, str(number), 10, at), track="recommended")
        row = {"name": "片.mp4", "size": 0, "source": "cloud", "provider": "netease", "url": URL, "link_key": key}
        tx.arrivals.extracted(mail, MailFacts(), [row | said], "")
        if pending:
            tx.arrivals.wait(mail, pending, may_reply=True, why="")
        elif ended is not None:
            tx.arrivals.end(mail, ended, "", may_reply=True, why="")
        if ended is Ended.WORK and not pending:
            work = tx.works.open(
                track="recommended", prefix="R", year=2024, mailbox="recommended", title="", arrival=mail
            )
            (part,) = tx.arrivals.parts([mail])[mail]
            tx.works.set_materials(work, [NewMaterial(part.id, Kind.VIDEO, True)])
        return mail

    return make


def after(tx, **span):
    return tx.now + dt.timedelta(**span)


def test_a_file_two_mails_name_is_one(tx, sight):
    sight(), sight()
    assert (tx.links.sight(), len(tx.links.links())) == (1, 1)


def test_the_same_key_at_another_service_is_another_file(tx, sight):
    sight(), sight(provider="qq")
    assert tx.links.sight() == 2


@pytest.mark.parametrize("ended", [Ended.DUPLICATE, Ended.NOT_A_SUBMISSION, Ended.MACHINE_MAIL, Ended.QUARANTINED])
def test_nobody_asks_for_the_files_of_other_mails(tx, sight, ended):
    sight(ended=ended)
    assert tx.links.sight() == 0


def test_a_mail_that_waits_for_a_person_has_its_files_fetched(tx, sight):
    sight(ended=None, pending="请选择作品")
    assert (tx.links.sight(), len(tx.links.due())) == (1, 1)


def test_the_latest_expiry_counts(tx, sight):
    sight(expires_at=after(tx, days=3)), sight(expires_at=after(tx, days=9))
    tx.links.sight()
    assert tx.links.links()[0].expires_at == after(tx, days=9)


def size(tx):
    (link,) = tx.links.links()
    return link.size, link.size_is_exact


@pytest.mark.parametrize("together", [True, False])
def test_a_size_to_the_byte_counts_before_a_rounded_one(tx, sight, together):
    sight(size=1000, size_is_exact=True)
    if not together:
        tx.links.sight()
    sight(size=1024)
    tx.links.sight()
    assert size(tx) == (1000, True)


def test_a_rounded_size_gives_way_to_one_to_the_byte(tx, sight):
    sight(size=1024)
    tx.links.sight()
    sight(size=1000, size_is_exact=True)
    tx.links.sight()
    assert size(tx) == (1000, True)


def test_a_size_the_service_tells_is_exact(tx, sight):
    sight(size=1024)
    tx.links.sight()
    tx.links.told(1, size=1000)
    assert size(tx) == (1000, True)


@pytest.mark.parametrize("word", ["撤回", " 不通过 "])
def test_a_link_of_a_decided_work_is_kept_and_not_due(tx, sight, word):
    sight()
    tx.links.sight()
    tx.desk.keep_staff_cells({("推荐作品", "R2024-0001", "初审结论"): word})
    assert (tx.links.due(), len(tx.links.links())) == ([], 1)


def test_a_link_extended_by_a_later_mail_is_waited_for_again(tx, sight):
    sight(expires_at=after(tx, days=-1))
    tx.links.sight()
    tx.links.end(1, LinkState.EXPIRED, reason="expired")
    sight(expires_at=after(tx, days=9))
    tx.links.sight()
    assert (tx.links.link(1).state, {p.problem for p in tx.arrivals.parts([1])[1]}) == (LinkState.WAITING, {""})


def test_another_code_is_another_chance(tx, sight):
    sight(code="aaaa")
    tx.links.sight()
    tx.links.end(1, LinkState.MANUAL, reason="wrong-code")
    sight(code="bbbb")
    tx.links.sight()
    assert (tx.links.link(1).state, tx.links.link(1).code) == (LinkState.WAITING, "bbbb")


def test_a_try_counts_from_its_beginning(tx, sight):
    sight()
    tx.links.sight()
    tx.links.begin_try(1)
    link = tx.links.link(1)
    assert (link.state, link.tries, [due.id for due in tx.links.due()]) == (LinkState.FETCHING, 1, [1])


def test_what_waits_is_due_when_its_time_has_come(tx, sight):
    sight()
    tx.links.sight()
    tx.links.later(1, at=after(tx, hours=1), reason="cut")
    before = tx.links.due()
    tx.links.now = after(tx, hours=1)
    assert (before, len(tx.links.due())) == ([], 1)


def test_the_soonest_to_expire_comes_first_and_what_never_does_last(tx, sight):
    for key, days in (("a", 9), ("b", None), ("c", 2)):
        sight(key, expires_at=None if days is None else after(tx, days=days))
    tx.links.sight()
    assert [link.key for link in tx.links.due()] == ["c", "a", "b"]


def test_an_expired_link_is_said_on_its_parts_and_its_work_is_reviewed_anew(tx, sight):
    mail = sight()
    tx.links.sight()
    tx.connection.exec_driver_sql("UPDATE works SET dirty = 0, reviewed_with = 'k'")
    tx.links.end(1, LinkState.EXPIRED, reason="deleted")
    (part,) = tx.arrivals.parts([mail])[mail]
    assert (part.problem, tx.works.to_review("k")) == ("expired", ["R2024-0001"])


def test_a_fetched_file_is_not_yet_its_mails(tx, sight):
    mail = sight()
    tx.links.sight()
    tx.links.fetched(1, "a" * 64, 10)
    ((part_id, link),) = tx.links.unapplied()[mail].items()
    assert (link.sha256, link.state, tx.arrivals.parts([mail])[mail][0].id) == ("a" * 64, LinkState.FETCHED, part_id)


def test_a_fetched_file_stands_in_its_works_history(tx, sight):
    mail = sight()
    tx.links.sight()
    tx.links.fetched(1, "a" * 64, 10, by_hand=True)
    told = next(event for event in tx.desk.events() if event["what"] == "link-fetched")
    assert (told["work_id"], told["arrival_id"], told["detail"]["by_hand"]) == ("R2024-0001", mail, True)


def test_trying_again_by_name_takes_up_what_has_expired(tx, sight):
    sight(expires_at=after(tx, days=-1))
    tx.links.sight()
    tx.links.end(1, LinkState.EXPIRED, reason="expired")
    assert (tx.links.again(), tx.links.again([1]), len(tx.links.due()), tx.links.run_out()) == ([], [1], 1, [])


def test_of_a_work_are_the_links_among_its_materials(tx, sight):
    sight("a"), sight("b")
    tx.links.sight()
    assert [link.key for link in tx.links.of_work("R2024-0002")] == ["b"]


def test_a_try_without_news_raises_no_revision(tx, sight, context):
    sight()
    tx.links.sight()
    tx.links.later(1, at=None, reason="cut", got=5)
    tx.desk._touched = False
    before = tx.desk.revision()
    tx.links.begin_try(1)
    tx.links.later(1, at=None, reason="cut", got=5)
    assert tx.desk.revision() == before
