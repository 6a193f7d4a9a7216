"""What every table of config.toml is: frozen, strict, closed."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from ingest.config.values import Wrong, shown


class Table(BaseModel):
    """A table: frozen, without unknown keys, no value turned into another kind of value."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _arrays_are_tuples(cls, data: Any) -> Any:
        """TOML's arrays are lists; frozen values hold tuples."""
        if not isinstance(data, dict):
            return data
        return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}


def ordered(low: Any, high: Any, low_key: str, high_key: str) -> None:
    """Raise Wrong if a lower bound lies above its upper bound."""
    if low > high:
        raise Wrong(
            f"比 {high_key}（{shown(high)}）还大，现为 {shown(low)}",
            f"请对调，或改正其中一个：{low_key} 不能超过 {high_key}",
            key=low_key,
        )
