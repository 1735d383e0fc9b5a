"""Labels that enumerate what their values are: `Query heads / KV heads: 32 / 8`, `Layers, hidden size | 80, 8192`.

The label and the value divide at the same sign into equally many parts, each value part holds one number, and each label part says
what that number is; what stands behind the last part goes with those that say nothing without it (`Input / output tokens`). Each part
is then read as a statement of its own, at its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from auditor.claims.labels import LabelReader
from auditor.claims.lexicon import Lexicon
from auditor.spans import Text
from auditor.statements import Label, LabelKind, Statement

__all__ = ["enumerated"]

_SIGNS: Final = ("/", ",", ";", "|", "·", "&")
_MOST: Final = 6
_LONGEST_LABEL: Final = 120
_LONGEST_VALUE: Final = 80
_NAMING: Final = (LabelKind.ROW, LabelKind.COLUMN, LabelKind.ITEM, LabelKind.KEY)
_EDGES: Final = " \t*_`:"


def enumerated(statement: Statement, lexicon: Lexicon, labels: LabelReader) -> tuple[Statement, ...]:
    """Return a statement divided into what its label enumerates; the statement itself where it enumerates nothing."""
    value = statement.value.content
    if statement.literal or not statement.path or len(value) > _LONGEST_VALUE or not any(sign in value for sign in _SIGNS):
        return (statement,)
    for position in _naming(statement):
        label = statement.path[position]
        for sign in _SIGNS:
            names = _divided(label.text, sign) if len(label.text) <= _LONGEST_LABEL else []
            values = _divided(statement.value, sign) if 1 < len(names) <= _MOST else []
            if 1 < len(names) == len(values) and _is_list(names, values, lexicon):
                whole = _completed(names, lexicon, labels, label.kind)
                if any(labels(Label(name, label.kind)).matches for name in whole):
                    return tuple(_parts(statement, position, whole, values))
    return (statement,)


def _naming(statement: Statement) -> Iterator[int]:
    """Yield which labels may say what the value is: the innermost one, of a cell both of its heads."""
    last = len(statement.path) - 1
    for position in range(last, max(-1, last - (2 if statement.cell is not None else 1)), -1):
        if statement.path[position].kind in _NAMING:
            yield position


def _divided(text: Text, sign: str) -> list[Text]:
    """Return the parts of a text between a sign outside brackets; none where a part is empty."""
    content, parts, depth, start = text.content, list[Text](), 0, 0
    for at, character in enumerate(content):
        depth += (character in "([{") - (character in ")]}")
        grouped = sign == "," and content[at - 1 : at].isdigit() and content[at + 1 : at + 4].isdigit()  # `8,192`
        if character == sign and depth == 0 and not grouped:
            parts.append(text.slice(start, at).strip(_EDGES))
            start = at + 1
    parts.append(text.slice(start, len(content)).strip(_EDGES))
    return parts if all(part.content for part in parts) else []


def _is_list(names: Sequence[Text], values: Sequence[Text], lexicon: Lexicon) -> bool:
    """Tell whether the parts of a label may name what the parts of a value say: one number each, and no unit among the names."""
    numbers = [lexicon.scan(value.content) for value in values]
    units = [bool(found and found[0].unit) for found in numbers]
    if any(len(found) != 1 for found in numbers) or len(set(units)) > 1:
        return False
    return all(name.content not in lexicon.units and _says(name) for name in names)


def _says(name: Text) -> bool:
    return any(character.isalpha() for character in name.content) and not any(character.isdigit() for character in name.content)


def _completed(names: Sequence[Text], lexicon: Lexicon, labels: LabelReader, kind: LabelKind) -> list[Text]:
    """Return the names, with the last word of the last name where they need it: they count the same, or name nothing alone."""
    last = names[-1]
    at = last.content.rfind(" ")
    if at < 0:
        return list(names)
    tail = last.slice(at + 1, len(last))
    counts = tail.content.lower() in lexicon.nouns
    found = []
    for name in names[:-1]:
        longer = Text.join([name, tail], " ")
        alone = labels(Label(name, kind)).matches and not (counts and lexicon.nouns.isdisjoint(name.content.lower().split()))
        found.append(longer if not alone and labels(Label(longer, kind)).matches else name)
    return [*found, last]


def _parts(statement: Statement, position: int, names: Sequence[Text], values: Sequence[Text]) -> Iterator[Statement]:
    for name, value in zip(names, values, strict=True):
        path = [*statement.path]
        path[position] = replace(path[position], text=name)
        yield replace(statement, path=tuple(path), value=value)
