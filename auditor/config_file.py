"""A configuration to settings: TOML, checked key by key, everything that is wrong said at once with its place and in plain words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from auditor.config_keys import KEYS, MOST, Form, Key
from auditor.errors import ConfigError, InputError
from auditor.parse.toml import places
from auditor.read import bytes_of
from auditor.records import dataclass
from auditor.settings import Said, Settings
from auditor.spans import LineIndex, Span

__all__ = ["OPTION", "TABLE", "over", "parts", "read"]

TABLE: Final = ("tool", "auditor")
"""Where the settings stand in `pyproject.toml`."""
_MOST_EXTENDED: Final = 10
_MOST_BYTES: Final = 1_000_000
_BARE: Final = re.compile(r"[A-Za-z][\w.+/-]{0,200}")
_PLACE: Final = re.compile(r" \(at line (\d+), column (\d+)\)$")


@dataclass(slots=True)
class _Sheet:
    """One text of settings with the places of its entries, and what was found to be wrong with it."""

    path: str
    text: str
    above: tuple[str, ...] = ()
    errors: list[InputError] = field(default_factory=list)
    lines: LineIndex = field(init=False)
    spans: Mapping[tuple[str, ...], tuple[Span, Span]] = field(init=False)

    def __post_init__(self) -> None:
        self.lines = LineIndex(self.text)
        try:
            self.spans = places(self.text)
        except ValueError as error:
            raise ConfigError([InputError(f"not TOML: {error}", path=self.path, line=1, column=1)]) from None

    def said(self, *route: str, key: bool = True) -> Said:
        """Return where an entry stands: its key, or its value."""
        found = self.spans.get((*self.above, *route))
        if found is None or self.path == OPTION:
            return Said(self.path)
        point = self.lines.point(found[0 if key else 1].start)
        return Said(self.path, point.line, point.column)

    def wrong(self, message: str, *route: str, key: bool = False) -> None:
        at = self.said(*route, key=key)
        self.errors.append(InputError(message, path=at.path, line=at.line, column=at.column))


OPTION: Final = "--config"


def read(path: Path, inside: Path | None = None) -> Settings:
    """Read a configuration file and those it extends.

    `inside` is the folder that what it names must lie in: a pull request's own file must not reach what is not the repository's.
    ConfigError lists everything that is wrong, each with file, line and column.
    """
    settings = Settings()
    for sheet, table, folder in reversed(list(_chain(path, inside))):
        settings = over(settings, _settings(sheet, table, folder, inside))
    return replace(settings, origin=path)


def parts(text: str) -> Settings:
    """Read the `KEY=VALUE` of an option; paths in it are as on the command line."""
    name, _, value = text.partition("=")
    if _BARE.fullmatch(value.strip()) and value.strip() not in ("true", "false"):
        text = f'{name} = "{value.strip()}"'
    sheet = _Sheet(OPTION, text)
    return _settings(sheet, _parsed(sheet), Path(), None)


# --- files


def _chain(path: Path, inside: Path | None) -> list[tuple[_Sheet, dict[str, Any], Path]]:
    """Return a file and those it extends, each with its table; ConfigError where one cannot be had or they extend each other."""
    found: list[tuple[_Sheet, dict[str, Any], Path]] = []
    seen: set[Path] = set()
    said: InputError | None = None
    while True:
        sheet = _Sheet(str(path), _text(path, said), TABLE if path.name == "pyproject.toml" else ())
        table = _table(sheet)
        found.append((sheet, table, path.parent))
        seen.add(path.resolve())
        name = table.get("extend")
        if not isinstance(name, str) or not name:
            return found
        base = path.parent / name
        at = sheet.said("extend", key=False)
        said = InputError(f"extend: {name!r}", path=at.path, line=at.line, column=at.column)
        if problem := _outside(base, inside):
            raise ConfigError([InputError(f"extend: {problem}", path=at.path, line=at.line, column=at.column)])
        if base.resolve() in seen or len(found) >= _MOST_EXTENDED:
            message = (
                f"extend: {name!r} comes back to a file that extends it" if base.resolve() in seen else "extend: too many files in a row"
            )
            raise ConfigError([InputError(message, path=at.path, line=at.line, column=at.column)])
        path = base


def _text(path: Path, said: InputError | None) -> str:
    def fail(problem: str) -> ConfigError:
        if said is not None:
            return ConfigError([InputError(f"{said.message} {problem}", path=said.path, line=said.line, column=said.column)])
        return ConfigError([InputError(f"configuration {problem}", path=str(path))])

    try:
        return bytes_of(path, _MOST_BYTES).decode("utf-8-sig")
    except InputError as error:
        raise fail(error.message) from None
    except UnicodeDecodeError:
        raise fail("is not UTF-8; save it as UTF-8") from None


def _outside(path: Path, inside: Path | None) -> str:
    """Say what is wrong with a path that leads out of the folder it must lie in; empty where nothing is."""
    if inside is None or path.resolve().is_relative_to(inside.resolve()):
        return ""
    return f"{path} lies outside {inside}; a configuration that was found, not named, may use only what lies in its repository"


def _parsed(sheet: _Sheet) -> dict[str, Any]:
    try:
        return tomllib.loads(sheet.text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:  # a fault of TOML is a ValueError, a number of too many digits too
        message = "nested too deep" if isinstance(error, RecursionError) else _PLACE.sub("", str(error))
        if isinstance(error, ArithmeticError):
            message = "the exponent of a number is too large"
        place = _PLACE.search(str(error))
        if sheet.path == OPTION:
            raise ConfigError([InputError(f"{sheet.text!r} is not KEY=VALUE in TOML: {message}", path=OPTION)]) from None
        line, column = (int(place[1]), int(place[2])) if place else (len(sheet.lines), 1)
        raise ConfigError([InputError(f"not TOML: {message}", path=sheet.path, line=line, column=column)]) from None


def _table(sheet: _Sheet) -> dict[str, Any]:
    found: Any = _parsed(sheet)
    for depth, name in enumerate(sheet.above):
        found = found.get(name, {})
        if not isinstance(found, dict):
            named = ".".join(sheet.above[: depth + 1])
            above, sheet.above = sheet.above[: depth + 1], ()
            sheet.wrong(f"[{named}] is not a table", *above)
            raise ConfigError(sheet.errors)
    return dict(found)


# --- values


def _settings(sheet: _Sheet, table: Mapping[str, Any], folder: Path, inside: Path | None) -> Settings:
    """Return what one text of settings says, or raise ConfigError with all that is wrong with it."""
    good: dict[str, Any] = {}
    for name, value in table.items():
        key = KEYS.get(name)
        if key is None:
            sheet.wrong(_unknown(name), name, key=True)
            continue
        before = len(sheet.errors)
        checked = _checked(sheet, name, key, value)
        if len(sheet.errors) == before:
            good[name] = checked
    paths = {name: [folder / one for one in good.get(name, ())] for name in ("context", "rules")}
    paths["baseline"] = [folder / good["baseline"]] if "baseline" in good else []
    for name, listed in paths.items():
        for index, path in enumerate(listed):
            if problem := _outside(path, inside):
                sheet.wrong(f"{name}: {problem}", name, *(() if name == "baseline" else (str(index),)))
    if sheet.errors:
        raise ConfigError(sorted(sheet.errors, key=lambda error: (error.line or 0, error.column or 0)))
    return _made(sheet, good, paths)


def _made(sheet: _Sheet, good: Mapping[str, Any], paths: Mapping[str, Sequence[Path]]) -> Settings:
    not_audited = good.get("not-audited", ())
    return Settings(
        select=(*good.get("select", ()), *good.get("extend-select", ())),
        ignore=(*good.get("ignore", ()), *good.get("extend-ignore", ())),
        fail_level=good.get("fail-level"),
        output_format=good.get("output-format"),
        exclude=(*good.get("exclude", ()), *good.get("extend-exclude", ())),
        per_file_ignores=tuple(good.get("per-file-ignores", {}).items()),
        rules=tuple(paths["rules"]),
        context=tuple(paths["context"]),
        min_coverage=good.get("min-coverage"),
        baseline=paths["baseline"][0] if paths["baseline"] else None,
        severity=tuple(good.get("severity", {}).items()),
        not_audited=(("**", not_audited),) if isinstance(not_audited, str) else tuple(dict(not_audited).items()),
        tolerances=tuple((name, share / 100) for name, share in good.get("tolerances", {}).items()),
        conventions=tuple(good.get("conventions", {}).items()),
        frameworks=tuple(good.get("frameworks", ())),
        limits=tuple(good.get("limits", ())),
        said=MappingProxyType({name: sheet.said(name) for name in good}),
        places=MappingProxyType(dict(_named(sheet, good))),
    )


def _named(sheet: _Sheet, good: Mapping[str, Any]) -> Sequence[tuple[str, Said]]:
    """Return where each name of a rule stands."""
    found: list[tuple[str, Said]] = []
    for name, value in good.items():
        if KEYS[name].form is Form.TEXTS and KEYS[name].rules:
            found += [(f"{name}\0{one}", sheet.said(name, str(index))) for index, one in enumerate(value)]
        elif KEYS[name].form is Form.LISTS:
            found += [
                (f"{name}\0{one}", sheet.said(name, under, str(index)))
                for under, listed in value.items()
                for index, one in enumerate(listed)
            ]
        if isinstance(value, dict) and KEYS[name].rules:
            found += [(f"{name}\0{one}", sheet.said(name, one)) for one in value]
    return found


def over(base: Settings, top: Settings) -> Settings:
    """Return a configuration over the one it extends: what it sets wins, tables are joined, `extend-` lists added."""

    def listed(name: str, below: tuple[str, ...], above: tuple[str, ...]) -> tuple[str, ...]:
        return above if name in top.said else (*below, *above)

    return replace(
        top,
        origin=base.origin or top.origin,
        select=listed("select", base.select, top.select),
        ignore=listed("ignore", base.ignore, top.ignore),
        fail_level=top.fail_level or base.fail_level,
        output_format=top.output_format or base.output_format,
        exclude=listed("exclude", base.exclude, top.exclude),
        per_file_ignores=(*base.per_file_ignores, *top.per_file_ignores),
        rules=top.rules if "rules" in top.said else base.rules,
        context=top.context if "context" in top.said else base.context,
        min_coverage=base.min_coverage if top.min_coverage is None else top.min_coverage,
        baseline=top.baseline or base.baseline,
        severity=(*base.severity, *top.severity),
        not_audited=(*base.not_audited, *top.not_audited),
        tolerances=(*base.tolerances, *top.tolerances),
        conventions=tuple({**dict(base.conventions), **dict(top.conventions)}.items()),
        frameworks=top.frameworks if "frameworks" in top.said else base.frameworks,
        limits=tuple({**dict(base.limits), **dict(top.limits)}.items()),
        said=MappingProxyType({**base.said, **top.said}),
        places=MappingProxyType({**base.places, **top.places}),
    )


def _unknown(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name.replace("_", "-"), KEYS, n=1)
    return f"unknown key {name!r}; " + (f"did you mean {near[0]!r}?" if near else f"the keys are {', '.join(KEYS)}")


def _checked(sheet: _Sheet, name: str, key: Key, value: Any) -> Any:
    """Return a value as the settings hold it; what is wrong with it is added to the sheet's errors."""
    form = key.form
    if form is Form.CHOICE_OR_CHOICES:
        form = Form.CHOICES if isinstance(value, dict) else Form.CHOICE
    if form is Form.COUNTS:
        return _counts(sheet, name, key, value)
    if form in (Form.LISTS, Form.CHOICES, Form.SHARES):
        if not isinstance(value, dict):
            sheet.wrong(f"{name}: {_what(value)}, where a table is expected: {_example(name)}", name)
            return None
        one = {Form.LISTS: Form.TEXTS, Form.CHOICES: Form.CHOICE, Form.SHARES: Form.PERCENT}[form]
        return {under: _value(sheet, one, key, held, (name, under)) for under, held in value.items()}
    return _value(sheet, form, key, value, (name,))


