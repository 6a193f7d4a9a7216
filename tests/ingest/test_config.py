import datetime as dt
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.config import clock, load, network_type, password, password_variable, shipped
from ingest.config.loading import overlay
from ingest.errors import ConfigError, Exit
from ingest.model import LetterKind


@pytest.fixture
def problems(tmp_path):
    """The lines for a config.toml of that text, without the file's name before them."""

    def lines(text):
        (tmp_path / "config.toml").write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError) as caught:
            load(tmp_path / "config.toml", environ={}, cwd=tmp_path)
        assert caught.value.exit_code == Exit.USAGE
        return [line.removeprefix(f"{tmp_path / 'config.toml'}：") for line in caught.value.problems]

    return lines


@pytest.fixture
def loaded(tmp_path):
    """The config of a file of that text, in tmp_path."""

    def load_text(text, environ=None):
        (tmp_path / "config.toml").write_text(text, encoding="utf-8")
        return load(tmp_path / "config.toml", environ=environ or {}, cwd=tmp_path)

    return load_text


@pytest.fixture
def default(tmp_path):
    return load(None, environ={}, cwd=tmp_path)


TRACK = '[[tracks]]\nkey = "only"\nprefix = "S"\nname = "本省评选"\nform = "报名表"\nsheet = "参评作品"\n'
MAILBOX = '[[mailboxes]]\nname = "only"\ntrack = "only"\naddress = "a@163.com"\nurl = "maildir:mail"\n'

# --- the shipped edition


def test_shipped_opens_on_the_day_of_the_notice(default):
    assert default.edition.opens_at == dt.datetime.fromisoformat("2024-09-26T00:00:00+08:00")


def test_shipped_deadline_is_the_end_of_its_day(default):
    assert default.edition.deadline_at == dt.datetime.fromisoformat("2024-10-26T00:00:00+08:00")


def test_shipped_numbers_are_the_notice_s(default):
    rules = default.rules
    assert (rules.duration.min_s, rules.duration.max_s) == (120, 300)
    assert (rules.size.min_bytes, rules.size.max_bytes) == (100 * 10**6, 300 * 2**20)
    assert (rules.resolution.min_long_px, rules.resolution.min_short_px) == (1920, 1080)
    assert (rules.aspect.width, rules.aspect.height) == (16, 9)


def test_shipped_mailboxes_are_the_notice_s(default):
    assert [(m.address, m.track, m.url) for m in default.mailboxes] == [
        ("kepuwsp@163.com", "recommended", "imaps://imap.163.com:993"),
        ("kepuchuwsp@126.com", "public", "imaps://imap.126.com:993"),
    ]


@pytest.mark.parametrize(("kind", "units", "quota"), [("province", 31, 5), ("city", 15, 3), ("corps", 1, 3)])
def test_shipped_units_of_a_kind_with_their_quota(default, kind, units, quota):
    assert [u.quota for u in default.recommenders if u.kind == kind] == [quota] * units


def test_shipped_sanqu_regions_are_all_but_three(default):
    without = [u.name for u in default.recommenders if u.kind == "province" and not u.sanqu]
    assert [name[:2] for name in without] == ["北京", "天津", "上海"]


def test_shipped_member_units_are_to_be_confirmed(default):
    members = [u for u in default.recommenders if u.kind == "member"]
    assert {(u.quota, u.confirm) for u in members} == {(5, True)}


def test_shipped_required_fields_differ_by_track_only_in_the_unit_s(default):
    required = default.forms.required
    assert set(required["recommended"]) - set(required["public"]) == {"producer", "recommender", "recommender_opinion"}


def test_shipped_late_letter_only_mentions_the_deadline(default):
    assert default.rules.deadline.tells(LetterKind.LATE)
    assert not default.rules.deadline.tells(LetterKind.RECEIPT)


def test_shipped_paths_start_at_the_folder_one_works_in(default, tmp_path):
    assert default.storage.root == tmp_path / "kepu-data"
    assert default.storage.share == tmp_path / "kepu-data" / "share"


def test_shipped_config_is_the_same_when_laid_over_itself(default, tmp_path, loaded):
    assert loaded(shipped()) == default


# --- laying over


def test_overlay_changes_only_the_key_given(loaded, default):
    config = loaded("[rules.duration]\nmax_s = 600\n")
    assert config.rules.duration == default.rules.duration.model_copy(update={"max_s": 600})
    assert config.rules.size == default.rules.size


