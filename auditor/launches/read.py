"""From statements to launches: the flags of each command, the keys of each configuration, under the names of their programs.

A command is a launch. A configuration is one launch as long as it says one thing of each option; where it says two (a prefill
and a decode block, two services of a list), each part is a launch of its own with what stands above both. A value that is
not known before the launch (`$1`, a template, a variable with two values) is a setting without a value, never a default.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from typing import Final

from auditor.launches.model import Launch, Setting
from auditor.launches.programs import GENERIC, Option, by_program_words, carried, named_in, plain, programs, signature
from auditor.launches.worlds import with_world
from auditor.records import dataclass
from auditor.remember import remembered
from auditor.spans import Span
from auditor.statements import Document, Kind, LabelKind, Statement, lasting

__all__ = ["launches"]

_MOST: Final = 6000
_LONGEST: Final = 400
_GROUPED: Final = re.compile(r"\d{1,3}(?:,\d{3})+")
_NUMBER: Final = re.compile(r"[+-]?(?:\d[\d_]{0,17}(?:\.\d{0,12})?|\.\d{1,12})(?:[eE][+-]?\d{1,2})?")
_SIZE: Final = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)([kKmMgG]?)")
_SCALES: Final = {"": 1, "k": 1000, "m": 10**6, "g": 10**9, "K": 1024, "M": 1024**2, "G": 1024**3}
_OPEN: Final = re.compile(r"[$<>{}]|\.\.\.|…")
_VARIABLE: Final = re.compile(r"\$\{?([A-Za-z_]\w{0,99})")
_VERSION: Final = re.compile(r"(?<![\w.])v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?")
_PAIR: Final = re.compile(r"([A-Za-z0-9_.\-]{1,60})\s{0,3}[:=@ ]=?\s{0,3}v?(\d{1,4}\.\d{1,4}(?:\.\d{1,4})?)")
_ON: Final = frozenset(("true", "on", "yes", "1"))
_OFF: Final = frozenset(("false", "off", "no", "0", "none", "null", "disabled"))
_NAMING: Final = frozenset(
    (
        "engine",
        "framework",
        "backend",
        "runtime",
        "image",
        "inference_engine",
        "serving_engine",
        "server",
        "trainer",
        "launcher",
        "stack",
        "inference_backend",
        "runner",
        "library",
        "tool",
        "repository",
        "rollout.name",
        "vllm_version",
        "sglang_version",
    )
)
_CLUSTER: Final = "kubernetes"
_CONTAINER: Final = "docker"
_STEP: Final = "srun"
"""What starts a task for each of the allocation, where the batch script itself runs once."""
_FILLED_IN: Final = frozenset(("nodes", "machines", "ds_nodes", "sgl_nodes", "vllm_nodes"))
"""Counts that whoever starts a script gives it: what it falls back to (`${NNODES:-1}`) is not what it runs on."""
_VERSIONS: Final = frozenset(("version", "tag", "release", "engine_version", "framework_version", "runtime_version"))


@dataclass(slots=True)
class _Leaf:
    """One value with the keys over it."""

    keys: tuple[str, ...]
    route: tuple[str, ...]
    """The keys with the places in arrays: what tells one container from another."""
    statement: Statement
    flag: bool
    program: str = ""
    """The words of the programs it is handed to."""
    last: str = ""
    """Those of the innermost of them."""
    variable: bool = False
    inside: bool = False
    """A key of the JSON or YAML that a flag of a command is given."""

    @property
    def span(self) -> Span:
        value = self.statement.value
        return value.whole if value.content else self.statement.path[-1].text.whole

    @property
    def text(self) -> str:
        return self.statement.value.content.strip()[:_LONGEST]


@dataclass(slots=True)
class _Gathered:
    commands: dict[int, list[_Leaf]] = field(default_factory=dict)
    variables: list[_Leaf] = field(default_factory=list)
    directives: list[_Leaf] = field(default_factory=list)
    blocks: list[list[_Leaf]] = field(default_factory=list)
    doubtful: frozenset[str] = frozenset()
    lasting: frozenset[int] = frozenset()
    """The commands that only set variables, for the commands after them."""


def launches(document: Document) -> tuple[Launch, ...]:
    """Return what each command and each configuration of a document sets, in the order of the text."""
    if not programs():
        return ()
    gathered = _gather(document)
    about = _about(document)
    found = [*_of_commands(document, gathered, about), *_of_blocks(document, gathered, about)]
    return tuple(with_world(launch) for launch in found if launch.settings)


def _gather(document: Document) -> _Gathered:
    gathered = _Gathered(lasting=lasting(document.statements[:_MOST]))
    assigned: dict[str, set[str]] = {}
    before: tuple[str, ...] | None = None
    for statement in document.statements[:_MOST]:
        leaf = None if statement.struck or not statement.path else _leaf(statement)
        if leaf is None:
            before = before if statement.kind in (Kind.HEAD, Kind.CODE, Kind.ENTRY, Kind.ITEM) else None
            continue
        if leaf.variable and not leaf.keys[:-1]:
            assigned.setdefault(statement.path[-1].text.content, set()).add(leaf.text)
        if leaf.keys[:-1] or statement.kind in (Kind.ENTRY, Kind.ITEM):
            outside = tuple(
                label.text.content for label in statement.path if label.kind in (LabelKind.HEADING, LabelKind.FILE, LabelKind.LEAD)
            )
            if any(label.kind is LabelKind.FLAG for label in statement.path[:-1]) and gathered.commands:
                _last_of(gathered.commands, leaf).append(leaf)
                continue
            if outside != before:
                gathered.blocks.append([])
                before = outside
            gathered.blocks[-1].append(leaf)
            continue
        before = None
        if leaf.program.lower() == "sbatch":
            gathered.directives.append(leaf)
        elif leaf.variable:
            gathered.variables.append(leaf)
            gathered.commands.setdefault(statement.group, [])
        else:
            gathered.commands.setdefault(statement.group, []).append(leaf)
    gathered.doubtful = frozenset(name for name, values in assigned.items() if len(values) > 1)
    return gathered


def _last_of(commands: dict[int, list[_Leaf]], leaf: _Leaf) -> list[_Leaf]:
    """Return the command a key inside a flag's value belongs to: the last one of its program."""
    last = next(reversed(commands))
    same = bool(commands[last]) and commands[last][-1].program == leaf.program
    return commands.setdefault(last if same else leaf.statement.group, [])


