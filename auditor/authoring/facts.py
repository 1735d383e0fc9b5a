"""What follows from what: reads and checks `rules/facts.yaml`, and the cost model's formulas as functions of the rule language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from jsonschema import Draft202012Validator
from pydantic import BaseModel, ConfigDict, Field

from auditor.authoring.model import Formula, Identifier, Line, PerName, Quantity, Slug
from auditor.authoring.sources import Key, Sheet
from auditor.authoring.validate import Entry, macros, usual
from auditor.relations.dimensions import check_condition, dimension
from auditor.relations.language import RelationError, names, read_condition, read_expression, write

__all__ = ["compiled_facts"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TakenModel(_Strict):
    """A quantity and the scopes it is taken with."""

    quantity: Quantity
    per: Annotated[PerName | Annotated[list[PerName], Field(min_length=1)] | None, Field(description="As in the `uses` of a rule.")] = None


class FollowingModel(_Strict):
    """One thing that follows."""

    gives: Annotated[Quantity | TakenModel, Field(description="The quantity that follows, and whose it is.")]
    uses: Annotated[dict[Identifier, Quantity | TakenModel] | list[Quantity], Field(description="What it follows from.")]
    given: Annotated[Formula | list[Formula], Field(description="It follows only where all of these hold.")] = []
    unless: Annotated[list[Quantity], Field(description="It does not follow where the plan states one of these.")] = []
    value: Annotated[Formula, Field(description="The formula; those of the cost model may be called by name.")]
    bound: Annotated[Literal["exactly", "at-least", "at-most"], Field(description="What the formula says of the quantity.")] = "exactly"
    source: Annotated[Line, Field(description="Who says so.")]


class _FactsModel(_Strict):
    facts: dict[Slug, FollowingModel]


_VALIDATOR: Final = Draft202012Validator(_FactsModel.model_json_schema())


def compiled_facts(sheet: Sheet, lexicon: Mapping[str, Entry]) -> list[dict[str, Any]]:
    """Return the facts of a sheet as plain data, formulas written out; RuleError with file, line and column where one is at fault."""
    for error in sorted(_VALIDATOR.iter_errors(sheet.data), key=lambda one: sheet.place(list(one.absolute_path)).line):
        raise sheet.error(f"{error.message[:200]}", list(error.absolute_path))
    model = _FactsModel.model_validate(sheet.data)
    return [_compiled(sheet, name, one, lexicon) for name, one in model.facts.items()]


def _taken(sheet: Sheet, name: str, found: str | TakenModel, lexicon: Mapping[str, Entry], route: tuple[Key, ...]) -> dict[str, Any]:
    wanted = found if isinstance(found, str) else found.quantity
    if wanted not in lexicon:
        raise sheet.error(f"the lexicon has no quantity {wanted!r}", route)
    entry = lexicon[wanted]
    per = None if isinstance(found, str) else found.per
    scopes = usual(entry) if per is None else (per,) if isinstance(per, str) else tuple(per)
    return {"name": name or entry.symbol, "quantity": entry.id, "symbol": entry.symbol, "unit": entry.unit, "per": list(scopes)}


def _compiled(sheet: Sheet, name: str, one: FollowingModel, lexicon: Mapping[str, Entry]) -> dict[str, Any]:
    route: tuple[Key, ...] = ("facts", name)
    pairs = one.uses.items() if isinstance(one.uses, dict) else [("", quantity) for quantity in one.uses]
    uses = [_taken(sheet, given, found, lexicon, (*route, "uses")) for given, found in pairs]
    gives = _taken(sheet, "", one.gives, lexicon, (*route, "gives"))
    known = {use["name"]: lexicon[use["quantity"]].dimension for use in uses}
    place = "value"
    try:
        value = read_expression(one.value, macros())
        found = dimension(value, known)
        wanted = lexicon[gives["quantity"]].dimension
        if found not in (None, wanted):
            raise RelationError(f"{gives['quantity']} is a {wanted}, this is a {found}")
        unused = known.keys() - set(names(value))
        place = "given"
        given = [read_condition(text, macros()) for text in ([one.given] if isinstance(one.given, str) else one.given)]
        for condition in given:
            check_condition(condition, known)
            unused -= set(names(condition))
    except RelationError as error:
        raise sheet.error(error.message, (*route, place), error.offset) from error
    if unused:
        raise sheet.error(f"{sorted(unused)[0]!r} stands among `uses` but in no formula", (*route, "uses"))
    return {
        "name": name,
        "gives": gives,
        "uses": uses,
        "value": write(value),
        "given": [write(condition) for condition in given],
        "unless": [_taken(sheet, "", quantity, lexicon, (*route, "unless"))["quantity"] for quantity in one.unless],
        "bound": one.bound,
        "source": one.source,
    }