def test_overlay_replaces_arrays_of_tables_as_a_whole(loaded):
    config = loaded(TRACK + MAILBOX + "[forms.required]\nonly = []\n")
    assert [track.key for track in config.tracks] == ["only"]
    assert [mailbox.name for mailbox in config.mailboxes] == ["only"]


def test_overlay_forgets_required_fields_of_replaced_tracks(loaded):
    assert loaded(TRACK + MAILBOX + '[forms.required]\nonly = ["title"]\n').forms.required == {"only": ("title",)}


def test_overlay_replaces_arrays_of_values_as_a_whole(loaded):
    assert loaded('[platforms]\nknown = ["本省卫视"]\n').platforms.known == ("本省卫视",)


def test_overlay_adds_labels_beside_the_shipped_ones(loaded, default):
    labels = loaded('[forms.labels]\ntitle = ["参评作品名"]\n').forms.labels
    assert labels["title"] == ("参评作品名",)
    assert labels["author"] == default.forms.labels["author"]


json_like = st.recursive(
    st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
tables = st.dictionaries(st.sampled_from("abc"), json_like, max_size=3)


@given(tables, tables)
def test_overlay_holds_every_value_given(default, given):
    merged = overlay(default, given)
    assert overlay(merged, given) == merged


@given(tables)
def test_overlay_of_nothing_changes_nothing(default):
    assert overlay(default, {}) == default


# --- values


def test_deadline_with_a_time_means_until_then(loaded):
    config = loaded("[edition]\ndeadline = 2024-10-31T17:00:00\n")
    assert config.edition.deadline_at == dt.datetime.fromisoformat("2024-10-31T17:00:00+08:00")


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("30s", dt.timedelta(seconds=30)),
        ("10m", dt.timedelta(minutes=10)),
        ("2h", dt.timedelta(hours=2)),
        ("1d", dt.timedelta(days=1)),
    ],
)
def test_span_is_read_in_its_unit(loaded, text, span):
    assert loaded(f'[replies]\nquiet_period = "{text}"\n').replies.quiet_period == span


def test_daily_at_is_read_as_hours_and_minutes(loaded):
    assert loaded('[schedule]\ndaily_at = "7:30"\n').schedule.daily_at == dt.time(7, 30)


def test_paths_start_at_the_config_s_folder(tmp_path, loaded):
    config = loaded(
        '[storage]\nroot = "data"\nshare = "../share"\n' + TRACK + MAILBOX + "[forms.required]\nonly = []\n"
    )
    assert config.storage.root == tmp_path / "data"
    assert config.storage.share == tmp_path / ".." / "share"
    assert config.mailboxes[0].url == f"maildir:{tmp_path / 'mail'}"


