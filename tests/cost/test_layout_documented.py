"""docs/conventions.md speaks of every convention and requirement, as the code has them."""

from __future__ import annotations

from pathlib import Path

from auditor.cost.layout import CONVENTIONS, REQUIREMENTS, Framework, Strength

PAGE = (Path(__file__).parents[2] / "docs" / "conventions.md").read_text(encoding="utf-8")
NAMES = {
    Framework.DEEPSPEED: "DeepSpeed",
    Framework.TORCHTITAN: "torchtitan",
    Framework.VLLM: "vLLM",
    Framework.SGLANG: "SGLang",
    Framework.TENSORRT_LLM: "TensorRT-LLM",
    Framework.MEGATRON_CORE: "Megatron",
    None: "common",
}


def test_every_convention_stands_in_a_table_with_its_formula() -> None:
    for convention in CONVENTIONS:
        lines = [line for line in PAGE.splitlines() if f"`{convention.name}`" in line]
        assert lines, convention.name
        spelled = f"`{convention.formula}`"
        assert any(spelled in line or "as above" in line for line in lines), (convention.name, spelled)


def test_every_requirement_stands_in_the_table_with_its_strengths() -> None:
    for requirement in REQUIREMENTS:
        (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{requirement.name}` ")]
        hard, soft = (cell.strip() for cell in line.strip("|").split("|")[-2:])
        for strength, cell in ((Strength.HARD, hard), (Strength.SOFT, soft)):
            named = {NAMES[framework] for framework, one in requirement.strengths.items() if one is strength and framework in NAMES}
            listed = set(NAMES.values()) if cell == "all" else {part.strip() for part in cell.split(",") if part.strip()}
            assert listed == named, requirement.name
