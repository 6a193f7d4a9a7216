import json
from pathlib import Path
from typing import Any

import pytest

from parsers.facts import Limits
from parsers.mail import read_mail

SAMPLES = Path(__file__).parent.parent / "samples"
CASES = sorted(path.parent for path in SAMPLES.glob("*/facts.json"))


def stated(seen: Any, wanted: Any) -> Any:
    """As much of `seen` as `wanted` speaks of."""
    if isinstance(wanted, dict) and isinstance(seen, dict):
        return {key: stated(seen.get(key), value) for key, value in wanted.items()}
    if isinstance(wanted, list) and isinstance(seen, list):
        pairs = [stated(one, wish) for one, wish in zip(seen, wanted, strict=False)]
        return pairs + seen[len(pairs) :]
    return seen


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_seen_in_a_strange_mail(case: Path) -> None:
    wanted = json.loads((case / "facts.json").read_text(encoding="utf-8"))
    seen = json.loads(read_mail(case / "mail.eml", None, Limits()).model_dump_json())
    assert stated(seen, wanted) == wanted


def test_every_sample_is_named_in_the_readme() -> None:
    text = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert [case.name for case in CASES if f"`{case.name}`" not in text] == []
