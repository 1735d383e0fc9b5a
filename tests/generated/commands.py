"""Ways to write a plan as the command that launches it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from tests.generated.page import Page
from tests.generated.words import FLAGS

__all__ = ["COMMANDS", "megatron_lines"]


def megatron_lines(page: Page) -> list[str]:
    """A torchrun of Megatron-LM, its parts to be joined."""
    join = page.random.choice((" ", "="))
    dash = page.random.choice(("_", "-"))
    launch = f"torchrun --nproc{dash}per{dash}node{join}{page.bare('gpus.per_node')} --nnodes{join}{page.bare('nodes')}"
    return [launch, "pretrain_gpt.py", *_flags(page, "megatron", join)]


def _flags(page: Page, program: str, join: str) -> list[str]:
    return [f"{flag}{join}{page.bare(quantity)}" for quantity, flag in FLAGS[program].items() if quantity in page.plan]


def _block(page: Page, parts: Sequence[str]) -> str:
    word = page.random.choice(("bash", "sh", "shell"))
    return "\n".join(["# Launch", "", f"```{word}", page.random.choice((" \\\n    ", " ")).join(parts), "```", ""])


def megatron(page: Page) -> str:
    return _block(page, megatron_lines(page))


def script(page: Page) -> str:
    """A shell script that gives the figures names first."""
    plan = page.plan
    names = {"parallel.tensor": "TP", "parallel.pipeline": "PP", "batch.global": "GLOBAL_BATCH", "batch.sequence_length": "SEQ_LEN"}
    lines = ["#!/bin/bash", *(f"{name}={page.bare(quantity)}" for quantity, name in names.items() if quantity in plan), ""]
    lines.append("torchrun --nproc_per_node " + page.bare("gpus.per_node") + " --nnodes " + page.bare("nodes") + " pretrain_gpt.py \\")
    flags = [f"{FLAGS['megatron'][quantity]} {page.reference(quantity, f'${name}')}" for quantity, name in names.items()]
    lines.append("    " + " ".join(flags))
    return "\n".join(lines) + "\n"


def vllm(page: Page) -> str:
    return _block(page, ["vllm serve some-org/some-model", *_flags(page, "vllm", " ")])


COMMANDS: Final[Mapping[str, tuple[str, Callable[[Page], str]]]] = {
    "megatron": ("plan.md", megatron),
    "script": ("launch.sh", script),
    "vllm": ("plan.md", vllm),
}
