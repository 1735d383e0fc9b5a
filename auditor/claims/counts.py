"""Bare numbers: which quantity a number without a unit states."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from auditor.claims.counted import read_counted
from auditor.claims.labels import View, find_any, per_of
from auditor.claims.lexicon import Quantity, kind_of
from auditor.claims.line import Desk, Line, Meaning, bracketed, is_alone, is_factor, is_operand, lead_words, singular_noun, spell
from auditor.claims.model import Approximation, Claim, Role
from auditor.claims.names import degree_in, head_name, named_in, option_of
from auditor.claims.vocabulary import AXIS_WORDS, DIFFERENCES, OPERANDS, PARTS_OF_A_MODEL
from auditor.claims.words import Word
from auditor.findings import Confidence
from auditor.language.numbers import Form, Number
from auditor.statements import Kind, LabelKind

__all__ = [
    "allows_noun",
    "axis_of",
    "is_billions",
    "leads_into",
    "of_memory",
    "read_count",
    "read_labelled",
    "read_operand",
    "read_pair",
    "read_qualified",
    "read_slashed",
    "spelled_axis",
]


def read_count(
    desk: Desk, line: Line, position: int, number: Number, tail: Sequence[Word], head: Sequence[Word], before: Sequence[Claim | None]
) -> Meaning | None:
    """A bare or counted number."""
    if line.statement.kind is Kind.ENTRY and len(line.numbers) > 1 and is_expression(line.text):
        return Meaning("other", Confidence.MEDIUM, "operand of a written equation", words="operand")
    name = number.name.lower()
    option = option_of(desk, line)
    if option is not None and number is line.numbers[-1]:
        said = line.views[0]
        return Meaning(option.id, Confidence.HIGH, f"option {said.raw.strip()!r}", option.per, said.label.text.whole)
    slashed = read_slashed(desk, line, position, number, before)
    if slashed:
        return slashed
    if (set_here := assigned(desk, line, number)) is not None:
        return set_here
    if not number.noun and comes_of_names(desk, line.text, number):
        made = read_labelled(desk, line, position, number, tail, head, before)
        return (
            made
            if made is not None and made.quantity == "gpus"
            else Meaning("other", Confidence.MEDIUM, "product of names", words="operand")
        )
    if name and name in desk.lexicon.by_short and number.noun not in ("gpu", "gpus"):
        quantity = desk.lexicon.by_short[name]
        if not (name in ("p", "t") or (name == "top" and line.text[number.name_start + 3 : number.digits] not in ("-", " ", "_"))):
            alone = (
                sum(other.name.lower() in desk.lexicon.by_short for other in line.numbers) == 1
                and len(line.words) >= 6
                and line.statement.kind in (Kind.ITEM, Kind.SENTENCE)
            )
            return Meaning(quantity.id, Confidence.MEDIUM if alone else Confidence.HIGH, f"{line.text[number.name_start : number.stop]!r}")
    if spelled_axis(desk, line, number):
        quantity = desk.lexicon.by_short[spelled_axis(desk, line, number)]
        return Meaning(quantity.id, Confidence.HIGH, f"named in brackets: {line.text[number.digits : number.stop + 8]!r}")
    if (
        tail
        and tail[0].text in desk.lexicon.axes
        and len(tail) == 1
        and is_factor(desk, line, number)
        and not line.text[tail[0].start : tail[0].end].lower().endswith("s")
        and "÷" not in line.text
    ):
        return Meaning(desk.lexicon.by_short[desk.lexicon.axes[tail[0].text]].id, Confidence.MEDIUM, f"factor named {tail[0].text}")
    if number.form in (Form.PART, Form.WHOLE):
        paired = read_pair(desk, line, number, before)
        if paired:
            return paired
        pair = line.statement.kind is Kind.CELL and len(line.numbers) == 2 and not line.words[2:]
        if line.views and not number.noun and (pair or named_in(desk, "share", line.views[0].words)):
            return Meaning("other", Confidence.MEDIUM, "part of a written fraction", words="part")
    if number.noun:
        meaning = read_counted(desk, line, position, number, tail, head, before)
        if meaning is not None:
            return meaning
    if is_billions(desk, number) and is_factor(desk, line, number) and not number.noun and not find_any(tail, ("model",)):
        return Meaning("other", Confidence.MEDIUM, "operand of a written equation", words="operand")
    if is_billions(desk, number) and not (tail and tail[0].text in ("token", "row", "request")):
        labelled = [word for view in line.views[:1] for word in view.words]
        if find_any((*tail, *head), ("active", "activated")) or (position == 0 and find_any(labelled, ("active", "activated"))):
            return Meaning("model.params_active", Confidence.HIGH, "billions that are active", per_of(tail))
        sure = find_any((*tail, *head), ("model", "parameter")) or (
            position == 0 and find_any(labelled, ("model", "parameter")) and not find_any(labelled, PARTS_OF_A_MODEL)
        )
        return Meaning("model.params", Confidence.HIGH if sure else Confidence.LOW, "billions", per_of(tail))
    best = head_name(desk, "count", ends_of(desk, head), trailing=True)
    if best and best.quantity.id == "batch.microbatches" and line.text[: number.digits].lower().rstrip(" :=of(").endswith("batch"):
        return Meaning("batch.micro", Confidence.HIGH, f"words before it: {spell(head)}")  # `a micro-batch of 2`
    if best and head and line.text[: head[0].start].endswith("--") and line.statement.kind is Kind.CELL:
        return Meaning(best.quantity.id, Confidence.MEDIUM, f"option: {spell(head)}")  # a page about options sets none
    listed = bool(head and tail) and head[-1].text == "and"  # `4 GPUs and 16 network ports`: what is behind it is counted
    if best and not listed and (number.name or not number.noun) and leads_into(desk, line.text, number, head):
        return Meaning(best.quantity.id, Confidence.HIGH, f"words before it: {spell(head)}", per_of(head))
    if tail and not number.noun:
        best = head_name(desk, "count", tail, trailing=False)
        if best:
            return Meaning(best.quantity.id, Confidence.MEDIUM, f"words behind it: {spell(tail)}", per_of(tail))
    if number.name.lower() in ("degree", "size", "way") and (
        degree := degree_in(desk, [word for word in line.words if word.end <= number.digits])
    ):
        return Meaning(degree.id, Confidence.HIGH, f"degree of {degree.names[0][0]}")
    qualified = read_qualified(desk, line, tail, head)
    if qualified:
        return qualified
    operand = read_operand(desk, line, number)
    if operand:
        return operand
    changed = continues_change(line, position, before)
    if changed is not None and not number.noun:
        return Meaning(changed.quantity, changed.confidence, f"new value after {changed.text!r}", per_of(tail) or changed.scope.per)
    chosen = chosen_of(line, position)
    if chosen:
        return Meaning(chosen, Confidence.MEDIUM, "m of n")
    if number.arrow == "to" and before and before[-1] is not None:
        per = per_of(tail) or before[-1].scope.per
        return Meaning(before[-1].quantity, before[-1].confidence, f"new value after {before[-1].text!r}", per)
    if ends_equation(desk, line, position):
        if line.views and any(match.quantity.id == "gpus" for match in line.views[0].matches):
            return read_labelled(desk, line, position, number, tail, head, before)
        return Meaning("gpus", Confidence.HIGH, "what the product of the degrees comes to")
    if number.form is Form.PLAIN and before_times_gpus(line, position):
        return Meaning("nodes", Confidence.LOW, "a number of GPUs so many times")
    divides = "=" in line.text and is_operand(desk, line, number)
    if (divides or is_factor(desk, line, number)) and (not is_alone(desk, line, number) or multiplies_name(line, number)):
        return Meaning("other", Confidence.MEDIUM, "operand of a written equation", words="operand")
    ranged = lengths_in_brackets(desk, line, position)
    if ranged is not None:
        return Meaning(ranged.id, Confidence.MEDIUM, "words before the bracket")
    if not head and line.text[: number.start].rstrip()[-1:] in ("[", ","):
        best = head_name(desk, "count", lead_words(desk, line, number)[-3:], trailing=True)
        if best and best.quantity.unit.symbol == "token":
            return Meaning(best.quantity.id, Confidence.MEDIUM, "words before the bracket")
        if best and best.quantity.noun:
            return Meaning("other", Confidence.LOW, "member of a list", words="member")
    if bracketed(desk, line, number) and before and not tail and not (head and not desk.lexicon.is_transparent(head)):
        earlier = next((claim for claim in reversed(before) if claim is not None), None)
        if earlier is not None and kind_of(earlier.unit) == "count":
            return Meaning(earlier.quantity, Confidence.MEDIUM, f"beside {earlier.text!r}", earlier.scope.per)
    return read_labelled(desk, line, position, number, tail, head, before)


def assigned(desk: Desk, line: Line, number: Number) -> Meaning | None:
    """Return the degree whose short name and an equality sign stand right before a number, whatever else does: `Internal TP=4 for ...`.

    The name may end what was taken for a label, `No hot spots due to EP` with `16 distribution`; GPUs may be what is counted.
    """
    text = line.text
    if number.name and text[number.name_start + len(number.name) : number.digits].strip() == "=":
        name, before = number.name, text[: number.name_start]
    elif line.views and not text[: number.start].strip(" *_`(") and line.statement.path:
        label, value = line.statement.path[-1].text, line.statement.value.whole
        raw = label.content.rstrip(" *_`")
        name = raw.rpartition(" ")[2].strip("(*_`")
        before = raw[: len(raw) - len(name)]
        if line.views[0].raw != label.content or desk.document.source.text[label.whole.end : value.start].strip(" *_`") != "=":
            return None
    else:
        return None
    quantity = desk.lexicon.by_short.get(name.lower())
    if quantity is None or not name.isupper() or not quantity.id.startswith("parallel.") or before.rstrip()[-1:] in _OPERATORS:
        return None
    if is_operand(desk, line, number) or per_of(desk.lexicon.normalize(before)):
        return None
    return Meaning(quantity.id, Confidence.HIGH, f"'{name}=' before it")


_OPERATORS: Final = ("×", "*", "/", "÷", "+", "x")


def comes_of_names(desk: Desk, text: str, number: Number) -> bool:
    """Tell whether the number is what short names that are multiplied come to, and no value of the last of them: `PP×TP×SP = 256`."""
    left = text[: number.name_start if number.name and number.name_start >= 0 else number.start].rstrip()
    if number.name:
        name = number.name
    elif left.endswith("="):
        left = left[:-1].rstrip(" )*_`")
        name = left[len(left.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) :]
        left = left[: len(left) - len(name)].rstrip()
    else:
        return False
    return name.lower() in desk.lexicon.by_short and left[-1:] in ("×", "*", "·") and left[:-1].rstrip()[-1:].isalpha()


def lengths_in_brackets(desk: Desk, line: Line, position: int) -> Quantity | None:
    """Return which length the bare numbers in brackets give by the words right before them: `long sequences (>8K)`, `lengths [1, 9]`.

    `512 sequences (128 × 4)` counts the sequences; what is in its brackets is no length.
    """
    number, text = line.numbers[position], line.text
    opening = max(text.rfind("(", 0, number.start), text.rfind("[", 0, number.start))
    closing = text.find(")" if text[opening] == "(" else "]", number.stop)
    if opening < 0 or closing < 0 or number.noun or number.name or number.form is not Form.PLAIN:
        return None
    stop = bisect_right(line.words, opening, key=lambda word: word.end)
    words = line.words[max(0, stop - 4) : stop]
    if not words or text[words[-1].end : opening].strip():
        return None
    if _NOT_BARE.search(text, opening + 1, number.start) or _NOT_BARE.search(text, number.stop, closing):
        return None
    if any(other.noun and words[-1].start < other.end <= opening for other in line.numbers[:position]):
        return None
    ending = [match for match in desk.lexicon.matches(words) if match.stop == len(words) and match.quantity.kind == "count"]
    best = max(ending, key=lambda match: match.size, default=None)
    return best.quantity if best and best.quantity.unit.symbol == "token" else None


_NOT_BARE: Final = re.compile(r"[^\W\d_]|[×*÷/=+]")
"""A letter or an operator: what it stands beside in brackets is no bare number."""


def ends_of(desk: Desk, head: Sequence[Word]) -> tuple[Word, ...]:
    """Return the words that lead to a number, from the last article or verb on: `We use a tensor-parallel size of 8`.

    Where a change leads to it, `Reduced the batch size from 128` and `TP changed from 8`, the words of the change are left out.
    """
    words = list(head)
    if words and words[-1].text == "from":
        while words and (
            words[-1].text in desk.lexicon.sayings["tells a change"]
            or words[-1].text in desk.lexicon.sayings["words of change"]
            or words[-1].text == "from"
        ):
            words.pop()
        words = [word for word in words if word.text not in desk.lexicon.sayings["words of change"]]
    elif any(word.text in desk.lexicon.sayings["words of change"] for word in words):
        return tuple(words)
    for index in range(len(words) - 1, 0, -1):
        if words[index - 1].text in desk.lexicon.sayings["leads to a count"] and desk.lexicon.matches(words[index:]):
            return tuple(words[index:])
    return tuple(words)


def continues_change(line: Line, position: int, before: Sequence[Claim | None]) -> Claim | None:
    """Return what changes where the number is its new value: `from 8 to 4`."""
    earlier = before[-1] if before else None
    if earlier is None or earlier.role is not Role.PREVIOUS or earlier.quantity == "other" or kind_of(earlier.unit) != "count":
        return None
    return earlier if line.text[line.numbers[position - 1].end : line.numbers[position].start].strip().lower() == "to" else None


def chosen_of(line: Line, position: int) -> str:
    """Return what `2 of 64 experts active` and `14 of 16 GPUs` choose, by what the second number counts; empty if neither."""
    number = line.numbers[position]
    following = line.numbers[position + 1] if position + 1 < len(line.numbers) else None
    if following is None or number.noun or number.unit or line.text[number.stop : following.start].strip().lower() not in OUT_OF:
        return ""
    noun = singular_noun(following.noun)
    if noun == "expert":
        return (
            "model.top_k"
            if line.text[following.end :].lstrip().lower().startswith(("active", "activated", "are active", "per token"))
            else ""
        )
    return "gpus" if noun == "gpu" else ""


def ends_equation(desk: Desk, line: Line, position: int) -> bool:
    """Tell whether the number is what a product under a label of GPUs comes to: `Total GPUs = TP × PP = 8 × 4 = 32`."""
    number = line.numbers[position]
    if position < 2 or position + 1 < len(line.numbers) or set(line.text) & set("/÷+"):
        return False
    if line.text[: number.start].rstrip()[-1:] != "=":
        return False
    if line.text[number.end :].strip(" .*_`✓✅"):
        return False
    opening = line.text[: line.text.index("=")].partition("(")[0]
    named = [word for word in line.words if word.end <= len(opening)]
    names = (head_name(desk, "count", words, trailing=True) for words in (named, line.views[0].words if line.views else ()) if words)
    return any(best is not None and best.quantity.id == "gpus" for best in names)


def before_times_gpus(line: Line, position: int) -> bool:
    """Tell whether the number is the first of `2 x 8 GPUs`."""
    number = line.numbers[position]
    following = line.numbers[position + 1] if position + 1 < len(line.numbers) else None
    if following is None or number.name or singular_noun(following.noun) != "gpu" or position:
        return False
    return line.text[number.stop : following.start].strip() in ("x", "X", "×", "*")


OUT_OF = ("of", "of the", "out of", "out of the")


def is_expression(text: str) -> bool:
    """Tell whether a text holds numbers and the signs between them, no words and no result: `70e9 * 2 / 8`."""
    return not set(text) - _IN_EXPRESSIONS and any(sign in text for sign in ("*", "/ ", "+ "))


_IN_EXPRESSIONS = frozenset("0123456789.eE_+-*/() ")


def read_slashed(desk: Desk, line: Line, position: int, number: Number, before: Sequence[Claim | None]) -> Meaning | None:
    """`GBS/MBS 16384/1`: two names and two values, in the same order."""
    owner = number if number.form is Form.PART else line.numbers[position - 1] if number.form is Form.WHOLE and position else None
    if owner is None or owner.name_start < 1 or owner.name.lower() not in desk.lexicon.by_short or line.text[owner.name_start - 1] != "/":
        return None
    left = line.text[: owner.name_start - 1]
    start = len(left.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
    first = desk.lexicon.by_short.get(left[start:].lower())
    if first is None:
        return None
    quantity = first if number is owner else desk.lexicon.by_short[owner.name.lower()]
    return Meaning(quantity.id, Confidence.HIGH, f"{line.text[start : owner.stop]!r}")


def is_billions(desk: Desk, number: Number) -> bool:
    """Tell a number of parameters written with a magnitude: 30B."""
    low = number.written[0].interval.middle
    return (
        not number.noun
        and number.approximation is not Approximation.EXACT
        and low is not None
        and 10**8 <= low <= 10**14
        and number.stop - number.digits <= 8
    )


def read_qualified(desk: Desk, line: Line, tail: Sequence[Word], head: Sequence[Word]) -> Meaning | None:
    """`8 spare`, `only 16 available`: the thing counted was named before."""
    if not tail:
        return None
    if tail[0].text == "use" and len(tail) == 1 and len(line.numbers) > 1 and any(other.noun in ("gpu", "gpus") for other in line.numbers):
        return Meaning("gpus", Confidence.MEDIUM, "used, of the GPUs named beside it")
    if find_any(tail[:2], ("active", "activated")) and find_any([word for word in line.words if word.start < tail[0].start], ("expert",)):
        return Meaning("model.top_k", Confidence.MEDIUM, f"words behind it: {spell(tail)}")  # `64 experts, of which 2 are active`
    for quantity in desk.lexicon.quantities.values():
        if tail[0].text in quantity.qualifiers and quantity.noun:
            near = (*line.words, *(word for view in line.views[:2] for word in view.words))
            if find_any(near, (quantity.noun,)):
                return Meaning(quantity.id, Confidence.MEDIUM, f"words behind it: {spell(tail)}")
    return None


def is_width(view: View) -> bool:
    """Tell whether a key names some width: `total_dim`, `output_dimension`."""
    return view.label.kind is LabelKind.KEY and len(view.words) > 1 and view.words[-1].text == "dimension"


def multiplies_name(line: Line, number: Number) -> bool:
    """Tell whether the number stands behind an operator that a name leads to: `layers × heads × 2 (K and V)`."""
    left = line.text[: number.start].rstrip()
    return left[-1:] in ("×", "*", "÷") and left[:-1].rstrip()[-1:].isalnum()


def read_operand(desk: Desk, line: Line, number: Number) -> Meaning | None:
    """The operands of `16 ÷ 4 = 4 layers` under "Layers per stage": what is divided and by what."""
    text = line.text
    equals = text.find("=", number.end)
    if equals < 0 or not line.views:
        return None
    best = head_name(desk, "count", line.views[0].words, trailing=True)
    parts = OPERANDS.get(best.quantity.id) if best else None
    if parts is None:
        return None
    left, right = text[: number.start].rstrip(), text[number.end : equals].lstrip()
    if right[:1] in ("÷", "/") and right[1:].strip() and left[-1:] not in ("×", "*", "÷", "/"):
        return Meaning(parts[0], Confidence.MEDIUM, "dividend of the written equation")
    if left[-1:] in ("÷", "/") and not right:
        return Meaning(parts[1], Confidence.MEDIUM, "divisor of the written equation")
    return None


def read_labelled(
    desk: Desk, line: Line, position: int, number: Number, tail: Sequence[Word], head: Sequence[Word], before: Sequence[Claim | None]
) -> Meaning | None:
    """Take the meaning of a bare number from its labels, innermost first."""
    views = line.views
    scoped = {follower.start for word, follower in pairwise(tail) if word.text in ("per", "each")}
    opaque_words = [
        word
        for word in (*head, *tail)
        if word.start not in scoped
        and word.text not in desk.lexicon.transparent
        and not word.text.isdigit()
        and (word.text not in desk.lexicon.sayings["tells a change"] or (head and head[-1].text == "by"))
    ]
    first = True
    opaque: View | None = None
    for depth, view in enumerate(views):
        if opaque is not None and view.label.kind not in (LabelKind.COLUMN, LabelKind.ROW) and not view.unit:
            # A section title names no column whose own head was not understood.
            return Meaning("other", Confidence.MEDIUM, f"label {opaque.raw.strip()!r}", words=opaque.raw.strip()[:60])
        if view.settings and not number.noun:
            continue  # `{"tp_8": 2.84}`: the name of a variant says nothing of what was measured
        best = head_name(desk, "", view.words, trailing=True, phase_words=True)
        if depth == 0 and is_width(view) and not (best and best.quantity.kind == "count"):
            return Meaning("other", Confidence.MEDIUM, f"label {view.raw.strip()!r}", words=view.raw.strip()[:60])  # `total_dim`
        axis = axis_of(desk, line, view, views[depth + 1 :])
        if axis is not None and (not number.noun or allows_noun(desk, axis, number)):
            return Meaning(axis.id, Confidence.HIGH, f"label {view.raw.strip()!r} of parallelism", "", view.label.text.whole)
        if view.words and view.words[-1].text in desk.lexicon.sayings["words of change"] and not number.noun:
            return Meaning("change", Confidence.MEDIUM, f"label {view.raw.strip()!r}", "", view.label.text.whole)
        if best and view.unit == "token" and best.quantity.id == "batch.global":
            return Meaning("batch.tokens", Confidence.HIGH, f"label {view.raw.strip()!r}", "", view.label.text.whole)
        if (
            best
            and best.quantity.kind == "count"
            and best.quantity.noun
            and not best.quantity.magnitude
            and (number.written[0].interval.middle or 0) >= 10**7
            and best.quantity.noun != "token"
        ):
            return Meaning("other", Confidence.LOW, f"too many for {view.raw.strip()!r}", words=view.raw.strip()[:60])
        if best and best.quantity.kind not in ("count", "share") and view.transparent and counts_outside(desk, views[depth + 1 :]):
            continue  # `gpus: {total: 64}`
        if best and best.quantity.kind not in ("count", "share") and line.statement.kind in (Kind.ITEM, Kind.SENTENCE, Kind.TREE):
            return Meaning("other", Confidence.LOW, f"no unit under {view.raw.strip()!r}", words=view.raw.strip()[:60])
        if view.label.kind is LabelKind.COLUMN and find_any(view.words, DIFFERENCES):
            return Meaning("other", Confidence.MEDIUM, f"label {view.raw.strip()!r}", words=view.raw.strip()[:60])
        if best and best.quantity.per and tail and tail[0].text == "total":
            whole = next(
                (
                    quantity
                    for quantity in desk.lexicon.quantities.values()
                    if quantity.noun == best.quantity.noun and not quantity.per and not quantity.qualifiers
                ),
                None,
            )
            if whole:
                return Meaning(whole.id, Confidence.MEDIUM, f"total of {view.raw.strip()!r}")
        if (
            best
            and view.per in ("stage", "node", "replica", "group")
            and best.quantity.noun in ("layer", "expert", "head")
            and not best.quantity.per
        ):
            own = next((one for one in desk.lexicon.quantities.values() if one.noun == best.quantity.noun and one.per == view.per), None)
            if own is None:
                shown = view.raw.strip()
                return Meaning("other", Confidence.MEDIUM, f"label {shown!r}", view.per, view.label.text.whole, words=shown[:60])
        within = next((other.per for other in views[:depth] if other.per and other.transparent), "")
        if best and (per := per_of(tail) or within) and per != "layer" and best.quantity.noun and not best.quantity.per:
            narrowed = next(
                (quantity for quantity in desk.lexicon.quantities.values() if quantity.noun == best.quantity.noun and quantity.per == per),
                None,
            )
            return Meaning(
                narrowed.id if narrowed else "other",
                Confidence.MEDIUM,
                f"label {view.raw.strip()!r} per {per}",
                per,
                view.label.text.whole,
                words="" if narrowed else f"per {per}",
            )
        if best and best.quantity.id == "model.params" and not view.per and of_memory(line, views[depth + 1 :]):
            return Meaning("memory.weights", Confidence.LOW, f"label {view.raw.strip()!r} of memory", view.per, view.label.text.whole)
        if best and allows_noun(desk, best.quantity, number):
            inner = {word.text for other in views[:depth] for word in other.words}
            for quantity in desk.lexicon.quantities.values():
                if quantity.qualifiers & inner and quantity.noun and quantity.noun == best.quantity.noun:
                    return Meaning(quantity.id, Confidence.HIGH, f"label {view.raw.strip()!r}", view.per, view.label.text.whole)
            sure = (
                Confidence.HIGH
                if not opaque_words and (depth == 0 or all(other.transparent for other in views[:depth])) and depth < 4
                else Confidence.LOW
            )
            if first and opaque_words and line.statement.kind is Kind.SENTENCE:
                return None
            return Meaning(best.quantity.id, sure, f"label {view.raw.strip()!r}", view.per, view.label.text.whole)
        if not view.transparent:
            in_table = line.statement.cell is not None and view.label.kind in (LabelKind.COLUMN, LabelKind.ROW)
            if in_table and depth == 0:
                first = False
                opaque = view
                continue
            if line.statement.kind is Kind.SENTENCE and view.label.kind is LabelKind.HEADING:
                break
            return Meaning(
                "other", Confidence.MEDIUM, f"label {view.raw.strip()!r}", view.per, view.label.text.whole, words=view.raw.strip()[:60]
            )
        first = False
    described = spell(tail) or spell(head)
    if described or number.noun:
        return Meaning("other", Confidence.LOW, f"words {described!r}", words=described)
    return None


def of_memory(line: Line, outer: Sequence[View]) -> bool:
    """Tell whether the block around a key holds amounts of memory: `"memory_requirements": {"model_parameters": ...}`."""
    return line.statement.kind is Kind.ENTRY and bool(outer) and find_any(outer[0].words, ("memory",))


def counts_outside(desk: Desk, outer: Sequence[View]) -> bool:
    """Tell whether the next label that names anything counts something."""
    for view in outer:
        best = head_name(desk, "", view.words, trailing=True)
        if best is not None or not view.transparent:
            return best is not None and best.quantity.kind == "count"
    return False


def axis_of(desk: Desk, line: Line, view: View, outer: Sequence[View]) -> Quantity | None:
    """Return the degree that a bare axis means: `parallelism: {tensor: 4, expert: 8}`, or rows `Tensor`, `Pipeline` and `Expert`."""
    raw = view.raw.strip(" *_`").lower()
    name = desk.lexicon.axes.get(raw)
    if name is None:
        return None
    beside = desk.axes_beside.get(line.statement.group, frozenset())
    among = raw in AXIS_WORDS and len(beside) > 1 and not beside.isdisjoint(("tensor", "pipeline"))
    if not among and not (outer and find_any(outer[0].words, ("parallel",))):
        return None
    return desk.lexicon.by_short[name]


def allows_noun(desk: Desk, quantity: Quantity, number: Number) -> bool:
    """Tell whether a labelled quantity may carry this number's noun."""
    if quantity.kind not in ("count", "share") and number.noun and number.noun not in ("token", "tokens", "sequence", "sequences"):
        return False
    if not number.noun:
        return True
    noun = singular_noun(number.noun)
    return (
        noun == quantity.noun
        or noun in quantity.fallback_nouns
        or (quantity.id.startswith("batch.") and noun in ("sequence", "sample", "token", "prompt", "request"))
    )


