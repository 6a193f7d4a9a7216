"""No number in the config is there for nothing: each one, moved up or down, changes the outcome of a sample."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.config import load
from ingest.entrants import entrant_of, places_of
from ingest.model import Outcome, Places, Standing
from ingest.rules import compare, review
from ingest.rules.likeness import likenesses
from parsers.filmfacts import Bars, Sound, Stretch, Subtitles

SHIPPED = load(None, environ={}, cwd=Path("/"))
CHINA = dt.timezone(dt.timedelta(hours=8))
END = dt.datetime(2024, 10, 26, tzinfo=CHINA)
ELSEWHERE = {"one_per_author.namesakes"}
"""Numbers of crowds, which take a whole book to show: tests/ingest/stages/test_comparing.py."""
ONLY_UP = {"quota.sure"}
"""No name of a unit is matched with less confidence than this."""
IN_WORDS = {"scan_matches.low", "readable.stretch_s", "narration.silence_s"}
"""Numbers that change what a person is told to look at, and not that one must look."""


def numbers(table, path=()):
    """Every number below a table of the config: its path and its value."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from numbers(value, (*path, key))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield (*path, key), value


NUMBERS = {".".join(path): (path, value) for path, value in numbers(SHIPPED.rules.model_dump())}


def moved(value, up):
    """The next number of its kind: the next whole one, or five per cent."""
    if isinstance(value, int) or value >= 1:
        return value + (1 if up else -1)
    return round(value * (1.05 if up else 0.95), 6)


def with_number(config, path, value):
    """The config with one number of its rules changed."""
    rule, *inner = path
    table = getattr(config.rules, rule)
    changed = {inner[0]: value if len(inner) == 1 else {**getattr(table, inner[0]), inner[1]: value}}
    rules = config.rules.model_copy(update={rule: table.model_copy(update=changed)})
    return config.model_copy(update={"rules": rules})


@pytest.fixture(scope="module")
def samples(film, form, a_work, stamped, seal, watched):
    """Works that stand at the bounds."""
    sound = {"tracks": 1, "ends_s": 180.0, "peak_db": -3.0}
    seen = [
        *({"bars": Bars(left=pixels)} for pixels in (19, 20)),
        *({"subtitles": Subtitles(share=share, script="simplified")} for share in (0.195, 0.205)),
        *({"sound": Sound(**sound | {"peak_db": level})} for level in (-61.0, -58.0)),
        *({"sound": Sound(**sound | {"silent_share": share})} for share in (0.49, 0.51)),
        *({"sound": Sound(**sound, silent=(Stretch(start_s=0.0, end_s=end),))} for end in (9.5, 10.5)),
        *({"black": (Stretch(start_s=60.0, end_s=60.0 + length),)} for length in (4.5, 5.5)),
    ]
    films = [
        *({"duration_s": s, "watched": None} for s in (118.0, 119.0, 120.0, 121.0, 299.0, 300.0, 301.0, 302.0)),
        *({"watched": watched(**change)} for change in seen),
        *({"display_aspect": 16 / 9 * by} for by in (0.99, 0.9903, 1.0097, 1.0103)),
        *({"shown_width": w, "shown_height": h} for w, h in ((1919, 1080), (1920, 1079), (1920, 1080), (1921, 1081))),
        *({"size": size} for size in (99_999_999, 100_000_000, 314_572_800, 314_572_801)),
    ]
    scans = [
        *({"marks": (seal(confidence=sure),)} for sure in (0.58, 0.6, 0.62)),
        *({"marks": (seal(top=top),)} for top in (0.23, 0.245, 0.255, 0.26, 0.27)),
        *({"confidence": sure, "title": "深海来信的故事"} for sure in (0.58, 0.6, 0.62)),
        *({"confidence": sure, "phone": "13911111111"} for sure in (0.88, 0.9, 0.92)),
    ]
    shares = [{"non_original": f"资料画面约占{share}%"} for share in ("9.7", "10", "10.3")]
    public = {"track": "public", "mailbox": "public"}
    experts = ["张三 教授", "张三 教授、李四 研究员", "张三 教授、李四 研究员、王五 教授"]
    named = [form("2024年全国科普微视频大赛作品自荐表", reviewers=written, review_opinion="") for written in experts]
    return [
        a_work(),
        *(a_work(film=film(**change)) for change in films),
        *(a_work(scan=stamped(**change)) for change in scans),
        *(a_work(form=form(**change)) for change in shares),
        *(a_work(form=one, **public) for one in named),
        *(a_work(form=form(title="木星"), scan=stamped(title="本星", confidence=c)) for c in (0.88, 0.9, 0.92)),
        *(a_work(form=form(recommender=name)) for name in ("河北省科技局", "河北省科技厅")),
    ]


