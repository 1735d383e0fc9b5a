"""The table of hostile inputs: whatever is fed in, an audit ends with a verdict that says what it left out, after bounded work.

Each row is a name, the ending of its file, and the text. None may raise, none may leave a rule that could not be run, none may pass in
silence over what it did not read, and the work may not grow faster than the text beyond what the table allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from auditor import pipeline
from auditor.errors import InputError
from auditor.findings import Report
from auditor.limits import DEFAULT, spent, within
from auditor.pipeline import audit_source, read_claims
from auditor.read import decode
from auditor.render import FORMATS
from auditor.render import load as renderer
from auditor.render.claims_table import annotated
from auditor.render.claims_v1 import Understood, as_csv, as_json, as_jsonl
from auditor.render.run import Options, Run, conclusion
from auditor.rulebook import load

ENDINGS = ("md", "json", "jsonl", "yaml", "toml", "sh", "py", "txt")
PIECES = {
    "words": "x ",
    "nines": "9",
    "spaced nines": "9 ",
    "stars": "*",
    "brackets": "[",
    "braces": "{",
    "parentheses": "(",
    "backquotes": "`",
    "quotes": "> ",
    "bullets": "- ",
    "cells": "| ",
    "tags": "<",
    "backslashes": "\\",
    "double quotes": '"',
    "substitutions": "$(",
    "links": "[a](",
    "keys": "a: ",
    "settings": "a=",
    "colons": "1:",
    "dots": "1.",
    "commas": "1,",
    "strokes": "1/",
    "dashes": "1-",
    "hashes": "0xdeadbeef",
    "signs": "+-",
    "equals": "1=",
    "percent": "1%",
    "units": "80 GB ",
    "gpus": "16 GPUs and ",
    "zero-width": "\u200b8",
    "marks": "e\u0301\u0301\u0301",
    "right to left": "\u202e8 GPUs\u202c ",
    "emoji": "\U0001f389 8 ",
    "line separators": "8 GPUs\u2028",
    "zeros": "8 GPUs\x00" + "a" * 40,
    "escapes": "\x1b[31m8 GPUs ",
    "returns": "- GPUs: 8\r",
}
ODD_NUMBERS = (
    *"""
    10⁻ 10⁹⁹⁹⁹ 10⁹ 2¹⁰ 10⁻⁹⁹⁹ ²³ 1² ⁻ x² 10^- 10^999999999 10^-999999999 10**9**9 1e999999999 1e-999999999 1e 1e+
    ２０ １２．５ ٣٢ १६ ๑๖ Ⅷ ⅔ ½ 1½ 0.5½ ① ㉑ 🔢 1,2,3,4 1,00,000 1'000'000 1_000 1__000 0x 0xG 0b2 0o9 --8 +-8 8- −8 ±8
    ~8 ≈8 <8 ≤8 >=8 8..16 8...16 8–16 8—16 8x x8 8× 8x8x8x8x8x8x8x8 8/0 0/0 1/3 NaN inf -inf ∞ 1:2:3 12:60
    25:61:61 2024-13-45 0000-00-00 1.2.3.4.5 v1.2.3 #8 8# 8%% %8 1e3e3 ٪8 8٫5 8,5.6,7
    """.split(),
    "1 000 000",
    "8 to",
    "to 8",
    "9" * 39,
    "9" * 41,
    "9" * 199,
    "9" * 201,
    "0." + "0" * 100 + "1",
    "1" + "0" * 60,
    "1/" + "9" * 60,
    "8\u0301",
    "8\u200b8",
    "8\ufe0f\u20e3",
)


def odd(number: str) -> str:
    """A report in which an odd number stands wherever one may."""
    return (
        f"# {number} GPUs\n\n- GPUs: {number}\n- Memory: {number} GB\n- Weights: {number} B x 2 = {number} GB\n"
        f"- TP={number}, {number}-way\n\n| GPUs | {number} |\n|---|---|\n| {number} | {number} ms |\n\n"
        f"It takes {number} ms per {number} tokens, {number}% of {number}.\n\n"
        f"```bash\nvllm serve m --tensor-parallel-size {number}\n```\n\n```yaml\ntp: {number}\n```\n"
    )


def many(count: int) -> Iterator[tuple[str, str, str]]:
    yield "headings", "md", "".join(f"# Section {i}\n\n- GPUs: 16\n\n" for i in range(count))
    yield "bullets", "md", "".join(f"- GPUs {i}: {i + 8}\n" for i in range(count))
    yield "nested bullets", "md", "".join("  " * (i % 60) + f"- GPUs: {i}\n" for i in range(count))
    yield "values of one quantity", "md", "".join(f"- GPUs: {i + 8}\n" for i in range(count))
    yield "rows", "md", "| a | GPUs |\n|---|---|\n" + "".join(f"| {i} | {i + 8} |\n" for i in range(count))
    yield "columns", "md", "|" + " GPUs |" * count + "\n|" + "---|" * count + "\n|" + " 8 |" * count + "\n"
    yield "branches", "md", "```\nroot\n" + "".join(f"├── GPU {i}: {i} GB\n" for i in range(count)) + "```\n"
    yield "fences", "md", "".join(f"```yaml\ntp: {i}\n```\n\n" for i in range(count))
    yield "open fences", "md", "".join(f"{'`' * (3 + i % 9)}yaml\ntp: {i}\n" for i in range(count))
    yield "html rows", "md", "<table>" + "".join(f"<tr><td>{i}</td><td>8 GPUs</td></tr>" for i in range(count)) + "</table>\n"
    yield "definitions", "md", "".join(f"[a{i}]: http://x/{i}\n" for i in range(count)) + "[a1] [a2] 8 GPUs\n"
    yield "equations", "md", "2 * 3 = 6\n" * count
    yield "factors", "md", "- GPUs: " + " x ".join(["2"] * count) + " = 300\n"
    yield "terms with units", "md", "- Total: " + " + ".join(["2 GB"] * count) + " = 300 GB\n"
    yield "brackets in an equation", "md", "- GPUs: " + "(" * count + "2" + ")" * count + " = 2\n"
    yield "powers", "md", "- GPUs: 2" + "^2" * count + " = 2\n"
    yield "sentences", "md", "The plan uses 16 GPUs with TP 4. " * count
    yield "lines of a paragraph", "md", "The plan uses 16 GPUs with TP 4.\n" * count
    plans = (f"## Plan {i}\n\nTP={i % 8} PP=2 DP=4, {i} GPUs, 80 GB each.\n\n" for i in range(count // 2))
    yield "plans", "md", "".join(plans)
    yield "shares", "md", "- Share: 50%\n" * count
    yield "arrows", "md", "8 -> 16 -> 32 -> " * count
    yield "ranges", "md", "GPUs 0-3, " * count
    yield "math", "md", "$\\frac{8}{2} = 4$ " * count
    yield "objects", "json", "[" + ",".join(f'{{"gpus": {i}, "tp": 4}}' for i in range(count // 4)) + "]"
    yield "an array", "json", '{"gpus": [' + ",".join(str(i) for i in range(count * 4)) + "]}"
    yield "nesting", "json", '{"a":' * count + "8" + "}" * count
    yield "keys twice", "json", "{" + ",".join('"gpus": 8' for _ in range(count)) + "}"
    yield "records", "jsonl", '{"gpus": 8, "tp": 4}\n' * (count // 4)
    yield "a page in a string", "json", '{"a": "' + "- GPUs: 8\\n" * count + '"}'
    yield "escapes", "json", '{"a": "' + "\\u0038" * count + ' GPUs"}'
    yield "mappings", "yaml", "".join(f"k{i}:\n  gpus: {i}\n" for i in range(count))
    yield "deep mappings", "yaml", "".join(" " * i + f"k{i}:\n" for i in range(min(count, 500)))
    yield "aliases", "yaml", "a: &a [8, 8]\n" + "".join(f"b{i}: [*a, *a]\n" for i in range(count))
    yield "laughs", "yaml", "a0: &a0 [8]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 40))
    yield "documents", "yaml", "---\ngpus: 8\n" * count
    yield "tables", "toml", "".join(f"[s{i}]\ngpus = {i}\n" for i in range(count))
    yield "dotted keys", "toml", ".".join(["a"] * count) + " = 8\n"
    yield "arrays in arrays", "toml", "a = " + "[" * count + "8" + "]" * count + "\n"
    yield "commands", "sh", "".join(f"torchrun --nproc_per_node {i} train.py\n" for i in range(count))
    yield "continued lines", "sh", "torchrun \\\n" * count + "--nproc_per_node 8\n"
    yield "here documents", "sh", "".join(f"cat <<E{i}\ngpus: 8\nE{i}\n" for i in range(count))
    yield (
        "variables",
        "sh",
        "".join(f"A{i}=$A{i - 1}$A{i - 1}\n" for i in range(1, count)) + f"torchrun --nproc_per_node $A{count - 1} a.py\n",
    )
    yield "substitutions", "sh", "torchrun --nproc_per_node " + "$(" * count + "8" + ")" * count + "\n"
    yield "brace expansions", "sh", "echo " + "{1..9}" * 40 + "\n"
    yield "assignments", "py", "".join(f"gpus{i} = {i}\n" for i in range(count))
    yield "calls", "py", "f(" * count + "8" + ")" * count + "\n"
    yield "suppressions", "md", "<!-- auditor: ignore[ALL] -->\n- GPUs: 8\n" * count


ROWS = [
    *((f"{name}.{ending}", ending, piece * (1_000 // len(piece))) for name, piece in PIECES.items() for ending in ENDINGS),
    *((f"number {index} {number[:16]}", "md", odd(number)) for index, number in enumerate(ODD_NUMBERS)),
    *((f"{name} x 60", ending, text) for name, ending, text in many(60)),
]
LARGE = [
    *((f"{name}.{ending} in 8 kB", ending, piece * (8_000 // len(piece))) for name, piece in PIECES.items() for ending in ENDINGS),
    *((f"{name} x 500", ending, text) for name, ending, text in many(500)),
]


def test_there_are_enough_of_them() -> None:
    assert len(ROWS) == len({name for name, _, _ in ROWS}) >= 300


@pytest.mark.parametrize(("name", "ending", "text"), ROWS, ids=[name for name, _, _ in ROWS])
def test_a_hostile_input_ends_with_a_verdict(name: str, ending: str, text: str) -> None:
    ends_with_a_verdict(ending, text)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "ending", "text"), LARGE, ids=[name for name, _, _ in LARGE])
def test_so_does_a_large_one(name: str, ending: str, text: str) -> None:
    ends_with_a_verdict(ending, text)


def ends_with_a_verdict(ending: str, text: str) -> None:
    try:
        source = decode(text.encode("utf-8", "surrogatepass"), f"report.{ending}")
    except InputError:
        return  # it is no text, and said to be none: status 2
    readings: list[pipeline.ClaimSet] = []

    def reading(*given: Any, **more: Any) -> pipeline.ClaimSet:
        readings.append(read_claims(*given, **more))
        return readings[-1]

    with within(DEFAULT), pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "read_claims", reading)
        report = audit_source(source)
        steps = spent()
    verdict, reason = conclusion(report)
    notes = [note.message for note in report.notes]
    assert not [note for note in notes if "could not be run" in note or "limit `steps`" in note]
    assert bool(reason) or verdict in ("consistent", "contradicted")
    assert steps <= 3_000 * len(text) + 200_000, f"{steps:,} steps for {len(text):,} characters"
    assert all(0 <= span.start <= span.end <= len(text) for outcome in report.outcomes for span in outcome.spans)
    if re.search(r"[0-9]", text):
        assert report.coverage.numbers or notes
    for form in FORMATS:
        shown(form, report)
    read = readings[0] if readings else read_claims(source)
    units = {known: quantity.unit for known, quantity in load().lexicon.quantities.items()}
    understood = [Understood(source, read.claims, read.labels, read.uncovered, read.coverage)]
    for text in (as_json(understood, units), as_jsonl(understood, units), as_csv(understood, units), annotated(understood[0])):
        steers(text)


def steers(text: str) -> None:
    assert not re.search("[\x1b\x85\u2028\u2029\u202e]", text)


def shown(form: str, report: Report) -> None:
    """Render a report; nothing of it may steer a terminal or end a line where it stands on one."""
    text = renderer(form)(Run((report,), (), "0", "0"), Options())
    assert form in ("json", "concise", "full") or text
    steers(text)
