"""Random expressions of the relation language, as trees."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from auditor.relations.language import Binary, Call, Comparison, Expression, Logic, Name, Negation, Number

NAMES = ("gpus", "tp", "pp", "dp", "weights")

numbers = st.integers(0, 40).map(lambda value: Number(Fraction(value)))
decimals = st.tuples(st.integers(0, 999), st.integers(0, 3)).map(lambda pair: Number(Fraction(pair[0], 10 ** pair[1])))
leaves = st.one_of(numbers, decimals, st.sampled_from(NAMES).map(Name))


def _larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.one_of(
        st.builds(Binary, st.sampled_from(("+", "-", "*", "/", "//", "%")), inner, inner),
        st.builds(Binary, st.just("**"), inner, st.integers(0, 3).map(lambda value: Number(Fraction(value)))),
        st.builds(Negation, inner, st.just(False)),
        st.builds(Call, st.sampled_from(("min", "max", "sum")), st.tuples(inner, inner)),
        st.builds(Call, st.sampled_from(("ceil", "floor", "abs")), st.tuples(inner)),
    )


arithmetic: st.SearchStrategy[Expression] = st.recursive(leaves, _larger, max_leaves=6)
comparisons = st.builds(Comparison, st.sampled_from(("==", "!=", "<", "<=", ">", ">=")), arithmetic, arithmetic)


def _joined(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.one_of(
        st.builds(Logic, st.sampled_from(("and", "or")), st.tuples(inner, inner)),
        st.builds(Negation, inner, st.just(True)),
    )


conditions: st.SearchStrategy[Expression] = st.recursive(comparisons, _joined, max_leaves=3)
bindings = st.fixed_dictionaries({name: st.fractions(Fraction(1, 8), 64, max_denominator=8) for name in NAMES})
