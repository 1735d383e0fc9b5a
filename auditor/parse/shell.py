"""Read line by line for now."""

from __future__ import annotations

from auditor.parse.plain import read

__all__ = ["read"]
