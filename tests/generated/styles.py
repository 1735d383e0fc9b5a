"""One plan, written in the many ways reports are: `render` draws spellings, units, separators and marks at random."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from tests.generated.commands import COMMANDS
from tests.generated.data import DATA
from tests.generated.markdown import MARKDOWN
from tests.generated.page import Page, Rendered
from tests.generated.plans import Plan
from tests.generated.reports import REPORTS

__all__ = ["STYLES", "render"]

STYLES: Final[Mapping[str, tuple[str, Callable[[Page], str]]]] = {
    **{name: ("plan.md", write) for name, write in {**MARKDOWN, **REPORTS}.items()},
    **DATA,
    **COMMANDS,
}
"""Each style with the name of the file it is written to."""


def render(plan: Plan, style: str, random: Random) -> Rendered:
    """Write the plan in a style; `random` draws the author's habits and words."""
    name, write = STYLES[style]
    page = Page(random, plan)
    return page.finish(style, name, write(page))
