import json

from tests.standins import Run


def test_a_list_of_hardware(audit: Run) -> None:
    answer = audit("catalog", "hardware")
    assert answer.status == 0
    assert answer.out.splitlines()[0].split()[:3] == ["Name", "Vendor", "Memory"]
    assert any(line.startswith("H100-SXM ") and "989.4 TFLOPS" in line for line in answer.out.splitlines())


def test_a_list_of_models(audit: Run) -> None:
    lines = audit("catalog", "models").out.splitlines()
    row = next(line for line in lines if line.startswith("deepseek-v3 "))
    assert "671 B" in row
    assert "37.55 B" in row


def test_one_part_shows_every_figure_with_its_source(audit: Run) -> None:
    out = audit("catalog", "hardware", "H100 SXM5 80GB").out
    assert out.splitlines()[0] == "H100-SXM"
    assert "systems/h100_sxm.yaml" in out
    assert "bf16 sparse" in out


def test_an_ambiguous_name_shows_all_it_may_mean(audit: Run) -> None:
    answer = json.loads(audit("catalog", "hardware", "H100", "--output-format", "json").out)
    assert [entry["name"] for entry in answer["entries"]] == ["H100-SXM", "H100-PCIe", "H100-NVL"]
    assert answer["version"] == 1
    figures = [figure for entry in answer["entries"] for figure in entry["figures"]]
    assert {figure["source"] for figure in figures} == set(answer["sources"])
    assert all(figure["grade"] in "ABCD" for figure in figures)


def test_a_model_as_json_has_its_shape(audit: Run) -> None:
    (entry,) = json.loads(audit("catalog", "models", "Qwen3-235B", "--output-format", "json").out)["entries"]
    assert entry["architecture"]["layers"] == 94
    assert entry["architecture"]["experts"]["count"] == 128


def test_an_unknown_name_is_refused_with_a_suggestion(audit: Run) -> None:
    answer = audit("catalog", "models", "lama-3-8b")
    assert answer.status == 2
    assert "did you mean llama-3-8b" in answer.err
    assert audit("catalog", "hardware", "\x1b[31mnonsense" * 50).status == 2
