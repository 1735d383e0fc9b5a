"""The refusal: a plan or a model that cannot exist is answered by the field, the rule and its source, never by a number."""

from __future__ import annotations

from auditor.errors import AuditorError

__all__ = ["ImpossiblePlanError", "require", "require_divides", "require_whole"]

LARGEST_COUNT = 10**18
"""No count of a deployment (parameters, tokens, GPUs) reaches this; a larger one is a slip or an attack on the arithmetic."""


class ImpossiblePlanError(AuditorError):
    """A value that no deployment can have.

    `field` is the dotted name in the plan (`layout.tp`), `rule` what it breaks, `source` who says so.
    """

    def __init__(self, field: str, rule: str, source: str) -> None:
        self.field, self.rule, self.source = field, rule, source
        super().__init__(f"{field}: {rule} ({source})")


def require(holds: bool, field: str, rule: str, source: str) -> None:
    """Raise `ImpossiblePlanError` unless `holds`."""
    if not holds:
        raise ImpossiblePlanError(field, rule, source)


def require_whole(field: str, value: object, least: int, source: str, most: int = LARGEST_COUNT) -> None:
    """Raise `ImpossiblePlanError` unless `value` is an int (not a bool) with `least <= value <= most`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ImpossiblePlanError(field, f"must be a whole number, not {_shown(value)}", source)
    if value < least:
        raise ImpossiblePlanError(field, f"must be at least {least}, not {_shown(value)}", source)
    if value > most:
        raise ImpossiblePlanError(field, f"must be at most {most}, not {_shown(value)}", source)


def require_divides(divisor_field: str, divisor: int, number_name: str, number: int, source: str) -> None:
    """Raise `ImpossiblePlanError` naming `divisor_field` unless `divisor` divides `number`."""
    if number % divisor:
        raise ImpossiblePlanError(divisor_field, f"{divisor} does not divide the {number} {number_name}", source)


def _shown(value: object) -> str:
    if isinstance(value, int) and abs(value) >= 10**24:
        return f"a number of about 2^{value.bit_length()}"
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
