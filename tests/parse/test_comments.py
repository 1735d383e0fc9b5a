"""Comments speak of the setting beside them or right below them, whatever the format."""

from __future__ import annotations

import pytest

from auditor.claims.model import Claim, Role
from auditor.findings import Confidence
from auditor.statements import Statement
from tests.claims.reading import read
from tests.parse.reading import document, path_of

YAML = """\
# 64 GPUs in all
parallel:
  tp: 8  # 8 x 8 = 64 GPUs
  # stages of equal length
  # 12 layers each
  pp: 4
  dp: 2 # was 4

# a word on what follows

memory:
  weights_gb: 17.5
"""
SHELL = """\
# 64 GPUs in all
TP=8  # 8 x 8 = 64 GPUs
# stages of equal length
# 12 layers each
PP=4
DP=2 # was 4

# a word on what follows

WEIGHTS_GB=17.5
"""
PYTHON = """\
# 64 GPUs in all
tp = 8  # 8 x 8 = 64 GPUs
# stages of equal length
# 12 layers each
pp = 4
dp = 2 # was 4

# a word on what follows

weights_gb = 17.5
world = tp * pp * dp  # 64 of them
"""


def comments(text: str, suffix: str) -> dict[str, tuple[str, Statement]]:
    """The comments by what they say: what the last label of each is, and the statement it is about."""
    read_ = document(text, suffix).statements
    return {one.value.content: (one.label.lower(), read_[one.about] if one.about is not None else one) for one in read_ if one.comment}


TOML = YAML.replace(": ", " = ").replace("parallel:", "[parallel]").replace("memory:", "[memory]")


@pytest.mark.parametrize(
    ("text", "suffix", "first"), [(YAML, "yaml", "parallel"), (SHELL, "sh", "tp"), (PYTHON, "py", "tp"), (TOML, "toml", "parallel")]
)
def test_comments_belong_to_their_setting(text: str, suffix: str, first: str) -> None:
    found = comments(text, suffix)
    assert found["64 GPUs in all"][0] == first
    assert found["8 x 8 = 64 GPUs"][0] == "tp"
    assert found["stages of equal length"][0] == found["12 layers each"][0] == "pp"
    assert found["was 4"][0] == "dp"
    assert found["was 4"][1].value.content == "2"
    assert found["a word on what follows"][0] == ""


def test_a_result_beside_code_is_about_the_line_of_code() -> None:
    name, statement = comments(PYTHON, "py")["64 of them"]
    assert name == "world"
    assert statement.value.content == "world = tp * pp * dp"


SIGNS = [
    ("# -> 17.5", "-> 17.5"),
    ("# = 42 MB", "= 42 MB"),
    ("# ---- Memory ----", "Memory"),
    ("# - 3 x 4", "3 x 4"),
    ("// 64 GPUs */", "64 GPUs"),
]


@pytest.mark.parametrize(("comment", "said"), SIGNS)
def test_the_sign_of_a_comment_is_no_part_of_it(comment: str, said: str) -> None:
    text = f'{{\n{comment}\n"tp": 8}}' if comment.startswith("//") else f"tp: 8  {comment}\n"
    assert said in comments(text, "json" if comment.startswith("//") else "yaml")


def claims(text: str, suffix: str = "yaml") -> tuple[Claim, ...]:
    return read(text, f"run.{suffix}").claims


def test_what_a_comment_names_itself_is_a_claim() -> None:
    found = {(claim.quantity, claim.text) for claim in claims(YAML)}
    assert ("gpus", "64 GPUs") in found
    assert any(quantity.startswith(("model.layers", "layers.")) for quantity, text in found if text == "12 layers")


def test_what_was_is_no_value() -> None:
    assert [claim.role for claim in claims("dp: 2  # was 4\n")] == [Role.ACTUAL, Role.PREVIOUS]


ASIDES = [
    "mbs: 2  # 4 did not fit\n",
    "tp: 2  # 2 x 8 = 16\n",
    "weights_gb: 17.5  # 24 GB on smaller cards\n",
    "tp: 8  # total: 64\n",
    "pp: 2  # 16-way in the large run\n",
    "# total ranks: 64\ntp: 8\n",
]


@pytest.mark.parametrize("text", ASIDES)
def test_a_setting_does_not_surely_name_the_figures_of_its_comment(text: str) -> None:
    sure = [claim for claim in claims(text) if claim.confidence is Confidence.HIGH and claim.quantity != "other"]
    assert len(sure) == 1


def test_a_setting_taken_out_is_struck() -> None:
    (struck,) = (one for one in document("a:\n  tp: 8\n  # pp: 4\n  ep: 2\n", "yaml").statements if one.struck)
    assert path_of(struck) == ".a > .pp"
    assert not [one for one in document("# total: 8 * 4 = 32\ntp: 8\n", "yaml").statements if one.struck]


def test_code_that_was_taken_out_claims_nothing() -> None:
    assert [claim.text for claim in claims("# x = model.forward(8)[4]; y == 16\nTP=8\n", "sh")] == ["8"]


def test_what_a_comment_counts_is_not_what_its_key_sets() -> None:
    script = "PP=2  # 16 GPUs\ntorchrun train.py --pipeline-model-parallel-size $PP\n"
    assert [(claim.quantity, claim.text) for claim in claims(script, "sh")] == [
        ("parallel.pipeline", "2"),
        ("gpus", "16 GPUs"),
        ("parallel.pipeline", "2"),
    ]


def test_names_and_values_in_columns_of_a_comment() -> None:
    text = "#   experts       34.4 GB\n#   workspace      5.3 GB  (measured)\n# we use  two of them\nTP=8\n"
    found = [(path_of(one).rpartition(" > ")[2], one.value.content) for one in document(text, "sh").statements if one.comment]
    assert (".experts", "34.4 GB") in found
    assert (".workspace", "5.3 GB  (measured)") in found
    assert any(value == "we use  two of them" for _, value in found)