def test_paths_of_a_file_given_relative_start_at_its_folder(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.toml").write_text('[storage]\nroot = "data"\n')
    assert load("sub/c.toml", environ={}, cwd=tmp_path).storage.root == tmp_path / "sub" / "data"


def test_path_with_a_tilde_starts_at_home(tmp_path, loaded):
    config = loaded('[storage]\nroot = "~/kepu"\n', environ={"HOME": str(tmp_path / "home")})
    assert config.storage.root == tmp_path / "home" / "kepu"


def test_ledger_url_is_made_absolute(tmp_path, loaded):
    assert loaded('[ledger]\nurl = "sqlite:///db/l.sqlite"\n').ledger.url == f"sqlite:///{tmp_path}/db/l.sqlite"


def test_a_byte_order_mark_is_no_fault(tmp_path):
    (tmp_path / "c.toml").write_bytes(b"\xef\xbb\xbf[schedule]\npoll_minutes = 3\n")
    assert load(tmp_path / "c.toml", environ={}, cwd=tmp_path).schedule.poll_minutes == 3


# --- one line a problem

LINES = [
    ("editon = 1", "顶层 editon：不是认识的键；是不是想写 edition？"),
    (
        "[rules.duration]\nlongest = 1",
        "[rules.duration] longest：不是认识的键；请删去，或改成这些之一：on、clause、tell、min_s、max_s、doubt_s",
    ),
    ("[rules.duration]\nmaxs = 1", "[rules.duration] maxs：不是认识的键；是不是想写 max_s？"),
    ("[rules.form_kind]\non = true", "[rules.form_kind]：不是认识的键；是不是想写 form-kind？"),
    ('[rules.duration]\nmin_s = "two"', '[rules.duration] min_s：应为数字，现为 "two"；请改正，例如 120'),
    ("[rules.duration]\non = 1", "[rules.duration] on：应为 true 或 false，现为 1；请改正，例如 true"),
    (
        "[rules.duration]\nmin_s = 400",
        "[rules.duration] min_s：比 max_s（300）还大，现为 400；请对调，或改正其中一个：min_s 不能超过 max_s",
    ),
    (
        '[rules.deadline]\ntell = "later"',
        '[rules.deadline] tell：不能是 "later"；请从这些里选一个：true、false、"late"',
    ),
    (
        '[rules.container]\nbrands = ["qt"]',
        '[rules.container] brands 第 1 项："qt" 不是四个字符；品牌码正好四个英文字符，不足的用空格补，例如 "qt  "',
    ),
    ("[rules.original]\nmax_share = 10", "[rules.original] max_share：应不大于 1，现为 10；请改成不大于 1 的数"),
    ("rules = 3", "顶层 rules：应为一张表，现为 3；请改正"),
    ('[edition]\nyear = "2024"', '[edition] year：应为整数，现为 "2024"；请改正，例如 2024'),
    ('[edition]\nname = " "', "[edition] name：是空的；请写上内容"),
    (
        '[edition]\nopens = "2024-09-26"',
        '[edition] opens：应为日期，现为 "2024-09-26"；请写成不带引号的 年-月-日，例如 2024-10-25',
    ),
    (
        "[edition]\ndeadline = 2024-09-01",
        "[edition] deadline：早于启动日 opens（2024-09-26），现为 2024-09-01；"
        "请核对通知：deadline 应在 opens 当天或以后",
    ),
    (
        "[edition]\nmade_to = 2022-12-31",
        "[edition] made_from：比 made_to（2022-12-31）还大，现为 2023-01-01；"
        "请对调，或改正其中一个：made_from 不能超过 made_to",
    ),
    (
        '[edition]\ntimezone = "Mars/Base"',
        '[edition] timezone：没有 "Mars/Base" 这个时区；请写时区的标准名称，例如 "Asia/Shanghai"',
    ),
    (
        '[replies]\nmode = "auto"',
        '[replies] mode：不能是 "auto"；请从这些里选一个："off"、"preview"、"approve"、"send"',
    ),
    ("[replies.caps]\nrun = -1", "[replies.caps] run：应不小于 0，现为 -1；请改成不小于 0 的数"),
    ("[schedule]\npoll_minutes = 0", "[schedule] poll_minutes：应大于 0，现为 0；请改成大于 0 的数"),
    (
        '[schedule]\nbatch_budget = "8 min"',
        '[schedule] batch_budget：应为一段时间，现为 "8 min"；'
        '请写成数字加单位 s（秒）m（分）h（小时）d（天），例如 "10m"、"2h"',
    ),
    (
        '[schedule]\ndaily_at = "25:00"',
        '[schedule] daily_at：应为一天中的时刻，现为 "25:00"；请写成 时:分，例如 "08:00"',
    ),
    ('[report]\nstaff = ["a@163.com", "b"]', '[report] staff 第 2 项："b" 不是邮箱地址；请写成 "name@163.com" 的样子'),
    ('[report]\nstaff = "a@163.com"', '[report] staff：应为方括号里的一组值，现为 "a@163.com"；请改正'),
    ("[storage]\nroot = 3", '[storage] root：应为带引号的路径，现为 3；请改正，例如 "kepu-data"'),
    (
        '[storage]\nroot = "//nas/kepu"',
        "[storage] root：在网络路径上：//nas/kepu；数据库放在网络盘上会损坏，请改到本机硬盘；"
        "要给大家看的文件夹可用 [storage] share 放在网络盘",
    ),
    (
        '[ledger]\nurl = "sqlite:////' + '/nas/l.sqlite"',
        "[ledger] url：在网络路径上：//nas/l.sqlite；数据库放在网络盘上会损坏，"
        "请改到本机硬盘；要给大家看的文件夹可用 [storage] share 放在网络盘",
    ),
    (
        '[ledger]\nurl = "mysql://x"',
        '[ledger] url：不是本机 SQLite 文件的地址；请写成 "sqlite:///文件路径"，或留空（即 root 里的 ledger.sqlite）',
    ),
    ('[log]\nlevel = "loud"', '[log] level：不能是 "loud"；请从这些里选一个："debug"、"info"、"warning"、"error"'),
    (
        '[forms.labels]\nauther = ["作者"]',
        "[forms.labels] auther：这个字段没有名称；请在 [forms.names] 里补上 auther，或改正字段名",
    ),
    (
        '[forms.types]\nphone = "telephone"',
        "[forms.types] phone：字段名或类型不认得；请改正字段名，类型请用其中一种：date、duration、email、id、list、phone、postcode、share、url、yesno",
    ),
    (
        '[forms.required]\npublic = ["titel"]',
        "[forms.required] public：要求的字段 titel 没有栏目名；请在 [forms.labels] 里补上 titel，或改正字段名",
    ),
    (
        "[forms.required]\nyouth = []",
        "[forms.required] youth：没有 youth 这个途径；请改成 [[tracks]] 里的 key：recommended、public",
    ),
    ("tracks = []", "顶层 tracks：一个也没有；请至少写一个 [[tracks]]"),
]


@pytest.mark.parametrize(("text", "line"), LINES, ids=[line.partition("：")[0] for _, line in LINES])
def test_problem_names_the_place_the_fault_and_the_mend(problems, text, line):
    assert line in problems(text)


def mailbox(**keys):
    row = {"name": "one", "track": "public", "address": "a@163.com", "url": "eml:mail", **keys}
    return "[[mailboxes]]\n" + "".join(f'{key} = "{value}"\n' for key, value in row.items() if value is not None)


MAILBOX_LINES = [
    (mailbox(name="A b"), '（A b） name："A b" 不能作名称；请用小写英文字母开头，只含小写字母、数字、- 和 _'),
    (mailbox(track="youth"), "（one） track：没有 youth 这个途径；请改成 [[tracks]] 里的 key：recommended、public"),
    (mailbox(address=None), '（one） address：没有写；请补上，例如 "kepuwsp@163.com"'),
    (mailbox(address="163.com"), '（one） address："163.com" 不是邮箱地址；请写成 "name@163.com" 的样子'),
    (
        mailbox(url="pop3://x"),
        '（one） url：认不出 "pop3://x" 这种来源；请写成 "imaps://主机:993"、"imap://主机"、'
        '"maildir:文件夹" 或 "eml:文件夹"',
    ),
    (mailbox(url="eml:"), '（one） url：eml: 后面没有文件夹；请写上文件夹，例如 "eml:mail/inbox"'),
    (
        mailbox(url="imaps://h:99999"),
        '（one） url："imaps://h:99999" 不是完整的服务器地址；'
        '请写成 "imaps://imap.163.com:993" 的样子，端口为 1 到 65535',
    ),
    (
        mailbox(url="imaps://:993"),
        '（one） url："imaps://:993" 不是完整的服务器地址；请写成 "imaps://imap.163.com:993" 的样子',
    ),
    (
        mailbox(url="imaps://a:secret@h"),
        "（one） url：地址里带有账户或密码；请去掉主机前的账户和密码，"
        '写成 "imaps://imap.163.com:993"；账户写在 user，授权码放在环境变量里',
    ),
    (
        mailbox(smtp="smtp.163.com"),
        '（one） smtp：认不出 "smtp.163.com" 这种发信服务器；请写成 "smtps://主机:465" 或 "smtp://主机:587"',
    ),
    (
        mailbox(password="x"),
        "（one） password：不是认识的键；请删去，或改成这些之一：name、track、address、url、user、folders、"
        "identity、smtp、limits",
    ),
]


@pytest.mark.parametrize(("text", "line"), MAILBOX_LINES, ids=[line.partition("：")[0] for _, line in MAILBOX_LINES])
def test_problem_of_a_mailbox_names_which_one(problems, text, line):
    assert problems(text) == [f"[[mailboxes]] 第 1 个{line}"]


def test_problem_of_two_mailboxes_that_share_an_environment_variable(problems):
    assert problems(mailbox(name="a-b") + mailbox(name="a_b")) == [
        "[[mailboxes]] 第 2 个（a_b） name：与 a-b 用同一个环境变量 KEPU_A_B_PASSWORD；"
        "请给信箱起不同的名称（只差 - 和 _ 也算相同）"
    ]


def test_problem_of_tracks_with_one_prefix(problems):
    second = TRACK.replace("only", "two").replace("参评作品", "其他作品")
    assert "[[tracks]] 第 2 个（本省评选） prefix：与第 1 个相同（S）；登记号开头不能重复，请改成别的" in problems(
        TRACK + second
    )


def test_problem_of_a_track_named_like_a_sheet_of_the_workbook(problems):
    assert "[[tracks]] 第 1 个（本省评选） sheet：与台账自带的工作表“待办”重名；请换一个名称" in problems(
        TRACK.replace("参评作品", "待办")
    )


def test_problem_of_a_track_without_required_fields(problems):
    assert (
        '[forms.required]：没有写途径 only 的必填字段；请补上一行，例如 only = ["title"]，没有必填就写 []'
        in problems(TRACK + MAILBOX)
    )


def test_problem_of_an_alias_that_two_units_claim(problems):
    unit = '[[recommenders]]\nname = "{}"\naliases = ["科技局"]\nkind = "city"\nquota = 3\n'
    assert problems(unit.format("甲市科技局") + unit.format("乙市科技局")) == [
        "[[recommenders]] 第 2 个（乙市科技局） aliases：“科技局”已是 甲市科技局 的名称；一个名称只能属于一个单位，请删去一处"
    ]


def test_problems_all_come_at_once_in_the_order_of_the_tables(problems):
    text = (
        'nosuch = 1\n[edition]\nyear = 1\n[log]\nlevel = "x"\n[rules.size]\nmin_bytes = -1\n[forms.required]\nyouth = []\n'
        '[storage]\nroot = "//nas/x"\n'
    )
    places = [line.partition("：")[0] for line in problems(text)]
    assert places == [
        "顶层 nosuch",
        "[edition] year",
        "[rules.size] min_bytes",
        "[forms.required] youth",
        "[storage] root",
        "[log] level",
    ]


@pytest.fixture(scope="module")
def document():
    return tomllib.loads(shipped())


def leaves(table, above=()):
    for key, value in table.items():
        if isinstance(value, dict):
            yield from leaves(value, (*above, key))
        elif not (isinstance(value, list) and value and isinstance(value[0], dict)):
            yield (*above, key)


@pytest.mark.parametrize("wrong", ["{ x = 1 }", "-1.5", "07:00:00", "[[1]]"], ids=["table", "number", "time", "array"])
def test_problem_of_any_key_with_a_wrong_value_is_plain_chinese(tmp_path, document, wrong):
    """One file with every key wrong: each line names a place, and no word of the validator's English is in it."""
    plain = [leaf for leaf in leaves(document) if leaf[0] not in {"forms"}]
    text = "".join(".".join(f'"{key}"' for key in leaf) + f" = {wrong}\n" for leaf in plain)
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "c.toml", environ={}, cwd=tmp_path)
    lines = caught.value.problems
    assert len(lines) >= len(plain) // 2
    assert [
        line for line in lines if "should" in line or "Input" in line or "valid" in line or "；请" not in line
    ] == []