def _leaf(statement: Statement) -> _Leaf | None:
    """Return a flag, a variable, a leaf of a configuration or a labelled bullet; None for everything else."""
    if statement.kind is Kind.ITEM:
        return _bullet(statement)
    if statement.kind not in (Kind.FLAG, Kind.ENTRY):
        return None
    keys = [label for label in statement.path if label.kind in (LabelKind.KEY, LabelKind.INDEX, LabelKind.FLAG, LabelKind.VARIABLE)]
    if not keys or (keys[-1].kind is LabelKind.INDEX and len(keys) < 2):
        return None
    names: list[str] = []
    for label in keys:
        if label.kind is not LabelKind.INDEX:
            names += [plain(part) for part in label.text.content[:_LONGEST].split(".")]
    flag = keys[-1].kind is LabelKind.FLAG
    route = tuple(label.text.content for label in keys)
    handed = [label.text.content[:_LONGEST] for label in statement.path if label.kind is LabelKind.PROGRAM]
    inside = keys[0].kind is LabelKind.FLAG and len(keys) > 1 and not flag
    last = handed[-1] if handed else ""
    return _Leaf(tuple(names), route, statement, flag, " ".join(handed), last, keys[-1].kind is LabelKind.VARIABLE, inside)


def _bullet(statement: Statement) -> _Leaf | None:
    """Return `- Tensor parallel size: 4` as the key it spells; a bullet without a label of its own is none."""
    labels = [label for label in statement.path if label.kind is LabelKind.ITEM]
    if len(labels) != 1 or statement.path[-1] is not labels[0] or not statement.value.content.strip():
        return None
    key = "_".join(plain(labels[0].text.content[:_LONGEST].strip("`*")).split())
    return _Leaf((key,), (key,), statement, flag=False)


