"""Number formats: bits per stored element with the scales that belong to it.

Sources: IEEE 754 (fp32, fp16), OCP Microscaling Formats v1.0 (MX: one 8-bit scale per 32 elements), NVIDIA NVFP4 (one 8-bit
scale per 16 elements), DeepSeek-V3 report section 3.3 (FP8 in 128 x 128 blocks with an fp32 scale), GPTQ and AWQ (INT4 in
groups of 128 with a 16-bit scale, AWQ with a 4-bit zero point).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from auditor.cost.impossible import ImpossiblePlanError
from auditor.records import dataclass

__all__ = ["FORMATS", "Format", "number_format"]


@dataclass(frozen=True, slots=True)
class Format:
    """`bits` per element and, per group of `group` elements, `scale_bits` more; `math` names the peak that computes with it."""

    name: str
    bits: int
    math: str
    source: str
    group: int = 1
    scale_bits: int = 0

    @property
    def bytes(self) -> Fraction:
        """Bytes per element, scales included."""
        return (Fraction(self.bits) + Fraction(self.scale_bits, self.group)) / 8


_IEEE: Final = "IEEE 754"
_MX: Final = "OCP Microscaling Formats v1.0"
_GGML: Final = "ggml, ggml/src/ggml-common.h: block and super-block with its scales"

FORMATS: Final[dict[str, Format]] = {
    row.name: row
    for row in (
        Format("fp32", 32, "fp32", _IEEE),
        Format("tf32", 32, "tf32", "NVIDIA A100 whitepaper: stored as fp32"),
        Format("bf16", 16, "bf16", "Kalamkar et al. 2019"),
        Format("fp16", 16, "fp16", _IEEE),
        Format("fp8", 8, "fp8", "Micikevicius et al. 2022; one scale per tensor"),
        Format("fp8-block", 8, "fp8", "DeepSeek-V3 report, section 3.3.2", 128 * 128, 32),
        Format("mxfp8", 8, "fp8", _MX, 32, 8),
        Format("int8", 8, "int8", "Dettmers et al. 2022; one scale per channel left out"),
        Format("int4", 4, "bf16", "GPTQ, Frantar et al. 2023: groups of 128, 16-bit scale", 128, 16),
        Format("int4-awq", 4, "bf16", "AWQ, Lin et al. 2024: groups of 128, 16-bit scale and 4-bit zero point", 128, 20),
        Format("mxfp4", 4, "fp4", _MX, 32, 8),
        Format("q8_0", 8, "int8", _GGML, 32, 16),
        Format("q6_k", 6, "int8", _GGML, 256, 144),
        Format("q5_k", 5, "int8", _GGML, 256, 128),
        Format("q5_0", 5, "int8", _GGML, 32, 16),
        Format("q5_1", 5, "int8", _GGML, 32, 32),
        Format("q4_k", 4, "int8", _GGML, 256, 128),
        Format("q4_0", 4, "int8", _GGML, 32, 16),
        Format("q4_1", 4, "int8", _GGML, 32, 32),
        Format("iq4_nl", 4, "int8", _GGML, 32, 16),
        Format("iq4_xs", 4, "int8", _GGML, 256, 64),
        Format("iq3_s", 3, "int8", _GGML, 256, 112),
        Format("iq3_xxs", 3, "int8", _GGML, 256, 16),
        Format("iq2_s", 2, "int8", _GGML, 256, 144),
        Format("iq2_xs", 2, "int8", _GGML, 256, 80),
        Format("iq2_xxs", 2, "int8", _GGML, 256, 16),
        Format("q3_k", 3, "int8", _GGML, 256, 112),
        Format("q2_k", 2, "int8", _GGML, 256, 160),
        Format("nvfp4", 4, "fp4", "NVIDIA Transformer Engine: NVFP4 block scaling", 16, 8),
    )
}


def number_format(name: str, field: str) -> Format:
    """Return the format called `name`; `ImpossiblePlanError` for `field` lists the known ones otherwise."""
    found = FORMATS.get(name.lower())
    if found is None:
        raise ImpossiblePlanError(field, f"is none of {', '.join(FORMATS)}", "docs/cost-model.md")
    return found