def test_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "no.toml", environ={}, cwd=tmp_path)
    assert caught.value.what == f"找不到配置文件 {tmp_path / 'no.toml'}"
    assert caught.value.mend == "请核对 --config 或环境变量 KEPU_CONFIG 给出的路径；不给则用自带的默认配置"


def test_file_in_gbk_is_said(tmp_path):
    (tmp_path / "c.toml").write_bytes('[edition]\nname = "大赛"\n'.encode("gbk"))
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "c.toml", environ={}, cwd=tmp_path)
    assert caught.value.mend == "请用编辑器另存为 UTF-8 编码"


def test_toml_fault_names_line_and_column(problems):
    assert problems("[edition]\nname = 大赛\n") == [
        "第 2 行第 8 列：不符合 TOML 的写法；请检查这里的等号、引号和括号，文字要加英文双引号"
    ]


def test_toml_key_written_twice_is_said(problems):
    assert problems("[log]\nkeep_days = 1\nkeep_days = 2\n") == [
        "第 3 行第 14 列：同一个键或同一张表写了两次；请合并成一处"
    ]


# --- where things lie

MOUNTS = (
    "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
    "30 22 0:40 / /srv/share rw - cifs //nas/kepu rw\n"
    "31 30 8:2 / /srv/share/local rw - xfs /dev/sdb rw\n"
    "32 22 0:41 / /mnt/my\\040disk rw,relatime shared:1 - nfs4 nas:/x rw\n"
    "33 22 0:42 / /data rw - ext4 /dev/sdc rw\n"
    "34 22 0:43 / /data rw - fuse.sshfs host:/ rw\n"
    "a broken line\n"
)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/kepu", ""),
        ("/srv/share/kepu", "cifs"),
        ("/srv/share/local/kepu", ""),
        ("/srv/shares", ""),
        ("/mnt/my disk/kepu", "nfs4"),
        ("/data/kepu", "fuse.sshfs"),
        ("//nas/x", "//"),
    ],
)
def test_network_type_of_a_path(tmp_path, path, kind):
    assert network_type(Path(path), MOUNTS) == kind


