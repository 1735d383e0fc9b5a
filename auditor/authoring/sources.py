"""Data files with places: YAML read into plain data that knows, key by key, where each value stands.

Only the plain part of YAML is accepted: no anchors, aliases, merge keys, tags or several documents, no duplicate keys.
Errors are `RuleError`s with file, line and column.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field
from typing import Any, Final

import yaml

from auditor.errors import RuleError
from auditor.records import dataclass

__all__ = ["Place", "Sheet", "read_sheet"]

MAX_CHARACTERS: Final = 2_000_000
MAX_NESTING: Final = 24
_INTEGER: Final = re.compile(r"[-+]?[0-9][0-9_]{0,39}\Z")

Key = str | int
Plain = dict[str, Any] | list[Any] | str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column, from 1, of a value; `direct` if its characters stand there one to one."""

    line: int
    column: int
    direct: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A data file: its data, and the place of every key and value by path."""

    path: str
    text: str
    data: Any
    places: dict[tuple[Key, ...], Place] = field(default_factory=dict)

    def place(self, route: Sequence[Key]) -> Place:
        """Return the place of the value at `route`, or of the nearest thing around it."""
        steps = tuple(route)
        while steps and steps not in self.places:
            steps = steps[:-1]
        return self.places.get(steps, Place(1, 1))

    def error(self, message: str, route: Sequence[Key] = (), offset: int = 0) -> RuleError:
        """Return the error that says `message` of the value at `route`, `offset` characters into it."""
        place = self.place(route)
        column = place.column + offset if place.direct else place.column
        return RuleError(message, path=self.path, line=place.line, column=column)


def read_sheet(text: str, path: str) -> Sheet:
    """Read YAML text; RuleError with its place where it is not plain YAML."""
    if len(text) > MAX_CHARACTERS:
        raise RuleError(f"longer than {MAX_CHARACTERS} characters", path=path)
    try:
        node = yaml.compose(text, Loader=_PlainLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = ", ".join(part for part in (error.context, error.problem) if part)
        raise RuleError(
            f"not readable as YAML: {said}",
            path=path,
            line=mark.line + 1 if mark else None,
            column=mark.column + 1 if mark else None,
        ) from error
    except yaml.YAMLError as error:
        raise RuleError(f"not readable as YAML: {str(error).splitlines()[0]}", path=path) from error
    except RecursionError as error:
        raise RuleError("nested too deeply", path=path) from error
    sheet = Sheet(path, text, None)
    data = None if node is None else _Builder(sheet).build(node, ())
    return Sheet(path, text, data, sheet.places)


class _PlainLoader(yaml.SafeLoader):
    """Refuses anchors and aliases before they can multiply."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise yaml.MarkedYAMLError(problem="anchors and aliases are not allowed", problem_mark=event.start_mark)
        return super().compose_node(parent, index)


class _Builder:
    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    def build(self, node: yaml.Node, route: tuple[Key, ...]) -> Plain:
        place = self.place(node)
        self.sheet.places[route] = place
        if len(route) > MAX_NESTING:
            raise RuleError("nested too deeply", path=self.sheet.path, line=place.line, column=place.column)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, route)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*route, index)) for index, item in enumerate(node.value)]
        return self.scalar(node)

    def mapping(self, node: yaml.MappingNode, route: tuple[Key, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            place = self.place(key_node)
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag == "tag:yaml.org,2002:merge":
                raise RuleError("a key must be a plain word", path=self.sheet.path, line=place.line, column=place.column)
            if key in found:
                raise RuleError(f"the key {key!r} stands twice", path=self.sheet.path, line=place.line, column=place.column)
            found[key] = self.build(value_node, (*route, key))
        return found

    def place(self, node: yaml.Node) -> Place:
        start, end = node.start_mark, node.end_mark
        style = node.style if isinstance(node, yaml.ScalarNode) else ""
        direct = isinstance(node, yaml.ScalarNode) and start.line == end.line and "\\" not in node.value
        quoted = 1 if style in ("'", '"') and direct else 0
        return Place(start.line + 1, start.column + 1 + quoted, direct)

    def scalar(self, node: yaml.Node) -> str | int | float | bool | None:
        text, kind = str(node.value), node.tag.rpartition(":")[2]
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() in ("true", "yes", "on", "y")
        if kind == "int" and _INTEGER.match(text):
            return int(text.replace("_", ""))
        if kind == "float":
            try:
                return float(text.replace("_", ""))
            except ValueError:
                return text
        return text
