"""A real Postfix of our own on loopback, which delivers into the Maildirs of the Dovecot beside it. Needs root."""

import os
import pwd
import shutil
import socket
import subprocess
import time

MAIN = """\
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {root}/log/postfix.log
maillog_file_prefixes = {root}
myhostname = mx.example.cn
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = static:here
virtual_mailbox_base = {mail}
virtual_mailbox_maps = texthash:{root}/boxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
virtual_transport = virtual
default_transport = error:nothing leaves this machine
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = permit_mynetworks, reject
message_size_limit = 50000000
mailbox_size_limit = 0
virtual_mailbox_limit = 0
"""

MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
showq unix n - n - - showq
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """A running server. `url` is what a config says; whoever has a box in Dovecot can be written to after `knows`."""

    def __init__(self, root, dovecot):
        self.root, self.dovecot, self.port = root, dovecot, _free_port()
        self._write()
        subprocess.run(["postfix", "-c", self._etc, "start"], check=True, capture_output=True, env=_clean())
        self._wait_until_up()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def _etc(self):
        return str(self.root / "etc")

    def knows(self, *users):
        """These accounts of Dovecot's have a box here too. It takes two seconds: once for all."""
        with (self.root / "boxes").open("a") as file:
            file.writelines(f"{user.name} {user.name}/\n" for user in users)
        subprocess.run(["postfix", "-c", self._etc, "reload"], check=True, capture_output=True, env=_clean())

    def settle(self):
        """Wait until the queue is empty."""
        for _ in range(200):
            said = subprocess.run(["postqueue", "-c", self._etc, "-j"], capture_output=True, text=True, env=_clean())
            if said.returncode == 0 and not said.stdout.strip():
                return
            time.sleep(0.05)
        raise RuntimeError(f"mail stays in the queue: {self.log()}")

    def log(self):
        path = self.root / "log" / "postfix.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def stop(self):
        """End it with all its processes."""
        subprocess.run(["postfix", "-c", self._etc, "stop"], capture_output=True, env=_clean(), check=False)

    def _write(self):
        owner = pwd.getpwnam("postfix")
        for name in ("etc", "queue", "data", "log"):
            (self.root / name).mkdir(mode=0o755)
        os.chown(self.root / "data", owner.pw_uid, owner.pw_gid)
        (self.root / "boxes").touch()
        values = {
            "root": self.root,
            "mail": self.dovecot.root / "mail",
            "uid": self.dovecot.uid,
            "gid": self.dovecot.gid,
        }
        (self.root / "etc" / "main.cf").write_text(MAIN.format(**values))
        (self.root / "etc" / "master.cf").write_text(MASTER.format(port=self.port))

    def _wait_until_up(self):
        for _ in range(200):
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                    if connection.recv(3) == b"220":
                        return
            except OSError:
                pass
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"postfix does not answer: {self.log()}")


def program():
    """Where Postfix is, None if it is not installed."""
    return shutil.which("postfix", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def _free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _clean():
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C"}
