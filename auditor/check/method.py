"""Checks of methods: techniques that are one and the same, that belong to another kind of run, or that cannot do what is said.

The phrases are data of the rules, matched word by word after normalisation. A phrase that the same text denies ("no gradient
synchronisation is needed") is not said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final

from auditor.check.placed import PERCENT
from auditor.check.subject import Subject
from auditor.claims.lexicon import Lexicon
from auditor.claims.model import Claim, Role
from auditor.claims.words import Word
from auditor.findings import Operand, Outcome, Place, Severity, Step
from auditor.launches.programs import programs
from auditor.records import dataclass
from auditor.relations.figures import figure
from auditor.relations.language import plain
from auditor.rulebook import Rule
from auditor.spans import Span, Text
from auditor.statements import Kind, Label, LabelKind, Statement

__all__ = [
    "borrowed_bandwidth",
    "divided_sequence",
    "isolated_failures",
    "pipelined_latency",
    "sharded_in_group",
    "techniques",
    "training_terms",
]

Phrase = tuple[str, ...]
Phrases = Mapping[str, Sequence[Phrase]]

_MOST: Final = 12
_LONGEST: Final = 2000
_BESIDE: Final = 4
"""How many words apart two words may stand that speak of each other."""
_REACH: Final = 5
"""How many words before (or behind) a phrase may deny it."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A phrase where it is said."""

    span: Span
    statement: int


