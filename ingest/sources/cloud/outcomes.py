"""What becomes of one try at a link, as values; and the two ways in which code below the face gives up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

WAITING_REASONS: dict[str, str] = {
    "cut": "下载中途断开，已收到的部分保留，稍后接着下",
    "unreachable": "暂时连不上对方服务器，稍后再试",
    "slow": "对方服务器传得太慢，已收到的部分保留，稍后接着下",
    "busy": "对方服务器要求稍后再来",
    "server-trouble": "对方服务器出错，稍后再试",
    "out-of-time": "这一批的时间用完了，下一批接着下",
    "stopped": "程序被要求停止，下次运行接着下",
    "changed": "两次下载之间文件或回应变了，已从头再来",
}
"""Reasons a link is tried again by itself, and the sentence a staff member understands."""

MANUAL_REASONS: dict[str, str] = {
    "unknown-provider": "程序不会从这一家下载，请打开链接，由人下载",
    "switched-off": "这一家的自动下载没有打开（config.toml 的 [cloud]），请由人下载",
    "login": "对方要求登录，请由人登录后下载",
    "captcha": "对方要求输入验证码，请由人下载",
    "quota": "对方说下载次数或流量已到上限，请过些时候由人下载",
    "expired": "链接已过期，文件取不到了，需要请投稿人重新发送",
    "deleted": "文件已被删除，需要请投稿人重新发送",
    "wrong-code": "链接不完整，或提取码不对，需要请投稿人核对后重发",
    "html-instead": "对方给的是一个网页，不是文件，请打开链接看看，由人下载",
    "not-understood": "对方的回答程序看不懂，请打开链接，由人下载",
    "refused": "对方服务器拒绝下载，请打开链接，由人下载",
    "too-large": "文件超过允许下载的大小，请由人下载",
    "empty": "对方给的文件是空的（0 字节），请打开链接核对",
    "no-length": "对方没有说明文件有多大，无法确认是否下载完整，请由人下载",
    "wrong-size": "下载到的大小与对方说明的不符，请由人下载核对",
    "wrong-digest": "下载到的内容与对方给的校验值不符，请由人下载核对",
    "refused-url": "链接的写法不安全（协议、端口或其中带有账户），没有打开，请由人核对",
    "refused-host": "链接指向不在允许名单里的主机，没有打开，请由人核对",
    "refused-address": "链接指向内部网络或本机的地址，没有打开，请交技术人员核对",
    "too-many-redirects": "链接跳转次数太多，没有下载，请由人核对",
    "bad-certificate": "对方服务器的证书不对，没有下载，请交技术人员核对",
}
"""Reasons a link is left to a person, and the sentence a staff member understands."""

SENDERS_TURN = frozenset({"expired", "deleted", "wrong-code"})
"""Reasons that only the sender can mend."""

RETRY_AFTER_S: dict[str, int] = {
    "cut": 60,
    "unreachable": 300,
    "slow": 600,
    "busy": 900,
    "server-trouble": 600,
    "out-of-time": 0,
    "stopped": 0,
    "changed": 60,
}
"""The least time before another try, where the server did not say."""


@dataclass(frozen=True)
class Fetched:
    """The whole file lies at `path`, synced: its size in bytes and sha256, its name, and the host that gave it.

    name: cleaned, never a path; "" if nobody said. Hand the file to `Store.adopt`, then call `forget(path)`.
    """

    path: Path
    size: int
    sha256: str
    name: str
    host: str


@dataclass(frozen=True)
class Waiting:
    """Not yet, and another try may do it. reason: a key of WAITING_REASONS; retry_after_s: not before.

    bytes_so_far lie in the partial file and are not fetched again where the server resumes; total: of all, if known.
    detail: for the log.
    """

    reason: str
    retry_after_s: int
    bytes_so_far: int = 0
    total: int | None = None
    detail: str = ""

    @property
    def sentence(self) -> str:
        """What staff read."""
        return WAITING_REASONS[self.reason]


@dataclass(frozen=True)
class Manual:
    """Not by the program. reason: a key of MANUAL_REASONS; detail: for the log, never a secret."""

    reason: str
    detail: str = ""

    @property
    def sentence(self) -> str:
        """What staff read."""
        return MANUAL_REASONS[self.reason]

    @property
    def senders_turn(self) -> bool:
        """Whether only the sender can mend it."""
        return self.reason in SENDERS_TURN


Outcome = Fetched | Waiting | Manual


class NotNow(Exception):
    """Give up this try: reason and retry_after_s as in `Waiting`."""

    def __init__(self, reason: str, detail: str = "", *, retry_after_s: int | None = None) -> None:
        super().__init__(f"{reason} {detail}")
        self.reason, self.detail = reason, detail[:300]
        self.retry_after_s = RETRY_AFTER_S[reason] if retry_after_s is None else retry_after_s


class Never(Exception):
    """Leave it to a person: reason and detail as in `Manual`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason} {detail}")
        self.reason, self.detail = reason, detail[:300]
