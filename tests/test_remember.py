"""What one audit has worked out is asked for again within it, and by no other."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from auditor import audit
from auditor.remember import once_for, remembered, remembering
from auditor.render.json_v1 import render
from auditor.render.run import Options, Run

REPORTS = sorted((Path(__file__).parent.parent / "fixtures/reports").iterdir())


def test_a_function_is_asked_once_in_an_audit_and_anew_in_the_next() -> None:
    asked: list[str] = []

    @remembered
    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    assert [length("ab"), length("ab")] == [2, 2]
    assert asked == ["ab", "ab"]
    for _ in range(2):
        asked.clear()
        with remembering():
            length("ab")
            with remembering():
                length("ab")
            length("abc")
        assert asked == ["ab", "abc"]


def test_what_is_known_by_identity_is_not_taken_for_its_equal() -> None:
    @once_for
    def first(owner: list[str], text: str) -> str:
        return owner[0] + text

    with remembering():
        one, other = ["a"], ["a"]
        assert first(one, "x") == "ax"
        other[0] = "b"
        assert first(other, "x") == "bx"
        # The owner is kept as long as the store: no later object can come to have its identity.
        assert all(first([str(index)], "x") == f"{index}x" for index in range(100))


def test_what_fails_is_not_remembered() -> None:
    asked = 0

    @remembered
    def picky(text: str) -> str:
        nonlocal asked
        asked += 1
        raise ValueError(text)

    with remembering():
        for _ in range(2):
            try:
                picky("a")
            except ValueError:
                continue
    assert asked == 2


def _shown(path: Path) -> str:
    return render(Run((audit(path),), (), "", ""), Options())


def test_audits_in_threads_find_what_audits_one_after_the_other_find() -> None:
    reports = sorted(REPORTS, key=lambda path: path.stat().st_size)[:6]
    alone = [_shown(path) for path in reports]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # threads take turns as often as can be
    try:
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(_shown, [*reports, *reversed(reports), *reports]))
    finally:
        sys.setswitchinterval(interval)
    assert together == [*alone, *reversed(alone), *alone]


def test_no_module_keeps_the_last_document() -> None:
    """A list or dict of a module that grows with the reports audited would be a leak and a race."""
    modules = {name: module for name, module in sys.modules.items() if name.startswith("auditor.")}

    def sizes() -> dict[str, int]:
        return {
            f"{name}.{key}": len(value)
            for name, module in modules.items()
            for key, value in vars(module).items()
            if isinstance(value, (list, dict, set)) and not key.startswith("__")
        }

    audit(REPORTS[0])
    before = sizes()
    for path in REPORTS[1:]:
        audit(path)
    assert {name: size for name, size in sizes().items() if size != before.get(name, 0)} == {}
