"""Passwords and what waits for them, as the ledger keeps them."""

import pytest

ARCHIVE, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def openings(context):
    with context.begin() as tx:
        yield tx.openings


def test_passwords_are_those_not_found_wrong(openings):
    for word in ("one", "two", "three"):
        openings.offer(ARCHIVE, word, by_staff=True)
    openings.tried(ARCHIVE, ["one"], opened=False)
    openings.tried(ARCHIVE, ["two"], opened=True)
    assert openings.passwords(ARCHIVE) == ("two", "three")


def test_offer_of_one_that_was_tried_is_refused(openings):
    openings.offer(ARCHIVE, "one", by_staff=False)
    openings.tried(ARCHIVE, ["one"], opened=False)
    assert (openings.offer(ARCHIVE, "one", by_staff=True), openings.untried([ARCHIVE])) == (False, frozenset())


def test_tried_what_has_opened_it_once_stays_right(openings):
    openings.offer(ARCHIVE, "one", by_staff=True)
    openings.tried(ARCHIVE, ["one"], opened=True)
    openings.tried(ARCHIVE, ["one"], opened=False)
    assert openings.passwords(ARCHIVE) == ("one",)


def test_refused_are_archives_for_which_staffs_word_was_wrong(openings):
    openings.offer(ARCHIVE, "one", by_staff=True)
    openings.offer(OTHER, "two", by_staff=False)
    openings.tried(ARCHIVE, ["one"], opened=False)
    openings.tried(OTHER, ["two"], opened=False)
    assert openings.refused([ARCHIVE, OTHER]) == {ARCHIVE}


def test_is_known_after_twenty_of_what_people_write(openings):
    for number in range(20):
        openings.offer(ARCHIVE, f"word{number}", by_staff=False)
    assert (openings.is_known(ARCHIVE, "another"), openings.is_known(OTHER, "another")) == (True, False)
