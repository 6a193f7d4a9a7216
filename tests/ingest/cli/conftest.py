"""The command called within this process, in the folder of a small contest."""

import os
from types import SimpleNamespace

import pytest
import structlog

from ingest.cli import run


@pytest.fixture
def kepu(contest, capsys, monkeypatch):
    """kepu("show", "R2024-0001"): how it ended, and what it printed; never a traceback."""
    for name in [name for name in os.environ if name.startswith("KEPU_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KEPU_NOW", contest.clock.now.isoformat())
    monkeypatch.chdir(contest.folder)

    def call(*arguments):
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return SimpleNamespace(code=code, out=out, err=err)

    yield call
    structlog.reset_defaults()


@pytest.fixture
def one_work(contest, form, kepu):
    """A contest in which R2024-0001 was taken in, and a question."""
    contest.post("报送作品《星海寻踪》", files=[("推荐表.docx", form())])
    contest.post("请问截止日期是哪天")
    assert kepu("run").code == 0
    return contest
