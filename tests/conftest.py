"""What all tests share: hypothesis profiles, a guard around the network, real servers on loopback."""

import importlib.util
import os
import shutil
import subprocess
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


def _beside(folder, name):
    """A module of tests/`folder`, by its place: what lies under tests cannot be imported by name."""
    path = Path(__file__).parent / folder / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"kepu_tests_{name}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


# --- no network but loopback -------------------------------------------------------------------------------------

_GUARD = _beside("guard", "sitecustomize")


@pytest.fixture(scope="session", autouse=True)
def loopback_only(tmp_path_factory):
    """A test that connects, sends or looks a name up beyond this machine fails, whatever the tested code catches.

    In this process, its forks, and every Python started from it: those load the guard by their PYTHONPATH.
    """
    report = tmp_path_factory.mktemp("guard") / "report"
    report.touch()
    patch = pytest.MonkeyPatch()
    mine = {_GUARD.REPORT: str(report), "PYTHONPATH": str(Path(_GUARD.__file__).parent)}

    def guarded(environ):
        paths = [mine["PYTHONPATH"], *environ.get("PYTHONPATH", "").split(os.pathsep)]
        return {**environ, **mine, "PYTHONPATH": os.pathsep.join(dict.fromkeys(filter(None, paths)))}

    def stop(text):
        _GUARD.report(text)
        pytest.fail(text)

    start = subprocess.Popen.__init__

    def starts(self, *args, env=None, **kwargs):
        start(self, *args, env=None if env is None else guarded(env), **kwargs)

    for name in mine:
        patch.setenv(name, guarded(os.environ)[name])
    patch.setattr(subprocess.Popen, "__init__", starts)
    _GUARD.install(patch.setattr, stop)
    yield report
    patch.undo()


@pytest.fixture(autouse=True)
def nothing_left_this_machine(loopback_only):
    """What the guard stopped fails the test in which it was tried."""
    yield
    if tried := loopback_only.read_text(encoding="utf-8"):
        loopback_only.write_text("", encoding="utf-8")
        pytest.fail(tried)


@pytest.fixture
def stopped_by_the_guard(loopback_only):
    """What the guard stopped in this test, which was meant: a function that gives the lines and forgets them."""

    def lines():
        found = loopback_only.read_text(encoding="utf-8").splitlines()
        loopback_only.write_text("", encoding="utf-8")
        return found

    yield lines
    lines()


# --- real servers ------------------------------------------------------------------------------------------------


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
        server = _beside("servers", "dovecot").Dovecot(root, program)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="session")
def clamds():
    """The module of the clamd for tests, with the bytes its signatures know."""
    return _beside("servers", "clamd")


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
    return _beside("servers", "cloud")


@pytest.fixture
def shelf(clouds, tmp_path):
    """NetEase's big attachments, on a server of the test's own."""
    folder = tmp_path / "authority"
    folder.mkdir()
    authority = clouds.Authority(folder)
    server = clouds.CloudServer(authority, authority.context(("mail.163.com", "*.126.net")))
    yield _beside("servers", "shelf").Shelf(server, clouds)
    server.close()


@pytest.fixture(scope="session")
def postfix(dovecot):
    """A Postfix that delivers into the boxes of that Dovecot, for the whole session."""
    module = _beside("servers", "postfix")
    if module.program() is None:
        pytest.fail("these tests need Postfix: apt-get install postfix")
    root = Path(tempfile.mkdtemp(prefix="kepu-postfix-"))
    root.chmod(0o755)
    try:
        server = module.Postfix(root, dovecot)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="session")
def mtas():
    """The module of the SMTP server that does as it is told."""
    return _beside("servers", "mta")


@pytest.fixture
def mta(mtas):
    """An SMTP server of the test's own, well-behaved until told otherwise."""
    with mtas.running() as server:
        yield server


@pytest.fixture(scope="session")
def proxies():
    """The module of the scripted proxy, for those who need one of another lifetime than `proxy` has."""
    return _beside("servers", "proxy")


@pytest.fixture
def proxy(dovecot, proxies):
    """A scripted proxy in front of that Dovecot: honest until `proxy.fault(...)` says otherwise."""
    server = proxies.ImapProxy(dovecot.port)
    yield server
    server.close()
