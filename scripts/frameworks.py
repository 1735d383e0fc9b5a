"""Write docs/frameworks.md: every program the auditor reads, its options, how it counts, and what it refuses.

python -m scripts.frameworks            print the page, with the limits of scripts/limits.yaml
python -m scripts.frameworks --write    write it
python -m scripts.frameworks --check    fail if it is out of date
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from auditor.launches.programs import Option, Program, programs
from auditor.rulebook import Rule, load

LIMITS = Path(__file__).with_name("limits.yaml")
PAGE = Path(__file__).parents[1] / "docs" / "frameworks.md"
KINDS = {"count": "count", "size": "count, 32k", "share": "number", "switch": "switch", "list": "list", "text": "word"}


def page() -> str:
    """Return the whole page."""
    refusals = [rule for rule in load().rules if rule.check == "refusal.refused"]
    each = (line for program in programs().values() for line in _program(program, refusals))
    return "\n".join([*_head(refusals), *each, *_limits()]) + "\n"


def _limits() -> Iterator[str]:
    rules = {rule.name: rule for rule in load().rules}
    yield "## Limits, and the rules that hold them"
    yield ""
    yield "Rules without a program hold for reports of any. Each rule's page shows its bad and its good example."
    yield ""
    yield "| Limit | Rule | What it asks | Source | Examples |"
    yield "| --- | --- | --- | --- | --- |"
    for entry in yaml.safe_load(LIMITS.read_text(encoding="utf-8")):
        if "none" in entry:
            yield f"| {entry['limit']} | none | {entry['none']} | | |"
        for name in entry.get("rules", ()):
            rule = rules[name]
            yield f"| {entry['limit']} | [{rule.code}](rules/{name}.md) | {_asks(rule)} | {_source(rule)} | {_examples(rule)} |"
    yield ""


def _asks(rule: Rule) -> str:
    data = rule.data.get("data", {})
    return f"`{data['requires']}`" if "requires" in data else rule.summary.rstrip(".")


def _source(rule: Rule) -> str:
    return "; ".join(rule.data.get("references", ())[:1]).replace("|", "\\|")


def _examples(rule: Rule) -> str:
    folder = next((PAGE.parents[1] / "rules").glob(f"*/{rule.name}"))
    kinds = [[path.name for path in sorted(folder.glob(f"{kind}-*")) if path.suffix != ".txt"] for kind in ("bad", "good")]
    return ", ".join(f"`{names[0]}`" for names in kinds if names)


def _head(refusals: Sequence[Rule]) -> Iterator[str]:
    yield "# Programs: what they are told, how they count, what they refuse"
    yield ""
    yield "<!-- Written by `python -m scripts.frameworks --write` from rules/programs and the rules; change those, not this. -->"
    yield ""
    yield f"{len(programs())} programs, {sum(len(_options(one)) for one in programs().values())} options, {len(refusals)} refusals."
    yield ""
    yield "A command, a values file or a configuration is read by its programs' own options. An option is found by its spelling without"
    yield "dashes, `_` for `-`; a nested key by the end of its path, the longest that a program knows. A refusal is a rule bound to its"
    yield "program (and to versions, where not all refuse); the place in the program's source stands beside it. What a command does not set"
    yield "has the program's default; a configuration may be an excerpt, and what it leaves out is not assumed against it."
    yield ""


def _options(program: Program) -> list[Option]:
    return list({id(option): option for option in program.options.values()}.values())


def _program(program: Program, refusals: Sequence[Rule]) -> Iterator[str]:
    yield f"## {program.title}"
    yield ""
    if program.checked:
        yield f"Read from version {program.checked}: {', '.join(f'`{source}`' for source in program.sources)}."
    if program.world:
        yield f"Counts `{program.world}`, the first of which is known."
    yield ""
    yield "| Option | Rules call it | Takes | Default | |"
    yield "| --- | --- | --- | --- | --- |"
    for option in _options(program):
        also = f", `{'`, `'.join(option.also)}`" if option.also else ""
        yield f"| `{option.spelled}`{also} | `{option.name}` | {KINDS.get(option.kind, option.kind)} | {option.default} | {option.says} |"
    yield ""
    own = [rule for rule in refusals if program.name in _bound(rule)]
    if own:
        yield "| Refusal | What it asks | Versions | Source |"
        yield "| --- | --- | --- | --- |"
        for rule in own:
            data = rule.data["data"]
            asked = f"`{data['requires']}` | {data.get('versions', '')} | {data['source']}"
            yield f"| [{rule.code}](rules/{rule.name}.md) {rule.summary} | {asked} |"
        yield ""


def _bound(rule: Rule) -> Sequence[str]:
    named = rule.data["data"]["program"]
    return [named] if isinstance(named, str) else named


def main(arguments: Sequence[str]) -> int:
    """Print, write or check the page."""
    text = page()
    if "--write" in arguments:
        PAGE.write_text(text, encoding="utf-8", newline="\n")
    elif "--check" in arguments:
        if not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text:
            sys.stderr.write("docs/frameworks.md is out of date; run python -m scripts.frameworks --write\n")
            return 1
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
