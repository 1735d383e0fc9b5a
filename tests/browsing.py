"""A headless Chromium for tests: pages are opened from the disk, and whatever one logs or asks of a network fails the test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
AXE = os.environ.get("AXE_CORE", "")
"""The file axe.min.js of the npm package axe-core."""


@contextmanager
def chromium() -> Iterator[Any]:
    """Start the browser; where it or its driver is missing, the test is skipped."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here (Debian: apt-get install chromium)")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (pip install '.[browser]')")
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"])
        yield found
        found.close()


class Visit:
    """Pages opened in one browser, and what they said."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser
        self._contexts: list[Any] = []
        self._said: list[str] = []

    def open(self, path: Path, **more: Any) -> Any:
        context = self._browser.new_context(**more)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self._said.append(message.text))
        page.on("pageerror", lambda error: self._said.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith("file://") else self._said.append(request.url))
        page.goto(path.as_uri())
        return page

    def end(self) -> None:
        for context in self._contexts:
            context.close()
        assert self._said == []


def serious(page: Any) -> list[tuple[str, str, list[Any]]]:
    """Return what axe-core finds of serious or critical violations; the page must have been opened with `bypass_csp=True`."""
    if not Path(AXE).is_file():
        pytest.skip("AXE_CORE does not name axe.min.js (npm pack axe-core)")
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run({preload: false})")
    return [
        (one["id"], one["help"], [node["target"] for node in one["nodes"]][:3])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
