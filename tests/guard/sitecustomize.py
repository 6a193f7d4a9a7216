"""The guard around the network: in the tests' own process, and by being on PYTHONPATH in every Python they start.

Whatever connects, sends or looks a name up beyond this machine is stopped there and written to a report, which fails
the test even if the tested code caught what stopped it. Programs that are no Python are not seen.
"""

import ipaddress
import os
import pathlib
import socket

REPORT = "NETWORK_GUARD_REPORT"
"""Names the file of the report in the environment."""


class OutsideError(BaseException):
    """Not to be caught by what is tested."""


def is_local(host):
    """Whether a host is this machine."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost", socket.gethostname()):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def install(patch, stop):
    """Put the guard in. patch: sets an attribute; stop: called with what was tried, and raises."""
    for name, where in {"connect": 0, "connect_ex": 0, "sendto": -1, "sendmsg": 3}.items():
        patch(socket.socket, name, _guarded_call(getattr(socket.socket, name), where, stop))
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo"):
        patch(socket, name, _guarded_lookup(getattr(socket, name), stop))


def report(text):
    """Write it down for the test that runs."""
    with pathlib.Path(os.environ[REPORT]).open("a", encoding="utf-8") as file:
        file.write(text + "\n")


def _guarded_call(original, where, stop):
    def guarded(self, *args):
        address = args[where] if where < len(args) else None
        if self.family != socket.AF_UNIX and isinstance(address, tuple) and not is_local(address[0]):
            stop(f"a test reached for the network: {address!r}")
        return original(self, *args)

    return guarded


def _guarded_lookup(original, stop):
    def guarded(host, *args, **kwargs):
        name = host[0] if isinstance(host, tuple) else host
        if not is_local(name) and not _is_number(name):
            stop(f"a test looked a name up: {name!r}")
        return original(host, *args, **kwargs)

    return guarded


def _is_number(host):
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _stop(text):
    report(text)
    raise OutsideError(text)


if __name__ == "sitecustomize" and os.environ.get(REPORT):
    install(setattr, _stop)
