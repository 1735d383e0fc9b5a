"""Fit how much each evidence and each word counts, and say how well they name what nobody tuned them to.

    python -m scripts.fit_evidence --ids QUANTITIES.md --key CLAIMS.jsonl REPORTS [--key ...] [--held CLAIMS.jsonl REPORTS ...] [--write]

A key holds one labelled number a line (report, line, quantity, text). For each number the candidates of `auditor.claims.candidates`
are collected with their evidence and the words around it; a conditional logit is fitted to the labels, with a pull of every weight
towards zero. The first figure is that of leaving documents out, a fifth of them at a time: weights fitted to the others, asked about the
numbers of these. Documents that are held (`--held`) are never fitted to. A key that is given twice counts twice. `--write` fits to all
keys and writes whole numbers to rules/evidence.yaml and rules/wording.yaml.
"""

from __future__ import annotations

import argparse
import collections
import json
import math
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from auditor.claims import resolve
from auditor.claims.candidates import Candidate
from auditor.claims.line import Line, Meaning
from auditor.language.numbers import Number
from auditor.pipeline import read_claims
from auditor.read import read_file

SCALE: Final = 10
"""Points of one unit of log odds."""
RULES: Final = Path(__file__).resolve().parent.parent / "rules"
FOLDS: Final = 5
ROUNDS: Final = 8
ROUNDS_OF_KEPT: Final = 3
"""Rounds after the words that hardly count are gone."""
DOCUMENTS: Final = 3
"""Documents in which a word must stand to count at all."""
LEAST_RIGHT: Final = 4
"""Numbers that must state a quantity before it is considered where nothing names it."""
LEAST_POINTS: Final = 3
"""Points below which a word is dropped."""


@dataclass(frozen=True)
class Case:
    """A number, what it may state, and which of that is right."""

    report: str
    place: str
    quantities: tuple[str, ...]
    evidence: tuple[tuple[str, ...], ...]
    words: tuple[str, ...]
    right: frozenset[int]
    wanted: str
    first: str
    """What the readers of single phrases take it for."""


@dataclass(frozen=True)
class Seen:
    """A number as the reader met it."""

    line: int
    digits: str
    shown: str
    candidates: tuple[Candidate, ...]
    words: tuple[str, ...]
    first: str


def seen_in(path: Path) -> list[Seen]:
    """Read a report and return each number that may claim something."""
    found: list[Seen] = []
    source = read_file(path)

    def watch(line: Line, number: Number, candidates: Sequence[Candidate], words: Sequence[str], first: Meaning | None) -> None:
        at = source.lines.point(line.statement.value.span(number.digits, number.stop).start).line
        digits = line.text[number.digits : number.stop]
        shown = line.text[max(0, number.start - 40) : number.end + 30]
        found.append(Seen(at, _digits(digits), shown, tuple(candidates), tuple(words), first.quantity if first else "other"))

    resolve.WATCH.append(watch)
    try:
        read_claims(source)
    finally:
        resolve.WATCH.pop()
    return found


def _digits(text: str) -> str:
    return re.sub(r"[,_ ]", "", (re.search(r"\d[\d,._ ]*", text) or [text])[0]).rstrip(".")


def labelled(key: Path, reports: Path, fixed: frozenset[str]) -> Iterator[Case]:
    """Yield the numbers of a key, each with the candidates that are right."""
    rows = collections.defaultdict(list)
    for row in key.read_text(encoding="utf-8").splitlines():
        if row.strip():
            label = json.loads(row)
            rows[label["report"]].append(label)
    for report, labels in rows.items():
        if not (reports / report).exists():
            continue
        by_line = collections.defaultdict(list)
        for one in seen_in(reports / report):
            by_line[one.line].append(one)
        for label in labels:
            numbers = {_digits(text) for text in re.findall(r"\d[\d,._]*", label["text"])}
            match = next((one for one in by_line[label["line"]] if one.digits in numbers), None)
            if match is None:
                continue
            by_line[label["line"]].remove(match)
            wanted = label["quantity"]
            quantities = tuple(one.quantity for one in match.candidates)
            right = frozenset(index for index, one in enumerate(quantities) if same(one, wanted, fixed))
            place = f"{reports.parent.name}/{report}:{label['line']} {match.shown!r}"
            evidence = tuple(one.evidence for one in match.candidates)
            yield Case(f"{reports.parent.name}/{report}", place, quantities, evidence, match.words, right, wanted, match.first)


def same(quantity: str, wanted: str, fixed: frozenset[str]) -> bool:
    """Tell whether a quantity is what is wanted, or the plain time that its phase makes of it; a free label is any without a fixed id."""
    if wanted.startswith("other") and quantity not in fixed:
        return True
    return quantity == wanted or (quantity == "time.step" and wanted in ("time.prefill", "time.decode"))


