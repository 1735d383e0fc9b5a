"""What claims beside a claim make of it: a width, a total, a count of one holder, the GPUs of a node."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Final

from auditor.claims.labels import find_any
from auditor.claims.lexicon import Lexicon
from auditor.claims.model import Claim, Role
from auditor.findings import Confidence
from auditor.statements import Kind, LabelKind, Statement

__all__ = ["beside_others"]


def beside_others(statements: Sequence[Statement], claims: Sequence[Claim], lexicon: Lexicon) -> tuple[Claim, ...]:
    """Return the claims as the others of the report show them to be meant."""
    claims = _widths(statements, claims, lexicon)
    claims = _totals(statements, claims, lexicon)
    claims = _there(statements, _of_a_node(statements, _of_one_holder(claims)), lexicon)
    return _out_of(claims, lexicon)


def _widths(statements: Sequence[Statement], claims: Sequence[Claim], lexicon: Lexicon) -> tuple[Claim, ...]:
    """Doubt a plain "hidden size" where a token dimension of another size is stated: it may be the width of the FFN."""
    token = {
        claim.interval.low
        for claim in claims
        if claim.quantity == "model.hidden" and _says(statements, claim, lexicon, ("token", "embedding", "model"))
    }
    if not token:
        return tuple(claims)
    return tuple(
        replace(claim, confidence=Confidence.LOW)
        if claim.quantity == "model.hidden"
        and claim.interval.low not in token
        and not _says(statements, claim, lexicon, ("token", "embedding", "model"))
        else claim
        for claim in claims
    )


def _totals(statements: Sequence[Statement], claims: Sequence[Claim], lexicon: Lexicon) -> tuple[Claim, ...]:
    """Take "total experts" for the experts of all layers where a smaller number a layer divides it, or stands beside it as such."""
    plain = {claim.interval.low for claim in claims if claim.quantity == "model.experts" and claim.interval.is_exact and claim.interval.low}
    layers = {claim.interval.low for claim in claims if claim.quantity == "model.layers" and claim.interval.is_exact and claim.interval.low}
    totals = {claim.interval.low for claim in claims if claim.quantity == "model.experts_total" and claim.interval.is_exact}
    per_layer = {
        (statements[claim.statement].group, claim.interval.low)
        for claim in claims
        if claim.quantity == "model.experts" and claim.scope.per == "layer" and claim.role is Role.ACTUAL and claim.interval.is_exact
    }
    result = []
    for claim in claims:
        if claim.quantity == "model.experts_total" and _per_layer(statements[claim.statement], lexicon):
            claim = replace(claim, quantity="model.experts", symbol="experts")  # `Total experts: 64 per layer`
        elif claim.quantity == "model.experts" and claim.interval.is_exact:
            value = claim.interval.low or Fraction(0)
            if not (value in totals or "total" in statements[claim.statement].label.lower()):
                result.append(claim)
                continue
            made = any(
                small < value and (value / small in layers or (not layers and value % small == 0)) for small in plain if small is not None
            )
            beside = (small for group, small in per_layer if small is not None and group == statements[claim.statement].group)
            if made or any(small < value for small in beside):
                sure = claim.confidence if made else Confidence.MEDIUM
                claim = replace(claim, quantity="model.experts_total", symbol="experts_total", confidence=sure)
        result.append(claim)
    return tuple(result)


def _per_layer(statement: Statement, lexicon: Lexicon) -> bool:
    numbers = lexicon.scan(statement.value.content)
    return bool(numbers) and numbers[0].per == "layer"


def _of_one_holder(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Take one expert, where a mixture of several is stated, for that of each GPU or layer of which the words speak, not for all."""
    several = any(claim.quantity == "model.experts" and (claim.interval.low or 0) > 1 for claim in claims)
    return tuple(
        replace(claim, confidence=Confidence.LOW, scope=replace(claim.scope, words=claim.scope.words or "each"))
        if several and claim.quantity == "model.experts" and claim.interval.is_exact and claim.interval.low == 1
        else claim
        for claim in claims
    )


