"""A document that describes one launch in prose: what is read as its settings, and what makes it none."""

from __future__ import annotations

import pytest

from auditor.launches.described import described
from auditor.launches.model import Launch
from auditor.pipeline import audit_source, read_claims
from auditor.read import decode

ONE = """Model: meta-llama/Llama-3.1-405B-Instruct
Precision: BF16
Server: 8 x H100 80GB SXM, TP 8
"""


def launch_of(text: str) -> Launch | None:
    read = read_claims(decode(text.encode(), "page.md"))
    return described(read.document, read.claims)


def codes(text: str) -> set[str]:
    return {one.code for one in audit_source(decode(text.encode(), "page.md")).findings}


def test_prose_that_states_one_layout_is_a_launch() -> None:
    launch = launch_of(ONE)
    assert launch is not None
    assert launch.settings["tp"].value == 8
    assert launch.settings["gpus"].value == 8
    assert launch.settings["dtype"].word == "bf16"
    assert "FIT001" in codes(ONE)


def test_the_engine_that_it_names_refuses_what_it_would_refuse() -> None:
    assert "VLM001" in codes("Model: tiiuae/falcon-7b-instruct\nEngine: vLLM, tensor parallel size 2, 2 x A100 80GB\n")
    assert "VLM001" not in codes("Model: tiiuae/falcon-40b-instruct\nEngine: vLLM, tensor parallel size 2, 2 x A100 80GB\n")


@pytest.mark.parametrize(
    "text",
    [
        ONE + "\nOn 16 x H100 we use TP 16.\n",
        ONE.replace("Llama-3.1-405B-Instruct", "Llama-3.1-405B-Instruct or meta-llama/Llama-3.1-70B-Instruct"),
        "# Llama-3.1-405B\n\nThe layout is not fixed yet.\n",
    ],
    ids=["two layouts", "two models", "no layout"],
)
def test_several_layouts_or_models_are_no_launch(text: str) -> None:
    assert launch_of(text) is None


def test_a_narrow_form_that_may_be_the_weights_leaves_their_width_open() -> None:
    text = "# Llama-3.1-405B-Instruct-FP8 on 8 x H100 80GB\n\n- TP: 8\n- KV cache in BF16\n"
    assert "FIT001" not in codes(text)
