"""What a launch is: programs, settings by name, and where each was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from fractions import Fraction

from auditor.records import dataclass
from auditor.spans import Span

__all__ = ["Launch", "Setting"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of a launch under the name that rules know it by."""

    name: str
    text: str
    """As written, or as it was worked out."""
    value: Fraction | None
    """None for a word, and for what cannot be known before the launch (`$1`, `auto`)."""
    span: Span | None = None
    """Where the value stands in the document; None for what another file or the catalog says."""
    spelled: str = ""
    """The option as the program spells it."""
    program: str = ""
    origin: str = ""
    """Where it comes from if it has no place: a catalog entry, a default, the file beside."""
    path: str = ""
    """The other file it stands in, whose `span` it then is."""
    parts: tuple[Setting, ...] = ()
    """What it was worked out from."""
    items: tuple[Fraction, ...] = ()
    """The members, where the option takes a list of numbers."""

    @property
    def word(self) -> str:
        """The text as a program compares it."""
        return self.text.strip().strip("\"'").lower()

    @property
    def written(self) -> tuple[Setting, ...]:
        """The settings with a place that this one rests on."""
        if self.span is not None:
            return (self,)
        return tuple(one for part in self.parts for one in part.written)


@dataclass(frozen=True, slots=True)
class Launch:
    """What one command or configuration sets."""

    programs: tuple[str, ...]
    """Names of `rules/programs`, the launcher first."""
    settings: Mapping[str, Setting]
    versions: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Of the programs whose version is stated."""
    command: bool = False
    """A command line, of which what it does not say has the program's default; a configuration may be an excerpt."""
    behind: bool = False
    """Started in the background: it runs beside what comes after it."""
    place: Span = field(default_factory=lambda: Span(0, 0))
    """From its first setting to its last."""

    def get(self, name: str) -> Setting | None:
        """Return the setting of this name, or None."""
        return self.settings.get(name)
