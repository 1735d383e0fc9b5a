"""What a program refuses to start: each refusal a rule, bound to the program whose source it comes from.

A rule's `data` says for which `program` (and `versions`, and `but` beside which others not) it holds, `only` for which words of an
option, `given` what must be so for it to apply, `requires` what the program asks. A launch contradicts it only with values that are
known: written, worked out, named by the catalog, or a program's own default that the rule lists under `assume`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from string import Formatter
from typing import Any, Final

from auditor.check.subject import Subject
from auditor.findings import Edit, Finding, Operand, Outcome, Place, Repair, Step, Verdict
from auditor.launches.model import Launch, Setting
from auditor.records import dataclass
from auditor.relations.evaluate import Bound, Convention, Judged, Meaning, admits, derive, judge
from auditor.relations.language import Expression, Logic, names, read_condition
from auditor.relations.repair import Kind, changes
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.units import UNITS
from auditor.values import Interval

__all__ = ["refused"]

_PLAIN: Final = UNITS["1"]
_COUNT: Final = Kind(whole=True)
_COMPARED: Final = re.compile(r"(>=|<=|<|>|==)\s*(\d+(?:\.\d+){0,3})")
_MOST_REPAIRS: Final = 3
_LEAST_OF_A_WHOLE: Final = 4
"""Settings of a configuration that is no excerpt."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A rule's data, read once."""

    programs: tuple[str, ...]
    versions: str
    only: Mapping[str, tuple[str, ...]]
    absent: tuple[str, ...]
    given: Expression | None
    requires: Expression
    assume: Mapping[str, Fraction]
    subject: tuple[str, ...]
    change: tuple[str, ...]
    message: str
    source: str
    weakest: bool
    """What is assumed asks the least: with any other value the program would refuse all the more."""


@lru_cache(maxsize=512)
def _read(code: str, texts: tuple[tuple[str, str], ...]) -> tuple[Expression, Expression | None]:
    told = dict(texts)
    return read_condition(told["requires"]), read_condition(told["given"]) if told["given"] else None


def _asked(rule: Rule) -> _Asked:
    data: Mapping[str, Any] = rule.options
    requires, given = _read(rule.code, (("requires", data["requires"]), ("given", data.get("given", ""))))
    named = data["program"]
    return _Asked(
        programs=(named,) if isinstance(named, str) else tuple(named),
        versions=str(data.get("versions", "")),
        only={name: tuple(str(word).lower() for word in words) for name, words in data.get("only", {}).items()},
        absent=tuple(data.get("absent", ())),
        given=given,
        requires=requires,
        assume={name: Fraction(str(value)) for name, value in data.get("assume", {}).items()},
        subject=tuple(data.get("subject", ())),
        change=tuple(data.get("change", ())),
        message=data["message"],
        source=data["source"],
        weakest=bool(data.get("weakest", False)),
    )