# --- secrets and clock


@pytest.fixture
def box(default):
    return default.mailbox("recommended")


def test_password_variable_has_capitals_and_underscores_only():
    assert password_variable("my-box_1") == "KEPU_MY_BOX_1_PASSWORD"


def test_password_comes_from_the_environment(box):
    assert password(box, {"KEPU_RECOMMENDED_PASSWORD": "geheim"}) == "geheim"


def test_password_comes_from_the_file_the_environment_names(box, tmp_path):
    (tmp_path / "code").write_text("geheim\n")
    assert password(box, {"KEPU_RECOMMENDED_PASSWORD_FILE": str(tmp_path / "code")}) == "geheim"


def test_password_file_that_is_not_there_is_said(box, tmp_path):
    with pytest.raises(ConfigError) as caught:
        password(box, {"KEPU_RECOMMENDED_PASSWORD_FILE": str(tmp_path / "code")})
    assert (caught.value.exit_code, caught.value.why) == (Exit.USAGE, "文件不存在")


def test_password_file_that_is_empty_is_said(box, tmp_path):
    (tmp_path / "code").write_text("\n")
    with pytest.raises(ConfigError) as caught:
        password(box, {"KEPU_RECOMMENDED_PASSWORD_FILE": str(tmp_path / "code")})
    assert caught.value.what == f"信箱 recommended 的授权码文件是空的：{tmp_path / 'code'}"


