"""Feed the readers and the audit with mutated texts, guided by coverage: python -m scripts.fuzz TARGET [FOLDER] [options of libFuzzer].

TARGET is one of `TARGETS`; FOLDER holds the corpus and grows. Without one the shipped seeds are used. It takes atheris, which is no
dependency of the project (`pip install atheris`, Linux and CPython up to what it supports). `tests/test_fuzz.py` runs every target on
the seeds, and on what hypothesis draws, without it. An input that broke something is kept in `fixtures/regressions`, whose names begin
with the target; `scripts/measure_fuzz.py` runs all targets for a time and keeps what came of it.

What holds of every text: no exception, no rule that could not be run, the same answer twice, places inside the text, a status that is
documented, valid JSON; `--fix` leaves nothing to fix and raises nothing new; a comment in front changes no finding; and a page of
Markdown says the same alone and as a string of JSON.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from traceback import extract_tb, format_exception
from typing import Final
from zlib import crc32

from auditor.config_file import parts
from auditor.errors import AuditorError, InputError
from auditor.findings import Report
from auditor.fix import fix
from auditor.limits import Limits
from auditor.parse import parse
from auditor.pipeline import audit_source
from auditor.read import decode
from auditor.render import FORMATS
from auditor.render import load as renderer
from auditor.render.run import Options, Run, conclusion
from auditor.rulebook import load
from auditor.statements import Source
from auditor.suppress import read as suppressions_of

__all__ = ["EXECUTED", "TARGETS", "counted", "keeping", "kind_of", "main", "seeds"]

ROOT = Path(__file__).parents[1]
LIMITS = Limits(steps=20_000_000)


EXECUTED: Final = "executed: "
"""What the last line of a run begins with; the number of executions follows."""
_VERDICTS: Final = ("contradicted", "consistent", "undetermined", "not-audited")
_COMMENTS: Final = {"md": "<!-- a note -->\n\n", "yaml": "# a note\n", "toml": "# a note\n", "sh": "# a note\n"}
_TURNS: Final = 5
"""What takes more than one audit is looked at for one text of so many; the text itself says for which."""


def audited(source: Source) -> Report:
    """Audit within the limits of a fuzzer."""
    return audit_source(source, limits=LIMITS)


def _audit(name: str) -> Callable[[bytes], None]:
    """Return what audits the bytes of a file of this name and raises AssertionError for what must not be."""

    def run(data: bytes) -> None:
        try:
            source = decode(data, name)
        except InputError:
            return
        report = audited(source)
        for fault in _faults(report):
            raise AssertionError(fault)
        whole = not any(note.fatal for note in report.notes)
        turn = crc32(data) % _TURNS
        if turn == 0 and whole:
            _commented(source, report)
        if turn == 1 and whole:
            _fixed(report)
        if turn == 2 and whole and name.endswith(".md"):
            _as_a_string(source, report)
        if turn == 3:
            _again(source, report)
        if turn == 4:
            _shown(report)

    return run


def _faults(report: Report) -> Iterator[str]:
    yield from (note.message for note in report.notes if "could not be run" in note.message)
    length = len(report.source.text)
    spans = [(outcome.rule, span) for outcome in report.outcomes for span in outcome.spans]
    spans += [(finding.code, place.span) for finding in report.findings for place in (finding.place, *finding.related) if not place.path]
    for rule, span in spans:
        if not 0 <= span.start <= span.end <= length:
            yield f"{rule}: {span} lies outside a text of {length}"
    if conclusion(report)[0] not in _VERDICTS:
        yield f"there is no verdict {conclusion(report)[0]}"


def _again(source: Source, report: Report) -> None:
    again = audited(source)
    if (report.findings, report.notes) != (again.findings, again.notes):
        raise AssertionError("the same text gave another answer")


def _shown(report: Report) -> None:
    """Every format can say it, and what is JSON is valid."""
    for form in FORMATS:
        text = renderer(form)(Run((report,), (), "0", "0"), Options())
        if form in ("json", "sarif", "gitlab"):
            json.loads(text)
        if form == "jsonl":
            for line in text.split("\n")[:-1]:
                json.loads(line)


def _codes(report: Report) -> list[str]:
    return sorted(finding.code for finding in report.findings)


def _commented(source: Source, report: Report) -> None:
    """A comment in front says nothing: where the first line is what its format looks at first, there is none."""
    comment = _COMMENTS.get(source.path.rpartition(".")[2])
    if comment is None or source.text.startswith(("#!", "---", "+++", "%", "\ufeff")):
        return
    other = audited(decode((comment + source.text).encode("utf-8", "surrogatepass"), source.path))
    if _codes(other) != _codes(report):
        raise AssertionError(f"a comment changes the findings: {_codes(report)} {_codes(other)}")


def _fixed(report: Report) -> None:
    """Fixing twice is fixing once, and brings about no finding that was not there."""
    if not any(repair.safe for finding in report.findings for repair in finding.repairs):
        return
    once = fix(report, audited)
    if set(_codes(once.report)) - set(_codes(report)):
        raise AssertionError(f"fixing brings about findings: {_codes(report)} {_codes(once.report)}")
    if once.settled and (twice := fix(once.report, audited)).source.text != once.source.text:
        raise AssertionError(f"fixing twice fixes more: {twice.source.text!r}")


def _as_a_string(source: Source, report: Report) -> None:
    """A page of Markdown says the same where it is one string of JSON."""
    if "\x00" in source.text or "\ufffd" in source.text or len(source.text) < 200:
        return
    inside = audited(decode(json.dumps({"report": source.text}).encode(), "a.json"))
    if any(note.fatal for note in inside.notes) or not any(statement.path for statement in parse(source).statements):
        return
    if _codes(inside) != _codes(report):
        raise AssertionError(f"in JSON the page has other findings: {_codes(report)} {_codes(inside)}")


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


def keeping(target: Callable[[bytes], None], folder: Path) -> Callable[[bytes], None]:
    """Return a target that keeps the first input of each kind of fault in a folder and goes on: an engine would stop at the first."""
    known: set[str] = set()

    def run(data: bytes) -> None:
        try:
            target(data)
        except Exception as error:
            kind = kind_of(error)
            if kind not in known:
                known.add(kind)
                name = f"{crc32(kind.encode()):08x}"
                (folder / f"{name}.input").write_bytes(data)
                (folder / f"{name}.txt").write_text(kind + "\n\n" + "".join(format_exception(error)), encoding="utf-8")

    return run


def counted(target: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """Return a target that counts how often it is called, and ends the process with that figure where its processor time is used up."""
    calls = 0

    def run(data: bytes) -> None:
        nonlocal calls
        calls += 1
        target(data)

    def stop(*_: object) -> None:
        os.write(2, f"\n{EXECUTED}{calls}\n".encode())
        os._exit(0)

    signal.signal(signal.SIGXCPU, stop)
    return run


def kind_of(error: BaseException) -> str:
    """Return what two faults of one kind share: the exception and its line; of an invariant, what it says without figures."""
    if isinstance(error, AssertionError):
        return re.sub(r"[0-9]+", "0", str(error).partition(":")[0])
    last = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name} {last.name}: {last.line}"


def main(arguments: list[str]) -> None:
    """Fuzz one target until it breaks or is stopped; with `--keep FOLDER` until it is stopped."""
    import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]

    target, *rest = arguments
    run = TARGETS[target]
    if rest[:1] == ["--keep"]:
        run = keeping(run, Path(rest[1]))
        rest = rest[2:]
    run = counted(run)
    load()  # compiled before it is instrumented, if it has to be
    with tempfile.TemporaryDirectory() as folder:
        for index, seed in enumerate(seeds(target)):
            (Path(folder) / str(index)).write_bytes(seed)
        atheris.instrument_all()
        atheris.Setup([sys.argv[0], *(rest or ["-max_total_time=60"]), folder], run)
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
