import datetime as dt
import json

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from ingest.config import load
from ingest.log import masked, remove_old, setup

NOON = dt.datetime.fromisoformat("2024-10-20T12:00:00+08:00")


@pytest.fixture(autouse=True)
def plain_again():
    yield
    structlog.reset_defaults()


@pytest.fixture
def config(tmp_path):
    return load(None, environ={}, cwd=tmp_path)


@pytest.fixture
def logged(config):
    """Log as `kepu` does, at a clock the test can turn; the objects written, by day."""
    hands = [NOON]
    setup(config, clock=lambda: hands[0])

    def read(day="2024-10-20"):
        file = config.storage.root / "log" / f"kepu-{day}.log"
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []

    read.hands = hands
    return read


def test_log_writes_one_object_a_line_with_time_and_level(logged):
    structlog.get_logger("kepu").info("fetched", mailbox="public", count=3)
    assert logged() == [
        {"at": "2024-10-20T12:00:00.000+08:00", "event": "fetched", "level": "info", "mailbox": "public", "count": 3}
    ]


def test_log_leaves_out_what_is_below_its_level(logged):
    structlog.get_logger("kepu").debug("detail")
    assert logged() == []


def test_log_of_a_logger_made_before_the_setup_goes_to_the_file(request):
    early = structlog.get_logger("kepu")
    logged = request.getfixturevalue("logged")
    early.info("later")
    assert [entry["event"] for entry in logged()] == ["later"]


def test_setup_makes_nothing_on_disk(config, tmp_path):
    setup(config)
    assert list(tmp_path.iterdir()) == []


def test_setup_without_a_clock_stamps_in_the_edition_s_zone(config):
    setup(config)
    structlog.get_logger("kepu").info("now")
    (file,) = (config.storage.root / "log").iterdir()
    assert json.loads(file.read_text())["at"].endswith("+08:00")


def test_setup_removes_the_days_before(config):
    old = config.storage.root / "log" / "kepu-2020-01-01.log"
    old.parent.mkdir(parents=True)
    old.write_text("")
    setup(config, clock=lambda: NOON)
    assert not old.exists()


def test_log_goes_on_in_the_next_day_s_file(logged):
    structlog.get_logger("kepu").info("before")
    logged.hands[0] = NOON + dt.timedelta(days=1)
    structlog.get_logger("kepu").info("after")
    assert [entry["event"] for entry in logged("2024-10-21")] == ["after"]


def test_log_masks_personal_data_wherever_it_stands(logged):
    structlog.get_logger("kepu").info("mail of 13812345678", to=["zhangsan@163.com"], form={"id": "11010119900101123X"})
    entry = logged()[0]
    assert (entry["event"], entry["to"], entry["form"]) == (
        "mail of 138****5678",
        ["zh***@163.com"],
        {"id": "11************3X"},
    )


def test_log_masks_what_an_exception_says(logged):
    try:
        raise ValueError("no such person: 110101199001011234")
    except ValueError:
        structlog.get_logger("kepu").exception("failed")
    assert "110101199001011234" not in logged()[0]["exception"]
    assert "ValueError: no such person: 11************34" in logged()[0]["exception"]


@pytest.mark.parametrize("key", ["password", "auth_code", "smtp_secret", "AccessToken"])
def test_log_holds_no_secret(logged, key):
    structlog.get_logger("kepu").info("login", **{key: "geheim"})
    assert logged()[0][key] == "***"


def test_log_of_text_with_lone_surrogates_is_written(logged):
    structlog.get_logger("kepu").info("name", name="表\udcff.docx")
    assert logged()[0]["event"] == "name"


def test_log_of_any_object_is_its_text(logged, tmp_path):
    structlog.get_logger("kepu").info("at", path=tmp_path, when=NOON.date())
    assert (logged()[0]["path"], logged()[0]["when"]) == (str(tmp_path), "2024-10-20")


def test_log_that_cannot_be_written_goes_to_standard_error(logged, config, capsys):
    config.storage.root.write_text("a file where the folder should be")
    structlog.get_logger("kepu").info("still said")
    assert json.loads(capsys.readouterr().err.splitlines()[0])["event"] == "still said"


def test_remove_old_keeps_the_days_asked_for_and_other_files(tmp_path):
    for name in (
        "kepu-2024-10-16.log",
        "kepu-2024-10-17.log",
        "kepu-2024-10-20.log",
        "kepu-2020-01-01.txt",
        "notes.log",
    ):
        (tmp_path / name).write_text("")
    remove_old(tmp_path, keep_days=3, today=NOON.date())
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "kepu-2020-01-01.txt",
        "kepu-2024-10-17.log",
        "kepu-2024-10-20.log",
        "notes.log",
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("身份证110101199001011234。", "身份证11************34。"),
        ("手机 +86 138-1234-5678", "手机 +86 138****5678"),
        ("13812345678", "138****5678"),
        ("010-58881430", "010-****430"),
        ("a@b.cn zhang.san@qq.com", "***@b.cn zh***@qq.com"),
        ("size=314572800 R2024-0001 2024-10-25T17:00", "size=314572800 R2024-0001 2024-10-25T17:00"),
    ],
)
def test_masked_hides_persons_and_keeps_the_rest(text, shown):
    assert masked(text) == shown


def test_masked_keeps_digests_whole():
    digest = "1380123456780" + "a" * 51
    assert masked(digest) == digest


@given(st.from_regex(r"1[3-9]\d{9}", fullmatch=True), st.text(alphabet="电话：，。 \n张三", max_size=5))
def test_masked_leaves_no_mobile_number_between_words(number, words):
    assert number not in masked(f"{words}{number}{words}")
