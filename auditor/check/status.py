"""Marks and flags against the numbers beside them: ticks, crosses, PASS and FAIL, `valid: true`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final

from auditor.check.marked_rows import CROSSES, TICKS, in_rows
from auditor.check.subject import Subject
from auditor.check.targets import Pair, beside, measure, offset, own_label, pairs, sentence
from auditor.claims.labels import find, find_any
from auditor.claims.model import Approximation, Claim, Role
from auditor.findings import Confidence, Outcome, Place, Severity
from auditor.records import dataclass
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.statements import Kind, LabelKind, Statement
from auditor.units import DIMENSIONLESS

__all__ = ["flags", "marks", "previous_met"]

_CAPITALS: Final = re.compile(r"[A-Z]{2,}(?: [A-Z]{2,})?")
_FINE: Final = frozenset("PASS PASSED MET OK SATISFIED COMPLIANT".split())
_BAD: Final = frozenset(("FAIL", "FAILED", "NOT MET", "MISSED", "VIOLATED", "UNMET", "NOT SATISFIED", "NOT ACHIEVED"))
_TARGETS: Final = r"[^.;\n]{0,40}\b(?:target|requirement|goal|slo|sla|objective|minimum)"
_EXCEEDED: Final = re.compile(r"\bexceed", re.IGNORECASE)
_MEETS: Final = re.compile(
    r"\b(?:exceeds?|exceeding|exceeded|meets?|meeting|beats?|beating|surpass(?:es|ing|ed)?|satisf(?:y|ies|ying|ied))\b" + _TARGETS
)
_MISSES: Final = re.compile(
    r"\b(?:miss(?:es|ing|ed)?|fails? to (?:meet|reach)|(?:does|do|did) not (?:meet|reach)|falls? short of|fell short of)\b" + _TARGETS
)
_REACHED: Final = re.compile(
    r"\b(?:target|requirement|goal|slo|sla|objective)\b[^;\n]{0,40}?(?:[:,(\u2013\u2014-]|\bwas|\bis|\bhas been)\s{0,3}"
    r"(?:reached|met|achieved|hit|kept)\b"
)
"""`Target was 2.5 s: reached`: the verdict stands behind what was asked for."""
_UNSURE: Final = re.compile(r"\b(?:not|never|must|should|will|would|could|if|whether|until|before|once|almost|nearly|cannot)\b")
_OPEN: Final = re.compile(r"\b(?:not|never|must|should|to|will|would|could|if|whether|until|before|cannot|can't|doesn't)\b[^.;]{0,20}$")
_LONGEST_VERDICT: Final = 6
"""Words of a cell that is no more than a verdict."""
_LONGEST_TEXT: Final = 4000
_TOP_HEADING: Final = 1
_CARRIERS: Final = (LabelKind.HEADING, LabelKind.ITEM, LabelKind.LEAD)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A mark and the pairs it speaks of."""

    passed: bool
    statement: Statement
    """The statement or, for a mark on a label, the first one below it."""
    place: Span
    pairs: tuple[Pair, ...]
    in_words: bool = False

    @property
    def said(self) -> str:
        if self.in_words:
            return "said to meet the target" if self.passed else "said to miss the target"
        return "ticked" if self.passed else "marked as failed"