def outcomes(works, config, *, words=False):
    """All that the rules say of these works, each by itself, of two of them together, and of units' places."""
    alone = [[(f.rule, f.outcome, f.evidence * words) for f in review(work, config).findings] for work in works]
    return alone, _together(works[0], config), _places(works, config)


def _together(work, config):
    """What a work has in common with one in the other track, under titles more and less like its own."""
    one = entrant_of(work, config)
    titles = ("探月之路上的中国科学家", "探月之路上的中国科学者", "探月之路上的中国科者", "探月之路上")
    base = replace(one, title=titles[0])
    others = [replace(one, id="P2024-0001", track="public", films=(), forms=(), title=title) for title in titles]
    return [[found.rule for found in likenesses(base, other, config)] for other in others]


def _places(works, config):
    found = []
    for work in works[-2:]:
        entrant = entrant_of(work, config)
        for used in range(4, 9):
            reviewed = compare(Standing(entrant, places=Places(used)), config)
            found.append([(f.rule, f.outcome) for f in reviewed.findings])
    return found


@pytest.fixture(scope="module")
def shipped(samples):
    """The outcomes under the shipped config, without and with the words."""
    return {words: outcomes(samples, SHIPPED, words=words) for words in (False, True)}


@pytest.mark.parametrize("name", sorted(NUMBERS.keys() - ELSEWHERE))
@pytest.mark.parametrize("up", [True, False], ids=["up", "down"])
def test_a_number_moved_flips_a_sample(samples, shipped, name, up):
    path, value = NUMBERS[name]
    changed = with_number(SHIPPED, path, moved(value, up))
    words = name in IN_WORDS
    same = shipped[words] == outcomes(samples, changed, words=words)
    assert same is (name in ONLY_UP and not up)


def test_a_places_number_moved_flips_its_unit(a_work, form):
    kept = []
    for unit in SHIPPED.recommenders:
        entrant = entrant_of(a_work(form=form(recommender=unit.name)), SHIPPED)
        most = places_of(unit, SHIPPED.rules.quota)
        for step in (-1, 1):
            other = unit.model_copy(update={"quota": unit.quota + step})
            listed = tuple(other if one is unit else one for one in SHIPPED.recommenders)
            changed = SHIPPED.model_copy(update={"recommenders": listed})
            at = Standing(entrant, places=Places(most if step < 0 else most + 1))
            said = [_outcome(at, config) for config in (SHIPPED, changed)]
            kept += [unit.name] if sorted(said) != [Outcome.PASS, Outcome.REVIEW] else []
    assert kept == []


def _outcome(standing, config):
    return next(f.outcome for f in compare(standing, config).findings if f.rule == "quota")


DAY = dt.timedelta(days=1)
DATED = {
    "deadline": lambda work, form: [work(received_at=END - dt.timedelta(hours=1)), work(received_at=END + DAY)],
    "made_from": lambda work, form: [work(form=form(completed_on=day)) for day in ("2023-01-01", "2022-12-31")],
    "made_to": lambda work, form: [work(form=form(completed_on=day)) for day in ("2023-12-31", "2024-01-01")],
}


@pytest.mark.parametrize("step", [-1, 1])
@pytest.mark.parametrize("name", DATED)
def test_a_date_moved_flips_a_sample(a_work, form, name, step):
    edition = SHIPPED.edition.model_copy(update={name: getattr(SHIPPED.edition, name) + step * DAY})
    changed = SHIPPED.model_copy(update={"edition": edition})
    works = DATED[name](a_work, form)
    said = [[[(f.rule, f.outcome) for f in review(w, c).findings] for w in works] for c in (SHIPPED, changed)]
    assert said[0] != said[1]


@pytest.mark.parametrize("step", [-1, 1])
def test_the_minutes_of_doubt_moved_flip_a_sample(a_work, step):
    doubt = SHIPPED.edition.deadline_doubt_min
    edition = SHIPPED.edition.model_copy(update={"deadline_doubt_min": doubt + step})
    work = a_work(received_at=END + dt.timedelta(minutes=doubt if step > 0 else doubt - 1))
    changed = SHIPPED.model_copy(update={"edition": edition})
    said = [next(f.outcome for f in review(work, c).findings if f.rule == "deadline") for c in (SHIPPED, changed)]
    assert sorted(said) == [Outcome.FAIL, Outcome.REVIEW]
