"""The settings of a run: what a configuration can say, and where each of it was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

from auditor.records import dataclass

__all__ = ["Said", "Settings"]


@dataclass(frozen=True, slots=True)
class Said:
    """Where a setting was written: a file with line and column, or an option of the command line."""

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)


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
    baseline: Path | None = None
    severity: tuple[tuple[str, str], ...] = ()
    """(selector, level): the closest selector decides, the later of two as close."""
    not_audited: tuple[tuple[str, str], ...] = ()
    """(pattern, level): how grave it is if a file cannot be audited; the last pattern that matches decides."""
    tolerances: tuple[tuple[str, Fraction], ...] = ()
    """(selector, share): how far the two sides of a relation may lie apart; the closest selector decides."""
    conventions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(rule, names): the only conventions of the rule that may hold."""
    frameworks: tuple[str, ...] = ()
    """Programs all reports are about, as if each named them."""
    limits: tuple[tuple[str, int], ...] = ()
    """(name, count): how much of one report is read (`auditor.limits.Limits`)."""
    said: Mapping[str, Said] = field(default_factory=lambda: MappingProxyType({}), compare=False)
    """Where each key was set."""
    places: Mapping[str, Said] = field(default_factory=lambda: MappingProxyType({}), compare=False)
    """Where each selector and each name of a rule stands, by what is written there."""
