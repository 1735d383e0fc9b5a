"""Verdicts against the numbers beside them: ticks, flags, "all targets met", "perfect"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from auditor.check.subject import Subject
from auditor.claims.labels import contains, find, find_any
from auditor.claims.model import Claim, Role
from auditor.claims.words import Word
from auditor.findings import Confidence, Finding, Operand, Outcome, Place, Severity, Step, Verdict
from auditor.rulebook import Rule
from auditor.statements import Kind, LabelKind, Statement
from auditor.values import Interval

__all__ = ["compared", "flags", "marks", "perfect", "previous_met", "verdicts"]

_PASS_MARKS = "✓✔✅☑🎉"
_FAIL_MARKS = "❌✗✘⛔🚫"
_PASS_WORDS = (
    ("pass",),
    ("passed",),
    ("met",),
    ("meet",),
    ("meets",),
    ("exceed",),
    ("exceeds",),
    ("exceeded",),
    ("satisfied",),
    ("achieved",),
    ("ok",),
    ("compliant",),
)
_FAIL_WORDS = (("fail",), ("failed",), ("not", "met"), ("missed",), ("violated",), ("unmet",), ("not", "achieved"))
_LOWER = ("time.", "memory.", "share.communication", "share.bubble", "share.difference")
"""Quantities of which less is better."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What is reached and what was asked for."""

    actual: Claim
    target: Claim

    @property
    def below(self) -> bool:
        """Tell whether the target is met by staying at or below it."""
        if self.target.bound:
            return self.target.bound.startswith("<")
        return self.target.role is Role.LIMIT or self.target.quantity.startswith(_LOWER)

    def missed(self) -> bool:
        """Tell whether no reading of the two figures meets the target."""
        return all(
            _beyond(one.interval, other.interval, below=self.below) for one in self.actual.readings for other in self.target.readings
        )

    def met(self) -> bool:
        """Tell whether every reading of the two figures meets the target."""
        return all(
            _within(one.interval, other.interval, below=self.below) for one in self.actual.readings for other in self.target.readings
        )

    def step(self) -> Step:
        """Return the comparison as arithmetic."""
        actual, target = self.actual.readings[0], self.target.readings[0]
        scale = actual.unit.scale
        shown = [figure.interval.middle or Fraction(0) for figure in (actual, target)]
        return Step(
            formula=f"{self.actual.symbol} {'<=' if self.below else '>='} target",
            substituted=f"({shown[0]}) - ({shown[1]})",
            result=f"{float((shown[0] - shown[1]) / scale):g} {actual.unit.symbol}".strip(),
            operands=tuple(
                Operand(name, claim.text.strip(), claim.interval.low, claim.interval.high, claim.span)
                for name, claim in (("actual", self.actual), ("target", self.target))
            ),
            low=shown[0] - shown[1],
            high=shown[0] - shown[1],
        )


def _beyond(actual: Interval, target: Interval, *, below: bool) -> bool:
    if below:
        bar = target.high if target.high is not None else target.low
        return actual.low is not None and bar is not None and actual.low > bar
    bar = target.low if target.low is not None else target.high
    return actual.high is not None and bar is not None and actual.high < bar


def _within(actual: Interval, target: Interval, *, below: bool) -> bool:
    if below:
        bar = target.low if target.low is not None else target.high
        return actual.high is not None and bar is not None and actual.high <= bar
    bar = target.high if target.high is not None else target.low
    return actual.low is not None and bar is not None and actual.low >= bar


def _pairs(claims: Iterable[Claim]) -> list[Pair]:
    """Pair each figure reached with each target of its quantity in the same scope."""
    found = []
    claims = [claim for claim in claims if claim.confidence is not Confidence.LOW]
    for actual in claims:
        if actual.role is not Role.ACTUAL or actual.quantity in ("other", "change", "share.of"):
            continue
        for target in claims:
            if (
                target.role in (Role.TARGET, Role.LIMIT)
                and target.quantity == actual.quantity
                and target.span != actual.span
                and _same_scope(actual, target)
            ):
                found.append(Pair(actual, target))
    return found


