"""Whether a number is what is, what was, what is wanted, what is allowed, or only an example."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from auditor.claims.arrows import divides, leads_to_name
from auditor.claims.labels import contains, find_any
from auditor.claims.line import Desk, Line, Meaning, bracketed, first_of, singular_noun, start_of_clause
from auditor.claims.model import Claim, Role
from auditor.claims.unread import stands_in
from auditor.claims.vocabulary import FAULTS, GIVEN_UP, SAID
from auditor.claims.words import Word
from auditor.findings import Confidence
from auditor.language.numbers import Form, Number
from auditor.statements import Kind, LabelKind

__all__ = [
    "clause_before_bracket",
    "compared_role",
    "is_previous_section",
    "left_of_arrow",
    "local_role_of",
    "ranges_up_to",
    "role_of",
    "sectioned_role",
]


OF_A_PLAN: Final = ("parallel.", "gpus", "nodes", "layers.", "experts.")
"""How the ids of quantities begin that say how a model is laid out."""
_CHOSEN: Final = ("parallel.", "model.", "gpus", "nodes", "layers.", "experts.", "heads.")
"""How the ids of quantities begin that a plan chooses or finds: a limit or requirement is spoken of beside them, not by them."""
_NEEDED: Final = ("gpus", "memory.used", "memory.capacity")


def role_of(
    desk: Desk,
    line: Line,
    position: int,
    number: Number,
    meaning: Meaning,
    tail: Sequence[Word],
    head: Sequence[Word],
    before: Sequence[Claim | None],
) -> Role:
    """Return what the number is for: cues in its own clause first, then its labels, then its section."""
    if line.statement.defaults and stands_in(line, number, line.statement.defaults):
        return Role.EXAMPLE  # what holds where nobody says otherwise
    if number.arrow == "from":
        return Role.PREVIOUS
    text = line.text[: number.start].rstrip().lower()
    from_here = text.endswith(
        (
            "from",
            "instead of",
            "rather than",
            "down from",
            "versus",
            " vs",
            " vs.",
            "compared to",
            "(was",
            "previously",
            "formerly",
            "originally",
            "replaces",
            "replacing",
        )
    )
    if number.arrow == "to":
        return sectioned_role(desk, line, meaning, Role.ACTUAL)
    if left_of_arrow(desk, line, position):
        return Role.PREVIOUS
    if from_here and tail and tail[0].text in ("target", "goal", "slo", "sla", "requirement", "objective", "required"):
        return Role.TARGET  # `27 ms vs 50 ms target`
    if from_here and (said := said_in_brackets(desk, line, number)) in ("actual", "previous"):
        return sectioned_role(desk, line, meaning, Role(said))  # `8 ms (before) vs 2 ms (now)`
    if from_here and meaning.quantity not in ("share.of",) and ranges_up_to(desk, line, position, text):
        return Role.PREVIOUS
    if (
        text.endswith((" to", "from to"))
        and before
        and before[-1] is not None
        and before[-1].role is Role.PREVIOUS
        and before[-1].quantity == meaning.quantity
    ):
        return Role.ACTUAL
    if meaning.quantity in _NEEDED and line.views and find_any(line.views[0].words, ("minimum",)):
        return Role.TARGET  # the fewest that would do, not those of the plan
    local = local_role_of(desk, line, position, number, meaning, tail, head)
    if local is not None:
        return local
    needs = meaning.quantity in ("gpus", "nodes", "gpus.per_node", "other") or meaning.quantity.startswith("memory.")
    for depth, view in enumerate(sorted(line.views, key=lambda view: view.label.kind is not LabelKind.COLUMN)):
        role = view.role
        if depth == 0 and len(view.words) == 1 and view.words[0].text in SAID:
            role = SAID[view.words[0].text]
        if view.label.kind is LabelKind.COLUMN and [word.text for word in view.words] in (["default"], ["default", "value"]):
            return Role.EXAMPLE  # what a program does when it is told nothing
        if not role and depth < 2 and view.label.kind is LabelKind.ITEM and " ".join(word.text for word in view.words) in FAULTS:
            role = "previous"
        if not role:
            if not view.transparent and depth >= 1 and view.label.kind is not LabelKind.COLUMN and depth > 3:
                break
            continue
        if depth and view.label.kind is LabelKind.HEADING and role in ("target", "limit", "actual"):
            if (
                role == "target"
                and find_any(view.words, ("target", "requirement", "slo", "sla", "threshold"))
                and not find_any(
                    view.words,
                    (
                        "validation",
                        "verification",
                        "achievement",
                        "check",
                        "compliance",
                        "analysis",
                        "met",
                        "achieving",
                        "meeting",
                        "reaching",
                        "vs",
                        "memory",
                        "gpu",
                        "hardware",
                        "resource",
                    ),
                )
                and not any(other.role == "actual" for other in line.views[:depth])
            ):
                return sectioned_role(desk, line, meaning, Role.TARGET)
            continue
        if role == "actual" and depth == 0 and find_any(view.words, ("current", "achieved", "actual")):
            return Role.ACTUAL
        if (
            role == "previous"
            and find_any(view.words, ("original", "initial"))
            and find_any(view.words, ("model", "architecture", "transformer", "paper"))
        ):
            continue
        if role == "target" and find_any(view.words, ("requirement",)) and find_any(view.words, ("input", "hardware", "memory", "model")):
            continue
        if (
            role == "target"
            and needs
            and not number.bound
            and find_any(view.words, ("required", "require", "requirement", "needed"))
            and not find_any(view.words, ("target",))
        ):
            return sectioned_role(desk, line, meaning, Role.ACTUAL)
        if (
            role in ("target", "limit")
            and meaning.quantity.startswith(_CHOSEN)
            and not number.bound
            and not find_any(view.words, desk.lexicon.wished)
        ):
            continue  # `TP constraint: TP=4 divides 16 heads`: what the plan has
        if role == "limit" and meaning.quantity in ("memory.capacity",) and depth == 0:
            return Role.LIMIT
        if role == "previous" and view.label.kind is LabelKind.HEADING:
            break
        if role == "actual" and depth > 1:
            break
        if (
            role == "example"
            and depth == 0
            and view.label.kind is not LabelKind.HEADING
            and not find_any(view.words, ("example", "scenario", "future", "potential", "alternative", "would", "could"))
        ):
            break
        if role == "example" and depth == 0 and view.words[-1].text == "potential":
            continue  # `Throughput potential` says what it reaches
        if role == "target" and meaning.quantity in ("change",) and not find_any(view.words, ("target", "goal")):
            continue
        return sectioned_role(desk, line, meaning, Role(role)) if depth < 3 else sectioned_role(desk, line, meaning, Role.ACTUAL)
    if (
        line.views
        and line.views[0].words
        and line.views[0].words[0].text in ("maximum",)
        and meaning.quantity.startswith("batch.")
        and meaning.quantity != "batch.sequence_length"
    ):
        return Role.LIMIT
    return sectioned_role(desk, line, meaning, Role.ACTUAL)


def ranges_up_to(desk: Desk, line: Line, position: int, text: str) -> bool:
    """`from A to B` states a change only where something changes; `layers from 0 to 3` does not."""
    if not text.endswith("from"):
        return True
    number = line.numbers[position]
    following = line.text[number.end : number.end + 6].strip().lower()
    context = {word.text for word in line.words} | {word.text for view in line.views[:1] for word in view.words}
    return not following.startswith("to") or bool(
        context
        & (
            desk.lexicon.sayings["words of change"]
            | {
                "optimized",
                "scaled",
                "changed",
                "fixed",
                "updated",
                "corrected",
                "modified",
                "adjusted",
                "revised",
                "up",
                "down",
                "raised",
                "lowered",
                "grew",
                "fell",
                "moved",
                "went",
            }
        )
    )


def left_of_arrow(desk: Desk, line: Line, position: int) -> bool:
    """Tell whether the number stands before an arrow that leads to a number of the same thing: `❌ 8 experts per GPU → ✅ 1 expert`."""
    number, text = line.numbers[position], line.text
    arrow = max(text.find("→", number.end), text.find("->", number.end))
    if arrow < 0:
        return False
    others = [other for other in line.numbers[position + 1 :] if other.start > arrow]
    if others and leads_to_name(desk, text[arrow + 1 : others[0].start].lstrip(">")):
        return False
    failed = text.lstrip()[:1] in ("❌", "✗", "✘")
    return failed or any(
        (other.noun or other.unit)
        and singular_noun(other.noun) == singular_noun(number.noun)
        and other.unit == number.unit
        and not divides(desk, text, number, other)
        for other in others
    )


def local_role_of(
    desk: Desk, line: Line, position: int, number: Number, meaning: Meaning, tail: Sequence[Word], head: Sequence[Word]
) -> Role | None:
    """Read cues in the number's own clause: `20% limit`, `target: <50ms`, `exceeds the 90% requirement`, `60% achieved`."""
    tail_texts = [word.text for word in tail[:3]]
    head_texts = [word.text for word in head[-4:]]
    if tail_texts[:1] == ["achieved"] or tail_texts[:2] == ["was", "achieved"]:
        return Role.ACTUAL
    if meaning.quantity in ("gpus.available", "gpus.spare"):
        return Role.ACTUAL
    if tail_texts[:1] == ["baseline"]:
        return Role.PREVIOUS
    begin = start_of_clause(line.text, number.start)
    opens = bisect_left(line.words, begin, key=lambda word: word.start)
    spoken = line.words[opens : bisect_left(line.words, number.end, key=lambda word: word.start)]
    first = [word.text for word in line.words[opens : opens + 2]]
    if first in (["for", "example"], ["for", "instance"], ["e", "g"]) and line.statement.kind is Kind.SENTENCE:
        return Role.EXAMPLE
    if line.statement.kind in (Kind.SENTENCE, Kind.HEAD) and _answers_with_example(line.text[begin : number.start]):
        return Role.EXAMPLE
    if meaning.quantity.startswith(OF_A_PLAN) and (_in_example(line, number) or _titles_example(line)):
        return Role.EXAMPLE
    if meaning.quantity.startswith(("model.", *OF_A_PLAN)) and _of_models(line, begin, number):
        return Role.EXAMPLE
    own = set(tail_texts)
    sentence = {word.text for word in spoken}
    if meaning.quantity.startswith(OF_A_PLAN) and sentence & desk.lexicon.sayings["hypothetical"]:
        return Role.EXAMPLE
    if own & {"requirement"} and (meaning.quantity.startswith("memory.") or meaning.quantity == "gpus") and number.bound == "":
        return Role.ACTUAL
    if (
        own & {"target", "goal", "slo", "sla", "requirement", "objective"}
        and "of" not in tail_texts[: first_of(tail_texts, ("target", "goal", "requirement"))]
        and "than" not in own
    ):
        return Role.TARGET
    if own & {"limit", "budget", "ceiling", "cap", "constraint", "threshold"} and "of" not in tail_texts[:1]:
        return Role.LIMIT
    if number.bound.startswith("<") and meaning.quantity == "memory.used" and own & {"available"}:
        return Role.LIMIT
    if meaning.quantity == "memory.used" and own & {"available"}:
        return Role.LIMIT
    clause_start = clause_before_bracket(desk, line.text, number.start)
    lead = [word.text for word in spoken if clause_start <= word.start and word.end <= number.digits]
    joined = lead[-4:]
    needs = meaning.quantity in ("gpus", "nodes", "gpus.per_node", "other") or meaning.quantity.startswith("memory.")
    if (
        joined
        and joined[-1] in ("target", "goal", "slo", "sla", "requirement", "threshold", "objective", *(() if needs else ("required",)))
    ) or (joined and joined[0] in ("target", "goal", "requirement", "slo") and len(lead) <= 3):
        return Role.TARGET
    if joined and joined[-1] in ("limit", "budget", "cap", "ceiling"):
        return Role.LIMIT
    if joined and joined[-1] in (
        "previous",
        "before",
        "baseline",
        "original",
        "originally",
        "previously",
        "former",
        "formerly",
        "was",
        "old",
    ):
        return Role.PREVIOUS
    if joined and joined[-1] in ("exceed", "meet", "above", "below", "under", "within") and own & {"target", "requirement"}:
        return Role.TARGET
    opening = line.text.rfind("(", 0, number.start)
    if opening >= 0 and bracketed(desk, line, number):
        inside = [word.text for word in line.words if word.start > opening and word.end <= number.digits]
        if inside[:1] and inside[0] in ("achieved", "actual", "current", "measured", "currently"):
            return Role.ACTUAL
    if joined and joined[-1] in ("achieved", "actual", "measured", "currently", "now"):
        return Role.ACTUAL
    if set(head_texts[-3:]) & {"alert", "alarm"}:
        return Role.LIMIT
    if set(joined[-2:]) & {"typical", "example"}:
        return Role.EXAMPLE
    if asked_in_brackets(desk, line.text[number.end : number.end + 80]):
        return Role.ACTUAL
    if cue := said_in_brackets(desk, line, number):
        return Role(cue)
    if lead and lead[0] in ("previous", "previously", "original", "former", "old"):
        return Role.PREVIOUS
    compared = compared_role(desk, line, position)
    if compared is not None and meaning.quantity not in ("memory.capacity", "share.of", "other"):
        return compared
    return None


