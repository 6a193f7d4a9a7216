"""The table `[cloud]`: whose links are fetched, from which hosts, within which bounds."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from ingest.config.base import Table
from ingest.config.values import Span, Wrong, shown

REHEARSAL_VARIABLE = "KEPU_CLOUD_REHEARSAL"
"""Must name the rehearsal's server again, or a config with `[cloud.rehearsal]` is refused."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PATTERN = re.compile(rf"(?:\*\.)?(?:{_LABEL}\.)+[a-z][a-z0-9-]*[a-z0-9]")
_WIDE = re.compile(r"\*\.(?:com|net|org|gov|edu|ac|mil)\.cn")


def _host_pattern(value: str) -> str:
    """A host name, or "*." and what lies above: never an address, a bare top level or anything with a port."""
    if not _PATTERN.fullmatch(value):
        raise Wrong(f"{shown(value)} 不是主机名", '请写成 "files.example.cn" 或 "*.example.cn"，小写，不带端口和路径')
    if _WIDE.fullmatch(value):
        raise Wrong(f"{shown(value)} 范围太大", '请写到具体的单位，例如 "*.example.cn"')
    return value


def _loopback(value: str) -> str:
    host, _, port = value.rpartition(":")
    try:
        good = ipaddress.ip_address(host.strip("[]")).is_loopback and 0 < int(port) < 65_536
    except ValueError:
        good = False
    if not good:
        raise Wrong(f"{shown(value)} 不是本机地址", '演习服务器只能在本机，请写成 "127.0.0.1:8443" 的样子')
    return value


HostPattern = Annotated[str, AfterValidator(_host_pattern)]
"""Hosts: one name, or all names below one ("*.example.cn")."""
Loopback = Annotated[str, AfterValidator(_loopback)]
"""An address of this machine with its port."""


class CloudProviders(Table):
    """Whose links are fetched by the program; what is off is left to people. Those off by default are untried."""

    netease: bool = True
    qq: bool = True
    direct: bool = True
    netease_dashi: bool = Field(default=False, alias="netease-dashi")
    netease_enterprise: bool = Field(default=False, alias="netease-enterprise")
    sina: bool = False
    tianyi: bool = Field(default=False, alias="189")

    def on(self, provider: str) -> bool | None:
        """Whether it is switched on; None if the program has no way to fetch from it at all."""
        for name, field in type(self).model_fields.items():
            if provider == (field.alias or name):
                return bool(getattr(self, name))
        return None


class CloudHosts(Table):
    """Hosts allowed beside those the program knows, by provider; `direct` has no others."""

    netease: tuple[HostPattern, ...] = ()
    qq: tuple[HostPattern, ...] = ()
    direct: tuple[HostPattern, ...] = ()
    netease_dashi: tuple[HostPattern, ...] = Field(default=(), alias="netease-dashi")
    netease_enterprise: tuple[HostPattern, ...] = Field(default=(), alias="netease-enterprise")
    sina: tuple[HostPattern, ...] = ()
    tianyi: tuple[HostPattern, ...] = Field(default=(), alias="189")

    def of(self, provider: str) -> tuple[str, ...]:
        """Those of a provider, none for one that is not known."""
        for name, field in type(self).model_fields.items():
            if provider == (field.alias or name):
                return tuple(getattr(self, name))
        return ()


class Rehearsal(Table):
    """For tests and the demo: every connection goes to one server of this machine, trusted by one certificate alone.

    Left on by accident it can fetch nothing real, and a config that has it is refused unless the environment names
    the same server (`REHEARSAL_VARIABLE`).
    """

    server: Loopback
    ca: Path


class CloudTable(Table):
    """Bounds of fetching from links. Bytes, spans; `min_bytes_per_s` over half a minute, below that a try ends.

    per_host: connections to one host at a time; at_once: links at a time.
    """

    on: bool = True
    max_file_bytes: int = Field(default=4_294_967_296, gt=0)
    per_host: int = Field(default=2, ge=1, le=8)
    at_once: int = Field(default=4, ge=1, le=16)
    connect_timeout: Span
    read_timeout: Span
    min_bytes_per_s: int = Field(default=10_000, ge=0)
    providers: CloudProviders = Field(default_factory=CloudProviders)
    hosts: CloudHosts = Field(default_factory=CloudHosts)
    rehearsal: Rehearsal | None = Field(default=None, repr=False)  # another port is no news to the reports
