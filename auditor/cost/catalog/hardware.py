"""Accelerators: peak rates, memory and links, and what names and claims may mean by them."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from auditor.cost.catalog.figures import DATA, Comparison, Figure, Grade, Reading, compare, number, rows, vocabulary
from auditor.cost.catalog.names import Token, family_at, tokens
from auditor.errors import RuleError
from auditor.records import dataclass
from auditor.remember import remembered
from auditor.units import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from auditor.values import Interval

__all__ = ["Hardware", "compare_hardware", "find_hardware", "hardware", "hardware_names", "is_capacity", "readings"]

CAPACITY: Final = "memory.capacity"
_SLACK: Final = 50
"""One part in so many by which a written memory may differ from that of a part."""
BANDWIDTH: Final = "hardware.memory_bandwidth"
PEAK: Final = "hardware.peak_flops"
LINK: Final = "hardware.link_bandwidth"

TOLERANCE: Final = Fraction(2, 100)
"""Published rates are rounded to two or three digits in most places: 989.4 is printed as 989, 990 and 1000."""
_BINARY: Final = Fraction(2**30, 10**9)

_LOOKAHEAD: Final = 7


@dataclass(frozen=True, slots=True)
class Hardware:
    """One part: a product in one form and memory size. Rates are per GPU, bandwidths in bytes per second."""

    name: str
    vendor: str
    families: tuple[str, ...]
    form: str
    capacity: Fraction
    """GB, as in its name."""
    link: str
    multiples: tuple[tuple[str, Fraction], ...]
    """Other units of counting and their share of this one: one die of two, a superchip of two GPUs."""
    note: str
    figures: tuple[Figure, ...]

    def quoted(self, quantity: str, precision: str = "", kind: str = "") -> tuple[Figure, ...]:
        """Return the published figures of a quantity, the principal one first."""
        return tuple(
            figure
            for figure in self.figures
            if figure.quantity == quantity and (not precision or figure.precision == precision) and (not kind or figure.kind == kind)
        )

    def peak(self, precision: str, *, sparse: bool = False) -> Figure | None:
        """Return the peak rate of a number format (fp32, tf32, bf16, fp16, fp8, fp4, int8); None where it has none."""
        found = self.quoted(PEAK, precision, "sparse" if sparse else "dense")
        return found[0] if found else None

    @property
    def memory(self) -> Figure:
        """Memory capacity of one GPU."""
        return self.quoted(CAPACITY)[0]

    @property
    def memory_bandwidth(self) -> Figure:
        return self.quoted(BANDWIDTH)[0]

    @property
    def link_bandwidth(self) -> Figure:
        """Bandwidth to other GPUs, both directions together; half of it one way."""
        return self.quoted(LINK)[0]


@dataclass(frozen=True, slots=True)
class _Words:
    """Words around a part's name."""

    forms: Mapping[str, str]
    fillers: frozenset[str]
    hedges: frozenset[str]


@lru_cache(maxsize=1)
def _words() -> _Words:
    words = vocabulary("hardware")
    return _Words(words["forms"], frozenset((*words["fillers"], *words["makers"])), frozenset(words["hedges"]))


@lru_cache(maxsize=1)
def _parts() -> Mapping[str, Hardware]:
    path = str(DATA / "hardware-figures.csv")
    figures: dict[str, list[Figure]] = {}
    for line, row in enumerate(rows("hardware-figures.csv"), start=2):
        if row["unit"] not in UNITS:
            raise RuleError(f"unknown unit {row['unit']!r}", path=path, line=line)
        figures.setdefault(row["name"], []).append(
            Figure(
                quantity=row["quantity"],
                value=number(row["value"], path),
                unit=row["unit"],
                grade=Grade(row["grade"]),
                source=row["source"],
                place=row["place"],
                precision=row["precision"],
                kind=row["kind"],
                note=row["note"],
            )
        )
    found = {}
    for row in rows("hardware.csv"):
        multiples = tuple(_multiple(part) for part in row["multiples"].split(";") if part)
        found[row["name"]] = Hardware(
            name=row["name"],
            vendor=row["vendor"],
            families=tuple(row["families"].split()),
            form=row["form"],
            capacity=Fraction(row["capacity"]),
            link=row["link"],
            multiples=multiples,
            note=row["note"],
            figures=tuple(figures.pop(row["name"], ())),
        )
    if figures:
        raise RuleError(f"figures of an unknown part: {', '.join(sorted(figures))}", path=path)
    return found


def _multiple(text: str) -> tuple[str, Fraction]:
    says, _, factor = text.partition(":")
    return says, Fraction(factor)


@lru_cache(maxsize=1)
def _families() -> Mapping[str, tuple[Hardware, ...]]:
    found: dict[str, list[Hardware]] = {}
    for part in _parts().values():
        for family in part.families:
            found.setdefault(family, []).append(part)
    return {family: tuple(parts) for family, parts in found.items()}


def hardware_names() -> tuple[str, ...]:
    """Return the names of all parts, in catalog order."""
    return tuple(_parts())


def hardware(name: str) -> Hardware | None:
    """Return the part of this catalog name, or the one part that `name` can only mean; None otherwise."""
    part = _parts().get(name)
    if part is not None:
        return part
    found = find_hardware(name)
    return found[0] if len(found) == 1 else None


