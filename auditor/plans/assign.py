"""Which claims must hold together: one plan per configuration a report holds.

Most reports describe one configuration (`main`). Others hold several: a table whose rows are configurations, an array of
objects, sibling sections that each state degrees of their own (prefill and decode, option A and option B), a strategy string that
is quoted only to be rejected. Each becomes a plan; what a report says outside of them holds for all.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from fractions import Fraction

from auditor.claims.labels import find_any
from auditor.claims.lexicon import Lexicon
from auditor.claims.model import Claim, Role
from auditor.findings import Confidence
from auditor.plans.layouts import DEGREES
from auditor.plans.model import Plan
from auditor.plans.nearby import beside_others
from auditor.plans.titled import TITLED, titled
from auditor.plans.variants import VARIANT, with_records, with_variants
from auditor.statements import Document, Kind, LabelKind, Statement, place_of

__all__ = ["MAIN", "RUN", "assign"]

MAIN = "main"
PREVIOUS = "previous"
EXAMPLE = "example"
PARAGRAPH = "paragraph "
RUN = "run "
"""Before the path of an object that holds a launch command."""
ENTRY = "entry "
"""Before the number of a dated entry."""

_CONFIGURES = DEGREES | frozenset(
    (
        "gpus",
        "gpus.per_node",
        "batch.global",
        "batch.micro",
        "nodes",
        "batch.sequence_length",
        "parallel.virtual_pipeline",
        "batch.accumulation",
        "experts.redundant",
    )
)
_CLUSTER = frozenset(("gpus", "nodes", "gpus.per_node", "gpus.per_stage", "gpus.per_replica", "gpus.per_group"))
"""What each configuration has of its own."""
_REJECTED = frozenset(
    (
        "mismatch conflict conflicting previous original instead error incorrect wrong infeasible invalid inconsistent "
        "inconsistency issue problem reject exceed impossible old former earlier unlike"
    ).split()
)


def assign(document: Document, claims: Sequence[Claim], lexicon: Lexicon) -> tuple[tuple[Claim, ...], tuple[Plan, ...]]:
    """Give each claim its plan and return the claims and the plans, `main` first."""
    statements = document.statements
    claims, titles = _entries(statements, _members(statements, claims), lexicon)
    claims = with_records(statements, claims, titles, MAIN)
    claims = _rejected(statements, claims, lexicon)
    claims = beside_others(statements, claims, lexicon)
    claims, named = titled(statements, claims, lexicon)
    titles |= {id_: (title, True) for id_, title in named.items()}
    claims, rows, seconds = _rows(statements, claims)
    titles |= rows
    claims = _columns(statements, claims, titles)
    claims = with_variants(statements, claims, lexicon, titles, MAIN)
    claims = _arrays(statements, claims, titles)
    claims = _launched(statements, claims, titles)
    claims = _engines(statements, claims, titles)
    claims = _recipes(document, claims, titles)
    claims = _sections(statements, claims, titles)
    claims = _paragraphs(statements, claims, titles)
    claims = tuple(
        replace(claim, plan=PREVIOUS if claim.role is Role.PREVIOUS else EXAMPLE)
        if (claim.plan == MAIN or claim.plan.startswith("section ")) and claim.role in (Role.PREVIOUS, Role.EXAMPLE)
        else claim
        for claim in claims
    )
    claims = _what_if(statements, claims, titles)
    return claims, tuple(_plans(claims, titles, seconds, _baselines(statements, claims, titles)))


def _what_if(statements: Sequence[Statement], claims: Sequence[Claim], titles: dict[str, tuple[str, bool]]) -> tuple[Claim, ...]:
    """Give an example that states GPUs and degrees in one list, table or block a plan of its own."""
    groups: dict[int, list[int]] = defaultdict(list)
    for index, claim in enumerate(claims):
        if claim.plan == EXAMPLE and not claim.source:
            groups[statements[claim.statement].group].append(index)
    result = list(claims)
    for group, indices in groups.items():
        values: dict[str, set[Fraction | None]] = defaultdict(set)
        for index in indices:
            if claims[index].quantity in _CONFIGURES:
                values[claims[index].quantity].add(claims[index].interval.low)
        degrees = values.keys() & DEGREES
        if "gpus" not in values or len(degrees) < 2 or any(len(found) > 1 for found in values.values()):
            continue
        id_ = f"{EXAMPLE} {group}"
        titles[id_] = ("an example", True)
        for index in indices:
            result[index] = replace(claims[index], plan=id_)
    return tuple(result)


def _baselines(
    statements: Sequence[Statement], claims: Sequence[Claim], titles: dict[str, tuple[str, bool]]
) -> Mapping[str, Sequence[Claim]]:
    """Return, for each section on a baseline that states a configuration, its claims as what is and not as what was.

    What a report compares itself with was not given up as wrong: the figures of a baseline have to agree with each other.
    """
    sections: dict[tuple[int, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        label = None if claim.source else _baseline(statements[claim.statement])
        if label is not None and claim.role in (Role.ACTUAL, Role.PREVIOUS):
            sections[label].append(claim)
    found: dict[str, Sequence[Claim]] = {}
    for (start, title), mine in sections.items():
        degrees = {claim.quantity for claim in mine if claim.quantity in DEGREES and claim.interval.is_exact}
        if len(degrees) < 2 or not any(claim.role is Role.PREVIOUS for claim in mine):
            continue
        id_ = f"section {start}"
        titles.setdefault(id_, (title, True))
        found[id_] = [replace(claim, role=Role.ACTUAL, plan=id_) for claim in mine]
    return found


def _baseline(statement: Statement) -> tuple[int, str] | None:
    """Return the outermost title above a statement that opens with "baseline", and where it stands."""
    for label in statement.path:
        if label.kind in (LabelKind.HEADING, LabelKind.KEY) and _is_baseline(label.text.content):
            return label.text.whole.start, label.text.content
    return None


def _is_baseline(title: str) -> bool:
    return title.lower().lstrip("0123456789.) ").startswith("baseline")


def _is_compared(title: str) -> bool:
    """Tell whether a title names what is compared with a baseline."""
    return title.lower().lstrip("0123456789.) ").startswith(("proposed", "our ", "optimized", "optimised", "new ", "improved"))


def _plans(
    claims: Sequence[Claim],
    titles: Mapping[str, tuple[str, bool]],
    seconds: Mapping[str, tuple[str, Mapping[int, int]]],
    baselines: Mapping[str, Sequence[Claim]],
) -> Iterable[Plan]:
    own: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        own[claim.plan].append(claim)
    own.update({id_: list(mine) for id_, mine in baselines.items()})
    main = tuple(own[MAIN])
    yield Plan(MAIN, "the plan", main)
    for id_ in own:
        if id_.startswith("alternative on "):
            yield Plan(id_, "an alternative", tuple(own[id_]))
    for id_, (title, inherits) in titles.items():
        mine = own.get(id_, [])
        if not mine:
            continue
        # Experts in all are often counted over GPUs or layers: what a layer has stays as it is said for all.
        said = {claim.quantity for claim in mine if claim.quantity != "model.experts" or claim.scope.per != "total"}
        if id_.startswith((EXAMPLE, RUN, PARAGRAPH, VARIANT, TITLED)):
            said |= _CONFIGURES  # what is not said of another configuration is not known to stay as it is
        elif id_ in baselines:
            said |= DEGREES
        inherited = tuple(claim for claim in main if claim.quantity not in said and _inheritable(claim, said)) if inherits else ()
        yield Plan(id_, title, (*mine, *inherited), MAIN if inherits else "")
    for id_, (title, swaps) in seconds.items():
        swapped = [
            claims[swaps[index]] if index in swaps else claim
            for index, claim in enumerate(claims)
            if claim.plan == id_.removesuffix("/2") and index not in swaps.values()
        ]
        yield Plan(id_, title, tuple(swapped))


def _inheritable(claim: Claim, said: Set[str]) -> bool:
    """Tell whether what is said of all configurations holds for one: nothing of a member, and GPUs only where
    it has no count of its own."""
    if claim.scope.member:
        return False
    if claim.quantity in _CLUSTER:
        return said.isdisjoint(_CLUSTER) and (claim.quantity != "gpus" or claim.scope.per == "total")
    return True


def _members(statements: Sequence[Statement], claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Let the position in an array say which member a claim speaks of; the one element of an array without a name is no member."""
    alone = _alone(statements)
    result = []
    for claim in claims:
        path = statements[claim.statement].path
        places = [
            position for position, label in enumerate(path[:-1]) if label.kind is LabelKind.INDEX and label.text.whole.start not in alone
        ]
        if places and not claim.scope.member:
            last = places[-1]
            name = path[last - 1].text.content if last else ""
            claim = replace(claim, scope=replace(claim.scope, member=f"{name}[{path[last].text.content}]"))
        result.append(claim)
    return tuple(result)


