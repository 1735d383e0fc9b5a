"""What stands before a number: the name glued to it, a sign, a bound, a mark of approximation, a currency."""

from __future__ import annotations

from typing import Final

from auditor.language.ground import GAP, Ground, is_digit
from auditor.records import dataclass

__all__ = ["Glued", "Lead", "glued_name", "lead_of"]

_BETWEEN: Final = frozenset(" (:,;/\t\n")
_SPACE: Final = GAP + "\r\n"
_MINUS: Final = "-−"


@dataclass(frozen=True, slots=True)
class Glued:
    """A name right before the digits, and what joins them: nothing, `=`, `(`, `-`, `_`, `:` or a space."""

    name: str = ""
    start: int = -1
    glue: str = ""


_NOTHING: Final = Glued()


@dataclass(frozen=True, slots=True)
class Lead:
    """What is said of a number right before it."""

    start: int
    bound: str = ""
    """`<`, `<=`, `>` or `>=`."""
    approximate: bool = False
    signed: str = ""
    currency: str = ""
    """Unit of the sign before an amount."""


def lead_of(ground: Ground, position: int, *, amount: int = -1) -> Lead:
    """Look back from the digits (or the glued name) for a sign, a bound, an approximation mark and a currency.

    A currency is looked for only right before the digits, which stand at `amount`.
    """
    start, currency = _currency(ground, position) if amount == position else (position, "")
    start, signed = _sign(ground, start)
    if not currency and amount == position:
        start, currency = _currency(ground, start)  # `$-3`
    start, approximate = _about(ground, start)
    at, bound = _bound(ground, start)
    return Lead(at if bound else start, bound, approximate, signed, currency)


def _currency(ground: Ground, position: int) -> tuple[int, str]:
    """Return the unit of the sign right before an amount and where it starts."""
    left = position - 1 if ground.at(position - 1) == " " else position
    for sign, unit in ground.words.currencies.items():
        start = left - len(sign)
        if start >= 0 and ground.text.startswith(sign, start) and not ground.at(start - 1).isalnum():
            return start, unit
    return position, ""


def _sign(ground: Ground, position: int) -> tuple[int, str]:
    sign, before = ground.at(position - 1), ground.at(position - 2)
    if sign and sign in "+-−" and (not before or before in " \t(|:,;=~"):
        return position - 1, "-" if sign in _MINUS else "+"
    return position, ""


def _about(ground: Ground, position: int) -> tuple[int, bool]:
    """Return where a mark of approximation that leads to a position starts."""
    end = position - 1 if ground.at(position - 1) and ground.at(position - 1) in _SPACE else position
    if ground.at(end - 1) and ground.at(end - 1) in ground.words.about:
        return end - 1, True
    word, start = _word_before(ground, end)
    return (start, True) if end < position and word in ground.words.about else (position, False)


def _word_before(ground: Ground, end: int) -> tuple[str, int]:
    """Return the word, in lower case and with its full stop, that ends at a position and starts the text or follows a separator."""
    dot = 1 if ground.at(end - 1) == "." else 0
    word = ground.word_before(end - dot)
    start = end - dot - len(word)
    if not word or (start and ground.at(start - 1) not in _BETWEEN):
        return "", end
    return ground.text[start:end].lower(), start


def _bound(ground: Ground, position: int) -> tuple[int, str]:
    """Return where a bound that leads to a position starts, and the bound: `<= 50`, `at most 50`, `> ~50`."""
    end = position - 1 if ground.at(position - 1) and ground.at(position - 1) in _SPACE else position
    for size in (2, 1):
        sign = ground.text[max(0, end - size) : end]
        if len(sign) == size and sign in ground.words.bounds and ground.at(end - size - 1) not in ("-", "=", "<", ">"):
            return end - size, ground.words.bounds[sign]
    return _bound_in_words(ground, position)


