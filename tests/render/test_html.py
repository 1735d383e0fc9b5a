"""The page of real reports: what is marked, what is drawn, and in Chromium that it works, is accessible and loads nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor.cli.studied import study
from auditor.pipeline import audit_source
from auditor.read import read_file
from auditor.render.html import render
from auditor.render.pictures import pictures
from auditor.render.run import Options, Run
from auditor.rulebook import load
from tests.browsing import Visit, serious
from tests.render.test_formats import Page

ROOT = Path(__file__).parents[2]
REPORTS = {
    "layout": ROOT / "fixtures" / "reports" / "three-gpus.md",
    "serving": ROOT / "fixtures" / "pages" / "chat-rollout.md",
    "configuration": ROOT / "fixtures" / "launches" / "kubernetes.yaml",
}


def page_of(path: Path) -> str:
    rules = load()
    report = audit_source(read_file(str(path)))
    return render(Run((report,), (), "0.1.0", "0.1.0", study=lambda one: study(one, rules)), Options())


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {name: page_of(path) for name, path in REPORTS.items()}


def marked(page: Page, state: str) -> int:
    return sum(attributes.get("class") == f"m {state}" and "title" in attributes for _, attributes in page.tags)


def test_every_number_of_the_document_is_marked(pages: dict[str, str]) -> None:
    page = Page(pages["layout"])
    counts = {state: marked(page, state) for state in ("bad", "part", "held", "open", "label", "unread")}
    assert counts["bad"] >= 7
    assert all(counts.values()), counts
    links = [attributes["href"] for _, attributes in page.tags if attributes.get("class") == "m bad" and "href" in attributes]
    assert set(links) <= {f"#r0f{number}" for number in range(1, 8)}


def test_the_bar_counts_what_the_document_shows(pages: dict[str, str]) -> None:
    page = pages["configuration"]  # with `nvidia.com/gpu: 4`, which has no name of its own, and the 3 of Qwen3
    assert 'aria-label="8 numbers: 4 checked, 1 named, not checkable, 3 only labels, 0 not understood"' in page


def test_a_proof_that_computes_nothing_shows_its_figures_alone(pages: dict[str, str]) -> None:
    assert "4 micro-batches = 4" not in pages["layout"]
    assert "<code>microbatches</code> = 4 micro-batches" in pages["layout"]


def drawn(path: Path) -> dict[str, Any]:
    found = pictures(study(audit_source(read_file(str(path))), load()))
    return {picture.title: picture for one in found for picture in one.pictures}


def test_pictures_of_a_layout() -> None:
    found = drawn(REPORTS["layout"])
    assert set(found) == {"Placement grid", "Pipeline schedule", "Stages as listed"}
    assert "in more than one stage: GPU 0." in found["Stages as listed"].says
    assert found["Stages as listed"].svg.count("cell clash") == 2
    assert found["Pipeline schedule"].says.startswith("3 stages, 4 micro-batches: idle 2 of 6 slots = 33.3 %; claimed use 95%.")
    assert found["Placement grid"].svg.count('class="cell clash"') == 3  # 6 ranks, 3 GPUs


def text_of(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_the_grid_shows_where_the_experts_are(tmp_path: Path) -> None:
    plan = "- GPUs: {gpus}\n- TP: 2\n- PP: 2\n- DP: {data}\n- EP: {expert}\n- Experts per layer: 8\n"
    cases = {
        "re-used ranks": ({"gpus": 8, "data": 2, "expert": 4}, ["0", "E0–1", "1", "E2–3", "2", "E4–5", "3", "E6–7"], 0),
        "GPUs of their own": ({"gpus": 16, "data": 1, "expert": 4}, ["0", "E0–1", "1", "E0–1", "2", "E2–3", "3", "E2–3"], 0),
        "GPUs that are not there": ({"gpus": 6, "data": 2, "expert": 4}, ["0", "E0–1", "1", "E2–3", "2", "E4–5", "3", "E6–7"], 2),
    }
    for name, (figures, first, clashes) in cases.items():
        path = tmp_path / "plan.md"
        path.write_text(f"# Plan\n\n{plan.format(**figures)}", encoding="utf-8")
        grid = drawn(path)["Placement grid"]
        words = text_of(grid.svg)
        assert [one for one in words if not one.startswith(("TP", "stage"))][:8] == first, name
        assert grid.svg.count('class="cell clash"') == clashes, name
        assert "2 experts of each layer on a GPU" in grid.says
        assert ("experts of a layer", "8") in grid.rows


def test_experts_stand_as_they_are_listed() -> None:
    listed = drawn(ROOT / "fixtures" / "reports" / "experts-on-128.md")["Stages as listed"]
    assert "6 experts listed on 12 GPUs." in listed.says
    assert listed.rows[0] == ("where", "GPUs", "experts", "line")
    assert text_of(listed.svg)[:5] == ["stage 0", "0", "E0", "1", "E0"]


def test_experts_without_stages(tmp_path: Path) -> None:
    path = tmp_path / "plan.md"
    path.write_text("# Plan\n\n- GPU 0: experts 0-3\n- GPU 1: experts 4-7\n- GPU 2: experts 8, 10\n", encoding="utf-8")
    listed = drawn(path)["Experts as listed"]
    assert text_of(listed.svg)[:7] == ["GPU 0 on", "0", "E0–3", "1", "E4–7", "2", "E8,10"]
    assert listed.says == "10 experts listed on 3 GPUs."


def test_the_capacity_is_the_greatest_that_is_stated() -> None:
    assert drawn(ROOT / "fixtures" / "reports" / "experts-on-128.md")["Memory per GPU"].says.endswith("of 64 GB.")


def test_pictures_of_a_serving_plan() -> None:
    found = drawn(REPORTS["serving"])
    assert set(found) == {"Memory per GPU", "Placement grid", "Times", "Roofline of decoding"}
    assert found["Memory per GPU"].rows[0] == ("part", "claimed", "recomputed")
    assert ("weights", "35.3 GB (35.3 GB)", "35.3 GB (32.86 GiB)") in found["Memory per GPU"].rows
    assert "beyond the capacity" not in found["Memory per GPU"].svg  # 84.7 GB fit where 80 GB are GiB
    assert any(row[:2] == ("time per output token", "4 ms") for row in found["Times"].rows)


def test_a_report_without_a_plan_has_no_pictures() -> None:
    from auditor.read import decode

    report = audit_source(decode(b"Nothing here.\n", "a.md"))
    assert pictures(study(report, load())) == []


@pytest.fixture
def opened(visit: Visit, pages: dict[str, str], tmp_path: Path) -> Callable[..., Any]:
    """Open a page by its name."""

    def open_page(name: str, **more: Any) -> Any:
        (tmp_path / "page.html").write_text(pages[name], encoding="utf-8")
        return visit.open(tmp_path / "page.html", **more)

    return open_page


@pytest.mark.slow
class TestInABrowser:
    @pytest.mark.parametrize("name", REPORTS)
    @pytest.mark.parametrize("width", [360, 768, 1440])
    def test_it_opens_and_nothing_is_wider_than_the_window(self, opened: Any, name: str, width: int) -> None:
        page = opened(name, viewport={"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.locator("h1").count() == 1

    def test_a_mark_leads_to_its_finding_and_back(self, opened: Any) -> None:
        page = opened("layout")
        page.locator("a.m.bad").first.click()
        assert page.evaluate("document.activeElement.classList.contains('finding')")
        page.locator(".finding .meta a").first.click()
        assert page.locator(".line.here").count() == 1

    def test_marks_can_be_switched_off(self, opened: Any) -> None:
        page = opened("layout")
        mark = page.locator(".document .m.held").first
        shown = mark.evaluate("one => getComputedStyle(one).textDecorationLine")
        page.locator("input[data-state=held]").uncheck()
        assert (shown, mark.evaluate("one => getComputedStyle(one).textDecorationLine")) == ("underline", "none")

    def test_the_keyboard_reaches_everything(self, opened: Any) -> None:
        page = opened("layout")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        seen: Counter[str] = Counter()
        for _ in range(120):
            page.keyboard.press("Tab")
            seen[page.evaluate("document.activeElement.tagName")] += 1
        assert set(seen) >= {"A", "SUMMARY", "INPUT"}
        page.locator(".finding details summary").first.focus()
        page.keyboard.press("Enter")
        assert page.locator(".finding details[open]").count() == 1

    def test_it_prints(self, opened: Any) -> None:
        page = opened("layout")
        assert len(page.pdf()) > 10_000

    @pytest.mark.parametrize("name", REPORTS)
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_axe_finds_nothing_serious(self, opened: Any, name: str, scheme: str) -> None:
        page = opened(name, color_scheme=scheme, bypass_csp=True)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert serious(page) == []


def test_the_command_writes_a_page_beside_another_format(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    call = [
        sys.executable,
        "-m",
        "auditor",
        "--isolated",
        "--output-format",
        "concise",
        "--output-file",
        f"html={page}",
        str(REPORTS["layout"]),
    ]
    done = subprocess.run(call, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 1
    assert "LAY001" in done.stdout
    assert "Claimed beside recomputed" in page.read_text(encoding="utf-8")
