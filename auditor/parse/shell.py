"""Launch commands and scripts to statements: each flag and each variable with its value, the program in the path.

Variables assigned above are put in where they are used, in a bounded way; the value's span is then the place of use.
The words of an array of arguments keep the place where they were written. What only one branch of an `if` or a `case` assigns is
not known behind it. No command is ever run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field
from typing import Final

from auditor.parse.builder import Builder, Path, has_digit, under
from auditor.parse.commands import CARRIES, DECLARES, LAUNCHERS, PREFIXES, PROMPT, SCRIPT, SUBCOMMANDS, SWITCHES, TOOLS
from auditor.parse.comments import add_comment, has_content, without_sign
from auditor.parse.directives import heard
from auditor.parse.lexer import Command, Part, Word, expansions, lex
from auditor.parse.lines import cut_lines, stand_in
from auditor.parse.plain import read_lines
from auditor.parse.readers import read_inside
from auditor.parse.sums import whole_sum
from auditor.records import dataclass
from auditor.spans import Span, Text
from auditor.statements import Kind, LabelKind

__all__ = ["read"]

_ASSIGNED: Final = re.compile(r"([A-Za-z_]\w{0,99})(?:\[[^\]\n]{0,50}\])?(\+?)=")
_DIRECTIVE: Final = re.compile(r"#\s?(SBATCH|PBS|BSUB|FLUX|COBALT)\b[:\s]\s*(?=-)")
_MORE: Final = re.compile(r"\s*>\s+(?=\S)")
_LONG: Final = re.compile(r"--?[A-Za-z][\w.:/-]{0,120}")
_SHORT: Final = re.compile(r"(-[A-Za-z])(\d[\w.:,-]{0,60})")
_OVERRIDE: Final = re.compile(r"(\+{0,2}[A-Za-z_@][\w.\-/@\[\]]{0,200})=(?!=)")
_NEGATIVE: Final = re.compile(r"-\.?\d")
_NUMERIC: Final = re.compile(r"-?[\d.,:]+")

_STEP: Final = "srun"
_ENDS: Final = frozenset(("fi", "esac"))
_OTHERS: Final = frozenset(("else", "elif"))

_MAX_EXPANSION: Final = 2000
_MAX_LEAD: Final = 12
_MAX_DIGITS: Final = 16


_Branch = tuple[tuple[int, int], ...]
"""The blocks around a command, outermost first, each with the number of its branch."""


@dataclass(slots=True)
class _Variable:
    value: Text
    words: tuple[Word, ...] | None
    label: Text
    branch: _Branch
    """Where the value was assigned."""
    branches: tuple[_Branch, ...] = ()
    """Where each of the words was added."""
    used: bool = False


@dataclass(slots=True)
class _Block:
    number: int
    cases: bool
    branch: int = 0


@dataclass(slots=True)
class _Script:
    builder: Builder
    path: Path
    text: Text
    variables: dict[str, _Variable] = field(default_factory=dict)
    expanded: int = 0
    defaults: set[Span] = field(default_factory=set)
    """Where values stand that hold only if no other is given, and where variables carry them."""
    blocks: list[_Block] = field(default_factory=list)
    """The `if` and `case` that are open."""
    opened: int = 0

    @property
    def branch(self) -> _Branch:
        return tuple((block.number, block.branch) for block in self.blocks)

    def holds(self, branch: _Branch) -> bool:
        """Tell whether what was assigned in a branch holds wherever the script is now."""
        return self.branch[: len(branch)] == branch


def read(builder: Builder, text: Text, path: Path) -> None:
    """Read shell text: a script, a fence, or a console with prompts and output."""
    lines = cut_lines(text)
    script = _Script(builder, path, text)
    if any(PROMPT.match(line.content) for line in lines):
        _console(script, lines)
    else:
        for command in lex(text):
            _command(script, command)
    _unused(script)


def _console(script: _Script, lines: list[Text]) -> None:
    """Commands stand behind a prompt, everything else is output."""
    output: list[Text] = []
    at = first = 0
    while at < len(lines):
        prompt = PROMPT.match(lines[at].content)
        if prompt is None:
            if lines[at].content.lstrip().startswith("#"):
                for command in lex(lines[at]):
                    _command(script, command)
            else:
                output.append(lines[at])
            at += 1
            continue
        _printed(script, output, first)
        output = []
        block = [lines[at].slice(prompt.end(), len(lines[at]))]
        at += 1
        while at < len(lines) and block[-1].content.rstrip().endswith("\\"):
            more = _MORE.match(lines[at].content)
            block.append(lines[at].slice(more.end(), len(lines[at])) if more else lines[at])
            at += 1
        first = len(script.builder.statements)
        for command in lex(Text.join(block, "\n")):
            _command(script, command)
    _printed(script, output, first)


def _printed(script: _Script, output: list[Text], first: int) -> None:
    """Add what a command printed; `first` is the first statement of the command, which is none where the output comes first."""
    builder = script.builder
    if not any(line.content.strip() for line in output):
        return
    before = builder.printed_of
    builder.printed_of = first if first < len(builder.statements) else before
    read_lines(builder, output, script.path)
    builder.printed_of = before


def _command(script: _Script, command: Command) -> None:
    builder = script.builder
    path, words = script.path, command.words
    comments: list[Text] = []
    for comment in command.above:
        if heard(builder, comment, script.text, "shell"):
            continue
        directive = _DIRECTIVE.match(comment.content)
        if directive is not None:
            _directive(script, comment, directive)
            comments.clear()
        elif comment.content.strip("#! ") and not comment.content.startswith("#!"):
            comments.append(without_sign(comment))
    first = len(builder.statements)
    if words:
        name = comments[-1].strip(": ") if comments else None
        if name is not None and len(name.content.split()) <= _MAX_LEAD and not all(word.assigns for word in words) and has_content(name):
            path = under(path, name, LabelKind.LEAD)
        _words(script, path, words)
    if command.here is not None and command.here.content.strip():
        read_inside("plain", builder, command.here, path)
    set_here = [index for index in range(first, len(builder.statements)) if builder.statements[index].kind is Kind.FLAG]
    for comment in comments:
        _remark(script, comment, set_here[0] if set_here and all(word.assigns for word in words) else None, script.path, beside=False)
    for comment in command.beside:
        if not heard(builder, comment, script.text, "shell"):
            _remark(script, without_sign(comment), set_here[-1] if set_here else None, path, beside=True)


def _remark(script: _Script, body: Text, about: int | None, path: Path, *, beside: bool) -> None:
    """Add a comment under the setting it speaks of, if any."""
    builder = script.builder
    below = builder.statements[about].path if about is not None else path
    add_comment(builder, body, below, builder.group(), beside=beside, about=about)


def _directive(script: _Script, comment: Text, match: re.Match[str]) -> None:
    """`#SBATCH --nodes=2`: flags of the batch system."""
    name = comment.slice(match.start(1), match.end(1))
    group = script.builder.group()
    for command in lex(comment.slice(match.end(), len(comment))):
        _flags(script, under(script.path, name, LabelKind.PROGRAM), _expand(script, command.words), group)


def _words(script: _Script, path: Path, words: list[Word]) -> None:
    builder = script.builder
    raw = _raw(words)
    group = builder.group()
    _branches(script, words)
    at = 0
    while at < len(words) and (words[at].assigns or words[at].text.content in PREFIXES):
        if words[at].assigns:
            _assign(script, path, words[at], group)
        at += 1
    if at == len(words):
        return
    first = words[at].text.content
    if first in DECLARES:
        rest = words[at + 1 :]
        for word in rest:
            if word.assigns:
                _assign(script, path, word, group)
        if not any(word.assigns for word in rest):
            builder.add(Kind.CODE, path, raw, group)
        return
    name = first.rsplit("/", 1)[-1]
    rest = words[at:]
    if name in TOOLS or (name.endswith("()") and len(rest) < 3):
        builder.add(Kind.CODE, path, _raw(rest), group)
        return
    if first.endswith(":") or not any(char.isalnum() for char in first) or (len(rest) > 1 and rest[1].raw.content in ("=", ":")):
        read_lines(builder, cut_lines(_raw(rest)), path)
        return
    expanded = _expand(script, rest)
    if _is_flag(first):
        _flags(script, path, expanded, group)
        return
    if name not in LAUNCHERS and not SCRIPT.fullmatch(first):
        flagged = any(_is_flag(word.text.content) or _OVERRIDE.match(word.text.content) for word in expanded[1:])
        if not flagged:
            builder.add(Kind.CODE, path, _raw(rest), group)
            return
    _launch(script, path, expanded, group)


def _branches(script: _Script, words: Sequence[Word]) -> None:
    """Follow `if` and `case`. The lexer drops the patterns of a `case`: any command of it may be in a branch of its own."""
    first = words[0].text.content
    if first in ("if", "case"):
        script.opened += 1
        script.blocks.append(_Block(script.opened, first == "case"))
    elif script.blocks and (first in _OTHERS or script.blocks[-1].cases):
        script.blocks[-1].branch += 1
    if first in _ENDS and script.blocks:
        script.blocks.pop()


def _raw(words: Sequence[Word]) -> Text:
    """The words as written, on one line."""
    return words[0].raw if len(words) == 1 else Text.join([word.raw for word in words], " ")


# Variables


def _assign(script: _Script, path: Path, word: Word, group: int) -> None:
    match = _ASSIGNED.match(word.raw.content)
    if match is None:
        return
    name = match.group(1)
    label = word.raw.slice(match.start(1), match.end(1))
    added = match.group(2) == "+"
    known = script.variables.get(name)
    here = script.branch
    if word.elements is not None:
        kept = known if known is not None and added and known.words is not None else None
        new = tuple(_expand(script, word.elements))
        words = (*(kept.words or () if kept else ()), *new)
        branches = (*(kept.branches if kept else ()), *(here for _ in new))
        script.variables[name] = _Variable(word.raw.slice(0, 0), words, label, here, branches)
        return
    value = _value(script, word, skip=match.end())
    if _holds_flags(value.content):
        words = tuple(one for command in lex(value) for one in command.words)
        script.variables[name] = _Variable(value, words, label, here, tuple(here for _ in words))
        return
    same = known is not None and known.words is None and known.value.content == value.content
    script.variables[name] = _Variable(value, None, label, known.branch if known is not None and same else here)
    if here:
        script.defaults.update(segment.span for segment in value.segments)
    below = under(path, label, LabelKind.VARIABLE)
    script.builder.head(path, label, group)
    _add(script, below, value, group)


def _holds_flags(content: str) -> bool:
    stripped = content.lstrip()
    return stripped.startswith("-") and _LONG.match(stripped) is not None and " " in stripped.strip()


def _value(script: _Script, word: Word, skip: int) -> Text:
    """The value of an assignment: the word behind its `=`, variables put in."""
    parts: list[Text] = []
    left = skip
    for part in word.parts:
        text = part.text
        if left > 0 and not part.variable:
            cut = min(left, len(text))
            left -= cut
            text = text.slice(cut, len(text))
            if not text.content:
                continue
            parts.append(text)
            continue
        parts.append(_put_in(script, part))
    if not parts:
        return word.raw.slice(len(word.raw), len(word.raw))
    return parts[0] if len(parts) == 1 else Text.join(parts)


def _put_in(script: _Script, part: Part) -> Text:
    if part.sum:
        return _sum(script, part)
    if not part.variable:
        return part.text
    known = script.variables.get(part.variable)
    if known is not None and not script.holds(known.branch):
        return part.text
    if known is not None and known.words is None and known.value.content and "$" not in known.value.content:
        known.used = True
        return _bounded(script, known.value.content, part.text, default=_is_default(script, known.value))
    if known is None and part.other is not None:
        return _default(script, part, part.other)
    return part.text


def _default(script: _Script, part: Part, other: Text) -> Text:
    """What stands for a variable that is not set: `2` of `${MBS:-2}`, or what another variable holds."""
    value = other.strip("\"'")
    if "$" in other.content:
        inner = [one for command in lex(other) for one in command.words]
        if len(inner) != 1:
            return part.text
        value = _value(script, inner[0], 0)
    name = part.text.slice(0, len(part.text) - len(other) - 1)
    if has_digit(name.content):
        script.builder.add(Kind.CODE, script.path, name, script.builder.group())
    script.defaults.update(segment.span for segment in value.segments)
    return value


def _is_default(script: _Script, value: Text) -> bool:
    return any(segment.span in script.defaults for segment in value.segments)


def _bounded(script: _Script, content: str, place: Text, *, default: bool = False) -> Text:
    script.expanded += len(content)
    if len(content) > _MAX_EXPANSION or script.expanded > 200 * _MAX_EXPANSION:
        return place
    text = stand_in(content, place.whole)
    if default:
        script.defaults.update(segment.span for segment in text.segments)
    return text


def _sum(script: _Script, part: Part) -> Text:
    """A sum of known whole numbers is worked out; any other stays as it is written."""
    used: list[_Variable] = []

    def known(name: str) -> int | None:
        variable = script.variables.get(name)
        content = variable.value.content if variable is not None and variable.words is None else ""
        if (
            variable is None
            or not script.holds(variable.branch)
            or not (content.isascii() and content.isdecimal() and len(content) < _MAX_DIGITS)
        ):
            return None
        used.append(variable)
        return int(content)

    value = whole_sum(part.sum, known)
    if value is None or value < 0:
        return part.text
    for variable in used:
        variable.used = True
    return _bounded(script, str(value), part.text, default=any(_is_default(script, variable.value) for variable in used))


def _expand(script: _Script, words: Sequence[Word]) -> list[Word]:
    """Put in the variables of words; one that holds arguments becomes its words."""
    result: list[Word] = []
    for word in words:
        if len(word.parts) == 1 and word.parts[0].variable:
            known = script.variables.get(word.parts[0].variable)
            if known is not None and known.words is not None and (word.parts[0].whole or not word.parts[0].quoted):
                known.used = True
                script.expanded += len(known.words)
                if script.expanded <= 200 * _MAX_EXPANSION:
                    result.extend(_certain(script, known, word))
                    continue
        if any(part.variable or part.sum for part in word.parts):
            parts = tuple(Part(_put_in(script, part), quoted=part.quoted) for part in word.parts)
            result.append(Word(parts, word.raw, word.elements))
        else:
            result.append(word)
    return result


def _certain(script: _Script, variable: _Variable, use: Word) -> Sequence[Word]:
    """Return the words of a variable; of those that only a branch adds the flags alone, with the use itself for a value."""
    words = variable.words or ()
    if all(map(script.holds, variable.branches)):
        return words
    sure: list[Word] = []
    doubtful: list[Word] = []
    for word, branch in zip(words, variable.branches, strict=True):
        (sure if script.holds(branch) else doubtful).append(word)
    _doubt(script, doubtful)
    _flags(script, under(script.path, variable.label, LabelKind.VARIABLE), doubtful, script.builder.group())
    flags = {flag.content.split("=", 1)[0]: flag for word in doubtful if _is_flag((flag := word.text).content)}
    for name, flag in flags.items():
        sure.append(Word((Part(flag.slice(0, len(name))),), flag.slice(0, len(name))))
        sure.append(use)
    return sure


def _doubt(script: _Script, words: Sequence[Word]) -> None:
    """Note that words stand in a branch: what they say holds only there."""
    for word in words:
        script.defaults.update(segment.span for segment in word.text.segments)


def _unused(script: _Script) -> None:
    """Arguments kept in a variable that no command of the text uses."""
    for variable in script.variables.values():
        if variable.words and not variable.used:
            _doubt(script, [word for word, branch in zip(variable.words, variable.branches, strict=True) if branch])
            group = script.builder.group()
            _flags(script, under(script.path, variable.label, LabelKind.VARIABLE), list(variable.words), group)


# Programs and flags


def _launch(script: _Script, path: Path, words: list[Word], group: int, nesting: int = 0) -> None:
    """Read a program and what stands behind it."""
    first = words[0].text
    name = first.content.rsplit("/", 1)[-1]
    script.builder.head(path, first, group)
    label = [first]
    at = 1
    inner = False
    if name.startswith("python") or name == "ipython":
        # `python -u -m module` and `python script.py`
        while at < len(words) and words[at].text.content in SWITCHES and words[at].text.content != "-m":
            at += 1
        if at + 1 < len(words) and words[at].text.content == "-m":
            label += [words[at].text, words[at + 1].text]
            at += 2
            inner = True
    elif at < len(words) and words[at].text.content in SUBCOMMANDS.get(name, ()):
        label.append(words[at].text)
        at += 1
        if name == "ray" and at < len(words) and words[at].text.content == "submit":
            label.append(words[at].text)
            at += 1
    program = label[0] if len(label) == 1 else Text.join(label, " ")
    below = under(path, program, LabelKind.PROGRAM)
    carries = name in CARRIES and nesting < 8
    starts_script = (
        (not inner and (name.startswith("python") or name in ("bash", "sh")))
        or name in ("torchrun", "deepspeed", "accelerate", "composer", "horovodrun", "nsys", "sbatch", "torchx")
        or (inner and any(part in program.content for part in ("torch.distributed", "accelerate", "deepspeed")))
    )
    _flags(script, below, words[at:], group, carries=carries, starts_script=starts_script, nesting=nesting)


def _is_flag(content: str) -> bool:
    return content.startswith("-") and len(content) > 1 and not _NEGATIVE.match(content) and _LONG.match(content) is not None


def _flags(
    script: _Script,
    path: Path,
    words: Sequence[Word],
    group: int,
    *,
    carries: bool = False,
    starts_script: bool = False,
    nesting: int = 0,
) -> None:
    at = 0
    named = False
    while at < len(words):
        word = words[at].text
        content = word.content
        at += 1
        if content == "--":
            if carries and at < len(words):
                _launch(script, path, list(words[at:]), group, nesting + 1)
                return
            continue
        if _is_flag(content):
            equals = content.find("=")
            if equals > 0:
                _flag(script, path, word.slice(0, equals), word.slice(equals + 1, len(word)), group)
                continue
            if short := _SHORT.fullmatch(content):
                _flag(script, path, word.slice(0, short.end(1)), word.slice(short.start(2), len(word)), group)
                continue
            argument: list[Text] = []
            if at < len(words) and _takes(content, words[at]) and _is_argument(words[at], carries=carries, starts_script=starts_script):
                argument.append(words[at].text)
                at += 1
                while at < len(words) and _NUMERIC.fullmatch(words[at].text.content) and _NUMERIC.fullmatch(argument[-1].content):
                    argument.append(words[at].text)
                    at += 1
            if argument:
                value = argument[0] if len(argument) == 1 else Text.join(argument, " ")
            else:
                value = word.slice(0, 0)
            _flag(script, path, word, value, group)
            continue
        if override := _OVERRIDE.match(content):
            _flag(script, path, word.slice(0, override.end(1)), word.slice(override.end(), len(word)), group)
            continue
        base = content.rsplit("/", 1)[-1]
        if carries and (base in LAUNCHERS or SCRIPT.fullmatch(content)):
            _launch(script, path, list(words[at - 1 :]), group, nesting + 1)
            return
        if not content.strip():
            continue
        if base in ("bash", "sh") and carries:
            continue
        if path and path[-1].kind is LabelKind.PROGRAM and path[-1].text.content.rsplit("/", 1)[-1] == _STEP:
            # What stands behind the program that a step starts is that program's own.
            script.builder.head(path, word, group)
            path, carries, starts_script = under(path, word, LabelKind.PROGRAM), False, False
            continue
        if named:
            label = "argument"
        elif starts_script or SCRIPT.fullmatch(content):
            label = "script"
        else:
            label = "model" if "/" in content or (path and "serve" in path[-1].text.content) else "argument"
        named = named or label != "argument"
        _flag(script, path, stand_in(label, Span(word.whole.start, word.whole.start)), word, group)
        if label == "script" and starts_script:
            # What stands behind a script is the script's own.
            path = under(path, word, LabelKind.PROGRAM)
            starts_script = carries = False
    return


def _takes(flag: str, word: Word) -> bool:
    """A flag known to be a switch takes no argument, unless a number follows it."""
    return flag not in SWITCHES or _NUMERIC.fullmatch(word.text.content) is not None


def _is_argument(word: Word, *, carries: bool, starts_script: bool) -> bool:
    """Tell whether a word behind a flag is its argument, rather than the program or script that the flags end before."""
    content = word.text.content
    if _is_flag(content) and not any(part.quoted for part in word.parts):
        return False
    if (starts_script or carries) and SCRIPT.fullmatch(content):
        return False
    return not (carries and content.rsplit("/", 1)[-1] in LAUNCHERS)


def _flag(script: _Script, path: Path, name: Text, value: Text, group: int) -> None:
    if name.whole.start != name.whole.end:
        script.builder.head(path, name, group)
    below = under(path, name, LabelKind.FLAG)
    _add(script, below, value, group)


def _add(script: _Script, path: Path, value: Text, group: int) -> None:
    content = value.content.strip()
    if len(content) > 2 and content[0] in "{[" and content[-1] in "}]" and ":" in content:
        read_inside("json", script.builder, value, path)
        return
    unknown = tuple(part.text.whole for part in expansions(value))
    defaults = tuple(segment.span for segment in value.segments if segment.span in script.defaults) if script.defaults else ()
    script.builder.add(Kind.FLAG, path, value, group, unknown=unknown, defaults=defaults)
