"""Validation: a rule folder is what the schema asks for, its relations read, agree in their units and name what exists.

Nothing here needs SymPy; what must be proved is in `prove`. Every error carries file, line and column of the value at fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from string import Formatter
from typing import Any, Final, TypeVar

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from auditor.authoring.model import ConventionModel, RuleModel, SelectorModel, schema
from auditor.authoring.sources import Key, Sheet
from auditor.cost.closed import FORMULAS, Formula
from auditor.errors import RuleError
from auditor.records import dataclass
from auditor.relations.dimensions import check_condition, dimension
from auditor.relations.evaluate import Convention, UnknownError, value_of
from auditor.relations.language import (
    FUNCTIONS,
    Comparison,
    Expression,
    Macro,
    Name,
    Number,
    RelationError,
    conjuncts,
    mapped,
    names,
    read_condition,
    read_expression,
)
from auditor.units import UNITS, Dimension

__all__ = ["Checked", "Entry", "Use", "entries", "macros", "placeholders", "usual", "validate"]

_RESERVED: Final = frozenset({"and", "or", "not", "in", "expected", *FUNCTIONS})
_Read = TypeVar("_Read")


@lru_cache(maxsize=1)
def macros() -> Mapping[str, Macro]:
    """Return the closed formulas of the cost model as functions of the language."""
    return {name: _macro(formula) for name, formula in FORMULAS.items()}


def _macro(formula: Formula) -> Macro:
    """Return a formula as an expression; a constant's unit, which its text leaves out, is put before it."""
    body = read_expression(formula.text)
    found = dimension(body, {name: UNITS[unit].dimension for name, unit in formula.operands})
    for unit in ("FLOP", "byte"):
        if found is not None and found != formula.dimension and found * UNITS[unit].dimension == formula.dimension:
            body = mapped(body, _with_unit(unit))
            break
    return Macro(tuple(name for name, _ in formula.operands), body)


def _with_unit(unit: str) -> Callable[[Expression], Expression]:
    """Return a change that gives the first number of an expression a unit."""
    done: list[bool] = []

    def change(part: Expression) -> Expression:
        if isinstance(part, Number) and not done:
            done.append(True)
            return replace(part, unit=unit)
        return part

    return change


@dataclass(frozen=True, slots=True)
class Entry:
    """What a rule needs to know of a quantity of the lexicon."""

    id: str
    symbol: str
    unit: str
    of: tuple[str, ...] = ()
    """The parts of the plan whose figure is the quantity itself: `gpu` for the capacity of a GPU, `second` for a rate."""

    @property
    def dimension(self) -> Dimension:
        return UNITS[self.unit].dimension


@dataclass(frozen=True, slots=True)
class Use:
    """A name of the rule and the claims that may stand for it."""

    name: str
    entry: Entry
    roles: tuple[str, ...] = ("actual",)
    per: tuple[str, ...] = ()
    phase: str = "any"
    each: bool = False
    in_order: bool = False
    sure: bool = False
    facts: bool = False
    chosen: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """A rule file that passed: the model, and its parts read."""

    sheet: Sheet
    model: RuleModel
    uses: tuple[Use, ...]
    assume: Mapping[str, Fraction]
    given: tuple[Expression, ...]
    let: Mapping[str, Expression]
    conventions: tuple[Convention, ...]
    tolerance: Fraction
    subject: str


def entries(lexicon: Any, path: str = "lexicon.yaml") -> dict[str, Entry]:
    """Return the quantities of a lexicon by id and by symbol; RuleError where it is not one."""
    found: dict[str, Entry] = {}
    listed = lexicon.get("quantities") if isinstance(lexicon, dict) else None
    if not isinstance(listed, list):
        raise RuleError("the lexicon has no list `quantities`", path=path)
    for item in listed:
        if not isinstance(item, dict) or not all(isinstance(item.get(key), str) for key in ("id", "symbol")):
            raise RuleError(f"a quantity of the lexicon lacks id or symbol: {str(item)[:80]}", path=path)
        unit = str(item.get("unit", "1"))
        if unit not in UNITS:
            raise RuleError(f"quantity {item['id']}: unknown unit {unit!r}", path=path)
        of: Any = item.get("of", item.get("per", []))
        entry = Entry(item["id"], item["symbol"], unit, (of,) if isinstance(of, str) else tuple(str(part) for part in of))
        for name in (entry.id, entry.symbol):
            if name in found and found[name].id != entry.id:
                raise RuleError(f"{name!r} names two quantities: {found[name].id} and {entry.id}", path=path)
            found[name] = entry
    return found


_VALIDATOR: Final = Draft202012Validator(schema())


def _check_schema(sheet: Sheet) -> RuleModel:
    errors = sorted(_VALIDATOR.iter_errors(sheet.data), key=lambda error: sheet.place(list(error.absolute_path)).line)
    if errors:
        error = errors[0]
        route = list(error.absolute_path)
        deeper = best_match(error.context or []) or error
        if len(deeper.absolute_path) > len(route):
            error, route = deeper, list(deeper.absolute_path)
        raise sheet.error(_say(error), route)
    return RuleModel.model_validate(sheet.data)


