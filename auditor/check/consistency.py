"""One quantity, two values: claims of one plan, role and scope that no reading reconciles.

Most figures that differ are meant to: a former plan, a step of a derivation, a percentile, an assumption beside a measurement.
Two claims are compared only where their labels call them the same, the words around them say nothing else of one than of the other,
and more than the document joins their places. So are the models and the GPUs they name; and a page whose figures scatter is one about
many configurations, not one that errs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from auditor.check.passages import Passage, disowned
from auditor.check.spoken_of import apart, by_subject
from auditor.check.subject import Subject
from auditor.check.targets import offset, own_label, words_around
from auditor.claims.lexicon import Quantity
from auditor.claims.model import Approximation, Claim, Role
from auditor.findings import Confidence, Evidence, Finding, Operand, Outcome, Place, Severity, Step, Verdict
from auditor.limits import spend
from auditor.records import dataclass
from auditor.relations.figures import figure
from auditor.relations.language import plain
from auditor.rulebook import Rule
from auditor.statements import Kind, Label, LabelKind, Statement
from auditor.units import DIMENSIONLESS, UNITS
from auditor.values import Interval

__all__ = ["measured", "stated"]

_STATED: Final = frozenset(
    "gpus nodes gpus.per_node parallel.tensor parallel.pipeline parallel.expert parallel.data parallel.context parallel.sequence "
    "parallel.expert_tensor parallel.virtual_pipeline model.layers model.heads model.kv_heads model.head_dim model.hidden "
    "model.ffn_hidden model.expert_hidden model.vocab model.experts model.top_k model.shared_experts model.params model.params_active "
    "batch.global batch.micro batch.accumulation batch.microbatches batch.sequence_length experts.per_gpu layers.per_stage".split()
)
"""What a plan is: one value each."""
_MEASURED: Final = frozenset(
    "time.step time.prefill time.decode time.ttft time.tpot rate.tokens rate.tokens_per_gpu rate.requests rate.sequences share.mfu "
    "share.gpu_utilization share.communication share.bubble share.load_balance share.bandwidth_utilization share.compute_utilization "
    "memory.used memory.utilization memory.capacity".split()
)
"""What a plan reaches or runs on: one value each in one scope, but more ways to mean different things."""
_OF_A_GPU: Final = ("memory.capacity",)
_SCOPED_BY_NAME: Final = ("experts.per_gpu", "layers.per_stage", "model.experts", "gpus.per_node")
_UNIT_WORDS: Final = frozenset(symbol.lower() for symbol in UNITS)
_IDS: Final = ("gpu", "device", "node", "rank")
"""A key that names one of them holds its number, not a count."""
_COUNTS: Final = ("gpus", "nodes", "gpus.per_node", "experts.per_gpu", "layers.per_stage")
_IN_ALL: Final = {"total", "aggregate"}
"""Words that say of a figure that it is that of the whole plan; where its scope says so they narrow it no further."""
_JOINING: Final = frozenset((Evidence.AS_WRITTEN, Evidence.SAME_PLAN, Evidence.ONE_SECTION, Evidence.ONE_LAYOUT))
"""What joins two places closely enough for one figure of theirs to contradict the other."""
_ABOVE_KEYS: Final = (LabelKind.HEADING, LabelKind.FILE, LabelKind.LEAD)
"""Labels that say which block it is, not what stands in it."""
_TITLE: Final = 1
_TWO: Final = 2
_OPENING: Final = 2
"""So many words that open two bullets alike make them two cases of one thing."""
_OF_MANY: Final = 2
"""So many quantities whose values scatter make a page about many configurations: two values on it need not be one figure."""


@dataclass(frozen=True, slots=True)
class _Scope:
    plan: str
    quantity: str
    per: str
    phase: str
    member: str
    words: str
    cues: frozenset[str]
    part: str


def stated(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Compare what a plan is said to be: degrees, sizes of the model, batches, counts."""
    yield from _compare(subject, rule, _STATED)


