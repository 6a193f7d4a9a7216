"""A work's page, and what tells that it changed."""

import datetime as dt
from dataclasses import replace

from ingest.model import Decision, Kind
from ingest.views.dossiers import dossier_key, dossier_of


def test_the_key_of_a_folder_changes_with_what_it_shows(snap, work, material):
    made = work(1, "星海寻踪", material(Kind.VIDEO, "x.mp4"))
    letter = {"id": 1, "state": "draft", "sent_at": None}
    keys = {
        dossier_key(taken, one, names)
        for taken, one, names in (
            (snap(made), made, {}),
            (snap(made), made, {1: "视频.mp4"}),
            (snap(made), replace(made, title="别的"), {}),
            (snap(made), replace(made, decision=Decision.ACCEPTED), {}),
            (snap(made, mails_of={made.id: [(1, "opened")]}), made, {}),
            (snap(made, letters=[letter], letter_works={1: [made.id]}), made, {}),
            (snap(made, letters=[letter | {"state": "sent"}], letter_works={1: [made.id]}), made, {}),
        )
    }
    assert len(keys) == 7


def test_the_key_of_a_folder_stays_with_the_clock(snap, work, noon):
    made = work()
    assert dossier_key(snap(made), made, {}) == dossier_key(snap(made, now=noon + dt.timedelta(days=9)), made, {})


def test_the_page_has_the_words_of_the_mails(snap, work, mail):
    made = work()
    taken = snap(made, mails_of={made.id: [(1, "opened")]}, arrivals={1: mail()})
    (shown,) = dossier_of(taken, made, {}, {1: "请查收"}).mails
    assert (shown.sender, shown.subject, shown.text) == ("王工 <wang@e.cn>", "报送", "请查收")