def said_in_brackets(desk: Desk, line: Line, number: Number) -> str:
    """Return the role that the brackets right behind a number say: `2.2 ms (proposed)`; empty if they say none."""
    following = line.text[number.end : number.end + 40].lstrip()
    if not following.startswith("(") or ")" not in following:
        return ""
    said = desk.lexicon.normalize(following[1 : following.index(")")])
    return desk.labels.role(said) if 1 <= len(said) <= 3 and not any(word.text.isdigit() for word in said) else ""


def asked_in_brackets(desk: Desk, following: str) -> bool:
    """Tell whether brackets right behind a figure say what is asked, so that it is what is reached: `41 ms (requirement: 50 ms)`."""
    between, _, behind = following.partition("(")
    if not behind or any(mark in between for mark in ".,;:|→"):
        return False
    inside = desk.lexicon.normalize(behind.partition(")")[0])
    if not inside or inside[0].text not in desk.lexicon.sayings["asked in brackets"] or not any(map(str.isdigit, behind)):
        return False
    scope = [word.text for word in desk.lexicon.normalize(between)]
    return not scope or (scope[0] in ("per", "on", "each", "total") and len(scope) <= 3)


def _in_example(line: Line, number: Number) -> bool:
    """Tell whether the bracket around a number gives an example: `(e.g. TP=4 + PP=4)`."""
    opening = line.text.rfind("(", 0, number.start)
    if opening < 0 or line.text.find(")", opening, number.start) >= 0:
        return False
    inside = line.text[opening + 1 : number.start].lower().lstrip()
    return inside.startswith(("e.g", "eg ", "for example", "for instance", "say ", "such as"))


