"""Fit how much each evidence counts, and say how well it names what nobody tuned it to.

    python -m scripts.fit_evidence --key CLAIMS.jsonl REPORTS [--key ...] [--weak CLAIMS.jsonl REPORTS ...] [--write] [--verbose]

A key holds one labelled number a line (report, line, quantity, text). For each number the candidates of `auditor.claims.candidates`
are collected with their evidence; a conditional logit is fitted to the labels, with a pull of every weight towards zero. The figure
printed is that of leaving one document out: weights fitted to all others, asked about the numbers of this one. `--write` fits to all
and writes whole numbers to rules/evidence.yaml. `--weak` adds a key that a tool wrote and nobody checked, at a tenth of the weight.
"""

from __future__ import annotations

import argparse
import collections
import json
import math
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.claims import resolve
from auditor.claims.candidates import Candidate
from auditor.claims.line import Line, Meaning
from auditor.language.numbers import Number
from auditor.pipeline import read_claims
from auditor.read import read_file

SCALE = 10
"""Points of one unit of log odds."""
WEAK = 0.1
"""What a number counts that nobody checked, beside a labelled one."""
WRITTEN = Path(__file__).resolve().parent.parent / "rules" / "evidence.yaml"


@dataclass(frozen=True)
class Case:
    """A number, what it may state, and which of that is right."""

    report: str
    place: str
    quantities: tuple[str, ...]
    evidence: tuple[tuple[str, ...], ...]
    right: frozenset[int]
    weight: float
    wanted: str


@dataclass(frozen=True)
class Seen:
    """A number as the reader met it."""

    line: int
    digits: str
    shown: str
    candidates: tuple[Candidate, ...]


def seen_in(path: Path) -> list[Seen]:
    """Read a report and return each number that may claim something."""
    found: list[Seen] = []
    source = read_file(path)

    def watch(line: Line, number: Number, candidates: Sequence[Candidate], _: Meaning | None) -> None:
        at = source.lines.point(line.statement.value.span(number.digits, number.stop).start).line
        digits = line.text[number.digits : number.stop]
        found.append(Seen(at, _digits(digits), line.text[max(0, number.start - 40) : number.end + 30], tuple(candidates)))

    resolve.WATCH.append(watch)
    try:
        read_claims(source)
    finally:
        resolve.WATCH.pop()
    return found


def _digits(text: str) -> str:
    return re.sub(r"[,_ ]", "", (re.search(r"\d[\d,._ ]*", text) or [text])[0]).rstrip(".")


def labelled(key: Path, reports: Path, fixed: frozenset[str], weight: float = 1.0) -> Iterator[Case]:
    """Yield the numbers of a key, each with the candidates that are right; a label of `medium` confidence counts half."""
    rows = collections.defaultdict(list)
    for row in key.read_text(encoding="utf-8").splitlines():
        if row.strip():
            label = json.loads(row)
            rows[label["report"]].append(label)
    for report, labels in rows.items():
        by_line = collections.defaultdict(list)
        for one in seen_in(reports / report):
            by_line[one.line].append(one)
        for label in labels:
            numbers = {_digits(text) for text in re.findall(r"\d[\d,._]*", label["text"])}
            match = next((one for one in by_line[label["line"]] if one.digits in numbers), None)
            if match is None:
                continue
            by_line[label["line"]].remove(match)
            free = label["quantity"].startswith("other")
            right = frozenset(
                index
                for index, one in enumerate(match.candidates)
                if same(one.quantity, label["quantity"]) or (free and one.quantity not in fixed)
            )
            sure = weight / 2 if label.get("confidence") == "medium" else weight
            yield Case(report, f"{report}:{label['line']} {match.shown!r}", *_split(match.candidates), right, sure, label["quantity"])


def same(candidate: str, wanted: str) -> bool:
    """Tell whether a candidate is what is wanted, or the plain time that its phase makes of it."""
    return candidate == wanted or (candidate == "time.step" and wanted in ("time.prefill", "time.decode"))


