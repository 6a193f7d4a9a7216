import dataclasses
import functools

import pytest

from ingest.config import load
from ingest.sources.cloud import Network, fetch
from ingest.sources.cloud.pace import Slots
from parsers.facts import Link


@pytest.fixture(scope="session")
def authority(clouds, tmp_path_factory):
    return clouds.Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def running(clouds, authority):
    server = clouds.CloudServer(authority, authority.context())
    yield server
    server.close()


@pytest.fixture
def server(running):
    """Every provider, on loopback."""
    running.reset()
    return running


@pytest.fixture
def network(server):
    """The way to it. Names are public addresses unless given; every connection ends at the server."""

    def make(names=None, **changes):
        network = Network(server.resolve(names or {}), server.dial, server.authority.trust(), Slots(2), pause_s=0)
        return dataclasses.replace(network, **changes)

    return make


@pytest.fixture(scope="session")
def settings(tmp_path_factory):
    """The shipped table [cloud] with a host for plain links, changed by more lines."""

    @functools.cache
    def make(text=""):
        config = tmp_path_factory.mktemp("settings") / "cloud.toml"
        config.write_text(f'[cloud.hosts]\ndirect = ["files.example.cn", "more.example.cn"]\n{text}', encoding="utf-8")
        return load(config, environ={}, cwd=config.parent).cloud

    return make


@pytest.fixture
def link():
    def make(url="https://files.example.cn/film.mp4", provider="direct", key="film", **facts):
        return Link(provider=provider, key=key, url=url, **facts)

    return make


@pytest.fixture
def partial(tmp_path):
    return tmp_path / "cloud" / "film.part"


@pytest.fixture
def get(network, settings, link, partial):
    """One call of `fetch`: by default of a plain link."""

    def run(found=None, *, names=None, table="", **keywords):
        return fetch(found or link(), partial, settings(table), network=network(names), **keywords)

    return run
