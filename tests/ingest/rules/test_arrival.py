import datetime as dt

import pytest

from ingest.model import Kind, PartSource

CHINA = dt.timezone(dt.timedelta(hours=8))


def at(month, day, hour=0, minute=0, zone=CHINA):
    return dt.datetime(2024, month, day, hour, minute, tzinfo=zone)


@pytest.mark.parametrize(
    ("received_at", "outcome"),
    [
        (at(9, 27), "pass"),
        (at(10, 25, 23, 59), "pass"),
        (at(10, 25, 15, 59, dt.UTC), "pass"),
        (at(10, 25, 16, 0, dt.UTC), "review"),
        (at(10, 26), "review"),
        (at(10, 26, 1, 59), "review"),
        (at(10, 26, 2), "fail"),
        (at(11, 1), "fail"),
    ],
)
def test_deadline(find, a_work, received_at, outcome):
    assert find("deadline", a_work(received_at=received_at))[0] == outcome


def test_deadline_says_when_it_came_and_when_it_should(find, a_work):
    late = a_work(received_at=at(10, 26, 3, 5))
    assert find("deadline", late) == ("fail", "收到时间 2024年10月26日 03:05；截止 2024年10月25日 24:00")


def test_deadline_with_a_time_says_the_time(find, a_work, config):
    noon = config.edition.model_copy(update={"deadline": dt.datetime(2024, 10, 25, 17, 0, tzinfo=config.edition.zone)})
    found = find("deadline", a_work(), config.model_copy(update={"edition": noon}))
    assert found == ("pass", "收到时间 2024年10月20日 09:30；截止 2024年10月25日 17:00")


def test_deadline_without_a_known_time_is_for_a_person(find, a_work):
    found = find("deadline", a_work(received_at=None))
    assert found == ("review", "收到的时间无法确定，请人工核对是否按时提交")


def test_deadline_before_any_form_or_film_is_for_a_person(find, a_work):
    found = find("deadline", a_work(film=None, form=None, received_at=None, clock_known=False))
    assert found == ("review", "尚未收到电子表或视频，请人工核对是否按时提交")


def test_deadline_with_a_late_supplement_is_for_a_person(find, a_work, material, page):
    late = material(Kind.SCAN, "扫描件.jpg", page, arrived_at=at(10, 27, 8, 0))
    outcome, evidence = find("deadline", a_work(late))
    assert outcome == "review"
    assert evidence.endswith("；补正晚于截止：扫描件（2024年10月27日 08:00）")


@pytest.mark.parametrize(("kind", "source"), [(Kind.OTHER, PartSource.ATTACHMENT), (Kind.VIDEO, PartSource.MANUAL)])
def test_deadline_is_not_moved_by_signatures_nor_by_what_staff_put_in(find, a_work, material, kind, source):
    late = material(kind, "x", arrived_at=at(10, 27), source=source, in_force=False)
    assert find("deadline", a_work(late))[0] == "pass"