def _say(error: ValidationError) -> str:
    """Return a schema error in words that name the remedy."""
    where = ".".join(str(part) for part in error.absolute_path) or "the rule"
    wanted: Any = error.validator_value
    outline: Any = error.schema
    instance: Any = error.instance
    match error.validator:
        case "additionalProperties":
            known = sorted(outline.get("properties", {}))
            unknown = [key for key in instance if key not in known]
            return f"{where}: unknown key {unknown[0]!r}; known are {', '.join(known)}"
        case "required":
            missing = [key for key in wanted if key not in instance]
            return f"{where}: {', '.join(missing)} missing"
        case "oneOf":
            return f"{where}: exactly one of holds, conventions and check is wanted"
        case "enum":
            return f"{where}: {instance!r} is none of {', '.join(map(str, wanted))}"
        case "pattern":
            return f"{where}: {instance!r} is not of the form {wanted}"
        case "type":
            return f"{where}: {instance!r} is not a {wanted}; quote it if it is meant as text"
        case _:
            return f"{where}: {error.message[:200]}"


class _Checker:
    """The checks of one rule file beyond its schema."""

    def __init__(self, sheet: Sheet, model: RuleModel, lexicon: Mapping[str, Entry]) -> None:
        self.sheet, self.model, self.lexicon = sheet, model, lexicon
        self.uses = tuple(self.read_uses())
        self.known = {use.name: use.entry.dimension for use in self.uses}

    def fail(self, message: str, *route: Key, offset: int = 0) -> RuleError:
        return self.sheet.error(message, route, offset)

    def read_uses(self) -> Iterator[Use]:
        uses = self.model.uses
        pairs: list[tuple[Key, str, str | SelectorModel]]
        if isinstance(uses, list):
            pairs = [(index, "", name) for index, name in enumerate(uses)]
        else:
            pairs = [(name, name, selected) for name, selected in uses.items()]
        seen: set[str] = set()
        for key, given, selected in pairs:
            wanted = selected if isinstance(selected, str) else selected.quantity
            if wanted not in self.lexicon:
                raise self.fail(f"the lexicon has no quantity {wanted!r}{self.near(wanted)}", "uses", key)
            entry = self.lexicon[wanted]
            name = given or entry.symbol
            if name in seen or name in _RESERVED:
                raise self.fail(f"{name!r} {'stands twice' if name in seen else 'is a word of the language'}", "uses", key)
            seen.add(name)
            if isinstance(selected, str):
                yield Use(name, entry, per=usual(entry))
            else:
                roles = (selected.role,) if isinstance(selected.role, str) else tuple(selected.role)
                per = (selected.per,) if isinstance(selected.per, str) else tuple(selected.per or usual(entry))
                yield Use(
                    name,
                    entry,
                    roles,
                    per,
                    selected.phase,
                    selected.each,
                    selected.in_order,
                    selected.sure,
                    selected.facts,
                    selected.chosen,
                    selected.alone,
                )

    def near(self, wanted: str) -> str:
        from difflib import get_close_matches

        close = get_close_matches(wanted, self.lexicon, n=1)
        return f"; did you mean {close[0]!r}?" if close else ""

    def condition(self, text: str, *route: Key) -> Expression:
        try:
            node = read_condition(text, macros())
            check_condition(node, self.known)
        except RelationError as error:
            raise self.fail(f"{error.message} in {text!r}", *route, offset=error.offset) from error
        return node

    def expression(self, text: str, *route: Key, known: Mapping[str, Dimension] | None = None) -> Expression:
        try:
            node = read_expression(text, macros())
            dimension(node, self.known if known is None else known)
        except RelationError as error:
            raise self.fail(f"{error.message} in {text!r}", *route, offset=error.offset) from error
        return node

    def conditions(self, texts: str | Sequence[str] | None, *route: Key) -> tuple[Expression, ...]:
        if texts is None:
            return ()
        if isinstance(texts, str):
            return (self.condition(texts, *route),)
        return tuple(self.condition(text, *route, index) for index, text in enumerate(texts))

    def assumptions(self) -> dict[str, Fraction]:
        found = {}
        for name, value in self.model.assume.items():
            if name not in self.known:
                raise self.fail(f"{name!r} is assumed but not among `uses`", "assume", name)
            if isinstance(value, int):
                found[name] = Fraction(value)
                continue
            node = self.expression(value, "assume", name, known={})
            if dimension(node, {}) not in (None, self.known[name]):
                raise self.fail(f"{name} is a {self.known[name]}, {value!r} is not", "assume", name)
            try:
                found[name] = value_of(node, {})
            except UnknownError as error:
                raise self.fail(error.reason, "assume", name) from error
        return found

    def read_conventions(self) -> tuple[Convention, ...]:
        model = self.model
        if model.holds is not None:
            whole = ConventionModel.model_validate({"holds": model.holds, "and": model.and_, "source": "the rule"})
            return (self.convention("", whole),)
        return tuple(self.convention(name, one, "conventions", name) for name, one in (model.conventions or {}).items())

    def convention(self, name: str, model: ConventionModel, *route: Key) -> Convention:
        holds = self.condition(model.holds, *route, "holds")
        also = self.conditions(model.and_, *route, "and")
        when = None if model.when is None else self.condition(model.when, *route, "when")
        return Convention(name, holds, also, when, model.source if name else "", tuple(model.frameworks))

    def check(self) -> Checked:
        model = self.model
        conventions = self.read_conventions()
        given = self.conditions(model.given, "given")
        let = {name: self.expression(text, "let", name) for name, text in model.let.items()}
        assume = self.assumptions()
        if model.and_ is not None and model.holds is None:
            raise self.fail("`and` here belongs to `holds`; give each convention its own", "and")
        if model.check is None:
            self.check_relation(conventions, given, let)
        self.check_words(let, conventions)
        subject = self.subject(conventions)
        tolerance = Fraction(0) if model.tolerance == "exact" else Fraction(model.tolerance.rstrip("%")) / 100
        return Checked(self.sheet, model, self.uses, assume, given, let, conventions, tolerance, subject)

    def check_relation(self, conventions: Sequence[Convention], given: Sequence[Expression], let: Mapping[str, Expression]) -> None:
        if not self.model.uses:
            raise self.fail("a relation needs `uses`: the quantities it relates")
        if self.model.message is None:
            raise self.fail("message missing")
        used: set[str] = set()
        for one in conventions:
            for node in (one.holds, *one.also, *([one.when] if one.when else [])):
                used.update(names(node))
        used.update(name for node in (*given, *let.values()) for name in names(node))
        for use in self.uses:
            if use.name not in used:
                raise self.fail(f"{use.name!r} stands among `uses` but in no relation", "uses")
        for name in let:
            if name in self.known:
                raise self.fail(f"{name!r} already names a quantity", "let", name)

    def check_words(self, let: Mapping[str, Expression], conventions: Sequence[Convention]) -> None:
        solvable = {name for one in conventions for name in names(one.holds)}
        words: list[tuple[str, tuple[Key, ...]]] = [(text, ("labels", name)) for name, text in self.model.labels.items()]
        if self.model.message is not None:
            words.append((self.model.message, ("message",)))
        for text, route in words:
            for name, form in placeholders(text, self.sheet, route):
                if form not in ("", "expected", "written"):
                    raise self.fail(f"unknown form {form!r} in {{{name}:{form}}}; there are `expected` and `written`", *route)
                if form == "written" and name not in let:
                    raise self.fail(f"{{{name}:written}} is for names under `let`", *route)
                if form == "expected" and name not in solvable:
                    raise self.fail(f"{{{name}:expected}}: {name!r} stands in no relation to solve", *route)
                if not form and name not in self.known and name not in let and name not in ("claimed", "expected"):
                    raise self.fail(f"{{{name}}} is neither among `uses` nor under `let`", *route)
        for name in self.model.labels:
            if name not in self.known:
                raise self.fail(f"label of {name!r}, which is not among `uses`", "labels", name)
        for kind in ("keep", "prefer"):
            for index, name in enumerate(getattr(self.model.repair, kind)):
                if name not in self.known:
                    raise self.fail(f"{name!r} is not among `uses`", "repair", kind, index)
        if self.model.repair.derived is not None and self.model.repair.derived not in self.known:
            raise self.fail(f"{self.model.repair.derived!r} is not among `uses`", "repair", "derived")

    def subject(self, conventions: Sequence[Convention]) -> str:
        if self.model.subject is not None:
            if self.model.subject not in self.known:
                raise self.fail(f"{self.model.subject!r} is not among `uses`", "subject")
            return self.model.subject
        for one in conventions:
            for part in conjuncts(one.holds):
                if isinstance(part, Comparison):
                    return part.left.name if isinstance(part.left, Name) else names(part)[0] if names(part) else ""
        return self.uses[0].name if self.uses else ""


def usual(entry: Entry) -> tuple[str, ...]:
    """Return the scopes a quantity is taken with where nothing is said: unsaid, and those of the lexicon's `of`, or the whole."""
    return ("unsaid", *entry.of) if entry.of else ("total", "unsaid")


def placeholders(text: str, sheet: Sheet, route: Sequence[Key] = ()) -> list[tuple[str, str]]:
    """Return the placeholders of a message as (name, form); RuleError if its braces do not pair or hold more than a name."""
    try:
        parts = [(name, form or "", conversion) for _, name, form, conversion in Formatter().parse(text) if name is not None]
    except ValueError as error:
        raise sheet.error(f"{error} in {text!r}", route) from error
    for name, form, conversion in parts:
        if conversion or not name.isidentifier() or (form and not form.isidentifier()):
            raise sheet.error(f"a placeholder is a name, like {{gpus}} or {{gpus:expected}}, not {{{name}}}", route)
    return [(name, form) for name, form, _ in parts]


def validate(sheet: Sheet, lexicon: Mapping[str, Entry]) -> Checked:
    """Check one rule file against schema and lexicon; RuleError with its place where it does not fit."""
    model = _check_schema(sheet)
    return _Checker(sheet, model, lexicon).check()
