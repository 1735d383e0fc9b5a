"""A rulebook as the settings want it: tolerances, the conventions that may hold, the programs that reports are about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from auditor.errors import ConfigError, InputError
from auditor.rulebook import Rule, Rulebook
from auditor.selectors import ALL, closeness, nearest
from auditor.settings import Said, Settings

__all__ = ["tuned", "verify"]


def tuned(book: Rulebook, settings: Settings) -> Rulebook:
    """Return the rules with the tolerances and conventions of the settings, and the programs every report is about."""
    if not (settings.tolerances or settings.conventions or settings.frameworks):
        return book
    rules = tuple(_tuned(rule, settings) for rule in book.rules)
    return replace(book, rules=rules, frameworks=frozenset(settings.frameworks))


def _tuned(rule: Rule, settings: Settings) -> Rule:
    close = [(closeness(selector, rule), share) for selector, share in settings.tolerances]
    best = max((closely for closely, _ in close), default=-1)
    if best >= 0:
        rule = replace(rule, tolerance=next(share for closely, share in reversed(close) if closely == best))
    wanted = next((names for selector, names in reversed(settings.conventions) if closeness(selector, rule) == 100), None)
    if wanted is not None:
        kept = [one for one in rule.data["conventions"] if one["name"] in wanted]
        rule = replace(rule, data={**rule.data, "conventions": kept})
    return rule


def verify(settings: Settings, book: Rulebook) -> None:
    """Raise `ConfigError` with every name of a rule, a convention or a program in the settings that there is none of."""
    errors = [*_rules(settings, book), *_conventions(settings, book), *_frameworks(settings)]
    if errors:
        raise ConfigError(sorted(errors, key=lambda error: (error.path, error.line or 0, error.column or 0)))


def _error(message: str, said: Said | None) -> InputError:
    return InputError(message, path=said.path, line=said.line, column=said.column) if said else InputError(message)


def _rules(settings: Settings, book: Rulebook) -> Iterator[InputError]:
    for key, said in settings.places.items():
        name, _, selector = key.partition("\0")
        if name == "conventions" and not any(one == selector for one, _ in settings.conventions):
            continue  # the name of a convention, not of a rule
        if selector.upper() == ALL or any(closeness(selector, rule) >= 0 for rule in book.rules):
            continue
        near = nearest(selector, book.rules)
        advice = f"did you mean {near}?" if near else "`audit rule --all` lists every rule"
        yield _error(f"{name}: no rule, category or code prefix is called {selector!r}; {advice}", said)


def _conventions(settings: Settings, book: Rulebook) -> Iterator[InputError]:
    for selector, names in settings.conventions:
        rules = [rule for rule in book.rules if closeness(selector, rule) == 100]
        for name in names if rules else ():
            known = [one["name"] for one in rules[0].data["conventions"]]
            if name not in known:
                has = f"it has {', '.join(known)}" if known else "it has none"
                yield _error(f"conventions: {rules[0].name} has no convention {name!r}; {has}", settings.places.get(f"conventions\0{name}"))


def _frameworks(settings: Settings) -> Iterator[InputError]:
    from auditor import index

    known = index.data("frameworks")
    for name in settings.frameworks:
        if name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name.casefold(), known, n=1)
            advice = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
            yield _error(f"frameworks: {name!r} is not known; {advice}", settings.said.get("frameworks"))
