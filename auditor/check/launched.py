"""Launches of one script beside each other: what they ask of the same device."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Final

from auditor.check.subject import Subject
from auditor.findings import Operand, Outcome, Place, Step
from auditor.launches.model import Launch
from auditor.rulebook import Rule

__all__ = ["shared_devices"]

_SERVERS: Final = ("vllm", "sglang")
_LEAST_DEFAULT: Final = Fraction(9, 10)
"""Of a device's memory, where vLLM is not told it: the least of all versions. SGLang works its own out."""
_MOST_DEVICES: Final = 64

_BETWEEN: Final = re.compile(r"[\w./+-]{0,80}&|#.*|(?:export\s)?\w{1,80}=\S*|(?:sleep|echo|mkdir)\b.*|")
"""Lines between two servers that leave the first one up: anything else (`kill`, `wait`, a client) may end it."""


def shared_devices(subject: Subject, rule: Rule) -> Iterator[Outcome]:
    """Two servers that run side by side ask for no more than the whole of a device."""
    for first, second in pairwise(subject.launches):
        if not (first.command and second.command and _serves(first) and _serves(second)):
            continue
        between = subject.document.source.text[first.place.end : second.place.start]
        if not (_detached(first) or (first.behind and _stays_up(between))) or _ended(between):
            continue
        shared = sorted(_devices(first) & _devices(second))
        shares = (_share(first), _share(second))
        if not shared or shares[0] is None or shares[1] is None:
            continue
        yield _judged(rule, first, second, shared[0], (shares[0], shares[1]))


def _serves(launch: Launch) -> bool:
    return any(name in launch.programs for name in _SERVERS)


def _detached(launch: Launch) -> bool:
    """Tell whether a container is started in the background, where it runs on while the script goes on."""
    return launch.get("detached") is not None and "container_devices" in launch.settings


def _ended(between: str) -> bool:
    """Tell whether something between two commands ends containers or processes."""
    return re.search(r"\b(?:docker\s+(?:stop|rm|kill)|podman\s+(?:stop|rm|kill)|kill|pkill|exit|wait)\b", between) is not None


def _stays_up(between: str) -> bool:
    """Tell whether nothing between two commands can have ended the first."""
    first, *lines = between.split("\n")
    return first.rstrip().endswith("&") and all(_BETWEEN.fullmatch(line.strip()) for line in lines[:-1])


def _devices(launch: Launch) -> frozenset[int]:
    """Return the ids of the devices a server uses: of the visible ones the first, one a rank; of SGLang's, from its first on."""
    visible = launch.get("visible") or launch.get("container_devices")
    ranks = Fraction(1)
    for name in ("tp", "pp"):
        setting = launch.get(name)
        if setting is not None and setting.value is None:
            return frozenset()
        ranks *= setting.value if setting is not None and setting.value is not None else 1
    if visible is not None:
        return frozenset(int(one) for one in visible.items[: int(ranks)])
    base = launch.get("base_gpu")
    if base is None or base.value is None or "gpu_step" in launch.settings or max(base.value, ranks) > _MOST_DEVICES:
        return frozenset()
    return frozenset(range(int(base.value), int(base.value + ranks)))


def _share(launch: Launch) -> Fraction | None:
    """Return the share of a device's memory a server asks for; None where that cannot be known."""
    setting = launch.get("mem_fraction")
    if "kv_bytes" in launch.settings:
        return None
    if setting is None:
        return _LEAST_DEFAULT if _SERVERS[0] in launch.programs else None
    return setting.value


def _judged(rule: Rule, first: Launch, second: Launch, device: int, shares: tuple[Fraction, Fraction]) -> Outcome:
    places = [
        Place(one.span, f"{one.spelled or one.name} {one.text}"[:80])
        for launch in (second, first)
        for name in ("mem_fraction", "visible", "container_devices", "base_gpu")
        if (setting := launch.get(name)) is not None
        for one in setting.written
        if one.span is not None
    ]
    spans = tuple(place.span for place in places)
    total = shares[0] + shares[1]
    written = tuple(f"{float(share):g}" for share in shares)
    if total <= 1:
        return rule.held(spans, f"{written[0]} + {written[1]} of device {device}")
    return rule.contradicted(
        spans,
        f"both servers use device {device}: {written[0]} + {written[1]} of its memory is more than all of it",
        places[0],
        related=tuple(places[1:]),
        claimed=f"{float(total):g}",
        expected="at most 1",
        derivation=(
            Step.exact(
                "first + second",
                f"{written[0]} + {written[1]}",
                f"{float(total):g}, at most 1",
                tuple(
                    Operand(name, text, share, share, None, "share of the memory")
                    for name, text, share in zip(("first", "second"), written, shares, strict=True)
                ),
                total,
            ),
        ),
        basis=spans,
    )
