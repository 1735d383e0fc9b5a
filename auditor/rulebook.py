"""The rulebook: the compiled rules as plain values, ready to be asked for by code or name and to be run.

Nothing is validated or proved here; that happened when the index was compiled (`auditor.index`). Expressions are read
when a rule is first run, so that a run pays only for the rules its reports give numbers to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from auditor import __version__, index
from auditor.claims.lexicon import Lexicon, build
from auditor.errors import RuleError, UsageError
from auditor.findings import Confidence, Finding, Outcome, Place, Severity, Step, Verdict
from auditor.records import dataclass
from auditor.relations.evaluate import Convention
from auditor.relations.language import Expression, read_condition, read_expression
from auditor.relations.repair import Kind
from auditor.spans import Span
from auditor.units import DIMENSIONLESS, UNITS, Unit

__all__ = ["Problem", "Rule", "Rulebook", "Use", "load", "of_index"]


@dataclass(frozen=True, slots=True)
class Use:
    """A name of a rule and the claims of a plan that may stand for it."""

    name: str
    quantity: str
    """Id of the lexicon's quantity."""
    symbol: str
    unit: Unit
    """The unit its values are shown in, where a claim has none of its own."""
    roles: tuple[str, ...]
    """In order of preference."""
    per: tuple[str, ...]
    """The scopes admitted; `unsaid` for a claim that names none, `any` for all."""
    phase: str
    each: bool
    """Claims about single members (GPU 3, Stage 0) count, each for itself."""
    sure: bool = False
    """Only claims read with high confidence count."""
    in_order: bool = False
    """Of the scopes in `per`, only the first counts that any claim has."""
    facts: bool = False
    """Facts count where the plan states none."""
    chosen: bool = False
    """The figure is chosen, not measured: it means what is written, up to `CHOSEN`."""
    alone: bool = False
    """Each of its values is judged by itself: that another one holds saves it from nothing."""

    @property
    def kind(self) -> Kind:
        """What values it can take: counts are whole numbers, shares at most one."""
        share = self.unit.symbol == "%"
        return Kind(whole=self.unit.dimension == DIMENSIONLESS and not share, share=share)


@dataclass(frozen=True)
class Rule:
    """One rule of the index; `code`, `name` and `category` are what selectors name."""

    code: str
    name: str
    category: str
    severity: Severity
    confidence: Confidence
    summary: str
    since: str
    check: str
    """The procedural check it stands for (`module.function` of `auditor.check`); empty for a relation."""
    uses: tuple[Use, ...]
    assume: Mapping[str, Fraction]
    tolerance: Fraction
    subject: str
    message: str
    labels: Mapping[str, str]
    why: str
    unless: str
    references: tuple[str, ...]
    keep: frozenset[str]
    prefer: tuple[str, ...]
    derived: str
    folder: Path
    """Where its file and examples are."""
    data: Mapping[str, Any] = field(repr=False, compare=False)
    """Its entry in the index: the texts of its relations."""

    @property
    def page(self) -> str:
        """The page that documents it, as a path in the project's repository."""
        return f"docs/rules/{self.name}.md"

    @cached_property
    def turn(self) -> int:
        """When it runs: those that judge the report's verdicts by what all others found after these, suppressions last."""
        return 2 if self.check.startswith("suppression.") else 1 if self.check.startswith("verdict.") else 0

    @cached_property
    def quantities(self) -> frozenset[str]:
        """The quantities that may stand for its names."""
        return frozenset(use.quantity for use in self.uses)

    @cached_property
    def conventions(self) -> tuple[Convention, ...]:
        return tuple(_convention(one) for one in self.data["conventions"])

    @cached_property
    def needs(self) -> tuple[frozenset[str], ...]:
        """The names each convention cannot do without."""
        return tuple(frozenset(one["needs"]) - self.assume.keys() for one in self.data["conventions"])

    @cached_property
    def compared(self) -> frozenset[str]:
        """The quantities that its conventions speak of."""
        named = {name for one in self.data["conventions"] for name in one["names"]}
        return frozenset(use.quantity for use in self.uses if use.name in named)

    @cached_property
    def given(self) -> tuple[Expression, ...]:
        return tuple(read_condition(text) for text in self.data["given"])

    @cached_property
    def let(self) -> Mapping[str, Expression]:
        return {name: read_expression(text) for name, text in self.data["let"].items()}

    @property
    def options(self) -> Mapping[str, Any]:
        """What the rule tells its check: `data` of its file."""
        found: Mapping[str, Any] = self.data.get("data", {})
        return found

    def held(self, spans: tuple[Span, ...], message: str = "") -> Outcome:
        """Return the outcome of claims that agree; the message is the arithmetic in one line."""
        return Outcome(self.code, Verdict.HELD, spans, message)

    def undetermined(self, spans: tuple[Span, ...], message: str) -> Outcome:
        """Return the outcome of claims that cannot be checked; the message says what is missing."""
        return Outcome(self.code, Verdict.UNDETERMINED, spans, message)

    def contradicted(self, spans: tuple[Span, ...], message: str, place: Place, **more: Any) -> Outcome:
        """Return the outcome of claims that contradict each other, with its finding: see `finding`."""
        return Outcome(self.code, Verdict.CONTRADICTED, spans, message, self.finding(message, place, **more))

    def finding(
        self, message: str, place: Place, *, severity: Severity | None = None, confidence: Confidence | None = None, **more: Any
    ) -> Finding:
        """Return a finding of this rule; severity and confidence are the rule's unless the evidence is weaker.

        Every number of the derivation stands at one of its places: those that the check did not name come last.
        """
        related = (*more.pop("related", ()),)
        more["related"] = (*related, *_of_derivation(more.get("derivation", ()), (place, *related)))
        return Finding(
            code=self.code,
            name=self.name,
            category=self.category,
            severity=self.severity if severity is None else severity,
            confidence=self.confidence if confidence is None else confidence,
            message=message,
            place=place,
            **more,
        )


