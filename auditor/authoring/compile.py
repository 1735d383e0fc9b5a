"""Compiles a folder of rules to the index that `auditor.index` serves: `python -m auditor.authoring.compile rules/`.

Everything in the index is plain JSON: relations and solved forms as text of our own language, numbers as exact fractions.
A rule at fault does not keep the others out; it stands under `problems` with file, line and column.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from auditor import __version__
from auditor.authoring.facts import compiled_facts
from auditor.authoring.sources import read_sheet
from auditor.authoring.validate import Checked, Entry, entries, validate
from auditor.errors import RuleError
from auditor.index import FORMAT, rule_files
from auditor.relations.evaluate import Convention
from auditor.relations.language import names, write

__all__ = ["compile_folder", "main"]

MAX_RULE: Final = 64_000
"""Bytes of one rule file."""


def compile_folder(folder: Path, lexicon: Path | None = None, cache: Path | None = None) -> dict[str, Any]:
    """Return the index of a folder of rules.

    `lexicon` is the lexicon file of the quantities, by default the folder's own `lexicon.yaml`. Compiled rules are kept in
    `cache`, where one is given, so that only rules that changed are proved again. RuleError if the lexicon is at fault.
    """
    files = [path for path in rule_files(folder) if path.name != "rule.yaml"]
    own_data = {path.stem: path for path in files if path.parent == folder}
    programs = {path.stem: read_sheet(_text(path), str(path)).data for path in files if path.parent != folder}
    lexicon = lexicon or own_data.get("lexicon")
    if lexicon is None:
        raise RuleError("no lexicon.yaml", path=str(folder))
    sheets = {name: read_sheet(_text(path), str(path)) for name, path in own_data.items()}
    words = sheets["lexicon"] if lexicon == own_data.get("lexicon") else read_sheet(_text(lexicon), str(lexicon))
    quantities = entries(words.data, words.path)
    problems: list[RuleError] = []
    rules: list[dict[str, Any]] = []
    for path in rule_files(folder):
        if path.name != "rule.yaml":
            continue
        try:
            rules.append(_rule(path, folder, quantities, cache))
        except RuleError as error:
            problems.append(error)
    rules.sort(key=lambda rule: rule["code"])
    problems += _alike(rules, folder)
    facts = compiled_facts(sheets["facts"], quantities) if "facts" in sheets else []
    return {
        "format": FORMAT,
        "version": __version__,
        "rules": rules,
        "problems": [{"message": one.message, "path": one.path, "line": one.line, "column": one.column} for one in problems],
        "facts": facts,
        "data": {**{name: sheet.data for name, sheet in sheets.items() if name != "facts"}, "programs": programs},
    }


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise RuleError(f"cannot be read: {error.strerror}", path=str(path)) from error
    except UnicodeDecodeError as error:
        raise RuleError("not UTF-8", path=str(path)) from error


def _alike(rules: list[dict[str, Any]], folder: Path) -> list[RuleError]:
    """Return an error for each rule that shares its name, its code or its meaning with an earlier one."""
    problems = []
    for what, key in (("name", "id"), ("code", "code"), ("relation", "key")):
        first: dict[str, dict[str, Any]] = {}
        for rule in rules:
            if not rule[key]:
                continue
            other = first.setdefault(rule[key], rule)
            if other is not rule:
                path = str(folder / rule["path"] / "rule.yaml")
                problems.append(RuleError(f"the same {what} as {other['path']}", path=path, line=1, column=1))
    return problems


def _rule(path: Path, folder: Path, quantities: Mapping[str, Entry], cache: Path | None) -> dict[str, Any]:
    text = _text(path)
    if len(text) > MAX_RULE:
        raise RuleError(f"longer than {MAX_RULE} characters", path=str(path))
    sheet = read_sheet(text, str(path))
    checked = validate(sheet, quantities)
    place = path.parent.relative_to(folder).as_posix()
    if path.parent.name != checked.model.id:
        raise sheet.error(f"the folder is called {path.parent.name!r}; the rule must have the same name", ["id"])
    if place.count("/") and path.parent.parent.name != checked.model.category:
        raise sheet.error(f"the folder above is called {path.parent.parent.name!r}; the category must be the same", ["category"])
    return {**_written(checked, _proved(text, checked, cache)), "path": place}


def _proved(text: str, checked: Checked, cache: Path | None) -> dict[str, Any]:
    """Return the proof of a rule as data, from the cache where the same rule has been proved by the same code."""
    if not checked.conventions:
        return {"key": "", "solved": []}
    kept = cache / "proofs" / f"{_digest(text, checked)}.json" if cache else None
    if kept is not None:
        try:
            found = json.loads(kept.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = None
        if isinstance(found, dict):
            return found
    from auditor.authoring.prove import prove  # SymPy is loaded only when there is something new to prove

    proof = prove(checked)
    made = {"key": proof.key, "solved": [dict(one.solved) for one in proof.conventions]}
    if kept is not None:
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(made), encoding="utf-8")
        except OSError:
            pass
    return made


def _digest(text: str, checked: Checked) -> str:
    code = Path(__file__).parent
    digest = hashlib.sha256(text.encode())
    for name in ("prove.py", "validate.py", "../relations/language.py", "../cost/closed.py"):
        digest.update((code / name).read_bytes())
    for use in checked.uses:
        digest.update(f"{use.entry.id} {use.entry.symbol} {use.entry.unit} {use.entry.of}\n".encode())
    return digest.hexdigest()[:32]


def _fraction(value: Fraction) -> str:
    return str(value)


def _convention(one: Convention, solved: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": one.name,
        "holds": write(one.holds),
        "and": [write(condition) for condition in one.also],
        "when": write(one.when) if one.when is not None else "",
        "source": one.source,
        "frameworks": list(one.frameworks),
        "solved": dict(solved),
        "needs": _names(one, asked=False),
        "names": _names(one, asked=True),
    }


def _names(one: Convention, *, asked: bool) -> list[str]:
    """Return the names of what a convention demands; without `asked`, those it cannot do without."""
    return list(dict.fromkeys(name for part in (one.holds, *one.also) for name in names(part, asked=asked)))


def _written(checked: Checked, proved: Mapping[str, Any]) -> dict[str, Any]:
    model = checked.model
    return {
        "id": model.id,
        "code": model.code,
        "category": model.category,
        "summary": model.summary,
        "since": model.since,
        "severity": model.severity,
        "confidence": model.confidence,
        "uses": [
            {
                "name": use.name,
                "quantity": use.entry.id,
                "symbol": use.entry.symbol,
                "unit": use.entry.unit,
                "roles": list(use.roles),
                "per": list(use.per),
                "phase": use.phase,
                "each": use.each,
                "in_order": use.in_order,
                "sure": use.sure,
                "facts": use.facts,
                "chosen": use.chosen,
                "alone": use.alone,
            }
            for use in checked.uses
        ],
        "assume": {name: _fraction(value) for name, value in checked.assume.items()},
        "given": [write(condition) for condition in checked.given],
        "let": {name: write(node) for name, node in checked.let.items()},
        "conventions": [_convention(one, solved) for one, solved in zip(checked.conventions, proved["solved"], strict=True)],
        "tolerance": _fraction(checked.tolerance),
        "check": model.check or "",
        "subject": checked.subject,
        "message": model.message or "",
        "labels": dict(model.labels),
        "why": model.why,
        "unless": model.unless or "",
        "references": list(model.references),
        "repair": {"keep": list(model.repair.keep), "prefer": list(model.repair.prefer), "derived": model.repair.derived or ""},
        "key": proved["key"],
        "power": {"floor": str(Fraction(model.power.floor.rstrip("%")) / 100), "because": model.power.because} if model.power else {},
        "data": dict(model.data),
    }


def main(arguments: list[str] | None = None) -> int:
    """Compile the folder named on the command line and print its index."""
    parser = argparse.ArgumentParser(prog="python -m auditor.authoring.compile", description="Compile a folder of rules to an index.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lexicon", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--output", type=Path, help="write here instead of to the standard output")
    chosen = parser.parse_args(arguments)
    try:
        found = compile_folder(chosen.folder, chosen.lexicon, chosen.cache)
    except RuleError as error:
        problem = {"message": error.message, "path": error.path, "line": error.line, "column": error.column}
        found = {"format": FORMAT, "version": __version__, "rules": [], "problems": [problem], "facts": [], "data": {}}
    text = json.dumps(found, ensure_ascii=False)
    if chosen.output is not None:
        chosen.output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