def _alone(statements: Sequence[Statement]) -> set[int]:
    """Return where the element starts, for each array that has no key and no other element: a whole file or fence, `[{"gpus": 8}]`."""
    elements: dict[tuple[object, ...], set[int]] = defaultdict(set)
    for statement in statements:
        for position, label in enumerate(statement.path):
            if label.kind is LabelKind.INDEX:
                elements[place_of(statement.path[:position])].add(label.text.whole.start)
            if label.kind in (LabelKind.INDEX, LabelKind.KEY):
                break
    return {start for starts in elements.values() if len(starts) == 1 for start in starts}


def _entries(
    statements: Sequence[Statement], claims: Sequence[Claim], lexicon: Lexicon
) -> tuple[tuple[Claim, ...], dict[str, tuple[str, bool]]]:
    """Give each dated entry of a list of news or changes a plan of its own, for it tells of another thing at another time."""
    dated: dict[int, list[int]] = defaultdict(list)
    for index, statement in enumerate(statements):
        if statement.kind is Kind.ITEM and statement.depth == 0:
            own = statement.path[-1] if statement.path and statement.path[-1].kind is LabelKind.ITEM else None
            if lexicon.vocabulary.opens_with_date(own.text.content if own else statement.value.content):
                dated[statement.group].append(index)
    heads = {index for found in dated.values() if len(found) > 1 for index in found}
    result, titles = list(claims), {}
    for position, claim in enumerate(claims):
        if claim.source:
            continue
        head: int | None = claim.statement
        while head is not None and head not in heads:
            head = statements[head].parent
        if head is not None:
            titles[f"{ENTRY}{head}"] = ("a dated entry", False)
            result[position] = replace(claim, plan=f"{ENTRY}{head}")
    return tuple(result), titles


