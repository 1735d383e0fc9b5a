"""What a procedural check is given, and how it says what it found.

A rule file whose relation no equation can express names a function of this package: `check: equation.written` is
`auditor.check.equation.written`. It is called with a `Subject` and its rule and yields outcomes; its metadata stays in
the rule file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from functools import cached_property

from auditor.check.passages import Passage, passages
from auditor.claims.equation import Equation, read
from auditor.claims.lexicon import Lexicon
from auditor.claims.model import Claim
from auditor.facts.catalog import known_facts
from auditor.facts.model import Fact
from auditor.findings import Outcome
from auditor.launches import Launch, launches
from auditor.launches.described import described
from auditor.launches.facts import joined
from auditor.limits import spend
from auditor.plans.joins import Joins
from auditor.plans.model import Plan
from auditor.records import dataclass
from auditor.rulebook import Rule
from auditor.spans import Span, SpanIndex
from auditor.statements import Document, Statement

__all__ = ["Subject"]


@dataclass(frozen=True)
class Subject:
    """One report with everything that was read out of it."""

    document: Document
    claims: tuple[Claim, ...]
    """Every claim, in the order of the text; context claims carry their `source`."""
    plans: tuple[Plan, ...]
    lexicon: Lexicon
    context: Mapping[str, Document] = field(default_factory=dict)
    """The context documents by path."""
    beside: Mapping[str, Document] = field(default_factory=dict)
    """Configurations that lie beside the report and belong to its launches, by path."""
    outcomes: tuple[Outcome, ...] = ()
    """What the other rules found: given only to the checks that judge verdicts and suppressions."""
    rules: tuple[Rule, ...] = ()
    """The rules of the run: given only to the checks of suppressions."""

    def statement(self, claim: Claim) -> Statement:
        """Return the statement a claim was read from."""
        return (self.context[claim.source] if claim.source else self.document).statements[claim.statement]

    def at(self, span: Span) -> tuple[Claim, ...]:
        """Return the claims of the report that overlap a span."""
        own, index = self._own
        found = tuple(own[place] for place in index.meeting(span))
        spend(1 + len(found))
        return found

    @cached_property
    def _own(self) -> tuple[Sequence[Claim], SpanIndex]:
        """The claims of the report itself, and where they stand."""
        own = [claim for claim in self.claims if not claim.source]
        return own, SpanIndex([claim.span for claim in own])

    def of(self, statement: int) -> tuple[Claim, ...]:
        """Return the claims of one statement."""
        return self._by_statement.get(statement, ())

    @cached_property
    def _by_statement(self) -> Mapping[int, tuple[Claim, ...]]:
        found: dict[int, list[Claim]] = {}
        for claim in self.claims:
            if not claim.source:
                found.setdefault(claim.statement, []).append(claim)
        return {statement: tuple(claims) for statement, claims in found.items()}

    @cached_property
    def launches(self) -> tuple[Launch, ...]:
        """What the commands and configurations of the report set, or what it describes, with what the names in them say."""
        found = launches(self.document)
        if not found:
            told = described(self.document, self.claims)
            found = (told,) if told is not None else ()
        return tuple(joined(launch, self.document, self.beside, found) for launch in found)

    @cached_property
    def groups(self) -> Mapping[int, tuple[int, ...]]:
        """Return the indices of the statements of each group (paragraph, list, table, object, command)."""
        found: dict[int, list[int]] = {}
        for index, statement in enumerate(self.document.statements):
            found.setdefault(statement.group, []).append(index)
        return {group: tuple(indices) for group, indices in found.items()}

    @cached_property
    def joins(self) -> Joins:
        """What joins the places of the report."""
        return Joins(self.document, self.claims)

    @cached_property
    def equations(self) -> tuple[tuple[Passage, Equation], ...]:
        """Every written equation of the report with the passage it stands in."""
        return tuple((passage, equation) for passage in passages(self.document) for equation in read(passage.content, self.lexicon))

    @cached_property
    def known(self) -> tuple[Fact, ...]:
        """Return what the catalog says of the model and the GPU that the report names."""
        return known_facts(self.document, self.claims, self.lexicon)

    def siblings(self, statement: Statement) -> Sequence[Statement]:
        """Return the statements of the same group (list, table, tree, object, command)."""
        return [self.document.statements[index] for index in self.groups.get(statement.group, ())]

    def quantities(self, ids: Iterable[str]) -> tuple[Claim, ...]:
        """Return the claims of these quantities."""
        wanted = frozenset(ids)
        return tuple(claim for claim in self.claims if claim.quantity in wanted)
