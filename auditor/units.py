"""Units and dimensions: the few that deployment reports use, with exact factors.

Five base dimensions suffice: data (byte), work (floating-point operation), time (second), money (dollar) and energy (joule).
Everything counted (GPUs, tokens, sequences, layers, requests) has no dimension; a unit says what it counts, so that a GPU-hour is
no hour. GB and GiB, bits and bytes are different units and stay apart. Units compose: `UNITS["gpu*h"]`, `UNITS["GB/min"]`,
`UNITS["USD/Mtoken"]` are made from their parts when they are asked for. Sources: IEC 80000-13 for the binary prefixes, the SI
brochure for the decimal ones.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from auditor.records import dataclass

__all__ = ["DATA", "DIMENSIONLESS", "ENERGY", "MONEY", "TIME", "UNITS", "WORK", "Dimension", "Unit", "unit"]


@dataclass(frozen=True, slots=True)
class Dimension:
    """Exponents of the base dimensions."""

    data: int = 0
    work: int = 0
    time: int = 0
    money: int = 0
    energy: int = 0

    @property
    def exponents(self) -> tuple[int, int, int, int, int]:
        """Of data, work, time, money and energy."""
        return (self.data, self.work, self.time, self.money, self.energy)

    def __mul__(self, other: Dimension) -> Dimension:
        return Dimension(*(one + two for one, two in zip(self.exponents, other.exponents, strict=True)))

    def __truediv__(self, other: Dimension) -> Dimension:
        return Dimension(*(one - two for one, two in zip(self.exponents, other.exponents, strict=True)))

    def __pow__(self, power: int) -> Dimension:
        return Dimension(*(one * power for one in self.exponents))

    def __str__(self) -> str:
        parts = zip(("data", "work", "time", "money", "energy"), self.exponents, strict=True)
        named = [name if power == 1 else f"{name}^{power}" for name, power in parts if power]
        return " ".join(named) or "count"


DIMENSIONLESS: Final = Dimension()
DATA: Final = Dimension(data=1)
WORK: Final = Dimension(work=1)
TIME: Final = Dimension(time=1)
MONEY: Final = Dimension(money=1)
ENERGY: Final = Dimension(energy=1)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: `scale` base units (byte, FLOP, second, dollar, joule, one) make one of it."""

    symbol: str
    dimension: Dimension
    scale: Fraction
    counted: tuple[tuple[str, int], ...] = ()
    """What it counts and what it is per, with the power: (("gpu", 1),) of a GPU-hour, (("token", -1),) of dollars per token."""

    def __str__(self) -> str:
        return self.symbol


_DECIMAL: Final = {"": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY: Final = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50}


def _table() -> dict[str, Unit]:
    found: dict[str, Unit] = {}

    def add(symbol: str, dimension: Dimension, scale: Fraction | int, *counted: tuple[str, int]) -> None:
        found[symbol] = Unit(symbol, dimension, Fraction(scale), counted)

    add("1", DIMENSIONLESS, 1)
    for name in (
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
        add(name, DIMENSIONLESS, 1, (name, 1))
    for prefix, power in (("k", 3), ("M", 6), ("G", 9)):
        for name in ("token", "request"):
            add(f"{prefix}{name}", DIMENSIONLESS, 10**power, (name, 1))
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
        "week": Fraction(604800),
    }.items():
        add(symbol, TIME, scale)
        for counted in ("token", "sequence", "request", "batch", "step", "sample", "iteration"):
            add(f"{counted}/{symbol}", DIMENSIONLESS / TIME, 1 / scale, (counted, 1))
        add(f"1/{symbol}", DIMENSIONLESS / TIME, 1 / scale)
    for prefix in ("KB", "MB", "GB", "TB"):
        add(f"{prefix}/ms", DATA / TIME, found[prefix].scale * 1000)
    add("USD", MONEY, 1)
    add("EUR", MONEY, 1, ("euro", 1))
    add("USD/h", MONEY / TIME, Fraction(1, 3600))
    add("byte/token", DATA, 1)
    for prefix, power in _DECIMAL.items():
        add(f"{prefix}W", ENERGY / TIME, 10**power)
        add(f"{prefix}J", ENERGY, 10**power)
        add(f"{prefix}Wh", ENERGY, 3600 * 10**power)
    return found


_MOST_PARTS: Final = 6
"""Units that one composed unit may have: `USD/gpu/h` has three."""


class _Units(dict[str, Unit]):
    """The table; what is not in it is composed of what is: `gpu*h`, `GB/min`, `token/s/gpu`. Listing it gives the table alone."""

    def __init__(self, table: dict[str, Unit]) -> None:
        super().__init__(table)
        self._composed: dict[str, Unit] = {}

    def __contains__(self, symbol: object) -> bool:
        try:
            return isinstance(symbol, str) and bool(self[symbol])
        except KeyError:
            return False

    def get(self, symbol: str, default: Unit | None = None) -> Unit | None:  # type: ignore[override]
        """Return a unit, composed where it must be."""
        try:
            return self[symbol]
        except KeyError:
            return default

    def __missing__(self, symbol: str) -> Unit:
        found = self._composed.get(symbol)
        if found is None:
            found = self._composed[symbol] = self._compose(symbol)
        return found

    def _compose(self, symbol: str) -> Unit:
        parts = symbol.replace("/", " /").replace("*", " *").split()
        if not 1 < len(parts) <= _MOST_PARTS:
            raise KeyError(symbol)
        dimension, scale, counted = DIMENSIONLESS, Fraction(1), dict[str, int]()
        for part in parts:
            sign = -1 if part[0] == "/" else 1
            atom = dict.get(self, part.lstrip("/*"))
            if atom is None:
                raise KeyError(symbol)
            dimension *= atom.dimension**sign
            scale *= atom.scale**sign
            for name, power in atom.counted:
                counted[name] = counted.get(name, 0) + sign * power
        return Unit(symbol, dimension, scale, tuple((name, power) for name, power in counted.items() if power))


UNITS: Final[dict[str, Unit]] = _Units(_table())


def unit(symbol: str) -> Unit:
    """Return the unit with this symbol; `KeyError` if there is none."""
    return UNITS[symbol]
