"""Records are dataclasses: what holds of `dataclasses.dataclass` holds of `auditor.records.dataclass`."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, field, fields, is_dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor import records


class _Bodies:
    """Classes of one body for both decorators: the class, and how it is decorated."""

    @staticmethod
    def frozen(decorate: Any) -> Any:
        @decorate(frozen=True, slots=True, order=True)
        class Point:
            x: int
            y: int = 3
            label: str = field(default="", compare=False)
            seen: list[int] = field(default_factory=list, compare=False, repr=False)

        return Point

    @staticmethod
    def made_up(decorate: Any) -> Any:
        @decorate(frozen=True)
        class Made:
            x: int
            twice: int = field(init=False, compare=False)

            def __post_init__(self) -> None:
                object.__setattr__(self, "twice", 2 * self.x)

        return Made

    @staticmethod
    def changing(decorate: Any) -> Any:
        @decorate(slots=True)
        class Count:
            x: int = 0
            names: list[str] = field(default_factory=list)

        return Count

    @staticmethod
    def nothing(decorate: Any) -> Any:
        @decorate(frozen=True, slots=True)
        class Nothing:
            pass

        return Nothing

    @staticmethod
    def derived(decorate: Any) -> Any:
        @decorate(frozen=True, slots=True)
        class Base:
            x: int

        @decorate(frozen=True, slots=True)
        class Derived(Base):
            y: int = 1

        return Derived


def both(name: str) -> tuple[Any, Any]:
    body = getattr(_Bodies, name)
    return body(records.dataclass), body(dataclasses.dataclass)


@given(x=st.integers(), y=st.integers(), other=st.integers())
def test_values_compare_and_hash_alike(x: int, y: int, other: int) -> None:
    ours, theirs = both("frozen")
    for cls in (ours, theirs):
        assert cls(x) == cls(x, 3) == cls(x, 3, "named", [1])
        assert cls(x, y) != (x, y)
    pairs = [(cls(x, y), cls(other, y)) for cls in (ours, theirs)]
    results = [(a == b, a < b, a <= b, a > b, a >= b, repr(a).rpartition(".")[2], hash(a) == hash(b)) for a, b in pairs]
    assert results[0] == results[1]
    assert hash(ours(x, y)) == hash(theirs(x, y))


@pytest.mark.parametrize("name", ["frozen", "made_up", "changing", "nothing", "derived"])
def test_fields_and_instances_are_alike(name: str) -> None:
    ours, theirs = both(name)
    assert [(one.name, one.default, one.init, one.compare, one.repr) for one in fields(ours)] == [
        (one.name, one.default, one.init, one.compare, one.repr) for one in fields(theirs)
    ]
    arguments = (5,) if any(one.init for one in fields(ours)) else ()
    mine, other = ours(*arguments), theirs(*arguments)
    assert is_dataclass(mine)
    assert repr(mine).rpartition(".")[2] == repr(other).rpartition(".")[2]
    assert [getattr(mine, one.name) for one in fields(ours)] == [getattr(other, one.name) for one in fields(theirs)]
    assert copy.copy(mine) == copy.deepcopy(mine) == mine == ours(*arguments)
    assert getattr(ours, "__slots__", None) == getattr(theirs, "__slots__", None)
    with pytest.raises(TypeError):
        ours(*range(9))
    again: Any = replace(mine)  # type: ignore[type-var]
    assert again == mine


def test_what_is_frozen_stays_as_it_is() -> None:
    ours, _ = both("frozen")
    one = ours(1)
    for name in ("x", "new"):
        with pytest.raises(FrozenInstanceError):
            setattr(one, name, 2)
    with pytest.raises(FrozenInstanceError):
        del one.x
    assert replace(one, y=4) == ours(1, 4)
    assert ours(1).seen is not ours(1).seen
    changing, _ = both("changing")
    two = changing()
    two.x += 1
    assert two == changing(1)
    with pytest.raises(TypeError):
        hash(two)


@records.dataclass(frozen=True, slots=True)
class _Sent:
    """A value that goes to another process."""

    x: int
    more: tuple[int, ...] = ()


def test_a_record_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(_Sent(1, (2,)))) == _Sent(1, (2,))  # noqa: S301 - our own


def test_no_method_is_compiled_before_it_is_called() -> None:
    ours, _ = both("frozen")
    before = ours.__dict__["__init__"]
    ours(1)
    assert ours.__dict__["__init__"] is not before