def _degree_values(claims: Iterable[Claim]) -> dict[str, Counter[Fraction]]:
    found: dict[str, Counter[Fraction]] = defaultdict(Counter)
    for claim in claims:
        if claim.quantity in DEGREES and claim.role is Role.ACTUAL and claim.interval.is_exact and claim.interval.low is not None:
            found[claim.quantity][claim.interval.low] += {Confidence.HIGH: 3, Confidence.MEDIUM: 2, Confidence.LOW: 1}[claim.confidence]
    return found


def _rejected(statements: Sequence[Statement], claims: Sequence[Claim], lexicon: Lexicon) -> tuple[Claim, ...]:
    """Take a strategy string that differs from the report's own degrees, in a sentence of rejection, for a former plan."""
    values = _degree_values(claims)
    main = {quantity: max(counter, key=lambda value: counter[value]) for quantity, counter in values.items()}
    result = list(claims)
    by_statement: dict[int, list[int]] = defaultdict(list)
    for index, claim in enumerate(claims):
        by_statement[claim.statement].append(index)
    listed = _listed(statements, claims, by_statement)
    for statement, indices in by_statement.items():
        text = statements[statement].value.content
        if statement in listed:
            for index in indices:
                if result[index].role is Role.ACTUAL:
                    result[index] = replace(result[index], plan=f"alternative on {statement}")
            continue
        for run in _runs(claims, indices, text):
            degrees = [claims[index] for index in run if claims[index].quantity in DEGREES]
            wrong = [claim for claim in degrees if claim.interval.is_exact and claim.interval.low != main.get(claim.quantity)]
            if len(degrees) < 2 or len(wrong) < 2 or 2 * len(wrong) < len(degrees):
                continue
            words = lexicon.normalize(text)
            labels = [word for label in statements[statement].path[-1:] for word in lexicon.normalize(label.text.content)]
            if not (find_any(words, tuple(_REJECTED)) or find_any(labels, tuple(_REJECTED))):
                if len(degrees) >= 3 and statements[statement].kind is not Kind.HEADING:
                    for index in run:
                        result[index] = (
                            replace(result[index], plan=f"alternative on {statement}")
                            if result[index].role is Role.ACTUAL
                            else result[index]
                        )
                continue
            for index in run:
                if result[index].role is Role.ACTUAL and result[index].quantity != "gpus.available":
                    result[index] = replace(result[index], role=Role.PREVIOUS)
    return tuple(result)