def _value(sheet: _Sheet, form: Form, key: Key, value: Any, route: tuple[str, ...]) -> Any:
    name = ".".join(route)
    if form is Form.TEXTS:
        if not isinstance(value, list):
            sheet.wrong(
                f"{name}: {_what(value)}, where a list of texts is expected: [{value!r}]"
                if isinstance(value, str)
                else f"{name}: {_what(value)}, where a list of texts is expected",
                *route,
            )
            return None
        for index, one in enumerate(value):
            if not isinstance(one, str) or not one:
                sheet.wrong(f"{name}: {_what(one)}, where a text is expected", *route, str(index))
        return tuple(value)
    if form is Form.PERCENT:
        if not _is_percent(value):
            sheet.wrong(f"{name}: {_what(value)}, where a number from 0 to 100 is expected", *route)
            return None
        return Fraction(value)
    if not isinstance(value, str) or not value:
        sheet.wrong(f"{name}: {_what(value)}, where {'a text' if form is Form.TEXT else _choices(key)} is expected", *route)
    elif form is Form.CHOICE and value not in key.choices:
        sheet.wrong(f"{name}: {value[:60]!r} is not {_choices(key)}{_near(value, key)}", *route)
    return value


def _counts(sheet: _Sheet, name: str, key: Key, value: Any) -> tuple[tuple[str, int], ...]:
    if not isinstance(value, dict):
        sheet.wrong(f"{name}: {_what(value)}, where a table is expected: {_example(name)}", name)
        return ()
    for one, count in value.items():
        if one not in key.choices:
            sheet.wrong(f"{name}: {one[:60]!r} is not {_choices(key)}{_near(one, key)}", name, one)
        elif type(count) is not int or not 1 <= count <= MOST:
            sheet.wrong(f"{name}.{one}: {_what(count)}, where a whole number from 1 to {MOST} is expected", name, one)
    return tuple(value.items())


def _is_percent(value: Any) -> bool:
    # A number with an exponent out of all reason would be worked out digit by digit.
    usual = type(value) is int or (isinstance(value, Decimal) and value.is_finite() and len(str(value)) <= 20 and value.adjusted() > -12)
    return usual and 0 <= value <= 100


def _choices(key: Key) -> str:
    return f"one of {', '.join(key.choices)}"


def _near(value: str, key: Key) -> str:
    from difflib import get_close_matches

    near = get_close_matches(value.casefold(), key.choices, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _example(name: str) -> str:
    return {
        "per-file-ignores": '{ "drafts/*.md" = ["status"] }',
        "severity": '{ gpu-count = "warning" }',
        "tolerances": "{ gpu-count = 1 }",
        "conventions": '{ gpu-count = ["dense"] }',
        "limits": "{ numbers = 50000 }",
    }.get(name, "{ ... }")


def _what(value: Any) -> str:
    """Say in plain words what a value is."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"{value[:60]!r}" if value else "an empty text"
    kinds = ((dict, "a table"), (list, "a list"), (int, "a number"), (Decimal, "a number"))
    kind = next((word for kind, word in kinds if isinstance(value, kind)), "a date or time")
    return f"{str(value)[:40]}" if kind == "a number" else kind
