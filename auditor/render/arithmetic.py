"""A step of a derivation for people: its arithmetic with the operands as the report wrote them, units and all.

`Step.substituted` is plain arithmetic in base units, for whoever evaluates it again; 60000000000 / 8 says less to a reader than
60 GB / 8. A number is shown as an operand only where the operand is that number and no other operand could be meant, and base units
and others never stand in one line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from auditor.cost.amount import readable
from auditor.findings import Finding, Operand, Step
from auditor.units import UNITS

__all__ = ["arithmetic", "equation", "proof"]

_TOKEN: Final = re.compile(r"[A-Za-z_][A-Za-z_0-9]*|[0-9]+(?:\.[0-9]+)?|\*\*|\S")
_NUMBER: Final = re.compile(r"(?<![A-Za-z_0-9.])[0-9]+(?:\.[0-9]+)?(?![A-Za-z_0-9.])")
_MEASURED: Final = re.compile(r"[0-9][0-9,.]* ?([A-Za-z%µ][A-Za-z%µ/ -]{0,19})")
"""A number with what it counts or measures behind it, and nothing that could be taken for arithmetic."""
_SUM: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?(?: [+-] [0-9]+(?:\.[0-9]+)?)+")
_RESULT: Final = re.compile(r"-?[0-9][0-9,.]*( ?)([A-Za-z%µ][A-Za-z%µ/]{0,19})")
_SURE: Final = 6
"""Significant digits within which a number must be exact to be shown in another unit."""
_DIGITS: Final = 7
"""Whole numbers with as many digits are grouped by commas."""
_LONGEST: Final = 2000


def equation(step: Step) -> str:
    """Return the arithmetic of a step with its result; one of them where the other is missing or says the same."""
    written = arithmetic(step)
    if written in (step.substituted, _grouping(step.substituted)):
        written = _in_unit(step) or written
    again = step.result == written or step.result.startswith(f"{written} (")
    return step.result if again else " = ".join(part for part in (written, step.result) if part)


def arithmetic(step: Step) -> str:
    """Return the arithmetic of a step with the units that its operands were written with."""
    text = step.substituted
    if len(text) > _LONGEST or not step.operands:
        return text
    shown = dict(_by_symbol(step)) or dict(_by_value(step))
    if any(index not in shown and not _is_count(match[0]) for index, match in enumerate(_NUMBER.finditer(text))):
        shown = {}
    parts, at = [], 0
    for index, match in enumerate(_NUMBER.finditer(text)):
        parts += [text[at : match.start()], shown.get(index) or _grouped(match[0])]
        at = match.end()
    return "".join([*parts, text[at:]])


def proof(finding: Finding) -> tuple[Step, ...]:
    """Return the steps of a finding that prove it; none where all that is done with figures is to name one and repeat it."""
    return () if all(_NUMBER.fullmatch(step.substituted) for step in finding.derivation) else finding.derivation


def _grouping(text: str) -> str:
    return _NUMBER.sub(lambda match: _grouped(match[0]), text)


def _in_unit(step: Step) -> str:
    """Return a sum of figures in base units in the unit of its result; nothing where it is no sum, or would have to be rounded."""
    found = _RESULT.match(step.result)
    unit = UNITS.get(found[2]) if found else None
    if found is None or unit is None or unit.scale == 1 or not _SUM.fullmatch(step.substituted):
        return ""
    shown = {number: readable(Fraction(number) / unit.scale, _SURE) for number in _NUMBER.findall(step.substituted)}
    if any(Fraction(text.replace(",", "")) * unit.scale != Fraction(number) for number, text in shown.items()):
        return ""
    return _NUMBER.sub(lambda match: f"{shown[match[0]]}{found[1]}{found[2]}", step.substituted)


def _is_count(number: str) -> bool:
    """Tell whether a number may stand beside measures: a factor or a count, not what a measure is in base units."""
    return number.isdigit() and len(number) < _DIGITS


def _grouped(number: str) -> str:
    return f"{int(number):,}" if number.isdigit() and len(number) >= _DIGITS else number


def _measured(operand: Operand, number: str) -> str:
    """Return how the report wrote an operand, if that is a measure and this is its value; else nothing."""
    text = " ".join(operand.text.split())
    found = _MEASURED.fullmatch(text)
    value = Fraction(number)
    holds = operand.low is not None and operand.high is not None and operand.low <= value <= operand.high
    return text if found and holds else ""


def _by_symbol(step: Step) -> Iterator[tuple[int, str]]:
    """Yield (which number of the arithmetic, what is shown for it) where formula and arithmetic are alike but for the names."""
    before, after = _TOKEN.findall(step.formula), _TOKEN.findall(step.substituted)
    if len(before) != len(after):
        return
    numbers = 0
    named = {operand.symbol: operand for operand in step.operands}
    found = []
    for name, number in zip(before, after, strict=True):
        is_number = number[0].isdigit()
        if name != number and not (is_number and (name[0].isalpha() or name[0] == "_")):
            return
        if name != number and name in named and (shown := _measured(named[name], number)):
            found.append((numbers, shown))
        numbers += is_number
    yield from found


def _by_value(step: Step) -> Iterator[tuple[int, str]]:
    """Yield the same where a number is the value of one operand alone, and stands there once."""
    written = _NUMBER.findall(step.substituted)
    counts = Counter(written)
    for index, number in enumerate(written):
        meant = {operand.text for operand in step.operands if _admits(operand, number)}
        shown = {_measured(operand, number) for operand in step.operands if _admits(operand, number)}
        if counts[number] == len(meant) == len(shown) == 1:
            yield index, shown.pop()


def _admits(operand: Operand, number: str) -> bool:
    return operand.low is not None and operand.high is not None and operand.low <= Fraction(number) <= operand.high