_NUMBERED: Final = ("gpus", "gpu", "ranks", "devices")


def read_pair(desk: Desk, line: Line, number: Number, before: Sequence[Claim | None]) -> Meaning | None:
    """`16/16 GPUs`: what is used of what is there."""
    ahead = line.text[: number.start]
    if ahead.rstrip("0123456789/ ").lower().endswith(_NUMBERED) and ":" not in ahead[-8:]:
        return None  # `GPUs 0/1`: which of them
    view_words = [word.text for view in line.views[:2] for word in view.words]
    behind = line.text[number.stop :].lstrip(" /0123456789*")
    follows = behind.partition(" ")[0].strip(".,;:()[]*").lower()
    if follows.isalpha() and follows not in ("gpu", "gpus", "device", "devices", "used", "in", "are", "utilized", "was"):
        return None  # what is counted is named, and it is not GPUs
    owned = any(view.per for view in line.views[:2]) or find_any(line.words, ("each",))
    if owned or _is_factor(line.text, number):
        return None  # an operand, or a share of what one GPU holds
    if "gpu" in view_words or "gpu" in [word.text for word in line.words]:
        return Meaning("gpus" if number.form is Form.PART else "gpus.available", Confidence.MEDIUM, "m of n GPUs")
    return None


def _is_factor(text: str, number: Number) -> bool:
    """Tell whether the fraction that a number is a side of is multiplied: `2 × 15/16 × 4.3`."""
    ahead = text[: number.start].rstrip("0123456789/ ")
    behind = text[number.stop :].lstrip("0123456789/ ")
    return ahead.endswith(_TIMES) or behind.startswith(_TIMES)


