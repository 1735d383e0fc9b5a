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
    answer = audit("catalog", "models", "lamma-3-8b")
    assert answer.status == 2
    assert "did you mean llama-3-8b" in answer.err
    assert audit("catalog", "hardware", "\x1b[31mnonsense" * 50).status == 2


def test_words_that_name_no_entry_are_searched_for(audit: Run) -> None:
    lines = audit("catalog", "models", "deepseek distill").out.splitlines()
    assert len(lines) > 5
    assert all(line.startswith("deepseek-r1-distill") for line in lines[2:])
    parts = audit("catalog", "hardware", "infinity fabric").out.splitlines()[2:5]
    assert [line.split()[0] for line in parts] == ["MI250X", "MI300X", "MI325X"]
    assert audit("catalog", "models", "no such thing").status == 2


def test_a_model_shows_what_the_hub_calls_it_and_how_it_is_published(audit: Run) -> None:
    out = audit("catalog", "models", "Qwen/Qwen2.5-7B-Instruct").out
    assert "  Qwen/Qwen2.5-7B-Instruct (context 32768)\n" in out
    assert "published in mxfp4" in audit("catalog", "models", "openai/gpt-oss-20b").out


def test_a_part_shows_what_its_driver_does(audit: Run) -> None:
    assert "85520809984 byte" in audit("catalog", "hardware", "H100-SXM").out
