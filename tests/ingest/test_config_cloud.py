"""The table [cloud] of config.toml."""

import pytest

from ingest.config import load
from ingest.errors import ConfigError


@pytest.fixture
def loaded(tmp_path):
    def read(text):
        (tmp_path / "config.toml").write_text(text, encoding="utf-8")
        return load(tmp_path / "config.toml", environ={}, cwd=tmp_path).cloud

    return read


@pytest.fixture
def problem(loaded):
    """The only line of a config that is refused, from its table on."""

    def read(text):
        with pytest.raises(ConfigError) as caught:
            loaded(text)
        (line,) = caught.value.problems
        return line.partition("：")[2]

    return read


@pytest.mark.parametrize(
    ("provider", "on"),
    [("netease", True), ("qq", True), ("direct", True), ("netease-dashi", False), ("netease-enterprise", False),
     ("sina", False), ("189", False), ("baidu", None), ("tianyi", None), ("", None)],
)  # fmt: skip
def test_switches_as_shipped(provider, on, loaded):
    assert loaded("").providers.on(provider) is on


def test_switch_is_turned_by_its_provider_s_name(loaded):
    assert loaded("[cloud.providers]\n189 = true\n").providers.on("189") is True


def test_hosts_are_added_by_provider(loaded):
    assert loaded('[cloud.hosts]\nnetease-dashi = ["*.example.cn"]\n').hosts.of("netease-dashi") == ("*.example.cn",)


def test_provider_nobody_knows_has_no_hosts(loaded):
    assert loaded("").hosts.of("baidu") == ()


def test_provider_nobody_knows_cannot_be_switched(problem):
    assert problem("[cloud.providers]\nbaidu = true\n").startswith("[cloud.providers] baidu：不是认识的键")


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "10.0.0.1", "[::1]", "localhost", "intranet", "*", "*.*", "*.com", "*.cn", "*a.cn", "a.*.cn"),
        *("https://a.cn", "a.cn:443", "a.cn/x", "user@a.cn", "A.cn", "a..cn", ""),
    ],
)
def test_what_is_no_host_name_cannot_be_allowed(host, problem):
    assert "不是主机名" in problem(f'[cloud.hosts]\ndirect = ["{host}"]\n')


@pytest.mark.parametrize("host", ["*.com.cn", "*.gov.cn", "*.edu.cn"])
def test_half_the_internet_cannot_be_allowed(host, problem):
    assert "范围太大" in problem(f'[cloud.hosts]\ndirect = ["{host}"]\n')


@pytest.mark.parametrize(
    "line", ["per_host = 0", "per_host = 9", "at_once = 0", "max_file_bytes = 0", "min_bytes_per_s = -1"]
)
def test_bound_out_of_range_is_refused(line, problem):
    assert problem(f"[cloud]\n{line}\n").startswith(f"[cloud] {line.partition(' ')[0]}：应")
