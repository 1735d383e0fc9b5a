"""Words of English stand in the lexicon and in rules, not in code: what still does is counted, and the count only goes down."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from auditor.authoring.model import PerName, RoleName
from auditor.launches.programs import programs
from auditor.rulebook import load
from auditor.units import UNITS

ROOT = Path(__file__).parent.parent / "auditor"
FOLDERS = ("claims", "check", "language")
MOST = 253
"""Lists of words in the code of these folders: to be lowered with every one that moves to the data, never raised."""

_WORD = re.compile(r"[a-z]{3,}(?:[ -][a-z]+)*")
_IN_PATTERN = re.compile(r"(?<![\\\[(?a-zA-Z])[a-z]{3,}")
_GROUP = re.compile(r"\?P<\w+>")
_OWN = frozenset(
    "gpu gpus layer layers expert experts stage replica node rank group unsaid total model tensor data pipeline context".split()
)
"""Names of what plans consist of: scopes, owners and kinds, which are the project's own."""


_LITERALS = frozenset("true false null number string array object".split())
"""What JSON calls its values."""


def words_of(node: ast.AST, known: frozenset[str]) -> list[str]:
    """Return the words of a collection of strings, or of a string that is split, if they are no names of the project's own."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "split":
        inside = ast.walk(node.func.value)
        found = [word for one in inside if isinstance(one, ast.Constant) and isinstance(one.value, str) for word in one.value.split()]
    elif isinstance(node, ast.Tuple | ast.Set | ast.List):
        found = [one.value for one in node.elts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    elif isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile":
        texts = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        found = [word for text in texts for word in _IN_PATTERN.findall(_GROUP.sub("", text))]
    else:
        return []
    return [word for word in found if _WORD.fullmatch(word) and word not in known]


def lists(path: Path, known: frozenset[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the line of each list of two words or more that a module looks for in reports."""
    tree = ast.parse(path.read_text())
    told = {
        id(node)
        for call in ast.walk(tree)
        if isinstance(call, ast.Assign) and ast.unparse(call.targets[0]) == "__all__"
        for node in ast.walk(call)
    }
    for node in ast.walk(tree):
        found = [] if id(node) in told else words_of(node, known)
        if len(found) > 1:
            yield getattr(node, "lineno", 0), found


def known_names() -> frozenset[str]:
    lexicon = load().lexicon
    named = {part for one in lexicon.quantities.values() for part in (one.id, one.symbol)}
    return frozenset({*named, *UNITS, *get_args(PerName), *get_args(RoleName), *_OWN, *_LITERALS, *programs()})


def test_lists_of_words_in_code_become_fewer() -> None:
    known = known_names()
    found = [
        f"{path.relative_to(ROOT)}:{line}: {', '.join(words[:6])}"
        for folder in FOLDERS
        for path in sorted((ROOT / folder).glob("*.py"))
        for line, words in lists(path, known)
    ]
    assert len(found) <= MOST, "\n".join(found)


def test_what_words_say_is_named_alike_in_code_and_data() -> None:
    said = load().lexicon.sayings
    code = "\n".join(path.read_text() for path in ROOT.rglob("*.py"))
    written = set(re.findall(r'sayings\[f?"([^"]+)"\]', code)) | {name for name in said if f'"{name}"' in code}
    open_ = {name for name in written if "{" in name}
    assert {name for name in written - open_ if name not in said} == set()
    assert {name for name in said.keys() - written if not any(name.startswith(one.partition("{")[0]) for one in open_)} == set()