def is_capacity(value: Fraction) -> bool:
    """Tell whether some part of the catalog has this much memory, in bytes, its figure read as GB or as GiB."""
    sizes = {part.capacity * unit for part in _parts().values() for unit in (10**9, 2**30)}
    return any(abs(value - size) * _SLACK <= size for size in sizes)


@remembered
def find_hardware(text: str) -> tuple[Hardware, ...]:
    """Return every part that a short text may name: all variants of "H100", one of "A100-SXM4-80GB", none of "H100-class".

    A name with a form or memory size that no known variant has ("H100 96GB") gives nothing: it may be a part not listed.
    """
    found = tokens(text)
    parts: dict[str, Hardware] = {}
    place = 0
    while place < len(found):
        family = family_at(found, place, _families())
        if family is None:
            place += 1
            continue
        name, end = family
        for part in _variants(found, name, place, end):
            parts[part.name] = part
        place = end
    return tuple(parts.values())


def _variants(found: Sequence[Token], family: str, start: int, end: int) -> tuple[Hardware, ...]:
    """Return the variants of a family that the words around its name leave possible."""
    forms: set[str] = set()
    sizes: set[Fraction] = set()
    place = start - 1
    while place >= max(0, start - 4) and (facet := _facet(found, place)) is not None:
        forms |= facet[0]
        place -= 1
    place = end
    while place < min(len(found), end + _LOOKAHEAD):
        token = found[place].text
        if token in _words().hedges:
            return ()
        facet = _facet(found, place)
        if facet is None:
            # A word glued to the name makes another name of it (L40-8Q, H100-MIG); a number of GPUs does not.
            if found[place].glued and place == end and token.isalpha() and len(token) <= 2:
                return ()
            break
        forms |= facet[0]
        sizes |= facet[1]
        place += 1
    variants = _families()[family]
    if sizes:
        variants = tuple(part for part in variants if part.capacity in sizes)
    if forms:
        # A form that no variant is known by ("DGX GB200") says nothing; one that some have must fit.
        known = {part.form for part in _families()[family]}
        if forms & known:
            variants = tuple(part for part in variants if part.form in forms)
        elif known - {""} and forms <= {"pcie", "nvl", "sxm"} and known & {"pcie", "nvl", "sxm"}:
            return ()
    return variants


def _facet(found: Sequence[Token], place: int) -> tuple[set[str], set[Fraction]] | None:
    """Return (forms, memory sizes) that a token says; None for a word that belongs to no part's name."""
    token = found[place].text
    words = _words()
    if token in words.forms:
        return {words.forms[token]}, set()
    for unit in ("gb", "gib", "g"):
        digits = token.removesuffix(unit)
        if token.endswith(unit) and digits.isdecimal() and len(digits) < 6:
            return set(), {Fraction(int(digits))}
    if token in {"gb", "gib"} and place and found[place - 1].text.isdecimal() and len(found[place - 1].text) < 6:
        return set(), {Fraction(int(found[place - 1].text))}
    if token in words.fillers or token.isdecimal():
        return set(), set()
    return None


def readings(parts: Sequence[Hardware], quantity: str, precision: str = "") -> Iterator[Reading]:
    """Yield every value that a claim about one of these parts may mean.

    `quantity` is memory.capacity, hardware.memory_bandwidth, hardware.peak_flops (with `precision` if the claim states one)
    or hardware.link_bandwidth. A rate without a stated precision may be that of any format.
    """
    for part in parts:
        figures = part.quoted(quantity, precision if quantity == PEAK else "")
        first = True
        for figure in figures:
            plain = figure.kind == "dense" or (quantity != PEAK and first)
            first = False
            says = "" if plain else {"sparse": "with sparsity", "vector": "rate of the vector units"}.get(figure.kind, figure.kind)
            yield Reading(part.name, figure, Fraction(1), says)
            for other, factor in part.multiples:
                yield Reading(part.name, figure, factor, f"{says}, {other}" if says else other)
            if quantity == CAPACITY and figure.unit == "GB":
                yield Reading(part.name, figure, _BINARY, "in GiB")
                yield Reading(part.name, figure, 1 / _BINARY, "GB read for GiB")
            if quantity == LINK:
                yield Reading(part.name, figure, Fraction(1, 2), "one direction")
            if figure.kind == "dense" and part.peak(figure.precision, sparse=True) is None and _has_sparsity(part, figure.precision):
                yield Reading(part.name, figure, Fraction(2), "with sparsity")


def _has_sparsity(part: Hardware, precision: str) -> bool:
    """Tell whether 2:4 sparsity may double a rate: tensor formats of parts that quote a sparse rate at all."""
    return precision not in {"fp32"} and any(figure.kind == "sparse" for figure in part.figures)


def compare_hardware(
    parts: Sequence[Hardware],
    quantity: str,
    claimed: Interval,
    precision: str = "",
    tolerance: Fraction = TOLERANCE,
    *,
    dense: bool = False,
) -> Comparison:
    """Compare a claim (base units: bytes, bytes/s, FLOP/s; one GPU) with all parts it may be about.

    A rate that is called `dense` may not be one with sparsity, but of a part whose dense rates double with a narrower sum.
    """
    found = readings(parts, quantity, precision)
    if dense and not any(_sums_in_two_widths(part) for part in parts):
        found = (one for one in found if "sparsity" not in one.says)
    return compare(found, claimed, tolerance)


def _sums_in_two_widths(part: Hardware) -> bool:
    """Tell whether a part is of the series of which some sum 16-bit products in 16 bits at twice their rate in 32."""
    return part.families[0].startswith("rtx")
