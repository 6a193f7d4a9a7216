"""A work's page, and what tells that it changed."""

import datetime as dt
from dataclasses import replace

from ingest.model import Decision, Kind
from ingest.views.dossiers import Around, Beside, dossier_key, dossier_of
from parsers.facts import VideoFacts, Watched


def test_the_key_of_a_folder_changes_with_what_it_shows(snap, work, material):
    facts = VideoFacts(container="mp4", size=9, width=16, height=9, shown_width=16, shown_height=9, display_aspect=1.78)
    film = material(Kind.VIDEO, "x.mp4", facts=facts)
    watched = facts.model_copy(update={"watched": Watched()})
    todo = {"id": 3, "work_id": "R2024-0001", "text": "下载云附件"}
    made = work(1, "星海寻踪", film)
    letter = {"id": 1, "state": "draft", "sent_at": None}
    keys = {
        dossier_key(taken, one, names, *more)
        for taken, one, names, *more in (
            (snap(made), made, {}),
            (snap(made), made, {1: "视频.mp4"}),
            (snap(made), replace(made, title="别的"), {}),
            (snap(made), replace(made, decision=Decision.ACCEPTED), {}),
            (snap(made, mails_of={made.id: [(1, "opened")]}), made, {}),
            (snap(made, letters=[letter], letter_works={1: [made.id]}), made, {}),
            (snap(made, letters=[letter | {"state": "sent"}], letter_works={1: [made.id]}), made, {}),
            (snap(made, todos=[todo]), made, {}),
            (snap(made), made, {}, Around(after="R2024-0002 深海来信")),
            (snap(made), made, {}, Around(), 7),
            (snap(made), replace(made, materials=(replace(film, part=replace(film.part, facts=watched)),)), {}),
        )
    }
    assert len(keys) == 11


def test_the_key_of_a_folder_stays_with_the_clock(snap, work, noon):
    made = work()
    assert dossier_key(snap(made), made, {}) == dossier_key(snap(made, now=noon + dt.timedelta(days=9)), made, {})


def test_the_page_has_the_words_of_the_mails(snap, work, mail):
    made = work()
    taken = snap(made, mails_of={made.id: [(1, "opened")]}, arrivals={1: mail()})
    (shown,) = dossier_of(taken, made, Beside(texts={1: "请查收"})).mails
    assert (shown.sender, shown.subject, shown.text) == ("王工 <wang@e.cn>", "报送", "请查收")
