"""Logging in to an IMAP server: address, encryption, LOGIN, ID, and what its refusals mean to a person."""

from __future__ import annotations

import imaplib
import ipaddress
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, IMAPClientAbortError, IMAPClientError

from ingest.config import Mailbox
from ingest.errors import ConfigError, UnreachableError
from ingest.sources.imap_pace import Pace, PassingError, is_passing
from ingest.sources.imap_wire import Wire

NETEASE = frozenset({"163.com", "126.com", "yeah.net", "vip.163.com", "vip.126.com", "188.com"})
"""Domains of addresses whose server is imap.DOMAIN; the domain itself answers no IMAP."""

_AUTHORISATION = (
    "请登录网页邮箱，确认已开启 IMAP/SMTP 服务，并使用“客户端授权码”（不是网页登录密码）；授权码可能已过期或被删除，"
    "可重新生成后更新程序读取的密码。为避免账号被锁定，本次运行不再重试登录。"
)


@dataclass(frozen=True)
class Session:
    """A connection that is logged in: the library for its commands, the wire for all that is read."""

    client: IMAPClient
    wire: Wire


@dataclass(frozen=True)
class Address:
    """Where a server is, and how the connection is protected: tls from the start, starttls, or not at all (plain)."""

    host: str
    port: int
    security: str

    def __str__(self) -> str:
        """host:port, as people write it."""
        return f"{self.host}:{self.port}"


def address_of(mailbox: Mailbox) -> Address:
    """The server of an imaps:// or imap:// url; plain only on loopback. ConfigError if the url names no host.

    Where the url names a NetEase domain, as addresses do, its server is meant: imaps://163.com is imap.163.com.
    """
    try:
        parts = urlsplit(mailbox.url)
        scheme, host, port = parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        scheme, host, port = "", "", None
    if not host:
        raise ConfigError(
            f"邮箱 {mailbox.name} 的 url 无法识别",
            why=f"url = {mailbox.url!r}",
            mend="请在 config.toml 的 [[mailboxes]] 中把 url 写成 imaps://imap.163.com:993 的样子。",
        )
    host = f"imap.{host}" if host in NETEASE else host
    if scheme == "imaps":
        return Address(host, port or 993, "tls")
    return Address(host, port or 143, "plain" if is_loopback(host) else "starttls")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine for certain: by its number, or the name localhost."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def log_in(mailbox: Mailbox, address: Address, password: Callable[[], str], pace: Pace) -> Session:
    """A connection that is logged in and has named itself. UnreachableError, lasting if trying again would not help.

    password: called before anything is connected. PassingError if the server was busy or hung up.
    """
    secret = password()
    user = mailbox.login
    if not (secret + user).isascii() or not (secret + user).isprintable():
        raise _refused(mailbox, "用户名或授权码中含有不能使用的字符")
    client = _connect(mailbox, address, pace)
    wire = Wire(client._imap.sock)
    wire.install(client._imap)
    wire.allow(pace.answer)
    try:
        with talking(mailbox, address):
            _authenticate(mailbox, client, user, secret)
            _identify(client, mailbox.identity)
    except BaseException:
        cut_off(client)
        raise
    return Session(client, wire)


def hang_up(client: IMAPClient, within: float) -> None:
    """End a connection whatever state it is in, waiting so many seconds for the goodbye. Never raises."""
    try:
        client._imap.sock.settimeout(within)
        client.logout()
    except (IMAPClientError, OSError, ValueError):
        cut_off(client)


def cut_off(client: IMAPClient) -> None:
    """Close a connection without another word to the server, which may not be listening. Never raises."""
    with suppress(OSError, ValueError):  # it was closed already, which is what was wanted
        client.shutdown()


@contextmanager
def talking(mailbox: Mailbox, address: Address) -> Iterator[None]:
    """Turn a connection that breaks, stalls or says goodbye into the operator's error. Refusals pass through."""
    try:
        yield
    except (IMAPClientAbortError, OSError) as error:
        raise PassingError(
            f"与邮箱 {mailbox.name} 的服务器 {address} 的连接中断",
            why=said(error),
            mend="请检查网络；已收到的邮件不受影响，下次运行会从中断处继续。",
            mailbox=mailbox.name,
        ) from error


