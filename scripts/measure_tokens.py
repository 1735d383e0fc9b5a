"""What a finding costs a reader that pays by the token: tokens per finding of each format, on three reports.

    python -m scripts.measure_tokens [--write]

Tokens are counted by `npm install gpt-tokenizer` (o200k_base) where `--tokenizer FOLDER` names its package, else estimated: a word for
each run of letters up to six, each run of up to three digits, each other sign. `--write` puts the table into docs/formats.md.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

from auditor.pipeline import audit_source
from auditor.read import read_file
from auditor.render import FORMATS, load
from auditor.render.run import Options, Run
from auditor.rulebook import load as rulebook

ROOT = Path(__file__).parents[1]
REPORTS = ("three-gpus.md", "experts-on-128.md", "eight-of-sixteen.md")
PAGE = ROOT / "docs" / "formats.md"
MARKS = ("<!-- tokens: begin -->\n", "<!-- tokens: end -->\n")
_COUNT = (
    "const {encode} = require(process.argv[1]); let text = ''; process.stdin.on('data', d => text += d)"
    ".on('end', () => console.log(text.split('\\u0000').map(part => encode(part).length).join(' ')))"
)


def estimated(text: str) -> int:
    """Return about how many tokens a text has; more than a tokenizer makes of English and arithmetic."""
    return len(re.findall(r"[A-Za-z]{1,6}|[0-9]{1,3}|[^\sA-Za-z0-9]|\n", text))


def counted(texts: list[str], tokenizer: str | None) -> list[int]:
    """Return the tokens of each text."""
    if tokenizer is None:
        return [estimated(text) for text in texts]
    module = str(Path(tokenizer).resolve() / "cjs" / "encoding" / "o200k_base.js")
    done = subprocess.run(["node", "-e", _COUNT, module], input="\0".join(texts), capture_output=True, text=True, check=True)
    return [int(number) for number in done.stdout.split()]


def table(tokenizer: str | None) -> str:
    """Return a row for each format: tokens per finding on each report."""
    book = rulebook()
    rules = {rule.code: rule for rule in book.rules}
    runs = [
        Run((audit_source(read_file(str(ROOT / "fixtures" / "reports" / name))),), (), "0.1.0", book.catalog, rules=rules)
        for name in REPORTS
    ]
    findings = [len(run.reports[0].findings) for run in runs]
    texts = [load(name)(run, Options()).replace(str(ROOT) + "/", "") for name in FORMATS for run in runs]
    counts = counted(texts, tokenizer)
    head = " | ".join(f"{name} ({count} findings)" for name, count in zip(REPORTS, findings, strict=True))
    rows = [f"| format | {head} |", f"|---|{'---:|' * len(REPORTS)}"]
    for index, name in enumerate(FORMATS):
        own = counts[index * len(runs) : (index + 1) * len(runs)]
        cells = " | ".join(f"{round(tokens / count):,}" for tokens, count in zip(own, findings, strict=True))
        rows.append(f"| {name} | {cells} |")
    return "\n".join(rows) + "\n"


def main() -> int:
    """Print the table, or write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", help="the folder of the npm package gpt-tokenizer")
    parser.add_argument("--write", action="store_true", help="put the table into docs/formats.md")
    given = parser.parse_args()
    found = table(given.tokenizer)
    if given.write:
        text = PAGE.read_text(encoding="utf-8")
        before, rest = text.split(MARKS[0])
        PAGE.write_text(before + MARKS[0] + found + MARKS[1] + rest.split(MARKS[1])[1], encoding="utf-8")
    sys.stdout.write(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