def _same_scope(first: Claim, second: Claim) -> bool:
    return (
        all(
            not one or not other or one == other
            for one, other in (
                (first.scope.per, second.scope.per),
                (first.scope.phase, second.scope.phase),
                (first.scope.member, second.scope.member),
            )
        )
        and first.plan == second.plan
        and (first.scope.words == second.scope.words or not second.scope.words)
    )


# -- marks beside numbers ------------------------------------------------------------------------------------------------


def _mark(subject: Subject, statement: Statement) -> str:
    """Return `pass` or `fail` when the statement carries one kind of mark; empty otherwise."""
    text = statement.value.content
    passed = any(mark in text for mark in _PASS_MARKS) or text.lstrip().startswith(("[x]", "[X]"))
    failed = any(mark in text for mark in _FAIL_MARKS)
    if passed == failed:
        return ""
    return "pass" if passed else "fail"


def _units(subject: Subject) -> Iterator[tuple[str, tuple[Claim, ...], Statement]]:
    """Yield each marked place with the claims that the mark speaks of: its own line, its own table row, or its own label."""
    rows: dict[tuple[int, int], list[int]] = defaultdict(list)
    by_statement: dict[int, list[Claim]] = defaultdict(list)
    for claim in subject.claims:
        if not claim.source:
            by_statement[claim.statement].append(claim)
    for index, statement in enumerate(subject.document.statements):
        if statement.cell is not None and statement.kind is Kind.CELL:
            rows[statement.cell.table, statement.cell.row].append(index)
    statements = subject.document.statements
    for index, statement in enumerate(statements):
        mark = _mark(subject, statement)
        if not mark or "→" in statement.value.content:
            continue
        if statement.cell is not None:
            claims = [claim for other in rows[statement.cell.table, statement.cell.row] for claim in by_statement[other]]
        else:
            claims = by_statement[index] or [
                claim
                for other, candidate in enumerate(statements)
                if candidate.kind is Kind.HEAD and candidate.group == statement.group
                for claim in by_statement[other][:0]
            ]
        yield mark, tuple(claims), statement


