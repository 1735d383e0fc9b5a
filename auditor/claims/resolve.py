"""Meaning: from the numbers of statements to claims.

For each number the resolver gathers evidence, nearest first: the name glued to it, the words right behind and right before
it in its clause, then the labels of its statement from the innermost outward. The unit decides the kind of thing that can be
meant (a time, an amount of data, a share, a count of GPUs), the lexicon the names. A label that names something else stops the
search: a number under "Expert capacity factor" is not a number of experts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Final

from auditor.claims.arrows import changes_only
from auditor.claims.candidates import SETTINGS, Candidate, candidates_of
from auditor.claims.charges import CHARGES, of_training, read_charge
from auditor.claims.counts import leads_into, read_count, spelled_axis
from auditor.claims.enumerated import enumerated
from auditor.claims.labels import PER_WORDS, LabelReader, View, find_any, per_of
from auditor.claims.lexicon import Lexicon, Quantity, kind_of
from auditor.claims.line import (
    Desk,
    Line,
    Meaning,
    bracketed,
    clause_of,
    in_brackets_behind,
    is_operand,
    singular_noun,
    words_before,
    words_behind,
)
from auditor.claims.measures import read_measure, read_rate
from auditor.claims.model import Approximation, Claim, Reading, Role, Scope
from auditor.claims.names import degree_in, head_name, naming_words
from auditor.claims.operands import named_operands
from auditor.claims.pairing import pair_names
from auditor.claims.roles import role_of, sectioned_role
from auditor.claims.scopes import of_array, part_of_model, scope_of, specialise
from auditor.claims.settle import Settled, settled
from auditor.claims.shares import read_share
from auditor.claims.stated_units import units_beside
from auditor.claims.tables import batches_of_replicas, shapes_of
from auditor.claims.unread import why_label
from auditor.claims.vocabulary import (
    AXIS_SHORTS,
    AXIS_WORDS,
    BINARY_TWIN,
    GENERIC,
    MEMORY_OF_PARTS,
    MULTIPLIES,
    PARTS_OF_A_MODEL,
    PERCENTILES,
    UNSAID,
    WIDTHS_OF_PARTS,
)
from auditor.claims.wording import wording_of
from auditor.claims.words import Word
from auditor.findings import Confidence
from auditor.language.numbers import Form, Number, Written, rounded
from auditor.records import dataclass
from auditor.spans import Span
from auditor.statements import Document, Kind, Label, LabelKind, Statement
from auditor.units import DIMENSIONLESS, UNITS, Unit
from auditor.values import Interval

__all__ = ["Labelled", "ReadOut", "Unclear", "resolve"]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A number that claims nothing, and why."""

    span: Span
    why: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """A number that was not understood."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class ReadOut:
    """Everything read out of the statements of one document."""

    claims: tuple[Claim, ...]
    labels: tuple[Labelled, ...]
    unclear: tuple[Unclear, ...]


def resolve(document: Document, lexicon: Lexicon) -> ReadOut:
    """Return the claims of a document, the numbers that only label, and those not understood."""
    desk = Desk(document, lexicon, LabelReader(lexicon))
    found = run(desk)
    per_replica = lexicon.quantities["batch.per_replica"]
    claims = tuple(batches_of_replicas(document, desk.tables, found.claims, per_replica))
    return replace(found, claims=named_operands(document, claims, lexicon, desk.labels))


def run(desk: Desk) -> ReadOut:
    claims: list[Claim] = []
    worded: list[tuple[int, Claim]] = []
    labels: list[Labelled] = []
    unclear: list[Unclear] = []
    text = desk.document.source.reading.content.lower()
    desk.ranked = frozenset(name for name in AXIS_SHORTS if f"{name}0:" in text or f"{name}0 " in text or f"{name}0\n" in text)
    desk.graph = any(speaks_of(text, word, desk.lexicon) for word in ("dag", "graph"))
    desk.numbered = numbered_labels(desk.document)
    desk.axes_beside = axes_by_group(desk)
    desk.laid_out = groups_laid_out(desk)
    desk.units_beside = units_beside(desk)
    desk.tables = shapes_of(desk.document, desk.labels)
    for index, statement in parts_of(desk):
        line = prepare(desk, index, statement)
        found: list[Claim | None] = []
        for position, number in enumerate(line.numbers):
            span = statement.value.span(number.start, number.end)
            why = why_label(desk, line, number)
            if why:
                labels.append(Labelled(statement.value.span(number.digits, number.stop), why))
                found.append(None)
                continue
            claim = claim_of(desk, line, position, number, found)
            claim = other_percentile(line, claim, claims[-1:]) or claim
            if claim is not None and (reason := no_figure(line, number, claim)):
                labels.append(Labelled(statement.value.span(number.digits, number.stop), reason))
                found.append(None)
                continue
            if number.spelled and (claim is None or claim.quantity == "other"):
                claim = None
            found.append(claim)
            if claim is None and number.spelled:
                continue  # words that name no quantity are words
            if claim is None:
                unclear.append(Unclear(span, line.text[number.start : number.end]))
            elif number.spelled:
                worded.append((len(claims), claim))
            else:
                claims.append(claim)
        claims.extend(precision_claims(desk, line))
    claims = with_worded(claims, worded)
    return ReadOut(hosts_of_gpus(widths_of_parts(desk, as_used(desk, shares_of_told(desk, claims)))), tuple(labels), tuple(unclear))


def parts_of(desk: Desk) -> Iterator[tuple[int, Statement]]:
    """Yield the statements of the document with their index, those whose label enumerates divided into what it enumerates."""
    for index, statement in enumerate(desk.document.statements):
        for part in enumerated(statement, desk.lexicon, desk.labels):
            yield index, part


def with_worded(claims: Sequence[Claim], worded: Sequence[tuple[int, Claim]]) -> list[Claim]:
    """Return the claims with those made in words, at their places, where no digits claim the same quantity anywhere."""
    said = {claim.quantity for claim in claims}
    found, done = [], 0
    for place, claim in worded:
        if claim.quantity not in said:
            found += [*claims[done:place], claim]
            done = place
    return [*found, *claims[done:]]


def shares_of_told(desk: Desk, claims: Sequence[Claim]) -> list[Claim]:
    """Let a share be of what it is worked out from: `Per GPU: 140 GB / 8 = 17.5 GB` below `Weights: 70B x 2 bytes = 140 GB`.

    Only where the label of the share names no quantity of its own, so that a heading alone speaks for it.
    """
    statements = desk.document.statements
    told: dict[int, list[Claim]] = {}
    found: list[Claim] = []
    taken: dict[int, Claim] = {}
    for claim in claims:
        statement = statements[claim.statement]
        whole = taken.get(claim.statement)
        if whole is not None and claim.quantity in GENERIC and not is_written_operand(claim):
            read_as = f"share of {whole.text.strip()!r}"
            claim = replace(claim, quantity=whole.quantity, symbol=whole.symbol, confidence=whole.confidence, read_as=read_as)
        elif claim.quantity in GENERIC and kind_of(claim.unit) == "data" and headed_only(statement, claim):
            same = [
                one
                for one in told.get(statement.group, ())
                if one.statement < claim.statement and one.readings == claim.readings and one.role is claim.role
            ]
            behind = desk.document.source.text[claim.span.end : statement.value.whole.end].lstrip()
            if same and behind[:1] in ("÷", "/") and "=" in behind and len({one.quantity for one in same}) == 1:
                taken[claim.statement] = same[-1]
                claim = replace(
                    claim, quantity=same[-1].quantity, symbol=same[-1].symbol, scope=same[-1].scope, read_as=f"told as {same[-1].read_as}"
                )
        elif claim.quantity.startswith("memory.") and claim.quantity not in GENERIC and claim.scope.per in ("", "total"):
            told.setdefault(statement.group, []).append(claim)
        found.append(claim)
    return found


def is_written_operand(claim: Claim) -> bool:
    return claim.scope.words == "operand"


def headed_only(statement: Statement, claim: Claim) -> bool:
    """Tell whether a claim has its name from a heading while its own label names nothing: `Per GPU: ...`."""
    label = next((one for one in reversed(statement.path) if claim.context is not None and one.text.whole == claim.context), None)
    return label is not None and label.kind is LabelKind.HEADING and statement.path[-1] is not label


def hosts_of_gpus(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """Doubt what was read as machines where there would be more of them than GPUs."""
    gpus = [claim.interval for claim in claims if claim.quantity in ("gpus", "gpus.available")]
    if not gpus or any(interval.high is None for interval in gpus):
        return claims
    most = max(interval.high for interval in gpus if interval.high is not None)
    return tuple(
        replace(claim, confidence=Confidence.LOW)
        if claim.quantity == "nodes" and claim.interval.low is not None and claim.interval.low > most
        else claim
        for claim in claims
    )


_OF_THE_PLAN: Final = ("nodes", "gpus")


def held_by_each(desk: Desk, line: Line, number: Number, meaning: Meaning, head: Sequence[Word], tail: Sequence[Word]) -> str:
    """Return the container, whatever it is called, of which each holds what is counted, so that it is not all there is; else empty.

    `4 nodes per rack`, `Nodes per rack: 4`, `each rack holds 4 nodes`; not `2,400 tokens/s per GPU on 64 GPUs` and `each of the 8 GPUs`.
    """
    stops = desk.lexicon.vocabulary.stops
    behind = [word.text for word in tail if word.start >= number.end]
    if behind[:1] == ["per"] and len(behind) > 1:
        return behind[1]
    label = next((view for view in line.views if view.label.text.whole == meaning.context), None)
    named = [word.text for word in label.words] if label else []
    if (at := named.index("per") if "per" in named else 0) and named[at - 1] in ("gpu", "node") and len(named) > at + 1:
        return named[at + 1]
    said = [word.text for word in head]
    holds = len(said) > 2 and said[0] in desk.lexicon.sayings["of each"] and said[1] not in stops and said[-1] not in stops
    return said[1] if holds else ""


def speaks_of(text: str, word: str, lexicon: Lexicon) -> bool:
    """Tell whether a word or its plural stands anywhere in a lower-case text: looked at where its letters are, not word by word."""
    at = text.find(word)
    while at >= 0:
        if any(one.text == word for one in lexicon.normalize(text[max(0, at - 1) : at + len(word) + 2])):
            return True
        at = text.find(word, at + 1)
    return False


def of_graph(desk: Desk, line: Line, position: int, head: Sequence[Word]) -> bool:
    """Tell whether nodes are counted that are operations, not machines: `64 communication nodes` where a DAG is described."""
    beside = any(singular_noun(other.noun) == "gpu" for other in line.numbers)
    if beside or (head and head[-1].text in ("across", "over", "on", "between", "spanning")):
        return False
    named = [word for view in line.views[:3] for word in view.words]
    if find_any((*named, *line.words), ("dag", "graph", "edge")):
        return True
    if not desk.graph:
        return False
    number = line.numbers[position]
    within = [word for word in line.words if number.stop <= word.start and word.end <= number.end]
    return find_any((*within, *head, *(line.views[0].words if line.views else ())), desk.lexicon.sayings["of a graph"])


def other_percentile(line: Line, claim: Claim | None, before: Sequence[Claim]) -> Claim | None:
    """Return what a percentile alone is of: `Prefill P50: 250 ms, P99: 900 ms`."""
    name = line.views[0].raw.strip(" *_`").lower() if line.views else ""
    if claim is None or claim.quantity != "other" or not before or name not in PERCENTILES:
        return None
    (first,) = before
    named = line.index - first.statement <= 2 and first.scope.words in PERCENTILES and first.scope.words != name
    if not named or kind_of(first.unit) != kind_of(claim.unit):
        return None
    scope = replace(first.scope, words=name)
    return replace(
        claim,
        quantity=first.quantity,
        symbol=first.symbol,
        role=first.role,
        scope=scope,
        confidence=first.confidence,
        read_as=f"label {name!r}",
    )


def as_used(desk: Desk, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Let the option that a variable is given to say what the variable means: `GPUS=8` and `--nproc_per_node=$GPUS`."""
    statements, text = desk.document.statements, desk.document.source.text
    uses: dict[str, set[str]] = {}
    for claim in claims:
        path = statements[claim.statement].path
        used = text[claim.span.start : claim.span.end]
        if path and path[-1].kind is LabelKind.FLAG and used.startswith("$"):
            uses.setdefault(used.strip("${}"), set()).add(claim.quantity)
    result = []
    for claim in claims:
        path = statements[claim.statement].path
        own = bool(path) and path[-1].kind is LabelKind.VARIABLE and not statements[claim.statement].comment
        known = uses.get(path[-1].text.content, set()) if own else set()
        if len(known) == 1 and claim.quantity not in known and not known & {"other"}:
            quantity = desk.lexicon.quantities[next(iter(known))]
            if quantity.kind == "count":
                claim = replace(claim, quantity=quantity.id, symbol=quantity.symbol, scope=replace(claim.scope, per=quantity.per))
        result.append(claim)
    return tuple(result)


