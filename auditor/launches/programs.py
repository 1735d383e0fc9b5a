"""Programs as data: their names, options and ways of counting, read from the index.

Options are found by their spelling without dashes, `_` for `-`, in small letters; a key of a nested configuration by the end
of its path (`rollout.tensor_model_parallel_size`), the longest that a program knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from auditor import index
from auditor.records import dataclass

__all__ = ["GENERIC", "Option", "Program", "by_program_words", "carried", "named_in", "plain", "programs", "signature"]

GENERIC: Final = "generic"
"""The keys that configurations of no particular program use: `gpus`, `precision`, `zero_stage`."""
_WORDS: Final = re.compile(r"[\s/\"'=,:;()\[\]{}<>]+")
_DEPTH: Final = 4
_TELLING: Final = 4
"""Options that tell a program, where each is known to others too."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option or key of a program."""

    spelled: str
    name: str
    """What rules call it; options of several programs that mean the same have the same name."""
    kind: str
    """`count`, `size` (32k), `share`, `switch`, `list`, `text`."""
    default: str
    says: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Program:
    """One framework, launcher or form of configuration."""

    name: str
    title: str
    checked: str
    sources: tuple[str, ...]
    starts: tuple[str, ...]
    """The words of a command that start it; with `=` before it, nothing else may stand there (`vllm bench serve` is a client)."""
    words: tuple[str, ...]
    """The words by which a configuration names it."""
    options: Mapping[str, Option]
    """By spelling, dotted where only a nested key means it."""
    world: str
    """Processes it starts or GPUs it takes, as an expression of setting names; empty where another program starts it."""
    launcher: bool
    trains: bool = False
    """What it starts has a backward pass."""

    def option(self, keys: Sequence[str]) -> tuple[Option, int] | None:
        """Return the option that a path of keys (or one flag) means, by the longest end of the path that is known, and that length."""
        for depth in range(min(_DEPTH, len(keys)), 0, -1):
            found = self.options.get(".".join(keys[-depth:]))
            if found is not None:
                return found, depth
        return None


def plain(spelled: str) -> str:
    """Return an option's spelling without dashes in front, `_` for `-`, in small letters but for one letter: `-N` is not `-n`."""
    word = spelled.strip().lstrip("-+").replace("-", "_")
    return word if len(word) == 1 else word.lower()


@lru_cache(maxsize=1)
def programs() -> Mapping[str, Program]:
    """Return every program by name, in the order of the index."""
    return {name: _program(name, entry) for name, entry in index.data("programs").items()}


def _program(name: str, entry: Mapping[str, Any]) -> Program:
    options: dict[str, Option] = {}
    for spelled, told in entry.get("options", {}).items():
        option = _option(str(spelled), told or {})
        for one in (spelled, *option.also):
            options.setdefault(plain(str(one)), option)
    return Program(
        name=name,
        title=entry["title"],
        checked=str(entry.get("checked", "")),
        sources=tuple(entry.get("sources", ())),
        starts=tuple(entry.get("starts", ())),
        words=tuple(entry.get("words", ())),
        options=options,
        world=entry.get("world", ""),
        launcher=bool(entry.get("launcher", False)),
        trains=bool(entry.get("trains", False)),
    )


def _option(spelled: str, told: Mapping[str, Any]) -> Option:
    return Option(
        spelled=spelled,
        name=str(told.get("is", spelled.rsplit(".", 1)[-1].replace("-", "_").lower())),
        kind=str(told.get("kind", "count")),
        default=str(told.get("default", "")),
        says=str(told.get("says", "")),
        also=tuple(map(str, told.get("also", ()))),
    )


def by_program_words(text: str) -> tuple[str, ...]:
    """Return the programs that the words of a command start: `python3 -m sglang.launch_server`, `torchrun`."""
    words = [word.rsplit("\\", 1)[-1].lower() for word in _WORDS.split(text) if word]
    return tuple(name for name, program in programs().items() if any(_starts(words, start) for start in program.starts))


def _starts(words: Sequence[str], start: str) -> bool:
    if start.startswith("="):
        return words == [start[1:]]
    wanted = start.lower().split()
    if len(wanted) > 1:
        return any(words[at : at + len(wanted)] == wanted for at in range(len(words)))
    return any(word == start or word.startswith(f"{start}.") or word == f"{start}.py" for word in words)


def named_in(text: str) -> tuple[str, ...]:
    """Return the programs that a short text names: `vllm 0.25.0`, `lmsysorg/sglang:v0.5`."""
    words = {part for word in _WORDS.split(text.lower()) for part in (word, *word.replace("==", "-").split("-"))}
    joined = {word.replace("_", "-") for word in words} | words
    return tuple(name for name, program in programs().items() if any(word in joined for word in program.words))


@lru_cache(maxsize=1)
def _owners() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, program in programs().items():
        for spelled in program.options:
            found.setdefault(spelled, []).append(name)
    return {spelled: tuple(names) for spelled, names in found.items()}


def signature(paths: Iterable[Sequence[str]], known_already: Sequence[str] = ()) -> str:
    """Return the one further program that these options tell: it alone knows two of them, or by far the most; else the empty string."""
    alone: dict[str, set[str]] = {}
    known: dict[str, set[str]] = {}
    for keys in paths:
        for depth in range(min(_DEPTH, len(keys)), 0, -1):
            spelled = ".".join(keys[-depth:])
            owners = [name for name in _owners().get(spelled, ()) if name != GENERIC and name not in known_already]
            for name in owners:
                (alone if len(owners) == 1 else known).setdefault(name, set()).add(spelled)
            if owners:
                break
    sure = [name for name, spelled in alone.items() if len(spelled) > 1]
    if sure:
        return sure[0] if len(sure) == 1 else ""
    counts = sorted(((len(spelled | alone.get(name, set())), name) for name, spelled in known.items()), reverse=True)
    most, second = (*counts, (0, ""), (0, ""))[:2]
    return most[1] if most[0] >= _TELLING and most[0] >= second[0] + 2 else ""


def carried(paths: Iterable[Sequence[str]], name: str) -> bool:
    """Tell whether a configuration only carries options of a program: as many of the others it sets are known to other programs alone.

    A trainer's own file takes options of the library below it over, and starts that library in its own way.
    """
    own = foreign = 0
    for keys in paths:
        owners = next((found for depth in range(min(_DEPTH, len(keys)), 0, -1) if (found := _owners().get(".".join(keys[-depth:])))), ())
        serious = [one for one in owners if one == name or (one != GENERIC and not programs()[one].launcher)]
        own += serious == [name]
        foreign += bool(serious) and name not in serious
    return foreign >= max(own, 2)
