from pathlib import Path

from ingest.rules.page import page

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"


def test_page_in_docs_is_current(config):
    assert PAGE.read_text(encoding="utf-8") == page(config)