def _listed(statements: Sequence[Statement], claims: Sequence[Claim], by_statement: Mapping[int, Sequence[int]]) -> set[int]:
    """Return the bullets of lists in which several each state a layout of their own, and disagree."""
    layouts: dict[int, dict[int, dict[str, Fraction | None]]] = defaultdict(dict)
    for statement, indices in by_statement.items():
        if statements[statement].kind is not Kind.ITEM:
            continue
        degrees = {claims[index].quantity: claims[index].interval.low for index in indices if claims[index].quantity in DEGREES}
        if len(degrees) >= 3:
            layouts[statements[statement].group][statement] = degrees
    found: set[int] = set()
    for members in layouts.values():
        if len({tuple(sorted(degrees.items())) for degrees in members.values()}) > 1:
            found |= set(members)
    return found


def _runs(claims: Sequence[Claim], indices: Sequence[int], text: str) -> Iterable[list[int]]:
    """Group the claims of one statement that stand close together: a strategy string and the count that follows it."""
    run: list[int] = []
    for index in indices:
        if run and claims[index].span.start - claims[run[-1]].span.end > 14:
            yield run
            run = []
        if run and claims[index].quantity in {claims[other].quantity for other in run}:
            yield run
            run = []
        run.append(index)
    if run:
        yield run


def _rows(
    statements: Sequence[Statement], claims: Sequence[Claim]
) -> tuple[tuple[Claim, ...], dict[str, tuple[str, bool]], dict[str, tuple[str, dict[int, int]]]]:
    """Give each row of a table of configurations a plan of its own, two where cells hold a second value in brackets."""
    tables: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for index, claim in enumerate(claims):
        cell = statements[claim.statement].cell
        if cell is not None and statements[claim.statement].kind is Kind.CELL and not claim.source:
            tables[cell.table][cell.row].append(index)
    result = list(claims)
    titles: dict[str, tuple[str, bool]] = {}
    seconds: dict[str, tuple[str, dict[int, int]]] = {}
    for table, rows in tables.items():
        kinds = [frozenset(claims[index].quantity for index in indices) & _CONFIGURES for indices in rows.values()]
        if sum(len(kind) >= 2 for kind in kinds) < 2 and max(map(len, kinds)) < 4:
            continue
        for row, indices in rows.items():
            if _holds_layouts(statements, claims, indices):
                for index in indices:
                    cell = statements[claims[index].statement].cell
                    id_ = f"table {table} row {row} column {cell.column if cell else 0}"
                    titles[id_] = (id_, False)
                    result[index] = replace(result[index], plan=id_)
                continue
            id_ = f"table {table} row {row}"
            first = statements[claims[indices[0]].statement]
            row_label = next((label.text.content for label in first.path if label.kind is LabelKind.ROW), "")
            titles[id_] = (row_label or f"row {row + 1}", False)
            swaps: dict[int, int] = {}
            by_cell: dict[int, list[int]] = defaultdict(list)
            for index in indices:
                result[index] = replace(result[index], plan=id_)
                by_cell[claims[index].statement].append(index)
            for cell_indices in by_cell.values():
                if len(cell_indices) == 2 and claims[cell_indices[0]].quantity == claims[cell_indices[1]].quantity:
                    text = statements[claims[cell_indices[0]].statement].value.content
                    if text.rstrip().endswith(")") and "(" in text:
                        swaps[cell_indices[0]] = cell_indices[1]
            if swaps:
                seconds[f"{id_}/2"] = (f"{row_label} (second configuration)", swaps)
                for second in swaps.values():
                    result[second] = replace(result[second], plan=f"{id_}/2")
    # A second value belongs to the second configuration only; the plan is built from the row by swapping.
    return tuple(result), titles, seconds


