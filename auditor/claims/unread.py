"""Numbers that claim nothing: identifiers, list markers, section numbers, code."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from auditor.claims.labels import View, find_any
from auditor.claims.line import Desk, Line
from auditor.claims.members import keyed_at, members_in
from auditor.claims.model import Approximation
from auditor.claims.names import head_name, option_of
from auditor.claims.vocabulary import AXIS_SHORTS
from auditor.language.numbers import Form, Number
from auditor.spans import Span
from auditor.statements import Kind, LabelKind

__all__ = [
    "in_code",
    "in_list",
    "in_members",
    "is_identity",
    "lists_members",
    "names_range",
    "reads_as_prose",
    "sets_count",
    "stands_in",
    "why_label",
]


_DEVICES: Final = "device="
"""How the container command line lists devices by their ids: `--gpus '"device=0,1"'`."""


def why_label(desk: Desk, line: Line, number: Number) -> str:
    """Return why a number claims nothing; empty if it may claim something."""
    if line.statement.unknown and stands_in(line, number, line.statement.unknown):
        return "known only when the program runs"
    if number.form is Form.TEXTUAL:
        return "part of a name, date, version or path"
    if number.form is Form.IDENTIFIER:
        return f"names one {number.name.lower()}"
    if names_members(desk, line, number) or follows_identity(desk, line, number):
        return "names members"
    if is_line_of_file(desk, line, number):
        return "part of a name, date, version or path"
    statement = line.statement
    if statement.kind is Kind.CODE and not (reads_as_remark(line.text) if statement.comment else reads_as_prose(desk, line.text)):
        return "source code or program output"
    if line.views and line.views[0].label.kind is LabelKind.FLAG and find_any(line.views[0].words, ("port", "seed")):
        return "a setting, no figure"
    if line.views and line.views[0].label.kind is LabelKind.FLAG and is_identity(desk, line, line.views[0]) and not option_of(desk, line):
        return "identifies a member"
    if line.views and line.views[0].label.kind is LabelKind.FLAG and line.text.lstrip("\"'").startswith(_DEVICES):
        return "identifies members"
    if line.views and line.views[0].label.kind is LabelKind.VARIABLE and line.text.strip() in ("0", "1") and not sets_count(desk, line):
        return "switches something on or off"
    if number.approximation is Approximation.RANGE and not number.unit and not number.noun and names_range(desk, line):
        return "names a range of members"
    if (
        statement.kind is Kind.HEADING
        and number.digits == 0
        and number.stop < len(line.text)
        and not number.unit
        and (
            line.text[number.stop] in ".):"
            or "." in line.text[number.digits : number.stop]
            or (line.text[number.stop] == " " and not number.noun)
        )
    ):
        return "section number"
    if line.views and not number.unit and is_identity(desk, line, line.views[0]) and holds_identity(desk, line):
        return "identifies a member"
    if (
        statement.literal == "array"
        and not number.unit
        and not number.noun
        and not number.name
        and (len(statement.items) > 1 or any(view.member for view in line.views[1:]))  # `"gpus": [0]` of stage 0
        and lists_members(desk, line)
    ):
        return "identifies members"
    if (
        number.name.lower() in AXIS_SHORTS
        and not number.unit
        and (
            number.written[0].interval.high == 0
            or (
                number.name.lower() in desk.ranked
                and statement.kind in (Kind.HEAD, Kind.TREE, Kind.ITEM)
                and number.start == 0
                and len(line.words) <= 2
            )
        )
    ):
        return f"names one {number.name.lower()} rank"
    if (
        number.name
        and line.text[number.digits - 1] == "_"
        and (number.written[0].interval.contains(0) or any(view.label.kind is LabelKind.INDEX for view in line.views))
    ):
        return f"names one {number.name.lower()} rank"
    if number.unit == "" and number.noun == "" and not number.name and in_members(desk, line, number):
        return "names members"
    if number.unit == "" and number.noun == "" and not number.name and in_list(desk, line, number):
        return "member of a list"
    if len(line.text) > 400 and number.unit == "" and number.noun == "" and in_code(desk, line.text):
        return "source code"
    return ""


def stands_in(line: Line, number: Number, spans: Sequence[Span]) -> bool:
    """Tell whether a number stands in one of some stretches of its statement."""
    place = line.statement.value.span(number.digits, number.stop)
    return any(span.overlaps(place) or span == place for span in spans)


def names_members(desk: Desk, line: Line, number: Number) -> bool:
    """Tell whether a number stands in a label, or in a whole value, that names members: `gpu_0_7: {...}`, `"host": "node07"`."""
    if line.statement.kind is not Kind.HEAD and (len(line.text) > _LONGEST_MEMBER or len(line.numbers) > 2):
        return False
    members = members_in(line.text, desk.lexicon.naming)
    if members is None or members.counted:
        return is_key_of_values(desk, line)
    start = line.text.find(members.text)
    whole = line.text.strip(" *_`\"'") == members.text and not any(map(str.isdigit, members.text.lower().partition(members.noun)[0]))
    return number.stop <= start + len(members.text) and (whole or line.statement.kind is Kind.HEAD)


def is_key_of_values(desk: Desk, line: Line) -> bool:
    """Tell whether a label is a bare number that its outer label gives a name to: `latency_ms_by_batch: {"8": 14}`."""
    keys = line.statement.kind is Kind.HEAD and bool(line.views) and line.text.strip(" *_`").isdigit()
    outer = line.views[0].label.text.content if keys else ""
    return keyed_at(outer, desk.lexicon) < len(outer)


def follows_identity(desk: Desk, line: Line, number: Number) -> bool:
    """Tell whether the name right before a number says that it is one member's: `tp_rank=3`, `ep rank 5`."""
    if number.unit or number.noun:
        return False
    at = bisect_left(line.words, number.digits, key=lambda word: word.end)
    before = [word for word in line.words[max(0, at - 3) : at + 1] if word.end <= number.digits]
    if not before or line.text[before[-1].end : number.digits].strip(" =:([`*'\""):
        return False
    per = any(word.text in ("per", "of") for word in before[-3:-1])
    return before[-1].text in desk.lexicon.identifies - {"number"} and not per


