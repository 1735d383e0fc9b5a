"""Shell text to words with positions: quotes, continuations, comments, variables. Nothing is ever run.

The rules are those of POSIX shells as far as launch commands use them; what is not understood (a command substitution, a
function) stays in the word as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from typing import Final

from auditor.records import dataclass
from auditor.spans import Text

__all__ = ["Command", "Part", "Word", "expansions", "lex"]

_BLANK: Final = re.compile(r"(?:[ \t\f\v\u00a0]|\\[ \t]*(?:\r\n|\n|\r))+")
_CONTINUED: Final = re.compile(r"\\[ \t]*(?:\r\n|\n|\r)")
_LITERAL: Final = re.compile(r"[^\s\\'\"$`;&|<>()]+")
_QUOTED: Final = re.compile(r"[^\"\\$`]+")
_PLAIN: Final = re.compile(r"\$([A-Za-z_]\w{0,99}|[0-9@*#?!$-])")
_BRACED: Final = re.compile(r"(?P<name>[A-Za-z_]\w{0,99}|\d{1,4}|[@*#])(?P<all>\[[@*]\])?(?:(?P<sign>:?[-=?+])(?P<other>.{0,300}))?")
_MAX_BRACED: Final = 400
_SUM: Final = re.compile(r"\$\(\(([^\n`;\"']{0,200})\)\)")
_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w{0,99}(?:\[[^\]\n]{0,50}\])?\+?=")
_HERE: Final = re.compile(r"<<-?\s{0,5}(['\"]?)(\w{1,60})\1")
_REDIRECTION: Final = re.compile(r"\d?(?:>>|>&|<&|>\||<<<|>|<)")
_LEADS: Final = frozenset(("then", "else", "do", "{", "export", "local", "declare", "readonly"))
"""Words that an assignment may stand behind."""
_SEPARATOR: Final = re.compile(r";;|;|&&|\|\||\|&|\||&")
_MAX_PARENS: Final = 20


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a word: written text, or a variable that stands there."""

    text: Text
    """The text without quotes and escapes; of a variable, the place where it is used."""
    variable: str = ""
    other: Text | None = None
    """The value to take where the variable is not set (`${TP:-8}`)."""
    sum: str = ""
    """The inside of `$(( ))`."""
    whole: bool = False
    """All elements of an array."""
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a command."""

    parts: tuple[Part, ...]
    raw: Text
    elements: tuple[Word, ...] | None = None
    """The words between the brackets of an array that is assigned: `ARGS=( ... )`."""

    @property
    def text(self) -> Text:
        """The word as written, without quotes."""
        texts = [part.text for part in self.parts]
        return texts[0] if len(texts) == 1 else Text.join(texts) if texts else self.raw.slice(0, 0)

    @property
    def assigns(self) -> bool:
        return _ASSIGNMENT.match(self.raw.content) is not None


@dataclass(slots=True)
class Command:
    """Words up to the end of the command, and the comments above and beside it."""

    words: list[Word] = field(default_factory=list)
    above: list[Text] = field(default_factory=list)
    beside: list[Text] = field(default_factory=list)
    here: Text | None = None
    """The lines of a here-document."""


class _Lexer:
    def __init__(self, text: Text) -> None:
        self.text = text
        self.content = text.content
        self.at = 0
        self.open = True
        """A closing quote was still found for the last quote; once there is none, a quote is a character."""

    def commands(self) -> Iterator[Command]:
        content = self.content
        command = Command()
        comments: list[Text] = []
        fresh = True
        waiting: list[str] = []
        while self.at < len(content):
            self._blank()
            if self.at >= len(content):
                break
            char = content[self.at]
            if char in "\r\n":
                self._newline()
                if command.words:
                    if waiting:
                        command.here = self._here(waiting.pop(0))
                        waiting = []
                    yield command
                    command, comments = Command(), []
                elif fresh and comments:
                    # A blank line parts a comment from what comes after it.
                    command.above = comments
                    yield command
                    command, comments = Command(), []
                fresh = True
                continue
            if char == "#" and (not command.words or content[self.at - 1].isspace()):
                comment = self._comment()
                if command.words:
                    command.beside.append(comment)
                else:
                    comments.append(comment)
                    command.above = comments
                    self._newline()
                    fresh = True
                continue
            fresh = False
            command.above = comments
            if match := _HERE.match(content, self.at):
                waiting.append(match.group(2))
                self.at = match.end()
                continue
            if match := _SEPARATOR.match(content, self.at):
                self.at = match.end()
                if command.words:
                    yield command
                    command, comments = Command(), []
                continue
            if match := _REDIRECTION.match(content, self.at):
                self.at = match.end()
                self._blank()
                if self.at < len(content) and content[self.at] not in "\r\n;&|<>":
                    self._word()
                continue
            if char in "()":
                self.at += 1
                if command.words:
                    yield command
                    command, comments = Command(), []
                continue
            command.words.append(self._word(first=all(word.assigns or word.raw.content in _LEADS for word in command.words)))
        if command.words or comments:
            command.above = comments
            yield command

    def _blank(self) -> None:
        match = _BLANK.match(self.content, self.at)
        if match:
            self.at = match.end()

    def _newline(self) -> None:
        if self.content.startswith("\r\n", self.at):
            self.at += 2
        elif self.at < len(self.content) and self.content[self.at] in "\r\n":
            self.at += 1

    def _comment(self) -> Text:
        start = self.at
        while self.at < len(self.content) and self.content[self.at] not in "\r\n":
            self.at += 1
        return self.text.slice(start, self.at).strip()

    def _here(self, end: str) -> Text:
        start = self.at
        while self.at < len(self.content):
            line_start = self.at
            while self.at < len(self.content) and self.content[self.at] not in "\r\n":
                self.at += 1
            line = self.content[line_start : self.at]
            self._newline()
            if line.strip() == end:
                return self.text.slice(start, line_start)
        return self.text.slice(start, self.at)

    def _word(self, *, first: bool = False) -> Word:
        start = self.at
        parts: list[Part] = []
        content = self.content
        if first and (match := _ASSIGNMENT.match(content, self.at)) and content.startswith("(", match.end()):
            self.at = match.end() + 1
            elements = tuple(self._elements())
            name = self.text.slice(start, match.end())
            return Word((Part(name),), self.text.slice(start, self.at), elements)
        while self.at < len(content):
            char = content[self.at]
            if match := _LITERAL.match(content, self.at):
                parts.append(Part(self.text.slice(self.at, match.end())))
                self.at = match.end()
            elif char == "\\":
                if _CONTINUED.match(content, self.at):
                    break
                end = min(self.at + 2, len(content))
                parts.append(Part(self.text.slice(self.at + 1, end) if end > self.at + 1 else self.text.slice(self.at, end)))
                self.at = end
            elif char == "'":
                parts.append(self._single())
            elif char == '"':
                parts.extend(self._double())
            elif char in "$`":
                parts.append(self.dollar(quoted=False))
            elif char in "<>" and self.at > start and content[self.at - 1] not in " \t":
                # `<model>` as a placeholder inside a word
                parts.append(Part(self.text.slice(self.at, self.at + 1)))
                self.at += 1
            else:
                break
        if self.at == start:
            self.at += 1
            parts.append(Part(self.text.slice(start, self.at)))
        return Word(tuple(parts), self.text.slice(start, self.at))

    def _elements(self) -> Iterator[Word]:
        content = self.content
        while self.at < len(content):
            self._blank()
            if self.at >= len(content):
                return
            char = content[self.at]
            if char in "\r\n":
                self._newline()
            elif char == ")":
                self.at += 1
                return
            elif char == "#" and content[self.at - 1].isspace():
                self._comment()
            else:
                yield self._word()

    def _single(self) -> Part:
        start = self.at
        end = self.content.find("'", start + 1) if self.open else -1
        if end < 0:
            self.open = False
            self.at = start + 1
            return Part(self.text.slice(start, start + 1))
        self.at = end + 1
        return Part(self.text.slice(start + 1, end), quoted=True)

    def _double(self) -> list[Part]:
        start = self.at
        content = self.content
        if not self.open or content.find('"', start + 1) < 0:
            self.at = start + 1
            return [Part(self.text.slice(start, start + 1))]
        self.at += 1
        parts: list[Part] = []
        while self.at < len(content):
            if match := _QUOTED.match(content, self.at):
                parts.append(Part(self.text.slice(self.at, match.end()), quoted=True))
                self.at = match.end()
                continue
            char = content[self.at]
            if char == '"':
                self.at += 1
                break
            if char == "\\":
                if match := _CONTINUED.match(content, self.at):
                    self.at = match.end()
                    continue
                after = content[self.at + 1 : self.at + 2]
                skip = 1 if after and after in '"\\$`' else 0
                parts.append(Part(self.text.slice(self.at + skip, self.at + 1 + skip), quoted=True))
                self.at += 1 + skip
                continue
            parts.append(self.dollar(quoted=True))
        return parts or [Part(self.text.slice(start + 1, start + 1), quoted=True)]

    def dollar(self, *, quoted: bool) -> Part:
        content, start = self.content, self.at
        if content.startswith("$((", start) and (end := self._closing(start + 2)) > start + 2:
            self.at = end
            inside = _SUM.fullmatch(content, start, end)
            return Part(self.text.slice(start, end), sum=inside.group(1).strip() or "0" if inside else "", quoted=quoted)
        if match := _PLAIN.match(content, start):
            self.at = match.end()
            return Part(self.text.slice(start, self.at), match.group(1), quoted=quoted)
        if content.startswith("${", start):
            return self._braced(start, quoted=quoted)
        if content.startswith("$(", start):
            self.at = self._closing(start + 2)
            return Part(self.text.slice(start, self.at), quoted=quoted)
        if content[start] == "`":
            end = content.find("`", start + 1, start + 2000)
            self.at = end + 1 if end >= 0 else start + 1
            return Part(self.text.slice(start, self.at), quoted=quoted)
        self.at = start + 1
        return Part(self.text.slice(start, self.at), quoted=quoted)

    def _braced(self, start: int, *, quoted: bool) -> Part:
        content = self.content
        end = content.find("}", start, start + _MAX_BRACED)
        inner = content.find("${", start + 2, end) if end > 0 else -1
        if inner > 0:  # the default is a variable itself: `${TP:-${WORLD}}`
            end = content.find("}", end + 1, start + _MAX_BRACED)
        match = _BRACED.fullmatch(content, start + 2, end) if end > 0 else None
        if match is None:
            # An operation on the value (`${A%.py}`), or no end in sight: left as written.
            self.at = end + 1 if end > 0 and "\n" not in content[start:end] else start + 2
            return Part(self.text.slice(start, self.at), quoted=quoted)
        self.at = end + 1
        other = None
        if match.group("sign") and match.group("sign")[-1] in "-=" and match.group("other"):
            other = self.text.slice(match.start("other"), match.end("other"))
        return Part(self.text.slice(start, self.at), match.group("name"), other, whole=bool(match.group("all")), quoted=quoted)

    def _closing(self, at: int) -> int:
        """Where the command substitution ends; bounded, since nothing in it is read."""
        depth = 1
        for end in range(at, min(len(self.content), at + 2000)):
            char = self.content[end]
            if char == "(":
                depth += 1
                if depth > _MAX_PARENS:
                    break
            elif char == ")":
                depth -= 1
                if not depth:
                    return end + 1
        return at


def expansions(text: Text) -> Iterator[Part]:
    """Yield what a shell would put something in for (`$7`, `${TP:-8}`, `$(nproc)`, `$((RANDOM % 8))`), outermost only, in order."""
    content, lexer = text.content, _Lexer(text)
    while (found := _EXPANSION.search(content, lexer.at)) is not None:
        lexer.at = found.start()
        part = lexer.dollar(quoted=False)
        if len(part.text) > 1:
            yield part


_EXPANSION: Final = re.compile(r"[$`]")


def lex(text: Text) -> Iterator[Command]:
    """Yield the commands of a shell text in order; a comment that stands alone is a command without words."""
    return _Lexer(text).commands()