def techniques(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Two names of one technique are not two techniques: their savings do not add up."""
    words = _words(subject)
    names = [[words.phrases([one]) for one in same] for same in rule.options["techniques"]]
    also = words.phrases(rule.options["also"])
    about = [_about(statement) for statement in subject.document.statements]
    said = {word.text for texts in about for text in texts for word in words(text.content)}
    for synonyms in names:
        if len([name for name in synonyms if name.keys() & said]) < 2:
            continue
        listed: dict[object, dict[int, tuple[int, Span]]] = {}
        for index, statement in enumerate(subject.document.statements):
            found = _named(words, about[index], synonyms)
            if found is None or _denied_value(statement) or words.says(statement.value.content, also):
                continue
            listed.setdefault(_together(statement, index), {}).setdefault(found[0], (index, found[1]))
        twice = [found for found in listed.values() if len(found) > 1]
        for pair in twice[:1]:
            (first, place), (second, again) = list(pair.values())[:2]
            savings = [claims for one in (first, second) if (claims := _shares(subject, one))]
            others = [span for further in twice[1:] for _, span in list(further.values())[:2]]
            spans = (place, again, *others)
            both = len(savings) == 2
            yield rule.contradicted(
                spans,
                f"{_shown(subject, again)} is {_shown(subject, place)} by another name" + ("; its saving is counted twice" if both else ""),
                Place(again, "the same technique"),
                severity=None if both else Severity.WARNING,
                related=(Place(place, "named first"), *(Place(span, "both again") for span in others[:_MOST])),
                claimed="two techniques",
                expected="one technique",
                derivation=(_both(savings),) if both else (),
            )


def _both(savings: Sequence[Sequence[Claim]]) -> Step:
    """Show what both savings together would leave: (1 - a) * (1 - b)."""
    first, second = savings[0][0], savings[1][0]
    low, other = first.interval.middle or Fraction(0), second.interval.middle or Fraction(0)
    left = (1 - low) * (1 - other)
    return Step.exact(
        "(1 - first saving) * (1 - second saving)",
        f"(1 - {plain(low)}) * (1 - {plain(other)})",
        f"{figure(left, PERCENT)} of the memory left if both were techniques of their own",
        tuple(
            Operand(name, claim.text, claim.interval.low, claim.interval.high, claim.span)
            for name, claim in (("first saving", first), ("second saving", second))
        ),
        left,
    )


def _about(statement: Statement) -> tuple[Text, ...]:
    """Return the texts that name what a statement is about: its own label, or a short text without a label."""
    if statement.struck:
        return ()
    label = statement.path[-1] if statement.path else None
    if label is not None and label.kind in (LabelKind.ITEM, LabelKind.KEY, LabelKind.FLAG, LabelKind.ROW):
        texts = [label.text]
    else:
        texts = []
    if statement.kind in (Kind.ITEM, Kind.TREE, Kind.CELL, Kind.HEAD) and len(statement.value.content.split()) <= 6:
        texts.append(statement.value)
    return tuple(texts)


def _named(words: _Words, texts: Iterable[Text], synonyms: Sequence[Phrases]) -> tuple[int, Span] | None:
    """Return which one of the names the texts of a statement name."""
    for text in texts:
        found = [(which, span) for which, name in enumerate(synonyms) for span in words.places(text, name)]
        if len({which for which, _ in found}) == 1:
            return found[0]
    return None


def _together(statement: Statement, index: int) -> object:
    """What stands in one list, table, object or command."""
    if statement.literal:
        return tuple(label.text.segments[0].span.start for label in statement.path[:-1])
    if statement.kind is Kind.HEAD and not statement.path:
        return index
    return (statement.group, statement.kind is Kind.FLAG)


def _denied_value(statement: Statement) -> bool:
    return statement.value.content.strip().casefold() in ("false", "no", "none", "off", "disabled", "0", "null", "n/a", "❌", "-")


def _shares(subject: Subject, index: int) -> list[Claim]:
    return [
        claim
        for claim in subject.of(index)
        if claim.unit.symbol == "%" and claim.interval.middle is not None and 0 < claim.interval.middle < 1
    ]


def training_terms(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A plan that only serves has no gradients to synchronise and no backward pass to save memory for."""
    options = rule.options
    serving = next(_said(subject, options["serving"]), None)
    training = next(_said(subject, options["training"]), None)
    if serving is None or training is not None or _is_set_by_a_trainer(subject):
        return
    if any(claim.quantity in ("memory.gradients", "memory.optimizer") and not claim.source for claim in subject.claims):
        return
    terms = _first_in_each(_said(subject, options["terms"]))
    if not terms:
        return
    spans = (*(one.span for one in terms), serving.span)
    primary = terms[0]
    yield rule.contradicted(
        spans,
        f"{_shown(subject, primary.span)} in a plan that serves: there is no backward pass",
        Place(primary.span, "part of training only"),
        related=(*(Place(one.span, "part of training only") for one in terms[1:_MOST]), Place(serving.span, "serving")),
        claimed=_shown(subject, primary.span),
        expected="nothing of training in a serving plan",
    )


def _is_set_by_a_trainer(subject: Subject) -> bool:
    """Tell whether a command or configuration sets an option of a program that trains, whatever engine of it serves."""
    trainers = {name for name, program in programs().items() if program.trains}
    return any(setting.program in trainers for launch in subject.launches for setting in launch.settings.values())


def _first_in_each(said: Iterable[_Said]) -> list[_Said]:
    found: dict[int, _Said] = {}
    for one in said:
        found.setdefault(one.statement, one)
    return list(found.values())


def pipelined_latency(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """One sequence passes the stages of a pipeline one after the other; cutting the model into stages shortens nothing for it."""
    batches = _whole(subject, "batch.global")
    depths = [claim for claim in _whole(subject, "parallel.pipeline") if _number(claim) > 1]
    if not batches or not depths or any(_number(claim) != 1 for claim in batches):
        return
    words, options = _words(subject), rule.options
    pipelines, latency, shorter, others = (words.phrases(options[name]) for name in ("pipelining", "latency", "shorter", "others"))
    said: list[tuple[bool, Span]] = []
    for statement in subject.document.statements:
        if statement.struck or statement.kind in (Kind.CODE, Kind.FLAG):
            continue
        own = _own_text(statement)
        spans = words.places(statement.value, pipelines)
        if not spans or words.denies(own) or words.says(own, others):
            continue
        if words.near(own, latency, shorter):
            said.append((True, spans[0]))
        elif any(words.near(label.text.content, latency, shorter) for label in statement.path[-3:]):
            said.append((False, spans[0]))
    if not said:
        return
    said.sort(key=lambda one: not one[0])
    batch, depth = batches[0], depths[0]
    yield rule.contradicted(
        (*(span for _, span in said), batch.span, depth.span),
        f"pipelining over {_number(depth)} stages does not cut the latency of a batch of one sequence: "
        "it passes the stages one after the other",
        Place(said[0][1], "said to cut the latency"),
        related=(
            *(Place(span, "again") for _, span in said[1:4]),
            Place(batch.span, "one sequence"),
            Place(depth.span, f"{_number(depth)} stages"),
        ),
        claimed="lower latency through pipelining",
        expected="the time of all stages together, and the transfers",
    )


def isolated_failures(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A GPU that fails takes its tensor group and its stage along: not only the experts it holds."""
    shared = [claim for quantity in ("parallel.tensor", "parallel.pipeline") for claim in _whole(subject, quantity) if _number(claim) > 1]
    if not shared:
        return
    words, options = _words(subject), rule.options
    failing, only, wider = (words.phrases(options[name]) for name in ("failing", "only", "wider"))
    for statement in subject.document.statements:
        if statement.struck or statement.kind in (Kind.CODE, Kind.FLAG):
            continue
        own = _own_text(statement)
        places = words.places(statement.value, only)
        if not places or not words.says(own, failing) or words.says(own, wider) or words.denies(own):
            continue
        degrees = {claim.quantity: claim for claim in reversed(shared)}
        yield rule.contradicted(
            (places[0], *(claim.span for claim in degrees.values())),
            "the loss of one GPU stops its "
            + " and its ".join("tensor group" if quantity.endswith("tensor") else "pipeline stage" for quantity in degrees)
            + ", not only what it holds",
            Place(places[0], "more than this is affected"),
            related=tuple(Place(claim.span, f"{claim.symbol.upper()} {_number(claim)}") for claim in degrees.values()),
            claimed=_shown(subject, places[0]),
            expected="every batch that passes the group or stage",
        )


def sharded_in_group(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """ZeRO and FSDP shard what data-parallel replicas would hold twice; ranks of a tensor group hold nothing twice."""
    words, options = _words(subject), rule.options
    sharding, inside = (words.phrases(options[name]) for name in ("sharding", "inside"))
    for statement in subject.document.statements:
        if statement.struck or statement.kind in (Kind.CODE, Kind.FLAG):
            continue
        own = _own_text(statement)
        places = words.places(statement.value, inside)
        if not places or words.denies(own) or not _of_one_clause(words, own, sharding, inside):
            continue
        yield rule.contradicted(
            (places[0],),
            f"sharding {_shown(subject, places[0])}: ranks of a tensor group already hold different slices; ZeRO shards across replicas",
            Place(places[0], "nothing is held twice here"),
            claimed=_shown(subject, places[0]),
            expected="across data-parallel replicas",
        )


def _of_one_clause(words: _Words, text: str, phrases: Phrases, others: Phrases) -> bool:
    """Tell whether a phrase comes before another with no full stop or semicolon between."""
    said = words(text)
    ends = [said[place].end for place, _ in words.found(text, phrases)]
    starts = [said[place].start for place, _ in words.found(text, others)]
    return any(end <= start and not {";", "."} & set(text[end:start]) for end in ends for start in starts)


def divided_sequence(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Stages split layers and expert parallelism splits experts; neither divides the tokens of a sequence."""
    lengths = {
        claim.interval.low: claim
        for claim in subject.quantities(["batch.sequence_length"])
        if claim.interval.is_exact or claim.approximation.value == "range"
    }
    tops = {bound for claim in lengths.values() for bound in (claim.interval.low, claim.interval.high) if bound is not None}
    names = {str(key): str(value) for key, value in rule.options["axes"].items()}
    splitting = frozenset(rule.options["splitting"])
    for statement in subject.document.statements:
        content = statement.value.content
        if statement.struck or statement.kind is Kind.FLAG or ("÷" not in content and "/" not in content) or "token" not in content.lower():
            continue
        for number in subject.lexicon.scan(content[:_LONGEST]):
            if number.written[0].interval.low not in tops:
                continue
            behind = content[number.end : number.end + 60]
            sign = behind.lstrip()[:1]
            equals = behind.find("=")
            if sign not in ("÷", "/") or equals < 0 or "token" not in content[number.end + equals : number.end + equals + 40].lower():
                continue
            divisor = behind.lstrip()[1:].split("=", 1)[0]
            divisors = [word.text for word in subject.lexicon.normalize(divisor)]
            axes = [names[word] for word in divisors if word in names]
            if not axes or any(word in splitting for word in divisors):
                continue
            place = statement.value.span(number.start, number.end + equals)
            yield rule.contradicted(
                (place,),
                f"{' and '.join(dict.fromkeys(axes))} parallelism divides no sequence: "
                "every stage and every expert rank sees all its tokens",
                Place(place, "not divided by these"),
                claimed=content[number.start : number.end + equals].strip(),
                expected="the whole sequence, unless it is split by context or sequence parallelism",
            )


def borrowed_bandwidth(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Communication runs over links: the bandwidth of the memory is not theirs."""
    words, options = _words(subject), rule.options
    between, linked = words.phrases(options["communication"]), words.phrases(options["links"])
    memories = [
        claim for claim in subject.quantities(["hardware.memory_bandwidth"]) if claim.role is Role.ACTUAL and claim.confidence.rank == 2
    ]
    for claim in subject.quantities(["hardware.link_bandwidth"]):
        statement = subject.statement(claim)
        same = next((one for one in memories if one.interval == claim.interval and not one.source), None)
        if same is None or claim.source or claim.role is not Role.ACTUAL or words.says(_own_text(statement), linked):
            continue
        if not any(words.says(label.text.content, between) for label in statement.path) or any(
            words.says(label.text.content, linked) for label in statement.path
        ):
            continue
        stated = [one for one in subject.quantities(["hardware.link_bandwidth"]) if one is not claim and one.interval == claim.interval]
        if any(words.says(_own_text(subject.statement(one)), linked) for one in stated):
            continue
        yield rule.contradicted(
            (claim.span, same.span),
            f"{claim.text} is the bandwidth of the memory; communication runs over the links between GPUs",
            Place(claim.span, "used for communication"),
            related=(Place(same.span, "stated as memory bandwidth"),),
            claimed=claim.text,
            expected="the bandwidth of the links",
        )
        return


# --- phrases


class _Words:
    """The words of texts, and which phrases they say."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon, self.denials = lexicon, lexicon.sayings["denied"]

    def __call__(self, text: str) -> tuple[Word, ...]:
        return self.lexicon.normalize(text[:_LONGEST])

    def phrase(self, text: str) -> Phrase:
        return tuple(word.text for word in self.lexicon.normalize(text))

    def phrases(self, texts: Iterable[str]) -> dict[str, list[Phrase]]:
        """Return phrases by their first word."""
        found: dict[str, list[Phrase]] = {}
        for text in texts:
            phrase = self.phrase(text)
            if phrase:
                found.setdefault(phrase[0], []).append(phrase)
        return found

    def found(self, text: str, phrases: Phrases) -> Iterator[tuple[int, Phrase]]:
        """Yield where a text says a phrase, as the index of its first word."""
        words = self(text)
        for place, word in enumerate(words):
            for phrase in phrases.get(word.text, ()):
                if all(place + offset < len(words) and words[place + offset].text == phrase[offset] for offset in range(1, len(phrase))):
                    yield place, phrase

    def says(self, text: str, phrases: Phrases) -> bool:
        return any(True for _ in self.found(text, phrases))

    def denies(self, text: str) -> bool:
        return any(word.text in self.denials for word in self(text))

    def near(self, text: str, phrases: Phrases, others: Phrases) -> bool:
        """Tell whether a phrase and another stand within a few words of each other."""
        places = [place for place, _ in self.found(text, phrases)]
        return any(abs(place - other) <= _BESIDE for place in places for other, _ in self.found(text, others))

    def places(self, text: Text, phrases: Phrases) -> list[Span]:
        """Return where phrases are said and not denied."""
        words = self(text.content)
        found = set()
        for place, phrase in self.found(text.content, phrases):
            around = (*words[max(0, place - _REACH) : place], *words[place + len(phrase) : place + len(phrase) + 3])
            if not any(word.text in self.denials for word in around):
                found.add(text.span(words[place].start, words[place + len(phrase) - 1].end))
        return sorted(found)


def _words(subject: Subject) -> _Words:
    return _Words(subject.lexicon)


def _own_text(statement: Statement) -> str:
    """What a statement says with its own label."""
    label = statement.path[-1] if statement.path else None
    own = label.text.content[:200] + ": " if label is not None and label.kind in (LabelKind.ITEM, LabelKind.KEY, LabelKind.ROW) else ""
    return own + statement.value.content[:_LONGEST]


def _said(subject: Subject, texts: Iterable[str]) -> Iterator[_Said]:
    """Yield where the report says any of these, in labels or texts, in order."""
    words = _words(subject)
    phrases = words.phrases(texts)
    seen: set[Span] = set()
    for index, statement in enumerate(subject.document.statements):
        if statement.struck or statement.kind is Kind.CODE:
            continue
        parts: list[Text] = [statement.value]
        label = _own_label(statement)
        if label is not None and not _denied_value(statement) and not _denied_at_once(words, statement):
            parts.insert(0, label.text)
        for part in parts:
            for span in words.places(part, phrases):
                if span not in seen:
                    seen.add(span)
                    yield _Said(span, index)


def _denied_at_once(words: _Words, statement: Statement) -> bool:
    """Tell whether a value begins by denying its label: `Gradient checkpointing: not required`."""
    return any(word.text in words.denials for word in words(statement.value.content)[:3]) or (
        statement.literal == "number" and statement.value.content.strip() == "1"
    )


def _own_label(statement: Statement) -> Label | None:
    label = statement.path[-1] if statement.path else None
    return (
        label
        if label is not None and label.kind in (LabelKind.ITEM, LabelKind.KEY, LabelKind.FLAG, LabelKind.ROW, LabelKind.LEAD)
        else None
    )


def _shown(subject: Subject, span: Span) -> str:
    return " ".join(subject.document.source.text[span.start : span.end].strip("-* _`").split())[:60]


def _whole(subject: Subject, quantity: str) -> list[Claim]:
    return [
        claim
        for claim in subject.quantities([quantity])
        if claim.role is Role.ACTUAL
        and not claim.source
        and not claim.bound
        and claim.interval.is_exact
        and claim.interval.low is not None
        and claim.interval.low.denominator == 1
    ]


def _number(claim: Claim) -> int:
    low = claim.interval.low
    return 0 if low is None else low.numerator
