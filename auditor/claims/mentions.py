"""Mentions: which members of the cluster or the model a text names by number.

`GPUs 0-31`, `Layers [0, 1, 2]`, `[GPU0, GPU1]`, `Pipeline Stage 2`, `EP group 3` and the key `tp_group_0_gpus` each name
members of a kind by id. `mentions` finds them in running text, `of_key` in a key of a data format, `listed` reads a text
that is nothing but ids. A count (`32 GPUs`, `4 experts per GPU`) is no mention: there the number stands before the noun.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from auditor.claims.words import Word, split
from auditor.cost.layout.placement import Ids
from auditor.records import dataclass

__all__ = ["AXES", "GROUPS", "HELD", "KeyNames", "Listed", "Mention", "group_of", "listed", "mentions", "of_key", "singular_noun"]

HELD: Final = ("gpu", "layer", "expert")
"""Kinds that something else holds: what a stage, a replica or a group is made of."""

AXES: Final = {
    "tp": "tensor",
    "tensor": "tensor",
    "ep": "expert",
    "expert": "expert",
    "dp": "data",
    "data": "data",
    "pp": "pipeline",
    "pipeline": "pipeline",
    "cp": "context",
    "context": "context",
}
"""Spellings of the axes of parallelism."""

GROUPS: Final = tuple(dict.fromkeys(f"{axis} group" for axis in AXES.values()))

_NOUNS: Final = {
    "gpu": "gpu",
    "gpus": "gpu",
    "device": "gpu",
    "devices": "gpu",
    "accelerator": "gpu",
    "accelerators": "gpu",
    "cuda": "gpu",
    "rank": "rank",
    "ranks": "rank",
    "layer": "layer",
    "layers": "layer",
    "expert": "expert",
    "experts": "expert",
    "stage": "stage",
    "stages": "stage",
    "replica": "replica",
    "replicas": "replica",
    "instance": "replica",
    "instances": "replica",
    "node": "node",
    "nodes": "node",
    "server": "node",
    "servers": "node",
    "host": "node",
    "hosts": "node",
    "machine": "node",
    "machines": "node",
    "group": "group",
    "groups": "group",
}
_RANGE: Final = frozenset("- – — ‒ − ~ .. ... … ->".split())
_ELLIPSIS: Final = frozenset(("...", "…", "..", "⋯"))
_LIST: Final = frozenset((",", "、", "&", "+", ";"))
_EACH: Final = frozenset("per each every any a an all both one single remaining either".split())
_NO_STAGE: Final = ("zero", "deepspeed", "training", "curriculum", "fsdp")
"""What before `stage 3` says that it is no stage of a pipeline."""
_NO_RANK: Final = frozenset("tp tensor pp pipeline ep expert dp data cp context local node parallel sp".split())
_IDS: Final = frozenset("id ids idx index indices range ranges no nos number".split())
_MEASURES: Final = frozenset(
    "gb tb mb kb gib tib mib kib ms us ns s sec second seconds min minutes h hour hours tflops gflops pflops flops percent x times "
    "way ways billion million thousand b k m t bit bits byte bytes th st nd rd tokens token".split()
)
_LARGEST: Final = 10**7
_MOST: Final = 4096


@dataclass(frozen=True, slots=True)
class Mention:
    """Members of one kind, named by number; offsets are into the text."""

    kind: str
    """`gpu`, `layer`, `expert`, `stage`, `replica`, `node`, `group` or `tensor group` and the like."""
    ids: Ids
    start: int
    end: int
    plural: bool = False
    """The noun was plural, or several ids were given."""
    glued: bool = False
    """An axis with a number behind it (`EP0`): a group only where its neighbours count on."""
    many: bool = False
    """A range, a list or brackets: several members even where there is one."""

    @property
    def single(self) -> int | None:
        """The id, where it names one member."""
        return self.ids.first if len(self.ids) == 1 and not self.many else None


def singular_noun(word: str) -> str:
    """Return the kind that a noun speaks of, or the empty string."""
    return _NOUNS.get(word.lower(), "")


@dataclass(frozen=True, slots=True)
class Listed:
    """Ids read from a list of numbers; `stop` is the index of the word behind them."""

    ids: Ids
    end: int
    stop: int
    many: bool
    """A range, a list or brackets."""
    bracketed: bool = False


class _Text:
    """A text cut into words, and what stands between them."""

    def __init__(self, text: str, nouns: Collection[str]) -> None:
        self.text = text
        self.words: Sequence[Word] = split(text)
        self.nouns = nouns

    def gap(self, index: int) -> str:
        """What stands before word `index`."""
        begin = self.words[index - 1].end if index else 0
        return self.text[begin : self.words[index].start]

    def after(self, index: int) -> str:
        """What stands behind word `index`."""
        end = self.words[index + 1].start if index + 1 < len(self.words) else len(self.text)
        return self.text[self.words[index].end : end]

    def number(self, index: int) -> int | None:
        if index >= len(self.words):
            return None
        word = self.words[index].text
        if not word.isdigit() or not word.isascii() or len(word) > 7 or (len(word) > 1 and word[0] == "0"):
            return None
        return int(word)

    def stands(self, index: int) -> bool:
        """Tell whether the number at `index` ends there: no unit, no decimals, no noun that it would count."""
        after = self.after(index)
        following = self.words[index + 1].text if index + 1 < len(self.words) else ""
        if after.startswith("%") or after.lstrip().startswith(("%", "×", "*", "/")) or (after in (".", "/") and following[:1].isdigit()):
            return False
        if not following or following[:1].isdigit():
            return True
        if after == "":
            return False
        if after.strip() == "":
            if following in _MEASURES:
                return False
            if following in self.nouns or following in _NOUNS:
                return self.names(index + 1)
            return True
        return not (after in ("-", "‑") and (following in self.nouns or following in _MEASURES))

    def names(self, index: int) -> bool:
        """Tell whether the noun at `index` introduces ids or a label, so that no number before it counts it."""
        after = self.after(index)
        if after.lstrip()[:1] in (":", "=", "[", "{"):
            return True
        return _NOUNS.get(self.words[index].text, "") != "" and self.number(index + 1) is not None and after.strip() in ("", "#")

    def ids(self, index: int, kind: str, *, bracketed: bool = False) -> Listed | None:
        """Read ids from word `index` on: numbers, ranges and lists, the noun of `kind` repeated or not."""
        ranges: list[tuple[int, int]] = []
        singles: list[int] = []
        cursor, end, many, stop = index, -1, bracketed, index
        while len(ranges) < _MOST:
            first = self.number(cursor)
            if first is None or not (bracketed or self.stands(cursor)):
                break
            last, at = first, cursor
            joined = self.after(cursor)
            following = self.repeat(cursor + 1, kind)
            second = self.number(following)
            sign = joined.strip()
            if following > cursor + 1 and self.text[self.words[following - 1].end : self.words[following].start].strip():
                second = None
            words_to = cursor + 1 < len(self.words) and self.words[cursor + 1].text in ("to", "through")
            if words_to and not sign:
                following = self.repeat(cursor + 2, kind)
                second, sign = self.number(following), "-"
            elif (
                sign and joined != sign and sign not in _ELLIPSIS and not (bracketed or many or joined == f" {sign} ")
            ) or sign not in _RANGE:
                second = None
            if second is not None and second > first and second <= _LARGEST and (bracketed or self.stands(following)):
                if joined.strip() != joined and not words_to and not bracketed and self.words[index - 1].text[-1:] != "s" and not many:
                    second = None
                else:
                    last, at, many = second, following, True
            ranges.append((first, last))
            if last == first:
                singles.append(first)
            end, stop = self.words[at].end, at + 1
            if len(ranges) > 1:
                many = True
            step = self.step(at, kind)
            if step is None:
                break
            cursor, elided = step
            if elided:
                closing = self.number(cursor)
                filled = None if closing is None else _fill(singles, closing)
                if filled is None or len(filled) > _MOST:
                    return None
                ranges.extend((one, one) for one in filled)
                singles.extend(filled)
        if not ranges or any(last > _LARGEST for _, last in ranges):
            return None
        if len(ranges) == 2 and len(singles) == 2 and self.thousands(index):
            return None
        return Listed(Ids.of(ranges), end, stop, many, bracketed)

    def thousands(self, index: int) -> bool:
        """Tell whether two numbers are one with a thousands separator: 1,152."""
        return self.after(index) == "," and len(self.words[index + 1].text) == 3 and len(self.words[index].text) < 3

    def repeat(self, index: int, kind: str) -> int:
        """Skip a noun of the same kind: the second GPU of `GPU0, GPU1`."""
        if index + 1 < len(self.words) and kind.endswith(_NOUNS.get(self.words[index].text, "?")) and self.number(index + 1) is not None:
            return index + 1
        return index

    def step(self, index: int, kind: str) -> tuple[int, bool] | None:
        """Return where the next item of a list stands, and whether an ellipsis comes before it."""
        if index + 1 >= len(self.words):
            return None
        after = "".join(self.after(index).split())
        follower = index + 1
        if after == "" and self.words[follower].text == "and":
            after, follower = ",", follower + 1
        elif after == "," and self.words[follower].text == "and":
            follower += 1
        follower = self.repeat(follower, kind)
        if self.number(follower) is None:
            return None
        if after in _LIST:
            return follower, False
        stripped = after.strip(",")
        if stripped != after and stripped in _ELLIPSIS:
            return follower, True
        return None


def _fill(singles: Sequence[int], last: int) -> list[int] | None:
    """Return the ids that an ellipsis stands for: 0, 2, ..., 8 leaves out 4 and 6."""
    if not singles:
        return None
    step = singles[-1] - singles[-2] if len(singles) > 1 else 1
    if step <= 0 or last <= singles[-1] or (last - singles[-1]) % step or (last - singles[-1]) // step > _MOST:
        return None
    return list(range(singles[-1] + step, last, step))


def group_of(words: Sequence[Word], index: int) -> str:
    """Return the kind of the group named at word `index` by the axis before it, `group` if none is named."""
    for word in reversed(words[max(0, index - 3) : index]):
        axis = AXES.get(word.text)
        if axis:
            return f"{axis} group"
        if word.text not in ("parallel", "parallelism", "model", "rank", "communication", "process"):
            break
    return "group"


def mentions(text: str, nouns: Collection[str] = frozenset()) -> tuple[Mention, ...]:
    """Return what a text names by number, in order; `nouns` are further counted things (`4 heads` counts heads)."""
    found: list[Mention] = []
    reader = _Text(text[:4000], nouns)
    words = reader.words
    index = 0
    while index < len(words):
        mention, index = _mention(reader, index)
        if mention is not None:
            found.append(mention)
    return tuple(found)


def _mention(reader: _Text, index: int) -> tuple[Mention | None, int]:
    words = reader.words
    word = words[index]
    kind = _NOUNS.get(word.text, "")
    if not kind:
        return _glued(reader, index)
    before = words[index - 1].text if index else ""
    if kind == "group":
        kind = group_of(words, index)
    lead = reader.text[: word.start].rstrip(" -_").lower()
    if (kind == "stage" and lead.endswith(_NO_STAGE)) or (kind == "rank" and before in _NO_RANK):
        return None, index + 1
    cursor = index + 1
    if cursor < len(words) and words[cursor].text in _IDS and reader.gap(cursor).strip(" _-") == "":
        cursor += 1
    if cursor >= len(words):
        return None, index + 1
    gap = reader.gap(cursor)
    joined = "".join(gap.split())
    bracketed = joined.endswith(("[", "{")) or (joined.endswith("(") and joined != "(")
    if joined.strip("[{(#_:=-") != "" or (joined == "-" and " " in gap) or (before in _EACH and not bracketed):
        return None, index + 1
    if joined and joined[0] in ":=(" and not bracketed and words[cursor - 1].text not in _IDS:
        # `GPUs: 8` and `GPUs (8)` are counts; `GPUs: 0-7` names. One number behind a colon is left to the reader of labels.
        ids = reader.ids(cursor, kind)
        if ids is None or not ids.many:
            return None, index + 1
    else:
        ids = reader.ids(cursor, kind, bracketed=bracketed)
    if ids is None:
        return None, index + 1
    plural = word.text.endswith("s")
    if plural and not ids.many and joined != "_" and (joined != "" or kind not in ("stage", "replica")):
        return None, index + 1
    if kind == "rank":
        if not ids.many and before != "global":
            return None, ids.stop
        kind = "gpu"
    end = ids.end
    while bracketed and end < len(reader.text) and reader.text[end] in "]})":
        end += 1
    return Mention(kind, ids.ids, _start(words, index, kind), end, plural or ids.many, many=ids.many), max(ids.stop, index + 1)


def _start(words: Sequence[Word], index: int, kind: str) -> int:
    """Where the name of a member begins: at the axis of a group."""
    if not kind.endswith(" group"):
        return words[index].start
    return next((word.start for word in reversed(words[max(0, index - 3) : index]) if word.text in AXES), words[index].start)


def _glued(reader: _Text, index: int) -> tuple[Mention | None, int]:
    """Read `EP0` at the start of a text: the group it numbers, if its neighbours bear that out."""
    words = reader.words
    if index == 0 and len(words) > 1 and words[0].text in ("tp", "ep", "dp", "pp", "cp") and reader.gap(1) in ("", "_", "-", "#"):
        number = reader.number(1)
        if number is not None and reader.stands(1):
            axis = AXES[words[0].text]
            kind = {"pipeline": "stage", "data": "replica"}.get(axis, f"{axis} group")
            return Mention(kind, Ids.each([number]), words[0].start, words[1].end, glued=True), 2
    return None, index + 1


@dataclass(frozen=True, slots=True)
class KeyNames:
    """What a key of a data format names."""

    owner: Mention | None = None
    """`stage_0`, `gpu_3`, `tp_group_1`."""
    holds: str = ""
    """The kind its value lists: `gpus`, `layer_range`, `stage_0_devices`."""
    plural: bool = False
    identity: bool = False
    """The value is an id, not a count: `gpu_id`, `expert_ids`, `layer_range`."""
    counts: str = ""
    """The kind its value counts: `layer_count`, `num_gpus`."""
    ranges: bool = False
    """The key says that its value is a range."""


_COUNT: Final = frozenset("count counts num number total size n".split())
_FILLERS: Final = frozenset("pipeline parallel model assigned used physical global device the my of in on to".split())


def of_key(key: str) -> KeyNames:
    """Return what a key names: an owner with its id, the kind its value lists, or the kind its value counts."""
    words = split(key[:120])
    owner: Mention | None = None
    index = 0
    kinds: list[tuple[str, bool]] = []
    counted = False
    while index < len(words):
        text = words[index].text
        kind = _NOUNS.get(text, "")
        if kind == "group":
            kind = group_of(words, index)
            if kinds and kinds[-1][0] in HELD and kind.startswith(kinds[-1][0]):
                kinds.pop()
        if kind:
            number = words[index + 1].text if index + 1 < len(words) else ""
            if number.isdigit() and number.isascii() and len(number) <= 7 and not (len(number) > 1 and number[0] == "0"):
                if owner is not None:
                    return KeyNames()
                owner = Mention(kind, Ids.each([int(number)]), words[index].start, words[index + 1].end)
                index += 2
                continue
            kinds.append((kind, text.endswith("s")))
        elif text in _COUNT:
            counted = True
        elif text not in _IDS and text not in AXES and text not in _FILLERS:
            return KeyNames(owner) if owner is not None and not kinds and words[0].start == owner.start else KeyNames()
        index += 1
    if owner is not None and owner.kind == "rank":
        return KeyNames()
    if len(kinds) != 1:
        return KeyNames(owner) if not kinds and owner is not None else KeyNames()
    kind, plural = kinds[0]
    texts = [word.text for word in words]
    if kind == "rank" and any(text in _NO_RANK for text in texts):
        return KeyNames()
    kind = "gpu" if kind == "rank" else kind
    if counted:
        return KeyNames(owner, counts=kind)
    ranges = "range" in texts or "ranges" in texts
    identity = ranges or any(text in _IDS for text in texts)
    if any(text in AXES for text in texts) and kind == "gpu" and owner is None and not identity:
        return KeyNames(holds=kind, plural=plural)
    return KeyNames(owner, holds=kind, plural=plural, identity=identity, ranges=ranges)


def listed(text: str, kind: str) -> Listed | None:
    """Return the ids of a text that is nothing but ids of `kind`: `0-7`, `[0, 1]`, `GPU0, GPU1`, `gpu_3`."""
    reader = _Text(text[:4000], frozenset())
    if not reader.words:
        return None
    begin = 0
    if kind.endswith(_NOUNS.get(reader.words[0].text, "?")):
        begin = 1
    lead = text[: reader.words[begin].start] if begin < len(reader.words) else ""
    if begin >= len(reader.words) or lead.strip(" \t[({'\"_#") not in (
        "",
        reader.words[0].text,
        text[reader.words[0].start : reader.words[0].end],
    ):
        return None
    bracketed = "[" in lead or "{" in lead or "(" in lead
    found = reader.ids(begin, kind, bracketed=bracketed)
    if found is None or found.stop != len(reader.words) or text[found.end :].strip(" \t])}'\".;") != "":
        return None
    return found
