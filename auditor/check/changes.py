"""Changes: does `reduced by 79%` fit the figures before and after, in any way that people state a change?

A change is given as a share (of the old or of the new figure, or in percentage points) or as a ratio (new to old or old to new). Any of
them is admitted; a change is contradicted only if none fits the two figures within their written precision.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from auditor.check.passages import Passage, disowned, labelled
from auditor.check.phrases import NUMBER, Phrase, phrase
from auditor.check.placed import PERCENT, Placed, comparable, operand, placed, placed_claim, with_unit_of_label
from auditor.check.printed import agrees
from auditor.check.subject import Subject
from auditor.check.told_changes import Change, is_change, is_signed, told_changes, told_multiples, unsigned
from auditor.claims.model import Approximation, Claim, Role
from auditor.findings import ConventionTried, Outcome, Place, Repair, Step, Verdict
from auditor.language.numbers import Form, Number
from auditor.records import dataclass
from auditor.relations.figures import figure
from auditor.relations.language import plain
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.statements import Kind, LabelKind
from auditor.units import UNITS
from auditor.values import Interval

__all__ = ["beyond_all", "stated"]


@dataclass(frozen=True, slots=True)
class _Manner:
    name: str
    interval: Interval
    middle: Fraction
    formula: str
    substituted: str


def _manners(change: Change) -> list[_Manner]:
    """Return the ways to state the change between two figures, the usual one first; all as fractions of one."""
    a, b = change.before, change.after
    old, new, x, y = a.interval(), b.interval(), a.middle, b.middle
    if x == 0 or y == 0 or old.contains(0) or new.contains(0):
        return []
    by_old = _Manner(
        "of the old figure", (new / old - Interval.exact(1)).absolute(), abs(y / x - 1), "|new - old| / old", f"{_gap(x, y)} / {plain(x)}"
    )
    by_new = _Manner(_BY_NEW, (old / new - Interval.exact(1)).absolute(), abs(x / y - 1), "|new - old| / new", f"{_gap(x, y)} / {plain(y)}")
    up = _Manner(_UP, new / old, y / x, "new / old", f"{plain(y)} / {plain(x)}")
    down = _Manner(_DOWN, old / new, x / y, "old / new", f"{plain(x)} / {plain(y)}")
    found = (
        [up, down, by_old, by_new]
        if change.ratio and (y > x or change.multiple)
        else [down, up, by_old, by_new]
        if change.ratio
        else [by_old, by_new, up, down]
    )
    if change.spelled:
        return [up, down]
    if not change.ratio:
        found = [manner for manner in found if _is_admitted(change, manner)]
    if a.printed.unit is PERCENT and not change.ratio:
        found.append(_Manner("in percentage points", (new - old).absolute(), abs(y - x), "|new - old|", _gap(x, y)))
    return found


def _is_admitted(change: Change, manner: _Manner) -> bool:
    """Tell whether a share may be meant so: one with a sign is no quotient, and nothing falls by more than all of it."""
    quotient = manner.name in (_UP, _DOWN)
    falls_beyond = change.after.middle < change.before.middle and change.change.printed.value > _ALL
    is_of_old = change.falls and change.after.middle != change.before.middle
    return not (quotient and change.signed) and not ((falls_beyond or is_of_old) and manner.name == _BY_NEW)


_BY_NEW, _UP, _DOWN = "of the new figure", "new to old", "old to new"
_ALL: Final = 100


def _gap(x: Fraction, y: Fraction) -> str:
    return f"({plain(max(x, y))} - {plain(min(x, y))})"


def _outcome(change: Change, rule: Rule) -> Outcome | None:
    spans = (change.before.span, change.after.span, change.change.span)
    manners = _manners(change)
    if not manners:
        return None
    said = f"{change.names[0]} {change.before.words} {change.names[1]} {change.after.words}"
    shown = change.change.printed
    scale = Fraction(1) if change.ratio else PERCENT.scale
    unit = UNITS["1"] if change.ratio else PERCENT
    for manner in manners:
        if agrees(manner.interval, shown, scale):
            return rule.held(spans, f"{said} is {change.change.words} ({manner.name})")
    if change.tentative:
        return None
    usual = manners[0]
    value = figure(usual.middle, unit) + ("x" if change.ratio else "")
    compared = f"{change.after.words} is {value} {change.before.words}" if change.multiple else f"{said} is a change of {value}"
    message = f"{compared}, but the report says {change.change.words}"
    operands = (operand("old", change.before), operand("new", change.after))
    return rule.contradicted(
        spans,
        message,
        Place(change.change.span, f"comes to {value}"),
        confidence=min(rule.confidence, change.confidence, key=lambda one: one.rank),
        related=(Place(change.before.span, "before"), Place(change.after.span, "after")),
        claimed=change.change.text,
        expected=value,
        derivation=(Step(usual.formula, usual.substituted, value, operands, usual.interval.low, usual.interval.high),),
        conventions=tuple(ConventionTried(manner.name, False, detail=figure(manner.middle, unit)) for manner in manners),
        repairs=(Repair(f"{value} instead of {change.change.words} would agree"),),
    )


def stated(subject: Subject, rule: Rule) -> Iterable[Outcome]:
    """Yield an outcome for every change that a report states beside the two figures it is a change of."""
    seen: set[Span] = set()
    for change, said in _all(subject):
        if change.change.span in seen or change.change.printed.approximation is Approximation.BOUND:
            continue
        outcome = _outcome(change, rule)
        if outcome is None:
            continue
        seen.add(change.change.span)
        if outcome.verdict is Verdict.CONTRADICTED and said:
            outcome = rule.undetermined(outcome.spans, f"{outcome.message} ({said})")
        yield outcome


def _all(subject: Subject) -> Iterator[tuple[Change, str]]:
    for passage in labelled(subject.document):
        found = phrase(passage, subject.lexicon)
        if not found.numbers:
            continue
        for change in (*_in_sentences(passage, subject), *_against_named(found, subject)):
            at = change.change.span.start - passage.text.whole.start
            yield change, disowned(passage, max(at, 0), max(at, 0) + len(change.change.text)) if at >= 0 else ""
    for change in _in_tables(subject):
        yield change, ""
    for change in _in_objects(subject):
        yield change, ""


# --- in running text

_N: Final = f"({NUMBER})"


def _count_apart(one: Number, two: Number) -> bool:
    """Tell whether two figures count different things: `8 layers`, `4 stages`."""
    return bool(one.noun and two.noun) and one.noun.rstrip("s") != two.noun.rstrip("s")


def _in_sentences(passage: Passage, subject: Subject) -> Iterator[Change]:
    """Yield the changes that sentences tell: of two figures that give it, or else of the only two that it can be of."""
    for built in (*told_changes(passage, subject), *told_multiples(passage, subject)):
        meant = next((change for change in built if _fits(change)), built[0])
        if _fits(meant) or len(built) == 1:
            yield meant


# --- against a target or a former figure that stands elsewhere

_ARTICLES: Final = r"(?:the |our |its |stated |required |minimum |original |previous |former )*"
_THAN_NAMED: Final = re.compile(
    rf"{_N} ?(?:better|faster|higher|lower|above|below|under|over|more|less|slower|(?:improvement|increase|reduction) (?:over|from))"
    rf" ?(?:than|over|from|vs\.?)? {_ARTICLES}(target|goal|requirement|limit|slo|baseline|previous|original)"
)
_TIMES_NAMED: Final = re.compile(rf"{_N} ?{_ARTICLES}(target|goal|requirement|limit|slo|baseline)")
"""`2.5x the requirement`: a multiple, never a share."""


def _against_named(found: Phrase, subject: Subject) -> Iterator[Change]:
    """Yield the changes against `the target` or `the baseline`: `35 ms (1.43x faster than target)`."""
    times = (match for match in _TIMES_NAMED.finditer(found.text) if found.number(match.group(1)).form is Form.RATIO)
    for match in (*_THAN_NAMED.finditer(found.text), *times):
        if not is_change(found.number(match.group(1))):
            continue
        after = _claim_before(found, match.start(), subject) or _claim_named(found, match.end(), subject)
        if after is None:
            continue
        roles = (Role.PREVIOUS,) if match.group(2) in ("baseline", "previous", "original") else (Role.TARGET, Role.LIMIT)
        others = _others(after, roles, found, subject)
        if not others:
            continue
        number = found.number(match.group(1))
        built = [
            Change(
                placed_claim(other),
                placed_claim(after),
                unsigned(placed(found, match.group(1))),
                number.form is Form.RATIO,
                names=(f"from the {match.group(2)}", "to"),
                multiple=match.re is _TIMES_NAMED,
                confidence=min(other.confidence, after.confidence, key=lambda one: one.rank),
            )
            for other in others
        ]
        yield next((one for one in built if _fits(one)), built[0])


def _fits(change: Change) -> bool:
    scale = Fraction(1) if change.ratio else PERCENT.scale
    return any(agrees(manner.interval, change.change.printed, scale) for manner in _manners(change))


def _claim_before(found: Phrase, position: int, subject: Subject) -> Claim | None:
    numbers = [found.number(character) for character in found.text[:position] if re.match(NUMBER, character)]
    if not numbers:
        return None
    last = found.span(numbers[-1])
    claim = next((claim for claim in subject.of(found.passage.index) if claim.span.overlaps(last)), None)
    return claim if claim is not None and claim.role is Role.ACTUAL and claim.quantity not in ("change", "share.of", "other") else None


def _claim_named(found: Phrase, position: int, subject: Subject) -> Claim | None:
    """Return the one actual figure of the quantity named right behind a place: `20% above target requests per second`."""
    words = subject.lexicon.normalize(re.split(r"[^a-z/ \-]", found.text[position:], maxsplit=1)[0])
    named = [match for match in subject.lexicon.matches(words) if match.start == 0]
    if not named:
        return None
    quantity = max(named, key=lambda match: match.size).quantity.id
    claims = [claim for claim in subject.quantities([quantity]) if claim.role is Role.ACTUAL and not claim.source]
    return claims[0] if len({claim.interval for claim in claims}) == 1 else None


def _others(after: Claim, roles: Sequence[Role], found: Phrase, subject: Subject) -> list[Claim]:
    wanted = [
        claim
        for claim in subject.quantities([after.quantity])
        if claim.role in roles
        and not claim.source
        and claim.scope.phase in (after.scope.phase, *(("",) if claim.role in (Role.TARGET, Role.LIMIT) else ()))
        and comparable(placed_claim(claim), placed_claim(after))
    ]
    group = found.passage.statement.group
    near = [claim for claim in wanted if subject.statement(claim).group == group]
    return near or (wanted if len({claim.interval for claim in wanted}) == 1 else [])


# --- in tables

_FITTING: Final = Fraction(3, 5)
"""Share of the rows that must fit before two columns are taken for before and after, where their heads do not say so."""


def _in_tables(subject: Subject) -> Iterator[Change]:
    """Yield the changes of tables that have a column for them and the two figures in columns of their own."""
    tables: dict[int, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for index, statement in enumerate(subject.document.statements):
        if statement.kind is Kind.CELL and statement.cell is not None and not statement.struck:
            tables[statement.cell.table][statement.cell.row][statement.cell.column] = index
    for _, rows in sorted(tables.items()):
        kinds = {column: _kind(subject, index) for cells in rows.values() for column, index in cells.items() if column > 0}
        for column in (column for column, kind in kinds.items() if kind == "change"):
            yield from _change_column(subject, list(rows.values()), kinds, column)


def _change_column(subject: Subject, rows: Sequence[dict[int, int]], kinds: dict[int, str], column: int) -> Iterator[Change]:
    """Yield the changes of one column, between the two columns that say or show that they are before and after."""
    others = [other for other, kind in sorted(kinds.items()) if kind != "change"]
    best: list[Change] = []
    for before in others:
        for after in others:
            if before == after or kinds[before] == "after" or kinds[after] == "before":
                continue
            found = [
                change
                for cells in rows
                if {before, after, column} <= cells.keys()
                and (change := _row_change(subject, cells[before], cells[after], cells[column])) is not None
            ]
            fits = sum(_fits(change) for change in found)
            said = kinds[before] == "before" and kinds[after] == "after" and list(kinds.values()).count("before") == 1
            if said or (fits >= 2 and fits >= len(found) * _FITTING):
                if fits > sum(_fits(change) for change in best) or not best:
                    best = found
            elif fits:
                best = best or [replace(change, tentative=True) for change in found]
    yield from best


def _kind(subject: Subject, index: int) -> str:
    head = next((label for label in reversed(subject.document.statements[index].path) if label.kind is LabelKind.COLUMN), None)
    return _kind_of(subject, head.text.content) if head else ""


def _kind_of(subject: Subject, text: str) -> str:
    """Return what a column head or key announces: `change`, `before`, `after` or nothing of it."""
    words = {word.text for word in subject.lexicon.normalize(text)}
    for name, wanted in (
        ("change", subject.lexicon.sayings["changes"]),
        ("before", subject.lexicon.sayings["before a change"]),
        ("after", subject.lexicon.sayings["after a change"]),
    ):
        if words & wanted:
            return name
    return ""


def _row_change(subject: Subject, before: int, after: int, change: int) -> Change | None:
    one, two, said = (phrase(_cell(subject, index), subject.lexicon) for index in (before, after, change))
    if len(one.numbers) != 1 or len(two.numbers) != 1 or not said.numbers or one.numbers[0].bound or two.numbers[0].bound:
        return None
    place = re.search(NUMBER, said.text)
    number = said.numbers[0]
    if place is None or (number.unit != "%" and number.form is not Form.RATIO):
        return None
    behind = said.text[place.end() :].strip()
    words = re.findall("[a-z-]+", behind)
    if behind and not behind.startswith("(") and (not words or words[0] not in subject.lexicon.sayings["changing"]):
        return None
    first, second = _of_claim(subject, before, one), _of_claim(subject, after, two)
    if not comparable(first, second):
        return None
    ratio = number.form is Form.RATIO
    return Change(first, second, unsigned(placed(said, place.group())), ratio, signed=is_signed(said.passage.content, number))


def _of_claim(subject: Subject, index: int, found: Phrase) -> Placed:
    """Return the one figure of a cell or entry, with the unit that its labels give it."""
    return with_unit_of_label(subject, index, placed(found, found.characters[0]))


def _cell(subject: Subject, index: int) -> Passage:
    statement = subject.document.statements[index]
    return Passage(statement.value, statement, index)


# --- in objects


def _in_objects(subject: Subject) -> Iterator[Change]:
    """Yield the changes of objects: `{"original": 128, "optimized": 64, "reduction_percent": 50}`."""
    objects: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, statement in enumerate(subject.document.statements):
        if statement.kind is Kind.ENTRY and statement.literal in ("number", "string") and statement.path:
            objects[tuple(label.text.content for label in statement.path[:-1])].append(index)
    for indices in objects.values():
        kinds: dict[str, list[int]] = defaultdict(list)
        for index in indices:
            kinds[_kind_of(subject, subject.document.statements[index].label)].append(index)
        if len(kinds["before"]) == len(kinds["after"]) == 1:
            for index in kinds["change"]:
                change = _object_change(subject, kinds["before"][0], kinds["after"][0], index)
                if change is not None:
                    yield change


def _object_change(subject: Subject, before: int, after: int, change: int) -> Change | None:
    one, two, said = (phrase(_cell(subject, index), subject.lexicon) for index in (before, after, change))
    if any(len(found.numbers) != 1 for found in (one, two, said)):
        return None
    stated_change = placed(said, said.characters[0])
    number = said.numbers[0]
    words = [word.text for word in subject.lexicon.normalize(subject.document.statements[change].label)]
    percent = number.unit == "%" or {"percent", "percentage", "pct"} & set(words)
    ratio = number.form is Form.RATIO or bool({"factor", "multiplier", "ratio", "speedup", "x"} & set(words))
    first, second = _of_claim(subject, before, one), _of_claim(subject, after, two)
    if bool(percent) == ratio or not comparable(first, second) or _count_apart(one.numbers[0], two.numbers[0]):
        return None
    if percent:
        stated_change = replace(stated_change, printed=replace(stated_change.printed, unit=PERCENT), unit_elsewhere=number.unit != "%")
    return Change(first, second, unsigned(stated_change), ratio)


# --- reductions by more than everything

_FALL: Final = r"(?:reduc(?:ed|tion|es|e)|decreas(?:ed|e|es)|lower(?:ed|s)?|cut|sav(?:ed|es|ing|ings)|drop(?:ped|s)?|shr[aiu]nk)"
_BEYOND: Final = re.compile(rf"{_FALL} (?:[a-z\-]+ ){{0,3}}by {_N}|{_N} (?:[a-z\-]+ )?(?:reduction|decrease|savings?|less|lower)(?![a-z])")


def beyond_all(subject: Subject, rule: Rule) -> Iterable[Outcome]:
    """Yield an outcome for each reduction given in percent: nothing can be reduced by more than all of it."""
    for passage in labelled(subject.document):
        if "%" not in passage.content:
            continue
        found = phrase(passage, subject.lexicon)
        for match in _BEYOND.finditer(found.text):
            character = match.group(1) or match.group(2)
            number = found.number(character)
            if number.unit != "%" or number.form is not Form.PLAIN or not found.printed(number).interval.is_bounded:
                continue
            item = unsigned(placed(found, character))
            if item.printed.value <= 100:
                continue
            message = f"a reduction by {item.text} would leave less than nothing"
            left, bounds = 1 - item.middle, Interval.exact(1) - item.interval()
            yield rule.contradicted(
                (item.span,),
                message,
                Place(item.span, "more than all of it"),
                claimed=item.text,
                expected="at most 100%",
                derivation=(
                    Step(
                        "1 - reduction",
                        f"1 - {plain(item.middle)}",
                        f"{figure(left, PERCENT)} is left",
                        (operand("reduction", item),),
                        bounds.low,
                        bounds.high,
                    ),
                ),
            )