def said(error: BaseException) -> str:
    """What a server or the system said, on one line and not too long."""
    return "".join(c if c.isprintable() else " " for c in str(error))[:200]


def _connect(mailbox: Mailbox, address: Address, pace: Pace) -> IMAPClient:
    tls = address.security == "tls"
    timeout = SocketTimeout(connect=pace.connect, read=pace.read)
    try:
        context = None if address.security == "plain" else ssl.create_default_context()  # knows SSL_CERT_FILE
        client = IMAPClient(address.host, address.port, ssl=tls, ssl_context=context if tls else None, timeout=timeout)
        client._imap.debug = 0  # imapclient sets 5, which formats every literal twice for a log nobody reads
        if address.security == "starttls":
            try:
                client.starttls(context)
            except BaseException:
                cut_off(client)
                raise
    except ssl.SSLError as error:
        raise _untrusted(mailbox, address, error) from error
    except (IMAPClientError, OSError) as error:
        raise _unreachable(mailbox, address, error) from error
    return client


def _authenticate(mailbox: Mailbox, client: IMAPClient, user: str, secret: str) -> None:
    try:
        client.login(user, secret)
    except IMAPClientError as error:
        if isinstance(error.__context__, IMAPClientAbortError):  # imapclient calls a broken connection a refusal, too
            raise error.__context__ from None
        if is_passing(str(error)):
            raise PassingError(
                f"邮箱 {mailbox.name} 的服务器暂时不允许登录",
                why=said(error),
                mend="服务器繁忙或连接过多，一般稍后会自行恢复；程序下次运行时会再试。",
                mailbox=mailbox.name,
            ) from error
        raise _refused(mailbox, said(error)) from error


def _identify(client: IMAPClient, identity: Mapping[str, str]) -> None:
    """Send ID whether or not the server lists it: NetEase refuses every folder to a client that has not.

    A server that does not know the command says so, and that is all.
    """
    fields = {"name": "kepu-intake", "version": _version(), "vendor": "kepu-intake", **identity}
    quoted = " ".join(_quoted(text) for pair in fields.items() for text in pair)
    try:
        client._imap.xatom("ID", f"({quoted})")
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        return


def _quoted(text: str) -> str:
    plain = "".join(c if c.isprintable() else " " for c in text).encode("ascii", "replace").decode()
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _version() -> str:
    try:
        return version("kepu-intake")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "0"


def _refused(mailbox: Mailbox, why: str) -> UnreachableError:
    return UnreachableError(
        f"邮箱 {mailbox.name} 登录被拒绝", why=why, mend=_AUTHORISATION, mailbox=mailbox.name, lasting=True
    )


def _unreachable(mailbox: Mailbox, address: Address, error: Exception) -> UnreachableError:
    lasting = isinstance(error, CapabilityError)
    hung_up = isinstance(error, (IMAPClientError, ConnectionResetError, BrokenPipeError)) and not lasting
    mend = (
        "该服务器不支持加密（STARTTLS），程序不会在网络上明文传送密码；请改用 imaps:// 的地址。"
        if lasting
        else "请检查网络、服务器地址和端口（config.toml 中的 url）；程序下次运行时会再试。"
    )
    what = f"无法连接邮箱 {mailbox.name} 的服务器 {address}"
    kind = PassingError if hung_up else UnreachableError
    return kind(what, why=said(error), mend=mend, mailbox=mailbox.name, lasting=lasting)


def _untrusted(mailbox: Mailbox, address: Address, error: ssl.SSLError) -> UnreachableError:
    lasting = isinstance(error, ssl.SSLCertVerificationError)
    return UnreachableError(
        f"邮箱 {mailbox.name} 的服务器 {address} 的安全证书无法验证" if lasting else f"与 {address} 的加密连接失败",
        why=said(error),
        mend="请核对 url 中的主机名和端口，以及本机日期时间；若服务器使用单位自己签发的证书，请把签发机构的证书文件"
        "写入环境变量 SSL_CERT_FILE。程序不会跳过证书验证。",
        mailbox=mailbox.name,
        lasting=lasting,
    )
