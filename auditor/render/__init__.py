"""One file an output format; `load` finds a format's function by its name and imports nothing else."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from auditor.render.run import Renderer

__all__ = ["FORMATS", "load"]

FORMATS: Final = {
    "full": "auditor.render.text:full",
    "concise": "auditor.render.text:concise",
    "json": "auditor.render.json_v1:render",
    "jsonl": "auditor.render.jsonl:render",
    "agent": "auditor.render.agent:render",
    "github": "auditor.render.github:render",
    "markdown": "auditor.render.markdown:render",
    "sarif": "auditor.render.sarif:render",
    "gitlab": "auditor.render.gitlab:render",
    "junit": "auditor.render.junit:render",
    "rdjson": "auditor.render.rdjson:render",
    "html": "auditor.render.html:render",
}
"""Format name to `module:function`."""


def load(name: str) -> Renderer:
    """Return the renderer of the format called `name`; `KeyError` if there is none."""
    module, _, function = FORMATS[name].partition(":")
    return cast("Renderer", getattr(import_module(module), function))
