"""Feed the readers and the audit with mutated texts, guided by coverage: python -m scripts.fuzz TARGET [FOLDER] [options of libFuzzer].

TARGET is one of `TARGETS`; FOLDER holds the corpus and grows. Without one the shipped seeds are used. It takes atheris, which is no
dependency of the project (`pip install atheris`, Linux and CPython up to what it supports). `tests/test_fuzz.py` runs every target on
the seeds, and on what hypothesis draws, without it. An input that breaks something belongs to `fixtures/hostile` with its kind.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from auditor.config_file import parts
from auditor.errors import AuditorError, InputError
from auditor.findings import Report
from auditor.limits import Limits
from auditor.parse import parse
from auditor.pipeline import audit_source
from auditor.read import decode
from auditor.render import FORMATS
from auditor.render import load as renderer
from auditor.render.run import Options, Run
from auditor.rulebook import load
from auditor.suppress import read as suppressions_of

__all__ = ["TARGETS", "main", "seeds"]

ROOT = Path(__file__).parents[1]
LIMITS = Limits(steps=20_000_000)


def _audit(name: str) -> Callable[[bytes], None]:
    """Return what audits the bytes of a file of this name: twice the same, all places inside the text, every format written."""

    def run(data: bytes) -> None:
        try:
            source = decode(data, name)
        except InputError:
            return
        report, again = (audit_source(source, limits=LIMITS) for _ in range(2))
        if (report.findings, report.notes) != (again.findings, again.notes):
            raise AssertionError("the same text gave another answer")
        for text in (*_faults(report), *(note.message for note in report.notes if "could not be run" in note.message)):
            raise AssertionError(text)
        for form in FORMATS:
            renderer(form)(Run((report,), (), "0", "0"), Options())

    return run


def _faults(report: Report) -> Iterator[str]:
    length = len(report.source.text)
    for outcome in report.outcomes:
        for span in outcome.spans:
            if span.end > length:
                yield f"{outcome.rule}: {span} lies outside a text of {length}"


def _suppressions(data: bytes) -> None:
    try:
        source = decode(b"- GPUs: 8\n<!-- audit: " + data + b" -->\n", "a.md")
    except InputError:
        return
    suppressions_of(parse(source))


def _settings(data: bytes) -> None:
    try:
        parts(data.decode("utf-8", "replace"))
    except AuditorError:
        return


def _values(data: bytes) -> None:
    load().lexicon.scan(data.decode("utf-8", "replace")[:500])


def _rule(data: bytes) -> None:
    from auditor.authoring.sources import read_sheet
    from auditor.authoring.validate import entries, validate

    lexicon = ROOT / "rules" / "lexicon.yaml"
    words = read_sheet(lexicon.read_text(encoding="utf-8"), str(lexicon))
    try:
        validate(read_sheet(data.decode("utf-8", "replace"), "rule.yaml"), entries(words.data, words.path))
    except AuditorError:
        return


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "markdown": _audit("a.md"),
    "json": _audit("a.json"),
    "yaml": _audit("a.yaml"),
    "toml": _audit("a.toml"),
    "shell": _audit("a.sh"),
    "values": _values,
    "rules": _rule,
    "settings": _settings,
    "suppressions": _suppressions,
}
_ENDINGS = {"markdown": ".md", "json": ".json", "yaml": ".yaml", "toml": ".toml", "shell": ".sh"}


def seeds(target: str) -> list[bytes]:
    """Return small texts to start from: the shipped examples and hostile files of the target's kind, and a few lines for the others."""
    if ending := _ENDINGS.get(target):
        files = [*(ROOT / "rules").glob(f"*/*/*{ending}"), *(ROOT / "fixtures" / "hostile").glob(f"*{ending}")]
        small = sorted(path for path in files if path.name != "rule.yaml" and path.stat().st_size < 3_000)
        return [path.read_bytes() for path in small[:60]] or [b"gpus = 16\n"]
    if target == "rules":
        return [path.read_bytes() for path in sorted((ROOT / "rules").glob("*/*/rule.yaml"))[:20]]
    return {
        "values": [b"16 GPUs", b"1,024 x 2 = 2k", b"3.2e12 FLOP/s", "10⁹ ≈ ½".encode(), b"2-4 GB", b"12:30", b"50%"],
        "settings": [b"select = ['LAY']", b"limits = {steps = 5}", b"[per-file-ignores]\n'a' = ['b']", b"min-coverage = 1e9"],
        "suppressions": [b"ignore[LAY001] because", b"off", b"on", b"ignore-next[ALL]: why", b"ignore-file"],
    }[target]


def main(arguments: list[str]) -> None:
    """Fuzz one target until it breaks or is stopped."""
    import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]

    target, *rest = arguments
    with tempfile.TemporaryDirectory() as folder:
        for index, seed in enumerate(seeds(target)):
            (Path(folder) / str(index)).write_bytes(seed)
        atheris.instrument_all()
        atheris.Setup([sys.argv[0], *(rest or ["-max_total_time=60"]), folder], TARGETS[target])
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
