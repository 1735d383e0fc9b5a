"""The catalog's files: every value has a source and a grade, every name resolves, every count works out."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import pytest

from auditor.cost.catalog import (
    Grade,
    Hardware,
    Model,
    find_hardware,
    find_models,
    hardware,
    hardware_names,
    model_names,
    models,
    sources,
)
from auditor.cost.catalog.figures import DATA, rows
from auditor.cost.params import Counting, active, total_parameters
from auditor.errors import RuleError
from auditor.units import UNITS

REFERENCE = Path(__file__).parents[2].parent / "shared" / "reference"

PARTS = [part for name in hardware_names() if (part := hardware(name)) is not None]
MODELS = [model for name in model_names() if (model := models(name)) is not None]
RATES = {"fp32", "tf32", "bf16", "fp16", "fp8", "fp4", "int8"}


@pytest.mark.parametrize("entry", [*PARTS, *MODELS], ids=lambda entry: entry.name)
def test_every_value_has_a_source_and_a_grade_no_better_than_the_source(entry: Hardware | Model) -> None:
    assert entry.figures
    for figure in entry.figures:
        assert figure.source in sources()
        assert figure.grade >= sources()[figure.source].grade
        assert figure.unit in UNITS
        assert figure.value > 0


def test_every_source_is_used_and_says_where_it_stands() -> None:
    figures = [figure for part in PARTS for figure in part.figures] + [figure for model in MODELS for figure in model.figures]
    used = {figure.source for figure in figures}
    assert used == set(sources())
    for source in sources().values():
        assert source.title
        assert source.place.startswith("https://") or source.grade in {Grade.C, Grade.D}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_part_has_the_figures_checks_need(part: Hardware) -> None:
    assert part.memory.value == part.capacity
    assert part.memory_bandwidth.unit in {"GB/s", "TB/s"}
    assert part.link_bandwidth.kind == "both ways"
    assert part.peak("bf16") or part.peak("fp16")
    for figure in part.figures:
        if figure.quantity == "hardware.peak_flops":
            assert figure.precision in RATES
            assert figure.kind in {"dense", "sparse", "vector", "also quoted"}
    for precision in RATES:
        dense, sparse = part.peak(precision), part.peak(precision, sparse=True)
        if dense and sparse:
            # Quoted to fewer digits than the dense rate; NVFP4 of the Ultra parts is the exception its note names.
            assert abs(sparse.base / dense.base - 2) < Fraction(3, 100) or precision == "fp4"


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_the_name_of_a_part_resolves_to_it_alone(part: Hardware) -> None:
    assert [found.name for found in find_hardware(part.name)] == [part.name]


def test_a_family_alone_is_all_its_variants() -> None:
    families = {family for part in PARTS for family in part.families}
    for family in families:
        assert {part.name for part in find_hardware(family)} == {part.name for part in PARTS if family in part.families}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_the_name_of_a_model_resolves_to_it_alone(model: Model) -> None:
    assert [found.name for found in find_models(model.name)] == [model.name]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_the_shape_gives_the_reference_count_exactly(model: Model) -> None:
    counted = [figure for figure in model.quoted("model.params") if figure.kind == "counted"]
    if model.architecture is None:
        assert counted
        return
    assert model.architecture.name == model.name
    for figure in counted:
        assert total_parameters(model.architecture).value == figure.value
    headlines = [figure for figure in model.quoted("model.params") if figure.kind == "headline"]
    for figure in headlines:
        assert abs(total_parameters(model.architecture).value / figure.value - 1) < Fraction(4, 100)


def test_most_models_are_described_exactly() -> None:
    described = [model for model in MODELS if model.architecture is not None]
    counted = [model for model in described if any(figure.kind == "counted" for figure in model.quoted("model.params"))]
    assert len(counted) == 83
    assert len(MODELS) - len(described) == 23


def test_a_broken_table_is_refused_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sources.csv").write_text("id,grade\nx\n", encoding="utf-8")
    monkeypatch.setattr("auditor.cost.catalog.figures.DATA", tmp_path)
    with pytest.raises(RuleError, match=r"sources\.csv:2"):
        rows("sources.csv")
    with pytest.raises(RuleError, match="cannot be read"):
        rows("missing.csv")


def test_the_files_are_plain_text_with_one_line_ending() -> None:
    for path in DATA.iterdir():
        content = path.read_bytes()
        assert b"\r" not in content
        assert content.endswith(b"\n")


@pytest.fixture(scope="module")
def reference() -> Path:
    if not (REFERENCE / "hardware.csv").exists():
        pytest.skip("the reference tables are not here")
    return REFERENCE


def test_hardware_equals_the_reference_table(reference: Path) -> None:
    columns = {f"{precision}_{'tops' if precision == 'int8' else 'tflops'}": precision for precision in RATES}
    with (reference / "hardware.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert {row["name"] for row in table} <= set(hardware_names())
    for row in table:
        part = hardware(row["name"])
        assert part is not None
        assert part.memory.value == Fraction(row["mem_gb"])
        assert part.memory_bandwidth.value == Fraction(row["mem_bw_gb_s"])
        assert part.link_bandwidth.value == Fraction(row["link_bidir_gb_s"])
        for column, precision in columns.items():
            figure = part.peak(precision)
            assert (figure is None) == (row[column] == "")
            assert figure is None or figure.value == Fraction(row[column])
        for column, precision in (("sparse_bf16_as_quoted", "bf16"), ("sparse_fp8_as_quoted", "fp8")):
            if row[column]:
                figure = part.peak(precision, sparse=True)
                assert figure is not None
                assert figure.value == Fraction(row[column])


def test_models_equal_the_reference_table(reference: Path) -> None:
    with (reference / "models.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert {row["name"] for row in table} <= set(model_names())
    plain = {"layers": "layers", "hidden": "hidden", "heads": "heads", "kv_heads": "kv_heads", "head_dim": "head_dim", "vocab": "vocab"}
    for row in table:
        model = models(row["name"])
        assert model is not None
        for column, field in {**plain, "context": "context"}.items():
            figures = model.quoted(f"model.{field}")
            assert (not figures) == (row[column] == "")
            assert not figures or figures[0].value == int(row[column])
        shape = model.architecture
        if shape is None:
            continue
        assert total_parameters(shape).value == int(row["total_params"])
        for counting, column in (
            (Counting.ALL, "active_params_all"),
            (Counting.NO_INPUT, "active_params_no_input_emb"),
            (Counting.NO_EMBEDDINGS, "active_params_no_emb"),
        ):
            # With a tied matrix the input embedding is the output head, which stays.
            assert active(shape, counting).value == int(row[column]), (model.name, counting)
        assert shape.ffn == (int(row["ffn"]) if row["ffn"] and not (shape.experts and shape.dense_layers == 0) else None)
        assert (shape.experts.count if shape.experts else 0) == int(row["experts"] or 0)
        if shape.experts:
            assert shape.dense_layers == int(row["dense_layers"])
            assert shape.experts.shared_ffn == int(row["shared_ffn_total"] or 0)