def _split(candidates: Sequence[Candidate]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    return tuple(one.quantity for one in candidates), tuple(one.evidence for one in candidates)


def fit(cases: Sequence[Case], rounds: int = 15, pull: float = 2e-3, seed: int = 1) -> dict[str, float]:
    """Return the weight of each evidence: gradient steps (AdaGrad) on the log likelihood of the right candidates."""
    weights: dict[str, float] = collections.defaultdict(float)
    squares: dict[str, float] = collections.defaultdict(lambda: 1e-6)
    usable = [case for case in cases if case.right and len(case.quantities) > 1]
    order = random.Random(seed)  # noqa: S311 - an order of examples, no secret
    for _ in range(rounds):
        order.shuffle(usable)
        for case in usable:
            scores = [sum(weights[name] for name in evidence) for evidence in case.evidence]
            top = max(scores)
            odds = [math.exp(score - top) for score in scores]
            total = sum(odds)
            mass = sum(odds[index] for index in case.right)
            slope: dict[str, float] = collections.defaultdict(float)
            for index, evidence in enumerate(case.evidence):
                step = odds[index] / total - (odds[index] / mass if index in case.right else 0.0)
                for name in evidence:
                    slope[name] += step
            for name, value in slope.items():
                value = case.weight * (value + pull * weights[name] * (5 if name.startswith("is ") else 1))
                squares[name] += value * value
                weights[name] -= 0.3 * value / math.sqrt(squares[name])
    return dict(weights)


def best(case: Case, weights: dict[str, float]) -> int:
    """Return the index of the candidate with the highest sum."""
    scores = [sum(weights.get(name, 0.0) for name in evidence) for evidence in case.evidence]
    return max(range(len(scores)), key=scores.__getitem__)


def left_out(cases: Sequence[Case], more: Sequence[Case], verbose: bool) -> tuple[int, int]:
    """Return how many labelled numbers are named right by weights that never saw their document, and of how many."""
    right = total = 0
    for report in sorted({case.report for case in cases}):
        weights = fit([*(case for case in cases if case.report != report), *more])
        own = [case for case in cases if case.report == report]
        hits = 0
        for case in own:
            index = best(case, weights)
            hits += index in case.right
            if verbose and index not in case.right:
                print(f"  {case.place}: {case.quantities[index]} instead of {case.wanted}{'' if case.right else ' (no candidate)'}")
        print(f"{report}: {hits} of {len(own)}")
        right, total = right + hits, total + len(own)
    return right, total


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--key", nargs=2, action="append", default=[], type=Path, metavar=("KEY", "REPORTS"))
    parser.add_argument(
        "--text", nargs=2, action="append", default=[], type=Path, metavar=("KEY", "REPORTS"), help="small texts, half weight"
    )
    parser.add_argument("--ids", type=Path, help="the file that fixes the ids (quantities.md)")
    parser.add_argument("--weak", nargs=2, action="append", default=[], type=Path, metavar=("KEY", "REPORTS"))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only-write", action="store_true", help="write without the figures")
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    fixed = frozenset(
        re.findall(r"\b[a-z]+\.[a-z_]+\b|\bgpus\b|\bnodes\b|\bchange\b", args.ids.read_text(encoding="utf-8")) if args.ids else ()
    )
    cases = [case for key, reports in args.key for case in labelled(key, reports, fixed)]
    more = [case for key, reports in args.weak for case in labelled(key, reports, fixed, WEAK)]
    more += [case for key, reports in args.text for case in labelled(key, reports, fixed, 0.15)]
    print(f"{len(cases)} labelled numbers, {sum(not case.right for case in cases)} without a right candidate; {len(more)} more")
    right, total = left_out(cases, more, args.verbose) if not args.only_write else (0, 0)
    print(f"left one document out: {right} of {total} named right ({right / max(1, total):.1%})")
    if args.write or args.only_write:
        weights = {name: round(SCALE * value) for name, value in sorted(fit([*cases, *more]).items())}
        lines = [f"  {json.dumps(name)}: {value}" for name, value in weights.items() if value]
        head = "# What each evidence counts, in tenths of a unit of log odds. Written by scripts/fit_evidence.py; do not edit.\n"
        WRITTEN.write_text(head + "weights:\n" + "\n".join(lines) + "\n", encoding="utf-8")
        print(f"{len(lines)} weights written to {WRITTEN.name}")


if __name__ == "__main__":
    main()