def _about(document: Document) -> tuple[str, ...]:
    """Return the programs that headings and comments of a document name."""
    found: dict[str, None] = {}
    for statement in document.statements[:_MOST]:
        if statement.kind in (Kind.HEADING, Kind.CODE, Kind.SENTENCE, Kind.ITEM):
            found.update(dict.fromkeys(named_in(statement.value.content[:_LONGEST])))
    return tuple(found)


# --- commands


def _of_commands(document: Document, gathered: _Gathered, about: Sequence[str]) -> Iterator[Launch]:
    slurm = gathered.directives
    for group, leaves in gathered.commands.items():
        if not leaves:
            continue
        start = leaves[0].span.start
        words = max((leaf.program for leaf in leaves), key=len)
        names = list(by_program_words(words))
        scripts = [leaf.text for leaf in leaves if leaf.keys[-1] == "script"]
        names += [name for script in scripts for name in by_program_words(script) if name not in names]
        modules = [leaf.text for leaf in leaves if leaf.keys[-1] in ("module", "m")]
        names += [name for module in modules for name in by_program_words(module) if name not in names]
        images = [leaf.text for leaf in leaves if _CONTAINER in names and leaf.flag and leaf.keys[-1] == "model"]
        names += [name for image in images for name in named_in(image) if name not in names]
        if not any(not programs()[name].launcher for name in names):
            told = signature((leaf.keys for leaf in leaves), names)
            names += [told] if told and told not in names else []
        if slurm and "slurm" not in names:
            names.append("slurm")
        if not names:
            continue
        names.sort(key=_order)
        before = {
            leaf.keys[-1]: leaf
            for leaf in gathered.variables
            if leaf.span.start <= leaves[-1].span.end and leaf.statement.group in gathered.lasting | {group}
        }
        reader = _Reader(document, gathered.doubtful, tuple(names))
        for leaf in (*slurm, *before.values(), *leaves):
            reader.take(leaf)
        versions = _versions(document.source.text[:20000], tuple(names))
        place = Span(start, max(leaf.span.end for leaf in leaves))
        if _STEP in words.split():
            reader.found[_STEP] = Setting(_STEP, _STEP, Fraction(1))
        behind = _is_behind(document.source.text, place.end)
        yield Launch(tuple(names), reader.settings, versions, command=True, place=place, behind=behind)


def _is_behind(text: str, end: int) -> bool:
    """Tell whether the line that a command ends on hands it to the background."""
    rest = text[end : end + _LONGEST].split("\n", 1)[0].rstrip()
    return rest.endswith("&") and not rest.endswith("&&")


def _order(name: str) -> tuple[bool, bool]:
    """Sort launchers before what they start, the batch system first."""
    return (not programs()[name].launcher, name != "slurm")


# --- configurations


@dataclass(slots=True)
class _Node:
    leaves: list[_Leaf] = field(default_factory=list)
    below: dict[str, _Node] = field(default_factory=dict)

    def all(self) -> Iterator[_Leaf]:
        yield from self.leaves
        for node in self.below.values():
            yield from node.all()


def _of_blocks(document: Document, gathered: _Gathered, about: Sequence[str]) -> Iterator[Launch]:
    for block in gathered.blocks:
        root = _Node()
        for leaf in block:
            node = root
            for step in leaf.route[:-1]:
                node = node.below.setdefault(step, _Node())
            node.leaves.append(leaf)
        yield from _of_node(document, gathered, root, (), about, 0)


def _of_node(
    document: Document, gathered: _Gathered, node: _Node, above: tuple[_Leaf, ...], about: Sequence[str], depth: int
) -> Iterator[Launch]:
    leaves = [*above, *node.all()]
    names = _programs_of(document, leaves, about)
    reader = _Reader(document, gathered.doubtful, names)
    for leaf in leaves:
        reader.take(leaf)
    if reader.conflicts and depth < 12 and node.below:
        shared = (*above, *node.leaves)
        for child in node.below.values():
            yield from _of_node(document, gathered, child, shared, about, depth + 1)
        return
    settings = reader.settings
    if len(settings) > len(above):
        own = [leaf.span for leaf in node.all()]
        place = Span(min(span.start for span in own), max(span.end for span in own)) if own else Span(0, 0)
        versions = _versions_of(leaves, names) or _versions(document.source.text[:20000], tuple(names))
        yield Launch(names, settings, versions, command=any(leaf.program for leaf in leaves), place=place)


