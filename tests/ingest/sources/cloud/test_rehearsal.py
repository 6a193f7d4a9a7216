"""The setting that leads every connection to a server of this machine: for tests and the demo, never by accident."""

import ssl

import pytest

from ingest.config import REHEARSAL_VARIABLE, load
from ingest.errors import ConfigError
from ingest.sources.cloud import Fetched, fetch, network_of


@pytest.fixture
def rehearsal(tmp_path, server, authority):
    """A config with it, read under an environment."""

    def read(address=None, environ=None):
        address = address or f"127.0.0.1:{server.port}"
        table = f'[cloud.rehearsal]\nserver = "{address}"\nca = "{authority.ca}"\n'
        text = f'[cloud.hosts]\ndirect = ["files.example.cn"]\n{table}'
        (tmp_path / "config.toml").write_text(text, encoding="utf-8")
        named = {REHEARSAL_VARIABLE: address} if environ is None else environ
        return load(tmp_path / "config.toml", environ=named, cwd=tmp_path).cloud

    return read


def test_shipped_config_rehearses_nothing(tmp_path):
    assert load(None, environ={}, cwd=tmp_path).cloud.rehearsal is None


def test_without_a_rehearsal_certificates_and_their_names_are_checked(tmp_path):
    trust = network_of(load(None, environ={}, cwd=tmp_path).cloud).trust
    assert (trust.verify_mode, trust.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_rehearsal_left_in_a_config_is_refused(rehearsal):
    with pytest.raises(ConfigError) as caught:
        rehearsal(environ={})
    assert "是演习用的设置" in caught.value.problems[0]


def test_rehearsal_of_another_server_than_the_environment_s_is_refused(rehearsal):
    with pytest.raises(ConfigError):
        rehearsal(environ={REHEARSAL_VARIABLE: "127.0.0.1:1"})


@pytest.mark.parametrize(
    "address", ["10.0.0.1:8443", "files.example.cn:443", "0.0.0.0:443", "127.0.0.1", "127.0.0.1:0"]
)
def test_rehearsal_beyond_this_machine_is_refused(rehearsal, address):
    with pytest.raises(ConfigError) as caught:
        rehearsal(address)
    assert "不是本机地址" in caught.value.problems[0]


def test_environment_alone_changes_nothing(tmp_path):
    assert load(None, environ={REHEARSAL_VARIABLE: "127.0.0.1:1"}, cwd=tmp_path).cloud.rehearsal is None


def test_rehearsal_fetches_from_its_server(rehearsal, server, clouds, link, partial):
    server.route("https://files.example.cn/film.mp4", clouds.File(b"film"))
    table = rehearsal()
    assert isinstance(fetch(link(), partial, table, network=network_of(table)), Fetched)


def test_rehearsal_asks_no_resolver(rehearsal):
    assert network_of(rehearsal()).resolve("mail.163.com") == ("1.0.0.1",)


def test_rehearsal_checks_hosts_as_ever(rehearsal, link, partial):
    assert fetch(link("https://evil.example/x"), partial, rehearsal()).reason == "refused-host"


def test_rehearsal_trusts_its_authority_alone(rehearsal):
    assert len(network_of(rehearsal()).trust.get_ca_certs()) == 1
