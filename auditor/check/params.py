"""Parameter checks: do the counts of a report fit its own description of the model, each other and the GPUs that share them?

Every definition in use is tried: two or three matrices per feed-forward network, as many KV heads as query heads or fewer, all layers
mixtures or every other one, embeddings counted or not. A count is contradicted only if all of them are far from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import islice, product
from typing import Final

from auditor.check.counts import Count, Part, counts
from auditor.check.sharding import Sharding, share_outcome
from auditor.check.stated import Worked, amount, is_worked_from, operand, own, places, said, shown, stated, wholes
from auditor.check.subject import Subject
from auditor.claims.model import Claim
from auditor.cost.amount import Amount
from auditor.cost.architecture import Architecture, Experts
from auditor.cost.closed import ffn_params
from auditor.cost.impossible import ImpossiblePlanError
from auditor.cost.params import Counting, active, total_parameters
from auditor.findings import STATED_AGAIN, Confidence, ConventionTried, Operand, Outcome, Place, Severity, Step, Verdict
from auditor.plans.model import Plan
from auditor.records import dataclass
from auditor.relations.figures import figure
from auditor.relations.language import plain
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.statements import Kind, LabelKind
from auditor.units import UNITS

__all__ = ["active_by_shape", "active_of_shape", "attention", "by_shape", "experts_alone", "per_expert", "per_gpu"]

_ONE: Final = UNITS["1"]
_FAR: Final = Fraction(6, 5)
"""A count within a fifth of a definition agrees with it: padding, biases, heads of other tasks."""
_LARGEST_VOCABULARY: Final = 300_000
"""Gemma's 262,144 is the largest in the catalog; what embeddings may add where no vocabulary is stated."""


# --- shares of GPUs