@dataclass
class Weights:
    """What each evidence counts, and each word for each quantity, in units of log odds."""

    evidence: dict[str, float]
    words: dict[str, dict[str, float]]

    def sums(self, case: Case) -> list[float]:
        """Return the sum of each candidate of a number."""
        told: dict[str, float] = collections.defaultdict(float)
        for word in case.words:
            for quantity, weight in self.words.get(word, {}).items():
                told[quantity] += weight
        return [
            sum(self.evidence.get(name, 0.0) for name in evidence) + told.get(quantity, 0.0)
            for quantity, evidence in zip(case.quantities, case.evidence, strict=True)
        ]

    def best(self, case: Case) -> int:
        """Return the index of the candidate with the highest sum."""
        sums = self.sums(case)
        return max(range(len(sums)), key=sums.__getitem__)


def known_words(cases: Iterable[Case]) -> frozenset[str]:
    """Return the words that stand in several documents."""
    where: dict[str, set[str]] = collections.defaultdict(set)
    for case in cases:
        for word in case.words:
            where[word].add(case.report)
    return frozenset(word for word, reports in where.items() if len(reports) >= DOCUMENTS)


def narrowed(cases: Sequence[Case]) -> list[Case]:
    """Return the cases without candidates that nothing names and that no number is known to state, and with the words that count."""
    stated = collections.Counter(case.quantities[index] for case in cases for index in case.right)
    known = known_words(cases)
    return [_narrowed(case, frozenset(name for name, count in stated.items() if count >= LEAST_RIGHT), known) for case in cases]


def _narrowed(case: Case, stated: frozenset[str], known: frozenset[str]) -> Case:
    kept = [
        index for index, evidence in enumerate(case.evidence) if not evidence[0].startswith("unnamed") or case.quantities[index] in stated
    ]
    return replace(
        case,
        quantities=tuple(case.quantities[index] for index in kept),
        evidence=tuple(case.evidence[index] for index in kept),
        words=tuple(word for word in case.words if word in known),
        right=frozenset(place for place, index in enumerate(kept) if index in case.right),
    )


def fit(cases: Sequence[Case], seed: int = 1) -> Weights:
    """Return the weights: gradient steps (AdaGrad) on the log likelihood of the right candidates; words that hardly count are dropped."""
    usable = [case for case in narrowed(cases) if case.right and len(case.right) < len(case.quantities)]
    weights = Weights({}, {})
    squares: dict[tuple[str, str], float] = {}
    order = random.Random(seed)  # noqa: S311 - an order of examples, no secret
    for turn in range(ROUNDS + ROUNDS_OF_KEPT):
        if turn == ROUNDS:
            weights.words = {word: kept for word, counts in weights.words.items() if (kept := _kept(counts))}
        order.shuffle(usable)
        for case in usable:
            _step(case, weights, squares, grow=turn < ROUNDS)
    weights.words = {word: kept for word, counts in weights.words.items() if (kept := _kept(counts))}
    return weights


def _kept(counts: Mapping[str, float]) -> dict[str, float]:
    return {quantity: count for quantity, count in counts.items() if abs(count) * SCALE >= LEAST_POINTS}


_PULL: Final = 1e-3
_PULL_OF_WORDS: Final = 3e-3
_RATE: Final = 0.3
_LEAST_SLOPE: Final = 3e-3


def _step(case: Case, weights: Weights, squares: dict[tuple[str, str], float], *, grow: bool) -> None:
    """Move the weights one step towards the right candidates of a number; words get new weights only if they may `grow`."""
    sums = weights.sums(case)
    top = max(sums)
    odds = [math.exp(one - top) for one in sums]
    total, mass = sum(odds), sum(odds[index] for index in case.right)
    slopes: dict[str, float] = collections.defaultdict(float)
    for index, quantity in enumerate(case.quantities):
        slope = odds[index] / total - (odds[index] / mass if index in case.right else 0.0)
        if abs(slope) < _LEAST_SLOPE:
            continue
        for name in case.evidence[index]:
            slopes[name] += slope
        for word in case.words:
            counts = weights.words.get(word) if not grow else weights.words.setdefault(word, {})
            if counts is not None and (grow or quantity in counts):
                counts[quantity] = _moved(counts.get(quantity, 0.0), slope, _PULL_OF_WORDS, squares, (word, quantity))
    for name, slope in slopes.items():
        weights.evidence[name] = _moved(weights.evidence.get(name, 0.0), slope, _PULL, squares, (name, ""))


def _moved(weight: float, slope: float, pull: float, squares: dict[tuple[str, str], float], name: tuple[str, str]) -> float:
    slope += pull * weight
    squares[name] = squares.get(name, 0.5) + slope * slope
    return weight - _RATE * slope / math.sqrt(squares[name])


