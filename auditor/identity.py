"""What stays the same of a finding while the report around it is edited: the claim it is about, as it is written."""

from __future__ import annotations

import unicodedata
from typing import Final

from auditor.findings import Finding, Report

__all__ = ["claim_text", "number_text"]

# Enough for the label in front of a number; a whole minified JSON file must not become part of each finding in it.
_LABEL_REACH: Final = 48
_DECORATION: Final = str.maketrans("", "", "*_`|#>~")


def claim_text(report: Report, finding: Finding) -> str:
    """Return the claim with the label before it on its line, without emphasis marks, case and runs of white space."""
    source, span = report.source_of(finding.place.path), finding.place.span
    start = max(source.lines.line(source.lines.point(span.start).line).start, span.start - _LABEL_REACH)
    return _normal(source.text[start : span.end])


def number_text(report: Report, finding: Finding) -> str:
    """Return the claim alone, written in the same plain way: what is left of it when the words around it are reworded."""
    source, span = report.source_of(finding.place.path), finding.place.span
    return _normal(source.text[span.start : span.end])


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).translate(_DECORATION).casefold().split())
