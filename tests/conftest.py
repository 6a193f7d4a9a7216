"""What all tests share: hypothesis profiles, a guard around the network, real servers on loopback."""

import importlib.util
import ipaddress
import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("dev", deadline=None)
settings.register_profile(
    "ci", deadline=None, database=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))


# --- no network but loopback -------------------------------------------------------------------------------------


def _is_local(host):
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost", socket.gethostname()):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _is_number(host):
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _guarded_call(original, address_of):
    def guarded(self, *args):
        address = address_of(args)
        if self.family != socket.AF_UNIX and address is not None and not _is_local(address[0]):
            pytest.fail(f"a test reached for the network: {address!r}")
        return original(self, *args)

    return guarded


def _guarded_lookup(original):
    def guarded(host, *args, **kwargs):
        if not _is_local(host) and not _is_number(host):
            pytest.fail(f"a test looked a name up: {host!r}")
        return original(host, *args, **kwargs)

    return guarded


@pytest.fixture(scope="session", autouse=True)
def loopback_only():
    """A test that connects, sends or looks a name up beyond this machine fails, whatever the tested code catches."""
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, _guarded_call(getattr(socket.socket, name), lambda args: args[0]))
    patch.setattr(socket.socket, "sendto", _guarded_call(socket.socket.sendto, lambda args: args[-1]))
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr"):
        patch.setattr(socket, name, _guarded_lookup(getattr(socket, name)))
    yield
    patch.undo()


# --- real servers ------------------------------------------------------------------------------------------------


def _servers(name):
    """A module beside this one, by its place: what lies under tests cannot be imported by name."""
    path = Path(__file__).parent / "servers" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"kepu_tests_{name}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def dovecot():
    """A Dovecot on loopback ports of its own, for the whole session; each test makes its own user."""
    program = shutil.which(
        "dovecot", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    )
    if program is None:
        pytest.fail("these tests need Dovecot: apt-get install dovecot-imapd")
    root = Path(tempfile.mkdtemp(prefix="kepu-imap-"))  # short, for socket names; open to the server's own users
    root.chmod(0o755)
    try:
        server = _servers("dovecot").Dovecot(root, program)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="session")
def clamds():
    """The module of the clamd for tests, with the bytes its signatures know."""
    return _servers("clamd")


@pytest.fixture(scope="session")
def clamd(clamds):
    """A clamd on a Unix socket of its own, for the whole session. Who stops it starts it again."""
    program = clamds.program()
    if program is None:
        pytest.fail("these tests need clamd: apt-get install clamav-daemon")
    root = Path(tempfile.mkdtemp(prefix="kepu-clamd-"))  # short, for the socket's name
    try:
        server = clamds.Clamd(root, program)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def clamd_proxy(clamd, clamds):
    """A proxy before that clamd: honest until its attributes say otherwise."""
    server = clamds.ClamdProxy(clamd)
    yield server
    server.close()


@pytest.fixture(scope="session")
def clouds():
    """The module of the server that is every provider of files behind links."""
    return _servers("cloud")


@pytest.fixture(scope="session")
def proxies():
    """The module of the scripted proxy, for those who need one of another lifetime than `proxy` has."""
    return _servers("proxy")


@pytest.fixture
def proxy(dovecot, proxies):
    """A scripted proxy in front of that Dovecot: honest until `proxy.fault(...)` says otherwise."""
    server = proxies.ImapProxy(dovecot.port)
    yield server
    server.close()
