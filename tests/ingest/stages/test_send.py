"""Letters go out: within the caps, once, and never where somebody stopped it."""

import datetime as dt
from contextlib import contextmanager

import pytest

import ingest.context
from ingest.model import LetterState
from ingest.stages.send import STOP_FILE, send

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def office(contest, mta):
    """A contest whose letters go to the server that does as it is told; `letters(n)` are queued."""
    return Office(contest, mta)


class Office:
    def __init__(self, contest, mta):
        self.contest, self.mta = contest, mta
        self.more = ""

    @contextmanager
    def open(self, **caps):
        told = {"mailbox_quarter": 100, "mailbox_day": 100, "address_hour": 100, "address_day": 100, "run": 100} | caps
        text = "\n".join(f"{name} = {value}" for name, value in told.items())
        config = f'[replies]\nmode = "send"\n{self.more}[replies.caps]\n{text}\n'
        with self.contest.open(config) as context:
            boxes = tuple(box.model_copy(update={"smtp": self.mta.url}) for box in context.config.mailboxes)
            context.config = context.config.model_copy(update={"mailboxes": boxes})
            context.password = lambda name: "secret"
            yield context

    def write(self, context, *to, urgency=1):
        with context.begin() as tx:
            for address in to:
                number = len(tx.letters.rows()) + 1
                tx.letters.write(
                    {
                        "key": f"k{number}", "kind": "receipt", "mailbox": "public", "arrival_id": None,
                        "to_address": address, "subject": f"回执 {number}", "text": "正文", "html": "<p>正文</p>",
                        "message_id": f"kepu.{number}@126.com", "in_reply_to": "", "refs": [], "state": "queued",
                        "held_for": "", "urgency": urgency,
                    },
                    [],
                    answers=None,
                )  # fmt: skip


def states(context):
    with context.read() as tx:
        return [row["state"] for row in tx.letters.rows()]


def test_queued_letter_is_sent_once(office):
    with office.open() as context:
        office.write(context, "zhang@example.cn")
        send(context)
        send(context)
        assert (states(context), [one.to for one in office.mta.taken]) == (["sent"], ["zhang@example.cn"])


def test_mailbox_without_a_server_is_said_once_and_its_letters_wait(office):
    with office.open() as context:
        boxes = tuple(box.model_copy(update={"smtp": ""}) for box in context.config.mailboxes)
        context.config = context.config.model_copy(update={"mailboxes": boxes})
        office.write(context, "a@x.cn", "b@x.cn")
        send(context)
        notes = [note.partition("；")[0] for note in context.tally.notes]
        assert (states(context), notes) == (
            ["queued", "queued"], ["信箱 kepuchuwsp@126.com 没有写发信服务器，2 封回信排着没有发出"],
        )  # fmt: skip


def test_letter_that_waits_for_new_words_does_not_go(office):
    with office.open() as context:
        office.write(context, "a@x.cn")
        with context.begin() as tx:
            tx.letters.stand(1, LetterState.QUEUED, "anew", cell="")
        send(context)
        assert (states(context), office.mta.taken) == (["queued"], [])


def test_letter_comes_from_the_mailbox_that_was_written_to(office):
    with office.open() as context:
        office.write(context, "zhang@example.cn")
        send(context)
    assert office.mta.taken[0].sender == "kepuchuwsp@126.com"


def test_nothing_goes_in_preview(office):
    with office.open() as context:
        office.write(context, "zhang@example.cn")
        replies = context.config.replies.model_copy(update={"mode": "preview"})
        context.config = context.config.model_copy(update={"replies": replies})
        send(context)
        assert (states(context), office.mta.connections) == (["queued"], 0)


def test_urgent_letters_go_first(office):
    with office.open(mailbox_quarter=1) as context:
        office.write(context, "later@example.cn", urgency=2)
        office.write(context, "now@example.cn", urgency=0)
        send(context)
    assert [one.to for one in office.mta.taken] == ["now@example.cn"]


