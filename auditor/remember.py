"""Remembering: what one audit has worked out once is not worked out again, and is let go of when the audit ends.

Many rules ask for the words, the numbers and the names of the same lines. `remembering` opens a store for one audit, `remembered` and
`once_for` wrap the pure functions that are asked again and again. Nothing is shared between audits or threads, and outside an audit
nothing is kept. What is remembered must be immutable, for all that ask get the same object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

__all__ = ["once_for", "remembered", "remembering"]

_store: ContextVar[dict[object, Any] | None] = ContextVar("remembered", default=None)
_MISSING: Final = object()
P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def remembering() -> Iterator[None]:
    """Keep what is remembered until the end of what runs inside; an audit inside an audit shares the store of the outer one."""
    if _store.get() is not None:
        yield
        return
    token = _store.set({})
    try:
        yield
    finally:
        _store.reset(token)


def remembered(function: Callable[P, R]) -> Callable[P, R]:
    """Wrap a pure function of values that can be hashed: asked again with equal ones in the same audit, it answers as before."""

    @wraps(function)
    def wrapped(*args: P.args, **more: P.kwargs) -> R:
        store = _store.get()
        if store is None:
            return function(*args, **more)
        key = (function, args, *more.items()) if more else (function, args)
        found: R = store.get(key, _MISSING)
        if found is _MISSING:
            found = store[key] = function(*args, **more)
        return found

    return wrapped


def once_for(function: Callable[P, R]) -> Callable[P, R]:
    """Wrap a pure function, or a method, some of whose arguments are known by identity: a document, a lexicon, a subject."""

    @wraps(function)
    def wrapped(*args: P.args, **more: P.kwargs) -> R:
        store = _store.get()
        if store is None:
            return function(*args, **more)
        key = (function, *(one if type(one) is str else id(one) for one in args), *more.items())
        found: tuple[object, R] | None = store.get(key)
        if found is None:
            found = store[key] = (args, function(*args, **more))  # the arguments are kept, so that an identity stays theirs
        return found[1]

    return wrapped
