"""What `audit diff` shows: claims that moved, contradictions that came and went, and what that does to memory and time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from auditor.comparing import Compared, Moved
from auditor.findings import Report
from auditor.records import dataclass
from auditor.render.json_v1 import dumps, location_object
from auditor.render.run import counted, locate, source_of
from auditor.render.terminal import opening, paint, plain

__all__ = ["Figure", "as_json", "as_text"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A recomputed figure of memory or time in both versions; empty where it does not follow."""

    quantity: str
    name: str
    scope: str
    old: str
    new: str
    change: str
    """By how much it has grown, as a signed percentage; empty where it follows in one version alone, or was nothing."""


def _what(moved: Moved) -> str:
    narrowed = [f"per {moved.per}" if moved.per else "", moved.phase, moved.member, moved.role if moved.role != "actual" else ""]
    return " ".join([moved.quantity, *(one for one in narrowed if one)])


def _change(old: Sequence[str], new: Sequence[str]) -> str:
    if not old or not new:
        return f"+ {', '.join(new)}" if new else f"- {', '.join(old)}"
    return f"{', '.join(old)} -> {', '.join(new)}"


def as_text(old: Report, new: Report, compared: Compared, figures: Sequence[Figure], *, color: bool) -> str:
    """Return the difference as text, each part under its title; one line where there is none."""
    lines: list[str] = [opening(f"{old.source.path} -> {new.source.path}")]
    parts = [
        ("Claims", [f"{_what(one)}: {_change(one.old, one.new)}" for one in compared.moved]),
        ("Recomputed", [_recomputed(one) for one in figures]),
        ("Contradictions gone", [f"{one.code} {one.name}: {one.message}" for one in compared.went]),
    ]
    for title, rows in parts:
        if rows:
            lines += ["", paint(title, color, bold=True), *(f"  {plain(row)}" for row in rows)]
    if compared.came:
        lines += ["", paint("Contradictions new", color, fg="red", bold=True)]
        for finding in compared.came:
            place = locate(source_of(new, finding.place.path), finding.place.span)
            lines.append(f"  {plain(f'{place}: {finding.severity}[{finding.code}] {finding.name}: {finding.message}')}")
    found = f"{len(compared.came)} new, {len(compared.went)} gone, {compared.stayed} as before"
    differ = "differs" if len(compared.moved) == 1 else "differ"
    counts = f"{counted(len(compared.moved), 'claim')} {differ}; contradictions: {found}."
    return "\n".join([*lines, "", counts]) + "\n"


def _recomputed(figure: Figure) -> str:
    moved = _change([figure.old] if figure.old else [], [figure.new] if figure.new else [])
    scope = f" ({figure.scope})" if figure.scope else ""
    return f"{figure.name}{scope}: {moved}{f' ({figure.change})' if figure.change else ''}"


def as_json(old: Report, new: Report, compared: Compared, figures: Sequence[Figure]) -> str:
    """Return the difference as one JSON document."""
    found: dict[str, Any] = {
        "version": 1,
        "old": old.source.path,
        "new": new.source.path,
        "claims": [
            {
                "quantity": one.quantity,
                "per": one.per,
                "phase": one.phase,
                "member": one.member,
                "role": one.role,
                "old": list(one.old),
                "new": list(one.new),
            }
            for one in compared.moved
        ],
        "recomputed": [
            {"quantity": one.quantity, "scope": one.scope, "old": one.old, "new": one.new, "change": one.change} for one in figures
        ],
        "came": [
            {
                "code": one.code,
                "name": one.name,
                "severity": one.severity.value,
                "message": one.message,
                "location": location_object(locate(source_of(new, one.place.path), one.place.span)),
            }
            for one in compared.came
        ],
        "went": [{"code": one.code, "name": one.name, "message": one.message, "count": one.count} for one in compared.went],
        "stayed": compared.stayed,
    }
    return dumps(found) + "\n"
