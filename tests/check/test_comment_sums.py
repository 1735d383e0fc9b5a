"""Comments that work out the figure they stand at, in any format that has comments."""

from __future__ import annotations

import pytest

from auditor.pipeline import audit_source
from auditor.read import decode


def wrong(text: str, suffix: str) -> list[int]:
    """The lines of written equations that do not hold."""
    source = decode(text.encode(), f"run.{suffix}")
    return [source.lines.point(one.place.span.start).line for one in audit_source(source).findings if one.code == "ARI001"]


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("memory:\n  # 122.6 / 4\n  weights: {}\n", "yaml"),
        ("[memory]\n# 122.6 / 4\nweights = {}\n", "toml"),
        ("weights = 0\n# 122.6 / 4\nweights = {}\n", "py"),
        ("A=0\n# 122.6 / 4\nWEIGHTS={}\n", "sh"),
        ("memory:\n  name: x\n  weights: {}  # 122.6 / 4\n", "yaml"),
    ],
)
def test_a_comment_that_works_out_its_setting(text: str, suffix: str) -> None:
    assert wrong(text.format("30.7"), suffix) == []
    assert wrong(text.format("39.7"), suffix) == [3]


@pytest.mark.parametrize("setting", ["gpus: 32  # 4 x 8", "seq: 4096  # 4 * 1024", "kv: 4096  # 2 x 8 x 128 x 2"])
def test_products_hold(setting: str) -> None:
    assert wrong(f"{setting}\n", "yaml") == []
    assert wrong(f"{setting.replace('#', '0 #').replace('  0', '0 ')}\n", "yaml") == [1]


@pytest.mark.parametrize(
    "line",
    [
        "shard: 3  # 3 / 8",
        "version: 2  # 1.9 - 2.1",
        "layers: 7  # 61 / 8",
        "layers: 8  # 61 / 8",
        "day: 3  # 2024/05/01",
        "gpus: 30  # 4 x 8 of the rack",
        "name: x  # 2 x 8",
        "gpus: 30  # 8",
    ],
)
def test_what_explains_nothing(line: str) -> None:
    assert wrong(f"{line}\n", "yaml") == []
