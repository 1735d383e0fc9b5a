"""Parts that are said to be equal: the whole has to divide by their number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from auditor.check.owners import number_of, whole_claims
from auditor.check.stated import Worked
from auditor.check.subject import Subject
from auditor.claims.model import Claim
from auditor.findings import Confidence, Outcome, Place
from auditor.rulebook import Rule
from auditor.statements import Kind, LabelKind
from auditor.units import UNITS

__all__ = ["layers"]

_LONGEST: Final = 300
_BESIDE: Final = 3
"""Words apart at most that the equality and the layers stand."""
_LABELS: Final = frozenset((LabelKind.ITEM, LabelKind.ROW, LabelKind.KEY))
_SAID: Final = frozenset((Kind.ITEM, Kind.SENTENCE, Kind.CELL, Kind.ENTRY))


def layers(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Layers distributed equally over stages divide by the stages: those of the same sentence, else those of the plan."""
    depth = _only(whole_claims(subject, "model.layers", whole=True))
    if depth is None:
        return
    words = {name: frozenset(listed) for name, listed in rule.options.items()}
    for index, statement in enumerate(subject.document.statements):
        if statement.kind not in _SAID or statement.struck:
            continue
        own = (label.text.content for label in statement.path if label.kind in _LABELS)
        text = " ".join((*own, statement.value.content))[-_LONGEST:]
        said = [word.text for word in subject.lexicon.normalize(text)]
        if not words["parts"] & set(said) or words["spares"] & set(said) or not _near(said, words["equal"]):
            continue
        pipelines = whole_claims(subject, "parallel.pipeline", whole=True)
        stages = _only([claim for claim in pipelines if claim.statement == index], sure=False) or _only(pipelines)
        if stages is None or not 1 < number_of(stages) <= number_of(depth):
            continue
        whole, parts = number_of(depth), number_of(stages)
        spans = (statement.value.whole, depth.span, stages.span)
        if whole % parts == 0:
            yield rule.held(spans, f"{whole} layers on {parts} stages")
            continue
        yield rule.contradicted(
            spans,
            f"said to be equal, but {whole} layers on {parts} stages are {whole // parts} on some, {whole // parts + 1} on others",
            Place(statement.value.whole, "said to be equal"),
            related=(Place(depth.span, f"{whole} layers"), Place(stages.span, f"{parts} stages")),
            claimed="equal stages",
            expected=f"{whole // parts} and {whole // parts + 1} layers",
            derivation=((Worked.of(depth) / Worked.of(stages)).step(UNITS["1"]),),
        )


def _only(claims: Sequence[Claim], *, sure: bool = True) -> Claim | None:
    """Return the claim of the one value that is stated for sure."""
    listed = [claim for claim in claims if claim.confidence is Confidence.HIGH or not sure]
    return listed[0] if len({number_of(claim) for claim in listed}) == 1 else None


def _near(said: Sequence[str], equal: frozenset[str]) -> bool:
    """Tell whether a word for equal stands beside the layers, and nothing else that is shared out between them."""
    places = [index for index, word in enumerate(said) if word == "layer"]
    return any(0 < abs(index - place) <= _BESIDE for index, word in enumerate(said) if word in equal for place in places)