def _bound_in_words(ground: Ground, position: int) -> tuple[int, str]:
    end = ground.skip_back(position, _SPACE)
    if end == position:
        return position, ""
    last = ground.word_before(end).lower()
    for phrase in ground.words.bounds_by_last.get(last, ()):
        start = end - len(phrase)
        if ground.text[max(0, start) : end].lower() != phrase or (start and ground.at(start - 1) not in _BETWEEN):
            continue
        if phrase in ground.words.over and not _is_bound(ground, start):
            return position, ""  # `spread over 8 GPUs`: where, not how many
        return start, ground.words.bounds[phrase]
    return position, ""


def _is_bound(ground: Ground, position: int) -> bool:
    """Tell whether an `over` means more than, by what stands before it."""
    end = ground.skip_back(position, _SPACE)
    if not end or ground.at(end - 1) in "([:,;|":
        return True
    return ground.word_before(end).lower() in ground.words.before_over


def glued_name(ground: Ground, position: int) -> Glued:
    """Return the name right before the digits, where it starts and what joins them."""
    cursor = ground.skip_back(position, "~≈$")
    glue, cursor, spaced = _glue(ground, cursor)
    if glue == "(" and spaced and not _axis_ends(ground, cursor):
        return _NOTHING
    end = cursor
    word = ground.word_before(end)
    cursor -= len(word)
    if not word or (word in ("x", "X") and glue == "" and ground.at(cursor - 1) and ground.at(cursor - 1) in "0123456789) "):
        return _NOTHING
    return _accepted(ground, Glued(word, cursor, glue), end, position)


def _glue(ground: Ground, cursor: int) -> tuple[str, int, bool]:
    """Return what joins a name to the digits, where the name ends, and whether there is space before the joint."""
    mark = ground.at(cursor - 1)
    if mark and mark in "=(:-_":
        end = ground.skip_back(cursor - 1) if mark in "=:(" else cursor - 1
        return mark, end, end < cursor - 1
    if mark and mark in GAP:
        spaced = ground.skip_back(cursor)
        if ground.at(spaced - 1) == "=":
            return "=", ground.skip_back(spaced - 1), False
        return " ", spaced, False
    return "", cursor, False


def _accepted(ground: Ground, found: Glued, end: int, position: int) -> Glued:
    """Return a glued name if it is one: a member of the lexicon, or what makes a word of the digits."""
    name, glue = found.name.lower(), found.glue
    named = name in ground.words.names
    before = ground.at(found.start - 1)
    assigned = end == position - 1 and name in ground.words.axes  # `TP=4 PP=2`
    if glue in ("=", ":") and ((_ends_in_digit(ground, found.start) and not assigned) or _symbolic(ground, found.start)):
        return _NOTHING
    if glue in ("-", "_") and not named:
        return _NOTHING if is_digit(before) else Glued(found.name, found.start, "")
    if glue == " " and before in ("-", "_") and ground.at(found.start - 2).isalpha():
        return _NOTHING  # the end of a longer name: --moe-router-group-topk 4
    if glue == " " and not named and name not in ground.words.naming:
        return _NOTHING
    if glue in (":", "=", "(") and not named:
        return _NOTHING
    return found


def _ends_in_digit(ground: Ground, position: int) -> bool:
    """Tell whether, white space apart, a digit or a closing bracket stands right before `position`: `64 GPUs = 194MB`."""
    before = ground.at(ground.skip_back(position) - 1)
    return is_digit(before) or before == ")"


def _axis_ends(ground: Ground, position: int) -> bool:
    """Tell whether the word that ends at `position` is the short name of a parallel axis: `TP (2)`."""
    return ground.word_before(position).lower() in ground.words.axes


def _symbolic(ground: Ground, position: int) -> bool:
    """Tell whether a product of bare names leads here: `EP × TP × DP = 64 × 8 × 2` gives DP no value."""
    position = ground.skip_back(position)
    if not position or ground.at(position - 1) not in "×x*·+/÷":
        return False
    return ground.at(ground.skip_back(position - 1) - 1).isalpha()