def _columns(statements: Sequence[Statement], claims: Sequence[Claim], titles: dict[str, tuple[str, bool]]) -> tuple[Claim, ...]:
    """Give the columns of a table plans of their own where its rows are quantities and several columns state configurations."""
    tables: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for index, claim in enumerate(claims):
        statement = statements[claim.statement]
        if (
            statement.cell is not None
            and statement.kind is Kind.CELL
            and not claim.source
            and claim.plan == MAIN
            and claim.role is Role.ACTUAL
        ):
            tables[statement.cell.table][statement.cell.column].append(index)
    result = list(claims)
    for table, columns in tables.items():
        stated: dict[int, dict[str, Fraction]] = {}
        for column, indices in columns.items():
            rows = {claims[index].quantity: index for index in indices if claims[index].quantity in _CONFIGURES}
            layout = {quantity: claims[index].interval.low for quantity, index in rows.items() if claims[index].interval.is_exact}
            if len(layout) >= 2:
                stated[column] = {quantity: value for quantity, value in layout.items() if value is not None}
        if len(stated) < 2 or not _disagree(list(stated.values())):
            continue
        for column in stated:
            id_ = f"table {table} column {column}"
            path = statements[claims[columns[column][0]].statement].path
            titles[id_] = (next((label.text.content for label in path if label.kind is LabelKind.COLUMN), f"column {column + 1}"), False)
            for index in columns[column]:
                named = statements[claims[index].statement].path[-2:]
                sure = claims[index].context in [label.text.whole for label in named if label.kind is LabelKind.ROW]
                # Under "Run A" a row is read with doubt; in a table of configurations it is just what it says.
                confidence = Confidence.HIGH if sure else claims[index].confidence
                result[index] = replace(claims[index], plan=id_, confidence=confidence)
    return tuple(result)


def _holds_layouts(statements: Sequence[Statement], claims: Sequence[Claim], indices: Sequence[int]) -> bool:
    """Tell whether two cells of a row each hold a layout of their own (`TP=4 PP=12` on one system, `TP=2 PP=3` on another)."""
    cells: dict[int, set[str]] = defaultdict(set)
    for index in indices:
        if claims[index].quantity in DEGREES:
            cells[claims[index].statement].add(claims[index].quantity)
    columns = {cell.column for statement, degrees in cells.items() if len(degrees) >= 2 and (cell := statements[statement].cell)}
    return len(columns) >= 2


