"""Claims: a quantity, the value written for it, its role and scope, and how it was read."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from auditor.findings import Confidence
from auditor.language.numbers import Approximation
from auditor.records import dataclass
from auditor.spans import Span
from auditor.units import Unit
from auditor.values import Interval

__all__ = ["Approximation", "Claim", "Reading", "Role", "Scope", "never_negative"]


_NEVER_NEGATIVE: Final = ("gpus", "nodes", "parallel.", "model.", "memory.", "batch.", "time.", "rate.", "hardware.")
_DIFFERENCES: Final = ("memory.headroom", "gpus.spare")


def never_negative(quantity: str) -> bool:
    """Tell whether no deployment has less than nothing of a quantity; what is left over may be negative, where too much is used."""
    return quantity.startswith(_NEVER_NEGATIVE) and quantity not in _DIFFERENCES


class Role(StrEnum):
    """What a claim is for."""

    ACTUAL = "actual"
    TARGET = "target"
    LIMIT = "limit"
    PREVIOUS = "previous"
    EXAMPLE = "example"


@dataclass(frozen=True, slots=True)
class Reading:
    """One meaning of a written number: an interval in base units (byte, FLOP, second, dollar, one) and the unit it was read in."""

    interval: Interval
    unit: Unit
    name: str = ""
    """Why this reading, where there are several: `decimal` (GB), `binary` (GiB, K = 1024)."""
    stated: Interval | None = None
    """The number as printed, without the slack of rounding or of `~`: a point, the ends of a range, or half open for a bound."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of the plan a claim speaks of; empty strings where the report does not say."""

    per: str = ""
    """gpu, stage, replica, node, layer, expert, token, group or total."""
    phase: str = ""
    """prefill, decode, training."""
    member: str = ""
    """One of many: `GPU 3`, `Stage 0`, `Node 1`."""
    words: str = ""
    """What else narrows it, in the report's words (`tensor` for a group of tensor-parallel ranks)."""
    owners: tuple[str, ...] = ()
    """Everything that its unit is per, in the order written: gpu and step of `2 TFLOP per GPU per step`."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A number of the report and what it means.

    `readings` are in base units, the likeliest first; a relation is contradicted only if no reading saves it.
    `statement` is the index of its statement in the document, `plan` the id of its plan.
    """

    quantity: str
    symbol: str
    readings: tuple[Reading, ...]
    approximation: Approximation
    role: Role
    scope: Scope
    span: Span
    """The number and its unit as written."""
    text: str
    confidence: Confidence
    read_as: str
    """How it was read, in one line: `bullet "Degree" under "Tensor Parallelism"`."""
    statement: int
    plan: str = "main"
    context: Span | None = None
    """The label that gave it its meaning."""
    bound: str = ""
    """`<`, `<=`, `>`, `>=` when it is written as a bound."""
    evidence: tuple[str, ...] = ()
    """What spoke for the likeliest candidate and against it (`rules/evidence.yaml` says how much each counts); empty where the words
    right at the number settled it."""
    margin: int = 0
    """By how many points that candidate leads over the next one; 0 where none were weighed."""
    runner_up: str = ""
    """The quantity that came next; empty where nothing else came into question."""
    source: str = ""
    """Path of the context file it comes from; empty for the report itself."""

    @property
    def interval(self) -> Interval:
        """The likeliest reading, in base units."""
        return self.readings[0].interval

    @property
    def unit(self) -> Unit:
        return self.readings[0].unit
