"""The keys of a configuration: one line each, with what it may hold. Reading, the JSON Schema and `audit config` all go by this table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any, Final

from auditor.limits import Limits
from auditor.records import dataclass
from auditor.render import FORMATS

__all__ = ["KEYS", "LEVELS", "MOST", "Form", "Key", "schema"]

LEVELS: Final = ("error", "warning", "info")
LIMITS: Final = tuple(one.name for one in fields(Limits))
MOST: Final = 10**12
"""The largest limit that can be set."""


class Form(StrEnum):
    """What a key may hold."""

    TEXT = "a text"
    TEXTS = "a list of texts"
    CHOICE = "one of a few words"
    PERCENT = "a number from 0 to 100"
    LISTS = "a table of lists of texts"
    CHOICES = "a table of such words"
    SHARES = "a table of percentages"
    COUNTS = "a table of whole numbers"
    CHOICE_OR_CHOICES = "such a word, or a table of them"


@dataclass(frozen=True, slots=True)
class Key:
    """One key: what it may hold, and what it is for."""

    form: Form
    about: str
    choices: tuple[str, ...] = ()
    rules: bool = False
    """Its texts, or the names of its table, name rules."""


KEYS: Final[Mapping[str, Key]] = {
    "extend": Key(Form.TEXT, "Another configuration file that this one adds to; a path from this file."),
    "select": Key(Form.TEXTS, "Only these rules: codes, names, categories, code prefixes or ALL.", rules=True),
    "extend-select": Key(Form.TEXTS, "These rules beside those selected.", rules=True),
    "ignore": Key(Form.TEXTS, "Not these rules; the closer of `select` and `ignore` wins.", rules=True),
    "extend-ignore": Key(Form.TEXTS, "Nor these rules, beside those ignored already.", rules=True),
    "per-file-ignores": Key(Form.LISTS, "Rules that do not count in some files: a pattern as in .gitignore, and rules."),
    "severity": Key(Form.CHOICES, "How grave a finding is, by rule; the closest name decides.", LEVELS, rules=True),
    "fail-level": Key(Form.CHOICE, "The least severity that makes the exit status 1.", LEVELS),
    "not-audited": Key(
        Form.CHOICE_OR_CHOICES, "How grave it is if a file cannot be audited: below an error the run does not end with 2.", LEVELS
    ),
    "min-coverage": Key(Form.PERCENT, "Least share of the numbers of a report that must be understood, in per cent."),
    "baseline": Key(Form.TEXT, "The file of known findings; `audit baseline` makes and keeps it."),
    "exclude": Key(Form.TEXTS, "Files and folders that are not audited: patterns as in .gitignore."),
    "extend-exclude": Key(Form.TEXTS, "These too."),
    "context": Key(Form.TEXTS, "Files with facts that every report must agree with."),
    "rules": Key(Form.TEXTS, "Folders with rules of your own."),
    "tolerances": Key(Form.SHARES, "How far the two sides of a relation may lie apart, by rule, in per cent.", rules=True),
    "conventions": Key(Form.LISTS, "The only conventions of a rule that may hold, by rule.", rules=True),
    "frameworks": Key(Form.TEXTS, "Programs that every report is about, as if it named them."),
    "limits": Key(Form.COUNTS, "How much of one report is read, and how much work its audit may be.", tuple(LIMITS)),
    "output-format": Key(Form.CHOICE, "How to show the findings.", tuple(FORMATS)),
}


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a configuration."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "auditor.toml, .auditor.toml, and [tool.auditor] of pyproject.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": {name: {"description": key.about, **_form(key)} for name, key in KEYS.items()},
    }


def _form(key: Key) -> dict[str, Any]:
    text: dict[str, Any] = {"type": "string", "minLength": 1}
    word: dict[str, Any] = {"enum": list(key.choices)}
    percent: dict[str, Any] = {"type": "number", "minimum": 0, "maximum": 100}

    def table(of: Mapping[str, Any]) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": dict(of)}

    texts: dict[str, Any] = {"type": "array", "items": text}
    return {
        Form.TEXT: text,
        Form.TEXTS: texts,
        Form.CHOICE: word,
        Form.PERCENT: percent,
        Form.LISTS: table(texts),
        Form.CHOICES: table(word),
        Form.SHARES: table(percent),
        Form.COUNTS: {
            "type": "object",
            "additionalProperties": False,
            "properties": {name: {"type": "integer", "minimum": 1, "maximum": MOST} for name in key.choices},
        },
        Form.CHOICE_OR_CHOICES: {"anyOf": [word, table(word)]},
    }[key.form]