def _of_a_node(statements: Sequence[Statement], claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Take `devices: 8` of a trainer, or beside `num_nodes: 4`, for the GPUs of a node, as PyTorch Lightning means it."""

    def above(claim: Claim) -> tuple[int, ...]:
        return tuple(label.text.whole.start for label in statements[claim.statement].path[:-1])

    several = {above(claim) for claim in claims if claim.quantity == "nodes" and not claim.source and (claim.interval.low or 0) > 1}
    result = []
    for claim in claims:
        statement = statements[claim.statement]
        names = [label.text.content.lower() for label in statement.path[-2:]]
        trainer = ".".join(names).endswith(("trainer.devices", "trainer.gpus"))
        plain = statement.kind is Kind.ENTRY and (trainer or (names[-1:] == ["devices"] and above(claim) in several))
        if claim.quantity == "gpus" and not claim.source and plain:
            claim = replace(claim, quantity="gpus.per_node", symbol="gpus_per_node", scope=replace(claim.scope, per="node"))
        result.append(claim)
    return tuple(result)


def _there(statements: Sequence[Statement], claims: Sequence[Claim], lexicon: Lexicon) -> tuple[Claim, ...]:
    """Take GPUs that are called available by the heading or the brackets beside them for those there are, where others are planned.

    `Total GPUs: 16 (ample, all available)` and a list under "Available resources", beside `GPUs required: 64`.
    """
    there, used = lexicon.quantities["gpus.available"], lexicon.against.get("gpus.available", frozenset())
    planned = [claim for claim in claims if claim.quantity == "gpus" and claim.role is Role.ACTUAL and not claim.source]
    called = {id(claim) for claim in planned if _is_called(statements[claim.statement], there.qualifiers, used, lexicon)}
    if not called or len(called) == len(planned):
        return tuple(claims)
    return tuple(replace(claim, quantity=there.id, symbol=there.symbol) if id(claim) in called else claim for claim in claims)


def _out_of(claims: Sequence[Claim], lexicon: Lexicon) -> tuple[Claim, ...]:
    """Turn `16/64` GPUs round where the report has 16 GPUs and plans 64: so many of those that it takes are there."""
    pair = ("gpus", "gpus.available")
    sure = [(claim.quantity, claim.interval) for claim in claims if claim.quantity in pair and not claim.read_as.startswith(_M_OF_N)]
    result = list(claims)
    for index, (one, other) in enumerate(pairwise(claims)):
        told = one.statement == other.statement and one.read_as.startswith(_M_OF_N) and other.read_as.startswith(_M_OF_N)
        if told and (one.quantity, other.quantity) == pair and {(pair[1], one.interval), (pair[0], other.interval)} <= set(sure):
            for at, name in ((index, pair[1]), (index + 1, pair[0])):
                result[at] = replace(claims[at], quantity=name, symbol=lexicon.quantities[name].symbol)
    return tuple(result)


_M_OF_N: Final = "m of n"


def _is_called(statement: Statement, names: Collection[str], against: Collection[str], lexicon: Lexicon) -> bool:
    """Tell whether the innermost heading above a labelled figure, or the one pair of brackets behind it, has one of the names."""
    if statement.kind not in (Kind.ITEM, Kind.ENTRY, Kind.CELL) or len(statement.path) < 2:
        return False
    if find_any(lexicon.normalize(statement.label), against):
        return False
    _, _, behind = statement.value.content.partition("(")
    said = lexicon.normalize(behind.partition(")")[0])
    headings = [label for label in statement.path[:-1] if label.kind in (LabelKind.HEADING, LabelKind.KEY)]
    above = lexicon.normalize(headings[-1].text.content) if headings else ()
    return any(find_any(words, names) and not find_any(words, against) for words in (said, above))


def _says(statements: Sequence[Statement], claim: Claim, lexicon: Lexicon, words: tuple[str, ...]) -> bool:
    statement = statements[claim.statement]
    return find_any(lexicon.normalize(f"{statement.label} {statement.value.content[:80]}"), words)
