"""From the files of the repository to the files of the site."""

from __future__ import annotations

import json
import os
import posixpath
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path
from typing import Final

from jinja2 import Environment, StrictUndefined

from scripts.site.written import Text, read

__all__ = ["EXAMPLES", "BrokenLinksError", "build"]

ROOT: Final = Path(__file__).parents[2]
HERE: Final = Path(__file__).parent
STYLE: Final = ROOT / "auditor" / "render" / "page" / "style.css"
EXAMPLES: Final = (
    ("layout", "fixtures/reports/three-gpus.md", "A layout that cannot be: GPUs in two stages, degrees that make more than there are"),
    ("serving", "fixtures/pages/chat-rollout.md", "A serving plan: memory, times and the roofline, claimed beside recomputed"),
    ("experts", "fixtures/reports/experts-on-128.md", "A mixture of experts on 128 GPUs"),
    ("training", "fixtures/reports/second-tuning-round.md", "A training report"),
    ("configuration", "fixtures/launches/kubernetes.yaml", "A configuration for Kubernetes"),
)
"""Name, report, and what it shows."""
MENU: Final = (
    ("Start", "index.html"),
    ("Output", "docs/reading-the-output.html"),
    ("Rules", "docs/rules/index.html"),
    ("Examples", "examples/index.html"),
    ("Formats", "docs/formats.html"),
    ("Programs", "docs/frameworks.html"),
    ("Counting", "docs/conventions.html"),
    ("Cost model", "docs/cost-model.html"),
    ("Measurements", "docs/measurements.html"),
    ("Decisions", "docs/decisions/index.html"),
    ("Changes", "CHANGELOG.html"),
)
LISTED: Final = {"docs/decisions": "Decisions"}
"""Folders without a README of their own, with the title of the list that stands for it."""
MOST: Final = 4000
"""Characters of a section that can be searched."""


class BrokenLinksError(Exception):
    """Links of the pages that lead nowhere."""


@dataclass(frozen=True, slots=True)
class Page:
    """A file of the repository and where it stands on the site."""

    source: str
    target: str


def _pages() -> dict[str, Page]:
    """Return the pages by the path of their source; of a folder its README is the index."""
    found = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "bench/README.md")]
    found += sorted((ROOT / "docs").rglob("*.md"))
    pages = {}
    for path in found:
        source = path.relative_to(ROOT).as_posix()
        target = re.sub(r"(^|/)README\.md$", r"\1index.html", source).removesuffix(".md")
        pages[source] = Page(source, target if target.endswith(".html") else f"{target}.html")
    return pages


