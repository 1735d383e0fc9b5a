"""The outputs of the GitHub action, as lines of NAME=VALUE: `action_outputs.py STATUS ANSWER.json ANSWER.sarif`.

Nothing of a report's text is among them: words of ours, numbers, and paths in the runner's own folder.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

VERDICTS = {0: "passed", 1: "findings"}


def outputs(status: int, answer: Path, sarif: Path) -> list[str]:
    """Return the lines for GITHUB_OUTPUT."""
    lines = [f"status={status}", f"verdict={VERDICTS.get(status, 'failed')}"]
    try:
        found = json.loads(answer.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return lines
    severities = Counter(str(finding["severity"]) for finding in found["findings"])
    counts = {level: severities[level] for level in ("error", "warning", "info")}
    counts |= {str(by): int(count) for by, count in found.get("basis", {}).get("withheld", {}).items()}
    lines += [f"counts={json.dumps(counts)}", f"json={answer}"]
    return [*lines, f"sarif={sarif}"] if sarif.is_file() else lines


if __name__ == "__main__":
    print("\n".join(outputs(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))))