def marks(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A tick or cross beside a figure and its target: the figures decide."""
    reader = _Marks(subject)
    seen: set[tuple[Span, Span]] = set()
    for judged in (*reader.on_lines(), *reader.on_labels(), *reader.on_names()):
        for pair in judged.pairs:
            spans = (pair.actual.span, pair.target.span)
            if spans in seen:
                continue
            if (judged.passed and pair.missed()) or (not judged.passed and pair.met()):
                seen.add(spans)
                does = "misses" if judged.passed else "meets"
                message = f"{judged.said}, but {pair.reached} {does} {'that' if judged.in_words else 'the target'} of {pair.asked}"
                yield _contradicted(rule, pair, message, judged.place)
            elif judged.passed and pair.sure and pair.actual.approximation is Approximation.RANGE and pair.at_its_worst().missed():
                seen.add(spans)
                message = f"{judged.said}, but {pair.reached} reaches beyond the target of {pair.asked}"
                yield _contradicted(rule, pair.at_its_worst(), message, judged.place)
            elif judged.passed == pair.met():
                seen.add(spans)
                yield rule.held(spans, f"{pair.reached} against {pair.expected}")
    told = {span for spans in seen for span in spans}
    for outcome in in_rows(subject, rule):
        if not any(outcome.spans[0].overlaps(span) for span in told):
            yield outcome


class _Marks:
    """Finds the marks of a report and what each speaks of: its line, its table row, its list or what stands below its label."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    def on_lines(self) -> Iterator[_Judged]:
        for index, statement in enumerate(self.subject.document.statements):
            if statement.struck or statement.kind in (Kind.HEADING, Kind.HEAD, Kind.CODE) or "→" in statement.value.content:
                continue
            passed = self._mark(statement)
            if passed is None:
                yield from self._in_sentences(index, statement)
                continue
            found = self._of_line(index, statement)
            if _EXCEEDED.search(statement.value.content) and not any(mark in statement.value.content for mark in TICKS):
                found = [pair for pair in found if not pair.below]  # who exceeds a limit has failed, who exceeds a goal has not
            if found:
                yield _Judged(passed, statement, statement.value.whole, tuple(found))

    def _mark(self, statement: Statement) -> bool | None:
        text = f"{own_label(statement)} {statement.value.content}"
        ticked = any(mark in text for mark in TICKS) or statement.value.content.lstrip().startswith(("[x]", "[X]"))
        crossed = any(mark in text for mark in CROSSES)
        if not ticked and not crossed:
            words = {part for found in _CAPITALS.findall(text) for part in (found, *found.split())}
            crossed = bool(words & _BAD)
            ticked = bool(words & _FINE) and not crossed and "NOT" not in words
        if not ticked and not crossed and (statement.cell is not None or _is_verdict(self.subject, statement)):
            said = _worded(self.subject, statement.value.content)
            return _answered(self.subject, statement) if said is None else said
        return None if ticked == crossed else ticked

    def _of_line(self, index: int, statement: Statement) -> list[Pair]:
        if statement.cell is not None:
            row = [claim for other in self._rows[statement.cell.table, statement.cell.row] for claim in self.subject.of(other)]
            return pairs(row)
        own = list(self.subject.of(index))
        found = list(beside(self.subject, index)) or pairs(own)
        return found or self._of_siblings(index, statement, own)

    def _in_sentences(self, index: int, statement: Statement) -> Iterator[_Judged]:
        """Yield what a statement without a mark says in words of the two figures of a sentence: `900, exceeding the target of 800`."""
        text = statement.value.content
        for pair in beside(self.subject, index):
            said = sentence(text, offset(statement.value, pair.actual.span.start))
            passed = _says(said)
            either = pair.below or pair.actual.quantity.startswith("time.")  # who exceeds what is asked of a time may be faster
            if passed is not None and pair.sure and not (passed and either and _EXCEEDED.search(said)):
                yield _Judged(passed, statement, statement.value.whole, (pair,), in_words=True)
        yield from self._in_next_sentence(index, statement)

    def _in_next_sentence(self, index: int, statement: Statement) -> Iterator[_Judged]:
        """Yield what the sentence behind a figure's says of its target: `TTFT is 2.9 s. The target was 2.5 s: reached`."""
        text = statement.value.content
        found = pairs(self.subject.of(index)) if _REACHED.search(text[:_LONGEST_TEXT].lower()) else []
        if len(found) != 1 or found[0].target.role is not Role.TARGET or found[0].target.span.start < found[0].actual.span.end:
            return
        said = sentence(text, offset(statement.value, found[0].target.span.start))[:400].lower()
        if _REACHED.search(said) and not _UNSURE.search(said):
            yield _Judged(True, statement, statement.value.whole, tuple(found), in_words=True)

    def _of_siblings(self, index: int, statement: Statement, own: Sequence[Claim]) -> list[Pair]:
        """Return what a mark without a pair of its own judges in its list: `Target`, `Achieved`, `Status: PASS`, or the figure above it."""
        if statement.kind not in (Kind.ITEM, Kind.TREE) or not _is_verdict(self.subject, statement):
            return []
        above = [other for other in self._siblings[statement.group, statement.path[:-1]] if other < index]
        if not own:
            return pairs(claim for other in above for claim in self.subject.of(other))
        asked = [claim for claim in own if claim.unit.dimension != DIMENSIONLESS and claim.role is not Role.PREVIOUS]
        if len(own) != 1 or len(asked) != 1:
            return []
        for other in reversed(above):
            reached = [claim for claim in self.subject.of(other) if measure(claim) == measure(asked[0])]
            if not reached:
                continue
            first = reached[0]
            if len(reached) != 1 or asked[0].scope.per not in ("", first.scope.per):
                return []
            target = replace(asked[0], role=Role.TARGET, quantity=first.quantity, scope=first.scope, plan=first.plan)
            return pairs((first, target))
        return []

    def on_labels(self) -> Iterator[_Judged]:
        """Yield the marked headings and items with the pairs of what stands below them."""
        below: dict[Span, list[int]] = defaultdict(list)
        verdicts: dict[Span, bool] = {}
        for index, statement in enumerate(self.subject.document.statements):
            above = statement.path[:-1] if own_label(statement) else statement.path
            label = next((one for one in reversed(above) if one.kind in _CARRIERS), None)
            if label is None or statement.kind is Kind.CELL or (label.kind is LabelKind.HEADING and label.level <= _TOP_HEADING):
                continue
            ticked = any(mark in label.text.content for mark in TICKS)
            if ticked == any(mark in label.text.content for mark in CROSSES):
                continue
            below[label.text.whole].append(index)
            verdicts[label.text.whole] = ticked
        for place, members in below.items():
            statements = [self.subject.document.statements[index] for index in members]
            if any(self._mark(statement) is not None for statement in statements if own_label(statement) not in ("",)):
                continue
            found = pairs(claim for index in members for claim in self.subject.of(index))
            if found:
                yield _Judged(verdicts[place], statements[0], place, tuple(found))

    def on_names(self) -> Iterator[_Judged]:
        """Yield the figures whose own label calls a target met, with a target of their plan: `Throughput goal met: 83 tokens/ms`."""
        for index, statement in enumerate(self.subject.document.statements):
            if statement.struck or statement.kind is Kind.CODE or not _named_met(self.subject, statement):
                continue
            own = [claim for claim in self.subject.of(index) if claim.role is Role.ACTUAL and claim.unit.symbol != "1"]
            if len(own) != 1 or beside(self.subject, index):
                continue
            asked = [claim for claim in self.subject.claims if not claim.source and claim.role is Role.TARGET]
            found = pairs((own[0], *asked))
            if found and (all(pair.missed() for pair in found) or all(pair.met() for pair in found)):
                yield _Judged(True, statement, statement.value.whole, tuple(found[:1]), in_words=True)

    @cached_property
    def _rows(self) -> Mapping[tuple[int, int], Sequence[int]]:
        found: dict[tuple[int, int], list[int]] = defaultdict(list)
        for index, statement in enumerate(self.subject.document.statements):
            if statement.cell is not None and statement.kind is Kind.CELL:
                found[statement.cell.table, statement.cell.row].append(index)
        return found

    @cached_property
    def _siblings(self) -> Mapping[tuple[int, object], Sequence[int]]:
        found: dict[tuple[int, object], list[int]] = defaultdict(list)
        for index, statement in enumerate(self.subject.document.statements):
            for cut in (1, 2):
                found[statement.group, statement.path[:-cut]].append(index)
        return found


def _named_met(subject: Subject, statement: Statement) -> bool:
    """Tell whether a statement's own label says of a target that it is met, and no more."""
    words = [word.text for word in subject.lexicon.normalize(own_label(statement))]
    return (
        len(words) > 1
        and words[-1] in subject.lexicon.sayings["met"]
        and words[-2] in subject.lexicon.sayings["asked for"]
        and not set(words) & {"not", "if", "when", "all", "no"}
    )


def _is_verdict(subject: Subject, statement: Statement) -> bool:
    words = subject.lexicon.normalize(own_label(statement) or statement.value.content[:40])
    return find_any(words, subject.lexicon.sayings["judging"])


def _worded(subject: Subject, text: str) -> bool | None:
    """Return what a short text says when it is no more than a verdict: `Met`, `Exceeded`, `Not met`."""
    words = [word.text for word in subject.lexicon.normalize(text)]
    if not 0 < len(words) <= _LONGEST_VERDICT:
        return None
    first = next((word for word in words if word in subject.lexicon.sayings["fine"] | subject.lexicon.sayings["failed"]), "")
    if not first or (first != words[0] and words[0] != "not"):
        return None
    return (
        None
        if words[0] == "not" and first in subject.lexicon.sayings["failed"]
        else first in subject.lexicon.sayings["fine"] and words[0] != "not"
    )


def _answered(subject: Subject, statement: Statement) -> bool | None:
    """Return what `yes` or `no` says below a head that asks for a verdict: `Met`, `Passed?`."""
    answer = statement.value.content.strip(" *_`.").lower()
    heads = [label.text.content for label in statement.path if label.kind is LabelKind.COLUMN]
    if answer not in ("yes", "no") or not heads or not _worded(subject, heads[-1]):
        return None
    return answer == "yes"


def _says(text: str) -> bool | None:
    """Return what a sentence says of its target: it is met, it is missed, or nothing."""
    words = text[:400].lower()
    missed = _MISSES.search(words)
    met = _MEETS.search(words)
    if missed:
        return False
    return True if met and not _OPEN.search(words[: met.start()]) else None


def _contradicted(rule: Rule, pair: Pair, message: str, place: Span) -> Outcome:
    sure = pair.sure and pair.actual.confidence is not Confidence.LOW and pair.target.confidence is not Confidence.LOW
    return rule.contradicted(
        (pair.actual.span, pair.target.span),
        message,
        Place(pair.actual.span, "reached"),
        severity=rule.severity if sure else Severity.WARNING,
        confidence=rule.confidence if sure else Confidence.MEDIUM,
        related=(Place(pair.target.span, "asked for"), Place(place, "the verdict")),
        claimed=pair.reached,
        expected=pair.expected,
        derivation=(pair.step(),),
    )


# -- flags of data files -------------------------------------------------------------------------------------------------


def flags(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """`valid: true` or `status: PASS` beside the figures it judges, in one object of a data file."""
    statements = subject.document.statements
    objects: dict[int, list[int]] = defaultdict(list)
    for index, statement in enumerate(statements):
        if statement.kind is Kind.ENTRY:
            objects[statement.group].append(index)
    for members in objects.values():
        claims = [claim for index in members for claim in subject.of(index)]
        for index in members:
            statement = statements[index]
            fine = _flag(subject, statement)
            if fine is None:
                continue
            words = {word.text for word in subject.lexicon.normalize(statement.label)}
            if words & subject.lexicon.sayings["flags of verdicts"]:
                yield from _against_flag(
                    rule, statement, tuple(_judged(subject, claims, words - subject.lexicon.sayings["flags of verdicts"])), fine=fine
                )


def _flag(subject: Subject, statement: Statement) -> bool | None:
    if not statement.path or statement.path[-1].kind is not LabelKind.KEY:
        return None
    if statement.literal in ("true", "false"):
        return statement.literal == "true"
    return _worded(subject, statement.value.content) if statement.literal == "string" else None


def _against_flag(rule: Rule, statement: Statement, judged: Sequence[Pair], *, fine: bool) -> Iterator[Outcome]:
    # A flag that says no may have a reason of its own; it is contradicted only if nothing beside it is missed.
    contradicted = [pair for pair in judged if pair.missed()] if fine else [pair for pair in judged if all(one.met() for one in judged)]
    for pair in contradicted:
        message = f"{statement.label} is {statement.value.content.strip()}, but {pair.reached} {'misses' if fine else 'meets'} {pair.asked}"
        yield _contradicted(rule, pair, message, statement.value.whole)
    for pair in judged:
        if fine == pair.met() and pair not in contradicted:
            spans = (pair.actual.span, pair.target.span, statement.value.whole)
            yield rule.held(spans, f"{pair.reached} against {pair.asked}")


def _judged(subject: Subject, claims: Sequence[Claim], words: set[str]) -> Iterator[Pair]:
    """Yield the figures a flag can speak of: a figure and its target, GPUs needed and there, memory used and there."""
    for pair in pairs(claims):
        labels = {word.text for claim in (pair.actual, pair.target) for word in subject.lexicon.normalize(subject.statement(claim).label)}
        if not words or words <= subject.lexicon.sayings["beside verdicts"] or words & labels - {"ms", "slo", "target"}:
            yield pair
    for used, there in (("gpus", "gpus.available"), ("memory.used", "memory.capacity")):
        first = [claim for claim in claims if claim.quantity == used and claim.role is Role.ACTUAL]
        second = [claim for claim in claims if claim.quantity == there]
        if len(first) == 1 and len(second) == 1 and (not words or words & {"memory", "gpu", "count", "capacity", "limit"}):
            yield Pair(first[0], second[0], below=True)


def previous_met(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A table that puts a former figure under "failed" although it met the target in its row."""
    rows: dict[tuple[int, int], list[Claim]] = defaultdict(list)
    for claim in subject.claims:
        cell = subject.statement(claim).cell if not claim.source else None
        if cell is not None:
            rows[cell.table, cell.row].append(claim)
    for claims in rows.values():
        for former in claims:
            head = next((label for label in subject.statement(former).path if label.kind is LabelKind.COLUMN), None)
            if former.role is not Role.PREVIOUS or head is None or former.bound:
                continue
            if find(subject.lexicon.normalize(head.text.content), ("failed",)) < 0:
                continue
            for pair in pairs((replace(former, role=Role.ACTUAL), *(replace(claim, plan=former.plan) for claim in claims))):
                if pair.actual.span == former.span and pair.met():
                    message = f"stands under {head.text.content.strip()!r}, but {pair.reached} met the target of {pair.asked}"
                    yield _contradicted(rule, pair, message, subject.statement(former).value.whole)
