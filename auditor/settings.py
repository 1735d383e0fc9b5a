"""The settings of a run: what a configuration file can say."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a run. `None` and empty mean: not set, the default of the command holds."""

    origin: Path | None = None
    """The file they were read from; patterns are relative to its folder, paths already resolved against it."""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_level: str | None = None
    output_format: str | None = None
    exclude: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    rules: tuple[Path, ...] = ()
    context: tuple[Path, ...] = ()
    min_coverage: Fraction | None = None
    """Least share of the numbers that must be understood, in percent."""