_LONGEST_MEMBER: Final = 40


def sets_count(desk: Desk, line: Line) -> bool:
    """Tell whether a variable holds a count, which may well be 1: `TP=1`, `NNODES=1`, `MICRO_BATCH_SIZE=1`."""
    return line.text.strip() == "1" and head_name(desk, "count", line.views[0].words, trailing=True) is not None


def is_line_of_file(desk: Desk, line: Line, number: Number) -> bool:
    """Tell whether a number is a line of a file: `scheduler.py:1057`."""
    text, at = desk.document.source.text, line.statement.value.span(number.digits, number.stop).start
    if at < 1 or text[at - 1] != ":":
        return False
    words = text[max(0, at - 60) : at - 1].split()
    stem, dot, suffix = words[-1].rpartition(".") if words else ("", "", "")
    return bool(dot) and suffix.isalpha() and len(suffix) <= _LONGEST_SUFFIX and stem[-1:].isalnum()


_LONGEST_SUFFIX: Final = 4


def reads_as_prose(desk: Desk, text: str) -> bool:
    """Tell a sentence in an unmarked fence from code: words and spaces, no calls, braces or operators of code."""
    stripped = text.strip()
    if not stripped or any(
        mark in stripped for mark in ("()", "{", "}", ";", "==", "->", "::", "import ", "def ", "self.", "[i]", "#", "$")
    ):
        return False
    letters = sum(character.isalpha() or character == " " for character in stripped)
    return letters >= len(stripped) * 7 // 10 and stripped.count(" ") >= 3


def reads_as_remark(text: str) -> bool:
    """Tell a comment that says something from code that was commented out."""
    return not any(mark in text for mark in _CODE) and text.count("(") == text.count(")")


_CODE: Final = ("()", "{", "}", ";", "==", "::", "import ", "def ", "self.", "[i]", "$", "<<", ">>", "\\")


def names_range(desk: Desk, line: Line) -> bool:
    """Tell whether the label counts members, so that `0-19` under "Layers" names them."""
    for view in line.views[:2]:
        best = head_name(desk, "count", view.words, trailing=True)
        if best is not None:
            low = line.numbers[0].written[0].interval.low
            of_member = any(other.member for other in line.views)  # `gpus: 64-127` of stage 1
            counted = best.quantity.noun
            first = low == 0 or of_member or view.raw in desk.numbered
            return counted in ("layer", "expert", "stage", "node") or (counted == "gpu" and first)
        if not view.transparent:
            return bool(find_any(view.words, ("range", "id", "ids", "index", "layer", "gpu", "rank", "device")))
    return False


