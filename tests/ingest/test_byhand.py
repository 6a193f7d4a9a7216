"""Which link a file came from that a person has downloaded: by name and size, as people and browsers change them."""

import datetime as dt

import pytest

from ingest.byhand import promised
from ingest.model import CloudFile, LinkState

NOON = dt.datetime(2024, 10, 8, 12, tzinfo=dt.UTC)


def link(number=1, name="星海寻踪.mp4", size=121_845_760):
    return CloudFile(
        number, "netease", f"k{number}", "https://mail.163.com/x", name, size, None, "", LinkState.MANUAL, False, 1,
        None, "login", "", 0, "", NOON, None,
    )  # fmt: skip


def found(name, size, *links, format_="mp4"):
    """The number of the link and whether it fits; None if there is none."""
    match = promised(name, size, format_, links)
    return match and (match.link.id, match.fits)


@pytest.mark.parametrize(
    "name",
    ["星海寻踪.mp4", "星海寻踪(1).mp4", "星海寻踪 (2).MP4", "星海寻踪 - 副本.mp4", "星海 寻踪.mp4", "星海寻踪．ｍｐ４"],
)
def test_the_same_name_as_browsers_write_it_is_the_links(name):
    assert found(name, 121_845_760, link()) == (1, True)


@pytest.mark.parametrize("size", [121_845_760, 121_800_000, 116_200_000 * 2**20 // 10**6])
def test_a_size_that_was_rounded_fits(size):
    assert found("星海寻踪.mp4", size, link()) == (1, True)


@pytest.mark.parametrize("size", [60_000_000, 0, 200_000_000])
def test_the_name_with_another_size_is_doubtful(size):
    assert found("星海寻踪.mp4", size, link()) == (1, False)


def test_another_name_with_the_size_is_the_links():
    assert found("下载.mp4", 121_845_761, link(), link(2, "花絮.mp4", 3_000_000)) == (1, True)


def test_a_small_file_is_no_links_by_its_size_alone():
    assert found("扫描件.pdf", 40_000, link(1, "证明.jpg", 40_100), format_="pdf") is None


def test_of_two_links_of_one_name_the_nearer_size_is_meant():
    links = link(1, "成片.mp4", 120_000_000), link(2, "成片.mp4", 122_000_000)
    assert found("成片.mp4", 121_900_000, *links) == (2, True)


def test_another_file_is_no_links():
    assert found("推荐表.docx", 35_000, link(), format_="docx") is None


def test_a_link_that_says_nothing_takes_the_only_film():
    assert found("任意.mp4", 5_000_000, link(1, "", 0)) == (1, True)


@pytest.mark.parametrize(("links", "format_"), [((1, 2), "mp4"), ((1,), "docx")])
def test_links_that_say_nothing_take_no_form_and_no_film_that_may_be_either_ones(links, format_):
    assert found("任意", 5_000_000, *(link(n, "", 0) for n in links), format_=format_) is None


def test_no_links_promise_nothing():
    assert found("星海寻踪.mp4", 121_845_760) is None
