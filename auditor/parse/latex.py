r"""LaTeX to statements: what is written is put down as Markdown that means the same, each character where it stands in the file.

Sections become headings, lists lists, a `tabular` a table under the caption of its float, listings blocks of code; numbers and units
(`43{,}500`, `45\,\%`, `\SI{80}{GB}`, `\qty{3.35}{\tera\byte\per\second}`) become what they print. Signs of formulas stay, for the scanner
of Markdown knows them. Commands that only set type are dropped, what they set is kept; nothing is ever expanded but a macro
without arguments that stands for a plain text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import field
from typing import Final

from auditor.parse.builder import Builder, Path
from auditor.parse.directives import heard
from auditor.parse.inline import formula_arguments
from auditor.parse.lines import stand_in
from auditor.parse.readers import read_rewritten
from auditor.records import dataclass
from auditor.spans import Text

__all__ = ["read"]

_TOKEN: Final = re.compile(
    r"%[^\n]*\n?[ \t]*"
    r"|\\[A-Za-z@]{1,60}\*?"
    r"|\\\\\*?(?:\[[^\]\n]{0,40}\])?"
    r"|\\[^A-Za-z@\\]"
    r"|\{,\}|[{}&~$|^_<]|``?|''|---?"
    r"|\n[ \t]*(?:\n\s*)?"
)
_NAME: Final = re.compile(r"[ \t]{0,8}\{([A-Za-z*@]{1,40})\}")
_OPTION: Final = re.compile(r"[ \t]{0,8}\[[^\]\[{}]{0,400}(?:\{[^{}\[\]]{0,200}\}[^\]\[{}]{0,200}){0,8}\]")
_BRACE: Final = re.compile(r"\\.|%[^\n]*|[{}]", re.DOTALL)
_GROUP_OF_THREE: Final = re.compile(r"\d{3}(?!\d)")
_DIGITS: Final = re.compile(r"\d{1,3}$")
_LIST_LIKE: Final = re.compile(r"[-+>#=*]|\d{1,9}[.)](?=\s)")
_MACRO: Final = re.compile(
    r"\\(?:(?:re)?newcommand\*?|providecommand\*?|def)[ \t]{0,4}\{?\\([A-Za-z]{1,40})\}?[ \t]{0,4}"
    r"\{((?:[^{}\\\n%#]|\{[^{}\\\n%#]{0,4}\}|\\[,~%$&_#; ]|\\xspace){1,80})\}"
)
_UNIT: Final = re.compile(r"\\([A-Za-z]{1,30})[ \t]*|[.~]|\{|\}|\\.|[^\\.~{}]+", re.DOTALL)
_PLAIN_MARKS: Final = re.compile(r"\{([^{}]{0,4})\}|\\xspace|\\([%$&_#])|\\[,; ]|~")
_BLANKS: Final = frozenset({"~", "\\,", "\\;", "\\ "})

_LEVELS: Final = {
    "title": 1, "part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5, "subparagraph": 6,
    "frametitle": 3,
}  # fmt: skip
_SIGNS: Final = {
    "euro": "€", "texteuro": "€", "EUR": "€", "pounds": "£", "textdollar": "$", "textpercent": "%", "texttimes": "×", "textasciitilde": "~",
    "textmu": "µ", "micro": "µ", "textdegree": "°", "textendash": "–", "textemdash": "—", "textbackslash": "/", "textbar": "|",
    "textless": "<", "textgreater": ">", "textrightarrow": "→", "textpm": "±", "ss": "ß", "o": "ø", "O": "Ø", "ae": "æ", "AE": "Æ",
    "aa": "å", "AA": "Å", "oe": "œ", "l": "ł", "S": "§", "P": "¶", "LaTeX": "LaTeX", "TeX": "TeX", "newline": " ", "linebreak": " ",
    "enspace": " ", "thinspace": " ", "hfill": " ", "hspace": " ", "par": "\n\n", "bigskip": "\n\n", "medskip": "\n\n", "smallskip": "\n\n",
    "maketitle": "\n\n", "newpage": "\n\n", "clearpage": "\n\n", "and": ", ", "cmark": "✓", "xmark": "✗", "checkmark": "✓",
    "iff": "=", "prod": "", "sum": "", "to": "→", "colon": ":",
}  # fmt: skip
"""What commands without arguments print."""
_DROPPED: Final = {
    "documentclass": 1, "usepackage": 1, "RequirePackage": 1, "label": 1, "ref": 1, "eqref": 1, "autoref": 1, "cref": 1, "Cref": 1,
    "pageref": 1, "cite": 1, "citep": 1, "citet": 1, "parencite": 1, "textcite": 1, "footcite": 1, "input": 1, "include": 1,
    "includegraphics": 1, "bibliography": 1, "bibliographystyle": 1, "addbibresource": 1, "vspace": 1, "hspace": 1, "pagestyle": 1,
    "thispagestyle": 1, "setlength": 2, "addtolength": 2, "setcounter": 2, "newcommand": 2, "renewcommand": 2, "providecommand": 2,
    "DeclareSIUnit": 2, "DeclareMathOperator": 2, "newenvironment": 3, "sisetup": 1, "hypersetup": 1, "geometry": 1, "graphicspath": 1,
    "color": 1, "textcolor": 1, "colorbox": 1, "rowcolor": 1, "cellcolor": 1, "columncolor": 1, "definecolor": 3, "cmidrule": 1, "cline": 1,
    "hyphenation": 1, "setmainfont": 1, "captionsetup": 1, "url": 1, "href": 1, "resizebox": 2, "scalebox": 1, "rule": 2, "raisebox": 1,
    "parbox": 1, "fontsize": 2, "hypertarget": 1, "hyperlink": 1, "arraystretch": 0, "renewenvironment": 3, "date": 0, "phantom": 1,
}  # fmt: skip
"""How many arguments of a command print nothing; what stands in further ones is kept."""
_RULES: Final = frozenset({"toprule", "midrule", "bottomrule", "hline", "cmidrule", "cline", "endhead", "endfirsthead", "specialrule"})
_TABLES: Final = {"tabular": 1, "tabular*": 2, "tabularx": 2, "tabulary": 2, "longtable": 1, "tblr": 1, "longtblr": 1, "supertabular": 1}
"""Environments that are tables, and how many arguments they have."""
_FORMULAS: Final = frozenset(
    {
        "equation",
        "align",
        "gather",
        "multline",
        "displaymath",
        "math",
        "eqnarray",
        "split",
        "aligned",
        "gathered",
        "flalign",
        "cases",
        "array",
    }
)
_LISTS: Final = frozenset({"itemize", "enumerate", "description", "compactitem", "compactenum"})
_VERBATIM: Final = frozenset({"verbatim", "Verbatim", "lstlisting", "minted", "alltt", "BVerbatim"})
_PICTURES: Final = frozenset({"tikzpicture", "pgfpicture", "thebibliography", "filecontents", "comment"})
_WITH_ARGUMENT: Final = frozenset({"minipage", "multicols", "adjustbox", "wrapfigure", "wraptable", "subtable", "subfigure", "array"})
_NUMBERS: Final = {
    "num": 1,
    "SI": 2,
    "qty": 2,
    "SIrange": 3,
    "qtyrange": 3,
    "numrange": 2,
    "si": 1,
    "unit": 1,
    "ang": 1,
    "SIlist": 2,
    "qtylist": 2,
    "numlist": 1,
}
"""Commands of siunitx, and how many arguments they have."""
_UNITLESS: Final = frozenset({"num", "numrange", "numlist", "ang"})
_PREFIXES: Final = {
    "kilo": "k", "mega": "M", "giga": "G", "tera": "T", "peta": "P", "exa": "E", "kibi": "Ki", "mebi": "Mi", "gibi": "Gi", "tebi": "Ti",
    "milli": "m", "micro": "µ", "nano": "n",
}  # fmt: skip
_UNITS: Final = {
    "byte": "B", "bit": "bit", "second": "s", "minute": "min", "hour": "h", "day": "day", "watt": "W", "joule": "J", "hertz": "Hz",
    "percent": "%", "gram": "g", "metre": "m", "meter": "m", "degreeCelsius": "°C", "celsius": "°C", "tonne": "t", "volt": "V",
    "ampere": "A", "flops": "FLOPS", "FLOPS": "FLOPS", "flop": "FLOP", "FLOP": "FLOP", "squared": "^2", "cubed": "^3", "GB": "GB",
}  # fmt: skip
_ACCENTS: Final = {"'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307"}
_ACCENTED: Final = re.compile(r"\{?\\?([A-Za-z])\}?")
_VERB: Final = re.compile(r"([^A-Za-z\s*])([^\n]{0,400}?)\1")
_MOST_COLUMNS: Final = 100
_MOST_NESTING: Final = 8
_LANGUAGE: Final = re.compile(r"language\s{0,4}=\s{0,4}\{?([A-Za-z0-9+]{1,20})")


def read(builder: Builder, text: Text, path: Path) -> None:
    """Read a LaTeX text, every path beginning with `path`."""
    writer = _Writer(builder, text)
    read_rewritten(builder, writer.run(), writer.comments, path)


@dataclass(slots=True)
class _Table:
    """A table that is being read: its finished rows of cells, those of them above the first rule below a row, and the open row."""

    depth: int
    outside: list[Text]
    """What was written before it."""
    rows: list[list[Text]] = field(default_factory=list)
    heads: int = 0
    row: list[Text] = field(default_factory=list)
    wide: list[tuple[int, int]] = field(default_factory=list)
    """Of the open row: a column, and how many columns it covers."""
    covers: list[list[tuple[int, int]]] = field(default_factory=list)


class _Writer:
    def __init__(self, builder: Builder, text: Text) -> None:
        self.builder = builder
        self.text = text
        self.raw = text.content
        self.out: list[Text] = []
        self.last = "\n"
        """The last character that was written."""
        self.pairs = _pairs(self.raw)
        self.closing: dict[int, str] = {}
        """Braces that end something, and what is written in their place."""
        self.captions: dict[int, list[Text]] = {}
        """Braces that end a caption, and what had been written before it."""
        self.kept: set[int] = set()
        """Braces that the scanner of formulas reads."""
        self.depth = 0
        self.lists: list[str] = []
        self.tables: list[_Table] = []
        self.floats: list[tuple[list[Text], list[Text]]] = []
        """Of open floats: what was written before each, and its caption."""
        self.macros = {match.group(1): _printed(match.group(2)) for match in _MACRO.finditer(self.raw)}
        self.comments: list[Text] = []

    def run(self) -> Text:
        raw, at = self.raw, 0
        while match := _TOKEN.search(raw, at):
            self._plain(at, match.start())
            at = self._token(match.group(), match.start(), match.end())
        self._plain(at, len(raw))
        while self.tables:
            self._end_table(len(raw))
        while self.floats:
            self._end_float(len(raw))
        kept = [part for part in self.out if part.content]
        return Text.join(kept) if kept else self.text.slice(0, 0)

    # What is written

    def _write(self, part: Text) -> None:
        if part.content:
            self.out.append(part)
            self.last = part.content[-1]

    def _put(self, instead: str, start: int, end: int) -> None:
        """Write something that stands for characters of the source."""
        if instead.strip() == "" and self.last == "\n":
            instead = instead.lstrip(" \t")
        elif instead == " " and self.last.isspace():
            return
        self._write(stand_in(instead, self.text.span(start, end)))

    def _plain(self, start: int, end: int) -> None:
        """Write characters as they are; what begins a line must not look like a list or a heading there."""
        if start >= end:
            return
        if self.last == "\n":
            content = self.raw[start:end]
            start = end - len(content.lstrip())
            mark = _LIST_LIKE.match(self.raw, start, end)
            if mark is not None:
                self._write(self.text.slice(start, mark.end() - 1))
                self._put("\\" + self.raw[mark.end() - 1], mark.end() - 1, mark.end())
                start = mark.end()
        self._write(self.text.slice(start, end))

    def _break(self, at: int) -> None:
        """End a paragraph; in a list or a cell it goes on."""
        self._put(" " if self.lists or self.tables else "\n\n", at, at)

    # What is read

    def _token(self, sign: str, start: int, end: int) -> int:
        first = sign[0]
        if first == "%":
            return self._comment(start, end)
        if first == "\n":
            return self._line_end(sign, start, end)
        if first == "\\":
            if sign[1] == "\\":
                return self._row_end(start, end)
            if sign[1].isalpha() or sign[1] == "@":
                return self._command(sign[1:].rstrip("*"), start, end)
            return self._escape(sign[1], start, end)
        if first in "{}":
            return self._brace(sign, start, end)
        if sign == "&":
            return self._cell_end(start, end)
        if first in "^_":
            if self.raw.startswith("{", end):
                self._keep(end)
            self._write(self.text.slice(start, end))
        elif first == "~":
            self._put(" ", start, end)
        elif first == "|" and self.tables:
            self._put("\\|", start, end)
        elif first == "<":
            self._put("\\<", start, end)
        elif first in "`'":
            self._put("'" if sign == "`" else '"', start, end)
        elif first == "-":
            self._put("–" if sign == "--" else " — ", start, end)
        elif first != "$":
            self._write(self.text.slice(start, end))
        return end

    def _comment(self, start: int, end: int) -> int:
        stop = self.raw.find("\n", start, end)
        comment = self.text.slice(start, end if stop < 0 else stop).strip()
        if not heard(self.builder, comment, self.text, "latex"):
            body = comment.strip("% \t")
            if any(char.isalnum() for char in body.content):
                self.comments.append(body)
        if self.raw[start - 1 : start] == "\n" and self.raw[end : end + 1] == "\n":
            self._break(end)
        return end

    def _line_end(self, sign: str, start: int, end: int) -> int:
        if sign.count("\n") > 1:
            self._break(start)
        else:
            self._put(" ", start, end)
        return end

    def _escape(self, char: str, start: int, end: int) -> int:
        if char in " ,:;>!/\n":
            digits = _DIGITS.search(self.raw, max(start - 3, 0), start)
            if char == "," and digits is not None and _GROUP_OF_THREE.match(self.raw, end):
                return end  # `16\,808`
            self._put("" if char in "!/" else " ", start, end)
        elif char in _ACCENTS and (letter := _ACCENTED.match(self.raw, end)) is not None:
            self._put(unicodedata.normalize("NFC", letter.group(1) + _ACCENTS[char]), start, letter.end())
            return letter.end()
        elif char in "()[]-":
            self._put(" " if char in "[]" else "", start, end)
        elif char in "{}|":
            self._put({"{": "(", "}": ")"}.get(char, "/"), start, end)
        elif char == "_" or char in "%&#$":
            self._put("\\" + char, start, end)
        return end

    def _keep(self, at: int) -> int:
        """Leave the braces that open at a place to the scanner of formulas; return where they close, or `at`."""
        close = self.pairs.get(at, -1)
        if close < 0:
            return at
        self.kept |= {at, close}
        return close

    def _brace(self, sign: str, start: int, end: int) -> int:
        if sign == "{,}":
            self._put(",", start, end)
            return end
        self.depth += 1 if sign == "{" else -1
        if start in self.kept:
            self._write(self.text.slice(start, end))
        elif start in self.captions:
            caption, self.out = self.out, self.captions.pop(start)
            self.floats[-1][1].extend(caption)
            self.last = self.out[-1].content[-1] if self.out else "\n"
        elif start in self.closing:
            self._put(self.closing.pop(start), start, end)
        return end

    def _argument(self, at: int) -> tuple[int, int] | None:
        """Return where the argument that comes next begins and ends, its braces included."""
        while self.raw[at : at + 1] in (" ", "\t"):
            at += 1
        close = self.pairs.get(at, -1)
        return (at, close + 1) if close >= 0 else None

    def _behind(self, at: int, arguments: int) -> int:
        """Return the place behind options and so many arguments."""
        at = self._behind_option(at)
        for _ in range(arguments):
            found = self._argument(at)
            if found is None:
                return at
            at = self._behind_option(found[1])
        return at

    def _behind_option(self, at: int) -> int:
        found = _OPTION.match(self.raw, at)
        return found.end() if found else at

    def _around(self, at: int, opening: str, closing: str, start: int) -> int:
        """Write marks around the argument that comes next, if it says anything."""
        found = self._argument(at)
        if found is None or not self.raw[found[0] + 1 : found[1] - 1].strip():
            return at
        self._put(opening, start, found[0] + 1)
        self.closing[found[1] - 1] = closing
        self.depth += 1
        inner = found[0] + 1
        while self.raw[inner : inner + 1].isspace():
            inner += 1
        return inner

    def _command(self, name: str, start: int, end: int) -> int:
        if name in ("begin", "end"):
            found = _NAME.match(self.raw, end)
            if found is None:
                return end
            begins = self._begin if name == "begin" else self._end
            return begins(found.group(1), start, found.end())
        if name in _NUMBERS:
            return self._number(name, start, end)
        if name in _LEVELS:
            return self._heading(name, start, self._behind_option(end))
        if name == "item":
            return self._item(start, end)
        if name == "caption":
            return self._caption(self._behind_option(end), start)
        if name in _RULES:
            if self.tables and not self.tables[-1].heads and self.tables[-1].rows:
                self.tables[-1].heads = len(self.tables[-1].rows)
            if name in ("cmidrule", "specialrule") and self.raw.startswith("(", end):
                close = self.raw.find(")", end, end + 20)
                end = close + 1 if close >= 0 else end
            return self._behind(end, {"cmidrule": 1, "cline": 1, "specialrule": 3}.get(name, 0))
        if name in ("multicolumn", "multirow"):
            return self._wide(name, end)
        if name in ("textbf", "textsc") or (name == "emph" and not self.tables):
            marks = ("**", "**") if name == "textbf" else ("", "")
            return self._around(end, *marks, start)
        if name in ("verb", "lstinline"):
            return self._verbatim(start, self._behind_option(end))
        if name in ("footnote", "footnotetext"):
            return self._around(self._behind_option(end), " (", ")", start)
        if name in ("textsuperscript", "textsubscript"):
            return self._around(end, "^" if name == "textsuperscript" else "_", "", start)
        if name in self.macros:
            self._put(self.macros[name], start, end)
            return self._swallowed(end)
        if name in _SIGNS:
            self._put(_SIGNS[name], start, end)
            return self._behind(end, _DROPPED[name]) if name in _DROPPED else self._swallowed(end)
        if (arguments := formula_arguments(name)) is not None:
            at = end
            for _ in range(arguments):
                at = self._keep(at) + 1
            self._write(self.text.slice(start, end))
            return end
        behind = self._behind(end, _DROPPED.get(name, 0))
        return behind if behind > end else self._swallowed(end)

    def _swallowed(self, at: int) -> int:
        """Return the place behind the blanks that a command takes with it, unless what follows would run into what stands before."""
        while self.last.isspace() and self.raw[at : at + 1] in (" ", "\t"):
            at += 1
        return at

    def _heading(self, name: str, start: int, at: int) -> int:
        self.lists.clear()
        found = self._argument(at)
        if found is None or self.tables:
            return at
        self._put(f"\n\n{'#' * _LEVELS[name]} ", start, found[0] + 1)
        self.closing[found[1] - 1] = "\n\n"
        self.depth += 1
        return found[0] + 1

    def _item(self, start: int, end: int) -> int:
        self._put(f"\n{'    ' * min(max(len(self.lists) - 1, 0), _MOST_NESTING)}- ", start, end)
        label = _OPTION.match(self.raw, end)
        if label is None:
            while self.raw[end : end + 1].isspace():
                end += 1
            return end
        opening = self.raw.index("[", end)
        inner = self.text.slice(opening + 1, label.end() - 1).strip().strip(":")
        if any(char.isalnum() for char in inner.content) and "\\" not in inner.content:
            self._put("**", opening, opening + 1)
            self._write(inner)
            self._put(":** ", label.end() - 1, label.end())
        return label.end()

    def _caption(self, at: int, start: int) -> int:
        found = self._argument(at)
        if found is None or not self.floats or self.tables or self.floats[-1][1]:
            return self._around(at, "", ": ", start)
        self.captions[found[1] - 1], self.out = self.out, []
        self.last = "\n"
        self.depth += 1
        return found[0] + 1

    def _verbatim(self, start: int, at: int) -> int:
        found = _VERB.match(self.raw, at)
        if found is None:
            return at
        inner = found.group(2)
        if self.raw[at] == "{" or "`" in inner or not inner.strip():
            return at
        self._put("`", start, at + 1)
        self._write(self.text.slice(at + 1, found.end() - 1))
        self._put("`", found.end() - 1, found.end())
        return found.end()

    # Numbers and units

    def _number(self, name: str, start: int, end: int) -> int:
        at = self._behind_option(end)
        arguments: list[tuple[int, int]] = []
        for _ in range(_NUMBERS[name]):
            found = self._argument(at)
            if found is None:
                break
            arguments.append(found)
            at = self._behind_option(found[1])
        if not arguments:
            return end
        units = [] if name in _UNITLESS or len(arguments) < _NUMBERS[name] else [arguments.pop()]
        at = start
        for number, (begin, close) in enumerate(arguments):
            if number:
                self._put("–", at, begin + 1)
            self._figure(begin + 1, close - 1)
            at = close
        for begin, close in units:
            printed = _unit(self.raw[begin + 1 : close - 1])
            tight = printed.startswith(("%", "°")) or not arguments
            self._put(printed if tight else " " + printed, begin, close)
            at = close
        return at

    def _figure(self, start: int, end: int) -> None:
        """Write the number of an argument: `8.5e21`, `1 000`, `3 x 10^8`, `1;2;3`."""
        at = start
        for match in _FIGURE_SIGN.finditer(self.raw, start, end):
            self._plain(at, match.start())
            self._put(
                {"x": " × ", ";": ", ", "+-": " ± ", "\\pm": " ± ", "\\cdot": "·", "\\times": "×"}.get(match.group().strip(), ""),
                *match.span(),
            )
            at = match.end()
        self._plain(at, end)

    # Environments

    def _begin(self, name: str, start: int, end: int) -> int:
        bare = name.rstrip("*")
        if name in _TABLES or bare in _TABLES:
            at = self._behind(end, _TABLES.get(name, _TABLES.get(bare, 1)))
            if self.tables:
                return at  # a table in a cell goes on in the cell
            self.tables.append(_Table(self.depth, self.out))
            self.out, self.last = [], "\n"
            return at
        if bare in _VERBATIM:
            return self._listing(name, start, end)
        if bare in _PICTURES:
            close = self.raw.find(f"\\end{{{name}}}", end)
            return close if close >= 0 else end
        if bare in _FORMULAS:
            self._put(" ", start, end)
            return self._behind(end, 1) if bare == "array" else end
        if bare in _LISTS:
            self.lists.append(bare)
            self._put("\n\n" if len(self.lists) == 1 and not self.tables else " ", start, end)
            return self._behind_option(end)
        end = self._behind(end, 1 if bare in _WITH_ARGUMENT else 0)
        if bare in ("table", "figure", "wraptable", "sidewaystable", "wrapfigure", "algorithm") and not self.tables:
            self.floats.append((self.out, []))
            self.out, self.last = [], "\n"
        self._break(end)
        return end

    def _end(self, name: str, start: int, end: int) -> int:
        bare = name.rstrip("*")
        if name in _TABLES or bare in _TABLES:
            if self.tables and self.depth <= self.tables[-1].depth:
                self._end_table(start)
        elif bare in _FORMULAS:
            self._put(" ", start, end)
        elif bare in _LISTS:
            if self.lists:
                self.lists.pop()
            if not self.lists:
                self._break(end)
        elif bare in ("table", "figure", "wraptable", "sidewaystable", "wrapfigure", "algorithm") and self.floats and not self.tables:
            self._end_float(start)
        else:
            self._break(start)
        return end

    def _listing(self, name: str, start: int, end: int) -> int:
        close = self.raw.find(f"\\end{{{name}}}", end)
        if close < 0:
            return end
        at = self._behind_option(end)
        option = self.raw[end:at]
        if name.startswith("minted") and (found := self._argument(at)) is not None:
            language, at = self.raw[found[0] + 1 : found[1] - 1], found[1]
        else:
            told = _LANGUAGE.search(option)
            language = told.group(1) if told else ""
        language = language.casefold() if language.isalnum() else ""
        inside = self.text.slice(at, close)
        mark = "`" * (max((len(run) for run in _TICKS.findall(inside.content)), default=2) + 1)
        self._put(f"\n\n{mark}{language}\n", start, at)
        self._write(inside.strip("\n"))
        self._put(f"\n{mark}\n\n", close, close)
        return close + len(f"\\end{{{name}}}")

    # Tables and their floats

    def _cell_end(self, start: int, end: int) -> int:
        if self.tables and self.depth == self.tables[-1].depth:
            self._end_cell(start)
        else:
            self._put(" ", start, end)
        return end

    def _end_cell(self, at: int) -> None:
        table = self.tables[-1]
        kept = [part for part in self.out if part.content]
        cell = (Text.join(kept) if kept else self.text.slice(at, at)).strip()
        wide = table.wide[-1][1] if table.wide and table.wide[-1][0] == len(table.row) else 1
        table.row.append(cell)
        table.row += [self.text.slice(at, at)] * (wide - 1)
        self.out, self.last = [], "\n"

    def _row_end(self, start: int, end: int) -> int:
        if self.tables and self.depth == self.tables[-1].depth:
            self._end_row(start)
        elif self.tables or self.depth:
            self._put(" ", start, end)
            return self._swallowed(end)
        elif _CONTINUES.match(self.raw, end):
            self._put(" ", start, end)
        else:
            self._put("; " if self.last.isalnum() else " ", start, end)
        return end

    def _end_row(self, at: int) -> None:
        table = self.tables[-1]
        self._end_cell(at)
        if any(cell.content for cell in table.row):
            table.rows.append(table.row)
            table.covers.append(table.wide)
        table.row, table.wide = [], []

    def _wide(self, name: str, end: int) -> int:
        """Read `multicolumn` and `multirow`: what they cover, then their text as that of the cell."""
        count = self._argument(self._behind_option(end))
        format_ = self._argument(count[1]) if count else None
        body = self._argument(self._behind_option(format_[1])) if format_ else None
        if count is None or body is None:
            return end
        said = self.raw[count[0] + 1 : count[1] - 1].strip()
        if name == "multicolumn" and self.tables and said.isascii() and said.isdigit() and len(said) < 3:
            table = self.tables[-1]
            table.wide.append((len(table.row), min(max(int(said), 1), _MOST_COLUMNS)))
        return body[0]

    def _end_table(self, at: int) -> None:
        table = self.tables[-1]
        self._end_row(at)
        self.tables.pop()
        self.out, self.last = table.outside, "\n"
        if not table.rows:
            return
        heads = min(max(table.heads, 1), len(table.rows))
        if heads == len(table.rows):
            heads = 1
        head = self._head(table, heads, at)
        width = max(len(head), *(len(row) for row in table.rows))
        self._put("\n\n", at, at)
        for number, row in enumerate([head, *table.rows[heads:]]):
            for column in range(width):
                self._put("| ", at, at)
                cell = row[column] if column < len(row) else None
                if cell is not None and cell.content:
                    self._write(cell)
                self._put(" ", at, at)
            self._put("|\n", at, at)
            if not number:
                self._put("|---" * width + "|\n", at, at)
        self._put("\n\n", at, at)

    def _head(self, table: _Table, heads: int, at: int) -> list[Text]:
        """Return one head out of several rows: what stands over several columns is said over each."""
        width = min(max(len(row) for row in table.rows), _MOST_COLUMNS)
        named: list[list[Text]] = [[] for _ in range(width)]
        for row, covers in zip(table.rows[:heads], table.covers[:heads], strict=True):
            over = dict(covers)
            for column, cell in enumerate(row[:width]):
                if cell.content:
                    for other in range(column, min(column + over.get(column, 1), width)):
                        named[other].append(cell)
        return [Text.join(parts, " ") if parts else self.text.slice(at, at) for parts in named]

    def _end_float(self, at: int) -> None:
        outside, caption = self.floats.pop()
        inside, self.out = self.out, outside
        self.last = "\n"
        self._put("\n\n", at, at)
        said = Text.join([part for part in caption if part.content]).strip() if any(part.content.strip() for part in caption) else None
        if said is not None:
            self._write(said.strip(".:"))
            self._put(":\n\n", said.whole.end, said.whole.end)
        self.out += inside
        self.last = "\n"
        self._put("\n\n", at, at)


_FIGURE_SIGN: Final = re.compile(r"[ \t]+|\\,|\{|\}|~|[ \t]?x[ \t]?|;[ \t]?|\+-|\\pm|\\cdot|\\times")
_TICKS: Final = re.compile(r"`{3,}")
_CONTINUES: Final = re.compile(r"[ \t\n&]{0,20}(?:[=+<>]|\\(?:times|cdot|approx|le|ge)\b)")


def _pairs(content: str) -> dict[int, int]:
    """Return where each brace that opens is closed."""
    found: dict[int, int] = {}
    still: list[int] = []
    for match in _BRACE.finditer(content):
        if match.group() == "{":
            still.append(match.start())
        elif match.group() == "}" and still:
            found[still.pop()] = match.start()
    return found


def _printed(body: str) -> str:
    """Return what the body of a macro prints."""
    return _PLAIN_MARKS.sub(lambda match: match.group(1) or match.group(2) or (" " if match.group() in _BLANKS else ""), body)


def _unit(written: str) -> str:
    r"""Return a unit as people write it: `\giga\byte\per\second` is GB/s; what is not known stands under its name."""
    parts: list[str] = []
    joint = ""
    for match in _UNIT.finditer(written):
        name = match.group(1)
        if name == "per":
            joint = "/"
        elif name in _PREFIXES:
            parts.append(joint + _PREFIXES[name])
            joint = ""
        elif name is not None or match.group()[0] not in ".~{}\\":
            said = _UNITS.get(name, name) if name is not None else match.group().strip()
            parts.append(joint + said)
            joint = ""
        elif match.group() == "\\%":
            parts.append("%")
        elif match.group() in (".", "~"):
            parts.append("·" if match.group() == "." else " ")
    return "".join(parts)