def _programs_of(document: Document, leaves: Sequence[_Leaf], about: Sequence[str]) -> tuple[str, ...]:
    """Return the programs a configuration is for: as it says, as its keys tell, as its comments name; last the generic keys."""
    names: dict[str, None] = {}
    for leaf in leaves:
        if leaf.program:
            names.update(dict.fromkeys(by_program_words(leaf.program)))
        path = ".".join(leaf.keys[-2:])
        if leaf.keys[-1] in _NAMING or path in _NAMING or (leaf.keys[-1] == "name" and leaf.keys[-2:-1] and leaf.keys[-2] in _NAMING):
            names.update(dict.fromkeys(named_in(leaf.text)))
        for key in leaf.keys[:-1]:
            if key in programs() and not programs()[key].launcher and key != GENERIC:
                names[key] = None
    told = signature(leaf.keys for leaf in leaves)
    if told and not carried((leaf.keys for leaf in leaves), told):
        names[told] = None
    if not any(not programs()[name].launcher for name in names):
        listed = [name for name in about if sum(programs()[name].option(leaf.keys) is not None for leaf in leaves) > 1]
        serious = [name for name in listed if not programs()[name].launcher]
        if len(serious) == 1 and not carried((leaf.keys for leaf in leaves), serious[0]):
            names[serious[0]] = None
    ordered = sorted(names, key=_order)
    return tuple(dict.fromkeys((GENERIC, _CLUSTER, *ordered)))


# --- values


class _Reader:
    """Gathers settings: the last of two equal names counts in a command, two values are a conflict in a configuration."""

    def __init__(self, document: Document, doubtful: frozenset[str], names: Sequence[str]) -> None:
        self.document, self.doubtful, self.names = document, doubtful, names
        self.found: dict[str, Setting] = {}
        self.unset: set[str] = set()
        """What a configuration lists without a value (`null`): it tells blocks apart, and sets nothing."""
        self.conflicts: set[str] = set()
        self._rank: dict[str, int] = {}

    def take(self, leaf: _Leaf) -> None:
        """Take a leaf as an option of the program that knows the most of its path, of equals the one that is started last."""
        best: tuple[int, int, Option, bool] | None = None
        for rank, name in enumerate(self.names):
            for off in (False, True) if leaf.flag and leaf.keys[-1].startswith("no_") else (False,):
                keys = (*leaf.keys[:-1], leaf.keys[-1][3:]) if off else leaf.keys
                found = programs()[name].option(keys)
                if leaf.inside and (found is None or found[1] == 1):
                    found = programs()[name].option(keys[:1])  # a key of the value that a flag is given, and no flag of its own
                if found is not None and _is_behind_launcher(leaf, name, found[0]):
                    continue
                if found is None or (leaf.variable and not found[0].spelled.isupper()) or (off and found[0].kind != "switch"):
                    continue
                if best is None or (found[1], rank) > best[:2]:
                    best = (found[1], rank, found[0], off)
        if best is not None:
            _, rank, option, off = best
            self._put(self._setting(leaf, option, self.names[rank], off=off), rank, command=leaf.flag or leaf.variable or leaf.inside)
            if (leaf.statement.literal or leaf.text) == "null" and self.found[option.name].span == leaf.span:
                self.unset.add(option.name)
            else:
                self.unset.discard(option.name)

    @property
    def settings(self) -> dict[str, Setting]:
        """What is set to one value."""
        return {name: setting for name, setting in self.found.items() if name not in self.conflicts and name not in self.unset}

    def _put(self, setting: Setting, rank: int, *, command: bool) -> None:
        known = self.found.get(setting.name)
        if known is not None and self._rank[setting.name] > rank:
            return
        if known is not None and self._rank[setting.name] == rank and not command and _differs(known, setting):
            self.conflicts.add(setting.name)
        self.found[setting.name] = setting
        self._rank[setting.name] = rank

    def _setting(self, leaf: _Leaf, option: Option, program: str, *, off: bool) -> Setting:
        statement = leaf.statement
        items = tuple(text.content for text in statement.items)
        text = leaf.text or ",".join(items)[:_LONGEST]
        value: Fraction | None = None
        numbers: tuple[Fraction, ...] = ()
        if self._is_known(leaf, text) and not (statement.defaults and (leaf.variable or option.name in _FILLED_IN)):
            if option.kind == "switch":
                value = _switch(text, off=off)
            elif option.kind == "list":
                numbers = _numbers(items or re.split(r"[\s,;\[\]]+", text))
                value = Fraction(len(numbers)) if numbers else None
            elif option.kind != "text":
                value = _value(text, size=option.kind == "size")
        return Setting(option.name, text or ("off" if off else "on"), value, leaf.span, leaf.keys[-1], program, items=numbers)

    def _is_known(self, leaf: _Leaf, text: str) -> bool:
        if _OPEN.search(text):
            return False
        written = self.document.source.text[leaf.span.start : leaf.span.end].lstrip("\"'")
        variable = _VARIABLE.match(written)
        return variable is None or variable.group(1) not in self.doubtful