def _of_models(line: Line, begin: int, number: Number) -> bool:
    """Tell whether a size is that of a kind of models: `models with 2 KV heads need TP >= 4`."""
    said = line.text[begin : number.start].lower()
    return line.statement.kind is Kind.SENTENCE and ("models with " in said or "models having " in said)


def _answers_with_example(said: str) -> bool:
    """Tell whether a clause opens with an example behind a short mark: `A: For example, with 2 devices`, `Q: Given a dataset`."""
    mark, separated, rest = said.strip().lower().partition(": ")
    return bool(separated) and len(mark) <= 8 and rest.startswith(("for example", "for instance", "given a", "suppose", "say "))


def _titles_example(line: Line) -> bool:
    """Tell whether a number stands in the title of an example: `Another example: --tp 8 --dp 4`."""
    return line.statement.kind is Kind.HEADING and any(word.text == "example" for word in line.words)


def compared_role(desk: Desk, line: Line, position: int) -> Role | None:
    """In `68GB < 85% of 80GB` and `35,000 > 20,000` the left side is what is, the right side what it is held against."""
    number, text = line.numbers[position], line.text
    if position + 1 < len(line.numbers):
        other = line.numbers[position + 1]
        between = text[number.end : other.digits]
        if len(between) < 40 and not set(between) & set("(:;,") and set(between) & set("<≤≪>≥≫") and "->" not in between:
            return Role.ACTUAL
    if (
        number.bound
        and position
        and text[line.numbers[position - 1].end : number.start].strip() == ""
        and line.numbers[position - 1].form is Form.PLAIN
    ):
        return Role.LIMIT
    return None