class _Site:
    """A site under construction."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pages = _pages()
        self.texts: dict[str, Text] = {}
        self.linked: list[tuple[str, str, str]] = []
        """(source, link, target with its anchor) of each link within the site."""
        self.broken: list[str] = []
        environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        self.template = environment.from_string((HERE / "page.html").read_text(encoding="utf-8"))

    def link(self, page: Page, link: str) -> str:
        """Return where a link of a page leads on the site; what it names beside the pages is put there too."""
        path, mark, anchor = link.partition("#")
        source = posixpath.normpath(posixpath.join(posixpath.dirname(page.source), path))
        found = next((self.pages[name] for name in (source, f"{source}/README.md") if name in self.pages), None)
        if found is not None:
            self.linked.append((page.source, link, f"{found.source}#{anchor}"))
            return _way(page.target, found.target) + mark + anchor
        if source in LISTED:
            return _way(page.target, f"{source}/index.html")
        if source.startswith("..") or not (ROOT / source).is_file():
            self.broken.append(f"{page.source}: {link}")
            return link
        self.copy(source)
        return _way(page.target, source)

    def copy(self, source: str) -> None:
        target = self.folder / source
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / source, target)

    def write(self, target: str, title: str, body: str) -> None:
        """Write a page of the site."""
        up = "../" * target.count("/")
        menu = [
            (name, up + to, posixpath.dirname(to) == posixpath.dirname(target) if to.endswith("/index.html") else to == target)
            for name, to in MENU
        ]
        file = self.folder / target
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.template.render(title=title, body=body, menu=menu, up=up), encoding="utf-8")


def _way(page: str, target: str) -> str:
    """Return the relative link from one page of the site to another file of it."""
    return posixpath.relpath(target, posixpath.dirname(page) or ".")


def build(folder: Path, *, examples: bool = True) -> int:
    """Write the site into a folder and return how many pages it has; `BrokenLinksError` where a link leads nowhere.

    Without `examples` no report is audited for a page.
    """
    site = _Site(folder)
    for page in site.pages.values():
        text = read((ROOT / page.source).read_text(encoding="utf-8"), partial(site.link, page))
        site.texts[page.source] = text
        site.write(page.target, text.title, text.body)
    broken = [f"{source}: {link}" for source, link, target in site.linked if not _stands(site, target)]
    if site.broken or broken:
        raise BrokenLinksError("\n".join(["These links lead nowhere:", *site.broken, *broken]))
    for listed, title in LISTED.items():
        _list(site, listed, title)
    _examples(site, EXAMPLES if examples else ())
    _search(site)
    palette, _, _ = STYLE.read_text(encoding="utf-8").partition("* {")
    (folder / "style.css").write_text(palette + (HERE / "style.css").read_text(encoding="utf-8"), encoding="utf-8")
    return len(list(folder.rglob("*.html")))


def _stands(site: _Site, target: str) -> bool:
    source, _, anchor = target.partition("#")
    return not anchor or anchor in site.texts[source].anchors


def _list(site: _Site, folder: str, title: str) -> None:
    """Write the index of a folder that has none of its own."""
    pages = [page for page in site.pages.values() if posixpath.dirname(page.source) == folder]
    rows = [f'<li><a href="{posixpath.basename(page.target)}">{escape(site.texts[page.source].title)}</a></li>' for page in pages]
    site.write(f"{folder}/index.html", title, f"<h1>{escape(title)}</h1>\n<ul>\n{chr(10).join(rows)}\n</ul>\n")


def _examples(site: _Site, examples: Sequence[tuple[str, str, str]]) -> None:
    """Write the tool's own pages of some reports, and what they are."""
    rows = []
    for name, report, says in examples:
        target = site.folder / "examples" / f"{name}.html"
        target.parent.mkdir(parents=True, exist_ok=True)
        command = [
            sys.executable,
            "-m",
            "auditor",
            "--isolated",
            "--exit-zero",
            "--output-format",
            "agent",
            "--output-file",
            f"html={target}",
            report,
        ]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("GITHUB_")}
        subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        site.copy(report)
        rows.append(f'<li><a href="{name}.html">{escape(says)}</a> (<a href="../{report}">the report</a>)</li>')
    says = "What <code>audit --output-file html=PAGE REPORT</code> writes: one file each that needs nothing else."
    site.write("examples/index.html", "Examples", f"<h1>Examples</h1>\n<p>{says}</p>\n<ul>\n{chr(10).join(rows)}\n</ul>\n")


def _entries(site: _Site) -> Iterator[list[str]]:
    """Yield what can be found: the page's title, the section's, its address and its text."""
    for page in site.pages.values():
        text = site.texts[page.source]
        for section in text.sections:
            anchor = f"#{section.anchor}" if section.title != text.title else ""
            title = section.title if section.title != text.title else ""
            yield [text.title, title, page.target + anchor, section.text[:MOST]]


def _search(site: _Site) -> None:
    folder = site.folder / "search"
    folder.mkdir()
    entries = json.dumps(list(_entries(site)), ensure_ascii=False, separators=(",", ":"))
    (folder / "entries.js").write_text(f"window.entries={entries};\n", encoding="utf-8")
    shutil.copyfile(HERE / "search.js", folder / "search.js")