_TIMES: Final = ("x", "×", "*", "·", "⋅")


def spelled_axis(desk: Desk, line: Line, number: Number) -> str:
    """Return the short name in brackets behind a number: `16 (EP) × 4 (TP)`, `8 (expert) × 4 (tensor)`."""
    rest = line.text[number.end : number.end + 24]
    if not rest.lstrip().startswith("("):
        return ""
    inner = rest[rest.index("(") + 1 :].split(")")[0].strip().lower()
    if inner in desk.lexicon.by_short:
        return inner
    words = desk.lexicon.normalize(inner)
    if len(words) == 1 and words[0].text in desk.lexicon.axes:
        return desk.lexicon.axes[words[0].text]
    if 0 < len(words) <= 3:
        degree = degree_in(desk, words)
        if (
            degree
            and all(word.text in desk.lexicon.transparent or any(word.text in name for name in degree.names) for word in words)
            and degree.short
        ):
            return sorted(degree.short, key=len)[-1]
    return ""


def leads_into(desk: Desk, text: str, number: Number, head: Sequence[Word]) -> bool:
    """Tell whether the words before the number lead into it: `batch size 1`, `PP degree to 3`, `EP = 16`."""
    if not head:
        return False
    gap = text[head[-1].end : number.start].replace(")", "").strip().lower()
    return gap in ("", "=", ":", "is", "to", "from", "of", "(", "~", "=~", "was", "are", "at", "*", "-")
