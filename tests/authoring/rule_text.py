"""A small rule that is in order, and the lexicon it needs; tests break one thing at a time."""

from __future__ import annotations

from pathlib import Path

from auditor.authoring.validate import Entry, entries

GOOD = """\
id: world-size
code: TST001
category: layout
summary: The GPUs are the product of the degrees.
since: "0.1"
severity: error
confidence: high
uses: [gpus, tp, pp]
assume: {pp: 1}
conventions:
  product: {holds: gpus == tp * pp, source: a test}
  half:
    holds: gpus == tp * pp / 2
    when: pp > 1
    source: another test
let: {total: tp * pp}
message: "{gpus} GPUs, but {total:written} = {total}, so {gpus:expected}"
labels: {gpus: "says {gpus}"}
why: A test.
"""

LEXICON = {
    "quantities": [
        {"id": "gpus", "symbol": "gpus", "unit": "1"},
        {"id": "parallel.tensor", "symbol": "tp", "unit": "1"},
        {"id": "parallel.pipeline", "symbol": "pp", "unit": "1"},
        {"id": "memory.weights", "symbol": "weights", "unit": "GB"},
        {"id": "experts.per_gpu", "symbol": "experts_per_gpu", "unit": "1", "per": "gpu"},
        {"id": "time.step", "symbol": "step_time", "unit": "ms"},
    ]
}

LEXICON_TEXT = "quantities:\n" + "".join(
    f"  - {{{', '.join(f'{key}: {value!r}' for key, value in entry.items())}}}\n" for entry in LEXICON["quantities"]
)


def quantities() -> dict[str, Entry]:
    return entries(LEXICON)


def put(folder: Path, text: str = GOOD, *, category: str = "layout", name: str = "world-size") -> Path:
    """Write a rule to its place in a folder of rules that has a lexicon, and return its file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lexicon.yaml").write_text(LEXICON_TEXT, encoding="utf-8")
    place = folder / category / name / "rule.yaml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")
    return place