def _is_behind_launcher(leaf: _Leaf, name: str, option: Option) -> bool:
    """Tell whether a count of the world is a flag of what a launcher starts, and not its own: `srun prog -n 100` starts no 100 tasks."""
    program = programs()[name]
    counts = option.kind == "count" and option.name in program.world.split()
    return (
        counts and program.launcher and bool(program.starts) and leaf.flag and bool(leaf.last) and name not in by_program_words(leaf.last)
    )


def _differs(one: Setting, two: Setting) -> bool:
    return one.span != two.span and (one.value != two.value or (one.value is None and one.word != two.word))


def _switch(text: str, *, off: bool) -> Fraction | None:
    word = text.strip().lower()
    if not word:
        return Fraction(not off)
    if word in _ON:
        return Fraction(not off)
    return Fraction(bool(off)) if word in _OFF else None


def _value(text: str, *, size: bool) -> Fraction | None:
    word = text.strip().strip("\"'`")
    if _GROUPED.fullmatch(word):
        return Fraction(word.replace(",", ""))
    if _NUMBER.fullmatch(word):
        return Fraction(word.replace("_", ""))
    found = _SIZE.fullmatch(word) if size else None
    return Fraction(found.group(1)) * _SCALES[found.group(2)] if found else None


def _numbers(parts: Iterable[str]) -> tuple[Fraction, ...]:
    found = [_value(part, size=False) for part in parts if part.strip()]
    return tuple(value for value in found if value is not None) if None not in found else ()


# --- versions


def _versions_of(leaves: Sequence[_Leaf], names: Sequence[str]) -> Mapping[str, tuple[int, ...]]:
    """Return the version a configuration states beside the name of its program, for that program."""
    engines = [name for name in names if name != GENERIC and not programs()[name].launcher]
    found: dict[str, tuple[int, ...]] = {}
    for leaf in leaves:
        key = leaf.keys[-1]
        match = _VERSION.search(leaf.text)
        if match is None:
            continue
        told = [name for name in engines if name in key or name in named_in(leaf.text)]
        beside = key in _VERSIONS and len(engines) == 1
        if len(told) == 1 and (key in _NAMING or "version" in key or "image" in key or key == "name"):
            found[told[0]] = _parts(match.group())
        elif beside:
            found[engines[0]] = _parts(match.group())
    return found


@remembered
def _versions(text: str, names: tuple[str, ...]) -> Mapping[str, tuple[int, ...]]:
    """Return the version of each program that a text states in one way: `vllm==0.9.1`, `vllm/vllm-openai:v0.8.5`, `vLLM 0.11`."""
    found: dict[str, set[tuple[int, ...]]] = {}
    for match in _PAIR.finditer(text):
        for name in named_in(match.group(1)):
            if name in names:
                found.setdefault(name, set()).add(_parts(match.group(2)))
    return {name: next(iter(told)) for name, told in found.items() if len(told) == 1}


def _parts(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.lstrip("v").split("."))