def measured(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Compare what a plan is said to reach or run on: times, rates, shares, memory, peaks."""
    yield from _compare(subject, rule, _MEASURED)


def _compare(subject: Subject, rule: Rule, quantities: frozenset[str]) -> Iterator[Outcome]:
    groups: dict[_Scope, list[Claim]] = defaultdict(list)
    torn = _torn(subject)
    for claim in subject.claims:
        if (
            claim.quantity in quantities
            and (claim.statement, claim.quantity) not in torn
            and not _enumerates(subject, claim)
            and _firm(subject, claim)
        ):
            groups[_scope(subject, claim)].append(claim)
    compared = {scope: _without_lists(subject, claims) for scope, claims in groups.items()}
    of_many = sum(_scattered(_clusters(claims)) for claims in compared.values()) >= _OF_MANY
    for scope, claims in compared.items():
        for kept in by_subject(subject, claims):
            values = _clusters(kept)
            spans = tuple(claim.span for claim in kept)
            if len(kept) > 1 and len(values) == 1:
                yield rule.held(spans, f"{kept[0].text.strip()} in {len(kept)} places")
            elif len(values) > 1 and not (
                of_many
                or _scattered(values)
                or apart(subject, values[0][0], values[1][0])
                or _by_shared(subject, scope, values)
                or not _together(subject, values[0], values[1])
            ):
                finding = _finding(subject, rule, scope, values)
                yield Outcome(rule.code, Verdict.CONTRADICTED, spans, finding.message, finding)


def _scattered(values: Sequence[Sequence[Claim]]) -> bool:
    """Tell whether claims take three values or more and most of them none in particular: they speak of several things."""
    return len(values) > _TWO and 2 * len(values[0]) <= sum(map(len, values))


def _together(subject: Subject, main: Sequence[Claim], others: Sequence[Claim]) -> bool:
    """Tell whether some claim of each value stand in places that speak of one plan: that of one section, where it states one layout."""
    links = {subject.joins.between(one.statement, other.statement) for one in main for other in others}
    return not links.isdisjoint(_JOINING)


def _by_shared(subject: Subject, scope: _Scope, values: Sequence[Sequence[Claim]]) -> bool:
    """Tell whether two counts of experts differ by the shared ones: one counts them in, the other does not."""
    if scope.quantity not in ("model.experts", "model.top_k"):
        return False
    one, two = (cluster[0].interval.middle for cluster in values[:_TWO])
    shared = {claim.interval.middle for claim in subject.quantities(("model.shared_experts",))}
    return one is not None and two is not None and abs(one - two) in shared


def _enumerates(subject: Subject, claim: Claim) -> bool:
    """Tell whether a bullet lists variants of a model: its size stands in passing, and a sibling states another."""
    if claim.source or claim.quantity not in ("model.params", "model.params_active") or claim.read_as.startswith("label"):
        return False
    statement = subject.statement(claim)
    siblings = {id(other) for other in subject.siblings(statement)} if statement.kind is Kind.ITEM else set()
    return any(
        other.quantity == claim.quantity
        and other.statement != claim.statement
        and id(subject.statement(other)) in siblings
        and not _agree(claim, other)
        for other in subject.claims
        if not other.source
    )


def _torn(subject: Subject) -> set[tuple[int, str]]:
    """Return the statements that give one quantity several values: alternatives in one cell, bullet or sentence, or down a column."""
    places: dict[tuple[int, int, str], list[Claim]] = defaultdict(list)
    for claim in subject.claims:
        if claim.source or claim.role is not Role.ACTUAL:
            continue
        cell = subject.statement(claim).cell
        places[claim.statement, -1, claim.quantity].append(claim)
        if cell is not None:
            places[-1 - cell.table, cell.column, claim.quantity].append(claim)
    torn = (claims for claims in places.values() if any(not _agree(claims[0], other) for other in claims[1:]))
    return {(claim.statement, claim.quantity) for claims in torn for claim in claims}


def _without_lists(subject: Subject, claims: Sequence[Claim]) -> list[Claim]:
    """Return the claims without those of one list that differ: its bullets list alternatives, or parts."""
    lists: dict[int, list[Claim]] = defaultdict(list)
    for claim in claims:
        statement = subject.statement(claim)
        if statement.kind is Kind.ITEM:
            lists[statement.group].append(claim)
    listed = {
        claim.span
        for together in lists.values()
        for claim in together
        if any(not _agree(claim, other) and _alternatives(subject, claim, other) for other in together)
    }
    listed |= {claim.span for together in _records(subject, claims) for claim in together}
    return [claim for claim in claims if claim.span not in listed]


def _records(subject: Subject, claims: Sequence[Claim]) -> Iterator[list[Claim]]:
    """Yield the claims under one key of several blocks (or lines of a listing) that differ: samples, steps or runs, one after the other."""
    blocks: dict[tuple[str, ...], list[Claim]] = defaultdict(list)
    for claim in claims:
        statement = subject.statement(claim)
        keys = tuple(label.text.content for label in statement.path if label.kind not in _ABOVE_KEYS)
        if keys and (statement.kind is Kind.ENTRY or _is_fenced(subject, claim)):
            blocks[keys].append(claim)
    for together in blocks.values():
        if any(not _agree(together[0], other) for other in together[1:]):
            yield together


def _bare(subject: Subject, claim: Claim) -> bool:
    """Tell whether a bullet says nothing but a number: one of several values of what the list is headed."""
    return subject.statement(claim).value.content.strip() == claim.text.strip()


def _alternatives(subject: Subject, one: Claim, other: Claim) -> bool:
    """Tell whether two bullets list values: bare numbers, or under labels of their own, which both or neither name the quantity.

    `Layers per stage: 8` and `Rationale: 32 layers / 2 stages = 16 layers per stage` speak of one figure.
    """
    if _own(subject, one) == _own(subject, other):
        return _bare(subject, one) or (not _own(subject, one) and _apart_in_list(subject, one, other))
    named = (claim.read_as.startswith("label") for claim in (one, other))
    return len(set(named)) == 1


def _apart_in_list(subject: Subject, one: Claim, other: Claim) -> bool:
    """Tell whether two bullets without labels belong to different ones, or open alike: `Quantizing to FP8`, `Quantizing to FP4`."""
    first, second = subject.statement(one), subject.statement(other)
    if first.parent != second.parent and first.parent is not None and second.parent is not None:
        return True
    if all(subject.statement(claim).value.content.startswith(claim.text.strip()) for claim in (one, other)):
        return True  # a list of figures, each with what it is of behind it
    openings = [subject.lexicon.normalize(statement.value.content[:80])[:_OPENING] for statement in (first, second)]
    texts = [[word.text for word in opening] for opening in openings]
    return texts[0] == texts[1] and len(texts[0]) == _OPENING and all(text.isalpha() for text in texts[0])


def _own(subject: Subject, claim: Claim) -> str:
    """Return the label of a claim's own line; the words before a list are no bullet's own."""
    statement = subject.statement(claim)
    led = statement.kind is Kind.ITEM and bool(statement.path) and statement.path[-1].kind is LabelKind.LEAD
    return "" if led else own_label(statement).lower()


def _firm(subject: Subject, claim: Claim) -> bool:
    """Tell whether the report itself states the claim's quantity outright: read with confidence, no range, not in passing."""
    if claim.source or claim.role is not Role.ACTUAL or claim.confidence is not Confidence.HIGH:
        return False
    if claim.approximation is Approximation.RANGE or (claim.bound and claim.quantity in _STATED):
        return False
    statement = subject.statement(claim)
    if statement.struck or statement.kind in (Kind.CODE, Kind.FLAG, Kind.HEAD):
        return False
    if statement.cell is not None and statement.cell.column == 0:
        return False  # the head of a row names what the row is about
    if statement.kind is Kind.SENTENCE and (claim.approximation is not Approximation.EXACT or claim.quantity.startswith("batch.")):
        return False  # running text takes a batch for an example
    if claim.quantity in _MEASURED and not statement.literal and _is_fenced(subject, claim):
        return False  # a calculation drawn up in a block goes through steps that are not the result
    if claim.quantity in ("gpus", "nodes") and own_label(statement).lower() in _IDS:
        return False
    if _points_within(subject, claim):
        return False  # a table of contents names what stands below its headings
    if claim.quantity.startswith("model.params") and any("memory" in label.text.content.lower() for label in statement.path):
        return False  # parameters in a breakdown of memory are often bytes
    if claim.quantity == "memory.capacity" and not any(word in _line(subject, claim) for word in subject.lexicon.sayings["capacities"]):
        return False  # the memory of a GPU may be what is used of it
    if claim.quantity == "share.gpu_utilization" and claim.interval.middle == 1 and _counts_gpus(subject, statement.group):
        return False  # that all GPUs are used says nothing of how busy they are
    start, end = offset(statement.value, claim.span.start), offset(statement.value, claim.span.end)
    return not disowned(Passage(statement.value, statement, claim.statement), start, end)


def _points_within(subject: Subject, claim: Claim) -> bool:
    """Tell whether a claim stands in the text of a link to a heading of the same document."""
    text = subject.document.source.text
    end = text.find("](", claim.span.end, subject.statement(claim).value.whole.end + 2)
    return end >= 0 and text.startswith("](#", end) and "[" not in text[claim.span.end : end]


def _counts_gpus(subject: Subject, group: int) -> bool:
    """Tell whether a list or object counts the GPUs beside its utilisation: `GPU utilization: 100% (64 of 64 GPUs)`."""
    beside = (claim for claim in subject.claims if claim.quantity.startswith("gpus") and not claim.source)
    return any(subject.statement(claim).group == group for claim in beside)


def _is_fenced(subject: Subject, claim: Claim) -> bool:
    """Tell whether a claim of a Markdown report stands in a fenced block."""
    if subject.document.format != "markdown":
        return False
    before = subject.document.source.text[: claim.span.start]
    return (before.count("\n```") + before.startswith("```")) % 2 == 1


def _line(subject: Subject, claim: Claim) -> str:
    lines = subject.document.source.lines
    span = lines.line(lines.point(claim.span.start).line)
    return subject.document.source.text[span.start : span.end].lower()


def _scope(subject: Subject, claim: Claim) -> _Scope:
    per = "gpu" if claim.quantity in _OF_A_GPU and claim.scope.per in ("", "gpu") else claim.scope.per
    if claim.quantity in _SCOPED_BY_NAME:
        per = ""
    statement = subject.statement(claim)
    scope = claim.scope
    return _Scope(
        claim.plan,
        claim.quantity,
        per,
        scope.phase,
        scope.member,
        scope.words,
        _cues(subject, claim, statement),
        _part(subject, claim, statement),
    )


def _cues(subject: Subject, claim: Claim, statement: Statement) -> frozenset[str]:
    """Return the words that narrow a claim: those next to it and in its own label, and the contrasts in the headings above it."""
    found = _noun(subject, claim, statement)
    for label in statement.path:
        if not _is_title(label) and label.kind is not LabelKind.FILE:
            found |= {word.text for word in subject.lexicon.normalize(label.text.content)} & subject.lexicon.sayings["contrasts"]
    named = {word.text for word in subject.lexicon.normalize(claim.quantity.replace(".", " "))}
    in_all = claim.quantity in _COUNTS or claim.scope.per == "total"
    return frozenset(found - named) - (_IN_ALL if in_all else set())


def _noun(subject: Subject, claim: Claim, statement: Statement) -> set[str]:
    """Return the words that say what a claim is a figure of, beyond the name of its quantity.

    A label is read whole: `query heads` and `value heads`, `answer tokens` and `all tokens` are not one figure. Of what else stands
    beside a figure count the words that narrow; where neither a label nor a noun of its own names it, everything but the plainest words.
    """
    label = {word.text for word in subject.lexicon.normalize(own_label(statement))}
    beside = words_around(subject, claim.statement).get(claim.span, frozenset())
    if statement.kind is Kind.HEADING:
        beside |= {word.text for word in subject.lexicon.normalize(statement.value.content)}
    if claim.quantity.startswith("parallel."):
        return (label | beside) & subject.lexicon.sayings["contrasts"]
    names = subject.lexicon.quantities[claim.quantity].names
    plain_words = subject.lexicon.sayings["plain keys"] | subject.lexicon.sayings["function words"] | _UNIT_WORDS | set(names[0])
    counted = claim.unit.dimension == DIMENSIONLESS and any(map(str.isalpha, claim.text))
    named = counted or claim.read_as.startswith("label")
    whole = label if named else beside | label
    narrowing = (
        subject.lexicon.sayings["contrasts"]
        | subject.lexicon.sayings["narrower figures"]
        | (subject.lexicon.sayings["parts of memory"] if claim.quantity.startswith("memory.") else frozenset())
    )
    found = {word for word in whole - plain_words if not word.isdigit()} | ((label | beside) & narrowing)
    return found | (label if "per" in label and not claim.scope.per else set())  # an owner that has no scope: `GPUs per module`


def _is_title(label: Label) -> bool:
    return label.kind is LabelKind.HEADING and label.level <= _TITLE


def _part(subject: Subject, claim: Claim, statement: Statement) -> str:
    """Return the section, object or column that narrows a claim to a part of the plan; empty for the whole."""
    if statement.cell is not None and claim.quantity in _MEASURED:
        return next((label.text.content for label in statement.path if label.kind is LabelKind.COLUMN), "")
    if statement.kind is Kind.HEADING and claim.quantity in _COUNTS:
        words = {word.text for word in subject.lexicon.normalize(statement.value.content)}
        if words & subject.lexicon.sayings["keys of axes"]:
            return statement.value.content
    found = []
    for label in reversed(statement.path[:-1] if own_label(statement) else statement.path):
        texts = {word.text for word in subject.lexicon.normalize(label.text.content)}
        if texts & subject.lexicon.sayings["keys of axes"] and claim.quantity in _COUNTS:
            return label.text.content
        if (
            texts & subject.lexicon.sayings["assumed in"]
            and not texts & subject.lexicon.sayings["reached in"]
            and claim.quantity.startswith("share.")
        ):
            return "assumed"
        named = any(character.isdigit() for character in label.text.content)
        if (label.kind is LabelKind.KEY and (named or texts - subject.lexicon.sayings["plain keys"])) or label.kind in (
            LabelKind.INDEX,
            LabelKind.PROGRAM,
        ):
            found.append(label.text.content)
    return " ".join(found)


def _clusters(claims: Sequence[Claim]) -> list[list[Claim]]:
    """Group claims whose readings share a value; a claim joins the first group all of whose members it agrees with."""
    groups: list[list[Claim]] = []
    distinct: list[dict[tuple[Interval, ...], Claim]] = []
    for claim in claims:
        reads = tuple(reading.interval for reading in claim.readings)
        for group, values in zip(groups, distinct, strict=True):
            if reads in values or all(_agree(claim, other) for other in values.values()):
                group.append(claim)
                values[reads] = claim
                break
        else:
            groups.append([claim])
            distinct.append({reads: claim})
    return sorted(groups, key=len, reverse=True)


def _agree(first: Claim, second: Claim) -> bool:
    spend(8)
    return any(one.interval.meets(other.interval) for one in first.readings for other in second.readings)


def _finding(subject: Subject, rule: Rule, scope: _Scope, values: Sequence[Sequence[Claim]]) -> Finding:
    main, others = values[0], [claim for group in values[1:] for claim in group]
    first, odd = main[0], others[0]
    name = subject.lexicon.quantities[scope.quantity]
    line = subject.document.source.lines.point(first.span.start).line
    message = f"the {_called(name)} is {_said(odd)} here but {_said(first)} on line {line}"
    if len(main) > 2:
        message += f" and in {len(main) - 1} other places"
    tied = len(values[0]) == len(values[1])
    one, two = odd.interval.middle, first.interval.middle
    step = Step(
        formula="here - there",
        substituted=f"{plain(one)} - {plain(two)}" if one is not None and two is not None else "",
        result=figure(one - two, odd.unit) if one is not None and two is not None else "not 0",
        operands=(_operand("here", odd), _operand("there", first)),
        low=None if odd.interval.low is None or first.interval.high is None else odd.interval.low - first.interval.high,
        high=None if odd.interval.high is None or first.interval.low is None else odd.interval.high - first.interval.low,
    )
    doubtful = tied and not scope.quantity.startswith("parallel.")
    return rule.finding(
        message,
        Place(odd.span, f"says {_said(odd)}"),
        severity=min(rule.severity, Severity.WARNING, key=lambda item: item.rank) if doubtful else rule.severity,
        related=tuple(Place(claim.span, f"says {_said(claim)}") for claim in (*main[:6], *others[1:6])),
        claimed=_said(odd),
        expected=_said(first),
        derivation=(step,) if step.substituted else (),
    )


def _said(claim: Claim) -> str:
    """Return a claim as written, with the unit its label gives it."""
    text = claim.text.strip()
    bare = claim.unit.dimension != DIMENSIONLESS and not any(character.isalpha() for character in text)
    sign = {">": "more than ", ">=": "at least ", "<": "less than ", "<=": "at most "}.get(claim.bound, "")
    return f"{sign if text[:1].isdigit() else ''}{text} {claim.unit.symbol if bare else ''}".rstrip()


_SPELLED: Final = {
    "globalbatch": "global batch",
    "microbatch": "micro-batch",
    "microbatchsize": "micro-batch size",
    "kvcache": "KV cache",
    "loadbalance": "load balance",
    "topk": "top-k",
    "ttft": "TTFT",
    "tpot": "TPOT",
    "mfu": "MFU",
    "gpu": "GPU",
    "virtualpipeline": "virtual pipeline",
} | {f"{axis}parallel": f"{axis}-parallel degree" for axis in ("tensor", "pipeline", "expert", "data", "context", "sequence")}
_COUNTED: Final = ("gpus", "nodes", "model.layers", "model.heads", "model.kv_heads", "model.experts", "batch.microbatches")


def _called(quantity: Quantity) -> str:
    """Return a quantity's name for people."""
    spelled = " ".join(_SPELLED.get(word, word) for word in quantity.names[0])
    return f"number of {spelled}s" if quantity.id in _COUNTED else spelled


def _operand(symbol: str, claim: Claim) -> Operand:
    return Operand(symbol, claim.text.strip(), claim.interval.low, claim.interval.high, claim.span)