def widths_of_parts(desk: Desk, claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """Let a hidden size be that of the experts or of the MLP where the bullet is about them and the model has another one.

    `MoE: 16 experts per layer, 1024 hidden dimension` beside `Token dimension: 512`.
    """
    claims = inner_widths(desk, claims)
    parts = {id(claim): part_of_width(desk, claim) for claim in claims if claim.quantity == "model.hidden"}
    whole = {claim.interval for claim in claims if parts.get(id(claim)) == ""}
    return tuple(
        replace(claim, quantity=desk.lexicon.quantities[part].id, symbol=desk.lexicon.quantities[part].symbol)
        if (part := parts.get(id(claim), "")) and whole and claim.interval not in whole
        else claim
        for claim in claims
    )


def inner_widths(desk: Desk, claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """Let a hidden width between an equal input and output width be that of the feed-forward network, and theirs the model's.

    `input_dim: 4096, hidden_dim: 16384, output_dim: 4096` describes an MLP or an expert.
    """
    objects: dict[tuple[int, tuple[Label, ...], str], dict[str, Claim]] = {}
    for claim in claims:
        statement = desk.document.statements[claim.statement]
        if claim.quantity not in ("other", "model.hidden") or not statement.path or statement.path[-1].kind is LabelKind.HEADING:
            continue
        words = [word.text for word in desk.labels(statement.path[-1]).words]
        if words[1:] in (["dimension"], ["size"]) and words[0] in ("input", "hidden", "output"):
            objects.setdefault((statement.group, statement.path[:-1], claim.plan), {})[words[0]] = claim
    renamed: dict[int, str] = {}
    for found in objects.values():
        widths = [found[side].interval if side in found else None for side in ("input", "output", "hidden")]
        if None in widths or widths[0] != widths[1] or widths[0] == widths[2]:
            continue
        renamed |= {
            id(found["input"]): "model.hidden",
            id(found["hidden"]): part_of_width(desk, found["hidden"], depth=5) or "model.ffn_hidden",
        }
    return tuple(
        replace(
            claim,
            quantity=renamed[id(claim)],
            symbol=desk.lexicon.quantities[renamed[id(claim)]].symbol,
            scope=replace(claim.scope, words=""),
        )
        if id(claim) in renamed
        else claim
        for claim in claims
    )


def part_of_width(desk: Desk, claim: Claim, depth: int = 2) -> str:
    """Return the quantity a hidden size is by the label of its bullet, key or row; empty where that is the model's."""
    labels = desk.document.statements[claim.statement].path[-depth:]
    for label in reversed(labels):
        if label.kind in (LabelKind.HEADING, LabelKind.FLAG, LabelKind.VARIABLE):
            continue
        words = desk.labels(label).words
        if not find_any(words, ("model",)):
            found = next((part for part, names in WIDTHS_OF_PARTS.items() if find_any(words, names)), "")
            if found:
                return found
    return ""


def numbered_labels(document: Document) -> frozenset[str]:
    """Return the innermost labels that stand before a range from 0 somewhere in the document."""
    found = set()
    for statement in document.statements:
        text = statement.value.content.strip()
        if text[:1] == "0" and text[1:].lstrip()[:1] in ("-", "–", "—") and text[1:].lstrip(" -–—").isdigit():
            found |= {label.text.content for label in statement.path if label.kind in (LabelKind.COLUMN, LabelKind.KEY, LabelKind.ITEM)}
    return frozenset(found)


def axes_by_group(desk: Desk) -> dict[int, frozenset[str]]:
    """Return, for each group of statements, the axes of parallelism that stand alone in their labels."""
    found: dict[int, set[str]] = {}
    for statement in desk.document.statements:
        for label in statement.path[-2:]:
            name = label.text.content.strip(" *_`").lower()
            if name in AXIS_WORDS:
                found.setdefault(statement.group, set()).add(name)
    return {group: frozenset(names) for group, names in found.items()}


def groups_laid_out(desk: Desk) -> frozenset[int]:
    """Return the groups of statements that say how a model is laid out: a label of theirs is a degree or a count of GPUs."""
    return frozenset(
        statement.group
        for statement in desk.document.statements
        if statement.path
        and any(
            match.quantity.id != "parallel.data" and match.quantity.id.startswith(("parallel.", "gpus"))
            for match in desk.labels(statement.path[-1]).matches
        )
    )


def prepare(desk: Desk, index: int, statement: Statement) -> Line:
    text = spaced(desk, statement.value.content) if statement.literal == "string" else statement.value.content
    path = list(reversed(statement.path))
    if statement.cell is not None:
        path.sort(key=lambda label: {LabelKind.COLUMN: 0, LabelKind.ROW: 1}.get(label.kind, 2))
    views = [desk.labels(label) for label in path]
    kinds = [view.label.kind for view in views[:2]]
    if kinds == [LabelKind.COLUMN, LabelKind.ROW] and views[0].transparent and not views[0].matches and not views[0].unit:
        views[:2] = reversed(views[:2])  # "Value" and "Achieved" name nothing: the row does
    if (corner := corner_of(desk, statement)) is not None:
        views.insert(2 if len(views) > 1 and views[1].matches else 1, corner)
    label = statement.path[-1].text.content if statement.path else ""
    scanned = changes_only(desk, text, views, desk.lexicon.scan(text, spelled=True))
    numbers = part_of_whole(statement, pair_names(text, label, scanned, desk.lexicon.axis_names))
    words = desk.lexicon.normalize(text)
    if statement.comment and statement.about is not None and not speaks_of_key(desk, numbers, words):
        key = desk.document.statements[statement.about].path
        views = [view for view in views if view.label not in key]
    return Line(index, statement, text, numbers, words, tuple(views))


def speaks_of_key(desk: Desk, numbers: Sequence[Number], words: Sequence[Word]) -> bool:
    """Tell whether a comment says no more than a figure, or its role, of the setting it stands at: `17.5 GB`, `was 4`.

    In `mbs: 2  # 4 did not fit` and `PP=2  # 16 GPUs` the key names nothing.
    """
    said = [word for word in words if not word.text.isdigit()]
    short = len(said) <= 1 or bool(desk.labels.role(words)) or desk.lexicon.is_transparent(said)
    return short and not any(number.noun for number in numbers)


def corner_of(desk: Desk, statement: Statement) -> View | None:
    """Return the head of the first column where it names what a cell of another column holds."""
    cell = statement.cell
    shape = desk.tables.get(cell.table) if cell is not None and cell.column and cell.row >= 0 else None
    return shape.corner if shape is not None else None


def part_of_whole(statement: Statement, numbers: tuple[Number, ...]) -> tuple[Number, ...]:
    """Let a cell that holds two counts and a stroke hold a part and its whole: `12 / 32` under "GPUs used"."""
    parts = statement.value.content.replace(" ", "").split("/")
    if statement.kind is not Kind.CELL or len(parts) != 2 or not all(part.isdigit() for part in parts) or int(parts[0]) > int(parts[1]):
        return numbers
    if len(numbers) != 2 or any(number.name for number in numbers):
        return numbers
    return replace(numbers[0], form=Form.PART), replace(numbers[1], form=Form.WHOLE)


def spaced(desk: Desk, text: str) -> str:
    """Return a text whose words are joined by underscores with spaces for them where one of the words is a figure with its unit.

    `NVLink_900GB/s` and `16GB_per_gpu` say what `NVLink 900GB/s` says; `run_8` and `layer_3_gpu_1` are names. No character moves.
    """
    if "_" not in text or len(text) > _LONGEST_NAME:
        return text
    return " ".join(part.replace("_", " ") if says_figure(desk, part.split("_")) else part for part in text.split(" "))


def says_figure(desk: Desk, words: Sequence[str]) -> bool:
    """Tell whether one of these words is a number with its unit, `16GB`, or a number before a unit, `16`, `GB`."""
    for word, behind in pairwise((*words, "")):
        digits = word.lstrip("~<>=")
        end = next((place for place, character in enumerate(digits) if not (character.isdigit() or character in ".,-")), len(digits))
        unit = digits[end:] or behind
        if digits[:1].isdigit() and (len(unit) > 1 or unit == "%") and unit in desk.lexicon.units:
            return True
    return False


_LONGEST_NAME: Final = 200


def sizes_one(line: Line, meaning: Meaning) -> bool:
    """Tell whether the label speaks of one micro-batch, so that the number is its size: `Micro-batch: 4`, `micro_batch`."""
    if meaning.context is None:
        return False
    raw = next((view.raw for view in line.views if view.label.text.whole == meaning.context), "").strip(" :*_`").lower()
    return raw.endswith("batch") and not any(word in raw for word in ("num", "count", "n_", "total"))


def leads_to_size(text: str, number: Number) -> bool:
    """Tell whether one micro-batch is named right before the number, so that it is its size: `a micro-batch of 11`."""
    return text[: number.start].rstrip().lower().removesuffix("of").rstrip().endswith("batch")


def ranks_of_devices(line: Line, claim: Claim) -> bool:
    """Tell whether what was read as a degree is a range of ids: `0-7` in a column `GPUs (replica 0)`."""
    if not claim.quantity.startswith("parallel.") or claim.interval.low is None:
        return False
    named = bool(line.views) and find_any(line.views[0].words, ("gpu", "rank"))
    return 0 <= claim.interval.low < 1 or (claim.approximation is Approximation.RANGE and named)


def counts_parameters(line: Line, meaning: Meaning) -> bool:
    """Tell whether the label only says how many parameters the model has: a row `T0 (3B params)` of a table of memory in use."""
    raw = next((view.raw for view in line.views if view.label.text.whole == meaning.context), "").lower()
    before, found, _ = raw.partition("param")
    return bool(found) and before.rstrip()[-1:] in tuple("bmt0123456789") and any(character.isdigit() for character in before.rstrip()[-4:])


def adds_part(desk: Desk, head: Sequence[Word]) -> bool:
    """Tell whether the subject of parameters is a part of the model: `The router adds 12.6 M parameters`."""
    said = {word.text for word in head[:-1][-_SUBJECT:]}
    return bool(said & desk.lexicon.sayings["counts of a part"]) and bool(head) and head[-1].text in desk.lexicon.sayings["adds"]


_SUBJECT: Final = 3


def works_out_part(line: Line, number: Number) -> bool:
    """Tell whether parameters are the result of an equation about a part: `attention 88.1 M x 7 layers / TP 2 = 308 M parameters`."""
    left, equals, between = line.text[: number.start].rpartition("=")
    worked = bool(equals) and not between.strip(" ~≈*`") and any(sign in left for sign in ("×", " x ", "*", "/", "÷"))
    words = (*line.words, *(word for view in line.views[:1] for word in view.words))
    divided = "/" in left or "÷" in left or find_any(words, set(PARTS_OF_A_MODEL) - MULTIPLIES)
    return worked and divided and not find_any(words, ("total", "model"))


def is_option(line: Line) -> bool:
    """Tell whether the number is the argument of a flag, in a command or in a list of arguments."""
    return line.statement.kind is Kind.FLAG or bool(line.views and line.views[0].raw.strip(" `\"'").startswith("--"))


def no_figure(line: Line, number: Number, claim: Claim) -> str:
    """Return why what was read as a claim is none; empty if it is one."""
    if ranks_of_devices(line, claim):
        return "ids"
    if claim.quantity.startswith("model.params") and names_version(line, number, claim):
        return "part of a name, date, version or path"
    if claim.quantity.startswith("model.params") and counts_others(line, number, claim):
        return "too small for a model"
    if is_coefficient(line, number):
        return "part of an expression"
    return left_open(line, number, claim)


def adds_up(line: Line, meaning: Meaning) -> bool:
    """Tell whether a label counts the tokens of all requests: `Total num prompt tokens` is no length of one."""
    if not meaning.read_as.startswith("label") or not line.views:
        return False
    words = [word.text for word in line.views[0].words]
    return "total" in words and "length" not in words and "sequence" not in words


def owner_in_name(line: Line, number: Number) -> str:
    """Return the part of a program whose degree an identifier names: `attn_tp_size=1` is no size of the whole model's groups."""
    start = end = number.digits
    while start and (line.text[start - 1].isalnum() or line.text[start - 1] in "_-="):
        start -= 1
    names = [line.text[start:end]]
    names += [view.raw for view in line.views[:1] if view.label.kind in (LabelKind.KEY, LabelKind.FLAG, LabelKind.VARIABLE)]
    for name in names:
        first, separated, _ = name.lower().lstrip("-").replace("-", "_").partition("_")
        if separated and first in _OWNERS:
            return first
    return ""


_OWNERS: Final = frozenset("attn attention draft drafter speculative vision vit encoder mm rollout gen reward critic ref".split())
"""What opens the names of degrees that are not those of the model."""


def is_coefficient(line: Line, number: Number) -> bool:
    """Tell whether a cell or entry is a name and what it is multiplied with or divided by: `GPUs/2` says no number of replicas."""
    if line.statement.kind not in (Kind.CELL, Kind.ENTRY) or number.noun or number.unit or number.end < len(line.text.rstrip()):
        return False
    name = line.text[: number.start].rstrip()
    return name[-1:] in tuple("/*×÷") and name[:-1].strip().replace("_", "").isalpha()


def names_version(line: Line, number: Number, claim: Claim) -> bool:
    """Tell whether a count of parameters too small for any model is glued to a name: `R1-0528`, `Small-4-2603`, `7b-8k`."""
    high = claim.interval.high
    glued = line.text[max(0, number.digits - 1) : number.digits] in ("-", "_")
    return glued and high is not None and high < _FEWEST_PARAMETERS


def counts_others(line: Line, number: Number, claim: Claim) -> bool:
    """Tell whether a bare number in running text is too small for a model: under "Models", `late layers (36-38)` counts no parameters."""
    high = claim.interval.high
    told = claim.read_as.startswith("label") and not number.noun and line.statement.kind in (Kind.SENTENCE, Kind.ITEM)
    return told and high is not None and high < _FEWEST_PARAMETERS


_FEWEST_PARAMETERS: Final = 100_000


def left_open(line: Line, number: Number, claim: Claim) -> str:
    """Return why a count of -1 claims nothing: in settings it leaves the choice to the program (torchtitan, DeepSpeed)."""
    set_here = line.statement.kind in (Kind.ENTRY, Kind.FLAG)
    return "left to the program" if set_here and number.signed == "-" and claim.interval.contains(-1) else ""


def negative(line: Line, number: Number) -> bool:
    """Tell whether a minus is a sign: the whole value is the number. Elsewhere a stroke may be a dash."""
    return number.signed == "-" and not number.name and number.start == 0 and number.end >= len(line.text.rstrip())


WATCH: list[Callable[[Line, Number, Sequence[Candidate], Sequence[str], Meaning | None], None]] = []
"""Who wants to see the candidates of every number: the script that fits how much each evidence counts."""


def weighed(
    desk: Desk, number: Number, unit: str, unit_per: str, tail: Sequence[Word], one: Settled, first: Meaning | None
) -> Meaning | None:
    """Return what all the evidence says of a number: the first reading, or what leads far enough before it.

    How far what leads must lead was measured on documents that the weights never saw (docs/decisions/0016-evidence.md).
    """
    winner = one.winner
    named = first is not None and first.quantity != "other"
    if first is not None and winner.quantity == first.quantity:
        return first
    if winner.quantity == "other":
        other = Meaning("other", Confidence.MEDIUM, winner.shown, first.per if first else "", unit=unit)
        return other if named and one.margin >= _SURE_OF_OTHER else first
    kept = first is not None and (first.confidence is Confidence.HIGH or kind_of(UNITS[unit or "1"]) in _OF_MANY_NAMES)
    if one.margin < (_LEADS_BEFORE_HIGH if kept else _LEADS):
        return first
    quantity = desk.lexicon.quantities[winner.quantity]
    per = PER_WORDS.get(number.per, "") or PER_WORDS.get(unit_per, "") or per_of(tail) or winner.per
    if quantity.magnitude or (quantity.kind == "count" and per not in ("", "total", quantity.per, *_WHOLE_OF)):
        return first  # what a part holds, `29M parameters per GPU`, is not what the whole does
    sure = Confidence.MEDIUM if winner.is_named else Confidence.LOW
    return Meaning(winner.quantity, sure, winner.shown, quantity.per or per, winner.context, unit)


def is_explicit(desk: Desk, line: Line, number: Number, unit: str, first: Meaning, tail: Sequence[Word]) -> bool:
    """Tell whether a name stands at the number itself: an option's, a key's, one glued to it or one in brackets: `tp=8`, `8 (TP)`."""
    named = bool(number.name) or bool(spelled_axis(desk, line, number)) or in_brackets_behind(line.text, number) in desk.lexicon.by_short
    corrects = bool(unit) and first.unit not in ("", unit)  # `614 TFLOPS per step` is work, whatever its unit says
    settings = line.statement.kind is Kind.ENTRY and (first.quantity != "other" or desk.document.format in SETTINGS)
    named = named or number.form in (Form.PART, Form.WHOLE) or bool(tail and tail[0].text in desk.lexicon.axis_names and not number.unit)
    rest = first.quantity == "share.of" and bracketed(desk, line, number)  # `70 % (30 % idle)`
    return corrects or settings or rest or line.statement.kind is Kind.FLAG or (first.quantity != "other" and named)


_WHOLE_OF: Final = ("layer", "batch", "step", "sequence")
"""What counts of a model and of a batch are of without being parts of them."""


_REASONS: Final = 5
"""Words around a number that its claim keeps as evidence."""
_SURE_OF_OTHER: Final = 30
"""Points of lead, tenths of a unit of log odds, from which on a number that was named states something without a name."""
_LEADS: Final = 25
"""The same from which on another quantity takes the place of the first reading."""
_LEADS_BEFORE_HIGH: Final = 50
"""The same where the first reading is sure of itself, or where much is measured in the unit."""
_OF_MANY_NAMES: Final = ("flops",)


def claim_of(desk: Desk, line: Line, position: int, number: Number, before: Sequence[Claim | None]) -> Claim | None:
    start, end = clause_of(desk, line, position)
    tail, head = words_behind(desk, line, number, end), words_before(desk, line, number, start)
    number = borrow_unit(desk, line, position, number)
    number = in_millions(line, number)
    own = number.noun or number.name or (number.unit and head)  # `KV cache 12 GB + 30 GB = 42 GB`
    sum_of = None if own else sum_with(line, position)
    if sum_of is not None and not number.unit:
        number = replace(number, unit=sum_of.unit)
    unit, unit_per = number.unit, number.per
    if not unit and number.form in (Form.PLAIN, Form.PART, Form.WHOLE):
        unit, unit_per = context_unit(desk, line, number, tail)
    unit = per_second(desk, line, unit, head)
    kind = "ratio" if number.form is Form.RATIO else "share" if number.form is Form.FRACTION else kind_of(UNITS[unit]) if unit else "count"
    meaning = meaning_of(desk, line, position, number, kind, unit, tail, head, before)
    if sum_of is not None:
        meaning = Meaning("other", Confidence.MEDIUM, "term of a written sum", unit=unit, words="operand")
    one: Settled | None = None
    reasons: tuple[str, ...] = ()
    if WATCH or meaning is None or not (meaning.words == "operand" or is_explicit(desk, line, number, unit, meaning, tail)):
        told = wording_of(line, number, before[-1] if before else None)
        words = desk.lexicon.word_points.points(told)
        asked = desk.lexicon.quantities if WATCH else [name for name, count in words.items() if count > 0]
        found = candidates_of(desk, line, position, number, kind, unit, unit_per, tail, head, before, meaning, asked)
        for watch in WATCH:
            watch(line, number, found, told, meaning)
        if f"other {kind}" in desk.lexicon.evidence:  # a kind for which the evidence was fitted
            one = settled(found, desk.lexicon.evidence, words)
            reasons = desk.lexicon.word_points.reasons(told, one.winner.quantity)[:_REASONS]
            meaning = weighed(desk, number, unit, unit_per, tail, one, meaning)
    if meaning is None:
        return None
    if meaning.quantity == "memory.weights" and line.views and [word.text for word in line.views[0].words][:2] == ["gpu", "model"]:
        meaning = replace(meaning, quantity="memory.capacity", per="gpu")  # the name of a GPU: "GPU model: A100 80GB"
    divides = not number.unit and divides_number(line, number) and kind_of_quantity(desk, meaning) == "data"
    if divides or takes_away(line, number) or counts_a_fraction(meaning, number):
        meaning = replace(meaning, quantity="other", confidence=Confidence.MEDIUM, words="operand")
    if meaning.quantity == "nodes" and of_graph(desk, line, position, head):
        meaning = replace(meaning, quantity="other", confidence=Confidence.MEDIUM, words="nodes of a graph")
    if meaning.quantity in _OF_THE_PLAN and (container := held_by_each(desk, line, number, meaning, head, tail)):
        meaning = replace(
            meaning, quantity="other", confidence=Confidence.MEDIUM, per=PER_WORDS.get(container, ""), words=f"per {container}"
        )
    if meaning.quantity == "model.params" and (works_out_part(line, number) or adds_part(desk, head)):
        meaning = replace(meaning, quantity="other", confidence=Confidence.MEDIUM, words="part of a model")
    if meaning.quantity == "memory.weights" and counts_parameters(line, meaning):
        meaning = Meaning("other", Confidence.MEDIUM, meaning.read_as)
    if meaning.quantity == "batch.microbatches" and (sizes_one(line, meaning) or (not number.noun and leads_to_size(line.text, number))):
        meaning = replace(meaning, quantity="batch.micro")
    if meaning.quantity == "batch.global" and find_any(head, ("dataset", "corpus")) and not find_any(head, ("batch",)):
        meaning = replace(meaning, quantity="other", confidence=Confidence.MEDIUM)  # `a dataset with 1,000 samples`
    if meaning.quantity == "batch.sequence_length" and adds_up(line, meaning):
        meaning = replace(meaning, quantity="other", confidence=Confidence.MEDIUM)
    if not (meaning.unit or unit) and meaning.quantity.startswith(("communication.", "storage.")):
        meaning = replace(meaning, quantity="other", confidence=Confidence.MEDIUM)  # `message_size: 4096`: of what, nobody says
    role = role_of(desk, line, position, number, meaning, tail, head, before)
    if meaning.quantity.startswith("limit.") and role is Role.ACTUAL:
        role = Role.LIMIT
    if meaning.quantity == "memory.utilization" and role is Role.ACTUAL and is_operand(desk, line, number):
        role = Role.LIMIT  # `80 GB x 85%`: the share of the memory that may be used
    if meaning.quantity == "memory.utilization" and role is Role.ACTUAL and is_option(line):
        role = Role.LIMIT  # `--gpu-memory-utilization 0.9`: what a server may take, not what it takes
    scope = scope_of(desk, line, number, meaning, unit_per, tail, head)
    quantity = desk.lexicon.quantities.get(meaning.quantity)
    readings = readings_of(desk, line, number, quantity, meaning.unit or unit)
    if not readings:
        return None
    shown_start = number.start
    if number.name and number.name_start >= 0 and number.digits - number.name_start < 24:
        shown_start = min(shown_start, number.name_start)
    meaning, scope = specialise(desk, line, meaning, scope)
    meaning, scope = of_array(desk, line, meaning, scope)
    meaning, scope = of_cache(line, number, kind, meaning, scope)
    if not scope.member and not number.unit and captioned_unit(line):
        scope = replace(scope, member=headed_by(line))
    if meaning.quantity in MEMORY_OF_PARTS and not scope.words and (part := part_of_model(desk, line, tail, head, scope)):
        scope = replace(scope, words=part)
    if meaning.quantity.startswith("parallel.") and not scope.words and (owner := owner_in_name(line, number)):
        scope = replace(scope, words=owner)
    if len(line.words) >= 5 and find_any(line.words, tuple(desk.lexicon.sayings["disputed"])):
        meaning = replace(meaning, confidence=Confidence.LOW)
    if (
        meaning.quantity == "memory.utilization"
        and not find_any((*tail, *head), ("utilization", "use", "available", "vram"))
        and line.views
        and find_any(line.views[0].words, ("efficiency",))
    ):
        meaning = replace(meaning, confidence=Confidence.LOW)  # how well memory is used, by whatever measure
    if not (meaning.unit or unit) and quantity is not None and quantity.kind in UNSAID:
        meaning = replace(meaning, confidence=Confidence.LOW)  # the prefix is a guess: TFLOPS or PFLOPS, seconds or milliseconds
    if not (meaning.unit or unit) and meaning.quantity.startswith("memory.") and line.statement.literal == "array":
        meaning = replace(meaning, confidence=Confidence.LOW)  # `[8192, 32768]` under "weights": a shape, not an amount of data
    if meaning.quantity == "memory.weights" and find_any(
        (*tail, *head, *(line.views[0].words if line.views else ())), ("checkpoint", "state")
    ):
        meaning = replace(meaning, confidence=Confidence.LOW)  # a checkpoint of training holds the states of the optimizer as well
    if number.doubtful or (line.statement.comment and strays(line, meaning)):
        meaning = replace(meaning, confidence=Confidence.LOW)
    named = number.name or spelled_axis(desk, line, number)  # `8 × 1 (DP)` says what it is
    if meaning.confidence is Confidence.HIGH and not named and is_operand(desk, line, number):
        meaning = replace(meaning, confidence=Confidence.MEDIUM)
    quantity = desk.lexicon.quantities.get(meaning.quantity)
    return Claim(
        quantity=meaning.quantity,
        symbol=quantity.symbol if quantity else "",
        readings=readings,
        approximation=number.approximation,
        role=role,
        scope=scope,
        span=line.statement.value.span(shown_start, number.end),
        text=line.text[shown_start : number.end],
        confidence=Confidence.LOW if line.statement.struck else meaning.confidence,
        read_as=meaning.read_as,
        statement=line.index,
        context=meaning.context,
        bound=number.bound,
        evidence=(*one.winner.evidence, *reasons) if one else (),
        margin=one.margin if one else 0,
        runner_up=one.runner_up.quantity if one and one.runner_up else "",
    )


def strays(line: Line, meaning: Meaning) -> bool:
    """Tell whether the key of a comment may have named a figure of something else: `tp: 8  # total: 64`, `# 140 GB / 8`."""
    outer = bool(line.views) and line.views[0].label.text.whole != meaning.context
    return meaning.read_as.startswith("label") and (outer or len(line.numbers) > 1)


def of_cache(line: Line, number: Number, kind: str, meaning: Meaning, scope: Scope) -> tuple[Meaning, Scope]:
    """Let the labels around an amount of data per token say that it is the cache's, and `20 GB reserved for KV cache` what it is for."""
    if kind != "data" or meaning.quantity not in ("memory.used", "other"):
        return meaning, scope
    words = [word.text for word in line.words if word.start >= number.end][:3]
    if scope.per == "token" and any(find_any(view.words, ("kvcache",)) for view in line.views[:3]):
        meaning = replace(meaning, quantity="memory.kv_per_token", read_as=f"{meaning.read_as}, per token under 'KV cache'")
    elif words[:2] == ["for", "kvcache"] or (words[1:] == ["for", "kvcache"] and words[0] in ("reserved", "allocated", "available", "set")):
        meaning = replace(meaning, quantity="memory.kv_cache", read_as="words behind it: for kvcache")
    else:
        return meaning, scope
    return meaning, replace(scope, words="")


def borrow_unit(desk: Desk, line: Line, position: int, number: Number) -> Number:
    """Let `From ~8,000 to 38,000 TPS` and `128 or 256 GPUs` share the unit written once, and `10 requests/s (target: 8)`."""
    if number.unit or number.noun or number.form is not Form.PLAIN or number.name:
        return number
    if position and (compared := compared_in_brackets(desk, line, line.numbers[position - 1], number)) is not None:
        return compared
    if position + 1 >= len(line.numbers):
        return number
    other = line.numbers[position + 1]
    gap = line.text[number.stop : other.start].strip().lower()
    if gap in ("to", "or", "and", "vs", "vs.", "/") and (other.unit or other.noun) and other.form is Form.PLAIN:
        head = words_before(desk, line, number, clause_of(desk, line, position)[0])
        if gap == "and" and head_name(desk, "count", head, trailing=True) and leads_into(desk, line.text, number, head):
            return number  # `a hidden size of 4096 and 32 heads`
        return replace(number, unit=other.unit, noun=other.noun, per=other.per)
    return number


def sum_with(line: Line, position: int) -> Number | None:
    """Return what the written sum or difference comes to that a figure is a term of, no word beside it: `80 − 48.8 = 31.2 GB`.

    What the label names is the result; a term without a unit has its.
    """
    numbers, text = line.numbers, line.text
    gaps = [text[one.end : other.digits] for one, other in pairwise(numbers)]
    if position >= len(gaps) or not (gaps[position] in _ADDED or (position and gaps[position - 1] in _ADDED)):
        return None
    last = next((place for place in range(position, len(gaps)) if gaps[place] not in _ADDED), None)
    if last is None or gaps[last] not in _COMES_TO:
        return None
    result = numbers[last + 1]
    return result if result.unit and result.form is Form.PLAIN else None


_ADDED: Final = frozenset((" + ", " - ", " − ", " – ", " + ~", " - ~", " − ~"))
_COMES_TO: Final = frozenset((" = ", " ≈ ", " = ~", " ~ ", " ≈ ~"))


def takes_away(line: Line, number: Number) -> bool:
    """Tell whether a number is a term of a difference, which the name of another term does not name: `72 GB − weights − 4 GB`."""
    before = line.text[max(0, number.digits - _LONGEST_DIFFERENCE) : number.digits]
    behind = line.text[number.end : number.end + _REACH]
    return _DIFFERENCE.search(before) is not None or _LESS_A_NAME.match(behind) is not None or _NAME_LESS.search(before) is not None


_LONGEST_DIFFERENCE: Final = 60
_REACH: Final = 8
_LESS_A_NAME: Final = re.compile(r" − [A-Za-z(]")
_NAME_LESS: Final = re.compile(r"[A-Za-z)] − $")
_DIFFERENCE: Final = re.compile(r"\d ?[A-Za-z]{0,3} ([−–+-]) [A-Za-z][A-Za-z ]{1,30} \1 $")


def divides_number(line: Line, number: Number) -> bool:
    """Tell whether a number without a noun divides the number before it: the 4 of `70.6 / 4`, which is none of what the label names."""
    return not (number.noun or number.name) and _DIVISOR.search(line.text[: number.digits]) is not None


_DIVISOR: Final = re.compile(r"\d ?[/÷] ?$")


def kind_of_quantity(desk: Desk, meaning: Meaning) -> str:
    quantity = desk.lexicon.quantities.get(meaning.quantity)
    return quantity.kind if quantity else ""


def counts_a_fraction(meaning: Meaning, number: Number) -> bool:
    """Tell whether a fraction is taken for a count of what has no fractions: `126.9` as GPUs."""
    whole = meaning.quantity == "gpus" and meaning.context is None
    middle = number.written[0].interval.middle
    return whole and number.form is Form.PLAIN and not number.name and not number.noun and middle is not None and middle.denominator != 1


def compared_in_brackets(desk: Desk, line: Line, figure: Number, number: Number) -> Number | None:
    """Return a bare number in brackets with the unit and the noun of the figure right before them; None where they are of their own.

    A word of a role must introduce it, `10 requests/s (target: 8)`, `1.0 experts per GPU (was 8.0)`, or a scope follow it:
    `200 tokens/ms total (100 per replica)`.
    """
    text = line.text
    opening = text.rfind("(", figure.end, number.start)
    closing = text.find(")", number.stop)
    if opening < 0 or closing < 0 or figure.form is not Form.PLAIN or not (figure.unit or figure.noun):
        return None
    between = desk.lexicon.normalize(text[figure.end : opening])
    if not all(word.text in desk.lexicon.sayings["beside a figure"] or word.text in PER_WORDS for word in between) or set(
        text[figure.end : opening]
    ) & set(",;:|("):
        return None
    ahead = [word.text for word in desk.lexicon.normalize(text[opening : number.start])]
    behind = desk.lexicon.normalize(text[number.stop : closing])
    own = per_of(behind)
    rest = behind if not own else () if behind[0].text == "per" and len(behind) <= 4 else behind
    if not all(
        word in desk.lexicon.sayings["introduces another figure"] or word in desk.lexicon.sayings["compares"] for word in ahead
    ) or not all(word.text in desk.lexicon.sayings["closes a comparison"] for word in rest):
        return None
    if not (
        rest
        or set(ahead) & desk.lexicon.sayings["introduces another figure"]
        or (own and not ahead and (figure.unit or counted_per(desk, figure, own)))
    ):
        return None
    written = tuple(rounded(text[number.digits : number.stop], one) for one in number.written)
    measured = bool(figure.unit) and number.approximation is Approximation.EXACT
    return replace(
        number,
        unit=figure.unit,
        noun=figure.noun,
        per=own or figure.per or per_of(between),
        written=written if measured else number.written,
        approximation=Approximation.ROUNDED if measured else number.approximation,
    )


def counted_per(desk: Desk, figure: Number, per: str) -> bool:
    """Tell whether what a figure counts is also counted per this scope: layers per stage, not replicas per GPU."""
    noun = singular_noun(figure.noun)
    return any(quantity.noun == noun and quantity.per == per for quantity in desk.lexicon.quantities.values())


def in_millions(line: Line, number: Number) -> Number:
    """Return the number in the magnitude its label gives: `params_b: 70`, `Parameters (B)`, `Tokens per batch (M)`."""
    if number.unit or number.noun or number.form is not Form.PLAIN or number.name or len(number.written) > 1 or not line.views:
        return number
    factor = line.views[0].factor
    item = number.written[0]
    if factor == 1 or item.interval.low is None or item.interval.high is None or item.interval.low >= 100_000:
        return number
    slack = Fraction(1, 2) if item.interval.is_exact else Fraction(0)
    scaled = Written(item.interval.widen_by(slack).scale(factor), item.name, item.printed.scale(factor))
    return replace(number, written=(scaled,), approximation=Approximation.ROUNDED)


def context_unit(desk: Desk, line: Line, number: Number, tail: Sequence[Word]) -> tuple[str, str]:
    """Take the unit from a table head `(GB)`, a key's ending or a flag's name when the number has none of its own."""
    if number.noun and number.noun not in ("step", "steps"):
        return "", ""
    statement = line.statement
    if statement.kind not in (Kind.CELL, Kind.ENTRY, Kind.FLAG, Kind.ITEM, Kind.TREE) or (tail and not desk.lexicon.is_transparent(tail)):
        return "", ""
    for view in line.views[:2]:
        if statement.cell is not None and view.label.kind not in (LabelKind.COLUMN, LabelKind.ROW):
            break  # a caption speaks of the columns that it names
        if view.unit:
            return view.unit, view.unit_per
        if not view.transparent and view.label.kind not in (LabelKind.ROW, LabelKind.COLUMN):
            break
    corner = corner_of(desk, statement)
    if corner is not None and corner.unit:
        return corner.unit, corner.unit_per
    return desk.units_beside.get(line.index, ("", "")) if line.index in desk.units_beside else (captioned_unit(line), "")


def headed_by(line: Line) -> str:
    """Return what the heads of a cell say that name no quantity: of which model, program or case the caption's figure is."""
    heads = [view for view in line.views if view.label.kind in (LabelKind.ROW, LabelKind.COLUMN) and not (view.matches or view.settings)]
    return ", ".join(raw for view in reversed(heads) if (raw := view.raw.strip(" *_`")))[:60]


def captioned_unit(line: Line) -> str:
    """Return the unit that the caption right above a table gives a cell, where it measures what the heads name or they name nothing."""
    caption = next((view for view in line.views if view.label.kind is LabelKind.LEAD), None)
    if line.statement.cell is None:
        return _led_unit(line)
    if line.statement.kind is not Kind.CELL or caption is None or not caption.units:
        return ""
    heads = [view for view in line.views if view.label.kind in (LabelKind.COLUMN, LabelKind.ROW)]
    if any(view.unit for view in heads):
        return ""
    kinds = {match.quantity.kind for view in heads if not view.settings for match in view.matches}
    fitting = [unit for unit in caption.units if kind_of(UNITS[unit]) in kinds]
    if fitting:
        return fitting[0]
    return caption.units[0] if len(caption.units) == 1 and not kinds and line.statement.cell.column else ""


def _led_unit(line: Line) -> str:
    """Return the unit that the line over a list gives each of its figures: `Seconds of one step:` above `compute   24.6`."""
    if line.statement.kind not in (Kind.ENTRY, Kind.ITEM, Kind.TREE) or len(line.views) < 2:
        return ""
    own, lead = line.views[:2]
    if own.label.kind not in (LabelKind.KEY, LabelKind.ITEM) or lead.label.kind is not LabelKind.LEAD or len(lead.units) != 1:
        return ""
    counted = own.settings or any(match.quantity.kind in ("count", "share") for match in own.matches)
    return "" if counted else lead.units[0]


def in_bits(line: Line, number: Number, unit: str) -> str:
    """Return the unit in bits that a key in small letters may mean as well: `bandwidth_gbps`; empty where nothing leaves it open."""
    small = not number.unit and bool(line.views) and line.views[0].raw.lower() == line.views[0].raw and "bps" in line.views[0].raw
    return {"GB/s": "Gbit/s", "TB/s": "Tbit/s"}.get(unit, "") if small else ""


def of_network(desk: Desk, line: Line) -> bool:
    """Tell whether a bandwidth is that of a network that is sold in bits, by its labels or by what stands beside it in its object."""
    statements, path = desk.document.statements, line.statement.path
    beside = [
        word.text
        for other in statements[max(0, line.index - _BESIDE) : line.index + _BESIDE + 1]
        if other.path[:-1] == path[:-1]
        for word in desk.lexicon.normalize(other.value.content[:_LONGEST_NAME])
    ]
    labelled = [word.text for view in line.views[:3] for word in view.words]
    return not desk.lexicon.networks.isdisjoint((*beside, *labelled))


_BESIDE: Final = 3
"""Entries before and behind that are still beside one."""


def per_second(desk: Desk, line: Line, unit: str, head: Sequence[Word]) -> str:
    """Return the unit of a bandwidth whose `per second` goes without saying: `Memory bandwidth: 1.8TB`."""
    if not unit or kind_of(UNITS[unit]) != "data" or f"{unit}/s" not in UNITS:
        return unit
    words = naming_words(head) or (line.views[0].words if line.views else ())
    named = bool(words) and words[-1].text == "bandwidth"
    return f"{unit}/s" if named else unit


def readings_of(desk: Desk, line: Line, number: Number, quantity: Quantity | None, unit_symbol: str) -> tuple[Reading, ...]:
    readings: list[Reading] = []
    written: tuple[Written, ...] = number.written
    if negative(line, number) and quantity is not None and quantity.kind not in ("share", "other"):
        written = tuple(replace(one, interval=-one.interval, stated=-one.printed) for one in written)
    if number.form is Form.RATIO:
        unit = UNITS["1"]
        return tuple(Reading(item.interval, unit, item.name, item.printed) for item in written)
    if number.form is Form.FRACTION:
        return tuple(Reading(item.interval, UNITS["1"], item.name, item.printed) for item in written)
    units: list[tuple[Unit, str]] = []
    if unit_symbol:
        unit = UNITS[unit_symbol]
        units.append((unit, ""))
        twin = BINARY_TWIN.get(unit_symbol)
        if twin:
            units.append((UNITS[twin], "binary"))
        bits = in_bits(line, number, unit_symbol)
        if bits:
            units.insert(0 if of_network(desk, line) else 1, (UNITS[bits], "bits"))
    elif quantity is not None and quantity.kind == "share":
        middle = written[0].interval.middle
        fraction = middle is not None and 0 < abs(middle) <= 1 and (number.approximation is not Approximation.EXACT or middle != 1)
        units.append((UNITS["1"] if fraction else UNITS["%"], ""))
    elif quantity is not None and quantity.kind not in ("count", "other"):
        middle = written[0].interval.middle
        if middle is not None and abs(middle) >= 10**8:
            units.append((Unit(quantity.unit.symbol, quantity.unit.dimension, Fraction(1)), ""))
        else:
            units.append((quantity.unit, ""))
            units.extend((UNITS[symbol], f"{symbol} unsaid") for symbol in UNSAID.get(quantity.kind, ()) if symbol != quantity.unit.symbol)
    else:
        units.append((UNITS["1"], ""))
    exact_as_written = (
        number.unit == ""
        and unit_symbol
        and UNITS[unit_symbol].dimension != DIMENSIONLESS
        and number.approximation is Approximation.EXACT
        and unit_symbol != "byte"
    )
    for unit, name in units:
        for item in written:
            interval = item.interval.widen_by(Fraction(1, 2)) if exact_as_written else item.interval
            stated = item.printed
            if unit.scale != 1:
                interval, stated = interval.scale(unit.scale), stated.scale(unit.scale)
            readings.append(Reading(interval, unit, " ".join(filter(None, (item.name, name))), stated))
    return tuple(readings)


def meaning_of(
    desk: Desk,
    line: Line,
    position: int,
    number: Number,
    kind: str,
    unit: str,
    tail: Sequence[Word],
    head: Sequence[Word],
    before: Sequence[Claim | None],
) -> Meaning | None:
    if kind == "ratio" and (degree := degree_in(desk, tail[:2])) is not None:
        return Meaning(degree.id, Confidence.MEDIUM, f"{line.text[number.start : number.end]!r} of {degree.names[0][0]}")
    if kind == "ratio":
        return Meaning("change", Confidence.MEDIUM, f"ratio {line.text[number.start : number.end]!r}")
    if kind in CHARGES:
        return read_charge(desk, line, number, unit, number.per, tail, head)
    if kind == "rate":
        return read_rate(desk, line, number, unit, tail, head, before)
    if kind == "count":
        return read_count(desk, line, position, number, tail, head, before)
    if kind == "share":
        return read_share(desk, line, position, number, tail, head, before)
    found = read_measure(desk, line, position, number, kind, unit, tail, head, before)
    return of_training(desk, line, unit, head, found) if kind == "time" else found


def precision_claims(desk: Desk, line: Line) -> Iterator[Claim]:
    """Yield a claim for each precision word that says what a parameter costs: `Precision: FP16`, `FP16 instead of FP32`."""
    if line.statement.kind in (Kind.CODE, Kind.HEADING) or not line.text or len(line.text) > 4000:
        return
    text = line.text
    if line.views and find_any(line.views[0].words, ("kv", "cache", "kvcache", "activation", "gradient")):
        return  # of something else than the weights: `--kv-cache-dtype fp8`
    named = bool(line.views) and find_any(line.views[0].words, ("precision", "mixedprecision", "dtype", "quantization", "format", "type"))
    if not named and "instead of" not in text.lower():
        return
    for found in _LETTERS_AND_DIGITS.finditer(text):
        position, end = found.span()
        word = text[position:end].lower()
        cost = desk.lexicon.precisions.get(word) if text[position].isalpha() else None
        if cost is None or not any(character.isdigit() for character in word):
            continue
        about = text[end : end + 30].lower() + text[max(0, position - 24) : position].lower()
        if named or "instead of" in about:
            previous = text[:position].rstrip().lower().endswith(("instead of", "from", "rather than"))
            yield Claim(
                quantity="model.bytes_per_param",
                symbol="bytes_per_param",
                readings=(Reading(Interval.exact(cost), UNITS["byte"], "", Interval.exact(cost)),),
                approximation=Approximation.EXACT,
                role=Role.PREVIOUS if previous else sectioned_role(desk, line, Meaning("", Confidence.HIGH, ""), Role.ACTUAL),
                scope=Scope(),
                span=line.statement.value.span(position, end),
                text=text[position:end],
                confidence=Confidence.HIGH if named else Confidence.MEDIUM,
                read_as="precision word",
                statement=line.index,
            )


_LETTERS_AND_DIGITS: Final = re.compile(r"[^\W_]+")
