"""Pictures of the page for docs/: reports of this repository, light, dark and narrow.

    python -m scripts.screenshots [--chromium PATH]

Takes Chromium (Debian: chromium) and `pip install '.[browser]'`. Look at what it made before it is committed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "pages"
SHOTS = (
    ("findings", "fixtures/reports/three-gpus.md", "light", 1200, 1150, "#r0-findings"),
    ("document", "fixtures/reports/three-gpus.md", "dark", 1200, 1000, "#r0-document"),
    ("pictures", "fixtures/pages/chat-rollout.md", "light", 1200, 1250, "#r0-pictures"),
    ("experts", "fixtures/reports/eight-of-sixteen.md", "light", 1200, 900, "#r0-pictures"),
    ("configuration", "fixtures/launches/kubernetes.yaml", "light", 1200, 800, "#main"),
    ("narrow", "fixtures/reports/three-gpus.md", "dark", 400, 900, "#main"),
)
"""Name, report, colours, width, height, and what stands at the top."""


def page(report: str, folder: Path) -> Path:
    """Write the page of a report and return where it is."""
    target = folder / f"{Path(report).stem}.html"
    command = [sys.executable, "-m", "auditor", "--isolated", "--exit-zero", "-q", "--output-file", f"html={target}", report]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return target


def main() -> int:
    """Take the pictures."""
    sync_playwright = import_module("playwright.sync_api").sync_playwright
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chromium", default=shutil.which("chromium"), help="the browser to use")
    given = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=given.chromium, args=["--no-sandbox"])
        for name, report, scheme, width, height, place in SHOTS:
            context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": height}, reduced_motion="reduce")
            shown = context.new_page()
            shown.goto(page(report, Path(folder)).as_uri())
            shown.evaluate("place => document.querySelector(place).scrollIntoView({block: 'start', behavior: 'instant'})", place)
            shown.screenshot(path=FOLDER / f"{name}.png")
            context.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