@pytest.fixture
def keyring_of():
    """A system keyring holding what the test gives it."""
    import keyring
    from keyring.backend import KeyringBackend

    class Kept(KeyringBackend):
        priority = 1

        def __init__(self, kept):
            super().__init__()
            self.kept = kept

        def get_password(self, service, username):
            if self.kept is None:
                raise RuntimeError("locked")
            return self.kept.get((service, username))

        def set_password(self, service, username, password):
            self.kept[service, username] = password

    before = keyring.get_keyring()
    yield lambda kept: keyring.set_keyring(Kept(kept))
    keyring.set_keyring(before)


def test_password_comes_from_the_keyring(box, keyring_of):
    keyring_of({("kepu-intake", "kepuwsp@163.com"): "geheim"})
    assert password(box, {}) == "geheim"


def test_password_nowhere_names_every_way(box, keyring_of):
    keyring_of({})
    with pytest.raises(ConfigError) as caught:
        password(box, {})
    assert caught.value.mend == (
        "请设置环境变量 KEPU_RECOMMENDED_PASSWORD（或用 KEPU_RECOMMENDED_PASSWORD_FILE 指向只含授权码的文件），"
        "也可存入系统钥匙串：keyring set kepu-intake kepuwsp@163.com"
    )


def test_password_with_a_keyring_that_fails_is_said(box, keyring_of):
    keyring_of(None)
    with pytest.raises(ConfigError) as caught:
        password(box, {})
    assert caught.value.why == "环境变量未设置，系统钥匙串不可用（RuntimeError）"


def test_clock_is_fixed_by_the_environment():
    moment = dt.datetime.fromisoformat("2024-10-20T09:00:00+08:00")
    assert clock({"KEPU_NOW": "2024-10-20T09:00:00+08:00"})() == moment


def test_clock_is_aware():
    assert clock({})().utcoffset() == dt.timedelta(0)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("2024-10-20T09:00:00", "环境变量 KEPU_NOW 没有写时区：2024-10-20T09:00:00"),
        ("now", "环境变量 KEPU_NOW 不是时间：now"),
    ],
)
def test_clock_that_cannot_be_read_is_said(text, what):
    with pytest.raises(ConfigError) as caught:
        clock({"KEPU_NOW": text})
    assert caught.value.what == what


# --- any text at all


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_load_of_any_text_gives_a_config_or_lines_with_a_mend(tmp_path, text):
    (tmp_path / "any.toml").write_text(text, encoding="utf-8", newline="")
    try:
        lines = [f"；{load(tmp_path / 'any.toml', environ={}, cwd=tmp_path).edition.year}"]
    except ConfigError as error:
        lines = list(error.problems)
    assert [line for line in lines if "；" not in line] == []
