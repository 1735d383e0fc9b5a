"""Units and dimensions: the few that deployment reports use, with exact factors.

Four base dimensions suffice: data (byte), work (floating-point operation), time (second) and money (dollar).
Everything counted (GPUs, tokens, sequences, layers, requests) has no dimension. GB and GiB, bits and bytes are
different units and stay apart. Sources: IEC 80000-13 for the binary prefixes, the SI brochure for the decimal ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

__all__ = ["DIMENSIONLESS", "UNITS", "Dimension", "Unit", "unit"]


@dataclass(frozen=True, slots=True)
class Dimension:
    """Exponents of the base dimensions."""

    data: int = 0
    work: int = 0
    time: int = 0
    money: int = 0

    def __mul__(self, other: Dimension) -> Dimension:
        return Dimension(self.data + other.data, self.work + other.work, self.time + other.time, self.money + other.money)

    def __truediv__(self, other: Dimension) -> Dimension:
        return Dimension(self.data - other.data, self.work - other.work, self.time - other.time, self.money - other.money)

    def __pow__(self, power: int) -> Dimension:
        return Dimension(self.data * power, self.work * power, self.time * power, self.money * power)

    def __str__(self) -> str:
        parts = [(name, getattr(self, name)) for name in ("data", "work", "time", "money")]
        named = [name if power == 1 else f"{name}^{power}" for name, power in parts if power]
        return " ".join(named) or "count"


DIMENSIONLESS: Final = Dimension()
DATA: Final = Dimension(data=1)
WORK: Final = Dimension(work=1)
TIME: Final = Dimension(time=1)
MONEY: Final = Dimension(money=1)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: `scale` base units (byte, FLOP, second, dollar, one) make one of it."""

    symbol: str
    dimension: Dimension
    scale: Fraction

    def __str__(self) -> str:
        return self.symbol


_DECIMAL: Final = {"": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY: Final = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50}


def _table() -> dict[str, Unit]:
    found: dict[str, Unit] = {}

    def add(symbol: str, dimension: Dimension, scale: Fraction | int) -> None:
        found[symbol] = Unit(symbol, dimension, Fraction(scale))

    for name in (
        "1",
        "token",
        "sequence",
        "request",
        "batch",
        "step",
        "sample",
        "iteration",
        "gpu",
        "node",
        "layer",
        "expert",
        "parameter",
    ):
        add(name, DIMENSIONLESS, 1)
    add("%", DIMENSIONLESS, Fraction(1, 100))
    for prefix, power in _DECIMAL.items():
        letter = "K" if prefix == "k" else prefix
        add(f"{letter}B" if prefix else "byte", DATA, 10**power)
        add(f"{letter}bit" if prefix else "bit", DATA, Fraction(10**power, 8))
        add(f"{letter}B/s" if prefix else "byte/s", DATA / TIME, 10**power)
        add(f"{letter}bit/s" if prefix else "bit/s", DATA / TIME, Fraction(10**power, 8))
        add(f"{letter}FLOP", WORK, 10**power)
        add(f"{letter}FLOPS", WORK / TIME, 10**power)
    for prefix, power in _BINARY.items():
        add(f"{prefix}B", DATA, 2**power)
        add(f"{prefix}bit", DATA, Fraction(2**power, 8))
        add(f"{prefix}B/s", DATA / TIME, 2**power)
    for symbol, scale in {
        "ns": Fraction(1, 10**9),
        "us": Fraction(1, 10**6),
        "ms": Fraction(1, 1000),
        "s": Fraction(1),
        "min": Fraction(60),
        "h": Fraction(3600),
        "day": Fraction(86400),
    }.items():
        add(symbol, TIME, scale)
        for counted in ("token", "sequence", "request", "batch", "step", "sample", "iteration"):
            add(f"{counted}/{symbol}", DIMENSIONLESS / TIME, 1 / scale)
        add(f"1/{symbol}", DIMENSIONLESS / TIME, 1 / scale)
    for prefix in ("KB", "MB", "GB", "TB"):
        add(f"{prefix}/ms", DATA / TIME, found[prefix].scale * 1000)
    add("USD", MONEY, 1)
    add("USD/h", MONEY / TIME, Fraction(1, 3600))
    add("byte/token", DATA, 1)
    return found


UNITS: Final[dict[str, Unit]] = _table()


def unit(symbol: str) -> Unit:
    """Return the unit with this symbol; `KeyError` if there is none."""
    return UNITS[symbol]
