"""The one place where templates are opened: sandboxed, strict about names, everything escaped in HTML."""

from __future__ import annotations

from pathlib import Path

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment


def environment(override: Path | None = None) -> Environment:
    """Templates of this package; those of the same name in the folder `override` come before them."""
    loaders: list[BaseLoader] = [PackageLoader("reports", "templates")]
    if override is not None:
        loaders.insert(0, FileSystemLoader(override))
    return ImmutableSandboxedEnvironment(
        loader=ChoiceLoader(loaders),
        undefined=StrictUndefined,
        autoescape=lambda name: name is not None and name.endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