@dataclass(frozen=True)
class Asked:
    """A number that was named by weights that never saw its document."""

    case: Case
    quantity: str
    right: bool
    first: bool
    """The first reading alone is right."""
    margin: float


def asked(cases: Sequence[Case], weights: Weights, fixed: frozenset[str]) -> list[Asked]:
    """Return what some weights make of some numbers."""
    found = []
    for case in cases:
        sums = weights.sums(case)
        index = max(range(len(sums)), key=sums.__getitem__)
        ranked = sorted(sums, reverse=True)
        margin = SCALE * (ranked[0] - ranked[1]) if len(ranked) > 1 else 99.0
        found.append(Asked(case, case.quantities[index], index in case.right, same(case.first, case.wanted, fixed), margin))
    return found


def _fold(task: tuple[list[Case], list[Case], frozenset[str]]) -> list[Asked]:
    others, own, fixed = task
    return asked(own, fit(others), fixed)


def left_out(cases: Sequence[Case], fixed: frozenset[str], workers: int) -> list[Asked]:
    """Return what weights that never saw a document make of its numbers."""
    reports = sorted({case.report for case in cases})
    random.Random(3).shuffle(reports)  # noqa: S311 - which documents are left out together
    tasks = []
    for fold in range(FOLDS):
        out = frozenset(reports[fold::FOLDS])
        tasks.append(([case for case in cases if case.report not in out], [case for case in cases if case.report in out], fixed))
    with ProcessPoolExecutor(workers) as pool:
        return [one for found in pool.map(_fold, tasks) for one in found]


def shown(title: str, found: Sequence[Asked]) -> None:
    """Print the share that is named right, of the first reading and of the sum, by set."""
    by_set = collections.defaultdict(list)
    for one in found:
        by_set[one.case.report.partition("/")[0]].append(one)
    for name, some in (*sorted(by_set.items()), (title, list(found))):
        first, right = sum(one.first for one in some), sum(one.right for one in some)
        print(f"{name}: {len(some)} numbers, first reading {first / len(some):.1%}, all the evidence {right / len(some):.1%}")


def written(weights: Weights) -> None:
    """Write the weights as whole points."""
    note = "in tenths of a unit of log odds. Written by scripts/fit_evidence.py; do not edit."
    evidence = [f"  {json.dumps(name)}: {points}" for name, value in sorted(weights.evidence.items()) if (points := round(SCALE * value))]
    head = f"# What each evidence counts, {note}\nweights:\n"
    (RULES / "evidence.yaml").write_text(head + "\n".join(evidence) + "\n", encoding="utf-8")
    lines = []
    for word, counts in sorted(weights.words.items()):
        whole = ((quantity, round(SCALE * value)) for quantity, value in sorted(counts.items()))
        told = ", ".join(f"{quantity} {count}" for quantity, count in whole if count)
        if told:
            lines.append(f"  {json.dumps(word, ensure_ascii=False)}: {told}")
    head = f"# What each word around a number counts for which quantity, {note}\nwords:\n"
    (RULES / "wording.yaml").write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(evidence)} weights of evidence, {len(lines)} words")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--key", nargs=2, action="append", default=[], type=Path, metavar=("KEY", "REPORTS"))
    parser.add_argument("--held", nargs=2, action="append", default=[], type=Path, metavar=("KEY", "REPORTS"))
    parser.add_argument("--ids", type=Path, required=True, help="the file that fixes the ids (quantities.md)")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only-write", action="store_true", help="write without the figures")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--verbose", action="store_true", help="show each number that is named wrong")
    args = parser.parse_args()
    fixed = frozenset(re.findall(r"\b[a-z]+\.[a-z_]+\b|\bgpus\b|\bnodes\b|\bchange\b", args.ids.read_text(encoding="utf-8")))
    cases = [case for key, reports in args.key for case in labelled(key, reports, fixed)]
    print(f"{len(cases)} labelled numbers, {sum(not case.right for case in cases)} without a right candidate")
    found = left_out(cases, fixed, args.workers) if not args.only_write else []
    if found:
        shown("left out", found)
    for one in found if args.verbose else ():
        if not one.right:
            print(f"  {one.case.place}: {one.quantity} ({one.margin:.0f} points) instead of {one.case.wanted}; first {one.case.first}")
    if args.write or args.only_write or args.held:
        weights = fit(cases)
        for key, reports in args.held:
            shown(f"held {reports.parent.name}", asked(list(labelled(key, reports, fixed)), weights, fixed))
        if args.write or args.only_write:
            written(weights)


if __name__ == "__main__":
    main()
