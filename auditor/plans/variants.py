"""Keys, heads and bullets that name variants, `"tpot_ms": {"tp_8": 2.84, "tp_4": 4.1}`: each is a plan of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from auditor.claims.lexicon import Lexicon
from auditor.claims.members import keyed_at, settings_in
from auditor.claims.model import Claim
from auditor.statements import Kind, Label, LabelKind, Statement, place_of

__all__ = ["VARIANT", "variant_labels", "with_records", "with_variants"]

VARIANT: Final = "variant "
"""What the ids of their plans begin with."""
_NAMES_VARIANTS: Final = frozenset({LabelKind.KEY, LabelKind.COLUMN, LabelKind.ITEM, LabelKind.LEAD})

Settings = tuple[tuple[str, int], ...]


def variant_labels(statements: Sequence[Statement], lexicon: Lexicon) -> dict[int, str]:
    """Return the labels that name variants, by where they start: beside each stands another that sets the same thing otherwise."""
    beside: dict[tuple[object, ...], dict[int, tuple[str, Settings]]] = defaultdict(dict)
    measured: set[int] = set()
    seen: set[int] = set()
    for statement in statements:
        for depth, label in enumerate(statement.path):
            start = label.text.whole.start
            if start in seen or label.kind not in _NAMES_VARIANTS:
                continue
            seen.add(start)
            settings = settings_in(label.text.content, lexicon) or _keyed(statement.path, depth, lexicon)
            if settings:
                beside[_group(statement, depth, label)][start] = (label.text.content.strip(" *_`:"), settings)
                if statement.literal == "number" and label is statement.path[-1]:
                    measured.add(start)
    found: dict[int, str] = {}
    for labels in beside.values():
        if _differ([settings for _, settings in labels.values()], measured.issuperset(labels)):
            found |= {start: name for start, (name, _) in labels.items()}
    return found


def _differ(settings: Sequence[Settings], measured: bool) -> bool:
    """Tell whether labels name variants: they set one thing in two ways, or hold a figure each and set different things.

    Bullets `PP4: each stage has 8 layers` and `EP16: ...` are parts of one layout.
    """
    values: dict[str, set[int]] = defaultdict(set)
    for one in settings:
        for quantity, value in one:
            values[quantity].add(value)
    return len(settings) > 1 and (any(len(one) > 1 for one in values.values()) or (measured and len(values) > 1))


def _keyed(path: Sequence[Label], depth: int, lexicon: Lexicon) -> Settings:
    """Return what a bare number sets as a key, where the label above says so: `latency_ms_by_batch: {"8": 14}`."""
    number, outer = path[depth].text.content.strip(" *_`"), path[depth - 1].text.content if depth else ""
    if not (number.isascii() and number.isdigit()) or len(number) > _MOST_DIGITS:
        return ()
    at = keyed_at(outer, lexicon)
    return ((outer[at:], int(number)),) if at < len(outer) else ()


_MOST_DIGITS: Final = 12


def _group(statement: Statement, depth: int, label: Label) -> tuple[object, ...]:
    """Return what the labels beside one have in common: the table, or the place they stand in."""
    if label.kind is LabelKind.COLUMN and statement.cell is not None:
        return ("table", statement.cell.table)
    return (label.kind.value, *place_of(statement.path[:depth]))


def with_variants(
    statements: Sequence[Statement], claims: Sequence[Claim], lexicon: Lexicon, titles: dict[str, tuple[str, bool]], main: str
) -> tuple[Claim, ...]:
    """Give the claims of each variant a plan of its own, and those of its label; `titles` gains the names of the plans.

    The claims of `main` only; what the report says of all holds for a variant too, but for how it is set up.
    """
    labels = variant_labels(statements, lexicon)
    if not labels:
        return tuple(claims)
    result = list(claims)
    for index, claim in enumerate(claims):
        if claim.source or claim.plan != main:
            continue
        statement = statements[claim.statement]
        starts = [start for label in statement.path if (start := label.text.whole.start) in labels]
        own = statement.value.whole.start
        if statement.kind is Kind.HEAD and own in labels and own not in starts:
            starts.append(own)
        if starts:
            id_ = VARIANT + " ".join(map(str, starts))
            titles[id_] = (", ".join(labels[start] for start in starts), True)
            result[index] = replace(claim, plan=id_)
    return tuple(result)


def with_records(
    statements: Sequence[Statement], claims: Sequence[Claim], titles: dict[str, tuple[str, bool]], main: str
) -> tuple[Claim, ...]:
    """Give the records of JSON Lines plans of their own where there are several; nothing holds for all of them. One is the whole plan."""
    alone = len({statement.record for statement in statements} - {None}) == 1
    result = list(claims)
    for index, claim in enumerate(claims):
        record = None if claim.source else statements[claim.statement].record
        if record is not None and claim.plan == main:
            id_ = main if alone else f"record {record + 1}"
            titles |= {} if alone else {id_: (id_, False)}
            member = claim.scope.member if "[" not in claim.scope.member else ""
            result[index] = replace(claim, plan=id_, scope=replace(claim.scope, member=member))
    return tuple(result)
