"""Fingerprints: what stays the same of a finding while the report around it is edited."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from typing import Final

from auditor.findings import Finding, Report
from auditor.render.run import Options, ordered, source_of

__all__ = ["fingerprints"]

# Enough for the label in front of a number; a whole minified JSON file must not become part of each finding in it.
_LABEL_REACH: Final = 48
_DECORATION: Final = str.maketrans("", "", "*_`|#>~")


def _claim_text(report: Report, finding: Finding) -> str:
    """Return the claim with the label before it on its line, without emphasis marks, case and runs of white space."""
    source, span = source_of(report, finding.place.path), finding.place.span
    start = max(source.lines.line(source.lines.point(span.start).line).start, span.start - _LABEL_REACH)
    written = unicodedata.normalize("NFKC", source.text[start : span.end]).translate(_DECORATION)
    return " ".join(written.casefold().split())


def fingerprints(report: Report, options: Options) -> dict[int, str]:
    """Return a hash for each finding of a report, keyed by `id(finding)`.

    It is made of the rule's code, the path below the repository root, the claim's text and, for equal ones, their order; not of
    the line, nor of the message, so neither an edit above nor a reworded message changes it.
    """
    path = options.repository_path(report.source.path)
    seen: Counter[tuple[str, str]] = Counter()
    found: dict[int, str] = {}
    for finding in ordered(report.findings):
        key = (finding.code, _claim_text(report, finding))
        seen[key] += 1
        material = "\0".join((*key, path, str(seen[key])))
        found[id(finding)] = hashlib.sha256(material.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return found