def holds_identity(desk: Desk, line: Line) -> bool:
    """Tell whether the innermost label is of a kind whose value is only what it names: a key, a column, a bullet `tp_rank: 3`."""
    view = line.views[0]
    if view.label.kind is LabelKind.ITEM:
        bare = line.text.strip(" `[]").replace(",", "").replace(" ", "")
        return bare.isdecimal() and bool(view.words) and view.words[-1].text in desk.lexicon.identifies - {"number"}
    return view.label.kind in (LabelKind.KEY, LabelKind.COLUMN)


def is_identity(desk: Desk, line: Line, view: View) -> bool:
    """Tell whether a label introduces the number of one member."""
    words = [word.text for word in view.words]
    if not words:
        return False
    if (
        view.label.kind is LabelKind.KEY
        and view.raw.strip().lower() in desk.lexicon.sayings["members"]
        and not (len(line.views) > 1 and find_any(line.views[1].words, ("parallel",)))
        and (line.statement.depth > 1 or any(other.member or other.label.kind is LabelKind.INDEX for other in line.views[1:]))
    ):
        return True
    return (
        words[-1] in desk.lexicon.identifies and (len(words) == 1 or words[-2] != "of") and "per" not in words  # `heads_per_tp_rank` counts
    ) or (
        view.label.kind in (LabelKind.KEY, LabelKind.COLUMN)
        and len(words) == 1
        and words[0] in ("gpu", "stage", "rank", "node", "group", "id")
        and view.label.kind is LabelKind.COLUMN
        and view.raw.strip().lower() in ("gpu", "stage", "rank", "node", "group")
    )


def lists_members(desk: Desk, line: Line) -> bool:
    """Tell whether an array lists members rather than sizes."""
    names = {word.text for view in line.views[:2] for word in view.words}
    best = head_name(desk, "", line.views[0].words, trailing=True) if line.views else None
    if best is not None and best.quantity.noun and best.quantity.noun not in ("token", "sequence"):
        return True
    return bool(
        names
        & {
            "gpu",
            "rank",
            "layer",
            "expert",
            "node",
            "stage",
            "range",
            "device",
            "id",
            "group",
            "mapping",
            "placement",
            "assignment",
            "slice",
        }
    )


def in_members(desk: Desk, line: Line, number: Number) -> bool:
    """Tell whether the number stands in brackets right behind a naming noun: `GPUs [0,1]`, `layers [0, 15]`."""
    opening = line.text.rfind("[", 0, number.start)
    if opening < 0 or "]" in line.text[opening : number.start]:
        return False
    closing = line.text.find("]", number.stop)
    if closing > 0 and ":" in line.text[opening:closing]:
        return True
    before = line.text[:opening].rstrip(" =:").lower()
    start = len(before.rstrip("abcdefghijklmnopqrstuvwxyz"))
    return before[start:] in desk.lexicon.naming


def in_list(desk: Desk, line: Line, number: Number) -> bool:
    """Tell whether the number is one of three or more bare integers with a comma, an `and`, an ellipsis or only spaces between them."""
    if len(line.numbers) >= 3 and line.text.replace(" ", "").isdigit():
        return True
    if not _is_bare(number):
        return False
    at = bisect_left(line.numbers, number.start, key=lambda other: other.start)
    return 1 + _listed(line, at, -1) + _listed(line, at, 1) >= 3


def _listed(line: Line, at: int, step: int) -> int:
    """Count the bare integers listed right before or behind a number, up to two: with it they make a list."""
    count = 0
    while count < 2 and 0 <= at + step < len(line.numbers):
        first, second = sorted((line.numbers[at], line.numbers[at + step]), key=lambda number: number.start)
        if not (_is_bare(line.numbers[at + step]) and _lists(line.text[first.stop : second.digits])):
            break
        count, at = count + 1, at + step
    return count


def _is_bare(number: Number) -> bool:
    return not (number.unit or number.noun) and number.approximation is Approximation.EXACT


def _lists(gap: str) -> bool:
    """Tell whether what stands between two numbers makes them members of one list."""
    return any(mark in gap for mark in (",", "…", "...")) and gap.replace("and", "").strip(" ,.…*`") == ""


def in_code(desk: Desk, text: str) -> bool:
    """Tell whether a long text is code."""
    return text.count("{") + text.count(";") + text.count("(") > len(text) / 25
