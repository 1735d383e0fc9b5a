"""Pages that explain or record rather than plan: what they say in passing contradicts nothing, what they say wrong still does.

Each case has the shape of a published page, with wording of our own; beside most of them stands a neighbour that is a slip.
"""

from __future__ import annotations

import pytest

from auditor.findings import Report, Severity
from auditor.pipeline import audit_source
from auditor.read import decode

EXPLAINED = """# Degrees, explained

On one machine TP=1 answers first, more ranks answer faster.

Some mixtures do best (e.g. TP=4 + PP=4 for the largest model), so measure them.
"""

TITLED = """# Two ways to attend

## An example: `--tp 8 --dp 8`

Here `attn_tp_size=1`, and every GPU attends alone with TP=8.

## Another example: `--tp 8 --dp 4`

Pairs of GPUs share it.
"""

SAMPLES = """# A server

## One call

```json
{"usage": {"prompt_tokens": 10, "total_tokens": 10}}
```

## Two calls

```json
{"usage": {"prompt_tokens": 20, "total_tokens": 20}}
```
"""

STEPS = """# A step of the engine

```text
Batch size: 4

Remove one

Batch size: 3
```
"""

PRECISIONS = """# Fewer GPUs

A model in BF16 needs three GPUs:

- Quantizing to FP8 halves what it takes (2 GPUs)
- Quantizing to FP4 quarters it (1 GPU)
"""

SCALED = """# Sizes

| Model | GPUs | SeqLen | TP | PP | CP | EP | ETP | DP | MBS | GBS | GA |
|---|---|---|---|---|---|---|---|---|---|---|---|
| large | 128-512 | 8192 | 2 | 1 | 1 | 1 | 2 | GPUs/2 | 1 | GPUs/2 | 1 |
| small | 64-512 | 8192 | 1 | 4 | 1 | 1 | 1 | GPUs/4 | 1 | GPUs*2 | 8 |
"""

HOST = """# The machine

- GPU: NVIDIA H200
- RAM: 256 GB
"""

TITLE = """# Throughput per GPU of a mixture

The model routes over 256 routed experts. A box holds EP=8, a rack up to EP=32.
"""

TRAINED = """# States

Llama 3 70B requires ~840GB of state: 140GB weights, 140GB gradients and 560GB of Adam's moments.

Fine-tuning an 8B model with Adam occupies roughly 56 GB.

A 65B model fits on a single 48 GB GPU.

- Model: 70 billion parameters at 2 bytes = 140 GB
- Total Static Memory: 840 GB
"""

KINDS = """# Kernels

Since models with 32 query heads and 2 KV heads need TP ≥ 4, groups are counted per GPU.

```bash
python bench.py --num-q-heads 6 --num-kv-heads 1
```
"""

CUT = """# Caches

The cache takes 42 GB; five ways to cut that 42 GB to under 6 GB follow.
"""

FRONT = """---
weight: -4
---

# A page
"""

MODELS = """# Two models

The first has 132B total parameters and 36B active parameters, as its authors tell, and is served by a router of its own.

Another model of ours is a 2.7B one.
"""

LISTED_TIMES = """# Kernels

| Kernel | Time (ms) | Share |
|---|---|---|
| Products | 380 | 30.3% |
| Scatter | 287 | 22.8% |
| Reduce | 131 | 10.4% |
| Gather | 115 | 9.1% |
| Elements | 83 | 6.6% |
| Casts | 55 | 4.4% |
"""


def errors(text: str, name: str = "page.md") -> list[str]:
    """Return the codes of all errors and warnings of a text."""
    report: Report = audit_source(decode(text.encode(), name))
    return [finding.code for finding in report.findings if finding.severity in (Severity.ERROR, Severity.WARNING)]


