"""What is said of two works whose films look alike: the same from both sides, each with its own picture."""

import pytest

from ingest.config import load
from ingest.model import Entrant, Standing, Twins
from ingest.rules.entrants import duplicate_video
from ingest.rules.likeness import likenesses
from parsers.filmfacts import Shot

SHOTS = tuple(
    Shot(what="print", at_s=at, width=8, height=8, sha256=digest * 64) for at, digest in ((35.2, "a"), (31, "b"))
)
ONE = Entrant("P2024-0002", "public", films=("f1",))
OTHER = Entrant("R2024-0001", "recommended", films=("f0", "f2"))
SURE = {("f1", "f2"): Twins("f1", "f2", True, 0.92, 35.2, 31.0, SHOTS)}
PERHAPS = {("f1", "f2"): Twins("f1", "f2", False, 0.0, 3.0, 4.0)}


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    return load(None, environ={}, cwd=tmp_path_factory.mktemp("config"))


def said(one, other, twins, config, rule="duplicate-video"):
    return next(found for found in likenesses(one, other, config, (), twins) if found.rule == rule)


def test_films_that_look_alike_are_told_with_the_seconds_in_both(config):
    assert said(ONE, OTHER, SURE, config).why == (
        "视频画面雷同：P2024-0002 第 35.2 秒与 R2024-0001 第 31 秒是同一画面，正片可比之处 92% 相同"
    )


@pytest.mark.parametrize("twins", [SURE, PERHAPS], ids=["sure", "perhaps"])
def test_the_words_are_the_same_from_both_sides(config, twins):
    assert said(ONE, OTHER, twins, config).why == said(OTHER, ONE, twins, config).why


def test_each_side_has_its_own_picture(config):
    pictures = said(ONE, OTHER, SURE, config).picture, said(OTHER, ONE, SURE, config).picture
    assert pictures == ("比对画面-00分35.2秒", "比对画面-00分31.0秒")


def test_films_that_may_be_one_are_for_people(config):
    assert said(ONE, OTHER, PERHAPS, config).why.endswith("其余部分程序未能比对，请看片核对")


def test_one_track_is_told_by_the_same(config):
    assert said(ONE, OTHER, SURE, config, "one-track").why == said(ONE, OTHER, SURE, config).why


def test_other_films_are_like_none(config):
    assert likenesses(ONE, Entrant("R2024-0003", "recommended", films=("f3",)), config, (), SURE) == ()


def test_a_film_whose_link_has_run_out_was_not_compared(config):
    entrant = Entrant("R2024-0001", "recommended", films=("netease:1",), pictures="gone")
    found = duplicate_video(Standing(entrant, ()), config.rules.duplicate_video, config)
    assert (found.outcome.value, found.evidence) == ("na", "视频的链接已失效，没有取得视频，未比较")