def refused(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A launch asks for nothing that its program refuses."""
    if not subject.launches:
        return
    data = rule.options
    wanted = (data["program"],) if isinstance(data["program"], str) else data["program"]
    others = frozenset(data.get("but", ()))
    launches = [one for one in subject.launches if any(name in one.programs for name in wanted) and others.isdisjoint(one.programs)]
    if not launches:
        return
    asked = _asked(rule)
    for launch in launches:
        outcome = _judged(rule, asked, launch)
        if outcome is None:
            continue
        if outcome.finding is not None and _is_one_node(subject, asked, launch):
            yield rule.undetermined(outcome.spans, "the command is one node's; the report speaks of more GPUs")
        else:
            yield outcome


def _is_one_node(subject: Subject, asked: _Asked, launch: Launch) -> bool:
    """Tell whether a count of processes is that of one node, for no number of nodes is given and the report has more GPUs."""
    world = launch.get("world")
    if (
        world is None
        or world.value is None
        or "world" not in names(asked.requires)
        or "nodes" in launch.settings
        or world.program != "torchrun"
    ):
        return False
    stated = (claim.interval.low for claim in subject.quantities(("gpus", "gpus.available", "nodes")))
    return any(low is not None and (low > world.value or 1 < low < world.value) for low in stated)


def _judged(rule: Rule, asked: _Asked, launch: Launch) -> Outcome | None:
    if not _for_words(asked, launch) or any(name in launch.settings for name in asked.absent):
        return None
    bounds = _bounds(asked, launch)
    if bounds is None:
        return None
    values = {name: bound.meanings[0].interval for name, bound in bounds.items()}
    assumed = frozenset(name for name, bound in bounds.items() if bound.assumed)
    if asked.given is not None and admits(asked.given, values, assumed=assumed).verdict is not Verdict.HELD:
        return None
    spans = tuple(dict.fromkeys(one.span for name in bounds for one in _written(launch, name) if one.span is not None and not one.path))
    if not spans:
        return None
    judged = judge(Convention("refused", asked.requires, source=asked.source), bounds)
    verdict = judged.judgement.verdict
    if verdict is Verdict.HELD:
        return Outcome(rule.code, verdict, spans, _filled(asked.message, launch, bounds, holds=True))
    if verdict is Verdict.UNDETERMINED:
        return Outcome(rule.code, verdict, spans, judged.judgement.reason)
    if _left_out(asked, launch, bounds):
        return rule.undetermined(spans, "the configuration may be an excerpt: what it leaves out may be set elsewhere")
    known = _version_fits(asked, launch)
    if known is False:
        return None
    if known is None:
        return rule.undetermined(spans, f"state the version of {asked.programs[0]}: refused by {asked.versions}")
    return _finding(rule, asked, launch, bounds, judged, spans)


def _left_out(asked: _Asked, launch: Launch, bounds: Mapping[str, Bound]) -> bool:
    """Tell whether what a refusal rests on may be set elsewhere: by an excerpt's whole, or by the trainer whose configuration this is."""
    if not launch.command and any(name not in launch.settings for name in names(asked.requires) if name not in bounds):
        return True
    return not asked.weakest and not _is_whole(launch) and any(bounds[name].assumed for name in names(asked.requires, asked=False))


def _for_words(asked: _Asked, launch: Launch) -> bool:
    """Tell whether the options that only some words of make the rule apply have one of these words; a word may be `!word`."""
    for name, words in asked.only.items():
        setting = launch.get(name)
        allowed = [word for word in words if not word.startswith("!")]
        if setting is None:
            if "" not in words and allowed:
                return False
            continue
        if allowed and setting.word not in allowed:
            return False
        if any(word.startswith("!") and setting.word == word[1:] for word in words):
            return False
    return True


def _bounds(asked: _Asked, launch: Launch) -> dict[str, Bound] | None:
    """Return the operands of a rule; None where one is neither known nor to be assumed."""
    needed = {*names(asked.requires, asked=False), *(names(asked.given, asked=False) if asked.given is not None else ())}
    found: dict[str, Bound] = {}
    for name in _names(asked):
        setting = launch.get(name)
        if setting is not None and (setting.value is not None or name not in needed):
            found[name] = _bound(setting, Fraction(1) if setting.value is None else setting.value)
        elif setting is None and name in asked.assume:
            value = asked.assume[name]
            found[name] = Bound(name, (Meaning(Interval.exact(value), value),), str(value), _PLAIN, assumed=True)
        elif name in needed:
            return None
    return found


def _names(asked: _Asked) -> tuple[str, ...]:
    whole = Logic("and", (asked.requires, asked.given)) if asked.given is not None else asked.requires
    return tuple(dict.fromkeys(names(whole)))


def _bound(setting: Setting, value: Fraction) -> Bound:
    return Bound(setting.name, (Meaning(Interval.exact(value), value),), setting.text, _PLAIN, None if setting.path else setting.span)


def _written(launch: Launch, name: str) -> tuple[Setting, ...]:
    setting = launch.get(name)
    return setting.written if setting is not None else ()


# --- versions


def _version_fits(asked: _Asked, launch: Launch) -> bool | None:
    """Tell whether the stated version is one that refuses; None where none is stated and not all versions do."""
    if not asked.versions:
        return True
    version = next((launch.versions[name] for name in asked.programs if name in launch.versions), None)
    if version is None:
        return None
    for operator, limit in _COMPARED.findall(asked.versions):
        parts = tuple(int(part) for part in limit.split("."))
        padded = (*version, *(0 for _ in range(4 - len(version))))
        other = (*parts, *(0 for _ in range(4 - len(parts))))
        fits = {">=": padded >= other, "<=": padded <= other, "<": padded < other, ">": padded > other, "==": padded == other}
        if not fits[operator]:
            return False
    return True


# --- findings


def _finding(rule: Rule, asked: _Asked, launch: Launch, bounds: Mapping[str, Bound], judged: Judged, spans: Sequence[Span]) -> Outcome:
    order = [*(name for name in asked.subject if name in bounds), *bounds]
    places = [
        Place(one.span, f"{one.spelled or name} {one.text}"[:80], one.path) for name in order for one in _written(launch, name) if one.span
    ]
    own = [place for place in places if not place.path]
    main = own[0]
    related = {(place.span, place.path): place for place in places if place is not main and place.span != main.span}
    finding: Finding = rule.finding(
        _filled(asked.message, launch, bounds, holds=False),
        main,
        related=tuple(related.values()),
        claimed=main.message,
        derivation=_steps(judged, bounds, launch),
        repairs=_repairs(asked, launch, bounds, judged),
        basis=tuple(spans),
    )
    return Outcome(rule.code, Verdict.CONTRADICTED, tuple(spans), finding.message, finding)


def _is_whole(launch: Launch) -> bool:
    """Tell whether what a launch does not say has its default: a command, or a configuration that names its model and more."""
    own = [setting for setting in launch.settings.values() if setting.span is not None and setting.program]
    return launch.command or ("model" in launch.settings and len(own) >= _LEAST_OF_A_WHOLE)


def _steps(judged: Judged, bounds: Mapping[str, Bound], launch: Launch) -> tuple[Step, ...]:
    steps = derive(judged, bounds)
    return tuple(
        Step(step.formula, step.substituted, step.result, tuple(_told(one, launch) for one in step.operands), step.low, step.high)
        for step in steps
    )


def _told(operand: Operand, launch: Launch) -> Operand:
    setting = launch.get(operand.symbol)
    if operand.low in (0, 1) and not any(map(str.isdigit, operand.text)):  # a switch: what it counts, and how it was written
        return Operand(operand.symbol, str(operand.low), operand.low, operand.high, None, operand.text[:120])
    if setting is None or operand.span is not None:
        return operand
    origin = setting.origin or ", ".join(part.text for part in setting.parts) or setting.path or "assumed"
    return Operand(operand.symbol, operand.text, operand.low, operand.high, None, origin[:120])


def _filled(message: str, launch: Launch, bounds: Mapping[str, Bound], *, holds: bool) -> str:
    """Return the message with the values in it; of what held only the values."""
    if holds:
        return ", ".join(f"{name} {bound.text}"[:60] for name, bound in bounds.items() if not bound.assumed)
    said = {}
    for _, name, _, _ in Formatter().parse(message):
        if name:
            setting = launch.get(name)
            said[name] = (setting.text if setting is not None else bounds[name].text if name in bounds else "?")[:60]
    return message.format(**said)


def _repairs(asked: _Asked, launch: Launch, bounds: Mapping[str, Bound], judged: Judged) -> tuple[Repair, ...]:
    """Return the nearest values of the options a user would change that the program takes."""
    kinds = {name: _COUNT for name in asked.change if name in bounds and not bounds[name].assumed}
    if not kinds:
        return ()
    found = changes(judged.convention, judged.meanings, kinds)
    repairs = []
    for change in found[:_MOST_REPAIRS]:
        setting = launch.settings[change.name]
        edits: tuple[Edit, ...] = ()
        if setting.span is not None and not setting.path and setting.text.isdecimal() and setting.program:
            edits = (Edit(setting.span, str(change.value)),)
        repairs.append(Repair(f"{setting.spelled or change.name} {change.value} instead of {setting.text}"[:160], edits))
    return tuple(repairs)