@pytest.mark.parametrize(
    "text",
    [
        EXPLAINED,
        TITLED,
        SAMPLES,
        STEPS,
        PRECISIONS,
        SCALED,
        HOST,
        TITLE,
        TRAINED,
        KINDS,
        CUT,
        FRONT,
        MODELS,
        LISTED_TIMES,
    ],
)
def test_what_a_page_says_in_passing_contradicts_nothing(text: str) -> None:
    assert errors(text) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (PRECISIONS.replace("Quantizing to FP4 quarters it", "That leaves the plan with it"), "CON001"),
        (SCALED.replace("128-512", "128").replace("GPUs/2", "2"), "LAY001"),
        ("# Sizes\n\nLlama 3 70B in BF16 requires 840GB of memory for its weights.\n", "MEM006"),
        (CUT.replace("cut that 42 GB to under 6 GB", "see that 42 GB, well under 6 GB,"), "STA006"),
        (MODELS.replace("132B total", "32B total").replace("2.7B", "3B"), "PAR020"),
        (
            LISTED_TIMES.replace("30.3%", "36.2%")
            .replace("22.8%", "27.3%")
            .replace("10.4%", "12.5%")
            .replace("9.1%", "18.9%")
            .replace("6.6%", "7.9%")
            .replace("4.4%", "5.2%"),
            "ARI003",
        ),
    ],
)
def test_a_slip_beside_it_is_found(text: str, code: str) -> None:
    assert code in errors(text)


def test_a_long_list_of_numbers_is_read_in_time_that_grows_with_it() -> None:
    """Token ids and masks of thousands of entries: each looks at its neighbours, not at the whole list."""
    ids = ", ".join(str(number * 7919 % 32000) for number in range(6000))
    report = audit_source(decode(f'{{"input_ids": [{ids}], "labels": [{", ".join(["-100"] * 2000)}]}}'.encode(), "tokens.json"))
    assert report.findings == ()
    assert report.coverage.numbers == 8000


def test_the_second_configuration_of_a_row_is_held_against_its_own_degrees() -> None:
    """`4 (8)` stages: what the first configuration makes of the same GPUs settles nothing for the second, in one phase as in none."""
    head = "| #-GPUs | GBS | MBS | Sequence Length | TP | PP | CP | EP | GA |\n|---|---|---|---|---|---|---|---|---|\n"
    row = "| 256 | 2048 | 1 | 4096 | 1 | 4 (8) | 1 | 64 | 32 (64) |\n"
    for title in ("### Results", "### Pre-training performance"):
        assert errors(f"# Benchmarks\n\n{title}\n\n{head}{row}") == ["LAY004"]


FAMILY = """# Training a family

The family has three members: 8B, 70B and 405B parameters. We look at 70B here.

| Hyperparameter | Value |
|---|---|
| Layers | 80 |
| Model dimension | 8,192 |
| FFN dimension | 28,672 |
| Attention heads | 64 |
| KV heads | 8 |
| Vocabulary size | 128,256 |
"""

FABRICS = """# Hardware

Eight NVIDIA H100 GPUs of a server are connected by NVLink. Both fabrics use 400 Gbps interconnects between GPUs.
"""

ANSWERS = """# Samplers

A: For example, with 2 devices, 4 microbatch size, and 100 samples:

- the first takes every other one

Q: Given a dataset of 1,000 samples, 10 model replicas, Micro-batch size = 16

How does it go on?
"""


@pytest.mark.parametrize("text", [FAMILY, FABRICS, ANSWERS])
def test_families_fabrics_and_answers_contradict_nothing(text: str) -> None:
    assert errors(text) == []


def test_the_size_of_the_one_model_is_still_held_against_its_shape() -> None:
    assert "PAR001" in errors(FAMILY.replace("8B, 70B and 405B parameters. We look at 70B here.", "one has 405B parameters."))
    assert "HAR002" in errors("# Hardware\n\n- GPU: NVIDIA H100 SXM\n- Interconnect: NVLink 400 Gbps\n")