def _of_derivation(derivation: Iterable[Step], places: Iterable[Place]) -> Iterator[Place]:
    """Yield a place for each number of a derivation that none of the places holds."""
    held = [place.span for place in places if not place.path]
    for step in derivation:
        for operand in step.operands:
            span = operand.span
            if span is not None and not any(span.overlaps(other) for other in held):
                held.append(span)
                yield Place(span, " ".join(f"{operand.symbol} {operand.text}".split()))


@dataclass(frozen=True, slots=True)
class Problem:
    """A rule file that could not be used, and why."""

    message: str
    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None) + f": {self.message}"


@dataclass(frozen=True)
class Rulebook:
    """The rules of a run, by code, and the lexicon they speak."""

    rules: tuple[Rule, ...]
    lexicon: Lexicon
    catalog: str = __version__
    problems: tuple[Problem, ...] = ()
    """Rules that come with the tool and could not be used: only while someone is working on them."""
    frameworks: frozenset[str] = frozenset()
    """Programs that every report is about, as if it named them."""

    @cached_property
    def _named(self) -> Mapping[str, Rule]:
        return {name.casefold(): rule for rule in self.rules for name in (rule.code, rule.name)}

    @property
    def relations(self) -> tuple[Rule, ...]:
        """The rules that are relations."""
        return tuple(rule for rule in self.rules if not rule.check)

    @property
    def checks(self) -> tuple[Rule, ...]:
        """The rules that name a procedural check."""
        return tuple(rule for rule in self.rules if rule.check)

    def get(self, name: str) -> Rule:
        """Return the rule with this code or name, in any case; UsageError with the nearest one if there is none."""
        rule = self._named.get(name.casefold())
        if rule is None:
            from difflib import get_close_matches  # only an error needs it

            close = get_close_matches(name.casefold(), self._named, n=1)
            advice = f"did you mean {self._named[close[0]].name}?" if close else "`audit rule --all` lists every rule"
            raise UsageError(f"no rule is called {name!r}; {advice}")
        return rule


def _convention(found: Mapping[str, Any]) -> Convention:
    return Convention(
        name=found["name"],
        holds=read_condition(found["holds"]),
        also=tuple(read_condition(text) for text in found["and"]),
        when=read_condition(found["when"]) if found["when"] else None,
        source=found["source"],
        frameworks=tuple(found["frameworks"]),
        solved=tuple(found["solved"].items()),
    )


def _use(found: Mapping[str, Any]) -> Use:
    return Use(
        name=found["name"],
        quantity=found["quantity"],
        symbol=found["symbol"],
        unit=UNITS[found["unit"]],
        roles=tuple(found["roles"]),
        per=tuple(found["per"]),
        phase=found["phase"],
        each=found["each"],
        in_order=found["in_order"],
        sure=found["sure"],
        facts=found["facts"],
        chosen=found["chosen"],
        alone=found["alone"],
    )


def _rule(found: Mapping[str, Any], folder: Path) -> Rule:
    return Rule(
        code=found["code"],
        name=found["id"],
        category=found["category"],
        severity=Severity(found["severity"]),
        confidence=Confidence(found["confidence"]),
        summary=found["summary"],
        since=found["since"],
        check=found["check"],
        uses=tuple(_use(one) for one in found["uses"]),
        assume={name: Fraction(value) for name, value in found["assume"].items()},
        tolerance=Fraction(found["tolerance"]),
        subject=found["subject"],
        message=found["message"],
        labels=found["labels"],
        why=found["why"],
        unless=found["unless"],
        references=tuple(found["references"]),
        keep=frozenset(found["repair"]["keep"]),
        prefer=tuple(found["repair"]["prefer"]),
        derived=found["repair"]["derived"],
        folder=folder / found["path"],
        data=found,
    )


def of_index(found: Mapping[str, Any], folder: Path) -> tuple[Rule, ...]:
    """Return the rules of a compiled index; `folder` is the one that was compiled."""
    return tuple(_rule(one, folder) for one in found["rules"])


@lru_cache(maxsize=1)
def _lexicon() -> Lexicon:
    return build(index.data("lexicon"), index.data("evidence")["weights"], index.data("wording")["words"])


def load(folders: Sequence[Path] = ()) -> Rulebook:
    """Return the rules that come with the tool and those of the user's folders.

    RuleError with file, line and column where a user's rule is at fault or takes the name or code of another.
    """
    return _load(tuple((Path(folder), index.stamp(Path(folder))) for folder in folders))


@lru_cache(maxsize=4)
def _load(folders: tuple[tuple[Path, str], ...]) -> Rulebook:
    found = index.builtin()
    rules = list(of_index(found, index.rules_folder()))
    taken = {name: rule for rule in rules for name in (rule.code, rule.name)}
    for folder, _ in folders:
        for rule in of_index(index.own(folder), folder):
            for name in (rule.code, rule.name):
                if name in taken:
                    raise RuleError(
                        f"{name} is already the rule {taken[name].code} {taken[name].name}", path=str(rule.folder / "rule.yaml")
                    )
                taken[name] = rule
            rules.append(rule)
    problems = tuple(Problem(one["message"], one["path"], one["line"], one["column"]) for one in found["problems"])
    return Rulebook(tuple(sorted(rules, key=lambda rule: rule.code)), _lexicon(), problems=problems)
