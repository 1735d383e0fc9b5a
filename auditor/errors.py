"""The exceptions that reach a user; each names what is wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

__all__ = ["AuditorError", "ConfigError", "InputError", "RuleError", "UsageError"]


class AuditorError(Exception):
    """Base of every error that ends in a message instead of a traceback."""

    exit_code: ClassVar[int] = 2

    @property
    def lines(self) -> tuple[str, ...]:
        """What to tell the user, a line each."""
        return (str(self),)


class UsageError(AuditorError):
    """The command line or the configuration asks for something that cannot be done."""


class InputError(AuditorError):
    """A file cannot be read or understood.

    `path` names the file; `line` and `column` (from 1) the place, where there is one.
    """

    def __init__(self, message: str, *, path: str = "", line: int | None = None, column: int | None = None) -> None:
        self.message, self.path, self.line, self.column = message, path, line, column
        place = ":".join(str(part) for part in (path or None, line, column) if part is not None)
        super().__init__(f"{place}: {message}" if place else message)


class ConfigError(AuditorError):
    """Everything that is wrong with a configuration, in the order of its text."""

    def __init__(self, errors: Sequence[InputError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in self.errors))

    @property
    def lines(self) -> tuple[str, ...]:
        """What to tell the user, a line for each thing that is wrong."""
        return tuple(str(error) for error in self.errors)


class RuleError(InputError):
    """A rule file, the lexicon or the catalog is not what its schema asks for."""
