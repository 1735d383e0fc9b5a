"""Where the JSON Schema of each contract stands: what is written says by it how it is to be read."""

from __future__ import annotations

from typing import Final

__all__ = ["schema_of"]

_FOLDER: Final = "https://raw.githubusercontent.com/OWNER/deployment-auditor/main/auditor/schemas"


def schema_of(contract: str) -> str:
    """Return the address of a schema that `audit schema` prints: `audit-v1`, `baseline-v1`, `claims-v1`, `recompute-v1`."""
    return f"{_FOLDER}/{contract}.schema.json"
