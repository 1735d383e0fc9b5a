"""Build hook: puts the compiled rules and their files into the wheel; an editable install reads `rules/` itself."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RulesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds `auditor/_rules/`: the index that a run loads, the pages that `audit rule` shows, and what rules of a user's own are held to."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile `rules/` for a wheel; RuntimeError with file, line and column where a rule is at fault."""
        if self.target_name != "wheel" or version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root))
        try:
            from auditor.authoring.compile import compile_folder
            from auditor.authoring.pages import as_data, page
            from auditor.rulebook import of_index

            index = compile_folder(root / "rules")
            rules = () if index["problems"] else of_index(index, root / "rules")
            pages = {rule.name: {"page": page(rule), "data": as_data(rule)} for rule in rules}
        finally:
            sys.path.remove(str(root))
        if problems := index["problems"]:
            raise RuntimeError("\n".join(f"{one['path']}:{one['line']}:{one['column']}: {one['message']}" for one in problems))
        self.folder = tempfile.TemporaryDirectory()
        include = build_data["force_include"]
        for name, content in (("index.json", index), ("pages.json", {"rules": pages})):
            made = Path(self.folder.name) / name
            made.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
            include[str(made)] = f"auditor/_rules/{name}"
        for pattern in ("*.yaml", "*.json", "programs/*.yaml"):
            for path in sorted((root / "rules").glob(pattern)):
                include[str(path)] = f"auditor/_rules/{path.relative_to(root / 'rules').as_posix()}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Let go of the compiled index once it is in the wheel."""
        if folder := getattr(self, "folder", None):
            folder.cleanup()
