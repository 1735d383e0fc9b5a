"""Finding the names of quantities in words, loosely where a unit guards against a wrong one and strictly where none does."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.claims.labels import PER_WORDS
from auditor.claims.lexicon import Match, Quantity
from auditor.claims.line import Desk, Line
from auditor.claims.vocabulary import AXIS_SHORTS, GENERIC, INCLUDING
from auditor.claims.words import Word
from auditor.statements import LabelKind

__all__ = ["degree_in", "head_name", "named_in", "naming_words", "option_of", "passes_after", "passes_word", "qualifiers_of"]


def qualifiers_of(desk: Desk, noun: str) -> set[str]:
    """Return the words that qualify a counted noun: `spare`, `active`."""
    return {word for quantity in desk.lexicon.quantities.values() if quantity.noun == noun for word in quantity.qualifiers}


def option_of(desk: Desk, line: Line) -> Quantity | None:
    """Return what an option of a program sets, or a key by its path; None where nothing is known.

    `srun -N 4`, `#SBATCH --gres=gpu:8`, `trainer: {devices: 8}`.
    """
    if line.views and (placed := desk.lexicon.paths.get(_key_path(line))) is not None:
        return desk.lexicon.quantities[placed]
    if line.views and line.views[0].label.kind in (LabelKind.KEY, LabelKind.FLAG) and line.statement.group in desk.laid_out:
        told = desk.labels.beside_degrees(desk.lexicon.normalize(line.views[0].raw))
        if told is not None:
            return desk.lexicon.quantities[told]
    if not line.views or line.views[0].label.kind is not LabelKind.FLAG:
        return None
    program = next((view.raw for view in line.views[1:] if view.label.kind is LabelKind.PROGRAM), "")
    known = desk.lexicon.options.get(program.partition(" ")[0].rpartition("/")[2].lower(), {})
    return desk.lexicon.quantities.get(known.get(line.views[0].raw.strip("- "), ""))


def _key_path(line: Line) -> str:
    """Return the last two keys above a value, `trainer.devices`; one that is written with a dot is a path by itself."""
    last = line.views[0]
    if last.label.kind not in (LabelKind.KEY, LabelKind.FLAG):
        return ""
    keys = [view.raw for view in reversed(line.views[:2]) if view.label.kind is last.label.kind]
    return ".".join(".".join(keys).lower().lstrip("-+").split(".")[-2:])


def degree_in(desk: Desk, words: Sequence[Word]) -> Quantity | None:
    """Return the parallel degree the words name, if any."""
    found: Quantity | None = None
    for match in desk.lexicon.matches(words):
        if match.quantity.id.startswith("parallel.") and not (match.size == 1 and words[match.start].text in ("replica", "pipeline stage")):
            found = match.quantity
    return found


def named_in(desk: Desk, kind: str, words: Sequence[Word]) -> Match | None:
    """Return the best name of that kind in the words: the one that ends last, then the longest.

    What is said to be in the figure or left out of it names it only where nothing else does: "latency including communication".
    A name of the whole gives way to that of a part that it runs into: "activation memory per GPU" is no memory in all. The
    memory of a model is not a part; that may be all it needs.
    """
    matches = [match for match in desk.lexicon.matches(words) if match.quantity.kind == kind]
    included = len(naming_words(words))
    matches = [match for match in matches if match.stop <= included] or matches
    best = max(matches, key=lambda match: (match.stop, match.size), default=None)
    if best is None or best.quantity.id not in GENERIC:
        return best
    parts = [
        match
        for match in matches
        if match.quantity.id not in GENERIC and match.start < best.start < match.stop and words[match.start].text != "model"
    ]
    return max(parts, key=lambda match: (match.stop, match.size), default=best)


def naming_words(words: Sequence[Word]) -> Sequence[Word]:
    """Return the words before those that say what is in a figure or left out of it: `latency without communication`."""
    return words[: next((index for index, word in enumerate(words) if index and word.text in INCLUDING), len(words))]


def head_name(desk: Desk, kind: str, words: Sequence[Word], *, trailing: bool, phase_words: bool = False) -> Match | None:
    """Return the name that is the head of the words: only transparent words may stand around it.

    Counts need it, because they have no unit to rule out a wrong name: "Expert capacity factor" is no number of experts.
    """
    best: Match | None = None
    matches = desk.lexicon.matches(words)
    for match in matches:
        if kind and match.quantity.kind != kind:
            continue
        again = {index for other in matches if other.quantity is match.quantity for index in range(other.start, other.stop)}
        before, after = words[: match.start], words[match.stop :]
        if len(again) > match.size:  # `Global batch size (GBS)` says it twice
            after = [word for index, word in enumerate(after, match.stop) if index not in again]
        if any(word.text in ("per", "each") for word in before):
            continue
        if (kind or match.quantity.kind) == "count" and trailing and len(words) > match.size:
            before = [word for word in before if word.text not in desk.lexicon.sayings["fills before a number"]]
        if match.quantity.id.startswith("parallel."):
            before = [word for word in before if word.text not in ("intra", "inter")]  # `intra-node TP`
        if any(word.text in AXIS_SHORTS for word in (*before, *after)) and not match.quantity.id.startswith("parallel."):
            continue
        if not all(passes_word(desk, word) for word in before) or not passes_after(desk, after):
            continue
        if best is None or match.size > best.size or (match.size == best.size and match.stop > best.stop):
            best = match
    return best


def passes_word(desk: Desk, word: Word) -> bool:
    """Tell whether a word may stand beside a name without changing what it names."""
    return (
        word.text in desk.lexicon.transparent
        or word.text.isdigit()
        or word.text in desk.lexicon.sayings["plain modifiers"]
        or word.text in AXIS_SHORTS
    )


def passes_after(desk: Desk, words: Sequence[Word]) -> bool:
    """Tell whether the words may follow a name: transparent ones and scopes."""
    index = 0
    while index < len(words):
        if words[index].text in ("per", "each") and index + 1 < len(words):
            index += 2
            while index < len(words) and words[index].text in PER_WORDS:
                index += 1
            continue
        if not passes_word(desk, words[index]):
            return False
        index += 1
    return True
