"""What `[rules.*]` of form and scan must hold."""

import pytest

from ingest.config import load
from ingest.errors import ConfigError


@pytest.fixture
def problems(tmp_path):
    """The lines for a config.toml of that text, without the file's name before them."""

    def lines(text):
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError) as caught:
            load(path, environ={}, cwd=tmp_path)
        return [line.removeprefix(f"{path}：") for line in caught.value.problems]

    return lines


@pytest.mark.parametrize(
    ("rule", "key", "written"),
    [
        ("scan-matches", "fields", '["title", "athor"]'),
        ("scan-matches", "also", '["athor"]'),
        ("form-fields", "on_paper", '["athor"]'),
        ("scan-seal", "beside", '{ recommended = ["athor"] }'),
        ("endorsement", "opinions", '{ public = ["athor"] }'),
    ],
)
def test_rule_that_names_a_field_no_form_has_is_said(problems, rule, key, written):
    (line,) = problems(f"[rules.{rule}]\n{key} = {written}\n")
    assert ("athor" in line, f"{rule}" in line) == (True, True)


def test_rule_with_a_confidence_above_one_is_said(problems):
    assert len(problems("[rules.scan-matches]\nsure = 1.1\n")) == 1


def test_rule_that_wants_no_reviewers_at_all_is_said(problems):
    assert len(problems("[rules.endorsement]\nreviewers = { public = 0 }\n")) == 1


def test_rules_of_tracks_are_laid_over_track_by_track(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text('[rules.scan-seal]\nbeside = { public = ["review_opinion"] }\n', encoding="utf-8")
    beside = load(path, environ={}, cwd=tmp_path).rules.scan_seal.beside
    assert beside == {"recommended": ("recommender_opinion", "recommender"), "public": ("review_opinion",)}
