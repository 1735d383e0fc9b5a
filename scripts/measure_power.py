"""Measure what the audit finds of errors planted in generated reports, and keep the figures in docs/measurements-power.md.

python -m scripts.measure_power              print the page
python -m scripts.measure_power --write      write it
python -m scripts.measure_power --plans 20   draw more plans than the page rests on

Consistent plans are drawn and written in every style of tests/generated; in each, single numbers are changed so far that a law among
the numbers shown is broken (tests/generated/ties.py). An error counts as found only where its own number is a place of a finding.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from os import cpu_count
from pathlib import Path
from random import Random

import click

from tests.generated.measures import caught, drawn, planted, raised
from tests.generated.styles import STYLES

PAGE = Path(__file__).parents[1] / "docs" / "measurements-power.md"
PLANS, CHANGES = 4, 6
LEAST = Fraction(95, 100)

HEAD = """# What the audit finds of planted errors

Written by `python -m scripts.measure_power --write`. Consistent plans, drawn at random and written in {styles} styles (bullets, prose,
tables, drawings, JSON, YAML, TOML, launch commands): {reports} reports, in which {alarms} errors or warnings are raised. In each, up to
{changes} single numbers are changed by a known factor (0.5 to 10), far enough to break a law among the numbers shown beyond rounding,
prefixes and ways of counting. An error is *found* where its number is one of the places of an error or a warning.

**{found} of {tried} planted errors are found: {share}.**
"""


@dataclass(frozen=True)
class Planted:
    """One planted error: the style it stands in, the laws it breaks, whether it was found."""

    style: str
    breaks: tuple[str, ...]
    found: bool
    told: str


@dataclass(frozen=True)
class Tried:
    """One report: how many findings it raises as it is, and the errors planted in it."""

    alarms: int
    errors: tuple[Planted, ...]


def tried(job: tuple[str, int]) -> Tried:
    """Draw the report of a style and a seed, and plant errors in it."""
    style, number = job
    plan, report = drawn(f"measured {number}", style)
    random = Random(f"planted {number} {style}")  # noqa: S311 - draws test data
    errors = planted(plan, report)
    return Tried(
        len(raised(report)),
        tuple(
            Planted(
                style,
                change.breaks,
                caught(report, change).anywhere,
                f"{change.figure.quantity} {change.figure.text!r} as {change.written!r}",
            )
            for change in random.sample(errors, min(CHANGES, len(errors)))
        ),
    )


def page(results: Iterable[Tried]) -> tuple[str, bool]:
    """Return the page, and whether the share found is high enough and nothing is raised for consistent plans."""
    reports = tuple(results)
    errors = [error for report in reports for error in report.errors]
    found, alarms = sum(error.found for error in errors), sum(report.alarms for report in reports)
    head = HEAD.format(
        styles=len(STYLES),
        reports=len(reports),
        alarms=alarms or "no",
        changes=CHANGES,
        found=found,
        tried=len(errors),
        share=percent(found, len(errors)),
    )
    text = "\n".join([head, *by_law(errors), "", *by_style(errors), "", *missed(errors)]) + "\n"
    return text, not alarms and found >= LEAST * len(errors)


def by_law(errors: list[Planted]) -> Iterator[str]:
    """Yield a table by the law an error breaks; an error that breaks several counts for each."""
    yield from ("## By law", "", "| Law broken | Planted | Found | Share |", "|---|---:|---:|---:|")
    yield from rows((law, error.found) for error in errors for law in dict.fromkeys(law.partition(":")[0] for law in error.breaks))


def by_style(errors: list[Planted]) -> Iterator[str]:
    """Yield a table by the style of the report."""
    yield from ("## By style", "", "| Style | Planted | Found | Share |", "|---|---:|---:|---:|")
    yield from rows((error.style, error.found) for error in errors)


def rows(items: Iterable[tuple[str, bool]]) -> Iterator[str]:
    """Yield the rows of a table: the most frequent first."""
    listed = list(items)
    right = Counter(name for name, found in listed if found)
    for name, count in sorted(Counter(name for name, _ in listed).items(), key=lambda item: (-item[1], item[0])):
        yield f"| {name} | {count} | {right[name]} | {percent(right[name], count)} |"


def missed(errors: list[Planted]) -> Iterator[str]:
    """Yield what was not found."""
    yield from ("## Not found", "")
    yield from (f"- {error.style}: {error.told} (breaks {', '.join(error.breaks)})" for error in errors if not error.found)


def percent(part: int, whole: int) -> str:
    """Return a share in percent."""
    return f"{100 * part / whole:.1f} %" if whole else "none"


@click.command(help=__doc__)
@click.option("--write", is_flag=True, help="Write docs/measurements-power.md.")
@click.option("--plans", type=click.IntRange(min=1), default=PLANS, show_default=True, help="Plans drawn for each style.")
def main(write: bool, plans: int) -> None:
    """Measure, print or write the page; end with 1 where a figure is out of its bounds."""
    jobs = [(style, number) for style in STYLES for number in range(plans)]
    with ProcessPoolExecutor(cpu_count()) as pool:
        text, enough = page(pool.map(tried, jobs, chunksize=2))
    if write:
        PAGE.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)
    if not enough:
        click.echo("something is raised for a consistent plan, or less than 95 % of the planted errors are found", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
