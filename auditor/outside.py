"""What an audit asks of the files around a report: whether they are there, never what they hold.

A link leads to a file of the repository or not. `noting` lists the questions and their answers, so that what was found once may be
found again only where each of them still has the same answer (`auditor.cache`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Final

__all__ = ["Answer", "Question", "answered", "leads_to", "noting", "repository"]

Question = tuple[str, ...]
"""What was asked: the name of a question of this module, and its texts."""
Answer = str | bool | None

_noted: ContextVar[dict[Question, Answer] | None] = ContextVar("outside", default=None)


@contextmanager
def noting() -> Iterator[Mapping[Question, Answer]]:
    """Collect what is asked inside, each question once."""
    found: dict[Question, Answer] = {}
    token = _noted.set(found)
    try:
        yield found
    finally:
        _noted.reset(token)


def answered(question: Question) -> Answer:
    """Return the answer to a question as it is now; KeyError or TypeError for one that nobody asks."""
    return _QUESTIONS[question[0]](*question[1:])


def repository(path: Path) -> Path | None:
    """Return the root of the Git repository that a real file stands in."""
    found = _asked("repository", str(path))
    return Path(found) if isinstance(found, str) else None


def leads_to(root: Path, path: Path, target: str) -> bool | None:
    """Tell whether a link in a file leads to a file or folder of its repository; None where it leads out of it."""
    found = _asked("leads to", str(root), str(path), target)
    return found if isinstance(found, bool) else None


def _asked(*question: str) -> Answer:
    answer = answered(question)
    noted = _noted.get()
    if noted is not None:
        noted[question] = answer
    return answer


def _repository(name: str) -> str | None:
    path = Path(name)
    try:
        if not path.is_file():
            return None
        for folder in path.resolve().parents:
            if (folder / ".git").exists():
                return str(folder)
    except (OSError, ValueError):
        return None
    return None


def _leads_to(root: str, path: str, target: str) -> bool | None:
    wanted = Path(root) / target.lstrip("/") if target.startswith("/") else Path(path).resolve().parent / target
    try:
        resolved = wanted.resolve()
        return resolved.exists() if resolved.is_relative_to(root) else None
    except (OSError, ValueError, RuntimeError):
        return None


_QUESTIONS: Final[Mapping[str, Callable[..., Answer]]] = {"repository": _repository, "leads to": _leads_to}
