"""Fingerprints: what stays the same of a finding while the report around it is edited."""

from __future__ import annotations

import hashlib
from collections import Counter

from auditor.findings import Report
from auditor.identity import claim_text
from auditor.render.run import Options, ordered

__all__ = ["fingerprints"]


def fingerprints(report: Report, options: Options) -> dict[int, str]:
    """Return a hash for each finding of a report, keyed by `id(finding)`.

    It is made of the rule's code, the path below the repository root, the claim's text and, for equal ones, their order; not of
    the line, nor of the message, so neither an edit above nor a reworded message changes it.
    """
    path = options.repository_path(report.source.path)
    seen: Counter[tuple[str, str]] = Counter()
    found: dict[int, str] = {}
    for finding in ordered(report.findings):
        key = (finding.code, claim_text(report, finding))
        seen[key] += 1
        material = "\0".join((*key, path, str(seen[key])))
        found[id(finding)] = hashlib.sha256(material.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return found
