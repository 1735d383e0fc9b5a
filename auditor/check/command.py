"""Checks of launch commands: what they start against the plan, against themselves and against what their programs read.

Nothing here runs a command. Flags and variables arrive as statements (`auditor.parse.shell`); which flags mean processes, nodes
and ranks, which flags a program knows and which variables exist is data of the rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import field
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from auditor.check.owners import exactly
from auditor.check.stated import operand
from auditor.check.subject import Subject
from auditor.claims.model import Claim, Role
from auditor.claims.process_groups import Built, code_of
from auditor.cost.catalog import find_hardware
from auditor.cost.layout.placement import Group, overlaps
from auditor.findings import Confidence, Finding, Operand, Outcome, Place, Severity, Step, Verdict
from auditor.plans.assign import RUN
from auditor.records import dataclass
from auditor.relations.figures import figure
from auditor.remember import once_for
from auditor.rulebook import Rule
from auditor.spans import Span
from auditor.statements import Document, Kind, LabelKind, lasting
from auditor.units import UNITS

__all__ = [
    "Command",
    "Flag",
    "commands",
    "contradicted_plan",
    "crowded",
    "grouped",
    "launched",
    "misspelt",
    "placed",
    "ranks",
    "repeated",
    "unread",
    "visible",
]

_MOST: Final = 8
_MOST_GROUPS: Final = 5000
_CLOSE: Final = 0.85
"""Least likeness (difflib's ratio) of a flag to the one it is taken for a slip of."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag with its value, a positional argument, or a variable."""

    name: str
    value: str
    place: Span
    """Where the value stands; for a flag without one, the flag."""
    name_place: Span
    programs: tuple[str, ...]
    """The programs it is handed to, outermost first: `torchrun`, `train.py`."""
    statement: int
    sure: bool = True
    """Its value holds however the script is called: no default that another replaces, and not of one branch."""

    @property
    def number(self) -> int | None:
        return int(self.value) if self.value.isascii() and self.value.isdigit() and len(self.value) < 10 else None

    @property
    def plain(self) -> str:
        """The name without dashes, in one spelling: `nproc_per_node`."""
        return self.name.lstrip("-").replace("-", "_")


@dataclass(slots=True)
class Command:
    """One launch command with the variables set before it."""

    flags: list[Flag] = field(default_factory=list)
    variables: list[Flag] = field(default_factory=list)
    section: tuple[Span, ...] = ()
    """Where the headings over it stand."""
    lasting: bool = False
    """It sets variables for the commands after it, and nothing else."""

    @property
    def programs(self) -> tuple[str, ...]:
        return max((flag.programs for flag in self.flags), key=len, default=())

    def first(self, names: Sequence[str]) -> Flag | None:
        """Return the last flag of one of these names: the one that counts."""
        found = [flag for flag in self.flags if flag.plain in names]
        return found[-1] if found else None


@once_for
def commands(document: Document) -> tuple[Command, ...]:
    """Return the launch commands of a document in order; variables exported on lines of their own form commands without flags."""
    found: dict[int, Command] = {}
    alone = lasting(document.statements)
    for index, statement in enumerate(document.statements):
        if statement.kind is not Kind.FLAG or statement.struck or not statement.path:
            continue
        label = statement.path[-1]
        command = found.setdefault(statement.group, Command(lasting=statement.group in alone))
        command.section = tuple(one.text.whole for one in statement.path if one.kind is LabelKind.HEADING)
        programs = tuple(one.text.content for one in statement.path if one.kind is LabelKind.PROGRAM)
        whole = statement.value.whole if statement.value.content else label.text.whole
        flag = Flag(
            label.text.content,
            statement.value.content.strip().strip("\"'"),
            whole,
            label.text.whole,
            programs,
            index,
            not statement.defaults,
        )
        (command.variables if label.kind is LabelKind.VARIABLE else command.flags).append(flag)
    return tuple(found.values())


# --- sizes


@dataclass(frozen=True, slots=True)
class _World:
    """How many processes a command starts."""

    per_node: int
    nodes: int
    stated_nodes: bool
    """The number of nodes is written in the command, as a number above one."""
    per_node_flag: Flag
    nodes_flag: Flag | None
    total: bool
    """The flag counts the processes of all nodes (accelerate)."""

    @property
    def sure(self) -> bool:
        return self.per_node_flag.sure and (self.nodes_flag is None or self.nodes_flag.sure)

    @property
    def processes(self) -> int:
        return self.per_node if self.total else self.per_node * self.nodes


def _world(subject: Subject, command: Command, options: Mapping[str, Any]) -> _World | None:
    total = command.first(options["total"])
    per_node = command.first(options["per_node"])
    flag = per_node or total
    if flag is None or flag.number is None or flag.number < 1 or not any(_is(program, options["launchers"]) for program in flag.programs):
        return None
    nodes = command.first(options["nodes"])
    count = 1
    if nodes is not None:
        if nodes.number is None or nodes.number < 1:
            return None
        count = nodes.number
    text = subject.document.source.text
    literal = nodes is not None and not text[nodes.place.start : nodes.place.end].lstrip("\"'").startswith("$")
    return _World(flag.number, count, literal and count > 1, flag, nodes, per_node is None)


def launched(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A launch starts as many processes as the plan has GPUs."""
    options = rule.options
    claims = _stated(subject, "gpus")
    figures = {_number(claim) for claim in claims}
    available = {_number(claim) for claim in _stated(subject, "gpus.available")}
    launches = [(command, world) for command in commands(subject.document) if (world := _world(subject, command, options)) is not None]
    fits = any(world.processes in figures | available for _, world in launches)
    for _command, world in launches:
        places = (world.per_node_flag.place, *([world.nodes_flag.place] if world.nodes_flag else []))
        spans = (*places, *(claim.span for claim in claims[:_MOST]))
        said = f"{world.per_node} x {world.nodes} = {world.processes}" if world.nodes_flag and not world.total else f"{world.processes}"
        if not figures:
            yield rule.undetermined(places, f"state the GPUs of the plan to check the {said} processes")
        elif world.processes in figures | available:
            yield rule.held(spans, f"{said} processes for {world.processes} GPUs")
        elif not world.stated_nodes and world.processes < max(figures):
            # One node of several, or a placeholder: worth knowing only if nothing else starts the whole plan.
            if fits or world.nodes_flag is None:
                yield rule.undetermined(spans, f"{said} processes are one node of {max(figures)} GPUs")
            else:
                yield _wrong_launch(subject, rule, world, claims, said, Severity.INFO)
        elif claims[0].confidence is not Confidence.HIGH or fits or not world.sure:
            # A number of GPUs in passing is not the plan's, nor what a command falls back to the number it is given; where another
            # command starts the whole plan, this one is for another purpose.
            yield rule.undetermined(spans, f"{said} processes; the plan's own GPU count is not certain")
        else:
            certain = len(figures) == 1 and not _filled_in(subject, world)
            yield _wrong_launch(subject, rule, world, claims, said, None if certain else Severity.WARNING)


def _filled_in(subject: Subject, world: _World) -> bool:
    """Tell whether a number of the command comes from a variable, which a user is meant to set."""
    text = subject.document.source.text
    flags = [world.per_node_flag, *([world.nodes_flag] if world.nodes_flag else [])]
    return any("$" in text[flag.place.start : flag.place.end] for flag in flags)


def _wrong_launch(subject: Subject, rule: Rule, world: _World, claims: Sequence[Claim], said: str, severity: Severity | None) -> Outcome:
    claim = claims[0]
    places = [world.per_node_flag, *([world.nodes_flag] if world.nodes_flag else [])]
    substituted = f"{world.per_node} * {world.nodes}" if not world.total else f"{world.processes}"
    return rule.contradicted(
        (*(flag.place for flag in places), claim.span),
        f"the command starts {said} processes, but the plan has {_number(claim)} GPUs",
        Place(world.per_node_flag.place, f"{world.per_node_flag.name} {world.per_node}"),
        severity=severity,
        related=(
            *([Place(world.nodes_flag.place, f"{world.nodes_flag.name} {world.nodes}")] if world.nodes_flag else []),
            *(Place(one.span, f"{_number(one)} GPUs") for one in claims[:3]),
        ),
        claimed=f"{world.processes} processes",
        expected=f"{_number(claim)} processes",
        derivation=(
            Step.exact(
                "processes per node * nodes" if not world.total else "processes",
                substituted,
                f"{world.processes} processes",
                tuple(_operand(subject, flag) for flag in places),
                world.processes,
            ),
        ),
    )


def ranks(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Node ranks count from 0 to nodes - 1, and where several commands list them, none is left out."""
    options = rule.options
    listed: dict[tuple[int, tuple[str, ...], tuple[Span, ...]], list[Flag]] = {}
    for command in commands(subject.document):
        nodes, rank = command.first(options["nodes"]), command.first(options["rank"])
        if nodes is None or rank is None or nodes.number is None or rank.number is None:
            continue
        spans = (rank.place, nodes.place)
        if rank.number < nodes.number:
            yield rule.held(spans, f"rank {rank.number} of {nodes.number} nodes")
            listed.setdefault((nodes.number, command.programs, command.section), []).append(rank)
            continue
        yield rule.contradicted(
            spans,
            f"node rank {rank.number}, but {nodes.number} node{'s' if nodes.number != 1 else ''} count from 0 to {nodes.number - 1}",
            Place(rank.place, f"{rank.name} {rank.number}"),
            related=(Place(nodes.place, f"{nodes.name} {nodes.number}"),),
            claimed=f"rank {rank.number}",
            expected=f"rank {nodes.number - 1} at most",
            derivation=(
                Step.exact(
                    "nodes - 1",
                    f"{nodes.number} - 1",
                    f"{nodes.number - 1} is the last rank",
                    (_operand(subject, nodes),),
                    nodes.number - 1,
                ),
            ),
        )
    for (count, _programs, _section), found in listed.items():
        seen = {flag.number for flag in found}
        if len(found) < 2 or count > 64:
            continue
        missing = sorted(set(range(count)) - seen)
        places = tuple(flag.place for flag in found)
        if len(found) > len(seen) and missing:
            yield rule.contradicted(
                places,
                f"{len(found)} commands for {count} nodes, but rank {_twice(found)} is given twice and rank {missing[0]} never",
                Place(found[-1].place, f"rank {found[-1].value}"),
                severity=Severity.WARNING,
                related=tuple(Place(flag.place, f"rank {flag.value}") for flag in found[:-1][:_MOST]),
                claimed=f"rank {found[-1].value}",
                expected=f"rank {missing[0]}",
            )
        elif missing and len(found) < count:
            yield rule.undetermined(places, f"{len(found)} of {count} nodes are shown")


def _twice(flags: Sequence[Flag]) -> str:
    values = [flag.value for flag in flags]
    return next(value for value in values if values.count(value) > 1)


def visible(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A launch starts no more processes on a node than CUDA_VISIBLE_DEVICES shows, and each device is listed once."""
    options = rule.options
    set_before: tuple[Flag, list[str], tuple[Span, ...]] | None = None
    for command in commands(subject.document):
        current = set_before
        for variable in command.variables:
            if variable.name not in options["variables"]:
                continue
            devices = [one.strip() for one in variable.value.split(",")]
            if not all(one.isascii() and one.isdigit() for one in devices):
                current = None
                continue
            current = (variable, devices, command.section[:-1])
            if len(set(devices)) < len(devices):
                twice = next(one for one in devices if devices.count(one) > 1)
                yield rule.contradicted(
                    (variable.place,),
                    f"{variable.name} lists device {twice} twice",
                    Place(variable.place, f"{len(devices)} entries, {len(set(devices))} devices"),
                    claimed=variable.value[:60],
                    expected="each device once",
                )
        if command.lasting:
            set_before = current
        if current is None or command.section[:-1] != current[2]:
            continue
        world = _world(subject, command, options)
        if world is None or world.total:
            continue
        variable, devices, _ = current
        spans = (variable.place, world.per_node_flag.place)
        if world.per_node <= len(devices):
            yield rule.held(spans, f"{world.per_node} processes on {len(devices)} visible devices")
            continue
        yield rule.contradicted(
            spans,
            f"{world.per_node} processes per node, but {variable.name} shows {len(devices)} devices",
            Place(world.per_node_flag.place, f"{world.per_node_flag.name} {world.per_node}"),
            related=(Place(variable.place, f"{len(devices)} devices"),),
            claimed=f"{world.per_node} processes",
            expected=f"{len(devices)} at most",
            derivation=(
                Step.exact(
                    "processes - visible devices",
                    f"{world.per_node} - {len(devices)}",
                    f"{world.per_node - len(devices)} processes without a device",
                    (
                        _operand(subject, world.per_node_flag),
                        Operand("visible devices", variable.value[:80], *exactly(len(devices)), variable.place),
                    ),
                    world.per_node - len(devices),
                ),
            ),
        )


def _single_machine(subject: Subject) -> tuple[Claim, ...]:
    """Return the claims of the only number of GPUs that a report states outside its commands, beside their name: `1 x RTX 3090`."""
    found = _stated(subject, "gpus")
    named = all(find_hardware(claim.text) for claim in found)
    return tuple(found) if named and len({_number(claim) for claim in found}) == 1 and not subject.quantities(("nodes",)) else ()


def crowded(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A launch starts no more processes on a node than the node has GPUs."""
    options = rule.options
    claims = _stated(subject, "gpus.per_node")
    single = () if claims else _single_machine(subject)
    if not claims and not single:
        return
    most = max(claims or single, key=_number)
    for command in commands(subject.document):
        world = _world(subject, command, options)
        if world is None or world.total or (single and world.nodes != 1):
            continue
        spans = (world.per_node_flag.place, most.span)
        if world.per_node <= _number(most):
            yield rule.held(spans, f"{world.per_node} processes on {_number(most)} GPUs of a node")
            continue
        if most.confidence is not Confidence.HIGH and not single:
            yield rule.undetermined(spans, "the GPUs of a node are not certain")
            continue
        yield rule.contradicted(
            spans,
            f"{world.per_node} processes per node, but a node has {_number(most)} GPUs",
            Place(world.per_node_flag.place, f"{world.per_node_flag.name} {world.per_node}"),
            related=(Place(most.span, f"{_number(most)} GPUs per node"),),
            severity=None if len({_number(claim) for claim in claims}) == 1 else Severity.WARNING,  # of a machine that prose describes too
            claimed=f"{world.per_node} processes",
            expected=f"{_number(most)} at most",
            derivation=(
                Step.exact(
                    "processes - GPUs of a node",
                    f"{world.per_node} - {_number(most)}",
                    f"{world.per_node - _number(most)} processes without a GPU",
                    (_operand(subject, world.per_node_flag), operand(most)),
                    world.per_node - _number(most),
                ),
            ),
        )


# --- the plan


def contradicted_plan(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A flag sets what the plan says it is: `--tensor-parallel-size 4` beside TP 8. A comment says what a setting may be, not the plan."""
    quantities = frozenset(rule.options["quantities"])
    statements = subject.document.statements
    said: dict[str, list[Claim]] = {}
    flagged: list[Claim] = []
    for claim in subject.claims:
        low = claim.interval.low
        if claim.quantity not in quantities or claim.source or low is None or not claim.interval.is_exact or low.denominator != 1:
            continue
        if statements[claim.statement].kind is Kind.FLAG:
            if claim.role is Role.ACTUAL and claim.confidence is Confidence.HIGH and not claim.plan.startswith(RUN):
                flagged.append(claim)
        elif claim.plan == "main" and claim.role is Role.ACTUAL and not claim.scope.member and not statements[claim.statement].comment:
            said.setdefault(claim.quantity, []).append(claim)
    everywhere = {
        quantity: {
            _number(claim)
            for claim in subject.quantities([quantity])
            if subject.statement(claim).kind is not Kind.FLAG and claim.interval.is_exact
        }
        for quantity in quantities
    }
    set_to: dict[str, set[int]] = {}
    for claim in flagged:
        set_to.setdefault(claim.quantity, set()).add(_number(claim))
    for claim in flagged:
        claims = said.get(claim.quantity, [])
        number = _number(claim)
        spans = (claim.span, *(one.span for one in claims[:_MOST]))
        if not claims:
            continue
        name = statements[claim.statement].path[-1].text.content
        if number in everywhere[claim.quantity]:
            yield rule.held(spans, f"{name} {number} as the plan says")
            continue
        figures = {_number(one) for one in claims}
        sure = [one for one in claims if one.confidence is not Confidence.LOW]
        if len(figures) != 1 or not sure or len(set_to[claim.quantity]) != 1:
            yield rule.undetermined(spans, f"several values are stated for {claim.symbol.upper()}")
            continue
        yield rule.contradicted(
            spans,
            f"{name} {number}, but the plan says {claim.symbol.upper()} {_number(sure[0])}",
            Place(claim.span, f"{name} {number}"),
            related=tuple(Place(one.span, f"{one.symbol.upper()} {_number(one)}") for one in sure[:_MOST]),
            claimed=str(number),
            expected=str(_number(sure[0])),
            derivation=(
                Step.exact(
                    f"{claim.symbol} in the command - {claim.symbol} in the plan",
                    f"{number} - {_number(sure[0])}",
                    f"{number - _number(sure[0])}",
                    (
                        Operand(claim.symbol, str(number), *exactly(number), claim.span),
                        Operand(claim.symbol, str(_number(sure[0])), *exactly(_number(sure[0])), sure[0].span),
                    ),
                    number - _number(sure[0]),
                ),
            ),
        )


# --- the command itself


def repeated(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A command gives a flag one value."""
    several = frozenset(rule.options["repeatable"])
    quantities = {
        claim.span
        for claim in subject.claims
        if not claim.source and claim.quantity != "other" and subject.statement(claim).kind is Kind.FLAG
    }
    for command in commands(subject.document):
        seen: dict[tuple[str, tuple[str, ...]], Flag] = {}
        for flag in command.flags:
            if not flag.name.startswith("-") or len(flag.plain) < 2 or flag.plain in several or not flag.value or "." in flag.plain:
                continue
            if not flag.sure or "=" in flag.value:  # pairs are collected
                continue
            key = (flag.plain, flag.programs)
            first = seen.setdefault(key, flag)
            if first is flag or first.value == flag.value or not (_sets(first, quantities) and _sets(flag, quantities)):
                continue
            yield rule.contradicted(
                (first.place, flag.place),
                f"{flag.name} is given twice: {_short(first.value)} and {_short(flag.value)}; the last one counts",
                Place(flag.place, f"{_short(flag.value)} counts"),
                related=(Place(first.place, f"{_short(first.value)} is lost"),),
                claimed=_short(flag.value),
                expected=_short(first.value),
            )


def _sets(flag: Flag, quantities: Set[Span]) -> bool:
    """Tell whether a flag sets a figure: it states a quantity, or its value is a number. Names and pairs are often collected."""
    within = (flag.place.start <= span.start and span.end <= flag.place.end for span in quantities)
    return _is_number(flag.value) or any(within)


def _is_number(value: str) -> bool:
    return value.replace(".", "", 1).isdecimal()


def misspelt(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A flag of a known program is one that the program knows: what is nearly one of them is a slip."""
    programs: Mapping[str, Mapping[str, Any]] = rule.options["programs"]
    for command in commands(subject.document):
        for flag in command.flags:
            known = _known(flag, programs)
            if known is None or not flag.name.startswith("--"):
                continue
            name, spec = known
            flags = _flags(name, tuple(spec["flags"]))
            plain = flag.plain.split(".", 1)[0].split("[", 1)[0]
            if plain in flags or plain.removeprefix("no_") in flags or any(one.startswith(plain) for one in flags):
                yield rule.held((flag.name_place,), f"{name} knows {flag.name}")
                continue
            close = _closest(plain, flags)
            if close is None:
                if spec.get("complete"):
                    yield rule.contradicted(
                        (flag.name_place,),
                        f"{name} has no flag {flag.name}",
                        Place(flag.name_place, "unknown"),
                        severity=Severity.INFO,
                        claimed=flag.name,
                        expected=f"a flag of {name}",
                    )
                else:
                    yield rule.undetermined((flag.name_place,), f"{flag.name} is not among the flags known of {name}")
                continue
            spelt = _as_written(flag.name, close)
            yield rule.contradicted(
                (flag.name_place,),
                f"{name} has no flag {flag.name}; did you mean {spelt}?",
                Place(flag.name_place, f"{spelt}?"),
                claimed=flag.name,
                expected=spelt,
            )


def _known(flag: Flag, programs: Mapping[str, Mapping[str, Any]]) -> tuple[str, Mapping[str, Any]] | None:
    if not flag.programs:
        return None
    written = " ".join(flag.programs[-1].split())
    base = written.rsplit("/", 1)[-1]
    for name, spec in programs.items():
        if written in spec["called"] or base in spec["called"]:
            return name, spec
    return None


@lru_cache(maxsize=32)
def _flags(name: str, flags: tuple[str, ...]) -> frozenset[str]:
    return frozenset(flag.lstrip("-").replace("-", "_") for flag in flags)


def _closest(name: str, known: frozenset[str]) -> str | None:
    from difflib import get_close_matches  # only an unknown name needs it

    if not 4 <= len(name) <= 60:
        return None
    close = get_close_matches(name, sorted(one for one in known if abs(len(one) - len(name)) <= 3), n=1, cutoff=_CLOSE)
    return close[0] if close else None


def _as_written(name: str, close: str) -> str:
    return "--" + (close if "_" in name else close.replace("_", "-"))


def unread(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """A variable with a library's prefix is one that the library reads."""
    families: Mapping[str, Mapping[str, Any]] = rule.options["families"]
    text = subject.document.source.text
    done: set[str] = set()
    for command in commands(subject.document):
        for variable in command.variables:
            name = variable.name
            found = next(((prefix, family) for prefix, family in families.items() if name.startswith(prefix)), None)
            if found is None or name in done:
                continue
            done.add(name)
            family = found[1]
            known = frozenset(family["known"])
            if name in known or any(name.startswith(one) for one in family.get("groups", ())):
                yield rule.held((variable.name_place,), f"{family['reader']} reads {name}")
                continue
            if any(
                sign + name in text
                for sign in ("$", "${", 'environ["', "environ['", 'getenv("', "getenv('", 'environ.get("', "environ.get('")
            ):
                yield rule.undetermined((variable.name_place,), f"the report's own code reads {name}")
                continue
            close = _closest(name, known)
            if close is None and not family.get("complete"):
                yield rule.undetermined((variable.name_place,), f"{name} is not among the variables known of {family['reader']}")
                continue
            yield rule.contradicted(
                (variable.name_place,),
                f"{name} is not a variable that {family['reader']} reads" + (f"; did you mean {close}?" if close else ""),
                Place(variable.name_place, f"{close}?" if close else "read by nothing"),
                claimed=name,
                expected=close or f"a variable of {family['reader']}",
            )


# --- process groups built in code


def grouped(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Process groups built in code are a partition of the ranks, as large as their degree; a pipeline group joins all stages."""
    built = [one for one in code_of(subject.document)[0] if one.kind != "group"]
    if not built:
        return
    worlds = [claim for quantity in ("gpus", "gpus.available") for claim in _stated(subject, quantity)]
    degrees = {kind: _stated(subject, quantity) for kind, quantity in _GROUP_DEGREES.items()}
    partitions = {one.kind: one for one in built}
    for one in built:
        problem = (
            _beyond(rule, one, worlds)
            or _shared(rule, one)
            or _of_no_stage(rule, one, partitions.get("tensor group"), degrees["pipeline group"])
            or _wrong_size(rule, one, degrees.get(one.kind, []))
        )
        if problem is None:
            yield rule.held((one.span,), f"{len(one.groups)} {one.kind}s of {len(one.groups[0])} ranks")
        else:
            yield Outcome(rule.code, Verdict.CONTRADICTED, (one.span,), problem.message, problem)


_GROUP_DEGREES: Final = {"tensor group": "parallel.tensor", "pipeline group": "parallel.pipeline"}


def _beyond(rule: Rule, one: Built, worlds: Sequence[Claim]) -> Finding | None:
    if not worlds:
        return None
    claim = max(worlds, key=_number)
    last = max(group.last or 0 for group in one.groups)
    if last < _number(claim):
        return None
    group = next(group for group in one.groups if group.last == last)
    return rule.finding(
        f"the {one.kind}s reach rank {last}, but {_number(claim)} GPUs have ranks 0 to {_number(claim) - 1}",
        Place(one.span, f"rank {last} in {group}"),
        related=(Place(claim.span, f"{_number(claim)} GPUs"),),
        claimed=f"rank {last}",
        expected=f"rank {_number(claim) - 1} at most",
        derivation=(
            Step.exact(
                "GPUs - 1", f"{_number(claim)} - 1", f"{_number(claim) - 1} is the last rank", (operand(claim),), _number(claim) - 1
            ),
        ),
    )


def _shared(rule: Rule, one: Built) -> Finding | None:
    twice = overlaps([Group("", group) for group in one.groups[:_MOST_GROUPS]], most=1)
    if not twice:
        return None
    first, second = one.groups[twice[0].left], one.groups[twice[0].right]
    return rule.finding(
        f"rank {twice[0].ids.first} is in two {one.kind}s, {first} and {second}; each rank belongs to one",
        Place(one.span, "groups that overlap"),
        claimed=str(second),
        expected="groups without a common rank",
        derivation=(
            Step.exact(
                "ranks in both - different ranks",
                f"{len(first)} + {len(second)} - {len(first | second)}",
                f"{len(first & second)} ranks twice",
                tuple(Operand("group", str(ids), *exactly(len(ids)), one.span) for ids in (first, second)),
                len(first & second),
            ),
        ),
    )


def _of_no_stage(rule: Rule, one: Built, tensor: Built | None, depths: Sequence[Claim]) -> Finding | None:
    """Pipeline groups that are the tensor groups again join no two stages."""
    if one.kind != "pipeline group" or tensor is None or set(one.groups) != set(tensor.groups) or len(one.groups[0]) < 2:
        return None
    depth = next((claim for claim in depths if _number(claim) > 1), None)
    stages = f"the {_number(depth)} stages" if depth is not None else "the stages"
    return rule.finding(
        f"the pipeline groups are the tensor groups again ({one.groups[0]}, ...); a pipeline group joins one rank of each of {stages}",
        Place(one.span, "pipeline groups"),
        related=(Place(tensor.span, "tensor groups"), *([Place(depth.span, f"PP {_number(depth)}")] if depth is not None else [])),
        claimed=str(one.groups[0]),
        expected=f"one rank of each of {stages}",
    )


def _wrong_size(rule: Rule, one: Built, claims: Sequence[Claim]) -> Finding | None:
    sizes = {len(group) for group in one.groups}
    figures = {_number(claim) for claim in claims}
    if not figures or sizes & figures:
        return None
    claim, size = claims[0], len(one.groups[0])
    return rule.finding(
        f"{one.kind}s of {size} ranks, but {claim.symbol.upper()} is {_number(claim)}",
        Place(one.span, f"{size} ranks"),
        severity=None if len(figures) == 1 and claim.confidence is not Confidence.LOW else Severity.WARNING,
        related=(Place(claim.span, f"{claim.symbol.upper()} {_number(claim)}"),),
        claimed=f"{size} ranks",
        expected=f"{_number(claim)} ranks",
        derivation=(
            Step.exact(
                "ranks - degree",
                f"{size} - {_number(claim)}",
                str(size - _number(claim)),
                (Operand("ranks", str(one.groups[0]), *exactly(size), one.span), operand(claim)),
                size - _number(claim),
            ),
        ),
    )


def placed(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Code that places layers gives a GPU no more than the layers of its stage."""
    depths, layers = _stated(subject, "parallel.pipeline"), _stated(subject, "model.layers")
    found = code_of(subject.document)[1] if depths and layers else []
    if (
        not found
        or len({_number(claim) for claim in depths}) != 1
        or len({_number(claim) for claim in layers}) != 1
        or _number(depths[0]) < 2
    ):
        return
    depth, total = _number(depths[0]), _number(layers[0])
    most = -(-total // depth)
    for one in found:
        spans = (one.span, depths[0].span, layers[0].span)
        if one.layers <= most + 1:
            yield rule.held(spans, f"{one.layers} layers for rank {one.rank}")
            continue
        yield rule.contradicted(
            spans,
            f"the code gives {one.layers} layers to GPU {one.rank}, but a stage of PP {depth} holds {most} of the {total}",
            Place(one.span, f"{one.layers} layers for each of these GPUs"),
            related=(Place(depths[0].span, f"PP {depth}"), Place(layers[0].span, f"{total} layers")),
            claimed=f"{one.layers} layers",
            expected=f"{most} layers",
            derivation=(
                Step.exact(
                    "layers / PP",
                    f"{total} / {depth}",
                    f"{figure(Fraction(total, depth), UNITS['1'])} layers in a stage",
                    (operand(layers[0]), operand(depths[0])),
                    Fraction(total, depth),
                ),
            ),
        )


# --- small parts


def _is(program: str, launchers: Sequence[str]) -> bool:
    words = program.split()
    return bool(words) and (words[0].rsplit("/", 1)[-1] in launchers or " ".join(words) in launchers)


def _stated(subject: Subject, quantity: str) -> list[Claim]:
    """Return what the report says outside of commands, as whole numbers, the surest first."""
    statements = subject.document.statements
    found = [
        claim
        for claim in subject.quantities([quantity])
        if claim.role is Role.ACTUAL
        and not claim.source
        and not claim.bound
        and not claim.scope.member
        and claim.interval.is_exact
        and claim.interval.low is not None
        and claim.interval.low.denominator == 1
        and statements[claim.statement].kind is not Kind.FLAG
    ]
    return sorted(found, key=lambda claim: (claim.plan != "main", -claim.confidence.rank, claim.span))


def _number(claim: Claim) -> int:
    low = claim.interval.low
    return 0 if low is None else low.numerator


def _operand(subject: Subject, flag: Flag) -> Operand:
    number = flag.number or 0
    return Operand(flag.plain, subject.document.source.text[flag.place.start : flag.place.end][:80], *exactly(number), flag.place)


def _short(value: str) -> str:
    return value if len(value) <= 40 else value[:37] + "..."