@pytest.mark.parametrize(
    ("cap", "to", "went"),
    [
        ("mailbox_quarter", ("a@x.cn", "b@x.cn", "c@x.cn"), 2),
        ("mailbox_day", ("a@x.cn", "b@x.cn", "c@x.cn"), 2),
        ("run", ("a@x.cn", "b@x.cn", "c@x.cn"), 2),
        ("address_hour", ("a@x.cn", "a@x.cn", "a@x.cn", "b@x.cn"), 3),
        ("address_day", ("a@x.cn", "a@x.cn", "a@x.cn", "b@x.cn"), 3),
    ],
)
def test_caps_hold_and_the_rest_waits(office, cap, to, went):
    with office.open(**{cap: 2}) as context:
        office.write(context, *to)
        send(context)
        assert (len(office.mta.taken), states(context).count("queued")) == (went, len(to) - went)


@pytest.mark.parametrize(
    ("cap", "wait"),
    [
        ("mailbox_quarter", 16 * MINUTE),
        ("mailbox_day", DAY + MINUTE),
        ("address_hour", 61 * MINUTE),
        ("address_day", DAY + MINUTE),
    ],
)
def test_caps_are_over_in_time(office, cap, wait):
    with office.open(**{cap: 1}) as context:
        office.write(context, "a@x.cn", "a@x.cn")
        send(context)
        office.contest.clock.now += wait
        send(context)
        assert states(context) == ["sent", "sent"]


def test_refusal_that_may_pass_is_tried_again_later(office):
    office.mta.answers["RCPT"] = ["450 greylisted"]
    with office.open() as context:
        office.write(context, "a@x.cn")
        send(context)
        first = states(context)
        send(context)
        second = states(context)
        office.contest.clock.now += 2 * MINUTE
        send(context)
        assert (first, second, states(context)) == (["queued"], ["queued"], ["sent"])


def test_refusal_again_and_again_ends(office):
    office.mta.always["RCPT"] = "450 greylisted"
    with office.open() as context:
        office.write(context, "a@x.cn")
        for _ in range(7):
            send(context)
            office.contest.clock.now += DAY
        assert (states(context), office.mta.verbs.count("RCPT")) == (["failed"], 6)


def test_address_that_does_not_exist_gets_nothing_more(office):
    office.mta.addresses["gone@x.cn"] = "550 5.1.1 user unknown"
    with office.open() as context:
        office.write(context, "gone@x.cn", "gone@x.cn", "here@x.cn")
        send(context)
        office.write(context, "gone@x.cn")
        send(context)
        assert (states(context), office.mta.verbs.count("RCPT")) == (["failed", "failed", "sent", "failed"], 2)


def test_address_that_does_not_exist_is_asked_about_once(office):
    office.mta.addresses["gone@x.cn"] = "550 5.1.1 user unknown"
    with office.open() as context:
        office.write(context, "gone@x.cn", "gone@x.cn")
        send(context)
        with context.read() as tx:
            assert [row["key"] for row in tx.desk.todos()] == ["no-such-address:gone@x.cn"]


def test_address_is_tried_again_after_sixty_days(office):
    office.mta.answers["RCPT"] = ["550 5.1.1 user unknown"]
    with office.open() as context:
        office.write(context, "gone@x.cn")
        send(context)
        office.contest.clock.now += 61 * DAY
        office.write(context, "gone@x.cn")
        send(context)
        assert states(context) == ["failed", "sent"]


