"""A real Dovecot of our own on loopback ports, without root if need be."""

import contextlib
import getpass
import grp
import imaplib
import os
import pwd
import re
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

MAIL_USER = "nobody"
CONFIG = """\
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{root}/cert.pem
ssl_key = <{root}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{root}/mail/%u
mail_max_userip_connections = 50
namespace inbox {{
  inbox = yes
  mailbox 可疑来信 {{
    special_use = \\Junk
  }}
}}
imap_id_log = *
rawlog_dir = {root}/raw/%u
{identities}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {root}/passwd/%u
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/mail/%u
}}
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service imap {{
  service_count = 100
  process_min_avail = 1
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True)
class DovecotUser:
    """An account. `maildir` is where its mail lies."""

    name: str
    password: str
    maildir: Path


class Dovecot:
    """A running server with a folder of its own. `port` speaks plain IMAP and STARTTLS, `tls_port` IMAP in TLS."""

    host = "127.0.0.1"

    def __init__(self, root, program):
        self.root = root
        self.program = program
        self.port, self.tls_port = _free_ports(2)
        self.certificate = root / "cert.pem"
        owner = pwd.getpwnam(MAIL_USER) if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.uid, self.gid = owner.pw_uid, owner.pw_gid
        self._configure()
        self._child = subprocess.Popen(
            [program, "-c", str(root / "dovecot.conf"), "-F"],
            env={"PATH": os.environ.get("PATH", ""), "TZ": "CST-8"},  # INTERNALDATE in +0800, as NetEase writes it
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        self._wait_until_up()

    def make_user(self, name):
        """A new account with an empty inbox."""
        password = f"secret of {name}"
        # a file of its own: Dovecot looks at a file it knows once a second at the most
        (self.root / "passwd" / name).write_text(f"{name}:{{PLAIN}}{password}\n")
        maildir = self.root / "mail" / name
        maildir.mkdir()
        os.chown(maildir, self.uid, self.gid)
        return DovecotUser(name, password, maildir)

    def url(self, *, tls=False):
        """What a config says."""
        return f"imaps://{self.host}:{self.tls_port}" if tls else f"imap://{self.host}:{self.port}"

    def deliver(self, user, raw, received_at, folder="INBOX"):
        """APPEND a mail (CRLF, since the server makes it so) with that INTERNALDATE. Returns its UID."""
        with self._client(user) as client:
            if folder != "INBOX":
                client.create(_wire(folder))
            date = received_at.strftime('"%d-%b-%Y %H:%M:%S %z"')
            answer = _checked(client.append(_wire(folder), None, date, raw))
        return int(re.search(rb"APPENDUID \d+ (\d+)", answer)[1])

    def expunge(self, user, uid, folder="INBOX"):
        """Remove a mail for good, from another connection."""
        with self._client(user) as client:
            _checked(client.select(_wire(folder)))
            _checked(client.uid("STORE", str(uid), "+FLAGS", r"(\Deleted)"))
            _checked(client.expunge())

    def flags(self, user, folder="INBOX"):
        """Flags of all mails, as the server keeps them, without \\Recent (a matter of sessions)."""
        with self._client(user) as client:
            _checked(client.select(_wire(folder), readonly=True))
            _, lines = client.uid("FETCH", "1:*", "(FLAGS)")
        return [re.sub(rb"\\Recent ?", b"", line) for line in lines if line]

    def rebuild(self, user):
        """The inbox under a new UIDVALIDITY with new UIDs, as after a restore."""
        listed = user.maildir / "dovecot-uidlist"
        validity = int(re.search(r" V(\d+)", listed.read_text().splitlines()[0])[1])
        for path in user.maildir.glob("dovecot.index*"):
            path.unlink()
        listed.write_text(f"3 V{validity + 7} N1 G{os.urandom(16).hex()}\n")
        os.chown(listed, self.uid, self.gid)

    def kick(self, user):
        """Cut all connections of that account."""
        doveadm = Path(self.program).resolve().parent / "doveadm"
        doveadm = doveadm if doveadm.exists() else shutil.which("doveadm")
        subprocess.run([doveadm, "-c", self.root / "dovecot.conf", "kick", user.name], check=True, capture_output=True)

    def record(self, user):
        """From now on keep what this account's clients send after login. Returns the folder of the recordings."""
        folder = self.root / "raw" / user.name
        folder.mkdir(parents=True)
        os.chown(folder, self.uid, self.gid)
        return folder

    def log(self):
        """What the server has logged so far."""
        return (self.root / "dovecot.log").read_text(errors="replace")

    def stop(self):
        """End it with all its processes."""
        self._child.terminate()
        try:
            self._child.wait(10)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait(10)
        self._child.stderr.close()

    def _configure(self):
        for name in ("mail", "passwd", "raw", "run", "state"):
            (self.root / name).mkdir(mode=0o755)
        os.chown(self.root / "mail", self.uid, self.gid)
        _make_certificate(self.root)
        me, group = getpass.getuser(), grp.getgrgid(os.getegid()).gr_name
        ours = f"default_login_user = {me}\ndefault_internal_user = {me}\ndefault_internal_group = {group}"
        (self.root / "dovecot.conf").write_text(
            CONFIG.format(
                root=self.root,
                port=self.port,
                tls_port=self.tls_port,
                uid=self.uid,
                gid=self.gid,
                identities="" if os.geteuid() == 0 else ours,
            )
        )

    def _wait_until_up(self):
        for _ in range(200):
            if self._child.poll() is not None:
                raise RuntimeError(f"dovecot did not start: {self._child.stderr.read().decode()}")
            with (
                contextlib.suppress(OSError),
                socket.create_connection((self.host, self.port), timeout=5) as connection,
            ):
                if connection.recv(4) == b"* OK":
                    return
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"dovecot does not answer: {self.log()}")

    @contextlib.contextmanager
    def _client(self, user):
        with imaplib.IMAP4(self.host, self.port, timeout=20) as client:
            client.login(user.name, user.password)
            yield client


def _checked(answer):
    kind, lines = answer
    assert kind == "OK", lines
    return lines[0]


def _wire(folder):
    """A folder's name in modified UTF-7, by the standard library's UTF-7: the tested code uses another."""
    wire = "".join(
        run if run.isascii() else "&" + run.encode("utf-7").decode()[1:-1].replace("/", ",") + "-"
        for run in re.findall(r"[\x00-\x7f]+|[^\x00-\x7f]+", folder)
    )
    return f'"{wire}"'


def _free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _make_certificate(folder):
    """A certificate that is its own authority, for 127.0.0.1 and localhost."""
    request = "req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost"
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(["openssl", *request.split(), "-addext", names, *files], check=True, capture_output=True)
