"""The site of the documentation: every link leads somewhere, what is written finds itself, and in Chromium the search works."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from auditor.rulebook import load
from scripts.site.build import EXAMPLES, MENU, build
from scripts.site.written import read
from tests.browsing import Visit, serious

ROOT = Path(__file__).parents[1]


class Links(HTMLParser):
    """The links and anchors of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.anchors |= {value for value in (found.get("id"),) if value}
        self.links += [value for name in ("href", "src") if (value := found.get(name))]


class TestWritten:
    def test_headings_have_the_anchors_of_github(self) -> None:
        text = read("# What `--fix` is\n\n## Same\n\n## Same\n", str)
        assert [section.anchor for section in text.sections] == ["what---fix-is", "same", "same-1"]
        assert text.title == "What --fix is"

    def test_comments_are_left_out_and_markup_is_shown(self) -> None:
        body = read("a <!-- hidden --> b\n\n<!-- hidden too -->\n\n<script>alert(1)</script>\n\n*x* <b>y</b>\n", str).body
        assert "hidden" not in body
        assert "<script>" not in body
        assert "&lt;script&gt;" in body
        assert "&lt;b&gt;" in body

    def test_only_links_of_the_repository_are_changed(self) -> None:
        body = read("[a](b.md#c) [d](https://example.org) [e](#f) ![g](h.png)\n", lambda link: f"../{link}").body
        assert re.findall(r'(?:href|src)="([^"]*)"', body) == ["../b.md#c", "https://example.org", "#f", "../h.png"]

    def test_sections_hold_what_stands_below_their_heading(self) -> None:
        text = read("# T\n\nOne `two`\nthree.\n\n## S\n\n| h |\n|--:|\n| cell |\n\n```\ncode\n```\n", str)
        assert [(one.title, one.text) for one in text.sections] == [("T", "One two three."), ("S", "cell code")]
        assert '<td class="right">cell</td>' in text.body


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "site"
    build(folder, examples=False)
    return folder


def test_every_link_leads_somewhere(site: Path) -> None:
    pages = {path: Links(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    assert len(pages) > 440
    for path, page in pages.items():
        for link in page.links:
            if not re.match("[a-z]+:", link):
                name, _, anchor = link.partition("#")
                target = (path.parent / name).resolve() if name else path
                assert target.is_file() or target.parent.name == "examples", f"{path}: {link}"
                assert not anchor or target.suffix != ".html" or anchor in pages[target].anchors, f"{path}: {link}"


def test_every_rule_and_page_can_be_found(site: Path) -> None:
    written = (site / "search" / "entries.js").read_text(encoding="utf-8")
    entries = json.loads(written.removeprefix("window.entries=").removesuffix(";\n"))
    titles = {title for title, section, _, _ in entries if not section}
    assert {f"{rule.name} ({rule.code})" for rule in load().rules} <= titles
    for _, _, address, _ in entries:
        assert (site / address.partition("#")[0]).is_file()
    for _, target in MENU:
        assert (site / target).is_file()


def test_no_page_names_a_place_elsewhere(site: Path) -> None:
    for path in (site / "index.html", site / "docs" / "rules" / "gpu-count.html"):
        text = path.read_text(encoding="utf-8")
        assert "default-src 'none'" in text
        assert not re.search(r"<(script|link|img)[^>]+https?:", text)


def command(folder: Path) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "scripts.site", str(folder)]
    return subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)


def test_what_is_no_site_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    assert command(tmp_path).returncode == 2
    assert (tmp_path / "mine").exists()


@pytest.mark.slow
def test_the_examples_are_the_tools_own_pages(site: Path, tmp_path: Path) -> None:
    folder = tmp_path / "again"
    (folder / "search").mkdir(parents=True)
    (folder / "search" / "entries.js").touch()  # a site that is there is built anew
    (folder / "old.html").touch()
    done = command(folder)
    assert done.returncode == 0, done.stderr
    assert not (folder / "old.html").exists()
    assert {path.relative_to(site) for path in site.rglob("*")} <= {path.relative_to(folder) for path in folder.rglob("*")}
    for name, report, _ in EXAMPLES:
        assert f"Audit of {report}" in (folder / "examples" / f"{name}.html").read_text(encoding="utf-8")
        assert (folder / report).is_file()


@pytest.mark.slow
class TestInABrowser:
    def test_the_search_finds_a_rule_from_any_page(self, site: Path, visit: Visit) -> None:
        for start in ("index.html", "docs/decisions/0050-the-page.html"):
            page = visit.open(site / start)
            page.keyboard.press("/")
            page.keyboard.type("gpu count")
            page.locator("#found li").first.wait_for()
            assert page.locator("#found a").first.inner_text() == "gpu-count (LAY001)"
            assert "found" in page.locator("#count").inner_text()
            page.locator("#found a").first.click()
            page.wait_for_url("**/docs/rules/gpu-count.html")
            assert page.locator("h1").inner_text() == "gpu-count (LAY001)"

    def test_a_code_words_within_and_nothing(self, site: Path, visit: Visit) -> None:
        page = visit.open(site / "index.html")
        for wanted, title in (("lay001", "gpu-count (LAY001)"), ("baseline stale", "deployment-auditor › Old reports: a baseline")):
            page.locator("#wanted").fill(wanted)
            page.locator("#found a", has_text=title).first.wait_for()
        page.locator("#wanted").fill("nosuchword")
        page.wait_for_function("document.getElementById('count').textContent === '0 found'")
        page.keyboard.press("Escape")
        page.wait_for_function("document.getElementById('count').textContent === ''")

    @pytest.mark.parametrize("width", [360, 1280])
    @pytest.mark.parametrize("page_of", ["index.html", "docs/rules/index.html", "docs/rules/gpu-count.html", "docs/formats.html"])
    def test_nothing_is_wider_than_the_window(self, site: Path, visit: Visit, page_of: str, width: int) -> None:
        page = visit.open(site / page_of, viewport={"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("page_of", ["index.html", "docs/rules/index.html", "docs/rules/gpu-count.html", "examples/index.html"])
    def test_axe_finds_nothing_serious(self, site: Path, visit: Visit, page_of: str, scheme: str) -> None:
        page = visit.open(site / page_of, color_scheme=scheme, bypass_csp=True)
        page.keyboard.press("/")
        page.keyboard.type("bubble")
        page.locator("#found li").first.wait_for()
        assert serious(page) == []
