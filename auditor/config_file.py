"""The configuration file: what it may say, and clear messages for what it may not. The only part of a run that needs pydantic."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from auditor.errors import InputError
from auditor.render import FORMATS
from auditor.settings import Settings

__all__ = ["ConfigFile", "read"]

Selectors = list[Annotated[str, Field(min_length=1)]]


def _kebab(name: str) -> str:
    return name.replace("_", "-")


class ConfigFile(BaseModel):
    """The keys of `auditor.toml`, `.auditor.toml` and `[tool.auditor]` in `pyproject.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, alias_generator=_kebab)

    select: Selectors = []
    ignore: Selectors = []
    fail_level: Literal["error", "warning", "info"] | None = None
    output_format: str | None = None
    exclude: list[str] = []
    per_file_ignores: dict[str, Selectors] = {}
    rules: list[str] = []
    context: list[str] = []
    min_coverage: Annotated[int | Decimal, Field(ge=0, le=100)] | None = None


def _line_of(text: str, key: str) -> int | None:
    """Return the line that sets `key`, for a message; TOML's reader keeps no positions."""
    match = re.search(rf"^[ \t]*(?:\[[\w.\-]*)?[\"']?{re.escape(key)}[\"']?[ \t]*[\]=.]", text, re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else None


def _unknown(key: str) -> str:
    from difflib import get_close_matches

    known = [field.alias or name for name, field in ConfigFile.model_fields.items()]
    near = get_close_matches(key.replace("_", "-"), known, n=1)
    return f"unknown key {key!r}; " + (f"did you mean {near[0]!r}?" if near else f"the keys are {', '.join(known)}")


def _invalid(path: Path, text: str, error: ValidationError) -> InputError:
    first = error.errors()[0]
    keys = [str(part) for part in first["loc"]]
    message = _unknown(keys[0]) if first["type"] == "extra_forbidden" else f"{'.'.join(keys)}: {first['msg']}"
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return InputError(message + more, path=str(path), line=_line_of(text, keys[0]))


def _table(path: Path, text: str) -> dict[str, Any]:
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        message = re.sub(r" \(at .*\)$", "", str(error))
        raise InputError(
            f"not TOML: {message}", path=str(path), line=int(place[1]) if place else None, column=int(place[2]) if place else None
        ) from None
    if path.name == "pyproject.toml":
        document = document.get("tool", {}).get("auditor", {}) if isinstance(document.get("tool", {}), dict) else {}
    if not isinstance(document, dict):
        raise InputError("[tool.auditor] is not a table", path=str(path), line=_line_of(text, "tool.auditor"))
    return document


def read(path: Path) -> Settings:
    """Read a configuration file; `InputError` names the file, the line, the key and what it may be."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"configuration cannot be read: {error.strerror or error}", path=str(path)) from None
    except UnicodeDecodeError:
        raise InputError("configuration is not UTF-8; save it as UTF-8", path=str(path)) from None
    table = _table(path, text)
    try:
        config = ConfigFile.model_validate(table)
    except ValidationError as error:
        raise _invalid(path, text, error) from None
    if config.output_format is not None and config.output_format not in FORMATS:
        message = f"output-format: {config.output_format!r} is not one of {', '.join(FORMATS)}"
        raise InputError(message, path=str(path), line=_line_of(text, "output-format"))
    folder = path.parent
    return Settings(
        origin=path,
        select=tuple(config.select),
        ignore=tuple(config.ignore),
        fail_level=config.fail_level,
        output_format=config.output_format,
        exclude=tuple(config.exclude),
        per_file_ignores=tuple((pattern, tuple(selectors)) for pattern, selectors in config.per_file_ignores.items()),
        rules=tuple(folder / name for name in config.rules),
        context=tuple(folder / name for name in config.context),
        min_coverage=None if config.min_coverage is None else Fraction(config.min_coverage),
    )
