"""Write the JSON Schema of plan files from the classes that read them.

python -m scripts.write_plan_schema           write auditor/schemas/plan.schema.json
python -m scripts.write_plan_schema --check   fail if it is out of date
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from auditor.cost.plan_file import schema

FILE = Path(__file__).parents[1] / "auditor" / "schemas" / "plan.schema.json"


def text() -> str:
    """Return the schema as it is kept."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write the schema, or with `--check` compare it."""
    if "--check" not in arguments:
        FILE.write_text(text(), encoding="utf-8")
        return 0
    if FILE.exists() and FILE.read_text(encoding="utf-8") == text():
        return 0
    print(f"{FILE.name} is out of date; run python -m scripts.write_plan_schema", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