def marks(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A tick or cross beside a figure and its target: the figures decide."""
    for mark, claims, statement in _units(subject):
        for pair in _pairs(claims):
            spans = (pair.actual.span, pair.target.span)
            if mark == "pass" and pair.missed():
                message = f"ticked, but {pair.actual.text.strip()} misses the target of {pair.target.text.strip()}"
                yield _contradicted(rule, pair, message, statement)
            elif mark == "fail" and pair.met():
                message = f"marked as failed, but {pair.actual.text.strip()} meets the target of {pair.target.text.strip()}"
                yield _contradicted(rule, pair, message, statement)
            elif (mark == "pass") == pair.met():
                yield Outcome(rule.name, Verdict.HELD, spans, f"{pair.actual.text.strip()} against {pair.target.text.strip()}")


def _contradicted(rule: Rule, pair: Pair, message: str, statement: Statement, related: Sequence[Place] = ()) -> Outcome:
    sure = pair.actual.confidence is Confidence.HIGH and pair.target.confidence is not Confidence.LOW
    finding = rule.finding(
        message,
        Place(pair.actual.span, "reached"),
        severity=rule.severity if sure else Severity.WARNING,
        related=(Place(pair.target.span, "asked for"), Place(statement.value.whole, "the verdict"), *related),
        claimed=pair.actual.text.strip(),
        expected=f"{'at most' if pair.below else 'at least'} {pair.target.text.strip().lstrip('<>=≤≥ ')}",
        derivation=(pair.step(),),
    )
    return Outcome(rule.name, Verdict.CONTRADICTED, (pair.actual.span, pair.target.span), message, finding)


# -- flags of data files -------------------------------------------------------------------------------------------------

_FLAG_WORDS = frozenset("valid passed pass met satisfied feasible ok compliant fit fits within meet meets".split())


def flags(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """`valid: true` beside the figures it judges, in one object of a data file."""
    statements = subject.document.statements
    objects: dict[int, list[int]] = defaultdict(list)
    for index, statement in enumerate(statements):
        if statement.kind is Kind.ENTRY:
            objects[statement.group].append(index)
    for members in objects.values():
        claims = [claim for claim in subject.claims if claim.statement in set(members) and not claim.source]
        for index in members:
            statement = statements[index]
            if statement.literal not in ("true", "false") or not statement.path:
                continue
            words = subject.lexicon.normalize(statement.label)
            if not words or not find_any(words, tuple(_FLAG_WORDS)):
                continue
            others = {word.text for word in words} - _FLAG_WORDS
            for actual, bar, below in _judged(subject, claims, others):
                pair = Pair(actual, bar) if not below else _Limit(actual, bar)
                spans = (actual.span, bar.span, statement.value.whole)
                wrong = (statement.literal == "true" and pair.missed()) or (statement.literal == "false" and pair.met())
                if wrong:
                    does = "misses" if statement.literal == "true" else "meets"
                    message = f"{statement.label} is {statement.literal}, but {actual.text.strip()} {does} {bar.text.strip()}"
                    yield _contradicted(rule, pair, message, statement)
                elif (statement.literal == "true") == pair.met():
                    yield Outcome(rule.name, Verdict.HELD, spans, f"{actual.text.strip()} against {bar.text.strip()}")


@dataclass(frozen=True, slots=True)
class _Limit(Pair):
    """A pair whose second figure is what there is: staying at or below it is enough."""

    @property
    def below(self) -> bool:
        return True


def _judged(subject: Subject, claims: Sequence[Claim], words: set[str]) -> Iterator[tuple[Claim, Claim, bool]]:
    """Yield the figures a flag can speak of: a figure and its target, GPUs needed and there, memory used and there."""
    for pair in _pairs(claims):
        labels = {word.text for claim in (pair.actual, pair.target) for word in subject.lexicon.normalize(subject.statement(claim).label)}
        if not words or words <= {"all", "is", "requirement", "constraint", "check"} or words & labels - {"ms", "slo", "target"}:
            yield pair.actual, pair.target, False
    for used, there in (("gpus", "gpus.available"), ("memory.used", "memory.capacity")):
        first = [claim for claim in claims if claim.quantity == used and claim.role is Role.ACTUAL]
        second = [claim for claim in claims if claim.quantity == there]
        if len(first) == 1 and len(second) == 1 and (not words or words & {"memory", "gpu", "count", "capacity", "limit"}):
            yield first[0], second[0], True


# -- overall verdicts ----------------------------------------------------------------------------------------------------

_ALL = ("all", "every", "each")
_THINGS = frozenset("target requirement goal metric objective slo constraint criterion criteria kpi".split())
_REACHED = frozenset("met meet exceed exceeded exceeds achieved achieve satisfied satisfy fulfilled passed pass reached".split())


def verdicts(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """ "All targets met" while one is missed, or a data file that fails its own check and still calls itself ready."""
    missed = _missed(subject)
    for statement in subject.document.statements:
        if statement.kind is Kind.CODE or not _claims_all(subject, statement):
            continue
        if missed:
            pair = missed[0]
            message = f"says that all is met, but {pair.actual.text.strip()} misses the target of {pair.target.text.strip()}"
            finding = rule.finding(
                message,
                Place(statement.value.whole, "the verdict"),
                related=tuple(
                    place for other in missed[:4] for place in (Place(other.actual.span, "reached"), Place(other.target.span, "asked for"))
                ),
                claimed=statement.value.content.strip()[:80],
                expected=f"{len(missed)} missed",
                derivation=tuple(other.step() for other in missed[:4]),
            )
            yield Outcome(rule.name, Verdict.CONTRADICTED, (statement.value.whole,), message, finding)
            return
    failed = _failed_flags(subject)
    if failed:
        for statement in subject.document.statements:
            if statement.kind is Kind.ENTRY and _calls_itself_ready(subject, statement):
                message = f"{statement.value.content.strip()[:60]!r}, but {failed[0].label} is {failed[0].value.content.strip()}"
                finding = rule.finding(
                    message,
                    Place(statement.value.whole, "the verdict"),
                    related=tuple(Place(other.value.whole, f"{other.label} is {other.value.content.strip()}") for other in failed[:4])
                    + tuple(
                        Place(claim.span, "in the failed check")
                        for claim in subject.claims
                        if any(subject.statement(claim).group == other.group for other in failed[:4])
                    )[:8],
                    claimed=statement.value.content.strip()[:80],
                    expected="a verdict that names the failed check",
                )
                yield Outcome(rule.name, Verdict.CONTRADICTED, (statement.value.whole,), message, finding)
                return


def _missed(subject: Subject) -> list[Pair]:
    """Return the pairs of the report in which every stated figure misses the target."""
    by_target: dict[tuple[str, str, str, str], list[Pair]] = defaultdict(list)
    for pair in _pairs(
        claim for claim in subject.claims if not claim.source and claim.confidence is Confidence.HIGH and not claim.scope.member
    ):
        by_target[pair.actual.quantity, pair.actual.scope.per, pair.actual.scope.phase, pair.actual.plan].append(pair)
    return [pairs[0] for pairs in by_target.values() if all(pair.missed() for pair in pairs)]


def _claims_all(subject: Subject, statement: Statement) -> bool:
    words = [word.text for word in subject.lexicon.normalize(statement.value.content[:300])]
    for index, word in enumerate(words):
        if (
            word in _ALL
            and set(words[index + 1 : index + 5]) & _THINGS
            and set(words[index + 1 : index + 10]) & _REACHED
            and "not" not in words[index : index + 8]
        ):
            return True
    return False


_READY = (("ready",), ("approved",), ("optimal",), ("production",), ("success",), ("successful",), ("passed",), ("deployable",))


def _calls_itself_ready(subject: Subject, statement: Statement) -> bool:
    label = subject.lexicon.normalize(statement.label)
    words = subject.lexicon.normalize(statement.value.content[:120])
    named = find_any(label, ("status", "verdict", "conclusion", "recommendation", "result", "readiness", "state", "decision"))
    return named and len(words) <= 8 and contains(words, _READY) and not find_any(words, ("not", "no", "failed", "conditional", "pending"))


def _failed_flags(subject: Subject) -> list[Statement]:
    found = []
    for statement in subject.document.statements:
        if statement.kind is Kind.ENTRY and statement.literal == "false" and statement.path:
            words = subject.lexicon.normalize(statement.label)
            if find_any(words, ("valid", "feasible", "passed", "fits", "met", "satisfied", "compliant")):
                found.append(statement)
    return found


# -- words beside numbers ------------------------------------------------------------------------------------------------

_PERFECT = frozenset("perfect perfectly identical identically uniform uniformly exact exactly equal equally even evenly".split())
_BALANCE = frozenset("loadbalance balance balanced distribution distributed split load workload".split())


def perfect(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """ "Perfect balance" beside a stated difference."""
    for index, statement in enumerate(subject.document.statements):
        differences = [
            claim
            for claim in subject.of(index)
            if claim.quantity == "share.difference" and claim.role is not Role.PREVIOUS and not claim.bound
        ]
        if not differences:
            continue
        words = (
            *subject.lexicon.normalize(statement.value.content),
            *(word for label in statement.path[-1:] for word in subject.lexicon.normalize(label.text.content)),
        )
        if not _calls_perfect(words):
            continue
        claim = differences[0]
        low = claim.interval.low
        if low is None or low <= 0:
            continue
        word = next(word.text for word in words if word.text in _PERFECT)
        if word in ("uniform", "uniformly", "even", "evenly", "equal", "equally") and low < Fraction(1, 4):
            continue
        message = f"called {word} beside a stated difference of {claim.text.strip()}"
        finding = rule.finding(
            message,
            Place(claim.span, "the difference"),
            related=(Place(statement.value.whole, "the verdict"),),
            claimed=word,
            expected="a difference of 0",
        )
        yield Outcome(rule.name, Verdict.CONTRADICTED, (claim.span,), message, finding)
        return


def _calls_perfect(words: Sequence[Word]) -> bool:
    return any(word.text in _PERFECT for word in words) and any(word.text in _BALANCE for word in words)


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
            if (
                former.role is not Role.PREVIOUS
                or head is None
                or find(subject.lexicon.normalize(head.text.content), ("failed",)) < 0
                or former.bound
            ):
                continue
            for target in claims:
                if target.role in (Role.TARGET, Role.LIMIT) and target.quantity == former.quantity:
                    pair = Pair(former, target)
                    if pair.met():
                        message = (
                            f"stands under {head.text.content.strip()!r}, but {former.text.strip()} met the target of {target.text.strip()}"
                        )
                        yield _contradicted(rule, pair, message, subject.statement(former))


# -- written comparisons -------------------------------------------------------------------------------------------------

_SIGNS = {"<": "<", "<<": "<", "≪": "<", "≤": "<=", "<=": "<=", ">": ">", ">>": ">", "≫": ">", "≥": ">=", ">=": ">="}


def compared(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A comparison as written: `33GB < 64GB`, `68GB < 85% of 80GB`."""
    for index, statement in enumerate(subject.document.statements):
        text = statement.value.content
        if statement.kind is Kind.CODE or not any(sign in text for sign in "<>≤≥≪≫") or len(text) > 600:
            continue
        claims = subject.of(index)
        for left, right in zip(claims, claims[1:], strict=False):
            outcome = _comparison(rule, statement, claims, left, right)
            if outcome:
                yield outcome


def _comparison(rule: Rule, statement: Statement, claims: Sequence[Claim], left: Claim, right: Claim) -> Outcome | None:
    text = statement.value.content
    start = _offset(statement, left.span.end)
    stop = _offset(statement, right.span.end)
    between = text[start:stop]
    digits = next((position for position, character in enumerate(between) if character.isdigit()), 0)
    sign = next((symbol for symbol in sorted(_SIGNS, key=len, reverse=True) if symbol in between[:digits]), "")
    if (
        not sign
        or "->" in between[:digits]
        or "=>" in between[:digits]
        or any(mark in between[:digits] for mark in "(),;:|")
        or (left.unit.dimension != right.unit.dimension and right.unit.symbol != "%")
    ):
        return None
    bar, label = right.readings[0].stated or right.interval, right.text.strip().lstrip("<>=≤≥≪≫ ")
    value = bar.middle
    operands = [right]
    if right.unit.symbol == "%" and left.unit.symbol != "%":
        position = claims.index(right)
        base = claims[position + 1] if position + 1 < len(claims) else None
        if (
            base is None
            or base.unit.dimension != left.unit.dimension
            or not text[_offset(statement, right.span.end) : _offset(statement, base.span.start)].strip().startswith("of")
        ):
            return None
        share, whole = bar.middle, (base.readings[0].stated or base.interval).middle
        value = None if share is None or whole is None else share * whole
        label = f"{label} of {base.text.strip()}"
        operands.append(base)
    actual = (left.readings[0].stated or left.interval).middle
    if value is None or actual is None or left.bound:
        return None
    wanted = _SIGNS[sign]
    holds = {"<": actual < value, "<=": actual <= value, ">": actual > value, ">=": actual >= value}[wanted]
    spans = (left.span, *(claim.span for claim in operands))
    if holds:
        return Outcome(rule.name, Verdict.HELD, spans, f"{left.text.strip()} {wanted} {label}")
    equal = actual == value
    message = (
        f"{left.text.strip()} {wanted} {label} is written, but they are equal"
        if equal
        else f"{left.text.strip()} {wanted} {label} is written, but it is not"
    )
    step = Step(
        formula=f"left {wanted} right",
        substituted=f"({actual}) - ({value})",
        result=f"{actual - value}",
        operands=tuple(
            Operand(f"x{place}", claim.text.strip(), claim.interval.low, claim.interval.high, claim.span)
            for place, claim in enumerate((left, *operands))
        ),
        low=actual - value,
        high=actual - value,
    )
    finding: Finding = rule.finding(
        message,
        Place(left.span, "left side"),
        severity=Severity.WARNING if equal else rule.severity,
        related=tuple(Place(claim.span, "right side") for claim in operands),
        claimed=f"{left.text.strip()} {wanted} {label}",
        expected="=" if equal else "the other way round",
        derivation=(step,),
    )
    return Outcome(rule.name, Verdict.CONTRADICTED, spans, message, finding)


def _offset(statement: Statement, position: int) -> int:
    """Return the character of the value text that stands at a source position."""
    for segment in statement.value.segments:
        if segment.span.start <= position <= segment.span.end:
            return segment.start + min(position - segment.span.start, segment.end - segment.start)
    return 0
