"""Pages in Debian's Chromium: started once for all tests, a window of its own for each page."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

SERIOUS = frozenset({"serious", "critical"})


@dataclass
class Looked:
    """A page that was opened. errors: what its console and its scripts complained of; requests: addresses it asked."""

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def asked(self, folder):
        """Requests, as paths within the folder; an address elsewhere as it stands."""
        home = Path(folder).as_uri() + "/"
        return [unquote(one.removeprefix(home)) for one in self.requests]

    def faults(self):
        """What axe finds that is serious: its rule, and the element."""
        found = Axe().run(self.page).response["violations"]
        return [(one["id"], node["html"][:200]) for one in found if one["impact"] in SERIOUS for node in one["nodes"]]

    def overflow_px(self):
        """How many pixels the page is wider than its window."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.fixture(scope="session")
def chromium():
    """A Chromium without a window."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.fail("these tests need Chromium: apt-get install chromium")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-proxy-server", *sandbox])
        yield browser
        browser.close()


@pytest.fixture
def page_of(chromium):
    """Opens a file as a page of so many pixels, closed after the test; no address but those of files can be had."""
    opened = []

    def make(path, width=1366, height=640):
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN", offline=True)
        opened.append(context)
        looked = Looked(context.new_page())
        looked.page.set_default_timeout(10_000)
        looked.page.on("console", lambda said: looked.errors.append(said.text) if said.type == "error" else None)
        looked.page.on("pageerror", lambda error: looked.errors.append(str(error)))
        looked.page.on("request", lambda asked: looked.requests.append(asked.url))
        looked.page.goto(Path(path).absolute().as_uri())
        assert urlsplit(looked.page.url).scheme == "file"
        return looked

    yield make
    for context in opened:
        context.close()