def clause_before_bracket(desk: Desk, text: str, position: int) -> int:
    """Return where the words begin that lead to a position, brackets and commas apart."""
    start = position
    while start > 0 and text[start - 1] not in "(;,|.":
        start -= 1
    return start


def sectioned_role(desk: Desk, line: Line, meaning: Meaning, role: Role) -> Role:
    """Let a section on the future, an example or a former plan speak for all numbers in it."""
    if role in (Role.PREVIOUS, Role.EXAMPLE):
        return role
    if line.statement.kind is Kind.HEADING and contains(line.words, desk.lexicon.previous_sections) and is_previous_section(line.words):
        return role if meaning.quantity in ("gpus.available", "memory.capacity") else Role.PREVIOUS
    for depth, view in enumerate(line.views):
        if view.label.kind not in (LabelKind.HEADING, LabelKind.LEAD, LabelKind.ITEM, LabelKind.KEY):
            continue
        if view.words and view.words[0].text in GIVEN_UP:
            return Role.PREVIOUS
        if (
            contains(view.words, desk.lexicon.example_sections)
            and not (
                depth == 0
                and view.label.kind is LabelKind.ITEM
                and meaning.confidence is Confidence.HIGH
                and contains(view.words, (("scaling",), ("recommendation",)))
            )
            and not find_any(view.words, ("efficiency",))
        ):
            return Role.EXAMPLE
        if (
            contains(view.words, desk.lexicon.previous_sections)
            and view.label.kind is not LabelKind.LEAD
            and is_previous_section(view.words)
        ):
            if meaning.quantity in ("gpus.available", "memory.capacity"):
                return role
            return Role.PREVIOUS
    return role


def is_previous_section(title: Sequence[Word]) -> bool:
    """Tell whether a section speaks of a plan that was given up."""
    words = [word.text for word in title]
    if not words or find_any(
        title,
        (
            "fixed",
            "resolved",
            "resolution",
            "corrected",
            "new",
            "current",
            "target",
            "solved",
            "vs",
            "comparison",
            "improvement",
            "mitigation",
            "no",
            "addressed",
        ),
    ):
        return False
    return words[0] in (
        "previous",
        "original",
        "old",
        "former",
        "before",
        "baseline",
        "rejected",
        "failed",
        "incorrect",
        "initial",
    ) and (
        (
            len(words) > 1
            and words[1]
            in (
                "issue",
                "error",
                "strategy",
                "configuration",
                "plan",
                "problem",
                "deployment",
                "approach",
                "state",
                "value",
                "result",
                "performance",
                "attempt",
                "design",
                "layout",
            )
        )
        or len(words) == 1
    )
