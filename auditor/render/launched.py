"""What `audit --summary` and `audit recompute` show of launches: a table of what each sets and what follows."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.records import dataclass
from auditor.render.terminal import plain

__all__ = ["Launched", "as_text"]


@dataclass(frozen=True, slots=True)
class Launched:
    """One launch of a file."""

    place: str
    """File, line and column of its first setting."""
    programs: str
    rows: tuple[tuple[str, str], ...]
    world: int | None = None
    """Processes it starts, where that is known."""


def as_text(launches: Sequence[Launched]) -> str:
    """Return the tables of launches, one below the other; empty where there is none."""
    lines: list[str] = []
    for launch in launches:
        lines.append(f"{plain(launch.place)}: {plain(launch.programs)}")
        width = max((len(what) for what, _ in launch.rows), default=0)
        lines += [f"  {plain(what):<{width}}  {plain(value)}" for what, value in launch.rows]
        lines.append("")
    return "\n".join(lines)
