"""The targets, loaded by their place: what lies under tests cannot be imported by name."""

import importlib.util
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def targets():
    spec = importlib.util.spec_from_file_location("kepu_fuzz_targets", Path(__file__).with_name("targets.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