def per_gpu(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """The parameters on a GPU are those of the model over the axes that divide it."""
    seen: set[tuple[Verdict, tuple[Span, ...]]] = set()
    for plan in subject.plans:
        listed = [
            count
            for count in counts(subject, plan)
            if count.part is Part.WHOLE and count.per == "gpu" and not is_worked_from(subject, count.claim)
        ]
        if not listed:
            continue
        sharding = Sharding(subject, plan)
        groups: dict[Fraction, list[Claim]] = {}
        for count in listed:
            groups.setdefault(count.value, []).append(
                replace(count.claim, confidence=max(Confidence.MEDIUM, count.claim.confidence, key=lambda one: one.rank))
            )
        for claims in groups.values():
            outcome = share_outcome(rule, claims, sharding.judge(claims[0], sharding.parameters()), what="parameters", whole="the model")
            if (outcome.verdict, outcome.spans) not in seen:
                seen.add((outcome.verdict, outcome.spans))
                yield _with_followers(plan, sharding, outcome, claims[0])


def _with_followers(plan: Plan, sharding: Sharding, outcome: Outcome, count: Claim) -> Outcome:
    """Attach the memory that was worked out from a contradicted number of parameters."""
    if outcome.finding is None:
        return outcome
    found = [
        claim
        for quantity in ("memory.weights", "memory.used")
        for claim in stated(plan, quantity, ("gpu",))
        if any(abs(shown(claim) - shown(count) * width.value) * 25 <= shown(claim) for width in sharding.widths())
    ]
    finding = replace(
        outcome.finding,
        related=(*outcome.finding.related, *(Place(claim.span, "follows from it") for claim in found))[:12],
        followers=tuple(dict.fromkeys(f"{said(claim)} per GPU is computed from it" for claim in found)),
    )
    return replace(outcome, finding=finding)


# --- the shape


@dataclass(frozen=True, slots=True)
class _Shape:
    """One choice of the sizes a plan states, and the claims it rests on."""

    sizes: dict[str, int]
    claims: tuple[Claim, ...]
    vocabulary: bool
    """The vocabulary is stated."""
    width_head: bool
    """The head width is stated."""

    def architectures(self) -> Iterator[tuple[str, Architecture]]:
        """Yield the shape under every definition in use."""
        sizes = self.sizes
        experts, width = sizes.get("experts", 1), sizes.get("expert_hidden") or sizes.get("ffn", 0)
        kv = {sizes["heads"], sizes.get("kv_heads", sizes["heads"])}
        if "kv_heads" not in sizes:
            kv |= {1}
        for matrices, heads, step in product((2, 3), sorted(kv, reverse=True), (1, 2) if experts > 1 else (1,)):
            mixture = None
            if experts > 1:
                shared = sizes.get("shared", 0)
                mixture = Experts(experts, min(sizes.get("top_k", 1), experts), width, shared=shared, shared_ffn=shared * width, step=step)
            try:
                yield (
                    f"{matrices} matrices per feed-forward network",
                    Architecture(
                        "as stated",
                        sizes["layers"],
                        sizes["hidden"],
                        sizes["heads"],
                        heads,
                        sizes["head_dim"],
                        sizes.get("vocab", 1),
                        ffn=sizes.get("ffn", width) if experts == 1 or step == 2 else None,
                        ffn_matrices=matrices,
                        experts=mixture,
                    ),
                )
            except ImpossiblePlanError:
                continue


_FIELDS: Final = (
    ("layers", "model.layers"),
    ("hidden", "model.hidden"),
    ("heads", "model.heads"),
    ("head_dim", "model.head_dim"),
    ("kv_heads", "model.kv_heads"),
    ("ffn", "model.ffn_hidden"),
    ("expert_hidden", "model.expert_hidden"),
    ("experts", "model.experts"),
    ("shared", "model.shared_experts"),
    ("top_k", "model.top_k"),
    ("vocab", "model.vocab"),
)


def shapes(plan: Plan) -> tuple[_Shape, ...]:
    """Return every choice of sizes that a plan states; none where layers, width, heads or the feed-forward width are unstated."""
    scopes = ("", "total", "layer", "head", "token")
    listed = {name: wholes(plan, quantity, scopes) for name, quantity in _FIELDS}
    listed = {name: found for name, found in listed.items() if found}
    if not {"layers", "hidden", "heads"} <= listed.keys() or not {"ffn", "expert_hidden"} & listed.keys():
        return ()
    found = []
    for choice in islice(product(*(one.items() for one in listed.values())), 32):
        chosen = dict(zip(listed, choice, strict=True))
        sizes = {name: size for name, (size, _) in chosen.items()}
        width_head = "head_dim" in sizes
        if not width_head:
            if sizes["hidden"] % sizes["heads"]:
                continue
            sizes["head_dim"] = sizes["hidden"] // sizes["heads"]
        if sizes.get("experts", 1) > 1 and not (sizes.get("expert_hidden") or sizes.get("ffn")):
            continue
        if sizes.get("experts", 1) == 1 and "ffn" not in sizes:
            continue
        found.append(_Shape(sizes, tuple(claim for _, claim in chosen.values()), "vocab" in sizes, width_head))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Range:
    """The least and the most that any definition of a shape gives."""

    least: Amount
    most: Amount
    extra: Fraction
    """What embeddings may add where no vocabulary is stated."""
    shape: _Shape

    @property
    def bounds(self) -> tuple[Fraction, Fraction]:
        return self.least.value / _FAR, (self.most.value + self.extra) * _FAR


def _range(shape: _Shape, *, used: bool = False) -> _Range | None:
    """Return the range of a shape's parameters, or of those that a token uses."""
    if used and not {"top_k", "experts"} <= shape.sizes.keys():
        return None
    models = [model for _, model in shape.architectures()]
    amounts = [active(model, counting) for model in models for counting in Counting] if used else [*map(total_parameters, models)]
    if not amounts:
        return None
    ordered = sorted(amounts, key=lambda one: one.value)
    extra = Fraction(0) if shape.vocabulary else Fraction(2 * _LARGEST_VOCABULARY * shape.sizes["hidden"])
    return _Range(ordered[0], ordered[-1], extra, shape)


def active_of_shape(plan: Plan) -> Fraction | None:
    """Return the parameters that work on a token by the shape a plan states, under its largest definition; None where it states none.

    A token takes one expert of a layer where the plan does not say how many.
    """
    counts = [active(model).value for shape in shapes(plan) for _, model in shape.architectures()]
    return max(counts, default=None)


def by_shape(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """The stated size of a model fits its stated shape, under some definition."""
    return _against_shape(subject, rule, used=False)


def active_by_shape(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """The stated active parameters fit the stated shape and the experts of a token, under some definition."""
    return _against_shape(subject, rule, used=True)


def _against_shape(subject: Subject, rule: Rule, *, used: bool) -> Iterator[Outcome]:
    judged: list[tuple[list[Claim], Outcome]] = []
    family: set[int] = set()
    for plan in subject.plans:
        sizes = own(plan, stated(plan, "model.params_active" if used else "model.params"))
        claims = [
            claim
            for claim in sizes
            if claim.confidence is not Confidence.LOW
            and not claim.bound
            and claim.interval.low is not None
            and claim.interval.low >= 10**6
            and not _is_of_part(subject, claim)
        ]
        ranges = [found for shape in shapes(plan) if (found := _range(shape, used=used)) is not None]
        family |= {claim.statement for claim in sizes if not claim.source and any(_fits(claim, one) for one in ranges)}
        groups: dict[Fraction, list[Claim]] = {}
        for claim in claims:
            groups.setdefault(shown(claim), []).append(claim)
        judged += ((listed, outcome) for listed in groups.values() if (outcome := _by_shape(subject, rule, listed, ranges, used=used)))
    done: set[object] = set()
    for listed, outcome in judged:
        if outcome.verdict is Verdict.CONTRADICTED and any(claim.statement in family for claim in listed):
            message = f"{said(listed[0])} stands beside the size that the shape has: one of several models"
            outcome = rule.undetermined(outcome.spans, message)
        if (outcome.verdict, outcome.spans) not in done:
            done.add((outcome.verdict, outcome.spans))
            yield outcome


def _is_of_part(subject: Subject, claim: Claim) -> bool:
    """Tell whether the row of a table or the key of an object in which a size stands is that of a part: `| Shared experts | 3.62 |`."""
    statement = subject.statement(claim)
    rows = [label.text.content for label in statement.path if label.kind is LabelKind.ROW]
    words = {word.text for word in subject.lexicon.normalize(rows[-1] if rows else statement.label)}
    return not subject.lexicon.sayings["parts with parameters"].isdisjoint(words) and subject.lexicon.totals.isdisjoint(words)


def _fits(claim: Claim, one: _Range) -> bool:
    """Tell whether a stated size is one that a shape can have."""
    least, most = one.bounds
    low, high = claim.interval.low or Fraction(0), claim.interval.high
    return low <= most and (high is None or high >= least)


def _by_shape(subject: Subject, rule: Rule, claims: Sequence[Claim], ranges: Sequence[_Range], *, used: bool) -> Outcome | None:
    claim = next((one for one in claims if subject.statement(one).kind not in (Kind.HEADING, Kind.SENTENCE)), claims[0])
    spans = tuple(one.span for one in claims)
    if not ranges:
        return rule.undetermined(
            spans, f"state layers, hidden size, heads{', experts of a token' if used else ''} and feed-forward width to check {said(claim)}"
        )
    counted = "active parameters" if used else "parameters"
    low, high = claim.interval.low or Fraction(0), claim.interval.high or claim.interval.low or Fraction(0)
    for one in ranges:
        if _fits(claim, one):
            return rule.held(
                (*spans, *(part.span for part in one.shape.claims if not part.source)),
                f"the stated shape has {_count(one.least.value)} to {_count(one.most.value + one.extra)} {counted}",
            )
    one = ranges[0]
    if len({tuple(sorted(each.shape.sizes.items())) for each in ranges}) > 1:
        severity = Severity.WARNING
    else:
        severity = Severity.ERROR if one.shape.vocabulary and one.shape.width_head else Severity.WARNING
    most = one.most.value
    span = _count(one.least.value) if one.least.value == most else f"{_count(one.least.value)} to {_count(most)}"
    factor = max(low / (most + one.extra), one.least.value / high) if high else Fraction(1)
    extra = "" if not one.extra else f"embeddings of even {_LARGEST_VOCABULARY:,} tokens would add {_count(one.extra)}"
    apart = f"{_times(factor)} apart under every definition"
    if extra and low > most:
        apart = f"{_count(most + one.extra)} with embeddings of {_LARGEST_VOCABULARY:,} tokens: {apart}"
    return rule.contradicted(
        spans,
        f"{said(claim)}, but {_described(one.shape)} make {span} {counted}, {apart}",
        Place(claim.span, "parameters of the model" if not used else counted),
        severity=severity,
        related=(*places(one.shape.claims, but=claim), *(Place(other.span, STATED_AGAIN) for other in claims if other is not claim))[:12],
        claimed=said(claim),
        expected=f"{span} {counted}",
        derivation=tuple(_steps(one.most, one.shape)),
        conventions=(
            ConventionTried(
                "two or three matrices", False, "GPT and Llama feed-forward networks", f"{_count(one.least.value)} to {_count(most)}"
            ),
            ConventionTried("with embeddings", False, "input table and output head", extra or "the stated vocabulary is counted in"),
        ),
    )


def _described(shape: _Shape) -> str:
    sizes = shape.sizes
    if sizes.get("experts", 1) > 1:
        width = sizes.get("expert_hidden") or sizes.get("ffn")
        return f"{sizes['layers']} layers of {sizes['experts']} experts ({sizes['hidden']} x {width}) and attention of width {sizes['heads'] * sizes['head_dim']}"  # noqa: E501 -- one sentence of a finding
    return f"{sizes['layers']} layers of width {sizes['hidden']} with {sizes['ffn']} in the feed-forward network"


_LETTERS: Final = {
    "L": ("layers",),
    "L_dense": ("layers",),
    "L_moe": ("layers",),
    "h": ("hidden",),
    "a": ("heads",),
    "g": ("kv_heads", "heads"),
    "d": ("head_dim",),
    "f": ("ffn", "expert_ffn"),
    "f_e": ("expert_ffn", "ffn"),
    "f_s": ("expert_ffn", "ffn", "shared_experts"),
    "E": ("experts",),
    "k": ("top_k",),
    "V": ("vocab", "V"),
}
"""The sizes that a letter of the formulas of parameters stands for."""


def _steps(total: Amount, shape: _Shape) -> Iterator[Step]:
    """Show the count line by line, each with the sizes it uses; what the report leaves out first."""
    operands = [operand(claim) for claim in shape.claims]
    if not shape.width_head:
        hidden, heads, width = (shape.sizes[name] for name in ("hidden", "heads", "head_dim"))
        used = tuple(one for one in operands if one.symbol in ("hidden", "heads"))
        yield Step.exact("d = h / a", f"{hidden} / {heads}", str(width), used, Fraction(width))
    if not shape.vocabulary:
        operands.append(Operand("V", "1", Fraction(1), Fraction(1), None, "no vocabulary is stated"))
    for line in total.lines:
        letters, numbers = (set(text.replace("(", " ").replace(")", " ").split()) for text in (line.formula, line.substituted))
        wanted = {symbol for letter in letters for symbol in _LETTERS.get(letter, ())}
        used = tuple(one for one in operands if one.symbol in wanted and one.low is not None and plain(one.low) in numbers)
        yield Step.exact(f"{line.symbol} = {line.formula}", line.substituted, _count(line.value), used, line.value)


def _count(value: Fraction) -> str:
    return amount(value, _ONE)


def _times(factor: Fraction) -> str:
    return f"{figure(Fraction(round(factor * 10), 10) if factor < 10 else Fraction(round(factor)), _ONE)} times"


# --- parts


def attention(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """The parameters said to be those of attention fit its width: Q, K, V and O of every layer."""
    done: set[tuple[Span, ...]] = set()
    for plan in subject.plans:
        for count in counts(subject, plan):
            if count.part is not Part.ATTENTION or count.per not in ("", "total", "layer") or (count.claim.span,) in done:
                continue
            done.add((count.claim.span,))
            yield _attention(plan, rule, count)


def _attention(plan: Plan, rule: Rule, count: Count) -> Outcome:
    claim = count.claim
    listed = {
        name: wholes(plan, f"model.{name}", ("", "total", "head"))
        for name in ("layers", "hidden", "heads", "kv_heads", "head_dim", "vocab")
    }
    if not listed["hidden"] or not (listed["layers"] or count.per == "layer"):
        return rule.undetermined((claim.span,), f"state layers and hidden size to check {said(claim)}")
    (hidden, hidden_claim), *_ = listed["hidden"].items()
    layers, layers_claim = next(iter(listed["layers"].items()), (1, None)) if count.per != "layer" else (1, None)
    used = [one for one in (layers_claim, hidden_claim) if one is not None]
    width, terms, shape = hidden, str(hidden), tuple[Claim, ...]()
    for heads, heads_claim in listed["heads"].items():
        for head_dim, dim_claim in listed["head_dim"].items():
            if heads * head_dim >= width:
                width, terms, shape = heads * head_dim, f"{heads} * {head_dim}", (heads_claim, dim_claim)
    used += shape
    most = Fraction(4 * hidden * width * layers)
    extra = Fraction(2 * hidden * max((*listed["vocab"], 0 if listed["vocab"] else _LARGEST_VOCABULARY)))
    interval = claim.interval
    low = interval.low or Fraction(0)
    spans = (claim.span, *(one.span for one in used if not one.source))
    if low <= (most + extra) * _FAR:
        return Outcome(
            rule.code, Verdict.HELD if low <= most * _FAR else Verdict.UNDETERMINED, spans, f"attention has up to {_count(most)} parameters"
        )
    expected = _count(most)
    return rule.contradicted(
        spans,
        f"{said(claim)} of attention, but 4 x {hidden} x {width} in {layers} layers are {expected}",
        Place(claim.span, "parameters of attention"),
        severity=Severity.WARNING if any(one.confidence is Confidence.LOW for one in used) else None,
        related=places(used, but=claim),
        claimed=said(claim),
        expected=f"at most {expected}",
        derivation=(
            Step.exact(
                f"4 * hidden * {'heads * head_dim' if shape else 'hidden'} * layers",
                f"4 * {hidden} * {terms} * {layers}",
                expected,
                tuple(operand(one) for one in used),
                most,
            ),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Expert:
    """A claimed size of one expert."""

    claim: Claim
    value: Fraction
    number: int = 1
    """The claim speaks of so many experts together."""

    @property
    def terms(self) -> str:
        """The size of one expert as arithmetic."""
        return plain(self.value) if self.number == 1 else f"{plain(self.value * self.number)} / {self.number}"


def _experts_of(subject: Subject, plan: Plan) -> Iterator[_Expert]:
    for count in counts(subject, plan):
        claim = count.claim
        if is_worked_from(subject, count.claim):
            continue
        if count.part is Part.EXPERT:
            yield _Expert(claim, count.value)
        elif count.part is Part.EXPERTS and count.per in ("gpu", ""):
            for other in subject.of(claim.statement):
                low = other.interval.low
                if (
                    "expert" in other.text.lower()
                    and other is not claim
                    and other.interval.is_exact
                    and low is not None
                    and low.denominator == 1
                    and 0 < low < 1000
                ):
                    yield _Expert(claim, count.value / low, int(low))
                    break


def per_expert(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """The size of an expert fits its matrices and, times all experts, the model."""
    done: set[Span] = set()
    for plan in subject.plans:
        for expert in _experts_of(subject, plan):
            if expert.claim.span not in done:
                done.add(expert.claim.span)
                yield from _per_expert(plan, rule, expert)


def _per_expert(plan: Plan, rule: Rule, expert: _Expert) -> Iterator[Outcome]:
    claim = expert.claim
    hidden, width = wholes(plan, "model.hidden"), wholes(plan, "model.expert_hidden") or wholes(plan, "model.ffn_hidden")
    layers, stages = wholes(plan, "model.layers"), wholes(plan, "parallel.pipeline")
    ways = [*wholes(plan, "parallel.tensor"), *wholes(plan, "parallel.expert_tensor")]
    if hidden and width:
        held: set[Fraction] = {Fraction(1), *(Fraction(one) for one in layers), *(Fraction(one, two) for one in layers for two in stages)}
        fits = [
            (Fraction(matrices * one * two) * times, matrices, one, two)
            for matrices, one, two, times in product((2, 3), hidden, width, (*held, *(Fraction(1, way) for way in ways)))
        ]
        nearest = min(fits, key=lambda fit: max(fit[0] / expert.value, expert.value / fit[0]))
        used = [*hidden.values(), *width.values()]
        spans = (claim.span, *(one.span for one in used if not one.source))
        apart = max(nearest[0] / expert.value, expert.value / nearest[0])
        if apart <= _FAR:
            yield rule.held(spans, f"{nearest[1]} matrices of {nearest[2]} x {nearest[3]}")
        elif apart > 2:
            one, two = next(iter(hidden)), next(iter(width))
            sizes = Worked.of(hidden[one]), Worked.of(width[two])
            plain_, gated = (Worked.by(ffn_params, *sizes, matrices) for matrices in (2, 3))
            least, most = _count(plain_.value), _count(gated.value)
            through = f" ({_count(gated.value * max(layers))} through all {max(layers)} layers)" if layers else ""
            claimed = said(claim) if expert.number == 1 else f"{said(claim)} for {expert.number} experts"
            yield rule.contradicted(
                spans,
                f"{claimed}, but an expert of 2 or 3 matrices of {one} x {two} has {least} or {most}{through}",
                Place(claim.span, "size of an expert"),
                severity=Severity.WARNING if claim.confidence is Confidence.LOW and claim.quantity == "model.params" else None,
                related=places(used, but=claim),
                claimed=claimed,
                expected=f"{least} or {most}",
                derivation=(gated.step(_ONE),),
            )
            return
    yield from _all_experts(plan, rule, expert)


def _all_experts(plan: Plan, rule: Rule, expert: _Expert) -> Iterator[Outcome]:
    """All experts together are no more than the model."""
    claim = expert.claim
    totals = [one for one in stated(plan, "model.params") if one.confidence is not Confidence.LOW]
    experts, layers = wholes(plan, "model.experts", ("", "layer", "total")), wholes(plan, "model.layers")
    if not totals or not experts:
        return
    whole = max(totals, key=shown)
    number, number_claim = min(experts.items())
    high = whole.interval.high
    low = claim.interval.low
    if high is None or low is None:
        return
    depth, depth_claim = next(iter(layers.items()), (1, None))
    used = [number_claim, *([depth_claim] if depth_claim is not None else []), whole]
    through, apart = low / expert.number * number, low / expert.number * number * depth
    spans = (claim.span, *(one.span for one in used if not one.source))
    if apart <= high * (1 + Fraction(1, 50)):
        yield rule.held(spans, f"{number} experts in {depth} layers are {_count(expert.value * number * depth)} of {said(whole)}")
        return
    sure = through > high * (1 + Fraction(1, 50))
    total = expert.value * number * depth
    message = f"{said(claim)} per expert, but {number} experts in each of {depth} layers make {_count(total)}, more than the model's {said(whole)}"  # noqa: E501 -- one sentence of a finding
    yield rule.contradicted(
        spans,
        message,
        Place(claim.span, "size of an expert"),
        severity=None if sure else Severity.WARNING,
        related=places(used, but=claim),
        claimed=said(claim),
        expected=f"at most {_count(shown(whole) / number / depth)}",
        derivation=(
            Step.exact(
                "expert * experts * layers",
                f"{expert.terms} * {number} * {depth}",
                _count(total),
                tuple(operand(one) for one in (claim, *used[:-1])),
                total,
            ),
        ),
        conventions=(
            ConventionTried(
                "an expert counted through all layers",
                not sure,
                "reports that speak of the same expert in every layer",
                f"{number} of them are {_count(expert.value * number)}",
            ),
        ),
    )


def experts_alone(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """The experts do not take every parameter: attention, norms and embeddings have some too."""
    done: set[Span] = set()
    for plan in subject.plans:
        everything = counts(subject, plan)
        for expert in _experts_of(subject, plan):
            if expert.claim.span in done:
                continue
            done.add(expert.claim.span)
            outcome = _experts_alone(subject, plan, rule, expert, everything)
            if outcome is not None:
                yield outcome


def _experts_alone(subject: Subject, plan: Plan, rule: Rule, expert: _Expert, everything: Sequence[Count]) -> Outcome | None:
    claim = expert.claim
    experts, layers = wholes(plan, "model.experts", ("", "layer", "total")), wholes(plan, "model.layers")
    wanted: list[tuple[int, str, tuple[Claim, ...], Sequence[Claim]]] = []
    totals = [one for one in stated(plan, "model.params") if one.confidence is not Confidence.LOW]
    for number, one in experts.items():
        for depth, two in layers.items():
            wanted.append((number * depth, f"{number} * {depth}", (one, two), totals))
    beside = [
        other
        for other in subject.of(claim.statement)
        if other is not claim and "expert" in other.text.lower() and other.interval.is_exact and other.interval.low is not None
    ]
    shares = [count.claim for count in everything if count.part is Part.WHOLE and count.per == "gpu"]
    for other in beside:
        number = int(other.interval.low or 0)
        if number > 1:
            wanted.append((number, str(number), (other,), shares))
    for number, terms, used, wholes_ in wanted:
        for whole in wholes_:
            taken = expert.value * number
            total = shown(whole)
            if total and abs(taken / total - 1) <= Fraction(1, 200) and whole.span != claim.span:
                message = f"{said(claim)} for each of {number:,} experts take all of the {said(whole)}: nothing is left for attention and embeddings"  # noqa: E501 -- one sentence of a finding
                operands = (claim, *used, whole)
                return rule.contradicted(
                    tuple(one.span for one in operands if not one.source),
                    message,
                    Place(claim.span, "size of an expert"),
                    related=places(operands, but=claim),
                    claimed=said(claim),
                    expected=f"less than {_count(total / number)}",
                    derivation=(
                        Step.exact(
                            "expert * experts",
                            f"{expert.terms} * {terms}",
                            _count(taken),
                            tuple(operand(one) for one in operands[:-1]),
                            taken,
                        ),
                    ),
                )
    return None