def _arrays(statements: Sequence[Statement], claims: Sequence[Claim], titles: dict[str, tuple[str, bool]]) -> tuple[Claim, ...]:
    """Give the objects of an array plans of their own where each states a configuration."""
    groups: dict[tuple[str, ...], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for index, claim in enumerate(claims):
        if claim.plan != MAIN or claim.source:
            continue
        path = statements[claim.statement].path
        for position, label in enumerate(path):
            if label.kind is LabelKind.INDEX:
                groups[tuple(item.text.content for item in path[:position])][label.text.content].append(index)
                break
    result = list(claims)
    for above, members in groups.items():
        kinds = [frozenset(claims[index].quantity for index in indices) & _CONFIGURES for indices in members.values()]
        if len(members) < 2 or sum(len(kind) >= 2 for kind in kinds) < 2:
            continue
        for name, indices in members.items():
            id_ = f"{'.'.join(above)}[{name}]"
            titles[id_] = (id_, True)
            for index in indices:
                result[index] = replace(result[index], plan=id_, scope=replace(result[index].scope, member=""))
    return tuple(result)


def _launched(statements: Sequence[Statement], claims: Sequence[Claim], titles: dict[str, tuple[str, bool]]) -> tuple[Claim, ...]:
    """Give the objects that hold a launch command each plans of their own, where there are several."""

    def route(statement: Statement) -> tuple[tuple[str, int], ...]:
        """Return the keys and positions above a statement, up to the program it is a flag of."""
        found = []
        for label in statement.path:
            if label.kind is LabelKind.PROGRAM:
                break
            if label.kind in (LabelKind.KEY, LabelKind.INDEX):
                found.append((label.text.content, label.text.whole.start if label.kind is LabelKind.KEY else -1))
        return tuple(found)

    holders: dict[tuple[tuple[str, int], ...], str] = {}
    for statement in statements:
        if any(label.kind is LabelKind.PROGRAM for label in statement.path):
            path = route(statement)
            last = max((position for position, (_, start) in enumerate(path) if start >= 0), default=-1)
            if last > 0:
                holders.setdefault(path[:last], path[last - 1][0])
    if len(holders) < 2:
        return tuple(claims)
    result = list(claims)
    for index, claim in enumerate(claims):
        if claim.plan != MAIN or claim.source:
            continue
        path = route(statements[claim.statement])
        owner = next((path[:size] for size in range(len(path), 0, -1) if path[:size] in holders), None)
        if owner is not None:
            id_ = RUN + ".".join(name for name, _ in owner)
            titles[id_] = (holders[owner], True)
            result[index] = replace(claim, plan=id_, scope=replace(claim.scope, member=""))
    return tuple(result)


def _engines(statements: Sequence[Statement], claims: Sequence[Claim], titles: dict[str, tuple[str, bool]]) -> tuple[Claim, ...]:
    """Give the degrees that an object of a configuration states for one phase a plan of their own, where the GPUs stand outside of it.

    `generation: {vllm: {tp: 32}}` beside `cluster: {nodes: 32}`: there are as many such engines as the GPUs hold.
    """

    def route(claim: Claim) -> tuple[str, ...]:
        statement = statements[claim.statement]
        return tuple(f"{label.text.content}@{label.text.whole.start}" for label in statement.path[:-1] if label.kind is LabelKind.KEY)

    entries = [
        index
        for index, claim in enumerate(claims)
        if claim.plan == MAIN and not claim.source and claim.role is Role.ACTUAL and statements[claim.statement].kind is Kind.ENTRY
    ]
    if not any(claims[index].quantity in _CLUSTER and not claims[index].scope.phase for index in entries):
        return tuple(claims)
    degrees = [index for index in entries if claims[index].quantity in DEGREES and claims[index].scope.phase]
    owners = {route(claims[index]) for index in degrees} - {()}
    result = list(claims)
    for index in entries:
        owner = route(claims[index])
        if owner in owners and claims[index].scope.phase and claims[index].quantity in _CONFIGURES:
            id_ = RUN + ".".join(part.partition("@")[0] for part in owner)
            titles[id_] = (owner[-1].partition("@")[0], True)
            result[index] = replace(claims[index], plan=id_)
    return tuple(result)


def _recipes(document: Document, claims: Sequence[Claim], titles: dict[str, tuple[str, bool]]) -> tuple[Claim, ...]:
    """Give launches plans of their own on a page of recipes, where one program is launched (one function called) with several layouts.

    What such a page says outside of them is of this recipe or that: where it says several things, each stands alone.
    """
    statements = document.statements
    launches: dict[tuple[str, int], dict[str, set[Fraction | None]]] = {}
    members: dict[tuple[str, int], list[int]] = defaultdict(list)
    together: set[str] = set()
    found: dict[int, tuple[str, int] | None] = {}
    for index, statement in enumerate(statements):
        found[index] = launch = _launch(document, statement)
        if launch is not None:
            launches.setdefault(launch, defaultdict(set))
            if statement.path[-1].text.content.lstrip("-").replace("-", "_") in _RANKS:
                together.add(launch[0])
    for index, claim in enumerate(claims):
        launch = None if claim.source else found[claim.statement]
        if launch is not None and claim.plan == MAIN:
            members[launch].append(index)
            if claim.quantity in _LAID_OUT and claim.role is Role.ACTUAL and claim.interval.is_exact:
                launches[launch][claim.quantity].add(claim.interval.low)
    programs: dict[str, list[Mapping[str, set[Fraction | None]]]] = defaultdict(list)
    for (program, _), layout in launches.items():
        programs[program].append(layout)
    several = {
        program for program, layouts in programs.items() if program not in together and any(layout != layouts[0] for layout in layouts)
    }
    if not several:
        return tuple(claims)
    result = list(claims)
    for launch, indices in members.items():
        if launch[0] in several:
            id_ = f"{RUN}{launch[1]}"
            titles[id_] = (launch[0], True)
            for index in indices:
                result[index] = replace(result[index], plan=id_)
    said: dict[str, list[int]] = defaultdict(list)
    for index, claim in enumerate(result):
        if claim.plan == MAIN and claim.role is Role.ACTUAL and not claim.source and claim.quantity in _CONFIGURES:
            said[claim.quantity].append(index)
    for indices in said.values():
        if len({result[index].interval for index in indices}) > 1:
            for index in indices:
                result[index] = replace(result[index], plan=f"alternative on {result[index].statement}")
    return tuple(result)


_LAID_OUT = DEGREES | _CLUSTER
_RANKS = frozenset("node_rank machine_rank rank nnodes".split())
"""Flags of commands that start one job together."""


def _launch(document: Document, statement: Statement) -> tuple[str, int] | None:
    """Return the program or function that a statement is an argument of, and which launch or call of it."""
    if statement.kind is Kind.FLAG:
        programs = [label.text.content for label in statement.path if label.kind is LabelKind.PROGRAM]
        return (programs[-1], statement.group) if programs else None
    if statement.kind is Kind.ENTRY:
        for label in statement.path[:-1]:
            end = label.text.whole.end
            if label.kind is LabelKind.KEY and document.source.text[end : end + 1] == "(":
                return label.text.content, label.text.whole.start
    return None


def _sections(statements: Sequence[Statement], claims: Sequence[Claim], titles: dict[str, tuple[str, bool]]) -> tuple[Claim, ...]:
    """Split sibling sections (or sibling keys) that each state degrees of their own and disagree."""
    result = list(claims)

    def headings(statement: Statement) -> tuple[tuple[str, int], ...]:
        kinds = (LabelKind.HEADING, LabelKind.KEY)
        found = []
        for label in statement.path:
            if label.kind in kinds:
                found.append((label.text.content, label.text.whole.start))
        if statement.kind is Kind.HEADING:
            found.append((statement.value.content, statement.value.whole.start))
        return tuple(found)

    heads = {label.text.whole.start for statement in statements for label in statement.path if label.kind is LabelKind.HEADING}
    paths = {claim.statement: headings(statements[claim.statement]) for claim in claims if not claim.source}
    for depth in range(4):
        siblings: dict[tuple[tuple[str, int], ...], dict[tuple[str, int], list[int]]] = defaultdict(lambda: defaultdict(list))
        below: dict[tuple[str, int], list[int]] = defaultdict(list)
        for index, claim in enumerate(result):
            path = paths.get(claim.statement, ())
            if len(path) > depth:
                below[path[depth]].append(index)
            if claim.plan == MAIN and claim.role is Role.ACTUAL and len(path) > depth:
                siblings[path[:depth]][path[depth]].append(index)
        for children in siblings.values():
            told: dict[tuple[str, int], dict[str, Fraction]] = {}
            for child, indices in children.items():
                values = _degree_values(result[index] for index in indices)
                told[child] = {quantity: next(iter(counter)) for quantity, counter in values.items() if len(counter) == 1}
            stated = {child: degrees for child, degrees in told.items() if len(degrees) >= 2}
            if any(_is_baseline(title) for title, _ in stated) and len(stated) == 1:
                compared = [child for child in told if _is_compared(child[0])]
                for child in (*stated, *compared) if compared else ():
                    id_ = f"section {child[1]}"
                    titles[id_] = (child[0], True)
                    for index in below[child]:
                        if result[index].plan == MAIN:
                            result[index] = replace(result[index], plan=id_)
                continue
            if len(stated) < 2 or not _disagree(list(stated.values())):
                continue
            coded = all(
                statements[result[index].statement].kind in (Kind.ENTRY, Kind.FLAG) and result[index].plan == MAIN
                for child in stated
                for index in children[child]
                if result[index].quantity in DEGREES
            )
            whole = (coded and all(label[1] in heads for label in stated)) or all(
                _complete(result[index] for index in children[child]) for child in stated
            )
            if not whole and not _alternatives([child[0] for child in stated]):
                continue
            for child in (*stated, *_alike(statements, headings, depth, stated, children, heads)):
                id_ = f"section {child[1]}"
                titles[id_] = (child[0], True)
                for index in below[child]:
                    if result[index].plan == MAIN:
                        result[index] = replace(result[index], plan=id_)
    return tuple(result)


def _paragraphs(statements: Sequence[Statement], claims: Sequence[Claim], titles: dict[str, tuple[str, bool]]) -> tuple[Claim, ...]:
    """Give paragraphs plans of their own where each tells a configuration and no two of them the same one."""
    told: dict[int, list[int]] = defaultdict(list)
    for index, claim in enumerate(claims):
        if claim.plan == MAIN and claim.role is Role.ACTUAL and not claim.source and statements[claim.statement].kind is Kind.SENTENCE:
            told[statements[claim.statement].group].append(index)
    layouts: dict[int, dict[str, Fraction]] = {}
    for group, indices in told.items():
        values: dict[str, set[Fraction | None]] = defaultdict(set)
        for index in indices:
            if claims[index].quantity in DEGREES | {"gpus"} and claims[index].interval.is_exact:
                values[claims[index].quantity].add(claims[index].interval.low)
        settled = {quantity: next(iter(found)) for quantity, found in values.items() if len(found) == 1}
        layout = {quantity: value for quantity, value in settled.items() if value is not None}
        if len(layout.keys() & DEGREES) >= 2 and "gpus" in values:
            layouts[group] = layout
    apart = _differ(layouts)
    result = list(claims)
    ids = {group: f"{PARAGRAPH}{group}" for group in apart}
    titles.update((id_, ("a paragraph", True)) for id_ in ids.values())
    for index, claim in enumerate(claims):
        if claim.plan == MAIN and not claim.source and statements[claim.statement].group in ids:
            result[index] = replace(claim, plan=ids[statements[claim.statement].group])
    return tuple(result)


def _differ(layouts: Mapping[int, Mapping[str, Fraction]]) -> list[int]:
    """Return the paragraphs whose layout differs from that of another in a degree, and in a second degree or the GPUs."""
    degrees = {group: frozenset((name, value) for name, value in layout.items() if name in DEGREES) for group, layout in layouts.items()}
    gpus: dict[frozenset[tuple[str, Fraction]], set[Fraction]] = defaultdict(set)
    for group, layout in layouts.items():
        gpus[degrees[group]].update([layout["gpus"]] if "gpus" in layout else [])
    others: dict[frozenset[tuple[str, Fraction]], tuple[bool, set[Fraction]]] = {}
    for one in gpus:
        mine = dict(one)
        many, counts = False, set[Fraction]()
        for other, counted in gpus.items():
            changed = sum(mine.get(name, value) != value for name, value in other)
            many = many or changed > 1
            if changed:
                counts |= counted
        others[one] = (many, counts)
    found = []
    for group, layout in layouts.items():
        many, counts = others[degrees[group]]
        if many or ("gpus" in layout and counts - {layout["gpus"]}):
            found.append(group)
    return found


def _alike(
    statements: Sequence[Statement],
    headings: Callable[[Statement], tuple[tuple[str, int], ...]],
    depth: int,
    stated: Collection[tuple[str, int]],
    children: Collection[tuple[str, int]],
    heads: Collection[int],
) -> list[tuple[str, int]]:
    """Return the objects built like those that hold configurations (the same keys inside): they are runs of their own as well."""
    if any(child[1] in heads for child in stated):
        return []
    inside: dict[tuple[str, int], set[str]] = {child: set() for child in children}
    for statement in statements:
        path = headings(statement)
        if len(path) > depth + 1 and path[depth] in inside:
            inside[path[depth]].add(path[depth + 1][0])
    shared = set.intersection(*(inside[child] for child in stated))
    return [child for child in children if child not in stated and 2 * len(inside[child] & shared) >= max(4, len(shared))]


_ALTERNATIVE = (
    "option alternative prefill decode strategy configuration config plan scenario phase variant case approach training inference small "
    "large mode proposal setup baseline layout experiment example node"
).split()


def _alternatives(titles: Sequence[str]) -> bool:
    """Tell whether the titles read as alternatives: they share a word that numbers variants, or name different phases."""
    lowered = [title.lower() for title in titles]
    return all(any(word in title for word in _ALTERNATIVE) for title in lowered)


def _complete(claims: Iterable[Claim]) -> bool:
    """Tell whether a section states a whole configuration: a model or GPUs beside degrees and more."""
    said = {claim.quantity for claim in claims if claim.role is Role.ACTUAL}
    return len(said & _CONFIGURES) >= 3 and bool(said & {"model.layers", "model.hidden", "gpus", "model.params", "batch.global"})


def _disagree(stated: Sequence[Mapping[str, Fraction]]) -> bool:
    first: dict[str, Fraction] = {}
    return any(first.setdefault(quantity, value) != value for one in stated for quantity, value in one.items())
