"""The launches of a file with what follows from them, for `audit --summary` and `audit recompute`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.render.launched import Launched
    from auditor.statements import Source

__all__ = ["launched"]


def launched(source: Source, given: Sequence[str] = ()) -> list[Launched]:
    """Return a table for each launch of a source that sets something and starts a program."""
    from auditor.check.fit import summary
    from auditor.check.subject import Subject
    from auditor.cli.beside import beside
    from auditor.launches.programs import GENERIC, programs
    from auditor.parse import parse
    from auditor.pipeline import read_claims
    from auditor.render.launched import Launched
    from auditor.render.run import locate
    from auditor.rulebook import load

    book = load()
    read = read_claims(source, rules=book)
    files = {one.path: parse(one) for one in beside(source, given)}
    subject = Subject(read.document, read.claims, read.plans, book.lexicon, read.context, beside=files)
    rule = book.get("sequence-beyond-cache")
    found = []
    for launch in subject.launches:
        names = [programs()[name].title for name in launch.programs if name not in (GENERIC, "kubernetes") or len(launch.programs) < 3]
        rows = summary(subject, rule, launch)
        if rows and launch.programs != (GENERIC, "kubernetes"):
            world = launch.get("world")
            started = int(world.value) if world is not None and world.value is not None and world.value.denominator == 1 else None
            found.append(Launched(str(locate(source, launch.place)), ", ".join(names), rows, started))
    return found
