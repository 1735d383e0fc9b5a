"""The exceptions that reach a user; each names what is wrong, where, and what to do about it."""

from __future__ import annotations

from typing import ClassVar

__all__ = ["AuditorError", "InputError", "RuleError", "UsageError"]


class AuditorError(Exception):
    """Base of every error that ends in a message instead of a traceback."""

    exit_code: ClassVar[int] = 2


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


class RuleError(InputError):
    """A rule file, the lexicon or the catalog is not what its schema asks for."""
