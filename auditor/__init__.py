"""Audits LLM deployment reports: reads every number they claim, recomputes what can be recomputed, shows what cannot be true.

The public interface is what `__all__` names; each is loaded when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.api import audit
    from auditor.findings import Finding, Report

__all__ = ["Finding", "Report", "__version__", "audit"]

__version__ = "0.1.0"

_HOMES = {"audit": "auditor.api", "Finding": "auditor.findings", "Report": "auditor.findings"}


def __getattr__(name: str) -> object:
    """Load a public name from the module it lives in, the first time it is used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
