"""Markdown of this repository as HTML: headings with anchors as GitHub makes them, links to pages of the site, sections to search."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

__all__ = ["Section", "Text", "read"]

_SHOWN: Final = frozenset({"text", "code_inline", "fence", "code_block", "softbreak"})
_EXTERN: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, its anchor, and the text below it up to the next heading."""

    title: str
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A page: its title, its body as HTML, its sections, and its anchors."""

    title: str
    body: str
    sections: tuple[Section, ...]
    anchors: frozenset[str]


def _plain_html(_self: object, tokens: Sequence[Token], index: int, _options: object, _environment: object) -> str:
    """Leave comments out; any other HTML is shown as it is written."""
    content = tokens[index].content
    return "" if content.lstrip().startswith("<!--") else escape(content)


def _code(_self: object, tokens: Sequence[Token], index: int, _options: object, _environment: object) -> str:
    return f'<pre tabindex="0"><code>{escape(tokens[index].content)}</code></pre>\n'


def _table(_self: object, tokens: Sequence[Token], index: int, _options: object, _environment: object) -> str:
    return '<div class="wide" tabindex="0">\n<table>\n' if tokens[index].type == "table_open" else "</table>\n</div>\n"


_RULES: Final = {
    "html_block": _plain_html,
    "html_inline": _plain_html,
    "fence": _code,
    "code_block": _code,
    "table_open": _table,
    "table_close": _table,
}
"""What is shown otherwise than as usual: what may be wider than the window takes the focus, so that keys can scroll it."""


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for kind, rule in _RULES.items():
        parser.add_render_rule(kind, rule)
    return parser


def _words(token: Token) -> str:
    """Return what a token shows, without its marks."""
    if token.children is not None:
        return "".join(_words(child) for child in token.children)
    return " " if token.type == "softbreak" else token.content if token.type in _SHOWN else ""


def read(source: str, link: Callable[[str], str]) -> Text:
    """Return a page written in Markdown; `link` says where each relative link leads on the site."""
    parser = _parser()
    tokens = parser.parse(source)
    for token in _links(tokens):
        name = "src" if token.type == "image" else "href"
        target = str(token.attrs[name])
        if not _EXTERN.match(target) and not target.startswith("#"):
            token.attrs[name] = link(target)
    seen: Counter[str] = Counter()
    sections: list[Section] = []
    text: list[str] = []
    title = anchor = before = ""
    for token, inline in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and inline is not None:
            if title or text:
                sections.append(Section(title, anchor, " ".join(text)))
            title, text = _words(inline), []
            anchor = _anchor(title, seen)
            token.attrs["id"] = anchor
        elif token.type in ("inline", "fence", "code_block") and before not in ("heading_open", "th_open"):
            text.append(" ".join(_words(token).split()))
        if side := str(token.attrs.pop("style", "")).removeprefix("text-align:"):
            token.attrs["class"] = side  # a page admits no style of its own
        before = token.type
    sections.append(Section(title, anchor, " ".join(text)))
    body = str(parser.renderer.render(tokens, parser.options, {}))
    return Text(next((one.title for one in sections if one.title), ""), body, tuple(sections), frozenset(one.anchor for one in sections))


def _links(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type in ("link_open", "image"):
            yield token
        yield from _links(token.children or [])


def _anchor(title: str, seen: Counter[str]) -> str:
    """Return the anchor of a heading as GitHub makes it; of equal ones the later get a number."""
    slug = re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")
    seen[slug] += 1
    return slug if seen[slug] == 1 else f"{slug}-{seen[slug] - 1}"
