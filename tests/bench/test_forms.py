"""A sample of the corpus of forms, made and read for real, held to the goals that the whole is held to."""

import pytest

from bench.corpus import cases
from bench.forms import measured
from ingest.demo.layouts import layout_of

LAYOUTS = ("two", "side", "official")
KINDS = ("docx", "pdf", "scan")
GOALS = {"docx": 0.99, "pdf": 0.99, "scan": 0.97}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("corpus")


@pytest.fixture(scope="module")
def made(folder):
    return cases(folder, [layout_of(key) for key in LAYOUTS], 1, KINDS)


@pytest.fixture(scope="module")
def found(made):
    return measured(made, jobs=1, peers=0, times=0)[0]


def test_every_case_has_its_file(made):
    assert [(case.name, path.exists()) for case in made for path in case.paths if not path.exists()] == []


def test_nothing_is_made_twice(made, folder):
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*-00.*")}
    cases(folder, [layout_of(key) for key in LAYOUTS], 1, KINDS)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*-00.*")} == before


@pytest.mark.parametrize("kind", KINDS)
def test_fields_are_read_as_well_as_promised(found, kind):
    assert found["accuracy"][kind]["fields"] >= GOALS[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_no_layout_falls_behind(found, kind):
    assert [layout for layout, share in found["accuracy"][kind]["layouts"].items() if share < 0.9] == []


def test_long_texts_of_scans_have_few_wrong_letters(found):
    assert found["accuracy"]["scan"]["long_cer"] < 0.02


def test_seals_are_told(found):
    assert found["accuracy"]["scan"]["seal"] == 1.0


def test_layouts_nobody_tunes_on_are_told_apart(found):
    assert found["unseen_layouts"]["docx"]["layouts"].keys() == {"official"}