@pytest.mark.parametrize("verb", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"])
def test_connection_lost_before_the_letter_costs_it_no_try(office, mtas, verb):
    office.mta.answers[verb] = [mtas.DROP]
    with office.open() as context:
        office.write(context, "a@x.cn", "b@x.cn")
        send(context)
        office.contest.clock.now += 5 * MINUTE
        send(context)
        assert (states(context), len(office.mta.taken)) == (["sent", "sent"], 2)


def test_connection_lost_after_the_letter_waits_for_a_person(office, mtas):
    office.mta.answers["BODY"] = [mtas.DROP]
    with office.open() as context:
        office.write(context, "a@x.cn")
        for _ in range(3):
            send(context)
            office.contest.clock.now += DAY
        with context.read() as tx:
            asked = [row["key"] for row in tx.desk.todos()]
        assert (states(context), len(office.mta.taken), asked) == (["unknown"], 1, ["unknown-letter:1"])


def test_day_is_over_for_an_account_until_tomorrow(office):
    office.mta.answers["BODY"] = ["554 MI:STC"]
    with office.open() as context:
        office.write(context, "a@x.cn", "b@x.cn")
        send(context)
        office.contest.clock.now += 60 * MINUTE
        send(context)
        today = states(context)
        office.contest.clock.now += DAY
        send(context)
        assert (today, states(context)) == (["queued", "queued"], ["sent", "sent"])


def test_refused_login_is_not_tried_again_at_once(office, mtas):
    with mtas.running(auth=True, always={"AUTH": "535 no"}) as mta:
        office.mta = mta
        with office.open() as context:
            office.write(context, "a@x.cn", "b@x.cn")
            send(context)
            send(context)
            with context.read() as tx:
                alerts = [row["key"] for row in tx.alerts.open()]
            assert (states(context), mta.verbs.count("AUTH"), alerts) == (
                ["queued", "queued"], 1, ["smtp:kepuchuwsp@126.com"],
            )  # fmt: skip


def test_trouble_of_an_account_is_over_with_the_next_letter(office):
    office.mta.answers["BODY"] = ["554 MI:STC"]
    with office.open() as context:
        office.write(context, "a@x.cn")
        send(context)
        office.contest.clock.now += 2 * DAY
        send(context)
        with context.read() as tx:
            assert (tx.alerts.open(), tx.posting.senders()) == ([], [])


def test_switch_holds_in_the_middle_of_a_batch(office, monkeypatch):
    with office.open() as context:
        office.write(context, "a@x.cn", "b@x.cn")

        def stop(step):
            if step == "letter-settled":
                with context.begin() as tx:
                    tx.posting.stop()

        monkeypatch.setattr(ingest.context, "_crash", stop)
        send(context)
        assert states(context) == ["sent", "queued"]


def test_switch_holds_a_letter_the_server_waits_for(office, monkeypatch):
    with office.open() as context:
        office.write(context, "a@x.cn")
        usual = office.mta.says

        def stop_at_data(verb, said):
            if verb == "DATA":
                with context.begin() as tx:
                    tx.posting.stop()
            return usual(verb, said)

        monkeypatch.setattr(office.mta, "says", stop_at_data)
        send(context)
        assert (states(context), office.mta.taken) == (["queued"], [])


def test_file_on_the_share_stops_all_letters(office):
    with office.open() as context:
        office.write(context, "a@x.cn")
        folder = context.config.storage.share / "reports" / "回信"
        folder.mkdir(parents=True)
        (folder / f"{STOP_FILE}.txt").touch()
        send(context)
        assert (states(context), office.mta.connections) == (["queued"], 0)


@pytest.mark.parametrize(
    ("step", "after", "taken"),
    [("letter-sending", "unknown", 0), ("letter-answered", "unknown", 1), ("letter-settled", "sent", 1)],
)
def test_run_that_dies_sends_no_letter_twice(office, monkeypatch, step, after, taken):
    class Killed(BaseException):
        pass

    def die(at):
        if at == step:
            raise Killed

    with office.open() as context:
        office.write(context, "a@x.cn")
        monkeypatch.setattr(ingest.context, "_crash", die)
        with pytest.raises(Killed):
            send(context)
        monkeypatch.setattr(ingest.context, "_crash", None)
        send(context)
        assert (states(context), len(office.mta.taken)) == ([after], taken)


def test_letter_of_another_account_answers_to_the_mailbox(office):
    office.more = f'sender = {{ address = "dasai@example.org.cn", smtp = "{office.mta.url}" }}\n'
    with office.open() as context:
        office.write(context, "a@x.cn")
        send(context)
    letter = office.mta.taken[0]
    assert (letter.sender, b"Reply-To: kepuchuwsp@126.com" in letter.data) == ("dasai@example.org.cn", True)


def test_states_of_letters_are_the_words_of_the_program():
    assert [state.value for state in LetterState] == ["draft", "held", "queued", "sending", "sent", "failed", "unknown"]
