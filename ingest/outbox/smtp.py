"""One account's connection to its SMTP server, used for letter after letter, and what came of each letter.

A letter is not sent before its row says so: the caller's `commit` runs after the server has agreed to take it and
before its first byte goes out. What breaks before that moment has surely not been sent.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Self
from urllib.parse import urlsplit

from ingest.outbox.answers import Fate, Verb, Verdict, verdict

CONNECT_S = 20.0
ANSWER_S = 60.0
BODY_S = 300.0
"""Seconds to connect, for an answer, and for the answer to a whole letter (a server may scan it first)."""

_HELLO = "localhost.localdomain"
"""What this machine is called is nobody's business, and asking DNS for it may take long."""

_MOST = 300


@dataclass(frozen=True)
class Account:
    """An account that sends. address: the From; login: the name it logs in with. url: smtps://host:465 or smtp://…

    plain: the server is on this machine, so that nothing need be encrypted, nor logged in to if it does not ask.
    """

    address: str
    login: str
    url: str
    plain: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of one letter. unknown: the letter went out and nobody said whether it was taken. said: the server."""

    verdict: Verdict
    said: str = ""
    unknown: bool = False


class Refusal(Exception):
    """A server said no, or nothing more."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.said)
        self.outcome = outcome


class Post:
    """A connection of one account, opened with the first letter. A context manager. Not for two threads."""

    def __init__(self, account: Account, password: Callable[[], str], *, connect_s: float = CONNECT_S) -> None:
        """Nothing is connected yet. password: called before the first login."""
        self.account = account
        self._password = password
        self._connect_s = connect_s
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Say goodbye."""
        self.close()

    def open(self) -> Outcome:
        """Connect and log in, if that is not done. SENT means that it is."""
        try:
            self._opened()
        except Refusal as refusal:
            return refusal.outcome
        return Outcome(Verdict(Fate.SENT, ""))

    def deliver(self, mail: EmailMessage, to: str, commit: Callable[[], None]) -> Outcome:
        """One letter to one address. commit: called once, when the server waits for the letter's bytes."""
        try:
            smtp = self._opened()
            self._ask(smtp, "mail", f"MAIL FROM:<{self.account.address}>")
            self._ask(smtp, "rcpt", f"RCPT TO:<{to}>")
            self._ask(smtp, "data", "DATA")
        except Refusal as refusal:
            self._after(refusal.outcome)
            return refusal.outcome
        return self._hand_over(smtp, mail, commit)

    def close(self) -> None:
        """Say goodbye, if there is a connection. Never raises."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                _patience(smtp, ANSWER_S / 10)
                smtp.quit()
            smtp.close()

    def _hand_over(self, smtp: smtplib.SMTP, mail: EmailMessage, commit: Callable[[], None]) -> Outcome:
        try:
            commit()
        except BaseException:
            self._cut_off()  # the server waits for bytes that will not come
            raise
        try:
            _patience(smtp, BODY_S)
            smtp.send(_dotted(mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))))
            code, said = smtp.getreply()
        except (smtplib.SMTPException, OSError, ValueError) as error:
            self._cut_off()
            why = "信已发出，但没有等到服务器的答复，不知道是否送达"
            return Outcome(Verdict(Fate.PAUSE, why), _line(str(error)), unknown=True)
        outcome = Outcome(verdict("body", code, _text(said)), _line(f"{code} {_text(said)}"))
        self._after(outcome)
        return outcome

    def _opened(self) -> smtplib.SMTP:
        if self._smtp is None:
            self._smtp = self._logged_in()
        return self._smtp

    def _logged_in(self) -> smtplib.SMTP:
        parts = urlsplit(self.account.url)
        host, tls = parts.hostname or "", parts.scheme == "smtps"
        smtp = _server(tls, self._connect_s)
        smtp._host = host  # type: ignore[attr-defined]  # the name its certificate must bear; else the constructor's
        try:
            self._talk(lambda: smtp.connect(host, parts.port or (465 if tls else 587)), "connect")
            _patience(smtp, ANSWER_S)
            self._talk(lambda: smtp.ehlo(_HELLO), "ehlo")
            self._protect(smtp)
            if not self.account.plain or smtp.has_extn("auth"):
                secret = self._password()
                self._talk(lambda: _login(smtp, self.account.login, secret), "login")
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _protect(self, smtp: smtplib.SMTP) -> None:
        """STARTTLS where the connection is not encrypted; without it no password and no letter goes out."""
        if isinstance(smtp, smtplib.SMTP_SSL) or self.account.plain:
            return
        if not smtp.has_extn("starttls"):
            said = "server offers no STARTTLS"
            why = "发信服务器不支持加密连接，没有登录"
            raise Refusal(Outcome(Verdict(Fate.STOP, why, lost=True, alert=True), said))
        self._talk(lambda: smtp.starttls(context=ssl.create_default_context()), "ehlo")
        self._talk(lambda: smtp.ehlo(_HELLO), "ehlo")

    def _ask(self, smtp: smtplib.SMTP, verb: Verb, command: str) -> None:
        self._talk(lambda: smtp.docmd(command), verb)

    def _talk(self, ask: Callable[[], tuple[int, bytes]], verb: Verb) -> None:
        """One question. Refusal for a no, and for a connection that broke: then nothing was sent."""
        try:
            code, said = ask()
        except smtplib.SMTPResponseException as error:
            code, said = error.smtp_code, _bytes(error.smtp_error)
        except smtplib.SMTPNotSupportedError as error:
            raise Refusal(Outcome(verdict("login", 535, str(error)), _line(str(error)))) from error
        except (smtplib.SMTPException, OSError, ValueError) as error:
            self._cut_off()
            raise Refusal(Outcome(_broken(verb, error), _line(str(error)))) from error
        if not 200 <= code < 400:
            raise Refusal(Outcome(verdict(verb, code, _text(said)), _line(f"{code} {_text(said)}")))

    def _after(self, outcome: Outcome) -> None:
        """The next letter begins anew, on this connection where the letter alone was refused, else on another."""
        if self._smtp is None or outcome.verdict.fate is Fate.SENT:
            return
        if outcome.verdict.fate in (Fate.LATER, Fate.REFUSED):
            with suppress(smtplib.SMTPException, OSError):
                if self._smtp.rset()[0] == 250:
                    return
        self._cut_off()

    def _cut_off(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def _server(tls: bool, connect_s: float) -> smtplib.SMTP:
    if tls:
        return smtplib.SMTP_SSL(timeout=connect_s, context=ssl.create_default_context(), local_hostname=_HELLO)
    return smtplib.SMTP(timeout=connect_s, local_hostname=_HELLO)


def _login(smtp: smtplib.SMTP, user: str, password: str) -> tuple[int, bytes]:
    """Once, in one way: the library's own `login` tries all ways there are, and accounts are locked for less."""
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    smtp.user, smtp.password = user, password  # where its authenticators look
    if "PLAIN" in offered or "LOGIN" not in offered:
        return smtp.auth("PLAIN", smtp.auth_plain)
    return smtp.auth("LOGIN", smtp.auth_login)


def _patience(smtp: smtplib.SMTP, seconds: float) -> None:
    if smtp.sock is not None:
        smtp.sock.settimeout(seconds)


def _dotted(data: bytes) -> bytes:
    """A letter as DATA wants it: lines that begin with a dot have another, and a dot alone ends it."""
    body = data.replace(b"\r\n.", b"\r\n..")
    body = b"." + body if body.startswith(b".") else body
    return body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _broken(verb: Verb, error: Exception) -> Verdict:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Verdict(Fate.STOP, "发信服务器的证书核对不上，没有登录", lost=True, alert=True)
    why = "连接不上发信服务器" if verb == "connect" else "与发信服务器的连接中断"
    return Verdict(Fate.PAUSE, f"{why}，稍后再试；尚未发出，不会重复", lost=True)


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode()


def _text(said: bytes) -> str:
    return said.decode("utf-8", "replace")


def _line(said: str) -> str:
    """What a server said, on one line and not too long."""
    return "".join(c if c.isprintable() else " " for c in said)[:_MOST]
