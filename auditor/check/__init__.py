"""The checks: relations over plans, and procedural checks for what an equation over quantities cannot say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from importlib import import_module
from operator import attrgetter

from auditor.check.stated import called_indivisible, near
from auditor.check.subject import Subject
from auditor.errors import RuleError
from auditor.findings import Outcome, Verdict
from auditor.limits import OverBudgetError, spend
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.statements import Note

__all__ = ["Check", "procedure", "run_checks"]

Check = Callable[[Subject, Rule], Iterable[Outcome]]


def procedure(rule: Rule) -> Check:
    """Return the function a rule's `check: module.function` names in this package.

    RuleError where there is none. Only a function of this package that takes a subject and a rule will do, so that a rule,
    a stranger's too, can reach nothing else.
    """
    found = _procedure(rule.check)
    if found is None:
        raise RuleError(f"{rule.name}: there is no check {rule.check!r}; write module.function", path=str(rule.folder / "rule.yaml"))
    return found


@cache
def _procedure(check: str) -> Check | None:
    module, _, name = check.partition(".")
    if not module.isidentifier() or not name.isidentifier() or name.startswith("_") or module.startswith("_"):
        return None
    try:
        found = getattr(import_module(f"auditor.check.{module}"), name)
    except (ImportError, AttributeError):
        return None
    takes = [str(kind) for kind in getattr(found, "__annotations__", {}).values()][:2]
    if found.__module__ != f"auditor.check.{module}" or takes != ["Subject", "Rule"]:
        return None
    check_of: Check = found
    return check_of


def run_checks(
    rules: Iterable[Rule], subject: Subject, programs: frozenset[str] = frozenset()
) -> tuple[tuple[Outcome, ...], tuple[Note, ...]]:
    """Return the outcomes of every rule over one report, and a note for each rule that could not be run.

    `programs` are those the report is about beside the ones it names.

    A fault in one rule must not cost the user the others, nor what it found before; nor may it pass in silence: the note is fatal.
    """
    from auditor.check.competition import followed
    from auditor.check.frameworks import named
    from auditor.check.relations import run_all, tabled  # imports this package's neighbours only when something is run

    outcomes: list[Outcome] = []
    notes: list[Note] = []
    frameworks = named(subject.document.source.text) | programs
    tables = tabled(subject.plans, subject.known)
    stated = frozenset(quantity for table in tables for quantity in table.claims)
    book = tuple(rules)
    judging = False
    for rule in sorted(book, key=attrgetter("turn")):
        try:
            spend(1 + len(subject.claims))
            if not rule.check and stated.isdisjoint(rule.quantities):
                continue
            if rule.turn and not judging:
                outcomes, judging = list(followed(outcomes, book, subject.claims)), True
            given = replace(subject, outcomes=tuple(outcomes), rules=book) if judging else subject
            found = procedure(rule)(given, rule) if rule.check else run_all((rule,), tables, frameworks)
            outcomes.extend(_unless_said(outcome, rule, subject) for outcome in found)
        except RuleError:
            raise
        except OverBudgetError as error:
            message = f"{error} (limit `steps`): rule {rule.code} {rule.name} and those after it were not run; split the report"
            notes.append(Note(message, Span(0, 0), fatal=True))
            break
        except Exception as error:  # a rule's own fault: the audit goes on, but is not whole
            place = f"{type(error).__name__}: {error}"[:200]
            message = f"rule {rule.code} {rule.name} could not be run to its end ({place}); please report it with the input"
            notes.append(Note(message, Span(0, 0), fatal=True))
    return (tuple(outcomes) if judging else followed(outcomes, book, subject.claims)), tuple(notes)


def _unless_said(outcome: Outcome, rule: Rule, subject: Subject) -> Outcome:
    """Return an outcome that is no finding where the report says in words what the rule would: `data.unless_said` beside the claim.

    That a figure does not divide is said anywhere, beside the figures.
    """
    finding = outcome.finding
    if finding is None or finding.place.path:
        return outcome
    words = rule.options.get("unless_said", ())
    said = words and any(near(subject, claim, words) for claim in subject.at(finding.place.span))
    if not said and not (rule.category == "divisibility" and called_indivisible(subject, finding)):
        return outcome
    return Outcome(outcome.rule, Verdict.UNDETERMINED, outcome.spans, f"the report itself says so: {outcome.message}")
