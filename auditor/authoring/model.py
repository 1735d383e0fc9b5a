"""What a rule file may say. The JSON Schema of `rules/rule.schema.json` is generated from these models.

Short forms are part of the format: `uses: [gpus, tp]` stands for actual claims of the whole plan, a single string stands
for a list of one. `auditor.authoring.validate` checks a file against the schema first, so that each error has its place.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from auditor.findings import CATEGORIES

__all__ = ["ConventionModel", "PowerModel", "RepairModel", "RuleModel", "SelectorModel", "schema"]

Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Formula = Annotated[str, StringConstraints(min_length=1, max_length=600)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Quantity = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]*$", max_length=60)]

RoleName = Literal["actual", "target", "limit", "previous", "example"]
PerName = Literal[
    "any",
    "unsaid",
    "total",
    "cluster",
    "gpu",
    "stage",
    "replica",
    "node",
    "group",
    "layer",
    "expert",
    "head",
    "parameter",
    "token",
    "sequence",
    "request",
    "user",
    "batch",
    "microbatch",
    "step",
    "iteration",
    "forward pass",
    "second",
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SelectorModel(_Strict):
    """Which claims of a plan may stand for one name of the rule."""

    quantity: Annotated[Quantity, Field(description="Id or symbol of a quantity of the lexicon.")]
    role: Annotated[
        RoleName | Annotated[list[RoleName], Field(min_length=1)],
        Field(description="What the claim is for; the roles are tried in this order."),
    ] = "actual"
    per: Annotated[
        PerName | Annotated[list[PerName], Field(min_length=1)] | None,
        Field(
            description="The part of the plan it speaks of; `unsaid` where the report does not say. "
            "Left out: unsaid, and the whole (total) or what the lexicon lists under `of`."
        ),
    ] = None
    phase: Annotated[Literal["any", "prefill", "decode", "training"], Field(description="Only claims of this phase.")] = "any"
    each: Annotated[
        bool, Field(description="Claims about single members (GPU 3, Stage 0, the attention part) count too, each for itself.")
    ] = False
    sure: Annotated[bool, Field(description="Only claims that were read with high confidence count.")] = False
    chosen: Annotated[
        bool,
        Field(description="A figure that is chosen, not measured: `2 trillion tokens` means two, up to a fortieth more or less."),
    ] = False
    alone: Annotated[bool, Field(description="Each value is judged by itself: that another one holds saves it from nothing.")] = False
    facts: Annotated[
        bool, Field(description="Where the plan states none, what follows from its claims and the catalog (`facts.yaml`) counts.")
    ] = False
    in_order: Annotated[
        bool, Field(description="The scopes of `per` are tried in their order, like roles: only claims of the first that has any count.")
    ] = False


class ConventionModel(_Strict):
    """One admissible reading of the rule. The rule is contradicted only if every admissible one is."""

    holds: Annotated[Formula, Field(description="The relation.")]
    and_: Annotated[Formula | list[Formula] | None, Field(alias="and", description="Conditions that come with it.")] = None
    when: Annotated[Formula | None, Field(description="The convention is admissible only where this holds.")] = None
    frameworks: Annotated[
        list[Slug], Field(description="Admissible only where the report names one of these programs; elsewhere it is only mentioned.")
    ] = []
    source: Annotated[Line, Field(description="Who counts this way.")]


class RepairModel(_Strict):
    """Hints for repairs."""

    keep: Annotated[list[Identifier], Field(description="Never suggest to change these.")] = []
    prefer: Annotated[list[Identifier], Field(description="Of equally near repairs, these first.")] = []
    derived: Annotated[
        Identifier | None,
        Field(description="A figure computed from the others: safe to correct where those are stated and agreed."),
    ] = None


class PowerModel(_Strict):
    """How much of what is wrong the rule must reject, where that is not the usual floor."""

    floor: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,2}%$"), Field(description="The least share of wrong figures, `40%`.")]
    because: Annotated[Line, Field(description="Why no more can be asked of it.")]


class RuleModel(_Strict):
    """One rule: `rules/<category>/<id>/rule.yaml`."""

    id: Annotated[Slug, Field(description="Names the thing found wrong; the folder has the same name.")]
    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}[0-9]{3}$"), Field(description="Stable alias, LAY001.")]
    category: Annotated[str, Field(description="The folder above has the same name.", json_schema_extra={"enum": CATEGORIES})]
    summary: Annotated[Line, Field(description="What must hold, in one sentence.")]
    since: Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+$"), Field(description="First version that has the rule, quoted.")]
    severity: Annotated[Literal["error", "warning", "info"], Field(description="How bad it is if true.")]
    confidence: Annotated[Literal["high", "medium", "low"], Field(description="How sure the relation itself is.")]
    uses: Annotated[
        list[Quantity] | dict[Identifier, Quantity | SelectorModel],
        Field(description="Quantities by symbol or id; a mapping gives them names of the rule's own, with role and scope."),
    ] = []
    assume: Annotated[
        dict[Identifier, Annotated[int, Field(ge=0, le=10**15)] | Formula],
        Field(description="The value where a report is silent: a number or constant expression in base units; said whenever it was used."),
    ] = {}
    given: Annotated[Formula | list[Formula], Field(description="The rule applies only where all of these hold.")] = []
    let: Annotated[dict[Identifier, Formula], Field(description="Values for the message.")] = {}
    holds: Annotated[Formula | None, Field(description="The relation, where there is one way to count.")] = None
    and_: Annotated[Formula | list[Formula] | None, Field(alias="and", description="Conditions that come with `holds`.")] = None
    conventions: Annotated[dict[Slug, ConventionModel] | None, Field(description="The admissible ways to count, likeliest first.")] = None
    check: Annotated[
        Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$", max_length=80)] | None,
        Field(description="A procedural check, where an equation cannot say it: `module.function` of auditor.check."),
    ] = None
    tolerance: Annotated[
        str,
        StringConstraints(pattern=r"^(exact|[0-9]{1,2}(\.[0-9]{1,3})?%)$"),
        Field(description="`exact` (beyond the written precision) or a share of the computed side, `2%`."),
    ] = "exact"
    subject: Annotated[
        Identifier | None, Field(description="The claim the finding stands at; else the left side of the first relation.")
    ] = None
    message: Annotated[
        Line | None,
        Field(
            description="Placeholders: {name} as claimed, {name:expected} as computed, {claimed} for the claim the finding stands at, "
            "{expected} over all conventions; "
            "of a name under `let` its value, or {name:written} for its arithmetic."
        ),
    ] = None
    labels: Annotated[dict[Identifier, Line], Field(description="What to say at the places of the claims.")] = {}
    why: Annotated[Text, Field(description="Why it matters.")]
    unless: Annotated[Text | None, Field(description="Known limits: when a flagged report may still be right.")] = None
    references: Annotated[list[Line], Field(description="Papers, framework files, datasheets.")] = []
    repair: Annotated[RepairModel, Field(description="Hints for repairs.")] = RepairModel()
    power: Annotated[PowerModel | None, Field(description="The floor of its power, where it is not the usual one.")] = None
    data: Annotated[
        dict[Identifier, Any],
        Field(description="What a procedural check reads: phrases, names, limits. `unless_said`: words that say what the rule would."),
    ] = {}


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a rule file."""
    found = RuleModel.model_json_schema(by_alias=True)
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    found["title"] = "A rule of deployment-auditor"
    found["oneOf"] = [{"required": ["holds"]}, {"required": ["conventions"]}, {"required": ["check"]}]
    return found
