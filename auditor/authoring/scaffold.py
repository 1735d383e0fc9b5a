"""A new rule's folder: a rule file to fill in and one example of each kind."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from auditor import __version__
from auditor.errors import UsageError
from auditor.findings import CATEGORIES
from auditor.rulebook import Rulebook

__all__ = ["scaffold"]

_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")

_RULE: Final = """\
# yaml-language-server: $schema=../../rule.schema.json
id: {name}
code: {code}
category: {category}
summary: The GPUs of a stage times the stages make the GPU count.
since: "{since}"
severity: error
confidence: high
uses: [gpus, pp, gpus_per_stage]
holds: gpus == pp * gpus_per_stage
let:
  total: pp * gpus_per_stage
message: "{{gpus}} GPUs, but {{total:written}} = {{total}}"
why: |
  Say what follows from the mistake.
unless: |
  Say when a report that is flagged may still be right.
references: []
"""
_GOOD: Final = "# Layout\n\n- Total GPUs: 16\n- Pipeline parallelism: 4\n- GPUs per stage: 4\n"
_BAD: Final = "# Layout\n\n- Total GPUs: 24\n- Pipeline parallelism: 4\n- GPUs per stage: 4\n"


def scaffold(folder: Path, category: str, name: str, book: Rulebook) -> Path:
    """Make `folder/category/name/` with a rule that works and is to be rewritten; UsageError where the name cannot be."""
    if category not in CATEGORIES:
        raise UsageError(f"no category is called {category!r}; there are {', '.join(CATEGORIES)}")
    if not _NAME.match(name) or len(name) > 60:
        raise UsageError(f"{name!r} is no name for a rule: write lower case words joined by hyphens, like gpu-count")
    if any(rule.name == name for rule in book.rules):
        raise UsageError(f"there is already a rule called {name}; `audit rule {name}` shows it")
    place = folder / category / name
    if place.exists():
        raise UsageError(f"{place} exists already")
    place.mkdir(parents=True)
    since = ".".join(__version__.split(".")[:2])
    text = _RULE.format(name=name, code=_free_code(category, book), category=category, since=since)
    for file, content in (("rule.yaml", text), ("good-plan.md", _GOOD), ("bad-plan.md", _BAD)):
        (place / file).write_text(content, encoding="utf-8", newline="\n")
    return place


def _free_code(category: str, book: Rulebook) -> str:
    """Return the code after the last of the category; its first three letters and 001 for the first.

    The refusals of a program have a prefix of their own, whatever their category.
    """
    taken = [rule.code for rule in book.rules]
    own = [rule.code for rule in book.rules if rule.category == category and rule.check != "refusal.refused"]
    prefix = own[0][:3] if own else category[:3].upper()
    number = max((int(code[3:]) for code in taken if code.startswith(prefix)), default=0) + 1
    return f"{prefix}{number:03d}"
