"""Records: dataclasses whose methods cost nothing until they are called.

`dataclasses.dataclass` writes and compiles five to ten methods for each class when a module is imported, most of which a run never
calls; for the hundreds of small values of this package that is a fifth of the time one report takes. Here the standard library still
reads the fields (`fields`, `replace`, `is_dataclass`, `field` and slots are its own), but a method is compiled when it is first called,
or needs no code of its own. To a type checker the decorator is the standard one.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, FrozenInstanceError, fields
from functools import partial
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, Final

__all__ = ["dataclass"]

_ORDER: Final = (("__lt__", "<"), ("__le__", "<="), ("__gt__", ">"), ("__ge__", ">="))

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass
else:
    from dataclasses import dataclass as _standard

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True, order=False):
        """Make a class a record; the arguments mean what they mean to `dataclasses.dataclass`."""

        def made(one):
            if one.__doc__ is None:
                one.__doc__ = one.__name__  # else the standard library works out a signature for it
            new = _standard(init=False, repr=False, eq=False, slots=slots)(one)
            _complete(new, frozen=frozen, slots=slots, eq=eq, order=order)
            return new

        return made if cls is None else made(cls)


def _complete(cls: Any, *, frozen: bool, slots: bool, eq: bool, order: bool) -> None:
    """Give a class the methods of a dataclass."""
    _later(cls, "__init__", lambda: _init(cls, frozen=frozen, slots=slots))
    if "__repr__" not in cls.__dict__:
        cls.__repr__ = _repr
    if frozen:
        cls.__setattr__, cls.__delattr__ = _no_setting, _no_deleting
        if slots:
            cls.__getstate__, cls.__setstate__ = _state, _restore
    if eq:
        _later(cls, "__eq__", lambda: _comparison(cls, "__eq__", "=="))
        cls.__hash__ = _hash(cls) if frozen else None
    for name, sign in _ORDER if order else ():
        _later(cls, name, partial(_comparison, cls, name, sign))


def _later(cls: Any, name: str, make: Callable[[], Any]) -> None:
    """Give a class a method that is made when it is first called."""

    def first(*args: Any, **more: Any) -> Any:
        made = make()
        setattr(cls, name, made)
        return made(*args, **more)

    setattr(cls, name, first)


def _compiled(cls: Any, name: str, parameters: list[str], body: list[str], scope: dict[str, Any]) -> Any:
    """Compile a method; its text is made of names of attributes and of nothing that was read."""
    exec(f"def {name}({', '.join(parameters)}):\n  " + "\n  ".join(body), scope)  # noqa: S102
    made = scope[name]
    made.__qualname__ = f"{cls.__qualname__}.{name}"
    return made


def _init(cls: Any, *, frozen: bool, slots: bool) -> Any:
    """Return the `__init__` of a class by its fields, as `dataclasses` has it."""
    scope: dict[str, Any] = {"_MISSING": MISSING, "_set": object.__setattr__}
    parameters, body = ["self"], []
    for index, one in enumerate(fields(cls)):
        value = _value(one, index, scope, parameters, slots=slots)
        if not value:
            continue
        if not frozen:
            body.append(f"self.{one.name} = {value}")
        elif slots:
            scope[f"_set{index}"] = getattr(cls, one.name).__set__
            body.append(f"_set{index}(self, {value})")
        else:
            body.append(f"_set(self, {one.name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    return _compiled(cls, "__init__", parameters, body or ["pass"], scope)


def _value(one: Field[Any], index: int, scope: dict[str, Any], parameters: list[str], *, slots: bool) -> str:
    """Return the code of a field's first value and add its parameter; nothing where the class itself has the value."""
    scope[f"_factory{index}"], scope[f"_default{index}"] = one.default_factory, one.default
    makes, has = one.default_factory is not MISSING, one.default is not MISSING
    if not one.init:
        return f"_factory{index}()" if makes else f"_default{index}" if has and slots else ""
    parameters.append(one.name + ("=_MISSING" if makes else f"=_default{index}" if has else ""))
    return f"_factory{index}() if {one.name} is _MISSING else {one.name}" if makes else one.name


def _comparison(cls: Any, name: str, sign: str) -> Any:
    compared = [one.name for one in fields(cls) if one.compare]
    own, its = (f"({''.join(f'{who}.{one}, ' for one in compared)})" for who in ("self", "other"))
    body = ["if other.__class__ is self.__class__:", f"  return {own} {sign} {its}", "return NotImplemented"]
    return _compiled(cls, name, ["self", "other"], body, {})


def _hash(cls: Any) -> Callable[[Any], int]:
    names = [one.name for one in fields(cls) if (one.compare if one.hash is None else one.hash)]
    if len(names) > 1:
        values = attrgetter(*names)
        return lambda self: hash(values(self))
    return lambda self: hash(tuple([getattr(self, name) for name in names]))


# --- what all records share


@recursive_repr()
def _repr(self: Any) -> str:
    shown = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{type(self).__qualname__}({shown})"


def _no_setting(self: Any, name: str, value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _no_deleting(self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, one.name) for one in fields(self)]


def _restore(self: Any, state: list[Any]) -> None:
    for one, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, one.name, value)
